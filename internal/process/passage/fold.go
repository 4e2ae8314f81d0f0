package passage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"entente/internal/process/language"
)

// Fold returns the key under which a word is looked up: lower case, Latin
// letters without accents, one form of each letter that is written in several
// (ya, kaf, alef with and without hamza, ha and ta marbuta; ڕ and ڵ as ر and
// ل; ё as е), without half-spaces and marks. Word lists are folded the same
// way, so that they can be written as people write.
//
// An underscore is left out too: word lists write the half-space with it, which
// is not seen otherwise.
func Fold(word string) string {
	word = strings.ReplaceAll(word, "_", "")
	return string(appendFold(make([]byte, 0, len(word)), word))
}

func appendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if f := foldRune(r); f > 0 {
			dst = utf8.AppendRune(dst, f)
		} else if f == 0 {
			d := norm.NFKD.PropertiesString(s[i-n : i]).Decomposition()
			for len(d) > 0 {
				c, m := utf8.DecodeRune(d)
				if !unicode.Is(unicode.Mn, c) {
					dst = utf8.AppendRune(dst, unicode.ToLower(c))
				}
				d = d[m:]
			}
		}
	}
	return dst
}

// foldRune returns the form under which a letter is looked up, -1 for one that
// is left out, 0 for one that has to be decomposed.
func foldRune(r rune) rune {
	switch {
	case r >= 0x0620 && r < 0x06FF:
		switch r {
		case 'أ', 'إ', 'آ', 'ٱ':
			return 'ا'
		case 'ى', 'ي', 'ې':
			return 'ی'
		case 'ك':
			return 'ک'
		case 'ة', 'ە', 'ۀ', 'ۂ', 'ۃ', 'ہ', 'ھ':
			return 'ه'
		case 'ڕ':
			return 'ر'
		case 'ڵ':
			return 'ل'
		}
		if r == 0x0640 || r >= 0x064B && r <= 0x065F || r == 0x0670 || r >= 0x06D6 && r <= 0x06ED && r != 0x06D5 {
			return -1
		}
		return r
	case r >= 0x0400 && r < 0x0530:
		if r == 'ё' || r == 'Ё' {
			return 'е'
		}
		return unicode.ToLower(r)
	case r == '’':
		return '\''
	case r == 0x200C:
		return -1
	case r >= 0xC0 && r < 0x0250 || r >= 0x1E00 && r < 0x1F00:
		switch r {
		case 'ı', 'İ':
			return 'i'
		case 'ø', 'Ø':
			return 'o'
		case 'ł', 'Ł':
			return 'l'
		case 'ß', 'æ', 'Æ', 'œ', 'Œ', 'ð', 'þ':
			return unicode.ToLower(r)
		}
		var buf [utf8.UTFMax]byte
		if norm.NFKD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition() == nil {
			return unicode.ToLower(r)
		}
		return 0
	case unicode.Is(unicode.M, r):
		return -1
	}
	return unicode.ToLower(r)
}

// alike pairs small and capital letters of Cyrillic with the Latin ones that
// look the same.
var alike = func() map[rune]rune {
	m := map[rune]rune{}
	c, l := []rune("аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅ"), []rune("aeopcyxijsdhqwABEKMHOPCTYXIJS")
	for i := range c {
		m[c[i]] = l[i]
		m[l[i]] = c[i]
	}
	return m
}()

// foldMixed appends the key of a word with Latin and Cyrillic letters. Where
// all letters of the rarer script look like one of the other, they are taken
// for it, and alike is true.
func foldMixed(dst []byte, s string, w shape) (_ []byte, same bool) {
	rare := language.Latin
	if w.latin > w.cyrillic {
		rare = language.Cyrillic
	}
	whole := strings.Map(func(r rune) rune {
		if language.ScriptOf(r) != rare {
			return r
		}
		if a, ok := alike[r]; ok {
			same = true
			return a
		}
		return utf8.RuneError
	}, s)
	if strings.ContainsRune(whole, utf8.RuneError) {
		return appendFold(dst, s), false
	}
	return appendFold(dst, whole), same
}
