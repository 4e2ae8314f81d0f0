package passage

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"entente/internal/process/language"
)

func TestNormalForm(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Clashes near Baiji.", "Clashes near Baiji."},
		{"tatweel", "بغـــداد", "بغداد"},
		{"vowel signs", "كَتَبَ مُحَمَّد", "كتب محمد"},
		{"arabic digits", "٢٠١٥ و۱۳۹۴", "2015 و1394"},
		{"other digits", "१२३", "123"},
		{"composes", "cafe\u0301 и\u0306", "café й"},
		{"hamza composes", "ا\u0654", "أ"},
		{"invisible", "bo\u200bmb \u202eab\u202c", "bomb ab"},
		{"half-space stays", "می\u200cشود", "می\u200cشود"},
		{"half-space at an edge goes", "\u200cمی \u200cشود", "می شود"},
		{"presentation forms", "ﺑﻐﺪاﺩ", "بغداد"},
		{"ligature", "ﻻ", "لا"},
		{"spaces", "a\u00a0b\u2009c", "a b c"},
		{"lines", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"controls", "a\x00b", "a b"},
		{"invalid", "a\xffb", "a\ufffdb"},
		{"order mark", "\ufeffa", "a"},
		{"full width", "ＡＢ１２", "AB12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := New(c.in)
			if f.Text != c.want {
				t.Errorf("normal form %q, want %q", f.Text, c.want)
			}
			checkForm(t, f)
		})
	}
}

// checkForm holds a form to its laws: valid UTF-8; offsets rise, stay inside,
// and lead from any rune of the normal form to a part of the original whose
// own normal form holds that rune.
func checkForm(t interface{ Fatalf(string, ...any) }, f *Form) {
	if !utf8.ValidString(f.Text) {
		t.Fatalf("normal form of %q is not UTF-8", f.Original)
	}
	last := 0
	for i, r := range f.Text {
		n := utf8.RuneLen(r)
		s := f.ToOriginal(Span{i, i + n})
		if s.Start < last && s.Start < 0 || s.End > len(f.Original) || s.Start > s.End {
			t.Fatalf("%q: rune %d leads to %v", f.Original, i, s)
		}
		last = s.Start
		back := f.FromOriginal(s)
		if s.End > s.Start && (back.Start > i || back.End < i+n) {
			t.Fatalf("%q: rune %q at %d leads to %v and back to %v", f.Original, r, i, s, back)
		}
	}
}

