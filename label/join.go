package label

import "fmt"

// Join returns the least label that is at least as strict as a and as b:
//
//	policy, class    that of the two which is higher; where the policies
//	                 differ, the higher of their equals in the common policy
//	rel              intersection
//	originators, consent needed, external, use codes, caveats
//	                 union; of each foreign scheme the strictest mark
//	personal         or
//	review by, expires
//	                 the earlier one
//
// Join is commutative, associative and idempotent, also in what it refuses: it
// returns an error only for a policy or class that the table does not hold,
// for two policies of which one has no equivalence with the common one, for a
// label that is not valid, and for a union beyond its bound.
//
// Join takes rel as it stands. The consents are applied before, to each
// portion by itself, by [Consents.Effective].
func Join(t *Table, a, b Label) (Label, error) {
	for _, l := range []*Label{&a, &b} {
		if err := t.Check(*l); err != nil {
			return Label{}, err
		}
	}
	policy, class, err := t.higher(a.Policy, a.Class, b.Policy, b.Class)
	if err != nil {
		return Label{}, err
	}
	l := Label{
		Policy:        policy,
		Class:         class,
		Rel:           a.Rel.Intersect(b.Rel),
		Originators:   a.Originators.Union(b.Originators),
		ConsentNeeded: a.ConsentNeeded.Union(b.ConsentNeeded),
		External:      a.External.Union(b.External),
		UseCodes:      a.UseCodes.Union(b.UseCodes),
		Caveats:       a.Caveats.Union(b.Caveats),
		Personal:      a.Personal || b.Personal,
		ReviewBy:      a.ReviewBy.Min(b.ReviewBy),
		Expires:       a.Expires.Min(b.Expires),
	}
	if err := l.bounded(); err != nil {
		return Label{}, err
	}
	return l, nil
}

// higher returns the join of two classes.
func (t *Table) higher(p PolicyID, c Class, q PolicyID, d Class) (PolicyID, Class, error) {
	tp, i, err := t.lookup(p, c)
	if err != nil {
		return "", "", err
	}
	tq, j, err := t.lookup(q, d)
	if err != nil {
		return "", "", err
	}
	if tp == tq {
		return p, tp.Classes[max(i, j)], nil
	}
	for _, x := range []*tablePolicy{tp, tq} {
		if x.up == nil {
			return "", "", noEquivalence(x.ID, t.common.ID)
		}
	}
	return t.common.ID, t.common.Classes[max(tp.up[i], tq.up[j])], nil
}

func noEquivalence(p, common PolicyID) error {
	return fmt.Errorf("%w: policy %s has no equivalence with the common policy %s: have the members sign one, or release its portions by themselves", ErrNoEquivalence, p, common)
}

// Stricter reports whether a is at least as strict as b, in the order of which
// [Join] is the least upper bound: whether joining b to a changes nothing.
func Stricter(t *Table, a, b Label) (bool, error) {
	j, err := Join(t, a, b)
	if err != nil {
		return false, err
	}
	return j.Equal(a), nil
}
