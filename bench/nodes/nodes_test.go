package nodes

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"runtime/pprof"
	"testing"
	"time"
)

var (
	reports = flag.Int("reports", 300, "how many reports to measure with in each run")
	runs    = flag.Int("runs", 2, "how many runs of so many reports to file; the last one with a member away")
	profile = flag.String("profile", "", "file for a profile of the first run")
)

// openEnv makes this test binary open one node and say what that took.
const openEnv = "ENTENTE_BENCH_OPEN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(openEnv); dir != "" {
		h, err := At(dir)
		var o Opened
		if err == nil {
			o, err = h.Open(context.Background(), "RUS")
		}
		if err != nil {
			panic(err)
		}
		json.NewEncoder(os.Stdout).Encode(o)
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// What is measured works: reports filed in bulk are found everywhere, a node
// that was away, and one from nothing, catch up, and views made again are the same.
func TestHouse(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	h, err := New(dir)
	check(err)
	check(h.Start(ctx, Members...))
	defer h.Stop()
	n := *reports
	if *profile != "" {
		f, err := os.Create(*profile)
		check(err)
		check(pprof.StartCPUProfile(f))
	}
	for i := range *runs - 1 {
		b, err := h.Bulk(ctx, "IRQ", 1, i*n, n)
		check(err)
		pprof.StopCPUProfile()
		t.Log(b)
	}
	total := (*runs - 1) * n
	check(h.Stop("SYR"))
	b, err := h.Bulk(ctx, "IRQ", 1, total, n)
	check(err)
	t.Log("one member away:", b)
	total += n
	used := ProcessorTime()
	took, err := h.CatchUp(ctx, "SYR", int64(total))
	check(err)
	t.Logf("%d reports caught up in %v (%.0f/s), %v of processor time", n, took, float64(n)/took.Seconds(), ProcessorTime()-used)
	if err := h.Empty(ctx, "SYR"); err == nil {
		t.Error("a node that runs is emptied")
	}
	check(h.Stop("SYR"))
	check(h.Empty(ctx, "SYR"))
	took, err = h.CatchUp(ctx, "SYR", int64(total))
	check(err)
	t.Logf("%d reports caught up from nothing in %v", total, took)
	l, err := h.Latency(ctx, "IRQ", 1, total, min(n, 100))
	check(err)
	t.Log(l)
	check(h.Stop())
	r, err := h.Rebuild(ctx, "RUS")
	check(err)
	if !r.Same {
		t.Error("views made again differ")
	}
	t.Logf("%d reports rebuilt in %v (%.0f/s), %v of processor time", total, r.Took, float64(total)/r.Took.Seconds(), r.CPU)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), openEnv+"="+dir)
	out, err := cmd.Output()
	check(err)
	var o Opened
	check(json.Unmarshal(out, &o))
	t.Logf("opened with %d reports in %v, %d MiB resident", total, o.Took, o.Resident>>20)
}
