package process

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func words(text string) string {
	var out []string
	for _, t := range Analyse(text) {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestAnalyseFolds(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"case and accents", "Café NAÏVE Zürich", "cafe naive zurich"},
		{"yo and ye", "Ещё ёлка", "еще елка"},
		{"short i is a letter", "боевой", "боевой"},
		{"vowel signs and tatweel", "مُحَمَّـــد", "محمد"},
		{"forms of alef", "أحمد إلى آل", "احمد الی ال"},
		{"kaf and ya of two alphabets", "كتاب کتاب علي علی", "کتاب کتاب علی علی"},
		{"half-space", "کتاب\u200cها", "کتاب ها"},
		{"digits of all scripts", "٢٠١٥ ۲۰۱۵ 2015", "2015 2015 2015"},
		{"punctuation parts words", "A-1,b.c/d", "a 1 b c d"},
		{"ligatures", "ﬁnance ﷲ", "finance الله"},
		{"invalid bytes part words", "a\xffb", "a b"},
		{"nothing", " \t.,", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := words(c.text); got != c.want {
				t.Errorf("%q folds to %q, want %q", c.text, got, c.want)
			}
		})
	}
}

// Offsets point at the word in the original, tokens are bounded and valid, and
// folding what was folded changes nothing.
func TestAnalyseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		last := 0
		for _, tok := range Analyse(text) {
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("offsets %d-%d after %d in %d bytes", tok.Start, tok.End, last, len(text))
			}
			last = tok.End
			if !utf8.ValidString(tok.Text) || len(tok.Text) > maxToken+16 || tok.Text == "" {
				t.Fatalf("token %q", tok.Text)
			}
			if again := words(tok.Text); again != tok.Text && !strings.Contains(again, " ") && again != strings.ToLower(again) {
				t.Fatalf("%q folds again to %q", tok.Text, again)
			}
		}
	})
}

func FuzzAnalyse(f *testing.F) {
	f.Add("نص عربي 12 text ёж")
	f.Fuzz(func(t *testing.T, s string) { Analyse(s) })
}
