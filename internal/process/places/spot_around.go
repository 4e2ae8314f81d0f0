package places

// What surrounds a candidate.
const (
	partAlone = iota
	partPerson
	partRoad
	partName
)

// around judges the capitalised words beside the candidate.
func (p *spotter) around(i, n, at int) int {
	words := p.s.words
	end := i + n
	// "Dublin Road", "Washington Drive"
	if end < len(words) && words[end].gap == gapSpace && words[end].capital && roadWords[string(p.s.keyOf(end))] {
		return partRoad
	}
	// "Plum Island", "Lake Robinson": the name of a water or a mountain that
	// the gazetteer lacks is not the place that shares its first word.
	if end < len(words) && words[end].gap == gapSpace && words[end].capital && featureWords[string(p.s.keyOf(end))] {
		return partRoad
	}
	if i > 0 && words[i].gap == gapSpace && words[i-1].capital && featureHeads[string(p.s.keyOf(i-1))] {
		return partRoad
	}
	area := false
	for _, m := range p.matches[at:] {
		if c := p.g.record(m.ref).class; c == Country || c == Admin1 || c == Continent {
			area = true
			break
		}
	}
	if i > 0 && (words[i].gap == gapSpace || words[i].gap == gapPeriod) && words[i-1].capital && !words[i-1].number {
		prev := string(p.s.keyOf(i - 1))
		switch {
		case words[i].gap == gapPeriod:
			// "J. Henry", "Sen. Lincoln": an initial or a title with its stop.
			if len(prev) == 1 || titleWords[prev] && prev != "st" {
				return p.person(i, n)
			}
		case len(p.mentions) > 0 && p.mentions[len(p.mentions)-1].to == i:
			// after another place: "Paris Texas"
		case headWords[prev] || functionWords[prev] || orgWords[prev]:
			if titleWords[prev] && !area && !orgWords[prev] {
				return p.person(i, n)
			}
		case givenNames[prev] || titleWords[prev]:
			return p.person(i, n)
		case words[i-1].shout && !words[i].shout:
			// a heading before the sentence
		case area && len(p.s.keyOf(i)) > 3 && !givenNames[string(p.s.keyOf(i))]:
		default:
			return p.person(i, n)
		}
	}
	first := p.s.keyOf(i)
	if n == 1 && arabicGiven[string(first)] && !area {
		return p.person(i, n)
	}
	// "Hafez al-Assad": a name before an article that it does not share with a
	// place.
	if n == 1 && end+1 < len(words) && !words[end].capital && words[end].gap == gapSpace && articles[string(p.s.keyOf(end))] &&
		words[end+1].capital && words[end+1].gap == gapJoin && !p.large(at) && !area {
		return partPerson
	}
	if end < len(words) && words[end].gap == gapSpace && words[end].capital && !words[end].number {
		next := p.s.keyOf(end)
		known := orgWords[string(next)] || placeWords[string(next)] || functionWords[string(next)] || headWords[string(next)] || titleWords[string(next)]
		switch {
		case known:
		case n == 1 && givenNames[string(first)]:
			return p.personAfter(end)
		case area && n == 1 || n > 1:
		case givenNames[string(next)]:
			// two sentences or a heading run together
		default:
			// An unknown capitalised word follows: a person's or a firm's name,
			// unless that word begins a place of its own.
			p.key = p.s.span(p.key[:0], end, end+1)
			before := len(p.matches)
			var ms []match
			ms, _ = p.g.lookup(p.key, p.matches, p.hits)
			follows := len(ms) > before
			p.matches = ms[:before]
			if !follows && n == 1 && !p.large(at) {
				return p.personAfter(end)
			}
		}
	}
	if n == 1 && p.persons[string(first)] && !p.vouched(i) && !area {
		return partPerson
	}
	return partAlone
}

// large reports that one of the matches from at on is a well-known place.
func (p *spotter) large(at int) bool {
	for _, m := range p.matches[at:] {
		if p.g.record(m.ref).population >= 100_000 {
			return true
		}
	}
	return false
}

// person notes the last word of the candidate as a person's.
func (p *spotter) person(i, n int) int {
	if p.persons == nil {
		p.persons = map[string]bool{}
	}
	if len(p.persons) < 4096 {
		p.persons[string(p.s.keyOf(i+n-1))] = true
	}
	return partPerson
}

// personAfter notes the word after the candidate as a person's.
func (p *spotter) personAfter(end int) int {
	if p.persons == nil {
		p.persons = map[string]bool{}
	}
	if len(p.persons) < 4096 {
		p.persons[string(p.s.keyOf(end))] = true
	}
	return partPerson
}
