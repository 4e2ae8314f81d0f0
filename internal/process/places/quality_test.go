package places_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	bench "entente/bench/places"
	"entente/internal/process/places"
)

const shared = "../../../../shared/data"

// data gives the path of a development file, or skips.
func data(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{shared}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("development data %s is not beside this project", filepath.Join(parts...))
	}
	return path
}

func world(t testing.TB) *places.Gazetteer {
	t.Helper()
	g, err := places.World()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGeoparsingQuality holds Find to the accuracy reached on both corpora.
func TestGeoparsingQuality(t *testing.T) {
	for _, c := range []struct {
		name, file       string
		read             func(string) ([]bench.Document, error)
		recall, accuracy float64 // what the held-out half must reach
	}{
		{"LGL", "lgl.xml", bench.ReadLGL, 0.88, 0.87},
		{"GeoVirus", "GeoVirus.xml", bench.ReadGeoVirus, 0.96, 0.895},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := c.read(data(t, "geoparse", c.file))
			if err != nil {
				t.Fatal(err)
			}
			g := world(t)
			for _, held := range []bool{false, true} {
				start := time.Now()
				f := bench.Geoparse(g, bench.Half(docs, held))
				t.Logf("held out %v: %v in %v", held, f, time.Since(start).Round(time.Millisecond))
				if held && (f.Recall() < c.recall || f.Accuracy() < c.accuracy) {
					t.Errorf("held out: recall %.3f and accuracy %.3f, reached before were %.3f and %.3f", f.Recall(), f.Accuracy(), c.recall, c.accuracy)
				}
				if os.Getenv("PLACES_EXAMPLES") != "" && !held {
					for i, e := range f.Wrong {
						if i < 150 {
							t.Logf("wrong %s %q gold %.2f,%.2f got %q %s %s %.2f,%.2f conf %.2f", e.Doc, e.Gold.Name, e.Gold.At.Lat, e.Gold.At.Lon, e.Got.Text, e.Got.Place.Name, e.Got.Place.CountryCode, e.Got.Place.At.Lat, e.Got.Place.At.Lon, e.Got.Confidence)
						}
					}
					for i, e := range f.Missed {
						if i < 100 {
							t.Logf("missed %s %q at %d", e.Doc, e.Gold.Name, e.Gold.Start)
						}
					}
				}
			}
		})
	}
}

// TestSpeed shows speed and memory; it fails only where something has become
// slower by an order of magnitude, because the machine is shared.
func TestSpeed(t *testing.T) {
	s, err := bench.MeasureSpeed(300 * time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first answer after %v, %.0f texts of 3 KB a second, %.0f names a second, %.0f MB of heap", s.Open, s.Texts, s.Names, s.HeapMB)
	if s.Open > 3*time.Second || s.Texts < 150 || s.Names < 500 || s.HeapMB > 150 {
		t.Errorf("%+v", s)
	}
}
