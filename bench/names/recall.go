package names

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"entente/internal/process/names"
)

// question is a query with the ids that answer it.
type question struct {
	text string
	want map[string]bool
}

// recallAt1 is the share of questions whose first hit is right.
func recallAt1(label, split string, x *names.Index, qs []question, probe Probe) Figure {
	f := Figure{Name: label, Split: split, Unit: "R@1", N: len(qs)}
	if len(qs) == 0 {
		return f
	}
	s := names.NewSearcher(x)
	right := 0
	begin := cpuSeconds()
	for _, q := range qs {
		hits := s.Search(q.text, names.Guess, 1)
		if len(hits) > 0 && q.want[hits[0].ID] {
			right++
			continue
		}
		if probe != nil {
			found := "nothing"
			if len(hits) > 0 {
				found = fmt.Sprintf("%s %.2f", hits[0].Name, hits[0].Similarity)
			}
			for w := range q.want {
				probe(f, q.text, found, w)
				break
			}
		}
	}
	f.PerSecond = float64(len(qs)) / (cpuSeconds() - begin)
	f.Value = float64(right) / float64(len(qs))
	return f
}

// singles makes a list of one side of the pairs and the questions of the other.
func singles(pairs []wordPair, parts []int, limit int, foreignList bool) (*names.Index, []question) {
	b := names.NewIndexBuilder()
	seen := map[string]bool{}
	byQ := map[string]int{}
	var qs []question
	n := 0
	for _, p := range pairs {
		if len(parts) > 0 && names.Part(p.latin) != parts[0] {
			continue
		}
		if n++; n > limit {
			break
		}
		list, q := p.latin, p.foreign
		if foreignList {
			list, q = q, list
		}
		if !seen[list] {
			seen[list] = true
			b.Add(list, list, names.Guess)
		}
		i, ok := byQ[q]
		if !ok {
			i = len(qs)
			byQ[q] = i
			qs = append(qs, question{q, map[string]bool{}})
		}
		qs[i].want[list] = true
	}
	return b.Build(), qs
}

// Singles measures the search of single names in Arabic and Cyrillic script among Latin ones and the other way round.
// Of the sets that the letter tables are learned from, part 3 of the hash split is dev and part 4 is held out.
func Singles(dir string, probe Probe) ([]Figure, error) {
	var out []Figure
	for _, c := range []struct {
		label, file string
		latinFirst  bool
		split       string
		part        []int
		limit       int
	}{
		{"google_ar2en", "google_ar2en-train.txt", false, Dev, []int{3}, 1431},
		{"google_ar2en", "google_ar2en-eval.txt", false, Held, nil, 1 << 20},
		{"wd_arabic", "wd_arabic_80", true, Dev, []int{3}, 1 << 20},
		{"wd_arabic", "wd_arabic_80", true, Held, []int{4}, 1 << 20},
		{"wd_russian", "wd_russian_80", true, Dev, []int{3}, 1 << 20},
		{"wd_russian", "wd_russian_80", true, Held, []int{4}, 1 << 20},
	} {
		pairs, err := readWordPairs(dir, c.file, c.latinFirst)
		if err != nil {
			return nil, err
		}
		for _, back := range []bool{false, true} {
			x, qs := singles(pairs, c.part, c.limit, back)
			label := c.label + ", to Latin"
			if back {
				label = c.label + ", from Latin"
			}
			out = append(out, recallAt1(label, c.split, x, qs, probeOf(probe, c.split)))
		}
	}
	return out, nil
}

// probeOf hides what is held out from error analysis.
func probeOf(p Probe, split string) Probe {
	if split == Held {
		return nil
	}
	return p
}

// UN measures, over the primary names of the consolidated list, the search of its aliases and of its names in
// original script.
func UN(dir string, probe Probe) ([]Figure, error) {
	list, err := readUN(dir)
	if err != nil {
		return nil, err
	}
	b := names.NewIndexBuilder()
	type set struct {
		label string
		qs    map[string][]question
	}
	sets := []*set{{label: "UN original script"}, {label: "UN alias, good"}, {label: "UN alias, low"}, {label: "UN alias, organizations"}, {label: "UN alias, all"}}
	for _, s := range sets {
		s.qs = map[string][]question{}
	}
	for i := range list {
		e := &list[i]
		b.Add(e.ID, e.primary(), names.Guess)
		want := map[string]bool{e.ID: true}
		add := func(set int, ns ...string) {
			for _, n := range ns {
				sets[set].qs[e.split()] = append(sets[set].qs[e.split()], question{n, want})
			}
		}
		if s := strings.TrimSpace(e.Script); s != "" && arabicScript(s) {
			add(0, s)
		}
		add(1, e.aliases("Good")...)
		add(2, e.aliases("Low")...)
		add(3, e.aliases("a.k.a.", "f.k.a.")...)
		add(4, e.aliases()...)
	}
	x := b.Build()
	var out []Figure
	for _, s := range sets {
		for _, split := range []string{Dev, Held} {
			out = append(out, recallAt1(s.label, split, x, s.qs[split], probeOf(probe, split)))
		}
	}
	return out, nil
}

func arabicScript(s string) bool {
	for _, r := range names.Fold(s) {
		if r >= 0x600 && r < 0x700 {
			return true
		}
		if r != ' ' {
			return false
		}
	}
	return false
}

