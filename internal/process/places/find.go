package places

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Found is a place named in a text.
type Found struct {
	// Start and End are offsets in code points, End excluded.
	Start, End int
	// Text is the name as the text has it.
	Text string
	// Place is what the name was resolved to.
	Place Entry
	// Km is the radius in kilometres within which the place lies around
	// Place.At.
	Km float64
	// Confidence is the share, 0 to 1, that the place has among all that the
	// name may mean.
	Confidence float64
	// Others are the next likely places, at most three.
	Others []Entry
}

// maxPiece is the length in bytes of the pieces in which a long text is
// resolved: names weigh on one another within a piece, so cost grows with the
// text's length and not with its square.
const maxPiece = 24 << 10

// finder is the working memory of one Find.
type finder struct {
	scan    scan
	spotter spotter
	joint   joint
	// taken are the spans in which no place is looked for, base the byte at
	// which the piece begins in what they count from.
	taken [][2]int
	base  int
}

var finders = sync.Pool{New: func() any { return new(finder) }}

// Find recognises the names of places in a text in any of the five languages
// and resolves them together. It returns them in the order of the text. Bytes
// that are not UTF-8 part words and count as one code point each.
func (g *Gazetteer) Find(text string) []Found {
	var out []Found
	g.FindEach(text, func(f *Found) bool {
		out = append(out, *f)
		return true
	})
	return out
}

// FindOutside is Find that looks for no place in the taken parts of the text,
// such as its dates: spans of bytes, in order, that no name may reach into.
func (g *Gazetteer) FindOutside(text string, taken [][2]int) []Found {
	var out []Found
	g.findEach(text, taken, func(f *Found) bool {
		out = append(out, *f)
		return true
	})
	return out
}

// FindEach is Find that hands over each place as soon as its part of the text
// is settled, until do returns false: what it holds does not grow with the
// text. The Found is valid during the call only.
func (g *Gazetteer) FindEach(text string, do func(*Found) bool) { g.findEach(text, nil, do) }

func (g *Gazetteer) findEach(text string, taken [][2]int, do func(*Found) bool) {
	f := finders.Get().(*finder)
	defer func() {
		// A pool must not keep what one dense text needed.
		if cap(f.scan.words) < 1<<16 {
			finders.Put(f)
		}
	}()
	var found []Found
	offset, base := 0, 0
	for len(text) > 0 {
		piece := text
		if len(piece) > maxPiece {
			piece = piece[:cut(piece)]
		}
		for len(taken) > 0 && taken[0][1] <= base {
			taken = taken[1:]
		}
		f.taken, f.base = taken, base
		found = f.find(g, piece, offset, found[:0])
		for i := range found {
			if !do(&found[i]) {
				return
			}
		}
		offset += utf8.RuneCountInString(piece)
		text = text[len(piece):]
		base += len(piece)
	}
}

