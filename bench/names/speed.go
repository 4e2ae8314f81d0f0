package names

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	"entente/internal/process/names"
)

// SpeedUN measures the search over the primary names of the consolidated list, with its other names, its names in
// original script and lightly changed primary names as queries, and the time the index takes to build.
func SpeedUN(dir string) ([]Figure, error) {
	list, err := readUN(dir)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	b := names.NewIndexBuilder()
	for i := range list {
		b.Add(list[i].ID, list[i].primary(), names.Guess)
	}
	x := b.Build()
	build := time.Since(begin)
	var queries []string
	for i := range list {
		e := &list[i]
		queries = append(queries, e.aliases()...)
		queries = append(queries, lightly(e.primary(), i))
		if s := strings.TrimSpace(e.Script); s != "" {
			queries = append(queries, s)
		}
	}
	s := names.NewSearcher(x)
	for _, q := range []string{"Karim Hassan", "كريم حسن", "Карим Хасан"} { // load the tables of the scripts
		s.Search(q, names.Guess, 10)
	}
	cpu := cpuSeconds()
	for _, q := range queries {
		s.Search(q, names.Guess, 10)
	}
	per := float64(len(queries)) / (cpuSeconds() - cpu)
	return []Figure{
		{Name: "search over the UN list", Unit: "1/s", Value: per, N: len(queries)},
		{Name: "build the index of the UN list", Unit: "s", Value: build.Seconds(), N: x.Len()},
	}, nil
}

// SpeedCompare measures the comparison line by line as the command does it, with the pairs of Pairs.
func SpeedCompare(dir string) ([]Figure, error) {
	ps, err := unPairs(dir)
	if err != nil {
		return nil, err
	}
	made, err := madePairs(dir, Dev, 4000)
	if err != nil {
		return nil, err
	}
	companies, err := madeBodies(dir, Dev, 3000)
	if err != nil {
		return nil, err
	}
	var in bytes.Buffer
	n := 0
	for _, p := range append(append(ps, made...), companies...) {
		kind := "Person"
		if p.kind == names.Organization {
			kind = "Organization"
		}
		if strings.ContainsAny(p.a+p.b, "\n\t") {
			continue
		}
		n++
		fmt.Fprintf(&in, "%s\t%s\t%s\n", p.a, p.b, kind)
	}
	begin := cpuSeconds()
	if _, err := names.CompareTSV(&in, io.Discard, names.CompareOptions{}); err != nil {
		return nil, err
	}
	return []Figure{{Name: "compare pairs of names", Unit: "1/s", Value: float64(n) / (cpuSeconds() - begin), N: n}}, nil
}

// syntheticNames makes n different names of two or three parts; a few parts are common and most are rare, as with names.
func syntheticNames(dir string, n int, add func(i int, name string)) (some []string, step int, err error) {
	pairs, err := readWordPairs(dir, "wd_russian_80", true)
	if err != nil {
		return nil, 0, err
	}
	var parts []string
	for _, p := range pairs {
		if len(p.latin) > 2 && !strings.ContainsAny(p.latin, " -") {
			parts = append(parts, p.latin)
		}
	}
	step = n/2000 + 1
	for i := range n {
		// squares make some parts common and most rare
		a, b, c := i%997*(i%997)%len(parts), i*7919%len(parts), (i/3*104729+i)%len(parts)
		name := parts[a] + " " + parts[b]
		if i%3 > 0 {
			name += " " + parts[c]
		}
		add(i, name)
		if i%step == 0 {
			some = append(some, name)
		}
	}
	return some, step, nil
}

// SpeedMillion measures the search of lightly changed names among a million made ones. It needs about half a gigabyte.
func SpeedMillion(dir string) ([]Figure, error) {
	const million = 1_000_000
	b := names.NewIndexBuilder()
	begin := cpuSeconds()
	some, step, err := syntheticNames(dir, million, func(i int, name string) { b.Add(strconv.Itoa(i), name, names.Guess) })
	if err != nil {
		return nil, err
	}
	x := b.Build()
	build := cpuSeconds() - begin
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	qs := make([]question, len(some))
	for i, n := range some {
		qs[i] = question{lightly(n, i), map[string]bool{strconv.Itoa(i * step): true}}
	}
	f := recallAt1("lightly changed, a million names", "", x, qs, nil)
	return []Figure{
		f,
		{Name: "search over a million names", Unit: "1/s", Value: f.PerSecond, N: len(qs)},
		{Name: "build the index of a million names", Unit: "s", Value: build, N: million},
		{Name: "memory of a million names", Unit: "MiB", Value: float64(mem.HeapAlloc >> 20), N: million},
	}, nil
}
