package stix

import (
	"fmt"
	"slices"
)

// MatchOptions bounds the evaluation of a pattern.
type MatchOptions struct {
	// Steps is how much work the evaluation may do, counted in comparisons and
	// in assignments of an observation to a part of the pattern; default
	// 10,000,000. Beyond it Match fails with ErrSteps.
	Steps  int
	Limits Limits
}

// DefaultSteps is the default of MatchOptions.Steps.
const DefaultSteps = 10_000_000

// Match is what evaluating a pattern gave.
type Match struct {
	// OK tells whether the pattern matches.
	OK bool
	// ObservedData has the identifiers of the observed data that together
	// satisfy it, in the order of the document; another choice may exist.
	ObservedData []string
}

// Match evaluates the pattern on the observed data of a document: an
// observed-data object, or a bundle or list with observed data and the cyber
// observables that they refer to. Other objects are passed over.
//
// An observation is one observed-data object, its time the interval from
// first_observed to last_observed, and it counts number_observed times for
// REPEATS. What joins observation expressions demands different observations.
// Where intervals leave open which of two came first, or how far apart they
// were, the reading that lets the pattern match is taken, as in the OASIS
// matcher. spec/stix.md has the details.
//
// MATCHES takes the regular expressions of Go's regexp package (RE2), so its
// time is linear; one that RE2 lacks (a back reference, a look-around) is an
// error that wraps ErrPattern. Errors wrap ErrSyntax, ErrTooLarge, ErrPattern or
// ErrSteps.
func (p *Pattern) Match(document []byte, opt MatchOptions) (Match, error) {
	t := newTape(opt.Limits)
	if err := t.parse(document); err != nil {
		return Match{}, err
	}
	if opt.Steps <= 0 {
		opt.Steps = DefaultSteps
	}
	m := &matcher{t: t, pattern: p, steps: opt.Steps}
	m.collect(0)
	if err := m.compile(); err != nil {
		return Match{}, err
	}
	m.order()
	if err := m.evaluate(); err != nil {
		return Match{}, err
	}
	if ok, err := m.assignable(); !ok || err != nil {
		return Match{}, err
	}
	return m.solve()
}

// observed is one observation.
type observed struct {
	id          string
	place       int // in the document
	first, last instant
	count       int64
	objects     []uint32          // nodes of its cyber observables
	byRef       map[string]uint32 // by identifier or by key of its dictionary
}

type matcher struct {
	t       *tape
	pattern *Pattern
	steps   int
	obs     []observed
	byID    map[string]uint32
	tests   map[*comparison]*compiledTest
	// hits has, for each bracketed expression, the observations it is true of.
	hits [][]int
}

func (m *matcher) step() error { return m.work(1) }

func (m *matcher) work(steps int) error {
	if m.steps -= steps; m.steps < 0 {
		return fmt.Errorf("%w; raise MatchOptions.Steps or narrow the pattern", ErrSteps)
	}
	return nil
}

// collect finds the observations and the cyber observables.
func (m *matcher) collect(root uint32) {
	m.byID = map[string]uint32{}
	var roots []uint32
	m.gather(root, &roots, 0)
	for _, n := range roots {
		if id, ok := m.t.member(n, "id"); ok && m.t.nodes[id].kind == kString {
			m.byID[string(m.t.str(id))] = n
		}
	}
	for _, n := range roots {
		if m.t.typeIs(n, "observed-data") {
			m.observe(n)
		}
	}
}

// typeIs tells whether object n is of the type.
func (t *tape) typeIs(n uint32, typ string) bool {
	v, ok := t.member(n, "type")
	return ok && t.nodes[v].kind == kString && string(t.str(v)) == typ
}

func (m *matcher) gather(n uint32, roots *[]uint32, depth int) {
	t := m.t
	switch t.nodes[n].kind {
	case kArray:
		if depth < 2 {
			for _, e := range t.elements(n) {
				m.gather(e, roots, depth+1)
			}
		}
	case kObject:
		if t.typeIs(n, "bundle") && depth < 2 {
			if list, ok := t.member(n, "objects"); ok {
				m.gather(list, roots, depth)
			}
			return
		}
		*roots = append(*roots, n)
	}
}

func (m *matcher) observe(n uint32) {
	t := m.t
	o := observed{place: len(m.obs), count: 1, byRef: m.byID}
	o.first, o.last = m.instantOf(n, "first_observed"), m.instantOf(n, "last_observed")
	if c, ok := t.member(n, "number_observed"); ok {
		if i, ok := t.integer(c); ok && i > 0 {
			o.count = i
		}
	}
	if id, ok := t.member(n, "id"); ok && t.nodes[id].kind == kString {
		o.id = string(t.str(id))
	}
	if list, ok := t.member(n, "object_refs"); ok && t.nodes[list].kind == kArray {
		for _, r := range t.elements(list) {
			if t.nodes[r].kind == kString {
				if x, ok := m.byID[string(t.str(r))]; ok {
					o.objects = append(o.objects, x)
				}
			}
		}
	}
	if dict, ok := t.member(n, "objects"); ok && t.nodes[dict].kind == kObject {
		o.byRef = map[string]uint32{}
		for k, x := range t.members(dict) {
			if t.nodes[x].kind != kObject {
				continue
			}
			o.objects = append(o.objects, x)
			o.byRef[string(t.str(k))] = x
			if id, ok := t.member(x, "id"); ok && t.nodes[id].kind == kString {
				o.byRef[string(t.str(id))] = x
			}
		}
	}
	m.obs = append(m.obs, o)
}

func (m *matcher) instantOf(n uint32, name string) instant {
	if s, ok := m.t.member(n, name); ok && m.t.nodes[s].kind == kString {
		if at, fault := parseTimestamp(m.t.str(s)); fault == timestampOK {
			return at
		}
	}
	return instant{}
}

