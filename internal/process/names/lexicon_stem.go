package names

import "strings"

// russianEndings are endings of Russian adjectives and nouns in Cyrillic, longest first; romanEndings the same in the
// usual romanisations. What is left after taking one off stands for all forms of the word.
var (
	russianEndings = [...]string{"ического", "ическая", "ическое", "ический", "ами", "ого", "его", "ому", "ими", "ыми", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ой", "ых", "их", "ии", "ия", "ей", "а", "ы", "и", "е", "я", "ь"}
	romanEndings   = [...]string{"icheskogo", "icheskaya", "icheskaia", "icheskoe", "icheskoye", "icheskiy", "icheskii", "icheski", "ichesky", "icheskij", "aya", "aia", "aja", "oye", "oe", "oje", "eye", "iye", "ogo", "ykh", "ikh", "yy", "iy", "yi", "ij", "yj", "ii", "oy", "oi", "oj", "iya", "ia", "ja", "y", "i", "e", "a"}
)

// leastStem bounds the letters of a stem from below: shorter ones meet words of other languages.
const leastStem = 4

// cyrillicRoman is the romanisation the stems are compared in: what the schools spell differently is one letter.
var cyrillicRoman = map[rune]string{'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "z", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n",
	'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "c", 'ш': "s", 'щ': "s", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia"}

// latinSchool undoes what the schools of romanisation do with one letter.
var latinSchool = strings.NewReplacer("shch", "s", "sch", "s", "zh", "z", "kh", "h", "ts", "c", "tch", "c", "ch", "c", "sh", "s", "ya", "ia", "yu", "iu", "ja", "ia", "ju", "iu", "ye", "e", "je", "e", "yo", "e", "jo", "e", "y", "i", "j", "i", "ph", "f", "w", "v", "x", "h")

// stemKey is the stem of a Russian word in either alphabet, "" when too little is left.
func stemKey(w string) string {
	switch scriptOf([]rune(w)[0]) {
	case Cyrillic:
		for _, e := range russianEndings {
			if h, ok := strings.CutSuffix(w, e); ok && runeLen(h) >= leastStem {
				w = h
				break
			}
		}
		var b strings.Builder
		for _, r := range w {
			b.WriteString(cyrillicRoman[r])
		}
		w = b.String()
	case Latin:
		stem := ""
		for _, e := range romanEndings {
			if h, ok := strings.CutSuffix(w, e); ok {
				if h = latinSchool.Replace(h); len(h) >= leastStem {
					stem = h
					break
				}
			}
		}
		if w = latinSchool.Replace(w); stem != "" {
			w = stem
		}
	default:
		return ""
	}
	if len(w) < leastStem {
		return ""
	}
	return w
}

// conceptStems maps the stems of the Cyrillic words of the lexicon to their concepts.
var conceptStems = func() map[string]concept {
	m := map[string]concept{}
	for w, c := range concepts {
		if scriptOf([]rune(w)[0]) != Cyrillic || runeLen(w) < leastStem {
			continue
		}
		if k := stemKey(w); k != "" {
			if o, ok := m[k]; !ok || c.id < o.id {
				m[k] = c
			}
		}
	}
	return m
}()

// conceptOf finds the concept of a word of an organisation's name: as it stands in the lexicon, or by its Russian stem.
func conceptOf(w string) (concept, bool) {
	if c, ok := concepts[w]; ok {
		return c, true
	}
	if k := stemKey(w); k != "" {
		c, ok := conceptStems[k]
		return c, ok
	}
	return concept{}, false
}
