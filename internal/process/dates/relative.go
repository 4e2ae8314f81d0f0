package dates

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// relative reads what is said against the document's date: yesterday, last
// week, three days ago, the past two months.
func (f *finder) relative(i int) (Date, bool) {
	d := Date{First: i, Kind: Relative, Resolved: f.doc.Known, At: -1, Confidence: 0.9}
	if !f.doc.Known {
		d.Confidence = 0.5
	}
	// A counted or named unit comes first: «اليوم» is a day also in "last day".
	if d, ok := f.counted1(i, d); ok {
		return d, true
	}
	if n, ok := f.is(i, cRelDay); ok {
		if i > 0 && f.tokens[i].Capitals == passage.Initial && f.tokens[i-1].Capitals != passage.Lower && f.tokens[i].Breaks == 0 {
			return d, false // a name: Halab Today
		}
		off := int(f.words[i].off)
		d.Last = i + n
		if off > 60 { // this year and last year in one word
			y, _, _ := Solar.date(f.doc.Day)
			cal := Solar
			if f.tokens[i].Lang == language.Sorani {
				y, _, _ = f.doc.Day.Date()
				cal = Gregorian
			}
			y += off - yearOffset
			d.Calendar, d.Precision = cal, Year
			d.From, d.To = cal.start(y, 1), cal.start(y+1, 1)-1
			return d, true
		}
		d.Precision = DayPrecision
		d.From = f.doc.Day + Day(off)
		d.To = d.From
		// Yesterday Tuesday; yesterday evening.
		for range 2 {
			if n, ok := f.is(d.Last, cWeekday); ok && off <= 0 && f.words[d.Last].class&cShort == 0 && f.tokens[d.Last].Lang != language.English {
				// The weekday is surer than the document's date.
				if w := int(f.words[d.Last].off); w != d.From.Weekday() && d.Resolved {
					d.From = f.doc.Day - Day((f.doc.Day.Weekday()-w+7)%7)
					d.To, d.Confidence = d.From, 0.6
				}
				d.Last += n
			} else if n, ok := f.is(d.Last, cPart); ok {
				d.Last += n
			}
		}
		return d, true
	}
	return d, false
}

