package keyring

import (
	"context"
	"crypto/hpke"
)

// HeldEpochKeys returns the private keys of every epoch that is not forgotten,
// the latest first: whatever is sealed to this member opens with one of them.
// Error: ErrDamaged.
func (k *Keyring) HeldEpochKeys(ctx context.Context) ([]hpke.PrivateKey, error) {
	epochs, err := k.heldEpochs(ctx)
	if err != nil {
		return nil, err
	}
	var keys []hpke.PrivateKey
	for _, e := range epochs {
		ks, err := k.EpochPrivateKeys(ctx, e)
		if err != nil {
			return nil, err
		}
		keys = append(keys, ks...)
	}
	return keys, nil
}

func (k *Keyring) heldEpochs(ctx context.Context) ([]uint32, error) {
	rows, err := k.db.Reader.QueryContext(ctx, `SELECT DISTINCT epoch FROM epoch_key ORDER BY epoch DESC`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uint32
	for rows.Next() {
		var e uint32
		if err := rows.Scan(&e); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}
