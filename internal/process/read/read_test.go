package read

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"entente/internal/process/dates"
	"entente/internal/process/passage"
)

const report = `BAGHDAD, 14 October 2015 (Reuters) - At least nine people, including three children, were killed and 12 wounded on Tuesday, a security source told AFP.

«Мы останемся», — сказал он вчера. قُتل ١٢ شخصاً في بغـــداد أمس، بحسب مصدر أمني.

Share on Facebook Twitter`

func TestText(t *testing.T) {
	res := (&Reader{}).Text(report, Options{Source: "x"})
	if res.DocumentDate == nil || res.DocumentDate.Date != "2015-10-14" || res.DocumentDate.From != "text" {
		t.Fatalf("document date %+v", res.DocumentDate)
	}
	check(t, report, res)
	if len(res.Quantities) != 4 || *res.Quantities[1].PartOf != 0 || res.Quantities[0].High != nil || res.Quantities[3].Text != "١٢ شخصاً" {
		t.Errorf("quantities %+v", res.Quantities)
	}
	for i, q := range res.Quantities {
		if q.Source == nil {
			t.Errorf("quantity %d has no source", i)
		}
	}
	if len(res.Attributions) != 3 || res.Attributions[0].Speaker.Text != "a security source" || res.Attributions[2].SpeakerKind != "anonymous" {
		t.Errorf("attributions %+v", res.Attributions)
	}
	if len(res.Credits) != 1 || res.Credits[0].Agency != "Reuters" {
		t.Errorf("credits %+v", res.Credits)
	}
	if last := res.Sentences[len(res.Sentences)-1]; last.Part != "share" {
		t.Errorf("last sentence %+v", last)
	}
	got := ""
	for _, l := range res.Languages {
		got += l.Language + " "
	}
	if !strings.HasPrefix(got, "en ru ar ") {
		t.Errorf("languages %s", got)
	}
	for _, d := range res.Dates[1:] {
		if *d.From != "2015-10-13" {
			t.Errorf("date %q is %s", d.Text, *d.From)
		}
	}
	if _, err := json.Marshal(res); err != nil {
		t.Error(err)
	}
}

// check holds a result to what it promises: every span slices back to the text
// in bytes and in code points, and intervals are in order.
func check(t interface{ Fatalf(string, ...any) }, text string, res *Result) {
	points := utf8.RuneCountInString
	if res.Encoding != "utf-8" {
		points = func(s string) int { return len(s) }
	}
	shown := func(s string) string { return s }
	if e := passage.GuessEncoding(text); e.Wide() {
		points = func(s string) int { return utf8.RuneCountInString(e.Decode(s)) }
		shown = e.Decode
	}
	runes := points(text)
	if res.CodePoints != runes || res.Bytes != len(text) {
		t.Fatalf("%d bytes, %d points of %q", res.Bytes, res.CodePoints, text)
	}
	span := func(s Span, whole bool) {
		if s.Bytes[0] < 0 || s.Bytes[0] > s.Bytes[1] || s.Bytes[1] > len(text) || whole && shown(text[s.Bytes[0]:s.Bytes[1]]) != s.Text {
			t.Fatalf("%q: span %+v", text, s)
		}
		if points(text[:s.Bytes[0]]) != s.Points[0] || points(text[:s.Bytes[1]]) != s.Points[1] {
			t.Fatalf("%q: code points of %+v", text, s)
		}
	}
	some := func(s *Span) {
		if s != nil {
			span(*s, true)
		}
	}
	for _, x := range res.Languages {
		span(x.Span, false)
	}
	for _, x := range res.Sentences {
		span(x.Span, true)
	}
	for _, x := range res.Mentions {
		span(x.Span, true)
	}
	for _, x := range res.Places {
		span(x.Span, true)
	}
	for _, x := range res.Dates {
		span(x.Span, true)
		if x.From != nil && x.To != nil && *x.From > *x.To {
			t.Fatalf("%q: date %s to %s", x.Text, *x.From, *x.To)
		}
	}
	for _, x := range res.Quantities {
		span(x.Span, true)
		if x.High != nil && *x.High < x.Low || x.PartOf != nil && *x.PartOf >= len(res.Quantities) || x.Source != nil && *x.Source >= len(res.Attributions) {
			t.Fatalf("%q: quantity %+v", text, x)
		}
	}
	for _, x := range res.Attributions {
		span(x.Span, true)
		some(x.Speaker)
		some(x.Addressee)
		some(x.Medium)
		some(x.Via)
		some(x.Content)
		for _, q := range x.Quotes {
			span(q, true)
		}
	}
	for _, x := range res.Credits {
		span(x.Span, true)
	}
	for _, x := range res.Flags {
		for _, s := range x.Spans {
			span(s, false)
		}
	}
}

