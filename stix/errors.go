package stix

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Sentinel errors of the package. Every error returned by a function of this
// package is one of these, wraps one of these, or comes from the reader or
// writer that the caller handed in.
var (
	// ErrSyntax means that the bytes are not one JSON text as RFC 8259 and
	// RFC 7493 (I-JSON) ask for it: bad grammar, invalid UTF-8, a lone
	// surrogate, or a member name that stands twice in one object.
	ErrSyntax = errors.New("stix: not I-JSON")
	// ErrTooLarge means that a bound of Limits was exceeded.
	ErrTooLarge = errors.New("stix: too large")
	// ErrNotObject means that a JSON value stands where a STIX object must.
	ErrNotObject = errors.New("stix: not a STIX object")
	// ErrPattern means that a pattern breaks the grammar or a rule of clause 9.
	ErrPattern = errors.New("stix: invalid pattern")
	// ErrNoDeterministicID means that clause 3.4 gives no deterministic
	// identifier for this object: it is no cyber observable of the
	// specification, or has none of its ID contributing properties.
	ErrNoDeterministicID = errors.New("stix: no deterministic identifier")
	// ErrSteps means that evaluating a pattern took more steps than allowed.
	ErrSteps = errors.New("stix: pattern evaluation exceeds its step budget")
)

// Error is one finding about one place in a document.
type Error struct {
	// Path is the place as an RFC 9535 path from the root of the document
	// that was validated, e.g. "$.objects[3].external_references[0].url".
	Path string `json:"path"`
	// Clause is the clause of STIX 2.1 that is broken, e.g. "2.15", or the
	// RFC for findings below STIX ("RFC 8259", "RFC 7493").
	Clause string `json:"clause"`
	// Message says what is wrong and what would be right.
	Message string `json:"message"`
	// Advice marks a finding that does not make the document invalid: a
	// SHOULD of the specification, or a MUST that content in circulation
	// breaks and the OASIS validator accepts (spec/stix.md lists them).
	// Advice is only produced when Options.Advice asks for it.
	Advice bool `json:"advice,omitempty"`
}

// Error renders the finding on one line: path, message and clause.
func (e Error) Error() string {
	return e.Path + ": " + e.Message + " (" + e.Clause + ")"
}

// Limits bounds the work that one document may cause. The zero value of a
// field stands for its default.
type Limits struct {
	// Object is the size in bytes of the largest single object, line or
	// non-bundle document that is held in memory; default 64 MiB.
	Object int
	// Nodes is the number of JSON values in one of those; default 2,000,000.
	Nodes int
	// Depth is how deep arrays and objects may nest; default 128.
	Depth int
	// Errors is the number of findings kept per document; default 100.
	Errors int
}

// Default bounds, see Limits.
const (
	DefaultObject = 64 << 20
	DefaultNodes  = 2_000_000
	DefaultDepth  = 128
	DefaultErrors = 100
)

// maxObject keeps offsets within 32 bits.
const maxObject = 1 << 30

func (l Limits) filled() Limits {
	if l.Object <= 0 {
		l.Object = DefaultObject
	}
	l.Object = min(l.Object, maxObject)
	if l.Nodes <= 0 {
		l.Nodes = DefaultNodes
	}
	if l.Depth <= 0 {
		l.Depth = DefaultDepth
	}
	if l.Errors <= 0 {
		l.Errors = DefaultErrors
	}
	return l
}

// Options says how to validate. The zero value is the normal way.
type Options struct {
	Limits Limits
	// Advice also reports findings that do not make a document invalid.
	Advice bool
	// Strict makes every MUST of the specification an error, also those that
	// the OASIS validator lets pass (they are advice otherwise).
	Strict bool
}

// Valid tells whether no finding in errs makes the document invalid.
func Valid(errs []Error) bool {
	for i := range errs {
		if !errs[i].Advice {
			return false
		}
	}
	return true
}

// pathSeg is one step of the place that is being looked at: a member name, or
// an array index when name is nil.
type pathSeg struct {
	name  []byte
	index int
}

func renderPath(segs []pathSeg) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range segs {
		switch {
		case s.name == nil:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		case plainName(s.name):
			b.WriteByte('.')
			b.Write(s.name)
		default:
			b.WriteString("['")
			writeName(&b, s.name)
			b.WriteString("']")
		}
	}
	return b.String()
}

// writeName writes a member name as RFC 9535 2.7 has it in single quotes. A
// name beyond the bound is cut, so that a path stays short.
func writeName(b *strings.Builder, s []byte) {
	const longest = 250
	cut := len(s) > longest
	if cut {
		s = s[:longest]
	}
	for _, r := range string(s) {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	if cut {
		b.WriteString("...")
	}
}

func plainName(s []byte) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i, c := range s {
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return false
	}
	return true
}

// quoted shows foreign text in a message: escaped, and cut so that a message
// stays short whatever the input is.
func quoted(s []byte) string {
	const longest = 80
	if len(s) > longest {
		return strconv.Quote(string(s[:longest])) + "..."
	}
	return strconv.Quote(string(s))
}
