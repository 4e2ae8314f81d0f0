package collect

import (
	"slices"
	"strings"
	"unicode"
)

// Traits are what rule 18 lets nobody select, list or ask by: religion, sect,
// people and tribe, political view, health, sexual life. They stand inside
// quoted texts alone, and so no named value for them is taken in. The lists hold
// the words by which such values are usually named, in English and in the
// languages of the centre; they cannot know every one.

// traitWords name one by themselves, as a word of a name.
var traitWords = []string{
	"religion", "religions", "religious", "sect", "sects", "sectarian", "creed",
	"ethnicity", "ethnic", "ethnicities", "race", "racial", "tribe", "tribes", "tribal", "clan", "caste",
	"health", "illness", "disease", "diagnosis", "disability", "medical",
	"sexual", "sexuality",
	"دين", "الدين", "ديانة", "الديانة", "مذهب", "المذهب", "طائفة", "الطائفة", "عشيرة", "العشيرة", "قبيلة", "القبيلة", "عرق", "العرق",
	"قومیت", "قومية", "القومية", "ئایین", "دین",
	"религия", "вероисповедание", "национальность", "этничность", "племя",
}

// traitPairs name one by two words that follow one another.
var traitPairs = [][2]string{
	{"political", "view"}, {"political", "views"}, {"political", "opinion"}, {"political", "opinions"}, {"political", "affiliation"}, {"political", "party"},
	{"political", "belief"}, {"political", "beliefs"}, {"political", "orientation"}, {"political", "leaning"}, {"political", "stance"},
	{"party", "membership"}, {"union", "membership"}, {"sex", "life"}, {"sex", "orientation"}, {"blood", "type"}, {"blood", "group"}, {"mental", "state"},
}

// noTraits are words of machines that look like one.
var noTraits = [][2]string{{"race", "condition"}, {"health", "check"}, {"health", "endpoint"}}

// IsTrait reports whether a name of a property, an attribute, a column, a tag
// or a filter asks for what rule 18 excludes: "x_person_religion", "Ethnicity",
// "political-view", "politicalView".
func IsTrait(name string) bool {
	words := wordsOf(name)
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		pair := [2]string{w, next}
		if slices.Contains(traitWords, w) && !slices.Contains(noTraits, pair) || slices.Contains(traitPairs, pair) {
			return true
		}
	}
	return false
}

// wordsOf takes a name apart where its case or its characters change.
func wordsOf(name string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) })
}

// traitTag reports whether a machine tag (namespace:predicate="value") or a
// label of the form key:value names a trait. A tag of words alone is a text.
func traitTag(tag string) bool {
	if key, _, ok := strings.Cut(tag, "="); ok {
		return IsTrait(key)
	}
	key, _, ok := strings.Cut(tag, ":")
	return ok && IsTrait(key)
}

// kinships are the words by which links of family are usually named.
var kinships = []string{
	"family", "relative", "relatives", "kin", "kinship", "spouse", "wife", "husband", "married", "fiance", "fiancee", "parent", "mother", "father", "child", "children",
	"son", "daughter", "sibling", "brother", "sister", "uncle", "aunt", "cousin", "nephew", "niece", "grandparent", "grandfather", "grandmother", "grandson", "granddaughter",
}

// IsKinship reports whether the type of a link between two objects says that
// persons are of one family: "family-of", "is-brother-of". No such link is taken
// in: family passes on nothing (rule 20), and a text may still tell of it.
func IsKinship(relation string) bool {
	return slices.ContainsFunc(wordsOf(relation), func(w string) bool { return slices.Contains(kinships, w) })
}

// familyLink ends with its rule, as traitMark.
const familyLink = "a link of family (rule 20)"

// traitMark ends what a reduction says of a thing that rule 18 left out.
const traitMark = " (rule 18)"

// ruleOf names the rules by which things were left out.
func ruleOf(left []string) string {
	var rules []string
	for _, r := range []struct {
		rule string
		of   func(string) bool
	}{
		{"3", func(s string) bool { return !strings.HasSuffix(s, traitMark) && s != familyLink }},
		{"18", func(s string) bool { return strings.HasSuffix(s, traitMark) }},
		{"20", func(s string) bool { return s == familyLink }},
	} {
		if slices.ContainsFunc(left, r.of) {
			rules = append(rules, r.rule)
		}
	}
	return strings.Join(rules, " and ")
}
