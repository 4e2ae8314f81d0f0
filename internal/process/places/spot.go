package places

// mention is a stretch of text that may name a place.
type mention struct {
	from, to   int // words, to excluded
	start, end int // bytes
	matches    []match
	container  int  // mention that stands after a comma or "in" and may contain this one; -1
	sure       bool // something beside the name says that it is a place
	weak       bool // a lone word without capitals, and nothing beside it says that it is a place
}

// maxSpan bounds the words of a name: "Saint-Germain-en-Laye" has four.
const maxSpan = 6

// spotter recognises candidates in a scanned text.
type spotter struct {
	g        *Gazetteer
	s        *scan
	mentions []mention
	matches  []match // arena of all mentions' matches
	hits     []hit
	key      []byte
	persons  map[string]bool // last words of persons' names seen
	owned    int             // the word whose possessive was read as part of a name
}

// spot fills mentions from the scanned text.
func (p *spotter) spot() {
	p.mentions, p.matches, p.owned = p.mentions[:0], p.matches[:0], 0
	clear(p.persons)
	words := p.s.words
	for i := 0; i < len(words); {
		w := &words[i]
		if w.number {
			i++
			continue
		}
		n := 0
		switch w.script {
		case scriptLatin:
			switch {
			case w.capital:
				n = p.latin(i)
			case p.lowerArticle(i):
				n = p.articled(i)
			}
		case scriptCyrillic:
			if w.capital {
				n = p.cyrillic(i)
			}
		case scriptArabic:
			n = p.arabic(i)
		}
		i += max(1, n)
	}
}

// joined reports that word i goes on with the name that the word before it is
// part of.
func (p *spotter) joined(i int) bool {
	if i >= len(p.s.words) {
		return false
	}
	switch p.s.words[i].gap {
	case gapSpace, gapJoin:
		return true
	case gapPeriod:
		return i > 0 && abbreviations[string(p.s.keyOf(i-1))] && p.s.words[i].capital
	}
	return false
}

// abbreviations end in a full stop inside a name.
var abbreviations = set("st ste ft mt pt s n e w")

// connectors are the small words inside names of places.
var connectors = set(`of the de la del el al le les du des da do dos das y and on upon in sur en am an der den bei near under
	ez az ash ad ar as at adh ath es et`)

// longest finds the longest name that begins at word i and appends its matches
// to the arena; it returns the words used, 0 for none.
func (p *spotter) longest(i int, cased bool, usable func(n int) bool) (n, at int) {
	limit := 1
	words := p.s.words
	for limit < maxSpan && p.joined(i+limit) {
		w := &words[i+limit]
		if cased && !w.capital && !w.number && !connectors[string(p.s.keyOf(i+limit))] {
			if w.gap != gapJoin {
				break
			}
		}
		limit++
	}
	best, bestAt, bestEnd := 0, len(p.matches), len(p.matches)
	start := len(p.matches)
	for n := 1; n <= limit; n++ {
		p.key = p.s.span(p.key[:0], i, i+n)
		before := len(p.matches)
		var longer bool
		p.matches, longer = p.g.lookup(p.key, p.matches, p.hits)
		if cased && n > 1 {
			longer = p.alternatives(i, n, before) || longer
		}
		longer = longer || n == 1 && cased && limit > 1 && expansions[string(p.s.keyOf(i))] != ""
		if len(p.matches) > before {
			last := &words[i+n-1]
			if (!cased || last.capital || last.gap == gapJoin || last.number) && usable(n) {
				best, bestAt, bestEnd = n, before, len(p.matches)
			}
		}
		if !longer {
			break
		}
	}
	if best == 0 {
		p.matches = p.matches[:start]
		return 0, start
	}
	kept := copy(p.matches[start:], p.matches[bestAt:bestEnd])
	p.matches = p.matches[:start+kept]
	return best, start
}

// expansions are the full forms of abbreviations that begin a name.
var expansions = map[string]string{"mt": "mount", "ft": "fort", "st": "saint", "ste": "sainte", "pt": "port"}

