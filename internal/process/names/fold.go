package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Script is the writing system of a token, as far as the comparison needs to tell.
// Greek, Georgian, Armenian, Hebrew, Hangul and kana are romanised on folding and count as Latin from there on.
type Script uint8

const (
	// Latin holds Latin letters without diacritics, and digits.
	Latin Script = iota
	// Arabic holds the Arabic script of Arabic, Persian, Sorani and Urdu, folded.
	Arabic
	// Cyrillic holds the Cyrillic script of Russian, Ukrainian, Serbian and their neighbours, folded.
	Cyrillic
	// Han holds Chinese characters, compared one by one.
	Han
	// OtherScript holds everything else; it is compared letter by letter.
	OtherScript
	scriptCount
)

// String gives the ISO 15924 code of the script ("Zyyy" for OtherScript).
func (s Script) String() string {
	switch s {
	case Latin:
		return "Latn"
	case Arabic:
		return "Arab"
	case Cyrillic:
		return "Cyrl"
	case Han:
		return "Hani"
	default:
		return "Zyyy"
	}
}

// maxName bounds the bytes of one name that are looked at; what is longer is cut at a letter's edge.
// The longest name of the UN list has 180 bytes; a bound keeps the alignment's cost fixed.
const maxName = 8192

// latinSpecial maps Latin letters that Unicode does not decompose.
var latinSpecial = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h",
	'ŋ': "n", 'ə': "a", 'ǝ': "a", 'ŧ': "t", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ɣ': "g", 'ɛ': "e", 'ɔ': "o", 'ƴ': "y",
	'ĸ': "k", 'ŀ': "l", 'ɲ': "n", 'ɨ': "i", 'ʉ': "u",
}

// arabicFold maps the letters of the Arabic script to the ones the tables know; 0 drops the letter.
// Hamza carriers become their carrier, the Persian and Urdu shapes of one letter become the Arabic shape.
var arabicFold = map[rune]rune{
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ٲ': 'ا', 'ٳ': 'ا', 'ى': 'ي', 'ئ': 'ي', 'ی': 'ي', 'ې': 'ي', 'ۍ': 'ي', 'ے': 'ي', 'ۓ': 'ي', 'ؠ': 'ي',
	'ؤ': 'و', 'ۇ': 'و', 'ۈ': 'و', 'ۋ': 'و', 'ۅ': 'و', 'ة': 'ه', 'ۃ': 'ه', 'ۀ': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ۂ': 'ه',
	'ک': 'ك', 'ڪ': 'ك', 'ڬ': 'ك', 'ګ': 'گ', 'ڳ': 'گ', 'ڱ': 'ن', 'ٹ': 'ت', 'ټ': 'ت', 'ڈ': 'د', 'ډ': 'د', 'ړ': 'ر', 'ڑ': 'ر', 'ں': 'ن', 'ڼ': 'ن', 'ڻ': 'ن',
	'ښ': 'ش', 'ږ': 'ژ', 'څ': 'س', 'ځ': 'ز', 'ڭ': 'ك', 'ۊ': 'ۆ', 'ێ': 'ێ', 'ء': 0, 'ـ': 0, 'ڨ': 'ق', 'ڥ': 'ڤ', 'ڢ': 'ف', 'ڧ': 'ق', 'ڠ': 'غ', 'ݣ': 'گ',
}

// cyrillicFold maps Cyrillic letters outside the Russian alphabet; the hard and soft sign are kept.
var cyrillicFold = map[rune]string{
	'ё': "е", 'і': "и", 'ї': "йи", 'є': "е", 'ґ': "г", 'ў': "у", 'ђ': "дж", 'ј': "й", 'љ': "ль", 'њ': "нь", 'ћ': "ч", 'џ': "дж", 'ѕ': "дз", 'ѓ': "г", 'ќ': "к",
	'ә': "а", 'ғ': "г", 'қ': "к", 'ң': "н", 'ө': "о", 'ұ': "у", 'ү': "у", 'һ': "х", 'ҳ': "х", 'ҷ': "дж", 'ӣ': "и", 'ӯ': "у", 'җ': "дж", 'ӏ': "", 'ӑ': "а", 'ӗ': "е",
	'ҡ': "к", 'ҙ': "з", 'ҫ': "с", 'ѐ': "е", 'ѝ': "и",
}

