package stix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// What foreign bytes could be written for: work or memory beyond all bounds.
// Every case here is one that a careless reader does not survive; that the
// test ends is the test.

func TestMaliciousDocuments(t *testing.T) {
	campaign := `{"type":"campaign","spec_version":"2.1","id":"campaign--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"n"`
	many := func(n int, f string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, f, i)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"deep lists":       strings.Repeat("[", 1_000_000),
		"deep objects":     strings.Repeat(`{"a":`, 1_000_000),
		"many names":       campaign + `,` + many(200_000, `"name_%d":1`) + `}`,
		"bad names":        campaign + `,` + many(200_000, `"N%d":null`) + `}`,
		"many selectors":   campaign + `,"granular_markings":[{"marking_ref":"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9","selectors":[` + many(100_000, `"labels.[%d]"`) + `]}],"labels":[` + many(100_000, `"l%d"`) + `]}`,
		"long name":        campaign + `,"` + strings.Repeat("a", 10_000_000) + `":1}`,
		"long identifier":  `{"type":"campaign","id":"` + strings.Repeat("campaign--", 1_000_000) + `"}`,
		"long fraction":    strings.Replace(campaign, ".000Z", "."+strings.Repeat("1", 5_000_000)+"Z", 1) + `}`,
		"huge exponent":    campaign + `,"confidence":1e999999999}`,
		"many digits":      campaign + `,"confidence":` + strings.Repeat("9", 1_000_000) + `}`,
		"itself":           `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","definition_type":"statement","definition":{"statement":"s"},"object_marking_refs":["marking-definition--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"]}`,
		"bundle in bundle": `{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[` + strings.Repeat(`{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[`, 60) + strings.Repeat(`]}`, 61),
		"long pattern":     `{"type":"indicator","spec_version":"2.1","id":"indicator--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","valid_from":"2016-04-06T20:03:48.000Z","pattern_type":"stix","pattern":"` + strings.Repeat("(", 1_000_000) + `"}`,
	} {
		errs := Validate([]byte(text))
		if Valid(errs) != (name == "many names" || name == "long name") {
			t.Errorf("%s: %v", name, errs)
		}
		size := 0
		for _, e := range errs {
			size += len(e.Path) + len(e.Message)
		}
		if size > 200_000 {
			t.Errorf("%s: findings of %d bytes", name, size)
		}
		if _, err := ValidateFile("x", strings.NewReader(text), io.Discard, Options{}); err != nil {
			t.Errorf("%s as a file: %v", name, err)
		}
	}
}

