package collect

import "strings"

// seenTimes are the properties that say when somebody or something was seen
// (STIX 2.1 clauses 4.8, 4.17 and 5.2; MISP uses the same names).
var seenTimes = []string{"first_seen", "last_seen"}

// whoTypes are the types of STIX that stand for a person or a group.
var whoTypes = map[string]bool{"identity": true, "threat-actor": true, "intrusion-set": true}

// ofSomebody reports whether the times of an object of STIX are those of a
// person or a group: its own, or a sighting of it.
func ofSomebody(typ, sighted string) bool {
	if typ == "sighting" {
		typ, _, _ = strings.Cut(sighted, "--")
	}
	return whoTypes[typ]
}

// finerThanDay reports whether a timestamp says more than a day. What is no
// timestamp says nothing.
func finerThanDay(s string) bool {
	if len(s) < 11 || s[4] != '-' || s[7] != '-' {
		return false
	}
	rest := strings.TrimRight(s[11:], "Zz")
	if i := strings.LastIndexAny(rest, "+-"); i >= 0 {
		rest = rest[:i]
	}
	return strings.Trim(rest, "0:.") != ""
}

// reduceTimes makes days of the times at which somebody was seen.
func reduceTimes(m map[string]any, left map[string]bool) {
	for _, name := range seenTimes {
		if s, ok := m[name].(string); ok && finerThanDay(s) {
			m[name] = s[:10] + "T00:00:00Z"
			left["time of day of "+name] = true
		}
	}
}
