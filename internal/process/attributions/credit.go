package attributions

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// CreditKind is what a credit says.
type CreditKind string

// The kinds of credits.
const (
	// Dateline is a place and a carrier before the first sentence: "BEIRUT
	// (Reuters) -", «МОСКВА, 1 октября. /ТАСС/.».
	Dateline CreditKind = "dateline"
	// Byline names the carrier elsewhere: "Source: AFP", «ТАСС.».
	Byline CreditKind = "byline"
	// Reporting names people: "Additional reporting by".
	Reporting CreditKind = "reporting"
	// Stripped is a credit from which the carrier was taken: a dateline without
	// one, "(Agencies)".
	Stripped CreditKind = "stripped"
)

// Credit is what a carrier put on a report.
type Credit struct {
	Range
	Kind CreditKind
	// Agency is the carrier's usual name in Latin letters, "" if none is named.
	Agency     string
	Confidence float64
}

// credits adds to the dateline, if there is one, the credits at the end of a
// text and those in brackets between.
func (f *finder) credits(out []Credit) []Credit {
	tokens := f.tokens
	for i := 0; i < len(tokens); i++ {
		if len(out) > 0 && i < out[len(out)-1].Last {
			continue
		}
		if c, ok := f.credit(i); ok {
			out = append(out, c)
			i = c.Last - 1
		}
	}
	return out
}

// dateline reads the first tokens: up to a dash, with an agency before it, or
// a place alone.
func (f *finder) dateline(sentences []passage.Sentence) (Credit, bool) {
	// The dateline may follow a title.
	for k := 0; k < len(sentences) && k < 4; k++ {
		start := sentences[k].First
		if k > 0 && sentences[k].Paragraph == sentences[k-1].Paragraph && f.tokens[start].Breaks == 0 {
			continue
		}
		agency, from := "", -1
		for i := start; i < len(f.tokens) && i < start+18; i++ {
			t := &f.tokens[i]
			if i > start && t.Breaks > 0 {
				break
			}
			if f.senses[i].role&rAgency != 0 && agency == "" && f.edged(i) {
				agency, from = f.senses[i].name, i
			}
			if t.Kind != passage.Mark || t.Key != "-" || !t.Space || i+1 >= len(f.tokens) {
				continue
			}
			if i == start || i-start > 14 {
				break
			}
			switch {
			case agency != "":
				return Credit{Range{start, i + 1}, Dateline, agency, 0.93}, true
			case f.place(start, i):
				return Credit{Range{start, i + 1}, Stripped, "", 0.7}, true
			}
			break
		}
		// «МОСКВА, 1 октября. /ТАСС/.» and "(Reuters)" without a dash.
		if from > start && from-start < 12 && f.capitals(start, from-1) && (f.key(from-1) == "/" || f.key(from-1) == "(" || f.key(from-2) == "/" || f.key(from-3) == "/") {
			end := from + f.size(from)
			for end < from+6 && f.key(end) != "/" && f.key(end) != ")" {
				end++
			}
			if k := f.key(end); k == "/" || k == ")" {
				end++
				if f.key(end) == "." || f.key(end) == "-" {
					end++
				}
				return Credit{Range{start, end}, Dateline, agency, 0.9}, true
			}
		}
	}
	return Credit{}, false
}

// capitals reports whether the tokens before a carrier can be a place and a
// date: they begin in capitals, or in a script without.
func (f *finder) capitals(from, to int) bool {
	t := &f.tokens[from]
	return to-from <= 8 && (t.Capitals == passage.All || t.Script == language.ArabicScript && to-from <= 4)
}

// edged reports whether the agency at token i stands apart, as credits do: in
// brackets or slashes, or before a dash or full stop.
func (f *finder) edged(i int) bool {
	end := i + f.size(i)
	prev, next := f.key(i-1), f.key(end)
	// /Корр. ТАСС Иван Иванов/
	for k := i - 1; k > i-4 && k >= 0 && prev != "/"; k-- {
		if f.key(k) == "/" {
			prev = "/"
		}
	}
	return prev == "(" || prev == "/" || prev == "[" || next == "-" && end < len(f.tokens) && f.tokens[end].Space || (prev == "-" || i == 0 || prev == ",") && (next == "-" || next == ".")
}

// place reports whether the tokens before a dash are a place as datelines have
// it: at most four words in capitals, or in a script without, and maybe a
// date.
func (f *finder) place(from, to int) bool {
	words := 0
	for i := from; i < to; i++ {
		t := &f.tokens[i]
		switch {
		case t.Kind == passage.Word:
			words++
			if t.Script != language.ArabicScript && t.Capitals != passage.All && words <= 1 {
				return false
			}
			if f.senses[i].role&(rVerb|rSource|rPrep) != 0 {
				return false
			}
		case t.Kind == passage.Mark && t.Key != ",":
			return false
		}
	}
	return words >= 1 && words <= 4 && (f.tokens[from].Script != language.ArabicScript || words <= 2)
}

// credit reads a credit at token i.
func (f *finder) credit(i int) (Credit, bool) {
	t := &f.tokens[i]
	e := &f.senses[i]
	n := f.size(i)
	begins := i == 0 || t.Breaks > 0 || f.key(i-1) == "." || f.key(i-1) == "(" || f.key(i-1) == "/" || f.key(i-1) == ";" || f.key(i-1) == "["
	switch {
	case e.role&rCredit != 0 && begins:
		end := i + n
		agency := ""
		for end < len(f.tokens) && end-i < 25 {
			x := &f.tokens[end]
			if x.Breaks > 0 || x.Key == ")" || x.Key == "." && (end+1 >= len(f.tokens) || f.tokens[end-1].End-f.tokens[end-1].Start > 2) {
				break
			}
			if f.senses[end].role&rAgency != 0 && agency == "" {
				agency = f.senses[end].name
			}
			end++
		}
		kind := Reporting
		if agency != "" {
			kind = Byline
		}
		return Credit{Range{i, end}, kind, agency, 0.9}, true
	case e.role&rAgency != 0 && f.bracketed(i, n):
		return Credit{Range{i - 1, i + n + 1}, Byline, e.name, 0.88}, true
	case e.role&rNobody != 0 && f.bracketed(i, n):
		return Credit{Range{i - 1, i + n + 1}, Stripped, "", 0.85}, true
	case e.role&rAgency != 0 && begins && f.alone(i, n):
		return Credit{Range{i, i + n}, Byline, e.name, 0.85}, true
	case e.role&rNobody != 0 && begins && f.alone(i, n):
		return Credit{Range{i, i + n}, Stripped, "", 0.75}, true
	}
	return Credit{}, false
}

// bracketed reports whether n tokens from i on stand alone in brackets or
// slashes.
func (f *finder) bracketed(i, n int) bool {
	a, b := f.key(i-1), f.key(i+n)
	return a == "(" && b == ")" || a == "/" && b == "/" || a == "[" && b == "]"
}

// alone reports whether n tokens from i on are a line or sentence by
// themselves.
func (f *finder) alone(i, n int) bool {
	end := i + n
	if end >= len(f.tokens) || f.tokens[end].Breaks > 0 {
		return true
	}
	return f.key(end) == "." && (end+1 >= len(f.tokens) || f.tokens[end+1].Breaks > 0 || f.tokens[end+1].Capitals != passage.Lower || f.tokens[end+1].Script == language.ArabicScript)
}
