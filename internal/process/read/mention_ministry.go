package read

import (
	"strings"

	"entente/internal/process/language"
)

// shortMinistries are Russian bodies whose short name takes no further words
// but a country's; written by hand from general knowledge of the language, as
// keys.
var shortMinistries = foldedSet("минобороны мид мвд мчс фсб фсо минздрав минюст минфин минэнерго минкультуры минтранс генштаб генштаба генпрокуратуры роскомнадзор роскомнадзора кремля")

// russianFamilies are the endings of Russian and Ukrainian family names in
// their cases.
var russianFamilies = []string{"ов", "ова", "ову", "овым", "овой", "ове", "ев", "ева", "еву", "евым", "евой", "еве", "ин", "ина", "ину", "иным", "иной", "ине",
	"ский", "ского", "скому", "ским", "ская", "ской", "енко", "ук", "ука", "уку", "юк", "юка", "юку", "ич", "ича", "ичу", "ичем"}

// behindMinistry returns where in the capitalised words from start to end the
// name of a person begins that follows a ministry's short name: «Минобороны
// Игоря Петренкова»; start where none does.
func (f *namer) behindMinistry(start, end int) int {
	for k := start; k+2 < end; k++ {
		if f.tokens[k].Script != language.Cyrillic || !shortMinistries[f.tokens[k].Key] {
			continue
		}
		given, family := f.tokens[k+1].Key, f.tokens[end-1].Key
		if end-k-1 > 3 || f.is(k+1, isNation|isStop|isTail|isHead) || !f.capital(k+1) || !f.capital(end-1) {
			return start
		}
		for _, adjective := range []string{"ой", "ая", "ого", "ий", "ый", "их", "ых"} {
			if strings.HasSuffix(given, adjective) {
				return start // «Минобороны Саудовской Аравии»
			}
		}
		for _, e := range russianFamilies {
			if len(family) >= len(e)+4 && strings.HasSuffix(family, e) {
				return k + 1
			}
		}
		return start
	}
	return start
}