// greekRoman, georgianRoman, armenianRoman and hebrewRoman are the plain letter tables of the usual romanisations
// (ELOT 743, the Georgian national system, Hübschmann-Meillet without diacritics, the Hebrew Academy's simple form).
var otherRoman = map[rune]string{
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m", 'ν': "n", 'ξ': "x",
	'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
	'ა': "a", 'ბ': "b", 'გ': "g", 'დ': "d", 'ე': "e", 'ვ': "v", 'ზ': "z", 'თ': "t", 'ი': "i", 'კ': "k", 'ლ': "l", 'მ': "m", 'ნ': "n", 'ო': "o",
	'პ': "p", 'ჟ': "zh", 'რ': "r", 'ს': "s", 'ტ': "t", 'უ': "u", 'ფ': "p", 'ქ': "k", 'ღ': "gh", 'ყ': "q", 'შ': "sh", 'ჩ': "ch", 'ც': "ts",
	'ძ': "dz", 'წ': "ts", 'ჭ': "ch", 'ხ': "kh", 'ჯ': "j", 'ჰ': "h",
	'ա': "a", 'բ': "b", 'գ': "g", 'դ': "d", 'ե': "e", 'զ': "z", 'է': "e", 'ը': "y", 'թ': "t", 'ժ': "zh", 'ի': "i", 'լ': "l", 'խ': "kh", 'ծ': "ts",
	'կ': "k", 'հ': "h", 'ձ': "dz", 'ղ': "gh", 'ճ': "ch", 'մ': "m", 'յ': "y", 'ն': "n", 'շ': "sh", 'ո': "o", 'չ': "ch", 'պ': "p", 'ջ': "j",
	'ռ': "r", 'ս': "s", 'վ': "v", 'տ': "t", 'ր': "r", 'ց': "ts", 'ւ': "u", 'փ': "p", 'ք': "k", 'օ': "o", 'ֆ': "f", 'և': "ev",
	'א': "a", 'ב': "b", 'ג': "g", 'ד': "d", 'ה': "h", 'ו': "v", 'ז': "z", 'ח': "h", 'ט': "t", 'י': "y", 'כ': "k", 'ך': "k", 'ל': "l", 'מ': "m", 'ם': "m",
	'נ': "n", 'ן': "n", 'ס': "s", 'ע': "a", 'פ': "p", 'ף': "f", 'צ': "ts", 'ץ': "ts", 'ק': "k", 'ר': "r", 'ש': "sh", 'ת': "t",
}