// counted1 reads [last|this|next] [number] unit [number] [last|this|next|ago],
// in the order of each language.
func (f *finder) counted1(i int, d Date) (Date, bool) {
	if i >= len(f.tokens) {
		return d, false
	}
	j := i
	var mods class
	lang := f.tokens[i].Lang
	before := lang == language.English || lang == language.Russian || lang == language.Persian
	if n, ok := f.is(j, cLast|cThis|cNext); ok && f.words[j].class&(cUnit|cMonth|cWeekday) == 0 && (before || f.words[j].class&cThis != 0) {
		mods |= f.words[j].class & (cLast | cThis | cNext)
		if lang == language.Persian {
			mods &= cThis
		}
		j += n
	} else if n, ok := f.is(j, cAgo); ok && (lang == language.Arabic || lang == language.Sorani) && f.words[j].class&cUnit == 0 {
		mods |= cAgo
		j += n
	}
	if j >= len(f.tokens) || j > i && mods == 0 {
		return d, false
	}
	// «последние», "the last few"
	count, many, counted := 0.0, false, false
	one := func(k int) bool { return lang == language.English && (f.key(k) == "a" || f.key(k) == "an") }
	take := func(k int) int {
		if num := f.number(k); num != nil && num.Low <= 5000 && !num.Ordinal && (num.Whole || !num.Digits) {
			count, many, counted = num.Low, !num.Exact(), true
			return num.Last
		}
		return k
	}
	if one(j) && f.number(j) == nil {
		count, counted = 1, true
		j++
	} else if k := take(j); k > j {
		j = k
		if f.touches(j) && f.key(j) == "-" && lang == language.English {
			j++
		}
	}
	// An English or Russian adjective may stand after the number: "the two last
	// weeks", «за два последних дня».
	if n, ok := f.is(j, cLast|cNext); ok && counted && before && lang != language.Persian && f.words[j].class&cUnit == 0 {
		mods |= f.words[j].class & (cLast | cNext)
		j += n
	}
	n, ok := f.is(j, cUnit)
	if !ok {
		// Last Ramadan, last October, last summer.
		if mods&(cLast|cNext) != 0 && !counted {
			return f.namedUnit(j, d, mods)
		}
		return d, false
	}
	u := f.words[j]
	j += n
	if u.many == 2 && !counted {
		count, counted = 2, true
	}
	// A touching ending of Arabic "the 24": «الساعات الـ24».
	if !counted && (lang == language.Arabic) {
		k := j
		if f.key(k) == "ال" {
			k++
		}
		if m := take(k); m > k {
			j = m
		}
	}
	// After it: last, this, next, ago. In English only ago.
	for range 2 {
		n, ok := f.is(j, cLast|cThis|cNext|cAgo)
		if !ok || f.words[j].class&(cUnit|cMonth) != 0 {
			break
		}
		c := f.words[j].class & (cLast | cThis | cNext | cAgo)
		if lang == language.English || lang == language.Russian {
			c &= cAgo
		}
		if lang == language.Arabic && c&cThis != 0 && f.key(j) != passage.Fold("الجاري") && f.key(j) != passage.Fold("الحالي") && f.key(j) != passage.Fold("الجارية") && f.key(j) != passage.Fold("الحالية") {
			c = 0
		}
		if lang == language.Arabic || lang == language.Sorani {
			if c&cAgo != 0 && mods == 0 && lang == language.Arabic {
				c = 0 // «قبل» stands before
			}
		}
		if c == 0 {
			break
		}
		mods |= c
		j += n
	}
	d.Last = j
	if mods == 0 {
		return d, false
	}
	return f.unit(d, u.unit, count, counted, many, mods)
}

// unit settles a unit of time that is last, this, next, or so many ago.
func (f *finder) unit(d Date, u int8, count float64, counted, many bool, mods class) (Date, bool) {
	lang := f.tokens[d.First].Lang
	// Persian «سه روز پیش» and «سه روز گذشته»: the first is ago, the second a
	// stretch; both words are in both classes where they can be.
	ago := mods&cAgo != 0 && (counted || lang == language.Russian && mods&cLast == 0 || lang == language.Arabic || lang == language.Sorani)
	if lang == language.Russian && ago && !counted {
		count = 1
	}
	if (lang == language.Arabic || lang == language.Sorani) && ago && !counted {
		count = 1
	}
	d.Precision = [...]Precision{DayPrecision, DayPrecision, Week, Month, Year, Decade}[u]
	if lang == language.Persian && u >= month {
		d.Calendar = Solar
	}
	switch {
	case u == hour && ago:
		d.Precision = DayPrecision
		d.From, d.To = f.doc.Day-Day(count/24), f.doc.Day
		if count < 12 {
			d.From = f.doc.Day
		}
		if count >= 24 {
			d.To = d.From
		}
		return d, true
	case u == hour:
		if !counted || mods&(cLast|cNext) == 0 {
			return d, false
		}
		n := Day((count + 23) / 24)
		d.Kind = Duration
		if mods&cNext != 0 {
			d.From, d.To = f.doc.Day, f.doc.Day+n
		} else {
			d.From, d.To = f.doc.Day-n, f.doc.Day
		}
		return d, true
	case ago:
		d.From, d.To = f.around(f.back(u, int(count)), u, lang)
		if u == day {
			d.Precision = DayPrecision
		}
		if many {
			d.OpenFrom = true
			d.Confidence -= 0.2
		}
		return d, true
	case counted && mods&cLast != 0:
		d.Kind = Duration
		d.From, d.To = f.back(u, int(count)), f.doc.Day
		if many {
			d.OpenFrom, d.Confidence = true, d.Confidence-0.2
		}
		return d, true
	case counted && mods&cNext != 0:
		d.Kind = Duration
		d.From, d.To = f.doc.Day, f.back(u, -int(count))
		return d, true
	case counted:
		return d, false
	case mods&cThis != 0:
		d.From, d.To = f.around2(f.doc.Day, u, lang)
		return d, true
	case mods&cNext != 0:
		d.From, d.To = f.around2(f.back(u, -1), u, lang)
		return d, true
	case mods&(cLast|cAgo) != 0:
		if u == decade {
			d.Kind = Duration
			d.From, d.To = f.back(year, 10), f.doc.Day
			return d, true
		}
		d.From, d.To = f.around2(f.back(u, 1), u, lang)
		return d, true
	}
	return d, false
}

