package dates

import "entente/internal/process/language"

// settle turns a date as stated into an interval.
func (f *finder) settle(p partial, first int) (Date, bool) { return f.settleFrom(p, first) }

func (f *finder) settleFrom(p partial, first int) (Date, bool) {
	d := Date{First: first, Last: p.last, Kind: Absolute, Resolved: true, Calendar: p.cal, At: -1, Confidence: 0.95 - p.doubt}
	if p.cal == Hijri {
		d.Uncertain = 1
	}
	switch {
	case p.m == 0 && p.y == 0 && p.weekday >= 0:
		return f.onWeekday(p, d)
	case p.y == 0 && !f.doc.Known:
		if p.m == 0 || p.d > 0 && p.d > p.cal.monthDays(sampleYear(p.cal), p.m)+1 {
			return d, false
		}
		d.Kind, d.Resolved, d.Confidence = Relative, false, 0.5
		return d, true
	case p.m == 0:
		d.From, d.To, d.Precision = p.cal.start(p.y, 1), p.cal.start(p.y+1, 1)-1, Year
		d.Confidence -= 0.05
		return d, true
	}
	if p.y == 0 {
		d.Kind = Relative
		d.Confidence -= 0.1
		if p.y = f.nearYear(p, first); p.y == 0 {
			return d, false
		}
	} else {
		d.Complete = p.d > 0
	}
	if p.d == 0 {
		d.From, d.Precision = p.cal.start(p.y, p.m), Month
		d.To = d.From + Day(p.cal.monthDays(p.y, p.m)) - 1
		return d, true
	}
	day, ok := p.cal.day(p.y, p.m, p.d)
	if !ok && p.cal == Hijri && p.d == 30 {
		// By sight a month can have a day more than in the table.
		day, ok = p.cal.start(p.y, p.m)+29, true
	}
	if !ok {
		return d, false
	}
	d.From, d.To, d.Precision = day, day, DayPrecision
	if p.d2 > 0 {
		last, ok := p.cal.day(p.y, p.m, p.d2)
		if !ok {
			return d, false
		}
		d.To, d.Complete = last, false
	}
	if p.weekday >= 0 && day.Weekday() != p.weekday {
		near := int(day.Weekday()) - p.weekday
		if p.cal == Hijri && (near == 1 || near == -1 || near == 6 || near == -6) {
			d.Confidence -= 0.05
		} else {
			d.Confidence -= 0.3 // the weekday does not fit the date
		}
	}
	return d, true
}

// sampleYear is a leap year of a calendar.
func sampleYear(c Calendar) int {
	switch c {
	case Hijri:
		return 1436
	case Solar:
		return 1395
	case Kurdish:
		return 1395 + kurdishEra
	}
	return 2016
}

// nearYear returns the year of a date without one: the last one up to the
// document's date, or the next one where the sentence speaks of the future.
func (f *finder) nearYear(p partial, first int) int {
	y, _, _ := p.cal.date(f.doc.Day)
	day := max(p.d, 1)
	future := f.future(first)
	if n, ok := f.is(p.last, cNext); ok && n > 0 {
		future = true
	}
	best := 0
	for _, c := range []int{y - 1, y, y + 1} {
		d, ok := p.cal.day(c, p.m, day)
		if !ok {
			continue
		}
		if future {
			if d >= f.doc.Day && best == 0 || d >= f.doc.Day-31 && p.d == 0 && best == 0 {
				best = c
			}
		} else if d <= f.doc.Day+3 {
			best = c
		}
	}
	return best
}

