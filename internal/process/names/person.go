package names

import (
	"cmp"
	"strings"
)

// personTokens reads the words of a person's name: article and nasab words are taken off, "Abd" and the divine name,
// "Abu" and the name, "X al-Din" and "X Allah" become one token, titles and particles get next to no weight.
func personTokens(ws []word) []Token {
	out := make([]Token, 0, len(ws))
	names := 0 // tokens so far that carry weight
	real := 0
	for _, w := range ws {
		if !titleWords[w.text] && !articleWords[w.text] && !nasabWords[w.text] {
			real++
		}
	}
	for i := 0; i < len(ws); i++ {
		t := ws[i].text
		last := i+1 == len(ws)
		switch {
		case t == "&":
			continue
		case isArticle(ws, i):
			continue
		case !last && abdWords[t] && (!abidWords[t] || isArticle(ws, i+1)):
			j := i + 1
			if isArticle(ws, j) && j+1 < len(ws) {
				j++
			}
			if names == 0 || !last {
				rest := ws[j].text
				if r, ok := strings.CutPrefix(rest, "ال"); ok && len([]rune(r)) >= 2 {
					rest = r
				}
				if allahWords[ws[j].text] || allahWords[rest] {
					rest = allahText(scriptOf([]rune(t)[0]))
				}
				if rest2, ok := dinCompound(ws, j+1, rest); ok > 0 {
					rest, j = rest2, j+ok
				}
				if scriptOf([]rune(rest)[0]) == scriptOf([]rune(t)[0]) && (len([]rune(rest)) > 2 || len([]rune(rest)) == 2 && rest != ws[j].text) {
					out = append(out, newToken(rest, RoleServant))
					names++
					i = j
					continue
				}
			}
		case !last && kunyaWords[t] && !(names > 0 && t == "bou"):
			j := i + 1
			if isArticle(ws, j) && j+1 < len(ws) {
				j++
			}
			if abdWords[ws[j].text] && j+1 < len(ws) {
				j++
				if isArticle(ws, j) && j+1 < len(ws) {
					j++
				}
			}
			rest := stripArticle(ws[j].text)
			if r2, ok := cutAbd(rest); ok {
				rest = r2
			}
			if r2, k := dinCompound(ws, j+1, rest); k > 0 {
				rest, j = r2, j+k
			}
			if allahWords[rest] {
				rest = allahText(scriptOf([]rune(rest)[0]))
			}
			out = append(out, newToken(rest, RoleKunya))
			names++
			i = j
			continue
		case names > 0 && !last && nasabWords[t]:
			continue
		case names == 0 && !last && (t == "ibn" || t == "ben" || t == "bin" || t == "ابن" || t == "بن" || t == "ибн"):
			if real > 1 && t != "ben" {
				continue
			}
		case names > 0 && last && turkicSon[t]:
			continue
		case titleWords[t] && real > 1 && !last:
			continue
		case titleWords[t] && real > 1 && last && names > 1 && !givenTitle[t]:
			continue
		case generationWords[t] != "" && names > 0:
			g := newToken(generationWords[t], RoleGeneration)
			g.Script = Latin
			out = append(out, g)
			continue
		case particleWords[t] && !last && (names > 0 || real > 1):
			out = append(out, newToken(t, RoleParticle))
			continue
		}
		tok := personWord(ws, &i)
		if !last && names == 0 && real == 1 && titleWords[t] && !givenTitle[t] {
			tok.weight = 0.2
		}
		if last && names > 0 && titleWords[t] && !givenTitle[t] {
			tok.weight = 0.35
		}
		out = append(out, tok)
		names++
	}
	return out
}

// abidWords are also names of their own and open a compound only before an article.
var abidWords = words("abid abed abido")

var turkicSon = words("oglu oglou ogly oghlu ugli ogli kyzy kizi qizi gizi kizy qyzy uulu оглы оглу угли кызы кизи уулу اوغلو اوغلي قيزي")

// givenTitle are titles that are also given names and so stay at the end of a name.
var givenTitle = words("imam amir emir hafez hafiz sayyid sayed syed mullah")

// personWord reads one word, with a following "al-Din" or "Allah" when there is one, and moves i past it.
func personWord(ws []word, i *int) Token {
	raw := ws[*i].text
	t := raw
	if !ws[*i].hamza {
		t = stripArticle(raw)
	}
	if single(t) {
		return newToken(t, RoleInitial)
	}
	if isDigit([]rune(t)[0]) {
		n, _ := numberOf(t)
		return newToken(cmp.Or(n, t), RoleNumber)
	}
	if joined, k := dinCompound(ws, *i+1, t); k > 0 {
		*i += k
		return newToken(joined, RoleName)
	}
	if rest, ok := cutAbd(t); ok {
		return newToken(rest, RoleServant)
	}
	if rest, ok := cutAbu(t); ok {
		return newToken(rest, RoleKunya)
	}
	t = canonicalCompound(t)
	if stem, ok := patronymicStem(t); ok {
		tok := newToken(t, RolePatronymic)
		tok.class = fatherClass(stem)
		return tok
	}
	tok := newToken(t, RoleName)
	if t != raw && strings.HasPrefix(raw, "ال") {
		tok.Alt = raw
	} else {
		tok.Alt = withoutArticle(t)
	}
	return tok
}

