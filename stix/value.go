package stix

import (
	"bytes"
	"fmt"
	"strconv"
)

// value checks the value node n against rule r of a property of spec s.
func (v *validator) value(n uint32, r *rule, s *spec) {
	t := v.tape
	node := &t.nodes[n]
	clause := r.clause
	if clause == "" && s != nil {
		clause = s.clause
	}
	switch r.kind {
	case ruleAny:
	case ruleBool:
		if node.kind != kTrue && node.kind != kFalse {
			v.wrongKind(n, "2.2", "true or false")
		}
	case ruleInteger:
		v.integer(n, r)
	case ruleFloat:
		v.float(n, r)
	case ruleHashes:
		v.hashes(n, false)
	case ruleDict:
		v.dictionary(n, nil)
	case ruleEmbedded:
		v.object(n, r.sub)
	case ruleCustom:
		r.check(v, n)
	case ruleList:
		if node.kind != kArray {
			v.wrongKind(n, "2.12", "a list")
			return
		}
		if node.count == 0 {
			v.fail("2.12", "empty lists are not allowed; leave the property out")
			return
		}
		v.push(nil, 0)
		at := len(v.path) - 1
		e := n + 1
		for i := range int(node.count) {
			v.path[at].index = i
			v.value(e, r.elem, s)
			e = t.nodes[e].next
		}
		v.pop()
	default:
		if node.kind != kString {
			v.wrongKind(n, "2.14", "a string")
			return
		}
		if r.kind != ruleString {
			v.stringValue(n, r, clause)
		}
	}
}

func (v *validator) wrongKind(n uint32, clause, want string) {
	v.fail(clause, "must be "+want+", not "+kindNames[v.tape.nodes[n].kind])
}

func (v *validator) stringValue(n uint32, r *rule, clause string) {
	s := v.tape.str(n)
	switch r.kind {
	case ruleTimestamp:
		v.timestamp(s)
	case ruleTimestampMilli:
		if v.timestamp(s) && fractionDigits(s) < 3 {
			v.fail("3.2", quoted(s)+" must be precise to the millisecond")
		}
	case ruleTimestampMilli3:
		if v.timestamp(s) && fractionDigits(s) != 3 {
			v.fail("STIX 2.0 part 1, 3.1", quoted(s)+" must be precise to the millisecond, with three digits")
		}
	case ruleTimestampSecond:
		if v.timestamp(s) && fractionDigits(s) != 0 {
			v.fail(clause, quoted(s)+" must be precise to the second, without a fraction")
		}
	case ruleEnum:
		if !r.enum[string(s)] {
			v.fail(clause, quoted(s)+" must be "+oneOfWords(r.enum))
		}
	case ruleID:
		v.identifier(s, r.refs, clause)
	case ruleSCORef:
		v.scoReference(s, r.refs, clause)
	case ruleHex:
		if !hexOK(s) {
			v.fail("2.8", quoted(s)+" must be an even number of hexadecimal digits")
		}
	case ruleBinary:
		if !base64OK(s) {
			v.fail("2.1", quoted(s)+" must be base64 (RFC 4648)")
		}
	case ruleForm:
		switch {
		case r.form(s):
		case r.soft:
			v.advise(clause, quoted(s)+" must be "+r.want)
		default:
			v.fail(clause, quoted(s)+" must be "+r.want)
		}
	}
}

func (v *validator) timestamp(s []byte) bool {
	if _, fault := parseTimestamp(s); fault != timestampOK {
		v.fail("2.15", quoted(s)+" "+fault.String())
		return false
	}
	return true
}

// identifier checks s as an identifier whose type the rule allows.
func (v *validator) identifier(s []byte, r *refRule, clause string) {
	typ, version, ok := splitID(s)
	if !ok {
		v.fail("2.9", quoted(s)+" is no identifier: object-type--UUID of RFC 4122 is wanted")
		return
	}
	if v.old && version != 4 {
		v.fail("STIX 2.0 part 1, 2.5", quoted(s)+" must hold a UUID of version 4")
	}
	if r == nil {
		return
	}
	if r.not[string(typ)] {
		v.fail(clause, "must not refer to an object of type "+string(typ))
		return
	}
	if r.only != nil && !r.only[string(typ)] {
		msg := "must refer to an object of type " + r.names + ", not " + quoted(typ)
		if r.soft {
			v.advise(clause, msg)
		} else {
			v.fail(clause, msg)
		}
	}
}

