package names

import (
	"bufio"
	"embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:embed tables/*.tsv
var tables embed.FS

// costUnit is the resolution of the tables: costs are natural logarithms in sixteenths.
const costUnit = 16

// noUnit marks a pair of groups that the table does not know.
const noUnit = math.MaxUint16

// maxGroup is the longest letter group of a table, in letters; ring is the power of two above it.
const (
	maxGroup = 4
	ring     = 8
)

// multigram is a joint multigram model (Deligne and Bimbot 1997): a name in two spellings is a sequence of letter
// groups drawn independently, each with its two sides. The logarithm of
//
//	P(a, b) / (P(a) P(b))
//
// with the most probable segmentation tells how much more likely the two spellings are as one name than as two.
// A rule table (see ruleTable) has the same form with prices instead of probabilities and no marginals.
type multigram struct {
	groupA, groupB *groupTrie // the groups of each side; 0 is the empty group
	nB             int
	joint          []uint16 // cost of (group a, group b)
	margA, margB   []uint16 // cost of a group on its own side
	delA, insB     []uint16 // cost of group a against nothing, and of group b
	unknown        int32    // cost of a letter no table knows, on either side
	rules          bool     // prices, not probabilities
	swap           int32    // cost of two neighbouring letters exchanged; 0: not priced
}

// groupTrie finds the groups that start at a letter without building strings.
type groupTrie struct {
	letter [0x700]uint8 // letter -> column; 0 is unknown
	width  int
	next   []uint16 // node*width + column -> node; 0 is none
	group  []uint16 // node -> group
	size   uint16   // groups, the empty one included
}

func newGroupTrie(words []string) *groupTrie {
	t := &groupTrie{width: 1, size: 1}
	for _, w := range words {
		for _, r := range w {
			if int(r) < len(t.letter) && t.letter[r] == 0 {
				t.letter[r] = uint8(t.width)
				t.width++
			}
		}
	}
	t.next = make([]uint16, t.width)
	t.group = []uint16{0}
	return t
}

// intern gives the id of a group, adding it when new.
func (t *groupTrie) intern(s string) uint16 {
	node := 0
	for _, r := range s {
		k := node*t.width + int(t.letter[r])
		if t.next[k] == 0 {
			t.next[k] = uint16(len(t.group))
			t.group = append(t.group, 0)
			t.next = append(t.next, make([]uint16, t.width)...)
		}
		node = int(t.next[k])
	}
	if node != 0 && t.group[node] == 0 {
		t.group[node] = t.size
		t.size++
	}
	return t.group[node]
}

// prepared is a token as a model sees it: which groups start at each letter.
type prepared struct {
	n      int                // letters with both boundary marks
	groups [][maxGroup]uint16 // groups[i][k]: group of k+1 letters from i, 0 if the table has none
	self   int32              // cost of the spelling on its own
	rest   []int32            // rest[i]: least cost of the letters from i on
}

// tableRow is a line of a table: a group, what it becomes, the price.
type tableRow struct {
	a, b string
	cost int
}

func parseTable(text string) []tableRow {
	var rows []tableRow
	sc := bufio.NewScanner(strings.NewReader(text))
	for sc.Scan() {
		line := sc.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		a, rest, ok1 := strings.Cut(line, "\t")
		b, num, ok2 := strings.Cut(rest, "\t")
		cost, err := strconv.Atoi(num)
		if !ok1 || !ok2 || err != nil || cost < 0 || cost >= noUnit || len([]rune(a)) > maxGroup || len([]rune(b)) > maxGroup {
			panic("names: malformed table row " + strconv.Quote(line))
		}
		rows = append(rows, tableRow{a, b, cost})
	}
	return rows
}

func buildMultigram(rows []tableRow) *multigram {
	var as, bs []string
	for _, r := range rows {
		as, bs = append(as, r.a), append(bs, r.b)
	}
	m := &multigram{groupA: newGroupTrie(as), groupB: newGroupTrie(bs), unknown: 12 * costUnit}
	for _, r := range rows {
		m.groupA.intern(r.a)
		m.groupB.intern(r.b)
	}
	nA := int(m.groupA.size)
	m.nB = int(m.groupB.size)
	m.joint = filled(nA * m.nB)
	pa, pb := make([]float64, nA), make([]float64, m.nB)
	for _, r := range rows {
		a, b := m.groupA.intern(r.a), m.groupB.intern(r.b)
		m.joint[int(a)*m.nB+int(b)] = uint16(r.cost)
		p := math.Exp(-float64(r.cost) / costUnit)
		pa[a] += p
		pb[b] += p
	}
	// An empty side may stand any number of times between two groups; the geometric sum goes into each marginal.
	m.margA, m.margB = marginal(pa), marginal(pb)
	m.delA, m.insB = filled(nA), filled(m.nB)
	for g := range nA {
		m.delA[g] = m.joint[g*m.nB]
	}
	copy(m.insB, m.joint[:m.nB])
	return m
}

func filled(n int) []uint16 {
	out := make([]uint16, n)
	for i := range out {
		out[i] = noUnit
	}
	return out
}

func marginal(p []float64) []uint16 {
	out := make([]uint16, len(p))
	for g := range p {
		if p[g] <= 0 {
			out[g] = noUnit
			continue
		}
		out[g] = uint16(math.Max(0, math.Round(-costUnit*math.Log(p[g]/(1-p[0])))))
	}
	return out
}

// maxLetters bounds the letters of one token that are aligned.
const maxLetters = 40

// prepare fills p for a word; p's memory is used again.
func (m *multigram) prepare(p *prepared, t *groupTrie, marg []uint16, word []rune) {
	var letters [maxLetters + 2]rune
	letters[0] = '^'
	n := 1 + copy(letters[1:maxLetters+1], word)
	letters[n] = '$'
	n++
	p.n = n
	if cap(p.groups) < n {
		p.groups = make([][maxGroup]uint16, n)
	}
	p.groups = p.groups[:n]
	if cap(p.rest) < n+1 {
		p.rest = make([]int32, n+1)
	}
	p.rest = p.rest[:n+1]
	p.rest[n] = 0
	for i := n - 1; i >= 0; i-- {
		p.groups[i] = [maxGroup]uint16{}
		least := p.rest[i+1] + m.unknown
		node := 0
		for k := 0; k < maxGroup && i+k < n; k++ {
			r := letters[i+k]
			if int(r) >= len(t.letter) {
				break
			}
			node = int(t.next[node*t.width+int(t.letter[r])])
			if node == 0 {
				break
			}
			g := t.group[node]
			if g == 0 {
				continue
			}
			p.groups[i][k] = g
			if marg[g] != noUnit {
				least = min(least, int32(marg[g])+p.rest[i+k+1])
			}
		}
		p.rest[i] = least
	}
	p.self = p.rest[0]
}

// aligner holds the working memory of alignments.
type aligner struct{ rows [ring][maxLetters + 8]int32 }

const infinite = math.MaxInt32 / 4

// cost is the cost of the most probable (for a rule table: the cheapest) joint segmentation, or infinite when it is
// above the bound. A path is left as soon as what it cost so far and the least that the remaining letters of either
// side cost on their own exceed the bound.
func (m *multigram) cost(w *aligner, a, b *prepared, bound int32) int32 {
	na, nb := a.n, b.n
	for k := range min(ring, na+1) {
		row := w.rows[k][:nb+1]
		for j := range row {
			row[j] = infinite
		}
	}
	w.rows[0][0] = 0
	free := m.rules
	last, reached := 0, 0 // the last row that a path has reached, and the last one handled
	for i := 0; i <= na; i++ {
		if i > reached {
			return infinite
		}
		cur := &w.rows[i&(ring-1)]
		var ga [maxGroup]uint16
		del := m.unknown
		var restA int32
		if i < na {
			ga = a.groups[i]
			if g := ga[0]; g != 0 && m.delA[g] != noUnit {
				del = int32(m.delA[g])
			}
		}
		if !free {
			restA = a.rest[i]
		}
		for j := 0; j <= nb; j++ {
			c := cur[j]
			if c > bound {
				continue
			}
			if !free && c+max(restA, b.rest[j]) > bound {
				continue
			}
			last = i
			var gb [maxGroup]uint16
			if j < nb {
				gb = b.groups[j]
				ins := m.unknown
				if g := gb[0]; g != 0 && m.insB[g] != noUnit {
					ins = int32(m.insB[g])
				}
				if c+ins < cur[j+1] {
					cur[j+1] = c + ins
				}
			}
			if i == na {
				continue
			}
			if next := &w.rows[(i+1)&(ring-1)]; c+del < next[j] {
				next[j] = c + del
			}
			reached = max(reached, i+1)
			if j == nb {
				continue
			}
			for ka, g := range ga {
				if g == 0 {
					continue
				}
				row := m.joint[int(g)*m.nB : int(g)*m.nB+m.nB]
				next := &w.rows[(i+ka+1)&(ring-1)]
				reached = max(reached, i+ka+1)
				for kb, h := range gb {
					if h == 0 {
						continue
					}
					if u := row[h]; u != noUnit && c+int32(u) < next[j+kb+1] {
						next[j+kb+1] = c + int32(u)
					}
				}
			}
			if m.swap > 0 && i+1 < na && j+1 < nb && ga[0] != 0 && ga[0] == b.groups[j+1][0] && gb[0] == a.groups[i+1][0] {
				if next := &w.rows[(i+2)&(ring-1)]; c+m.swap < next[j+2] {
					next[j+2] = c + m.swap
					reached = max(reached, i+2)
				}
			}
		}
		if i-last >= maxGroup {
			return infinite // no path lives
		}
		if i < na {
			row := cur[:nb+1]
			for j := range row {
				row[j] = infinite
			}
		}
	}
	if c := w.rows[na&(ring-1)][nb]; c <= bound {
		return c
	}
	return infinite
}

var (
	arabLatn = sync.OnceValue(func() *multigram { return mustLoad("tables/arab-latn.tsv", "l") })
	arabCyrl = sync.OnceValue(func() *multigram { return mustLoad("tables/arab-cyrl.tsv", "c") })
	cyrlLatn = sync.OnceValue(func() *multigram { return mustLoad("tables/cyrl-latn.tsv", "") })
)

// letterCosts prices the first, second, ... value of a letter that the learned tables lack: about as frequent as the
// rarer letters of the Arabic alphabet.
var letterCosts = [...]int{92, 112, 122, 128, 134, 140}

// edgeCost is added when such a letter stands at the edge of the word.
const edgeCost = 24

// mustLoad reads an embedded table and adds the letters of tables/letters.tsv for one side's script.
func mustLoad(path, script string) *multigram {
	rows := parseTable(mustRead(path))
	for line := range strings.SplitSeq(mustRead("tables/letters.tsv"), "\n") {
		c := strings.Split(line, "\t")
		if len(c) != 3 || c[1] != script {
			continue
		}
		for i, v := range strings.Fields(c[2]) {
			if v != "-" {
				cost := letterCosts[i]
				rows = append(rows, tableRow{c[0], v, cost},
					tableRow{"^" + c[0], "^" + v, cost + edgeCost}, tableRow{c[0] + "$", v + "$", cost + edgeCost})
			}
		}
	}
	return buildMultigram(rows)
}

func mustRead(path string) string {
	b, err := tables.ReadFile(path)
	if err != nil {
		panic("names: " + err.Error())
	}
	return string(b)
}
