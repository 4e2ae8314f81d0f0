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
