package names

import (
	"strings"
	"testing"
)

// Places of several words are one, in any language of the tables; bodies of two places are two.
func TestPlacesOfBodies(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Zarnik Trading (Hong Kong) Limited", "Zarnik Trading HK Ltd", true},
		{"Zarnik Trading Saudi Arabia", "Zarnik Trading (KSA)", true},
		{"Zarnik Foundation (Kenya)", "Zarnik Foundation (Tanzania)", false},
		{"Zarnik Bank Tanzania", "Банк Зарник Танзания", true},
		{"Zarnik Bank Minsk", "Zarnik Bank Tashkent", false},
		{"بنك زرنيق تنزانيا", "Zarnik Bank Tanzania", true},
	} {
		if r := Compare(c.a, c.b, Organization); r.Match != c.same {
			t.Errorf("%s and %s: %.3f %s", c.a, c.b, r.Similarity, r)
		}
	}
}

// Abbreviated openings are their words, kindred words are nearly one.
func TestKindredWords(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"НПП Зарник", "Research and Production Enterprise Zarnik", true},
		{"NII Zarnik", "Scientific Research Institute Zarnik", true},
		{"Katibat al-Fursan", "Fursan Battalion", true},
		{"12-я отдельная бригада", "12th Separate Brigade", true},
		{"Zarnik Society", "Zarnik Bank", false},
	} {
		if r := Compare(c.a, c.b, Organization); r.Match != c.same {
			t.Errorf("%s and %s: %.3f %s", c.a, c.b, r.Similarity, r)
		}
	}
}

// A short form stands for every spelling of the full name, in either alphabet.
func TestShortForms(t *testing.T) {
	for _, c := range [][2]string{{"Kolya Zarubin", "Nikolay Zarubin"}, {"Миша Зарубин", "Mikhail Zarubin"}, {"Misha Zarubin", "Михаил Зарубин"}, {"Bill Harcastle", "William Harcastle"}} {
		if s := Similarity(c[0], c[1], Person); s < Threshold {
			t.Errorf("%s and %s: %.3f", c[0], c[1], s)
		}
	}
	if s := Similarity("Kolya Zarubin", "Mikhail Zarubin", Person); s >= Threshold {
		t.Errorf("a short form of another name: %.3f", s)
	}
}

// The words of Korean bodies are compared in one spelling as well, and only those.
func TestKoreanWordsOfBodies(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Amroksan Trading Corporation", "Amnoksan Trading Corporation", true},
		{"Taebongsan Shipping Company", "Daebongsan Shipping Co.", true},
		{"Taebongsan Shipping Company", "Paekdamchon Shipping Co.", false},
		{"Garimpo Trading", "Zarnik Trading", false},
	} {
		if r := Compare(c.a, c.b, Organization); r.Match != c.same {
			t.Errorf("%s and %s: %.3f %s", c.a, c.b, r.Similarity, r)
		}
	}
}

// Words that only say that something is a body may be missing; a trade may not.
func TestTypesOfBodies(t *testing.T) {
	for b, same := range map[string]bool{"Zarnikov Organization": true, "Zarnikov Group": true, "Zarnikov Association": true, "Zarnikov Bank": false, "Zarnikov Shipping": false} {
		if r := Compare("Zarnikov", b, Organization); r.Match != same {
			t.Errorf("Zarnikov and %s: %.3f %s", b, r.Similarity, r)
		}
	}
	if s := Similarity("Khimicheskiy Zarnikov", "Zarnikov Chemical", Organization); s < Threshold {
		t.Errorf("a romanised adjective: %.3f", s)
	}
}

// The table of territories is read as it stands, so it has to be folded.
func TestTerritoriesAreFolded(t *testing.T) {
	b, err := tables.ReadFile("tables/territories.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.SplitSeq(string(b), "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		for _, name := range strings.Split(line, "\t")[1:] {
			n++
			if f := strings.Join(strings.FieldsFunc(Fold(name), isSeparator), " "); f != name {
				t.Errorf("%q folds to %q", name, f)
			}
		}
	}
	if n < 1000 {
		t.Errorf("%d names", n)
	}
}
