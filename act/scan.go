package act

import (
	"unicode/utf8"
)

// Bounds on the form of any act, known or unknown.
const (
	// MaxDepth is how deep arrays and objects may be nested.
	MaxDepth = 32
	// maxFields bounds the fields of one object, known to us or not, so that
	// looking for a repeated name stays cheap on malicious input.
	maxFields = 256
	// maxInteger is the largest whole number that every JSON reader holds
	// exactly (RFC 8259 section 6).
	maxInteger = 1<<53 - 1
)

type kind uint8

const (
	kindString  kind = iota + 1 // without escapes
	kindEscaped                 // a string with at least one escape
	kindNumber
	kindBool
	kindNull
	kindArray
	kindObject
)

// A node is one JSON value in the bytes of an act: where it starts and ends,
// and the index of the first node that is not inside it. In an object the
// nodes of names and values alternate.
type node struct {
	start, end, next uint32
	kind             kind
}

// A tape is an act's bytes with the nodes of its values in the order in which
// they stand. One pass makes it and checks the form, so that nothing behind it
// looks at a byte twice or meets a malformed one.
type tape struct {
	b     []byte
	nodes []node
	// at is the next byte, names the stack of field names of the objects that
	// are open.
	at    int
	names [][]byte
}

// scan reads raw, which must be at most MaxAct bytes, as one JSON value
// (RFC 8259) under the conventions of act.md: UTF-8, no name twice, names of
// lower-case letters, digits and underscores, whole numbers, no control
// characters, no lone surrogates, bounded depth, nothing after it.
func scan(raw []byte, nodes []node) (*tape, error) {
	if len(raw) > MaxAct {
		return nil, refuse(ErrTooLarge, "%d bytes", len(raw))
	}
	if !utf8.Valid(raw) {
		return nil, refuse(ErrUTF8, "the act is not valid UTF-8")
	}
	t := &tape{b: raw, nodes: nodes[:0]}
	if err := t.value(1); err != nil {
		return nil, err
	}
	t.space()
	if t.at != len(raw) {
		return nil, t.malformed("data after the end")
	}
	return t, nil
}

func (t *tape) malformed(what string) error {
	return refuse(ErrJSON, "%s at byte %d", what, t.at)
}

func (t *tape) space() {
	for t.at < len(t.b) {
		switch t.b[t.at] {
		case ' ', '\t', '\n', '\r':
			t.at++
		default:
			return
		}
	}
}

// value reads one value that opens at the given depth.
func (t *tape) value(depth int) error {
	t.space()
	if t.at == len(t.b) {
		return t.malformed("unexpected end")
	}
	switch c := t.b[t.at]; {
	case c == '"':
		return t.str()
	case c == '{':
		return t.object(depth)
	case c == '[':
		return t.array(depth)
	case '0' <= c && c <= '9':
		return t.number()
	case c == 't':
		return t.word("true", kindBool)
	case c == 'f':
		return t.word("false", kindBool)
	case c == 'n':
		return t.word("null", kindNull)
	}
	return t.malformed("no value")
}

// leaf notes a value that holds no others and ends at t.at.
func (t *tape) leaf(start int, k kind) {
	n := len(t.nodes)
	t.nodes = append(t.nodes, node{uint32(start), uint32(t.at), uint32(n + 1), k})
}

func (t *tape) word(w string, k kind) error {
	start := t.at
	if len(t.b)-start < len(w) || string(t.b[start:start+len(w)]) != w {
		return t.malformed("no value")
	}
	t.at += len(w)
	t.leaf(start, k)
	return nil
}

func (t *tape) number() error {
	start, n := t.at, uint64(0)
	for t.at < len(t.b) && '0' <= t.b[t.at] && t.b[t.at] <= '9' {
		n = n*10 + uint64(t.b[t.at]-'0')
		if n > maxInteger {
			return t.malformed("a number over 2^53-1")
		}
		t.at++
	}
	if t.b[start] == '0' && t.at > start+1 {
		return t.malformed("a number with a leading zero")
	}
	if t.at < len(t.b) {
		switch t.b[t.at] {
		case '.', 'e', 'E':
			return t.malformed("a number that is not written whole")
		}
	}
	t.leaf(start, kindNumber)
	return nil
}

// special marks the bytes of a string that need a look: its end, an escape,
// control characters, and 0xC2, which begins those of U+0080 to U+009F.
var special = func() (s [256]bool) {
	for c := range 0x20 {
		s[c] = true
	}
	s['"'], s['\\'], s[0x7F], s[0xC2] = true, true, true, true
	return s
}()

func (t *tape) str() error {
	start, k := t.at, kindString
	b := t.b
	i := start + 1
	for {
		for i < len(b) && !special[b[i]] {
			i++
		}
		if i == len(b) {
			t.at = i
			return t.malformed("a string without an end")
		}
		switch c := b[i]; c {
		case '"':
			t.at = i + 1
			t.leaf(start, k)
			return nil
		case '\\':
			k = kindEscaped
			t.at = i
			n, err := t.escape()
			if err != nil {
				return err
			}
			i += n
		case 0xC2:
			if b[i+1] < 0xA0 { // the UTF-8 is valid, so there is a next byte
				t.at = i
				return refuse(ErrControl, "byte %d", i)
			}
			i += 2
		case 0x7F:
			return refuse(ErrControl, "byte %d", i)
		default: // raw control characters are never JSON
			t.at = i
			return t.malformed("a control character inside a string")
		}
	}
}

