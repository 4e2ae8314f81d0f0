package places

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestScan shows how a text is taken apart.
func TestScan(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Al-Bab, Aleppo", "al bab ,aleppo"},
		{"St. Louis's mayor", "st .louis mayor"},
		{"the U.S. and W.Va. towns", "the us .and wva .towns"},
		{"Sana'a and Coeur d'Alene", "sanaa and coeur dalene"},
		{"Java’s coast", "java coast"},
		{"قالت: في إدلب،حلب", "قالت في ادلب حلب"},
		{"a\xffb", "a b"},
	} {
		var s scan
		s.run(c.text)
		var b strings.Builder
		for i, w := range s.words {
			if i > 0 {
				b.WriteByte(' ')
			}
			switch w.gap {
			case gapComma:
				if s.words[i].script != scriptArabic {
					b.WriteByte(',')
				}
			case gapPeriod:
				b.WriteByte('.')
			}
			b.Write(s.keyOf(i))
		}
		if b.String() != c.want {
			t.Errorf("%q is %q, want %q", c.text, b.String(), c.want)
		}
	}
}

// TestScanWords: words lie in the text in order, without overlap, none empty
// or over the bound.
func TestScanWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkScan(t, rapid.String().Draw(t, "text")) })
}

func FuzzScan(f *testing.F) {
	f.Add("W.Va.'s St. John's \u200f دمشق\u200c\u200cها")
	f.Add(strings.Repeat("a", 500) + "\xff'" + strings.Repeat("ب", 300))
	f.Fuzz(func(t *testing.T, text string) { checkScan(t, text) })
}

func checkScan(t interface{ Fatalf(string, ...any) }, text string) {
	var s scan
	s.run(text)
	end := int32(0)
	for i, w := range s.words {
		if w.start < end || w.end <= w.start || int(w.end) > len(text) || w.keyEnd <= w.key || int(w.end-w.start) > maxWord+8 {
			t.Fatalf("word %d of %q is %+v", i, text, w)
		}
		end = w.end
	}
}
