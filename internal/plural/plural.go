// Package plural makes English words agree with a number, for messages to
// people: "1 draft", "2 drafts", "1 entry", "2 entries". It knows the nouns that
// such messages use and is no dictionary.
package plural

import (
	"strconv"
	"strings"
)

// Number is what can be counted.
type Number interface {
	~int | ~int32 | ~int64 | ~uint32 | ~uint64
}

// Of writes a number with its noun, which is given in the singular; of a noun of
// several words the last is declined.
func Of[N Number](n N, noun string) string {
	return strconv.FormatInt(int64(n), 10) + " " + Choose(n, noun, many(noun))
}

// Choose returns the first of two forms for one, and the second for any other
// number, as for a verb: "is" and "are".
func Choose[N Number](n N, one, other string) string {
	if n == 1 {
		return one
	}
	return other
}

// many is the plural of a noun.
func many(noun string) string {
	switch {
	case strings.HasSuffix(noun, "leaf"):
		return strings.TrimSuffix(noun, "f") + "ves"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay") && !strings.HasSuffix(noun, "ey") && !strings.HasSuffix(noun, "oy"):
		return strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	}
	return noun + "s"
}
