package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// PortionState is what stands against one portion of a report (spec/recall.md).
type PortionState struct {
	Number  int    `json:"number"` // in the report, from 1
	Portion act.ID `json:"portion"`
	// Withdrawn, Doubt and Review say which.
	Withdrawn bool `json:"withdrawn,omitempty"`
	Doubt     bool `json:"doubt,omitempty"`
	Review    bool `json:"review,omitempty"`
	// By, Kind, Reason and Recall are those of the act that withdraws or doubts.
	By     label.MemberID   `json:"by,omitempty"`
	Kind   act.RecallKind   `json:"kind,omitempty"`
	Reason act.RecallReason `json:"reason,omitempty"`
	Recall act.ID           `json:"recall,omitempty"`
	// Provisional: the log has not certified that act yet.
	Provisional bool `json:"provisional,omitempty"`
}

// Text says it in words, as it stands in the place of the portion.
func (p PortionState) Text() string {
	var parts []string
	switch {
	case p.Withdrawn:
		parts = append(parts, fmt.Sprintf("withdrawn by %s (%s)", p.By, p.Reason))
	case p.Doubt:
		parts = append(parts, fmt.Sprintf("in doubt, says %s (%s)", p.By, p.Reason))
	}
	if p.Review && !p.Withdrawn {
		parts = append(parts, "under review: it, or what it rests on, is being looked at again")
	}
	return strings.Join(parts, "; ")
}

func portionState(s viewdb.Standing) PortionState {
	return PortionState{Number: s.N + 1, Portion: act.ID(hex.EncodeToString(s.Portion[:])), Withdrawn: s.Withdrawn, Doubt: s.Doubt, Review: s.Review,
		By: label.MemberID(s.By), Kind: act.RecallKind(s.Kind), Reason: act.RecallReason(s.Reason), Recall: act.ID(s.Act), Provisional: s.Provisional}
}

// Change is what a newer version of a report changed for its reader: both views
// are here, and nothing else is compared.
type Change struct {
	Replaces act.ID   `json:"replaces"`
	Gone     []act.ID `json:"gone"` // portions of the old view that are not in the new one
	New      []act.ID `json:"new"`
	Kept     int      `json:"kept"`
}

// readable returns a report as an officer may read it: whole to inspectors,
// recalled or not, which the audit log says; to others without what is recalled.
// What a withdrawn consent took back is read here by nobody.
func (n *Node) readable(ctx context.Context, o section.Officer, id string) (full viewdb.Full, a act.Act, states []PortionState, err error) {
	inspector := o.Roles.Has(section.RoleInspector)
	full, err = n.views.Get(ctx, id)
	if errors.Is(err, viewdb.ErrNotFound) && inspector {
		full, err = n.views.Withdrawn(ctx, id)
	}
	if err != nil {
		return full, a, nil, n.withdrawn(ctx, id, err)
	}
	if a, err = act.Parse(full.Act); err != nil {
		return full, a, nil, err
	}
	if inspector {
		full.Title = a.Report.Title
	}
	standing, err := n.views.StandingOf(ctx, full.Index)
	if err != nil {
		return full, a, nil, err
	}
	gone, read := map[int]bool{}, false
	for _, s := range standing {
		states = append(states, portionState(s))
		gone[s.N] = s.Withdrawn && !inspector
		read = read || s.Withdrawn && inspector
	}
	if read {
		if err := n.section.Record(ctx, o, section.OpInspect, id, section.OutcomeDone, "what is withdrawn was read"); err != nil {
			return full, a, nil, err
		}
	}
	return full, a, states, without(&a, gone)
}

func anyOf(places map[int]bool) bool {
	for _, there := range places {
		if there {
			return true
		}
	}
	return false
}

