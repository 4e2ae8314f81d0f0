package attributions

import (
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// noVerb reports that a word that can say that somebody said something does
// not do so here.
func (f *finder) noVerb(i int) bool {
	next := f.key(i + f.size(i))
	prev := f.key(i - 1)
	switch f.tokens[i].Lang {
	case language.English:
		key := f.tokens[i].Key
		if passive[prev] && next != "by" && f.size(i) == 1 && strings.HasSuffix(key, "ed") {
			return true
		}
		if key == "quoted" && f.size(i) == 1 {
			// "Media quoted a colonel as saying"
			for k := i + 1; k < i+14 && k+1 < f.last; k++ {
				if f.key(k) == "as" && f.key(k+1) == "saying" {
					return passive[prev]
				}
			}
			return true
		}
		if key == "saying" && prev == "as" {
			return true
		}
		if key == "reports" && !f.is(i-1, rAgency) && !f.is(i+1, rThat) {
			return true
		}
		switch f.tokens[i].Key {
		case "claimed", "claiming", "claims":
			if f.tokens[i].Key == "claims" && (f.is(i-1, rDet) || f.is(i-1, rAdj) || next == "of") {
				return true
			}
			if next == "the" && (f.key(i+f.size(i)+1) == "lives" || f.key(i+f.size(i)+1) == "life") || next == "lives" {
				return true
			}
		case "reports", "says", "states", "reported", "stated":
			if f.is(i-1, rDet) || prev == "to" || prev == "of" || prev == "united" || prev == "no" {
				return true
			}
			if (f.tokens[i].Key == "reports" || f.tokens[i].Key == "states") && (f.is(i-1, rAdj) || next == "of" || next == "from" || next == "on") {
				return true
			}
			if f.tokens[i].Key == "reported" && (prev == "were" || prev == "was" || prev == "been" || prev == "are" || prev == "is") && next != "by" {
				return true
			}
		case "expected", "threatened", "described", "estimated", "accused", "condemned", "called", "asked", "told", "indicated", "demanded", "recalled", "informed", "concluded", "rejected", "dismissed":
			if prev == "is" || prev == "are" || prev == "was" || prev == "were" || prev == "be" || prev == "been" {
				return true
			}
			if f.is(i-1, rDet) || f.tokens[i].Key == "recalled" && next == "from" || f.tokens[i].Key == "asked" && (next == "not" || prev == "who") {
				return true
			}
		case "asks", "asking":
			return next == "not"
		case "posted", "added", "adding", "adds":
			if next == "to" || next == "in" && f.tokens[i].Key == "posted" {
				return true
			}
		case "forecast", "forecasts":
			return f.is(i-1, rDet)
		}
	case language.Arabic:
		if k := f.tokens[i].Key; strings.HasPrefix(k, "ال") && !strings.HasPrefix(k, "الی") || strings.HasPrefix(k, "وال") {
			return true // a noun
		}
		if strings.HasPrefix(strings.TrimPrefix(f.tokens[i].Key, "و"), "نقل") {
			// To carry is to quote only with «عن».
			for k := i + 1; k < i+9 && k < f.last; k++ {
				if f.key(k) == "عن" {
					return false
				}
			}
			return true
		}
		if key := f.tokens[i].Key; strings.Contains(key, "رفض") && declined[next] {
			return true
		}
		if f.tokens[i].Key == "کتب" || f.tokens[i].Key == "تابع" || f.tokens[i].Key == "جاء" || f.tokens[i].Key == "دعا" || f.tokens[i].Key == "بث" {
			return !f.is(i+f.size(i), rSource|rAgency|rThat) && next != ":"
		}
	}
	return false
}

// declined are what Arabic sources decline to do, which denies nothing.
var declined = map[string]bool{"الکشف": true, "ذکر": true, "الإفصاح": true, "الافصاح": true, "التعلیق": true, "الادلاء": true, "نشر": true, "کشف": true, "ان": true}

// participles repeat the speaker before them.
var participles = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{"adding", "saying", "stating", "noting", "stressing", "claiming", "announcing", "confirming", "reporting", "denying", "warning", "emphasizing", "dismissing", "rejecting", "telling",
		"مشيرا", "مشيرة", "مضيفا", "مضيفة", "مؤكدا", "مؤكدة", "موضحا", "نافيا", "نافية", "محذرا", "محذرة"} {
		m[passage.Fold(w)] = true
	}
	return m
}()

