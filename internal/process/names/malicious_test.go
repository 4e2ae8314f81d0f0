package names

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// oddNames are names nobody bears: long, repeated, of one letter, of marks, of joiners.
func oddNames() map[string]string {
	long := func(s string, bytes int) string { return strings.Repeat(s, bytes/len(s)+1)[:bytes/len(s)*len(s)] }
	return map[string]string{
		"one long word":          long("abdul", maxName),
		"one letter":             long("a", maxName),
		"many short words":       long("a b ", maxName),
		"many names":             long("Karim Tamimi ", maxName),
		"2,000 Arabic letters":   long("عبدالرحمن ", 4000),
		"2,000 Cyrillic letters": long("Петров ", 4000),
		"combining marks":        "a" + long("\u0301", maxName),
		"ligatures":              long("\ufdfa", maxName), // one letter that unfolds to eighteen
		"joiners":                long("\u200d", maxName),
		"overrides":              long("\u202eKarim\u202d", maxName),
		"mixed scripts":          long("aбcд", maxName),
		"Hangul":                 long("각", maxName),
		"Han":                    long("王", maxName),
		"broken":                 long("\xff\xfe\xc0", maxName),
		"Korean syllables":       long("eoeoueu", maxName),
		"parentheses":            long("(", maxName),
		"articles":               long("al ", maxName),
		"servants":               long("abd ", maxName),
		"no letters":             long("-", maxName),
		"zeros":                  long("0", maxName),
	}
}

// patience is far above what any of them needs and far below what an attack would need to matter.
const patience = time.Minute

func TestOddNamesAreBounded(t *testing.T) {
	b := NewIndexBuilder()
	for id, n := range oddNames() {
		b.Add(id, n, Guess)
	}
	s := NewSearcher(b.Build())
	for label, a := range oddNames() {
		for other, c := range oddNames() {
			begin := time.Now()
			for _, k := range []Kind{Person, Organization} {
				if p := Similarity(a, c, k); p < 0 || p > 1 || p != p {
					t.Errorf("%s and %s: %v", label, other, p)
				}
			}
			if d := time.Since(begin); d > patience {
				t.Errorf("%s and %s: %v", label, other, d)
			}
		}
		begin := time.Now()
		s.Search(a, Guess, 5)
		if d := time.Since(begin); d > patience {
			t.Errorf("search of %s: %v", label, d)
		}
	}
}

// Two long names that differ far behind are not one name because their beginnings are equal.
func TestLongNamesAreReadToTheEnd(t *testing.T) {
	a := strings.Repeat("zarnik ", 10) + strings.Repeat("x", 1500)
	if s := Similarity(a+"karim", a+"petrov", Person); s == 1 {
		t.Error("names of 1,600 letters with different ends have similarity 1")
	}
}

// endless gives n bytes without a line end.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(e.n, len(p))
	for i := range n {
		p[i] = 'k'
	}
	e.n -= n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestOneEndlessLine(t *testing.T) {
	var out bytes.Buffer
	tally, err := CompareTSV(&endless{100 << 20}, &out, CompareOptions{Explain: true})
	if err != nil || tally != (Tally{Lines: 1, Long: 1, FirstLong: 1, Flagged: 1, Malformed: 1, FirstMalformed: 1}) {
		t.Fatalf("%+v, %v", tally, err)
	}
	if got := out.String(); !strings.HasPrefix(got, "0.0000\tno\t") || !strings.Contains(got, "cut") {
		t.Errorf("answer %q", got)
	}
	out.Reset()
	b := NewIndexBuilder()
	b.Add("1", "kk", Person)
	if tally, err = SearchTSV(b.Build(), &endless{100 << 20}, &out, SearchOptions{Top: 1}); err != nil || tally.Long != 1 || out.Len() > 0 {
		t.Errorf("%+v, %v, %d bytes written", tally, err, out.Len())
	}
}
