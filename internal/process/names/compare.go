package names

import (
	"slices"
	"sync"
)

// Threshold is the similarity from which two names count as a match, everywhere: in Compare, CompareTSV and the
// matches of a search. See doc/names.md for how it was chosen.
const Threshold = 0.5

// Result is the comparison of two names.
type Result struct {
	// Similarity is the estimated probability, 0 to 1, that the two names are spellings of one name.
	Similarity float64
	// Match is Similarity >= Threshold.
	Match bool
	// Kind is how the names were read.
	Kind Kind
	// Pairs are the tokens found alike, strongest first; Left and Right are those without a partner.
	Pairs []TokenPair
	// Left and Right are the tokens of the first and the second name that have no partner.
	Left, Right []Token
	// Flags are those of both names.
	Flags Flags
	// Note says what decided beyond the tokens: a group of the lexicon, numbers that differ, an acronym.
	Note string
}

// TokenPair is two tokens found alike.
type TokenPair struct {
	// A is of the first name, B of the second.
	A, B Token
	// Similarity is that of the tokens, 0 to 1.
	Similarity float64
	// How says by what way.
	How How
}

var matchers = sync.Pool{New: func() any { return new(matcher) }}

// Compare compares two names. It is symmetric; a name compared with itself, or with a spelling that differs in case,
// diacritics, separators or the order of tokens, has similarity 1 (order: up to a difference of 0.02 for names whose
// particles bind to their neighbour, such as "Abu").
func Compare(a, b string, kind Kind) Result {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	return m.explain(a, b, kind)
}

// Similarity is Compare without the explanation.
func Similarity(a, b string, kind Kind) float64 {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	na, nb, k := parsePair(a, b, kind)
	return m.compare(na, nb, k, nil)
}

// parsePair parses both names as of one kind.
func parsePair(a, b string, kind Kind) (*Name, *Name, Kind) {
	na, nb := Parse(a, kind), Parse(b, kind)
	if na.Kind == nb.Kind {
		return na, nb, na.Kind
	}
	if na.Kind == Person {
		na = Parse(a, Organization)
	} else {
		nb = Parse(b, Organization)
	}
	return na, nb, Organization
}

func (m *matcher) explain(a, b string, kind Kind) Result {
	na, nb, k := parsePair(a, b, kind)
	r := Result{Kind: k, Flags: na.Flags | nb.Flags}
	r.Similarity = m.compare(na, nb, k, &r)
	r.Match = r.Similarity >= Threshold
	slices.SortStableFunc(r.Pairs, func(x, y TokenPair) int {
		switch {
		case x.Similarity > y.Similarity:
			return -1
		case x.Similarity < y.Similarity:
			return 1
		}
		return 0
	})
	return r
}

// compare decides; r, when given, gets the explanation.
func (m *matcher) compare(a, b *Name, kind Kind, r *Result) float64 {
	if len(a.Tokens) == 0 || len(b.Tokens) == 0 {
		if a.folded != "" && a.folded == b.folded {
			return 1
		}
		return 0
	}
	m.near, m.rarity = 1, rarityShare{most: 1, first: true}
	if a.folded == b.folded {
		if r != nil {
			r.Note = "the same letters"
			for i := range min(len(a.Tokens), len(b.Tokens)) {
				r.Pairs = append(r.Pairs, TokenPair{a.Tokens[i], b.Tokens[i], 1, SameLetters})
			}
		}
		return 1
	}
	if (len(a.roman) > 0) != (len(b.roman) > 0) && r != nil {
		r.Note = "Chinese characters read in pinyin"
	}
	if len(a.roman) > 0 && len(b.roman) == 0 {
		a = &Name{Kind: a.Kind, Tokens: a.roman, folded: a.folded}
	} else if len(b.roman) > 0 && len(a.roman) == 0 {
		b = &Name{Kind: b.Kind, Tokens: b.roman, folded: b.folded}
	}
	// one order of the two names, so that rounding cannot make the result depend on the order
	swapped := len(a.Tokens) > len(b.Tokens) || len(a.Tokens) == len(b.Tokens) && a.folded > b.folded
	if swapped {
		a, b = b, a
	}
	ta, tb := m.load(a, b)
	e := m.weigh(ta, tb, kind, r)
	s := e.decide(kind)
	m.rarity = e.rarity
	if swapped {
		m.rarity.a, m.rarity.b = m.rarity.b, m.rarity.a
	}
	if kind == Organization && s < 0.9 && !e.branch && (len(a.plain) > 0 || len(b.plain) > 0) {
		s = m.comparePlain(a, b, s, r)
	}
	if kind == Organization && s < 0.9 {
		if acr := max(acronymOf(a, b), statedAcronym(a, b)); acr > s {
			s = acr
			if r != nil {
				r.Note = "acronym"
			}
		}
	}
	if g, ok := sameGroups(a.groups, b.groups); ok {
		if g && s < 0.97 {
			s = 0.97
			if r != nil {
				r.Note = "names of one group: " + groupIndex.groups[a.groups[0]].Name
			}
		} else if !g && s > 0.2 {
			s = 0.2
			if r != nil {
				r.Note = "names of different groups: " + groupIndex.groups[a.groups[0]].ID + ", " + groupIndex.groups[b.groups[0]].ID
			}
		}
	}
	if r != nil && swapped {
		r.swap()
	}
	return s
}

