package names

import "math"

// pairAt is least similarity with which two tokens are a pair; below it they contradict each other.
const pairAt = 0.67

// evidence is what the tokens say, before the decision.
type evidence struct {
	matched  float64 // weight of paired tokens, times similarity
	loss     float64 // weight of paired tokens, times what lacks in similarity
	left     float64 // weight without partner in the first name
	right    float64
	pairs    int
	weak     bool    // numbers contradict
	gen      bool    // father and son marks contradict
	branch   bool    // one name is a group's, the other that of its branch in a region
	initial  float64 // weight of pairs by an initial
	headless bool    // the longer name has a given name before the shorter one
	faint    float64 // the best similarity of two tokens that is no pair
	rarity   rarityShare
}

// decide turns the evidence into a probability.
func (e *evidence) decide(kind Kind) float64 {
	p := &personParameters
	if kind == Organization {
		p = &organizationParameters
	}
	if e.matched == 0 {
		// far below any decision; it only orders what a search returns
		return 1e-5 * e.faint
	}
	both := math.Min(e.left, e.right)
	one := math.Max(e.left, e.right) - both
	oneCost := p.one
	if carried := e.matched - e.initial; carried < p.thin {
		// a single common token, or one and an initial, does not carry a longer name
		oneCost += (p.thin - carried) * p.thinCost
	}
	if e.headless {
		oneCost += p.headless
	}
	x := e.matched / (e.matched + p.loss*e.loss + p.both*both + oneCost*one)
	if e.weak {
		x *= 0.55
	}
	if e.gen || e.branch {
		x *= 0.75
	}
	return 1 / (1 + math.Exp(-p.slope*(x-p.middle)))
}

// parameters of the decision; see doc/names.md.
type parameters struct {
	both     float64 // price of weight without partner on both sides: a contradiction
	one      float64 // price of weight that one name has more
	thin     float64 // matched weight below which the surplus of the other name costs more
	thinCost float64
	loss     float64 // price of what lacks in paired tokens
	headless float64 // added to one where the longer name opens with another given name
	middle   float64 // quotient at probability one half
	slope    float64
}

var personParameters = parameters{both: 2.25, one: 0.05, thin: 1.5, thinCost: 1.4, loss: 0.55, headless: 0.4, middle: 0.72, slope: 14}

var organizationParameters = parameters{both: 1.9, one: 0.1, thin: 1.4, thinCost: 1.7, loss: 0.4, middle: 0.82, slope: 14}
