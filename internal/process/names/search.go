package names

import (
	"slices"
)

// Hit is a name of the list that a query found.
type Hit struct {
	// ID is the id under which the name was added, Name the name as it was added.
	ID, Name string
	// Similarity is the comparison's result, 0 to 1.
	Similarity float64
	// number is the position in the list, the last order of ties.
	number uint32
	// order is what hits are sorted by: the similarity where it may decide, the share of common rarity below.
	order float64
}

// Searcher searches an index; it holds working memory and is not safe for concurrent use. Make one a goroutine.
type Searcher struct {
	x               *Index
	m               matcher
	parser          parser
	acc             []float32
	last            []uint32 // the query token that last added to acc, plus one
	best            []float32
	touched         []uint32
	stamp           []uint32
	round           uint32
	work            []skeleton
	keys            []uint64
	cands           []candidate
	query           tokenForms
	memo            map[memoKey][]candidate
	reading         Name // the query as an organisation's name
	nameB           Name
	runsQ, runsB    letterRuns // of the query and of nameB
	rough, roughAlt roughQuery
	aligned         int // tokens of the vocabulary to align with a query token
	mark            uint32
	total           float32 // weight of the query
	order           []ranked
	hits            []Hit
	flags           Flags // of the last query
}

// candidate is a token of the vocabulary that resembles a query token.
type candidate struct {
	id  uint32
	sim float32
}

// memoKey is all that the candidates of a query token depend on.
type memoKey struct {
	text, alt string
	role      Role
	class     uint16
	joined    bool
	aligned   int
}

type ranked struct {
	name uint32
	est  float32
}

// memoSize bounds the remembered tokens of earlier queries.
const memoSize = 20_000

// NewSearcher makes a searcher over x.
func NewSearcher(x *Index) *Searcher {
	return &Searcher{x: x, acc: make([]float32, len(x.raw)), best: make([]float32, len(x.raw)), last: make([]uint32, len(x.raw)), stamp: make([]uint32, len(x.vocab)), memo: map[memoKey][]candidate{}}
}

// Bounds of one query: how many tokens of the vocabulary are aligned with one query token, how many postings are
// read, how many names are compared in full.
const (
	maxAligned        = 16
	maxAlignedAlone   = 600 // when the query is a single token: one in forty of the vocabulary between these two
	leastAlignedAlone = 80
	maxAlignedJoined  = 12 // of two neighbours written together
	maxPostings       = 150_000
	fullCompares      = 15
	fullComparesAlone = 24 // when the query is a single token
	leastSpare        = 4  // compared beyond those asked for, when many are
)

// Search gives the best hits for a query, best first, one an id (with the name of it that fits best). The slice is valid until
// the next call.
func (s *Searcher) Search(query string, kind Kind, top int) []Hit {
	s.hits = s.hits[:0]
	if top <= 0 {
		return s.hits
	}
	q := s.parser.parse(query, kind)
	s.flags = q.Flags
	s.aligned = maxAligned
	if len(q.Tokens) == 1 {
		s.aligned = min(max(len(s.x.vocab)/40, leastAlignedAlone), maxAlignedAlone)
	}
	s.collect(&q, false)
	if kind == Guess && !q.sure {
		s.reading = s.parser.parse(query, Organization)
		if readsOtherwise(&s.reading) {
			s.collect(&s.reading, true)
		}
	}
	if len(s.touched) == 0 {
		s.clear()
		return s.hits
	}
	full := fullCompares
	if len(q.Tokens) == 1 {
		full = fullComparesAlone
	}
	s.rank(max(full, top+leastSpare))
	s.compareAll(&q, query, kind)
	s.clear()
	slices.SortStableFunc(s.hits, func(a, b Hit) int {
		switch {
		case a.order > b.order:
			return -1
		case a.order < b.order:
			return 1
		}
		return int(a.number) - int(b.number)
	})
	s.hits = firstOfEach(s.hits, top)
	return s.hits
}

// readsOtherwise says whether a name has words that an organisation's name is found by and a person's is not.
func readsOtherwise(n *Name) bool {
	for i := range n.Tokens {
		switch n.Tokens[i].Role {
		case RoleGeneric, RoleGroup, RolePlace:
			return true
		}
	}
	return false
}

func hasGroup(ts []Token) bool {
	for i := range ts {
		if ts[i].Role == RoleGroup {
			return true
		}
	}
	return false
}

// firstOfEach keeps the best hit of every id, at most top.
func firstOfEach(hits []Hit, top int) []Hit {
	out := hits[:0]
next:
	for _, h := range hits {
		if len(out) == top {
			break
		}
		for _, o := range out {
			if o.ID == h.ID {
				continue next
			}
		}
		out = append(out, h)
	}
	return out
}

