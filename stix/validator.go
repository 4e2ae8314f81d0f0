package stix

import (
	"fmt"
	"strconv"
	"sync"
)

// validator checks one JSON text at a time. It is reused, so that steady use
// does not allocate; it is not for concurrent use.
type validator struct {
	tape *tape
	opt  Options
	errs []Error
	path []pathSeg
	more int  // findings that found no room
	old  bool // the object is one of STIX 2.0

	views []*object // by nesting level, see enter
	level int
}

func newValidator(opt Options) *validator {
	opt.Limits = opt.Limits.filled()
	return &validator{tape: newTape(opt.Limits), opt: opt}
}

var validators = sync.Pool{New: func() any { return newValidator(Options{}) }}

// Validate checks one document: a STIX object, a bundle, or a list of these,
// which is valid if all are. It returns nil if the document is valid. A text
// that is no I-JSON gives one finding whose clause is an RFC.
//
// The rules are the MUST rules of STIX 2.1 as spec/stix.md lists them.
func Validate(raw []byte) []Error {
	v := validators.Get().(*validator)
	defer validators.Put(v)
	return v.document(raw)
}

// ValidateWith is Validate with options.
func ValidateWith(raw []byte, opt Options) []Error {
	return newValidator(opt).document(raw)
}

func (v *validator) document(raw []byte) []Error {
	v.reset()
	if err := v.tape.parse(raw); err != nil {
		v.syntax(err)
		return v.result()
	}
	v.top(0)
	return v.result()
}

func (v *validator) reset() {
	v.errs, v.path, v.more, v.old, v.level = nil, v.path[:0], 0, false, 0
}

// result hands over the findings and lets go of the text.
func (v *validator) result() []Error {
	if v.more > 0 {
		v.errs = append(v.errs, Error{Path: "$", Clause: "bound", Message: strconv.Itoa(v.more) + " further findings are not listed", Advice: Valid(v.errs)})
	}
	errs := v.errs
	v.errs = nil
	v.tape.raw = nil
	clear(v.path[:cap(v.path)])
	return errs
}

func (v *validator) syntax(err *syntaxError) {
	v.errs = append(v.errs, Error{
		Path:    renderPath(v.path),
		Clause:  err.clause,
		Message: fmt.Sprintf("%s at byte %d", err.msg, err.pos),
	})
}

// top looks at a document: an object, a bundle or a list.
func (v *validator) top(n uint32) {
	switch v.tape.nodes[n].kind {
	case kArray:
		if v.tape.nodes[n].count == 0 {
			v.fail("2.12", "the list is empty; an object is wanted")
		}
		for i, e := range v.tape.elements(n) {
			v.push(nil, i)
			if v.tape.nodes[e].kind == kArray {
				v.fail("3", "is a list in a list; a STIX object is wanted")
			} else {
				v.top(e)
			}
			v.pop()
		}
	case kObject:
		if t, ok := v.tape.member(n, "type"); ok && v.isString(t, "bundle") {
			v.bundle(n)
			return
		}
		v.stixObject(n, container{})
	default:
		v.fail("3", "is "+kindNames[v.tape.nodes[n].kind]+"; a STIX object is wanted")
	}
}

func (v *validator) isString(n uint32, s string) bool {
	return v.tape.nodes[n].kind == kString && string(v.tape.str(n)) == s
}

func (v *validator) push(name []byte, index int) {
	v.path = append(v.path, pathSeg{name, index})
}

func (v *validator) pop() { v.path = v.path[:len(v.path)-1] }

// fail records that the value at the current path breaks a MUST.
func (v *validator) fail(clause, msg string) { v.report(clause, msg, false) }

// advise records what is wrong without making the document invalid; a strict
// validator fails instead.
func (v *validator) advise(clause, msg string) {
	if v.opt.Strict {
		v.report(clause, msg, false)
	} else if v.opt.Advice {
		v.report(clause, msg, true)
	}
}

// suggest records that a SHOULD is not followed.
func (v *validator) suggest(clause, msg string) {
	if v.opt.Advice {
		v.report(clause, msg, true)
	}
}

func (v *validator) report(clause, msg string, advice bool) {
	if len(v.errs) >= v.opt.Limits.Errors {
		// Advice must never crowd out the finding that decides.
		if !advice && Valid(v.errs) {
			v.errs[len(v.errs)-1] = Error{renderPath(v.path), clause, msg, false}
		}
		v.more++
		return
	}
	v.errs = append(v.errs, Error{renderPath(v.path), clause, msg, advice})
}

// failAt and adviseAt are fail and advise for a member of the current object.
func (v *validator) failAt(name, clause, msg string) {
	v.push([]byte(name), 0)
	v.fail(clause, msg)
	v.pop()
}

