package node

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/label"
)

// ConsentUse is a consent with which a member has material that was not released
// to it, or has it of a party outside: for what use the originator gave it
// (spec/act.md, "consent").
type ConsentUse struct {
	Member label.MemberID `json:"member"` // who has it with this consent
	By     string         `json:"by"`     // whose consent: a member, or "X VIA IRQ"
	Use    string         `json:"use"`    // as it was said; empty: it says none
	Until  time.Time      `json:"until,omitzero"`
	// Act is the id of the grant.
	Act string `json:"act"`
	// Portions are those that rest on it, from 0, in rising order.
	Portions []int `json:"portions"`
}

// viewed says which portions each of some members sees, from 0.
type viewed map[label.MemberID][]int

// viewedIn takes it from a plan.
func viewedIn(rel *label.ReleasePlan) viewed {
	out := viewed{}
	for _, r := range rel.Recipients {
		if r.View >= 0 {
			out[r.Member] = rel.Views[r.View].Portions
		}
	}
	return out
}

// uses returns the grants in force on which it rests that members see portions
// as they do, by member, then by the place in the log. On a nil shelf: none.
func (s *shelf) uses(ctx context.Context, portions []act.PortionInput, seen viewed) ([]ConsentUse, error) {
	if s == nil {
		return nil, nil
	}
	type rests struct {
		m     label.MemberID
		index int64
	}
	found := map[rests][]int{}
	for m, list := range seen {
		for _, i := range list {
			l := &portions[i].Label
			for _, o := range needed(l) {
				if o.Member() == m {
					continue
				}
				for index := range s.grants(standing{o, portions[i].ID, m}, 0, map[standing]bool{}) {
					k := rests{m, index}
					found[k] = append(found[k], i)
				}
			}
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	order := make([]rests, 0, len(found))
	indices := map[int64]bool{}
	for k := range found {
		order = append(order, k)
		indices[k.index] = true
	}
	slices.SortFunc(order, func(a, b rests) int { return cmp.Or(cmp.Compare(a.m, b.m), cmp.Compare(a.index, b.index)) })
	said, err := s.n.consentsAt(ctx, indices)
	if err != nil {
		return nil, err
	}
	var out []ConsentUse
	for _, k := range order {
		c, ok := said[k.index]
		if !ok {
			continue
		}
		at := found[k]
		slices.Sort(at)
		out = append(out, ConsentUse{Member: k.m, By: c.By.String(), Use: c.Use, Until: c.Until, Act: string(c.ID), Portions: slices.Compact(at)})
	}
	return out, nil
}

// usesOfReport returns on which grants in force, at the log's time, it rests that
// this member reads a report, or that its readers read one of its own.
func (n *Node) usesOfReport(ctx context.Context, own bool, r *act.Report) ([]ConsentUse, error) {
	readers := label.Members(n.self)
	if own {
		readers = r.To.Minus(readers)
	}
	inputs := make([]act.PortionInput, len(r.Portions))
	all := make([]int, len(r.Portions))
	for i := range r.Portions {
		inputs[i], all[i] = r.Portions[i].PortionInput, i
	}
	seen := viewed{}
	for m := range readers.All() {
		seen[m] = all
	}
	s, err := n.shelfFor(ctx, inputs, label.Instant(n.station.Certified().Time), nil)
	if err != nil {
		return nil, err
	}
	return s.uses(ctx, inputs, seen)
}

// boundTo says in words to what uses a member is bound by consents; empty when
// to none.
func boundTo(uses []ConsentUse, m label.MemberID) string {
	var out []string
	for i := range uses {
		if u := &uses[i]; u.Member == m && u.Use != "" {
			if text := fmt.Sprintf("%s consents for this use: %s", u.By, u.Use); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return strings.Join(out, "; ")
}

// grants are the places in the log of the grants by which a decision stands as
// granted, whether it is about the portion itself or about what that cites.
func (s *shelf) grants(k standing, depth int, been map[standing]bool) map[int64]bool {
	if been[k] || depth >= citedDepth || s.state(k, depth).state != label.Granted {
		return nil
	}
	been[k] = true
	out := map[int64]bool{}
	if st, _ := s.direct.State(k.by, label.PortionID(k.of), k.m); st == label.Granted {
		last := int64(-1)
		for _, w := range s.words[k.of] { // in log order
			if w.Originator == k.by.String() && w.Member == string(k.m) {
				last = w.Index
			}
		}
		if last >= 0 {
			out[last] = true
		}
		return out
	}
	if c, ok := s.portions[k.of]; ok {
		for _, x := range c.in.Cites {
			for index := range s.grants(standing{k.by, x.Portion, k.m}, depth+1, been) {
				out[index] = true
			}
		}
	}
	return out
}

// consentsAt reads the consent acts at some places in the log.
func (n *Node) consentsAt(ctx context.Context, indices map[int64]bool) (map[int64]*act.Consent, error) {
	list := make([]int64, 0, len(indices))
	for i := range indices {
		list = append(list, i)
	}
	slices.Sort(list)
	rows, err := n.views.SaidIn(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*act.Consent, len(rows))
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil {
			return nil, err // the projection has parsed it
		}
		if a.Consent != nil {
			out[r.Index] = a.Consent
		}
	}
	return out, nil
}
