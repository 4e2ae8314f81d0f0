// Package quantities finds how many: how many were killed, injured, displaced,
// detained, abducted or are missing, shares and sums of money, in Arabic,
// Persian, Sorani, Russian and English, with their bounds, who is counted, and
// what is part of what ("at least 9 including 3 children").
package quantities

import (
	"math"
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/quantities/numerals"
)

// Method and Version name this reader in suggestions.
const (
	Method  = "quantities.grammar"
	Version = "1"
)

// Kind is what a number counts.
type Kind string

// The kinds of quantities.
const (
	Killed     Kind = "killed"
	Injured    Kind = "injured"
	Casualties Kind = "casualties" // killed or injured, not said which
	Displaced  Kind = "displaced"
	Detained   Kind = "detained"
	Abducted   Kind = "abducted"
	Missing    Kind = "missing"
	Freed      Kind = "freed"
	Percent    Kind = "percent"
	Money      Kind = "money"
	Count      Kind = "count" // so many of a population or of things
)

// Quantity is a number that a text states of something.
type Quantity struct {
	// First and Last are its tokens with qualifier and what is counted, Last
	// exclusive; Number is the first token of the number itself.
	First, Last, Number int
	// Trigger is the token that says the kind, -1 for none.
	Trigger int
	Kind    Kind
	// Low and High bound the number; High is +Inf where it is open above.
	Low, High float64
	// Approximate is set for "about" and its like.
	Approximate bool
	// Unit is "persons", "families", "vehicles", "percent", a currency (ISO
	// 4217; IRT for Iranian toman) ...; Population says who is counted where
	// that is said.
	Unit, Population string
	// PartOf is the index of the quantity of which this one is a part, -1 for
	// none.
	PartOf int
	// Confidence is between 0 and 1.
	Confidence float64
}

// Find returns the quantities of a text in order. Tokens that are taken (those
// of dates) state none.
func Find(tokens []passage.Token, sentences []passage.Sentence, numbers []numerals.Number, taken []bool) []Quantity {
	f := &finder{tokens: tokens, taken: taken}
	f.senses = make([]entry, len(tokens))
	lex := lexicons()
	for i := range tokens {
		t := &tokens[i]
		if t.Kind == passage.Number || t.Lang == language.Unknown || t.Lang == language.Other {
			continue
		}
		if t.Kind == passage.Mark && t.Key != "$" && t.Key != "€" && t.Key != "£" && t.Key != "₽" {
			continue
		}
		if s, n := lex[t.Lang].At(tokens, i); n > 0 {
			f.senses[i] = entry{s, int8(n)}
		}
	}
	f.numAt = make([]int32, len(tokens)+1)
	k := 0
	for _, s := range sentences {
		f.first, f.last = s.First, s.Last
		var list []numerals.Number
		for k < len(numbers) && numbers[k].First < s.First {
			k++
		}
		for k < len(numbers) && numbers[k].Last <= s.Last {
			n := numbers[k]
			k++
			if taken != nil && taken[n.First] {
				continue
			}
			list = append(list, n)
		}
		list = f.duals(list)
		if len(list) > 0 {
			f.sentence(list)
		}
	}
	return f.out
}

type entry struct {
	sense
	size int8
}

type finder struct {
	tokens []passage.Token
	senses []entry
	taken  []bool
	numAt  []int32
	// first and last bound the sentence.
	first, last int
	// free is where the last quantity of the sentence ended.
	free int
	out  []Quantity
}

// duals adds the duals of Arabic, which are numbers of their own.
func (f *finder) duals(list []numerals.Number) []numerals.Number {
	for i := f.first; i < f.last; i++ {
		if f.senses[i].role&rTwo == 0 {
			continue
		}
		at := len(list)
		for at > 0 && list[at-1].First > i {
			at--
		}
		if at > 0 && list[at-1].Last >= i {
			continue
		}
		list = append(list, numerals.Number{})
		copy(list[at+1:], list[at:])
		list[at] = numerals.Number{First: i, Last: i + 1, Low: 2, High: 2}
	}
	return list
}