// lightly changes a name as a clerk would: one letter doubled, dropped or exchanged with its neighbour inside the
// longest word, or the last word put first, by turns.
func lightly(name string, n int) string {
	ts := strings.Fields(name)
	long := 0
	for i, t := range ts {
		if len([]rune(t)) > len([]rune(ts[long])) {
			long = i
		}
	}
	if len(ts) == 0 {
		return name
	}
	r := []rune(ts[long])
	if len(r) < 5 {
		return name
	}
	k := len(r)/2 + n%2
	switch n % 4 {
	case 0:
		r = append(r[:k+1], r[k:]...)
	case 1:
		r = append(r[:k:k], r[k+1:]...)
	case 2:
		r[k], r[k-1] = r[k-1], r[k]
	case 3:
		if len(ts) > 1 {
			return strings.Join(append(ts[len(ts)-1:], ts[:len(ts)-1]...), " ")
		}
	}
	ts[long] = string(r)
	return strings.Join(ts, " ")
}

// Alerts measures the share of persons that are not on the list whose search passes the threshold, and the search of
// listed persons whose names were lightly changed, among all good names of the list. The unlisted names are drawn by
// a fixed rule from the name parts of the transliteration sets.
func Alerts(dir string, probe Probe) ([]Figure, error) {
	list, err := readUN(dir)
	if err != nil {
		return nil, err
	}
	full, primary := names.NewIndexBuilder(), names.NewIndexBuilder()
	changed := map[string][]question{}
	listed := map[string]bool{}
	for i := range list {
		e := &list[i]
		primary.Add(e.ID, e.primary(), names.Guess)
		for _, n := range append([]string{e.primary()}, e.aliases("Good", "a.k.a.")...) {
			full.Add(e.ID, n, names.Guess)
			listed[names.Fold(n)] = true
		}
		if e.kind == names.Person && len(strings.Fields(e.primary())) > 1 {
			changed[e.split()] = append(changed[e.split()], question{lightly(e.primary(), i), map[string]bool{e.ID: true}})
		}
	}
	x, xp := full.Build(), primary.Build()
	var out []Figure
	for _, split := range []string{Dev, Held} {
		out = append(out, recallAt1("lightly changed persons, list with aliases", split, x, changed[split], probeOf(probe, split)))
		out = append(out, recallAt1("lightly changed persons, primary names", split, xp, changed[split], probeOf(probe, split)))
	}
	for _, c := range []struct{ label, file string }{{"wd_arabic", "wd_arabic_80"}, {"wd_russian", "wd_russian_80"}} {
		pairs, err := readWordPairs(dir, c.file, true)
		if err != nil {
			return nil, err
		}
		for _, sp := range []struct {
			split string
			part  int
		}{{Dev, 3}, {Held, 4}} {
			var parts []string
			for _, p := range pairs {
				if names.Part(p.latin) == sp.part && len(p.latin) > 2 && !strings.ContainsAny(p.latin, " -") {
					parts = append(parts, p.latin)
				}
			}
			f := Figure{Name: "false alerts, " + c.label + " parts", Split: sp.split, Unit: "share", N: 6000}
			s := names.NewSearcher(x)
			alerts := 0
			begin := cpuSeconds()
			for i := range f.N {
				name := parts[i*7919%len(parts)] + " " + parts[(i*104729+13)%len(parts)]
				if i%3 == 0 {
					name += " " + parts[(i*1299709+7)%len(parts)]
				}
				if h := s.Search(name, names.Guess, 1); len(h) > 0 && h[0].Similarity >= names.Threshold && !listed[names.Fold(name)] {
					alerts++
					if p := probeOf(probe, sp.split); p != nil {
						p(f, name, fmt.Sprintf("%s %.2f", h[0].Name, h[0].Similarity), "no alert")
					}
				}
			}
			f.Value, f.PerSecond = float64(alerts)/float64(f.N), float64(f.N)/(cpuSeconds()-begin)
			out = append(out, f)
		}
	}
	common, err := commonNames(dir, x, listed, probe)
	return append(out, common...), err
}

// commonNames draws the unlisted names from the more frequent name parts, where chance meetings are likelier.
func commonNames(dir string, x *names.Index, listed map[string]bool, probe Probe) ([]Figure, error) {
	parts, err := frequentParts(dir)
	if err != nil {
		return nil, err
	}
	var out []Figure
	for _, split := range []string{Dev, Held} {
		f := Figure{Name: "false alerts, frequent Arabic parts", Split: split, Unit: "share", N: 6000}
		s := names.NewSearcher(x)
		ps, alerts := parts[split], 0
		seen := map[string]bool{}
		r := rand.New(rand.NewPCG(7, 7))
		for len(seen) < f.N {
			name := ps[r.IntN(len(ps))] + " " + ps[r.IntN(len(ps))]
			if len(seen)%3 > 0 {
				name += " " + ps[r.IntN(len(ps))]
			}
			if seen[name] || listed[names.Fold(name)] {
				continue
			}
			seen[name] = true
			h := s.Search(name, names.Guess, 1)
			if len(h) == 0 || h[0].Similarity < names.Threshold {
				continue
			}
			alerts++
			if p := probeOf(probe, split); p != nil {
				p(f, name, fmt.Sprintf("%s %.2f", h[0].Name, h[0].Similarity), "no alert")
			}
		}
		f.Value = float64(alerts) / float64(f.N)
		out = append(out, f)
	}
	return out, nil
}

// frequentParts are the Latin name parts that many persons of the set wd_arabic bear, by half.
func frequentParts(dir string) (map[string][]string, error) {
	f, err := open(dir, "wd_arabic_80")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string][]string{}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 3 || len(c[0]) < 3 || strings.ContainsAny(c[0], " -") {
			continue
		}
		if n, err := strconv.Atoi(c[2]); err != nil || n < 40 {
			continue
		}
		split := Dev
		if names.Part(c[0]) >= 3 {
			split = Held
		}
		out[split] = append(out[split], c[0])
	}
	return out, sc.Err()
}
