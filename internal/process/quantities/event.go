package quantities

import (
	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// reach bounds how far an event word may be from its number, in tokens, with
// what stands between them counted more where it parts clauses.
const reach = 14

// event looks for the word that says what happened to those who are counted:
// the nearest one on either side, where words that part clauses make the way
// longer. Where both are as near, the side decides on which the language puts
// its verbs.
func (f *finder) event(q *Quantity) {
	left, dl := f.left(q)
	right, dr := f.right(q)
	lang := f.tokens[q.Number].Lang
	preferRight := lang == language.English || lang == language.Persian || lang == language.Sorani
	at, d := -1, reach+1
	switch {
	case left >= 0 && right >= 0 && (dl < dr || dl == dr && !preferRight):
		at, d = left, dl
	case right >= 0:
		at, d = right, dr
	case left >= 0:
		at, d = left, dl
	}
	if at < 0 {
		return
	}
	if q.Population == "suspects" && f.senses[at].kind != Detained {
		return
	}
	q.Kind, q.Trigger = f.senses[at].kind, at
	switch {
	case d <= 2:
		q.Confidence = 0.9
	case d <= 6:
		q.Confidence = 0.8
	default:
		q.Confidence = 0.65
	}
	if q.Approximate {
		q.Confidence -= 0.02
	}
}

// left returns the nearest event word before a quantity, and how far it is.
func (f *finder) left(q *Quantity) (int, int) {
	d := 0
	for j := q.First - 1; j >= f.first && d <= reach; j-- {
		e := &f.senses[j]
		if e.role&rEvent != 0 && e.role&rBefore != 0 && j+int(e.size) <= q.First && !f.negated(j) {
			return j, d
		}
		d += f.cost(j, -1)
	}
	return -1, 0
}

// right returns the nearest event word after a quantity, and how far it is.
func (f *finder) right(q *Quantity) (int, int) {
	d := 0
	lang := f.tokens[q.Number].Lang
	// A language that writes "and" together with the next word begins a new
	// clause with it.
	including, coordinated := false, true
	for j := q.Last; j < f.last && d <= reach; j++ {
		e := &f.senses[j]
		including = including || e.role&rPart != 0
		switch {
		case f.numAt[j] == 0:
			coordinated = coordinated && (e.role&(rAtLeast|rMore|rAbout|rAtMost|rAux) != 0 || f.key(j-1) == "more" || f.cost(j, -1) == 3)
		case including || coordinated:
			d -= reach - 2 // a part or a second one of the same stands between
			including, coordinated = false, false
		}
		if lang == language.Arabic && j > q.Last-1 && len(f.tokens[j].Key) > 4 && f.tokens[j].Key[:2] == "و" && e.role&rEvent != 0 {
			d += 4
		}
		if e.role&rEvent != 0 && e.role&rAfter != 0 && !f.negated(j) {
			if f.active(q, j) {
				return -1, 0
			}
			return j, d
		}
		d += f.cost(j, 1)
	}
	return -1, 0
}

// cost is how much longer a token makes the way.
func (f *finder) cost(j, dir int) int {
	t := &f.tokens[j]
	e := &f.senses[j]
	switch {
	case t.Kind == passage.Mark:
		switch t.Key {
		case ",", "-", "(", ")":
			return 3
		case ";", ":":
			return 6
		case "\"":
			return 4
		}
		return 2
	case f.numAt[j] != 0:
		if dir > 0 {
			return reach
		}
		return 2
	case e.role&rAux != 0:
		return 0
	case t.Key == "and" || t.Key == "и" || t.Key == "و" || t.Key == "but" || t.Key == "а" || t.Key == "while" || t.Key == "que":
		return 3
	case t.Key == "who" || t.Key == "that" || t.Key == "که" || t.Key == "التی" || t.Key == "الذی":
		return 2
	}
	return 1
}

// active reports whether an English event word after a quantity is what those
// counted did to others: "12 militants killed 5 civilians".
func (f *finder) active(q *Quantity, j int) bool {
	if f.tokens[j].Lang != language.English || j > q.Last && f.role(j-1, rAux) && f.tokens[j-1].Key != "the" {
		return false
	}
	next := j + int(f.senses[j].size)
	for next < f.last && f.role(next, rAtLeast|rMore|rAbout|rAtMost) {
		next += int(f.senses[next].size)
	}
	if next >= f.last {
		return false
	}
	switch f.tokens[next].Key {
	case "a", "an", "the", "their", "his", "him", "them":
		return q.Last == j
	}
	if f.numAt[next] == 0 {
		return false
	}
	// "3 killed 5 wounded": what follows has its own word.
	for k := next + 1; k < f.last && k <= next+3; k++ {
		if f.role(k, rEvent) && f.role(k, rAfter) {
			return false
		}
	}
	return q.Last == j
}

// parted reports whether a comma or "and" stands between two tokens.
func (f *finder) parted(from, to int) bool {
	for j := from; j < to; j++ {
		if f.cost(j, -1) >= 3 {
			return true
		}
	}
	return false
}

// negated reports whether an event is said not to have happened.
func (f *finder) negated(j int) bool {
	for k := j - 1; k >= j-2 && k >= f.first; k-- {
		switch f.tokens[k].Key {
		case "not", "no", "без", "не", "لم", "دون":
			return true
		}
	}
	return false
}

// part reads "including three children": a part of the quantity before it,
// which lends it its kind.
func (f *finder) part(q *Quantity, begun int) {
	if len(f.out) == begun {
		return
	}
	prev := len(f.out) - 1
	if q.Kind == Money || q.Kind == Percent {
		return
	}
	for j := q.First - 1; j >= f.first && j >= q.First-6; j-- {
		if f.numAt[j] != 0 && j < f.out[prev].Last && f.out[prev].PartOf < 0 {
			break
		}
		e := &f.senses[j]
		if e.role&rPart != 0 && (f.tokens[j].Lang != language.Sorani || int(e.size) > 1 || len(f.tokens[j].Key) > 4) {
			whole := prev
			if f.out[prev].PartOf >= 0 && j < f.out[prev].First {
				whole = f.out[prev].PartOf
			}
			w := &f.out[whole]
			if w.Kind == Money || w.Kind == Percent || q.Low > w.High {
				return
			}
			q.PartOf = whole
			if w.Kind != Count && (q.Trigger < q.First || f.parted(q.Last, q.Trigger)) {
				q.Kind, q.Trigger = w.Kind, w.Trigger
			}
			q.Confidence = max(q.Confidence, 0.8)
			return
		}
		if f.tokens[j].Kind == passage.Mark && (f.tokens[j].Key == ";" || f.tokens[j].Key == ".") {
			return
		}
	}
	// "including three children and two women".
	p := &f.out[prev]
	if p.PartOf >= 0 && q.First-p.Last <= 2 && q.Trigger < q.First && q.Low <= f.out[p.PartOf].High && q.Trigger == p.Trigger {
		q.PartOf, q.Kind = p.PartOf, p.Kind
	}
}
