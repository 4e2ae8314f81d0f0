package nodes

import (
	"context"
	"flag"
	"os"
	"runtime/pprof"
	"testing"
	"time"
)

var (
	reports = flag.Int("reports", 300, "how many reports to measure with")
	profile = flag.String("profile", "", "file for a profile of the bulk run")
)

// What is measured works: reports filed in bulk are found everywhere, a node
// that was away catches up, and views made again are the same.
func TestHouse(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h, err := New(t.TempDir())
	check(err)
	check(h.Start(ctx, Members...))
	defer h.Stop()
	n := *reports
	if *profile != "" {
		f, err := os.Create(*profile)
		check(err)
		check(pprof.StartCPUProfile(f))
	}
	b, err := h.Bulk(ctx, "IRQ", 1, 0, n)
	check(err)
	if *profile != "" {
		pprof.StopCPUProfile()
	}
	t.Log(b)
	check(h.Stop("SYR"))
	b, err = h.Bulk(ctx, "IRQ", 1, n, n)
	check(err)
	t.Log("one member away:", b)
	took, err := h.CatchUp(ctx, "SYR", int64(2*n))
	check(err)
	t.Logf("%d reports caught up in %v (%.0f/s)", n, took, float64(n)/took.Seconds())
	l, err := h.Latency(ctx, "IRQ", 1, 2*n, min(n, 100))
	check(err)
	t.Log(l)
	check(h.Stop())
	took, same, err := h.Rebuild(ctx, "RUS")
	check(err)
	if !same {
		t.Error("views made again differ")
	}
	t.Logf("%d reports rebuilt in %v (%.0f/s)", 2*n, took, float64(2*n)/took.Seconds())
	o, err := h.Open(ctx, "RUS")
	check(err)
	t.Logf("opened in %v, %d MiB resident", o.Took, o.Resident>>20)
}