func TestOffsetsSliceBack(t *testing.T) {
	in := "قُتِلَ ١٢ شخصاً في بغـــداد."
	f := New(in)
	for word, want := range map[string]string{"قتل": "قُتِلَ", "12": "١٢", "شخصا": "شخصاً", "بغداد": "بغـــداد"} {
		i := strings.Index(f.Text, word)
		s := f.ToOriginal(Span{i, i + len(word)})
		if got := in[s.Start:s.End]; got != want {
			t.Errorf("%s leads to %q, want %q", word, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		in   string
		want FlagKind
	}{
		{"a\xffb", FlagInvalid},
		{"a\u202eb", FlagBidi},
		{"a\u200bb", FlagInvisible},
		{"a\x01b", FlagControl},
		{"a\ufffdb", FlagReplaced},
		{"a" + strings.Repeat("\u0301", 9), FlagMarks},
		{"Моcква и Рoссия", FlagHomoglyph},
		{"Ù…Ù‚ØªÙ„ Ø«Ù„Ø§Ø«Ø©", FlagMojibake},
		{"ﺑﻐﺪاﺩ", FlagForms},
	} {
		f := New(c.in)
		Tokens(f)
		found := false
		for _, g := range f.Flags {
			found = found || g.Kind == c.want
		}
		if !found {
			t.Errorf("%q: no flag %s in %v", c.in, c.want, f.Flags)
		}
	}
	if f := New("Plain words, نص عادي و متن با نیم\u200cفاصله می\u200cشود."); len(f.Flags) > 0 {
		t.Errorf("plain text flagged: %v", f.Flags)
	}
}

func TestHomoglyphsFold(t *testing.T) {
	f := New("Моcква") // with a Latin c
	if k := Tokens(f)[0].Key; k != "москва" {
		t.Errorf("key %q", k)
	}
}

func TestOtherEncodings(t *testing.T) {
	for name, enc := range map[string]string{
		"windows-1251": "\xc2 \xd1\xe8\xf0\xe8\xe8 \xef\xee\xe3\xe8\xe1\xeb\xe8 \xe4\xe2\xe5\xed\xe0\xe4\xf6\xe0\xf2\xfc \xf7\xe5\xeb\xee\xe2\xe5\xea, \xf1\xee\xee\xe1\xf9\xe8\xeb \xe8\xf1\xf2\xee\xf7\xed\xe8\xea.",
		"windows-1256": "\xe3\xde\xca\xe1 \xcb\xe1\xc7\xcb\xc9 \xc3\xd4\xce\xc7\xd5 \xdd\xed \xc8\xdb\xcf\xc7\xcf \xcd\xd3\xc8 \xe3\xd5\xcf\xd1 \xc3\xe3\xe4\xed.",
	} {
		f := New(enc)
		if len(f.Flags) == 0 || f.Flags[0].Kind != FlagDecoded || f.Flags[0].Detail != name {
			t.Errorf("%s: flags %v, text %q", name, f.Flags, f.Text)
			continue
		}
		checkForm(t, f)
		toks := Tokens(f)
		s := f.ToOriginal(Span{toks[0].Start, toks[0].End})
		if s.Start != 0 || s.End != strings.IndexByte(enc, ' ') {
			t.Errorf("%s: first word at %v", name, s)
		}
	}
}

func TestFormProperties(t *testing.T) {
	alphabet := []rune("aZé0٣۴ كيیە\u0640\u064e\u0654\u0301\u200b\u200c\u200f\u202e\r\n\tшЙёﻻ１𝟗\ufeff.,«»")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 40).Draw(t, "runes"))
		if rapid.Bool().Draw(t, "broken") && len(s) > 1 {
			s = s[:len(s)-1]
		}
		f := New(s)
		checkForm(t, f)
		if f.Text != norm.NFC.String(f.Text) {
			t.Fatalf("%q: normal form %q is not NFC", s, f.Text)
		}
		toks := Tokens(f)
		checkTokens(t, f, toks)
		at := 0
		for _, x := range Sentences(f, toks) {
			if x.First != at || x.Last <= x.First {
				t.Fatalf("%q: sentence %v after %d", s, x, at)
			}
			at = x.Last
		}
		if at != len(toks) {
			t.Fatalf("%q: sentences hold %d of %d tokens", s, at, len(toks))
		}
	})
}

func checkTokens(t interface{ Fatalf(string, ...any) }, f *Form, toks []Token) {
	end := 0
	for _, k := range toks {
		if k.Start < end || k.End <= k.Start || k.End > len(f.Text) {
			t.Fatalf("%q: token %+v after %d", f.Text, k, end)
		}
		if strings.TrimSpace(f.Text[end:k.Start]) != "" {
			t.Fatalf("%q: %q is in no token", f.Text, f.Text[end:k.Start])
		}
		end = k.End
	}
}

func FuzzForm(f *testing.F) {
	f.Add("قُتِلَ ١٢ شخصاً")
	f.Add("<p>a &amp; b&nbsp;c</p>\xff")
	f.Add("а\u0306\u200b\u202eé\u0301\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		for _, x := range []*Form{New(s), HTML(s)} {
			checkForm(t, x)
			checkTokens(t, x, Tokens(x))
		}
	})
}

