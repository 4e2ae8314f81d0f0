package names

import (
	"slices"
	"strings"
)

// organizationTokens reads the words of an organisation's name: prepositions fall away, legal forms carry next to
// nothing, words that many organisations share carry little, numbers stand apart.
//
// Names of groups in the lexicon become one token when groups is set; found tells whether there was one.
func organizationTokens(ws []word, groups bool) (tokens []Token, found bool) {
	out := make([]Token, 0, len(ws))
	content := 0
	for i := 0; i < len(ws); i++ {
		t := ws[i].text
		id, n := "", 0
		if groups {
			id, n = groupAt(ws, i)
		}
		if n > 1 || n == 1 && len(ws) > 1 {
			found = true
			parts := branchTokens(id)
			if hasGroup(out) && containsTokens(out, parts) {
				i += n - 1
				continue // the abbreviation after the full name
			}
			if len(parts) > 1 && len(out) > 0 && out[len(out)-1] == parts[0] {
				parts = parts[1:]
			}
			out = append(out, parts...)
			content++
			i += n - 1
			continue
		}
		if form, n := legalAt(ws, i); n > 1 && n < len(ws) {
			out = append(out, newToken(form, RoleLegal))
			i += n - 1
			continue
		}
		if id, n := placeAt(ws, i); n > 1 {
			tok := newToken(ws[i].text, RolePlace)
			for _, w := range ws[i+1 : i+n] {
				tok.Text += w.text
			}
			tok.class, tok.weight = id, placeWeight
			out = append(out, tok)
			i += n - 1
			continue
		}
		if long := abbreviated[t]; long != nil && len(ws) > 1 {
			for k := range long {
				out = append(out, organizationWord(long, k, long[k].text))
			}
			continue
		}
		if t == "&" || i > 0 && ws[i].joined && isDigit(rune(ws[i-1].text[0])) && digitEndings[t] {
			continue
		}
		if numberWords[t] && i+1 < len(ws) && isDigit([]rune(ws[i+1].text)[0]) {
			continue
		}
		if minorWords[t] && len(ws) > 1 || isArticle(ws, i) {
			continue
		}
		if scriptOf([]rune(t)[0]) == Arabic && len([]rune(t)) > 3 {
			t = arabicOrganizationWord(t)
		}
		tok := organizationWord(ws, i, t)
		if ws[i].inner && content > 0 && tok.Role != RolePlace && tok.Role != RoleNumber {
			tok.weight *= insertionWeight
		}
		if tok.Role == RoleName {
			content++
		}
		out = append(out, tok)
	}
	if len(out) == 0 {
		for i := range ws {
			out = append(out, newToken(ws[i].text, RoleName))
		}
	}
	if content == 0 {
		// "State Bank", "National Company": nothing but shared words; they have to tell it then.
		for i := range out {
			if out[i].Role == RoleGeneric || out[i].Role == RolePlace {
				out[i].weight = max(out[i].weight, 0.7)
			}
		}
	}
	if found {
		weighRegions(out)
	}
	return out, found
}

// containsTokens says whether all of sub are among ts.
func containsTokens(ts, sub []Token) bool {
	for i := range sub {
		if !slices.ContainsFunc(ts, func(t Token) bool { return sub[i].Role == t.Role && sub[i].Text == t.Text }) {
			return false
		}
	}
	return true
}

// insertionWeight is what a word in parentheses after the name counts: a remark on it more often than a part of it.
const insertionWeight = 0.4

// bodyTypes are the concepts that only say that something is a body; they are left out as freely as legal forms.
var bodyTypes = func() map[uint16]bool {
	m := map[uint16]bool{}
	for _, w := range [...]string{"organization", "group", "association", "society", "company", "enterprise"} {
		m[concepts[w].id] = true
	}
	return m
}()

const bodyTypeWeight = 0.15

// placeWeight is the weight of a place: it tells branches apart and is often left out.
const placeWeight = 0.35

// digitEndings are the endings of ordinal numbers written after a hyphen.
var digitEndings = words("й я е го ой ая ый ий ое ти st nd rd th")

// numberWords announce a number and say nothing beside it.
var numberWords = words("no nr num number nomer номер رقم شماره ژماره")

// longestGroupPhrase bounds the words of a group's name looked for inside a longer name.
const longestGroupPhrase = 9

