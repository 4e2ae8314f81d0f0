package node

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// What a bundle brings besides its acts takes room in the quota here, and only
// its acts say whether anybody may read it: what none of them names goes as soon
// as they are projected (spec/bundle.md, section 7).

// brought is the time that an attachment carries which a bundle has brought and
// of which it is not known yet whether an act names it.
var brought = time.Unix(0, 0)

// takeFiles keeps attachments from being looked through while a bundle is taken;
// end is called when that has ended, whether it was adopted or not.
func (n *Node) takeFiles() (end func()) {
	c := &n.courier
	c.files.Lock()
	return func() {
		c.head = max(c.head, n.station.Certified().Size)
		c.files.Unlock()
		select {
		case c.ended <- struct{}{}:
		default:
		}
	}
}

// sweepWhatCame removes what bundles brought and nothing names, as soon as their
// acts are projected, until ctx ends.
func (n *Node) sweepWhatCame(ctx context.Context) error {
	n.takeFiles()() // what came before this start
	for {
		_, moved := n.Projected()
		swept, err := n.sweepBrought(ctx)
		if err != nil && ctx.Err() == nil {
			n.logger.Error("what a bundle brought and nothing names is not removed yet", "err", err)
		}
		if swept || err != nil {
			moved = nil // until the next bundle
		}
		select {
		case <-moved:
		case <-n.courier.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sweepBrought removes the attachments that bundles brought and nothing names;
// those that are named are attachments like others from here on. It does
// nothing, and says so, while a bundle is being taken or the acts of those that
// were are not projected.
func (n *Node) sweepBrought(ctx context.Context) (swept bool, err error) {
	if !n.courier.files.TryLock() {
		return false, nil
	}
	defer n.courier.files.Unlock()
	if cursor, _ := n.Projected(); cursor < n.courier.head {
		return false, nil
	}
	dir := filepath.Join(n.dir, DirAttached)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	removed := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		raw, err := hex.DecodeString(e.Name())
		if err != nil || len(raw) != 32 {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.ModTime().Equal(brought) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		gone, err := n.sweepFile(ctx, [32]byte(raw), path, false)
		if err != nil {
			return false, err
		}
		if gone {
			removed++
			continue
		}
		now := n.now()
		if err := os.Chtimes(path, now, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	if removed > 0 {
		n.logger.Warn("attachments that came by courier and that nothing names are removed", "files", removed)
		return true, syncDir(dir)
	}
	return true, nil
}
