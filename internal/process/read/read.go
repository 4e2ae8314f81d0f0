// Package read reads one text with all readers: its language segments and
// sentences, the names, places, dates, quantities and attributed statements in
// it, and what in it a reader should be warned of. All that it finds are
// suggestions that officers accept or reject; the text is never changed, and
// all offsets are those of its original bytes.
package read

import (
	"math"
	"strings"
	"unicode/utf8"

	"entente/internal/process/attributions"
	"entente/internal/process/dates"
	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/places"
	"entente/internal/process/quantities"
	"entente/internal/process/quantities/numerals"
)

// Bounds on one text. A text is read in windows, so that memory does not grow
// with what is in it but with what is found, and that is bounded too.
const (
	// MaxBytes is how much of a text is read; MaxHTML of a web page.
	MaxBytes = 128 << 20
	MaxHTML  = 16 << 20
	// MaxFound is how many findings of all kinds one text yields; the rest of
	// the text is not read. MaxListed is how many sentences, and how many
	// segments, are listed; the rest is read all the same.
	MaxFound  = 200_000
	MaxListed = 100_000
	window    = 256 << 10
)

// Methods of this package and of those that do not name theirs, and their
// versions: a change that changes findings changes the version.
const (
	methodMentions, versionMentions   = "read.mentions", "3"
	methodGroups, versionGroups       = "names.groups", "2"
	methodPlaces, versionPlaces       = "places.gazetteer", "2"
	methodProposals, versionProposals = "read.proposals", "1"
)

// Reader reads texts. Its parts may be nil, and then are not read for. It is
// safe for concurrent use.
type Reader struct {
	// Places finds places.
	Places *places.Gazetteer
}

// Options say what is known of a text.
type Options struct {
	// Source is copied to the result.
	Source string
	// Date is the document's date; where it is not known, it is looked for in
	// the text.
	Date dates.Document
	// HTML says that the text is a web page; Plain that it is not, whatever it
	// looks like.
	HTML, Plain bool
	// CellKm is how coarse the place of a person or group must be at best, in
	// kilometres, where a charter is stricter than 10 (rule 3).
	CellKm int
}

// Text reads one text. It never fails: what cannot be read is flagged.
func (r *Reader) Text(text string, o Options) *Result {
	e := passage.GuessEncoding(text)
	p := &pass{reader: r, text: text, encoding: e, level: places.LevelFor(max(o.CellKm, 10)), points: passage.NewPoints(text, e), doc: o.Date, res: &Result{
		Source: o.Source, Bytes: len(text), Encoding: "utf-8",
		Languages: []Language{}, Sentences: []Sentence{}, Mentions: []Mention{}, Places: []Place{}, Dates: []Date{},
		Quantities: []Quantity{}, Attributions: []Attribution{}, Credits: []Credit{}, Flags: []Flag{},
	}}
	if e != nil {
		p.res.Encoding = e.Name
	}
	if o.Date.Known {
		p.res.DocumentDate = &DocumentDate{Date: o.Date.Day.String(), From: "given"}
	}
	if (o.HTML || !o.Plain && passage.LooksLikeHTML(text)) && !e.Wide() {
		p.res.HTML = true
		end := cut(text, min(len(text), MaxHTML))
		p.window(passage.HTMLIn(text[:end], e), 0, true)
		p.res.Read = end
	} else {
		for p.res.Read < min(len(text), MaxBytes) && p.found < MaxFound {
			from := p.res.Read
			end := len(text)
			switch {
			case e.Wide():
				end = e.Part(text, from, min(from+window, MaxBytes))
			case end-from > window:
				end = min(pause(text, from, from+window), cut(text, MaxBytes))
			default:
				end = min(end, cut(text, MaxBytes))
			}
			p.window(passage.NewIn(text[from:end], e), from, from == 0)
			p.res.Read = end
		}
	}
	if p.res.Read < len(text) {
		p.leftOut().Bytes = len(text) - p.res.Read
		p.flags = passage.Merge(p.flags, []passage.Flag{{Kind: passage.FlagUnread, Count: 1, Spans: []passage.Span{{Start: p.res.Read, End: len(text)}},
			Detail: "the text is longer, or holds more, than is read of one text"}}, 0)
	}
	for _, f := range p.flags {
		x := Flag{Kind: string(f.Kind), Count: f.Count, Detail: f.Detail, Spans: []Span{}}
		for _, s := range f.Spans {
			v := p.at(s)
			v.Text = clip(v.Text)
			x.Spans = append(x.Spans, v)
		}
		p.res.Flags = append(p.res.Flags, x)
	}
	p.res.CodePoints = p.points.At(len(text))
	return p.res
}

