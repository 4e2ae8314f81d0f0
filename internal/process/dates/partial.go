package dates

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// partial is a date as far as it is stated: parts that are not are 0.
type partial struct {
	last    int // the token after it
	cal     Calendar
	y, m, d int
	// d2 is the last day of several.
	d2      int
	weekday int // -1 for none
	doubt   float64
}

// partial reads the date that begins at token i.
func (f *finder) partial(i int) (p partial, ok bool) {
	p.weekday = -1
	j := i
	if n, ok := f.is(j, cDayW|cPart); ok && f.words[j].class&cWeekday == 0 {
		if _, ok := f.is(j+n, cWeekday); ok {
			j += n
		} else if k := f.number(j + n); k != nil && f.words[j].class&cDayW != 0 {
			// «روز ۱۰ مهر», "يوم 5 أيار"
			if q, ok := f.dayMonth(j + n); ok && q.m > 0 {
				return q, true
			}
		}
	}
	if n, isDay := f.is(j, cWeekday); isDay {
		e := f.words[j]
		if e.class&cShort != 0 && !(j+n < len(f.tokens) && (f.tokens[j+n].Kind == passage.Number || f.key(j+n) == "," && j+n+1 < len(f.tokens) && (f.number(j+n+1) != nil || f.words[j+n+1].class&cMonth != 0) || f.key(j+n) == "." || f.words[j+n].class&cMonth != 0)) {
			return p, false
		}
		p.weekday = int(e.off)
		k := j + n
		if f.key(k) == "." && e.class&cShort != 0 {
			k++
		}
		p.last = k
		for range 3 {
			if f.key(k) == "," || f.key(k) == "(" || f.key(k) == "الموافق" || f.key(k) == "مصادف" {
				k++
			} else if n, ok := f.is(k, cPart); ok && f.number(k) == nil {
				k += n
			}
		}
		if q, ok := f.dayMonth(k); ok && q.m > 0 {
			q.weekday = p.weekday
			return q, true
		}
		return p, true
	}
	return f.dayMonth(i)
}

// dayMonth reads dates without a weekday.
func (f *finder) dayMonth(i int) (p partial, ok bool) {
	p.weekday = -1
	if i >= len(f.tokens) {
		return p, false
	}
	if p, ok := f.numeric(i); ok {
		return p, true
	}
	if num := f.number(i); num != nil && num.Exact() && num.Low >= 1 && num.Low <= 31 && num.Low == float64(int(num.Low)) && (num.Whole || !num.Digits) {
		k := f.suffix(num.Last)
		for range 3 {
			if n, ok := f.is(k, cMonthW|cOf); ok && f.words[k].class&cMonth == 0 {
				k += n
			}
		}
		if q, ok := f.month(k); ok && q.d == 0 {
			q.d = int(num.Low)
			return q, true
		}
		return p, false
	}
	return f.month(i)
}

// suffix skips what ordinals end in: 1st, 30-го, ١٥ی.
func (f *finder) suffix(i int) int {
	if !f.touches(i) {
		return i
	}
	switch f.key(i) {
	case "st", "nd", "rd", "th", "ی", "م", "ه", "ام", "ین", "مین", "یه":
		return i + 1
	case "-":
		if f.touches(i + 1) {
			switch f.key(i + 1) {
			case "го", "е", "ое", "ого", "му", "й", "м", "ی", "x":
				return i + 2
			}
		}
	}
	return i
}

