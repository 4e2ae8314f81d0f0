package stix

import "bytes"

// instant is a point of time read from a timestamp: whole seconds since
// 1970-01-01T00:00:00Z and the digits of the fraction without trailing zeros,
// so that any precision compares exactly.
type instant struct {
	sec  int64
	frac []byte
}

// compare orders two instants.
func (a instant) compare(b instant) int {
	switch {
	case a.sec < b.sec:
		return -1
	case a.sec > b.sec:
		return 1
	}
	return bytes.Compare(a.frac, b.frac)
}

// timestampFault is what is wrong with a timestamp.
type timestampFault uint8

const (
	timestampOK timestampFault = iota
	timestampShape
	timestampDay
	timestampLeap
)

func (f timestampFault) String() string {
	switch f {
	case timestampShape:
		return "is no timestamp of the form YYYY-MM-DDThh:mm:ss[.s...]Z"
	case timestampDay:
		return "names a day that the calendar does not have"
	case timestampLeap:
		return "has second 60 where no leap second can be (only 23:59:60 on 30 June or 31 December)"
	}
	return ""
}

// parseTimestamp reads a timestamp of clause 2.15: RFC 3339 in UTC, written
// with capital T and Z.
func parseTimestamp(s []byte) (instant, timestampFault) {
	if len(s) < 20 || s[len(s)-1] != 'Z' || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return instant{}, timestampShape
	}
	var f [6]int
	for i, at := range [6][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		for _, c := range s[at[0]:at[1]] {
			if c < '0' || c > '9' {
				return instant{}, timestampShape
			}
			f[i] = f[i]*10 + int(c-'0')
		}
	}
	var frac []byte
	if rest := s[19 : len(s)-1]; len(rest) > 0 {
		if rest[0] != '.' || len(rest) == 1 {
			return instant{}, timestampShape
		}
		frac = rest[1:]
		for _, c := range frac {
			if c < '0' || c > '9' {
				return instant{}, timestampShape
			}
		}
		frac = bytes.TrimRight(frac, "0")
	}
	year, month, day, hour, minute, second := f[0], f[1], f[2], f[3], f[4], f[5]
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 {
		return instant{}, timestampShape
	}
	days := daysIn(year, month)
	if year == 0 || day > days {
		return instant{}, timestampDay
	}
	if second == 60 && (hour != 23 || minute != 59 || day != days || month != 6 && month != 12) {
		return instant{}, timestampLeap
	}
	return instant{dayNumber(year, month, day)*86400 + int64(hour*3600+minute*60+second), frac}, timestampOK
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// dayNumber counts days from 1970-01-01 in the proleptic Gregorian calendar,
// by shifting the year to begin in March, so that the leap day ends it.
func dayNumber(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}

// fractionDigits counts the digits after the decimal point of a timestamp of
// the right shape.
func fractionDigits(s []byte) int {
	if len(s) <= 21 {
		return 0
	}
	return len(s) - 21
}
