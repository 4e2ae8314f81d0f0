package node

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Acknowledgement is an answer to another's recall in the making.
type Acknowledgement struct {
	Recall act.ID `json:"recall,omitempty"`
	// Portions are those that officers destroyed before their term, without a
	// recall, and To the member that they are from.
	Portions []act.PortionRef `json:"portions,omitempty"`
	To       label.MemberID   `json:"to,omitempty"`
	State    act.AckState     `json:"state"`
	Complete bool             `json:"complete,omitempty"`
	Basis    string           `json:"basis,omitempty"`
	Written  time.Time        `json:"written,omitzero"`
	ID       act.ID           `json:"id,omitempty"`
}

// Codes of findings on acknowledgements.
const (
	// CodeNoRecall: no such recall of another is here.
	CodeNoRecall = "ack_no_recall"
	// CodeNotComplete: something made of it is still under review.
	CodeNotComplete = "ack_not_complete"
	// CodeNotDestroyed: copies are still here.
	CodeNotDestroyed = "ack_not_destroyed"
	// CodeNotDPO: the law is stated by a data-protection officer.
	CodeNotDPO = "ack_not_dpo"
)

type ackKind struct{}

func (k ackKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var a Acknowledgement
	if err := readStatement(raw, &a); err != nil {
		return nil, nil, err
	}
	if a.State == act.AckRetained && !o.Roles.Has(section.RoleDPO) {
		return nil, finding(CodeNotDPO, "22", "rules 21 and 22: by which law something is retained is for a data-protection officer to state; ask one"), nil
	}
	a.Written, a.ID = n.now().UTC().Truncate(time.Minute), act.NewID()
	s, err := k.acts(ctx, n, &a)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(a)
	return settled, nil, err
}

func (k ackKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var a Acknowledgement
	if err := readStatement(d.Content, &a); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &a)
}

func (k ackKind) acts(ctx context.Context, n *Node, a *Acknowledgement) (*speech, error) {
	s := &speech{withholds: true}
	if a.Recall == "" {
		return k.early(ctx, n, a, s)
	}
	said, err := n.views.Said(ctx, string(a.Recall))
	if errors.Is(err, viewdb.ErrNotFound) || err == nil && (said.Own || said.Type != string(act.TypeRecall)) {
		s.findings = finding(CodeNoRecall, "", "no recall of another member has the id %s here; entente recall list shows them", shortened(string(a.Recall)))
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if a.State == act.AckDestroyed {
		heard, err := n.views.HeardOf(ctx, said.ID, said.Originator)
		if err != nil {
			return s, err
		}
		for _, h := range heard {
			if len(h.Reports) > 0 {
				s.findings = finding(CodeNotDestroyed, "22", "rule 22: a copy is still here, report %s; destroy it first (entente review end)", h.Reports[0])
				return s, nil
			}
		}
	}
	if a.Complete {
		left, err := n.views.MadeOf(ctx, said.Index, 1)
		if err != nil {
			return s, err
		}
		if len(left) > 0 {
			s.findings = finding(CodeNotComplete, "10", "rule 10: report %s was made of it and is under review; replace what it says, or clear it (entente recall review)", left[0].ID)
			return s, nil
		}
	}
	s.add(act.BuildAcknowledgement(act.Acknowledgement{
		Statement: act.Statement{ID: a.ID, Written: a.Written, To: label.Members(n.self, label.MemberID(said.Originator))},
		Recall:    actID(string(a.Recall)), State: a.State, Complete: a.Complete, Basis: a.Basis,
	}))
	return s, nil
}

// early tells the originator of portions that they were destroyed before their
// term (spec/retention.md).
func (ackKind) early(ctx context.Context, n *Node, a *Acknowledgement, s *speech) (*speech, error) {
	if a.To == n.self || !n.found.Members().Contains(a.To) {
		s.findings = finding(CodeNoRecall, "", "an acknowledgement is of a recall, or of another member's portions that were destroyed; name one")
		return s, nil
	}
	for _, r := range a.Portions {
		here, err := n.views.Holding(ctx, rawID(r.Portion))
		if err != nil {
			return s, err
		}
		if len(here) > 0 {
			s.findings = finding(CodeNotDestroyed, "21", "rule 21: a copy of portion %s is still here; destroy it first (entente review end)", r.Portion)
			return s, nil
		}
	}
	s.add(act.BuildAcknowledgement(act.Acknowledgement{
		Statement: act.Statement{ID: a.ID, Written: a.Written, To: label.Members(n.self, a.To)}, Portions: a.Portions, State: a.State, Complete: a.Complete, Basis: a.Basis,
	}))
	return s, nil
}

// Acknowledge answers a recall: at once by an officer with the release role, and
// by a data-protection officer for one with that role to let go.
//
// Errors: *Refused with all findings, those of the section.
func (n *Node) Acknowledge(ctx context.Context, o section.Officer, a Acknowledgement) (*Issued, error) {
	if !o.Roles.Has(section.RoleRelease) {
		return n.PutUp(ctx, o, section.KindAcknowledgement, a)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return n.withhold(ctx, o, section.OpAcknowledge, section.KindAcknowledgement, raw)
}
