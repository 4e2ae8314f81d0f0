package stix

import (
	"encoding/json"
	"os"
	"testing"
)

// TestSettledDisagreements holds the verdicts in which this package follows
// the text of the specification and the OASIS validator decides otherwise.
// testdata/settled.jsonl has one case a line, with its clause and the reason.
func TestSettledDisagreements(t *testing.T) {
	f, err := os.Open("testdata/settled.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var row struct {
		Valid       bool
		Clause, Why string
		Pattern     string
		Doc         json.RawMessage
	}
	seen := map[bool]int{}
	eachLine(t, f, &row, func(line int) {
		if row.Clause == "" || row.Why == "" {
			t.Errorf("line %d: no clause, or no reason", line)
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
		row.Pattern, row.Doc = "", nil
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("one-sided cases: %v", seen)
	}
}
