package stix

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// canonicalizer writes JSON values in the form of RFC 8785 (JCS).
type canonicalizer struct {
	t   *tape
	out []byte
}

func (c *canonicalizer) value(n uint32) error {
	t := c.t
	switch t.nodes[n].kind {
	case kString:
		c.text(t.str(n))
	case kNumber:
		return c.number(n)
	case kArray:
		c.out = append(c.out, '[')
		for i, e := range t.elements(n) {
			if i > 0 {
				c.out = append(c.out, ',')
			}
			if err := c.value(e); err != nil {
				return err
			}
		}
		c.out = append(c.out, ']')
	case kObject:
		return c.object(n)
	default:
		c.out = append(c.out, t.text(n)...)
	}
	return nil
}

// object writes the members ordered by the UTF-16 code units of their names.
func (c *canonicalizer) object(n uint32) error {
	type member struct {
		name []byte
		val  uint32
	}
	members := make([]member, 0, c.t.nodes[n].count)
	for k, val := range c.t.members(n) {
		members = append(members, member{c.t.str(k), val})
	}
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	c.out = append(c.out, '{')
	for i, m := range members {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.text(m.name)
		c.out = append(c.out, ':')
		if err := c.value(m.val); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

func compareUTF16(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		x, n := utf8.DecodeRune(a)
		y, m := utf8.DecodeRune(b)
		if x != y {
			return slices.Compare(utf16.Encode([]rune{x}), utf16.Encode([]rune{y}))
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

func (c *canonicalizer) text(s []byte) {
	c.out = append(c.out, '"')
	for _, b := range s {
		switch {
		case b == '"' || b == '\\':
			c.out = append(c.out, '\\', b)
		case b >= 0x20:
			c.out = append(c.out, b)
		case b == '\b':
			c.out = append(c.out, `\b`...)
		case b == '\f':
			c.out = append(c.out, `\f`...)
		case b == '\n':
			c.out = append(c.out, `\n`...)
		case b == '\r':
			c.out = append(c.out, `\r`...)
		case b == '\t':
			c.out = append(c.out, `\t`...)
		default:
			c.out = fmt.Appendf(c.out, `\u%04x`, b)
		}
	}
	c.out = append(c.out, '"')
}

// number writes a double as ECMAScript does (RFC 8785 3.2.2.3). An integer
// within 54 bits is written as it is.
func (c *canonicalizer) number(n uint32) error {
	if i, ok := c.t.integer(n); ok && i >= -maxInteger && i <= maxInteger {
		c.out = strconv.AppendInt(c.out, i, 10)
		return nil
	}
	f, err := strconv.ParseFloat(string(c.t.text(n)), 64)
	if err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("%w: number %s does not fit a double of IEEE 754", ErrSyntax, clip(string(c.t.text(n))))
	}
	if abs := math.Abs(f); abs >= 1e21 || abs < 1e-6 && f != 0 {
		s := strconv.FormatFloat(f, 'e', -1, 64)
		// Go writes at least two digits of exponent, ECMAScript only those needed.
		mant, exp := s[:len(s)-1], s[len(s)-1:]
		if l := len(mant); mant[l-1] == '0' && (mant[l-2] == '-' || mant[l-2] == '+') {
			mant = mant[:l-1]
		}
		c.out = append(append(c.out, mant...), exp...)
		return nil
	}
	c.out = strconv.AppendFloat(c.out, f, 'f', -1, 64)
	return nil
}
