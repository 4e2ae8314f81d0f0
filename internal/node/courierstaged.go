package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/internal/bundle"
	"entente/internal/section"
)

// The copies of bundles that wait to be taken in (spec/bundle.md, section 7).

// maxStaged bounds copies that wait; each may be as large as a bundle.
const maxStaged = 4

// StagedBundle says how many bytes of a file with the given SHA-256 (hex) are
// here, and whether that is all of it.
func (n *Node) StagedBundle(ctx context.Context, o section.Officer, file string) (have int64, whole bool, err error) {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/in"); err != nil {
		return 0, false, err
	}
	path, err := n.stagedPath(file)
	if err != nil {
		return 0, false, err
	}
	if st, err := os.Stat(path); err == nil {
		return st.Size(), true, nil
	}
	st, err := os.Stat(path + ".part")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	}
	return st.Size(), false, nil
}

func (n *Node) stagedPath(file string) (string, error) {
	raw, err := hex.DecodeString(file)
	if err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != file {
		return "", ErrBundleAbsent
	}
	return filepath.Join(n.courierDir("in"), file+".age"), nil
}

// StageBundle copies a bundle's file beside the databases, from an offset on:
// what came before a broken transfer is kept. size is the whole file's. Errors:
// section.ErrForbidden, ErrBundleOffset, bundle.ErrTruncated, bundle.ErrDamaged
// when the whole has not the digest, centre.ErrFull.
func (n *Node) StageBundle(ctx context.Context, o section.Officer, file string, offset, size int64, r io.Reader, progress func(int64)) error {
	have, whole, err := n.StagedBundle(ctx, o, file)
	if err != nil {
		return err
	}
	if whole {
		return nil
	}
	if _, err := bundle.ClassOf(size); err != nil {
		return err
	}
	if offset != have {
		return fmt.Errorf("%w (%d bytes are here)", ErrBundleOffset, have)
	}
	if !n.courier.TryLock() {
		return ErrBundleBusy
	}
	defer n.courier.Unlock()
	path, err := n.stagedPath(file)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if have == 0 {
		if err := n.dropWaiting(ctx, dir); err != nil {
			return err
		}
	}
	if err := n.roomFor(size - have); err != nil {
		return err
	}
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer part.Close()
	if _, err := part.Seek(have, io.SeekStart); err != nil {
		return err
	}
	tell := func(got int64) {
		if progress != nil {
			progress(have + got)
		}
	}
	got, err := io.Copy(part, &meter{ctx: ctx, r: io.LimitReader(r, size-have+1), tell: tell})
	if err != nil {
		return fullDisk(err)
	}
	n.courierFault("copied")
	if have+got != size {
		if have+got > size {
			os.Remove(path + ".part")
		}
		return fmt.Errorf("%w (%d of %d bytes came)", bundle.ErrTruncated, have+got, size)
	}
	sum := sha256.New()
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(sum, &meter{ctx: ctx, r: part}); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != file {
		return errors.Join(fmt.Errorf("%w (the copy has another digest than the file that was offered)", bundle.ErrDamaged), os.Remove(path+".part"))
	}
	if err := part.Sync(); err != nil {
		return fullDisk(err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	n.courierFault("staged")
	return nil
}

// dropWaiting makes room for another copy: of those that wait, for example for a
// bundle before them, the oldest goes, unless its adoption has begun.
func (n *Node) dropWaiting(ctx context.Context, dir string) error {
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return err
	}
	es, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var waiting []fs.FileInfo
	for _, e := range es {
		file, _, _ := strings.Cut(e.Name(), ".")
		if _, begun := adopting[file]; begun {
			continue
		}
		if i, err := e.Info(); err == nil {
			waiting = append(waiting, i)
		}
	}
	slices.SortFunc(waiting, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for len(waiting) >= maxStaged {
		if err := os.Remove(filepath.Join(dir, waiting[0].Name())); err != nil {
			return err
		}
		waiting = waiting[1:]
	}
	return nil
}

// DropStaged removes the copy of a bundle, unless its adoption has begun.
func (n *Node) DropStaged(ctx context.Context, o section.Officer, file string) error {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/in"); err != nil {
		return err
	}
	path, err := n.stagedPath(file)
	if err != nil {
		return err
	}
	if !n.courier.TryLock() {
		return ErrBundleBusy
	}
	defer n.courier.Unlock()
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return err
	}
	if _, begun := adopting[file]; begun {
		return ErrBundleBusy
	}
	for _, p := range []string{path, path + ".part"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
