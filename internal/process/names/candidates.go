package names

import "slices"

// candidates finds the tokens of the vocabulary that resemble t, most alike first.
func (s *Searcher) candidates(t *Token, joined bool) []candidate {
	key := memoKey{t.Text, t.Alt, t.Role, t.class, joined, s.aligned}
	if c, ok := s.memo[key]; ok {
		return c
	}
	x := s.x
	s.round++
	s.m.forms.sweep()
	s.query = s.m.forms.of(t)
	out := s.cands[:0]
	s.work, s.keys = tokenKeys(t, s.query.letters, s.work, s.keys[:0], !joined)
	r := roughOf(s.query.letters)
	s.rough.set(&r, t.Script)
	s.roughAlt = s.rough
	if t.Alt != "" {
		r = roughOf(s.query.alt.letters)
		s.roughAlt.set(&r, t.Script)
	}
	s.order = s.order[:0]
	if id, ok := x.byText[t.Text]; ok {
		for s.stamp[id] != s.round {
			s.stamp[id] = s.round
			s.order = append(s.order, ranked{id, -10})
			id = x.next[id]
		}
	}
	length := len(s.query.letters)
	for _, k := range s.keys {
		if k>>62 != 0 {
			s.meet(k, t, length, true)
			continue
		}
		if k&cutKey == 0 {
			s.meet(k, t, length, false)
			if !joined {
				s.meet(k|cutKey, t, length, false)
			}
			continue
		}
		s.meet(k&^cutKey, t, length, false)
		// Two words with a consonant left out of each meet in crowded places when little is left of them.
		if n := keyLetters(k); n >= tellingKey || n >= 1 && len(x.vocab) < crowded {
			s.meet(k, t, length, false)
		}
	}
	if joined {
		s.nearest(maxAlignedJoined)
	} else {
		s.nearest(s.aligned)
	}
	for _, r := range s.order {
		other := s.m.forms.of(&x.vocab[r.name])
		if sim, _ := s.m.similarity(&s.query, &other); sim >= 0.02 {
			out = append(out, candidate{r.name, sim})
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		switch {
		case a.sim > b.sim:
			return -1
		case a.sim < b.sim:
			return 1
		}
		return int(a.id) - int(b.id)
	})
	if len(out) > 48 {
		out = out[:48]
	}
	s.cands = out
	if len(s.memo) >= memoSize {
		clear(s.memo)
	}
	kept := slices.Clone(out)
	s.memo[key] = kept
	return kept
}

// tellingKey is the number of consonants from which a cut key is looked up among cut keys in any vocabulary.
const tellingKey = 4

// crowded is the vocabulary from which short cut keys are no longer looked up among cut keys.
const crowded = 30_000

// A brief is the script and the length of a token in one byte; the length is 0 where there is a second reading.
const briefScript = 0xe0

func briefOf(length int, s Script) uint8 { return uint8(s)<<5 | uint8(min(length, 31)) }

// meet adds the tokens under a key to s.order with their rough distance.
func (s *Searcher) meet(k uint64, t *Token, length int, sure bool) {
	x := s.x
	span, ok := x.keyStart[k]
	if !ok {
		return
	}
	widest := 4
	if len(x.vocab) >= crowded {
		widest = 2
	}
	// The lengths lie close together in memory, what else is known of a token does not.
	low, high := uint8(0), uint8(255)
	if !sure && t.Alt == "" {
		low, high = briefOf(max(length-widest, 1), t.Script), briefOf(length+widest, t.Script)
	}
	mask := briefOf(0, t.Script)
	for _, id := range x.keyToken[span[0]:span[1]] {
		if b := x.brief[id]; b&briefScript == mask && b&^briefScript != 0 && (b < low || b > high) {
			continue
		}
		if s.stamp[id] == s.round {
			continue
		}
		s.stamp[id] = s.round
		if sure {
			s.order = append(s.order, ranked{id, -10})
			continue
		}
		v := &x.rough[id]
		gap := float32(0.5)
		if v.script == t.Script {
			d := int(v.length) - length
			if d < 0 {
				d = -d
			}
			gap = 0.2 * float32(d)
		}
		d := s.rough.distance(v, v.script)
		if t.Alt != "" {
			d = min(d, s.roughAlt.distance(v, v.script))
		}
		if v.alt {
			d = min(d, 4)
		}
		s.order = append(s.order, ranked{id, float32(d) + gap})
	}
}

// nearest keeps the n smallest of s.order; the distances are small, so counting them is enough.
func (s *Searcher) nearest(n int) {
	if len(s.order) <= n {
		return
	}
	var count [64]int
	slot := func(d float32) int { return min(max(int(d)+1, 0), len(count)-1) }
	for _, r := range s.order {
		count[slot(r.est)]++
	}
	limit, sum := 0, 0
	for limit < len(count)-1 && sum+count[limit] <= n {
		sum += count[limit]
		limit++
	}
	out := s.order[:0]
	room := n - sum
	for _, r := range s.order {
		switch k := slot(r.est); {
		case k < limit:
			out = append(out, r)
		case k == limit && room > 0:
			out = append(out, r)
			room--
		}
	}
	s.order = out
}
