package places

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldVersion numbers what appendKey does. A gazetteer file carries the
// version it was made with, because its keys are only found by the same
// folding; this is why the package folds for itself.
const foldVersion = 1

// maxName bounds the bytes of a name that are looked at. The longest name of
// the gazetteers in use has under 200.
const maxName = 512

// What foldRune says of runes that are not letters or digits.
const (
	dropRune  rune = -1
	apartRune rune = -2
)

// script is the writing system of a letter as far as the matching needs it.
type script uint8

const (
	scriptNone script = iota
	scriptLatin
	scriptArabic
	scriptCyrillic
	scriptOther
)

// scriptOf tells the script of a letter.
func scriptOf(r rune) script {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return scriptLatin
		}
		return scriptNone
	case r < 0x2b0 || r >= 0x1e00 && r < 0x1f00 || r >= 0xff21 && r < 0xff5b:
		return scriptLatin
	case r >= 0x600 && r < 0x780, r >= 0xfb50 && r < 0xfe00, r >= 0xfe70 && r < 0xff00:
		return scriptArabic
	case r >= 0x400 && r < 0x530:
		return scriptCyrillic
	case unicode.IsLetter(r):
		return scriptOther
	}
	return scriptNone
}

// latinPlain holds, for the two Latin blocks with accents, the letters without
// them; it is filled once.
var latinPlain = func() (t [0x250 + 0x100]string) {
	special := map[rune]string{
		'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h",
		'ŋ': "n", 'ə': "a", 'ǝ': "a", 'ŧ': "t", 'ĸ': "k", 'ŀ': "l",
	}
	fill := func(r rune, at int) {
		lower := unicode.ToLower(r)
		if s, ok := special[lower]; ok {
			t[at] = s
			return
		}
		if !unicode.IsLetter(r) {
			return
		}
		var out []rune
		for _, d := range norm.NFKD.String(string(lower)) {
			if unicode.IsLetter(d) {
				out = append(out, unicode.ToLower(d))
			}
		}
		t[at] = string(out)
	}
	for r := rune(0x80); r < 0x250; r++ {
		fill(r, int(r))
	}
	for r := rune(0x1e00); r < 0x1f00; r++ {
		fill(r, int(r)-0x1e00+0x250)
	}
	return t
}()

// arabicPlain maps letters of the Arabic block to one form a sound; 0 means
// the letter stands for itself.
var arabicPlain = func() (t [0x780 - 0x600]rune) {
	for _, g := range []struct {
		from string
		to   rune
	}{
		{"أإآٱٲٳ", 'ا'}, {"ىئیېۍےۓێؠ", 'ي'}, {"ؤۇۈۋۅۆۊ", 'و'}, {"ةۃۀہھۂەۿ", 'ه'}, {"کڪڬڭ", 'ك'}, {"ګڳݣ", 'گ'},
		{"ٹټ", 'ت'}, {"ڈډ", 'د'}, {"ڕړڑ", 'ر'}, {"ڵ", 'ل'}, {"ںڼڻڱ", 'ن'}, {"ڨڧ", 'ق'}, {"ڥ", 'ڤ'}, {"ڢ", 'ف'}, {"ڠ", 'غ'},
		{"ښ", 'ش'}, {"ږ", 'ژ'}, {"څ", 'س'}, {"ځ", 'ز'}, {"ءـ", dropRune},
	} {
		for _, r := range g.from {
			t[r-0x600] = g.to
		}
	}
	return t
}()

// foldRune gives the folded form of a rune: a plain letter or digit, dropRune
// for what stands inside a word without being of it, apartRune for what parts
// words. Latin letters that fold to two are given by appendFold only.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '\'', r == '`', r == '.':
			return dropRune
		}
		return apartRune
	}
	switch {
	case r >= 0x600 && r < 0x780:
		if p := arabicPlain[r-0x600]; p != 0 {
			return p
		}
	case r >= 0x400 && r < 0x460:
		if r < 0x410 {
			r += 0x50
		} else if r < 0x430 {
			r += 0x20
		}
		if r == 'ё' {
			return 'е'
		}
		return r
	case r == '‘', r == '’', r == '‛', r == '′', r == '´', r >= 0x2b0 && r < 0x300:
		return dropRune
	case r == '\u200c', r == '\u00ad':
		return dropRune
	}
	switch {
	case unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r):
		return dropRune
	case unicode.IsDigit(r):
		return foldDigit(r)
	case unicode.IsLetter(r):
		return unicode.ToLower(r)
	}
	return apartRune
}

