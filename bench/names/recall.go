package names

import (
	"fmt"
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

// Sizes of the lists of single names: the longer the list, the more names there are that are nearer by chance.
const (
	fewNames  = 5000
	everyName = 1 << 20
)

// singleSet is a list of single names and where it comes from.
type singleSet struct {
	label, file string
	latinFirst  bool
	split       string
	part        []int
	limit       int
}

// Singles measures the search of single names in Arabic and Cyrillic script among Latin ones and the other way round,
// in lists of a few thousand names. Of the sets that the letter tables are learned from, part 3 of the hash split is
// dev and part 4 is held out.
func Singles(dir string, probe Probe) ([]Figure, error) {
	return measureSingles(dir, probe, []singleSet{
		{"google_ar2en", "google_ar2en-train.txt", false, Dev, []int{3}, 1431},
		{"google_ar2en", "google_ar2en-eval.txt", false, Held, nil, everyName},
		{"wd_arabic, 5000 names", "wd_arabic_80", true, Dev, []int{3}, fewNames},
		{"wd_arabic, 5000 names", "wd_arabic_80", true, Held, []int{4}, fewNames},
		{"wd_russian, 5000 names", "wd_russian_80", true, Dev, []int{3}, fewNames},
		{"wd_russian, 5000 names", "wd_russian_80", true, Held, []int{4}, fewNames},
	})
}

// SinglesWhole is Singles for lists of all names of a part, 10,000 in the Arabic and 26,000 in the Russian set. It
// takes about a minute.
func SinglesWhole(dir string, probe Probe) ([]Figure, error) {
	return measureSingles(dir, probe, []singleSet{
		{"wd_arabic, whole part", "wd_arabic_80", true, Dev, []int{3}, everyName},
		{"wd_arabic, whole part", "wd_arabic_80", true, Held, []int{4}, everyName},
		{"wd_russian, whole part", "wd_russian_80", true, Dev, []int{3}, everyName},
		{"wd_russian, whole part", "wd_russian_80", true, Held, []int{4}, everyName},
	})
}

func measureSingles(dir string, probe Probe, sets []singleSet) ([]Figure, error) {
	var out []Figure
	for _, c := range sets {
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
	sets := []*set{{label: "UN original script"}, {label: "UN alias, good"}, {label: "UN alias, low"}, {label: "UN alias, organizations"}, {label: "UN alias, all"}, {label: "UN alias, good and organizations"}}
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
		add(5, e.aliases("Good", "a.k.a.", "f.k.a.")...)
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
