package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// courierFigures measures a bundle from a node with a line to one without.
func courierFigures(ctx context.Context, r *run) (out []figure, err error) {
	n := 10_000
	if r.full {
		n = 100_000
	}
	h, _, err := house(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	if err := h.Stop("SYR"); err != nil {
		return nil, err
	}
	for done := 0; done < n; done += 10_000 {
		if _, err := h.Bulk(ctx, "IRQ", 5, done, min(10_000, n-done)); err != nil {
			return nil, err
		}
	}
	// Each member has a machine of its own: what the others still read of their
	// texts is not to be counted here.
	if err := h.Stop("IRQ", "IRN"); err != nil {
		return nil, err
	}
	if err := h.StartDark(ctx, "SYR"); err != nil {
		return nil, err
	}
	c, err := h.Carry(ctx, "RUS", "SYR")
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%d envelopes, %.0f MB", c.Leaves, float64(c.Bytes)/1e6)
	return []figure{
		least("bundle exported ("+what+")", c.ExportRate(), "MB/s", 20).noted("file of %.0f MB with its padding, in %.1f s, %.1f ms of processor a MB", float64(c.File)/1e6, c.Export.Seconds(), perMB(c.ExportCPU, c.Bytes)),
		least("bundle copied, verified and stored ("+what+")", c.ImportRate(), "MB/s", 20).noted("in %.1f s, %.1f ms of processor a MB; projected %.1f s later", c.Import.Seconds(), perMB(c.ImportCPU, c.Bytes), c.Projected.Seconds()),
	}, nil
}

// perMB is a time in milliseconds for each million bytes.
func perMB(used time.Duration, bytes int64) float64 {
	return used.Seconds() * 1e3 / (float64(bytes) / 1e6)
}
