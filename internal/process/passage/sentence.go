package passage

import (
	"strings"
	"unicode/utf8"

	"entente/internal/process/language"
)

// Sentence is a run of tokens, from First up to Last, and its part of the
// normal form.
type Sentence struct {
	Span
	First, Last int
	// Paragraph numbers the paragraphs from 0.
	Paragraph int
}

// maxSentence bounds the tokens of a sentence; a longer one is cut.
const maxSentence = 250

// Sentences parts tokens into sentences. They end at a full stop, question or
// exclamation mark of any of the five languages, with the quotation marks and
// brackets that close there, at the end of a paragraph, and at the end of a
// line where the text does not fold its lines. Full stops of abbreviations,
// initials, decimals and addresses end none.
func Sentences(f *Form, tokens []Token) []Sentence {
	var out []Sentence
	folded := foldsLines(f.Text)
	caseless := caseless(tokens)
	first, paragraph := 0, 0
	end := func(last int) {
		if last > first {
			out = append(out, Sentence{Span{tokens[first].Start, tokens[last-1].End}, first, last, paragraph})
		}
		first = last
	}
	for i := range tokens {
		t := &tokens[i]
		if i > first && t.Breaks > 0 && (t.Breaks > 1 || !folded || isBullet(t)) {
			end(i)
			paragraph++
		}
		if i-first >= maxSentence {
			end(i)
		}
		if t.Kind != Mark || i < first {
			continue
		}
		switch t.Key {
		case ".", "!", "?", "…", "。":
		default:
			continue
		}
		// What closes belongs to this sentence.
		j := i + 1
		for j < len(tokens) && tokens[j].Breaks < 2 && closes(tokens, j) {
			j++
		}
		if j < len(tokens) && tokens[j].Breaks < 2 && !endsSentence(tokens, i, j, caseless) {
			continue
		}
		end(j)
	}
	end(len(tokens))
	return out
}

// closes reports whether token i closes what a sentence opened, or repeats its
// mark.
func closes(tokens []Token, i int) bool {
	t := &tokens[i]
	if t.Kind != Mark {
		return false
	}
	switch t.Key {
	case ".", "!", "?", "…", ")", "]", "}":
		return !t.Space
	case "\"", "'":
		// A mark that touches what is before it and not what follows closes.
		return !t.Space && (i+1 == len(tokens) || tokens[i+1].Space || tokens[i+1].Kind == Mark)
	}
	return false
}

// endsSentence reports whether the mark at i ends a sentence, if the next one
// would begin at j.
func endsSentence(tokens []Token, i, j int, caseless bool) bool {
	mark, next := &tokens[i], &tokens[j]
	quoted := j > i+1 && (tokens[j-1].Key == "\"" || tokens[j-1].Key == "'")
	lower := next.Kind == Word && (next.Script == language.Latin || next.Script == language.Cyrillic) && next.Capitals == Lower && !caseless
	if mark.Key != "." {
		// "Why?" he asked.
		return !(lower || quoted && (next.Key == "," || next.Key == "-"))
	}
	if next.Kind == Mark && (next.Key == "," || next.Key == ";" || next.Key == ":" || next.Key == "%") {
		return false
	}
	if i == 0 {
		return true
	}
	prev := &tokens[i-1]
	if j == i+1 && !next.Space {
		switch {
		case next.Kind == Number:
			return false
		case next.Kind == Word:
			// A word that touches the full stop: an address, an abbreviation,
			// or a missing space.
			return prev.Kind == Word && next.Capitals == Initial && prev.Capitals == Lower && prev.End-prev.Start > 2 ||
				prev.Kind == Word && prev.Script == language.ArabicScript && utf8.RuneCountInString(prev.Key) > 2
		case next.Kind == Mark && next.Key != "\"" && next.Key != "'" && next.Key != "(" && next.Key != "[":
			return next.Key == "-"
		}
	}
	if lower {
		return false
	}
	if prev.Kind == Word && !mark.Space {
		letters := utf8.RuneCountInString(prev.Key)
		if letters == 1 && prev.Script != language.ArabicScript {
			if prev.Key == "г" {
				// "2015 г." ends what "г. Москва" begins.
				return i >= 2 && tokens[i-2].Kind == Number && next.Kind == Word
			}
			// An initial, or an abbreviation of such letters. One at the end
			// of a sentence cannot be told: "in the U.S. The army ..."
			if prev.Capitals != Lower || caseless {
				return i >= 3 && tokens[i-2].Key == "." && next.Kind == Word && startsSentence[next.Key]
			}
			return false
		}
		if letters == 1 && prev.Script == language.ArabicScript {
			return false
		}
		if abbreviations[prev.Key] {
			return false
		}
		if endAbbreviations[prev.Key] {
			return next.Kind == Word && next.Capitals != Lower && startsSentence[next.Key]
		}
	}
	return true
}

func isBullet(t *Token) bool {
	return t.Kind == Mark && (t.Key == "-" || t.Key == "•" || t.Key == "*" || t.Key == "·")
}

// foldsLines reports whether the lines of a text are folded at a width: most
// of those that are not the last of their paragraph are about as long.
func foldsLines(text string) bool {
	lines, long, over := 0, 0, 0
	rest := text[:min(len(text), 20_000)]
	for rest != "" {
		line, after, ok := strings.Cut(rest, "\n")
		rest = after
		if !ok || strings.TrimSpace(line) == "" {
			continue
		}
		if strings.HasPrefix(after, "\n") || after == "" {
			continue
		}
		lines++
		switch n := utf8.RuneCountInString(line); {
		case n > 110:
			over++
		case n >= 48:
			long++
		}
	}
	return lines >= 2 && over*10 <= lines && long*10 >= lines*7
}

// caseless reports whether a text is written without capitals (or all in
// capitals), as old wire services were.
func caseless(tokens []Token) bool {
	words, capitals := 0, 0
	for i := range tokens {
		if i > 2000 {
			break
		}
		if t := &tokens[i]; t.Kind == Word && (t.Script == language.Latin || t.Script == language.Cyrillic) {
			words++
			if t.Capitals != Lower {
				capitals++
			}
		}
	}
	return words >= 25 && capitals*100 < words*2 || words >= 12 && capitals == 0
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[Fold(w)] = true
	}
	return m
}

// abbreviations never end a sentence with their full stop. The lists of this
// file are written by hand from general knowledge of the languages.
var abbreviations = set(`mr mrs ms dr prof gen lt col maj capt cpl sgt pvt cmdr adm brig rev hon gov sen rep pres st mt ft vs
	jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri approx est dept univ fig al
	т.е им ул тов гр проф акад ген полк подп кап лейт св пос дер обл респ см стр рис янв фев февр апр авг сент окт нояб дек напр
	د أ م ص هـ`)

// endAbbreviations may end one.
var endAbbreviations = set(`no nos inc corp co ltd etc jr sr bros govt p pp vol руб коп тыс млн млрд чел др пр гг вв км см кг мин сек`)

// startsSentence are words with a capital that show that a new sentence began
// after an abbreviation.
var startsSentence = set(`the a an in on at it he she they we this that these those but and however meanwhile according there after before as for
	в на по он она они это как но при для после также однако между`)
