package attributions

import (
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// russian finds the speaker of a Russian verb, which stands on either side.
func (f *finder) russian(a *Attribution) {
	i, end := a.Cue.First, a.Cue.Last
	before := f.russianBefore(i)
	// Those who were told stand right after the verb.
	k := end
	if f.is(k, rReporters) || f.is(k, rAgency) && !f.mark(k+f.size(k)) && !f.is(k+f.size(k), rVia|rThat) && before.Empty() {
		n := f.size(k)
		if f.is(k, rReporters) && f.is(k+n, rAgency) {
			n += f.size(k + n)
		}
		if rest := f.russianName(k + n); !rest.Empty() || f.is(k, rReporters) {
			a.Addressee = Range{k, k + n}
			if f.is(k+n-1, rAgency) || f.is(k, rAgency) {
				a.Medium, a.MediumKind = a.Addressee, "agency"
			}
			k += n
		}
	}
	if n := f.toldInQuotes(k); n > 0 && before.Empty() && a.Addressee.Empty() && !f.russianName(k+n).Empty() {
		a.Addressee = Range{k + 1, k + n - 1} // «сообщил "Интерфаксу" источник»
		a.Medium, a.MediumKind = a.Addressee, "agency"
		k += n
	} else if f.key(i-1) == "\"" && f.is(i-2, rAgency) && f.toldInQuotes(i-3) == 3 && a.Addressee.Empty() {
		a.Addressee = Range{i - 2, i - 1} // «об этом "Интерфаксу" сообщил источник»
		a.Medium, a.MediumKind = a.Addressee, "agency"
	}
	if before.Empty() {
		// «заявил во вторник на брифинге X»
		for n := 0; n < 8 && k < f.last && (f.dated(k) || f.is(k, rIn) && f.dated(k+1)); n++ {
			k++
		}
		if f.is(k, rMedium) && a.Medium.Empty() {
			a.Medium, a.MediumKind = Range{k, k + f.size(k)}, f.senses[k].name
			k += f.size(k)
			if f.is(k, rAgency) {
				a.Addressee = f.told(k)
				k = a.Addressee.Last
			}
		}
		if p := f.key(k); (p == "в" || p == "во") && strings.HasSuffix(f.tokens[i].Key, "ли") && f.named(k+1) {
			k++ // «заявили в МВД»
		}
		a.Speaker = f.russianName(k)
		k = max(k, a.Speaker.Last)
	} else {
		a.Speaker = before
		f.medium(a, f.from, i)
	}
	f.medium(a, k, min(k+12, f.last))
	if !a.Addressee.Empty() && a.Addressee.First >= end {
		k = max(k, a.Addressee.Last)
	}
	// What was said stands before a verb at the end.
	if before.Empty() && (f.key(i-1) == "," || f.key(i-1) == "-" || f.key(i-1) == "\"") && i-f.from > 3 {
		a.Content = Range{f.from, i - 1}
		return
	}
	f.content(a, k)
}

// toldInQuotes returns the size of an agency in quotation marks at token k, the
// marks included, if its ending is that of the dative; 0 if there is none.
func (f *finder) toldInQuotes(k int) int {
	if f.key(k) != "\"" || !f.is(k+1, rAgency) {
		return 0
	}
	n := f.size(k + 1)
	if last := f.key(k + n); f.key(k+1+n) != "\"" || !strings.HasSuffix(last, "у") && !strings.HasSuffix(last, "ю") && !strings.HasSuffix(last, "ям") && !strings.HasSuffix(last, "ам") {
		return 0
	}
	return n + 2
}

// russianBefore returns the name before a verb: from the first noun for those
// who speak, pronoun, agency or capital that no preposition leads to.
func (f *finder) russianBefore(i int) Range {
	end := i
	for end > f.from && (f.is(end-1, rAdverb|rNot) && !f.is(end-1, rSource) || f.dated(end-1)) {
		end--
	}
	from := end
	for from > f.from && end-from < maxName && (!f.mark(from-1) || f.key(from-1) == "-" && !f.tokens[from-1].Space) && !f.is(from-1, rThat|rStop) && !f.dated(from-1) {
		from--
	}
	if from == end && f.key(end-1) == "," && end-1 > f.first {
		// «Сергей Лавров, глава МИД, заявил»
		k := end - 2
		source := false
		for k > f.from && end-k < 16 && f.key(k) != "," && f.key(k) != "\"" {
			source = source || f.is(k, rSource)
			k--
		}
		if f.key(k) == "," && !f.is(k+1, rThat) {
			if r := f.russianBefore(k); !r.Empty() && r.Last == k && (source || f.introduces(r)) {
				r.Last = end - 1
				return r
			}
		}
		return Range{}
	}
	for k := from; k < end; k++ {
		if f.is(k, rVia) {
			end = k // «Центр со ссылкой на источники сообщил»
		}
	}
	for k := from; k < end; k++ {
		t := &f.tokens[k]
		if t.Kind != passage.Word || f.is(k, rAdverb) && !f.is(k, rSource|rPronoun) {
			continue
		}
		prepared := f.is(k-1, rIn) && k > from
		switch {
		case f.is(k, rPronoun) && k == end-1:
			return Range{k, end}
		case f.is(k, rSource|rAgency) && !prepared, t.Capitals != passage.Lower && !prepared && !f.is(k, rIn|rAdverb):
			// Adjectives before it belong to it.
			start := k
			for start > from && f.tokens[start-1].Kind == passage.Word && !f.is(start-1, rIn|rAdverb|rVerb|rNot|rPronoun) && f.tokens[start-1].Script == language.Cyrillic {
				start--
			}
			return Range{start, end}
		}
	}
	return Range{}
}

// russianName returns the name after a verb or preposition.
func (f *finder) russianName(i int) Range {
	r := Range{i, i}
	good := false
	for k := i; k < f.last && k-i < maxName; k++ {
		t := &f.tokens[k]
		if f.dated(k) {
			break
		}
		if t.Kind != passage.Word {
			if t.Key == "-" && !t.Space || t.Key == "." && !t.Space && f.tokens[k-1].End-f.tokens[k-1].Start <= 3 && k+1 < f.last && f.tokens[k-1].Capitals != passage.Lower {
				continue
			}
			if t.Key == "\"" && k+2 < f.last && !f.quotedLong(k) {
				if k > i || f.key(k+2) == "\"" {
					r.Last = k + 1
					continue
				}
			}
			break
		}
		if k > i && f.is(k, rReporters) && !f.is(k, rSource) {
			break // «министр Сергей Лавров агентству»
		}
		if f.is(k, rThat|rVia|rStop) || f.is(k, rMedium) || f.is(k, rVerb) || f.is(k, rAdverb) && !f.is(k, rSource) && k > i {
			break
		}
		if k == i && f.is(k, rPronoun) {
			return Range{i, i + 1}
		}
		if f.is(k, rIn) {
			if k == i {
				break
			}
			continue
		}
		good = good || f.is(k, rSource|rAgency) || t.Capitals != passage.Lower
		r.Last = k + 1
	}
	return f.orNone(r, good)
}

// quotedLong reports whether a quotation of a sentence begins at mark k, and
// not a name in quotation marks.
func (f *finder) quotedLong(k int) bool {
	for _, q := range f.quotes[f.nextQuote:] {
		if q.First == k+1 {
			return q.Last-q.First > 5
		}
		if q.First > k {
			break
		}
	}
	return false
}

// arabic finds the speaker of an Arabic verb, which mostly stands after it.
func (f *finder) arabic(a *Attribution) {
	end := a.Cue.Last
	k := end
	if f.key(k) == "به" || f.key(k) == "بها" {
		k++ // «أفادت به وكالة»
	}
	if f.is(k, rMedium) && f.size(k) > 1 && !f.is(k, rSource) && !f.quoted(k) {
		// «وأكد في تصريح لوكالة رويترز أن»: the way before the speaker, or
		// without one.
		a.Medium, a.MediumKind = Range{k, k + f.size(k)}, f.senses[k].name
		k = a.Medium.Last
	}
	if !f.is(k, rThat) && f.key(k) != ":" && !f.quoted(k+1) {
		// Those who were told may come first: قال لوكالة فرانس برس مصدر.
		if f.is(k, rAgency|rReporters) && f.toldHere(k, language.Arabic) || len(f.key(k)) > 4 && f.is(k+1, rAgency) && f.toldHere(k+1, language.Arabic) {
			if !f.is(k, rAgency|rReporters) {
				k++
			}
			a.Addressee = f.told(k)
			if f.is(k, rAgency) && a.Medium.Empty() {
				a.Medium, a.MediumKind = a.Addressee, "agency"
			}
			k = a.Addressee.Last
		}
		a.Speaker = f.chunk(k)
		k = max(k, a.Speaker.Last)
		// نقلت وكالة عن مصدر قوله
		if f.key(k) == "عن" && !a.Speaker.Empty() && strings.Contains(f.tokens[a.Cue.First].Key, "نقل") {
			if r := f.chunk(k + 1); !r.Empty() {
				a.Via, a.Speaker = a.Speaker, r
				k = r.Last
			}
		}
	}
	if a.Speaker.Empty() {
		a.Speaker = f.chunkBefore(a.Cue.First)
	}
	if a.Speaker.Empty() && k > end && f.is(k, rThat) {
		a.Kind = Pronoun // the verb says by its form that he or she spoke
	}
	f.medium(a, k, min(k+14, f.last))
	if lead := a.Cue.First - 1; lead > f.from+1 && (f.is(lead, rPrep) || f.key(lead) == "ما" && f.is(lead-1, rPrep)) {
		if f.key(lead) == "ما" {
			lead--
		}
		a.Content = Range{f.from, lead} // «… حسبما قال مصدر»
		return
	}
	f.content(a, k)
}

// verbLast finds the speaker of a Persian or Sorani verb, which stands last in
// its clause.
func (f *finder) verbLast(a *Attribution) {
	i := a.Cue.First
	a.Speaker = f.chunkBefore(i)
	if a.Speaker.Empty() {
		return
	}
	f.medium(a, f.from, i)
	if f.last-a.Cue.Last <= 2 && a.Speaker.First-f.from > 3 {
		a.Content = Range{f.from, a.Speaker.First}
		return
	}
	f.content(a, a.Cue.Last)
	if f.last-a.Cue.Last <= 2 {
		// «X از کشته شدن ۱۲ نفر خبر داد»: what was said stands between.
		a.Content = Range{a.Speaker.Last, i}
	}
}

// isDeed reports Arabic nouns of what is done, of the patterns افتعال, انفعال,
// استفعال and إفعال.
func isDeed(key string) bool {
	r := []rune(key)
	return len(r) >= 5 && r[0] == 'ا' && r[1] != 'ل' && r[len(r)-2] == 'ا'
}

// toldBy begin those who were told, in Arabic.
var toldBy = map[string]bool{"لوکاله": true, "لقناه": true, "لصحیفه": true, "لموقع": true, "لتلفزیون": true, "لاذاعه": true, "لمراسل": true, "لشبکه": true}

// chunk returns a name in Arabic, Persian or Sorani from token i on: up to a
// preposition, a mark, or what was said.
func (f *finder) chunk(i int) Range {
	r := Range{i, i}
	for k := i; k < f.last && k-i < 14; k++ {
		t := &f.tokens[k]
		if t.Kind == passage.Mark {
			if t.Key == "-" && !t.Space {
				continue
			}
			break
		}
		if t.Kind == passage.Number || f.dated(k) && k > i {
			break
		}
		if k > i && t.Lang == language.Arabic && t.Key == "علی" && f.is(k-1, rSource) && !strings.HasPrefix(f.key(k+1), "ال") {
			r.Last = k + 1 // the name, not "on"
			continue
		}
		if f.is(k, rThat|rSaid|rHearsay|rNegative) || k > i && f.is(k, rStop|rReporters|rVia) && !f.is(k, rSource|rAgency) || f.is(k, rVerb) && k > i && !f.is(k, rSource) {
			break
		}
		if k > i && (f.is(k, rMedium) && f.size(k) > 1 || f.is(k, rAgency) && f.toldHere(k, t.Lang) && t.Lang == language.Arabic) {
			break
		}
		if k > i+1 && t.Lang == language.Arabic && isDeed(t.Key) {
			break // «رئيس البرلمان افتتاح المركز»
		}
		if k > i && t.Lang == language.Arabic && toldBy[t.Key] {
			break
		}
		if k > i && t.Lang == language.Arabic && k+1 < f.last && f.is(k+1, rAgency) && t.Key[:2] == "ل" {
			break
		}
		if k == i && f.is(k, rStop) && !f.is(k, rSource|rAgency) {
			break
		}
		r.Last = k + 1
	}
	return r
}

// chunkBefore returns the name in front of a verb in Persian, Sorani or Arabic:
// the beginning of the nearest clause before it that holds a noun for those
// who speak, or of the sentence.
func (f *finder) chunkBefore(i int) Range {
	lo := max(f.from, i-40)
	end := i
	for end > lo && (f.key(end-1) == "," || f.is(end-1, rNot)) {
		end--
	}
	// Clauses, from the verb back.
	to := end
	for to > lo {
		from := to
		for from > lo && !(f.mark(from-1) && f.key(from-1) != "-") && !(f.is(from-1, rThat) && f.tokens[from-1].Lang != language.Sorani) {
			from--
		}
		if from > lo && f.key(from-1) == "\"" && f.quoted(from-2) {
			lo = from
		}
		if r := f.within(from, to, from == f.first || from == lo); !r.Empty() {
			// A name, then what it is: «علی احمدی، سخنگوی وزارت، گفت».
			if from-1 > f.from && f.key(from-1) == "," && r.First == from && from-1-f.from <= 4 && !f.is(f.from, rStop|rAdverb|rPrep) {
				if n := f.within(f.from, from-1, true); !n.Empty() && n.First == f.from && n.Last == from-1 {
					r.First = f.from
				}
			}
			return r
		}
		if from <= lo {
			break
		}
		to = from - 1
	}
	return Range{}
}

// someOf are words for some out of many, as keys.
var someOf = map[string]bool{"یکی": true, "شماری": true, "برخی": true, "تعدادی": true, "گروهی": true, "یهکێک": true, "ههندێک": true}

// within looks for a speaker in one clause.
func (f *finder) within(from, to int, begins bool) Range {
	for from < to && f.is(from, rAdverb) && !f.is(from, rSource|rPronoun) {
		from++
	}
	start := -1
	for k := from; k < to; k++ {
		if f.is(k, rSource|rPronoun|rAgency) && !f.dated(k) {
			start = k
			break
		}
	}
	if start < 0 {
		// A bare name begins the sentence.
		if !begins || from >= to || f.is(from, rStop|rMedium|rPrep|rHearsay) || f.tokens[from].Kind != passage.Word || f.dated(from) {
			return Range{}
		}
		r := f.chunk(from)
		r.Last = min(r.Last, to)
		if r.Last-r.First > 6 {
			return Range{}
		}
		return r
	}
	// What leads to it, if nothing parts them.
	first := start
	for first > from && !f.is(first-1, rStop|rVerb|rThat|rMedium) && f.tokens[first-1].Kind == passage.Word && !f.dated(first-1) && start-first < 4 {
		first--
	}
	if first > from+1 && someOf[f.key(first-2)] && (f.key(first-1) == "از" || f.key(first-1) == "له") {
		first -= 2 // one of
	}
	if first > from && f.is(first-1, rStop) && first == start && f.is(start, rAgency|rReporters) {
		// Those who were told, not who spoke.
		next := start
		for next < to && f.is(next, rAgency|rReporters) {
			next += f.size(next)
		}
		if r := f.within(next, to, false); !r.Empty() {
			return r
		}
		if !begins {
			return Range{}
		}
	}
	if first > from && f.is(first-1, rStop) && begins && !f.is(from, rStop|rMedium|rPrep|rHearsay|rAdverb|rSource) && f.tokens[from].Kind == passage.Word && !f.dated(from) {
		// A bare name, then where or to whom.
		if r := f.chunk(from); !r.Empty() && r.Last <= first && r.Last-r.First <= 6 {
			return r
		}
	}
	if first > from && f.is(first-1, rStop) && f.is(first, rAgency|rReporters) && first == start {
		return Range{}
	}
	if first > from && f.is(first-1, rStop) && first < start {
		first = start
	}
	r := f.chunk(start)
	r.First, r.Last = first, min(r.Last, to)
	for r.Last > r.First && f.is(r.Last-1, rAdverb) && !f.is(r.Last-1, rSource|rPronoun) {
		r.Last--
	}
	if r.Last <= r.First {
		return Range{}
	}
	return r
}
