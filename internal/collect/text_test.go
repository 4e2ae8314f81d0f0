package collect

import (
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"entente/act"
)

type importer func(io.Reader, Options) ([]Draft, error)

func take(t testing.TB, f importer, raw string, o Options) []Draft {
	t.Helper()
	ds, err := f(strings.NewReader(raw), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		build(t, d)
		if d.Original.Digest != sha256.Sum256([]byte(raw)) || d.Original.Size != int64(len(raw)) {
			t.Errorf("original %+v is not the file", d.Original)
		}
	}
	return ds
}

func TestText(t *testing.T) {
	const raw = "\ufeffFlour in the north\r\n\r\nTwo lorries were let go.\r\nThe bakery is closed.\r\n  \t\r\n\r\nA second\x00 paragraph.\f"
	ds := take(t, Text, raw, options())
	if len(ds) != 1 || ds[0].Title != "Flour in the north" || ds[0].Type != act.INTREP || ds[0].Key != "1" {
		t.Fatalf("%+v", ds)
	}
	want := "Flour in the north\n\nTwo lorries were let go.\nThe bakery is closed.\n\nA second paragraph."
	if got := all(ds); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if p := ds[0].Portions[0]; p.Lang != "und" || p.Grade.String() != "B3" || len(p.Sources) != 1 {
		t.Errorf("%+v", p)
	}
	o := options()
	o.Origin.Lang, o.Type = "ckb", act.SITREP
	if ds = take(t, Text, "یەک", o); ds[0].Portions[0].Lang != "ckb" || ds[0].Type != act.SITREP || ds[0].Title != "یەک" {
		t.Errorf("%+v", ds[0])
	}
}

// TestTextIsGrouped: portions hold whole paragraphs of about 4 KiB; what does
// not fit into one act becomes several.
func TestTextIsGrouped(t *testing.T) {
	para := strings.Repeat("A sentence of an invented report. ", 30) // 1,020 bytes
	ds := take(t, Text, "Title\n\n"+strings.Repeat(para+"\n\n", 200), options())
	if len(ds) != 4 || ds[1].Key != "2" || !strings.HasSuffix(ds[1].Title, "(2/4)") {
		t.Fatalf("%d drafts, second %s %q", len(ds), ds[1].Key, ds[1].Title)
	}
	if strings.Count(all(ds), strings.TrimSpace(para)) != 200 {
		t.Error("paragraphs are lost or cut")
	}
	for _, p := range texts(ds) {
		if len(p) > softPortion {
			t.Errorf("a portion of %d bytes", len(p))
		}
	}
	for _, long := range []string{strings.Repeat("word ", 60_000), strings.Repeat(`"`, 100_000), strings.Repeat("ڤ", 100_000)} {
		ds := take(t, Text, long, options())
		if got := strings.Join(strings.Fields(strings.Join(texts(ds), " ")), ""); got != strings.Join(strings.Fields(long), "") {
			t.Error("a long paragraph does not come through whole")
		}
	}
}