// clip bounds the text that a flag repeats.
func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return s[:cut(s, 80)] + "…"
}

// cut returns the last place up to n at which no character is parted.
func cut(s string, n int) int {
	if n >= len(s) {
		return len(s)
	}
	for k := n; k > 0 && k > n-utf8.UTFMax; k-- {
		if utf8.RuneStart(s[k]) {
			return k
		}
	}
	return n
}

// pause returns a good place to part a text before end: after a paragraph, a
// line, a sentence or a word, in the last quarter of the window.
func pause(s string, from, end int) int {
	tail := s[end-(end-from)/4 : end]
	for _, sep := range []string{"\n\n", "\n", ". ", "؟ ", " "} {
		if i := strings.LastIndex(tail, sep); i >= 0 {
			return end - len(tail) + i + len(sep)
		}
	}
	return cut(s, end)
}

// pass is one text while it is read.
type pass struct {
	reader *Reader
	text   string
	points *passage.Points
	// encoding is nil for UTF-8.
	encoding *passage.Encoding
	doc      dates.Document
	level    int // of the cells that places become
	res      *Result
	flags    []passage.Flag
	found    int
	// What follows is of the window.
	form   *passage.Form
	base   int
	tokens []passage.Token
	// placed are the tokens of places.
	placed []attributions.Range
}

// leftOut is where what the result lacks is counted.
func (p *pass) leftOut() *LeftOut {
	if p.res.LeftOut == nil {
		p.res.LeftOut = new(LeftOut)
	}
	return p.res.LeftOut
}

// at returns a span of the original.
func (p *pass) at(s passage.Span) Span {
	a := p.points.At(s.Start)
	b := p.points.At(s.End)
	text := p.text[s.Start:s.End]
	if p.encoding.Wide() {
		text = p.encoding.Decode(text) // its bytes are no letters to anybody
	}
	return Span{[2]int{s.Start, s.End}, [2]int{a, b}, text}
}

// span returns what a part of the normal form stands for.
func (p *pass) span(start, end int) Span {
	s := p.form.ToOriginal(passage.Span{Start: start, End: end})
	return p.at(passage.Span{Start: s.Start + p.base, End: s.End + p.base})
}

// run returns the span of tokens.
func (p *pass) run(first, last int) Span {
	if last <= first {
		return Span{}
	}
	return p.span(p.tokens[first].Start, p.tokens[last-1].End)
}

func (p *pass) some(r attributions.Range) *Span {
	if r.Empty() {
		return nil
	}
	s := p.run(r.First, r.Last)
	return &s
}

func (p *pass) suggest(s Span, method, version string, confidence float64) Suggestion {
	p.found++
	return Suggestion{Span: s, Method: method, Version: version, Confidence: math.Round(confidence*1000) / 1000, State: Proposed}
}

// window reads one window of the text, or all of it.
func (p *pass) window(form *passage.Form, base int, head bool) {
	p.form, p.base = form, base
	p.tokens = passage.Tokens(form)
	sentences := passage.Sentences(form, p.tokens)
	cuts := make([]language.Span, len(sentences))
	for i, s := range sentences {
		cuts[i] = language.Span{Start: s.Start, End: s.End}
	}
	segments := language.Segments(form.Text, cuts)
	passage.Language(p.tokens, segments)
	parts := passage.Parts(form, p.tokens, sentences)
	p.flags = passage.Merge(p.flags, form.Flags, base)

	numbers := numerals.Find(p.tokens)
	if head && !p.doc.Known {
		if d, ok := dates.DocumentDate(p.tokens, numbers); ok {
			p.doc = dates.Document{Day: d.From, Known: true}
			s := p.run(d.First, d.Last)
			p.res.DocumentDate = &DocumentDate{Date: d.From.String(), From: "text", Span: &s}
		}
	}
	found := dates.Find(p.tokens, numbers, p.doc)

	// What is not running text says nothing of what happened.
	read := make([]passage.Sentence, 0, len(sentences))
	skip := make([]bool, len(p.tokens))
	for i, s := range sentences {
		if parts[i] == passage.Body || parts[i] == passage.Title {
			read = append(read, s)
			continue
		}
		for k := s.First; k < s.Last; k++ {
			skip[k] = true
		}
	}
	taken := make([]bool, len(p.tokens))
	for _, d := range found {
		for k := d.First; k < d.Last; k++ {
			taken[k] = true
		}
	}
	said, credits := attributions.Find(p.tokens, read, taken)
	counted := quantities.Find(p.tokens, read, numbers, taken)

	p.structure(segments, sentences, parts)
	p.dates(found, skip)
	p.statements(said, credits, counted)
	speaker := speakers(said, len(p.tokens))
	p.places(skip, taken, mentions(p.form, p.tokens, read, taken, speaker))
	p.mentions(read, speaker, taken)
}

