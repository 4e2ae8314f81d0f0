package node

import (
	"context"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// errWithdrawnGrant refuses a word that would change nothing, and seem to.
var errWithdrawnGrant = &act.Refusal{Code: "consent_withdrawn",
	Why: "the grant is withdrawn already and nothing is left of it", Cure: "entente consent list shows what stands"}

// errAnswerWaits refuses a second answer before the log says which was first.
var errAnswerWaits = &act.Refusal{Code: "consent_waits", Rule: "10",
	Why: "another answer to this ask was let go and is on its way into the log", Cure: "see what it says when the log has it: entente consent show ASK; then answer, or withdraw"}

// errAnswersTogether refuses two answers in one decision.
var errAnswersTogether = &act.Refusal{Code: "consent_waits", Rule: "10",
	Why: "two answers to one ask would leave together, and nobody could say which of them the log has last", Cure: "let one of them go, and see what it says when the log has it: entente consent show ASK"}

// answerWaits refuses an answer to an ask while another one, or the withdrawal of
// one, is on its way: an outbox shuffles, and which of the two would come last,
// and so count, nobody could say.
//
// An error that is a refusal wraps *act.Refusal.
func (n *Node) answerWaits(ctx context.Context, c *Consent, draft string) error {
	if c.Step == act.ConsentAsk || c.Answers == "" {
		return nil
	}
	drafts, err := n.filedDrafts(ctx, map[string]bool{draft: true})
	if err != nil {
		return err
	}
	for _, d := range drafts {
		var x Consent
		if d.Kind == KindConsent && readStatement(d.Content, &x) == nil && x.Step != act.ConsentAsk && x.Answers == c.Answers {
			return errAnswerWaits
		}
	}
	return nil
}

// answersOnce is answerWaits for drafts that leave together: they would be
// shuffled alike. Error: *Refused.
func answersOnce(drafts []section.Draft) error {
	seen := map[act.ID]bool{}
	for _, d := range drafts {
		if d.Kind != KindConsent {
			continue
		}
		var c Consent
		if err := readStatement(d.Content, &c); err != nil {
			return err
		}
		if c.Step == act.ConsentAsk || c.Answers == "" {
			continue
		}
		if seen[c.Answers] {
			return &Refused{[]act.Finding{findingOf(errAnswersTogether)}}
		}
		seen[c.Answers] = true
	}
	return nil
}

// granted refuses to refuse what a grant allows, and names the grant.
func granted(grant string) *act.Refusal {
	return &act.Refusal{Code: "consent_granted", Rule: "10",
		Why: "granted already, and a refusal would leave the grant in force", Cure: "withdraw it: entente consent withdraw " + grant}
}

// grantedLonger refuses a term that would seem to shorten what was released.
func grantedLonger(grant string) *act.Refusal {
	return &act.Refusal{Code: "consent_longer", Rule: "10",
		Why: "a grant that lasts longer is in force, and what was released by it would not end earlier", Cure: "withdraw it first, then grant anew and release again: entente consent withdraw " + grant}
}

// openStill refuses a refusal of what a grant in force allows, or a shorter term
// for it, which only a withdrawal ends, and a withdrawal of what is withdrawn;
// more says that it would take back something else. What was refused may still be
// granted.
//
// An error that is a refusal wraps *act.Refusal.
func (n *Node) openStill(ctx context.Context, c *Consent, by label.Originator, more bool) error {
	shortens := func(x *viewdb.Consent) bool {
		return c.Step == act.ConsentGrant && !c.Until.IsZero() && (x.Until == 0 || x.Until > c.Until.Unix())
	}
	if c.Step == act.ConsentAsk {
		return nil
	}
	keys := make([][16]byte, 0, len(c.Portions))
	for _, p := range c.Portions {
		if key, ok := portionBytes(p.Portion); ok {
			keys = append(keys, key)
		}
	}
	words, err := n.views.LatestConsents(ctx, keys, []string{by.String()})
	if err != nil {
		return err
	}
	now := n.station.Certified().Time
	withdrawn, named := 0, refSet(c.Portions)
	for i := range words {
		x := &words[i]
		if !c.Members.Contains(label.MemberID(x.Member)) || !named[act.PortionRef{Portion: portionID(x.Portion), Digest: act.Digest(x.Digest)}] {
			continue
		}
		switch {
		case x.Step == string(act.ConsentWithdraw):
			withdrawn++
		case x.Step != string(act.ConsentGrant) || x.Until != 0 && x.Until <= now:
		case c.Step == act.ConsentRefuse:
			return n.grantedBy(ctx, x, granted)
		case shortens(x):
			return n.grantedBy(ctx, x, grantedLonger)
		}
	}
	if c.Step == act.ConsentWithdraw && !more && withdrawn > 0 && withdrawn == len(keys)*c.Members.Len() {
		return errWithdrawnGrant
	}
	return nil
}

// grantedBy names the grant that says a word, to withdraw.
func (n *Node) grantedBy(ctx context.Context, x *viewdb.Consent, refusal func(string) *act.Refusal) error {
	if x.Answers != "" {
		answers, err := n.views.AnswersTo(ctx, x.Answers)
		if err != nil {
			return err
		}
		for i := range answers {
			if answers[i].Index == x.Index {
				return refusal(answers[i].ID)
			}
		}
	}
	return refusal("with the id that entente consent list names")
}

// noNeed refuses to ask, or to record, what changes nothing, and says whose
// consent would: what is named is held here, and its label is read anyhow.
func (n *Node) noNeed(whose []label.Originator) *act.Refusal {
	var names []string
	for _, o := range whose {
		if s := o.String(); o != label.ByMember(n.self) && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	slices.Sort(names)
	r := &act.Refusal{Code: "consent_no_need", Rule: "7 and 8", Why: "it holds nothing of this originator, whose consent changes nothing",
		Cure: "release it: it is this member's own, and what is in it needs nobody's consent"}
	if len(names) > 0 {
		r.Cure = "name whose material is in it: " + strings.Join(names, ", ")
	}
	return r
}