// groupAt finds the longest name of one group of the lexicon that begins at word i: "Islamic State in Iraq and the
// Levant" in the name of its branch. It returns the group's id and the words used. Short abbreviations that are also
// words are left alone.
func groupAt(ws []word, i int) (string, int) {
	var b strings.Builder
	id, used, content := "", 0, 0
	for n := 0; n < longestGroupPhrase && i+n < len(ws); n++ {
		w := ws[i+n].text
		if articleWords[w] || sunArticles[w] || minorWords[w] {
			if n == 0 {
				return "", 0
			}
			continue
		}
		if scriptOf([]rune(w)[0]) == Arabic {
			w = trimArabicArticle(w)
		}
		b.WriteString(w)
		content++
		if _, shared := concepts[w]; content == 1 && (runeLen(w) < 3 || shared) {
			continue
		}
		g := groupIndex.byName[b.String()]
		if len(g) == 0 && runeLen(w) > 3 && strings.HasSuffix(w, "s") {
			g = groupIndex.byName[strings.TrimSuffix(b.String(), "s")] // "ISIL's province"
		}
		if len(g) == 1 {
			id, used = groupIndex.groups[g[0]].ID, n+1
		}
	}
	return id, used
}

// arabicOrganizationWord takes the article with its proclitics ("وال", "بال", "لل") off.
func arabicOrganizationWord(t string) string {
	for _, p := range [...]string{"وال", "بال", "كال", "فال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(t, p); ok && len([]rune(rest)) >= 3 {
			return rest
		}
	}
	return t
}

func organizationWord(ws []word, i int, t string) Token {
	if n, ok := numberOf(t); ok {
		return newToken(n, RoleNumber)
	}
	if legalForms[t] || legalForms[ws[i].text] {
		if !(i == 0 && len(ws) == 1) && (i > 0 || len([]rune(t)) >= 2 && legalFirst[t]) {
			tok := newToken(t, RoleLegal)
			if c, ok := concepts[t]; ok {
				tok.class = c.id
			}
			return tok
		}
	}
	c, ok := conceptOf(t)
	if !ok && t != ws[i].text {
		c, ok = conceptOf(ws[i].text)
	}
	if ok {
		role := RoleGeneric
		if c.weight <= 0.1 {
			role = RoleLegal
		}
		tok := newToken(t, role)
		tok.class = c.id
		switch {
		case c.weight <= 0.1:
			tok.weight = 0.06
		case bodyTypes[c.id]:
			tok.weight = bodyTypeWeight
		case c.weight <= 0.2:
			tok.weight = 0.4
		case c.weight <= 0.3:
			tok.weight = 0.7
		default:
			tok.weight = 0.55
		}
		return tok
	}
	if p, ok := places[t]; ok {
		tok := newToken(t, RolePlace)
		tok.class = p
		tok.weight = placeWeight
		return tok
	}
	if p, ok := places[ws[i].text]; ok {
		tok := newToken(t, RolePlace)
		tok.class = p
		tok.weight = placeWeight
		return tok
	}
	tok := newToken(canonicalCompound(t), RoleName)
	tok.class = 0
	tok.weight = 1
	switch n := len([]rune(t)); {
	case n == 1:
		tok.weight = 0.35
	case n == 2:
		tok.weight = 0.6
	case n <= 4:
		tok.weight = 0.85
	}
	return tok
}

// legalFirst are legal forms that stand before the name.
var legalFirst = words(`ooo оао ооо зао пао ао нао тоо тов пат прат ат чп фоп ип оуп одо чуп руп гуп муп тдв llc pt ojsc oao zao pao ao too cjsc jsc pjsc tov sarl sa ltd limited company ltda cv pp
	partnership limitedliability joint stock as oy ab oü uab sia su kfh odo chup rup gup mup fgup fop tdv prat pat at jv кфх фгуп осоо аао`)

// numberOf reads digits, digits with an ordinal ending, number words and Roman numerals of two and more letters.
func numberOf(t string) (string, bool) {
	if isDigit(rune(t[0])) {
		end := 0
		for end < len(t) && isDigit(rune(t[end])) {
			end++
		}
		switch t[end:] {
		case "", "st", "nd", "rd", "th", "й", "я", "е", "го", "ой", "ая", "ый", "ий", "er", "eme", "e", "m":
			if n := strings.TrimLeft(t[:end], "0"); n != "" {
				return n, true
			}
			return "0", true
		}
		return "", false
	}
	if n, ok := ordinals[t]; ok {
		return n, true
	}
	if n, ok := romanNumerals[t]; ok {
		return n, true
	}
	return "", false
}

var romanNumerals = map[string]string{"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
