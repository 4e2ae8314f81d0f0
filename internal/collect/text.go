package collect

import (
	"crypto/sha256"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"entente/act"
)

// Bounds on written reports.
const (
	// maxTextBytes bounds a text, maxHTMLBytes a page.
	maxTextBytes = 4 << 20
	maxHTMLBytes = 8 << 20
	// softPortion is the size at which a portion is closed at the next
	// paragraph: small enough to be marked for itself.
	softPortion = 4 << 10
	// maxPiece is the size from which a paragraph is cut. Half of what an act
	// holds, so that it fits whatever JSON has to escape in it.
	maxPiece = 24 << 10
)

// paragraph is a block of running text; heading says that a new portion begins
// with it.
type paragraph struct {
	text    string
	heading bool
}

// page is what was found in a written report.
type page struct {
	title, lang string
	paragraphs  []paragraph
}

// Text takes in a plain text in UTF-8. Paragraphs are set apart by blank
// lines. The title is the first line where a blank line follows it, else the
// beginning of the text.
//
// It returns one draft, or several where the text is too long for one act, in
// order. Each portion holds whole paragraphs, unless one is too long.
// Coordinates are left out (rule 3).
func Text(r io.Reader, o Options) ([]Draft, error) {
	src := newSource(r, maxTextBytes)
	s, err := readText(src)
	if err != nil {
		return nil, err
	}
	var p page
	for block := range strings.SplitSeq(squeeze(s), "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			p.paragraphs = append(p.paragraphs, paragraph{text: block})
		}
	}
	if len(p.paragraphs) > 1 && !strings.Contains(p.paragraphs[0].text, "\n") && len(p.paragraphs[0].text) <= 200 {
		p.title = p.paragraphs[0].text
	}
	return drafts(p, src.file(&o), &o)
}

// readText reads all of a source that must be UTF-8.
func readText(src *source) (string, error) {
	b, err := io.ReadAll(src)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", refuse(act.ErrUTF8, "the file is not valid UTF-8")
	}
	return plain(string(b)), nil
}

// squeeze takes blanks from the ends of lines, so that lines of blanks count
// as blank lines.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(line, " \t\n\u00a0"))
		b.WriteByte('\n')
	}
	return b.String()
}

// drafts makes reports of a page.
func drafts(p page, original File, o *Options) ([]Draft, error) {
	left := 0
	for i := range p.paragraphs {
		t, n := reducePlaces(plain(p.paragraphs[i].text))
		p.paragraphs[i].text, left = t, left+n
	}
	title, n := reducePlaces(oneLine(p.title))
	left += n
	texts := portions(p.paragraphs)
	if len(texts) == 0 {
		return nil, refuse(ErrNoText, "nothing to read in it")
	}
	if title == "" {
		title = oneLine(texts[0])
	}
	var notes []Note
	if left > 0 {
		original.Dropped = true
		notes = []Note{{Rule: "3", Text: "left out: coordinates (" + strconv.Itoa(left) + "); the original is hashed and not kept"}}
	}
	groups, err := acts(texts, o)
	if err != nil {
		return nil, err
	}
	out := make([]Draft, 0, len(groups))
	at := Cursor{}
	for i, g := range groups {
		d := Draft{
			Key: strconv.Itoa(i + 1), Type: o.reportType(), Title: cut(title, 240), Original: original, Notes: notes,
		}
		if len(groups) > 1 {
			d.Title += " (" + strconv.Itoa(i+1) + "/" + strconv.Itoa(len(groups)) + ")"
		}
		h := sha256.New()
		for _, t := range g {
			d.Portions = append(d.Portions, o.portion(t, p.lang))
			h.Write([]byte(t))
			h.Write([]byte{0})
		}
		h.Sum(d.Digest[:0])
		at = at.Next(d.Digest)
		d.At = at
		out = append(out, d)
	}
	return out, nil
}

func (o *Options) reportType() act.ReportType {
	if o.Type == "" {
		return act.INTREP
	}
	return o.Type
}

// portion returns a portion with what the officer says once for all.
func (o *Options) portion(text, lang string) act.PortionInput {
	if o.Origin.Lang != "" {
		lang = o.Origin.Lang
	}
	if lang == "" {
		lang = "und"
	}
	p := act.PortionInput{Label: o.Origin.Label, Grade: o.Origin.Grade, Lang: lang, Text: text}
	if o.Origin.Source != (act.Source{}) {
		p.Sources = []act.Source{o.Origin.Source}
	}
	return p
}

// portions groups paragraphs into the texts of portions: a heading begins a
// new one, and so does the paragraph with which one would grow too large.
func portions(ps []paragraph) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	onlyHeadings := true
	for _, p := range ps {
		p.text = strings.TrimSpace(p.text)
		if p.text == "" {
			continue
		}
		for _, piece := range pieces(p.text, maxPiece) {
			if p.heading && !onlyHeadings || b.Len() > 0 && b.Len()+len(piece)+2 > softPortion {
				flush()
				onlyHeadings = true
			}
			if b.Len() > 0 {
				b.WriteString("\n\n")
			}
			b.WriteString(piece)
			onlyHeadings = onlyHeadings && p.heading
		}
	}
	flush()
	return out
}

// pieces cuts a text that is longer than most into pieces of about softPortion
// at the ends of sentences, lines or words.
func pieces(s string, most int) []string {
	var out []string
	for len(s) > most {
		end := softPortion
		for _, sep := range []string{"\n", ". ", "؟ ", "! ", "? ", " "} {
			if i := strings.LastIndex(s[:softPortion], sep); i > softPortion/2 {
				end = i + len(sep)
				break
			}
		}
		for !utf8.RuneStart(s[end]) {
			end--
		}
		out = append(out, strings.TrimSpace(s[:end]))
		s = s[end:]
	}
	return append(out, strings.TrimSpace(s))
}

// acts distributes texts over as many reports as are needed for each of them
// to fit into an act.
func acts(texts []string, o *Options) ([][]string, error) {
	frame := o.frame()
	var out [][]string
	var group []string
	room := 0
	for _, t := range texts {
		need := frame + written(t)
		if need > room || len(group) == act.MaxPortions {
			if group != nil {
				out = append(out, group)
			}
			group, room = nil, act.MaxAct-frame-viewRoom
		}
		if need > room {
			return nil, refuse(act.ErrTooLarge, "a portion of %d bytes", need)
		}
		group, room = append(group, t), room-need-1
	}
	return append(out, group), nil
}

// viewRoom is what a view says beside its portions and its banner: title,
// recipients, batch.
const viewRoom = 2 << 10

// frame returns the bytes that a portion takes beside its text, and a banner
// at most: label, grade, source.
func (o *Options) frame() int {
	const rest = 300 // ids, names of fields
	l, err := o.Origin.Label.MarshalJSON()
	if err != nil {
		l = make([]byte, 600) // not marked yet
	}
	s := o.Origin.Source
	n := rest + len(l) + written(s.Descriptor) + len(s.Originator) + written(s.Party)
	if v := o.Origin.Grade.Override; v != nil {
		n += written(v.Officer) + written(v.Reason)
	}
	return n
}

// fitting returns how many of the bytes of s fit into room in JSON.
func fitting(s string, room int) int {
	for i := range len(s) {
		if room -= written(s[i:i+1]) - 2; room < 2 {
			return i
		}
	}
	return len(s)
}

// written returns the length of s in JSON, as acts write it.
func written(s string) int {
	n := len(s) + 2
	for i := range len(s) {
		if c := s[i]; c == '"' || c == '\\' || c == '\n' || c == '\t' {
			n++
		}
	}
	return n
}
