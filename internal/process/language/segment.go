package language

// Segment is a part of a text in one language: byte offsets into it.
type Segment struct {
	Start, End int
	Guess
}

// Span is a part of a text, in byte offsets.
type Span struct{ Start, End int }

// minRun is how many letters of another script make a segment of their own:
// a name or an abbreviation in other letters does not.
const minRun = 14

// maxUnit bounds the letters that are weighed of one sentence.
const maxUnit = 300

// unit is a stretch of one sentence in one script.
type unit struct {
	Span
	v evidence
	// letters is 0 for a unit without any.
	letters int
	guess   Guess
}

// Segments parts a text into stretches of one language. The cuts are its
// sentences, in order and without overlap; a language changes only at a cut or
// where the script changes for more than a name. The segments cover the text
// without gaps. A short sentence is read in the light of the others of its
// script.
func Segments(text string, cuts []Span) []Segment {
	if text == "" {
		return nil
	}
	var units []unit
	at := 0
	for _, c := range cuts {
		if c.Start > at && len(units) > 0 {
			units[len(units)-1].End = c.Start
		} else if c.Start > at {
			c.Start = at
		}
		if c.End > c.Start {
			units = runs(units, text, c)
			at = c.End
		}
	}
	if at < len(text) {
		if len(units) == 0 {
			units = runs(units, text, Span{0, len(text)})
		}
		units[len(units)-1].End = len(text)
	}
	settle(units, text)
	return merge(units)
}

// runs appends the units of one sentence.
func runs(units []unit, text string, c Span) []unit {
	// Most sentences are of one script: say so without parting them.
	var n counts
	n.scan(text[c.Start:c.End], 0)
	main := n.dominant()
	other := 0
	for k, m := range n {
		if Script(k) != main {
			other += m
		}
	}
	if other < minRun {
		u := unit{Span: c, letters: n[main]}
		u.v.script = main
		return append(units, u)
	}
	// Part it at changes of script, and let short runs join what is before.
	first := len(units)
	u := unit{Span: Span{c.Start, c.Start}}
	flush := func(end int) {
		u.End = end
		switch {
		case u.letters == 0:
		case len(units) > first && (u.letters < minRun || units[len(units)-1].v.script == u.v.script):
			units[len(units)-1].letters += u.letters
		default:
			if len(units) > first {
				units[len(units)-1].End = u.Start
			}
			units = append(units, u)
		}
		u = unit{Span: Span{end, end}}
	}
	for i, r := range text[c.Start:c.End] {
		k := ScriptOf(r)
		if k == NoScript {
			continue
		}
		if u.letters > 0 && k != u.v.script {
			flush(c.Start + i)
		}
		u.v.script = k
		u.letters++
	}
	flush(c.End)
	if len(units) > first {
		// A short first run belongs to what follows.
		if len(units) > first+1 && units[first].letters < minRun {
			units[first+1].Start = units[first].Start
			units = append(units[:first], units[first+1:]...)
		}
		units[first].Start = c.Start
		units[len(units)-1].End = c.End
		return units
	}
	return append(units, unit{Span: c})
}

// lean bounds what the rest of a text can say about one sentence of it, as a
// logarithm of odds.
const lean = 2.5

// settle guesses each unit, in the light of the others of its script.
func settle(units []unit, text string) {
	var whole [3]evidence
	for i := range units {
		u := &units[i]
		k := u.v.script
		if k == NoScript || k >= Hebrew {
			continue
		}
		u.v.add(text[u.Start:u.End], k, maxUnit)
		w := &whole[k-ArabicScript]
		w.grams += u.v.grams
		for j := range w.sums {
			w.sums[j] += u.v.sums[j]
		}
	}
	var prior [3][maxLanguages]float32
	for k := range whole {
		most := float32(-1e30)
		n := len(tables()[k].codes)
		for j := range n {
			most = max(most, whole[k].sums[j])
		}
		for j := range n {
			prior[k][j] = max((whole[k].sums[j]-most)/temper, -lean)
		}
	}
	for i := range units {
		u := &units[i]
		switch k := u.v.script; {
		case k == NoScript:
			u.guess = Guess{Code: "und"}
		case k >= Hebrew:
			u.guess = foreign(k, text[u.Start:u.End])
		default:
			u.guess = u.v.guess(&prior[k-ArabicScript])
		}
	}
}

// merge joins neighbours of one language; units without letters join what is
// before them, or after.
func merge(units []unit) []Segment {
	var out []Segment
	for _, u := range units {
		s := Segment{u.Start, u.End, u.guess}
		if len(out) == 0 {
			out = append(out, s)
			continue
		}
		last := &out[len(out)-1]
		switch {
		case s.Tag == Unknown || s.Code == last.Code:
			a, b := float64(last.End-last.Start), float64(s.End-s.Start)
			if s.Tag != Unknown {
				last.Confidence = (last.Confidence*a + s.Confidence*b) / max(a+b, 1)
			}
			last.End = s.End
		case last.Tag == Unknown:
			last.Guess, last.End = s.Guess, s.End
		default:
			out = append(out, s)
		}
	}
	return out
}
