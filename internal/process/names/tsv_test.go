package names

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

func compareText(t testing.TB, in string, opt CompareOptions) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := CompareTSV(strings.NewReader(in), &out, opt); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCompareTSV(t *testing.T) {
	in := "Karim Tamimi\tkarim tamimi\tPerson\n" + // equal
		"Karim Tamimi\tSergei Petrov\tPerson\n" +
		"Zarnik LLC\tООО Зарник\tVessel\n" + // an unknown schema is an organisation
		"no tab\n" +
		"\n" +
		"\"Karim\"\t'Karim'\tPerson\textra\r\n" +
		"Kar\xffim\tKar\xffim\tPerson" // no line end
	want := []string{"1.0000\tmatch", "0.0000\tno", "", "0.0000\tno", "0.0000\tno", "1.0000\tmatch", "1.0000\tmatch"}
	got := strings.Split(strings.TrimSuffix(compareText(t, in, CompareOptions{}), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d answers for %d lines: %q", len(got), len(want), got)
	}
	for i, w := range want {
		if w != "" && got[i] != w {
			t.Errorf("line %d: %q, want %q", i+1, got[i], w)
		}
	}
	if !strings.HasSuffix(got[2], "\tmatch") {
		t.Errorf("line 3: %q", got[2])
	}
}

func TestCompareTSVExplains(t *testing.T) {
	got := compareText(t, "Karim Tamimi\tكريم التميمي\tPerson\n", CompareOptions{Explain: true})
	for _, part := range []string{"\tmatch\tread as person", "karim = كريم (given-name variant", "tamimi = تميمي (transcription"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q lacks %q", got, part)
		}
	}
	if strings.Count(got, "\t") != 2 || strings.Count(got, "\n") != 1 {
		t.Errorf("columns of %q", got)
	}
}

func TestCompareJSON(t *testing.T) {
	var c comparison
	if err := json.Unmarshal([]byte(compareText(t, "Karim\tKarim\tPerson\n", CompareOptions{JSON: true, Explain: true})), &c); err != nil {
		t.Fatal(err)
	}
	if c.Line != 1 || c.Similarity != 1 || !c.Match || c.Why == "" {
		t.Errorf("%+v", c)
	}
}