// without takes portions out of an act, and the title, which may tell of them:
// the type stands in its place. The act then is not what was signed any more.
func without(a *act.Act, gone map[int]bool) error {
	if !anyOf(gone) {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(a.Raw, &fields); err != nil {
		return err
	}
	var portions, left []json.RawMessage
	if err := json.Unmarshal(fields["portions"], &portions); err != nil {
		return err
	}
	r := *a.Report
	r.Portions, r.Title = nil, string(r.View.Type)
	for i := range portions {
		if !gone[i] {
			left, r.Portions = append(left, portions[i]), append(r.Portions, a.Report.Portions[i])
		}
	}
	rest, err := json.Marshal(left)
	if err != nil {
		return err
	}
	fields["portions"] = rest
	if fields["title"], err = json.Marshal(r.Title); err != nil {
		return err
	}
	if a.Raw, err = json.Marshal(fields); err != nil {
		return err
	}
	a.Report = &r
	return nil
}

// changeOf compares a report with the one that it replaces, where that is here.
func (n *Node) changeOf(ctx context.Context, full viewdb.Full) (*Change, error) {
	if full.Supersedes == "" {
		return nil, nil
	}
	old, err := n.views.Withdrawn(ctx, full.Supersedes)
	if errors.Is(err, viewdb.ErrNotFound) || err == nil && old.Originator != full.Originator {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	was, err := act.Parse(old.Act)
	if err != nil {
		return nil, err
	}
	is, err := act.Parse(full.Act)
	if err != nil {
		return nil, err
	}
	c := &Change{Replaces: act.ID(full.Supersedes), Gone: []act.ID{}, New: []act.ID{}}
	now := map[act.ID]bool{}
	for i := range is.Report.Portions {
		now[is.Report.Portions[i].ID] = true
	}
	before := map[act.ID]bool{}
	for i := range was.Report.Portions {
		id := was.Report.Portions[i].ID
		before[id] = true
		if now[id] {
			c.Kept++
		} else {
			c.Gone = append(c.Gone, id)
		}
	}
	for i := range is.Report.Portions {
		if id := is.Report.Portions[i].ID; !before[id] {
			c.New = append(c.New, id)
		}
	}
	return c, nil
}

// Codes of findings on drafts that rest on what is withdrawn.
const (
	CodeWithdrawn   = "act_withdrawn"
	CodeInDoubt     = "act_in_doubt"
	CodeUnderReview = "act_under_review"
)

// restsBadly returns what stands against the release of a draft because of what
// it cites, or says again, having been withdrawn, being in doubt or under review
// (rules 10 and 23).
func (n *Node) restsBadly(ctx context.Context, d *Draft) ([]act.Finding, error) {
	var refs []viewdb.Ref
	var again []viewdb.Portion
	for i := range d.Portions {
		for _, c := range d.Portions[i].Cites {
			refs = append(refs, viewdb.Ref{ID: rawID(c.Portion), Digest: c.Digest})
		}
		if d.Supersedes != "" && d.Portions[i].ID != "" {
			again = append(again, viewdb.Portion{ID: rawID(d.Portions[i].ID)})
		}
	}
	// What is said again under its id is as this member stated it, or is refused.
	stated, err := n.views.Known(ctx, again)
	if err != nil {
		return nil, err
	}
	own := func(id act.ID) (viewdb.Ref, bool) {
		k, ok := stated[viewdb.StatedBy{Originator: string(n.self), ID: rawID(id)}]
		return viewdb.Ref{ID: rawID(id), Digest: k.Digest}, ok
	}
	for i := range d.Portions {
		if r, ok := own(d.Portions[i].ID); ok {
			refs = append(refs, r)
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	standing, err := n.views.StandingOfPortions(ctx, refs)
	if err != nil || len(standing) == 0 {
		return nil, err
	}
	var out []act.Finding
	add := func(i int, what string, r viewdb.Ref) {
		s, ok := standing[r]
		switch {
		case !ok:
		case s.Withdrawn:
			out = append(out, act.Finding{Portion: i + 1, Code: CodeWithdrawn, Rule: "10", Text: fmt.Sprintf("rule 10: it %s, which %s has withdrawn (%s); replace the sentence", what, s.By, s.Reason)})
		case s.Doubt:
			out = append(out, act.Finding{Portion: i + 1, Code: CodeInDoubt, Rule: "23", Text: fmt.Sprintf("rule 23: it %s, which %s doubts (%s); leave it out until that is cleared", what, s.By, s.Reason)})
		case s.Review:
			out = append(out, act.Finding{Portion: i + 1, Code: CodeUnderReview, Rule: "10", Text: fmt.Sprintf("rule 10: it %s, which is under review; wait until that has ended, or replace the sentence", what)})
		}
	}
	for i := range d.Portions {
		for _, c := range d.Portions[i].Cites {
			add(i, "rests on a portion of "+string(c.Originator), viewdb.Ref{ID: rawID(c.Portion), Digest: c.Digest})
		}
		if r, ok := own(d.Portions[i].ID); ok {
			add(i, "says again a portion", r)
		}
	}
	return out, nil
}

// citedStates returns what stands against the portions that a report cites.
func (n *Node) citedStates(ctx context.Context, r *act.Report) (map[viewdb.Ref]viewdb.Standing, error) {
	var refs []viewdb.Ref
	for i := range r.Portions {
		for _, c := range r.Portions[i].Cites {
			refs = append(refs, viewdb.Ref{ID: rawID(c.Portion), Digest: c.Digest})
		}
	}
	return n.views.StandingOfPortions(ctx, refs)
}
