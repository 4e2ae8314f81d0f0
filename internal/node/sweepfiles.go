package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"entente/act"
)

// fileRest is how long a sealed file that nothing names stays: an officer
// attaches first and writes the draft then.
const fileRest = 48 * time.Hour

// codeSwept: a draft names a sealed file that is no longer here.
const codeSwept = "attachment_gone"

// filesHere refuses a draft that names a sealed file which is not here: no
// reader could be given it. The caller holds n.naming.
func (n *Node) filesHere(d *Draft) error {
	var findings []act.Finding
	for i := range d.Portions {
		for _, a := range d.Portions[i].Attachments {
			_, err := os.Stat(filepath.Join(n.dir, DirAttached, a.Digest.String()))
			if err == nil {
				continue
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			findings = append(findings, act.Finding{Portion: i + 1, Code: codeSwept, Text: fmt.Sprintf(
				"the attachment %q is not on this node (any more): a sealed file that no draft names is removed after %d hours; attach the file again, and name what that answers", a.Name, int(fileRest.Hours()))})
		}
	}
	if len(findings) > 0 {
		return &Refused{findings}
	}
	return nil
}

// sweepFiles removes the sealed files that no draft and no report names any
// more, and what has come of fetches that nobody went on with. A file that
// another member gave can be fetched from it again; an own one that is named
// nowhere can be opened by nobody, for its key stood where it was named.
func (n *Node) sweepFiles(ctx context.Context) (removed int, err error) {
	// What is here may be among what a bundle brings, whose acts name it.
	if !n.courier.files.TryLock() {
		return 0, nil
	}
	defer n.courier.files.Unlock()
	// While the views are being made again they name too little.
	if cursor, _ := n.Projected(); cursor < n.station.Certified().Size {
		return 0, nil
	}
	dir := filepath.Join(n.dir, DirAttached)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	before := n.now().Add(-fileRest)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		name, part := strings.CutSuffix(e.Name(), ".part")
		raw, err := hex.DecodeString(name)
		if err != nil || len(raw) != 32 {
			continue // being sealed
		}
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // gone meanwhile, or too young
		}
		gone, err := n.sweepFile(ctx, [32]byte(raw), filepath.Join(dir, e.Name()), part)
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	if removed > 0 {
		n.logger.Info("sealed files that nothing names are removed", "files", removed)
		return removed, syncDir(dir)
	}
	return 0, nil
}

// sweepFile removes one file, unless something names it; part says that it is
// only a part of one. No draft is saved meanwhile.
func (n *Node) sweepFile(ctx context.Context, digest [32]byte, path string, part bool) (bool, error) {
	if part {
		// Nobody is fetching it while this turn lasts.
		end, err := n.fetching.begin(ctx, digest)
		if err != nil {
			return false, err
		}
		defer end()
		if info, err := os.Stat(path); err != nil || !info.ModTime().Before(n.now().Add(-fileRest)) {
			return false, nil
		}
		return true, os.Remove(path)
	}
	n.naming.Lock()
	defer n.naming.Unlock()
	used, err := n.fileInUse(ctx, digest, nil)
	if err != nil || used {
		return false, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, nil
}
