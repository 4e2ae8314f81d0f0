package main

import (
	"regexp"
	"slices"
	"testing"

	"github.com/alecthomas/kong"

	"entente/internal/collect"
)

// Rules 17, 18 and 24: no flag, argument or value of the command line selects or
// lists by a trait or a category of persons, or in the order of a figure.
func TestNoFlagSelectsPersons(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Vars{"version": "test"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	excluded := regexp.MustCompile(`^(categor(y|ies)|minors?|victims?|witness(es)?|suspects?|sort(-by)?|order(-by)?|rank|rating|gender|birth.*|nationality)$`)
	names := 0
	look := func(path string, v *kong.Value) {
		list := []string{v.Name}
		for e := range v.EnumMap() {
			list = append(list, e)
		}
		for _, n := range list {
			names++
			if collect.IsTrait(n) || excluded.MatchString(n) {
				t.Errorf("%s: %q (rules 17, 18 and 24)", path, n)
			}
		}
	}
	for _, leaf := range parser.Model.Leaves(false) {
		for _, f := range leaf.Flags {
			look(leaf.Path()+" --"+f.Name, f.Value)
		}
		for _, p := range leaf.Positional {
			look(leaf.Path(), p)
		}
	}
	if names < 300 {
		t.Errorf("only %d names were looked at", names)
	}
	if !excluded.MatchString("category") || slices.Contains([]bool{collect.IsTrait("religion")}, false) {
		t.Error("the test looks for nothing")
	}
}
