package node

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// RedressAnswer is an answer to a request for redress in the making.
type RedressAnswer struct {
	Redress act.ID             `json:"redress"`
	Outcome act.RedressOutcome `json:"outcome"`
	Ground  act.RedressGround  `json:"ground,omitempty"`
	Text    string             `json:"text,omitempty"`
	// Numbers are the places, from 1, of what was done in the request's portions;
	// of what is granted in part alone.
	Numbers []int `json:"numbers,omitempty"`
	// Portions, Replacements, ID and Written are filled in when it is saved.
	Portions     []act.PortionRef `json:"portions,omitempty"`
	Replacements []act.PortionRef `json:"replacements,omitempty"`
	ID           act.ID           `json:"id,omitempty"`
	Written      time.Time        `json:"written,omitzero"`
}

func notThere(err error) bool {
	return errors.Is(err, viewdb.ErrNotFound) || errors.Is(err, section.ErrNotFound)
}

type redressAnswerKind struct{}

func (k redressAnswerKind) settle(ctx context.Context, n *Node, _ section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var a RedressAnswer
	if err := readStatement(raw, &a); err != nil {
		return nil, nil, err
	}
	a.ID, a.Written, a.Portions, a.Replacements = act.NewID(), n.minute(), nil, nil
	row, r, fs, err := n.receivedRedress(ctx, a.Redress)
	if err != nil || len(fs) > 0 {
		return nil, fs, err
	}
	if a.Outcome.Does() {
		if fs, err := n.fillDone(ctx, row, r, &a); err != nil || len(fs) > 0 {
			return nil, fs, err
		}
	}
	a.Numbers = nil
	s, err := k.acts(ctx, n, &a)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(a)
	return settled, nil, err
}

// fillDone puts in what was done, and what says it right.
func (n *Node) fillDone(ctx context.Context, row viewdb.AskedRedress, r *act.Redress, a *RedressAnswer) ([]act.Finding, error) {
	a.Portions = r.Portions
	if a.Outcome == act.RedressPartly {
		picked, fs := chosen(r.Portions, a.Numbers)
		if len(fs) > 0 {
			return fs, nil
		}
		a.Portions = picked
	}
	done, right, err := n.doneFor(ctx, row, r)
	if err != nil {
		return nil, err
	}
	if a.Outcome == act.RedressPartly && len(a.Numbers) == 0 {
		a.Portions = nil
		for _, p := range r.Portions {
			if done[p.Portion] {
				a.Portions = append(a.Portions, p)
			}
		}
	}
	for _, p := range right {
		if !refIDs(a.Portions)[p.Portion] && len(a.Replacements) < act.MaxCites {
			a.Replacements = append(a.Replacements, p)
		}
	}
	return nil, nil
}

// doneFor says which portions of a request were corrected, erased or restricted
// as it asks, and nothing else in the place of it, and which portions that its asker
// got say it right: by the recall acts that went to its asker, and where nobody else
// was told by what is here no more, or is replaced here (spec/redress.md, "Grant").
func (n *Node) doneFor(ctx context.Context, row viewdb.AskedRedress, r *act.Redress) (done map[act.ID]bool, right []act.PortionRef, err error) {
	ids := rawIDs(r.Portions)
	said, err := n.views.RecallsOn(ctx, string(n.self), ids)
	if err != nil {
		return nil, nil, err
	}
	standing, err := n.views.StandingOfPortions(ctx, viewRefs(r.Portions))
	if err != nil {
		return nil, nil, err
	}
	asked := map[act.PortionRef]bool{}
	for _, p := range r.Portions {
		asked[p] = true
	}
	inHouse := row.Originator == string(n.self)
	done = map[act.ID]bool{}
	saidRight := map[act.ID]bool{} // of what is corrected
	for _, s := range said {
		a, err := act.Parse(s.Act)
		if err != nil || a.Recall == nil {
			continue
		}
		x, reached := a.Recall, inHouse || slices.Contains(s.Recipients, row.Originator)
		for _, p := range x.Portions {
			if !asked[p] {
				continue
			}
			saidRight[p.Portion] = saidRight[p.Portion] || len(x.Replacements) > 0
			if reached && does(r.Ask, x.Kind) {
				done[p.Portion] = r.Ask != act.AskRestrict || standing[viewRef(p)].Review // not cleared
			}
		}
		if reached {
			for _, p := range x.Replacements {
				if !slices.Contains(right, p) {
					right = append(right, p)
				}
			}
		}
	}
	known := map[[16]byte]bool{}
	if inHouse {
		if known, err = n.heldAs(ctx, rowsOf(r.Portions)); err != nil {
			return nil, nil, err
		}
	}
	for _, p := range r.Portions {
		switch {
		case r.Ask == act.AskErase:
			done[p.Portion] = done[p.Portion] || inHouse && !known[rawID(p.Portion)]
		case r.Ask == act.AskCorrect && (done[p.Portion] || inHouse) && !saidRight[p.Portion]:
			if done[p.Portion], err = n.replaced(ctx, rawID(p.Portion)); err != nil {
				return nil, nil, err
			}
		}
	}
	return done, right, nil
}

