package label

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds on caveats.
const (
	// MaxCaveats bounds the number of caveats in one label.
	MaxCaveats = 64
	// MaxCaveatBytes bounds the length of one caveat in bytes of UTF-8.
	MaxCaveatBytes = 200
)

// CaveatSet is a set of caveats, short texts that restrict use, immutable, in
// rising order of their bytes, without repetition. The zero value is the empty
// set. A caveat that begins with TLP: or PAP: must be a [ForeignMark]; of each
// foreign scheme the set holds at most one, the strictest.
type CaveatSet struct{ texts []string }

// checkText is the form of every free text of a marking: it must survive each
// written form unchanged and must not be able to pass for another part of one.
func checkText(what, s string, limit int) error {
	switch {
	case s == "":
		return fmt.Errorf("%w: %s is empty", ErrSyntax, what)
	case len(s) > limit:
		return fmt.Errorf("%w: %s %q has %d bytes, at most %d", ErrTooMany, what, clip(s), len(s), limit)
	case !utf8.ValidString(s):
		return fmt.Errorf("%w: %s is not UTF-8", ErrSyntax, what)
	case strings.Contains(s, "//") || s[0] == '/' || s[len(s)-1] == '/':
		return fmt.Errorf("%w: %s %q: two strokes separate the parts of a marking and cannot stand in one", ErrSyntax, what, clip(s))
	case s[0] == ' ' || s[len(s)-1] == ' ' || strings.Contains(s, "  "):
		return fmt.Errorf("%w: %s %q: single blanks, none at the ends", ErrSyntax, what, clip(s))
	}
	ascii := true
	for _, r := range s {
		if r < utf8.RuneSelf && r >= ' ' && r != 0x7f {
			continue
		}
		ascii = false
		// IsPrint leaves out control and format characters (among them the
		// bidirectional overrides), private use, and every blank but U+0020.
		// The zero width non-joiner is spelling in Persian and Sorani.
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != '\u200c' {
			return fmt.Errorf("%w: %s %q holds the character %U, which is not printed", ErrSyntax, what, clip(s), r)
		}
	}
	if !ascii && !norm.NFC.IsNormalString(s) {
		return fmt.Errorf("%w: %s %q is not in Unicode normal form C", ErrSyntax, what, clip(s))
	}
	return nil
}

func checkCaveat(s string) error {
	if err := checkText("caveat", s, MaxCaveatBytes); err != nil {
		return err
	}
	if strings.HasPrefix(s, "TLP:") || strings.HasPrefix(s, "PAP:") {
		if _, ok := foreignOf(s); !ok {
			return fmt.Errorf("%w: caveat %q is not a mark of that scheme in its present spelling", ErrSyntax, clip(s))
		}
	}
	return nil
}

// NewCaveatSet returns the set of the given caveats. It refuses malformed ones
// and two marks of one foreign scheme.
func NewCaveatSet(texts ...string) (CaveatSet, error) {
	own := make([]string, 0, len(texts))
	for _, t := range texts {
		if err := checkCaveat(t); err != nil {
			return CaveatSet{}, err
		}
		own = append(own, t)
	}
	s := CaveatSet{texts: sortedUnique(own)}
	if s.Len() > MaxCaveats {
		return CaveatSet{}, fmt.Errorf("%w: %d caveats, at most %d", ErrTooMany, s.Len(), MaxCaveats)
	}
	if k := s.strictest(); k.Len() != s.Len() {
		return CaveatSet{}, fmt.Errorf("%w: two marks of one foreign scheme: keep the strictest", ErrSyntax)
	}
	return s, nil
}

// Caveats is [NewCaveatSet] for texts that stand in source code: it panics
// where that returns an error.
func Caveats(texts ...string) CaveatSet {
	s, err := NewCaveatSet(texts...)
	if err != nil {
		panic(err)
	}
	return s
}

// caveatsInOrder is the strict reader behind every written form of the set.
func caveatsInOrder(texts []string) (CaveatSet, error) {
	if !rising(texts) {
		return CaveatSet{}, fmt.Errorf("%w: caveats are not in rising order without repetition: sort them by their bytes", ErrSyntax)
	}
	return NewCaveatSet(texts...)
}

// strictest drops, of each foreign scheme, all marks but the strictest.
func (s CaveatSet) strictest() CaveatSet {
	var best map[ForeignScheme]int
	marks := 0
	for _, t := range s.texts {
		if m, ok := foreignOf(t); ok {
			if best == nil {
				best = make(map[ForeignScheme]int, 2)
			}
			marks++
			best[m.Scheme] = max(best[m.Scheme], m.Rank())
		}
	}
	if marks == len(best) {
		return s
	}
	return CaveatSet{texts: slices.DeleteFunc(slices.Clone(s.texts), func(t string) bool {
		m, ok := foreignOf(t)
		return ok && m.Rank() < best[m.Scheme]
	})}
}

// Len returns the number of caveats in s.
func (s CaveatSet) Len() int { return len(s.texts) }

// IsEmpty reports whether s is empty.
func (s CaveatSet) IsEmpty() bool { return len(s.texts) == 0 }

// Contains reports whether the caveat t is in s.
func (s CaveatSet) Contains(t string) bool {
	_, ok := slices.BinarySearch(s.texts, t)
	return ok
}

// Covers reports whether s is at least as strict as o: every caveat of o is in
// s, where a stricter mark of the same foreign scheme counts for a laxer one.
func (s CaveatSet) Covers(o CaveatSet) bool { return s.Union(o).Equal(s) }

// Equal reports whether s and o have the same caveats.
func (s CaveatSet) Equal(o CaveatSet) bool { return slices.Equal(s.texts, o.texts) }

// Union returns the caveats that are in s or in o, of each foreign scheme only
// the strictest mark.
func (s CaveatSet) Union(o CaveatSet) CaveatSet {
	u := CaveatSet{texts: union(s.texts, o.texts)}
	if u.Len() == s.Len() || u.Len() == o.Len() {
		return u // one of the two, which is in order already
	}
	return u.strictest()
}

// All yields the caveats in order.
func (s CaveatSet) All() iter.Seq[string] { return slices.Values(s.texts) }

// Foreign returns the foreign marks in s, TLP before PAP.
func (s CaveatSet) Foreign() []ForeignMark {
	var out []ForeignMark
	for _, t := range s.texts {
		if m, ok := foreignOf(t); ok {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b ForeignMark) int { return strings.Compare(string(b.Scheme), string(a.Scheme)) })
	return out
}
