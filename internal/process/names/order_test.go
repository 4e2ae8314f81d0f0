package names

import "testing"

// Where no listed name matches, the rarest word in common, the first word and the letters decide which comes first.
func TestOrderOfGuesses(t *testing.T) {
	x := indexOf([]listed{
		{"1", "Marzal Changor Yol Mangok", Person},
		{"2", "Chang Myong", Person},
		{"3", "Salim Petrenkov", Person},
		{"4", "Hosein Salimi Shirazi", Person},
		{"5", "Muhammad Tamimi", Person},
		{"6", "Muhammad Harbi", Person},
		{"7", "Muhammad Zubaidi", Person},
		{"8", "Nasiruddin Tamimi", Person},
	})
	s := NewSearcher(x)
	for query, want := range map[string]string{
		"Marzal Chan":    "1",
		"Salim Okorov":   "3",
		"Naseer Tamimi":  "8",
		"Muhammad Harpi": "6",
	} {
		if h := s.Search(query, Guess, 1); len(h) == 0 || h[0].ID != want {
			t.Errorf("%q finds %v, want %s", query, h, want)
		}
	}
}

// Matches stand before what is none, whatever else speaks for the latter.
func TestMatchesComeFirst(t *testing.T) {
	x := indexOf(inventedList(300))
	s := NewSearcher(x)
	for _, q := range []string{"Karim Nasser", "Nasser Tamimi", "Ivan Petrenkof", "Laila al Masri", "كريم ناصر التميمي"} {
		seen := false
		for _, h := range s.Search(q, Guess, 40) {
			match := h.Similarity >= Threshold
			if match && seen {
				t.Errorf("%q: %s (%.2f) stands behind a name that does not match", q, h.Name, h.Similarity)
			}
			seen = seen || !match
		}
	}
}

func TestLetterRuns(t *testing.T) {
	var f folder
	var a, b letterRuns
	for _, c := range []struct {
		a, b     string
		min, max float64
	}{
		{"Karim al-Tamimi", "karim  AL Tamimi", 1, 1},
		{"Karim Tamimi", "Karim Tammimi", 0.85, 0.99},
		{"Karim", "Oyot", 0, 0},
		{"", "", 0, 0},
	} {
		a.read(&f, c.a)
		b.read(&f, c.b)
		if s := a.common(&b); s < c.min || s > c.max || s != b.common(&a) {
			t.Errorf("%q and %q: %.3f", c.a, c.b, s)
		}
	}
}