// withoutArticle is the reading of a Latin or Cyrillic word as one with an attached article, "" when it cannot be.
func withoutArticle(t string) string {
	switch scriptOf([]rune(t)[0]) {
	case Latin:
		if len(t) < 6 || t[0] != 'a' && t[0] != 'e' {
			return ""
		}
		if t[1] == 'l' && t[2] != 'l' || t[1] == t[2] && strings.IndexByte("dnrstz", t[1]) >= 0 {
			return t[2:]
		}
		if t[1:3] == "ch" && t[3:5] == "ch" || t[1:3] == "sh" && t[3:5] == "sh" {
			return t[3:]
		}
	case Cyrillic:
		r := []rune(t)
		if len(r) > 6 && (r[0] == 'а' || r[0] == 'э') && r[1] == 'л' {
			if r[2] == 'ь' {
				return string(r[3:])
			}
			if r[2] != 'л' {
				return string(r[2:])
			}
		}
	}
	return ""
}

// isArticle says whether word i is the Arabic article on its own, before a word.
func isArticle(ws []word, i int) bool {
	if i+1 >= len(ws) {
		return false
	}
	t := ws[i].text
	if articleWords[t] {
		return true
	}
	if !sunArticles[t] || !ws[i+1].joined {
		return false
	}
	r := []rune(t)
	next := []rune(ws[i+1].text)
	return len(next) > 2 && next[0] == r[1]
}

// stripArticle takes an attached article off: "ال" in Arabic script. In Latin an attached article cannot be told from
// the beginning of Ali, Albert or Alan; the comparison tries both readings there.
func stripArticle(t string) string {
	if scriptOf([]rune(t)[0]) == Arabic {
		if rest, ok := strings.CutPrefix(t, "ال"); ok && len([]rune(rest)) >= 3 && !elWords[t] {
			return rest
		}
	}
	return t
}

// elWords are names that begin with "ال" without an article.
var elWords = words("الياس الیاس اليزابيث الكسندر الكساندر الكسي الان الفرد البرت الفريد البير اليكس الكس الينا الما اليف اليفيا الهام الهه الناز المير الدار الشان التون المان الياهو الفونس اليسا اليزا اليوت المس الله الماس")

// dinCompound joins "X al-Din" and "X Allah" that are written apart: it looks at the words from j on and tells how
// many it used.
func dinCompound(ws []word, j int, head string) (string, int) {
	k := j
	if k < len(ws) && isArticle(ws, k) {
		k++
	}
	if k >= len(ws) || len([]rune(head)) < 2 || single(head) || scriptOf([]rune(ws[k].text)[0]) != scriptOf([]rune(head)[0]) {
		return head, 0
	}
	t := ws[k].text
	s := scriptOf([]rune(t)[0])
	switch {
	case dinWords[t] && (k > j || t != "den" && t != "dien" || ws[k].joined):
		return head + dinText(s), k - j + 1
	case allahWords[t]:
		return head + allahText(s), k - j + 1
	}
	return head, 0
}

func dinText(s Script) string {
	switch s {
	case Arabic:
		return "الدين"
	case Cyrillic:
		return "алдин"
	}
	return "aldin"
}

func allahText(s Script) string {
	switch s {
	case Arabic:
		return "الله"
	case Cyrillic:
		return "аллах"
	}
	return "allah"
}

// cutAbd takes "abd", "abdul", "عبد" and their kin off a word that goes on with a divine name.
func cutAbd(t string) (string, bool) {
	switch scriptOf([]rune(t)[0]) {
	case Arabic:
		rest, ok := strings.CutPrefix(t, "عبد")
		if !ok {
			if rest, ok = strings.CutPrefix(t, "عەبد"); !ok {
				return "", false
			}
			rest = strings.TrimPrefix(strings.TrimPrefix(rest, "ول"), "و")
		}
		if rest == "الله" || rest == "اللا" || rest == "الا" || rest == "لله" {
			return "الله", true
		}
		bare := strings.TrimPrefix(rest, "ال")
		return bare, len([]rune(bare)) >= 3 || len([]rune(bare)) == 2 && bare != rest
	case Cyrillic:
		rest, ok := strings.CutPrefix(t, "абд")
		if !ok {
			return "", false
		}
		if r := strings.TrimLeft(rest, "аеуыоэ"); r == "лла" || r == "ллах" || r == "ла" || r == "лло" {
			return "аллах", true
		}
		return cutLinked(rest, "аеуыоэь", 'л', 4)
	case Latin:
		rest, ok := strings.CutPrefix(strings.TrimPrefix(t, "c"), "abd") // Somali writes the first letter as c
		if !ok {
			return "", false
		}
		switch strings.TrimLeft(rest, "aeuoi") {
		case "llah", "lla", "la", "lah", "llahi", "llo":
			return "allah", true
		}
		return cutLinked(rest, "aeuoi", 'l', 4)
	}
	return "", false
}

