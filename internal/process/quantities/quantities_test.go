package quantities

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/quantities/numerals"
)

func find(s string, tag language.Tag) ([]Quantity, []passage.Token) {
	f := passage.New(s)
	ts := passage.Tokens(f)
	for i := range ts {
		ts[i].Lang = tag
	}
	return Find(ts, passage.Sentences(f, ts), numerals.Find(ts), nil), ts
}

func show(q Quantity) string {
	s := string(q.Kind) + " " + fmt.Sprint(q.Low)
	switch {
	case math.IsInf(q.High, 1):
		s += ".."
	case q.High != q.Low:
		s += ".." + fmt.Sprint(q.High)
	}
	if q.Approximate {
		s += "~"
	}
	if q.Population != "" && q.Population != "persons" {
		s += " " + q.Population
	} else if q.Unit != "persons" && q.Unit != "percent" {
		s += " " + q.Unit
	}
	if q.PartOf >= 0 {
		s += fmt.Sprintf(" of %d", q.PartOf)
	}
	return s
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		tag      language.Tag
		in, want string
	}{
		{language.English, "At least 9 people including 3 children were killed.", "killed 9..; killed 3 children of 0"},
		{language.English, "The blast hit a market, killing five and wounding 12.", "killed 5; injured 12"},
		{language.English, "More than 20 civilians and dozens of fighters died.", "killed 20.. civilians; killed 24.. fighters"},
		{language.English, "Between 10 and 12 soldiers were wounded, up to 300 families displaced.", "injured 10..12 soldiers; displaced 0..300 families"},
		{language.English, "3 Civilians Killed 38 Injured in Rocket Attacks", "killed 3 civilians; injured 38"},
		{language.English, "12 militants killed 5 civilians.", "count 12 fighters; killed 5 civilians"},
		{language.English, "Two civilians were killed and three others were injured.", "killed 2 civilians; injured 3"},
		{language.English, "The death toll rose to 76, of whom 28 were children.", "killed 76; killed 28 children of 0"},
		{language.English, "About 60 percent of the town, worth $5 million, was lost in 3 hours by an F-16 at 10:30.", "percent 60~; money 5e+06 USD"},
		{language.English, "Police arrested 15 suspects; seven people are missing.", "detained 15 suspects; missing 7"},
		{language.Russian, "Погибли не менее 12 человек, ещё 30 были ранены.", "killed 12..; injured 30"},
		{language.Russian, "В результате взрыва 7 мирных жителей погибли, в том числе двое детей, пострадали 15.", "killed 7 civilians; killed 2 children of 0; injured 15"},
		{language.Russian, "Задержаны пятеро подозреваемых, 25% города, от 10 до 12 боевиков убиты.", "detained 5 suspects; percent 25; killed 10..12 fighters"},
		{language.Arabic, "مقتل 12 شخصا بينهم 3 أطفال وإصابة 30 آخرين", "killed 12; killed 3 children of 0; injured 30"},
		{language.Arabic, "قتل ما لا يقل عن عشرين مدنيا وجرح العشرات", "killed 20.. civilians; injured 20.."},
		{language.Arabic, "سقط 5 قتلى و12 جريحا، واعتقلت القوات سبعة مشتبها بهم", "killed 5; injured 12; detained 7 suspects"},
		{language.Arabic, "نزوح أكثر من 3000 عائلة، أي 25 في المئة", "displaced 3000.. families; percent 25"},
		{language.Persian, "دست\u200cکم ۱۲ نفر کشته و ۳۰ نفر زخمی شدند", "killed 12..; injured 30"},
		{language.Persian, "کشته شدن بیش از ۲۰ غیرنظامی از جمله ۳ کودک", "killed 20.. civilians; killed 3 children of 0"},
		{language.Sorani, "لانیکەم ١٢ کەس کوژران و ٣٠ کەسی دیکە بریندار بوون", "killed 12..; injured 30"},
		{language.Sorani, "زیاتر لە ٢٠ هاوڵاتی مەدەنی ئاوارە بوون، لە سەدا ٢٥", "displaced 20.. civilians; percent 25"},
	} {
		qs, _ := find(c.in, c.tag)
		var got []string
		for _, q := range qs {
			got = append(got, show(q))
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.tag, c.in, g, c.want)
		}
	}
}

func check(t interface{ Fatalf(string, ...any) }, in string, qs []Quantity, n int) {
	at := 0
	for i, q := range qs {
		if q.First < at || q.Last <= q.First || q.Last > n || q.Number < q.First || q.Number >= q.Last {
			t.Fatalf("%q: tokens of %+v after %d", in, q, at)
		}
		at = q.Last
		if q.Low > q.High || q.Low < 0 || math.IsNaN(q.Low) || math.IsInf(q.Low, 0) {
			t.Fatalf("%q: bounds of %+v", in, q)
		}
		if q.PartOf >= i || q.Kind == "" || q.Confidence <= 0 || q.Confidence > 1 {
			t.Fatalf("%q: %+v", in, q)
		}
	}
}

func TestProperties(t *testing.T) {
	var words []string
	for _, list := range lists {
		words = append(words, strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == '\n' || r == ':' })...)
	}
	words = append(words, "1", "12", "3", "1,000", "twenty", "пять", "ثلاثة", "سه", ",", ".", "and", "و", "-")
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 14).Draw(t, "words"), " ")
		qs, ts := find(in, rapid.SampledFrom(language.Tags[:]).Draw(t, "tag"))
		check(t, in, qs, len(ts))
	})
}

func FuzzFind(f *testing.F) {
	f.Add("between 10 and 12 people killed, $5 million", 4)
	f.Fuzz(func(t *testing.T, s string, tag int) {
		qs, ts := find(s, language.Tags[uint(tag)%5])
		check(t, s, qs, len(ts))
	})
}
