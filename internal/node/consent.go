package node

import (
	"context"
	"encoding/json"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

// KindConsent is the kind of a draft that becomes consent acts.
const KindConsent = "consent"

// Consent is a consent act in the making, as an officer writes it.
type Consent struct {
	Step     act.ConsentStep  `json:"step"`
	By       label.Originator `json:"by"`
	Portions []act.PortionRef `json:"portions"`
	Members  label.MemberSet  `json:"members"`
	Until    time.Time        `json:"until,omitzero"`
	Use      string           `json:"use,omitempty"`
	Basis    string           `json:"basis,omitempty"`
	// Answers is the id of the ask that it answers.
	Answers act.ID `json:"answers,omitempty"`
	// IDs are those of the acts, drawn when it is saved.
	IDs []act.ID `json:"ids,omitempty"`
}

type consentKind struct{}

func (k consentKind) settle(ctx context.Context, n *Node, raw []byte) ([]byte, []act.Finding, error) {
	var c Consent
	if err := readStatement(raw, &c); err != nil {
		return nil, nil, err
	}
	for len(c.IDs) < max(1, c.Members.Len()) {
		c.IDs = append(c.IDs, act.NewID())
	}
	s, err := k.acts(ctx, n, &c, n.now().UTC().Truncate(time.Minute))
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(c)
	return settled, nil, err
}

func (k consentKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var c Consent
	if err := readStatement(d.Content, &c); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &c, d.Modified.UTC().Truncate(time.Minute))
}

// acts makes one act for each member that it is about, so that none learns of
// the others; the asker reads all that answer it.
func (consentKind) acts(ctx context.Context, n *Node, c *Consent, written time.Time) (*speech, error) {
	s := new(speech)
	readers := label.Members(n.self)
	switch {
	case c.Step == act.ConsentAsk:
		readers = readers.With(c.By.Member())
	case c.Answers != "":
		asked, err := n.views.Said(ctx, string(c.Answers))
		if err != nil {
			return s, err
		}
		readers = readers.With(label.MemberID(asked.Originator))
	}
	for i, m := range c.Members.Slice() {
		to := readers
		if c.Step == act.ConsentGrant || c.Step == act.ConsentWithdraw {
			to = to.With(m)
		}
		id := act.ID("")
		if i < len(c.IDs) {
			id = c.IDs[i]
		}
		s.add(act.BuildConsent(act.Consent{
			Statement: act.Statement{ID: id, Written: written, To: to},
			Step:      c.Step, By: c.By, Portions: c.Portions, Members: label.Members(m), Until: c.Until, Use: c.Use, Basis: c.Basis, Answers: c.Answers,
		}))
	}
	return s, nil
}