func TestHTML(t *testing.T) {
	page := `<!doctype html><html><head><title>x</title><script>var a="<p>no</p>"</script></head><body><nav><a>Home</a></nav>
<article><header><h1>Clashes &amp; talks</h1></header><div class="share-bar">Tweet</div><p>Five were
killed&nbsp;in <b>Mosul</b>.</p><figure><figcaption>A photo</figcaption></figure><p>&#1576;غداد</p></article><footer>(c)</footer></body></html>`
	f := HTML(page)
	if want := "Clashes & talks\n\nFive were killed in Mosul.\n\nبغداد\n\n"; f.Text != want {
		t.Errorf("text %q, want %q", f.Text, want)
	}
	checkForm(t, f)
	for word, want := range map[string]string{"Clashes & talks": "Clashes &amp; talks", "Mosul": "Mosul", "killed in": "killed&nbsp;in", "بغداد": "&#1576;غداد"} {
		i := strings.Index(f.Text, word)
		s := f.ToOriginal(Span{i, i + len(word)})
		if !strings.HasPrefix(page[s.Start:s.End], want[:5]) || i >= 0 && word != "killed in" && page[s.Start:s.End] != want {
			t.Errorf("%q leads to %q", word, page[s.Start:s.End])
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"Gen. Smith of the U.S. Army spoke. He left at 5 p.m. on Oct. 3.", []string{"Gen. Smith of the U.S. Army spoke.", "He left at 5 p.m. on Oct. 3."}},
		{"It cost $1.5 million. \"Why?\" he asked. \"Go.\" They went.", []string{"It cost $1.5 million.", "\"Why?\" he asked.", "\"Go.\"", "They went."}},
		{"В 2015 г. погибли 3,5 тыс. человек. Об этом сообщил ген. Иванов.", []string{"В 2015 г. погибли 3,5 тыс. человек.", "Об этом сообщил ген. Иванов."}},
		{"Он родился в г. Москва. «Ура!» — сказал он.", []string{"Он родился в г. Москва.", "«Ура!» — сказал он."}},
		{"قال د. أحمد إن الوضع صعب. هل انتهى؟ لا، لم ينته.", []string{"قال د. أحمد إن الوضع صعب.", "هل انتهى؟", "لا، لم ينته."}},
		{"آیا تمام شد؟ نه. ۲٫۵ میلیون نفر آواره\u200cاند.", []string{"آیا تمام شد؟", "نه.", "۲٫۵ میلیون نفر آواره\u200cاند."}},
		{"سێ کەس کوژران. پێنج کەسیش بریندار بوون!", []string{"سێ کەس کوژران.", "پێنج کەسیش بریندار بوون!"}},
		{"three died.  the source said so.  nobody else was hurt in the attack near the town of la palma, chalatenango department.", []string{"three died.", "the source said so.", "nobody else was hurt in the attack near the town of la palma, chalatenango department."}},
		{"A title\n\nSome text.", []string{"A title", "Some text."}},
		{"Mosul\nBaghdad", []string{"Mosul", "Baghdad"}},
	} {
		f := New(c.in)
		var got []string
		for _, s := range Sentences(f, Tokens(f)) {
			o := f.ToOriginal(s.Span)
			got = append(got, c.in[o.Start:o.End])
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("sentences of %q:\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestParts(t *testing.T) {
	text := `Home | News | Syria | Iraq

Clashes in the north

Share on Facebook Twitter

Photo: soldiers at a checkpoint near Tikrit on Monday

Three soldiers were wounded in clashes north of the town on Monday.

Three soldiers were wounded in clashes north of the town on Monday.

اقرأ أيضا: مقتل ثلاثة

Поделиться

All rights reserved 2015.`
	f := New(text)
	toks := Tokens(f)
	ss := Sentences(f, toks)
	want := []Part{Navigation, Body, Share, Caption, Body, Repeat, Navigation, Share, Legal}
	got := Parts(f, toks, ss)
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("parts %v, want %v", got, want)
		}
	}
}

func TestLanguageOfTokens(t *testing.T) {
	in := "The minister said: «قتل ثلاثة أشخاص في بغداد اليوم وأصيب آخرون» in a statement."
	f := New(in)
	toks := Tokens(f)
	Language(toks, language.Segments(f.Text, []language.Span{{Start: 0, End: len(f.Text)}}))
	for _, k := range toks {
		if k.Script == language.ArabicScript && k.Lang != language.Arabic || k.Script == language.Latin && k.Lang != language.English {
			t.Errorf("%s is %v", k.Key, k.Lang)
		}
	}
}

func BenchmarkForm(b *testing.B) {
	s := strings.Repeat("قُتل ١٢ شخصا في بغداد أمس. Three people were killed on Tuesday near the town. ", 30)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		f := New(s)
		Sentences(f, Tokens(f))
	}
}
