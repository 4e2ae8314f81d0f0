package read

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"entente/internal/process/places"
)

// Rule 18: nothing that is read in a text says of anybody what religion, people,
// tribe or view is his, also where the text does and where a name sounds like it
// (a nisba): the words stay in the text, and no proposal repeats them as a value.
func TestNoProposalNamesATrait(t *testing.T) {
	g, err := places.World()
	if err != nil {
		t.Fatal(err)
	}
	trait := regexp.MustCompile(`(?i)religi|sect\b|ethnic|tribe|clan|sunni|shi[ai]|yazidi|christian|kurd|arab|turkmen|communis|ill\b|diabet|سني|شيعي|كردي|عشيرة|ديانة|مسيح|إيزيدي|شیعه|сунни|шиит|езид`)
	for _, text := range []string{
		"Example Invented al-Kurdi, a Sunni of the invented tribe and a communist who is ill with diabetes, said on 3 May 2015 that he came from Mosul.",
		"قال فلان الكردي السامرائي، وهو شيعي من عشيرة مخترعة، إنه غادر الموصل في 3 أيار 2015.",
		"فلان، شیعه و از ایل ساختگی، گفت در ۳ مه ۲۰۱۵ از موصل رفت.",
		"Выдуманный шиит и езид сказал, что ушёл из Мосула 3 мая 2015 года.",
	} {
		list, _ := (&Reader{Places: g}).Text(text, Options{Plain: true}).Proposals()
		if len(list) == 0 {
			t.Errorf("nothing is read in %q, so nothing is shown", text)
		}
		for _, p := range list {
			if p.Kind == KindPlace {
				p.Meaning.Name = "" // what a place is called is no trait of anybody
			}
			said, err := json.Marshal(p.Meaning)
			if err != nil {
				t.Fatal(err)
			}
			if m := trait.FindString(string(said)); m != "" && !strings.Contains(string(said), `"language"`) {
				t.Errorf("%q in what is proposed for %q: %s", m, text[p.Bytes[0]:p.Bytes[1]], said)
			}
			if trait.MatchString(p.Kind) {
				t.Errorf("kind %q", p.Kind)
			}
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[Meaning](), reflect.TypeFor[Mention]()} {
		for i := range typ.NumField() {
			if f := typ.Field(i); trait.MatchString(f.Name + " " + f.Tag.Get("json")) {
				t.Errorf("%s.%s", typ.Name(), f.Name)
			}
		}
	}
}
