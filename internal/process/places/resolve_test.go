package places_test

import (
	"strings"
	"testing"
	"time"

	"entente/internal/process/places"

	"pgregory.net/rapid"
)

// TestResolve puts places on the map from what event records give.
func TestResolve(t *testing.T) {
	g := world(t)
	for _, c := range []struct {
		why      string
		q        places.Query
		lat, lon float64
	}{
		{"all four fields", places.Query{Name: "Tal Rifaat", Other: "تل رفعت", Province: "Aleppo", Country: "Syria"}, 36.47, 37.10},
		{"another spelling", places.Query{Name: "Tell Refaat", Province: "Halab", Country: "SY"}, 36.47, 37.10},
		{"Arabic alone", places.Query{Other: "خان شيخون", Province: "إدلب"}, 35.44, 36.65},
		{"a container in the field", places.Query{Name: "Al-Bab, Aleppo"}, 36.37, 37.52},
		{"several places", places.Query{Name: "Azaz and Mare'", Province: "Aleppo", Country: "Syria"}, 36.59, 37.05},
		{"a qualifying word", places.Query{Name: "Douma district", Province: "Rural Damascus", Country: "Syria"}, 33.57, 36.40},
		{"Arabic qualifying word", places.Query{Other: "مدينة الرقة"}, 35.95, 39.01},
		{"countryside of", places.Query{Name: "Manbij countryside", Province: "Aleppo", Country: "Syria"}, 36.53, 37.95},
		{"Russian", places.Query{Name: "Пальмира", Country: "Сирия"}, 34.56, 38.28},
		{"Persian", places.Query{Name: "کرمانشاه", Country: "ایران"}, 34.31, 47.07},
		{"Sorani", places.Query{Name: "هەولێر", Country: "عێراق"}, 36.19, 44.01},
		{"an article written with its word", places.Query{Name: "Elqamishli", Province: "Hasakah", Country: "Syria"}, 37.05, 41.23},
		{"a quarter that is in no gazetteer", places.Query{Name: "Bustan Unheardof neighborhood", Province: "Aleppo", Country: "Syria"}, 36.2, 37.16},
		{"brackets", places.Query{Name: "Ain al-Arab (Kobani)", Province: "Aleppo", Country: "Syria"}, 36.89, 38.35},
		{"the governorate first", places.Query{Name: "Idlib: Khan Sheikhoun", Country: "Syria"}, 35.44, 36.65},
		{"the governorate first, in Arabic", places.Query{Other: "حلب، الباب"}, 36.37, 37.52},
		{"two scripts in one field", places.Query{Name: "Douma دوما", Province: "Rif Dimashq", Country: "Syria"}, 33.57, 36.40},
		{"the province alone", places.Query{Province: "Idlib", Country: "Syria"}, 35.85, 36.62},
	} {
		a, ok := g.Resolve(c.q)
		if !ok {
			t.Errorf("%s: %+v is not resolved; readings %v", c.why, c.q, a.Others)
			continue
		}
		if d := a.Place.At.Km(places.LatLon{Lat: c.lat, Lon: c.lon}); d > 10 {
			t.Errorf("%s: %+v is %s at %v, %.0f km off", c.why, c.q, a.Place.Name, a.Place.At, d)
		}
	}
}

// TestResolveAbstains: what no gazetteer has, and what fits several places,
// gets no answer.
func TestResolveAbstains(t *testing.T) {
	g := world(t)
	for why, q := range map[string]places.Query{
		"nothing asked":            {},
		"no such name":             {Name: "Xyzzyqwk", Country: "Syria"},
		"a name elsewhere":         {Name: "Vladivostok", Province: "Aleppo", Country: "Syria"},
		"marks alone":              {Name: "—, ()", Other: "…"},
		"a name of many, no hints": {Name: "San José"},
	} {
		if a, ok := g.Resolve(q); ok {
			t.Errorf("%s: %+v is %s, confidence %.2f", why, q, a.Place.Name, a.Confidence)
		}
	}
}