// verb reads an attribution around a verb of saying.
func (f *finder) verb(i, begun int) (Attribution, bool) {
	n := f.size(i)
	a := Attribution{Cue: Range{i, i + n}, Modality: f.senses[i].modality}
	lang := f.tokens[i].Lang
	if participles[f.tokens[i].Key] {
		if len(f.out) == begun {
			return a, false
		}
		a.Speaker = f.out[len(f.out)-1].Speaker
		a.Kind = f.out[len(f.out)-1].Kind
		a.Confidence = 0.7
		f.content(&a, i+n)
		return a, !a.Speaker.Empty()
	}
	switch lang {
	case language.English:
		f.english(&a)
	case language.Russian:
		f.russian(&a)
	case language.Arabic:
		f.arabic(&a)
	default:
		f.verbLast(&a)
	}
	if a.Speaker.Empty() && a.Kind == Pronoun {
		a.Confidence = 0.6
		return a, true
	}
	if a.Speaker.Empty() {
		// Verbs that say by their form that he or she spoke.
		end := a.Cue.Last
		if lang == language.Arabic && (f.is(end, rThat) || f.key(end) == "الی" && f.is(end+1, rThat)) ||
			(lang == language.Persian || lang == language.Sorani) && i-f.first <= 2 && (f.is(end, rThat) || f.key(end) == ":") {
			a.Kind, a.Confidence = Pronoun, 0.6
			f.content(&a, end)
			return a, true
		}
		return a, false
	}
	a.Confidence = f.confidence(a.Speaker)
	return a, true
}

// according reads "according to X", «по данным X», «بحسب X», «به گفتهٔ X».
func (f *finder) according(i int) (Attribution, bool) {
	n := f.size(i)
	a := Attribution{Cue: Range{i, i + n}, Modality: Assert}
	if k := f.key(i + n); k == "ما" || k == "لما" || f.tokens[i].Lang == language.Arabic && f.is(i+n, rVerb) && !f.is(i+n, rSource) {
		return a, false // «وفق ما أفادت», «حسبما قال»: the verb says who
	}
	a.Speaker = f.name(i + n)
	if a.Speaker.Empty() && f.tokens[i].Lang == language.Russian && n > 1 {
		// «по данным полиции»: nouns in other cases are in no list.
		if r := (Range{i + n, min(i+n+1, f.last)}); !f.mark(r.First) && !f.dated(r.First) {
			for r.Last < f.last && r.Last-r.First < 4 && !f.mark(r.Last) && !f.is(r.Last, rIn|rVerb|rThat) && !f.dated(r.Last) && f.tokens[r.Last].Kind == passage.Word {
				r.Last++
			}
			a.Speaker, a.Kind = r, Described
		}
	}
	if a.Speaker.Empty() {
		return a, false
	}
	a.Confidence = f.confidence(a.Speaker)
	if a.Kind == Described {
		a.Confidence = 0.7
	}
	if a.Confidence < 0.6 {
		// "According to the plan".
		if f.tokens[i].Lang == language.English || f.tokens[i].Lang == language.Russian {
			return a, false
		}
	}
	f.medium(&a, a.Speaker.Last, min(a.Speaker.Last+10, f.last))
	if i-f.first <= 2 {
		a.Content = Range{a.Speaker.Last, f.last}
		if f.key(a.Content.First) == "," {
			a.Content.First++
		}
	} else {
		a.Content = Range{f.from, i}
	}
	return a, true
}

// content settles what was said, if it follows from token k on.
func (f *finder) content(a *Attribution, k int) {
	for j := k; j < f.last && j < k+14; j++ {
		if f.is(j, rThat) && !f.quoted(j) || f.key(j) == ":" {
			a.Content = Range{j + 1, f.last}
			return
		}
	}
	a.Content = Range{min(k, f.last), f.last}
}

