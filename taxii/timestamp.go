package taxii

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Timestamp is a TAXII timestamp (clause 2): microseconds since
// 1970-01-01T00:00:00Z.
type Timestamp int64

// NoTimestamp is before every timestamp: no lower bound.
const NoTimestamp Timestamp = math.MinInt64

// TimestampOf cuts a time to microseconds.
func TimestampOf(t time.Time) Timestamp { return Timestamp(t.UnixMicro()) }

// Time returns the timestamp as a time in UTC.
func (t Timestamp) Time() time.Time { return time.UnixMicro(int64(t)).UTC() }

// String writes the timestamp as clause 2 wants it, with six digits.
func (t Timestamp) String() string { return string(t.append(nil)) }

func (t Timestamp) append(b []byte) []byte {
	return t.Time().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
}

// MarshalText writes the timestamp as [Timestamp.String] does.
func (t Timestamp) MarshalText() ([]byte, error) { return t.append(nil), nil }

// UnmarshalText reads what [ParseTimestamp] reads.
func (t *Timestamp) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTimestamp(string(b))
	return err
}

// ParseTimestamp reads a timestamp of clause 2. Fewer digits than six are
// taken for what they are, since content in circulation has them; more are cut.
// The error wraps [ErrQuery].
func ParseTimestamp(s string) (Timestamp, error) {
	sec, frac, ok := splitTimestamp(s)
	if !ok {
		return 0, fmt.Errorf("%w: %q is no timestamp of the form YYYY-MM-DDThh:mm:ss.ssssssZ", ErrQuery, clip(s))
	}
	micro := int64(0)
	for i := range 6 {
		micro *= 10
		if i < len(frac) {
			micro += int64(frac[i] - '0')
		}
	}
	return Timestamp(sec*1e6 + micro), nil
}

// splitTimestamp reads RFC 3339 in UTC with capital T and Z: whole seconds
// since 1970 and the digits of the fraction.
func splitTimestamp(s string) (sec int64, frac string, ok bool) {
	if len(s) < 20 || len(s) > 64 || s[10] != 'T' || s[len(s)-1] != 'Z' {
		return 0, "", false
	}
	if len(s) > 20 {
		if frac = s[20 : len(s)-1]; s[19] != '.' || frac == "" {
			return 0, "", false
		}
		for i := range len(frac) {
			if frac[i] < '0' || frac[i] > '9' {
				return 0, "", false
			}
		}
	}
	t, err := time.Parse("2006-01-02T15:04:05", s[:19])
	if err != nil {
		// The only second that the calendar has beyond the clock.
		if s[17:19] != "60" {
			return 0, "", false
		}
		if t, err = time.Parse("2006-01-02T15:04", s[:16]); err != nil {
			return 0, "", false
		}
		return t.Unix() + 60, frac, true
	}
	return t.Unix(), frac, true
}

// VersionKey brings the version of an object into a form whose order as bytes
// is the order in time, whatever the number of digits. What is no timestamp
// stands for itself and false is returned.
func VersionKey(version string) (key string, ok bool) {
	sec, frac, ok := splitTimestamp(version)
	if !ok {
		return version, false
	}
	return time.Unix(sec, 0).UTC().Format("2006-01-02T15:04:05.") + strings.TrimRight(frac, "0"), true
}

// clip shortens foreign text for a message.
func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "..."
	}
	return s
}