func (f *finder) role(i int, r role) bool {
	return i >= f.first && i < f.last && f.senses[i].role&r != 0
}

func (f *finder) key(i int) string {
	if i < f.first || i >= f.last {
		return ""
	}
	return f.tokens[i].Key
}

// sentence reads the quantities of one sentence.
func (f *finder) sentence(list []numerals.Number) {
	for k := range list {
		f.numAt[list[k].First] = int32(k + 1)
	}
	begun := len(f.out)
	for k := 0; k < len(list); k++ {
		n := list[k]
		q := Quantity{First: n.First, Last: n.Last, Number: n.First, Trigger: -1, Low: n.Low, High: n.High, PartOf: -1}
		f.free = f.first
		if len(f.out) > begun {
			f.free = f.out[len(f.out)-1].Last
		}
		if n.First < f.free || n.Ordinal && !f.roundArabic(&n) || f.noQuantity(&n) {
			continue
		}
		// "10 to 12", "10-12", "between 10 and 12".
		if k+1 < len(list) {
			if low, high, ok := f.span(&n, &list[k+1]); ok {
				q.Low, q.High, q.Last = low, high, list[k+1].Last
				f.numAt[list[k+1].First] = 0
				k++
			}
		}
		f.qualify(&q)
		if !f.counted(&q) {
			continue
		}
		switch q.Kind {
		case "", Count:
			if q.Unit == "persons" || q.Unit == "families" {
				f.event(&q)
			}
		case Detained, Abducted:
			// Prisoners who were freed.
			if at, d := f.left(&q); at >= 0 && d <= 2 && f.senses[at].kind == Freed {
				q.Kind, q.Trigger = Freed, at
			} else if at, d := f.right(&q); at >= 0 && d <= 2 && f.senses[at].kind == Freed {
				q.Kind, q.Trigger = Freed, at
			}
		}
		if q.Kind == "" {
			continue
		}
		f.part(&q, begun)
		f.out = append(f.out, q)
	}
	for k := range list {
		f.numAt[list[k].First] = 0
	}
}

// roundArabic reports an Arabic twenty or thirty with its article behind a
// qualifier, which elsewhere would be an ordinal: «ما يقارب الثلاثين».
func (f *finder) roundArabic(n *numerals.Number) bool {
	if f.tokens[n.First].Lang != language.Arabic || n.Low != 20 && n.Low != 30 {
		return false
	}
	for back := 1; back <= 3; back++ {
		if i := n.First - back; i >= f.first && f.senses[i].role&(rAbout|rMore|rAtLeast|rAtMost) != 0 && int(f.senses[i].size) == back {
			return true
		}
	}
	return false
}

// noQuantity reports numbers that are parts of names, times and the like.
func (f *finder) noQuantity(n *numerals.Number) bool {
	i := n.First
	if f.role(i, rTwo) {
		return false
	}
	t := &f.tokens[i]
	if t.Kind == passage.Number && !t.Space && i > f.first {
		switch prev := &f.tokens[i-1]; {
		case prev.Key == "-" && !prev.Space && i-1 > f.first && f.tokens[i-2].Kind == passage.Word:
			// "F-16"; but Arabic and Persian write "ال-16" and prefixes so.
			if f.tokens[i-2].Script != language.ArabicScript {
				return true
			}
		case prev.Key == ":" || prev.Key == "/" || prev.Key == "#" || prev.Key == "№":
			return true
		case prev.Kind == passage.Word && prev.Script == language.Latin:
			return true
		}
	}
	// "One in five".
	if t.Lang == language.English && (f.key(n.Last) == "in" && f.numAt[min(n.Last+1, f.last)] != 0 || i-2 >= f.first && f.key(i-1) == "in" && (f.tokens[i-2].Kind == passage.Number || f.key(i-2) == "one")) {
		return true
	}
	switch f.key(n.Last) {
	case ":":
		return !f.tokens[n.Last].Space && n.Last+1 < f.last && f.tokens[n.Last+1].Kind == passage.Number && !f.tokens[n.Last+1].Space
	case "/":
		return !f.tokens[n.Last].Space
	case "mm":
		return true
	}
	// "one of the", "no one", "a one-hour".
	if t.Key == "one" && (f.key(n.Last) == "of" || f.key(i-1) == "no" || f.key(i-1) == "any" || f.key(i-1) == "this" || f.key(i-1) == "that") {
		return f.key(n.Last) != "of" || !f.role(n.Last+1, rPop)
	}
	return false
}

