package node

import (
	"context"
	"maps"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// fillPassed fills a request in from a received one that is passed on: it asks
// whose portions the asked ones rest on (spec/redress.md, "Pass on").
func (n *Node) fillPassed(ctx context.Context, r *Redress) ([]act.Finding, error) {
	row, x, fs, err := n.receivedRedress(ctx, r.Passes)
	if err != nil || len(fs) > 0 {
		return fs, err
	}
	if row.Doubt != "" {
		return on22(CodeRedressDoubt, "the request has no standing here (%s), and is not passed on", row.Doubt), nil
	}
	rests, err := n.restsOnOthers(ctx, x.Portions)
	if err != nil {
		return nil, err
	}
	switch {
	case len(rests) == 0:
		return on22(CodeRedressNothing, "what it is about rests on no other member's portion that is here; answer it"), nil
	case r.To == "" && len(rests) > 1:
		var ms []string
		for _, m := range slices.Sorted(maps.Keys(rests)) {
			ms = append(ms, string(m))
		}
		return on22(CodeRedressDivide, "it rests on portions of %s: pass it on to each by a request of its own (--to)", strings.Join(ms, " and ")), nil
	case r.To == "":
		for m := range rests {
			r.To = m
		}
	case len(rests[r.To]) == 0:
		return on22(CodeRedressNothing, "what it is about rests on no portion of %s that is here", r.To), nil
	}
	if r.Report == "" && len(r.Portions) == 0 {
		r.Portions = rests[r.To]
	}
	for _, p := range r.Portions {
		if !refIDs(rests[r.To])[p.Portion] {
			return on22(CodeRedressNothing, "what it is about does not rest on portion %s", p.Portion), nil
		}
	}
	if (r.Text == "" || r.LegalBasis == "") && !x.MayPass {
		return on22(CodeRedressWords, "its asker has not allowed that its words are passed on; write own ones (--text and --basis)"), nil
	}
	if r.Text == "" {
		r.Text = x.Text
	}
	if r.LegalBasis == "" {
		r.LegalBasis = x.LegalBasis
	}
	if r.Ask == "" {
		r.Ask = x.Ask
	}
	if r.Reason == "" {
		r.Reason = x.Reason
	}
	if r.Due.IsZero() && x.Due.After(r.Written) {
		r.Due = x.Due
	}
	r.For, r.Identity = x.For, ""
	if x.For == act.ForPerson {
		r.Identity = act.IdentityOfficer
	}
	return nil, nil
}

// restsOnOthers returns the portions of other members that own portions cite,
// also through own ones, by their originators; those that are here.
func (n *Node) restsOnOthers(ctx context.Context, refs []act.PortionRef) (map[label.MemberID][]act.PortionRef, error) {
	out := map[label.MemberID][]act.PortionRef{}
	seen := refIDs(refs)
	next := refs
	for depth := 0; len(next) > 0 && depth < citedDepth && len(seen) < citedMost; depth++ {
		cites, err := n.citesOf(ctx, next)
		if err != nil {
			return nil, err
		}
		var fresh []act.PortionRef
		for _, c := range cites {
			if !seen[c.Portion] {
				seen[c.Portion] = true
				fresh = append(fresh, act.PortionRef{Portion: c.Portion, Digest: c.Digest})
			}
		}
		firsts, err := n.firstFrom(ctx, rawIDs(fresh))
		if err != nil {
			return nil, err
		}
		next = nil
		for _, p := range fresh {
			f, ok := firsts[rawID(p.Portion)]
			switch {
			case !ok || f.digest != p.Digest:
			case f.from == n.self:
				next = append(next, p)
			case len(out[f.from]) < act.MaxCites:
				out[f.from] = append(out[f.from], p)
			}
		}
	}
	return out, nil
}

// citesOf returns what portions of own views cite.
func (n *Node) citesOf(ctx context.Context, refs []act.PortionRef) ([]act.Cite, error) {
	held, err := n.views.HeldBy(ctx, rawIDs(refs))
	if err != nil {
		return nil, err
	}
	var at []int64
	for _, h := range held {
		if !slices.Contains(at, h.Index) {
			at = append(at, h.Index)
		}
	}
	acts, err := n.views.ActsAt(ctx, at)
	if err != nil {
		return nil, err
	}
	named := refIDs(refs)
	done := map[act.ID]bool{}
	var out []act.Cite
	for _, i := range at {
		a, err := act.Parse(acts[i])
		if err != nil || a.Report == nil {
			continue
		}
		for k := range a.Report.Portions {
			if p := &a.Report.Portions[k]; named[p.ID] && !done[p.ID] {
				done[p.ID] = true
				out = append(out, p.Cites...)
			}
		}
	}
	return out, nil
}

// passedOn returns the own requests by which a received one was passed on, as
// their drafts say.
func (n *Node) passedOn(ctx context.Context, id string, refs []act.PortionRef) ([]string, error) {
	rests, err := n.restsOnOthers(ctx, refs)
	if err != nil {
		return nil, err
	}
	var about [][16]byte
	for _, ps := range rests {
		about = append(about, rawIDs(ps)...)
	}
	if len(about) == 0 {
		return nil, nil
	}
	rows, err := n.views.Redresses(ctx, viewdb.RedressQuery{Asked: true, About: about[:min(len(about), 500)], Limit: 500})
	if err != nil {
		return nil, err
	}
	var at []int64
	for i := range rows {
		at = append(at, rows[i].Index)
	}
	drafts, err := n.draftsAt(ctx, at)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range rows {
		var r Redress
		if d, ok := drafts[rows[i].Index]; ok && readStatement(d.Content, &r) == nil && string(r.Passes) == id {
			out = append(out, rows[i].ID)
		}
	}
	return out, nil
}
