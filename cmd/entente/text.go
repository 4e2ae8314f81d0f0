package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"entente/internal/plural"
	"entente/internal/process/dates"
	"entente/internal/process/places/load"
	"entente/internal/process/read"
)

// textCmd groups what is done with texts.
type textCmd struct {
	Read textReadCmd `cmd:"" help:"Read names, places, dates, quantities and statements in texts."`
}

type textReadCmd struct {
	Files    []string `arg:"" optional:"" help:"Texts or web pages; none, or -, is standard input." type:"path"`
	Date     string   `help:"Date of the documents, as 2015-10-01; else it is looked for in each." placeholder:"DATE"`
	HTML     bool     `name:"html" help:"Read the texts as web pages, also where they do not look like it."`
	Plain    bool     `help:"Read web pages as they stand, tags and all."`
	Index    string   `help:"Directory of an index of places that place load built." type:"path" placeholder:"DIR"`
	NoPlaces bool     `help:"Do not look for places."`
	Lines    bool     `help:"Each line of input is a JSON object with text, and maybe id and date."`
}

// Help explains what is written.
func (textReadCmd) Help() string {
	return `Writes what officers may confirm: with --json one JSON object a text, else lines
of kind, byte offsets, text, meaning and confidence, parted by tabs. Offsets
are given in bytes and in code points of the original. Nothing is changed.
Of a text with more in it than is listed, standard error says how much is left
out, and JSON in left_out; the exit code is 1.

  entente text read --json --date 2015-10-14 report.txt
  echo 'Three people were killed on Tuesday.' | entente text read --date 2015-10-14`
}

// maxTextInput bounds what is taken of one file.
const maxTextInput = 1 << 30

