package places

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// arabicPrefixes are the particles that Arabic writes together with the next
// word, longest first; lil swallows the alif of the article.
var arabicPrefixes = []struct{ from, to string }{
	{"وبال", "ال"}, {"وفي", ""}, {"ولل", "ال"}, {"بال", "ال"}, {"وال", "ال"}, {"كال", "ال"}, {"فال", "ال"}, {"لل", "ال"}, {"و", ""}, {"ب", ""}, {"ل", ""}, {"ف", ""},
}

// sorani and persian suffixes written with the name: definite, locative,
// izafa, plural.
var arabicSuffixes = []string{"یەکان", "ەکانی", "ييه", "دا", "یش", "هوه", "ي", "ه"}

// arabic handles a word of the Arabic script, which has no capitals: a name in
// the gazetteer that is no common word, with particles taken off if need be.
func (p *spotter) arabic(i int) int {
	k := string(p.s.keyOf(i))
	if arabicCommon[k] && !(p.introduced(i) && !arabicNever[k]) || utf8.RuneCountInString(k) < 2 {
		if !arabicHeads[k] {
			return 0
		}
		// "تل رفعت": the first word alone is no name, the two together are.
		n, at := p.longest(i, false, func(n int) bool { return n > 1 })
		if n < 2 || p.allNames(i, n) && !p.placeBefore(i) {
			p.matches = p.matches[:at]
			return 0
		}
		p.add(i, n, at, false)
		return n
	}
	if person := arabicNames[k]; person && !p.placeBefore(i) {
		// "حسن" is a village; without a word for one before it, it is a man.
		if n, at := p.longest(i, false, func(n int) bool { return n > 1 }); n > 1 && p.worthy(i, n, at) && !p.allNames(i, n) {
			p.add(i, n, at, false)
			return n
		} else if n > 0 {
			p.matches = p.matches[:at]
			return max(1, n) // all of them are the man's
		}
		return 1
	}
	n, at := p.longest(i, false, func(n int) bool { return true })
	if n == 0 {
		n, at = p.stripped(i, k)
	}
	if n == 0 {
		return 0
	}
	if !p.worthy(i, n, at) || p.ofPerson(i, n) {
		p.matches = p.matches[:at]
		return 0
	}
	p.add(i, n, at, p.placeBefore(i))
	p.mentions[len(p.mentions)-1].weak = n == 1 && !p.large(at) && !p.beside(i)
	return n
}

// allNames reports that n words from i on are all frequent names of persons:
// «محمد علي حسن» is a man, though a village is called after one.
func (p *spotter) allNames(i, n int) bool {
	for k := i; k < i+n; k++ {
		if !arabicNames[string(p.s.keyOf(k))] {
			return false
		}
	}
	return true
}

// ofPerson reports that a lone word stands beside a frequent name of a person,
// with nothing before the two that leads to a place: "ستيف حسن".
func (p *spotter) ofPerson(i, n int) bool {
	if n > 1 || p.placeBefore(i) {
		return false
	}
	words := p.s.words
	if i > 0 && words[i].gap == gapSpace && arabicNames[string(p.s.keyOf(i-1))] && !p.placeBefore(i-1) {
		return true
	}
	return i+1 < len(words) && words[i+1].gap == gapSpace && arabicNames[string(p.s.keyOf(i+1))] && !p.large(len(p.matches)-1)
}

// beside reports that something next to a lone word speaks for a place: a word
// or preposition for one, or another place that it is listed with.
func (p *spotter) beside(i int) bool {
	if p.placeBefore(i) {
		return true
	}
	words := p.s.words
	if m := len(p.mentions) - 2; m >= 0 {
		last := &p.mentions[m]
		listed := words[i].gap == gapComma || words[i].gap == gapSpace && bytes.HasPrefix(p.s.keyOf(i), []byte("و"))
		joined := last.to == i-1 && string(p.s.keyOf(i-1)) == "و"
		if (last.to == i && listed || joined) && !last.weak {
			return true
		}
	}
	return false
}

// medinaEpithet follows the name of Medina, which by itself is "the city".
var medinaEpithet = key("المنورة")

// introduced reports that a noun for a place stands before word i: a
// preposition alone does not make a place of an everyday word.
func (p *spotter) introduced(i int) bool {
	if i+1 < len(p.s.words) && string(p.s.keyOf(i+1)) == medinaEpithet {
		return true
	}
	return i > 0 && p.s.words[i].gap == gapSpace && arabicPlaceNouns[string(p.s.keyOf(i-1))]
}

// stripped looks the word up without its particles and suffixes.
func (p *spotter) stripped(i int, k string) (n, at int) {
	at = len(p.matches)
	for _, a := range arabicPrefixes {
		if len(k) >= len(a.from)+6 && k[:len(a.from)] == a.from {
			p.key = append(append(p.key[:0], a.to...), k[len(a.from):]...)
			p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
			if len(p.matches) > at && !arabicCommon[string(p.key)] && !arabicNames[string(p.key)] {
				return 1, at
			}
			p.matches = p.matches[:at]
		}
	}
	sorani := strings.ContainsAny(p.s.text[p.s.words[i].start:p.s.words[i].end], "ەێۆڕڵ")
	for _, s := range arabicSuffixes {
		if !sorani {
			break // in Arabic and Persian the ya makes it "Iraqi"
		}
		if len(k) >= len(s)+6 && k[len(k)-len(s):] == s {
			p.key = append(p.key[:0], k[:len(k)-len(s)]...)
			p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
			if len(p.matches) > at && p.large(at) {
				return 1, at
			}
			p.matches = p.matches[:at]
		}
	}
	return 0, at
}

// placeBefore reports that a word for a place or a place's preposition stands
// before word i.
func (p *spotter) placeBefore(i int) bool {
	if i == 0 || p.s.words[i].gap != gapSpace {
		return false
	}
	k := p.s.keyOf(i - 1)
	return arabicPlaceNouns[string(k)] || arabicLocatives[string(k)]
}

// worthy demands of a name in a script without capitals that it be known, long
// or introduced: every second word is a village somewhere.
func (p *spotter) worthy(i, n, at int) bool {
	if p.placeBefore(i) || n > 1 && !arabicCommon[string(p.s.keyOf(i+1))] {
		return true
	}
	for _, m := range p.matches[at:] {
		rec := p.g.record(m.ref)
		if rec.class != City && rec.class != Section && rec.class != Spot || rec.population >= 5000 {
			return true
		}
	}
	return false
}
