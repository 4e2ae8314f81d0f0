package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Flags tell what is odd about the letters of a name. A flag changes nothing by itself: the name is read as well as it
// can be, and the reader is told.
type Flags uint8

// The flags.
const (
	// FlagBroken: bytes that are no UTF-8; they are read as spaces.
	FlagBroken Flags = 1 << iota
	// FlagInvisible: characters without width other than the joiners that Persian and Arabic spelling needs.
	FlagInvisible
	// FlagDirection: characters that override or isolate the writing direction.
	FlagDirection
	// FlagMixed: a word of Latin and Cyrillic letters, read in the script that all of its letters resemble.
	FlagMixed
	// FlagCut: a name longer than what is looked at.
	FlagCut
)

var flagWords = [...]string{"broken encoding", "invisible characters", "direction overrides", "mixed scripts in a word", "cut"}

// String lists the flags in words, separated by commas.
func (f Flags) String() string {
	var out []string
	for i, w := range flagWords {
		if f&(1<<i) != 0 {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// flagsOf looks at the raw letters of a name.
func flagsOf(s string) Flags {
	if len(s) <= maxName && asciiOnly(s) {
		return 0
	}
	var f Flags
	if len(s) > maxName {
		f |= FlagCut
		s = clip(s)
	}
	if !utf8.ValidString(s) {
		f |= FlagBroken
	}
	for _, r := range s {
		if r < 0xAD {
			continue
		}
		switch {
		case r == '\u200c' || r == '\u200d' || r == '\u200e' || r == '\u200f' || r == '\u061c':
			// joiners and direction marks are part of ordinary Persian and Arabic text
		case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			f |= FlagDirection
		case unicode.Is(unicode.Cf, r) || r == '\u034f' || r >= '\ufe00' && r <= '\ufe0f':
			f |= FlagInvisible
		}
	}
	return f
}

// Letters of Latin and Cyrillic that look alike, folded. Unicode Technical Standard 39 lists them among others.
const (
	latinLook    = "aeopcyxkmtbhiisj"
	cyrillicLook = "аеорсухкмтвниіѕй"
)

var toLatin, toCyrillic = func() (map[rune]rune, map[rune]rune) {
	l, c := map[rune]rune{}, map[rune]rune{}
	ls, cs := []rune(latinLook), []rune(cyrillicLook)
	for i := range ls {
		if _, ok := l[cs[i]]; !ok {
			l[cs[i]] = ls[i]
		}
		if _, ok := c[ls[i]]; !ok {
			c[ls[i]] = cs[i]
		}
	}
	return l, c
}()

// unmix rewrites words of Latin and Cyrillic letters in one script, in place, where all letters of the one script
// have a likeness in the other. It reports whether there was such a word.
func unmix(folded []rune) bool {
	mixed := false
	for i := 0; i < len(folded); {
		if isSeparator(folded[i]) {
			i++
			continue
		}
		j, latin, cyrillic := i, 0, 0
		for j < len(folded) && !isSeparator(folded[j]) {
			switch s := scriptOf(folded[j]); {
			case isDigit(folded[j]):
			case s == Latin:
				latin++
			case s == Cyrillic:
				cyrillic++
			}
			j++
		}
		if latin > 0 && cyrillic > 0 {
			w := folded[i:j]
			first, second := toLatin, toCyrillic
			if cyrillic > latin {
				first, second = toCyrillic, toLatin
			}
			mixed = rewrite(w, first) || rewrite(w, second) || mixed
		}
		i = j
	}
	return mixed
}

// rewrite maps the letters that m knows and reports true when the word is of one script then; else it leaves it.
func rewrite(w []rune, m map[rune]rune) bool {
	want := Latin
	if _, ok := m['a']; ok {
		want = Cyrillic
	}
	for _, r := range w {
		if _, ok := m[r]; !ok && scriptOf(r) != want && !isDigit(r) {
			return false
		}
	}
	for i, r := range w {
		if x, ok := m[r]; ok && scriptOf(r) != want {
			w[i] = x
		}
	}
	return true
}
