package node

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store"
	"entente/label"
)

// A node restored from a backup of before its last epoch keys were drawn says
// that they are lost, and states others as soon as its certificate is renewed.
func TestLostEpochKeysAreStatedAnew(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	last := h.nodes["IRN"].station.Epoch() + charter.PublishAhead
	officers := h.nodes["IRN"].officers
	stated, ok := h.nodes["IRQ"].station.State().EpochKey("IRN", last)
	if !ok {
		t.Fatal("no key is stated for the epoch furthest ahead")
	}
	h.nodes["IRN"].stop()
	delete(h.nodes, "IRN")
	db, err := store.Open(filepath.Join(h.dir, "IRN", keyring.FileKeys), store.Options{SecureDelete: true})
	check(t, err)
	check(t, db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM epoch_key WHERE epoch = ?`, last)
		return err
	}))
	check(t, db.Close())

	h.start("IRN")
	h.nodes["IRN"].officers = officers
	irn := h.nodes["IRN"]
	h.eventually("IRN says that a key is lost", func() bool {
		st, err := irn.Status(ctx)
		check(t, err)
		return slices.Equal(st.LostEpochs, []uint32{last})
	})
	custodian := h.officer("IRN", "chief", section.RoleCustodian)
	h.eventually("IRN may sign", irn.station.MaySign)
	next, err := irn.NextKeys(ctx, custodian, false)
	check(t, err)
	root, err := keyring.OpenRoot(filepath.Join(h.dir, "IRN.root"), keyring.Passphrase([]byte(testPassphrase)))
	check(t, err)
	signed, err := root.Certify(next)
	check(t, err)
	_, _, err = irn.FileCertificate(ctx, custodian, signed)
	check(t, err)
	for _, m := range []label.MemberID{"IRQ", "IRN"} {
		h.eventually(string(m)+" knows another key", func() bool {
			is, ok := h.nodes[m].station.State().EpochKey("IRN", last)
			return ok && *is != *stated
		})
	}
	is, _ := irn.station.State().EpochKey("IRN", last)
	if has, err := irn.ring.HasEpochKey(ctx, last, is); err != nil || !has {
		t.Errorf("IRN has no key for what it stated: %v", err)
	}
	h.eventually("nothing is lost any more", func() bool {
		st, err := irn.Status(ctx)
		check(t, err)
		return len(st.LostEpochs) == 0
	})
}

// Whoever finds the loss while it may not sign yet, as every node does when it
// starts, states the keys when it may.
func TestLostEpochKeysAreStatedAfterARestart(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	irn := h.nodes["IRN"]
	last := irn.station.Epoch() + charter.PublishAhead
	custodian := h.officer("IRN", "chief", section.RoleCustodian)
	h.eventually("IRN may sign", irn.station.MaySign)
	next, err := irn.NextKeys(ctx, custodian, false)
	check(t, err)
	root, err := keyring.OpenRoot(filepath.Join(h.dir, "IRN.root"), keyring.Passphrase([]byte(testPassphrase)))
	check(t, err)
	signed, err := root.Certify(next)
	check(t, err)
	_, _, err = irn.FileCertificate(ctx, custodian, signed)
	check(t, err)
	for _, m := range four {
		h.eventually(string(m)+" has the certificate", func() bool { return h.nodes[m].station.State().MayRestate("IRN", last) })
	}
	stated, _ := irn.station.State().EpochKey("IRN", last)
	h.stopAll()
	db, err := store.Open(filepath.Join(h.dir, "IRN", keyring.FileKeys), store.Options{SecureDelete: true})
	check(t, err)
	check(t, db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM epoch_key WHERE epoch = ?`, last)
		return err
	}))
	check(t, db.Close())
	h.start("IRN")
	h.eventually("IRN says that a key is lost", func() bool {
		st, err := h.nodes["IRN"].Status(ctx)
		check(t, err)
		return slices.Equal(st.LostEpochs, []uint32{last})
	})
	h.start("IRQ", "RUS", "SYR")
	h.eventually("IRQ knows another key", func() bool {
		is, ok := h.nodes["IRQ"].station.State().EpochKey("IRN", last)
		return ok && *is != *stated
	})
}