// cut chooses where a long text is parted: after the last line end of the
// piece, else the last sentence, else the last space, else between two letters.
func cut(text string) int {
	head := text[:maxPiece]
	for _, mark := range []string{"\n", ". ", " "} {
		if i := strings.LastIndex(head[maxPiece/2:], mark); i >= 0 {
			return maxPiece/2 + i + len(mark)
		}
	}
	n := maxPiece
	for n > maxPiece-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

// find handles one piece; offset is where it begins in code points.
func (f *finder) find(g *Gazetteer, text string, offset int, out []Found) []Found {
	f.scan.run(text)
	f.take()
	f.spotter.g, f.spotter.s = g, &f.scan
	f.spotter.spot()
	mentions := f.spotter.mentions
	if len(mentions) == 0 {
		return out
	}
	f.contain(mentions)
	f.joint.g = g
	f.joint.gather(&f.scan, mentions)
	f.joint.resolve()
	if more, found := f.bySound(g, mentions); found {
		mentions = more
		for i := range mentions {
			mentions[i].container = -1
		}
		f.contain(mentions)
		f.joint.gather(&f.scan, mentions)
		f.joint.resolve()
	}
	first := len(out)
	for i := range f.joint.groups {
		gr := &f.joint.groups[i]
		if len(gr.cands) == 0 {
			continue
		}
		best := f.seat(g, gr, mentions)
		e := g.describe(best.ref)
		var others []Entry
		for k := 0; k < len(gr.cands) && len(others) < 3 && gr.cands[k].p > 0.05; k++ {
			if gr.cands[k].ref == best.ref {
				continue
			}
			others = append(others, g.describe(gr.cands[k].ref))
		}
		for _, m := range gr.mentions {
			confidence := float64(max(best.p, gr.cands[0].p))
			if mentions[m].weak && (e.Class == City || e.Class == Section || e.Class == Spot || e.Class == Admin3) && e.Population < weakBelow {
				confidence = min(confidence, weakConfidence)
			}
			out = append(out, Found{
				Start: mentions[m].start, End: mentions[m].end, Text: text[mentions[m].start:mentions[m].end],
				Place: e, Km: e.Km, Confidence: confidence, Others: others,
			})
		}
	}
	// Bytes to code points, in one pass over the text.
	found := out[first:]
	slices.SortFunc(found, func(a, b Found) int { return a.Start - b.Start })
	at, runes := 0, offset
	for i := range found {
		runes += utf8.RuneCountInString(text[at:found[i].Start])
		at = found[i].Start
		n := utf8.RuneCountInString(found[i].Text)
		found[i].Start, found[i].End = runes, runes+n
	}
	return out
}

// take blanks the words of the taken spans: they are of no script, and no name
// goes on from one or into one.
func (f *finder) take() {
	words, k := f.scan.words, 0
	for _, t := range f.taken {
		from, to := t[0]-f.base, t[1]-f.base
		for k < len(words) && int(words[k].end) <= from {
			k++
		}
		for ; k < len(words) && int(words[k].start) < to; k++ {
			words[k].script, words[k].capital, words[k].gap = scriptNone, false, gapBreak
			if k+1 < len(words) {
				words[k+1].gap = gapBreak
			}
		}
		if k == len(words) {
			return
		}
	}
}

// A lone word in a script without capitals that only a settlement of fewer
// than weakBelow inhabitants bears, with nothing beside it that speaks for a
// place, is as likely something else.
const (
	weakBelow      = 50_000
	weakConfidence = 0.35
)

// areaWords beside a name say that the area is meant and not its town.
var areaWords = foldedSet(`province governorate state region oblast krai county countryside prefecture district
	محافظة ولاية اقليم ريف منطقة قضاء استان شهرستان ایالت پارێزگای هەرێمی
	область области провинция провинции провинцию край крае штат штате губерния район районе`)

// seat chooses between an area and the town that it is called after: without a
// word for the area a report means the town. That is left where the two lie
// far apart, as New York does.
func (f *finder) seat(g *Gazetteer, gr *group, mentions []mention) *candidate {
	best := &gr.cands[0]
	if best.class != Admin1 && best.class != Admin2 {
		return best
	}
	for _, n := range gr.mentions {
		m := &mentions[n]
		for _, i := range [...]int{m.from - 1, m.to, m.to - 1} {
			if i >= 0 && i < len(f.scan.words) && areaWords[string(f.scan.keyOf(i))] {
				return best
			}
		}
	}
	for k := range gr.cands {
		c := &gr.cands[k]
		if c.class == City && c.country == best.country && c.km2(best) < 90*90 && (best.class == Admin1 || g.record(c.ref).population >= 50_000) &&
			(f.joint.lies(c, best) || c.admin1 == best.admin1) {
			return c
		}
	}
	return best
}

// contain finds the explicit containers: "Paris, Texas", "Lyon (France)",
// "Raqqa in Syria".
func (f *finder) contain(mentions []mention) {
	words := f.scan.words
	for i := 0; i+1 < len(mentions); i++ {
		m, next := &mentions[i], &mentions[i+1]
		if m.to != next.from {
			continue
		}
		g := words[next.from].gap
		if g != gapComma && g != gapSpace && g != gapPeriod {
			continue
		}
		if !f.mayContain(m, next) {
			continue
		}
		if g == gapSpace && words[m.from].script == scriptLatin && !next.sure && !f.area(next) {
			continue
		}
		m.container = i + 1
	}
}

// area reports that the mention may be an area above the district.
func (f *finder) area(m *mention) bool {
	for _, x := range m.matches {
		if c := f.spotter.g.record(x.ref).class; c == Admin1 || c == Country {
			return true
		}
	}
	return false
}

// mayContain reports that a place of the second mention contains one of the
// first.
func (f *finder) mayContain(m, in *mention) bool {
	g := f.spotter.g
	const most = 200
	for _, x := range in.matches[:min(len(in.matches), 40)] {
		class := g.record(x.ref).class
		if class != Country && class != Admin1 && class != Admin2 {
			continue
		}
		d := g.candidate(x)
		j := joint{g: g}
		for _, y := range m.matches[:min(len(m.matches), most)] {
			c := g.candidate(y)
			if j.lies(&c, &d) {
				return true
			}
		}
	}
	return false
}
