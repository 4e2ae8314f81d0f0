package taxii

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestFigures takes the measurements small, so that they cannot rot;
// ENTENTE_BENCH_TAXII=1000000 takes them at that size beside 10,000.
func TestFigures(t *testing.T) {
	ctx := context.Background()
	small, requests := 400, 20
	sizes := []int{small}
	if s := os.Getenv("ENTENTE_BENCH_TAXII"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		small, requests = 10_000, 2000
		sizes = []int{small, n}
	}
	houses := make([]*House, len(sizes))
	for i, n := range sizes {
		start := time.Now()
		h, err := Open(ctx, t.TempDir(), n)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		houses[i] = h
		t.Logf("%d held: filled in %.1f s", n, time.Since(start).Seconds())
	}
	for round := range 3 {
		for i, n := range sizes {
			rate, err := houses[i].Pages(ctx, requests, 2, 100, "")
			if err != nil {
				t.Fatal(err)
			}
			typed, err := houses[i].Pages(ctx, requests, 2, 100, "indicator")
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("round %d: %d held: %.0f pages of 100/s, by type %.0f/s", round, n, rate, typed)
		}
	}
	for i, n := range sizes {
		rate, err := houses[i].Add(ctx, 10, 300)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d held: %.0f objects/s added, 300 a request", n, rate)
	}
}
