package names

import (
	"bufio"
	"encoding/xml"
	"os"
	"strings"
	"syscall"
	"testing"
)

// The development data lies outside the repository; see doc/names.md.
const dataDir = "../../../../shared/data/names/"

type wordPair struct{ foreign, latin string }

func readWordPairs(t testing.TB, file string, latinFirst bool) []wordPair {
	t.Helper()
	f, err := os.Open(dataDir + file)
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

// unEntry is an entry of the consolidated list as far as names go.
type unEntry struct {
	ID      string `xml:"DATAID"`
	First   string `xml:"FIRST_NAME"`
	Second  string `xml:"SECOND_NAME"`
	Third   string `xml:"THIRD_NAME"`
	Fourth  string `xml:"FOURTH_NAME"`
	Script  string `xml:"NAME_ORIGINAL_SCRIPT"`
	Aliases []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"INDIVIDUAL_ALIAS"`
	OtherNames []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"ENTITY_ALIAS"`
	kind Kind
}

func (e *unEntry) primary() string {
	return strings.Join(strings.Fields(strings.Join([]string{e.First, e.Second, e.Third, e.Fourth}, " ")), " ")
}

func (e *unEntry) aliases(quality ...string) []string {
	var out []string
	for _, a := range append(e.Aliases, e.OtherNames...) {
		ok := len(quality) == 0
		for _, q := range quality {
			ok = ok || a.Quality == q
		}
		if n := strings.TrimSpace(a.Name); n != "" && ok {
			out = append(out, n)
		}
	}
	return out
}

func readUN(t testing.TB) []unEntry {
	t.Helper()
	f, err := os.Open(dataDir + "UN_consolidated.xml")
	if err != nil {
		t.Skipf("development data absent: %v", err)
	}
	defer f.Close()
	var doc struct {
		I []unEntry `xml:"INDIVIDUALS>INDIVIDUAL"`
		E []unEntry `xml:"ENTITIES>ENTITY"`
	}
	if err := xml.NewDecoder(f).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	for i := range doc.I {
		doc.I[i].kind = Person
	}
	for i := range doc.E {
		doc.E[i].kind = Organization
	}
	return append(doc.I, doc.E...)
}

type question struct {
	text string
	want map[string]bool
}

// cpuSeconds is the processor time of this process; wall time says little on a machine that others use.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// recallAt1 is the share of questions whose first hit is right.
func recallAt1(t testing.TB, label string, x *Index, qs []question, show int) float64 {
	t.Helper()
	s := NewSearcher(x)
	right := 0
	begin := cpuSeconds()
	for _, q := range qs {
		hits := s.Search(q.text, Guess, 1)
		if len(hits) > 0 && q.want[hits[0].ID] {
			right++
		} else if show > 0 {
			show--
			got := "nothing"
			if len(hits) > 0 {
				got = hits[0].Name + " " + fmtF(hits[0].Similarity)
			}
			t.Logf("   %s -> %s, want %v", q.text, got, q.want)
		}
	}
	r := float64(right) / float64(len(qs))
	t.Logf("%-46s R@1 %.4f  (%d questions, %d names, %.0f queries per CPU second)", label, r, len(qs), x.Len(), float64(len(qs))/(cpuSeconds()-begin))
	return r
}

func singles(pairs []wordPair, part, limit int, foreignList bool) (*Index, []question) {
	b := NewIndexBuilder()
	seen := map[string]bool{}
	byQ := map[string]*question{}
	var qs []*question
	n := 0
	for _, p := range pairs {
		if part >= 0 && Part(p.latin) != part {
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
			b.Add(list, list, Guess)
		}
		if byQ[q] == nil {
			byQ[q] = &question{q, map[string]bool{}}
			qs = append(qs, byQ[q])
		}
		byQ[q].want[list] = true
	}
	out := make([]question, len(qs))
	for i, q := range qs {
		out[i] = *q
	}
	return b.Build(), out
}

func TestQualitySingles(t *testing.T) {
	for _, c := range []struct {
		label, file string
		latinFirst  bool
		part, limit int
	}{
		{"google ar/en eval", "google_ar2en-eval.txt", false, -1, 99999},
		{"wd Arabic/English part 3", "wd_arabic_80", true, 3, 6500},
		{"wd Russian/English part 3", "wd_russian_80", true, 3, 16000},
	} {
		pairs := readWordPairs(t, c.file, c.latinFirst)
		x, qs := singles(pairs, c.part, c.limit, false)
		recallAt1(t, c.label+" foreign->English", x, qs, 12)
		x, qs = singles(pairs, c.part, c.limit, true)
		recallAt1(t, c.label+" English->foreign", x, qs, 6)
	}
}

func TestQualityUN(t *testing.T) {
	list := readUN(t)
	b := NewIndexBuilder()
	var script, alias, good, low, org []question
	for i := range list {
		e := &list[i]
		b.Add(e.ID, e.primary(), Guess)
		want := map[string]bool{e.ID: true}
		if s := strings.TrimSpace(e.Script); s != "" && scriptOf([]rune(Fold(s))[0]) == Arabic {
			script = append(script, question{s, want})
		}
		for _, a := range e.aliases() {
			alias = append(alias, question{a, want})
		}
		for _, a := range e.aliases("Good") {
			good = append(good, question{a, want})
		}
		for _, a := range e.aliases("a.k.a.", "f.k.a.") {
			org = append(org, question{a, want})
		}
		for _, a := range e.aliases("Low") {
			low = append(low, question{a, want})
		}
	}
	x := b.Build()
	recallAt1(t, "UN alias good -> primary", x, good, 0)
	recallAt1(t, "UN alias low -> primary", x, low, 0)
	recallAt1(t, "UN alias entities -> primary", x, org, 60)
	recallAt1(t, "UN original script -> primary", x, script, 30)
	recallAt1(t, "UN alias -> primary", x, alias, 0)
}
