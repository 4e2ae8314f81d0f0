package dates

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// top reads a date at token i with what opens or closes its interval: since,
// until, before, after, from and to, between and.
func (f *finder) top(i int) (Date, bool) {
	t := &f.tokens[i]
	if t.Kind == passage.Number {
		if d, ok := f.dtg(i); ok {
			return d, true
		}
	}
	e := &f.words[i]
	if e.class == 0 && f.numAt[i] == 0 {
		return Date{}, false
	}
	n := int(e.size)
	// More than a stretch of time, before it is read as a number.
	if d, ok := f.stretch(i); ok {
		return d, true
	}
	if e.class&(cBetween|cFrom) != 0 {
		if d, ok := f.fromTo(i, i+n); ok {
			return d, true
		}
	}
	// «منذ», "since": up to the document. "From" alone is open.
	if e.class&(cSince|cFrom) != 0 {
		if d, ok := f.atom(i+n, e.class&cSince != 0 || f.tokens[i].Lang != language.English); ok && d.Kind != Duration {
			lang := f.tokens[i].Lang
			since := e.class&cSince != 0 && !(lang == language.Sorani)
			if lang == language.Sorani {
				// «لە» is also "in": the ending of the year says since.
				if !f.sorani(d.Last) {
					goto rest
				}
				since = true
			}
			if lang == language.Arabic && f.words[i].class&cSince == 0 {
				goto rest // «من» is mostly "of"
			}
			if lang == language.Persian && !(f.words[i].class&cFrom != 0 && e.class&cSince != 0) {
				goto rest
			}
			f.open(&d, i)
			d.OpenTo = !since || !f.doc.Known
			if since && f.doc.Known {
				d.To = max(f.doc.Day, d.From)
			}
			if k, ok := f.is(d.Last, cTo|cUntil); ok {
				if m, ok := f.is(d.Last+k, cNow); ok {
					d.Last += k + m
					d.OpenTo = !f.doc.Known
				}
			} else if k, ok := f.is(d.Last, cNow); ok && f.key(d.Last) != "اليوم" {
				d.Last += k
			}
			return d, true
		}
	}
rest:
	if e.class&(cBefore|cUntil) != 0 && e.class&cAgo == 0 || e.class&cBefore != 0 {
		if d, ok := f.atom(i+n, true); ok && d.Kind != Duration && !(d.Kind == Relative && e.class&cAgo != 0 && f.numAt[min(i+n, len(f.tokens)-1)] != 0) {
			f.open(&d, i)
			d.OpenFrom = true
			if e.class&cBefore != 0 {
				d.To = d.From - 1
			}
			d.From = 0
			return d, true
		}
	}
	if e.class&cAfter != 0 {
		if d, ok := f.atom(i+n, true); ok && d.Kind != Duration {
			f.open(&d, i)
			d.From = d.To + 1
			d.To = 0
			d.OpenTo = true
			return d, true
		}
	}
	if d, ok := f.fromTo(i, i); ok {
		return d, true
	}
	d, ok := f.atom(i, false)
	if ok && f.tokens[i].Lang == language.Sorani && f.sorani(d.Last) && d.Kind != Duration && d.Resolved {
		d.OpenTo = !f.doc.Known
		if f.doc.Known {
			d.To = max(f.doc.Day, d.From)
		}
		d.Last++
	}
	return d, ok
}

// sorani reports whether the ending "-ەوە", since, touches token i from before.
func (f *finder) sorani(i int) bool {
	return f.touches(i) && (f.key(i) == "هوه" || f.key(i) == "وه") || f.key(i) == "هوه" || f.key(i) == "بهدواوه"
}

func (f *finder) open(d *Date, i int) {
	d.First = i
	d.Confidence *= 0.95
}

