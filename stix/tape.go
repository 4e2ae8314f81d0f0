package stix

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"unicode/utf8"
)

// kind is the type of a JSON value.
type kind uint8

const (
	kNull kind = iota
	kFalse
	kTrue
	kNumber
	kString
	kArray
	kObject
)

var kindNames = [...]string{"null", "a boolean", "a boolean", "a number", "a string", "a list", "an object"}

const (
	flagEscaped = 1 << iota // the string has backslash escapes
	flagInteger             // the number has neither fraction nor exponent
)

// node is one JSON value on the tape. A member of an object is two nodes, its
// name and its value. Offsets point into the raw text; those of a string
// exclude its quotes.
type node struct {
	off, end uint32
	next     uint32 // index of the node after this value and all below it
	count    uint32 // elements of an array, members of an object
	kind     kind
	flags    uint8
}

// tape is a JSON text cut into nodes in document order. It keeps its slices
// between texts, so that a tape in steady use does not allocate.
type tape struct {
	raw   []byte
	nodes []node
	lim   Limits
	pos   int
	keys  []keyHash
	seed  maphash.Seed
}

type keyHash struct {
	hash uint64
	node uint32
}

// syntaxError is where and why a text is no I-JSON.
type syntaxError struct {
	pos    int
	clause string
	msg    string
	large  bool
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d (%s)", e.msg, e.pos, e.clause)
}

func (e *syntaxError) Unwrap() error {
	if e.large {
		return ErrTooLarge
	}
	return ErrSyntax
}

func newTape(lim Limits) *tape {
	return &tape{lim: lim.filled(), seed: maphash.MakeSeed()}
}

// parse cuts raw, which must be exactly one JSON text, into nodes. The tape
// refers to raw until the next parse.
func (t *tape) parse(raw []byte) *syntaxError {
	t.raw, t.pos, t.nodes = raw, 0, t.nodes[:0]
	if len(raw) > t.lim.Object {
		return &syntaxError{0, "bound", fmt.Sprintf("text of %d bytes exceeds the bound of %d", len(raw), t.lim.Object), true}
	}
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		return &syntaxError{0, "RFC 8259", "a byte order mark stands before the text; remove it", false}
	}
	t.space()
	if err := t.value(0); err != nil {
		return err
	}
	t.space()
	if t.pos != len(raw) {
		return t.bad("unexpected bytes after the JSON text")
	}
	return nil
}

func (t *tape) bad(msg string) *syntaxError {
	if t.pos >= len(t.raw) {
		msg = "unexpected end of text"
	}
	return &syntaxError{t.pos, "RFC 8259", msg, false}
}

func (t *tape) space() {
	for t.pos < len(t.raw) {
		switch t.raw[t.pos] {
		case ' ', '\t', '\n', '\r':
			t.pos++
		default:
			return
		}
	}
}

func (t *tape) add(n node) uint32 {
	i := uint32(len(t.nodes))
	n.next = i + 1
	t.nodes = append(t.nodes, n)
	return i
}

func (t *tape) value(depth int) *syntaxError {
	if t.pos >= len(t.raw) {
		return t.bad("")
	}
	if len(t.nodes) >= t.lim.Nodes {
		return &syntaxError{t.pos, "bound", fmt.Sprintf("more than %d JSON values", t.lim.Nodes), true}
	}
	switch c := t.raw[t.pos]; {
	case c == '"':
		return t.string()
	case c == '{' || c == '[':
		if depth >= t.lim.Depth {
			return &syntaxError{t.pos, "bound", fmt.Sprintf("nested deeper than %d levels", t.lim.Depth), true}
		}
		if c == '{' {
			return t.object(depth)
		}
		return t.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return t.number()
	case c == 't':
		return t.literal("true", kTrue)
	case c == 'f':
		return t.literal("false", kFalse)
	case c == 'n':
		return t.literal("null", kNull)
	}
	return t.bad("expected a JSON value")
}

func (t *tape) literal(word string, k kind) *syntaxError {
	if !bytes.HasPrefix(t.raw[t.pos:], []byte(word)) {
		return t.bad("expected " + word)
	}
	t.add(node{off: uint32(t.pos), end: uint32(t.pos + len(word)), kind: k})
	t.pos += len(word)
	return nil
}

func (t *tape) digits() int {
	start := t.pos
	for t.pos < len(t.raw) && t.raw[t.pos] >= '0' && t.raw[t.pos] <= '9' {
		t.pos++
	}
	return t.pos - start
}

func (t *tape) number() *syntaxError {
	start := t.pos
	n := node{off: uint32(start), kind: kNumber, flags: flagInteger}
	if t.raw[t.pos] == '-' {
		t.pos++
	}
	lead := t.pos
	if t.digits() == 0 {
		return t.bad("a number needs a digit")
	}
	if t.raw[lead] == '0' && t.pos-lead > 1 {
		return t.bad("a number must not start with a zero")
	}
	if t.pos < len(t.raw) && t.raw[t.pos] == '.' {
		t.pos++
		n.flags = 0
		if t.digits() == 0 {
			return t.bad("a fraction needs a digit")
		}
	}
	if t.pos < len(t.raw) && t.raw[t.pos]|0x20 == 'e' {
		t.pos++
		n.flags = 0
		if t.pos < len(t.raw) && (t.raw[t.pos] == '+' || t.raw[t.pos] == '-') {
			t.pos++
		}
		if t.digits() == 0 {
			return t.bad("an exponent needs a digit")
		}
	}
	n.end = uint32(t.pos)
	t.add(n)
	return nil
}

