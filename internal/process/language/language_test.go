package language

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The sentences are written for this test; none is in what the table was made
// from.
var samples = map[string][]string{
	"ar":  {"أصيب جنديان في انفجار قرب المدينة", "أعلن المتحدث باسم الحكومة بدء المحادثات", "لا توجد كهرباء منذ ثلاثة أيام", "العراق", "من قتل في بغداد؟", "قوات الامن تنتشر في الشوارع"},
	"fa":  {"دو سرباز در انفجار نزدیک شهر زخمی شدند", "سخنگوی دولت آغاز گفتگوها را اعلام کرد", "سه روز است که برق نداریم", "می\u200cخواهم بروم", "نيروهاي امنيتي در خيابان\u200cها مستقر شدند", "چه کسی کشته شد؟"},
	"ckb": {"دوو سەرباز لە تەقینەوەیەک لە نزیک شارەکە بریندار بوون", "وتەبێژی حکومەت دەستپێکردنی گفتوگۆکانی ڕاگەیاند", "سێ ڕۆژە کارەبامان نییە", "هەولێر", "هێزە ئەمنییەکان بڵاوەیان کرد", "كێ كوژرا؟"},
	"ru":  {"Двое солдат ранены при взрыве возле города", "Представитель правительства объявил о начале переговоров", "Уже три дня нет электричества", "Кто погиб в Багдаде?", "вчера вечером"},
	"en":  {"Two soldiers were wounded in an explosion near the town", "The government spokesman announced the start of talks", "There has been no power for three days", "Who was hurt there?", "the day before yesterday"},
	"tr":  {"Şehrin yakınındaki patlamada iki asker yaralandı", "Hükümet sözcüsü görüşmelerin başladığını açıkladı", "Üç gündür elektrik yok"},
	"fr":  {"Deux soldats ont été blessés dans une explosion près de la ville", "Le porte-parole du gouvernement a annoncé le début des pourparlers", "Il n'y a plus d'électricité depuis trois jours"},
	"de":  {"Zwei Soldaten wurden bei einer Explosion nahe der Stadt verletzt", "Seit drei Tagen gibt es keinen Strom"},
	"es":  {"Dos soldados resultaron heridos en una explosión cerca de la ciudad", "No hay electricidad desde hace tres días"},
	"ku":  {"Du leşker di teqînekê de li nêzîkî bajêr birîndar bûn", "Sê roj in ku kareba tune"},
	"uk":  {"Двоє солдатів поранені під час вибуху біля міста", "Речник уряду оголосив про початок переговорів", "Уже три дні немає електрики"},
	"bg":  {"Двама войници бяха ранени при експлозия близо до града", "Говорителят на правителството обяви началото на преговорите"},
	"he":  {"שני חיילים נפצעו בפיצוץ ליד העיר", "דובר הממשלה הודיע על תחילת השיחות"},
	"ur":  {"شہر کے قریب دھماکے میں دو فوجی زخمی ہو گئے", "حکومت کے ترجمان نے مذاکرات کے آغاز کا اعلان کیا", "تین دن سے بجلی نہیں ہے"},
	"ps":  {"ښار ته نږدې په یوه چاودنه کې دوه سرتېري ټپیان شول", "د حکومت ویاند د خبرو د پیل خبر ورکړ"},
	"el":  {"Δύο στρατιώτες τραυματίστηκαν"},
	"hy":  {"Երկու զինվոր վիրավորվել է"},
}

var read = map[string]Tag{"ar": Arabic, "fa": Persian, "ckb": Sorani, "ru": Russian, "en": English}

func TestDetect(t *testing.T) {
	right, all := 0, 0
	for code, list := range samples {
		want, ours := read[code]
		if !ours {
			want = Other
		}
		for _, s := range list {
			all++
			g := Detect(s)
			if g.Tag == want {
				right++
			} else {
				t.Logf("%q of %s is %s, %s at %.2f", s, code, g.Tag, g.Code, g.Confidence)
			}
			// What is wrong must at least not be sure of itself.
			if g.Tag != want && g.Confidence > 0.95 || g.Confidence < 0 || g.Confidence > 1 {
				t.Errorf("%q of %s is surely %s", s, code, g.Code)
			}
		}
	}
	t.Logf("%d of %d", right, all)
	if right < all-1 {
		t.Errorf("%d of %d right", right, all)
	}
	for _, s := range []string{"", "123 ...", "😀"} {
		if g := Detect(s); g.Tag != Unknown || g.Code != "und" {
			t.Errorf("%q is %+v", s, g)
		}
	}
}