// does says whether a recall of a kind does what is asked to all who hold it.
func does(ask act.RedressAsk, kind act.RecallKind) bool {
	switch ask {
	case act.AskCorrect:
		return kind == act.RecallCorrection
	case act.AskErase:
		return kind == act.RecallCorrection || kind == act.RecallWithdrawn
	}
	return kind == act.RecallReview
}

// replaced says whether a newer view that is shown and does not hold a portion
// replaces one that does.
func (n *Node) replaced(ctx context.Context, portion [16]byte) (bool, error) {
	versions, err := n.views.ReplacedIn(ctx, nil, [][16]byte{portion})
	if err != nil || len(versions) == 0 {
		return false, err
	}
	holding, err := n.views.HeldBy(ctx, [][16]byte{portion})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(versions, func(id string) bool {
		return !slices.ContainsFunc(holding, func(h viewdb.Held) bool { return h.View == id })
	}), nil
}

func (k redressAnswerKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var a RedressAnswer
	if err := readStatement(d.Content, &a); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &a)
}

// acts makes the one act of an answer. What it grants has been done.
func (redressAnswerKind) acts(ctx context.Context, n *Node, a *RedressAnswer) (*speech, error) {
	s := new(speech)
	row, r, fs, err := n.receivedRedress(ctx, a.Redress)
	if err != nil || len(fs) > 0 {
		s.findings = fs
		return s, err
	}
	add := func(fs []act.Finding) { s.findings = append(s.findings, fs...) }
	switch {
	case row.Doubt != "" && a.Outcome != act.RedressRefused:
		add(on22(CodeRedressDoubt, "the request has no standing here (%s): refuse it, or leave it; what was said is kept", row.Doubt))
		return s, nil
	case row.Outcome == string(act.RedressGranted):
		add(on22(CodeRedressAnswered, "it was granted, and what was granted stays granted"))
		return s, nil
	}
	if a.Outcome.Does() {
		done, _, err := n.doneFor(ctx, row, r)
		if err != nil {
			return nil, err
		}
		for i, p := range r.Portions {
			if refIDs(a.Portions)[p.Portion] && !done[p.Portion] {
				add(on22(CodeRedressNotDone, "portion %d is not %s yet where it was released%s; do it first (entente redress carry-out %s), then say that it is granted", i+1, doneAs(r.Ask), notAs(r.Ask), row.ID))
			}
		}
		if len(a.Portions) == 0 && len(s.findings) == 0 {
			add(on22(CodeRedressNotDone, "nothing of it is %s yet; do it first (entente redress carry-out %s), or refuse it", doneAs(r.Ask), row.ID))
		}
		if len(s.findings) > 0 {
			return s, nil
		}
	}
	s.add(act.BuildRedressAnswer(act.RedressAnswer{
		Statement: act.Statement{ID: a.ID, Written: a.Written, To: label.Members(n.self, label.MemberID(row.Originator))},
		Redress:   actID(string(a.Redress)), Outcome: a.Outcome, Ground: a.Ground, Portions: a.Portions, Replacements: a.Replacements, Text: a.Text,
	}))
	s.classes, err = n.classesOf(ctx, r.Portions)
	return s, err
}

// doneAs names what was asked as done.
func doneAs(a act.RedressAsk) string {
	switch a {
	case act.AskCorrect:
		return "corrected"
	case act.AskErase:
		return "erased"
	}
	return "restricted"
}

// notAs says what is not what was asked, although it may have been done.
func notAs(a act.RedressAsk) string {
	switch a {
	case act.AskCorrect:
		return ", by a correction with what says it right: what is only withdrawn is not corrected"
	case act.AskErase:
		return ", by all who hold it"
	}
	return ", by a review that stands: what is withdrawn is not restricted, and may be refused as not held"
}

// fillCarried puts the portions of a request for redress into the recall that
// carries it out. That it does so stands in its draft alone.
func (n *Node) fillCarried(ctx context.Context, r *Recall) ([]act.Finding, error) {
	row, x, fs, err := n.receivedRedress(ctx, r.Redress)
	if err != nil || len(fs) > 0 {
		return fs, err
	}
	if row.Doubt != "" {
		return on22(CodeRedressDoubt, "the request has no standing here (%s), and nothing is done for it; what is wrong is taken back without it (entente recall issue)", row.Doubt), nil
	}
	switch r.Kind {
	case act.RecallWithdrawn, act.RecallCorrection, act.RecallReview:
	default:
		return on22(act.ErrValue.Code, "redress is carried out by recall, correction or review, not by %q", r.Kind), nil
	}
	if r.Report != "" || len(r.Portions) > 0 {
		return on22(CodeRedressDivide, "a recall that carries out a request is of its portions alone; take others back apart (entente recall issue)"), nil
	}
	r.Portions, fs = chosen(x.Portions, r.Numbers)
	r.Numbers = nil
	return fs, nil
}
