package names

import (
	"errors"
	"os"
	"testing"
)

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
