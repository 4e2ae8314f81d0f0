package stix

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// devData opens a file of the development data, which is no part of the
// repository.
func devData(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "stix", name))
	if err != nil {
		t.Skip("development data is absent: ", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func eachLine(t testing.TB, f *os.File, into any, do func(line int)) {
	t.Helper()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for n := 1; sc.Scan(); n++ {
		if err := json.Unmarshal(sc.Bytes(), into); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		do(n)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestVerdictsOfTheOASISValidator(t *testing.T) {
	var row struct {
		Test   string
		Valid  bool
		Errors []string
		Doc    json.RawMessage
	}
	eachLine(t, devData(t, "stix21-verdicts-dev.jsonl"), &row, func(line int) {
		errs := Validate(row.Doc)
		if Valid(errs) != row.Valid {
			t.Errorf("line %d %s: valid = %v, want %v\n ours: %v\n want: %v", line, row.Test, !row.Valid, row.Valid, errs, row.Errors)
		}
		row.Errors = nil
	})
}

func TestPatternVerdictsOfTheOASISValidator(t *testing.T) {
	var row struct {
		Valid   bool
		Pattern string
	}
	eachLine(t, devData(t, "patterns-dev.jsonl"), &row, func(line int) {
		_, err := ParsePattern(row.Pattern)
		if (err == nil) != row.Valid {
			t.Errorf("line %d %s: error %v, want valid = %v", line, row.Pattern, err, row.Valid)
		}
	})
}

func TestRealBundlesAreValid(t *testing.T) {
	for _, name := range []string{"mobile-attack-17.1.json", "ics-attack-18.1.json", "capec-2.1.json"} {
		raw, err := os.ReadFile(devData(t, name).Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range Validate(raw) {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestIdentifiersOfPythonStix2(t *testing.T) {
	var row struct {
		ID  string `json:"id_by_python_stix2"`
		Doc json.RawMessage
	}
	eachLine(t, devData(t, "sco-ids-dev.jsonl"), &row, func(line int) {
		id, err := DeterministicID(row.Doc)
		if strings.HasPrefix(row.ID, "process--") {
			if !errors.Is(err, ErrNoDeterministicID) {
				t.Errorf("line %d: a process has a random identifier, got %s, %v", line, id, err)
			}
			return
		}
		if err != nil || id != row.ID {
			t.Errorf("line %d: %s, %v, want %s", line, id, err, row.ID)
		}
	})
}