// TestTextLosesNothing: whatever the paragraphs, all words come out in order.
func TestTextLosesNothing(t *testing.T) {
	word := rapid.StringMatching(`[a-zйبپ"\\]{1,40}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 200).Draw(t, "words")
		seps := rapid.SliceOfN(rapid.SampledFrom([]string{" ", "\n", "\n\n", ". "}), len(words), len(words)).Draw(t, "separators")
		var b strings.Builder
		repeat := rapid.IntRange(1, 60).Draw(t, "repeat")
		for range repeat {
			for i := range words {
				b.WriteString(words[i] + seps[i])
			}
		}
		ds, err := Text(strings.NewReader(b.String()), options())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(strings.Fields(all(ds)), strings.Fields(b.String())) {
			t.Fatal("words are lost")
		}
	})
}

func TestWrittenReportRefusals(t *testing.T) {
	big := strings.Repeat("x ", maxHTMLBytes)
	for name, c := range map[string]struct {
		f    importer
		raw  string
		want *act.Refusal
	}{
		"text too large":           {Text, big, ErrTooLarge},
		"HTML too large":           {HTML, big, ErrTooLarge},
		"Markdown too large":       {Markdown, big, ErrTooLarge},
		"text not UTF-8":           {Text, "fl\xffour", act.ErrUTF8},
		"Markdown not UTF-8":       {Markdown, "fl\xffour", act.ErrUTF8},
		"HTML not UTF-8":           {HTML, "<p>fl\xffour", act.ErrUTF8},
		"HTML not UTF-8 as stated": {HTML, `<meta charset="utf-8"><p>fl` + "\xffour", act.ErrUTF8},
		"no text":                  {Text, " \n\t\x00", ErrNoText},
		"no text in HTML":          {HTML, "<html><script>x</script><nav>Menu</nav></html>", ErrNoText},
		"no text in Markdown":      {Markdown, "<div>\n</div>\n\n---\n", ErrNoText},
	} {
		if _, err := c.f(strings.NewReader(c.raw), options()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoordinatesAreLeftOut(t *testing.T) {
	for _, s := range []string{
		"33.3152, 44.3661", "33.3152N 44.3661E", "-33.315 / 44.366", "33°18'55\"N 44°21'58\"E", "33° 18′ N", "33.31° N", "38SMB4312384512", "38S MB 431 845", "38S 441234 3687123",
	} {
		ds := take(t, Text, "Stopped at "+s+" yesterday.", options())
		if got := all(ds); strings.ContainsAny(got, "4689") || !strings.Contains(got, placeLeftOut) {
			t.Errorf("%q left %q", s, got)
		}
		if !ds[0].Original.Dropped || len(ds[0].Notes) != 1 || ds[0].Notes[0].Rule != "3" || strings.ContainsAny(ds[0].Title, "468") {
			t.Errorf("%q: %+v %q", s, ds[0].Notes, ds[0].Title)
		}
	}
	for _, s := range []string{"25°C", "1.5, 2.25", "up 3.25 % to 44.1 %", "10 lorries", "2015-09-30", "resolution 2253 (2015)", "38 men", "$85,000"} {
		ds := take(t, Text, "It was "+s+" yesterday.", options())
		if strings.Contains(all(ds), placeLeftOut) || ds[0].Original.Dropped {
			t.Errorf("%q is taken for coordinates", s)
		}
	}
}

const examplePage = `<!DOCTYPE html><html lang="en-gb"><head><title>Flour | Example News</title><meta property="og:title" content="Flour in the north">
<style>p{}</style><script>var p="<p>script</p>"</script></head><body class="home nav-open">
<header><a href="/">Example News</a></header><nav><ul><li><a href="/w">World</a></li></ul></nav>
<div class="cookie-banner">We use cookies</div>
<main><article><header><h1>Flour in the <em>north</em></h1><p>By an invented reporter</p></header>
<div class="share-bar"><a href="#">Share</a></div>
<p>Two lorries with flour<br>were let go &amp; left.</p>
<p hidden>hidden text</p><aside>Read more</aside>
<h2>Background</h2><ul><li>First point</li><li>Second <a href="/x">point</a> in the list, with words around it</li></ul>
<table><tr><th>Day</th><th>Sacks</th></tr><tr><td>Monday</td><td>12</td></tr></table>
<blockquote>“A quotation,” she said.</blockquote>
<pre>line one
line two</pre>
<p><a href="/a">More about flour</a> <a href="/b">More about bread</a></p>
<form><button>Subscribe</button></form></article></main>
<div class="related">Related article</div><footer>Imprint</footer></body></html>`

func TestHTML(t *testing.T) {
	ds := take(t, HTML, examplePage, options())
	if ds[0].Title != "Flour in the north" || ds[0].Portions[0].Lang != "en-GB" {
		t.Errorf("title %q, language %s", ds[0].Title, ds[0].Portions[0].Lang)
	}
	want := []string{
		"Flour in the north\n\nBy an invented reporter\n\nTwo lorries with flour\nwere let go & left.",
		"Background\n\n- First point\n\n- Second point in the list, with words around it\n\nDay | Sacks\n\nMonday | 12\n\n“A quotation,” she said.\n\nline one\nline two",
	}
	if got := texts(ds); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHTMLWithoutArticle(t *testing.T) {
	ds := take(t, HTML, `<body><header>Site</header><p class="related">Only text of the page.`, options())
	if got := all(ds); got != "Only text of the page." {
		t.Errorf("got %q", got)
	}
	// Deep nesting ends, it does not overflow.
	if _, err := HTML(strings.NewReader(strings.Repeat("<div>", 100_000)+"x"), options()); err != nil && act.Code(err) == "act_error" {
		t.Error(err)
	}
}

// TestHTMLEncodings: a page in the encoding that it states is read, in one
// that it does not state it is refused rather than guessed.
func TestHTMLEncodings(t *testing.T) {
	const words = "شاحنتان من الطحين"
	enc, err := charmap.Windows1256.NewEncoder().String(words)
	if err != nil {
		t.Fatal(err)
	}
	ds := take(t, HTML, `<html><head><meta charset="windows-1256"></head><body><p>`+enc, options())
	if got := all(ds); got != words {
		t.Errorf("got %q", got)
	}
	o := options()
	o.MediaType = "text/html; charset=windows-1256"
	if got := all(take(t, HTML, "<p>"+enc, o)); got != words {
		t.Errorf("got %q", got)
	}
	if _, err := HTML(strings.NewReader("<p>"+enc), options()); !errors.Is(err, act.ErrUTF8) {
		t.Errorf("guessed: %v", err)
	}
}

func TestMarkdown(t *testing.T) {
	const raw = "# Flour in the *north*\n\nTwo lorries [with flour](https://example.org/x)\nwere let go.  \nThey left.\n\n## Background\n\n" +
		"1. First\n2. Second\n\n   continued\n   - inner\n\n> A `quoted` line.\n\n```\ncode  line\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x</script>\n\nEnd &amp; <b>all</b>&#1;\\*.\n"
	ds := take(t, Markdown, raw, options())
	if ds[0].Title != "Flour in the north" {
		t.Errorf("title %q", ds[0].Title)
	}
	want := []string{
		"Flour in the north\n\nTwo lorries with flour were let go.\nThey left.",
		"Background\n\n- First\n\n- Second\n\ncontinued\n\n- inner\n\nA quoted line.\n\ncode  line\n\na | b\n\n1 | 2\n\nEnd & all*.",
	}
	if got := texts(ds); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestRealReports takes in news reports; each makes an act, with its words in
// their order.
func TestRealReports(t *testing.T) {
	raw := realData(t, "text/FA-KES-Dataset.csv")
	dec := charmap.Windows1252.NewDecoder()
	r := csv.NewReader(dec.Reader(strings.NewReader(string(raw))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, row := range rows[1:] {
		ds, err := Text(strings.NewReader(row[2]), options())
		if err != nil {
			t.Fatalf("%s: %v", row[0], err)
		}
		for _, d := range ds {
			build(t, d)
		}
		if !ds[0].Original.Dropped && !slices.Equal(strings.Fields(all(ds)), strings.Fields(plain(row[2]))) {
			t.Errorf("%s: words are lost", row[0])
		}
		n++
	}
	t.Logf("%d reports", n)
}

func fuzzReport(f *testing.F, g importer, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		ds, err := g(strings.NewReader(string(raw)), options())
		if err != nil && act.Code(err) == "act_error" {
			t.Fatalf("a refusal without a code: %v", err)
		}
		for _, d := range ds {
			build(t, d)
		}
	})
}

// FuzzText, FuzzHTML and FuzzMarkdown: whatever the bytes, the drafts make
// acts, or there is a refusal with a code.
func FuzzText(f *testing.F) { fuzzReport(f, Text, "Title\n\nText.", "33.3152, 44.3661", "\x00\r\v") }

func FuzzHTML(f *testing.F) {
	fuzzReport(f, HTML, examplePage, `<meta charset="windows-1256"><p>`+"\xc7", "<table><td>x<td>y", "<p>33°18'N")
}

func FuzzMarkdown(f *testing.F) {
	fuzzReport(f, Markdown, "# a\n\n- b\n  - c\n\n> d", "| a |\n|---|\n| b |", "```\nx\n```", "[a](b) ![c](d) <e@f.g>")
}
