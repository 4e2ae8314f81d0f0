package names

import "strings"

// Korean names reach Latin letters by several systems (McCune-Reischauer 1939, the North's of 1992, the South's
// Revised Romanization of 2000, and habit): "Jong", "Chong", "Chŏng" and "Jeong" are one name. Words that are made of
// Korean syllables are therefore also compared in one neutral spelling, where the name as a whole is Korean.

// koreanFamily are family names in their usual spellings; general knowledge (the census of the Republic of Korea lists
// them).
var koreanFamily = words(`kim i ri li lee yi pak park bak choe choi chong jong jeong jung chung cho jo kang yun yoon chang jang im rim lim han o oh so seo sin shin kwon hwang an ahn song ryu yu yoo hong
		chon jon jeon ko koh go mun moon son sohn yang ryang pae bae paek baek ho heo hur nam sim shim no ro roh ha kwak cha chu ju joo u woo ku koo gu min na ra chi ji om eom chae won pang bang kong hyon hyun ham yom kil gil
		pyo myong ki pan ban wang kum ok maeng mo tak kuk pong bong sok to do tae ma`)

// The letters of a syllable with a neutral sign. Longer ones stand before their beginnings.
var (
	koreanInitials = [...][2]string{{"tch", "c"}, {"ch", "c"}, {"jj", "c"}, {"kk", "k"}, {"tt", "t"}, {"pp", "p"}, {"ss", "s"}, {"sh", "s"}, {"k", "k"}, {"g", "k"}, {"t", "t"}, {"d", "t"}, {"p", "p"}, {"b", "p"}, {"j", "c"},
		{"s", "s"}, {"h", "h"}, {"m", "m"}, {"n", "n"}, {"r", "r"}, {"l", "r"}, {"", ""}}
	koreanVowels = [...][2]string{{"yeo", "yo"}, {"yae", "ye"}, {"wae", "we"}, {"you", "yo"}, {"yoo", "yu"}, {"weo", "wo"}, {"woo", "u"}, {"yu", "yu"}, {"yo", "yo"}, {"ya", "ya"}, {"ye", "ye"}, {"yi", "i"}, {"eo", "o"}, {"eu", "u"}, {"ui", "i"}, {"ee", "i"},
		{"oo", "u"}, {"ou", "o"}, {"ae", "e"}, {"oe", "we"}, {"oi", "we"}, {"wo", "wo"}, {"wa", "wa"}, {"we", "we"}, {"wi", "wi"}, {"ah", "a"}, {"oh", "o"}, {"a", "a"}, {"o", "o"}, {"u", "u"}, {"i", "i"}, {"e", "e"}}
	koreanFinals = [...][2]string{{"ng", "q"}, {"rk", "k"}, {"ck", "k"}, {"n", "n"}, {"m", "m"}, {"k", "k"}, {"g", "k"}, {"p", "p"}, {"b", "p"}, {"t", "t"}, {"l", "r"}, {"r", "r"}, {"", ""}}
)

// maxKorean bounds the letters of a word, koreanSyllables its syllables. Of names of bodies only words of leastKorean
// letters and more are read: shorter ones are words of any language.
const (
	maxKorean       = 16
	koreanSyllables = 4
	koreanGiven     = 2 // in a word of a person's name
	leastKorean     = 6
)

// koreanNeutral spells a word of Korean syllables neutrally; "" when it is none.
func koreanNeutral(w string, syllables int) string {
	if len(w) == 0 || len(w) > maxKorean || strings.ContainsAny(w, "fqvxz") || strings.Contains(w, "th") {
		return ""
	}
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return ""
		}
	}
	var buf [2 * maxKorean]byte
	out, ok := koreanRead(w, buf[:0], syllables)
	if !ok {
		return ""
	}
	// before ng, the North's o is often heard and written u
	for i := 0; i+1 < len(out); i++ {
		if out[i] == 'u' && out[i+1] == 'q' {
			out[i] = 'o'
		}
	}
	// r is heard as n after a nasal: "Amrok" and "Amnok"
	for i := 1; i < len(out); i++ {
		if out[i] == 'r' && (out[i-1] == 'm' || out[i-1] == 'q') {
			out[i] = 'n'
		}
	}
	// At the beginning of a word the South drops r before i and y and turns it into n elsewhere.
	switch {
	case len(out) > 1 && out[0] == 'r' && (out[1] == 'i' || out[1] == 'y'):
		out = out[1:]
	case len(out) > 1 && out[0] == 'r':
		out[0] = 'n'
	}
	return string(out)
}

// koreanRead reads at most n syllables that use up w and appends their neutral letters.
func koreanRead(w string, out []byte, n int) ([]byte, bool) {
	if w == "" {
		return out, len(out) > 0
	}
	if n == 0 {
		return out, false
	}
	for _, i := range koreanInitials {
		r, ok := strings.CutPrefix(w, i[0])
		if !ok {
			continue
		}
		for _, v := range koreanVowels {
			s, ok := strings.CutPrefix(r, v[0])
			if !ok {
				continue
			}
			for _, f := range koreanFinals {
				rest, ok := strings.CutPrefix(s, f[0])
				if !ok {
					continue
				}
				next := append(append(append(out, i[1]...), v[1]...), f[1]...)
				if done, ok := koreanRead(rest, next, n-1); ok {
					return done, true
				}
			}
		}
	}
	return out, false
}

// koreanWords bounds the words of a Korean name.
const koreanWords = 4

// read spells the words of a Korean person's name neutrally; ok is false when the name is not Korean: two to four
// words, all of Korean syllables, a family name first or last.
func (n *koreanName) read(ts []Token) bool {
	if len(ts) < 2 || len(ts) > koreanWords || !koreanFamily[ts[0].Text] && !koreanFamily[ts[len(ts)-1].Text] {
		return false
	}
	for i := range ts {
		if ts[i].Role != RoleName || ts[i].Script != Latin {
			return false
		}
		if n[i] = koreanNeutral(ts[i].Text, koreanGiven); n[i] == "" {
			return false
		}
	}
	return true
}

// koreanAlike is the similarity of two words of one neutral spelling.
const koreanAlike = 0.96

// koreanApart is what two words of different neutral spellings have at most: a letter more or less is another name.
const koreanApart = 0.6

func koreanSimilarity(a, b string, s float32, how How) (float32, How) {
	switch {
	case a == b && s < koreanAlike:
		return koreanAlike, Romanisation
	case a != b && s > koreanApart:
		return koreanApart, how
	}
	return s, how
}

// koreanName holds the neutral spellings of a name's words.
type koreanName [koreanWords]string