func TestSegments(t *testing.T) {
	for _, c := range []struct{ parts, want string }{
		{"The minister said so.|قال الوزير إن المحادثات انتهت.|وەزیر وتی گفتوگۆکان کۆتاییان هات.|وزیر گفت گفتگوها پایان یافت.|Министр сказал это.", "en ar ckb fa ru"},
		{"The paper called it «الهجوم الكبير على المدينة القديمة» and went on with the other news.", "en ar en"},
		{"Сегодня в Багдаде (Baghdad) тихо.", "ru"},
		{"Bakan görüşmelerin bittiğini söyledi.|The minister said that talks were over.", "tr en"},
		{"... 123", "und"},
	} {
		var text strings.Builder
		var cuts []Span
		for p := range strings.SplitSeq(c.parts, "|") {
			from := text.Len()
			text.WriteString(p)
			cuts = append(cuts, Span{from, text.Len()})
			text.WriteByte(' ')
		}
		var got []string
		for _, s := range Segments(text.String(), cuts) {
			got = append(got, s.Code)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: got %s, want %s", c.parts, g, c.want)
		}
	}
}

func TestParseTag(t *testing.T) {
	for in, want := range map[string]Tag{"ar": Arabic, "fa-IR": Persian, "ckb": Sorani, "ru_RU": Russian, "en": English, "tr": Other, "": Unknown} {
		if g := ParseTag(in); g != want {
			t.Errorf("%q is %v, want %v", in, g, want)
		}
	}
}

// Segments cover the text without gaps or overlaps, whatever the cuts.
func TestSegmentsCover(t *testing.T) {
	words := []string{"said ", "قال ", "وتی ", "گفت ", "сказал ", "söyledi ", "123 ", "«", "»", ". ", "\n", "\xff", "שלום "}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, "words"), "")
		var cuts []Span
		for at := 0; at < len(text); {
			end := min(len(text), at+rapid.IntRange(1, 60).Draw(t, "cut"))
			for end < len(text) && !utf8.RuneStart(text[end]) {
				end++
			}
			cuts = append(cuts, Span{at, end})
			at = min(len(text), end+rapid.IntRange(0, 1).Draw(t, "gap"))
		}
		at := 0
		for _, s := range Segments(text, cuts) {
			if s.Start != at || s.End <= s.Start {
				t.Fatalf("%q: segment %+v after %d", text, s, at)
			}
			at = s.End
		}
		if at != len(text) {
			t.Fatalf("%q: segments end at %d", text, at)
		}
	})
}

func TestTableIsSmall(t *testing.T) {
	if len(tableBytes) > 2<<20 {
		t.Errorf("the table has %d bytes", len(tableBytes))
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("The minister «قال» сказал")
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for _, x := range Segments(s, nil) {
			if x.Start != at || x.End <= at {
				t.Fatalf("%q: %+v after %d", s, x, at)
			}
			at = x.End
		}
		if at != len(s) {
			t.Fatalf("%q: ends at %d", s, at)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	s := samples["en"][0]
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Detect(s)
	}
}

// A short English sentence is English whatever names stand in it.
func TestNamesDoNotNameTheLanguage(t *testing.T) {
	right := 0
	list := []string{
		"Colonel Karim al-Hashimi spoke in Mosul.", "Karim al-Hashimi spoke in Mosul.", "General Abdullah Nurzai left Kunduz.", "Abu Omar al-Shishani was in Raqqa.",
		"Fighters fled to Tal Afar.", "He was seen in Palmyra.", "Colonel Hassan Rostami met him in Latakia.", "Salim Idriss denied it.", "They crossed near Jarabulus.",
		"Major Petrov said no.", "Haji Bakr is dead.", "The convoy left Ramadi.", "Witnesses saw two cars in Baiji.", "Umar Farooq Hamid was arrested.",
	}
	for _, s := range list {
		g := Detect(s)
		if g.Tag == English {
			right++
		} else {
			t.Logf("%q is %s at %.2f", s, g.Code, g.Confidence)
			if g.Confidence > 0.6 {
				t.Errorf("%q is surely %s, %.2f", s, g.Code, g.Confidence)
			}
		}
	}
	// Nor do they hide another language.
	for code, s := range map[string]string{"tr": "Albay Karim el-Haşimi Musul'da konuştu.", "fr": "Le colonel Karim al-Hachimi a parlé à Mossoul.", "de": "Oberst Karim al-Haschimi sprach in Mossul mit den Leuten.",
		"es": "El coronel Karim al-Hashimi habló en Mosul.", "it": "Il colonnello Karim al-Hashimi ha parlato a Mosul."} {
		if g := Detect(s); g.Code != code {
			t.Errorf("%q is %s at %.2f, want %s", s, g.Code, g.Confidence, code)
		}
	}
	t.Logf("%d of %d", right, len(list))
	if right < len(list)-1 {
		t.Errorf("%d of %d are English", right, len(list))
	}
}
