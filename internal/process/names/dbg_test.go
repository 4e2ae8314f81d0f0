package names

import (
	"os"
	"strings"
	"testing"
)

func TestDbg(t *testing.T) {
	b, _ := os.ReadFile("/tmp/dbg.tsv")
	for _, l := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		c := strings.Split(l, "\t")
		k := Guess
		if len(c) > 2 {
			k = ParseKind(c[2])
		}
		r := Compare(c[0], c[1], k)
		t.Logf("%.3f %v %s | %s %v L=%v R=%v %s", r.Similarity, r.Kind, c[0], c[1], short(r.Pairs), texts(r.Left), texts(r.Right), r.Note)
	}
}

func TestAliasFail(t *testing.T) {
	list := readUN(t)
	b := NewIndexBuilder()
	for i := range list {
		b.Add(list[i].ID, list[i].primary(), Guess)
	}
	s := NewSearcher(b.Build())
	n, share, tot := 0, 0, 0
	for i := range list {
		e := &list[i]
		for _, a := range e.aliases("Good", "a.k.a.", "f.k.a.") {
			tot++
			r := Compare(a, e.primary(), Guess)
			w := 0.0
			for _, p := range r.Pairs {
				w += p.Similarity * float64(p.A.weight+p.B.weight) / 2
			}
			h := s.Search(a, Guess, 1)
			ok := len(h) > 0 && h[0].ID == e.ID
			if w > 0.6 {
				share++
			}
			if ok || w < 0.6 || Part(e.ID) > 2 {
				continue
			}
			n++
			got, gs := "", float32(0)
			if len(h) > 0 {
				got, gs = h[0].Name, h[0].order
			}
			t.Logf("%s | want %s %.4f | got %s %.4f %.4f", a, e.primary(), r.Similarity, got, gs, h[0].Similarity)
		}
	}
	t.Log(n, share, tot)
}

func TestRuFail(t *testing.T) {
	pairs := readWordPairs(t, "wd_russian_80", true)
	x, qs := singles(pairs, 3, 16000, false)
	s := NewSearcher(x)
	var miss, rank, ok, weak int
	for i, q := range qs {
		if i%8 != 0 {
			continue
		}
		h := s.Search(q.text, Guess, 1)
		if len(h) > 0 && q.want[h[0].ID] {
			ok++
			continue
		}
		best, bw := 0.0, ""
		for w := range q.want {
			if v := Similarity(q.text, w, Guess); v > best {
				best, bw = v, w
			}
		}
		got, gv := "", 0.0
		if len(h) > 0 {
			got, gv = h[0].ID, h[0].Similarity
		}
		if best > gv {
			miss++
			if miss < 60 {
				t.Logf("MISS %s want %s %.4f got %s %.4f", q.text, bw, best, got, gv)
			}
		} else if best < 0.001 {
			weak++
		} else {
			rank++
			if rank < 40 {
				t.Logf("rank %s want %s %.4f got %s %.4f", q.text, bw, best, got, gv)
			}
		}
	}
	t.Log("ok", ok, "miss", miss, "rank", rank, "weak", weak)
}
