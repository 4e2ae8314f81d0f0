package keyring

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	cryptorand "crypto/rand"

	"entente/charter"
	"entente/internal/store"
	"entente/label"
	"entente/seal"
)

const (
	sqlPutSetKey = `INSERT INTO set_key (originator, incarnation, epoch, packet, lookup, wrapped) VALUES (?, ?, ?, ?, ?, ?)`

	sqlNextPacket = `SELECT coalesce(max(packet), -1) + 1 FROM set_key WHERE originator = ? AND incarnation = ? AND epoch = ?`

	// maxPackets is how many numbers a packet can have.
	maxPackets = 1 << 16

	// recipientsSize is room for the ids of all members.
	recipientsSize = 3 * charter.MaxMembers
)

// PacketID names one key packet of one originator.
type PacketID struct {
	Originator  label.MemberID
	Incarnation uint32
	Epoch       uint32
	Number      uint16
}

func (p PacketID) identity() []byte {
	b := append([]byte("set"), p.Originator...)
	b = binary.BigEndian.AppendUint32(b, p.Incarnation)
	b = binary.BigEndian.AppendUint32(b, p.Epoch)
	return binary.BigEndian.AppendUint16(b, p.Number)
}

// HeldSetKey is a set key and the packet that gave it.
type HeldSetKey struct {
	Packet PacketID
	Key    seal.SetKey
}

// OwnSet is a recipient set of this member's own, with its set key.
type OwnSet struct {
	Packet     PacketID
	Recipients label.MemberSet // this member among them
	Key        seal.SetKey
}

// PutSetKey keeps a set key that a packet gave this member. Keeping the same
// again does nothing. Errors: ErrConflict for another key in the same place,
// ErrForgotten.
func (k *Keyring) PutSetKey(ctx context.Context, id PacketID, key seal.SetKey) error {
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		if err := checkEpoch(tx, id.Epoch); err != nil {
			return err
		}
		var wrapped []byte
		err := tx.QueryRow(`SELECT wrapped FROM set_key WHERE originator = ? AND incarnation = ? AND epoch = ? AND packet = ?`,
			string(id.Originator), id.Incarnation, id.Epoch, id.Number).Scan(&wrapped)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return k.addSetKey(tx, id, key, label.MemberSet{})
		case err != nil:
			return err
		}
		held, err := k.openSetKey(id, wrapped)
		if err != nil {
			return err
		}
		if held.Key != key {
			return fmt.Errorf("%w: a different set key; the packet contradicts one that was opened before", ErrConflict)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set key of %s, packet %d of epoch %d: %w", id.Originator, id.Number, id.Epoch, err)
	}
	return nil
}

