package label

// Effective returns l with the release set that the consents on record leave
// it: the form in which the label of a portion enters [Join]. id names the
// portion, so that decisions about it alone are honoured; empty, only standing
// ones are. A member is in the effective release set if
//
//  1. rel names it, or every originator and every member whose consent is
//     needed has granted it (a member that is one of them grants itself); and
//  2. for each external originator it is the holder, or that originator has
//     granted it (rule 8); and
//  3. no originator and no external originator withholds the material from it.
//     Nobody withholds from itself, and no external originator from the holder;
//     a member whose consent is needed but that is no originator can keep the
//     release from being widened, not narrow it.
//
// Nothing else in the label changes. Effective is idempotent, and rolling up
// effective labels and taking the effective label of the result, by the same
// standing consents, changes nothing.
func (c Consents) Effective(l Label, id PortionID) Label {
	l.Rel = c.release(&l, id)
	return l
}

// required returns the members whose grants together widen the release of l.
func (l *Label) required() MemberSet { return l.Originators.Union(l.ConsentNeeded) }

func (c Consents) release(l *Label, id PortionID) MemberSet {
	rel := l.Rel
	if len(c.ledgers) == 0 {
		for x := range l.External.All() {
			rel = rel.Intersect(single(x.Holder))
		}
		return rel
	}

	var wide, held MemberSet
	for i, code := range l.required().codes {
		o := nameOf(code)
		granted, withheld := c.decided(ByMember(o), id)
		if i == 0 {
			wide = granted
		} else {
			wide = wide.Intersect(granted)
		}
		if l.Originators.has(code) {
			held = held.Union(withheld)
		}
	}
	rel = rel.Union(wide)
	for x := range l.External.All() {
		granted, withheld := c.decided(ByExternal(x), id)
		rel = rel.Intersect(granted)
		held = held.Union(withheld)
	}
	return rel.Minus(held)
}

// effective returns the effective label of a portion: l itself where the
// consents change nothing.
func (c Consents) effective(l *Label, id PortionID) *Label {
	rel := c.release(l, id)
	if rel.shares(l.Rel) {
		return l
	}
	e := *l
	e.Rel = rel
	return &e
}
