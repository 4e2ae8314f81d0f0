package names

import (
	"bufio"
	"encoding/xml"
	"os"
	"runtime"
	"strconv"
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

// lightly changes a name as a clerk would: one letter doubled, dropped or exchanged with its neighbour inside the
// longest token, or the order of two tokens, by turns.
func lightly(name string, n int) string {
	ts := strings.Fields(name)
	long := 0
	for i, t := range ts {
		if len([]rune(t)) > len([]rune(ts[long])) {
			long = i
		}
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

// TestQualityAlerts measures how many names of persons that are not on the list pass the threshold, and how well
// lightly changed names of listed persons are found. The unlisted names are drawn from the name parts of the
// transliteration sets by a fixed rule.
func TestQualityAlerts(t *testing.T) {
	list := readUN(t)
	b := NewIndexBuilder()
	var changed []question
	for i := range list {
		e := &list[i]
		for _, n := range append([]string{e.primary()}, e.aliases("Good", "a.k.a.")...) {
			b.Add(e.ID, n, Guess)
		}
		if e.kind == Person && len(strings.Fields(e.primary())) > 1 {
			changed = append(changed, question{lightly(e.primary(), i), map[string]bool{e.ID: true}})
		}
	}
	x := b.Build()
	recallAt1(t, "lightly changed persons, list with aliases", x, changed, 8)
	for _, c := range []struct{ label, file string }{{"wd Arabic", "wd_arabic_80"}, {"wd Russian", "wd_russian_80"}} {
		var parts []string
		for _, p := range readWordPairs(t, c.file, true) {
			if Part(p.latin) == 4 && len(p.latin) > 2 && !strings.ContainsAny(p.latin, " -") {
				parts = append(parts, p.latin)
			}
		}
		s := NewSearcher(x)
		const n = 4000
		alerts := 0
		for i := range n {
			name := parts[i*7919%len(parts)] + " " + parts[(i*104729+13)%len(parts)]
			if h := s.Search(name, Guess, 1); len(h) > 0 && h[0].Similarity >= Threshold {
				alerts++
				if alerts <= 6 {
					t.Logf("   %s -> %s %.3f", name, h[0].Name, h[0].Similarity)
				}
			}
		}
		t.Logf("%-46s %.4f of %d", "false alerts, "+c.label+" parts", float64(alerts)/n, n)
	}
}

// syntheticNames makes n different names of two to four parts.
func syntheticNames(t testing.TB, n int, add func(i int, name string)) []string {
	var parts []string
	for _, p := range readWordPairs(t, "wd_russian_80", true) {
		if len(p.latin) > 2 && !strings.ContainsAny(p.latin, " -") {
			parts = append(parts, p.latin)
		}
	}
	var some []string
	for i := range n {
		// squares make some parts common and most rare, as with names
		a, b, c := i%997*(i%997)%len(parts), i*7919%len(parts), (i/3*104729+i)%len(parts)
		name := parts[a] + " " + parts[b]
		if i%3 > 0 {
			name += " " + parts[c]
		}
		add(i, name)
		if i%(n/2000+1) == 0 {
			some = append(some, name)
		}
	}
	return some
}

// TestSpeedMillion measures search over a million names. It needs about a gigabyte and half a minute.
func TestSpeedMillion(t *testing.T) {
	if os.Getenv("NAMES_MILLION") == "" {
		t.Skip("set NAMES_MILLION=1 to measure a million names")
	}
	b := NewIndexBuilder()
	begin := cpuSeconds()
	some := syntheticNames(t, 1_000_000, func(i int, name string) { b.Add(strconv.Itoa(i), name, Guess) })
	x := b.Build()
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	t.Logf("a million names: built in %.1f CPU seconds, %d MB", cpuSeconds()-begin, mem.HeapAlloc>>20)
	var qs []question
	for i, n := range some {
		qs = append(qs, question{lightly(n, i), map[string]bool{strconv.Itoa(i * (1_000_000/2000 + 1)): true}})
	}
	recallAt1(t, "lightly changed, a million names", x, qs, 5)
}