// back returns the day that is n units before the document's.
func (f *finder) back(u int8, n int) Day {
	n = min(max(n, -5000), 5000)
	y, m, d := f.doc.Day.Date()
	switch u {
	case day:
		return f.doc.Day - Day(n)
	case week:
		return f.doc.Day - Day(7*n)
	case month:
		y, m = y-floorDiv(n, 12), m-(n%12+12)%12
		if m < 1 {
			y, m = y-1, m+12
		}
		return ToDay(y, m, min(d, gregorianMonth(y, m)))
	case year:
		return ToDay(y-n, m, min(d, gregorianMonth(y-n, m)))
	}
	return ToDay(y-10*n, m, min(d, gregorianMonth(y-10*n, m)))
}

// around returns the unit around a day: for a week the seven days of which it
// is the middle.
func (f *finder) around(at Day, u int8, lang language.Tag) (Day, Day) {
	if u == week {
		return at - 3, at + 3
	}
	return f.around2(at, u, lang)
}

// around2 returns the calendar's unit around a day. Persian counts its months
// and years by the Solar Hijri calendar, and its weeks from Saturday.
func (f *finder) around2(at Day, u int8, lang language.Tag) (Day, Day) {
	if lang == language.Persian {
		y, m, _ := Solar.date(at)
		switch u {
		case week:
			from := at - Day((at.Weekday()+1)%7)
			return from, from + 6
		case month:
			return Solar.start(y, m), Solar.start(y, m) + Day(Solar.monthDays(y, m)) - 1
		case year:
			return Solar.start(y, 1), Solar.start(y+1, 1) - 1
		}
	}
	y, m, _ := at.Date()
	switch u {
	case hour, day:
		return at, at
	case week:
		from := at - Day((at.Weekday()+6)%7)
		return from, from + 6
	case month:
		return ToDay(y, m, 1), ToDay(y, m+1, 1) - 1
	case year:
		return ToDay(y, 1, 1), ToDay(y, 12, 31)
	}
	return ToDay(y/10*10, 1, 1), ToDay(y/10*10+9, 12, 31)
}

// namedUnit reads last October, next spring.
func (f *finder) namedUnit(j int, d Date, mods class) (Date, bool) {
	if !f.doc.Known || f.tokens[d.First].Lang == language.Persian {
		return d, false
	}
	if n, ok := f.is(j, cMonth); ok && f.words[j].class&cShort == 0 {
		e := f.words[j]
		y, m, _ := e.cal.date(f.doc.Day)
		switch {
		case mods&cLast != 0 && int(e.n) >= m:
			y--
		case mods&cNext != 0 && int(e.n) <= m:
			y++
		}
		x, ok := f.settleFrom(partial{last: j + n, cal: e.cal, y: y, m: int(e.n), weekday: -1}, d.First)
		x.Kind, x.Complete = Relative, false
		return x, ok
	}
	if n, ok := f.is(j, cSeason); ok {
		x, ok := f.season(partial{last: j + n, weekday: -1}, d.First, int(f.words[j].n))
		if ok && mods&cLast != 0 && x.To >= f.doc.Day {
			y, _, _ := f.doc.Day.Date()
			x, ok = f.season(partial{last: j + n, y: y - 1, weekday: -1}, d.First, int(f.words[j].n))
			x.Kind = Relative
		}
		return x, ok
	}
	return d, false
}

