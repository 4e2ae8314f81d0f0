package formats

import (
	"errors"
	"testing"
)

const data = "../../../shared/data/stix/"

// must shows the figures and holds the shares to the whole.
func must(t *testing.T, fs []Figure, err error) {
	t.Helper()
	if errors.Is(err, ErrNoData) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Log(f)
		if f.Unit == "share" && f.Value != 1 {
			t.Errorf("%v: %q", f, f.Misses)
		}
	}
}

func TestDocuments(t *testing.T) {
	fs, err := Documents(data + "stix21-verdicts-dev.jsonl")
	must(t, fs, err)
}

func TestPatterns(t *testing.T) {
	fs, err := Patterns(data + "patterns-dev.jsonl")
	must(t, fs, err)
}

func TestIdentifiers(t *testing.T) {
	fs, err := Identifiers(data + "sco-ids-dev.jsonl")
	must(t, fs, err)
}

func TestBundles(t *testing.T) {
	fs, err := Bundles(data+"mobile-attack-17.1.json", data+"ics-attack-18.1.json", data+"capec-2.1.json")
	must(t, fs, err)
}

func TestMISP(t *testing.T) {
	fs, err := MISP(data + "misp-stix-mapping")
	if errors.Is(err, ErrNoData) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Logf("%v %q", f, f.Misses)
	}
}

func TestEventRows(t *testing.T) {
	fs, err := EventRows(20_000)
	must(t, fs, err)
}

func TestExchange(t *testing.T) {
	fs, err := Exchange(300)
	must(t, fs, err)
}

// A bundle that is made while it is read needs no more memory than its
// greatest object.
func TestLong(t *testing.T) {
	fs, err := Long(64 << 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Log(f)
		if f.N < 50_000 || f.Unit == "MB" && f.Value > 48 {
			t.Errorf("%v", f)
		}
	}
}
