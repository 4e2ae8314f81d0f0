package keyring

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"entente/internal/store"
	"entente/label"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dbOptions: durable, since a key that is lost loses what was sealed under it.
var dbOptions = store.Options{SecureDelete: true, Readers: 4}

// selfValue is wrapped in keys.db to tell whether the local key fits it.
var selfValue = []byte("entente/v1/keys.db")

// createDB makes an empty keys.db for a local key.
func createDB(path string, member label.MemberID, local *secret) error {
	db, err := migrated(path)
	if err != nil {
		return err
	}
	w := newWrapper(local)
	defer w.wipe()
	err = db.Update(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO self (member, wrapped) VALUES (?, ?)`, string(member), w.seal(nil, selfValue, []byte(member)))
		return err
	})
	return errors.Join(err, db.Close())
}

func migrated(path string) (*store.DB, error) {
	db, err := store.Open(path, dbOptions)
	if err != nil {
		return nil, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = store.Migrate(db, dir)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openDB opens keys.db, which Create has made. A missing one is never made
// anew here: its keys would be lost without a word.
func (k *Keyring) openDB(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s; restore it together with the directory %s", ErrMissing, keysDB, keysDir)
	}
	db, err := migrated(path)
	if err != nil {
		return err
	}
	k.db = db
	if err := db.Prepare(statements...); err != nil {
		return err
	}
	var member string
	var wrapped []byte
	if err := db.Reader.QueryRow(`SELECT member, wrapped FROM self`).Scan(&member, &wrapped); err != nil {
		return fmt.Errorf("%w: %s has no owner (%v); restore it", ErrDamaged, keysDB, err)
	}
	if member != string(k.member) {
		return fmt.Errorf("%w: %s is of %s, the keys are of %s; restore both together", ErrDamaged, keysDB, member, k.member)
	}
	if _, err := k.wrap.open(nil, wrapped, []byte(member)); err != nil {
		return err
	}
	// A crash may have come between forgetting and cutting the log.
	return k.truncate(context.Background())
}

// truncate cuts the write-ahead log, in which earlier forms of pages stand.
func (k *Keyring) truncate(ctx context.Context) error {
	k.truncating.Lock()
	defer k.truncating.Unlock()
	return k.db.Shrink(ctx)
}

// statements are prepared once.
var statements = []string{
	sqlPutEpochKey, sqlPutSetKey, sqlNextPacket, sqlInsertEnvelope, sqlInsertEnvelopes, sqlReuseSlot,
	sqlTakeFree, sqlUseFree, sqlFindSlot, sqlClearSlot, sqlAddFree,
}
