package names

import (
	"fmt"
	"slices"
	"strings"

	"entente/internal/process/names"
)

// labelledPair is two names and whether they are of one entry of the list.
type labelledPair struct {
	a, b  string
	kind  names.Kind
	same  bool
	split string
}

// perEntry bounds the pairs that one entry of the list gives, of either sort.
const perEntry = 6

// alike is the share of common three-letter runs from which two names of different entries make a hard pair, and from
// which two names of one entry are spellings rather than a cover name.
const (
	alikeSame  = 0.18
	alikeOther = 0.30
)

// unPairs makes pairs of the consolidated list: same, two of the primary and the better other names of one entry that
// have letters in common or stand in different scripts; not the same, names of different entries that have the most
// letters in common. The choice looks at runs of three folded letters alone, never at the comparison under test.
func unPairs(dir string) ([]labelledPair, error) {
	list, err := readUN(dir)
	if err != nil {
		return nil, err
	}
	type named struct {
		text  string
		entry int
		grams []string
	}
	var all []named
	byGram := map[string][]int{}
	for i := range list {
		e := &list[i]
		seen := map[string]bool{}
		for _, n := range append([]string{e.primary(), e.Script}, e.aliases("Good", "a.k.a.", "f.k.a.")...) {
			f := names.Fold(n)
			if n == "" || seen[f] {
				continue
			}
			seen[f] = true
			g := trigrams(f)
			for _, x := range g {
				byGram[x] = append(byGram[x], len(all))
			}
			all = append(all, named{n, i, g})
		}
	}
	var out []labelledPair
	given := map[int]int{}
	crossed := map[[2]int]bool{}
	for i := range all {
		a := &all[i]
		e := &list[a.entry]
		for j := i + 1; j < len(all) && all[j].entry == a.entry && given[a.entry] < perEntry; j++ {
			b := &all[j]
			cross := arabicScript(a.text) != arabicScript(b.text)
			if cross || jaccard(a.grams, b.grams) >= alikeSame {
				out = append(out, labelledPair{a.text, b.text, e.kind, true, e.split()})
				given[a.entry]++
			}
		}
		// the hardest two strangers of each name
		common := map[int]int{}
		for _, g := range a.grams {
			if len(byGram[g]) > 800 {
				continue
			}
			for _, j := range byGram[g] {
				if j > i && all[j].entry != a.entry && list[all[j].entry].kind == e.kind {
					common[j]++
				}
			}
		}
		type near struct {
			j int
			s float64
		}
		var best []near
		for j, c := range common {
			if s := float64(c) / float64(len(a.grams)+len(all[j].grams)-c); s >= alikeOther {
				best = append(best, near{j, s})
			}
		}
		slices.SortFunc(best, func(x, y near) int {
			if x.s != y.s {
				if x.s > y.s {
					return -1
				}
				return 1
			}
			return x.j - y.j
		})
		for _, n := range best[:min(2, len(best))] {
			if names.Fold(a.text) != names.Fold(all[n.j].text) {
				out = append(out, labelledPair{a.text, all[n.j].text, e.kind, false, e.split()})
			}
			if o := &list[all[n.j].entry]; o.Script != "" && !arabicScript(a.text) && arabicScript(o.Script) && !crossed[[2]int{a.entry, all[n.j].entry}] {
				crossed[[2]int{a.entry, all[n.j].entry}] = true
				out = append(out, labelledPair{a.text, strings.TrimSpace(o.Script), e.kind, false, e.split()})
			}
		}
	}
	return out, nil
}

func trigrams(s string) []string {
	r := []rune(" " + s + " ")
	var out []string
	for i := 0; i+3 <= len(r); i++ {
		out = append(out, string(r[i:i+3]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func jaccard(a, b []string) float64 {
	n := 0
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); ok {
			n++
		}
	}
	return float64(n) / float64(max(1, len(a)+len(b)-n))
}

// Pairs measures the decision at the fixed threshold, on pairs of the consolidated list and on made ones.
func Pairs(dir string, probe Probe) ([]Figure, error) {
	list, err := unPairs(dir)
	if err != nil {
		return nil, err
	}
	var out []Figure
	for _, split := range []string{Dev, Held} {
		var persons, bodies []labelledPair
		for _, p := range list {
			switch {
			case p.split != split:
			case p.kind == names.Person:
				persons = append(persons, p)
			default:
				bodies = append(bodies, p)
			}
		}
		made, err := madePairs(dir, split, 4000)
		if err != nil {
			return nil, err
		}
		companies, err := madeBodies(dir, split, 3000)
		if err != nil {
			return nil, err
		}
		out = append(out, decide("made pairs, persons", split, made, probe)...)
		out = append(out, decide("made pairs, organizations", split, companies, probe)...)
		out = append(out, decide("UN pairs, persons", split, persons, probe)...)
		out = append(out, decide("UN pairs, organizations", split, bodies, probe)...)
	}
	return out, nil
}

// decide gives F1, precision and recall of the decision.
func decide(label, split string, ps []labelledPair, probe Probe) []Figure {
	var tp, fp, fn int
	f := Figure{Name: label, Split: split, Unit: "F1", N: len(ps)}
	begin := cpuSeconds()
	for _, p := range ps {
		sim := names.Similarity(p.a, p.b, p.kind)
		match := sim >= names.Threshold
		switch {
		case match && p.same:
			tp++
		case match:
			fp++
		case p.same:
			fn++
		}
		if pr := probeOf(probe, split); pr != nil && match != p.same {
			want := "no"
			if p.same {
				want = "same"
			}
			pr(f, p.a, fmt.Sprintf("%.2f", sim), want+" | "+p.b)
		}
	}
	f.PerSecond = float64(len(ps)) / (cpuSeconds() - begin)
	f.Value = 2 * float64(tp) / float64(max(1, 2*tp+fp+fn))
	return []Figure{f,
		{Name: label, Split: split, Unit: "P", Value: float64(tp) / float64(max(1, tp+fp)), N: tp + fp},
		{Name: label, Split: split, Unit: "R", Value: float64(tp) / float64(max(1, tp+fn)), N: tp + fn}}
}