// foldDigit maps the decimal digits of all scripts to ASCII; Unicode lays each
// set of ten out in order from its zero.
func foldDigit(r rune) rune {
	for k := range rune(10) {
		if !unicode.IsDigit(r-k-1) || k == 9 {
			return '0' + k
		}
	}
	return r
}

// appendFold appends the folded form of a rune that is neither dropRune nor
// apartRune after folding; raw is the rune as it was written.
func appendFold(dst []byte, raw, folded rune) []byte {
	if raw < utf8.RuneSelf {
		return append(dst, byte(folded))
	}
	switch {
	case raw < 0x250:
		if s := latinPlain[raw]; s != "" {
			return append(dst, s...)
		}
	case raw >= 0x1e00 && raw < 0x1f00:
		if s := latinPlain[raw-0x1e00+0x250]; s != "" {
			return append(dst, s...)
		}
	case raw >= 0xfb50 && raw < 0xfff0: // presentation forms and full width
		for _, d := range norm.NFKC.String(string(raw)) {
			if f := foldRune(d); f >= 0 {
				dst = utf8.AppendRune(dst, f)
			}
		}
		return dst
	}
	return utf8.AppendRune(dst, folded)
}

// appendKey appends the key under which a name is found: its letters and
// digits without case, accents, vowel signs, apostrophes and spaces, each
// sound of the Arabic script in one form. Spaces go because the same place is
// written "Al-Bab", "Al Bab" and "Albab".
func appendKey(dst []byte, name string) []byte {
	name = clip(name)
	for i, r := range name {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(name[i:]); n <= 1 {
				continue
			}
		}
		if f := foldRune(r); f >= 0 {
			dst = appendFold(dst, r, f)
		}
	}
	return unmix(dst)
}

// key gives appendKey's result as a string.
func key(name string) string {
	var buf [64]byte
	return string(appendKey(buf[:0], name))
}

// clip cuts a name to maxName bytes at a letter's edge.
func clip(s string) string {
	if len(s) <= maxName {
		return s
	}
	n := maxName
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// lookalikes pairs Cyrillic letters with the Latin ones that look the same.
var lookalikes = map[rune]rune{'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'к': 'k', 'м': 'm', 'т': 't', 'в': 'b', 'н': 'h', 'і': 'i', 'ѕ': 's', 'ј': 'j', 'ԁ': 'd', 'ӏ': 'l'}

// latinLooks is lookalikes the other way round.
var latinLooks = func() map[rune]rune {
	out := map[rune]rune{}
	for c, l := range lookalikes {
		if have, ok := out[l]; !ok || c < have {
			out[l] = c
		}
	}
	return out
}()

// unmix undoes letters of one script that were slipped into a word of another
// because they look the same: a key of Latin and Cyrillic letters becomes the
// one of the two that all its letters can be.
func unmix(k []byte) []byte {
	latin, cyrillic := false, false
	allLatin, allCyrillic := true, true
	for i := 0; i < len(k); {
		if c := k[i]; c < utf8.RuneSelf {
			if c > '9' {
				latin = true
				if _, ok := latinLooks[rune(c)]; !ok {
					allCyrillic = false
				}
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(k[i:])
		if scriptOf(r) == scriptCyrillic {
			cyrillic = true
			if _, ok := lookalikes[r]; !ok {
				allLatin = false
			}
		}
		i += n
	}
	if !latin || !cyrillic || !allLatin && !allCyrillic {
		return k
	}
	to := lookalikes
	if !allLatin {
		to = latinLooks
	}
	out := make([]byte, 0, len(k))
	for _, r := range string(k) {
		if l, ok := to[r]; ok {
			r = l
		}
		out = utf8.AppendRune(out, r)
	}
	return append(k[:0], out...)
}
