// Package attributions finds who is said to have said what: speaker, those who
// were told, the medium, direct and indirect speech with its quotations, how it
// was put (asserted, denied, asked, foreseen, hearsay, not found), sources
// without a name, and the credits that carriers put on a report, in Arabic,
// Persian, Sorani, Russian and English.
package attributions

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// Method and Version name this reader in suggestions.
const (
	Method  = "attributions.grammar"
	Version = "2"
)

// Modality is how something was put.
type Modality string

// The modalities of claims (design section 5).
const (
	Assert          Modality = "assert"
	Deny            Modality = "deny"
	Question        Modality = "question"
	Forecast        Modality = "forecast"
	Hearsay         Modality = "hearsay"
	NegativeFinding Modality = "negative-finding"
)

var modalities = map[string]Modality{"deny": Deny, "question": Question, "forecast": Forecast, "hearsay": Hearsay}

// SpeakerKind is what is known of a speaker.
type SpeakerKind string

// The kinds of speakers.
const (
	Named     SpeakerKind = "named"     // a person or body with its name
	Described SpeakerKind = "described" // an office or body without a name of a person
	Anonymous SpeakerKind = "anonymous" // a source, witnesses, activists
	Agency    SpeakerKind = "agency"    // a carrier of news
	Pronoun   SpeakerKind = "pronoun"
	NoSpeaker SpeakerKind = "none" // hearsay, and findings without a finder
)

// Range is a run of tokens, Last exclusive; it is empty where nothing is said.
type Range struct{ First, Last int }

// Empty reports whether nothing is in it.
func (r Range) Empty() bool { return r.Last <= r.First }

// Attribution is one statement that is attributed, or marked as hearsay.
type Attribution struct {
	// Cue is the word or phrase that attributes.
	Cue     Range
	Speaker Range
	Kind    SpeakerKind
	// Addressee was told; Medium is the way, and MediumKind its kind: agency,
	// statement, interview, briefing, social, television, phone, speech.
	Addressee  Range
	Medium     Range
	MediumKind string
	// Via is a second source between speaker and reader: "quoted by Interfax".
	Via Range
	// Content is what was said; Quotes are the parts of it in quotation marks.
	Content  Range
	Quotes   []Range
	Direct   bool
	Modality Modality
	// Confidence is between 0 and 1.
	Confidence float64
}

// Find returns the attributions of a text in the order of their cues, and its
// credits in order. Tokens that are taken (those of dates) belong to no name.
func Find(tokens []passage.Token, sentences []passage.Sentence, taken []bool) ([]Attribution, []Credit) {
	f := newFinder(tokens, taken)
	f.quotes = quotes(tokens)
	f.first, f.last = 0, len(tokens)
	head, dated := f.dateline(sentences)
	for k := range sentences {
		f.first, f.last = sentences[k].First, sentences[k].Last
		f.from = f.first
		if dated && head.First >= f.first && head.Last < f.last {
			f.from = head.Last // nobody said the dateline
		}
		f.sentence()
	}
	f.first, f.last = 0, len(tokens)
	var out []Credit
	if dated {
		out = append(out, head)
	}
	return f.out, f.credits(out)
}

type entry struct {
	sense
	size int8
}

type finder struct {
	tokens []passage.Token
	senses []entry
	taken  []bool
	quotes []Range
	// first and last bound the sentence, from what of it was read.
	first, last, from int
	// nextQuote is the first quotation that does not end before the sentence.
	nextQuote int
	out       []Attribution
}

func newFinder(tokens []passage.Token, taken []bool) *finder {
	f := &finder{tokens: tokens, taken: taken, senses: make([]entry, len(tokens))}
	lex := lexicons()
	for i := range tokens {
		t := &tokens[i]
		if t.Kind != passage.Word || t.Lang == language.Unknown || t.Lang == language.Other {
			continue
		}
		if s, n := lex[t.Lang].At(tokens, i); n > 0 {
			f.senses[i] = entry{s, int8(n)}
		}
	}
	return f
}

func (f *finder) is(i int, r role) bool {
	return i >= f.first && i < f.last && f.senses[i].role&r != 0
}

func (f *finder) size(i int) int { return max(1, int(f.senses[i].size)) }

func (f *finder) key(i int) string {
	if i < f.first || i >= f.last {
		return ""
	}
	return f.tokens[i].Key
}

func (f *finder) mark(i int) bool {
	return i < f.first || i >= f.last || f.tokens[i].Kind == passage.Mark
}

