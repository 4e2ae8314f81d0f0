package dates

import (
	"strings"

	"entente/internal/process/passage"
)

// dtg reads a day-time group: day, hour and minute, zone letter, month, year
// (ACP 121): 011200ZOCT15, 011200Z OCT 15, 011200Z Oct 2015.
func (f *finder) dtg(i int) (Date, bool) {
	s := f.key(i)
	d := Date{First: i, Kind: DTG, Resolved: true, Precision: Minute, At: -1, Confidence: 0.98, Complete: true}
	if len(s) != 6 || i+1 >= len(f.tokens) || f.tokens[i+1].Kind != passage.Word {
		return d, false
	}
	word := f.key(i + 1)
	k := i + 2
	if len(word) == 1 {
		if k >= len(f.tokens) || f.tokens[k].Kind != passage.Word {
			return d, false
		}
		word += f.key(k)
		k++
	}
	if len(word) != 4 {
		return d, false
	}
	zone, ok := zoneHours(word[0])
	m := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", word[1:])
	if !ok || m < 0 || m%3 != 0 {
		return d, false
	}
	day, hh, mm := small(s[:2]), small(s[2:4]), small(s[4:])
	y := 0
	if k < len(f.tokens) && f.tokens[k].Kind == passage.Number && (len(f.key(k)) == 2 || len(f.key(k)) == 4) {
		y = small(f.key(k))
		if y < 100 {
			y += 2000
		}
		k++
	}
	if hh > 23 || mm > 59 {
		return d, false
	}
	if y == 0 {
		if !f.doc.Known {
			return d, false
		}
		d.Complete = false
		if y = f.nearYear(partial{m: m/3 + 1, d: day, last: k}, i); y == 0 {
			return d, false
		}
	}
	at, ok := Gregorian.day(y, m/3+1, day)
	if !ok {
		return d, false
	}
	minutes := hh*60 + mm - zone*60
	switch {
	case minutes < 0:
		at, minutes = at-1, minutes+24*60
	case minutes >= 24*60:
		at, minutes = at+1, minutes-24*60
	}
	d.Last, d.From, d.To, d.At = k, at, at, minutes
	return d, true
}

// zoneHours returns how many hours a military zone letter is ahead of UTC.
func zoneHours(c byte) (int, bool) {
	switch {
	case c == 'z':
		return 0, true
	case c >= 'a' && c <= 'i':
		return int(c-'a') + 1, true
	case c >= 'k' && c <= 'm':
		return int(c-'k') + 10, true
	case c >= 'n' && c <= 'y':
		return -int(c-'n') - 1, true
	}
	return 0, false
}
