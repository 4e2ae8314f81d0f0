package places_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	bench "entente/bench/places"
	"entente/internal/process/places"
	"entente/internal/process/places/load"
)

// index builds an index of development files and opens it, with or without
// the embedded gazetteer.
func index(t testing.TB, alone bool, files ...string) *places.Gazetteer {
	t.Helper()
	var paths []string
	for _, f := range files {
		paths = append(paths, data(t, "gazetteer", f))
	}
	dir := t.TempDir()
	if _, err := load.Build(dir, paths); err != nil {
		t.Fatal(err)
	}
	if !alone {
		g, err := load.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	raw, err := os.ReadFile(filepath.Join(dir, load.IndexName))
	if err != nil {
		t.Fatal(err)
	}
	g, err := places.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestResolutionQuality holds Resolve to the figures reached on names and
// points of sources that the index does not have.
func TestResolutionQuality(t *testing.T) {
	wof := data(t, "gazetteer", "wof_sy.tsv")
	respelled, err := bench.Respelled(wof)
	if err != nil {
		t.Fatal(err)
	}
	other, err := bench.OtherNames(wof)
	if err != nil {
		t.Fatal(err)
	}
	embedded := world(t)
	cod := index(t, true, "cod_syria/syr_admincapitals.shp", "cod_syria/syr_admin1.shp")
	for _, c := range []struct {
		name            string
		g               *places.Gazetteer
		asked           []bench.Asked
		ofAll, answered float64 // what the held-out half must reach
	}{
		{"GeoNames variants in WOF alone", index(t, true, "wof_sy.tsv"), bench.Variants(embedded, "SY"), 0.90, 0.94},
		{"GeoNames variants in WOF Iraq alone", index(t, true, "wof_iq.tsv"), bench.Variants(embedded, "IQ"), 0.79, 0.94},
		{"WOF names in the embedded", embedded, other, 0.83, 0.97},
		{"COD capitals in embedded and WOF", index(t, false, "wof_sy.tsv"), bench.Points(cod, "SY"), 0.89, 0.95},
		{"WOF respelled in all", index(t, false, "wof_sy.tsv", "cod_syria/syr_admin1.shp", "cod_syria/syr_admin2.shp", "cod_syria/syr_admin3.shp", "cod_syria/syr_admincapitals.shp"), respelled, 0.93, 0.96},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, held := range []bool{false, true} {
				start := time.Now()
				r := bench.Resolve(c.g, bench.HalfAsked(c.asked, held))
				took := time.Since(start)
				t.Logf("held out %v: %v, %.0f a second", held, r, float64(r.Asked)/took.Seconds())
				if held && (r.Coverage() < c.ofAll || r.Precision() < c.answered) {
					t.Errorf("held out: right of all %.3f, of the answered %.3f, reached before were %.3f and %.3f", r.Coverage(), r.Precision(), c.ofAll, c.answered)
				}
				if os.Getenv("PLACES_EXAMPLES") != "" && !held {
					for i, e := range r.Wrong {
						if i < 40 {
							t.Logf("wrong %+v at %.3f,%.3f got %s %q %.3f,%.3f confidence %.2f km %.0f", e.Asked.Query, e.Asked.At.Lat, e.Asked.At.Lon, e.Answer.Place.ID, e.Answer.Place.Name, e.Answer.Place.At.Lat, e.Answer.Place.At.Lon, e.Answer.Confidence, e.Answer.Place.At.Km(e.Asked.At))
						}
					}
					for i, e := range r.Silent {
						if i < 40 {
							names := ""
							for _, o := range e.Answer.Others {
								names += o.Name + ", "
							}
							t.Logf("silent %+v at %.3f,%.3f readings %s conf %.2f", e.Asked.Query, e.Asked.At.Lat, e.Asked.At.Lon, names, e.Answer.Confidence)
						}
					}
				}
			}
		})
	}
}