// fromTo reads two dates, or a day or year and a date, with "to", "and" or a
// dash between them, which begin at token i; first is the token where the
// whole begins.
func (f *finder) fromTo(first, i int) (Date, bool) {
	bare := first == i // no word says that this is a range
	between := !bare && f.words[first].class&cBetween != 0
	a, aok := f.rangeEnd(i, bare)
	if !aok || a.last >= len(f.tokens) {
		return Date{}, false
	}
	k := a.last
	lang := f.tokens[i].Lang
	switch n, ok := f.is(k, cTo|cUntil); {
	case f.key(k) == "-" || f.key(k) == "–":
		k++
	case bare && !(ok && (f.key(k) == "to" || f.key(k) == "по" || f.key(k) == "تا" || f.key(k) == "الی" || f.key(k) == "through" || f.key(k) == "until")):
		return Date{}, false
	case ok && !(f.key(k) == "and" && !between):
		k += n
	case between && f.words[min(k, len(f.words)-1)].class&cAnd != 0:
		k++
	case between && lang == language.Arabic:
		// «و» is written together with what follows.
	default:
		return Date{}, false
	}
	if n, ok := f.is(k, cYearW|cDayW|cMonthW); ok && f.number(k) == nil {
		k += n
	}
	if !bare && f.words[first].class&cFrom != 0 {
		// From a date until now.
		if n, ok := f.is(k, cNow); ok {
			d, ok := f.settle(a, i)
			if !ok {
				return d, false
			}
			f.open(&d, first)
			d.Last = k + n
			d.OpenTo = !f.doc.Known
			d.To = max(f.doc.Day, d.From)
			return d, true
		}
	}
	b, ok := f.rangeEnd(k, bare)
	if !ok {
		return Date{}, false
	}
	// What only one of them states holds for both.
	if a.m == 0 && a.weekday < 0 && a.y == 0 && b.m == 0 {
		return Date{}, false
	}
	if a.d > 0 && a.m == 0 {
		a.m, a.cal = b.m, b.cal
	}
	if a.y == 0 {
		a.y, a.cal = b.y, b.cal
	}
	if b.y == 0 && a.y > 0 && b.weekday < 0 {
		b.y = a.y
	}
	if b.d > 0 && b.m == 0 {
		b.m, b.cal = a.m, a.cal
	}
	x, ok1 := f.settle(a, i)
	y, ok2 := f.settle(b, k)
	if !ok1 || !ok2 {
		return Date{}, false
	}
	x.First, x.Last = first, b.last
	if n, ok := f.is(x.Last, cYearW); ok && lang == language.Russian {
		x.Last += n
	}
	x.Resolved = x.Resolved && y.Resolved
	if x.Resolved && y.To < x.From {
		// October to March: the second is the year after, or the first the
		// year before.
		if a.y == 0 || b.y == 0 {
			yy, mm, dd := x.From.Date()
			x.From = ToDay(yy-1, mm, dd)
		}
		if y.To < x.From {
			return Date{}, false
		}
	}
	x.To = y.To
	x.Precision = max(x.Precision, y.Precision)
	x.Complete = false
	x.Uncertain = max(x.Uncertain, y.Uncertain)
	return x, true
}

// rangeEnd reads one end of a range: a date, a day alone, a year alone.
func (f *finder) rangeEnd(i int, bare bool) (partial, bool) {
	if i >= len(f.tokens) {
		return partial{}, false
	}
	if n, ok := f.is(i, cYearW); ok && f.number(i+n) != nil && f.numAt[i] == 0 {
		i += n
	}
	if p, ok := f.partial(i); ok {
		return p, true
	}
	num := f.number(i)
	if num == nil || !num.Exact() || num.Low != float64(int(num.Low)) {
		return partial{}, false
	}
	v := int(num.Low)
	p := partial{last: num.Last, weekday: -1}
	switch {
	case v >= 1 && v <= 31 && (num.Whole && len(f.key(i)) <= 2 || !num.Digits):
		p.d, p.last = v, f.suffix(num.Last)
		return p, true
	case num.Whole && len(f.key(i)) == 4:
		p.cal = yearCalendar(v, f.tokens[i].Lang)
		if p.cal == Gregorian && v < 1900 || !plausible(p.cal, v) {
			return p, false
		}
		if bare && i > 0 && f.words[i-1].class&(cIn|cYearW) == 0 && f.key(i-1) != "(" {
			return p, false
		}
		p.y = v
		return p, true
	}
	return p, false
}

