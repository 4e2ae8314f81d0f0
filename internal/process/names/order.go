package names

import (
	"math"
	"math/bits"
)

// The order of hits is a sum of what speaks for a name of the list, fitted on the dev half of the aliases of the
// consolidated list as the logarithm of the odds among the names compared (doc/names.md). The similarity alone orders
// badly where nothing supports a match: there the rarest word in common, the first word and the plain letters tell
// which of many names with a common part is the better guess.
const (
	orderLogit   = 0.22 // the similarity's log odds, from leastLogit up
	orderSure    = 0.40 // those above -1 once more
	orderShare   = 3.4  // the share of common rarity
	orderMost    = 2.3  // the rarest pair
	orderFirst   = 1.4  // both names open with one pair
	orderNear    = 1.4  // nearness of the letters
	orderWhole   = 0.6  // nothing of the listed name is missing
	orderLetters = 5.1  // common runs of two letters
	orderMatch   = 20   // a match stands before what is none
	leastLogit   = -8
	wholeFrom    = 0.9
)

// aloneScale and aloneNear order single words: one word has no rarer part and no first one, so that the similarity and
// the nearness of the letters say all.
const aloneScale, aloneNear = 10, 0.1

// orderOf is what the name just compared is sorted by; share is that of common rarity, alone says that query and name
// are one word each.
func (s *Searcher) orderOf(sim, share float64, alone bool) float64 {
	if alone {
		x := aloneScale * (sim + aloneNear*s.m.near)
		if sim >= Threshold {
			x += orderMatch
		}
		return x
	}
	odds := math.Log(max(sim, 1e-6) / (1 - min(sim, 0.9999)))
	r := &s.m.rarity
	x := orderLogit*max(odds, leastLogit) + orderSure*max(odds+1, 0) + orderShare*min(share, 1) + orderMost*r.most + orderNear*s.m.near
	if r.first {
		x += orderFirst
	}
	if r.matched > wholeFrom*r.b {
		x += orderWhole
	}
	if sim >= Threshold {
		x += orderMatch
	}
	return x + orderLetters*s.runsQ.common(&s.runsB)
}

// letterRuns are the different runs of two letters of a name, its words parted by one sign, as a set of 512 places:
// a name has some thirty runs, so that two of them rarely share a place.
type letterRuns struct {
	set     [runWords]uint64
	size    int
	letters []rune
}

const runWords = 8

// read takes the runs of a name and returns its folded letters without separators; they are valid until the next call.
func (l *letterRuns) read(f *folder, name string) []rune {
	l.set, l.letters = [runWords]uint64{}, l.letters[:0]
	last := rune(sepSpace)
	add := func(r rune) {
		h := (uint32(last)*0x9e3779b1 ^ uint32(r)*0x85ebca6b) >> 7 % (64 * runWords)
		l.set[h/64] |= 1 << (h % 64)
		last = r
	}
	for _, r := range f.fold(name) {
		if !isSeparator(r) {
			l.letters = append(l.letters, r)
			add(r)
		} else if last != sepSpace {
			add(sepSpace)
		}
	}
	if last != sepSpace {
		add(sepSpace)
	}
	l.size = 0
	for _, w := range l.set {
		l.size += bits.OnesCount64(w)
	}
	return l.letters
}

// common is the Dice coefficient of the two sets, 0 to 1.
func (l *letterRuns) common(o *letterRuns) float64 {
	if l.size+o.size == 0 {
		return 0
	}
	n := 0
	for i := range l.set {
		n += bits.OnesCount64(l.set[i] & o.set[i])
	}
	return 2 * float64(n) / float64(l.size+o.size)
}
