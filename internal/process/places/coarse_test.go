package places

import (
	"testing"

	"pgregory.net/rapid"
)

// TestCoarse holds rule 3: all points of a cell give one answer, and none is
// nearer than the cell's size tells.
func TestCoarse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := LatLon{rapid.Float64Range(-89, 89).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")}
		c, ok := Coarse(p)
		if !ok {
			t.Fatalf("%v has no cell", p)
		}
		if d := c.At.Km(p); d > c.Km+0.001 || c.Km < 4 || c.Km > 12 {
			t.Fatalf("%v lies %.1f km from the middle of a cell of %.1f km", p, d, c.Km)
		}
		again, _ := Coarse(c.At)
		if again != c {
			t.Fatalf("the middle of %v gives %v", c, again)
		}
	})
	if _, ok := Coarse(LatLon{91, 0}); ok {
		t.Error("a point off the globe has a cell")
	}
	a, _ := Coarse(LatLon{36.4736, 37.0971})
	b, _ := Coarse(LatLon{36.4740, 37.0975})
	if a != b {
		t.Errorf("neighbours of 60 m are told apart: %v, %v", a, b)
	}
}

// TestDistrict finds the smallest area that holds a point, and leaves the hole
// of an area to the one inside.
func TestDistrict(t *testing.T) {
	square := func(s, w, n, e float64) []LatLon { return []LatLon{{s, w}, {s, e}, {n, e}, {n, w}} }
	g := build(t, []Entry{
		{ID: "p:1", Name: "Governorate", Class: Admin1, At: LatLon{35, 37}, CountryCode: "SY"},
		{ID: "p:2", Name: "District", Class: Admin2, At: LatLon{35, 37}, CountryCode: "SY"},
		{ID: "p:3", Name: "Enclave", Class: Admin2, At: LatLon{35, 37}, CountryCode: "SY"},
	}, []Shape{
		{ID: "p:1", Loops: [][]LatLon{square(34, 36, 36, 38)}},
		{ID: "p:2", Loops: [][]LatLon{square(34.5, 36.5, 35.5, 37.5), square(34.9, 36.9, 35.1, 37.1)}},
		{ID: "p:3", Loops: [][]LatLon{square(34.9, 36.9, 35.1, 37.1)}},
	})
	for _, c := range []struct {
		at   LatLon
		want string
	}{{LatLon{34.1, 36.1}, "p:1"}, {LatLon{34.6, 36.6}, "p:2"}, {LatLon{35, 37}, "p:3"}, {LatLon{33, 37}, ""}} {
		e, ok := g.District(c.at)
		if e.ID != c.want || ok != (c.want != "") {
			t.Errorf("%v lies in %q, want %q", c.at, e.ID, c.want)
		}
	}
}
