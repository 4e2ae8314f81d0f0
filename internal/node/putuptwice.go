package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// waitsAlready is the refusal of what waits already: the code says of which kind
// it is.
func waitsAlready(code, rule, why, cure string) *act.Refusal {
	return &act.Refusal{Code: code, Rule: rule, Why: why + " is up for release, or on its way into the log",
		Cure: "see it decided, or taken back, first (entente report release list, withdraw)" + cure}
}

// Refusals of what is put up while the like of it waits.
var (
	errJoinWaits     = waitsAlready(errJoinTwice.Code, "", "another request that joins that one", "")
	errClosingWaits  = waitsAlready(errClosed.Code, "", "another closing of that request", "")
	errConsentWaits  = waitsAlready(errAnswerWaits.Code, "10", "another answer to this ask, or the withdrawal of one,", "; then see what holds: entente consent show")
	errRedressWaits  = waitsAlready(CodeRedressRepeated, "22", "a request that asks the same of the same portions", "; then wait for its answer")
	errReplyWaits    = waitsAlready("redress_waits", "22", "another answer to this request", "; then see what it said: entente redress show")
	errSameWaits     = waitsAlready(errAnswerSame.Code, "", "the same answer", "; or say something else")
	errFinalWaits    = waitsAlready(errAnswerFinal.Code, "", "an answer after which nothing follows (final)", "; or ask its asker to ask again")
	errAnswerPending = waitsAlready("answer_waits", "", "another answer to this request", "; then say that nothing follows: one that came behind a final answer would not count")
)

// A saying is what a draft says, and what it clashes with: nobody says twice at
// once what would change nothing, or hang on the order in which the outbox is
// emptied.
type saying struct {
	says    []string
	clashes []clashing
}

// clashing is what may not wait beside a saying, and why.
type clashing struct {
	with   string
	reason *act.Refusal
}

func once(key string, r *act.Refusal) saying {
	return saying{[]string{key}, []clashing{{key, r}}}
}

// sayingOf reads a draft; of most kinds it says nothing that clashes.
func sayingOf(d section.Draft) (s saying, err error) {
	switch d.Kind {
	case KindRequest:
		var r Request
		if err = readStatement(d.Content, &r); err == nil && r.Joins != "" {
			s = once("join "+string(r.Joins), errJoinWaits)
		}
	case KindClosing:
		var c Closing
		err = readStatement(d.Content, &c)
		for _, id := range c.Requests {
			key := "close " + string(id)
			s.says, s.clashes = append(s.says, key), append(s.clashes, clashing{key, errClosingWaits})
		}
	case KindConsent:
		var c Consent
		if err = readStatement(d.Content, &c); err == nil && c.Step != act.ConsentAsk && c.Answers != "" {
			s = once("consent "+string(c.Answers), errConsentWaits)
		}
	case section.KindRedress:
		var r Redress
		if err = readStatement(d.Content, &r); err == nil {
			subject := viewdb.RedressSubject(string(r.Ask), rowsOf(r.Portions))
			s = once("redress "+string(r.To)+" "+hex.EncodeToString(subject[:]), errRedressWaits)
		}
	case section.KindRedressAnswer:
		var a RedressAnswer
		if err = readStatement(d.Content, &a); err == nil {
			s = once("redress answer "+string(a.Redress), errReplyWaits)
		}
	case KindAnswer:
		var a Answer
		if err = readStatement(d.Content, &a); err == nil {
			s = answerSaying(&a)
		}
	}
	return s, err
}

// answerSaying: the same is not said twice, and nothing beside what is final.
func answerSaying(a *Answer) saying {
	some, final, same := "answer "+string(a.Request), "final "+string(a.Request), "same "+string(a.Request)+" "+a.subject()
	s := saying{[]string{some, same}, []clashing{{same, errSameWaits}, {final, errFinalWaits}}}
	if a.Final {
		s.says, s.clashes = append(s.says, final), append(s.clashes, clashing{some, errAnswerPending})
	}
	return s
}

// subject names what an answer says, whenever it was written.
func (a *Answer) subject() string {
	x := *a
	x.ID, x.Written = "", time.Time{}
	x.Parts = slices.Clone(a.Parts)
	slices.SortFunc(x.Parts, func(p, q AnswerPart) int { return p.Number - q.Number })
	raw, _ := json.Marshal(x) // of strings and numbers alone
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// clash refuses drafts that say what others that wait say, or one another. A
// draft that cannot be read is judged by its own plan. Error: *Refused.
func clash(drafts, waiting []section.Draft) error {
	said := map[string]bool{}
	for _, d := range waiting {
		s, err := sayingOf(d)
		if err != nil {
			continue
		}
		for _, key := range s.says {
			said[key] = true
		}
	}
	for _, d := range drafts {
		s, err := sayingOf(d)
		if err != nil {
			continue
		}
		for _, c := range s.clashes {
			if said[c.with] {
				return &Refused{[]act.Finding{findingOf(c.reason)}}
			}
		}
		for _, key := range s.says {
			said[key] = true
		}
	}
	return nil
}

// notTwice refuses drafts that clash with what waits in any of some states, or was
// filed and is not in the views. Error: *Refused.
func (n *Node) notTwice(ctx context.Context, drafts []section.Draft, states ...section.DecisionState) error {
	but := map[string]bool{}
	for _, d := range drafts {
		but[d.ID] = true
	}
	waiting, err := n.waitingDrafts(ctx, but, states...)
	if err != nil {
		return err
	}
	return clash(drafts, waiting)
}

// letGoTwice is notTwice for a decision that is to be approved: two may have been
// put up at once. Whether this officer may approve it, the section says.
func (n *Node) letGoTwice(ctx context.Context, o section.Officer, id string) error {
	if section.Authorise(o, section.OpReleaseApprove) != nil {
		return nil
	}
	d, err := n.section.Decision(ctx, o, id)
	if err != nil || d.State != section.Prepared || d.Kind != section.DecideAct {
		return nil // the section says why
	}
	var drafts []section.Draft
	for after := ""; ; {
		page, err := n.section.SubjectDrafts(ctx, id, after, 500)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return n.notTwice(ctx, drafts, section.Approved, section.Leaving)
		}
		drafts, after = append(drafts, page...), page[len(page)-1].ID
	}
}
