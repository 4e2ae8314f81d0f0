package numerals

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

func tokens(s string, tag language.Tag) []passage.Token {
	ts := passage.Tokens(passage.New(s))
	for i := range ts {
		ts[i].Lang = tag
	}
	return ts
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		tag  language.Tag
		in   string
		want string
	}{
		{language.English, "twenty-three people and five", "23 5"},
		{language.English, "one hundred and five, two thousand three hundred", "105 2300"},
		{language.English, "1,234 and 12.5 and 1.5 million", "1234 12.5 1500000"},
		{language.English, "dozens, hundreds of thousands, tens of thousands, a dozen, half a million", "24+ 200000+ 20000+ 12 500000"},
		{language.English, "several hundred, a few, the twenty-first", "300+ 3+ 21th"},
		{language.English, "two dozen people, five and twelve", "24 5 12"},
		{language.Russian, "двадцать три человека, сто двадцать пять, 12 500, 3,5 тыс. и 2 млн", "23 125 12500 3500 2e+06"},
		{language.Russian, "двадцать первого, пятеро, десятки, полтора миллиона, две тысячи", "21th 5 20+ 1.5e+06 2000"},
		{language.Arabic, "ثلاثة وعشرون قتيلا و١٢ جريحا", "23 12"},
		{language.Arabic, "أحد عشر، اثنا عشر، مئة وخمسة وعشرون، ثلاثمئة، ثلاثة آلاف، 20 ألفا", "11 12 125 300 3000 20000"},
		{language.Arabic, "العشرات وعشرات الآلاف ومليونين وخمسة آلاف", "20+ 20000+ 2.005e+06"},
		{language.Arabic, "الحادي والعشرين، بثلاثة", "21th 3"},
		{language.Persian, "بیست و سه نفر، ۱۲ تن، سیصد و بیست، پنج هزار، ده\u200cها", "23 12 320 5000 20+"},
		{language.Persian, "نه، بیست و یکم، نه نفر، ۲٫۵ میلیون", "21th 9 2.5e+06"},
		{language.Sorani, "بیست و سێ کەس، ١٢ کەس، دوو هەزار، دەیان، سەد و پێنج", "23 12 2000 20+ 105"},
	} {
		var got []string
		for _, n := range Find(tokens(c.in, c.tag)) {
			s := fmt.Sprint(n.Low)
			if n.Low < 1e7 && n.Low == math.Trunc(n.Low) && !strings.Contains(c.want, "e+") {
				s = fmt.Sprintf("%.0f", n.Low)
			}
			if math.IsInf(n.High, 1) {
				s += "+"
			}
			if n.Ordinal {
				s += "th"
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.tag, c.in, g, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("twenty-three 1,234.5 million", 5)
	f.Add("ثلاثة وعشرون ١٢", 1)
	f.Fuzz(func(t *testing.T, s string, tag int) {
		ts := tokens(s, language.Tags[uint(tag)%5])
		at := 0
		for _, n := range Find(ts) {
			if n.First < at || n.Last <= n.First || n.Last > len(ts) || n.Low > n.High || math.IsNaN(n.Low) || n.Low < 0 {
				t.Fatalf("%q: %+v", s, n)
			}
			at = n.Last
		}
	})
}