func (v *validator) adviseAt(name, clause, msg string) {
	if v.opt.Strict || v.opt.Advice {
		v.push([]byte(name), 0)
		v.advise(clause, msg)
		v.pop()
	}
}

// object checks object node n against spec s.
func (v *validator) object(n uint32, s *spec) {
	if v.enter(n, s) != nil {
		v.leave()
	}
}

// enter checks object node n against spec s and returns the view of it, which
// holds until leave; nil, and no leave, if n is no object. The views are kept
// by nesting level, so that no object costs an allocation.
func (v *validator) enter(n uint32, s *spec) *object {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.fail(s.clause, "must be an object, not "+kindNames[t.nodes[n].kind])
		return nil
	}
	if v.level == len(v.views) {
		v.views = append(v.views, new(object))
	}
	o := v.views[v.level]
	v.level++
	o.spec, o.node, o.seen = s, n, 0
	k := n + 1
	for c := t.nodes[n].count; c > 0; c-- {
		val := k + 1
		key := t.str(k)
		if i, ok := s.index[string(key)]; ok {
			o.seen |= 1 << i
			o.val[i] = val
			v.push(key, 0)
			v.value(val, &s.props[i].rule, s)
			v.pop()
		} else {
			v.extra(key, val, s)
		}
		k = t.nodes[val].next
	}
	if missing := s.required &^ o.seen; missing != 0 {
		for i := range s.props {
			if missing&(1<<i) != 0 {
				v.fail(s.clause, "required property "+s.props[i].name+" is missing")
			}
		}
	}
	for i := range s.anyOf {
		if o.seen&s.anyOf[i].mask == 0 {
			v.fail(s.clause, s.anyOf[i].msg)
		}
	}
	for _, ord := range s.orders {
		if o.seen&(1<<ord.first) != 0 && o.seen&(1<<ord.last) != 0 {
			v.ordered(o, ord)
		}
	}
	if s.check != nil {
		s.check(v, o)
	}
	return o
}

func (v *validator) leave() { v.level-- }

func (v *validator) ordered(o *object, ord order) {
	t := v.tape
	a, b := o.val[ord.first], o.val[ord.last]
	if t.nodes[a].kind != kString || t.nodes[b].kind != kString {
		return
	}
	first, bad1 := parseTimestamp(t.str(a))
	last, bad2 := parseTimestamp(t.str(b))
	if bad1 != timestampOK || bad2 != timestampOK {
		return // reported where it stands
	}
	c := last.compare(first)
	if c > 0 || c == 0 && !ord.strict {
		return
	}
	word := "later than or equal to "
	if ord.strict {
		word = "later than "
	}
	p := o.spec.props
	v.failAt(p[ord.last].name, o.spec.clause, "must be "+word+p[ord.first].name+" ("+clip(string(t.str(a)))+"), is "+clip(string(t.str(b))))
}

// extra looks at a property that the spec does not list.
func (v *validator) extra(key []byte, val uint32, s *spec) {
	switch {
	case s.closed:
		v.push(key, 0)
		v.fail(s.clause, "is no property of "+s.name)
		v.pop()
	case s.nested:
	default:
		v.customProperty(key, val, !s.ext)
	}
}

// customProperty holds a property that the specification does not define to
// clauses 3.1, 2.12 and 11.1; top says that it stands in a STIX object itself,
// where some names are reserved, not in an extension of it.
func (v *validator) customProperty(key []byte, val uint32, top bool) {
	v.push(key, 0)
	defer v.pop()
	if v.old && !patternNameOK(key) {
		v.fail("STIX 2.0 part 1, 7.1", "is no property name: 3 to 250 of a-z, 0-9 and underscores are wanted")
		return
	}
	if !v.old && grosslyBadName(key) {
		v.fail("3.1", "is no property name: it "+nameFault(key))
		return
	}
	if fault := nameFault(key); fault != "" {
		v.advise("3.1", "is no property name: it "+fault)
	}
	n := &v.tape.nodes[val]
	switch n.kind {
	case kNull:
		v.fail("2", "must not be null; leave the property out")
	case kArray:
		if n.count == 0 {
			v.fail("2.12", "empty lists are not allowed; leave the property out")
		}
	}
	if top && (reservedNames[string(key)] && !v.old || v.old && reservedNames20[string(key)]) {
		v.fail("3.8", "is a reserved property name")
	}
	if len(key) >= 5 && key[len(key)-4] == '_' && nameFault(key) == "" {
		switch string(key[len(key)-3:]) {
		case "bin":
			v.value(val, &rule{kind: ruleBinary, clause: "2.1"}, nil)
		case "hex":
			if !v.old {
				v.value(val, &rule{kind: ruleHex, clause: "2.8"}, nil)
			}
		}
	}
}
