package web

import (
	"strconv"

	"entente/internal/node"
	"entente/internal/web/api"
	"entente/label"
)

// shownPlan puts a plan into words: numbers from 1, as officers count.
func (s *Server) shownPlan(p *node.Plan) (*body[api.Plan], error) {
	rel, table := p.Release, s.node.Table()
	if rel == nil {
		return s.shownStatementPlan(p)
	}
	out := api.Plan{Draft: p.Draft, Kind: p.Kind, ETag: p.ETag, Digest: p.Digest, Banner: p.Banner, Blocked: p.Blocked, Findings: findings(p.Findings),
		Portions: []api.PlanPortion{}, Members: []api.PlanMember{}, Views: []api.PlanView{}, Historic: members(rel.Historic.Slice()), Uses: shownUses(p.Uses)}
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

// shownStatementPlan shows the acts in which a draft that is no report would
// leave.
func (s *Server) shownStatementPlan(p *node.Plan) (*body[api.Plan], error) {
	out := api.Plan{Draft: p.Draft, Kind: p.Kind, ETag: p.ETag, Digest: p.Digest, Blocked: p.Blocked, Alone: p.Alone, Findings: findings(p.Findings),
		Portions: []api.PlanPortion{}, Members: []api.PlanMember{}, Views: []api.PlanView{}, Historic: []string{}}
	out.Acts = shownActs(p.Acts)
	out.Similar = shownSimilar(p.Similar)
	for m := range s.node.Founding().Members().All() {
		out.Members = append(out.Members, api.PlanMember{Member: string(m), Explain: p.Explain[m], Sees: []int{}, KeptBy: []api.PlanBlame{}, Remedies: []api.PlanRemedy{}})
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

func shownActs(acts []node.PlannedAct) (out []api.PlanAct) {
	for _, a := range acts {
		out = append(out, api.PlanAct{Type: string(a.Type), Recipients: members(a.To), Act: a.Act})
	}
	return out
}
