package label

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Whatever a parser accepts is valid, and writing it gives the same bytes (for
// JSON and XML, a form that reads to the same).

func seed(f *testing.F, pick func(v *vector) (string, bool)) {
	f.Helper()
	files, _ := filepath.Glob(filepath.Join("..", "testdata", "vectors", "label", "*.json"))
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(b, &v); err != nil {
			f.Fatal(err)
		}
		if s, ok := pick(&v); ok && len(s) < 4096 {
			f.Add(s)
		}
	}
}

func field(name string, ops ...string) func(v *vector) (string, bool) {
	return func(v *vector) (string, bool) {
		for _, op := range ops {
			var in map[string]json.RawMessage
			var s string
			if v.Op == op && json.Unmarshal(v.In, &in) == nil && json.Unmarshal(in[name], &s) == nil {
				return s, true
			}
		}
		return "", false
	}
}

func FuzzLabelJSON(f *testing.F) {
	seed(f, func(v *vector) (s string, ok bool) {
		return s, v.Op == "decode" && json.Unmarshal(v.In, &s) == nil
	})
	f.Fuzz(func(t *testing.T, s string) {
		var l, back Label
		if l.UnmarshalJSON([]byte(s)) != nil {
			return
		}
		if err := l.Validate(); err != nil {
			t.Fatalf("accepted an invalid label: %v", err)
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(l) {
			t.Fatalf("%q became %s: %v", s, b, err)
		}
	})
}

func FuzzParseFull(f *testing.F) {
	seed(f, field("text", "read full"))
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseFull(s)
		if err != nil {
			return
		}
		if back, err := Full(l); err != nil || back != s {
			t.Fatalf("%q became %q, %v", s, back, err)
		}
	})
}

func FuzzParseMarks(f *testing.F) {
	seed(f, field("text", "read banner", "read mark"))
	table := DemonstrationTable()
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := ParseBanner(table, "CENTRE", Members("IRQ", "RUS"), s); err == nil {
			if back, err := Banner(l); err != nil || back != s {
				t.Fatalf("%q became %q, %v", s, back, err)
			}
		}
		if l, err := ParsePortionMark(table, "CENTRE", Members("IRQ", "RUS"), s); err == nil {
			if back, err := PortionMark(table, l); err != nil || back != s {
				t.Fatalf("%q became %q, %v", s, back, err)
			}
		}
		if m, err := ParseForeignMark(s); err == nil && m.Rank() < 0 {
			t.Fatalf("%q has no rank", s)
		}
		if x, err := ParseExternal(s); err == nil && x.String() != s {
			t.Fatalf("%q became %q", s, x)
		}
		if i, err := ParseInstant(s); err == nil && i.String() != s {
			t.Fatalf("%q became %q", s, i)
		}
	})
}

func FuzzParseConfidentiality(f *testing.F) {
	seed(f, field("xml", "read stanag"))
	table := fourPolicies(f)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseConfidentiality([]byte(s))
		if err != nil {
			return
		}
		b, err := c.AppendXML(nil)
		if err != nil {
			// Escapes may make a document longer than it was written.
			if len(s) < MaxXML/8 {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseConfidentiality(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		x, _ := json.Marshal(c)
		y, _ := json.Marshal(again)
		if string(x) != string(y) {
			t.Fatalf("%s became %s", x, y)
		}
		if l, err := table.LabelOf(c, Members("IRQ")); err == nil {
			if err := table.Check(l); err != nil {
				t.Fatalf("read an invalid label: %v", err)
			}
		}
	})
}
