package places_test

import (
	"reflect"
	"sync"
	"testing"

	"entente/internal/process/places"
)

// TestConcurrent: a gazetteer that nobody has used yet answers many at once as
// it answers one.
func TestConcurrent(t *testing.T) {
	texts := []string{"Clashes in Homs, Hama and Palmyra.", "قال شهود في دمشق وحلب", "Бои в Алеппо и Идлибе", "Paris, Texas, and Tal Rifaat in Syria"}
	query := places.Query{Name: "Tell Refaat", Province: "Aleppo", Country: "Syria"}
	shared := world(t)
	want := make([][]places.Found, len(texts))
	for i, text := range texts {
		want[i] = shared.Find(text)
	}
	answer, _ := shared.Resolve(query)
	// With makes a gazetteer whose caches are empty.
	g, err := shared.With()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for n := range 20 {
				i := (n + k) % len(texts)
				if got := g.Find(texts[i]); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("%q gives %v, want %v", texts[i], got, want[i])
				}
				if a, ok := g.Resolve(query); !ok || a.Place.ID != answer.Place.ID {
					t.Errorf("resolved to %v", a)
				}
			}
		})
	}
	wg.Wait()
}