func (f *finder) dated(i int) bool { return f.taken != nil && i >= 0 && i < len(f.taken) && f.taken[i] }

func (f *finder) quoted(i int) bool {
	for k := f.nextQuote; k < len(f.quotes) && f.quotes[k].First <= i; k++ {
		if i < f.quotes[k].Last {
			return true
		}
	}
	return false
}

// inSpeech reports whether token i is quoted, and not as a name is.
func (f *finder) inSpeech(i int) bool {
	for k := f.nextQuote; k < len(f.quotes) && f.quotes[k].First <= i; k++ {
		if i < f.quotes[k].Last {
			return f.quotes[k].Last-f.quotes[k].First > 3
		}
	}
	return false
}

// sentence reads the attributions of one sentence.
func (f *finder) sentence() {
	for f.nextQuote < len(f.quotes) && f.quotes[f.nextQuote].Last <= f.first {
		f.nextQuote++
	}
	begun := len(f.out)
	for i := f.first; i < f.last; {
		e := &f.senses[i]
		n := f.size(i)
		if e.role == 0 || f.quoted(i) {
			i++
			continue
		}
		var a Attribution
		ok := false
		switch {
		case e.role&rNegative != 0:
			a = Attribution{Cue: Range{i, i + n}, Kind: NoSpeaker, Modality: NegativeFinding, Confidence: 0.85}
			a.Speaker = f.finder(i, n)
			a.Content = Range{i, f.last}
			ok = true
			if f.foundBySpeaker(a.Speaker, i, begun) {
				f.out[len(f.out)-1].Modality = NegativeFinding
				i += n
				continue
			}
		case e.role&rHearsay != 0:
			a = Attribution{Cue: Range{i, i + n}, Kind: NoSpeaker, Modality: Hearsay, Confidence: 0.8}
			a.Content = Range{i + n, f.last}
			ok = true
		case e.role&rPrep != 0:
			a, ok = f.according(i)
		case e.role&rVerb != 0 && !f.noVerb(i):
			a, ok = f.verb(i, begun)
		case e.role&rVia != 0 && f.tokens[i].Lang == language.English && passive[f.key(i-1)]:
			a, ok = f.quotedBy(i)
		case e.role&rVia != 0 && len(f.out) > begun && f.tokens[i].Lang != language.Arabic:
			if v := f.name(i + n); !v.Empty() {
				f.out[len(f.out)-1].Via = v
				i = v.Last
				continue
			}
		}
		if !ok {
			i += n
			continue
		}
		f.finish(&a)
		f.out = append(f.out, a)
		i = max(i+n, a.Cue.Last)
		f.from = i
	}
}

// foundBySpeaker reports that who found nothing at token i is who the last
// statement is of: "Police said they found no bodies".
func (f *finder) foundBySpeaker(r Range, i, begun int) bool {
	if len(f.out) == begun || r.Empty() || f.tokens[i].Lang != language.English {
		return false
	}
	last := &f.out[len(f.out)-1]
	if last.Modality != Assert || last.Speaker.Empty() || !f.is(r.First, rPronoun) || i < last.Content.First || i >= last.Content.Last || i-last.Content.First > 4 {
		return false
	}
	return true
}

// finder returns who found nothing: before the words that say so, in Arabic
// after them.
func (f *finder) finder(i, n int) Range {
	if f.tokens[i].Lang != language.Arabic {
		return f.before(i)
	}
	r := f.chunk(i + n)
	if r.Last-r.First <= 5 && (f.is(r.Last, rStop) || f.introduces(r)) && !f.is(i+n, rStop) {
		if f.is(r.First, rAgency) {
			r.Last = r.First + f.size(r.First)
		}
		return r
	}
	return Range{}
}

// finish settles what follows from the parts of an attribution.
func (f *finder) finish(a *Attribution) {
	if a.Kind == "" || a.Kind == NoSpeaker && !a.Speaker.Empty() {
		a.Kind = f.kind(a.Speaker)
	}
	if a.Speaker.Empty() && a.Kind != Pronoun {
		a.Kind = NoSpeaker
	}
	if a.Modality == Assert && f.negatedVerb(a.Cue.First) {
		a.Modality = NegativeFinding
	}
	if a.Modality == Assert && f.foresees(a) {
		a.Modality = Forecast
	}
	if a.Modality == Deny && f.negatedVerb(a.Cue.First) {
		a.Modality = Assert
	}
	for k := f.nextQuote; k < len(f.quotes) && f.quotes[k].First < f.last; k++ {
		q := f.quotes[k]
		if f.speech(q) {
			if a.Kind != NoSpeaker || a.Modality == Hearsay {
				a.Quotes = append(a.Quotes, q)
			}
		}
	}
	a.Direct = len(a.Quotes) > 0 && a.Modality != Hearsay && a.Modality != NegativeFinding
	if a.Content.Last < a.Content.First {
		a.Content.Last = a.Content.First
	}
}

