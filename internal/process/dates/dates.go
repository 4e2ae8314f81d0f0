// Package dates finds when a text says that something was: dates of the
// Gregorian, the Hijri and the Solar Hijri calendar, in words and digits of
// Arabic, Persian, Sorani, Russian and English, day-time groups, and what is
// said against the date of the document ("three days ago", «в прошлом году»).
// Each becomes an interval of days with a precision; what cannot be settled is
// given without one.
//
// Conventions. Weeks begin on Monday, in Persian on Saturday; months and years
// that Persian counts from now are those of the Solar Hijri calendar. "Three weeks ago" is the seven days
// around that day, "three months ago" that month, "three years ago" that year.
// "On Tuesday" is the last Tuesday up to the document's date, or the next one
// where the sentence speaks of the future; "last Tuesday" is before it. "Last
// week" is the week before the document's; "the last three weeks" end with the
// document. "Early" in a month is its days 1 to 10, "mid" 11 to 20, "late" 21 to
// the end; in a year the first, middle and last four months. A Hijri date is
// that of the tabular calendar, and uncertain by a day both ways.
package dates

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/quantities/numerals"
)

// Method and Version name this reader in suggestions.
const (
	Method  = "dates.grammar"
	Version = "2"
)

// Precision is how exact an interval was stated.
type Precision uint8

// The precisions, from the finest.
const (
	Minute Precision = iota
	DayPrecision
	Week
	Month
	Season
	Year
	Decade
)

var precisionNames = [...]string{"minute", "day", "week", "month", "season", "year", "decade"}

// String names the precision, from "minute" to "decade".
func (p Precision) String() string { return precisionNames[p] }

// Kind is how a date is said.
type Kind string

// The kinds of dates.
const (
	Absolute Kind = "absolute"
	Relative Kind = "relative" // counted from the document's date
	Duration Kind = "duration" // a stretch of time that ends with the document
	DTG      Kind = "dtg"      // a day-time group
)

// Date is what a text says of when. From and To are its first and last day;
// either can be open.
type Date struct {
	// First and Last are its tokens, Last exclusive.
	First, Last int
	Kind        Kind
	// Resolved says that the interval is known: a date against that of a
	// document without one is not.
	Resolved         bool
	From, To         Day
	OpenFrom, OpenTo bool
	Precision        Precision
	Calendar         Calendar
	// Uncertain is by how many days the calendar itself may be off.
	Uncertain int
	// At is the minute of the day in UTC of a day-time group, else -1.
	At int
	// Complete says that a day, a month and a year are stated.
	Complete bool
	// Confidence is between 0 and 1.
	Confidence float64
}

// Document is the date of a document.
type Document struct {
	Day   Day
	Known bool
}

// Find returns the dates of a text in order, none overlapping, resolved
// against the document's date.
func Find(tokens []passage.Token, numbers []numerals.Number, doc Document) []Date {
	f := newFinder(tokens, numbers, doc)
	var out []Date
	for i := 0; i < len(tokens); {
		if d, ok := f.top(i); ok && d.Last > i {
			out = append(out, d)
			i = d.Last
			continue
		}
		i++
	}
	return out
}

// DocumentDate looks for the date of a document in its head: the first date
// there that states day, month and year. It returns that date and where it
// stands. headTokens of the text are looked at; where they hold none, its last
// tokens are, where some papers put it.
func DocumentDate(tokens []passage.Token, numbers []numerals.Number) (Date, bool) {
	f := newFinder(tokens, numbers, Document{})
	look := func(from, to int) (Date, bool) {
		for i := from; i < to; {
			d, ok := f.top(i)
			if !ok || d.Last <= i {
				i++
				continue
			}
			if d.Complete && d.Resolved && d.From == d.To && (d.Kind == Absolute || d.Kind == DTG) {
				return d, true
			}
			i = d.Last
		}
		return Date{}, false
	}
	if d, ok := look(0, min(len(tokens), headTokens)); ok {
		return d, true
	}
	if len(tokens) > headTokens {
		return look(max(headTokens, len(tokens)-tailTokens), len(tokens))
	}
	return Date{}, false
}

