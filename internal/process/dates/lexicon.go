package dates

import (
	"strconv"
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// class is a set of things that a word can be in a date.
type class uint32

const (
	cMonth   class = 1 << iota // a month's name
	cWeekday                   // a day's name
	cRelDay                    // yesterday: whole days from the document's
	cUnit                      // day, week, month ... to count
	cLast                      // last, past
	cThis                      // this, current
	cNext                      // next, coming
	cAgo                       // ago
	cSince                     // since: open to the document's date
	cFrom                      // from: begins a range
	cTo                        // to: between the ends of a range
	cUntil                     // until: open before
	cBefore                    // before
	cAfter                     // after
	cBetween                   // between
	cEarly                     // early, beginning of
	cMid                       // middle of
	cLate                      // late, end of
	cYearW                     // the word "year" before or after a number
	cIn                        // prepositions that make a number a year
	cMore                      // more than, over
	cFor                       // for, during: a stretch of time
	cOf                        // stands between the parts of a date
	cEra                       // after a year: its calendar
	cPart                      // morning, night ...
	cSeason                    // a season
	cMonthW                    // the word "month" before a name or number
	cShort                     // an abbreviation, which needs a number beside it
	cDayW                      // the word "day" before a weekday
	cNow                       // now, today: ends a range at the document's date
	cAnd
)

// Units of time.
const (
	hour = iota
	day
	week
	month
	year
	decade
)

// meaning is what a word can mean in a date.
type meaning struct {
	class class
	cal   Calendar
	// n is the number of a month or weekday; off the days from the document's
	// date; unit a unit, and many how many of it a dual means.
	n, off, unit, many int8
}

func both(a, b meaning) meaning {
	a.class |= b.class
	if b.n != 0 {
		a.n, a.cal = b.n, b.cal
	}
	if b.off != 0 {
		a.off = b.off
	}
	if b.unit != 0 {
		a.unit = b.unit
	}
	if b.many != 0 {
		a.many = b.many
	}
	return a
}

var classNames = map[string]class{
	"last": cLast, "this": cThis, "next": cNext, "ago": cAgo, "since": cSince, "from": cFrom, "to": cTo, "until": cUntil, "before": cBefore,
	"after": cAfter, "between": cBetween, "early": cEarly, "mid": cMid, "late": cLate, "year": cYearW, "in": cIn, "more": cMore, "for": cFor,
	"of": cOf, "era": cEra, "part": cPart, "monthw": cMonthW, "dayw": cDayW, "now": cNow, "and": cAnd,
}

var eras = map[string]Calendar{"h": Hijri, "m": Gregorian, "s": Solar, "k": Kurdish}

// thisYear and lastYear are the offsets by which "this year" and "last year"
// in one word are told from days.
const yearOffset = 100

var lexicons = sync.OnceValue(func() *[language.Other + 1]*passage.Lexicon[meaning] {
	var all [language.Other + 1]*passage.Lexicon[meaning]
	for tag, list := range lists {
		l := passage.NewLexicon[meaning](tag)
		for line := range strings.SplitSeq(list, "\n") {
			head, words, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			f := strings.Fields(head)
			if tag == language.Persian && head[0] == 's' && !strings.HasPrefix(head, "season") {
				// «مهرماه» beside «مهر ماه».
				words += ";" + strings.ReplaceAll(strings.TrimSpace(words), ";", "ماه;") + "ماه"
			}
			l.Add(strings.ReplaceAll(words, `","`, ","), kindOf(f), both)
		}
		all[tag] = l
	}
	return &all
})

// kindOf reads the head of a line of the word lists.
func kindOf(f []string) (m meaning) {
	name := f[0]
	if c, ok := classNames[name]; ok {
		m.class = c
		if len(f) > 1 {
			m.cal = eras[f[1]]
		}
		return m
	}
	if s, ok := strings.CutPrefix(name, "season"); ok {
		n, _ := strconv.Atoi(s)
		return meaning{class: cSeason, n: int8(n)}
	}
	n, _ := strconv.Atoi(name[1:])
	switch name[0] {
	case 'm', 'h', 's', 'k':
		m = meaning{class: cMonth, n: int8(n), cal: map[byte]Calendar{'m': Gregorian, 'h': Hijri, 's': Solar, 'k': Kurdish}[name[0]]}
	case 'w':
		m = meaning{class: cWeekday, off: int8(n)}
	case 'r':
		m = meaning{class: cRelDay, off: int8(n)}
	case 'y':
		m = meaning{class: cRelDay, off: int8(yearOffset + n)}
	case 'u':
		m = meaning{class: cUnit, unit: int8(n)}
	case 'd':
		m = meaning{class: cUnit, unit: int8(n), many: 2}
	}
	if len(f) > 1 && f[1] == "short" {
		m.class |= cShort
	}
	return m
}
