package stix

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLen returns the length of the escape sequence at the start of s, both
// halves of a surrogate pair counted, or 0 and what is wrong with it.
func escapeLen(s []byte) (int, string) {
	if len(s) < 2 {
		return 0, "unfinished escape"
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ""
	case 'u':
	default:
		return 0, "unknown escape in a string"
	}
	r, ok := hex4(s[2:])
	if !ok {
		return 0, "\\u needs four hexadecimal digits"
	}
	if !utf16.IsSurrogate(r) {
		return 6, ""
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hex4(s[8:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return 12, ""
		}
	}
	return 0, "a surrogate stands alone (RFC 7493)"
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range s[:4] {
		d := hexValue(c)
		if d < 0 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// str returns the text of string node i: the raw bytes themselves where
// nothing is escaped, otherwise a decoded copy. The result must not be changed.
func (t *tape) str(i uint32) []byte {
	n := &t.nodes[i]
	s := t.raw[n.off:n.end]
	if n.flags&flagEscaped == 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for p := 0; p < len(s); {
		if s[p] != '\\' {
			out = append(out, s[p])
			p++
			continue
		}
		switch s[p+1] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(s[p+2:])
			p += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(s[p+4:])
				r = utf16.DecodeRune(r, low)
				p += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, s[p+1])
		}
		p += 2
	}
	return out
}

// text returns the raw bytes of node i as they stand in the document, a string
// without its quotes.
func (t *tape) text(i uint32) []byte {
	return t.raw[t.nodes[i].off:t.nodes[i].end]
}

// members calls yield with the name and value node of each member of object i.
func (t *tape) members(i uint32) func(yield func(key, val uint32) bool) {
	return func(yield func(key, val uint32) bool) {
		k := i + 1
		for c := t.nodes[i].count; c > 0; c-- {
			if !yield(k, k+1) {
				return
			}
			k = t.nodes[k+1].next
		}
	}
}

// elements calls yield with the index and the node of each element of array i.
func (t *tape) elements(i uint32) func(yield func(index int, val uint32) bool) {
	return func(yield func(index int, val uint32) bool) {
		e := i + 1
		for c := range int(t.nodes[i].count) {
			if !yield(c, e) {
				return
			}
			e = t.nodes[e].next
		}
	}
}

// member finds the value of the named member of object i.
func (t *tape) member(i uint32, name string) (uint32, bool) {
	if t.nodes[i].kind != kObject {
		return 0, false
	}
	k := i + 1
	for c := t.nodes[i].count; c > 0; c-- {
		if string(t.str(k)) == name {
			return k + 1, true
		}
		k = t.nodes[k+1].next
	}
	return 0, false
}

// integer returns the value of number node i if it is a whole number that fits
// 64 bits. A fraction of zeros ("4.0") is whole, as JSON Schema and the OASIS
// validator see it.
func (t *tape) integer(i uint32) (int64, bool) {
	n := &t.nodes[i]
	if n.kind != kNumber {
		return 0, false
	}
	s := t.raw[n.off:n.end]
	if n.flags&flagInteger == 0 {
		f, err := strconv.ParseFloat(string(s), 64)
		if err != nil || f != float64(int64(f)) || f > 1<<62 || f < -1<<62 {
			return 0, false
		}
		return int64(f), true
	}
	v, err := strconv.ParseInt(string(s), 10, 64)
	return v, err == nil
}
