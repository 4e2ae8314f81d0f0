package dates

import (
	"fmt"
	"strconv"
	"time"
)

// Day is a day of the proleptic Gregorian calendar: days since 1 January 1970.
type Day int

// Calendar is a way to count years, months and days.
type Calendar uint8

// The calendars that are read. Kurdish is the Solar Hijri calendar with the
// years of the Kurdish era, which began 1321 years earlier.
const (
	Gregorian Calendar = iota
	Hijri
	Solar
	Kurdish
)

var calendarNames = [...]string{"gregorian", "hijri", "solar-hijri", "kurdish"}

// String names the calendar in English, as suggestions show it.
func (c Calendar) String() string { return calendarNames[c] }

const kurdishEra = 1321

// ToDay returns a day of the Gregorian calendar; the month may be beyond 12
// and the day beyond its month, and both are carried on.
func ToDay(y, m, d int) Day {
	return Day(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Date returns year, month and day in the Gregorian calendar.
func (d Day) Date() (y, m, day int) {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return t.Year(), int(t.Month()), t.Day()
}

// Weekday returns 0 for Sunday to 6 for Saturday.
func (d Day) Weekday() int { return int((int(d)%7 + 7 + 4) % 7) }

// String returns the day as ISO 8601 writes it.
func (d Day) String() string {
	y, m, day := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// ParseDay reads a day as String writes it.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fmt.Errorf("dates: %s is not a day as 2015-10-01: %w", strconv.Quote(s), err)
	}
	return Day(t.Unix() / 86400), nil
}

// gregorianMonth returns how many days a month has.
func gregorianMonth(y, m int) int { return int(ToDay(y, m+1, 1) - ToDay(y, m, 1)) }

// The tabular Islamic calendar, civil epoch (16 July 622 Julian), leap years
// 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29 of each 30: Reingold and
// Dershowitz, Calendrical Calculations, chapter 7. Months by sight, and those
// of the Umm al-Qura calendar, begin up to a day earlier or later.
const hijriEpoch = -492148 // 1 Muharram 1, as a Day

func hijriDay(y, m, d int) Day {
	return Day(hijriEpoch + (y-1)*354 + floorDiv(3+11*y, 30) + 29*(m-1) + m/2 + d - 1)
}

func hijriMonth(y, m int) int { return int(hijriStart(y, m+1) - hijriStart(y, m)) }

func hijriStart(y, m int) Day {
	if m == 13 {
		return hijriDay(y+1, 1, 1)
	}
	return hijriDay(y, m, 1)
}

// hijriDate is the inverse of hijriDay.
func hijriDate(n Day) (y, m, d int) {
	y = floorDiv(30*(int(n)-hijriEpoch)+10646, 10631)
	for m = 12; m > 1 && hijriDay(y, m, 1) > n; m-- {
	}
	return y, m, int(n-hijriDay(y, m, 1)) + 1
}

// The Solar Hijri calendar begins at the spring equinox in Iran. These are the
// years in which the pattern of its leap years breaks, as Borkowski found
// (The Persian calendar for 3000 years, 1996), good for 1 to 2000.
var breaks = [...]int{-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060}

// solarYear returns the first day of a year and whether it is a leap year.
func solarYear(y int) (Day, bool) {
	gy := y + 621
	leapJ, jp, jump := -14, breaks[0], 0
	for _, jm := range breaks[1:] {
		jump = jm - jp
		if y < jm {
			break
		}
		leapJ += jump/33*8 + jump%33/4
		jp = jm
	}
	n := y - jp
	leapJ += n/33*8 + (n%33+3)/4
	if jump%33 == 4 && jump-n == 4 {
		leapJ++
	}
	leapG := gy/4 - (gy/100+1)*3/4 - 150
	march := 20 + leapJ - leapG
	if jump-n < 6 {
		n = n - jump + (jump+4)/33*33
	}
	leap := ((n+1)%33 - 1) % 4
	return ToDay(gy, 3, march), leap == 0
}

func solarDay(y, m, d int) Day {
	start, _ := solarYear(y)
	if m <= 7 {
		return start + Day(31*(m-1)+d-1)
	}
	return start + Day(186+30*(m-7)+d-1)
}

func solarMonth(y, m int) int {
	switch {
	case m <= 6:
		return 31
	case m <= 11:
		return 30
	}
	if _, leap := solarYear(y); leap {
		return 30
	}
	return 29
}

// solarDate is the inverse of solarDay.
func solarDate(n Day) (y, m, d int) {
	gy, _, _ := n.Date()
	y = gy - 621
	if start, _ := solarYear(y); n < start {
		y--
	}
	start, _ := solarYear(y)
	k := int(n - start)
	if k < 186 {
		return y, k/31 + 1, k%31 + 1
	}
	k -= 186
	return y, k/30 + 7, k%30 + 1
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// day returns a date of a calendar as a Day; ok is false for one that the
// calendar does not have.
func (c Calendar) day(y, m, d int) (_ Day, ok bool) {
	if m < 1 || m > 12 || d < 1 || d > c.monthDays(y, m) || y < 1 || y > 3000 {
		return 0, false
	}
	return c.start(y, m) + Day(d-1), true
}

// start returns the first day of a month.
func (c Calendar) start(y, m int) Day {
	switch c {
	case Hijri:
		return hijriDay(y, m, 1)
	case Solar:
		return solarDay(y, m, 1)
	case Kurdish:
		return solarDay(y-kurdishEra, m, 1)
	}
	return ToDay(y, m, 1)
}

func (c Calendar) monthDays(y, m int) int {
	switch c {
	case Hijri:
		return hijriMonth(y, m)
	case Solar:
		return solarMonth(y, m)
	case Kurdish:
		return solarMonth(y-kurdishEra, m)
	}
	return gregorianMonth(y, m)
}

// date returns year, month and day of a Day in a calendar.
func (c Calendar) date(n Day) (y, m, d int) {
	switch c {
	case Hijri:
		return hijriDate(n)
	case Solar:
		return solarDate(n)
	case Kurdish:
		y, m, d = solarDate(n)
		return y + kurdishEra, m, d
	}
	return n.Date()
}