// comparePlain compares the words as such where the lexicon knows a group in one name alone: the other may be a
// spelling that the lexicon lacks. Two names of two groups stay apart, however alike their words are.
func (m *matcher) comparePlain(a, b *Name, s float64, r *Result) float64 {
	if len(a.plain) > 0 && len(b.plain) > 0 && !shareGroup(a.Tokens, b.Tokens) {
		return s
	}
	pa, pb := *a, *b
	if len(a.plain) > 0 {
		pa.Tokens = a.plain
	}
	if len(b.plain) > 0 {
		pb.Tokens = b.plain
	}
	ta, tb := m.load(&pa, &pb)
	var plain Result
	e := m.weigh(ta, tb, Organization, &plain)
	x := e.decide(Organization)
	if x <= s {
		return s
	}
	if r != nil {
		r.Pairs, r.Left, r.Right, r.Note = plain.Pairs, plain.Left, plain.Right, plain.Note
	}
	return x
}

func shareGroup(a, b []Token) bool {
	for i := range a {
		for j := range b {
			if a[i].Role == RoleGroup && b[j].Role == RoleGroup && a[i].Text == b[j].Text {
				return true
			}
		}
	}
	return false
}

// swap exchanges the two names.
func (r *Result) swap() {
	r.Left, r.Right = r.Right, r.Left
	for i := range r.Pairs {
		r.Pairs[i].A, r.Pairs[i].B = r.Pairs[i].B, r.Pairs[i].A
	}
}

// sameGroups compares what the names mean as groups; known only when both are unambiguous.
func sameGroups(a, b []int) (same, known bool) {
	if len(a) != 1 || len(b) != 1 {
		return false, false
	}
	return a[0] == b[0], true
}

// load copies the tokens into the workspace and joins neighbours that the other name writes together.
func (m *matcher) load(a, b *Name) (ta, tb []Token) {
	m.forms.sweep()
	m.tok[0] = append(m.tok[0][:0], a.Tokens...)
	m.tok[1] = append(m.tok[1][:0], b.Tokens...)
	m.tok[0], m.tok[1] = m.joinNeighbours(m.tok[0], m.tok[1])
	m.tok[1], m.tok[0] = m.joinNeighbours(m.tok[1], m.tok[0])
	for i := range m.tok[0] {
		m.a[i] = m.forms.of(&m.tok[0][i])
	}
	for i := range m.tok[1] {
		m.b[i] = m.forms.of(&m.tok[1][i])
	}
	return m.tok[0], m.tok[1]
}

// joinNeighbours replaces two neighbouring tokens of a by one when a token of b is their letters in one piece.
func (m *matcher) joinNeighbours(a, b []Token) ([]Token, []Token) {
	for i := 0; i+1 < len(a); i++ {
		x, y := &a[i], &a[i+1]
		if x.Script != y.Script || x.Role != RoleName && x.Role != RoleInitial && x.Role != RoleParticle && x.Role != RoleGeneric || y.Role != RoleName && y.Role != RoleInitial && y.Role != RoleGeneric {
			continue
		}
		if x.Role == RoleInitial && y.Role == RoleInitial {
			continue
		}
		for j := range b {
			z := &b[j]
			lx, ly, lz := runeLen(x.Text), runeLen(y.Text), runeLen(z.Text)
			if z.Role == RoleNumber || lz < 4 || !m.mayJoin(x, y, z, lx, ly, lz) {
				continue
			}
			joined := newToken(x.Text+y.Text, z.Role)
			joined.class = 0
			joined.weight = z.weight
			whole := m.forms.get(z.Text, z.Script)
			s, _ := m.aligned(m.forms.get(joined.Text, joined.Script), whole)
			if joined.Text == z.Text {
				s = 1
			}
			if s < 0.84 {
				continue
			}
			// Not when one of the two alone is as good: "Ali Alia" against "Alia".
			alone := false
			for _, part := range [...]*Token{x, y} {
				if p, _ := m.aligned(m.forms.get(part.Text, part.Script), whole); p >= s || part.Text == z.Text {
					alone = true
				}
			}
			if alone {
				continue
			}
			a[i] = joined
			a = append(a[:i+1], a[i+2:]...)
			break
		}
	}
	return a, b
}

