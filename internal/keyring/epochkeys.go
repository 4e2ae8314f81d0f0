package keyring

import (
	"context"
	"crypto/hpke"
	"encoding/binary"
	"fmt"

	"entente/charter"
	"entente/internal/store"
)

const sqlPutEpochKey = `INSERT INTO epoch_key (epoch, generation, public, wrapped) VALUES (?, ?, ?, ?)`

func epochIdentity(epoch, generation uint32) []byte {
	b := append([]byte(nil), "epoch"...)
	b = binary.BigEndian.AppendUint32(b, epoch)
	return binary.BigEndian.AppendUint32(b, generation)
}

// EnsureEpochKeys returns the public keys for the epoch in force and the
// charter.PublishAhead epochs after it, and draws those that are not there.
// They are durable when it returns, so that they can be published.
// Errors: ErrForgotten when one of these epochs has been forgotten.
func (k *Keyring) EnsureEpochKeys(ctx context.Context, current uint32) ([]charter.EpochKey, error) {
	last := min(uint64(current)+charter.PublishAhead, 1<<32-1)
	var keys []charter.EpochKey
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		keys = keys[:0]
		for e := uint64(current); e <= last; e++ {
			pub, _, err := newestEpochKey(tx, uint32(e))
			if err != nil {
				return err
			}
			if pub == nil {
				if pub, err = k.addEpochKey(tx, uint32(e), 1); err != nil {
					return err
				}
			}
			keys = append(keys, charter.EpochKey{Epoch: uint32(e), Key: *pub})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("epoch keys from %d: %w", current, err)
	}
	return keys, nil
}

// RenewEpochKeys draws another key for each of the epochs, to be published
// under a new certificate in the place of those that it no longer trusts. The
// earlier ones stay until the epoch is forgotten: packets before the
// publication are sealed to them. Errors: ErrForgotten.
func (k *Keyring) RenewEpochKeys(ctx context.Context, epochs ...uint32) ([]charter.EpochKey, error) {
	var keys []charter.EpochKey
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		keys = keys[:0]
		for _, e := range epochs {
			_, generation, err := newestEpochKey(tx, e)
			if err != nil {
				return err
			}
			pub, err := k.addEpochKey(tx, e, generation+1)
			if err != nil {
				return err
			}
			keys = append(keys, charter.EpochKey{Epoch: e, Key: *pub})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("renew epoch keys: %w", err)
	}
	return keys, nil
}

// HasEpochKey reports whether the private key to a public one of an epoch is
// here. A restored keyring may lack what was drawn after the backup.
func (k *Keyring) HasEpochKey(ctx context.Context, epoch uint32, pub *charter.EpochPublicKey) (bool, error) {
	var has bool
	err := k.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM epoch_key WHERE epoch = ? AND public = ?)`, epoch, pub[:]).Scan(&has)
	return has, err
}

// newestEpochKey returns nil and generation 0 where there is none.
func newestEpochKey(tx *store.Tx, epoch uint32) (*charter.EpochPublicKey, uint32, error) {
	if err := checkEpoch(tx, epoch); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(`SELECT generation, public FROM epoch_key WHERE epoch = ? ORDER BY generation DESC LIMIT 1`, epoch)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, 0, rows.Err()
	}
	var generation uint32
	var pub []byte
	if err := rows.Scan(&generation, &pub); err != nil {
		return nil, 0, err
	}
	if len(pub) != charter.EpochKeySize {
		return nil, 0, fmt.Errorf("%w: public key of epoch %d has %d bytes; restore keys.db", ErrDamaged, epoch, len(pub))
	}
	return (*charter.EpochPublicKey)(pub), generation, nil
}

func (k *Keyring) addEpochKey(tx *store.Tx, epoch, generation uint32) (*charter.EpochPublicKey, error) {
	priv, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return nil, err
	}
	seed, err := priv.Bytes()
	if err != nil {
		return nil, err
	}
	defer clear(seed)
	pub := priv.PublicKey().Bytes()
	wrapped := k.wrap.seal(nil, seed, epochIdentity(epoch, generation))
	if _, err := tx.Run(sqlPutEpochKey, epoch, generation, pub, wrapped); err != nil {
		return nil, err
	}
	return (*charter.EpochPublicKey)(pub), nil
}

// EpochPrivateKeys returns the private keys of an epoch, the newest first:
// more than one where a revocation has replaced one, none where none was ever
// drawn. Errors: ErrForgotten, ErrDamaged.
func (k *Keyring) EpochPrivateKeys(ctx context.Context, epoch uint32) ([]hpke.PrivateKey, error) {
	k.truncating.RLock()
	defer k.truncating.RUnlock()
	rows, err := k.db.Reader.QueryContext(ctx, `SELECT generation, wrapped FROM epoch_key WHERE epoch = ? ORDER BY generation DESC`, epoch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []hpke.PrivateKey
	for rows.Next() {
		var generation uint32
		var wrapped []byte
		if err := rows.Scan(&generation, &wrapped); err != nil {
			return nil, err
		}
		seed, err := k.wrap.open(nil, wrapped, epochIdentity(epoch, generation))
		if err != nil {
			return nil, fmt.Errorf("key of epoch %d: %w", epoch, err)
		}
		priv, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
		clear(seed)
		if err != nil {
			return nil, fmt.Errorf("%w: key of epoch %d: %v", ErrDamaged, epoch, err)
		}
		keys = append(keys, priv)
	}
	return keys, rows.Err()
}

// checkEpoch refuses an epoch whose keys have been destroyed: keys drawn or
// taken up for it now would outlive the forgetting.
func checkEpoch(tx *store.Tx, epoch uint32) error {
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM forgotten_epoch WHERE epoch = ?`, epoch).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("%w: the keys of epoch %d are destroyed; nothing of it can be opened or sealed any more", ErrForgotten, epoch)
	}
	return nil
}
