package label

import (
	"fmt"
	"time"
)

// Instant is a moment in UTC to the second. The zero value is the absent
// moment, which is later than all others: a label without an expiry outlasts
// every label with one.
//
// Its JSON form is a string of exactly the shape 2006-01-02T15:04:05Z. An
// absent moment is written by leaving the field out.
type Instant int64

const (
	instantForm = "2006-01-02T15:04:05Z"
	// lastInstant is 9999-12-31T23:59:59Z, the last moment RFC 3339 can write.
	lastInstant Instant = 253402300799
)

// InstantOf returns the second in which t falls, the earlier one where t lies
// between two: a limit is never lengthened by rounding. The zero time.Time and
// every time before 1970-01-01T00:00:01Z or after the year 9999 give the
// absent moment, and ok is false.
func InstantOf(t time.Time) (i Instant, ok bool) {
	i = Instant(t.Unix())
	if t.IsZero() || i <= 0 || i > lastInstant {
		return 0, false
	}
	return i, true
}

// At is [InstantOf] for moments that stand in source code: it panics where
// that reports false.
func At(year int, month time.Month, day, hour, minute int) Instant {
	i, ok := InstantOf(time.Date(year, month, day, hour, minute, 0, 0, time.UTC))
	if !ok {
		panic("label: moment out of range")
	}
	return i
}

// ParseInstant reads the one written form of a moment.
func ParseInstant(s string) (Instant, error) {
	if len(s) != len(instantForm) {
		return 0, fmt.Errorf("%w: moment %q: write it in UTC to the second, as %s", ErrSyntax, clip(s), instantForm)
	}
	t, err := time.Parse(instantForm, s)
	if err != nil {
		return 0, fmt.Errorf("%w: moment %q: write it in UTC to the second, as %s", ErrSyntax, clip(s), instantForm)
	}
	i, ok := InstantOf(t)
	if !ok || i.String() != s {
		return 0, fmt.Errorf("%w: moment %q: it must lie after 1970-01-01T00:00:00Z", ErrSyntax, clip(s))
	}
	return i, nil
}

// IsAbsent reports whether i is the absent moment.
func (i Instant) IsAbsent() bool { return i == 0 }

// Before reports whether i is earlier than o. The absent moment is earlier
// than none and later than all others.
func (i Instant) Before(o Instant) bool {
	if i == 0 {
		return false
	}
	return o == 0 || i < o
}

// Min returns the earlier of i and o.
func (i Instant) Min(o Instant) Instant {
	if o.Before(i) {
		return o
	}
	return i
}

// Passed reports whether the limit i has been reached at the moment at. A
// limit is reached in the second it names; an absent limit never is.
func (i Instant) Passed(at Instant) bool { return i != 0 && i <= at }

// Time returns the moment as a time.Time in UTC, the zero time if absent.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(int64(i), 0).UTC()
}

// String returns the written form, and the empty string for the absent moment.
func (i Instant) String() string {
	if i == 0 {
		return ""
	}
	return i.Time().Format(instantForm)
}

// valid reports whether i is absent or can be written.
func (i Instant) valid() bool { return i >= 0 && i <= lastInstant }

// MarshalText returns the written form. It refuses the absent moment, which is
// written by leaving its field out (tag the field omitzero).
func (i Instant) MarshalText() ([]byte, error) {
	if i == 0 || !i.valid() {
		return nil, fmt.Errorf("%w: a moment that is absent or out of range is not written: leave the field out", ErrSyntax)
	}
	return []byte(i.String()), nil
}

// UnmarshalText accepts exactly what [ParseInstant] accepts.
func (i *Instant) UnmarshalText(b []byte) error {
	v, err := ParseInstant(string(b))
	if err != nil {
		return err
	}
	*i = v
	return nil
}
