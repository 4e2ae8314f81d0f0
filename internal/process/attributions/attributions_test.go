package attributions

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

func find(s string, tag language.Tag) ([]Attribution, []Credit, *passage.Form, []passage.Token) {
	f := passage.New(s)
	ts := passage.Tokens(f)
	for i := range ts {
		ts[i].Lang = tag
	}
	as, cs := Find(ts, passage.Sentences(f, ts), nil)
	return as, cs, f, ts
}

func text(f *passage.Form, ts []passage.Token, r Range) string {
	if r.Empty() {
		return ""
	}
	return f.Text[ts[r.First].Start:ts[r.Last-1].End]
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		tag      language.Tag
		in, want string
	}{
		{language.English, `A security source told AFP that nine people died.`, "A security source [anonymous] assert >AFP agency"},
		{language.English, `"We will stay," said Observatory chief Rami Karim in a statement.`, `Observatory chief Rami Karim [named] assert statement "We will stay,"`},
		{language.English, `Warplanes hit a school killing 26 civilians including many children a monitor and activists said.`, "a monitor and activists [anonymous] assert"},
		{language.English, `According to the Syrian Observatory for Human Rights, 12 were hurt.`, "the Syrian Observatory for Human Rights [named] assert"},
		{language.English, `The defence ministry denied the report.`, "The defence ministry [described] deny"},
		{language.English, `Rami Karim, head of the Observatory, said it was over.`, "Rami Karim, head of the Observatory [named] assert"},
		{language.English, `He warned that more people would flee.`, "He [pronoun] forecast"},
		{language.English, `Reportedly the road is closed. Inspectors found no evidence of it.`, " [none] hearsay; Inspectors [named] negative-finding"},
		{language.English, `Sergei Ivanov was quoted by Interfax as saying that talks went on.`, "Sergei Ivanov [named] assert via Interfax"},
		{language.English, `Police said they found no bodies in the house.`, "Police [described] negative-finding"},
		{language.English, `Rescuers found no survivors.`, "Rescuers [named] negative-finding"},
		{language.English, `The ministry said the talks will begin on Monday.`, "The ministry [described] forecast"},
		{language.English, `The minister told reporters that troops might withdraw.`, "The minister [described] forecast >reporters"},
		{language.English, `The minister said the troops had left and will return.`, "The minister [described] assert"},
		{language.English, `The minister said it may have begun.`, "The minister [described] assert"},
		{language.Russian, `Как сообщил «Интерфаксу» источник в полиции, ранены трое.`, "источник в полиции [anonymous] assert >Интерфаксу agency"},
		{language.Russian, `Как сообщил «Интерфакс», ранены трое.`, "«Интерфакс» [agency] assert"},
		{language.Russian, `Об этом «Интерфаксу» сообщил источник.`, "источник [anonymous] assert >Интерфаксу agency"},
		{language.Russian, `Об этом заявил министр Сергей Иванов агентству РИА Новости.`, "министр Сергей Иванов [named] assert >агентству РИА Новости agency"},
		{language.Arabic, `قتل ثلاثة أشخاص حسبما قال مصدر أمني.`, "مصدر أمني [anonymous] assert"},
		{language.Arabic, `وأكد في تصريح لوكالة رويترز أن الطريق مقطوع.`, " [pronoun] assert >لوكالة رويترز interview"},
		{language.Russian, `Об этом сообщил ТАСС источник в силовых структурах.`, "источник в силовых структурах [anonymous] assert >ТАСС agency"},
		{language.Russian, `Представитель минобороны РФ Иван Петров заявил журналистам, что погибших нет.`, "Представитель минобороны РФ Иван Петров [named] assert >журналистам"},
		{language.Russian, `«Мы останемся», — сказал он.`, `он [pronoun] assert "Мы останемся"`},
		{language.Russian, `По данным полиции, ранены трое. Минобороны опровергло сообщение.`, "полиции [described] assert; Минобороны [described] deny"},
		{language.Arabic, `قال مصدر أمني لوكالة فرانس برس إن ثلاثة أشخاص قتلوا.`, "مصدر أمني [anonymous] assert >لوكالة فرانس برس agency"},
		{language.Arabic, `نفت وزارة الدفاع الروسية ذلك في بيان.`, "وزارة الدفاع الروسية [described] deny statement"},
		{language.Arabic, `ونقلت وكالة سانا عن مصدر عسكري قوله إن الطريق مقطوع.`, "مصدر عسكري [anonymous] assert via وكالة سانا"},
		{language.Persian, `به گفتهٔ یک منبع امنیتی، سه نفر کشته شدند.`, "یک منبع امنیتی [anonymous] assert"},
		{language.Persian, `سخنگوی وزارت دفاع در گفتگو با ایسنا گفت که راه بسته است.`, "سخنگوی وزارت دفاع [described] assert >ایسنا interview"},
		{language.Sorani, `سەرچاوەیەکی ئەمنی بە ڕووداوی وت کە سێ کەس کوژران.`, "سەرچاوەیەکی ئەمنی [anonymous] assert >ڕووداوی agency"},
		{language.Sorani, `وتەبێژی سوپا وتی کە ڕێگاکە داخراوە.`, "وتەبێژی سوپا [described] assert"},
		{language.Sorani, `بە وتەی سەرچاوەیەکی ئەمنی، سێ کەس کوژران.`, "سەرچاوەیەکی ئەمنی [anonymous] assert"},
	} {
		as, _, f, ts := find(c.in, c.tag)
		var got []string
		for _, a := range as {
			s := fmt.Sprintf("%s [%s] %s", text(f, ts, a.Speaker), a.Kind, a.Modality)
			if !a.Addressee.Empty() {
				s += " >" + text(f, ts, a.Addressee)
			}
			if a.MediumKind != "" {
				s += " " + a.MediumKind
			}
			if !a.Via.Empty() {
				s += " via " + text(f, ts, a.Via)
			}
			if a.Direct {
				s += fmt.Sprintf(" %q", text(f, ts, a.Quotes[0]))
			}
			got = append(got, s)
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.tag, c.in, g, c.want)
		}
	}
}

