package stix

// ruleKind is what a property's value must be.
type ruleKind uint8

const (
	ruleAny ruleKind = iota
	ruleString
	ruleBool
	ruleInteger
	ruleFloat
	ruleTimestamp
	ruleTimestampMilli  // at least three digits of fraction
	ruleTimestampMilli3 // exactly three, STIX 2.0
	ruleTimestampSecond // none
	ruleEnum
	ruleID       // an identifier
	ruleSCORef   // a reference from a cyber observable
	ruleHex      // hexadecimal
	ruleBinary   // base64
	ruleForm     // a string that form accepts
	ruleHashes   // a dictionary of hashes
	ruleDict     // a dictionary
	ruleEmbedded // an object described by sub
	ruleCustom   // whatever check says
	ruleList     // a non-empty list whose elements follow elem
)

// rule is what a property's value must be, with the parameters of its kind.
type rule struct {
	kind     ruleKind
	min, max int64           // ruleInteger; of floats when bounded
	bounded  bool            // min and max hold
	enum     map[string]bool // ruleEnum
	refs     *refRule        // ruleID, ruleSCORef
	form     func(s []byte) bool
	want     string // for ruleForm: what is wanted, in words
	soft     bool   // for ruleForm: another form is advice only
	clause   string // overrides the property's clause
	sub      *spec
	elem     *rule
	check    func(v *validator, n uint32)
}

// refRule says which object types a reference may name.
type refRule struct {
	only  map[string]bool // the allowed types, nil for all but not
	not   map[string]bool // forbidden types
	names string          // the allowed ones in words
	soft  bool            // breaking it is advice only
}

// prop is one property of a kind of object.
type prop struct {
	name     string
	required bool
	rule     rule
}

// group is a set of properties of which some must or must not be present.
type group struct {
	mask uint64
	msg  string
}

// order is a pair of timestamps that must not run backwards.
type order struct {
	first, last uint8 // property indices
	strict      bool  // equal is wrong too
}

// spec describes a kind of object: a STIX object, or one embedded in it.
type spec struct {
	name     string
	clause   string
	class    class
	props    []prop
	index    map[string]uint8
	required uint64
	anyOf    []group // at least one of each
	orders   []order
	closed   bool // no property beyond the listed ones
	nested   bool // an embedded object: names of custom properties are not looked at
	ext      bool // an extension: custom properties follow the rules of top-level ones
	// extensions has the predefined extensions of a cyber observable.
	extensions map[string]*spec
	// check looks at what the tables cannot say.
	check func(v *validator, o *object)
}

// class is the family that an object type belongs to.
type class uint8

const (
	classNone class = iota
	classSDO
	classSRO
	classSCO
	classMeta
	classBundle
)

// object is an object node while it is being validated: which of its spec's
// properties are present, and their values.
type object struct {
	spec *spec
	node uint32
	seen uint64
	val  [64]uint32
}

func (o *object) get(name string) (uint32, bool) {
	i, ok := o.spec.index[name]
	if !ok || o.seen&(1<<i) == 0 {
		return 0, false
	}
	return o.val[i], true
}

func (o *object) has(name string) bool {
	_, ok := o.get(name)
	return ok
}

// build completes a spec from its property list. It runs at start-up only, so
// that a mistake in a table stops the first test.
func (s *spec) build() *spec {
	if len(s.props) > 64 {
		panic("stix: more than 64 properties in " + s.name)
	}
	s.index = make(map[string]uint8, len(s.props))
	for i, p := range s.props {
		if _, twice := s.index[p.name]; twice {
			panic("stix: property " + p.name + " twice in " + s.name)
		}
		s.index[p.name] = uint8(i)
		if p.required {
			s.required |= 1 << i
		}
	}
	return s
}

func (s *spec) mask(names ...string) (m uint64) {
	for _, n := range names {
		i, ok := s.index[n]
		if !ok {
			panic("stix: no property " + n + " in " + s.name)
		}
		m |= 1 << i
	}
	return m
}

// oneOf demands at least one of the named properties.
func (s *spec) oneOf(names ...string) *spec {
	msg := "needs at least one of "
	for i, n := range names {
		if i > 0 {
			msg += ", "
		}
		msg += n
	}
	s.anyOf = append(s.anyOf, group{s.mask(names...), msg})
	return s
}

// oneOfAll demands at least one of the spec's own properties.
func (s *spec) oneOfAll() *spec {
	s.anyOf = append(s.anyOf, group{1<<len(s.props) - 1, "needs at least one of its properties"})
	return s
}

func (s *spec) inOrder(first, last string, strict bool) *spec {
	s.mask(first, last)
	s.orders = append(s.orders, order{s.index[first], s.index[last], strict})
	return s
}

// The constructors below keep the tables readable.

func req(p prop) prop { p.required = true; return p }

func property(name string, r rule) prop { return prop{name: name, rule: r} }

func str(name string) prop      { return property(name, rule{kind: ruleString}) }
func boolean(name string) prop  { return property(name, rule{kind: ruleBool}) }
func ts(name string) prop       { return property(name, rule{kind: ruleTimestamp}) }
func integer(name string) prop  { return property(name, rule{kind: ruleInteger}) }
func float(name string) prop    { return property(name, rule{kind: ruleFloat}) }
func hex(name string) prop      { return property(name, rule{kind: ruleHex}) }
func hashes(name string) prop   { return property(name, rule{kind: ruleHashes}) }
func dict(name string) prop     { return property(name, rule{kind: ruleDict}) }
func strings_(name string) prop { return list(name, rule{kind: ruleString}) }

func natural(name string) prop {
	return between(name, 0, maxInteger)
}

func between(name string, min, max int64) prop {
	return property(name, rule{kind: ruleInteger, min: min, max: max, bounded: true})
}

func list(name string, elem rule) prop {
	return property(name, rule{kind: ruleList, elem: &elem})
}

func enum(name string, words string) prop {
	return property(name, rule{kind: ruleEnum, enum: wordSet(words)})
}

func form(name, want string, ok func([]byte) bool) prop {
	return property(name, rule{kind: ruleForm, want: want, form: ok})
}

func embedded(name string, sub *spec) prop {
	return property(name, rule{kind: ruleEmbedded, sub: sub})
}

func embeddedList(name string, sub *spec) prop {
	return list(name, rule{kind: ruleEmbedded, sub: sub})
}

func custom(name string, check func(v *validator, n uint32)) prop {
	return property(name, rule{kind: ruleCustom, check: check})
}

func only(types string) *refRule { return &refRule{only: wordSet(types), names: types} }

func not(types string) *refRule { return &refRule{not: wordSet(types)} }

func advised(types string) *refRule { return &refRule{only: wordSet(types), names: types, soft: true} }

func ref(name string, r *refRule) prop { return property(name, rule{kind: ruleID, refs: r}) }

func refs(name string, r *refRule) prop { return list(name, rule{kind: ruleID, refs: r}) }

func scoRef(name, types string) prop {
	return property(name, rule{kind: ruleSCORef, refs: only(types)})
}

func scoRefs(name, types string) prop {
	return list(name, rule{kind: ruleSCORef, refs: only(types)})
}

// advisedScoRefs are references of which the text names the types that they
// have without a MUST.
func advisedScoRefs(name, types string) prop {
	return list(name, rule{kind: ruleSCORef, refs: advised(types)})
}

// maxInteger bounds an integer (clause 2.10): 54 bits with sign.
const maxInteger = 1<<53 - 1
