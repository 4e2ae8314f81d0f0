package names

import (
	"slices"
	"strings"
)

// Kind is the schema of a name.
type Kind uint8

const (
	// Guess lets the words decide: a legal form, a company word or a number makes an Organization.
	Guess Kind = iota
	// Person is a human being's name.
	Person
	// Organization is the name of a company, a body or a group.
	Organization
)

// ParseKind reads the schema column of a TSV line: "Person" is Person, nothing is Guess, everything else Organization.
func ParseKind(s string) Kind {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return Guess
	case "person":
		return Person
	}
	return Organization
}

// Role says what a token does in a name.
type Role uint8

// The roles. Servant is "Abd" with a divine name, Kunya "Abu" or "Umm" with a name; both hold the letters of what
// follows. Legal, Generic and Place are roles in names of organisations.
const (
	RoleName Role = iota
	RoleServant
	RoleKunya
	RolePatronymic
	RoleInitial
	RoleGeneration
	RoleTitle
	RoleParticle
	RoleNumber
	RoleLegal
	RoleGeneric
	RolePlace
	RoleMinor
	RoleGroup
)

var roleNames = [...]string{"name", "servant", "kunya", "patronymic", "initial", "generation", "title", "particle", "number", "legal form", "generic", "place", "minor", "group"}

// String gives the role's word for explanations.
func (r Role) String() string { return roleNames[r] }

// Token is a part of a parsed name.
type Token struct {
	// Text is what is compared: folded letters without article, "abd", "abu".
	Text string
	// Alt is a second reading of the same letters, with or without an article that cannot be told from the beginning
	// of the name ("Alzawahiri", "الفاريز"); often empty.
	Alt string
	// Script is the script of Text.
	Script Script
	// Role is the token's part in the name.
	Role Role

	class  uint16  // class of a given name, concept of an organisation's word, id of a place; by role
	weight float32 // how much the token tells, 1 for an ordinary name
	rare   float32 // how rare it is in the list searched, 0 to 1; 0 outside a search
}

// maxTokens bounds the tokens of a name; more are dropped.
const maxTokens = 16

// Name is a parsed name.
type Name struct {
	// Kind is Person or Organization, never Guess.
	Kind Kind
	// Tokens are the parts in their order.
	Tokens []Token
	// Flags tell what is odd about the letters.
	Flags Flags

	folded  string  // all letters and digits without separators: equal ones are one name
	plain   []Token // the words as such, where Tokens hold a group of the lexicon
	acronym string  // in parentheses after the full name
	roman   []Token // of a name in Chinese characters: the tokens of its reading in Latin letters
	groups  []int   // groups of groupIndex the whole name may mean
	sure    bool    // the kind was given or is plain from the words
}

// word is a raw piece of a folded name.
type word struct {
	text   string
	joined bool // a hyphen stands before it
	dotted bool // a dot follows
	inner  bool // it stands in parentheses
	hamza  bool // it begins with a hamza and so with no article
}

// Parse takes a name apart.
func Parse(name string, kind Kind) *Name {
	var p parser
	n := p.parse(name, kind)
	return &n
}

// parser holds working memory.
type parser struct {
	fold  folder
	words []word
}

