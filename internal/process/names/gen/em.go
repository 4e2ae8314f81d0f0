package main

import (
	"fmt"
	"io"
	"math"
	"sort"
)

// pair is one training example: two folded spellings of one name with boundary marks, and how often it counts.
type pair struct {
	a, b   []rune
	weight float64
}

// unit is a joint letter group: what stands on the one side and what it became on the other. Either may be empty.
type unit struct{ a, b string }

// model holds the probabilities of the units; they sum to one.
type model struct{ p map[unit]float64 }

func newPair(a, b []rune, w float64) pair {
	wrap := func(s []rune) []rune {
		out := make([]rune, 0, len(s)+2)
		out = append(out, '^')
		out = append(out, s...)
		return append(out, '$')
	}
	return pair{wrap(a), wrap(b), w}
}

// edge is one unit at one place of a pair: from and to are cells of the lattice, row-major.
type edge struct {
	unit     int32
	from, to uint16
}

// trainer keeps each pair's lattice with interned units, so that a round touches no strings.
type trainer struct {
	maxA, maxB int
	names      []unit
	p          []float64 // 0: dropped
	lattices   [][]edge
	cells      []int
	weights    []float64
	fit        []float64 // log likelihood of each pair in the last round
}

// newTrainer counts every possible unit of every pair, longer ones less, as the first guess. Units that stray more
// than 2.5 letters from the diagonal are left out.
func newTrainer(pairs []pair, maxA, maxB int) *trainer {
	t := &trainer{maxA: maxA, maxB: maxB}
	ids := map[unit]int32{}
	for _, pr := range pairs {
		na, nb := len(pr.a), len(pr.b)
		ratio := float64(nb) / float64(na)
		var lat []edge
		for i := 0; i <= na; i++ {
			for j := 0; j <= nb; j++ {
				d := math.Abs(float64(i)*ratio - float64(j))
				if d > 2.5 {
					continue
				}
				for la := 0; la <= maxA && i+la <= na; la++ {
					for lb := 0; lb <= maxB && j+lb <= nb; lb++ {
						if !t.allowed(la, lb) {
							continue
						}
						u := unit{string(pr.a[i : i+la]), string(pr.b[j : j+lb])}
						id, ok := ids[u]
						if !ok {
							id = int32(len(t.names))
							ids[u] = id
							t.names = append(t.names, u)
							t.p = append(t.p, 0)
						}
						pen := 1.0
						if la == 0 || lb == 0 {
							pen = 0.1
						}
						t.p[id] += pr.weight * pen * math.Exp(-float64(la+lb-2)) * math.Exp(-d)
						lat = append(lat, edge{id, uint16(i*(nb+1) + j), uint16((i+la)*(nb+1) + j + lb)})
					}
				}
			}
		}
		t.lattices = append(t.lattices, lat)
		t.fit = append(t.fit, 0)
		t.cells = append(t.cells, (na+1)*(nb+1))
		t.weights = append(t.weights, pr.weight)
	}
	normalise(t.p)
	return t
}

// allowed limits the shapes: an insertion or deletion concerns one letter, so that a long group must explain both sides.
func (t *trainer) allowed(la, lb int) bool {
	switch {
	case la == 0 && lb == 0:
		return false
	case la == 0:
		return lb == 1
	case lb == 0:
		return la == 1
	}
	return la <= t.maxA && lb <= t.maxB
}

func normalise(p []float64) {
	var sum float64
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}

// step is one round of expectation and maximisation: forward-backward over all segmentations, as in the joint
// multigram model of Deligne and Bimbot (1997). Units with fewer than floor expected counts are dropped; a constant
// taken off the counts of long groups keeps them from memorising single names.
func (t *trainer) step(floor float64) float64 {
	next := make([]float64, len(t.p))
	var total float64
	var fw, bw []float64
	for n, lat := range t.lattices {
		cells := t.cells[n]
		fw, bw = append(fw[:0], make([]float64, cells)...), append(bw[:0], make([]float64, cells)...)
		fw[0], bw[cells-1] = 1, 1
		live := lat[:0]
		for _, e := range lat {
			if t.p[e.unit] > 0 && fw[e.from] > 0 {
				fw[e.to] += fw[e.from] * t.p[e.unit]
				live = append(live, e)
			}
		}
		t.lattices[n] = live
		z := fw[cells-1]
		t.fit[n] = math.Log(z)
		if z <= 0 {
			t.lattices[n] = nil
			continue
		}
		total += t.weights[n] * math.Log(z)
		for i := len(live) - 1; i >= 0; i-- {
			e := live[i]
			b := t.p[e.unit] * bw[e.to]
			bw[e.from] += b
			next[e.unit] += t.weights[n] * fw[e.from] * b / z
		}
	}
	const discount = 0.5
	for i, c := range next {
		u := t.names[i]
		la, lb := len([]rune(u.a)), len([]rune(u.b))
		switch {
		case la <= 1 && lb <= 1:
			if c < discount {
				next[i] = 0
			}
		case c-discount < floor:
			next[i] = 0
		default:
			next[i] = c - discount
		}
	}
	normalise(next)
	t.p = next
	return total
}

// model is the result: the units that are left.
func (t *trainer) model() *model {
	m := &model{p: map[unit]float64{}}
	for i, p := range t.p {
		if p > 0 {
			m.p[t.names[i]] = p
		}
	}
	return m
}

// write prints the units, most frequent first, with their cost in sixteenths of a natural-logarithm unit.
func (m *model) write(w io.Writer, head string) error {
	type row struct {
		u unit
		p float64
	}
	rows := make([]row, 0, len(m.p))
	for u, p := range m.p {
		rows = append(rows, row{u, p})
	}
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].p != rows[j].p {
			return rows[i].p > rows[j].p
		}
		if rows[i].u.a != rows[j].u.a {
			return rows[i].u.a < rows[j].u.a
		}
		return rows[i].u.b < rows[j].u.b
	})
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%d\n", r.u.a, r.u.b, int(math.Round(-16*math.Log(r.p)))); err != nil {
			return err
		}
	}
	return nil
}