// Run reads the texts one after the other.
func (c *textReadCmd) Run(w *world) error {
	o := read.Options{HTML: c.HTML, Plain: c.Plain}
	if c.Date != "" {
		day, err := dates.ParseDay(c.Date)
		if err != nil {
			return usage("--date: %v", err)
		}
		o.Date = dates.Document{Day: day, Known: true}
	}
	r := &read.Reader{}
	if !c.NoPlaces {
		g, err := load.Open(c.Index)
		if err != nil {
			return w.unreadable(c.Index, err)
		}
		r.Places = g
	}
	out := bufio.NewWriterSize(w.out, 1<<16)
	defer out.Flush()
	files := c.Files
	if len(files) == 0 {
		files = []string{"-"}
	}
	wanting := false
	for _, name := range files {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := c.file(w, out, r, name, o); errors.Is(err, errFindings) {
			wanting = true
		} else if err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil || !wanting {
		return err
	}
	return errFindings
}

func (c *textReadCmd) file(w *world, out *bufio.Writer, r *read.Reader, name string, o read.Options) error {
	var in io.Reader
	if name == "-" || strings.HasSuffix(name, "/-") {
		in, name = w.stdin(), "-"
	} else {
		f, err := w.open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
		o.Source = name
	}
	if c.Lines {
		return c.lines(w, out, r, in, name, o)
	}
	b, err := io.ReadAll(io.LimitReader(in, maxTextInput+1))
	if err == nil && len(b) > maxTextInput {
		err = fmt.Errorf("it is larger than %d bytes; part it", maxTextInput)
	}
	if err != nil {
		return w.unreadable(name, err)
	}
	return writeText(w, out, r.Text(string(b), o))
}

// lines reads texts that come one a line.
func (c *textReadCmd) lines(w *world, out *bufio.Writer, r *read.Reader, in io.Reader, name string, o read.Options) error {
	dec := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	var wanting error
	for n := 1; w.ctx.Err() == nil; n++ {
		var line struct {
			ID   any    `json:"id"`
			Text string `json:"text"`
			Date string `json:"date"`
		}
		if err := dec.Decode(&line); err == io.EOF {
			return wanting
		} else if err != nil {
			return w.unreadable(name, fmt.Errorf("text %d is not a JSON object with text: %w", n, err))
		}
		x := o
		x.Source = fmt.Sprint(n)
		if line.ID != nil {
			x.Source = fmt.Sprint(line.ID)
		}
		if line.Date != "" {
			day, err := dates.ParseDay(line.Date)
			if err != nil {
				return w.unreadable(name, fmt.Errorf("text %d: %w", n, err))
			}
			x.Date = dates.Document{Day: day, Known: true}
		}
		if err := writeText(w, out, r.Text(line.Text, x)); errors.Is(err, errFindings) {
			wanting = err
		} else if err != nil {
			return err
		}
	}
	return w.ctx.Err()
}

// writeText writes one result; errFindings where it lacks something, which it
// says on standard error.
func writeText(w *world, out *bufio.Writer, res *read.Result) error {
	if w.json {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(res); err != nil {
			return err
		}
	} else {
		writeFindings(out, res)
	}
	left := res.LeftOut
	if left == nil {
		return nil
	}
	name := res.Source
	if name == "" {
		name = "-"
	}
	if left.Bytes > 0 {
		w.notef("%s: %d of %d bytes were not read, and what is in them is not listed: the text is larger than %d bytes, or holds more than %d finds; split the text",
			name, left.Bytes, res.Bytes, read.MaxBytes, read.MaxFound)
	}
	if left.Sentences > 0 {
		w.notef("%s: %d of %s %s not listed, nor %d of %s of one language; split the text", name,
			left.Sentences, plural.Of(left.Sentences+len(res.Sentences), "sentence"), plural.Choose(left.Sentences, "is", "are"),
			left.Languages, plural.Of(left.Languages+len(res.Languages), "stretch"))
	}
	return errFindings
}

// writeFindings writes a result for the eye.
func writeFindings(out *bufio.Writer, res *read.Result) {
	if res.Source != "" {
		fmt.Fprintf(out, "# %s\n", escaped(res.Source))
	}
	line := func(kind string, s read.Span, meaning string, confidence float64) {
		text := strings.Join(strings.Fields(s.Text), " ")
		fmt.Fprintf(out, "%s\t%d-%d\t%s\t%s\t%.2f\n", kind, s.Bytes[0], s.Bytes[1], escaped(text), escaped(meaning), confidence)
	}
	if d := res.DocumentDate; d != nil {
		fmt.Fprintf(out, "document\t\t\t%s, %s\t\n", escaped(d.Date), escaped(d.From))
	}
	for _, x := range res.Languages {
		line("language", x.Span, x.Code, x.Confidence)
	}
	for _, x := range res.Mentions {
		line("name", x.Span, strings.Join(append([]string{x.Kind}, x.Names...), " "), x.Confidence)
	}
	for _, x := range res.Places {
		line("place", x.Span, x.Name+" "+x.Country+" "+x.ID, x.Confidence)
	}
	for _, x := range res.Dates {
		line("date", x.Span, interval(&x), x.Confidence)
	}
	for _, x := range res.Quantities {
		line("quantity", x.Span, amount(&x), x.Confidence)
	}
	for _, x := range res.Attributions {
		who := "nobody named"
		if x.Speaker != nil {
			who = strings.Join(strings.Fields(x.Speaker.Text), " ")
		}
		line("statement", x.Span, x.Modality+", "+x.SpeakerKind+": "+who, x.Confidence)
	}
	for _, x := range res.Credits {
		line("credit", x.Span, strings.TrimSpace(x.Kind+" "+x.Agency), x.Confidence)
	}
	for _, x := range res.Flags {
		s := read.Span{}
		if len(x.Spans) > 0 {
			s = x.Spans[0]
		}
		line("flag", s, fmt.Sprintf("%s, %s %s", x.Kind, plural.Of(x.Count, "time"), x.Detail), 1)
	}
}

func interval(x *read.Date) string {
	end := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	switch from, to := end(x.From), end(x.To); {
	case !x.Resolved:
		return "not resolved"
	case x.At != "":
		return from + " " + x.At
	case from == to:
		return from
	default:
		return from + ".." + to
	}
}

func amount(x *read.Quantity) string {
	s := fmt.Sprintf("%s %s", x.Kind, number(x.Low))
	switch {
	case x.High == nil:
		s += ".."
	case *x.High != x.Low:
		s += ".." + number(*x.High)
	}
	for i, part := range []string{x.Unit, x.Population} {
		if part != "" && part != x.Kind && (i == 0 || part != x.Unit) {
			s += " " + part
		}
	}
	return s
}

func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprint(v)
}