// aboveWords begin phrases that mean "more than", as keys.
var aboveWords = map[string]bool{"over": true, "more": true, "более": true, "больше": true, "свыше": true, "اکثر": true, "بیش": true, "زیاتر": true, "پتر": true, "زیاد": true, "ما": true}

// stretch reads a length of time that reaches to the document: "for three
// years", "over a year", "more than two months", «منذ ثلاثة أيام».
func (f *finder) stretch(i int) (Date, bool) {
	d := Date{First: i, Kind: Duration, Resolved: f.doc.Known, At: -1, Confidence: 0.65}
	lang := f.tokens[i].Lang
	j := i
	more, above, since, during := false, false, false, false
	for range 3 {
		n, ok := f.is(j, cMore|cSince|cFor)
		if !ok || f.numAt[j] != 0 || f.words[j].class&cUnit != 0 {
			break
		}
		c := f.words[j].class
		// «с», «از» and «لە» are too common to begin a stretch.
		if c&cSince != 0 && (lang == language.English && f.key(j) != "for" || lang == language.Arabic) {
			since = true
		}
		if c&cFor != 0 {
			during = true
		}
		if c&cMore != 0 && f.key(j) != "for" {
			more = true
			above = above || aboveWords[f.key(j)] && f.key(j+1) != "the"
		}
		if c&(cMore|cFor) == 0 && !since {
			return d, false
		}
		j += n
		if f.key(j) == "the" && lang == language.English {
			j++
		}
	}
	if j == i {
		return d, false
	}
	// What says itself when it ends is no open stretch.
	if x, ok := f.counted1(j, Date{First: j, Kind: Relative, Resolved: f.doc.Known, At: -1, Confidence: 0.9}); ok {
		x.First = i
		if since && x.Resolved && x.Kind == Relative {
			x.OpenFrom, x.To = false, max(f.doc.Day, x.From)
		}
		if above && x.Resolved && x.Kind == Relative {
			x.OpenFrom = true
			x.From = 0
		}
		return x, true
	}
	if n, ok := f.is(j, cYearW); ok && f.number(j) == nil && f.number(j+n) != nil && f.number(j+n).Whole {
		return d, false
	}
	count := 0.0
	switch num := f.number(j); {
	case num != nil && num.Exact() && (num.Whole || !num.Digits) && num.Low <= 500 && !num.Ordinal:
		count = num.Low
		j = num.Last
	case lang == language.English && (f.key(j) == "a" || f.key(j) == "an"):
		count = 1
		j++
	}
	n, ok := f.is(j, cUnit)
	if !ok || f.words[j].unit == hour {
		return d, false
	}
	u := f.words[j]
	if count == 0 {
		if u.many != 2 && !(lang == language.Russian && more) && !(lang == language.Arabic && (since || more)) {
			return d, false
		}
		count = max(1, float64(u.many))
	}
	j += n
	d.Last = j
	if n, ok := f.is(j, cAgo); ok && lang != language.Arabic {
		d.Last = j + n
		d.Kind = Relative
		d.Precision = [...]Precision{DayPrecision, DayPrecision, Week, Month, Year, Decade}[u.unit]
		d.From, d.To = f.around(f.back(u.unit, int(count)), u.unit, lang)
		return d, true
	}
	if !(more || since || during) || lang == language.English && f.key(i) == "in" && u.unit < week {
		return d, false
	}
	d.Precision = [...]Precision{DayPrecision, DayPrecision, Week, Month, Year, Decade}[u.unit]
	d.From, d.To = f.back(u.unit, int(count)), f.doc.Day
	if during && !since && f.future(i) {
		d.From, d.To = f.doc.Day, f.back(u.unit, -int(count))
	}
	if above {
		d.OpenFrom = true
	}
	if since && lang == language.Arabic && !more {
		// «منذ يومين» says since when, as «قبل» says when.
		d.Confidence = 0.85
	}
	return d, true
}
