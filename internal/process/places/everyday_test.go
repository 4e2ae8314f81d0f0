package places_test

import (
	"crypto/sha256"
	"os"
	"regexp"
	"strings"
	"testing"
)

var placeMark = regexp.MustCompile(`\{([^}]*)\}`)

// TestEverydayWords counts, over sentences of everyday news in the languages
// without capitals, how many words are taken for places that are none, and how
// many places are still found. One half, chosen by hash, was not looked at
// while the reader was made.
func TestEverydayWords(t *testing.T) {
	raw, err := os.ReadFile("testdata/everyday.txtar")
	if err != nil {
		t.Fatal(err)
	}
	g := world(t)
	type count struct{ words, wrong, right, missed int }
	counts := map[string]*count{}
	for _, file := range strings.Split(string(raw), "\n-- ")[1:] {
		name, body, _ := strings.Cut(file, " --\n")
		for line := range strings.SplitSeq(strings.TrimSpace(body), "\n") {
			half := "developed on"
			if h := sha256.Sum256([]byte(line)); h[0]&1 == 1 {
				half = "held out"
			}
			c := counts[half+", "+name]
			if c == nil {
				c = &count{}
				counts[half+", "+name] = c
			}
			want := map[string]bool{}
			for _, m := range placeMark.FindAllStringSubmatch(line, -1) {
				want[m[1]] = true
			}
			plain := placeMark.ReplaceAllString(line, "$1")
			c.words += len(strings.Fields(plain))
			for _, f := range g.Find(plain) {
				named := ""
				for w := range want {
					if strings.HasSuffix(f.Text, w) {
						named = w
					}
				}
				switch {
				case named != "":
					c.right++
					delete(want, named)
				case f.Confidence >= 0.5:
					c.wrong++
					if half != "held out" {
						t.Logf("%s: %q taken for %s (%s) with %.2f in %q", name, f.Text, f.Place.Name, f.Place.CountryCode, f.Confidence, plain)
					}
				}
			}
			c.missed += len(want)
			if len(want) > 0 && half != "held out" {
				t.Logf("%s: missed %v in %q", name, want, plain)
			}
		}
	}
	for _, language := range []string{"arabic", "persian", "sorani"} {
		for _, half := range []string{"developed on", "held out"} {
			c := counts[half+", "+language]
			t.Logf("%s, %s: %d words, %d taken for places that are none; %d places found, %d missed", language, half, c.words, c.wrong, c.right, c.missed)
			if c.wrong*100 > c.words || c.right < 2*c.missed {
				t.Errorf("%s, %s: more than one word of a hundred is taken for a place, or one place of three is missed", language, half)
			}
		}
	}
}
