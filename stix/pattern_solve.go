package stix

import (
	"math/big"
	"slices"
)

// binding is the set of observations that satisfy a part of a pattern.
type binding []int

// solve looks for an assignment of different observations to the bracketed
// expressions that satisfies every operator and qualifier, by search with
// backtracking. Every assignment tried costs a step, so the search ends.
func (m *matcher) solve() (Match, error) {
	s := &solver{m: m, used: make([]bool, len(m.obs))}
	var found binding
	ok, err := s.search(m.pattern.root, func(b binding) (bool, error) {
		found = slices.Clone(b)
		return true, nil
	})
	if err != nil || !ok {
		return Match{}, err
	}
	slices.SortFunc(found, func(a, b int) int { return m.obs[a].place - m.obs[b].place })
	out := Match{OK: true}
	for _, i := range found {
		out.ObservedData = append(out.ObservedData, m.obs[i].id)
	}
	return out, nil
}

type solver struct {
	m    *matcher
	used []bool
	// windows are the WITHIN qualifiers that the search stands in.
	windows []*window
}

// window holds what has been chosen inside a WITHIN qualifier.
type window struct {
	seconds  float64
	latest   []instant // latest first_observed, after each choice
	earliest []instant // earliest last_observed
}

type cont func(binding) (bool, error)

// search calls then with every binding that satisfies o, until it is content.
func (s *solver) search(o *observation, then cont) (bool, error) {
	switch o.op {
	case obsTest:
		return s.pick(o, 0, then)
	case obsOr:
		ok, err := s.search(o.left, then)
		if ok || err != nil {
			return ok, err
		}
		return s.search(o.right, then)
	case obsAnd, obsFollowedBy:
		return s.search(o.left, func(l binding) (bool, error) {
			l = slices.Clone(l)
			return s.search(o.right, func(r binding) (bool, error) {
				if o.op == obsFollowedBy && !s.m.canFollow(l, r) {
					return false, s.m.step()
				}
				return then(append(slices.Clone(l), r...))
			})
		})
	case obsWithin:
		return s.within(o, then)
	case obsRepeats:
		if o.left.op == obsTest {
			return s.repeatSimple(o, 0, 0, nil, then)
		}
		return s.repeat(o, o.times, nil, -1, then)
	default: // obsStartStop
		return s.search(o.left, func(b binding) (bool, error) {
			for _, i := range b {
				x := &s.m.obs[i]
				if x.last.compare(o.start) < 0 || x.first.compare(o.stop) >= 0 {
					return false, s.m.step()
				}
			}
			return then(b)
		})
	}
}

