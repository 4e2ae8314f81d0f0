package names

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

type wordPair struct{ foreign, latin string }

func readWordPairs(t testing.TB, path string, latinFirst bool) []wordPair {
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("development data absent: %v", err)
	}
	defer f.Close()
	var out []wordPair
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if latinFirst {
			out = append(out, wordPair{strings.ReplaceAll(c[1], " ", ""), c[0]})
		} else {
			out = append(out, wordPair{c[0], c[1]})
		}
	}
	return out
}

func TestProto(t *testing.T) {
	dir := "../../../../shared/data/names/"
	run := func(name string, m *multigram, pairs []wordPair) {
		var as, bs []*prepared
		ga := map[string]map[string]bool{}
		gb := map[string]map[string]bool{}
		var fa, fb []string
		for _, p := range pairs {
			a, b := Fold(p.foreign), Fold(p.latin)
			if ga[a] == nil {
				ga[a] = map[string]bool{}
				as = append(as, m.prepareA([]rune(a)))
				fa = append(fa, a)
			}
			if gb[b] == nil {
				gb[b] = map[string]bool{}
				bs = append(bs, m.prepareB([]rune(b)))
				fb = append(fb, b)
			}
			ga[a][b], gb[b][a] = true, true
		}
		var w aligner
		okA, okB := 0, 0
		bestB := make([]int32, len(bs))
		argB := make([]int, len(bs))
		for j := range bestB {
			bestB[j] = -infinite
		}
		for i, a := range as {
			best, arg := int32(-infinite), 0
			for j, b := range bs {
				c0 := m.cost(&w, a, b)
				o := (a.self + b.self) * 10000 / 2 / c0
				if o > best {
					best, arg = o, j
				}
				if o > bestB[j] {
					bestB[j], argB[j] = o, i
				}
			}
			if ga[fa[i]][fb[arg]] {
				okA++
			} else if i%37 == 0 {
				for g := range ga[fa[i]] {
					t.Logf("%s: got %s %d, want %s %d", fa[i], fb[arg], best, g, m.odds(&w, a, m.prepareB([]rune(g))))
				}
			}
		}
		for j := range bs {
			if gb[fb[j]][fa[argB[j]]] {
				okB++
			}
		}
		t.Logf("%s: %d x %d: foreign->latin %.4f latin->foreign %.4f", name, len(as), len(bs), float64(okA)/float64(len(as)), float64(okB)/float64(len(bs)))
	}
	take := func(in []wordPair, part, n int) []wordPair {
		var out []wordPair
		for _, p := range in {
			if Part(p.latin) == part && len(out) < n {
				out = append(out, p)
			}
		}
		return out
	}
	run("google eval", arabLatn(), readWordPairs(t, dir+"google_ar2en-eval.txt", false))
	run("wd_arabic part 3", arabLatn(), take(readWordPairs(t, dir+"wd_arabic_80", true), 3, 3000))
	run("wd_russian part 3", cyrlLatn(), take(readWordPairs(t, dir+"wd_russian_80", true), 3, 3000))
}
