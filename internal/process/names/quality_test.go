package names_test

import (
	"errors"
	"strings"
	"testing"

	measure "entente/bench/names"
)

// The development data lies outside the repository; see doc/names.md.
const dataDir = "../../../../shared/data/names"

// bar is a least (or, for alerts, a greatest) value on what is held out.
type bar struct {
	name, unit string
	value      float64
}

// hold measures and compares what is held out with the bars. Both halves are printed.
func hold(t *testing.T, m func(string, measure.Probe) ([]measure.Figure, error), bars []bar) {
	t.Helper()
	if testing.Short() {
		t.Skip("quality is measured without -short")
	}
	fs, err := m(dataDir, nil)
	if errors.Is(err, measure.ErrNoData) {
		t.Skipf("%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	met := 0
	for _, f := range fs {
		t.Log(f)
		for _, b := range bars {
			if f.Split == measure.Dev || !strings.HasPrefix(f.Name, b.name) || f.Unit != b.unit {
				continue
			}
			met++
			if most := b.unit == "share"; !most && f.Value < b.value || most && f.Value > b.value {
				t.Errorf("%s: %.4f, the bar is %.4f", f.Name, f.Value, b.value)
			}
		}
	}
	if met < len(bars) {
		t.Errorf("%d figures for %d bars", met, len(bars))
	}
}

func TestQualityUN(t *testing.T) {
	hold(t, measure.UN, []bar{{"UN original script", "R@1", 0.95}, {"UN alias, good and organizations", "R@1", 0.62}})
}

func TestQualitySingles(t *testing.T) {
	hold(t, measure.Singles, []bar{{"google_ar2en", "R@1", 0.93}, {"wd_arabic, 5000", "R@1", 0.90}, {"wd_russian, 5000", "R@1", 0.94}})
}

func TestQualityAlerts(t *testing.T) {
	hold(t, measure.Alerts, []bar{{"lightly changed", "R@1", 0.99}, {"false alerts", "share", 0.003}})
}

// The pairs of the list hold cover names that no comparison of letters can know; the bars are what is reached.
func TestQualityPairs(t *testing.T) {
	hold(t, measure.Pairs, []bar{{"made pairs, persons", "F1", 0.95}, {"made pairs, organizations", "F1", 0.88}, {"UN pairs, persons", "F1", 0.73}, {"UN pairs, persons", "P", 0.9}, {"UN pairs, organizations", "F1", 0.59}})
}