// hangul jamo in the order of the Unicode syllable block, Revised Romanization of Korean (2000) without assimilation.
var (
	hangulLead  = [...]string{"g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"}
	hangulVowel = [...]string{"a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"}
	hangulTail  = [...]string{"", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"}
)

// kana rows, hiragana order from U+3041, Hepburn; an empty entry joins with its neighbour (small letters).
var kanaRoman = [...]string{"a", "a", "i", "i", "u", "u", "e", "e", "o", "o", "ka", "ga", "ki", "gi", "ku", "gu", "ke", "ge", "ko", "go",
	"sa", "za", "shi", "ji", "su", "zu", "se", "ze", "so", "zo", "ta", "da", "chi", "ji", "", "tsu", "zu", "te", "de", "to", "do",
	"na", "ni", "nu", "ne", "no", "ha", "ba", "pa", "hi", "bi", "pi", "fu", "bu", "pu", "he", "be", "pe", "ho", "bo", "po",
	"ma", "mi", "mu", "me", "mo", "ya", "ya", "yu", "yu", "yo", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wa", "i", "e", "o", "n", "vu", "ka", "ke"}

// scriptOf tells the script class of a folded letter.
func scriptOf(r rune) Script {
	switch {
	case r < 0x2B0 || r >= 0x1D00 && r < 0x1F00:
		return Latin
	case r >= 0x600 && r < 0x780 || r >= 0xFB50 && r < 0xFE00 || r >= 0xFE70 && r < 0xFEFF:
		return Arabic
	case r >= 0x400 && r < 0x530:
		return Cyrillic
	case unicode.Is(unicode.Han, r):
		return Han
	default:
		return OtherScript
	}
}

// folder turns raw text into folded letters; it is reused so that folding a name allocates little.
type folder struct {
	buf      []rune
	cyrillic bool  // there are Cyrillic letters
	hamza    []int // places of an alif with hamza or madda, which never opens the article
	bytes    []byte
}

// asciiOnly reports that s needs no Unicode decomposition.
func asciiOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip cuts s to at most maxName bytes without splitting a letter.
func clip(s string) string {
	if len(s) <= maxName {
		return s
	}
	s = s[:maxName]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if len(s) > 0 && s[len(s)-1] >= utf8.RuneSelf {
		s = s[:len(s)-1]
	}
	return s
}

// Separators in the folded stream. A hyphen and a slash split like a space; a comma is kept apart because
// "Family, Given" states an order; parentheses fence an insertion.
const (
	sepSpace = ' '
	sepComma = ','
	sepOpen  = '('
	sepClose = ')'
	sepDot   = '.'
	sepJoin  = '-'
)

// fold lower-cases, strips diacritics and maps letters of one sound in one script to one letter; digits of every
// script become ASCII, punctuation becomes one of the separators above, apostrophes and Arabic vowel signs vanish.
// The result is valid until the next call.
func (f *folder) fold(s string) []rune {
	s = clip(s)
	out := f.buf[:0]
	f.hamza = f.hamza[:0]
	f.cyrillic = false
	if asciiOnly(s) {
		for i := 0; i < len(s); i++ {
			out = foldASCII(out, s[i])
		}
		f.buf = out
		return out
	}
	s = strings.ToValidUTF8(s, " ")
	f.bytes = norm.NFKD.AppendString(f.bytes[:0], s)
	// NFKD takes hamza off its carrier and the Hangul syllables apart; both are put together again by NFC.
	text := norm.NFC.String(string(f.bytes))
	for _, r := range text {
		out = f.foldRune(out, r)
	}
	f.buf = out
	return out
}

func foldASCII(out []rune, c byte) []rune {
	switch {
	case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		return append(out, rune(c))
	case c >= 'A' && c <= 'Z':
		return append(out, rune(c)+'a'-'A')
	case c == '\'' || c == '`' || c == '"':
		return out
	case c == ',' || c == ';':
		return append(out, sepComma)
	case c == '(' || c == '[':
		return append(out, sepOpen)
	case c == ')' || c == ']':
		return append(out, sepClose)
	case c == '.':
		return append(out, sepDot)
	case c == '-' || c == '/':
		return append(out, sepJoin)
	case c == '&':
		return append(out, sepSpace, '&', sepSpace)
	default:
		return append(out, sepSpace)
	}
}

const softHyphen = '\u00ad'

func (f *folder) foldRune(out []rune, r rune) []rune {
	if r < utf8.RuneSelf {
		return foldASCII(out, byte(r))
	}
	r = unicode.ToLower(r)
	if r < utf8.RuneSelf {
		return foldASCII(out, byte(r))
	}
	if d, ok := digitValue(r); ok {
		return append(out, rune('0'+d))
	}
	if r == softHyphen {
		return out
	}
	switch scriptOf(r) {
	case Latin:
		if m, ok := latinSpecial[r]; ok {
			return append(out, []rune(m)...)
		}
		return appendBase(out, r)
	case Arabic:
		if r == '،' || r == '؛' {
			return append(out, sepComma)
		}
		if m, ok := arabicFold[r]; ok {
			if m != 0 {
				if r == 'أ' || r == 'إ' || r == 'آ' {
					f.hamza = append(f.hamza, len(out))
				}
				out = append(out, m)
			}
			return out
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			return out
		}
		if !unicode.IsLetter(r) {
			return append(out, sepSpace)
		}
		return append(out, r)
	case Cyrillic:
		f.cyrillic = true
		if m, ok := cyrillicFold[r]; ok {
			return append(out, []rune(m)...)
		}
		if r == 'й' || r >= 'а' && r <= 'я' {
			return append(out, r)
		}
		return appendBase(out, r)
	case Han:
		return append(out, r)
	}
	switch {
	case unicode.Is(unicode.Cf, r) || r == '\u034f' || r >= '\ufe00' && r <= '\ufe0f':
		return out
	case isApostrophe(r) || unicode.Is(unicode.Mn, r):
		return out
	case r >= '‐' && r <= '―' || r == '−':
		return append(out, sepJoin)
	case r >= 0xAC00 && r <= 0xD7A3:
		n := int(r - 0xAC00)
		if len(out) > 0 && hangulJoin(out) {
			out = append(out, sepJoin)
		}
		for _, p := range []string{hangulLead[n/588], hangulVowel[n%588/28], hangulTail[n%28]} {
			out = append(out, []rune(p)...)
		}
		return out
	case r >= 0x3041 && r <= 0x3096 || r >= 0x30A1 && r <= 0x30F6:
		n := int(r - 0x3041)
		if r >= 0x30A1 {
			n = int(r - 0x30A1)
		}
		return append(out, []rune(kanaRoman[n])...)
	case r == 'ー' || r == '・' || r == '·':
		if r == 'ー' {
			return out
		}
		return append(out, sepSpace)
	case r == '、' || r == '，':
		return append(out, sepComma)
	}
	if m, ok := otherRoman[r]; ok {
		return append(out, []rune(m)...)
	}
	if d := norm.NFD.String(string(r)); d != string(r) {
		base, _ := utf8.DecodeRuneInString(d)
		if base != r {
			return f.foldRune(out, base)
		}
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return append(out, r)
	}
	return append(out, sepSpace)
}

// hangulJoin says whether a syllable follows another without a space: Korean given names are written together in
// Hangul and often with a hyphen in Latin, so syllables are separate pieces that may be joined again.
func hangulJoin(out []rune) bool {
	last := out[len(out)-1]
	return last >= 'a' && last <= 'z'
}

// appendBase appends the letter that is left when the diacritics are taken off.
func appendBase(out []rune, r rune) []rune {
	var tmp [16]byte
	d := norm.NFD.AppendString(tmp[:0], string(r))
	for len(d) > 0 {
		b, n := utf8.DecodeRune(d)
		d = d[n:]
		if unicode.Is(unicode.Mn, b) {
			continue
		}
		if b < utf8.RuneSelf {
			out = foldASCII(out, byte(b))
			continue
		}
		if m, ok := latinSpecial[b]; ok {
			out = append(out, []rune(m)...)
			continue
		}
		if isApostrophe(b) {
			continue
		}
		if !unicode.IsLetter(b) {
			out = append(out, sepSpace)
			continue
		}
		out = append(out, b)
	}
	return out
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '‛', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', '´', '′', '`', '“', '”', '«', '»', '„', '″', 'ˈ', 'ʹ', 'ʺ', '"':
		return true
	}
	return false
}

// digitValue reads a decimal digit of any script.
func digitValue(r rune) (int, bool) {
	switch {
	case r >= '٠' && r <= '٩':
		return int(r - '٠'), true
	case r >= '۰' && r <= '۹':
		return int(r - '۰'), true
	case r >= '０' && r <= '９':
		return int(r - '０'), true
	case r >= '०' && r <= '९':
		return int(r - '०'), true
	}
	return 0, false
}

// Fold gives the folded letters of s: lower case, no diacritics, one letter for the letters that one script writes in
// several ways, ASCII digits; separators are one of " ,()-.". Two spellings that differ only in what folding removes
// compare as equal.
func Fold(s string) string {
	var f folder
	return string(f.fold(s))
}
