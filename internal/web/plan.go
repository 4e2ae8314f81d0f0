package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
	"entente/label"
)

// dryRun computes what [node.Node.Plan] would, and attaches nothing: a draft
// that is up for release cannot be planned again, and who approves it must see
// who would see what.
func (s *Server) dryRun(ctx context.Context, o section.Officer, id string) (*node.Plan, error) {
	d, err := s.node.Section().Draft(ctx, o, id)
	if err != nil {
		return nil, err
	}
	draft, err := node.ParseDraft(d.Content)
	if err != nil {
		return nil, err
	}
	at, ok := label.InstantOf(time.Now())
	if !ok {
		return nil, errors.New("the clock is out of bounds")
	}
	consents, err := label.NewConsents(at, nil)
	if err != nil {
		return nil, err
	}
	in := label.PlanInput{Table: s.node.Table(), Members: s.node.Founding().Members(), Releaser: s.node.Self(), At: at}
	var labels []label.Label
	for i := range draft.Portions {
		p := &draft.Portions[i]
		lp := label.Portion{ID: label.PortionID(p.ID), Sourced: len(p.Sources)+len(p.Cites) > 0}
		if p.Label.Policy != "" {
			lp.Label = &p.Label
		}
		in.Portions = append(in.Portions, lp)
		labels = append(labels, p.Label)
	}
	rel, err := label.PlanRelease(in)
	if err != nil {
		return nil, err
	}
	out := &node.Plan{Draft: d.ID, ETag: d.ETag(), Release: rel, Explain: map[label.MemberID]string{}}
	for m := range in.Members.All() {
		out.Explain[m] = rel.Explain(m)
	}
	if whole, _, err := label.Rollup(in.Table, labels, label.Consents{}); err == nil {
		if b, err := label.Banner(whole); err == nil {
			out.Banner = b
		}
	}
	var lookup error
	out.Findings = act.CheckRelease(act.Release{Type: draft.ReportType, Portions: draft.Portions, Table: in.Table, Consents: consents,
		Cited: func(id act.ID) (act.Portion, bool) {
			p, err := s.portion(ctx, id)
			if err != nil && !errors.Is(err, viewdb.ErrNotFound) {
				lookup = err
			}
			return p, err == nil
		}})
	if lookup != nil {
		return nil, lookup
	}
	if len(out.Findings) > 0 {
		out.Blocked = (&node.Refused{Findings: out.Findings}).Error()
	} else if err := rel.Ready(); err != nil {
		out.Blocked = err.Error()
	}
	views, err := json.Marshal(rel.Views)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("entente/v1/plan\x00"), views...))
	out.Digest = hex.EncodeToString(sum[:])
	return out, nil
}

// portion returns a portion that this node holds.
func (s *Server) portion(ctx context.Context, id act.ID) (act.Portion, error) {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) != 16 {
		return act.Portion{}, viewdb.ErrNotFound
	}
	full, i, err := s.node.Views().WithPortion(ctx, [16]byte(raw))
	if err != nil {
		return act.Portion{}, err
	}
	a, err := act.Parse(full.Act)
	if err != nil {
		return act.Portion{}, err
	}
	return a.Report.Portions[i], nil
}

// shownPlan puts a plan into words: numbers from 1, as officers count.
func (s *Server) shownPlan(p *node.Plan) (*body[api.Plan], error) {
	rel, table := p.Release, s.node.Table()
	out := api.Plan{Draft: p.Draft, ETag: p.ETag, Digest: p.Digest, Banner: p.Banner, Blocked: p.Blocked, Findings: findings(p.Findings),
		Portions: []api.PlanPortion{}, Members: []api.PlanMember{}, Views: []api.PlanView{}, Historic: members(rel.Historic.Slice())}
	for i, pp := range rel.Portions {
		x := api.PlanPortion{Number: i + 1, ID: string(pp.ID), Recipients: members(pp.Recipients.Slice()), Blocks: []string{}}
		rel := label.MemberSet{}
		if pp.Label != nil {
			rel = pp.Label.Rel
			if mark, err := label.PortionMark(table, *pp.Label); err == nil {
				x.Mark = mark
			}
		}
		for _, r := range pp.Blocks {
			x.Blocks = append(x.Blocks, r.Text("", rel))
		}
		out.Portions = append(out.Portions, x)
	}
	for i, v := range rel.Views {
		x := api.PlanView{Number: i + 1, Recipients: members(v.Recipients.Slice()), Portions: numbers(v.Portions)}
		if b, err := label.Banner(v.Banner); err == nil {
			x.Banner = b
		}
		out.Views = append(out.Views, x)
	}
	for _, r := range rel.Recipients {
		m := api.PlanMember{Member: string(r.Member), Observer: r.Observer, View: r.View + 1, All: r.All, Explain: p.Explain[r.Member],
			Sees: []int{}, KeptBy: []api.PlanBlame{}, Remedies: []api.PlanRemedy{}}
		if r.View >= 0 {
			m.Sees = numbers(rel.Views[r.View].Portions)
		}
		blame := rel.Blame(r.Member)
		for _, b := range blame.Portions {
			x := api.PlanBlame{Portion: b.Index + 1, Reasons: []string{}, Rules: []string{}}
			for _, reason := range b.Reasons {
				x.Reasons = append(x.Reasons, reason.Text(r.Member, b.Rel))
				if n := reason.Kind.Rule(); n > 0 {
					x.Rules = append(x.Rules, strconv.Itoa(n))
				}
			}
			m.KeptBy = append(m.KeptBy, x)
		}
		for _, y := range blame.Remedies {
			x := api.PlanRemedy{Kind: string(y.Kind), Text: y.Text(r.Member), Portions: numbers(y.Portions)}
			if y.Banner != nil {
				if b, err := label.Banner(*y.Banner); err == nil {
					x.Banner = b
				}
			}
			m.Remedies = append(m.Remedies, x)
		}
		out.Members = append(out.Members, m)
	}
	return answer(out)
}

// numbers counts portions from 1.
func numbers(indices []int) []int {
	out := make([]int, len(indices))
	for i, x := range indices {
		out[i] = x + 1
	}
	return out
}