const (
	headTokens = 90
	tailTokens = 25
)

// finder holds a text while its dates are found.
type finder struct {
	tokens  []passage.Token
	numbers []numerals.Number
	// numAt is 1 + the number that begins at a token.
	numAt []int32
	words []entry
	doc   Document
}

// entry is what a token means and how many tokens say it.
type entry struct {
	meaning
	size int8
}

func newFinder(tokens []passage.Token, numbers []numerals.Number, doc Document) *finder {
	f := &finder{tokens: tokens, numbers: numbers, doc: doc}
	f.numAt = make([]int32, len(tokens)+1)
	for k := range numbers {
		f.numAt[numbers[k].First] = int32(k + 1)
	}
	f.words = make([]entry, len(tokens))
	lex := lexicons()
	for i := range tokens {
		t := &tokens[i]
		if t.Kind == passage.Number || t.Lang == language.Unknown || t.Lang == language.Other {
			continue
		}
		if t.Kind == passage.Mark && t.Key != "," {
			continue
		}
		if m, n := lex[t.Lang].At(tokens, i); n > 0 {
			f.words[i] = entry{m, int8(n)}
		}
	}
	return f
}

// is reports whether token i can be one of the classes, and how many tokens
// it takes.
func (f *finder) is(i int, c class) (int, bool) {
	if i < 0 || i >= len(f.words) || f.words[i].class&c == 0 || f.tokens[i].Breaks > 1 {
		return 0, false
	}
	return int(f.words[i].size), true
}

func (f *finder) key(i int) string {
	if i < 0 || i >= len(f.tokens) {
		return ""
	}
	return f.tokens[i].Key
}

// touches reports whether token i exists and touches the one before it.
func (f *finder) touches(i int) bool {
	return i > 0 && i < len(f.tokens) && !f.tokens[i].Space
}

// number returns the number that begins at token i.
func (f *finder) number(i int) *numerals.Number {
	if i < 0 || i >= len(f.tokens) || f.numAt[i] == 0 {
		return nil
	}
	return &f.numbers[f.numAt[i]-1]
}

// future reports whether the sentence around token i speaks of what is to
// come.
func (f *finder) future(i int) bool {
	for _, step := range []int{-1, 1} {
		for k, n := i+step, 0; k >= 0 && k < len(f.tokens) && n < 12; k, n = k+step, n+1 {
			t := &f.tokens[k]
			if t.Kind == passage.Mark && (t.Key == "." || t.Key == ";" || t.Key == "?" || t.Key == "!") || t.Breaks > 1 && step > 0 {
				break
			}
			if t.Kind == passage.Word && futureWords[t.Key] {
				return true
			}
		}
	}
	return false
}

var futureWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{
		"will", "shall", "scheduled", "planned", "plans", "expected", "due", "upcoming",
		"будет", "будут", "состоится", "состоятся", "запланирован", "запланирована", "запланированы", "планируется", "пройдет", "пройдут", "начнется",
		"سوف", "سيعقد", "ستعقد", "سيتم", "سيبدأ", "ستبدأ", "المقرر", "سيكون", "ستكون", "سيلتقي", "سيصل", "سيوقع", "ستوقع", "سيعود", "ستعود", "سيستمر", "ستستمر", "ستنطلق", "سينطلق", "ستعقد", "ستستأنف", "سيستأنف", "سيزور", "سيتوجه", "سيزور", "ستجري", "سيجتمع",
		"خواهد", "خواهند", "قرار", "برنامه_ریزی",
		"دەبێت", "دەکرێت", "بڕیارە", "دەچێت", "بەڕێوەدەچێت", "کۆدەبنەوە", "دەست پێدەکات",
	} {
		m[passage.Fold(w)] = true
	}
	return m
}()
