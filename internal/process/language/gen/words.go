package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"entente/internal/process/places"
)

// wordLists are the languages written without capitals whose everyday words
// package places must know, with the texts that they are counted in.
var wordLists = []struct {
	file        string
	udhr, wikis []string
}{
	{"arabic.txt", []string{"arb"}, []string{"ar"}},
	{"persian.txt", []string{"pes_1", "pes_2"}, []string{"fa"}},
	{"sorani.txt", []string{"ckb"}, []string{"ckb"}},
}

// leastCount is how often a word must stand in the interface messages to be
// an everyday word; one use in the declaration is enough, which names no place.
const leastCount = 3

// knownPlace is the size from which a word of a text in general use is taken
// for the place that bears it.
const knownPlace = 100_000

// writeWordLists writes the everyday words of each language into dir, one a
// line, the most frequent first. What is also a country, a first-level area
// or a town of size is left out: messages name those.
func writeWordLists(udhr string, messages map[string][]string, dir string) error {
	g, err := places.World()
	if err != nil {
		return err
	}
	for _, l := range wordLists {
		counts := map[string]int{}
		count := func(text string, weight int) {
			for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.Arabic, unicode.Mn) && r != '\u200c' }) {
				w = strings.Trim(strings.Map(func(r rune) rune {
					if unicode.Is(unicode.Mn, r) || r == 'ـ' || unicode.IsPunct(r) || unicode.IsDigit(r) {
						return -1
					}
					return r
				}, w), "\u200c")
				if n := len([]rune(w)); n >= 2 && n <= 20 {
					counts[w] += weight
				}
			}
		}
		for _, name := range l.udhr {
			t, err := page(filepath.Join(udhr, name+".html"))
			if err != nil {
				return err
			}
			count(t, leastCount)
		}
		for _, name := range l.wikis {
			for _, file := range messages[name] {
				t, err := texts(file)
				if err != nil {
					return err
				}
				count(t, 1)
			}
		}
		var out []string
		for _, w := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) }) {
			if counts[w] >= leastCount && !great(g, w) {
				out = append(out, w)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, l.file), []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: %d words\n", l.file, len(out))
	}
	return nil
}

// great reports that a word by itself is a place of size.
func great(g *places.Gazetteer, w string) bool {
	a, _ := g.Resolve(places.Query{Name: w})
	for _, e := range append([]places.Entry{a.Place}, a.Others...) {
		if !slices.Contains(append([]string{e.Name}, e.Names...), w) {
			continue
		}
		switch e.Class {
		case places.Country, places.Continent, places.Admin1:
			return true
		case places.City:
			if e.Population >= knownPlace {
				return true
			}
		}
	}
	return false
}