// collect adds up, for each name of the list, how much of the query its tokens hold. A second reading of the query
// adds only the words that the first one does not have as such.
func (s *Searcher) collect(q *Name, second bool) {
	budget := maxPostings
	// rare tokens first, so that the budget is spent on what tells most
	type feature struct {
		cands []candidate
		w     float32
		size  int
	}
	var features [3 * maxTokens]feature
	n := 0
	add := func(t *Token, w float32, counts bool) {
		c := s.candidates(t, !counts && !second)
		if len(c) == 0 || n == len(features) {
			if counts {
				s.total += w
				t.rare = 1
			}
			return
		}
		size, alike := 0, 1
		for _, k := range c {
			df := int(s.x.postStart[k.id+1] - s.x.postStart[k.id])
			size += df
			if k.sim >= 0.8 {
				alike += df
			}
		}
		features[n] = feature{c, w * s.rarity(alike), size}
		t.rare = s.rarity(alike)
		if counts {
			s.total += w * s.rarity(alike)
		}
		n++
	}
	for i := range q.Tokens {
		t := &q.Tokens[i]
		if t.weight < 0.1 && len(q.Tokens) > 1 {
			continue
		}
		if second && t.Role != RoleGeneric && t.Role != RoleGroup && t.Role != RolePlace {
			continue
		}
		add(t, t.weight, !second)
		if second {
			continue
		}
		if i+1 < len(q.Tokens) && i < 6 {
			if j, ok := joinedToken(t, &q.Tokens[i+1]); ok {
				add(&j, t.weight+q.Tokens[i+1].weight, false)
			}
		}
	}
	for i := range q.roman {
		if t := &q.roman[i]; t.weight >= 0.1 && !second {
			add(t, t.weight, false)
		}
	}
	for i := range q.plain {
		if t := &q.plain[i]; t.weight >= 0.1 {
			add(t, t.weight, false)
		}
	}
	fs := features[:n]
	slices.SortStableFunc(fs, func(a, b feature) int { return a.size - b.size })
	for _, f := range fs {
		s.mark++
		for _, c := range f.cands {
			list := s.x.postings[s.x.postStart[c.id]:s.x.postStart[c.id+1]]
			if len(list) > budget {
				list = list[:budget]
			}
			budget -= len(list)
			gain := f.w * c.sim * c.sim
			for _, name := range list {
				if s.last[name] == s.mark {
					continue
				}
				if s.last[name] == 0 {
					s.touched = append(s.touched, name)
				}
				s.last[name] = s.mark
				s.acc[name] += gain
			}
			if budget <= 0 {
				break
			}
		}
		budget = max(budget, 2000)
	}
	for _, k := range wholeKeys(q, true) {
		for _, name := range s.x.whole[k] {
			if s.last[name] == 0 {
				s.touched = append(s.touched, name)
				s.last[name] = s.mark + 1
			}
			s.acc[name] += 0.6 * s.total
		}
	}
}

// rank keeps the names with the best share of common weight in s.order.
func (s *Searcher) rank(keep int) {
	total := s.total
	s.order = s.order[:0]
	worst := float32(-1)
	for _, n := range s.touched {
		a := s.acc[n]
		est := a / (total + s.x.weight[n] - min(a, 0.98*min(total, s.x.weight[n])))
		if len(s.order) >= 4*keep {
			s.cut(keep)
			worst = s.order[len(s.order)-1].est
		}
		if est > worst {
			s.order = append(s.order, ranked{n, est})
		}
	}
	s.cut(keep)
}

// cut sorts s.order and keeps the best.
func (s *Searcher) cut(keep int) {
	slices.SortFunc(s.order, func(a, b ranked) int {
		switch {
		case a.est > b.est:
			return -1
		case a.est < b.est:
			return 1
		}
		return int(a.name) - int(b.name)
	})
	if len(s.order) > keep {
		s.order = s.order[:keep]
	}
}

// compareAll compares the query with the ranked names in full.
func (s *Searcher) compareAll(q *Name, query string, kind Kind) {
	s.runsQ.read(&s.parser.fold, query)
	asPerson, asOrganization := q, q
	if kind == Guess && q.Kind == Person {
		asOrganization = &s.reading
		if q.sure {
			s.reading = s.parser.parse(query, Organization)
		}
	}
	for _, r := range s.order {
		n := r.name
		k := s.x.kind[n]
		a := asPerson
		if kind != Guess {
			k = kind
		} else if k == Organization || q.Kind == Organization {
			k, a = Organization, asOrganization
		}
		if k == Organization && s.x.kind[n] == Person {
			s.nameB.Tokens = append(s.nameB.Tokens[:0], s.parser.parse(s.x.raw[n], Organization).Tokens...)
		} else {
			s.nameB.Tokens = s.x.name(n, s.nameB.Tokens)
			for i, t := range s.x.tokens[s.x.start[n]:s.x.start[n+1]] {
				s.nameB.Tokens[i].rare = s.x.rare(t)
			}
		}
		s.nameB.Kind = k
		s.nameB.plain = nil
		s.nameB.roman = nil
		if hasGroup(s.nameB.Tokens) || hasHan(s.nameB.Tokens) {
			other := s.parser.parse(s.x.raw[n], k)
			s.nameB.plain, s.nameB.roman = other.plain, other.roman
		}
		s.nameB.folded = string(s.runsB.read(&s.parser.fold, s.x.raw[n]))
		s.nameB.groups = nil
		s.nameB.acronym = s.x.acronym[n]
		if len(a.groups) > 0 {
			s.nameB.groups = s.parser.parse(s.x.raw[n], k).groups
		}
		sim := s.m.compare(a, &s.nameB, k, nil)
		if sim > 0 {
			order := s.orderOf(sim, float64(r.est), len(a.Tokens) == 1 && len(s.nameB.Tokens) == 1)
			s.hits = append(s.hits, Hit{ID: s.x.ids[n], Name: s.x.raw[n], Similarity: sim, number: n, order: order})
		}
	}
}

func (s *Searcher) clear() {
	for _, n := range s.touched {
		s.acc[n], s.last[n] = 0, 0
	}
	s.touched = s.touched[:0]
	s.mark, s.total = 0, 0
}