// TestContent: what was said stands on either side of its verb, without the
// dateline and without the words that lead to the verb.
func TestContent(t *testing.T) {
	for _, c := range []struct {
		tag      language.Tag
		in, want string
	}{
		{language.English, "BEIRUT (Reuters) - Three people died, the army said.", "Three people died,"},
		{language.English, "BEIRUT (Reuters) - Three people died in the raid, according to the army.", "Three people died in the raid,"},
		{language.English, "Three people died in the raid, according to the army.", "Three people died in the raid,"},
		{language.English, "Sergei Ivanov was quoted by Interfax as saying that talks went on.", "talks went on."},
		{language.Arabic, "قتل ثلاثة أشخاص حسبما قال مصدر أمني.", "قتل ثلاثة أشخاص"},
		{language.Arabic, "قتل ثلاثة أشخاص وفق ما أفاد مصدر أمني.", "قتل ثلاثة أشخاص"},
		{language.Arabic, "وأكد في تصريح لوكالة رويترز أن الطريق مقطوع.", "الطريق مقطوع."},
	} {
		as, _, f, ts := find(c.in, c.tag)
		if len(as) != 1 || text(f, ts, as[0].Content) != c.want {
			t.Errorf("%s: %d statements", c.in, len(as))
			for _, a := range as {
				t.Errorf("  %q", text(f, ts, a.Content))
			}
		}
	}
}

func TestCredits(t *testing.T) {
	for _, c := range []struct {
		tag      language.Tag
		in, want string
	}{
		{language.English, "BEIRUT (Reuters) - Three people died.", "dateline Reuters"},
		{language.English, "Three people died.\n\n(Reporting by A. Writer; editing by B. Other)", "reporting "},
		{language.English, "BEIRUT - Three people died.", "stripped "},
		{language.English, "Three people died. (AFP)", "byline AFP"},
		{language.English, "Three people died. (Agencies)", "stripped "},
		{language.Russian, "МОСКВА, 1 октября. /ТАСС/. Погибли трое.", "dateline TASS"},
		{language.Arabic, "دمشق (رويترز) - قتل ثلاثة أشخاص.", "dateline Reuters"},
		{language.Arabic, "قتل ثلاثة.\n\nالمصدر: سانا", "byline SANA"},
		{language.Persian, "سه نفر کشته شدند.\n\nمنبع: ایسنا", "byline ISNA"},
		{language.English, "Three people died on Tuesday, the AFP reporter said.", ""},
	} {
		_, cs, _, _ := find(c.in, c.tag)
		var got []string
		for _, x := range cs {
			got = append(got, string(x.Kind)+" "+x.Agency)
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s: got %q, want %q", c.in, g, c.want)
		}
	}
}

func check(t interface{ Fatalf(string, ...any) }, in string, as []Attribution, cs []Credit, n int) {
	ok := func(r Range) bool { return r.First >= 0 && r.First <= r.Last && r.Last <= n }
	at := 0
	for _, a := range as {
		if a.Cue.Empty() || a.Cue.First < at || !ok(a.Cue) || !ok(a.Speaker) || !ok(a.Addressee) || !ok(a.Medium) || !ok(a.Via) || !ok(a.Content) {
			t.Fatalf("%q: %+v", in, a)
		}
		at = a.Cue.Last
		for _, q := range a.Quotes {
			if !ok(q) || q.Empty() {
				t.Fatalf("%q: quotation %v", in, q)
			}
		}
		if a.Modality == "" || a.Kind == "" || a.Confidence <= 0 || a.Confidence > 1 {
			t.Fatalf("%q: %+v", in, a)
		}
	}
	at = 0
	for _, c := range cs {
		if c.First < at || c.Empty() || c.Last > n {
			t.Fatalf("%q: credit %+v", in, c)
		}
		at = c.Last
	}
}

func TestProperties(t *testing.T) {
	var words []string
	for _, list := range lists {
		words = append(words, strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == '\n' || r == ':' })...)
	}
	words = append(words, "Rami", "\"", "«", "»", ",", ".", ":", "-", "(", ")", "AFP", "ТАСС", "\n\n", "12")
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 16).Draw(t, "words"), " ")
		as, cs, _, ts := find(in, rapid.SampledFrom(language.Tags[:]).Draw(t, "tag"))
		check(t, in, as, cs, len(ts))
	})
}

func FuzzFind(f *testing.F) {
	f.Add(`"We stay," said X in a statement (AFP)`, 4)
	f.Fuzz(func(t *testing.T, s string, tag int) {
		as, cs, _, ts := find(s, language.Tags[uint(tag)%5])
		check(t, s, as, cs, len(ts))
	})
}
