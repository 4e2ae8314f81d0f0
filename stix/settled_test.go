package stix

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestSettledDisagreements holds the verdicts in which this package follows
// the text of the specification and the OASIS validator decides otherwise.
// testdata/settled.jsonl has one case a line, with its clause and the reason;
// what is not valid also with what the clause demands, in short.
func TestSettledDisagreements(t *testing.T) {
	f, err := os.Open("testdata/settled.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var row struct {
		Valid       bool
		Clause, Why string
		Must        string
		Pattern     string
		Doc         json.RawMessage
	}
	seen := map[bool]int{}
	eachLine(t, f, &row, func(line int) {
		if row.Clause == "" || row.Why == "" {
			t.Errorf("line %d: no clause, or no reason", line)
		}
		if !row.Valid && row.Must == "" {
			t.Errorf("line %d: nothing of the text forbids it", line)
		}
		var valid bool
		if row.Pattern != "" {
			_, err := ParsePattern(row.Pattern)
			valid = err == nil
		} else {
			valid = Valid(Validate(row.Doc))
		}
		if valid != row.Valid {
			t.Errorf("line %d: valid = %v: %s (%s)", line, valid, row.Why, row.Clause)
		}
		seen[row.Valid]++
		row.Pattern, row.Must, row.Doc = "", "", nil
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("one-sided cases: %v", seen)
	}
}

// TestAdvisedAlone holds what the text describes without a MUST and the OASIS
// validator lets pass: it is valid, advice says so, and a strict validator
// refuses it. testdata/advised.jsonl has one case a line.
func TestAdvisedAlone(t *testing.T) {
	f, err := os.Open("testdata/advised.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var row struct {
		At, Clause, Why string
		Doc             json.RawMessage
	}
	eachLine(t, f, &row, func(line int) {
		if errs := Validate(row.Doc); len(errs) > 0 {
			t.Errorf("line %d: %v (%s)", line, errs, row.Why)
		}
		errs := ValidateWith(row.Doc, Options{Advice: true})
		if len(errs) != 1 || !errs[0].Advice || errs[0].Path != row.At {
			t.Errorf("line %d: advice %v, want it at %s", line, errs, row.At)
		}
		if errs := ValidateWith(row.Doc, Options{Strict: true}); Valid(errs) {
			t.Errorf("line %d: a strict validator says nothing", line)
		}
	})
}

// TestVersionOfABundle: the member that decides by which rules a bundle is read
// must be readable, however the bundle is read.
func TestVersionOfABundle(t *testing.T) {
	for value, want := range map[string]bool{`"2.0"`: true, `"2.1"`: true, `{}`: false, `2.1`: false, `null`: false, `["2.1"]`: false} {
		doc := `{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","spec_version":` + value + `,"objects":[{"type":"marking-definition","id":"marking-definition--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","spec_version":"2.1","created":"2016-04-06T20:03:48.000Z","definition_type":"statement","definition":{"statement":"x"}}]}`
		if errs := Validate([]byte(doc)); Valid(errs) != want {
			t.Errorf("spec_version %s: %v", value, errs)
		}
		sum, err := ValidateStream(strings.NewReader(doc), Options{}, func(Result) error { return nil })
		if err != nil || sum.Valid != want {
			t.Errorf("spec_version %s, as a stream: %v, %v", value, sum, err)
		}
	}
}