// escape checks the escape at t.at and returns its length.
func (t *tape) escape() (int, error) {
	if t.at+1 >= len(t.b) {
		return 0, t.malformed("a string without an end")
	}
	switch t.b[t.at+1] {
	case '"', '\\', '/', 'n', 't':
		return 2, nil
	case 'b', 'f', 'r':
		return 0, refuse(ErrControl, "byte %d", t.at)
	case 'u':
	default:
		return 0, t.malformed("an unknown escape")
	}
	r, ok := hex4(t.b, t.at+2)
	if !ok {
		return 0, t.malformed("an unknown escape")
	}
	switch {
	case r < 0x20 && r != '\n' && r != '\t', 0x7F <= r && r < 0xA0:
		return 0, refuse(ErrControl, "byte %d", t.at)
	case 0xD800 <= r && r < 0xDC00:
		if t.at+7 < len(t.b) && t.b[t.at+6] == '\\' && t.b[t.at+7] == 'u' {
			if low, ok := hex4(t.b, t.at+8); ok && 0xDC00 <= low && low < 0xE000 {
				return 12, nil
			}
		}
		return 0, refuse(ErrUTF8, "half a surrogate pair at byte %d", t.at)
	case 0xDC00 <= r && r < 0xE000:
		return 0, refuse(ErrUTF8, "half a surrogate pair at byte %d", t.at)
	}
	return 6, nil
}

func hex4(b []byte, at int) (rune, bool) {
	if at+4 > len(b) {
		return 0, false
	}
	var r rune
	for _, c := range b[at : at+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func (t *tape) array(depth int) error {
	if depth > MaxDepth {
		return refuse(ErrDepth, "byte %d", t.at)
	}
	n := t.open(kindArray)
	t.space()
	if t.at < len(t.b) && t.b[t.at] == ']' {
		t.shut(n)
		return nil
	}
	for {
		if err := t.value(depth + 1); err != nil {
			return err
		}
		more, err := t.next(']')
		if err != nil {
			return err
		}
		if !more {
			t.shut(n)
			return nil
		}
	}
}

func (t *tape) object(depth int) error {
	if depth > MaxDepth {
		return refuse(ErrDepth, "byte %d", t.at)
	}
	n, first := t.open(kindObject), len(t.names)
	t.space()
	if t.at < len(t.b) && t.b[t.at] == '}' {
		t.shut(n)
		return nil
	}
	for {
		t.space()
		if err := t.name(first); err != nil {
			return err
		}
		t.space()
		if t.at == len(t.b) || t.b[t.at] != ':' {
			return t.malformed("no colon after a field's name")
		}
		t.at++
		if err := t.value(depth + 1); err != nil {
			return err
		}
		more, err := t.next('}')
		if err != nil {
			return err
		}
		if !more {
			t.names = t.names[:first]
			t.shut(n)
			return nil
		}
	}
}

// name reads a field's name and compares it with those of the same object,
// which stand from first on.
func (t *tape) name(first int) error {
	start := t.at
	if start == len(t.b) || t.b[start] != '"' {
		return t.malformed("no field name")
	}
	i := start + 1
	for i < len(t.b) && nameByte(t.b[i]) {
		i++
	}
	if i == len(t.b) || t.b[i] != '"' || i == start+1 {
		return t.malformed("a field name that is not lower-case letters, digits and underscores")
	}
	name := t.b[start+1 : i]
	t.at = i + 1
	if len(t.names)-first == maxFields {
		return refuse(ErrDepth, "more than %d fields in one object, byte %d", maxFields, start)
	}
	for _, o := range t.names[first:] {
		if string(o) == string(name) {
			return refuse(ErrDuplicateField, "%q at byte %d", clip(string(name)), start)
		}
	}
	t.names = append(t.names, name)
	t.leaf(start, kindString)
	return nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || c == '_' || '0' <= c && c <= '9'
}

// next reads the comma before another element, or the end of the list.
func (t *tape) next(end byte) (more bool, err error) {
	t.space()
	if t.at < len(t.b) {
		switch t.b[t.at] {
		case ',':
			t.at++
			return true, nil
		case end:
			return false, nil
		}
	}
	return false, t.malformed("neither a comma nor the end of a list")
}

func (t *tape) open(k kind) int {
	n := len(t.nodes)
	t.nodes = append(t.nodes, node{start: uint32(t.at), kind: k})
	t.at++
	return n
}

// shut closes the object or array whose node is n at the bracket under t.at.
func (t *tape) shut(n int) {
	t.at++
	t.nodes[n].end, t.nodes[n].next = uint32(t.at), uint32(len(t.nodes))
}

// raw returns the exact bytes of node n, a slice of the act's.
func (t *tape) raw(n int) []byte {
	e := t.nodes[n].end
	return t.b[t.nodes[n].start:e:e]
}

// text returns the string at node n, unescaped.
func (t *tape) text(n int) string {
	b := t.b[t.nodes[n].start+1 : t.nodes[n].end-1]
	if t.nodes[n].kind == kindString {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			out = append(out, b[i])
			i++
			continue
		}
		switch c := b[i+1]; c {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(b, i+2)
			i += 4
			if 0xD800 <= r && r < 0xDC00 {
				low, _ := hex4(b, i+4)
				r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
				i += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
		i += 2
	}
	return string(out)
}

// integer returns the number at node n.
func (t *tape) integer(n int) int64 {
	var v int64
	for _, c := range t.raw(n) {
		v = v*10 + int64(c-'0')
	}
	return v
}

// elements yields the nodes of the elements of the array at node n.
func (t *tape) elements(n int) func(yield func(i, n int) bool) {
	return func(yield func(i, n int) bool) {
		end := int(t.nodes[n].next)
		for i, e := 0, n+1; e < end; i, e = i+1, int(t.nodes[e].next) {
			if !yield(i, e) {
				return
			}
		}
	}
}

// count returns the number of elements of the array at node n.
func (t *tape) count(n int) int {
	c := 0
	for range t.elements(n) {
		c++
	}
	return c
}
