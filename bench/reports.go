package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"entente/bench/nodes"
	"entente/label"
)

// house founds a centre of whole nodes and starts them; the caller stops it.
func house(ctx context.Context, r *run) (h *nodes.House, dir string, err error) {
	if dir, err = r.scratch(); err != nil {
		return nil, "", err
	}
	dir = filepath.Join(dir, "house")
	if h, err = nodes.New(dir); err != nil {
		return nil, "", err
	}
	if err := h.Start(ctx, nodes.Members...); err != nil {
		return nil, "", errors.Join(err, h.Stop())
	}
	return h, dir, nil
}

// reports measures whole nodes: bulk imports, single releases, catching up,
// making the views again, and starting.
func reports(ctx context.Context, r *run) (out []figure, err error) {
	n := 6000
	if r.full {
		n = 100_000
	}
	h, dir, err := house(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	const away label.MemberID = "SYR"
	// Single releases first, on an empty log, then in bulk.
	single := 100
	lat, err := h.Latency(ctx, "IRQ", 1, 2_000_000, single)
	if err != nil {
		return nil, err
	}
	out = append(out, most("release of 4 portions to searchable at three others, p99", lat.P99.Seconds()*1000, "ms", 300).noted("%d releases, p50 %.0f ms", lat.N, lat.P50.Seconds()*1000))

	parts := 4
	var local, everywhere []float64
	var all nodes.Bulk
	for i := range parts {
		b, err := h.Bulk(ctx, "IRQ", 2, i*(n/parts), n/parts)
		if err != nil {
			return out, err
		}
		local, everywhere = append(local, b.LocalRate()), append(everywhere, b.EverywhereRate())
		all.Reports += b.Reports
		all.Local += b.Local
		all.Everywhere += b.Everywhere
	}
	out = append(out,
		least(fmt.Sprintf("bulk import filed and searchable locally (%d reports)", all.Reports), all.LocalRate(), "1/s", 1000),
		least(fmt.Sprintf("bulk import searchable at all four (%d reports)", all.Reports), all.EverywhereRate(), "1/s", 300),
		flat("cost of a report at all four, last quarter over first", everywhere[0]/everywhere[parts-1], r.full).noted("to %d reports, demanded to 100,000; locally %.2f", all.Reports, local[0]/local[parts-1]))

	// A node whose log and views are taken away follows from nothing.
	if err := h.Stop(away); err != nil {
		return out, err
	}
	if err := h.Empty(ctx, away); err != nil {
		return out, err
	}
	held := int64(n + single)
	took, err := h.CatchUp(ctx, away, held)
	if err != nil {
		return out, err
	}
	out = append(out, least(fmt.Sprintf("catch-up from nothing: reports opened and projected (%d)", held), float64(held)/took.Seconds(), "1/s", 100_000.0/60).noted("100,000 in %.0f s at this rate; bar 60 s", 100_000/(float64(held)/took.Seconds())))

	if err := h.Stop(); err != nil {
		return out, err
	}
	opened, err := openApart(ctx, dir, away)
	if err != nil {
		return out, err
	}
	out = append(out, most(fmt.Sprintf("start to ready with %d reports", held), opened.Took.Seconds(), "s", 1))
	if memory := fmt.Sprintf("resident memory with %d reports", held); opened.Resident > 0 {
		out = append(out, most(memory, float64(opened.Resident)/(1<<20), "MiB", 200))
	} else {
		out = append(out, absent(memory, errSilent))
	}

	re, err := h.Rebuild(ctx, away)
	if err != nil {
		return out, err
	}
	f := least(fmt.Sprintf("rebuild of the views (%d reports)", held), float64(held)/re.Took.Seconds(), "1/s", 100_000.0/60).noted("100,000 in %.0f s at this rate; bar 60 s; views are the same: %v", 100_000/(float64(held)/re.Took.Seconds()), re.Same)
	if !re.Same {
		no := false
		f.OK = &no
	}
	return append(out, f), nil
}

// openApart opens a node in a process that has done nothing else.
func openApart(ctx context.Context, dir string, m label.MemberID) (o nodes.Opened, err error) {
	self, err := os.Executable()
	if err != nil {
		return o, err
	}
	cmd := exec.CommandContext(ctx, self, "-open", string(m), "-dir", dir)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(text, &o)
}

// openNode is the other side of openApart.
func openNode(ctx context.Context, dir, member string) error {
	h, err := nodes.At(dir)
	if err != nil {
		return err
	}
	began := time.Now()
	o, err := h.Open(ctx, label.MemberID(member))
	if err != nil {
		return err
	}
	if o.Took == 0 {
		o.Took = time.Since(began)
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}