// alternatives looks up the other ways of writing the n words at i: with the
// possessives that were taken for grammar ("St. John's"), and with the first
// word in full ("Mt. Pleasant"). It tells whether longer names begin so.
func (p *spotter) alternatives(i, n, from int) (longer bool) {
	words := p.s.words
	owner := false
	for k := i; k < i+n; k++ {
		owner = owner || words[k].ownerEnd > 0
	}
	full := expansions[string(p.s.keyOf(i))]
	for form := range 4 {
		own, expand := form&1 == 1, form&2 == 2
		if form == 0 || own && !owner || expand && full == "" {
			continue
		}
		p.key = p.key[:0]
		for k := i; k < i+n; k++ {
			if k == i && expand {
				p.key = append(p.key, full...)
			} else {
				p.key = append(p.key, p.s.keyOf(k)...)
			}
			if own && words[k].ownerEnd > 0 {
				p.key = append(p.key, 's')
			}
		}
		var more bool
		at := len(p.matches)
		p.matches, more = p.g.lookup(p.key, p.matches, p.hits)
		longer = longer || more
		if own && len(p.matches) > at && words[i+n-1].ownerEnd > 0 {
			// The name with its s is the better reading.
			kept := copy(p.matches[from:], p.matches[at:])
			p.matches = p.matches[:from+kept]
			p.owned = i + n - 1
		}
	}
	return longer
}

// add records the mention of n words at i whose matches begin at at.
func (p *spotter) add(i, n, at int, sure bool) {
	words := p.s.words
	end := words[i+n-1].end
	if p.owned == i+n-1 && p.owned > 0 {
		end = words[i+n-1].ownerEnd
	}
	p.owned = 0
	p.mentions = append(p.mentions, mention{
		from: i, to: i + n, start: int(words[i].start), end: int(end),
		matches: p.matches[at:len(p.matches):len(p.matches)], container: -1, sure: sure,
	})
}

// latin handles a capitalised Latin word: a name, or part of something else.
// It returns the words that it used up.
func (p *spotter) latin(i int) int {
	words := p.s.words
	w := &words[i]
	k := string(p.s.keyOf(i))
	// A short word in capitals or with stops: a state, a country, or nothing.
	if len(k) <= 3 || w.dotted && len(k) <= 5 {
		if n := p.abbreviated(i, k); n > 0 {
			return n
		}
	}
	if neverFirst[k] || w.dotted && titleWords[k] && k != "st" {
		return 0
	}
	n, at := p.longest(i, true, func(n int) bool {
		if n == 1 {
			return len(k) > 2 && !functionWords[k] && !nameHeads[k] && !demonyms[k]
		}
		return !functionWords[string(p.s.keyOf(i+n-1))]
	})
	if n <= 1 {
		if m := p.stem(i, k, at); m {
			n = 1
		}
	}
	if n == 0 {
		return 0
	}
	if n == 1 {
		p.dropCodes(at, k)
		if len(p.matches) == at {
			return 0
		}
	}
	if n == 1 && w.shout && len(k) <= 4 && !p.major(at) {
		// "SOHR", "NGO": initials, not a village in capitals.
		p.matches = p.matches[:at]
		return 1
	}
	if n == 1 && (neverAlone[k] || (commonWords[k] || englishWords[k] && !p.major(at)) && !p.vouched(i)) {
		p.matches = p.matches[:at]
		return 1
	}
	switch p.around(i, n, at) {
	case partPerson, partRoad:
		p.matches = p.matches[:at]
		return n
	}
	p.add(i, n, at, false)
	return n
}

// stem reads a word that ends in s and is no great place itself as the
// possessive of one, because some sources drop apostrophes: "Syrias army".
func (p *spotter) stem(i int, k string, at int) bool {
	if len(k) < 5 || k[len(k)-1] != 's' || p.major(at) {
		return false
	}
	p.key = append(p.key[:0], k[:len(k)-1]...)
	from := len(p.matches)
	p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
	if len(p.matches) == from || !p.major(from) || demonyms[k[:len(k)-1]] || commonWords[k[:len(k)-1]] || givenNames[k[:len(k)-1]] {
		p.matches = p.matches[:from]
		return false
	}
	kept := copy(p.matches[at:], p.matches[from:])
	p.matches = p.matches[:at+kept]
	return true
}

// major reports that one of the matches from at on is a country, a first-level
// area under its own name or a town of size.
func (p *spotter) major(at int) bool {
	for _, m := range p.matches[at:] {
		rec := p.g.record(m.ref)
		if rec.class == Country || rec.class == Admin1 && m.kind == nameFirst || rec.class > Country || rec.class == City && rec.population >= 100_000 && m.kind == nameFirst {
			return true
		}
	}
	return false
}

