package centre_test

import (
	"context"
	"testing"
	"time"

	"entente/bench/stations"
)

// BenchmarkSequence measures how many envelopes of 2 KB four members get
// ordered, verified, stored by everybody and certified in a second, over TLS
// and with every write on the disk.
func BenchmarkSequence(b *testing.B) {
	ctx := context.Background()
	c, err := stations.Open(ctx, stations.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	n := 0
	var took time.Duration
	for b.Loop() {
		r, err := c.Sequence(ctx, 8192)
		if err != nil {
			b.Fatal(err)
		}
		n, took = n+r.Envelopes, took+r.Elapsed
	}
	b.ReportMetric(float64(n)/took.Seconds(), "envelopes/s")
}

// BenchmarkLatency measures how soon an envelope is certified and readable at
// another member while 500 a second come.
func BenchmarkLatency(b *testing.B) {
	ctx := context.Background()
	c, err := stations.Open(ctx, stations.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var p stations.Percentiles
	for b.Loop() {
		if p, err = c.Latency(ctx, 500, 4*time.Second); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.P50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(p.P99.Microseconds())/1000, "p99-ms")
}
