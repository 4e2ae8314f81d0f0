package label

import "slices"

// ownDecision puts what the releaser itself would have to consent to apart from
// what others are asked for: nobody asks itself, it decides. The blame of a
// plan alone knows who that is.
func (b MemberBlame) ownDecision(releaser MemberID) MemberBlame {
	self := ByMember(releaser)
	for i := range b.Portions {
		p := &b.Portions[i]
		// That the portion is not released to the member stands beside it.
		p.Reasons = slices.DeleteFunc(p.Reasons, func(r Reason) bool { return r.Kind == ConsentMissing && r.By != nil && *r.By == self })
	}
	var out []Remedy
	for _, r := range b.Remedies {
		k := slices.IndexFunc(r.Ask, func(q Request) bool { return q.Of == self })
		if r.Kind != AskConsent || k < 0 {
			out = append(out, r)
			continue
		}
		out = append(out, Remedy{Kind: WidenOwn, Portions: r.Ask[k].Portions})
		if r.Ask = slices.Delete(slices.Clone(r.Ask), k, k+1); len(r.Ask) > 0 {
			r.Portions = nil
			for _, q := range r.Ask {
				r.Portions = append(r.Portions, q.Portions...)
			}
			slices.Sort(r.Portions)
			r.Portions = slices.Compact(r.Portions)
			out = append(out, r)
		}
	}
	b.Remedies = out
	return b
}

// agreed puts what no release set can be widened for, since it takes no more
// members, apart from what can.
func (b MemberBlame) agreed(full func(index int) bool) MemberBlame {
	for k, r := range b.Remedies {
		if r.Kind != WidenOwn || !slices.ContainsFunc(r.Portions, full) {
			continue
		}
		open := slices.DeleteFunc(slices.Clone(r.Portions), full)
		shut := slices.DeleteFunc(slices.Clone(r.Portions), func(i int) bool { return !full(i) })
		in := []Remedy{{Kind: SecondMember, Portions: shut}}
		if len(open) > 0 {
			in = append(in, Remedy{Kind: WidenOwn, Portions: open})
		}
		b.Remedies = slices.Concat(b.Remedies[:k:k], in, b.Remedies[k+1:])
		break // there is one of them
	}
	return b
}
