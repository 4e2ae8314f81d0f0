package texts

import (
	"errors"
	"testing"
)

const corpus = "../../internal/process/read/testdata/corpus.txtar"

// floors are what the readers must reach on every language and split, as
// precision and recall.
var floors = map[string]float64{"dates": 0.85, "quantities": 0.75, "statements": 0.75, "language": 0.95}

func TestQuality(t *testing.T) {
	cases, err := Corpus(corpus)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := Quality(cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		t.Log(f)
		if floor := floors[f.Name]; f.Precision() < floor || f.Recall() < floor {
			t.Errorf("below %.0f %%", 100*floor)
		}
		// What is held out stays unread.
		if testing.Verbose() && f.Split == "dev" {
			for _, m := range f.Misses {
				t.Log("    ", m)
			}
		}
	}
}

func TestReports(t *testing.T) {
	reports, err := Reports("../../../shared/data")
	if errors.Is(err, ErrNoData) {
		t.Skip("the development data is not at ../shared/data")
	} else if err != nil {
		t.Fatal(err)
	}
	for _, f := range Events(reports) {
		t.Log(f)
		if f.Recall() < 0.6 {
			t.Errorf("%s: %.2f", f.Name, f.Recall())
		}
	}
	fs, err := Fillers("../../../shared/data", "dev.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Log(f)
	}
	alone, all, err := Speed(reports)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f reports of 3 kB a second, %.0f with places", alone, all)
	if all < 100 {
		t.Error("too slow to run on every paste")
	}
}
