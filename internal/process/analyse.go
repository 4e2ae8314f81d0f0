// Package process turns what arrives as text into what can be found and
// weighed. This file is the one analyser that every search goes through; the
// rooms below it read names, places, dates and statements.
package process

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// AnalyserVersion numbers what Analyse does. A view that was made with another
// version is rebuilt.
const AnalyserVersion = 1

// Token is one searchable word of a text.
type Token struct {
	// Text is the folded word: lower case, without diacritics, with one form
	// of each letter and digit that are written in several.
	Text string
	// Start and End are byte offsets into the text that was analysed.
	Start, End int
}

// maxToken bounds a token in bytes; longer runs of letters are cut, so that a
// text without spaces cannot make an index of its own size.
const maxToken = 64

// Analyse returns the words of a text in order. The same function serves the
// index and the query, so that what folds alike is found alike: case, Arabic
// vowel signs and tatweel, the forms of alef, ya, kaf and ha, ё and е, Latin
// accents, and the digits of all scripts. It never fails: bytes that are not
// UTF-8 separate words.
func Analyse(text string) []Token {
	tokens := make([]Token, 0, len(text)/6+1)
	var word []byte
	start, end := -1, 0
	flush := func() {
		if len(word) > 0 {
			tokens = append(tokens, Token{Text: string(word), Start: start, End: end})
		}
		word, start = word[:0], -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch f := fold(r); {
		case r == utf8.RuneError && n == 1:
			flush()
		case f == drop:
			// Marks belong to the word that they stand in, and are not in it.
			if start >= 0 {
				end = i + n
			}
		case f == apart:
			flush()
		default:
			if start < 0 {
				start = i
			}
			if len(word)+utf8.UTFMax > maxToken {
				flush()
				start = i
			}
			word = appendFolded(word, f)
			end = i + n
		}
		i += n
	}
	flush()
	return tokens
}

// What fold says of runes that are not letters or digits.
const (
	drop  rune = -1
	apart rune = -2
)

// fold maps a rune to the form under which it is found.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return apart
	}
	switch r {
	case 'ـ', '\u200d', '\u200e', '\u200f', '\u00ad': // tatweel, joiner, marks of direction, soft hyphen
		return drop
	case '\u200c': // the half-space of Persian and Sorani parts suffixes from stems
		return apart
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ي', 'ې', 'ێ':
		return 'ی'
	case 'ك':
		return 'ک'
	case 'ة', 'ۀ', 'ە':
		return 'ه'
	case 'ؤ', 'ۆ':
		return 'و'
	case 'ئ':
		return 'ی'
	case 'ڕ':
		return 'ر'
	case 'ڵ':
		return 'ل'
	case 'ё', 'Ё':
		return 'е'
	}
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r):
		return drop
	case unicode.IsDigit(r):
		return digit(r)
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		return unicode.ToLower(r)
	}
	return apart
}

// digit maps the decimal digits of all scripts to ASCII: Unicode lays each set
// of ten out in order from its zero.
func digit(r rune) rune {
	for k := range rune(10) {
		if !unicode.IsDigit(r-k-1) || k == 9 {
			return '0' + k
		}
	}
	return r
}

// appendFolded appends a letter without its accent: its first character in
// compatibility decomposition.
func appendFolded(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(r))
	}
	if r >= 0x0600 && r <= 0x06ff || r >= 0x0430 && r <= 0x044f && r != 'й' {
		return utf8.AppendRune(dst, r)
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if r == 'й' {
		return append(dst, buf[:n]...)
	}
	d := norm.NFKD.Properties(buf[:n]).Decomposition()
	if len(d) == 0 {
		return append(dst, buf[:n]...)
	}
	for len(d) > 0 {
		c, m := utf8.DecodeRune(d)
		if !unicode.Is(unicode.Mn, c) {
			dst = utf8.AppendRune(dst, unicode.ToLower(c))
		}
		d = d[m:]
	}
	return dst
}
