package names

import (
	"bufio"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"entente/internal/process/names"
)

// part is a name part with its other Latin spellings and its foreign one.
type part struct {
	latin, foreign string
	others         []string
	count          int
}

// parts are the name parts of a set that several persons bear, of one half.
type parts struct {
	given, family []part
	near          map[string][]int // first two letters of a family name -> numbers
}

// readParts groups the Latin spellings of one foreign spelling. A frequent part serves as a given name, a rarer one as
// a family name.
func readParts(dir, file, split string) (*parts, error) {
	f, err := open(dir, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	byForeign := map[string][]part{}
	var order []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 3 || len(c[0]) < 3 || strings.ContainsAny(c[0], " -.") {
			continue
		}
		n, err := strconv.Atoi(c[2])
		if err != nil || n < 12 {
			continue
		}
		foreign := strings.ReplaceAll(c[1], " ", "")
		if strings.ContainsAny(foreign, "-.") {
			continue
		}
		if byForeign[foreign] == nil {
			order = append(order, foreign)
		}
		byForeign[foreign] = append(byForeign[foreign], part{latin: c[0], foreign: foreign, count: n})
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	out := &parts{near: map[string][]int{}}
	for _, fo := range order {
		if p := names.Part(fo); (p == 4) != (split == Held) || p < 3 {
			continue
		}
		ps := byForeign[fo]
		slices.SortFunc(ps, func(a, b part) int { return b.count - a.count })
		p := ps[0]
		for _, o := range ps[1:] {
			if o.count*20 >= p.count {
				p.others = append(p.others, o.latin)
			}
		}
		if p.count >= 150 {
			out.given = append(out.given, p)
		} else {
			k := p.latin[:2]
			out.near[k] = append(out.near[k], len(out.family))
			out.family = append(out.family, p)
		}
	}
	return out, nil
}

// nearest is the family name most alike to p that is another one, or nil.
func (ps *parts) nearest(p *part) *part {
	var best *part
	bestS := 0.25
	g := trigrams(p.latin)
	for _, i := range ps.near[p.latin[:2]] {
		q := &ps.family[i]
		if q.foreign == p.foreign || q.latin == p.latin || slices.Contains(p.others, q.latin) || slices.Contains(q.others, p.latin) {
			continue
		}
		if s := jaccard(g, trigrams(q.latin)); s > bestS {
			best, bestS = q, s
		}
	}
	return best
}

// meets says that two parts have a spelling in common.
func (p *part) meets(q *part) bool {
	for _, a := range append([]string{p.latin}, p.others...) {
		if a == q.latin || slices.Contains(q.others, a) {
			return true
		}
	}
	return false
}

// person is given names and a family name as parts.
type person struct {
	given, middle, family *part
}

// write spells a person in one of the ways that lists do.
// vary takes other spellings, lose makes slips and leaves parts out.
func (p person) write(r *rand.Rand, vary, lose, foreign bool) string {
	spell := func(q *part) string {
		if foreign {
			return q.foreign
		}
		s := q.latin
		if vary && len(q.others) > 0 && r.IntN(2) == 0 {
			s = q.others[r.IntN(len(q.others))]
		}
		return s
	}
	given, family := spell(p.given), spell(p.family)
	middle := ""
	if p.middle != nil {
		middle = spell(p.middle)
	}
	if lose {
		switch r.IntN(12) {
		case 0:
			if !foreign {
				given = string([]rune(given)[:1]) + "."
			}
		case 1, 2:
			family = lightly(family, r.IntN(3))
		case 3, 4, 5, 6:
			middle = ""
		case 7:
			if middle != "" && !foreign {
				middle = string([]rune(middle)[:1])
			}
		}
	}
	join := func(ws ...string) string { return strings.Join(strings.Fields(strings.Join(ws, " ")), " ") }
	switch r.IntN(5) {
	case 0:
		return family + ", " + join(given, middle)
	case 1:
		return join(strings.ToUpper(family), given, middle)
	}
	return join(given, middle, family)
}

// madePairs invents n persons and writes each twice, in other spellings, orders and scripts, shortened, with slips; or
// beside a stranger who shares a part and resembles in another. The seed is fixed.
func madePairs(dir, split string, n int) ([]labelledPair, error) {
	r := rand.New(rand.NewPCG(20150927, uint64(len(split))))
	var out []labelledPair
	for _, file := range []string{"wd_russian_80", "wd_arabic_80"} {
		ps, err := readParts(dir, file, split)
		if err != nil {
			return nil, err
		}
		given := func() *part { return &ps.given[r.IntN(len(ps.given))] }
		family := func() *part { return &ps.family[r.IntN(len(ps.family))] }
		for range n / 2 {
			a := person{given: given(), family: family()}
			if r.IntN(2) == 0 {
				a.middle = given()
			}
			b := a
			same := r.IntN(2) == 0
			if !same {
				switch r.IntN(7) {
				case 0, 1: // another given name in one family
					b.given = given()
				case 2: // another family
					b.family = family()
				case 3, 4: // a family name that looks alike
					b.family = ps.nearest(a.family)
					if b.family == nil {
						continue
					}
				case 5: // another father
					if a.middle == nil {
						a.middle = given()
					}
					b.middle = given()
				case 6: // brothers
					if a.middle == nil {
						a.middle = given()
					}
					b.middle, b.given = a.middle, given()
				}
			}
			if !same && a.given.meets(b.given) && a.family.meets(b.family) && (a.middle == nil || b.middle == nil || a.middle.meets(b.middle)) {
				continue
			}
			// of strangers nothing is left out: what differs could not be told then
			x, y := a.write(r, false, false, false), b.write(r, true, same, r.IntN(4) == 0)
			out = append(out, labelledPair{x, y, names.Person, same, split})
		}
	}
	return out, nil
}
