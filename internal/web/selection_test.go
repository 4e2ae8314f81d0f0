package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente/internal/collect"
)

// Rules 17, 18 and 24: what anything can be listed, searched or counted by is a
// closed list of names, none of which is a trait of persons, a category of
// persons or a figure. A new parameter is read by a person who knows these rules
// before it is written into the list.
func TestSelectionsAreTheClosedList(t *testing.T) {
	doc := document(t)
	keys, ops := operations(doc)
	var names []string
	for _, k := range keys {
		params, _ := ops[k]["parameters"].([]any)
		for _, p := range params {
			p := p.(map[string]any)
			name := p["name"].(string)
			if strings.HasPrefix(k, "GET ") && p["in"] == "query" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			// Values of closed lists, of any operation, select too.
			schema, _ := p["schema"].(map[string]any)
			values, _ := schema["enum"].([]any)
			for _, v := range append(values, name) {
				if s, ok := v.(string); ok && collect.IsTrait(s) {
					t.Errorf("%s selects by %q (rule 18)", k, s)
				}
			}
		}
	}
	slices.Sort(names)
	golden := filepath.Join("testdata", "selections.txt")
	got := strings.Join(names, "\n") + "\n"
	if *update {
		check(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	check(t, err)
	if got != string(want) {
		t.Errorf("the parameters by which is selected differ from %s; none may be a trait, a category or a figure of persons (rules 17, 18 and 24): look at the change, then go test -update\n%s", golden, got)
	}
	excluded := regexp.MustCompile(`(?i)categor|minor|victim|witness|suspect|sort|order|rank|rating|confidence|likeness|likelihood|probab|risk|gender|birth|nationalit`)
	for _, n := range strings.Fields(string(want)) {
		if excluded.MatchString(n) || collect.IsTrait(n) {
			t.Errorf("the closed list has %q (rules 17, 18 and 24)", n)
		}
	}
}

// No field of the API, in either direction, is for what rule 18 excludes.
func TestNoFieldIsForATrait(t *testing.T) {
	fields := 0
	walk("", document(t), func(at string, m map[string]any) {
		p, _ := m["properties"].(map[string]any)
		for name := range p {
			fields++
			if collect.IsTrait(name) {
				t.Errorf("%s has the field %q (rule 18)", at, name)
			}
		}
	})
	if fields < 300 {
		t.Errorf("only %d fields were looked at", fields)
	}
}

// Rule 24: the figures of the API that are no counts and no sizes are those
// below, each of a reading or of two names. None is of a person, and nothing
// can be listed in their order.
func TestNoFigureIsOfAPerson(t *testing.T) {
	known := map[string]string{
		"confidence": "of a method in what it read in a text",
		"likeness":   "of two names, for the officer who compares them",
		"low":        "an amount in a text", "high": "an amount in a text",
	}
	seen := map[string]bool{}
	walk("", document(t)["components"], func(at string, m map[string]any) {
		p, _ := m["properties"].(map[string]any)
		for name, f := range p {
			f, _ := f.(map[string]any)
			kind, _ := f["type"].(string)
			kinds, _ := f["type"].([]any)
			if kind != "number" && !slices.Contains(kinds, any("number")) {
				continue
			}
			if seen[name] = true; known[name] == "" {
				t.Errorf("%s has the figure %q; a figure by which persons could be ordered has no place here (rule 24)", at, name)
			}
		}
	})
	for name := range known {
		if !seen[name] {
			t.Errorf("the list above has %q, and the API has not", name)
		}
	}
}