// HasSetKey says whether the place of a packet is taken here: its set key is
// held, or was and is forgotten.
func (k *Keyring) HasSetKey(ctx context.Context, id PacketID) (held bool, err error) {
	k.truncating.RLock()
	defer k.truncating.RUnlock()
	err = k.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM set_key WHERE originator = ? AND incarnation = ? AND epoch = ? AND packet = ?)`,
		string(id.Originator), id.Incarnation, id.Epoch, id.Number).Scan(&held)
	return held, err
}

// addSetKey appends a row. Rows of received keys have room for recipients too,
// so that the table does not tell by its lengths.
func (k *Keyring) addSetKey(tx *store.Tx, id PacketID, key seal.SetKey, recipients label.MemberSet) error {
	value := make([]byte, len(key)+recipientsSize)
	defer clear(value)
	copy(value, key[:])
	at := len(key)
	for m := range recipients.All() {
		at += copy(value[at:], m)
	}
	lookup := make([]byte, lookupSize)
	if recipients.IsEmpty() {
		cryptorand.Read(lookup)
	} else {
		lookup = k.wrap.lookup(setIdentity(id.Incarnation, id.Epoch, recipients))
	}
	_, err := tx.Run(sqlPutSetKey, string(id.Originator), id.Incarnation, id.Epoch, id.Number, lookup,
		k.wrap.seal(nil, value, id.identity()))
	return err
}

// openSetKey returns the key and, of own sets, the recipients.
func (k *Keyring) openSetKey(id PacketID, wrapped []byte) (OwnSet, error) {
	value, err := k.wrap.open(nil, wrapped, id.identity())
	if err != nil {
		return OwnSet{}, err
	}
	defer clear(value)
	if len(value) != len(seal.SetKey{})+recipientsSize {
		return OwnSet{}, fmt.Errorf("%w: a set key of %d bytes; restore keys.db", ErrDamaged, len(value))
	}
	set := OwnSet{Packet: id, Key: seal.SetKey(value)}
	ids := strings.TrimRight(string(value[len(set.Key):]), "\x00")
	for ; len(ids) >= 3; ids = ids[3:] {
		set.Recipients = set.Recipients.With(label.MemberID(ids[:3]))
	}
	return set, nil
}

func setIdentity(incarnation, epoch uint32, recipients label.MemberSet) []byte {
	b := binary.BigEndian.AppendUint32([]byte("own"), incarnation)
	b = binary.BigEndian.AppendUint32(b, epoch)
	return append(b, recipients.String()...)
}

// SetKeys returns all set keys held of an originator, incarnation and epoch,
// in order of packet numbers: what an envelope of theirs is tried with.
// Errors: ErrForgotten, ErrDamaged.
func (k *Keyring) SetKeys(ctx context.Context, originator label.MemberID, incarnation, epoch uint32) ([]HeldSetKey, error) {
	k.truncating.RLock()
	defer k.truncating.RUnlock()
	rows, err := k.db.Reader.QueryContext(ctx,
		`SELECT packet, wrapped FROM set_key WHERE originator = ? AND incarnation = ? AND epoch = ? ORDER BY packet`,
		string(originator), incarnation, epoch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []HeldSetKey
	for rows.Next() {
		id := PacketID{Originator: originator, Incarnation: incarnation, Epoch: epoch}
		var wrapped []byte
		if err := rows.Scan(&id.Number, &wrapped); err != nil {
			return nil, err
		}
		set, err := k.openSetKey(id, wrapped)
		if err != nil {
			return nil, fmt.Errorf("set keys of %s in epoch %d: %w", originator, epoch, err)
		}
		keys = append(keys, HeldSetKey{id, set.Key})
	}
	return keys, rows.Err()
}

// OwnSet returns the member's own set for exactly these recipients, if it has
// one in that incarnation and epoch. Errors: ErrForgotten, ErrDamaged.
func (k *Keyring) OwnSet(ctx context.Context, incarnation, epoch uint32, recipients label.MemberSet) (OwnSet, bool, error) {
	k.truncating.RLock()
	defer k.truncating.RUnlock()
	return k.findOwnSet(k.db.Reader.QueryRowContext(ctx, sqlFindOwnSet, k.wrap.lookup(setIdentity(incarnation, epoch, recipients))),
		incarnation, epoch)
}

const sqlFindOwnSet = `SELECT packet, wrapped FROM set_key WHERE lookup = ?`

func (k *Keyring) findOwnSet(row *sql.Row, incarnation, epoch uint32) (OwnSet, bool, error) {
	id := PacketID{Originator: k.member, Incarnation: incarnation, Epoch: epoch}
	var wrapped []byte
	err := row.Scan(&id.Number, &wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return OwnSet{}, false, nil
	}
	if err != nil {
		return OwnSet{}, false, err
	}
	set, err := k.openSetKey(id, wrapped)
	return set, err == nil, err
}

// CreateOwnSets returns a set for each of the given sets of recipients, in
// their order, and draws keys for those that have none; made tells how many.
// Packet numbers, which everybody sees, are given to the new ones in random
// order, so that they tell nothing of the recipients. All are durable when it
// returns, so that their packets can be published.
//
// This member is part of each of its sets. Errors: ErrUnsuitable for a set
// without it or a set that stands twice, ErrForgotten.
func (k *Keyring) CreateOwnSets(ctx context.Context, incarnation, epoch uint32, sets []label.MemberSet) (own []OwnSet, made int, err error) {
	for _, s := range sets {
		if !s.Contains(k.member) || s.Len() > charter.MaxMembers {
			return nil, 0, fmt.Errorf("%w: recipients %q; a set holds %s itself, and at most %d members", ErrUnsuitable, s, k.member, charter.MaxMembers)
		}
	}
	own = make([]OwnSet, len(sets))
	err = k.db.Update(ctx, func(tx *store.Tx) error {
		if err := checkEpoch(tx, epoch); err != nil {
			return err
		}
		var missing []int
		for i, s := range sets {
			set, ok, err := k.findOwnSet(tx.QueryRow(sqlFindOwnSet, k.wrap.lookup(setIdentity(incarnation, epoch, s))), incarnation, epoch)
			if err != nil {
				return err
			}
			if !ok {
				missing = append(missing, i)
			}
			own[i] = set
		}
		made = len(missing)
		next, err := k.nextPacket(tx, incarnation, epoch, made)
		if err != nil {
			return err
		}
		shuffle(missing)
		for n, i := range missing {
			own[i] = OwnSet{PacketID{k.member, incarnation, epoch, uint16(next + n)}, sets[i], seal.NewSetKey()}
			if err := k.addSetKey(tx, own[i].Packet, own[i].Key, sets[i]); err != nil {
				return fmt.Errorf("set %q: %w", sets[i], err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("own sets of epoch %d: %w", epoch, err)
	}
	return own, made, nil
}

// nextPacket returns the first of n packet numbers that were never used.
func (k *Keyring) nextPacket(tx *store.Tx, incarnation, epoch uint32, n int) (int, error) {
	stmt, err := tx.Stmt(sqlNextPacket)
	if err != nil {
		return 0, err
	}
	var next int
	if err := stmt.QueryRow(string(k.member), incarnation, epoch).Scan(&next); err != nil {
		return 0, err
	}
	if next+n > maxPackets {
		return 0, fmt.Errorf("%w: %d packets in one epoch, at most %d; use fewer recipient sets until the next", ErrUnsuitable, next+n, maxPackets)
	}
	return next, nil
}

// shuffle is random by a generator seeded from crypto/rand.
func shuffle(s []int) {
	var seed [32]byte
	cryptorand.Read(seed[:])
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}
