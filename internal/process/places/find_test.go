package places_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"entente/internal/process/places"

	"pgregory.net/rapid"
)

// names gives what Find found as "text=country" in the order of the text.
func names(found []places.Found) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Text+"="+f.Place.CountryCode)
	}
	return strings.Join(out, " ")
}

// TestFind reads reports in the five languages.
func TestFind(t *testing.T) {
	g := world(t)
	for _, c := range []struct{ why, text, want string }{
		{"plain English", "Clashes broke out in Homs and near Palmyra on Friday.", "Homs=SY Palmyra=SY"},
		{"an article with a hyphen", "Shelling hit Al-Bab, Aleppo.", "Al-Bab=SY Aleppo=SY"},
		{"a state after the comma", "Police in Springfield, Ill., and Springfield, Mo., said so.", "Springfield=US Ill=US Springfield=US Mo=US"},
		{"abbreviated country", "The U.S. and the UK spoke to Iran.", "U.S=US UK=GB Iran=IR"},
		{"persons are no places", "Chiquita Henry and Sen. John Lincoln met Mr. Paris.", ""},
		{"a person's last name alone, later", "Tom Clinton spoke. Clinton then left.", ""},
		{"streets are no places", "He lives at 12 Washington Drive and on Dublin Road.", ""},
		{"demonyms are not counted", "Russian and Syrian troops met Iraqi officials.", ""},
		{"months and days", "In March and May, on Sunday, nothing happened.", ""},
		{"possessive", "Iraq’s army and Syria's army.", "Iraq=IQ Syria=SY"},
		{"a name with a possessive", "A storm hit St. John's, Newfoundland.", "St. John's=CA Newfoundland=CA"},
		{"a lake that is no town", "They fished at Plum Lake.", ""},
		{"Arabic with particles", "وقال شهود في دمشق إن القصف طال حلب وإدلب.", "دمشق=SY حلب=SY وإدلب=SY"},
		{"Arabic of two words", "دخلت القوات بلدة تل رفعت قرب خان شيخون", "تل رفعت=SY خان شيخون=SY"},
		{"Arabic person", "قال محمد حسن إن الوضع هادئ", ""},
		{"a statement is no quarter of Kuwait", "قال في بيان إن الأمر انتهى", ""},
		{"a Persian pronoun is no village", "وی گفت که این اقدام خوب است", ""},
		{"Persian words that are villages", "آنها در امان هستند، آت", ""},
		{"the broadcaster", "قالت الجزيرة إن المراسل بخير", ""},
		{"the city without its name", "شوارع المدينة هادئة", ""},
		{"the city of Medina", "زار المدينة المنورة", "المدينة المنورة=SA"},
		{"a man of three names", "قال محمد علي حسن إنه بخير", ""},
		{"a foreigner's first name", "قال ستيف وارن المتحدث باسم التحالف", ""},
		{"a place that a noun for one stands before", "وصل إلى بلدة الجزيرة", "الجزيرة=SD"},
		{"Persian", "نیروهای عراقی وارد موصل و تکریت شدند.", "موصل=IQ تکریت=IQ"},
		{"Persian capital and country", "رئیس جمهور ایران در تهران سخنرانی کرد.", "ایران=IR تهران=IR"},
		{"Sorani", "هێزەکان لە کەرکووک و هەولێر بڵاوبوونەوە", "کەرکووک=IQ هەولێر=IQ"},
		{"Russian cases", "Бои идут в Алеппо и Идлибе, сообщили в Дамаске и Москве.", "Алеппо=SY Идлибе=SY Дамаске=SY Москве=RU"},
		{"Russian of two words", "Он приехал из Нижнего Новгорода в Пальмиру.", "Нижнего Новгорода=RU Пальмиру=SY"},
		{"mixed directions", "The city of حلب (Aleppo) in سوريا", "حلب=SY Aleppo=SY سوريا=SY"},
		{"control characters", "Homs\x00 and \u202eHama\u202c.", "Homs=SY Hama=SY"},
		{"nothing", "", ""},
	} {
		if got := names(g.Find(c.text)); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.why, c.text, got, c.want)
		}
	}
}

// TestFindUnsure: a word in a script without capitals that only a small place
// bears is as likely something else, unless something beside it speaks for a
// place.
func TestFindUnsure(t *testing.T) {
	g := world(t)
	for text, sure := range map[string]bool{
		"كريستو وصل متأخرا":             false,
		"سراقب هادئة":                   false,
		"القصف طال سراقب":               false,
		"القصف طال بلدة سراقب":          true,
		"القصف في سراقب":                true,
		"القصف طال حلب وسراقب":          true,
		"دمشق هادئة":                    true,
		"Saraqib is quiet.":             true,
		"نیروها وارد شهرستان بهمن شدند": true,
	} {
		for _, f := range g.Find(text) {
			if strings.Contains(f.Text, "حلب") {
				continue
			}
			if got := f.Confidence >= 0.5; got != sure {
				t.Errorf("%q: %s with %.2f", text, f.Text, f.Confidence)
			}
		}
	}
}

