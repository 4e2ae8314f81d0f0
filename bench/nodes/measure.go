package nodes

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente/internal/node"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Bulk is what filing many reports took.
type Bulk struct {
	Reports int `json:"reports"`
	// Drafts is the time to make and store the drafts, Released from the
	// release's preparation until the approval is durable.
	Drafts   time.Duration `json:"drafts_ns"`
	Released time.Duration `json:"released_ns"`
	// Local is the time from the first draft until all reports can be
	// searched at their originator, Everywhere at all four members.
	Local      time.Duration `json:"local_ns"`
	Everywhere time.Duration `json:"everywhere_ns"`
	// CPU is the processor time that this process used meanwhile, for all
	// nodes that run in it: it tells the cost where others use the machine.
	CPU time.Duration `json:"cpu_ns"`
}

// LocalRate is reports per second until the originator can find them.
func (b Bulk) LocalRate() float64 { return float64(b.Reports) / b.Local.Seconds() }

// EverywhereRate is reports per second until all four members can find them.
func (b Bulk) EverywhereRate() float64 { return float64(b.Reports) / b.Everywhere.Seconds() }

// String says the rates in words.
func (b Bulk) String() string {
	return fmt.Sprintf("%d reports: drafts in %v, released in %v; %.0f/s searchable here, %.0f/s at all four; %v of processor time each",
		b.Reports, b.Drafts.Round(time.Millisecond), b.Released.Round(time.Millisecond), b.LocalRate(), b.EverywhereRate(), (b.CPU / time.Duration(b.Reports)).Round(time.Microsecond))
}

// Bulk files n reports numbered from first on, releases them as one batch and
// waits until all running nodes can find them.
func (h *House) Bulk(ctx context.Context, m label.MemberID, seed uint64, first, n int) (Bulk, error) {
	want := map[label.MemberID]int64{}
	for o, r := range h.running {
		c, err := r.Views().Counts(ctx)
		if err != nil {
			return Bulk{}, err
		}
		want[o] = c.Reports + int64(n)
	}
	b := Bulk{Reports: n}
	start, used := time.Now(), ProcessorTime()
	batch, err := h.File(ctx, m, seed, first, n)
	if err != nil {
		return b, err
	}
	b.Drafts = time.Since(start)
	if err := h.Release(ctx, m, batch); err != nil {
		return b, err
	}
	b.Released = time.Since(start) - b.Drafts
	if err := h.Holds(ctx, m, want[m]); err != nil {
		return b, err
	}
	b.Local = time.Since(start)
	for o := range h.running {
		if err := h.Holds(ctx, o, want[o]); err != nil {
			return b, err
		}
	}
	b.Everywhere, b.CPU = time.Since(start), ProcessorTime()-used
	for o, r := range h.running {
		rows, err := r.Views().Find(ctx, viewdb.Query{Text: "nr" + strconv.Itoa(first+n-1)})
		if err != nil || len(rows) != 1 {
			return b, errors.Join(err, fmt.Errorf("%s finds %d of the last report", o, len(rows)))
		}
	}
	return b, nil
}

// Holds waits until a node holds so many reports.
func (h *House) Holds(ctx context.Context, m label.MemberID, reports int64) error {
	return h.until(ctx, m, func(n *node.Node) (bool, error) {
		c, err := n.Views().Counts(ctx)
		return c.Reports >= reports, err
	})
}

// Latency is how long single releases took to be searchable at every other
// member, from the releasing officer's approval on.
type Latency struct {
	N                  int
	P50, P90, P99, Max time.Duration
}

// String says the percentiles in words.
func (l Latency) String() string {
	return fmt.Sprintf("%d releases: p50 %v, p90 %v, p99 %v, max %v", l.N, l.P50.Round(time.Millisecond), l.P90.Round(time.Millisecond), l.P99.Round(time.Millisecond), l.Max.Round(time.Millisecond))
}

