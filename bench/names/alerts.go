package names

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"entente/internal/process/names"
)

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
