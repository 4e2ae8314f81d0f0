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

// endable returns the own line of a name, which can be ended. An error that is a
// refusal wraps *act.Refusal.
func (n *Node) endable(ctx context.Context, typ act.Type, name string) (*viewdb.RegisterLine, error) {
	was, err := n.ownLine(ctx, typ, name)
	switch {
	case err != nil:
		return nil, err
	case was == nil:
		return nil, errNoLine
	case was.State == string(act.RegisterEnded):
		return nil, errLineEnded
	}
	return was, nil
}

// parentOpen refuses an EEI that belongs to no open PIR. An error that is a
// refusal wraps *act.Refusal.
func (n *Node) parentOpen(ctx context.Context, r *Requirement) error {
	parent, err := n.ownLine(ctx, act.TypeRequirement, r.Parent)
	if err != nil {
		return err
	}
	if parent == nil || parent.State != string(act.RegisterOpen) {
		return errNoParent
	}
	if a, err := act.Parse(parent.Act); err != nil || a.Requirement.Kind != act.PIR {
		return errNoParent
	}
	return nil
}

// tell settles who is told of a line: those whom the officer names, else those
// who were told before, who are told of its end in any case. It returns ids for
// as many acts.
func (n *Node) tell(to *label.MemberSet, was *viewdb.RegisterLine, state act.RegisterState) ([]act.ID, error) {
	if was != nil && (to.IsEmpty() || state == act.RegisterEnded) {
		var told label.MemberSet
		for _, m := range was.Told {
			told = told.With(label.MemberID(m))
		}
		members := n.found.Members()
		*to = to.Union(members.Minus(members.Minus(told))) // those who are still members
	}
	*to = to.Minus(label.Members(n.self))
	if !n.found.Members().Includes(*to) {
		return nil, n.noMembers(errToldStranger, *to)
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
		if was, err = n.endable(ctx, act.TypeRequirement, r.Reference); err != nil {
			fs, err := refusals(err)
			return nil, fs, err
		}
		a, err := act.Parse(was.Act)
		if err != nil {
			return nil, nil, err
		}
		// What has an end in the past ends by this line without one.
		r.Kind, r.Parent, r.Title, r.Text, r.Until = a.Requirement.Kind, a.Requirement.Parent, a.Requirement.Title, a.Requirement.Text, time.Time{}
	} else if r.Kind == act.EEI {
		if err := n.parentOpen(ctx, &r); err != nil {
			fs, err := refusals(err)
			return nil, fs, err
		}
	}
	r.Written = n.minute()
	if r.IDs, err = n.tell(&r.To, was, r.State); err != nil {
		return nil, []act.Finding{findingOf(err)}, nil
	}
	s := k.acts(n, &r)
	if len(s.findings) > 0 {
		return nil, s.findings, nil
	}
	settled, err := json.Marshal(r)
	return settled, nil, err
}

func (k requirementKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var r Requirement
	if err := readStatement(d.Content, &r); err != nil {
		return nil, err
	}
	s := k.acts(n, &r)
	var err error
	switch {
	case r.State == act.RegisterEnded:
		_, err = n.endable(ctx, act.TypeRequirement, r.Reference)
	case r.Kind == act.EEI:
		err = n.parentOpen(ctx, &r)
	}
	return s, s.refuse(err)
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
		if was, err = n.endable(ctx, act.TypeCoverage, c.Subject); err != nil {
			fs, err := refusals(err)
			return nil, fs, err
		}
		a, err := act.Parse(was.Act)
		if err != nil {
			return nil, nil, err
		}
		c.Requirement, c.Until = a.Coverage.Requirement, time.Time{}
	}
	c.Written = n.minute()
	if c.IDs, err = n.tell(&c.To, was, c.State); err != nil {
		return nil, []act.Finding{findingOf(err)}, nil
	}
	s := k.acts(n, &c)
	if len(s.findings) > 0 {
		return nil, s.findings, nil
	}
	settled, err := json.Marshal(c)
	return settled, nil, err
}

func (k coverageKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var c Coverage
	if err := readStatement(d.Content, &c); err != nil {
		return nil, err
	}
	s := k.acts(n, &c)
	if c.State != act.RegisterEnded {
		return s, nil
	}
	_, err := n.endable(ctx, act.TypeCoverage, c.Subject)
	return s, s.refuse(err)
}

func (coverageKind) acts(n *Node, c *Coverage) *speech {
	return n.speakLine(c.To, c.IDs, func(id act.ID, to label.MemberSet) (act.Act, error) {
		return act.BuildCoverage(act.Coverage{Statement: act.Statement{ID: id, Written: c.Written, To: to},
			Subject: c.Subject, Requirement: c.Requirement, Until: c.Until, State: c.State})
	})
}
