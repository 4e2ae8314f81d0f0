package stix

import (
	"fmt"
	"strings"
)

// Pattern is a parsed STIX pattern (clause 9). It is immutable and safe for
// concurrent use.
type Pattern struct {
	text string
	root *observation
	// tests lists every comparison in the order of the text.
	tests []*comparison
	// simple lists every bracketed observation expression.
	simple []*observation
}

// String returns the pattern's text as it was parsed.
func (p *Pattern) String() string { return p.text }

// ParsePattern parses a pattern of STIX 2.1. An error wraps ErrPattern and is a
// *PatternError.
func ParsePattern(s string) (*Pattern, error) {
	p, err := parsePattern([]byte(s), "2.1")
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Comparison is one comparison of a pattern, for a reader who wants to know
// what a pattern looks for.
type Comparison struct {
	// ObjectType is the type of observable that is looked at, e.g. "file".
	ObjectType string
	// Path is the object path below the type, e.g. "hashes.'SHA-256'".
	Path string
	// Operator is =, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET
	// or EXISTS.
	Operator string
	// Negated tells whether NOT stands before the operator.
	Negated bool
	// Values has the constants, as plain text without quotes; none for EXISTS.
	Values []string
}

// Comparisons returns every comparison of the pattern in the order of its text.
func (p *Pattern) Comparisons() []Comparison {
	out := make([]Comparison, len(p.tests))
	for i, t := range p.tests {
		c := Comparison{ObjectType: t.typ, Path: t.pathText(), Operator: t.op, Negated: t.not}
		for _, v := range t.values {
			c.Values = append(c.Values, v.text)
		}
		out[i] = c
	}
	return out
}

// observation is a node of an observation expression (9.5).
type observation struct {
	op    obsOp
	left  *observation
	right *observation
	test  *comparisonExpr // obsTest
	index int             // obsTest: number of the bracketed expression
	// Qualifiers (9.5.1): the operand is left.
	seconds     float64 // obsWithin
	times       int64   // obsRepeats
	start, stop instant // obsStartStop
}

type obsOp uint8

const (
	obsTest obsOp = iota
	obsAnd
	obsOr
	obsFollowedBy
	obsWithin
	obsRepeats
	obsStartStop
)

// comparisonExpr is a node of a comparison expression (9.6).
type comparisonExpr struct {
	op          byte // '&', '|', or 0 for a single test
	left, right *comparisonExpr
	test        *comparison
}

// comparison is one test of an object path against constants.
type comparison struct {
	typ    string
	path   []pathStep
	op     string
	not    bool
	values []literal
	off    int
}

// pathStep is one step of an object path (9.7): a name, or an index of a list,
// star for any.
type pathStep struct {
	name   string
	quoted bool
	index  int
	list   bool
	star   bool
}

// literal is a constant (9.2).
type literal struct {
	kind tokenKind
	text string
}

func (c *comparison) pathText() string {
	var b strings.Builder
	for i, s := range c.path {
		switch {
		case s.star:
			b.WriteString("[*]")
		case s.list:
			fmt.Fprintf(&b, "[%d]", s.index)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			if s.quoted {
				b.WriteString("'" + escapePattern(s.name) + "'")
			} else {
				b.WriteString(s.name)
			}
		}
	}
	return b.String()
}

func escapePattern(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `'`, `\'`)
}

func unescapePattern(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// nameFault says which object type or property of the pattern has a name that
// no object can have, or "". An indicator is held to it (4.7 with 9.7).
func (p *Pattern) nameFault() string {
	for _, t := range p.tests {
		if t.op == "EXISTS" {
			continue // the OASIS validator does not look at these
		}
		s := specs[t.typ]
		observable := s != nil && s.class == classSCO
		if !observable && patternTypeFault(t.typ) {
			return fmt.Sprintf("%q is no name of an observable's type: 3 to 250 of a-z, 0-9 and single hyphens are wanted", clip(t.typ))
		}
		first := t.path[0].name
		if observable {
			if _, known := s.index[first]; known {
				continue
			}
		}
		if !patternNameOK([]byte(first)) {
			return fmt.Sprintf("%q is no name of a property: 3 to 250 of a-z, 0-9 and underscores are wanted", clip(first))
		}
	}
	return ""
}

func patternTypeFault(s string) bool {
	if len(s) < 3 || len(s) > 250 || strings.Contains(s, "--") {
		return true
	}
	for _, c := range []byte(s) {
		if !lowerDigitHyphen(c) {
			return true
		}
	}
	return false
}
