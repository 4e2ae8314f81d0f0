package node

import (
	"context"
	"encoding/json"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// The kinds of drafts that become lines of registers.
const (
	KindRequirement = "requirement"
	KindCoverage    = "coverage"
)

// Requirement is a line of the register of requirements in the making.
type Requirement struct {
	Reference string              `json:"reference"`
	Kind      act.RequirementKind `json:"kind,omitempty"`
	Parent    string              `json:"parent,omitempty"`
	Title     string              `json:"title,omitempty"`
	Text      string              `json:"text,omitempty"`
	Until     time.Time           `json:"until,omitzero"`
	State     act.RegisterState   `json:"state,omitempty"` // open when empty
	// To are told of it; when empty those who were told before, and when there
	// are none it is kept to this member.
	To      label.MemberSet `json:"to,omitzero"`
	IDs     []act.ID        `json:"ids,omitempty"`
	Written time.Time       `json:"written,omitzero"`
}

// Coverage is a line of the board of who covers what in the making.
type Coverage struct {
	Subject     string            `json:"subject"`
	Requirement string            `json:"requirement,omitempty"`
	Until       time.Time         `json:"until,omitzero"`
	State       act.RegisterState `json:"state,omitempty"`
	To          label.MemberSet   `json:"to,omitzero"`
	IDs         []act.ID          `json:"ids,omitempty"`
	Written     time.Time         `json:"written,omitzero"`
}

// ownLine returns the own line of a name that stands, nil when there is none.
func (n *Node) ownLine(ctx context.Context, typ act.Type, name string) (*viewdb.RegisterLine, error) {
	rows, err := n.views.Lines(ctx, viewdb.LineQuery{Type: string(typ), Originator: string(n.self), Name: name, Limit: 1})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// tell settles who is told of a line: those whom the officer names, else those
// who were told before. It returns ids for as many acts.
func (n *Node) tell(to *label.MemberSet, was *viewdb.RegisterLine) ([]act.ID, error) {
	if to.IsEmpty() && was != nil {
		for _, m := range was.Told {
			*to = to.With(label.MemberID(m))
		}
		*to = n.found.Members().Minus(n.found.Members().Minus(*to)) // those who are still members
	}
	*to = to.Minus(label.Members(n.self))
	if !n.found.Members().Includes(*to) {
		return nil, errToldStranger
	}
	var ids []act.ID
	for range max(1, to.Len()) {
		ids = append(ids, act.NewID())
	}
	return ids, nil
}

// speakLine makes an act for each member that is told, so that none learns of
// the others, or one that this member keeps to itself.
func (n *Node) speakLine(to label.MemberSet, ids []act.ID, build func(id act.ID, to label.MemberSet) (act.Act, error)) *speech {
	s := new(speech)
	readers := to.Slice()
	if len(readers) == 0 {
		readers = []label.MemberID{n.self}
	}
	for i, m := range readers {
		if i >= len(ids) {
			break // a draft that was not saved here
		}
		s.add(build(ids[i], label.Members(n.self, m)))
	}
	return s
}

type requirementKind struct{}

func (k requirementKind) settle(ctx context.Context, n *Node, _ section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var r Requirement
	if err := readStatement(raw, &r); err != nil {
		return nil, nil, err
	}
	was, err := n.ownLine(ctx, act.TypeRequirement, r.Reference)
	if err != nil {
		return nil, nil, err
	}
	if r.State == "" {
		r.State = act.RegisterOpen
	}
	if r.State == act.RegisterEnded {
		if was == nil {
			return nil, []act.Finding{findingOf(errNoLine)}, nil
		}
		if was.State == string(act.RegisterEnded) {
			return nil, []act.Finding{findingOf(errLineEnded)}, nil
		}
		a, err := act.Parse(was.Act)
		if err != nil {
			return nil, nil, err
		}
		// What has an end in the past ends by this line without one.
		r.Kind, r.Parent, r.Title, r.Text, r.Until = a.Requirement.Kind, a.Requirement.Parent, a.Requirement.Title, a.Requirement.Text, time.Time{}
	} else if r.Kind == act.EEI {
		parent, err := n.ownLine(ctx, act.TypeRequirement, r.Parent)
		if err != nil {
			return nil, nil, err
		}
		ok := parent != nil && parent.State == string(act.RegisterOpen)
		if ok {
			a, err := act.Parse(parent.Act)
			ok = err == nil && a.Requirement.Kind == act.PIR
		}
		if !ok {
			return nil, []act.Finding{findingOf(errNoParent)}, nil
		}
	}
	r.Written = n.minute()
	if r.IDs, err = n.tell(&r.To, was); err != nil {
		return nil, []act.Finding{findingOf(err)}, nil
	}
	s := k.acts(n, &r)
	if len(s.findings) > 0 {
		return nil, s.findings, nil
	}
	settled, err := json.Marshal(r)
	return settled, nil, err
}

func (k requirementKind) speak(_ context.Context, n *Node, d section.Draft) (*speech, error) {
	var r Requirement
	if err := readStatement(d.Content, &r); err != nil {
		return nil, err
	}
	return k.acts(n, &r), nil
}

func (requirementKind) acts(n *Node, r *Requirement) *speech {
	return n.speakLine(r.To, r.IDs, func(id act.ID, to label.MemberSet) (act.Act, error) {
		return act.BuildRequirement(act.Requirement{Statement: act.Statement{ID: id, Written: r.Written, To: to},
			Reference: r.Reference, Kind: r.Kind, Parent: r.Parent, Title: r.Title, Text: r.Text, Until: r.Until, State: r.State})
	})
}

type coverageKind struct{}

func (k coverageKind) settle(ctx context.Context, n *Node, _ section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var c Coverage
	if err := readStatement(raw, &c); err != nil {
		return nil, nil, err
	}
	was, err := n.ownLine(ctx, act.TypeCoverage, c.Subject)
	if err != nil {
		return nil, nil, err
	}
	if c.State == "" {
		c.State = act.RegisterOpen
	}
	if c.State == act.RegisterEnded {
		if was == nil {
			return nil, []act.Finding{findingOf(errNoLine)}, nil
		}
		if was.State == string(act.RegisterEnded) {
			return nil, []act.Finding{findingOf(errLineEnded)}, nil
		}
		a, err := act.Parse(was.Act)
		if err != nil {
			return nil, nil, err
		}
		c.Requirement, c.Until = a.Coverage.Requirement, time.Time{}
	}
	c.Written = n.minute()
	if c.IDs, err = n.tell(&c.To, was); err != nil {
		return nil, []act.Finding{findingOf(err)}, nil
	}
	s := k.acts(n, &c)
	if len(s.findings) > 0 {
		return nil, s.findings, nil
	}
	settled, err := json.Marshal(c)
	return settled, nil, err
}

func (k coverageKind) speak(_ context.Context, n *Node, d section.Draft) (*speech, error) {
	var c Coverage
	if err := readStatement(d.Content, &c); err != nil {
		return nil, err
	}
	return k.acts(n, &c), nil
}

func (coverageKind) acts(n *Node, c *Coverage) *speech {
	return n.speakLine(c.To, c.IDs, func(id act.ID, to label.MemberSet) (act.Act, error) {
		return act.BuildCoverage(act.Coverage{Statement: act.Statement{ID: id, Written: c.Written, To: to},
			Subject: c.Subject, Requirement: c.Requirement, Until: c.Until, State: c.State})
	})
}