func (p *parser) split(folded []rune) []word {
	ws := p.words[:0]
	start, joined, inner := -1, false, false
	end := func(i int, dotted bool) {
		if start >= 0 && len(ws) < 4*maxTokens {
			ws = append(ws, word{text: string(folded[start:i]), joined: joined, dotted: dotted, inner: inner, hamza: slices.Contains(p.fold.hamza, start)})
			joined = false
		}
		start = -1
	}
	for i, r := range folded {
		if isSeparator(r) && r != '&' {
			end(i, r == sepDot)
			switch r {
			case sepJoin:
				joined = len(ws) > 0
			case sepOpen:
				inner = true
			case sepClose:
				inner = false
			default:
				joined = false
			}
			continue
		}
		// Han is compared one by one; a change of script ends a word
		if start >= 0 && (scriptOf(r) != scriptOf(folded[i-1]) && !isDigit(r) && !isDigit(folded[i-1]) || scriptOf(r) == Han) {
			end(i, false)
			joined = scriptOf(r) == Han
		}
		if start < 0 {
			start = i
		}
	}
	end(len(folded), false)
	p.words = ws
	return ws
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (p *parser) parse(name string, kind Kind) Name {
	folded := p.fold.fold(name)
	n := Name{Kind: kind, sure: kind != Guess, Flags: flagsOf(name)}
	if p.fold.cyrillic && unmix(folded) {
		n.Flags |= FlagMixed
	}
	var all strings.Builder
	for _, r := range folded {
		if !isSeparator(r) {
			all.WriteRune(r)
		}
	}
	n.folded = all.String()
	ws := p.split(folded)
	ws = joinDotted(ws, kind)
	ws, n.acronym = dropTranslation(ws)
	if len(ws) == 0 {
		if kind == Guess {
			n.Kind = Person
		}
		return n
	}
	if kind == Guess {
		if n.Kind, n.sure = guessKind(ws); n.Kind == Organization {
			ws = joinDotted(ws, Organization)
		}
	}
	var key strings.Builder
	for _, w := range ws {
		key.WriteString(w.text)
		key.WriteByte(' ')
	}
	n.groups = groupIndex.byName[groupKeyFolded([]rune(key.String()))]
	if n.Kind == Organization {
		if n.acronym == "" {
			ws, n.acronym = dropAbbreviation(ws)
		}
		found := false
		if n.Tokens, found = organizationTokens(ws, true); found {
			n.plain, _ = organizationTokens(ws, false)
			n.plain = n.plain[:min(len(n.plain), maxTokens)]
		}
	} else {
		n.Tokens = personTokens(ws)
	}
	if hasHan(n.Tokens) {
		if n.Kind == Organization {
			n.roman, _ = organizationTokens(inLetters(ws, n.Kind), false)
		} else {
			n.roman = personTokens(inLetters(ws, n.Kind))
		}
		n.roman = n.roman[:min(len(n.roman), maxTokens)]
	}
	if len(n.Tokens) > maxTokens {
		n.Tokens = n.Tokens[:maxTokens]
	}
	return n
}

// joinDotted puts the letters of "L.L.C." or "U.N." together when the result is a legal form or the name is not a
// person's; a person's "J.R." stays two initials.
func joinDotted(ws []word, kind Kind) []word {
	out := ws[:0]
	for i := 0; i < len(ws); {
		j := i
		var b strings.Builder
		for j < len(ws) && single(ws[j].text) && (ws[j].dotted || j > i && ws[j-1].dotted) {
			b.WriteString(ws[j].text)
			j++
		}
		if j-i >= 2 && (legalForms[b.String()] && b.Len() > 1 || kind == Organization) {
			w := ws[i]
			w.text = b.String()
			out = append(out, w)
			i = j
			continue
		}
		out = append(out, ws[i])
		i++
	}
	return out
}

func single(s string) bool {
	n := 0
	for range s {
		n++
	}
	return n == 1 && scriptOf([]rune(s)[0]) != Han
}

// dropTranslation leaves out what stands in parentheses when it is written in another script than the rest (the same
// name again) or is the acronym of the rest.
func dropTranslation(ws []word) ([]word, string) {
	outer, inner := 0, 0
	var outside, inside Script
	var initials []rune
	var text string
	for _, w := range ws {
		if w.inner {
			inner++
			inside = scriptOf([]rune(w.text)[0])
			text += w.text
		} else {
			outer++
			outside = scriptOf([]rune(w.text)[0])
			if !minorWords[w.text] {
				initials = append(initials, []rune(w.text)[0])
			}
		}
	}
	if inner == 0 || outer == 0 {
		return ws, ""
	}
	if inside == outside && !(inner == 1 && len(text) >= 2 && strings.HasPrefix(string(initials), text)) {
		return ws, ""
	}
	if inside != outside || inner > 1 {
		text = ""
	}
	out := ws[:0]
	for _, w := range ws {
		if !w.inner {
			out = append(out, w)
		}
	}
	return out, text
}

// maxAbbreviation bounds the letters of an abbreviation in parentheses.
const maxAbbreviation = 6

// dropAbbreviation leaves out a short insertion in parentheses after an organisation's full name that is no word of
// the lexicons: an abbreviation that takes other letters than the first ones ("JuA", "AAS-T").
func dropAbbreviation(ws []word) ([]word, string) {
	outer, text := 0, ""
	for i, w := range ws {
		if !w.inner {
			outer++
			continue
		}
		if i+1 < len(ws) && !ws[i+1].inner || len(text)+len(w.text) > maxAbbreviation {
			return ws, ""
		}
		_, place := places[w.text]
		if _, known := conceptOf(w.text); known || place || legalForms[w.text] || isDigit(rune(w.text[0])) || scriptOf([]rune(w.text)[0]) != Latin {
			return ws, ""
		}
		text += w.text
	}
	if outer < 2 || len(text) < 2 {
		return ws, ""
	}
	return ws[:outer], text
}

// guessKind calls a name an organisation's when a word says so.
func guessKind(ws []word) (Kind, bool) {
	for i, w := range ws {
		if i > 0 && isDigit([]rune(w.text)[0]) {
			return Organization, true
		}
		if len([]rune(w.text)) < 2 {
			continue
		}
		if legalForms[w.text] && !particleWords[w.text] && !articleWords[w.text] && !nasabWords[w.text] && !sunArticles[w.text] && w.text != "as" && w.text != "se" && w.text != "ad" && w.text != "san" && w.text != "ve" {
			return Organization, true
		}
		t := w.text
		if scriptOf([]rune(t)[0]) == Arabic {
			t = trimArabicArticle(t)
		}
		if c, ok := concepts[w.text]; ok && c.id > 0 && !personLike[w.text] && !movementWords[w.text] {
			return Organization, true
		}
		if c, ok := concepts[t]; ok && c.id > 0 && !personLike[t] && !movementWords[t] {
			return Organization, true
		}
		if t == "&" {
			return Organization, true
		}
	}
	return Person, false
}

// personLike are words of the organisation lexicon that are also parts of persons' names.
var personLike = words(`islam جهاد jihad cihad noor general nord sud est ost as and с s c со mit con عام خاص bank house salvation اسلامي eslami islami حر guard north south east west new free steel gold
	enqelab tahrir rat parti rada azad gel حاج shura gas real first press field police wali niru ordu ост sever bank bau ag hizb dom дом nation devlet unit conseil برق milli melli birlik نفط food metal energy mining media help invest
	navigation firma fund ansar انصار forces state corps party union company emlak sat school church oil global world news support east نو jaish jaysh petrol foulad celik demir turk kurd dawa نجات saver trade ozgur kurtulus
	zavod yeni sanat vakif gaz naft foolad division بيت كتيبه اداره military exchange امن air exp imp tech res intl imports exports works plant marine agro center guards jama شهيد شهداء عرب عربي arab نصره nusrat fath فتح muslim مجاهدين tawhid توحيد مجاهدون mujahidin شباب shabab اماره land ارض بلاد atom space call دعوه miras dawlah دوله combat ihya sahaba emirlik nusra nusrah طبي medical muslims صحابه`)

// knownNameWeight is the weight of a given name of the lexicon: many bear it.
const knownNameWeight = 0.55

func newToken(text string, role Role) Token {
	t := Token{Text: text, Role: role, weight: 1}
	if text != "" {
		t.Script = scriptOf([]rune(text)[0])
	}
	switch role {
	case RoleName:
		t.class = givenClass[text]
		if t.class != 0 {
			t.weight = knownNameWeight
		}
	case RoleServant, RoleKunya:
		t.class = givenClass[text]
		t.weight = 0.9
	case RolePatronymic:
		t.weight = 0.8
	case RoleInitial:
		t.weight = 0.5
	case RoleGeneration:
		t.weight = 0.25
	case RoleTitle, RoleParticle, RoleMinor:
		t.weight = 0.04
	case RoleNumber:
		t.weight = 1
	case RoleLegal:
		t.weight = 0.06
	case RoleGroup:
		t.weight = 1.6
	}
	return t
}