// speakers marks the tokens of those who are said to have spoken.
func speakers(said []attributions.Attribution, n int) []bool {
	speaker := make([]bool, n)
	for _, a := range said {
		for k := a.Speaker.First; k < a.Speaker.Last; k++ {
			speaker[k] = true
		}
	}
	return speaker
}

// mentions finds names where no date and no place was found.
func (p *pass) mentions(sentences []passage.Sentence, speaker, taken []bool) {
	for _, s := range p.placed {
		for k := s.First; k < s.Last; k++ {
			taken[k] = true
		}
	}
	for _, m := range mentions(p.form, p.tokens, sentences, taken, speaker) {
		method, version := methodMentions, versionMentions
		if m.kind == mentionGroup {
			method, version = methodGroups, versionGroups
		}
		at := p.span(p.tokens[m.first].Start+m.lead, p.tokens[m.last-1].End)
		p.res.Mentions = append(p.res.Mentions, Mention{p.suggest(at, method, version, m.confidence), m.kind, m.names})
	}
}

// structure takes segments and sentences over.
func (p *pass) structure(segments []language.Segment, sentences []passage.Sentence, parts []passage.Part) {
	if len(p.res.Sentences)+len(sentences) > MaxListed || len(p.res.Languages)+len(segments) > MaxListed {
		p.flags = passage.Merge(p.flags, []passage.Flag{{Kind: passage.FlagUnlisted, Count: 1, Spans: []passage.Span{{Start: 0, End: len(p.form.Original)}}}}, p.base)
		left := p.leftOut()
		left.Sentences += len(sentences)
		left.Languages += len(segments)
		return
	}
	for _, s := range segments {
		v := p.span(s.Start, s.End)
		v.Text = clip(v.Text)
		p.res.Languages = append(p.res.Languages, Language{p.suggest(v, language.Method, language.Version, s.Confidence), s.Tag.String(), s.Code})
		p.found-- // bounded for themselves
	}
	k := 0
	for i, s := range sentences {
		for k+1 < len(segments) && segments[k].End <= s.Start {
			k++
		}
		p.res.Sentences = append(p.res.Sentences, Sentence{p.span(s.Start, s.End), string(parts[i]), segments[k].Tag.String()})
	}
}

func (p *pass) dates(found []dates.Date, skip []bool) {
	for _, d := range found {
		if skip[d.First] {
			continue
		}
		x := Date{Suggestion: p.suggest(p.run(d.First, d.Last), dates.Method, dates.Version, d.Confidence), Kind: string(d.Kind), Resolved: d.Resolved,
			Precision: d.Precision.String(), Calendar: d.Calendar.String(), Uncertain: d.Uncertain}
		if d.Resolved {
			if !d.OpenFrom {
				s := d.From.String()
				x.From = &s
			}
			if !d.OpenTo {
				s := d.To.String()
				x.To = &s
			}
			if d.At >= 0 {
				x.At = clock(d.At)
			}
		}
		p.res.Dates = append(p.res.Dates, x)
	}
}

func clock(minutes int) string {
	digits := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return digits(minutes/60) + ":" + digits(minutes%60) + "Z"
}

