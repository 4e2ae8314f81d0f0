package backup

import (
	"path/filepath"
	"testing"

	"entente/internal/config"
	"entente/internal/store"
	"entente/internal/store/taxiidb"
)

// What a tool wrote and had not reached the intake comes back with a backup.
func TestWhatToolsWroteIsKept(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	// Of a node that stands still, so that nothing hands it on meanwhile.
	first, still := filepath.Join(t.TempDir(), "save"), filepath.Join(t.TempDir(), "IRQ")
	_, err := s.take(t, ctx, first)
	check(t, err)
	_, file, err := Restore(ctx, first, still, Options{})
	check(t, err)
	conf, err := config.Load(file)
	check(t, err)
	db, err := store.Open(filepath.Join(still, taxiidb.File), store.Options{})
	check(t, err)
	check(t, db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO intake (account, officer, at, persons, raw) VALUES ('a tool', 'irq.duty', 1, 0, '{"type": "report"}')`)
		return err
	}))
	check(t, db.Close())
	dir, to := filepath.Join(t.TempDir(), "save"), filepath.Join(t.TempDir(), "IRQ")
	_, _, err = Take(ctx, conf, file, dir, Options{Now: taken})
	check(t, err)
	_, _, err = Restore(ctx, dir, to, Options{})
	check(t, err)
	restored, err := taxiidb.Open(to)
	check(t, err)
	defer restored.Close()
	list, err := restored.Waiting(ctx, 10)
	check(t, err)
	if len(list) != 1 || list[0].Account != "a tool" || list[0].Officer != "irq.duty" || string(list[0].Raw) != `{"type": "report"}` {
		t.Errorf("restored are %+v", list)
	}
}