// Latency files reports numbered from first on and releases them one by one,
// each when the one before can be found at all running nodes.
func (h *House) Latency(ctx context.Context, m label.MemberID, seed uint64, first, n int) (Latency, error) {
	duty, release, err := h.officers(ctx, m)
	if err != nil {
		return Latency{}, err
	}
	own := h.running[m]
	var took []time.Duration
	for i := range n {
		saved, err := own.SaveDraft(ctx, duty, "", "", Report(m, seed, first+i))
		if err != nil {
			return Latency{}, err
		}
		dec, err := own.Prepare(ctx, duty, []string{saved.ID}, "")
		if err != nil {
			return Latency{}, err
		}
		start := time.Now()
		if _, err := own.Approve(ctx, release, dec.ID, dec.Digest); err != nil {
			return Latency{}, err
		}
		var wg sync.WaitGroup
		errs := make(chan error, len(h.running))
		for o, r := range h.running {
			if o != m {
				wg.Go(func() { errs <- found1(ctx, r.Node, "nr"+strconv.Itoa(first+i)) })
			}
		}
		wg.Wait()
		took = append(took, time.Since(start))
		close(errs)
		for err := range errs {
			if err != nil {
				return Latency{}, err
			}
		}
	}
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[min(len(took)-1, int(p*float64(len(took))))] }
	return Latency{N: n, P50: at(.50), P90: at(.90), P99: at(.99), Max: took[len(took)-1]}, nil
}

// found1 waits until a search at a node gives something.
func found1(ctx context.Context, n *node.Node, word string) error {
	for {
		_, moved := n.Projected()
		rows, err := n.Views().Find(ctx, viewdb.Query{Text: word})
		if err != nil || len(rows) > 0 {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Empty takes log.db and view.db of a stopped node away and pins the charter
// again. Its keys and its local state stay, so that it opens, recovers, and
// follows from nothing.
func (h *House) Empty(ctx context.Context, m label.MemberID) error {
	if h.running[m] != nil {
		return fmt.Errorf("the node of %s runs", m)
	}
	for _, file := range []string{node.FileLog, node.FileViews} {
		for _, part := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(filepath.Join(h.Dir(m), file+part)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	file, err := os.ReadFile(filepath.Join(h.Dir(m), node.FileCharter))
	if err != nil {
		return err
	}
	_, err = node.Pin(ctx, h.Dir(m), file)
	return err
}

// CatchUp starts the node of a member that was away and returns how long it
// took until it held so many reports. The others must be running.
func (h *House) CatchUp(ctx context.Context, m label.MemberID, reports int64) (time.Duration, error) {
	start := time.Now()
	if err := h.start(ctx, m); err != nil {
		return 0, err
	}
	err := h.Holds(ctx, m, reports)
	return time.Since(start), err
}

// Rebuild makes the views of a stopped node again and returns how long it took
// and whether they are the same as before, byte for byte.
func (h *House) Rebuild(ctx context.Context, m label.MemberID) (Rebuilt, error) {
	n, err := node.Open(ctx, h.Options(m))
	if err != nil {
		return Rebuilt{}, err
	}
	defer n.Close()
	before := sha256.New()
	if err := n.Views().Dump(ctx, before); err != nil {
		return Rebuilt{}, err
	}
	start, used := time.Now(), ProcessorTime()
	if err := n.Rebuild(ctx, nil); err != nil {
		return Rebuilt{}, err
	}
	out := Rebuilt{Took: time.Since(start), CPU: ProcessorTime() - used}
	after := sha256.New()
	err = n.Views().Dump(ctx, after)
	out.Same = bytes.Equal(before.Sum(nil), after.Sum(nil))
	return out, err
}

// Rebuilt is what making the views again took, and whether they are the same.
type Rebuilt struct {
	Took time.Duration `json:"took_ns"`
	CPU  time.Duration `json:"cpu_ns"`
	Same bool          `json:"same"`
}

// Opened is what opening a node took.
type Opened struct {
	Took     time.Duration `json:"took_ns"`
	Resident int64         `json:"resident_bytes"` // of this process; 0 where it is not known
}

// Open opens a stopped node as a starting program does, up to its first
// answered search, and closes it again. The resident size is that of the whole
// process: measure it in one that has done nothing else.
func (h *House) Open(ctx context.Context, m label.MemberID) (Opened, error) {
	start := time.Now()
	n, err := node.Open(ctx, h.Options(m))
	if err != nil {
		return Opened{}, err
	}
	defer n.Close()
	if _, err := n.Status(ctx); err != nil {
		return Opened{}, err
	}
	if _, err := n.Views().Find(ctx, viewdb.Query{Text: word(1)}); err != nil {
		return Opened{}, err
	}
	return Opened{Took: time.Since(start), Resident: Resident()}, nil
}

// Resident returns the resident size of this process in bytes, 0 where the
// system does not say.
func Resident() int64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
