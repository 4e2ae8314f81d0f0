package node

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/store"
	"entente/internal/store/viewdb"
)

// A node restored from a backup that is older than its key packets reads its
// own reports again, and gives no packet the number of one that is in the log:
// what it releases from then on, the others read.
func TestRestoredWithoutItsSetKeys(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	all := mark("RESTRICTED", "IRN", four...)
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Title: "early", Portions: []act.PortionInput{portion(all, "IRN", "a sundial")}})
	for _, m := range four {
		h.find(m, viewdb.Query{Text: "sundial"}, 1)
	}
	officers := h.nodes["IRN"].officers
	h.nodes["IRN"].stop()
	delete(h.nodes, "IRN")

	// The backup: as now, but of before the first packet and report.
	dir := filepath.Join(h.dir, "IRN")
	db, err := store.Open(filepath.Join(dir, keyring.FileKeys), store.Options{SecureDelete: true})
	check(t, err)
	check(t, db.Write(context.Background(), func(tx *sql.Tx) error {
		for _, q := range []string{`DELETE FROM set_key`, `DELETE FROM envelope_key`} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	}))
	check(t, db.Close())
	db, err = store.Open(filepath.Join(dir, FileLog), store.Options{})
	check(t, err)
	check(t, db.Write(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE own SET ref = NULL`)
		return err
	}))
	check(t, db.Close())
	for _, name := range []string{FileViews, FileViews + "-wal", FileViews + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			check(t, err)
		}
	}

	h.start("IRN")
	h.nodes["IRN"].officers = officers
	h.find("IRN", viewdb.Query{Text: "sundial"}, 1)
	h.ready("IRN")
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Title: "late", Portions: []act.PortionInput{portion(all, "IRN", "a trampoline")}})
	for _, m := range four {
		h.find(m, viewdb.Query{Text: "trampoline"}, 1)
	}
}