// order sorts the observations by time, so that choosing them in order leaves
// a time window as soon as it can be left.
func (m *matcher) order() {
	slices.SortStableFunc(m.obs, func(a, b observed) int {
		if c := a.first.compare(b.first); c != 0 {
			return c
		}
		return a.last.compare(b.last)
	})
}

// evaluate finds which bracketed expressions are true of which observations.
func (m *matcher) evaluate() error {
	m.hits = make([][]int, len(m.pattern.simple))
	for i, s := range m.pattern.simple {
		for o := range m.obs {
			if err := m.step(); err != nil {
				return err
			}
			ok, err := m.holds(s.test, &m.obs[o])
			if err != nil {
				return err
			}
			if ok {
				m.hits[i] = append(m.hits[i], o)
			}
		}
	}
	return nil
}

// maxAlternatives bounds how many ways to satisfy a comparison expression are
// kept apart.
const maxAlternatives = 256

// choice is one way to satisfy a comparison expression: for each object type it
// speaks of, the objects of that type that do.
type choice map[string][]uint32

// holds tells whether a comparison expression is true of an observation: one
// object of each type that it speaks of must satisfy all that it says of that
// type (9.6).
func (m *matcher) holds(e *comparisonExpr, o *observed) (bool, error) {
	alts, err := m.choices(e, o)
	return len(alts) > 0, err
}

func (m *matcher) choices(e *comparisonExpr, o *observed) ([]choice, error) {
	if e.op == 0 {
		objs, err := m.satisfying(e.test, o)
		if err != nil || len(objs) == 0 {
			return nil, err
		}
		return []choice{{e.test.typ: objs}}, nil
	}
	left, err := m.choices(e.left, o)
	if err != nil || len(left) == 0 && e.op == '&' {
		return nil, err
	}
	right, err := m.choices(e.right, o)
	if err != nil {
		return nil, err
	}
	if e.op == '|' {
		return m.union(left, right)
	}
	var out []choice
	for _, l := range left {
		for _, r := range right {
			if err := m.step(); err != nil {
				return nil, err
			}
			if both := l.and(r); both != nil {
				if out, err = m.union(out, []choice{both}); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// and joins two choices: an object must satisfy both where both speak of its
// type. It returns nil if no object of some type does.
func (a choice) and(b choice) choice {
	out := choice{}
	for typ, objs := range a {
		if others, ok := b[typ]; ok {
			objs = intersect(objs, others)
			if len(objs) == 0 {
				return nil
			}
		}
		out[typ] = objs
	}
	for typ, objs := range b {
		if _, ok := a[typ]; !ok {
			out[typ] = objs
		}
	}
	return out
}

// union collects alternatives. Those that speak of one type only, the same, are
// one alternative with the objects of both.
func (m *matcher) union(a, b []choice) ([]choice, error) {
	for _, c := range b {
		if err := m.step(); err != nil {
			return nil, err
		}
		if len(c) == 1 {
			for typ, objs := range c {
				i := slices.IndexFunc(a, func(x choice) bool { return len(x) == 1 && x[typ] != nil })
				if i >= 0 {
					a[i] = choice{typ: merge(a[i][typ], objs)}
					c = nil
				}
			}
		}
		if c != nil {
			a = append(a, c)
		}
	}
	if len(a) > maxAlternatives {
		return nil, fmt.Errorf("%w: more than %d alternatives over several object types", ErrSteps, maxAlternatives)
	}
	return a, nil
}

// intersect and merge work on ascending lists.
func intersect(a, b []uint32) (out []uint32) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, a[i])
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return out
}

func merge(a, b []uint32) []uint32 {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// satisfying returns the observation's objects that a comparison is true of, in
// ascending order.
func (m *matcher) satisfying(c *comparison, o *observed) ([]uint32, error) {
	test := m.tests[c]
	var out []uint32
	for _, n := range o.objects {
		if err := m.step(); err != nil {
			return nil, err
		}
		if !m.t.typeIs(n, c.typ) {
			continue
		}
		ok, err := m.follow(test, n, c.path, o)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// follow walks an object path from value n and tells whether the comparison is
// true of any value that it arrives at. A path that leads nowhere is never
// true, except of NOT EXISTS.
func (m *matcher) follow(test *compiledTest, n uint32, path []pathStep, o *observed) (bool, error) {
	found, err := m.walk(test, n, path, o, "")
	if err == nil && test.op == "EXISTS" && test.not {
		found = !found
	}
	return found, err
}

func (m *matcher) walk(test *compiledTest, n uint32, path []pathStep, o *observed, name string) (bool, error) {
	if err := m.step(); err != nil {
		return false, err
	}
	t := m.t
	if len(path) == 0 {
		if test.op == "EXISTS" {
			return true, nil
		}
		if err := m.work(test.cost(t, n)); err != nil {
			return false, err
		}
		return test.compare(t, n, name), nil
	}
	step := path[0]
	if !step.list && t.nodes[n].kind == kString {
		// A name after a reference goes on in the object referred to (9.7).
		next, ok := o.byRef[string(t.str(n))]
		if !ok || !isReference(name) {
			return false, nil
		}
		n = next
	}
	switch {
	case !step.list:
		val, ok := t.member(n, step.name)
		if !ok {
			return false, nil
		}
		return m.walk(test, val, path[1:], o, step.name)
	case t.nodes[n].kind != kArray:
		return false, nil
	}
	for i, e := range t.elements(n) {
		if step.star || i == step.index {
			ok, err := m.walk(test, e, path[1:], o, name)
			if ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}

func isReference(name string) bool {
	return len(name) > 4 && name[len(name)-4:] == "_ref" || len(name) > 5 && name[len(name)-5:] == "_refs"
}
