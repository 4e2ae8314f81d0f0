package taxii

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestIndexOfClauses: every clause that this package cites stands in
// spec/index.txt, once, and every file that the index names exists.
func TestIndexOfClauses(t *testing.T) {
	raw, err := os.ReadFile("../spec/index.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	file := regexp.MustCompile(`(?:taxii|internal|cmd|stix)/[a-z/]+\.go`)
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if f[0] != "TAXII 2.1" {
			continue
		}
		if known[f[1]] {
			t.Errorf("clause %s stands twice", f[1])
		}
		known[f[1]] = true
		for _, name := range file.FindAllString(f[4], -1) {
			if _, err := os.Stat(filepath.Join("..", name)); err != nil {
				t.Errorf("clause %s: %v", f[1], err)
			}
		}
	}
	if len(known) < 50 {
		t.Fatalf("only %d clauses", len(known))
	}
	cited := regexp.MustCompile(`\b[Cc]lauses? ((?:\d+(?:\.\d+)*(?:, | and )?)+)`)
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range cited.FindAllStringSubmatchIndex(string(src), -1) {
			if strings.HasSuffix(string(src[:m[0]]), "STIX 2.1 ") {
				continue
			}
			for _, c := range regexp.MustCompile(`\d+(\.\d+)*`).FindAllString(string(src[m[2]:m[3]]), -1) {
				count++
				if !known[c] {
					t.Errorf("%s cites clause %s, which the index does not have", name, c)
				}
			}
		}
	}
	if count < 30 {
		t.Errorf("only %d citations", count)
	}
}
