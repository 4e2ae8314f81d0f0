package stix

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// compiledTest is a comparison made ready: its constants decoded, its regular
// expression compiled.
type compiledTest struct {
	*comparison
	consts []constValue
	regex  *regexp.Regexp
	prefix netip.Prefix
}

// constValue is a constant as a value to compare with.
type constValue struct {
	kind   tokenKind
	text   []byte // strings in normalization form C; decoded bytes of h and b
	number *big.Float
	time   instant
}

// maxRegexp bounds the constant of MATCHES and LIKE: their time grows with the
// product of its length and the value's.
const maxRegexp = 4096

// cost is what comparing with value n costs in steps.
func (c *compiledTest) cost(t *tape, n uint32) int {
	size := int(t.nodes[n].end - t.nodes[n].off)
	if c.op == "MATCHES" || c.op == "LIKE" {
		return size * (len(c.consts[0].text) + 1) / 256
	}
	return (size*len(c.consts) + len(c.consts)) / 256
}

// numberPrecision is enough for every double and every 64 bit integer.
const numberPrecision = 128

func (m *matcher) compile() error {
	m.tests = make(map[*comparison]*compiledTest, len(m.pattern.tests))
	for _, c := range m.pattern.tests {
		ct := &compiledTest{comparison: c}
		for _, l := range c.values {
			v, err := l.value()
			if err != nil {
				return &PatternError{c.off, "9.2", err.Error()}
			}
			ct.consts = append(ct.consts, v)
		}
		switch c.op {
		case "MATCHES", "LIKE":
			if len(c.values[0].text) > maxRegexp {
				return &PatternError{c.off, "bound", fmt.Sprintf("%s takes at most %d bytes", c.op, maxRegexp)}
			}
		}
		switch c.op {
		case "MATCHES":
			re, err := regexp.Compile(string(ct.consts[0].text))
			if err != nil {
				return &PatternError{c.off, "9.6.1", fmt.Sprintf("MATCHES: %v", err)}
			}
			ct.regex = re
		case "LIKE":
			ct.regex = likeRegexp(string(ct.consts[0].text))
		case "ISSUBSET", "ISSUPERSET":
			p, ok := parsePrefix(string(ct.consts[0].text))
			if !ok {
				return &PatternError{c.off, "9.6.1", fmt.Sprintf("%s needs an IP address or CIDR block, not %q", c.op, clip(c.values[0].text))}
			}
			ct.prefix = p
		}
		m.tests[c] = ct
	}
	return nil
}

func (l literal) value() (constValue, error) {
	v := constValue{kind: l.kind}
	switch l.kind {
	case tokInt, tokFloat:
		v.number, _ = parseNumber(l.text)
		if v.number == nil {
			return v, fmt.Errorf("number %q is out of range", clip(l.text))
		}
	case tokTime:
		v.time = patternInstant(l.text)
	case tokHex:
		v.text = decodeHex([]byte(l.text))
	case tokBinary:
		v.text, _ = base64.StdEncoding.DecodeString(l.text)
	case tokString:
		v.text = norm.NFC.Bytes([]byte(l.text))
	default:
		v.text = []byte(l.text)
	}
	return v, nil
}

// parseNumber reads a decimal number exactly enough to compare. An exponent
// beyond a double's is refused, since it could cost memory without bound.
func parseNumber(s string) (*big.Float, bool) {
	if len(s) > 1000 {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 6 {
		return nil, false
	}
	f, _, err := big.ParseFloat(s, 10, numberPrecision, big.ToNearestEven)
	return f, err == nil
}

func decodeHex(s []byte) []byte {
	out := make([]byte, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		out = append(out, byte(hexValue(s[i])<<4|hexValue(s[i+1])))
	}
	return out
}

// likeRegexp turns a LIKE string into a regular expression: % is any number of
// characters, _ is one (9.6.1).
func likeRegexp(s string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range s {
		switch r {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

func parsePrefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// compare tells whether the comparison is true of value n, which stands under
// the given property name. Values of different types are unequal and have no
// order.
func (c *compiledTest) compare(t *tape, n uint32, name string) bool {
	var ok bool
	switch c.op {
	case "=", "!=", "IN":
		for i := range c.consts {
			if r, comparable := c.consts[i].order(t, n, name); comparable && r == 0 {
				ok = true
				break
			}
		}
		if c.op == "!=" {
			ok = !ok
		}
	case "<", "<=", ">", ">=":
		r, comparable := c.consts[0].order(t, n, name)
		if !comparable {
			return false
		}
		switch c.op {
		case "<":
			ok = r < 0
		case "<=":
			ok = r <= 0
		case ">":
			ok = r > 0
		default:
			ok = r >= 0
		}
	default:
		if t.nodes[n].kind != kString {
			return false
		}
		ok = c.text(t, n, name)
	}
	return ok != c.not
}

// text evaluates the operators that only strings have.
func (c *compiledTest) text(t *tape, n uint32, name string) bool {
	switch c.op {
	case "MATCHES", "LIKE":
		if b, ok := encodedBytes(t.str(n), name); ok {
			return c.regex.Match(latin1(b))
		}
		return c.regex.Match(norm.NFC.Bytes(t.str(n)))
	case "ISSUBSET":
		p, ok := parsePrefix(string(t.str(n)))
		return ok && p.Addr().BitLen() == c.prefix.Addr().BitLen() && p.Bits() >= c.prefix.Bits() && c.prefix.Contains(p.Addr())
	case "ISSUPERSET":
		p, ok := parsePrefix(string(t.str(n)))
		return ok && p.Addr().BitLen() == c.prefix.Addr().BitLen() && p.Bits() <= c.prefix.Bits() && p.Contains(c.prefix.Addr())
	}
	return false
}

// order compares value n with the constant: negative if the value is less.
func (v *constValue) order(t *tape, n uint32, name string) (int, bool) {
	switch t.nodes[n].kind {
	case kNumber:
		if v.number == nil {
			return 0, false
		}
		f, ok := parseNumber(string(t.text(n)))
		if !ok {
			return 0, false
		}
		return f.Cmp(v.number), true
	case kTrue, kFalse:
		if v.kind != tokBool {
			return 0, false
		}
		return cmp.Compare(string(t.text(n)), string(v.text)), true
	case kString:
	default:
		return 0, false
	}
	s := t.str(n)
	switch v.kind {
	case tokString:
		return bytes.Compare(norm.NFC.Bytes(s), v.text), true
	case tokTime:
		at, fault := parseTimestamp(s)
		if fault != timestampOK {
			return 0, false
		}
		return at.compare(v.time), true
	case tokHex, tokBinary:
		b, ok := encodedBytes(s, name)
		if !ok {
			// A plain string is the bytes of its characters, where each is one.
			if b, ok = fromLatin1(s); !ok {
				return 0, false
			}
		}
		return bytes.Compare(b, v.text), true
	}
	return 0, false
}

// encodedBytes decodes the value of a property whose name says that it is
// binary or hex (2.1, 2.8).
func encodedBytes(s []byte, name string) ([]byte, bool) {
	switch {
	case strings.HasSuffix(name, "_bin"):
		b, err := base64.StdEncoding.DecodeString(string(s))
		return b, err == nil
	case strings.HasSuffix(name, "_hex") && hexOK(s):
		return decodeHex(s), true
	}
	return nil, false
}

// latin1 makes one character of each byte, as a regular expression that speaks
// of bytes (\xd4) needs them.
func latin1(b []byte) []byte {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return []byte(string(r))
}

func fromLatin1(s []byte) ([]byte, bool) {
	var out []byte
	for _, r := range string(s) {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}