// medium looks between two tokens for the medium and for those who were told.
func (f *finder) medium(a *Attribution, from, to int) {
	lang := f.tokens[a.Cue.First].Lang
	for j := max(from, f.first); j < to && j < f.last; j++ {
		e := &f.senses[j]
		if f.inSpeech(j) || j >= a.Speaker.First && j < a.Speaker.Last {
			continue
		}
		if e.role&rThat != 0 || f.key(j) == ":" {
			return
		}
		switch {
		case e.role&rMedium != 0 && a.Medium.Empty():
			a.Medium, a.MediumKind = Range{j, j + f.size(j)}, e.name
			k := a.Medium.Last
			// "in an interview with X", «في تصريح لـX».
			if key := f.key(k); (key == "with" || key == "to" || key == "с" || key == "مع" || key == "با" || key == "بۆ" || key == "لهگهل") && a.Addressee.Empty() {
				a.Addressee = f.told(k + 1)
			} else if strings.HasSuffix(f.key(k-1), "با") || f.key(k-1) == "с" || f.key(k-1) == "with" {
				a.Addressee = f.told(k)
			} else if lang == language.Arabic && (strings.HasPrefix(f.key(k), "ل") || f.key(k) == "الی") && f.is(k, rAgency|rReporters|rSource) {
				a.Addressee = f.told(k)
			}
			j = k - 1
		case e.role&(rAgency|rReporters) != 0 && a.Addressee.Empty() && f.toldHere(j, lang):
			a.Addressee = f.told(j)
			if (e.role&rAgency != 0 || f.is(j+f.size(j), rAgency) && j+f.size(j) < a.Addressee.Last) && a.Medium.Empty() {
				a.Medium, a.MediumKind = a.Addressee, "agency"
			}
			j = max(j, a.Addressee.Last-1)
		case e.role&rVia != 0 && a.Via.Empty() && lang != language.Arabic:
			a.Via = f.name(j + f.size(j))
			if !a.Via.Empty() {
				j = a.Via.Last - 1
			}
		}
	}
}

// toldHere reports whether the agency or the reporters at token j are those
// who were told.
func (f *finder) toldHere(j int, lang language.Tag) bool {
	p := f.key(j - 1)
	quoted := p == "\""
	if quoted {
		p = f.key(j - 2)
	}
	if f.is(j-1, rDet) || f.is(j-1, rSource) {
		p = f.key(j - 2)
	}
	switch lang {
	case language.English:
		return p == "told" || p == "to" || p == "telling" || p == "informed" || p == "with"
	case language.Russian:
		return f.is(j-1, rVerb|rReporters) || quoted && f.is(j-2, rVerb) || f.is(j, rReporters) || p == "с" || p == "агентству"
	case language.Arabic:
		return strings.HasPrefix(f.key(j), "ل") || strings.HasPrefix(p, "لوکال") || strings.HasPrefix(p, "لقنا") || strings.HasPrefix(p, "لصحیف") || strings.HasPrefix(p, "لمراسل") || p == "الی" || p == "مع" || strings.HasPrefix(p, "لتلفزیون") || strings.HasPrefix(p, "لموقع")
	case language.Persian:
		return p == "به" || p == "با" || f.key(j-2) == "به" || f.key(j-2) == "با"
	}
	return p == "به" || p == "بو" || p == "بۆ" || f.key(j-2) == "به" || f.key(j-2) == "بۆ"
}

// told returns those who were told, from token j on.
func (f *finder) told(j int) Range {
	if f.is(j, rDet) {
		j++
	}
	r := Range{j, j}
	for r.Last < f.last && r.Last-j < 6 && !f.mark(r.Last) {
		e := &f.senses[r.Last]
		t := &f.tokens[r.Last]
		if e.role&(rThat|rVerb|rStop) != 0 && r.Last > j || f.dated(r.Last) {
			break
		}
		if e.role&(rAgency|rReporters) != 0 {
			r.Last += f.size(r.Last)
			if e.role&rAgency == 0 && t.Lang == language.Russian && f.is(r.Last, rAgency) {
				r.Last += f.size(r.Last) // «агентству РИА Новости»
			}
			break
		}
		if t.Capitals == passage.Lower && e.role&(rSource|rAdj) == 0 && (t.Script == language.Latin || t.Script == language.Cyrillic) {
			break
		}
		r.Last++
	}
	return r
}
