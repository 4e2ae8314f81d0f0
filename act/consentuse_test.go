package act

import "testing"

// Only the exact term names judicial proceedings.
func TestUseNamesProceedingsByTheTermAlone(t *testing.T) {
	for use, want := range map[string]bool{
		"judicial proceedings":                   true,
		"planning; judicial proceedings":         true,
		" judicial proceedings ;planning":        true,
		"":                                       false,
		"planning":                               false,
		"not in judicial proceedings":            false,
		"Judicial Proceedings":                   false,
		"judicial proceedings if RUS is present": false,
	} {
		if got := (&Consent{Use: use}).ForProceedings(); got != want {
			t.Errorf("%q: %t, want %t", use, got, want)
		}
	}
}