// month reads a month's name, with a year, and in English with a day after it.
func (f *finder) month(i int) (p partial, ok bool) {
	p.weekday = -1
	n, ok := f.is(i, cMonth)
	if !ok {
		return p, false
	}
	e := f.words[i]
	p.cal, p.m = e.cal, int(e.n)
	k := i + n
	if f.key(k) == "." && f.touches(k) && e.class&cShort != 0 {
		k++
	}
	english := f.tokens[i].Lang == language.English
	if e.class&cShort != 0 && f.number(k) == nil && f.number(i-1) == nil && !(i > 1 && f.suffix(i-2) > i-2) && !(i > 1 && f.number(i-2) != nil) {
		return p, false
	}
	// A second name of the month: أيلول/سبتمبر, (أكتوبر).
	if s := f.key(k); s == "/" || s == "(" || s == "-" {
		if m, ok := f.is(k+1, cMonth); ok && f.words[k+1].n == e.n && f.words[k+1].cal == e.cal {
			k += 1 + m
			if f.key(k) == ")" {
				k++
			}
		}
	}
	p.last = k
	if d := f.number(k); d != nil && d.Whole && len(f.key(k)) == 6 && d.Last == k+1 {
		// "Nov 012017", as some papers set it.
		if v := int(d.Low); v/10000 >= 1 && v/10000 <= 31 && v%10000 >= 1990 && v%10000 <= 2100 {
			p.d, p.y, p.last = v/10000, v%10000, d.Last
			return p, true
		}
	}
	if english {
		if d := f.number(k); d != nil && d.Exact() && d.Low >= 1 && d.Low <= 31 && (d.Whole && len(f.key(d.First)) <= 2 || d.Ordinal) && !f.counted(f.suffix(d.Last)) {
			p.d, p.last = int(d.Low), f.suffix(d.Last)
			k = p.last
			// June 9-10, 2014
			if e := f.number(k + 1); f.key(k) == "-" && f.touches(k) && e != nil && e.Whole && f.touches(k+1) && len(f.key(k+1)) <= 2 && int(e.Low) > p.d && e.Low <= 31 {
				p.d2, p.last = int(e.Low), e.Last
				k = p.last
			}
		} else if n, ok := f.is(k, cOf); ok && f.key(k) == "the" {
			_ = n
		}
	}
	f.year(k, &p)
	return p, true
}

// counted reports whether what follows a number is counted by it.
func (f *finder) counted(i int) bool {
	switch f.key(i) {
	case "people", "civilians", "persons", "fighters", "soldiers", "members", "percent", "%", "houses", "villages", "militants", "children":
		return true
	}
	return false
}

// year reads a year that stands at token k, after a month.
func (f *finder) year(k int, p *partial) {
	// In October of last year.
	if f.doc.Known && p.cal != Hijri {
		at := k
		if f.key(at) == "of" || f.key(at) == "من" || f.key(at) == "ماه" && f.tokens[at].Lang == language.Persian {
			at++ // «مرداد ماه سال گذشته»
		}
		if y, ok := f.counted1(at, Date{First: at, Kind: Relative, Resolved: true, At: -1}); ok && y.Precision == Year && y.Kind == Relative && y.To-y.From < 370 {
			p.y, _, _ = p.cal.date(y.From + 180)
			p.last = y.Last
			return
		}
	}
	for range 3 {
		if n, ok := f.is(k, cOf|cYearW|cMonthW); ok && f.number(k) == nil {
			k += n
		}
	}
	if f.key(k) == "'" {
		k++
	}
	num := f.number(k)
	if num == nil || !num.Digits || !num.Whole && num.Low < 1900 {
		return
	}
	v := int(num.Low)
	digits := len(f.key(num.First))
	if digits == 2 && p.d > 0 && !f.clock(num.First) {
		switch {
		case p.cal == Solar:
			v += 1300
		case p.cal == Gregorian && (k > 0 && f.key(k-1) == "'"):
			v += 2000
		default:
			return
		}
	}
	if !plausible(p.cal, v) {
		// The month of one calendar with the year of another is that other's
		// month of the same name.
		return
	}
	p.y, p.last = v, num.Last
	p.last = f.era(p.last, p)
}

// clock reports whether the number at token i is a time of day.
func (f *finder) clock(i int) bool { return f.key(i+1) == ":" && f.touches(i+1) }

// era skips words after a year that say so, and the calendar.
func (f *finder) era(k int, p *partial) int {
	for range 2 {
		if n, ok := f.is(k, cEra); ok {
			if f.words[k].cal != Gregorian || p.cal == Gregorian {
				if p.m == 0 {
					p.cal = f.words[k].cal
				}
			}
			k += n
		} else if n, ok := f.is(k, cYearW); ok && (f.tokens[k].Lang == language.Russian) {
			k += n
			if f.key(k) == "." && f.touches(k) && (k+1 < len(f.tokens) && f.tokens[k+1].Capitals == passage.Lower && f.tokens[k+1].Kind == passage.Word) {
				k++
			}
		} else if f.touches(k) && (f.key(k) == "م" || f.key(k) == "ه" || f.key(k) == "ش" || f.key(k) == "ق") {
			k++
		}
	}
	return k
}