func (t *tape) array(depth int) *syntaxError {
	i := t.add(node{off: uint32(t.pos), kind: kArray})
	t.pos++
	t.space()
	if t.pos < len(t.raw) && t.raw[t.pos] == ']' {
		return t.close(i, 0)
	}
	for count := uint32(1); ; count++ {
		t.space()
		if err := t.value(depth + 1); err != nil {
			return err
		}
		t.space()
		if t.pos < len(t.raw) {
			switch t.raw[t.pos] {
			case ',':
				t.pos++
				continue
			case ']':
				return t.close(i, count)
			}
		}
		return t.bad("expected , or ] in a list")
	}
}

func (t *tape) close(i, count uint32) *syntaxError {
	t.pos++
	n := &t.nodes[i]
	n.end, n.next, n.count = uint32(t.pos), uint32(len(t.nodes)), count
	return nil
}

func (t *tape) object(depth int) *syntaxError {
	i := t.add(node{off: uint32(t.pos), kind: kObject})
	t.pos++
	t.space()
	if t.pos < len(t.raw) && t.raw[t.pos] == '}' {
		return t.close(i, 0)
	}
	for count := uint32(1); ; count++ {
		t.space()
		if t.pos >= len(t.raw) || t.raw[t.pos] != '"' {
			return t.bad("expected a member name in quotes")
		}
		if err := t.string(); err != nil {
			return err
		}
		t.space()
		if t.pos >= len(t.raw) || t.raw[t.pos] != ':' {
			return t.bad("expected : after a member name")
		}
		t.pos++
		t.space()
		if err := t.value(depth + 1); err != nil {
			return err
		}
		t.space()
		if t.pos < len(t.raw) {
			switch t.raw[t.pos] {
			case ',':
				t.pos++
				continue
			case '}':
				t.close(i, count)
				return t.unique(i)
			}
		}
		return t.bad("expected , or } in an object")
	}
}

// unique refuses a member name that stands twice in object i (RFC 7493 2.3).
// Few names are compared pairwise; many by a seeded hash, so that no text can
// be written that makes this quadratic.
func (t *tape) unique(i uint32) *syntaxError {
	o := t.nodes[i]
	if o.count < 2 {
		return nil
	}
	t.keys = t.keys[:0]
	for k, c := i+1, o.count; c > 0; c-- {
		var h uint64
		if o.count > 24 {
			h = maphash.Bytes(t.seed, t.str(k))
		}
		t.keys = append(t.keys, keyHash{h, k})
		k = t.nodes[k+1].next
	}
	if o.count <= 24 {
		for a := 1; a < len(t.keys); a++ {
			for b := range a {
				if t.sameString(t.keys[a].node, t.keys[b].node) {
					return t.twice(t.keys[a].node)
				}
			}
		}
		return nil
	}
	slices.SortFunc(t.keys, func(a, b keyHash) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.node, b.node))
	})
	for a := 1; a < len(t.keys); a++ {
		for b := a - 1; b >= 0 && t.keys[b].hash == t.keys[a].hash; b-- {
			if t.sameString(t.keys[a].node, t.keys[b].node) {
				return t.twice(t.keys[a].node)
			}
		}
	}
	return nil
}

func (t *tape) twice(k uint32) *syntaxError {
	return &syntaxError{int(t.nodes[k].off), "RFC 7493", "member name " + quoted(t.str(k)) + " stands twice in one object", false}
}

func (t *tape) sameString(a, b uint32) bool {
	x, y := &t.nodes[a], &t.nodes[b]
	if (x.flags|y.flags)&flagEscaped == 0 {
		return x.end-x.off == y.end-y.off && bytes.Equal(t.raw[x.off:x.end], t.raw[y.off:y.end])
	}
	return bytes.Equal(t.str(a), t.str(b))
}

// byteClass tells the bytes that a string scan must stop at.
var byteClass = func() (c [256]uint8) {
	for i := range 0x20 {
		c[i] = 1
	}
	c['"'], c['\\'] = 2, 3
	for i := 0x80; i < 0x100; i++ {
		c[i] = 4
	}
	return
}()

func (t *tape) string() *syntaxError {
	raw, p := t.raw, t.pos+1
	n := node{off: uint32(p), kind: kString}
	for {
		for p < len(raw) && byteClass[raw[p]] == 0 {
			p++
		}
		if p >= len(raw) {
			t.pos = p
			return t.bad("")
		}
		switch byteClass[raw[p]] {
		case 2:
			n.end = uint32(p)
			t.pos = p + 1
			t.add(n)
			return nil
		case 1:
			t.pos = p
			return t.bad("a control character must be escaped in a string")
		case 3:
			n.flags = flagEscaped
			size, msg := escapeLen(raw[p:])
			if size == 0 {
				t.pos = p
				return t.bad(msg)
			}
			p += size
		default:
			r, size := utf8.DecodeRune(raw[p:])
			if r == utf8.RuneError && size == 1 {
				return &syntaxError{p, "RFC 7493", "invalid UTF-8", false}
			}
			p += size
		}
	}
}
