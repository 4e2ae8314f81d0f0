package nodes

import (
	"context"
	"errors"
	"time"

	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// Carried is what [House.Carry] measured.
type Carried struct {
	Leaves    int64
	Bytes     int64         // of headers and bodies
	File      int64         // of the bundle's file, padding included
	Export    time.Duration // until the file is on the disk
	Import    time.Duration // copied, verified, stored and certified
	Projected time.Duration // after that, until all can be found
	// What the process used of the processors meanwhile, which a busy machine
	// disturbs less than the time on the clock.
	ExportCPU, ImportCPU time.Duration
}

// ExportRate and ImportRate are bytes of headers and bodies a second, in
// millions.
func (c Carried) ExportRate() float64 { return float64(c.Bytes) / 1e6 / c.Export.Seconds() }

// ImportRate is ExportRate for the import.
func (c Carried) ImportRate() float64 { return float64(c.Bytes) / 1e6 / c.Import.Seconds() }

// StartDark runs a member's node without a line.
func (h *House) StartDark(ctx context.Context, m label.MemberID) error {
	o := h.Options(m)
	o.Addresses = map[label.MemberID]string{}
	n, err := node.Open(ctx, o)
	if err != nil {
		return err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- n.Run(life) }()
	h.running[m] = &running{Node: n, stop: func() error {
		cancel()
		return errors.Join(<-done, n.Close())
	}}
	return nil
}

// Carry takes what one member's node has and another's lacks from the one to
// the other in a bundle. The sender's node is stopped before the import: its
// machine is another one.
func (h *House) Carry(ctx context.Context, from, to label.MemberID) (c Carried, err error) {
	sender, reader := h.running[from], h.running[to]
	var officers [2]section.Officer
	for i, m := range []label.MemberID{from, to} {
		if _, _, err := h.officers(ctx, m); err != nil {
			return c, err
		}
		if _, officers[i], err = h.running[m].Section().LogIn(ctx, "custodian", "correct horse battery", "measurement"); err != nil {
			return c, err
		}
	}
	began, used := time.Now(), ProcessorTime()
	b, err := sender.ExportBundle(ctx, officers[0], node.BundleRequest{To: to})
	if err != nil {
		return c, err
	}
	c.Export, c.ExportCPU, c.Leaves, c.File = time.Since(began), ProcessorTime()-used, b.LogTo-b.LogFrom, b.Size
	var bodies int64
	if err := sender.Station().Log().DB().Reader.QueryRowContext(ctx, `SELECT coalesce(sum(length(data)), 0) FROM body WHERE idx >= ? AND idx < ?`, b.LogFrom, b.LogTo).Scan(&bodies); err != nil {
		return c, err
	}
	c.Bytes = bodies + 256*c.Leaves
	f, _, err := sender.BundleFile(ctx, officers[0], to, b.Number)
	if err != nil {
		return c, err
	}
	defer f.Close()
	if err := h.Stop(from); err != nil {
		return c, err
	}
	began, used = time.Now(), ProcessorTime()
	if err := reader.StageBundle(ctx, officers[1], b.File, 0, b.Size, f, nil); err != nil {
		return c, err
	}
	if _, err := reader.ImportBundle(ctx, officers[1], b.File, nil); err != nil {
		return c, err
	}
	c.Import, c.ImportCPU = time.Since(began), ProcessorTime()-used
	began = time.Now()
	err = h.until(ctx, to, func(n *node.Node) (bool, error) {
		at, _ := n.Projected()
		return at >= b.LogTo, nil
	})
	c.Projected = time.Since(began)
	return c, err
}