// atom reads one date, year, or phrase against the document's date. loose
// says that a word before it makes a bare year or month a date.
func (f *finder) atom(i int, loose bool) (Date, bool) {
	if i >= len(f.tokens) {
		return Date{}, false
	}
	// Earlier this month: up to the document.
	if f.key(i) == "earlier" || f.key(i) == "later" {
		if d, ok := f.relative(i + 1); ok && d.Kind == Relative && d.Precision > DayPrecision && d.From <= f.doc.Day && d.To >= f.doc.Day {
			d.First = i
			if f.key(i) == "earlier" {
				d.To = f.doc.Day
			} else {
				d.From = f.doc.Day
			}
			return d, true
		}
	}
	// Early, mid, late.
	if n, ok := f.is(i, cEarly|cMid|cLate); ok {
		j := i + n
		if f.key(j) == "-" {
			j++
		}
		if d, ok := f.atom(j, true); ok && (d.Precision >= Month) && d.Kind != Duration {
			part(&d, f.words[i].class)
			if y, m, _ := d.Calendar.date(d.From); d.Precision == Month && d.Kind == Relative && d.Resolved && d.From > f.doc.Day+3 && !f.future(i) {
				d.From = d.Calendar.start(y-1, m)
				d.To = d.From + Day(d.Calendar.monthDays(y-1, m)) - 1
				part(&d, f.words[i].class)
			}
			d.First = i
			return d, true
		}
	}
	if d, ok := f.relative(i); ok {
		return d, true
	}
	if p, ok := f.partial(i); ok {
		if p.d == 0 && p.y == 0 && p.weekday < 0 && !loose && !f.monthAlone(i, p) {
			return Date{}, false
		}
		return f.settle(p, i)
	}
	if n, ok := f.is(i, cMonthW); ok && f.numAt[i] == 0 {
		if p, ok := f.month(i + n); ok {
			return f.settleFrom(p, i)
		}
	}
	if n, ok := f.is(i, cSeason); ok {
		p := partial{last: i + n, weekday: -1}
		if y := f.number(i + n); y != nil && f.tokens[i].Lang == language.Persian && y.Whole && plausible(Solar, int(y.Low)) {
			p.y, p.last = int(y.Low), y.Last
		}
		f.year(i+n, &p)
		if p.y > 0 || f.doc.Known && loose {
			return f.season(p, i, int(f.words[i].n))
		}
	}
	return f.yearAlone(i, loose)
}

// monthAlone reports whether a month's name without a day or year stands where
// a date would: after a word that leads to dates.
func (f *finder) monthAlone(i int, p partial) bool {
	if f.tokens[i].Lang == language.English && (p.m == 5 || p.m == 3) && f.tokens[i].Capitals == passage.Lower {
		return false
	}
	if i == 0 {
		return false
	}
	if f.words[i-1].class&(cIn|cMonthW|cLast|cNext|cThis|cFrom|cUntil|cEarly|cLate|cMid|cSince) != 0 {
		return true
	}
	if n, ok := f.is(p.last, cLast|cNext|cThis); ok && n > 0 {
		return true
	}
	// An Arabic preposition is written together with it.
	return f.tokens[i].Lang == language.Arabic && p.cal == Gregorian && f.tokens[i].Key != passage.Fold(f.tokens[i].Key)
}

// yearAlone reads a year: "in 2011", «عام 2011», «2011 год», the 1990s.
func (f *finder) yearAlone(i int, loose bool) (Date, bool) {
	j, said := i, loose
	if n, ok := f.is(i, cYearW); ok && f.numAt[i] == 0 {
		j, said = i+n, true
	}
	num := f.number(j)
	if num == nil || !num.Whole || len(f.key(j)) != 4 || f.clock(j) {
		return Date{}, false
	}
	p := partial{last: num.Last, y: int(num.Low), weekday: -1}
	lang := f.tokens[j].Lang
	p.cal = yearCalendar(p.y, lang)
	end := f.era(p.last, &p)
	if end > p.last {
		said = true
	}
	p.last = end
	if f.touches(p.last) && f.key(p.last) == "s" || f.key(p.last) == "-" && f.key(p.last+1) == "х" {
		if p.y%10 != 0 || p.cal != Gregorian {
			return Date{}, false
		}
		d, _ := f.settleFrom(p, i)
		d.To = ToDay(p.y+9, 12, 31)
		d.Precision = Decade
		d.Last++
		if f.key(p.last) == "-" {
			d.Last++
		}
		return d, true
	}
	if !said && i > 0 {
		said = f.words[i-1].class&(cIn|cYearW) != 0 || lang == language.English && f.key(i-1) == "("
	}
	if lang == language.Russian && j == i && end == num.Last && f.key(i-1) != "(" {
		return Date{}, false // Russian says «год» with it
	}
	if !said || p.cal == Gregorian && p.y < 1900 || p.cal != Gregorian && j == i && end == num.Last && !loose || !plausible(p.cal, p.y) {
		return Date{}, false
	}
	if f.counted(p.last) || f.key(p.last) == "%" {
		return Date{}, false
	}
	return f.settleFrom(p, i)
}