// lowerArticle reports that word i is an Arabic article in lower case before a
// name: "al-Bab".
func (p *spotter) lowerArticle(i int) bool {
	words := p.s.words
	k := p.s.keyOf(i)
	if len(k) > 4 || i+1 >= len(words) || !words[i+1].capital || !articles[string(k)] {
		return false
	}
	if i > 0 && words[i].gap == gapJoin {
		return false // the article inside a name
	}
	return words[i+1].gap == gapJoin || words[i+1].gap == gapSpace && (string(k) == "al" || string(k) == "el")
}

// articled handles a name that begins with its article in lower case.
func (p *spotter) articled(i int) int {
	k := p.s.keyOf(i + 1)
	if i > 0 && p.s.words[i-1].capital && p.s.words[i].gap == gapSpace {
		return 0 // "Bashar al-Assad"
	}
	if arabicGiven[string(k)] || givenNames[string(k)] {
		return 0
	}
	n, at := p.longest(i, true, func(n int) bool { return n > 1 })
	if n < 2 {
		p.matches = p.matches[:at]
		return 0
	}
	p.add(i, n, at, false)
	return n
}

// dropCodes takes matches away that are codes, unless the word is a usual one.
func (p *spotter) dropCodes(at int, k string) {
	out := p.matches[:at]
	for _, m := range p.matches[at:] {
		if m.kind == nameCode && !usualCodes[k] {
			continue
		}
		out = append(out, m)
	}
	p.matches = out
}

// dottedAreas are the abbreviations of states whose letters carry stops.
var dottedAreas = set("nh nj nm ny nc nd ri sc sd dc wva bc nb ns nl pei nwt nsw sa wa act nt")

// usualAreas are abbreviations of states that stand without a comma.
var usualAreas = set("nsw qld")

// usualCodes are abbreviations that the press writes for countries.
var usualCodes = set("usa uk uae drc ussr")

// abbreviated handles "U.S.", "UK", "La." and "TX".
func (p *spotter) abbreviated(i int, k string) int {
	w := &p.s.words[i]
	text := p.s.text[w.start:w.end]
	stops := false
	for j := range len(text) {
		stops = stops || text[j] == '.'
	}
	after := i > 0 && w.gap == gapComma
	before := len(p.matches)
	p.key = append(p.key[:0], k...)
	p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
	out := p.matches[:before]
	for _, m := range p.matches[before:] {
		rec := p.g.record(m.ref)
		switch rec.class {
		case Country:
			if !(w.shout && (k == "us" || usualCodes[k]) || stops && w.capital) {
				continue
			}
		case Admin1:
			if c := p.g.countryOf(m.ref); c != "US" && c != "CA" && c != "AU" || m.kind == nameFirst {
				continue
			}
			if w.shout && usualAreas[k] {
				break
			}
			if stops && w.shout && !dottedAreas[k] {
				continue // "L.A." is no state
			}
			// A postal code needs the comma, a short form the comma or its stop.
			if !(after || stops || w.dotted && !w.shout && len(k) > 2) {
				continue
			}
			if m.kind == nameCode && !after && !stops {
				continue
			}
		case City:
			if !stops || rec.population < 1_000_000 {
				continue
			}
		default:
			continue
		}
		out = append(out, m)
	}
	p.matches = out
	if len(out) == before {
		return 0
	}
	p.add(i, 1, before, true)
	return 1
}

// locatives stand before a place.
var locatives = set(`in at from near outside inside to into around through via across throughout toward towards between downtown
	of leaving reached visited entered`)

// vouched reports that the words around a lone common word say it is a place:
// "in Mobile, Ala.", "near Reading".
func (p *spotter) vouched(i int) bool {
	words := p.s.words
	if i > 0 && words[i].gap == gapSpace && !words[i-1].capital {
		prev := string(p.s.keyOf(i - 1))
		if locatives[prev] && prev != "of" && prev != "to" && prev != "at" {
			return true
		}
	}
	if i+1 < len(words) && words[i+1].gap == gapComma && words[i+1].capital {
		// A state or country after the comma.
		p.key = p.s.span(p.key[:0], i+1, i+2)
		before := len(p.matches)
		ms, _ := p.g.lookup(p.key, p.matches, p.hits)
		found := false
		for _, m := range ms[before:] {
			if c := p.g.record(m.ref).class; c == Admin1 || c == Country {
				found = true
			}
		}
		p.matches = ms[:before]
		return found
	}
	return false
}