// statements takes attributions, credits and quantities over, and finds for
// each quantity who states it.
func (p *pass) statements(said []attributions.Attribution, credits []attributions.Credit, counted []quantities.Quantity) {
	first := len(p.res.Attributions)
	for _, a := range said {
		x := Attribution{Suggestion: p.suggest(p.run(a.Cue.First, a.Cue.Last), attributions.Method, attributions.Version, a.Confidence),
			Speaker: p.some(a.Speaker), SpeakerKind: string(a.Kind), Addressee: p.some(a.Addressee), Medium: p.some(a.Medium), MediumKind: a.MediumKind,
			Via: p.some(a.Via), Content: p.some(a.Content), Direct: a.Direct, Modality: string(a.Modality)}
		for _, q := range a.Quotes {
			x.Quotes = append(x.Quotes, p.run(q.First, q.Last))
		}
		p.res.Attributions = append(p.res.Attributions, x)
	}
	for _, c := range credits {
		p.res.Credits = append(p.res.Credits, Credit{p.suggest(p.run(c.First, c.Last), attributions.Method, attributions.Version, c.Confidence), string(c.Kind), c.Agency})
	}
	begun := len(p.res.Quantities)
	k := 0
	for _, q := range counted {
		x := Quantity{Suggestion: p.suggest(p.run(q.First, q.Last), quantities.Method, quantities.Version, q.Confidence), Kind: string(q.Kind),
			Low: q.Low, Approximate: q.Approximate, Unit: q.Unit, Population: q.Population}
		if !math.IsInf(q.High, 1) {
			high := q.High
			x.High = &high
		}
		if q.PartOf >= 0 {
			n := begun + q.PartOf
			x.PartOf = &n
		}
		// Attributions and quantities are both in order: begin where the last
		// one can still matter.
		for k < len(said) && said[k].Content.Last <= q.Number && said[k].Cue.Last+400 < q.Number {
			k++
		}
		for j := k; j < len(said) && said[j].Cue.First < q.Number+400; j++ {
			if c := said[j].Content; q.Number >= c.First && q.Number < c.Last {
				n := first + j
				x.Source = &n
				if said[j].Modality == attributions.Assert || said[j].Modality == attributions.Deny {
					break
				}
			}
		}
		p.res.Quantities = append(p.res.Quantities, x)
	}
}

// places finds places in the window's normal form, outside of its dates. What
// names is what was found where no place was known yet: a place inside a
// person's name gives way to the person.
func (p *pass) places(skip, taken []bool, named []mention) {
	p.placed = p.placed[:0]
	if p.reader.Places == nil {
		return
	}
	var dated [][2]int
	for i, t := range taken {
		if t {
			dated = append(dated, [2]int{p.tokens[i].Start, p.tokens[i].End})
		}
	}
	// Offsets there are in code points; both lists are in order.
	text, at, points := p.form.Text, 0, 0
	to := func(n int) int {
		for points < n && at < len(text) {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			points++
		}
		return at
	}
	k, person := 0, 0
	for _, f := range p.reader.Places.FindOutside(text, dated) {
		if f.Start < points {
			at, points = 0, 0
		}
		start := to(f.Start)
		end := to(f.End)
		for k < len(p.tokens) && p.tokens[k].End <= start {
			k++
		}
		if k < len(p.tokens) && skip[k] {
			continue
		}
		for person < len(named) && (named[person].kind != mentionPerson || p.tokens[named[person].last-1].End <= start) {
			person++
		}
		if person < len(named) && p.givesWay(&f, start, end, &named[person]) {
			continue
		}
		if f.Confidence >= 0.4 {
			last := k
			for last < len(p.tokens) && p.tokens[last].Start < end {
				last++
			}
			p.placed = append(p.placed, attributions.Range{First: k, Last: last})
		}
		x := Place{Suggestion: p.suggest(p.span(start, end), methodPlaces, versionPlaces, f.Confidence), ID: f.Place.ID, Name: f.Place.Name, Class: className(f.Place.Class), Country: f.Place.CountryCode}
		if c, ok := places.CoarseAt(f.Place.At, p.level); ok && f.Place.Class != places.Country && f.Place.Class != places.Region && f.Place.Class != places.Continent {
			x.Cell = c.Token
		}
		for _, o := range f.Others {
			x.Others = append(x.Others, o.ID)
		}
		p.res.Places = append(p.res.Places, x)
	}
}

// givesWay reports that a place is part of a person's name. A country is not:
// what was taken for a name with it is a title's.
func (p *pass) givesWay(f *places.Found, start, end int, m *mention) bool {
	from, to := p.tokens[m.first].Start+m.lead, p.tokens[m.last-1].End
	return start >= from && end <= to && end-start < to-from && f.Place.Class != places.Country && f.Place.Class != places.Continent
}

var classNames = map[places.Class]string{
	places.City: "city", places.Section: "section", places.Admin3: "admin3", places.Admin2: "admin2", places.Admin1: "admin1", places.Country: "country",
	places.Region: "region", places.Continent: "continent", places.Water: "water", places.Land: "land", places.Spot: "spot",
}

func className(c places.Class) string { return classNames[c] }
