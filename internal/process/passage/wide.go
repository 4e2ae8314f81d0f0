package passage

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// byteOrder is how an encoding of two bytes a unit (UTF-16, RFC 2781) lays
// them; none for one of a byte a letter.
type byteOrder uint8

const (
	noOrder byteOrder = iota
	littleEndian
	bigEndian
)

// The encodings of two bytes a unit.
var (
	utf16LE = &Encoding{Name: "utf-16le", order: littleEndian}
	utf16BE = &Encoding{Name: "utf-16be", order: bigEndian}
)

// Wide reports that the encoding has two bytes a unit. A text in it is parted
// at even offsets, see Part.
func (e *Encoding) Wide() bool { return e != nil && e.order != noOrder }

// Decode returns a part of a text in the encoding as UTF-8.
func (e *Encoding) Decode(s string) string {
	if e == nil {
		return s
	}
	out := make([]byte, 0, len(s)+len(s)/2)
	for i := 0; i < len(s); {
		r, n := e.rune(s, i)
		out = utf8.AppendRune(out, r)
		i += n
	}
	return string(out)
}

// rune returns the character at byte i and its length in bytes; U+FFFD for a
// surrogate without its other half and for a last byte alone.
func (e *Encoding) rune(s string, i int) (rune, int) {
	if e.order == noOrder {
		return e.table[s[i]], 1
	}
	if i+1 >= len(s) {
		return utf8.RuneError, 1
	}
	u := e.unit(s, i)
	if !utf16.IsSurrogate(u) {
		return u, 2
	}
	if i+3 < len(s) {
		if r := utf16.DecodeRune(u, e.unit(s, i+2)); r != utf8.RuneError {
			return r, 4
		}
	}
	return utf8.RuneError, 2
}

func (e *Encoding) unit(s string, i int) rune {
	if e.order == bigEndian {
		return rune(s[i])<<8 | rune(s[i+1])
	}
	return rune(s[i+1])<<8 | rune(s[i])
}

// Part returns where a text is best parted after from and not after end: after
// an end of a line or a space in the last quarter, and never inside a
// character. It is for encodings of two bytes a unit; from is even.
func (e *Encoding) Part(s string, from, end int) int {
	if end >= len(s) {
		return len(s)
	}
	end -= (end - from) % 2
	space := 0
	for i := end - 2; i > end-(end-from)/4; i -= 2 {
		switch e.unit(s, i) {
		case '\n':
			return i + 2
		case ' ':
			if space == 0 {
				space = i + 2
			}
		}
	}
	if space > 0 {
		return space
	}
	if u := e.unit(s, end-2); u >= 0xD800 && u < 0xDC00 && end-from > 2 {
		return end - 2 // a first half
	}
	return end
}

// guessWide returns the UTF-16 that a text is in: by its byte order mark, or by
// zero bytes on one side of its units, as the spaces and signs of every script
// have them; nil where what comes out is no text.
func guessWide(head string) *Encoding {
	var e *Encoding
	switch {
	case len(head) < 4:
		return nil
	case head[0] == 0xFF && head[1] == 0xFE:
		e = utf16LE
	case head[0] == 0xFE && head[1] == 0xFF:
		e = utf16BE
	default:
		var zero [2]int
		for i := range len(head) {
			if head[i] == 0 {
				zero[i&1]++
			}
		}
		units := len(head) / 2
		switch {
		case units < 8:
			return nil
		case zero[1]*12 >= units && zero[0]*20 <= zero[1]:
			e = utf16LE
		case zero[0]*12 >= units && zero[1]*20 <= zero[0]:
			e = utf16BE
		default:
			return nil
		}
	}
	good, all := 0, 0
	for i := 0; i+1 < len(head) && all < 2000; {
		r, n := e.rune(head, i)
		if r != 0xFEFF || i > 0 {
			all++
			if r == '\n' || r == '\r' || r == '\t' || r != utf8.RuneError && (unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r)) {
				good++
			}
		}
		i += n
	}
	if all == 0 || good*10 < all*9 {
		return nil
	}
	return e
}

// wide writes a text of two bytes a unit.
func (b *builder) wide(e *Encoding) {
	s := b.f.Original
	for i := 0; i < len(s); {
		r, n := e.rune(s, i)
		switch {
		case r == utf8.RuneError && (n == 1 || e.unit(s, i) != utf8.RuneError):
			b.replace(i, i+n, "\uFFFD")
			b.flags.Add(FlagInvalid, Span{i, i + n})
			b.base = -1
		case r == '\r' && i+3 < len(s) && e.unit(s, i+2) == '\n':
			b.drop(i, i+n)
		case r == '\r':
			b.replace(i, i+n, "\n")
		default:
			b.put(r, i, i+n)
		}
		i += n
	}
}
