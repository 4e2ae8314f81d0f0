package stations_test

import (
	"context"
	"testing"
	"time"

	"entente/bench/stations"
)

// A centre for measuring takes load, tells true counts, and ends cleanly.
func TestCentre(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	c, err := stations.Open(ctx, stations.Options{Dir: t.TempDir(), Members: 3, ActBytes: 900})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := c.Sequence(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	if r.Envelopes != 100 || r.Bytes != 90_000 || r.PerSecond() <= 0 {
		t.Errorf("measured %v", r)
	}
	p, err := c.Latency(ctx, 200, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if p.Envelopes != 20 || p.P50 <= 0 || p.P50 > p.P99 || p.P99 > p.Max {
		t.Errorf("measured %v", p)
	}
	for i := range c.Members() {
		if n := c.Station(i).Size(); n != 121 {
			t.Errorf("%s holds %d leaves, want 121", c.Members()[i], n)
		}
	}
	if _, err := c.Latency(ctx, 0, time.Second); err == nil {
		t.Error("a rate of none is measured")
	}
	if _, err := stations.Open(ctx, stations.Options{Dir: t.TempDir(), Members: 17}); err == nil {
		t.Error("17 members are taken")
	}
}
