package collect

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente/act"
)

// What is finer than the rules let in is left out before anything is stored,
// by the patterns below. They know the forms in which such things are usually
// written, not every form; the officer who releases reads the rest.

// omitted stands where something was left out of a quotation.
const omitted = "[…]"

// placeLeftOut stands where coordinates stood.
const placeLeftOut = "[place left out: rule 3]"

// coordinates are the usual written forms of points finer than 10 km.
var coordinates = regexp.MustCompile(strings.Join([]string{
	// 33°18'55"N, 33° 18′ N, 33.315° N
	`\d{1,3}(?:\.\d+)?\s*[°º]\s*(?:\d{1,2}(?:\.\d+)?\s*['′’]\s*(?:\d{1,2}(?:\.\d+)?\s*(?:["″”]|''|′′)\s*)?[NSEWnsew]?\b|[NSEW]\b)`,
	// 33.3152, 44.3661 and 33.3152N 44.3661E
	`[-+]?\b\d{1,2}\.\d{2,}\s*[NS]?\s*[,;/ ]\s*[-+]?\d{1,3}\.\d{2,}\s*[EW]\b`,
	`[-+]?\b\d{1,2}\.\d{3,}\s*[,;/ ]\s*[-+]?\d{1,3}\.\d{3,}\b`,
	// 38S MB 43123 84512 (MGRS) from 1 km on
	`\b\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d{2}\s?\d{2}|\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})\b`,
	// 38S 441234 3687123 (UTM)
	`\b\d{1,2}\s?[C-HJ-NP-X]\s?\d{6}\s?m?E?\s?\d{7}\s?m?N?\b`,
}, "|"))

// reducePlaces takes coordinates out of running text and says how many.
func reducePlaces(s string) (string, int) {
	n := 0
	out := coordinates.ReplaceAllStringFunc(s, func(string) string {
		n++
		return placeLeftOut
	})
	return out, n
}

// The sentences of a public listing's remarks that are left out. English,
// with the usual French and Spanish words.
var (
	numbers = regexp.MustCompile(`(?i)@|\b(telephone|telephones|phone|tel|fax|facsimile|e-?mail|email|website|passports?|passeport|pasaporte|tazkira|` +
		`identity (card|document|number)|identification (card|number)|national id|military id|driv(er|ing)'?s? licen[cs]e|social security|` +
		`(registration|registered company|company|vat|inmate|account|swift|imo) (number|no)|numéro|téléphone|teléfono)\b`)
	addresses = regexp.MustCompile(`(?i)\b(street|avenue|boulevard|lane|road|apartment|apt|plaza|villa|p\.? ?o\.? ?box|postal code|house no|located at|resid(es|ing) at|rue|calle)\b|\baddress(es)?\s*:`)
	family    = regexp.MustCompile(`(?i)\b(mother|father|parents|wife|wives|husband|spouse|married|(half-)?brothers?|sisters?|son of|sons|daughters?|nephew|niece|cousin|uncle|aunt|grand(father|mother|son)|(brother|father|mother|sister|son)-in-law|mère|père|parentage|épouse|frère|sœur|soeur|fils|madre|padre|hermano|hermana|esposa)\b`)
	body      = regexp.MustCompile(`(?i)\b(physical description|eye colou?r|hair|complexion|distinguishing marks?|scars?|beard|blood type|dna|fingerprints?|photos?|photographs?|pictures?)\b|\b(eyes?|height|weight|build)\s*(:|\d)`)
	belonging = regexp.MustCompile(`(?i)\b(tribe|clan|sub-clan|ethnic (group|background|origin)|(poor|bad|ill) health|illness|diabet\w*|amputat\w*)\b`)
	longRun   = regexp.MustCompile(`\+?\d[\d\s()/\-]{7,}\d`)
	notice    = regexp.MustCompile(`(?i)\s*((INTERPOL-UN Security Council Special )?Notice web link:?)?\s*https?://\S+`)
)

// reduceRemarks takes out of an authority's remarks what a designation does
// not hold (act.md): numbers, addresses, family, the body, belonging. Whole
// sentences go, and a mark stands for them. It says how many went.
func reduceRemarks(s string) (string, int) {
	s = notice.ReplaceAllString(oneLine(s), " ")
	var out []string
	n := 0
	for _, sentence := range sentences(s) {
		if !excluded(sentence) {
			out = append(out, sentence)
			continue
		}
		n++
		if len(out) == 0 || out[len(out)-1] != omitted {
			out = append(out, omitted)
		}
	}
	if len(out) == 1 && out[0] == omitted {
		return "", n
	}
	return strings.TrimSpace(strings.Join(out, " ")), n
}

func excluded(s string) bool {
	for _, re := range []*regexp.Regexp{numbers, addresses, family, body, belonging} {
		if re.MatchString(s) {
			return true
		}
	}
	return hasNumber(s)
}

// hasNumber reports whether s holds a run of digits that the reader of
// designations takes for the number of a document, or a telephone number.
func hasNumber(s string) bool {
	run := 0
	for _, r := range s {
		if !unicode.IsDigit(r) {
			run = 0
		} else if run++; run >= act.NumberRun {
			return true
		}
	}
	for _, m := range longRun.FindAllString(s, -1) {
		digits := 0
		for _, r := range m {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if digits > 8 {
			return true
		}
	}
	return false
}

// abbreviations are words behind whose full stop a sentence goes on.
var abbreviations = map[string]bool{
	"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "gen": true, "col": true, "lt": true, "maj": true, "capt": true, "brig": true,
	"jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true, "oct": true, "nov": true, "dec": true,
	"no": true, "nos": true, "st": true, "ltd": true, "co": true, "inc": true, "ext": true, "approx": true, "tel": true, "vol": true, "art": true, "para": true, "al": true,
}

// sentences splits running text. It rather leaves two sentences together than
// cut one in two, because what is left out is left out by sentences.
func sentences(s string) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		if !strings.ContainsRune(".;!?", rune(s[i])) {
			continue
		}
		end := i + 1 // behind the brackets and quotation marks that close here
		for end < len(s) {
			r, n := utf8.DecodeRuneInString(s[end:])
			if !strings.ContainsRune(`)]"'”’»`, r) {
				break
			}
			end += n
		}
		if end+1 >= len(s) || s[end] != ' ' {
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[end+1:])
		if s[i] == '.' && (abbreviated(s[from:i]) || unicode.IsLower(next) || unicode.IsDigit(next)) {
			continue
		}
		out = append(out, s[from:end])
		from = end + 1
		i = end
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// abbreviated reports whether s, which a full stop follows, ends in an
// abbreviation or an initial.
func abbreviated(s string) bool {
	word := s[strings.LastIndexAny(s, " (.-’'")+1:]
	return len(word) == 1 && unicode.IsLetter(rune(word[0])) || abbreviations[strings.ToLower(word)]
}

// oneLine puts s on one line with single blanks, without control characters.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// plain takes control characters but line feed and tab out of s, and makes one
// kind of line ends of all.
func plain(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\f' || r == '\v' || r == 0x85:
			return '\n'
		case r < ' ', 0x7F <= r && r < 0xA0, r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// cut shortens s to at most n bytes at a blank, and marks it.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const mark = " …"
	end := n - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	if i := strings.LastIndexAny(s[:end], " \n"); i > end/2 {
		end = i
	}
	return strings.TrimSpace(s[:end]) + mark
}