// span joins two numbers that bound one.
func (f *finder) span(a, b *numerals.Number) (low, high float64, ok bool) {
	if !a.Exact() || !b.Exact() || b.Low <= a.Low || b.First-a.Last > 2 {
		return 0, 0, false
	}
	low, high = a.Low, b.Low
	// "20 to 30 thousand"
	if !b.Whole && b.Low >= 1000 && a.Low < 1000 && a.Whole {
		for _, m := range []float64{1e9, 1e6, 1e3} {
			if b.Low >= m && math.Mod(b.Low, m) == 0 || b.Low >= m && b.Low/m < 1000 {
				if a.Low < b.Low/m {
					low = a.Low * m
				}
				break
			}
		}
	}
	mid := f.tokens[a.Last:b.First]
	between := f.role(a.First-1, rBetween) || f.betweenPhrase(a.First)
	switch len(mid) {
	case 0:
		// Arabic "and" is written together with the number: بين 10 و12.
		return low, high, between && b.And
	case 1:
		switch mid[0].Key {
		case "-":
			return low, high, b.Low < a.Low*50+50
		case "and", "و", "и":
			return low, high, between
		case "to", "or", "تا", "الی", "до", "бөлөк", "إلی", "الی\u200c", "او", "یا", "یان", "بۆ", "или", "بو":
			return low, high, true
		}
		if f.role(a.Last, rTo) {
			return low, high, between
		}
	}
	return 0, 0, false
}

// betweenPhrase reports whether "between" in two words ends at token i.
func (f *finder) betweenPhrase(i int) bool {
	return f.role(i-2, rBetween) && f.senses[i-2].size == 2
}

// qualify takes the qualifiers before and after a number.
func (f *finder) qualify(q *Quantity) {
	for range 2 {
		hit := false
		for back := 4; back >= 1 && !hit; back-- {
			i := q.First - back
			if i < f.free {
				continue
			}
			e := &f.senses[i]
			if e.role&(rAtLeast|rMore|rAtMost|rAbout|rBetween) == 0 || int(e.size) != back {
				continue
			}
			if e.role&rEvent != 0 || e.role&rAtMost != 0 && f.rose(i-1) {
				continue
			}
			hit = true
			q.First = i
			switch {
			case e.role&rAtLeast != 0, e.role&rMore != 0:
				q.High = math.Inf(1)
			case e.role&rBetween != 0 && q.Low != q.High:
			case e.role&rAtMost != 0:
				if math.IsInf(q.High, 1) {
					q.High = q.Low
				}
				q.Low = 0
			case e.role&rAbout != 0:
				q.Approximate = true
			default:
				q.First += back
				hit = false
			}
		}
		if !hit {
			break
		}
	}
	if f.role(q.Last, rPost) {
		q.High = math.Inf(1)
		q.Last += int(f.senses[q.Last].size)
	} else if f.key(q.Last) == "+" {
		q.High = math.Inf(1)
		q.Last++
	}
	// A sum's sign stands before it.
	if q.First > f.free && f.role(q.First-1, rMoney) && f.tokens[q.First-1].Kind == passage.Mark {
		q.First--
		q.Kind, q.Unit = Money, f.senses[q.First].name
	}
}

// rose reports whether a Russian verb before «до» says that a number grew or
// fell to what follows.
func (f *finder) rose(i int) bool {
	k := f.key(i)
	for _, stem := range []string{"возрос", "вырос", "увелич", "подня", "дош", "сниз", "сократ", "доведен", "достиг"} {
		if strings.HasPrefix(k, stem) {
			return true
		}
	}
	return false
}