// cutLinked takes the linking vowels and the article's consonant off: "ulrahman", "urrahman", "elaziz", "rahman".
func cutLinked(rest, vowels string, l rune, least int) (string, bool) {
	body := strings.TrimLeft(rest, vowels)
	r := []rune(body)
	if len(r) < 3 {
		return "", false
	}
	linked := len(body) < len(rest)
	switch {
	case linked && r[0] == l && r[1] != l:
		r = r[1:]
		if l == 'л' && r[0] == 'ь' {
			r = r[1:]
		}
	case linked && r[0] == r[1]:
		r = r[1:]
	case !linked && len(r) < least:
		return "", false
	}
	for len(r) > 0 && r[0] == '-' {
		r = r[1:]
	}
	return string(r), len(r) >= 3
}

// cutAbu takes "abu", "ابو" off a word written together with the name that follows ("Abubakar").
func cutAbu(t string) (string, bool) {
	for _, p := range [...]string{"abu", "abou", "ابو", "абу"} {
		rest, ok := strings.CutPrefix(t, p)
		if !ok {
			continue
		}
		if scriptOf([]rune(t)[0]) == Arabic {
			rest = strings.TrimPrefix(rest, "ال")
		}
		r := []rune(rest)
		if len(r) >= 4 || len(r) == 3 && (t == "ابوبكر" || scriptOf(r[0]) == Arabic) {
			return rest, true
		}
	}
	return "", false
}

// canonicalCompound writes "Nureddin", "Nuruddin", "Nour-eldine" and "Saifullah", "Saifollah" one way.
func canonicalCompound(t string) string {
	switch scriptOf([]rune(t)[0]) {
	case Latin:
		if len(t) < 7 {
			return t
		}
		for _, suf := range [...]string{"deen", "dine", "din", "dien"} {
			if head, ok := strings.CutSuffix(t, suf); ok {
				h := strings.TrimRight(head, "d")
				h = strings.TrimSuffix(h, "l")
				h2 := strings.TrimRight(h, "aeou")
				link := h[len(h2):]
				if len(h2) >= 2 && link != "" && (len(h) < len(head) || len(h2) >= 3 && (link == "u" || link == "ou" || link == "e")) {
					return h2 + "aldin"
				}
				return t
			}
		}
		for _, suf := range [...]string{"ullah", "ollah", "oullah", "ulla", "ollo", "allah", "ellah", "ullo"} {
			if head, ok := strings.CutSuffix(t, suf); ok && len(head) >= 3 {
				return strings.TrimRight(head, "ou") + "allah"
			}
		}
	case Cyrillic:
		r := []rune(t)
		if len(r) < 7 {
			return t
		}
		if head, ok := strings.CutSuffix(t, "дин"); ok {
			h := strings.TrimRight(head, "д")
			h = strings.TrimSuffix(strings.TrimSuffix(h, "ль"), "л")
			if h2 := strings.TrimRight(h, "аеуиэ"); len(h2) >= 4 && len(h2) < len(h) && len(h) < len(head) {
				return h2 + "алдин"
			}
			return t
		}
		for _, suf := range [...]string{"улла", "уллах", "олла", "оллах", "аллах"} {
			if head, ok := strings.CutSuffix(t, suf); ok && len(head) >= 6 {
				return head + "аллах"
			}
		}
	case Arabic:
		if head, ok := strings.CutSuffix(t, "دين"); ok && len([]rune(head)) >= 3 && !strings.HasSuffix(head, "ال") {
			if h, ok := strings.CutSuffix(head, "ەد"); ok {
				return h + "الدين"
			}
		}
		if head, ok := strings.CutSuffix(t, "وللا"); ok && len([]rune(head)) >= 3 {
			return head + "الله"
		}
	}
	return t
}

// patronymicEndings are those of the East Slavic patronymics in Cyrillic and in Latin, longer ones first.
var patronymicEndings = [...]string{"инична", "ьевич", "ович", "евич", "авич", "ьевна", "овна", "евна", "авна", "ична", "ьич", "iovych", "yevich", "ovich", "evich", "avich", "ovych", "evych", "owicz", "ovitch", "evitch", "yovych",
	"yevna", "ovna", "evna", "avna", "ivna", "lyich", "yich"}

// patronymicStem is the father's name in a patronymic without its own ending; ok is false when t is none.
func patronymicStem(t string) (string, bool) {
	for _, suf := range patronymicEndings {
		if head, ok := strings.CutSuffix(t, suf); ok && len([]rune(head)) >= 3 {
			return head, true
		}
	}
	return "", false
}

// fatherClass is the class of the given name that a patronymic is made of, 0 when the lexicon lacks it.
func fatherClass(stem string) uint16 {
	stem = strings.TrimRight(stem, "ьy")
	for _, end := range [...]string{"", "й", "ий", "ь", "а", "я", "i", "y", "iy", "ii", "ei", "ey", "a"} {
		if c := givenClass[stem+end]; c != 0 {
			return c
		}
	}
	return 0
}