// onWeekday settles a day of the week.
func (f *finder) onWeekday(p partial, d Date) (Date, bool) {
	d.Kind, d.Precision = Relative, DayPrecision
	// What is said of it: last Tuesday, الثلاثاء الماضي.
	last, next := false, false
	if n, ok := f.is(p.last, cLast); ok && f.tokens[p.last].Lang != language.English {
		last = true
		d.Last = p.last + n
	} else if n, ok := f.is(p.last, cNext); ok {
		next = true
		d.Last = p.last + n
	}
	if _, ok := f.is(d.First-1, cLast); ok && f.adjectiveFirst(d.First) {
		last, d.First = true, d.First-1
	} else if _, ok := f.is(d.First-1, cNext); ok && f.adjectiveFirst(d.First) {
		next, d.First = true, d.First-1
	}
	if n, ok := f.is(d.Last, cPart); ok {
		d.Last += n
	}
	if !f.doc.Known {
		d.Resolved, d.Confidence = false, 0.5
		return d, true
	}
	if f.tokens[d.First].Lang == language.English && f.key(d.First-1) == "this" {
		d.From = f.doc.Day + Day((p.weekday-f.doc.Day.Weekday()+7)%7)
		d.To, d.Confidence, d.First = d.From, 0.8, d.First-1
		return d, true
	}
	back := (f.doc.Day.Weekday() - p.weekday + 7) % 7
	switch {
	case next || !last && back > 0 && f.future(d.First):
		d.From = f.doc.Day + Day(7-back)
	case last && back == 0:
		d.From = f.doc.Day - 7
	default:
		d.From = f.doc.Day - Day(back)
	}
	d.To = d.From
	d.Confidence = 0.85
	return d, true
}

// adjectiveFirst reports whether the language of token i puts "last" before
// what it belongs to.
func (f *finder) adjectiveFirst(i int) bool {
	l := f.tokens[i].Lang
	return l == language.English || l == language.Russian
}

// part narrows a month or longer to its beginning, middle or end.
func part(d *Date, c class) {
	if !d.Resolved {
		return
	}
	n := int(d.To-d.From) + 1
	switch {
	case d.Precision == Month:
		switch {
		case c&cEarly != 0:
			d.To = d.From + 9
		case c&cMid != 0:
			d.From, d.To = d.From+10, d.From+19
		default:
			d.From += 20
		}
		return
	case d.Precision == Year:
		y, m, _ := d.Calendar.date(d.From)
		_ = m
		switch {
		case c&cEarly != 0:
			d.To = d.Calendar.start(y, 5) - 1
		case c&cMid != 0:
			d.From, d.To = d.Calendar.start(y, 5), d.Calendar.start(y, 9)-1
		default:
			d.From = d.Calendar.start(y, 9)
		}
		d.Precision = Season
		return
	}
	switch {
	case c&cEarly != 0:
		d.To = d.From + Day(n/3)
	case c&cMid != 0:
		d.From, d.To = d.From+Day(n/3), d.To-Day(n/3)
	default:
		d.From = d.To - Day(n/3)
	}
}

// ahead reports whether what begins at token i lies ahead of the document: it
// is what something lasts until, or the sentence speaks of the future.
func (f *finder) ahead(i int) bool {
	if i > 0 && f.words[i-1].class&(cUntil|cNext) != 0 || i > 1 && f.words[i-2].class&cUntil != 0 {
		return true
	}
	return f.future(i)
}

// season settles a season of a year: three whole months of the Gregorian or
// the Solar Hijri calendar.
func (f *finder) season(p partial, first, n int) (Date, bool) {
	d := Date{First: first, Last: p.last, Kind: Absolute, Resolved: true, Precision: Season, At: -1, Confidence: 0.85}
	y := p.y
	if y == 0 {
		d.Kind, d.Confidence = Relative, 0.65
		y, _, _ = f.doc.Day.Date()
	} else if y < 1600 {
		d.Calendar = Solar
		d.From = Solar.start(y, 3*n-2)
		d.To = Solar.start(y, 3*n) + Day(Solar.monthDays(y, 3*n)) - 1
		return d, true
	}
	at := func(y int) (Day, Day) { return ToDay(y, 3*n, 1), ToDay(y, 3*n+3, 1) - 1 }
	d.From, d.To = at(y)
	if n == 4 && p.y > 0 {
		d.From, d.To = ToDay(y, 12, 1), ToDay(y+1, 3, 1)-1
	}
	if p.y == 0 && d.From > f.doc.Day && !f.ahead(first) {
		d.From, d.To = at(y - 1)
	} else if p.y == 0 && d.To < f.doc.Day && f.ahead(first) {
		d.From, d.To = at(y + 1)
	}
	return d, true
}
