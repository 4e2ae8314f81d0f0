package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"entente/charter"
	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/label"
	"entente/seal"
)

// envelopes counts the sealed leaves of each originator.
func (d *demo) envelopes(ctx context.Context) error {
	if err := d.agree(ctx); err != nil { // what is in the log is in the views of who sent it
		return err
	}
	log, err := logdb.Open(filepath.Join(d.house.configs["IRN"].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	size, err := log.Size(ctx)
	if err != nil {
		return err
	}
	raw, err := log.Headers(ctx, 0, size)
	if err != nil {
		return err
	}
	got, want := map[label.MemberID]int{}, map[label.MemberID]int{"IRQ": d.played.list}
	for ; len(raw) > 0; raw = raw[seal.HeaderSize:] {
		h, err := seal.ParseHeader(raw[:seal.HeaderSize])
		if err != nil {
			return err
		}
		if h.Kind == seal.Sealed {
			got[h.Originator]++
		}
	}
	for _, rep := range d.filed() {
		want[rep.from] += len(members()) - 1
	}
	for m, n := range d.played.said {
		want[m] += n * (len(members()) - 1)
	}
	// What was made of what is taken back is told of by its releasers' nodes.
	for _, m := range members() {
		page, err := d.desks[m]["an"].Recalls(ctx, api.FindRecalls{Own: true, Limit: 500})
		if err != nil {
			return err
		}
		for _, r := range page.Recalls {
			if r.Kind == "review" {
				want[m] += len(members()) - 1
			}
		}
	}
	for _, m := range members() {
		if got[m] != want[m] {
			return fmt.Errorf("%s has %d sealed envelopes in the log, not %d", m, got[m], want[m])
		}
	}
	return nil
}

func (d *demo) oneHead(ctx context.Context) error {
	if err := d.agree(ctx); err != nil {
		return err
	}
	var root string
	for _, m := range members() {
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if st.Halted != nil {
			return fmt.Errorf("%s has halted: %s", m, st.Halted.Message)
		}
		if root == "" {
			root = st.Log.Root
		}
		if st.Log.Root != root {
			return fmt.Errorf("%s has another root", m)
		}
	}
	return nil
}

func (d *demo) cosigned(ctx context.Context) error {
	for _, m := range members() {
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if len(st.Log.Cosigned) < 3 || st.Log.Quorum != 3 {
			return fmt.Errorf("%s holds %d cosignatures, quorum %d", m, len(st.Log.Cosigned), st.Log.Quorum)
		}
	}
	return nil
}

func (d *demo) quarantine(ctx context.Context) error {
	for _, m := range members() {
		q, err := d.desks[m]["insp"].Quarantine(ctx, 0)
		if err != nil {
			return err
		}
		if len(q) > 0 {
			return fmt.Errorf("%s did not understand %d envelopes: %s", m, len(q), q[0].Code)
		}
	}
	return nil
}

func (d *demo) evidence(ctx context.Context) error {
	for _, m := range members() {
		e, err := d.desks[m]["insp"].Evidence(ctx)
		if err != nil {
			return err
		}
		if len(e) > 0 {
			return fmt.Errorf("%s holds evidence: %s", m, e[0].Kind)
		}
	}
	return nil
}

// bodies reads every body from a node's file.
func (d *demo) bodies(ctx context.Context, m label.MemberID) error {
	log, err := logdb.Open(filepath.Join(d.house.configs[m].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	size, err := log.Size(ctx)
	if err != nil {
		return err
	}
	for from := int64(0); from < size; from += 64 {
		run, err := log.Read(ctx, from, min(from+64, size))
		if err != nil {
			return err
		}
		for i, body := range run.Bodies {
			if body == nil {
				return fmt.Errorf("the body of leaf %d is lost", from+int64(i))
			}
			if err := seal.CheckBody(run.Header(i), body); err != nil {
				return fmt.Errorf("leaf %d: %w", from+int64(i), err)
			}
		}
	}
	return nil
}

// copyOf makes a copy of a member's log.
func (d *demo) copyOf(ctx context.Context, m label.MemberID, to string) error {
	log, err := logdb.Open(filepath.Join(d.house.configs[m].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = logcopy.Write(ctx, log, d.house.found, to, nil)
	return err
}

func (d *demo) withCopy(ctx context.Context, m label.MemberID, look func(dir string, pinned charter.Hash) error) error {
	dir, err := os.MkdirTemp("", "entente-copy-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := d.copyOf(ctx, m, dir); err != nil {
		return err
	}
	return look(dir, d.house.found.Hash())
}

func (d *demo) outside(ctx context.Context, m label.MemberID) error {
	return d.withCopy(ctx, m, func(dir string, pinned charter.Hash) error {
		v, err := logcopy.Verify(os.DirFS(dir), &pinned, nil)
		if err != nil {
			return err
		}
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if v.Size != st.Log.Certified {
			return fmt.Errorf("it verifies %d leaves, the node shows %d", v.Size, st.Log.Certified)
		}
		return nil
	})
}

// python3 has the verifier that was written from the specification alone look
// at a member's log.
func (d *demo) python3(ctx context.Context, m label.MemberID) error {
	return d.withCopy(ctx, m, func(dir string, _ charter.Hash) error {
		ran, err := python(ctx, dir)
		if err == nil && !ran {
			return errors.New("it did not run")
		}
		return err
	})
}

func (d *demo) tampered(ctx context.Context) error {
	return d.withCopy(ctx, "RUS", func(dir string, pinned charter.Hash) error {
		var entries string
		err := filepath.WalkDir(filepath.Join(dir, logcopy.DirLog, "tile", "entries"), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				entries = path
			}
			return err
		})
		if err != nil {
			return err
		}
		data, err := os.ReadFile(entries)
		if err != nil {
			return err
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(entries, data, 0o600); err != nil {
			return err
		}
		if _, err := logcopy.Verify(os.DirFS(dir), &pinned, nil); err == nil {
			return errors.New("it was taken for whole")
		}
		return nil
	})
}