// TestReferencesInACircle: references are looked at one by one and never
// followed from validation, so a circle costs nothing and breaks no rule.
func TestReferencesInACircle(t *testing.T) {
	text := `[{"type":"process","spec_version":"2.1","id":"process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","pid":1,"parent_ref":"process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef5","child_refs":["process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"]},` +
		`{"type":"process","spec_version":"2.1","id":"process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef5","pid":2,"parent_ref":"process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"},` +
		`{"type":"observed-data","spec_version":"2.1","id":"observed-data--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","first_observed":"2016-04-06T20:03:48.000Z","last_observed":"2016-04-06T20:03:48.000Z","number_observed":1,"object_refs":["process--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"]}]`
	if errs := Validate([]byte(text)); len(errs) > 0 {
		t.Error(errs)
	}
	p, err := ParsePattern("[process:" + strings.Repeat("parent_ref.", 200) + "pid = 2]")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Match([]byte(text), MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func TestMaliciousPatterns(t *testing.T) {
	test := "[file:name = 'a']"
	for name, text := range map[string]string{
		"parentheses":    strings.Repeat("(", 100_000) + test + strings.Repeat(")", 100_000),
		"in a bracket":   "[" + strings.Repeat("(", 100_000) + "file:name = 'a'" + strings.Repeat(")", 100_000) + "]",
		"qualifiers":     test + strings.Repeat(" WITHIN 1 SECONDS", 100_000),
		"open quote":     "[file:name = '" + strings.Repeat("\\'", 400_000),
		"open comment":   strings.Repeat("/*", 500_000),
		"numbers":        "[file:size = " + strings.Repeat("9", 900_000) + "e",
		"alternatives":   "[" + strings.Repeat("NOT ", 200_000) + "file:name = 'a']",
		"nothing at all": strings.Repeat(" ", 1<<20) + "x",
	} {
		if _, err := ParsePattern(text); !errors.Is(err, ErrPattern) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Long chains are no depth, and pass.
	chain := strings.Repeat(test+" AND ", 2000) + test
	if _, err := ParsePattern(chain); err != nil {
		t.Errorf("a long chain: %v", err)
	}
	if _, err := ParsePattern("[file:" + strings.Repeat("a.", 300_000) + "b = 1]"); err != nil {
		t.Errorf("a long path: %v", err)
	}
}

// TestSearchEndsAtItsBudget gives the search for an assignment a problem whose
// naive tree has 40! leaves.
func TestSearchEndsAtItsBudget(t *testing.T) {
	var doc bytes.Buffer
	doc.WriteString("[")
	for i := range 40 {
		fmt.Fprintf(&doc, `{"type":"observed-data","id":"observed-data--%08d-358c-4808-a8c7-d0fca4ef6ef4","first_observed":"2016-04-06T20:03:%02dZ","last_observed":"2016-04-06T20:03:%02dZ","number_observed":1,"objects":{"0":{"type":"file","name":"a"}}},`, i, i, i)
	}
	doc.WriteString(`{"type":"x"}]`)
	p, err := ParsePattern("(" + strings.Repeat("[file:name = 'a'] FOLLOWEDBY ", 39) + "[file:name = 'a']) WITHIN 1 SECONDS")
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Match(doc.Bytes(), MatchOptions{Steps: 200_000})
	if m.OK || err != nil && !errors.Is(err, ErrSteps) {
		t.Errorf("%v, %v", m, err)
	}
	// An expression that backtracking engines need exponential time for.
	p, err = ParsePattern("[file:name MATCHES '^(a+)+$']")
	if err != nil {
		t.Fatal(err)
	}
	text := `{"type":"observed-data","id":"observed-data--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","first_observed":"2016-04-06T20:03:48Z","last_observed":"2016-04-06T20:03:48Z","number_observed":1,"objects":{"0":{"type":"file","name":"` + strings.Repeat("a", 5000) + `b"}}}`
	if m, err := p.Match([]byte(text), MatchOptions{}); err != nil || m.OK {
		t.Errorf("%v, %v", m, err)
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{
		"[file:name = 'a']", "([a:b=1] OR [c:d=2]) REPEATS 5 TIMES WITHIN 10.5 SECONDS",
		"[a:b=1] START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00.123Z'", "[a:b NOT IN ('x',2.5,true,b'AA==',h'00')]",
		"[a:'x y'.z[*].q[3] MATCHES '^a.*\\\\d$' AND EXISTS a:b]", "/* c */ [a:b=1] // x", "[a:b = 'it\\'s']",
		"[ipv4-addr:value ISSUBSET '198.51.100.0/24'] FOLLOWEDBY [file:hashes.'SHA-256' = 'aa']",
	} {
		f.Add(s)
	}
	doc := []byte(`[{"type":"observed-data","id":"observed-data--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","first_observed":"2016-04-06T20:03:48Z","last_observed":"2016-04-06T20:03:49Z","number_observed":3,"objects":{"0":{"type":"file","name":"a","size":5,"hashes":{"MD5":"aa"}},"1":{"type":"ipv4-addr","value":"198.51.100.3"}}}]`)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePattern(s)
		if err != nil {
			if !errors.Is(err, ErrPattern) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if p.String() != s {
			t.Fatal("the text is another one")
		}
		if again, err := ParsePattern("(" + s + "\n)"); err != nil && !strings.Contains(err.Error(), "deeper") && !strings.Contains(err.Error(), "bound") || err == nil && len(again.Comparisons()) != len(p.Comparisons()) {
			t.Fatalf("in parentheses: %v", err)
		}
		if _, err := p.Match(doc, MatchOptions{Steps: 100_000}); err != nil && !errors.Is(err, ErrPattern) && !errors.Is(err, ErrSteps) {
			t.Fatal(err)
		}
	})
}

// made writes a bundle of about size bytes of synthetic objects.
type made struct {
	size, done int64
	n          int
	rest       []byte
	closed     bool
}

func (m *made) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		switch {
		case m.n == 0:
			m.rest = []byte(`{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[`)
		case m.closed:
			return 0, io.EOF
		case m.done >= m.size:
			m.rest, m.closed = []byte("]}"), true
		}
		if !m.closed {
			if m.n > 0 {
				m.rest = append(m.rest, ',')
			}
			m.n++
			m.rest = fmt.Appendf(m.rest, `{"type":"campaign","spec_version":"2.1","id":"campaign--%08x-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2017-04-06T20:03:48.000Z","name":"Campaign %d","description":"%s","labels":["synthetic"],"first_seen":"2016-04-06T20:03:48.000Z","last_seen":"2017-04-06T20:03:48.000Z","external_references":[{"source_name":"acme","url":"https://example.com/%d"}]}`, m.n, m.n, strings.Repeat("made ", m.n%200), m.n)
		}
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	m.done += int64(n)
	return n, nil
}

// streamMemory validates a bundle of the size and returns the objects in it
// and the most heap that was in use meanwhile.
func streamMemory(t *testing.T, size int64) (objects int, peak uint64) {
	t.Helper()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	before := ms.HeapAlloc
	sum, err := ValidateStream(&made{size: size}, Options{}, func(res Result) error {
		if len(res.Errors) > 0 {
			t.Fatal(res.Errors[0])
		}
		if res.Object.Index%20_000 == 0 {
			runtime.ReadMemStats(&ms)
			if ms.HeapAlloc > before {
				peak = max(peak, ms.HeapAlloc-before)
			}
		}
		return nil
	})
	if err != nil || !sum.Valid {
		t.Fatal(sum, err)
	}
	return sum.Objects, peak
}

// TestMemoryStaysFlat holds the memory of a stream to what one object needs,
// whatever the size of the bundle.
func TestMemoryStaysFlat(t *testing.T) {
	objects, peak := streamMemory(t, 48<<20)
	if t.Logf("%d objects, %d KiB", objects, peak>>10); peak > 8<<20 {
		t.Errorf("%d bytes of heap", peak)
	}
}
