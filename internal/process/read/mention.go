package read

import (
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/names"
	"entente/internal/process/passage"
)

// The kinds of mentions.
const (
	mentionPerson       = "person"
	mentionGroup        = "group"
	mentionOrganization = "organisation"
)

// mention is a name in the tokens of a window.
type mention struct {
	first, last int
	kind        string
	names       []string
	confidence  float64
	lead        int // bytes of the first token that stand before the name: a conjunction
}

// mentions finds persons, groups and organisations. Groups are those that
// package names knows; persons are known by a title before them, by a speaker's
// verb or by two and more capitals; organisations by their nouns. skip are
// tokens that are not read, taken those of dates and of places.
func mentions(form *passage.Form, tokens []passage.Token, sentences []passage.Sentence, taken []bool, speaker []bool) []mention {
	f := &namer{text: form.Text, tokens: tokens, taken: taken, speaker: speaker, roles: make([]nameRole, len(tokens)), sizes: make([]int8, len(tokens)), known: map[string]bool{}, last: map[string]bool{}}
	lex := nameWords()
	words, capitals := 0, 0
	for i := range tokens {
		if t := &tokens[i]; t.Kind == passage.Word && t.Lang != language.Unknown && t.Lang != language.Other {
			if t.Lang == language.English {
				words++
				if t.Capitals != passage.Lower {
					capitals++
				}
			}
			if r, n := lex[t.Lang].At(tokens, i); n > 0 {
				f.roles[i], f.sizes[i] = r, int8(n)
			}
		}
	}
	f.lower = capitals*50 < words
	for _, s := range sentences {
		f.from, f.to = s.First, s.Last
		for i := s.First; i < s.Last; {
			if m, ok := f.at(i); ok {
				f.out = append(f.out, m)
				i = m.last
				continue
			}
			i++
		}
	}
	return f.out
}

type namer struct {
	text           string
	tokens         []passage.Token
	taken, speaker []bool
	roles          []nameRole
	sizes          []int8
	from, to       int
	// lower says that the text has no capitals.
	lower bool
	// known says of single words whether they name a group; last are the last
	// names of persons that were found.
	known, last map[string]bool
	out         []mention
}

func (f *namer) is(i int, r nameRole) bool { return i >= f.from && i < f.to && f.roles[i]&r != 0 }

func (f *namer) word(i int) bool {
	return i >= f.from && i < f.to && f.tokens[i].Kind == passage.Word && !(f.taken[i])
}

func (f *namer) span(i, j int) string { return f.text[f.tokens[i].Start:f.tokens[j-1].End] }

func (f *namer) at(i int) (mention, bool) {
	if !f.word(i) {
		return mention{}, false
	}
	switch f.tokens[i].Script {
	case language.Latin, language.Cyrillic:
		return f.cased(i)
	case language.ArabicScript:
		return f.arabic(i)
	}
	return mention{}, false
}

