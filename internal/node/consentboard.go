package node

import (
	"context"
	"slices"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// How officers read consent acts: a list, newest first, and one with what answered
// it, each with how it stands.

// ConsentWord is a consent act as officers read it.
type ConsentWord struct {
	viewdb.Said
	Consent *act.Consent
	// Counts says that it is from whose word counts.
	Counts bool
	// State is of an ask: open, granted or refused; of a grant: in force,
	// lapsed or withdrawn.
	State string
	// Texts are those of the portions that are held here, by id.
	Texts map[act.ID]string
}

// Consents returns consent acts that this node may read, newest first.
func (n *Node) Consents(ctx context.Context, o section.Officer, q viewdb.ConsentQuery) ([]ConsentWord, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	rows, err := n.views.Consents(ctx, q)
	if err != nil {
		return nil, err
	}
	return n.consentWords(ctx, rows)
}

// ConsentAct returns one consent act, and for an ask what answered it.
func (n *Node) ConsentAct(ctx context.Context, o section.Officer, id string) (word ConsentWord, answers []ConsentWord, err error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, id); err != nil {
		return word, nil, err
	}
	said, err := n.views.Said(ctx, id)
	if err != nil {
		return word, nil, err
	}
	words, err := n.consentWords(ctx, []viewdb.Said{said})
	if err != nil {
		return word, nil, err
	}
	if len(words) == 0 {
		return word, nil, viewdb.ErrNotFound
	}
	more, err := n.views.AnswersTo(ctx, id)
	if err != nil {
		return word, nil, err
	}
	if answers, err = n.consentWords(ctx, more); err != nil {
		return word, nil, err
	}
	for i := range answers { // only whose consent it is answers
		answers[i].Counts = answers[i].Counts && answers[i].Consent.By == words[0].Consent.By
	}
	return words[0], answers, nil
}

func (n *Node) consentWords(ctx context.Context, rows []viewdb.Said) ([]ConsentWord, error) {
	var out []ConsentWord
	refs, ids := map[act.PortionRef]bool{}, map[act.ID]bool{}
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil || a.Consent == nil {
			continue
		}
		w := ConsentWord{Said: r, Consent: a.Consent, Texts: map[act.ID]string{}}
		c := a.Consent
		w.Counts = c.Step == act.ConsentAsk && c.To.Contains(c.By.Member()) || c.Step != act.ConsentAsk && string(c.By.Member()) == r.Originator
		for _, p := range c.Portions {
			refs[p], ids[p.Portion] = true, true
		}
		out = append(out, w)
	}
	held, err := n.portionsHeld(ctx, refs, nil)
	if err != nil {
		return nil, err
	}
	keys := make([][16]byte, 0, len(ids))
	for id := range ids {
		if key, ok := portionBytes(id); ok {
			keys = append(keys, key)
		}
	}
	var by []string
	var asks []viewdb.AskTo
	for i := range out {
		o := out[i].Consent.By.String()
		switch {
		case out[i].Consent.Step == act.ConsentAsk:
			asks = append(asks, viewdb.AskTo{Ask: out[i].ID, Originator: o})
		case out[i].Consent.Step == act.ConsentGrant && !slices.Contains(by, o):
			by = append(by, o)
		}
	}
	withdrawn, err := n.views.LastWithdrawals(ctx, keys, by)
	if err != nil {
		return nil, err
	}
	answered, err := n.views.AnswersBy(ctx, asks)
	if err != nil {
		return nil, err
	}
	now := n.station.Certified().Time
	for i := range out {
		w := &out[i]
		for _, p := range w.Consent.Portions {
			if h, ok := held[p]; ok && h.digest == p.Digest {
				w.Texts[p.Portion] = h.in.Text
			}
		}
		w.State = consentState(w, answered, withdrawn, now)
	}
	return out, nil
}

// consentState says how an ask or a grant stands at a log time: only whose
// consent it is answers, and takes back. Of several answers the last one counts.
func consentState(w *ConsentWord, answered map[viewdb.AskTo]string, withdrawn []viewdb.Consent, now int64) string {
	c := w.Consent
	switch c.Step {
	case act.ConsentAsk:
		switch act.ConsentStep(answered[viewdb.AskTo{Ask: w.ID, Originator: c.By.String()}]) {
		case act.ConsentGrant:
			return "granted"
		case act.ConsentRefuse:
			return "refused"
		}
		return "open"
	case act.ConsentGrant:
		for i := range withdrawn {
			x := &withdrawn[i]
			if x.Originator == c.By.String() && x.Index > w.Index && c.Members.Contains(label.MemberID(x.Member)) &&
				slices.ContainsFunc(c.Portions, func(r act.PortionRef) bool { return viewRef(r) == viewdb.Ref{ID: x.Portion, Digest: x.Digest} }) {
				return "withdrawn"
			}
		}
		if u := c.Until; !u.IsZero() && u.Unix() <= now {
			return "lapsed"
		}
		return "in force"
	}
	return ""
}