// scoReference checks a reference in a cyber observable. It fails what is
// certainly wrong: a reference to an object type of the specification that the
// rule does not allow. A text that is no identifier, or of a type that the
// specification does not define, is in circulation (references into the old
// objects dictionary, types of other versions) and is advice.
func (v *validator) scoReference(s []byte, r *refRule, clause string) {
	if v.old {
		return // a key of the objects dictionary, looked up there
	}
	typ, _, ok := splitID(s)
	if !ok {
		v.advise("2.9", quoted(s)+" is no identifier: object-type--UUID of RFC 4122 is wanted")
		typ = idPrefix(s)
	}
	if typ == nil || r.only[string(typ)] {
		return
	}
	msg := "must refer to an object of type " + r.names + ", not " + quoted(typ)
	if definedTypes[string(typ)] != classNone && !r.soft {
		v.fail(clause, msg)
	} else {
		v.advise(clause, msg)
	}
}

func (v *validator) integer(n uint32, r *rule) {
	if v.tape.nodes[n].kind != kNumber {
		v.wrongKind(n, "2.10", "an integer")
		return
	}
	i, ok := v.tape.integer(n)
	switch {
	case !ok && v.tape.nodes[n].flags&flagInteger == 0:
		v.fail("2.10", quoted(v.tape.text(n))+" must be an integer")
	case !ok || i > maxInteger || i < -maxInteger:
		v.fail("2.10", quoted(v.tape.text(n))+" must lie within 54 bits, -(2^53-1) to 2^53-1")
	case r.bounded && (i < r.min || i > r.max):
		if r.max == maxInteger {
			v.fail("2.10", fmt.Sprintf("%d must be at least %d", i, r.min))
		} else {
			v.fail("2.10", fmt.Sprintf("%d must lie between %d and %d", i, r.min, r.max))
		}
	}
}

func (v *validator) float(n uint32, r *rule) {
	if v.tape.nodes[n].kind != kNumber {
		v.wrongKind(n, "2.6", "a number")
		return
	}
	f, err := strconv.ParseFloat(string(v.tape.text(n)), 64)
	if err != nil {
		v.fail("2.6", quoted(v.tape.text(n))+" does not fit a double of IEEE 754")
		return
	}
	if r.bounded && (f < float64(r.min) || f > float64(r.max)) {
		v.fail("2.6", fmt.Sprintf("%s must lie between %d and %d", quoted(v.tape.text(n)), r.min, r.max))
	}
}

// dictionary checks a value of the dictionary type (2.3): not empty, keys of
// letters, digits, hyphen and underscore, no null and no empty list. each, if
// not nil, looks at every entry with the path at it.
func (v *validator) dictionary(n uint32, each func(key []byte, val uint32)) {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.wrongKind(n, "2.3", "a dictionary")
		return
	}
	if t.nodes[n].count == 0 {
		v.fail("2.3", "must not be empty; leave the property out")
	}
	for k, val := range t.members(n) {
		key := t.str(k)
		v.push(key, 0)
		if !dictionaryKeyOK(key) {
			v.fail("2.3", "is no dictionary key: up to 250 letters, digits, hyphens and underscores are wanted")
		}
		switch x := &t.nodes[val]; {
		case x.kind == kNull:
			v.fail("2.3", "must not be null")
		case x.kind == kArray && x.count == 0:
			v.fail("2.12", "empty lists are not allowed")
		case each != nil:
			each(key, val)
		}
		v.pop()
	}
}

// hashes checks a value of the hashes type (2.7). In an external reference the
// names must come from the vocabulary (2.5).
func (v *validator) hashes(n uint32, vocabulary bool) {
	v.dictionary(n, func(key []byte, val uint32) {
		if v.tape.nodes[val].kind != kString {
			v.wrongKind(val, "2.7", "a string")
			return
		}
		if len(key) < 3 {
			v.fail("2.7", "is no hash algorithm: a name of 3 to 250 characters is wanted")
			return
		}
		if !hashVocabulary(key) {
			if vocabulary {
				v.fail("2.5", "must be an algorithm of hash-algorithm-ov")
			} else {
				v.suggest("2.7", quoted(key)+" is not of hash-algorithm-ov")
			}
			return
		}
		if fault := hashFault(key, v.tape.str(val)); fault != "" {
			v.fail("2.7", quoted(v.tape.str(val))+" "+fault)
		}
	})
}

func oneOfWords(set map[string]bool) string {
	if len(set) == 1 {
		for w := range set {
			return strconv.Quote(w)
		}
	}
	var b bytes.Buffer
	b.WriteString("one of ")
	for i, w := range sortedWords(set) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w)
	}
	return b.String()
}
