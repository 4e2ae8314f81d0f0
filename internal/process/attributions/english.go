package attributions

import (
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// english finds the speaker of an English verb: before it, or after it where a
// quotation or what was said stands before.
func (f *finder) english(a *Attribution) {
	i, end := a.Cue.First, a.Cue.Last
	if passive[f.key(i-1)] && f.key(end) == "by" {
		a.Speaker = f.name(end + 1)
		a.Content = Range{f.from, i}
		return
	}
	if f.tokens[i].Key == "quoted" && f.size(i) == 1 {
		a.Via = f.before(i)
		a.Speaker = f.name(end)
		f.content(a, max(end, a.Speaker.Last))
		return
	}
	before := f.before(i)
	inverted := f.key(i-1) == "\"" || f.key(i-1) == "," && (f.key(i-2) == "\"") || i == f.first
	if (inverted || before.Empty()) && f.tokens[i].Key != "told" {
		after := f.name(end)
		if !after.Empty() && (inverted || f.introduces(after)) {
			a.Speaker = after
			a.Content = Range{f.from, i}
			f.medium(a, after.Last, min(after.Last+12, f.last))
			if j := after.Last; i == f.first {
				f.content(a, j)
			}
			return
		}
	}
	a.Speaker = before
	if before.Empty() {
		return
	}
	f.medium(a, end-1, min(end+14, f.last))
	f.medium(a, f.from, i)
	k := max(end, a.Addressee.Last)
	if a.Medium.First >= k && a.Medium.First < k+8 {
		k = a.Medium.Last
	}
	switch {
	case f.last-end <= 3 && before.First-f.from > 2, f.key(k) == "." && before.First-f.from > 2:
		a.Content = Range{f.from, before.First}
	default:
		f.content(a, end)
	}
}

// quotedBy reads "X was quoted by Interfax as saying" around "quoted by" at
// token i.
func (f *finder) quotedBy(i int) (Attribution, bool) {
	end := i + f.size(i)
	if !passive[f.key(i-1)] || f.tokens[i].Key != "quoted" || f.key(end-1) != "by" {
		return Attribution{}, false
	}
	via := f.name(end)
	for k := max(end, via.Last); k < end+14 && k+1 < f.last; k++ {
		if f.key(k) != "as" || f.key(k+1) != "saying" {
			continue
		}
		a := Attribution{Cue: Range{i, k + 2}, Speaker: f.before(i - 1), Via: via, Modality: Assert}
		a.Confidence = f.confidence(a.Speaker)
		f.content(&a, k+2)
		return a, !a.Speaker.Empty()
	}
	return Attribution{}, false
}

// passive are the words before a verb that make it passive.
var passive = map[string]bool{"was": true, "were": true, "been": true, "be": true, "is": true, "are": true, "being": true}

// introduces reports whether a name after a verb can be its subject: it holds
// a noun for those who speak.
func (f *finder) introduces(r Range) bool {
	for i := r.First; i < r.Last; i++ {
		if f.is(i, rSource|rAgency) {
			return true
		}
	}
	return false
}

func (f *finder) named(i int) bool {
	return i >= f.first && i < f.last && f.tokens[i].Kind == passage.Word && (f.tokens[i].Capitals != passage.Lower && !(f.is(i, rIn|rDet|rAdverb) && !f.is(i, rSource)) || f.is(i, rSource|rAgency))
}

// maxName bounds a name for a speaker, in tokens.
const maxName = 16

// before returns the name that ends before token i, in any language.
func (f *finder) before(i int) Range {
	switch f.tokens[i].Lang {
	case language.English:
		return f.englishBefore(i)
	case language.Russian:
		return f.russianBefore(i)
	case language.Arabic:
		return f.chunkBefore(i)
	}
	return f.chunkBefore(i)
}

func (f *finder) englishBefore(i int) Range {
	end := i
	for end > f.from && (f.is(end-1, rAdverb|rNot) && !f.is(end-1, rPronoun) || f.dated(end-1) || f.key(end-1) == "on" && end < i) {
		end--
	}
	if end <= f.from {
		return Range{}
	}
	// "X, head of Y, said".
	if f.key(end-1) == "," {
		k := end - 2
		hasSource := false
		for k > f.from && end-k < 18 && f.key(k) != "," && f.key(k) != "\"" {
			hasSource = hasSource || f.named(k) || f.key(k) == "who" || f.key(k) == "which" || f.is(k, rVia)
			k--
		}
		if f.key(k) == "," && hasSource {
			r := f.englishBefore(k)
			if !r.Empty() {
				if !f.is(k+1, rVia) {
					r.Last = end - 1
				}
				return r
			}
		}
		return Range{}
	}
	j := end - 1
	if f.key(j) == "." && j > f.from && f.tokens[j-1].Kind == passage.Word && f.tokens[j-1].End-f.tokens[j-1].Start == 1 && f.tokens[j-1].Capitals != passage.Lower {
		j-- // the U.N. said
	}
	if f.key(j) == ")" {
		for k := j; k > f.from && j-k < 8; k-- {
			if f.key(k) == "(" {
				j = k - 1
				break
			}
		}
	}
	if f.is(j, rPronoun) {
		return Range{j, j + 1}
	}
	if !f.named(j) && !f.mark(j) {
		// "an official who asked not to be named said"
		for k := j; k > f.from && j-k < 10 && !f.mark(k); k-- {
			if f.key(k) == "who" && f.named(k-1) {
				r := f.englishBefore(k)
				r.Last = end
				return r
			}
		}
		// "the mission said": whatever has an article can speak.
		for k := j - 1; k >= f.from && j-k <= 2 && !f.dated(k) && !f.mark(k); k-- {
			if f.is(k, rDet) && f.key(k) != "that" && f.key(k) != "this" && f.tokens[j].Kind == passage.Word && !f.is(j, rVerb|rIn|rAdverb) {
				return Range{k, end}
			}
		}
	}
	if f.dated(j) || !f.named(j) && !(f.tokens[j].Kind == passage.Word && f.is(j-1, rSource)) && f.key(j) != "'s" {
		return Range{}
	}
	start, unknown := j, 0
	for k := j - 1; k >= f.from && j-k < maxName; k-- {
		t := &f.tokens[k]
		e := &f.senses[k]
		if f.dated(k) {
			break
		}
		if t.Kind == passage.Mark {
			if (t.Key == "-" && !t.Space) || t.Key == "." && !t.Space && k > f.first && f.tokens[k-1].Capitals != passage.Lower && f.tokens[k-1].End-f.tokens[k-1].Start <= 4 {
				continue
			}
			break
		}
		if t.Kind == passage.Number {
			break
		}
		switch {
		case e.role&rDet != 0 && t.Key != "that":
			start = k
			if f.is(k-1, rIn) && f.key(k-1) != "and" && (f.named(k-2) || f.key(k-2) == "based") && f.tokens[k-1].Key != "to" {
				continue
			}
			return Range{start, end}
		case e.role&rVerb != 0 && e.role&(rSource|rAdj) == 0, e.role&rThat != 0 && t.Key != "the":
			return Range{start, end}
		case f.named(k) || e.role&rAdj != 0 || t.Key == "'s":
			start, unknown = k, 0
		case e.role&rIn != 0:
			if (f.named(k-1) || f.key(k-1) == "based") && (f.named(k+1) || f.is(k+1, rDet|rAdj)) && !(t.Key == "to" && !f.is(k-1, rSource)) {
				continue
			}
			return Range{start, end}
		case t.Capitals == passage.Lower && unknown < 2 && e.role&(rAdverb|rPronoun) == 0 && f.tokens[k+1].Capitals == passage.Lower && !strings.HasSuffix(t.Key, "s"):
			unknown++
		default:
			return Range{start, end}
		}
	}
	return Range{start, end}
}

// name returns the name that begins at token i, in any language.
func (f *finder) name(i int) Range {
	if i >= f.last {
		return Range{}
	}
	switch f.tokens[i].Lang {
	case language.English:
		return f.englishName(i)
	case language.Russian:
		return f.russianName(i)
	}
	return f.chunk(i)
}

func (f *finder) englishName(i int) Range {
	r := Range{i, i}
	good := false
	for k := i; k < f.last && k-i < maxName; k++ {
		t := &f.tokens[k]
		e := &f.senses[k]
		if f.dated(k) {
			break
		}
		if t.Kind == passage.Mark {
			if t.Key == "-" && !t.Space || t.Key == "." && !t.Space && f.tokens[k-1].End-f.tokens[k-1].Start <= 4 && k+1 < f.last && f.tokens[k-1].Capitals != passage.Lower {
				continue
			}
			break
		}
		if t.Kind == passage.Number {
			break
		}
		if e.role&rMedium != 0 && k > i && e.role&rSource == 0 || e.role&(rThat|rReporters) != 0 && t.Key != "the" || e.role&rVerb != 0 && e.role&(rSource|rAdj) == 0 && k > i {
			break
		}
		switch {
		case f.named(k):
			n := max(1, int(e.size))
			if e.role&(rAgency) == 0 || n == 1 {
				n = 1
			}
			good = true
			k += n - 1
			r.Last = k + 1
		case e.role&rPronoun != 0 && k == i:
			return Range{i, i + 1}
		case e.role&(rDet|rAdj) != 0 || t.Key == "'s":
			if good && t.Key != "'s" && !f.is(k-1, rIn) && e.role&rDet != 0 {
				return r
			}
		case e.role&rIn != 0:
			if !good || !(f.named(k+1) || f.is(k+1, rDet|rAdj)) || t.Key == "to" || t.Key == "with" || t.Key == "and" && !f.named(k+1) {
				return f.orNone(r, good)
			}
			if f.is(k, rMedium) {
				return f.orNone(r, good)
			}
		case t.Capitals == passage.Lower && (f.is(k+1, rSource) || f.is(k+2, rSource) && f.is(k+1, rAdj) || !good && f.is(k+2, rSource)):
		default:
			return f.orNone(r, good)
		}
	}
	return f.orNone(r, good)
}

func (f *finder) orNone(r Range, good bool) Range {
	if !good {
		return Range{}
	}
	return r
}
