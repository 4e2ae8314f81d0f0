// Package rules holds doc/rules.md to the code.
package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// sources calls see with every file of a kind and its text.
func sources(t *testing.T, see func(path, text string), suffix string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, suffix) {
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil {
			see(path, string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// table returns the rows of doc/rules.md by rule.
func table(t *testing.T) map[int][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "doc", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int][]string{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		n, err := strconv.Atoi(strings.TrimSpace(cells[0]))
		if err != nil {
			continue
		}
		if len(cells) != 5 || rows[n] != nil {
			t.Fatalf("rule %d has %d cells, or two rows", n, len(cells))
		}
		rows[n] = cells
	}
	return rows
}

var quoted = regexp.MustCompile("`([^`]+)`")

// Every rule has a row; what it names exists: its tests, and its codes.
func TestTheTableOfTheRulesIsTrue(t *testing.T) {
	tests, scripts := map[string]bool{}, map[string]bool{}
	called := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	sources(t, func(path, text string) {
		for _, m := range called.FindAllStringSubmatch(text, -1) {
			tests[filepath.Base(filepath.Dir(path))+"."+m[1]] = true
		}
	}, "_test.go")
	sources(t, func(path, _ string) { scripts[filepath.Base(path)] = true }, ".txtar")
	var code strings.Builder
	sources(t, func(path, text string) {
		if !strings.HasSuffix(path, "_test.go") {
			code.WriteString(text)
		}
	}, ".go")
	rows := table(t)
	for n := 1; n <= 34; n++ {
		row := rows[n]
		if row == nil {
			t.Errorf("rule %d has no row", n)
			continue
		}
		named := quoted.FindAllStringSubmatch(row[4], -1)
		if len(named) == 0 && !strings.Contains(row[1], "not built yet") {
			t.Errorf("rule %d names no test", n)
		}
		for _, m := range named {
			if !tests[m[1]] && !scripts[m[1]] {
				t.Errorf("rule %d: %s is no test", n, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(row[3], -1) {
			if !strings.Contains(code.String(), `"`+m[1]+`"`) {
				t.Errorf("rule %d: no refusal has the code %s", n, m[1])
			}
		}
	}
	if len(rows) != 34 {
		t.Errorf("%d rows, and there are 34 rules", len(rows))
	}
}

// Every rule that a refusal in the code names stands in the table with a code,
// so that nobody refuses by a rule that nobody can look up.
func TestRefusalsNameRulesOfTheTable(t *testing.T) {
	rows := table(t)
	field := regexp.MustCompile(`Rule:\s*"?(\d+)(?:(?:, | and )(\d+))?`)
	found := 0
	sources(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, m := range field.FindAllStringSubmatch(text, -1) {
			for _, s := range m[1:] {
				if n, err := strconv.Atoi(s); err == nil {
					if found++; rows[n] == nil {
						t.Errorf("%s refuses by rule %d, which has no row", path, n)
					}
				}
			}
		}
	}, ".go")
	if found < 50 {
		t.Errorf("only %d refusals were looked at", found)
	}
}
