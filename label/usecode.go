package label

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"
)

// UseCode is one of the handling codes H0 to H3 of the exchange of criminal
// intelligence in Europe (Europol, SIENA). They limit the use of information,
// not its readers.
type UseCode uint8

// The handling codes.
const (
	// H0: only to prevent and combat crime.
	H0 UseCode = iota
	// H1: not in judicial proceedings without the provider's permission.
	H1
	// H2: not to be passed on without the provider's permission. A label with
	// H2 names whose permission that is.
	H2
	// H3: other restrictions, stated in the caveats.
	H3

	useCodes = 4
)

// ParseUseCode reads H0, H1, H2 or H3.
func ParseUseCode(s string) (UseCode, error) {
	if len(s) == 2 && s[0] == 'H' && '0' <= s[1] && s[1] < '0'+useCodes {
		return UseCode(s[1] - '0'), nil
	}
	return 0, fmt.Errorf("%w: use code %q: the codes are H0, H1, H2, H3", ErrSyntax, clip(s))
}

// String returns the token.
func (c UseCode) String() string { return "H" + string(rune('0'+c)) }

// UseCodes is a set of handling codes; the zero value is the empty set. Its
// JSON form is an array of tokens in rising order.
type UseCodes uint8

// UseCodesOf returns the set of the given codes; it ignores values that are no
// handling code.
func UseCodesOf(codes ...UseCode) UseCodes {
	var s UseCodes
	for _, c := range codes {
		if c < useCodes {
			s |= 1 << c
		}
	}
	return s
}

// Has reports whether c is in s.
func (s UseCodes) Has(c UseCode) bool { return c < useCodes && s&(1<<c) != 0 }

// Len returns the number of codes in s.
func (s UseCodes) Len() int { return bits.OnesCount8(uint8(s)) }

// Union returns the codes that are in s or in o.
func (s UseCodes) Union(o UseCodes) UseCodes { return s | o }

// Includes reports whether every code of o is in s.
func (s UseCodes) Includes(o UseCodes) bool { return s&o == o }

// All yields the codes in rising order.
func (s UseCodes) All() iter.Seq[UseCode] {
	return func(yield func(UseCode) bool) {
		for c := H0; c < useCodes; c++ {
			if s.Has(c) && !yield(c) {
				return
			}
		}
	}
}

// String returns the tokens in rising order, separated by blanks.
func (s UseCodes) String() string {
	var b strings.Builder
	for c := range s.All() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.String())
	}
	return b.String()
}

func (s UseCodes) tokens() []string { return strings.Fields(s.String()) }

// useCodesInOrder is the strict reader behind every written form of the set.
func useCodesInOrder(tokens []string) (UseCodes, error) {
	var s UseCodes
	for i, tok := range tokens {
		c, err := ParseUseCode(tok)
		if err != nil {
			return 0, err
		}
		if i > 0 && tokens[i-1] >= tok {
			return 0, fmt.Errorf("%w: use codes are not in rising order without repetition: sort them", ErrSyntax)
		}
		s |= 1 << c
	}
	return s, nil
}
