package stix

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestIndexOfClauses holds spec/index.txt to its form, and to the clauses that
// the findings of this package cite.
func TestIndexOfClauses(t *testing.T) {
	raw, err := os.ReadFile("../spec/index.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"2": true, "3": true, "10": true}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 || f[3] != "yes" && f[3] != "partly" && f[3] != "no" || f[4] == "" {
			t.Errorf("line %d: five fields are wanted, the fourth yes, partly or no: %q", i+1, line)
			continue
		}
		if f[3] == "partly" && !strings.Contains(f[4], ";") && !strings.Contains(f[4], "write") {
			t.Errorf("line %d: what is missing? %q", i+1, f[4])
		}
		if f[0] == "STIX 2.1" {
			if known[f[1]] && len(f[1]) > 2 {
				t.Errorf("line %d: clause %s again", i+1, f[1])
			}
			known[f[1]] = true
		}
	}
	cited := regexp.MustCompile(`"((?:[2-9]|1[0-2])\.[1-9]\d?(?:\.\d{1,2}){0,2})"`)
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		src, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(e.Name(), "stix20") {
			continue // the clauses there are those of STIX 2.0
		}
		for _, m := range cited.FindAllStringSubmatch(string(src), -1) {
			if c := m[1]; c != "2.1" && !known[c] {
				t.Errorf("%s cites clause %s, which spec/index.txt does not have", e.Name(), c)
			}
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d clauses are cited", found)
	}
}