func runeLen(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// mayJoin is the quick check before an alignment.
func (m *matcher) mayJoin(x, y, z *Token, lx, ly, lz int) bool {
	if x.Script == z.Script {
		if d := lx + ly - lz; d < -2 || d > 2 {
			return false
		}
		rx, _ := firstRune(x.Text)
		rz, _ := firstRune(z.Text)
		return rx == rz || skeletonClass(rx) == skeletonClass(rz)
	}
	if lx+ly > 2*lz+2 || lz > 2*(lx+ly)+2 {
		return false
	}
	return true
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

// weigh pairs the tokens and sums what they say.
func (m *matcher) weigh(ta, tb []Token, kind Kind, r *Result) evidence {
	var e evidence
	m.near = 0
	e.rarity.sum(ta, tb)
	korean := kind == Person && m.koreanA.read(ta) && m.koreanB.read(tb)
	chinese := kind == Person && !korean && chineseName(ta) && chineseName(tb)
	for i := range ta {
		for j := range tb {
			s, how := m.similarity(&m.a[i], &m.b[j])
			if korean {
				s, how = koreanSimilarity(m.koreanA[i], m.koreanB[j], s, how)
			}
			if kind == Organization && s < koreanAlike && ta[i].Role == RoleName && tb[j].Role == RoleName {
				if x := m.a[i].koreanSpelling(ta[i].Text); x != "" && x == m.b[j].koreanSpelling(tb[j].Text) {
					s, how = koreanAlike, Romanisation
				}
			}
			if chinese && s < 1 {
				s = min(s, koreanApart) // a letter more or less is another syllable
			}
			m.sims[i][j], m.hows[i][j], m.raws[i][j] = s, how, m.raw
			if s < pairAt {
				e.faint = max(e.faint, float64(s))
			}
		}
	}
	var match [maxTokens]int
	m.assign.best(len(ta), len(tb), func(i, j int) float32 {
		s := m.sims[i][j]
		if s < pairAt {
			return 0
		}
		return s * s * (ta[i].weight + tb[j].weight)
	}, &match)
	var taken [maxTokens]bool
	var numbersA, numbersB, numberHit int
	for i := range ta {
		t := &ta[i]
		if t.Role == RoleNumber {
			numbersA++
		}
		j := match[i]
		if j < 0 {
			e.left += float64(t.weight)
			if r != nil {
				r.Left = append(r.Left, *t)
			}
			continue
		}
		taken[j] = true
		o := &tb[j]
		m.near += float64(m.raws[i][j]) / float64(len(ta))
		s := float64(m.sims[i][j])
		w := float64(t.weight+o.weight) / 2
		e.rarity.pair(t, o, s, i == 0 && j == 0)
		if m.hows[i][j] == InitialOf {
			w = float64(min(t.weight, o.weight))
			e.initial += w * s
		}
		e.matched += w * s
		e.loss += w * (1 - s)
		if w > 0.1 {
			e.pairs++
		}
		if t.Role == RoleNumber {
			numberHit++
		}
		if r != nil {
			r.Pairs = append(r.Pairs, TokenPair{*t, *o, s, m.hows[i][j]})
		}
	}
	for j := range tb {
		o := &tb[j]
		if o.Role == RoleNumber {
			numbersB++
		}
		if !taken[j] {
			e.right += float64(o.weight)
			if r != nil {
				r.Right = append(r.Right, *o)
			}
		}
	}
	if numbersA > numberHit && numbersB > numberHit {
		e.weak = true
		if r != nil {
			r.Note = "numbers differ"
		}
	}
	if kind == Person {
		e.headless = headless(ta, tb, &match, &taken)
	}
	if kind == Organization && branchAndWhole(ta, tb) {
		e.branch = true
		if r != nil {
			r.Note = "a branch and the whole, or a branch elsewhere"
		}
	}
	e.gen = generationsDiffer(ta, tb)
	if e.gen && r != nil {
		r.Note = "father and son marks differ"
	}
	return e
}

// headless says that the longer name opens with a given name that the shorter one lacks while the rest follows in
// order: by the Arabic way of naming that is the father ("Hasan Salim Tamimi" of "Ahmad Hasan Salim Tamimi"). The
// given name Muhammad is often left out and does not count.
func headless(ta, tb []Token, match *[maxTokens]int, taken *[maxTokens]bool) bool {
	if len(tb) <= len(ta) || len(ta) < 2 || taken[0] || tb[0].Role != RoleName && tb[0].Role != RoleServant {
		return false
	}
	if tb[0].class != 0 && tb[0].class == givenClass["muhammad"] {
		return false
	}
	last := -1
	for i := range ta {
		if match[i] <= last {
			return false
		}
		last = match[i]
	}
	return true
}

func generationsDiffer(ta, tb []Token) bool {
	find := func(ts []Token) string {
		for _, t := range ts {
			if t.Role == RoleGeneration {
				return t.Text
			}
		}
		return ""
	}
	a, b := find(ta), find(tb)
	return a != b && a != "" && b != ""
}