// pick tries each observation from the given one on for a bracketed expression.
func (s *solver) pick(o *observation, from int, then cont) (bool, error) {
	for _, i := range s.m.hits[o.index] {
		if i < from || s.used[i] {
			continue
		}
		ok, err := s.take(i, func() (bool, error) { return then(binding{i}) })
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// take chooses observation i for the time of f, unless a window that the search
// stands in is left by it.
func (s *solver) take(i int, f func() (bool, error)) (bool, error) {
	if err := s.m.step(); err != nil {
		return false, err
	}
	x := &s.m.obs[i]
	for n, w := range s.windows {
		if !w.push(x) {
			for _, w := range s.windows[:n+1] {
				w.pop()
			}
			return false, nil
		}
	}
	inForce := len(s.windows)
	s.used[i] = true
	ok, err := f()
	s.used[i] = false
	for _, w := range s.windows[:inForce] {
		w.pop()
	}
	return ok, err
}

func (w *window) push(x *observed) bool {
	latest, earliest := x.first, x.last
	if n := len(w.latest); n > 0 {
		if w.latest[n-1].compare(latest) > 0 {
			latest = w.latest[n-1]
		}
		if w.earliest[n-1].compare(earliest) < 0 {
			earliest = w.earliest[n-1]
		}
	}
	w.latest = append(w.latest, latest)
	w.earliest = append(w.earliest, earliest)
	return latest.compare(earliest) <= 0 || secondsBetween(earliest, latest) <= w.seconds
}

func (w *window) pop() {
	w.latest = w.latest[:len(w.latest)-1]
	w.earliest = w.earliest[:len(w.earliest)-1]
}

// secondsBetween is b - a.
func secondsBetween(a, b instant) float64 {
	return float64(b.sec-a.sec) + b.fraction() - a.fraction()
}

func (a instant) fraction() float64 {
	if len(a.frac) == 0 {
		return 0
	}
	digits := a.frac[:min(len(a.frac), 18)]
	f, _, err := big.ParseFloat("0."+string(digits), 10, 64, big.ToNearestEven)
	if err != nil {
		return 0
	}
	v, _ := f.Float64()
	return v
}

// within lets the operand be searched inside a window; what comes after the
// operand is searched outside of it.
func (s *solver) within(o *observation, then cont) (bool, error) {
	w := &window{seconds: o.seconds}
	s.windows = append(s.windows, w)
	depth := len(s.windows)
	ok, err := s.search(o.left, func(b binding) (bool, error) {
		// Nested windows have been left, so w is the innermost.
		inside := s.windows
		s.windows = slices.Clone(s.windows[:depth-1])
		ok, err := then(b)
		s.windows = inside
		return ok, err
	})
	s.windows = s.windows[:depth-1]
	return ok, err
}

// repeatSimple chooses observations in order until their numbers add up.
func (s *solver) repeatSimple(o *observation, from int, sum int64, chosen binding, then cont) (bool, error) {
	if sum >= o.times {
		return then(chosen)
	}
	return s.pick(o.left, from, func(b binding) (bool, error) {
		i := b[0]
		return s.repeatSimple(o, i+1, sum+min(s.m.obs[i].count, o.times), append(slices.Clone(chosen), i), then)
	})
}

// repeat satisfies a compound operand several times over with different
// observations. The first observation of each time ascends, since the order of
// the times does not matter.
func (s *solver) repeat(o *observation, left int64, chosen binding, first int, then cont) (bool, error) {
	if left == 0 {
		return then(chosen)
	}
	if left > int64(len(s.m.obs)) {
		return false, nil
	}
	return s.search(o.left, func(b binding) (bool, error) {
		lowest := slices.Min(b)
		if lowest <= first {
			return false, s.m.step()
		}
		return s.repeat(o, left-1, append(slices.Clone(chosen), b...), lowest, then)
	})
}

// canFollow tells whether all of r can have come at or after all of l.
func (m *matcher) canFollow(l, r binding) bool {
	for _, a := range l {
		for _, b := range r {
			if m.obs[a].first.compare(m.obs[b].last) > 0 {
				return false
			}
		}
	}
	return true
}

// assignable tells, for a pattern without OR, whether there are enough
// different observations for its bracketed expressions at all: a matching in
// the bipartite graph of both, found by augmenting paths. It spares the search
// the factorial time that a plain shortage of observations would cost it.
func (m *matcher) assignable() (bool, error) {
	if m.pattern.root.hasOr() {
		return true, nil
	}
	g := &assignment{m: m, owner: make([]int, len(m.obs)), seen: make([]int, len(m.obs))}
	for i := range m.hits {
		g.round = i + 1
		if ok, err := g.augment(i); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// assignment is a matching under construction: owner and seen number the
// bracketed expressions and the rounds from 1, so that 0 is none.
type assignment struct {
	m           *matcher
	owner, seen []int
	round       int
}

func (g *assignment) augment(i int) (bool, error) {
	for _, o := range g.m.hits[i] {
		if g.seen[o] == g.round {
			continue
		}
		if err := g.m.step(); err != nil {
			return false, err
		}
		g.seen[o] = g.round
		free := g.owner[o] == 0
		if !free {
			var err error
			if free, err = g.augment(g.owner[o] - 1); err != nil {
				return false, err
			}
		}
		if free {
			g.owner[o] = i + 1
			return true, nil
		}
	}
	return false, nil
}

func (o *observation) hasOr() bool {
	if o == nil {
		return false
	}
	return o.op == obsOr || o.left.hasOr() || o.right.hasOr()
}