// TestResolveNear: places already settled beside it tell one reading from
// another.
func TestResolveNear(t *testing.T) {
	g := world(t)
	libya := places.LatLon{Lat: 32.37, Lon: 15.09}
	a, ok := g.Resolve(places.Query{Name: "Tripoli", Near: []places.LatLon{libya}})
	if !ok || a.Place.CountryCode != "LY" {
		t.Errorf("beside Misrata Tripoli is in %q, %v", a.Place.CountryCode, ok)
	}
}

// checkAnswer holds the promises of Answer.
func checkAnswer(t interface{ Fatalf(string, ...any) }, a places.Answer, ok bool) {
	if a.Confidence < 0 || a.Confidence > 1.0001 || len(a.Others) > 6 {
		t.Fatalf("%+v", a)
	}
	if ok && (a.Place.ID == "" || !a.Place.At.Valid() || a.Km <= 0) {
		t.Fatalf("an answer without a place: %+v", a)
	}
}

func TestResolveProperties(t *testing.T) {
	g := world(t)
	piece := rapid.SampledFrom([]string{"Homs", "al-", "Bab", "دمشق", "ريف", "Дамаск", "district", ", ", " and ", "\u200f", "\xff", "(", ")", "h", "حي", "123", ""})
	field := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "p"), " ") })
	rapid.Check(t, func(t *rapid.T) {
		q := places.Query{Name: field.Draw(t, "name"), Other: field.Draw(t, "other"), Province: field.Draw(t, "province"), Country: rapid.SampledFrom([]string{"Syria", "", "SY", "zz"}).Draw(t, "country")}
		a, ok := g.Resolve(q)
		checkAnswer(t, a, ok)
		if b, ok2 := g.Resolve(q); ok != ok2 || a.Place.ID != b.Place.ID || a.Confidence != b.Confidence {
			t.Fatalf("%+v is answered in two ways", q)
		}
	})
}

// TestResolveLong: names of any length are answered in bounded time.
func TestResolveLong(t *testing.T) {
	g := world(t)
	start := time.Now()
	for _, s := range []string{strings.Repeat("a", 2000), strings.Repeat("Al-Bab, ", 500), strings.Repeat("ال", 1000), strings.Repeat("Homs ", 400), strings.Repeat("\xff", 2000)} {
		a, ok := g.Resolve(places.Query{Name: s, Other: s, Province: s, Country: s})
		checkAnswer(t, a, ok)
		a, ok = g.Resolve(places.Query{Name: s, Country: "Syria"})
		checkAnswer(t, a, ok)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("ten names took %v", took)
	}
}

func FuzzResolve(f *testing.F) {
	g, err := places.World()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Tal Rifaat", "تل رفعت", "Aleppo", "Syria")
	f.Add("Al-Bab, Aleppo; Azaz", "", "", "")
	f.Add("\xff(", "ـ", "ريف", "SY")
	f.Fuzz(func(t *testing.T, name, other, province, country string) {
		a, ok := g.Resolve(places.Query{Name: name, Other: other, Province: province, Country: country})
		checkAnswer(t, a, ok)
	})
}

func BenchmarkResolve(b *testing.B) {
	g, err := places.World()
	if err != nil {
		b.Fatal(err)
	}
	qs := []places.Query{
		{Name: "Tal Rifaat", Other: "تل رفعت", Province: "Aleppo", Country: "Syria"},
		{Name: "Khan Sheikhoun", Province: "Idleb", Country: "Syria"},
		{Other: "الميادين", Province: "دير الزور", Country: "سوريا"},
		{Name: "Unheard of", Province: "Homs", Country: "Syria"},
	}
	for _, q := range qs {
		g.Resolve(q)
	}
	i := 0
	for b.Loop() {
		g.Resolve(qs[i%len(qs)])
		i++
	}
}
