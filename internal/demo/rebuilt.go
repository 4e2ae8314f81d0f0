package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"

	"entente/internal/node"
	"entente/internal/service"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/label"
)

// rebuilt stops a node, makes its views again, and wants them to be the same.
func (d *demo) rebuilt(ctx context.Context, m label.MemberID) (err error) {
	// What is made again has all that is certified, and so must what it is compared with.
	if err := d.wait(ctx, "the views of "+string(m)+" to have all that is certified", func() (bool, error) {
		st, err := d.desks[m]["insp"].Status(ctx)
		return err == nil && st.Views.Projected >= st.Log.Certified, err
	}); err != nil {
		return err
	}
	if err := d.house.stop(m, false); err != nil {
		return fmt.Errorf("it did not stop in order: %w", err)
	}
	defer func() {
		err = errors.Join(err, d.house.start(ctx, m))
	}()
	conf := d.house.configs[m]
	before, err := dump(ctx, filepath.Join(conf.Dir, node.FileViews))
	if err != nil {
		return err
	}
	n, err := service.Open(ctx, conf, service.Options{Logger: d.Logger})
	if err != nil {
		return err
	}
	if err := errors.Join(n.Rebuild(ctx, nil), n.Close()); err != nil {
		return err
	}
	after, err := dump(ctx, filepath.Join(conf.Dir, node.FileViews))
	if err != nil {
		return err
	}
	if before != after {
		return errors.New("they differ")
	}
	return nil
}

// dump returns the hash of all rows of a node's views.
func dump(ctx context.Context, path string) (sum [sha256.Size]byte, err error) {
	v, _, err := viewdb.Open(path, store.Options{})
	if err != nil {
		return sum, err
	}
	defer v.Close()
	h := sha256.New()
	if err := v.Dump(ctx, h); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
