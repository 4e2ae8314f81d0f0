package names

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// The development data lies outside the repository; see doc/names.md.
const dataDir = "../../../shared/data/names"

// TestShow prints the figures that NAMES_SHOW lists by name, "all" for every one, with what was answered wrongly on
// the dev half where NAMES_WRONG is set.
func TestShow(t *testing.T) {
	want := strings.Fields(os.Getenv("NAMES_SHOW"))
	if len(want) == 0 {
		t.Skip("set NAMES_SHOW to some of: UN Singles SinglesWhole Alerts Pairs Calibration SpeedUN SpeedCompare SpeedMillion, or all")
	}
	var probe Probe
	if os.Getenv("NAMES_WRONG") != "" {
		probe = func(f Figure, asked, found, want string) {
			t.Logf("    [%s] %s -> %s, want %s", f.Name, asked, found, want)
		}
	}
	plain := func(m func(string) ([]Figure, error)) func(string, Probe) ([]Figure, error) {
		return func(dir string, _ Probe) ([]Figure, error) { return m(dir) }
	}
	for _, m := range []struct {
		name    string
		measure func(string, Probe) ([]Figure, error)
	}{
		{"UN", UN}, {"Singles", Singles}, {"SinglesWhole", SinglesWhole}, {"Alerts", Alerts}, {"Pairs", Pairs}, {"Calibration", plain(Calibration)},
		{"SpeedUN", plain(SpeedUN)}, {"SpeedCompare", plain(SpeedCompare)}, {"SpeedMillion", plain(SpeedMillion)},
	} {
		if !slices.Contains(want, m.name) && !slices.Contains(want, "all") {
			continue
		}
		fs, err := m.measure(dataDir, probe)
		if errors.Is(err, ErrNoData) {
			t.Skipf("%v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			t.Log(f)
		}
	}
}

func TestLightly(t *testing.T) {
	for n, want := range []string{"Karim Tamiimi", "Karim Tamii", "Karim Taimmi", "Tamimi Karim"} {
		if got := lightly("Karim Tamimi", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := lightly("", 0); got != "" {
		t.Errorf("%q", got)
	}
}

func TestAbsentDataIsToldApart(t *testing.T) {
	for name, m := range map[string]func(string, Probe) ([]Figure, error){"UN": UN, "Singles": Singles, "Alerts": Alerts, "Pairs": Pairs} {
		if _, err := m(t.TempDir(), nil); !errors.Is(err, ErrNoData) {
			t.Errorf("%s without data: %v", name, err)
		}
	}
}

func TestTrigrams(t *testing.T) {
	if s := jaccard(trigrams("karim"), trigrams("karim")); s != 1 {
		t.Errorf("a name and itself: %v", s)
	}
	if s := jaccard(trigrams("karim"), trigrams("petrov")); s != 0 {
		t.Errorf("two names without a common letter run: %v", s)
	}
}