// speech reports whether a quotation is what somebody said, and not a name or
// a word in quotation marks: it is long, or set off by its marks.
func (f *finder) speech(q Range) bool {
	if q.Last-q.First >= 5 || f.key(q.First-2) == ":" || q.Last-q.First >= 3 && (f.key(q.First-2) == "," || f.is(q.First-2, rThat|rVerb)) {
		return true
	}
	switch f.key(q.Last - 1) {
	case ",", ".", "!", "?":
		return true
	}
	switch f.key(q.Last + 1) {
	case ",", "-":
		return f.is(q.Last+2, rVerb) || f.key(q.Last+1) == "-" || f.key(q.Last+2) == "-"
	}
	return false
}

// negatedVerb reports whether a verb of saying is denied itself: "could not
// confirm", «не подтвердил».
func (f *finder) negatedVerb(i int) bool {
	return f.is(i-1, rNot) || f.is(i-2, rNot) && f.is(i-1, rAdverb) || f.key(i-1) == "n't"
}

// kind tells what is known of a speaker.
func (f *finder) kind(r Range) SpeakerKind {
	anon, source, agency, names, pronoun := false, false, false, 0, false
	for i := r.First; i < r.Last; i++ {
		e := &f.senses[i]
		t := &f.tokens[i]
		anon = anon || e.role&rAnon != 0 || t.Key == "anonymity" || t.Key == "identified" || t.Key == "неназванным" || t.Key == "анонимности"
		source = source || e.role&rSource != 0
		agency = agency || e.role&rAgency != 0 && (e.size > 1 || r.Last-r.First <= 3 || t.Capitals == passage.All)
		pronoun = pronoun || e.role&rPronoun != 0
		if t.Capitals != passage.Lower && e.role&(rAgency|rDet|rAdverb) == 0 && (i > f.first || e.role&(rSource|rAdj) == 0) {
			names++
		}
	}
	cased := r.First < r.Last && (f.tokens[r.First].Script == language.Latin || f.tokens[r.First].Script == language.Cyrillic)
	switch {
	case r.Empty():
		return NoSpeaker
	case anon && (!cased && r.Last-r.First <= 7 || cased && names < 2):
		return Anonymous
	case pronoun && r.Last-r.First <= 2:
		return Pronoun
	case agency && !anon && (names < 2 || !source):
		return Agency
	case cased && names >= 1, !cased && (!source || r.Last-r.First > 4):
		return Named
	}
	return Described
}

// confidence weighs a speaker.
func (f *finder) confidence(r Range) float64 {
	c := 0.55
	for i := r.First; i < r.Last; i++ {
		e := &f.senses[i]
		switch {
		case e.role&(rSource|rAgency) != 0:
			return 0.88
		case e.role&rPronoun != 0:
			c = max(c, 0.75)
		case f.tokens[i].Capitals != passage.Lower:
			c = max(c, 0.78)
		}
	}
	return c
}

// quotes returns the quotations of a text, without their marks. A mark that
// does not close within its paragraph opens none.
func quotes(tokens []passage.Token) []Range {
	var out []Range
	open := -1
	for i := range tokens {
		t := &tokens[i]
		if t.Kind != passage.Mark || t.Key != "\"" {
			continue
		}
		opens := open < 0
		if open >= 0 && (i-open > maxQuote || crossesBreak(tokens, open, i)) {
			opens = true
		}
		if opens {
			// A mark that touches only what is before it closes nothing here.
			if !t.Space && i > 0 && i+1 < len(tokens) && tokens[i+1].Space && tokens[i-1].Kind != passage.Mark {
				open = -1
				continue
			}
			open = i
			continue
		}
		if i > open+1 {
			out = append(out, Range{open + 1, i})
		}
		open = -1
	}
	return out
}

// maxQuote bounds a quotation, in tokens.
const maxQuote = 300

func crossesBreak(tokens []passage.Token, from, to int) bool {
	for i := from + 1; i <= to; i++ {
		if tokens[i].Breaks > 1 {
			return true
		}
	}
	return false
}
