package charter

import (
	"fmt"
	"strconv"
	"strings"

	"entente/label"
)

// lineReader takes a text apart whose lines stand in a fixed order. After the
// first fault every read returns the zero value and err holds the fault.
type lineReader struct {
	what string // for errors: "key certificate"
	rest string
	err  error
}

func (r *lineReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: "+format, append([]any{r.what}, args...)...)
	}
}

// line returns the next line without its newline.
func (r *lineReader) line() string {
	if r.err != nil {
		return ""
	}
	l, rest, ok := strings.Cut(r.rest, "\n")
	if !ok {
		r.fail("%w: ends early, or its last line has no newline", ErrSyntax)
		return ""
	}
	r.rest = rest
	return l
}

// version expects "entente/v1/<name>" and tells a newer version from garbage.
func (r *lineReader) version(name string) {
	l := r.line()
	if r.err != nil || l == "entente/v1/"+name {
		return
	}
	v, ok := strings.CutPrefix(l, "entente/v")
	if number, found := strings.CutSuffix(v, "/"+name); ok && found && number != "" &&
		strings.Trim(number, "0123456789") == "" {
		r.fail("%w: %q; a newer node may know it", ErrVersion, clip(l))
		return
	}
	r.fail("%w: first line %q, expected entente/v1/%s", ErrSyntax, clip(l), name)
}

// charter reads the charter hash; within the founding file its place holds the
// word "founding" and the zero hash is returned.
func (r *lineReader) charter(founding bool) Hash {
	l := r.line()
	if r.err != nil {
		return Hash{}
	}
	if founding {
		if l != foundingWord {
			r.fail("%w: charter %q, expected the word %q", ErrSyntax, clip(l), foundingWord)
		}
		return Hash{}
	}
	h, err := ParseHash(l)
	if err != nil {
		r.fail("charter hash: %w", err)
	}
	return h
}

func (r *lineReader) member() label.MemberID {
	l := r.line()
	if r.err != nil {
		return ""
	}
	id, err := label.ParseMemberID(l)
	if err != nil {
		r.fail("%w: %w", ErrSyntax, err)
	}
	return id
}

// number reads a decimal of 32 bits, at least lo, without sign or leading zeros.
func (r *lineReader) number(name string, lo uint32) uint32 {
	l := r.line()
	if r.err != nil {
		return 0
	}
	n, err := parseNumber(l)
	if err != nil || n < lo {
		r.fail("%w: %s %q is not a decimal from %d to 4294967295 without leading zeros",
			ErrSyntax, name, clip(l), lo)
		return 0
	}
	return n
}

// key reads "<name> <base64>".
func (r *lineReader) key(name string) PublicKey {
	l := r.line()
	if r.err != nil {
		return PublicKey{}
	}
	value, ok := strings.CutPrefix(l, name+" ")
	if !ok {
		r.fail("%w: line %q, expected %q and a key", ErrSyntax, clip(l), name)
		return PublicKey{}
	}
	k, err := ParsePublicKey(value)
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	return k
}

// end expects that nothing is left.
func (r *lineReader) end() {
	if r.err == nil && r.rest != "" {
		r.fail("%w: data after the last line; remove it", ErrSyntax)
	}
}

func parseNumber(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, err
	}
	if strconv.FormatUint(n, 10) != s {
		return 0, strconv.ErrSyntax
	}
	return uint32(n), nil
}