func plausible(c Calendar, y int) bool {
	switch c {
	case Hijri:
		return y >= 1250 && y <= 1500
	case Solar:
		return y >= 1200 && y <= 1480
	case Kurdish:
		return y >= 2600 && y <= 2800
	}
	return y >= 1800 && y <= 2100
}

// numeric reads dates in digits: 2015-10-01, 1/10/2015, 01.10.15.
func (f *finder) numeric(i int) (p partial, ok bool) {
	p.weekday = -1
	if i+4 >= len(f.tokens) || f.tokens[i].Kind != passage.Number || i > 0 && f.touches(i) && (f.key(i-1) == "." || f.key(i-1) == "/" || f.key(i-1) == ":") {
		return p, false
	}
	sep := f.key(i + 1)
	if sep != "/" && sep != "-" && sep != "." || f.key(i+3) != sep || f.tokens[i+2].Kind != passage.Number || f.tokens[i+4].Kind != passage.Number {
		return p, false
	}
	for k := 1; k <= 4; k++ {
		if !f.touches(i + k) {
			return p, false
		}
	}
	if f.touches(i+5) && (f.key(i+5) == sep && i+6 < len(f.tokens) && f.tokens[i+6].Kind == passage.Number && f.touches(i+6)) {
		return p, false
	}
	a, b, c := small(f.key(i)), small(f.key(i+2)), small(f.key(i+4))
	la, lc := len(f.key(i)), len(f.key(i+4))
	p.last = i + 5
	// A time after it belongs to it: T12:00:00Z.
	if f.touches(p.last) && f.key(p.last) == "t" {
		for f.touches(p.last) && (f.tokens[p.last].Kind != passage.Mark || f.key(p.last) == ":" || f.key(p.last) == "." || f.key(p.last) == "+") {
			p.last++
		}
	}
	lang := f.tokens[i].Lang
	switch {
	case la == 4:
		p.y, p.m, p.d = a, b, c
		p.cal = yearCalendar(a, lang)
	case lc == 4:
		p.y, p.m, p.d = c, b, a
		p.cal = yearCalendar(c, lang)
		f.order(&p, a, b)
	case lc == 2 && la <= 2 && c <= 40 && sep != "-":
		p.y, p.m, p.d = 2000+c, b, a
		f.order(&p, a, b)
		p.doubt += 0.15
	case lang == language.Persian && la == 2 && a >= 60:
		p.y, p.m, p.d, p.cal = 1300+a, b, c, Solar
	default:
		return p, false
	}
	p.last = f.era(p.last, &p)
	if !plausible(p.cal, p.y) {
		return p, false
	}
	if _, ok := p.cal.day(p.y, p.m, p.d); !ok {
		return p, false
	}
	return p, true
}

// order settles which of two numbers is the month: where both can be, the one
// that is nearer before the document's date; else day first.
func (f *finder) order(p *partial, a, b int) {
	if b > 12 && a <= 12 {
		p.m, p.d = a, b
		return
	}
	if a > 12 || b > 12 || a == b || p.cal != Gregorian {
		return
	}
	p.doubt += 0.25
	if !f.doc.Known {
		return
	}
	dm, _ := p.cal.day(p.y, b, a)
	md, _ := p.cal.day(p.y, a, b)
	far := func(d Day) int {
		if d > f.doc.Day+2 {
			return 10000 + int(d-f.doc.Day)
		}
		return int(f.doc.Day - d)
	}
	if far(md) < far(dm) {
		p.m, p.d = a, b
	}
}

func small(s string) int {
	n := 0
	if len(s) > 4 {
		return 0
	}
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// yearCalendar is the calendar of a year that is stated alone.
func yearCalendar(y int, lang language.Tag) Calendar {
	switch {
	case y >= 2600 && y <= 2800 && lang == language.Sorani:
		return Kurdish
	case y >= 1800:
		return Gregorian
	case lang == language.Arabic:
		return Hijri
	case lang == language.Persian || lang == language.Sorani:
		if y > 1420 {
			return Hijri
		}
		return Solar
	}
	return Gregorian
}
