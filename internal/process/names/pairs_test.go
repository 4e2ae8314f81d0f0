package names

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

type labelled struct {
	a, b    string
	kind    Kind
	same    bool
	pattern string
}

func readLabelled(t testing.TB) []labelled {
	f, err := os.Open("testdata/pairs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(c) != 5 || strings.HasPrefix(c[0], "#") {
			continue
		}
		out = append(out, labelled{c[0], c[1], ParseKind(c[2]), c[3] == "same", c[4]})
	}
	return out
}

func TestPairsProto(t *testing.T) {
	var tp, fp, fn int
	for _, p := range readLabelled(t) {
		r := Compare(p.a, p.b, p.kind)
		switch {
		case r.Match && p.same:
			tp++
		case r.Match:
			fp++
		case p.same:
			fn++
		}
		if r.Match != p.same {
			t.Logf("%-5v %.3f %s | %s  [%s] %v L=%v R=%v %s", p.same, r.Similarity, p.a, p.b, p.pattern, short(r.Pairs), texts(r.Left), texts(r.Right), r.Note)
		}
	}
	t.Logf("tp %d fp %d fn %d F1 %.3f", tp, fp, fn, 2*float64(tp)/float64(2*tp+fp+fn))
}

func texts(ts []Token) (out []string) {
	for _, t := range ts {
		out = append(out, t.Text+"/"+t.Role.String())
	}
	return
}

func short(ps []TokenPair) (out []string) {
	for _, p := range ps {
		out = append(out, p.A.Text+"~"+p.B.Text+" "+fmtF(p.Similarity))
	}
	return
}

func fmtF(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
