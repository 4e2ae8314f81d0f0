package stations

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// CatchUp takes the last member's files away, starts its station from nothing,
// and returns how long it took until it held the whole log certified: every
// header verified, every body stored.
func (c *Centre) CatchUp(ctx context.Context) (leaves int64, took time.Duration, err error) {
	m := c.members[len(c.members)-1]
	leaves = c.members[0].station.Certified().Size
	if m.close == nil {
		return 0, 0, errors.New("the station does not run")
	}
	err = m.close()
	m.close = nil
	if err != nil {
		return 0, 0, err
	}
	if err := os.RemoveAll(filepath.Join(c.options.Dir, string(m.id))); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	l, err := net.Listen("tcp", c.addresses[m.id])
	if err != nil {
		return 0, 0, err
	}
	if err := m.start(ctx, c.founding, c.options, c.addresses, l); err != nil {
		return 0, 0, err
	}
	for {
		changed := m.station.Changed()
		if h := m.station.Halted(); h != nil {
			return 0, 0, fmt.Errorf("%s halted: %s", m.id, h.Message)
		}
		if m.station.Certified().Size >= leaves {
			return leaves, time.Since(began), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
}
