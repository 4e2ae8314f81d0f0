package keyring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entente/internal/store"
)

// Forget destroys the keys of envelopes: overwritten in keys.db, and its
// write-ahead log cut, so that none is left in any file. Ids that are not held
// are passed over. An error means that something may be left: repeat it.
//
// While the set key of the envelope's epoch lives it can still be opened
// again; [Keyring.ForgetEpoch] ends that.
func (k *Keyring) Forget(ctx context.Context, ids ...EnvelopeID) error {
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		find, err := tx.Stmt(sqlFindSlot)
		if err != nil {
			return err
		}
		for _, id := range ids {
			var slot int64
			err := find.QueryRow(id.bytes(nil)).Scan(&slot)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := tx.Run(sqlClearSlot, filler(slot), wrappedEnvelope, slot); err != nil {
				return err
			}
			if _, err := tx.Run(sqlAddFree, slot); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = k.truncate(ctx)
	}
	if err != nil {
		return fmt.Errorf("forget envelopes: %w", err)
	}
	return nil
}

// ForgetEpoch destroys the private keys of an epoch and every set key of it,
// own and received, as [Keyring.Forget] does with envelopes. From then on the
// epoch is refused with ErrForgotten.
//
// It is for the caller to know, by the certified log and never by a clock,
// that the epoch is over and nothing of it is outstanding (spec/keys.md,
// "Forgetting"): what was not opened before can never be opened after.
func (k *Keyring) ForgetEpoch(ctx context.Context, epoch uint32) error {
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		for _, q := range []string{
			// Of the same length, so that SQLite overwrites them in place.
			`UPDATE epoch_key SET wrapped = zeroblob(length(wrapped)) WHERE epoch = ?`,
			`UPDATE set_key SET wrapped = zeroblob(length(wrapped)), lookup = randomblob(length(lookup)) WHERE epoch = ?`,
			`INSERT INTO forgotten_epoch (epoch) VALUES (?) ON CONFLICT DO NOTHING`,
		} {
			if _, err := tx.Exec(q, epoch); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = k.truncate(ctx)
	}
	if err != nil {
		return fmt.Errorf("forget epoch %d: %w", epoch, err)
	}
	return nil
}