// TestFindOutside: no place is found in a taken part of the text, nor one that
// reaches into it, in whatever piece of a long text it stands.
func TestFindOutside(t *testing.T) {
	g := world(t)
	text := "Homs and New York, then Hama. "
	taken := [][2]int{{strings.Index(text, "New"), strings.Index(text, "New") + 3}, {strings.Index(text, "Hama"), strings.Index(text, "Hama") + 4}}
	if got := names(g.FindOutside(text, taken)); strings.Contains(got, "Hama") || strings.Contains(got, "New York") || !strings.HasPrefix(got, "Homs=SY") {
		t.Errorf("%q", got)
	}
	long := strings.Repeat("Nothing happened in the fields. ", 2000)
	at := len(long) + strings.Index(text, "Hama")
	found := g.FindOutside(long+text+long, [][2]int{{at, at + 4}})
	if got := names(found); got != "Homs=SY New York=US" {
		t.Errorf("%q in a long text", got)
	}
	checkFound(t, long+text+long, found)
}

// TestFindResolvesTogether: the same name is another place beside other names.
func TestFindResolvesTogether(t *testing.T) {
	g := world(t)
	for _, c := range []struct {
		text, name string
		lat, lon   float64
	}{
		{"Paris, Texas, and Dallas are in Texas.", "Paris", 33.7, -95.6},
		{"Lyon and Marseille are smaller than Paris.", "Paris", 48.9, 2.35},
		{"Alexandria and Cairo, the largest cities of Egypt.", "Alexandria", 31.2, 29.9},
		{"Fire officials in Alexandria and Rapides Parish, Louisiana.", "Alexandria", 31.3, -92.4},
		{"Tripoli, Benghazi and Misrata in Libya.", "Tripoli", 32.9, 13.2},
		{"Tripoli, Sidon and Beirut in Lebanon.", "Tripoli", 34.4, 35.8},
		{"Мосул и Киркук, Ирак", "Мосул", 36.3, 43.1},
	} {
		for _, f := range g.Find(c.text) {
			if f.Text != c.name {
				continue
			}
			if d := f.Place.At.Km(places.LatLon{Lat: c.lat, Lon: c.lon}); d > 60 {
				t.Errorf("%q: %s lies at %v, %.0f km off", c.text, c.name, f.Place.At, d)
			}
		}
	}
}

// checkFound holds the promises of Found.
func checkFound(t interface{ Fatalf(string, ...any) }, text string, found []places.Found) {
	// A broken byte counts as one code point, as ranging over the string does.
	var runes []rune
	for _, r := range text {
		runes = append(runes, r)
	}
	end := 0
	for _, f := range found {
		if f.Start < end || f.End <= f.Start || f.End > len(runes) {
			t.Fatalf("%q at %d to %d of %d in %q", f.Text, f.Start, f.End, len(runes), text)
		}
		if utf8.ValidString(f.Text) && string(runes[f.Start:f.End]) != f.Text {
			t.Fatalf("offsets give %q, the name is %q", string(runes[f.Start:f.End]), f.Text)
		}
		if !f.Place.At.Valid() || f.Confidence < 0 || f.Confidence > 1.0001 || f.Km <= 0 || f.Place.ID == "" {
			t.Fatalf("found %+v", f)
		}
		end = f.End
	}
}

// TestFindProperties draws texts of names, words, marks and garbage.
func TestFindProperties(t *testing.T) {
	g := world(t)
	piece := rapid.SampledFrom([]string{"Homs", "Al-Bab", "دمشق", "و", "Дамаске", "the", "St.", "U.S.", ", ", "\n", "\u200f", "\xff", "New York", "'s", "هەولێر", "County", "😀", "Ill.", "ـ", "Mr."})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), rapid.SampledFrom([]string{" ", "", ", "}).Draw(t, "between"))
		checkFound(t, text, g.Find(text))
	})
}

// TestFindLong: what a long text names is found at its beginning and its end,
// with the right offsets, in time that grows with the length.
func TestFindLong(t *testing.T) {
	g := world(t)
	filler := strings.Repeat("Nothing happened in the fields, وقال شهود. ", 4000)
	text := "Homs. " + filler + "Palmyra."
	found := g.Find(text)
	checkFound(t, text, found)
	if len(found) < 2 || found[0].Text != "Homs" || found[len(found)-1].Text != "Palmyra" {
		t.Fatalf("%d found in %d bytes", len(found), len(text))
	}
	for why, bad := range map[string]string{
		"one word":       strings.Repeat("a", 1<<20),
		"capitals":       strings.Repeat("A", 1<<20),
		"one name":       strings.Repeat("San ", 1<<18),
		"letters apart":  strings.Repeat("A ", 1<<19),
		"marks":          strings.Repeat("\u0301", 1<<19),
		"broken":         strings.Repeat("\xff\xfe", 1<<19),
		"Arabic letters": strings.Repeat("ب ", 1<<18),
		"initials":       strings.Repeat("U.", 1<<19),
		"apostrophes":    strings.Repeat("a'", 1<<19),
	} {
		start := time.Now()
		found := g.Find(bad)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: a megabyte took %v", why, took)
		}
		checkFound(t, bad, found)
	}
}

func FuzzFind(f *testing.F) {
	g, err := places.World()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"Paris, Texas.", "في دمشق وحلب", "St. John's, N.L.", "\xff\x00Хан-Шейхун", "Mt. Pleasant’s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkFound(t, text, g.Find(text)) })
}

func BenchmarkFind(b *testing.B) {
	g, err := places.World()
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("Fighting between Iraqi forces and the Islamic State reached Tal Afar, west of Mosul, on Monday, officials in Baghdad said, while residents of Raqqa in northern Syria reported shelling from the direction of Deir ez-Zor. ", 14)
	g.Find(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Find(text)
	}
}
