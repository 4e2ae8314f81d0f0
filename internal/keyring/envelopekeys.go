package keyring

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"entente/internal/store"
	"entente/label"
	"entente/seal"
)

// EnvelopeID names one envelope.
type EnvelopeID struct {
	Originator  label.MemberID
	Incarnation uint32
	Sequence    uint64
}

// EnvelopeKey is the key k of one envelope.
type EnvelopeKey struct {
	ID  EnvelopeID
	Key seal.EnvelopeKey
}

const (
	envelopeIDSize   = 3 + 4 + 8
	wrappedEnvelope  = len(seal.EnvelopeKey{}) + wrapOverhead
	insertTogether   = 64
	lookupTogether   = 256
	envelopeIdentity = "envelope"
)

var (
	sqlInsertEnvelope  = insertEnvelopes(1)
	sqlInsertEnvelopes = insertEnvelopes(insertTogether)
)

func insertEnvelopes(n int) string {
	return `INSERT INTO envelope_key (id, wrapped) VALUES ` + strings.Repeat("(?, ?), ", n-1) +
		`(?, ?) ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped`
}

const (
	sqlTakeFree  = `SELECT slot FROM free_slot ORDER BY slot LIMIT ?`
	sqlUseFree   = `DELETE FROM free_slot WHERE slot = ?`
	sqlAddFree   = `INSERT INTO free_slot (slot) VALUES (?)`
	sqlFindSlot  = `SELECT slot FROM envelope_key WHERE id = ?`
	sqlReuseSlot = `UPDATE envelope_key SET id = ?, wrapped = ? WHERE slot = ?`
	sqlClearSlot = `UPDATE envelope_key SET id = ?, wrapped = zeroblob(?) WHERE slot = ?`
)

// bytes is the id as keys.db has it, appended to dst.
func (id EnvelopeID) bytes(dst []byte) []byte {
	dst = append(dst, id.Originator...)
	dst = binary.BigEndian.AppendUint32(dst, id.Incarnation)
	return binary.BigEndian.AppendUint64(dst, id.Sequence)
}

// filler is an id that no envelope has, of a slot that holds nothing.
func filler(slot int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, envelopeIDSize-8), uint64(slot))
}

// PutEnvelopeKeys keeps the keys of envelopes, all in one transaction. A key
// for an envelope that has one replaces it.
func (k *Keyring) PutEnvelopeKeys(ctx context.Context, keys []EnvelopeKey) error {
	for i := range keys {
		if len(keys[i].ID.Originator) != 3 {
			return fmt.Errorf("%w: originator %q", ErrUnsuitable, keys[i].ID.Originator)
		}
	}
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		rest, err := k.reuse(tx, keys)
		if err != nil {
			return err
		}
		for len(rest) >= insertTogether {
			if err := k.insert(tx, sqlInsertEnvelopes, rest[:insertTogether]); err != nil {
				return err
			}
			rest = rest[insertTogether:]
		}
		for i := range rest {
			if err := k.insert(tx, sqlInsertEnvelope, rest[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep envelope keys: %w", err)
	}
	return nil
}

// row returns id and wrapped key of an envelope, both in one new slice.
func (k *Keyring) row(e *EnvelopeKey) (id, wrapped []byte) {
	b := make([]byte, 0, len(envelopeIdentity)+envelopeIDSize+wrappedEnvelope)
	identity := e.ID.bytes(append(b, envelopeIdentity...))
	return identity[len(envelopeIdentity):], k.wrap.seal(identity, e.Key[:], identity)[len(identity):]
}

func (k *Keyring) insert(tx *store.Tx, query string, keys []EnvelopeKey) error {
	args := make([]any, 0, 2*len(keys))
	for i := range keys {
		id, wrapped := k.row(&keys[i])
		args = append(args, id, wrapped)
	}
	_, err := tx.Run(query, args...)
	return err
}

// reuse puts keys into slots that were forgotten before, and returns those for
// which there was none.
func (k *Keyring) reuse(tx *store.Tx, keys []EnvelopeKey) (rest []EnvelopeKey, err error) {
	free, err := freeSlots(tx, len(keys))
	if err != nil || len(free) == 0 {
		return keys, err
	}
	find, err := tx.Stmt(sqlFindSlot)
	if err != nil {
		return nil, err
	}
	for i := range keys {
		if len(free) == 0 {
			return append(rest, keys[i:]...), nil
		}
		id, wrapped := k.row(&keys[i])
		var slot int64
		switch err := find.QueryRow(id).Scan(&slot); {
		case err == nil: // replaced where it is
			rest = append(rest, keys[i])
			continue
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
		if _, err := tx.Run(sqlReuseSlot, id, wrapped, free[0]); err != nil {
			return nil, err
		}
		if _, err := tx.Run(sqlUseFree, free[0]); err != nil {
			return nil, err
		}
		free = free[1:]
	}
	return rest, nil
}

func freeSlots(tx *store.Tx, n int) ([]int64, error) {
	stmt, err := tx.Stmt(sqlTakeFree)
	if err != nil {
		return nil, err
	}
	return store.Column[int64](stmt.Query(n))
}

// EnvelopeKeys returns the keys of those of the envelopes that it holds.
// Errors: ErrDamaged.
func (k *Keyring) EnvelopeKeys(ctx context.Context, ids []EnvelopeID) (map[EnvelopeID]seal.EnvelopeKey, error) {
	k.truncating.RLock()
	defer k.truncating.RUnlock()
	keys := make(map[EnvelopeID]seal.EnvelopeKey, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), lookupTogether)
		if err := k.lookUp(ctx, ids[:n], keys); err != nil {
			return nil, fmt.Errorf("envelope keys: %w", err)
		}
		ids = ids[n:]
	}
	return keys, nil
}

func (k *Keyring) lookUp(ctx context.Context, ids []EnvelopeID, keys map[EnvelopeID]seal.EnvelopeKey) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id.bytes(nil)
	}
	rows, err := k.db.Reader.QueryContext(ctx,
		`SELECT id, wrapped FROM envelope_key WHERE id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id, wrapped sql.RawBytes
	identity := []byte(envelopeIdentity)
	for rows.Next() {
		if err := rows.Scan(&id, &wrapped); err != nil {
			return err
		}
		if len(id) != envelopeIDSize {
			return fmt.Errorf("%w: an id of %d bytes; restore keys.db", ErrDamaged, len(id))
		}
		value, err := k.wrap.open(nil, wrapped, append(identity, id...))
		if err != nil {
			return err
		}
		if len(value) != len(seal.EnvelopeKey{}) {
			return fmt.Errorf("%w: an envelope key of %d bytes; restore keys.db", ErrDamaged, len(value))
		}
		keys[EnvelopeID{
			Originator:  label.MemberID(id[:3]),
			Incarnation: binary.BigEndian.Uint32(id[3:]),
			Sequence:    binary.BigEndian.Uint64(id[7:]),
		}] = seal.EnvelopeKey(value)
		clear(value)
	}
	return rows.Err()
}
