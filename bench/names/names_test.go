package names

import (
	"errors"
	"os"
	"testing"
)

// The development data lies outside the repository; see doc/names.md.
const dataDir = "../../../shared/data/names"

func figures(t *testing.T, measure func(string, Probe) ([]Figure, error)) []Figure {
	t.Helper()
	var probe Probe
	if os.Getenv("NAMES_SHOW") != "" {
		probe = func(f Figure, asked, found, want string) {
			t.Logf("    [%s] %s -> %s, want %s", f.Name, asked, found, want)
		}
	}
	fs, err := measure(dataDir, probe)
	if errors.Is(err, ErrNoData) {
		t.Skipf("%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Log(f)
	}
	return fs
}

func TestUN(t *testing.T)      { figures(t, UN) }
func TestSingles(t *testing.T) { figures(t, Singles) }
func TestAlerts(t *testing.T)  { figures(t, Alerts) }
func TestPairs(t *testing.T)   { figures(t, Pairs) }
func TestSpeed(t *testing.T) {
	figures(t, func(d string, _ Probe) ([]Figure, error) { return SpeedUN(d) })
	figures(t, func(d string, _ Probe) ([]Figure, error) { return SpeedCompare(d) })
}
func TestMillion(t *testing.T) {
	if os.Getenv("NAMES_MILLION") == "" {
		t.Skip("set NAMES_MILLION=1")
	}
	figures(t, func(d string, _ Probe) ([]Figure, error) { return SpeedMillion(d) })
}
