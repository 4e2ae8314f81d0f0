package main

import "testing"

// Counts are written for people, in the same order each time.
func TestCounted(t *testing.T) {
	if got := counted(map[string]int64{"report": 12, "answered": 1, "consent": 3}); got != "1 answered, 3 consent, 12 report" {
		t.Errorf("%q", got)
	}
	if got := counted(nil); got != "" {
		t.Errorf("%q", got)
	}
}