// group asks package names for the longest run from token i on.
func (f *namer) group(i, most int) (mention, bool) {
	end := i
	for end < f.to && end-i < most && (f.tokens[end].Kind == passage.Word || f.tokens[end].Key == "-" && !f.tokens[end].Space) {
		end++
	}
	for j := end; j > i; j-- {
		if f.tokens[j-1].Kind != passage.Word || f.is(j-1, isStop|isInner) && f.tokens[j-1].Capitals == passage.Lower || j > i+1 && f.is(i, isStop) && !f.is(i, isGroup) {
			continue
		}
		s := f.span(i, j)
		if j == i+1 {
			if known, ok := f.known[s]; ok && !known {
				return mention{}, false
			}
		}
		gs := names.ResolveAbbreviation(s, "")
		if len(gs) == 0 && f.tokens[i].Script == language.ArabicScript && j == i+1 {
			// «بداعش», «لحزب»: a prefix is written together with it.
			if rest := f.tokens[i].Key; len(rest) > 8 && strings.ContainsRune("وبلف", firstRune(rest)) {
				gs = names.ResolveAbbreviation(rest[len(string(firstRune(rest))):], "")
			}
		}
		if j == i+1 {
			f.known[s] = len(gs) > 0
		}
		if len(gs) == 0 || len(gs) > 3 {
			continue
		}
		m := mention{first: i, last: j, kind: mentionGroup, confidence: 0.9}
		if len(gs) > 1 {
			m.confidence = 0.6
		}
		for _, g := range gs {
			m.names = append(m.names, g.Name)
		}
		return m, true
	}
	return mention{}, false
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// maxMention bounds a name, in tokens.
const maxMention = 9

func (f *namer) capital(i int) bool {
	return f.word(i) && f.tokens[i].Capitals != passage.Lower && f.tokens[i].Breaks < 2
}

// cased reads a name in a script with capitals.
func (f *namer) cased(i int) (mention, bool) {
	t := &f.tokens[i]
	if t.Capitals == passage.Lower {
		return f.caseless(i)
	}
	if m, ok := f.group(i, 5); ok {
		return m, true
	}
	// A capital at the beginning of a sentence may be any word.
	if f.is(i, isStop) && (i == f.from || !f.capital(i+1)) && !f.is(i, isTitle|isTail|isHead) {
		return mention{}, false
	}
	titled := i > f.from && f.is(i-1, isTitle)
	j, letters := i, 0
	for f.is(j, isTitle) && j < f.to && (f.capital(j) || f.tokens[j].Key == "-") && !f.is(j, isHead|isTail) {
		j += max(1, int(f.sizes[j]))
		titled = true
		if j < f.to && f.tokens[j].Key == "." && !f.tokens[j].Space {
			j++
		}
	}
	start := j
	tail, words := false, 0
	for j < f.to && j-start < maxMention {
		switch {
		case f.capital(j) && !(f.is(j, isStop) && words == 0 && !f.is(j, isTail|isHead)):
			tail = tail || f.is(j, isTail|isHead)
			words++
			if f.tokens[j].End-f.tokens[j].Start > 2 {
				letters++
			}
			j++
			continue
		case f.is(j, isInner) && words > 0 && f.capital(j+1) && !f.taken[j], f.is(j, isInner) && f.tokens[j].Kind == passage.Word && j+2 < f.to && f.tokens[j+1].Key == "-" && f.capital(j+2) && words > 0:
			// "and" joins no two persons.
			if k := f.tokens[j].Key; (k == "and" || k == "и") && !tail {
				break
			}
			j++
			continue
		case j < f.to && f.tokens[j].Key == "-" && !f.tokens[j].Space && f.word(j+1) && !f.tokens[j+1].Space && words > 0:
			if f.capital(j + 1) {
				words++
			}
			j += 2
			continue
		case j < f.to && f.tokens[j].Key == "." && !f.tokens[j].Space && words > 0 && f.tokens[j-1].End-f.tokens[j-1].Start == 1 && f.capital(j+1):
			j++
			continue
		}
		break
	}
	for j > start && (f.tokens[j-1].Kind != passage.Word || f.is(j-1, isInner) && f.tokens[j-1].Capitals == passage.Lower) {
		j--
	}
	if words == 0 || j <= start {
		return mention{}, false
	}
	if k := f.behindMinistry(start, j); k > start {
		// The ministry's short name ends before the person's begins.
		f.last[f.tokens[j-1].Key] = true
		return mention{first: k, last: j, kind: mentionPerson, confidence: 0.8}, true
	}
	m := mention{first: start, last: j, confidence: 0.55}
	one := f.tokens[start].Key
	switch {
	case tail && words > 1:
		m.kind, m.confidence = mentionOrganization, 0.75
	case tail:
		return m, false
	case letters == 0:
		return m, false
	case titled && words <= 4 && !f.is(start, isNation):
		m.kind, m.confidence = mentionPerson, 0.85
	case words >= 2 && words <= 4 && !f.is(start, isNation) && f.tokens[start].Capitals != passage.All && f.tokens[j-1].Capitals != passage.All:
		m.kind = mentionPerson
		if f.speaker[start] {
			m.confidence = 0.78
		}
	case words == 1 && f.last[one] && !f.is(start, isNation):
		m.kind, m.confidence = mentionPerson, 0.75
	case words == 1 && f.speaker[start] && f.tokens[start].Capitals == passage.All && j-start == 1 && len(one) >= 3:
		m.kind, m.confidence = mentionOrganization, 0.6
	default:
		return m, false
	}
	if m.kind == mentionPerson {
		f.last[f.tokens[j-1].Key] = true
	}
	return m, true
}

// caseless reads names in texts of wires that have no capitals, by their
// nouns: "the farabundo marti national liberation front", "colonel x y".
func (f *namer) caseless(i int) (mention, bool) {
	if !f.lower || f.tokens[i].Lang != language.English || i > f.from && f.tokens[i-1].Capitals != passage.Lower {
		return mention{}, false
	}
	if m, ok := f.acronym(i); ok {
		return m, true
	}
	if f.is(i, isRank) || f.is(i, isTitle) && !f.is(i, isTail) {
		j := i + max(1, int(f.sizes[i]))
		start := j
		for f.word(j) && j-start < 4 && f.roles[j]&^isRank == 0 && !f.common(j) {
			if f.is(j, isRank) {
				if j > start {
					break
				}
				start++
			}
			j++
		}
		if j-start >= 2 && (j == f.to || f.tokens[j].Kind != passage.Word || f.is(j, isStop|isInner) || f.common(j)) && f.tokens[start].Space {
			return mention{first: start, last: j, kind: mentionPerson, confidence: 0.5}, true
		}
	}
	if i > f.from && f.tokens[i-1].Key == "the" {
		for j := i; j < f.to && j-i < 6 && f.word(j); j++ {
			if f.is(j, isTail) && j-i >= 2 {
				return mention{first: i, last: j + 1, kind: mentionOrganization, confidence: 0.5}, true
			}
			if f.is(j, isStop) {
				break
			}
		}
	}
	return mention{}, false
}

// acronym reads the short name in brackets behind a name: "front (fmln)".
func (f *namer) acronym(i int) (mention, bool) {
	if i-2 < f.from || i+1 >= f.to || f.tokens[i-1].Key != "(" || f.tokens[i+1].Key != ")" || !f.is(i-2, isTail) || f.tokens[i].End-f.tokens[i].Start > 6 {
		return mention{}, false
	}
	return mention{first: i, last: i + 1, kind: mentionOrganization, confidence: 0.6}, true
}

// common reports words that end like no name: verbs, adverbs, participles.
func (f *namer) common(i int) bool {
	k := f.tokens[i].Key
	for _, end := range []string{"ed", "ing", "ly", "tion", "ment", "ness", "ists"} {
		if strings.HasSuffix(k, end) && len(k) > len(end)+2 {
			return true
		}
	}
	return false
}

// arabic reads a name in the Arabic script.
func (f *namer) arabic(i int) (mention, bool) {
	t := &f.tokens[i]
	if f.is(i, isGroup) {
		if m, ok := f.group(i, 4); ok {
			return m, true
		}
	} else if len(t.Key) >= 8 {
		if m, ok := f.group(i, 1); ok {
			return m, true
		}
	}
	if m, ok := f.person(i); ok {
		return m, true
	}
	if m, ok := f.joined(i); ok {
		return m, true
	}
	if m, ok := f.surname(i); ok {
		return m, true
	}
	size := max(1, int(f.sizes[i]))
	switch {
	case f.is(i, isHead):
		j := i + size
		for f.word(j) && j-i < 5 && !f.is(j, isStop|isTitle) && !f.announces(j) {
			if t.Lang == language.Arabic && (j > i+1 || strings.HasPrefix(t.Key, "ال")) && !strings.HasPrefix(f.tokens[j].Key, "ال") || t.Lang != language.Arabic && j-i >= 3 {
				break
			}
			j++
		}
		if j > i+size || size > 1 {
			return mention{first: i, last: j, kind: mentionOrganization, confidence: 0.65}, true
		}
	case f.is(i, isTitle):
		j := i + size
		if t.Lang == language.Arabic {
			// Adjectives and offices of the title begin with the article.
			for n := 0; n < 4 && f.word(j) && strings.HasPrefix(f.tokens[j].Key, "ال") && !f.is(j, isRank); n++ {
				j++
			}
		} else if !f.is(i, isRank) {
			return mention{}, false
		}
		if f.is(j, isTitle|isHead|isGroup) {
			return mention{}, false
		}
		start := j
		for j < f.to && f.tokens[j].Kind == passage.Word && j-start < 3 && !f.is(j, isStop|isTitle|isHead|isGroup) {
			if t.Lang == language.Arabic && j-start == 2 && !strings.HasPrefix(f.tokens[j].Key, "ال") && !f.is(j-1, isInner) {
				break
			}
			if t.Lang != language.Arabic && j-start == 2 && !f.is(j-1, isInner) {
				break
			}
			j++
		}
		if j-start >= 2 {
			m := mention{first: start, last: j, kind: mentionPerson, confidence: 0.7}
			if f.is(i, isRank) {
				m.confidence = 0.8
			}
			return m, true
		}
	}
	return mention{}, false
}