func searchText(t testing.TB, list, in string, opt SearchOptions) string {
	t.Helper()
	x, err := ReadList(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := SearchTSV(x, strings.NewReader(in), &out, opt); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSearchTSV(t *testing.T) {
	const list = "1\tKarim Tamimi\r\n\n2\tSergei Petrov\n1\tAbu Zarnik\n3\t\"Quoted\" Name\n"
	for _, c := range []struct{ in, want string }{
		{"Karim Tamimi\n", "Karim Tamimi\t1\t1\tKarim Tamimi\t1.0000\n"},
		{"  karim  tamimi\r\n", "  karim  tamimi\r\t1\t1\tKarim Tamimi\t1.0000\n"}, // echoed byte for byte
		{"Karim\xff Tamimi", "Karim\xff Tamimi\t1\t1\tKarim Tamimi\t1.0000\n"},
		{"Quoted Name\n", "Quoted Name\t1\t3\t\"Quoted\" Name\t1.0000\n"},
		{"\n\n", ""},
		{"Abu Zarnik\n\nPetrov Sergei\n", "Abu Zarnik\t1\t1\tAbu Zarnik\t1.0000\nPetrov Sergei\t1\t2\tSergei Petrov\t0.9805\n"},
		{"Wolfeschlegel\n", ""},
	} {
		if got := searchText(t, list, c.in, SearchOptions{Top: 1, Matches: true}); got != c.want {
			t.Errorf("%q:\n%q, want\n%q", c.in, got, c.want)
		}
	}
	if got := searchText(t, list, "Karim Petrov\n", SearchOptions{Top: 5}); strings.Count(got, "\n") < 2 {
		t.Errorf("without Matches the weaker hits are kept: %q", got)
	}
	if got := searchText(t, list, "Karim Petrov\n", SearchOptions{Top: 5, Matches: true}); got != "" {
		t.Errorf("with Matches nothing passes: %q", got)
	}
	var f found
	if err := json.Unmarshal([]byte(searchText(t, list, "Karim Tamimi\n", SearchOptions{Top: 1, JSON: true})), &f); err != nil || f.Line != 1 || f.Rank != 1 || f.ID != "1" || f.Similarity != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestReadListRefuses(t *testing.T) {
	for _, c := range []struct{ list, why string }{
		{"1\tKarim\nno tab here\n", "line 2 is not id<TAB>name"},
		{"\tKarim\n", "line 1 is not id<TAB>name"},
		{"1\t" + strings.Repeat("x", MaxLine) + "\n", "line 1 has more than"},
	} {
		_, err := ReadList(strings.NewReader(c.list))
		if !errors.Is(err, ErrList) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%.20q: %v, want %q", c.list, err, c.why)
		}
	}
	if x, err := ReadList(strings.NewReader("")); err != nil || x.Len() != 0 {
		t.Errorf("an empty list: %v", err)
	}
}

// A stream that breaks ends with its error, after the answers to what was read.
func TestBrokenStreams(t *testing.T) {
	broken := errors.New("broken")
	in := func() io.Reader {
		return io.MultiReader(strings.NewReader("Karim\tKarim\n"), iotest.ErrReader(broken))
	}
	var out bytes.Buffer
	if _, err := CompareTSV(in(), &out, CompareOptions{}); !errors.Is(err, broken) || out.String() != "1.0000\tmatch\n" {
		t.Errorf("%v after %q", err, out.String())
	}
	if _, err := ReadList(in()); !errors.Is(err, broken) {
		t.Errorf("list: %v", err)
	}
	b := NewIndexBuilder()
	b.Add("1", "Karim", Person)
	if _, err := SearchTSV(b.Build(), in(), &out, SearchOptions{}); !errors.Is(err, broken) {
		t.Errorf("search: %v", err)
	}
	if _, err := CompareTSV(strings.NewReader("a\tb\n"), failing{broken}, CompareOptions{}); !errors.Is(err, broken) {
		t.Errorf("write: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Lines of any length around the bound are counted and answered one for one.
func TestLinesAroundTheBound(t *testing.T) {
	for _, n := range []int{0, 1, MaxLine - 1, MaxLine, MaxLine + 1, MaxLine + 2, 3 * MaxLine} {
		for _, end := range []string{"", "\n"} {
			in := "a\tb\n" + strings.Repeat("k", n) + end
			var out bytes.Buffer
			tally, err := CompareTSV(strings.NewReader(in), &out, CompareOptions{})
			lines := 2
			if n == 0 && end == "" {
				lines = 1
			}
			long := 0
			if n > MaxLine {
				long = 1
			}
			if err != nil || tally.Lines != lines || tally.Long != long || strings.Count(out.String(), "\n") != lines {
				t.Errorf("a line of %d bytes and %q: %+v, %v, %q", n, end, tally, err, out.String())
			}
		}
	}
}

func FuzzCompareTSV(f *testing.F) {
	for _, s := range []string{"Karim\tKarim\tPerson\n", "a\tb", "\t\t\t\n\n", "\xff\t\xfe\tOrganization\r\n", "عبد\tAbd\tX\n", "a\u202e\tb\u200b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := compareText(t, in, CompareOptions{})
		lines := strings.Count(in, "\n")
		if in != "" && !strings.HasSuffix(in, "\n") {
			lines++
		}
		if strings.Count(got, "\n") != lines {
			t.Fatalf("%d lines, answers %q", lines, got)
		}
		for row := range strings.Lines(got) {
			num, word, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
			p, err := strconv.ParseFloat(num, 64)
			if err != nil || p < 0 || p > 1 || word != "match" && word != "no" {
				t.Fatalf("row %q", row)
			}
		}
	})
}

func FuzzSearchTSV(f *testing.F) {
	f.Add("1\tKarim Tamimi\n2\tPetrov\n", "Karim\nPetrov\n")
	f.Add("x\tعبد الرحمن\r\n\n", "Abd al-Rahman\xff")
	f.Add("a\tb\tPerson\n", "b\tc\n")
	f.Fuzz(func(t *testing.T, list, in string) {
		x, err := ReadList(strings.NewReader(list))
		if err != nil {
			if !errors.Is(err, ErrList) {
				t.Fatal(err)
			}
			return
		}
		var out bytes.Buffer
		if _, err := SearchTSV(x, strings.NewReader(in), &out, SearchOptions{Top: 2}); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for q := range strings.SplitSeq(in, "\n") {
			for rank := 1; rank <= 2; rank++ {
				head := fmt.Sprintf("%s\t%d\t", q, rank)
				if !strings.HasPrefix(got, head) {
					break
				}
				_, got, _ = strings.Cut(got[len(head):], "\n")
			}
		}
		if got != "" {
			t.Fatalf("rows of no query: %q", got)
		}
	})
}
