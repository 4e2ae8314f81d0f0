package names

import "math"

// rarityShare is what two names have in common by how rare their tokens are in the list searched.
type rarityShare struct {
	a, b    float64 // of all tokens of either name
	matched float64 // of the paired tokens, times their similarity
	most    float64 // the rarest pair
	first   bool    // both names open with a pair
}

// sum adds up the rarity of all tokens.
func (r *rarityShare) sum(a, b []Token) {
	for i := range a {
		r.a += float64(a[i].weight * a[i].rare)
	}
	for i := range b {
		r.b += float64(b[i].weight * b[i].rare)
	}
}

// pair adds two tokens with their similarity; first says that both open their names.
func (r *rarityShare) pair(a, b *Token, s float64, first bool) {
	w := float64(a.weight*a.rare+b.weight*b.rare) / 2 * s
	r.matched += w
	r.most = max(r.most, w)
	r.first = r.first || first
}

// rare is the rarity of a token of the vocabulary.
func (x *Index) rare(t uint32) float32 {
	return rarity(int(x.postStart[t+1]-x.postStart[t]), len(x.raw))
}

// rarity is the weight of a token that df names hold, 1 for one that none holds: the inverse document frequency over
// its greatest value.
func (s *Searcher) rarity(df int) float32 {
	return rarity(df, len(s.x.raw))
}

func rarity(df, names int) float32 {
	n := float64(names + 1)
	return float32(max(0.1, math.Log(n/float64(df))/math.Log(n)))
}
