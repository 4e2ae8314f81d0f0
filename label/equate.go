package label

import "fmt"

// equate checks the equivalences and fills in what each policy's classes are
// in the common one.
//
// The classes of all policies are the nodes of a graph. Equivalences merge
// nodes into groups; the order within each policy gives edges between groups.
// The table is sound if and only if no group lies above itself: then there is
// an order of all groups in which every policy is a chain.
func (t *Table) equate(equivalences []Equivalence) error {
	base := make(map[PolicyID]int, len(t.order))
	var refs []ClassRef
	for _, id := range t.order {
		base[id] = len(refs)
		for _, c := range t.policies[id].Classes {
			refs = append(refs, ClassRef{id, c})
		}
	}
	if len(equivalences) > len(refs)*len(refs) {
		return fmt.Errorf("%w: %w: %d equivalences, more than there are pairs of classes", ErrTable, ErrTooMany, len(equivalences))
	}
	node := func(r ClassRef) (int, error) {
		_, rank, err := t.lookup(r.Policy, r.Class)
		return base[r.Policy] + rank, err
	}

	group := make([]int, len(refs))
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	type pair struct{ a, b int }
	seen := make(map[pair]bool, len(equivalences))
	mentioned := make(map[PolicyID]bool)
	for _, e := range equivalences {
		a, err := node(e.A)
		if err != nil {
			return fmt.Errorf("%w: equivalence of %s: %w", ErrTable, e.A, err)
		}
		b, err := node(e.B)
		if err != nil {
			return fmt.Errorf("%w: equivalence of %s: %w", ErrTable, e.B, err)
		}
		if e.A.Policy == e.B.Policy {
			return fmt.Errorf("%w: %s and %s belong to one policy, whose classes are never equal: remove the equivalence", ErrTable, e.A, e.B)
		}
		p := pair{min(a, b), max(a, b)}
		if seen[p] {
			return fmt.Errorf("%w: the equivalence of %s and %s stands twice: state it once", ErrTable, e.A, e.B)
		}
		seen[p] = true
		mentioned[e.A.Policy], mentioned[e.B.Policy] = true, true
		group[find(a)] = find(b)
	}

	if r, ok := t.aboveItself(refs, base, find); ok {
		return fmt.Errorf("%w: the equivalences put %s above itself, so they are cyclic or break the order of a policy: remove one of those that involve it", ErrTable, refs[r])
	}
	mentioned[t.common.ID] = true
	for _, id := range t.order {
		if mentioned[id] {
			if err := t.policies[id].bind(t.common, base, find); err != nil {
				return err
			}
		}
	}
	return nil
}

// aboveItself looks for a group on a cycle of the order, by taking away groups
// with nothing below them until none is left (Kahn), and returns a class of
// one that stays.
func (t *Table) aboveItself(refs []ClassRef, base map[PolicyID]int, find func(int) int) (int, bool) {
	below := make([]int, len(refs))
	above := make([][]int, len(refs))
	for i := range refs[1:] {
		if refs[i].Policy == refs[i+1].Policy {
			lo, hi := find(i), find(i+1)
			above[lo] = append(above[lo], hi)
			below[hi]++
		}
	}
	var free []int
	left := 0
	for i := range refs {
		if find(i) == i {
			left++
			if below[i] == 0 {
				free = append(free, i)
			}
		}
	}
	for len(free) > 0 {
		i := free[len(free)-1]
		free = free[:len(free)-1]
		left--
		for _, j := range above[i] {
			if below[j]--; below[j] == 0 {
				free = append(free, j)
			}
		}
	}
	if left == 0 {
		return 0, false
	}
	for i := range refs {
		if below[find(i)] > 0 {
			return i, true
		}
	}
	return 0, true
}

// bind fills in up and down against the common policy.
func (p *tablePolicy) bind(common *tablePolicy, base map[PolicyID]int, find func(int) int) error {
	p.up = make([]int, len(p.Classes))
	p.down = make([]int, len(common.Classes))
	for c := range p.down {
		p.down[c] = -1
	}
	for i := range p.Classes {
		p.up[i] = -1
		for c := range common.Classes {
			if find(base[p.ID]+i) == find(base[common.ID]+c) {
				p.up[i], p.down[c] = c, i
			}
		}
		if p.up[i] < 0 {
			return fmt.Errorf("%w: %w: %s has no equal in the common policy %s while other classes of it are equated: equate all of them or none",
				ErrTable, ErrNoEquivalence, ClassRef{p.ID, p.Classes[i]}, common.ID)
		}
	}
	return nil
}