func TestProperties(t *testing.T) {
	pieces := []string{report, "said", "on Tuesday", "12", " ", "\n\n", "\xff", "\u202e", "\u200b", "قُتل", "شخصاً", "٢٠١٥", "вчера", "сказал", "«", "»", "<p>", "&amp;", "\u0301", "گفت", "وتی", "ﺑﻐﺪاﺩ", "\x00", "Моcква", "3 October 2015"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "sep"))
		html := rapid.Bool().Draw(t, "html")
		check(t, text, (&Reader{}).Text(text, Options{HTML: html, Plain: !html}))
	})
}

func FuzzText(f *testing.F) {
	f.Add(report, false)
	f.Add("00\xd0A\xd8م\xd80\xd8\xd8\xd80\xb10\xb10", false)
	f.Add("\xff\xfeF\x00i\x00v\x00e\x00 \x00d\x00i\x00e\x00d\x00", false)
	f.Add("<html><p>Five &amp; killed</p>", true)
	f.Fuzz(func(t *testing.T, text string, html bool) {
		check(t, text, (&Reader{}).Text(text, Options{HTML: html, Plain: !html}))
	})
}

// Windows change no offset, and texts without any place to part them end.
func TestLongTexts(t *testing.T) {
	for name, text := range map[string]string{
		"paragraphs": strings.Repeat(report+"\n\n", 1200),
		"one word":   strings.Repeat("x", 2<<20),
		"invalid":    strings.Repeat("\xff", 1<<20),
		"marks":      "a" + strings.Repeat("\u0301", 1<<19),
		"invisible":  strings.Repeat("a\u200b\u202e", 1<<18),
		"quotes":     strings.Repeat("\" ", 1<<19),
		"brackets":   strings.Repeat("<p ", 1<<19),
		"numbers":    strings.Repeat("1,234 ", 1<<18),
		"said":       strings.Repeat("said ", 1<<18),
		"and":        strings.Repeat("three and ", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			res := (&Reader{}).Text(text, Options{Plain: name != "brackets", HTML: name == "brackets"})
			took := time.Since(begin)
			t.Logf("%.1f MB/s", float64(len(text))/1e6/took.Seconds())
			if took > time.Minute {
				t.Errorf("%v for %d bytes", took, len(text))
			}
			if n := len(res.Dates); n > 0 {
				d := res.Dates[n-1]
				if text[d.Bytes[0]:d.Bytes[1]] != d.Text {
					t.Errorf("last date is %q at %v", d.Text, d.Bytes)
				}
			}
			if res.Read < len(text) && len(res.Flags) == 0 {
				t.Errorf("%d of %d bytes read, and no flag", res.Read, len(text))
			}
		})
	}
}

func TestDecide(t *testing.T) {
	s := Suggestion{State: Proposed}
	for _, d := range []Decision{{}, {State: Proposed, Officer: "a", At: "2015-10-14T00:00:00Z"}, {State: Accepted, At: "2015-10-14T00:00:00Z"}, {State: Accepted, Officer: "a"}} {
		if _, err := s.Decide(d); !errors.Is(err, ErrDecision) {
			t.Errorf("%+v: %v", d, err)
		}
	}
	a, err := s.Decide(Decision{Accepted, "irq.duty", "2015-10-14T00:00:00Z"})
	if err != nil || a.State != Accepted || s.State != Proposed {
		t.Fatalf("%+v %v", a, err)
	}
	b, err := a.Decide(Decision{Rejected, "irq.an", "2015-10-15T00:00:00Z"})
	if err != nil || b.State != Rejected || len(b.Decisions) != 2 || len(a.Decisions) != 1 {
		t.Fatalf("%+v %v", b, err)
	}
}

func BenchmarkText(b *testing.B) {
	day, _ := dates.ParseDay("2015-10-14")
	text := strings.Repeat("At least nine people, including three children, were killed and 12 others wounded in clashes near the town of Baiji on Tuesday, a security source told AFP on condition of anonymity. ", 16)
	b.SetBytes(int64(len(text)))
	r := &Reader{}
	for b.Loop() {
		r.Text(text, Options{Date: dates.Document{Day: day, Known: true}})
	}
}
