package read

import (
	"slices"
	"testing"

	"entente/internal/process/places"
)

// Places give way to dates and to persons: the names of months and of people
// are villages too.
func TestPlacesGiveWay(t *testing.T) {
	g, err := places.World()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why, text string
		want      []string
	}{
		{"a Persian month", "سخنگوی وزارت در ۲۳ مهر ۱۳۹۴ گفت که نشست در تهران برگزار می‌شود.", []string{"تهران"}},
		{"another", "این نشست در بهمن ۱۳۹۴ در تهران برگزار شد.", []string{"تهران"}},
		{"an English month", "On 4 March 2016 he left Homs.", []string{"Homs"}},
		{"a person's name", "قال المتحدث باسم التحالف العقيد ستيف وارن في بغداد إن القوات تقدمت.", []string{"بغداد"}},
		{"a person and a country", "قال الرئيس السوري بشار الأسد إن سوريا بخير.", []string{"سوريا"}},
	} {
		got := []string{}
		for _, p := range (&Reader{Places: g}).Text(c.text, Options{Plain: true}).Places {
			got = append(got, p.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}
