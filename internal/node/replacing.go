package node

import (
	"context"
	"errors"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// errNotYet: a release has to wait for an earlier one, which it replaces or
// recalls.
var errNotYet = errors.New("the report that this one replaces or recalls is not certified yet: it leaves when it is")

// replacingView is a view on its way out, with the earlier view of the same
// readers that it replaces, if it replaces one.
type replacingView struct {
	label.View
	replaces act.ID
}

// replacing returns the views that somebody else sees, divided so that the
// readers of each had one and the same view of the report that is replaced: a
// view names the one that it replaces, and must not tell of another.
func (n *Node) replacing(ctx context.Context, draft string, views []label.View) ([]replacingView, error) {
	var had map[label.MemberID]act.ID
	if draft != "" {
		var err error
		if had, err = n.viewsOf(ctx, draft); err != nil {
			return nil, err
		}
	}
	var out []replacingView
	for _, v := range views {
		at := map[act.ID]int{}
		for m := range v.Recipients.Minus(label.Members(n.self)).All() {
			id := had[m]
			k, ok := at[id]
			if !ok {
				k = len(out)
				at[id] = k
				part := v
				part.Recipients = label.MemberSet{}
				out = append(out, replacingView{View: part, replaces: id})
			}
			out[k].Recipients = out[k].Recipients.With(m)
		}
	}
	return out, nil
}

// viewsOf says which view of a released draft each of its readers got.
func (n *Node) viewsOf(ctx context.Context, draft string) (map[label.MemberID]act.ID, error) {
	positions, err := n.section.EnvelopesOf(ctx, draft)
	if err != nil {
		return nil, err
	}
	had := map[label.MemberID]act.ID{}
	for _, p := range positions {
		i, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil {
			return nil, err
		}
		if cursor, _ := n.Projected(); !ok || i >= cursor {
			return nil, errNotYet
		}
		full, err := n.views.At(ctx, i)
		if errors.Is(err, viewdb.ErrNotFound) {
			continue // a dummy, or forgotten
		}
		if err != nil {
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil || a.Report == nil {
			continue
		}
		for m := range a.Report.To.Minus(label.Members(n.self)).All() {
			had[m] = a.Report.ID
		}
	}
	return had, nil
}
