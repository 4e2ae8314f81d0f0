// Command gen learns the tables of letter groups in ../tables from public transliteration pairs. Run it in the
// package's directory:
//
//	go run ./gen -data DIR
//
// DIR holds google_ar2en-train.txt (google/transliteration, Apache-2.0), wd_arabic_80 and wd_russian_80
// (steveash/NETransliteration-COLING2018). Only the development part of the hash split is read; see Part.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"entente/internal/process/names"
)

type example struct {
	latin, other string
	count        int
}

func readPairs(path string, latinFirst bool) ([]example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []example
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 2 {
			continue
		}
		e := example{count: 1}
		if latinFirst {
			e.latin, e.other = c[0], strings.ReplaceAll(c[1], " ", "")
		} else {
			e.latin, e.other = c[1], c[0]
		}
		if len(c) > 2 {
			e.count, _ = strconv.Atoi(c[2])
		}
		out = append(out, e)
	}
	return out, sc.Err()
}

func main() {
	data := flag.String("data", "../../../../shared/data/names", "directory of the training pairs")
	rounds := flag.Int("rounds", 8, "rounds of expectation and maximisation")
	floor := flag.Float64("floor", 3, "least expected count of a unit")
	maxA := flag.Int("maxa", 3, "longest group of the foreign side")
	maxB := flag.Int("maxb", 3, "longest group of the Latin side")
	flag.Parse()
	log.SetFlags(0)

	google, err := readPairs(filepath.Join(*data, "google_ar2en-train.txt"), false)
	check(err)
	wdAr, err := readPairs(filepath.Join(*data, "wd_arabic_80"), true)
	check(err)
	wdRu, err := readPairs(filepath.Join(*data, "wd_russian_80"), true)
	check(err)
	wdAr, wdRu = develop(wdAr), develop(wdRu)

	ar := append(toPairs(google), toPairs(wdAr)...)
	ru := toPairs(wdRu)
	arFit := learn("arab-latn", ar, *maxA, *maxB, *rounds, *floor,
		"google/transliteration train (Apache-2.0), wd_arabic_80 parts 0-2 of 5 by sha256 (NETransliteration-COLING2018)")
	ruFit := learn("cyrl-latn", ru, *maxA, *maxB, *rounds, *floor,
		"wd_russian_80 parts 0-2 of 5 by sha256 (NETransliteration-COLING2018)")
	learn("arab-cyrl", through(ar, arFit, ru, ruFit), 2, 2, *rounds, *floor,
		"Arabic and Russian spellings of one Latin spelling in the pairs above")
}

// leastFit is the log likelihood per letter below which a pair is no transliteration (a translation, a misalignment).
const leastFit = -2.6

// through joins Arabic and Russian spellings that share their Latin spelling.
func through(ar []pair, arFit []float64, ru []pair, ruFit []float64) []pair {
	byLatin := map[string][]pair{}
	for i, p := range ru {
		if ruFit[i] >= leastFit {
			byLatin[string(p.b)] = append(byLatin[string(p.b)], p)
		}
	}
	var out []pair
	for i, p := range ar {
		if arFit[i] < leastFit {
			continue
		}
		for _, r := range byLatin[string(p.b)] {
			out = append(out, pair{p.a, r.a, 1})
		}
	}
	return out
}

func develop(in []example) []example {
	var out []example
	for _, e := range in {
		if names.Part(e.latin) < 3 {
			out = append(out, e)
		}
	}
	return out
}

func toPairs(in []example) []pair {
	var out []pair
	for _, e := range in {
		a, b := names.Fold(e.other), names.Fold(e.latin)
		if a == "" || b == "" || strings.ContainsAny(a+b, " -.,()") {
			continue
		}
		w := 1.0
		for c := e.count; c > 1 && w < 4; c /= 4 {
			w += 0.5
		}
		out = append(out, newPair([]rune(a), []rune(b), w))
	}
	return out
}

func learn(name string, pairs []pair, maxA, maxB, rounds int, floor float64, source string) []float64 {
	t := newTrainer(pairs, maxA, maxB)
	for r := range rounds {
		fl := 0.01
		if r >= rounds/2 {
			fl = floor
		}
		ll := t.step(fl)
		log.Printf("%s round %d: log likelihood %.0f", name, r, ll)
	}
	m := t.model()
	f, err := os.Create(filepath.Join("tables", name+".tsv"))
	check(err)
	check(m.write(f, fmt.Sprintf("# joint letter groups %s, cost in 1/16 nat\n# learned by ./gen from %d pairs: %s\n", name, len(pairs), source)))
	check(f.Close())
	log.Printf("%s: %d pairs, %d units", name, len(pairs), len(m.p))
	fit := make([]float64, len(pairs))
	for i, p := range pairs {
		fit[i] = t.fit[i] / float64(len(p.a)+len(p.b))
	}
	return fit
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
