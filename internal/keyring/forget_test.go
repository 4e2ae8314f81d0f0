package keyring

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/store"
	"entente/label"
	"entente/seal"
)

// traces holds the 8-byte pieces of secrets, plain and wrapped, that must be
// nowhere. Pieces, because half a key is a trace too, and because a file
// system or a page header may have overwritten a part.
type traces map[uint64]string

func (tr traces) add(what string, secret []byte) {
	for ; len(secret) >= 8; secret = secret[8:] {
		if v := binary.LittleEndian.Uint64(secret); v != 0 {
			tr[v] = what
		}
	}
}

// find scans every byte of every file below dir.
func (tr traces) find(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := 0; i+8 <= len(b); i++ {
			if what, ok := tr[binary.LittleEndian.Uint64(b[i:])]; ok {
				found = append(found, fmt.Sprintf("%s at byte %d of %s", what, i, filepath.Base(path)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wrappedRows returns all wrapped values of a table, by the given key column.
func wrappedRows(t *testing.T, k *Keyring, query string, args ...any) [][]byte {
	t.Helper()
	rows, err := k.db.Reader.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all [][]byte
	for rows.Next() {
		var w []byte
		if err := rows.Scan(&w); err != nil {
			t.Fatal(err)
		}
		all = append(all, w)
	}
	return all
}

// What was forgotten is in no file: not in the database, its free pages, its
// write-ahead log, plain or wrapped, in whole or in pieces. The order in which
// keys come and go is random, and slots are used again, so that pages are
// split, filled and emptied in many ways.
func TestForgottenEnvelopesLeaveNoTrace(t *testing.T) {
	k, dir := newKeyring(t)
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	forgotten := traces{}
	held := map[EnvelopeID]seal.EnvelopeKey{}
	next := map[label.MemberID]uint64{}
	members := []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}
	for round := range 12 {
		var batch []EnvelopeKey
		for range 5 {
			m := members[rng.IntN(len(members))]
			batch = append(batch, envelopes(m, 1+next[m], rng.IntN(400))...)
			next[m] = 0
			for _, e := range batch {
				next[e.ID.Originator] = max(next[e.ID.Originator], e.ID.Sequence)
			}
		}
		rng.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		if err := k.PutEnvelopeKeys(ctx, batch); err != nil {
			t.Fatal(err)
		}
		for _, e := range batch {
			held[e.ID] = e.Key
		}
		var drop []EnvelopeID
		for id, key := range held {
			if rng.IntN(3) == 0 {
				drop = append(drop, id)
				forgotten.add(fmt.Sprintf("key %v", id), key[:])
				w := wrappedRows(t, k, `SELECT wrapped FROM envelope_key WHERE id = ?`, id.bytes(nil))
				forgotten.add(fmt.Sprintf("wrapped key %v", id), w[0])
			}
		}
		if round == 0 { // the scan can find what it looks for
			if len(forgotten.find(t, dir)) == 0 {
				t.Fatal("the scan finds nothing although nothing was forgotten yet")
			}
		}
		if err := k.Forget(ctx, drop...); err != nil {
			t.Fatal(err)
		}
		for _, id := range drop {
			delete(held, id)
		}
		if found := forgotten.find(t, dir); len(found) > 0 {
			t.Fatalf("round %d: %d traces, the first: %s", round, len(found), found[0])
		}
		got, err := k.EnvelopeKeys(ctx, drop)
		if err != nil || len(got) != 0 {
			t.Fatalf("round %d: %d forgotten keys are still given out (%v)", round, len(got), err)
		}
	}
	var all []EnvelopeID
	for id := range held {
		all = append(all, id)
	}
	got, err := k.EnvelopeKeys(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	for id, key := range held {
		if got[id] != key {
			t.Fatalf("%v was not forgotten and is lost", id)
		}
	}
	var slots, live int
	if err := k.db.Reader.QueryRow(`SELECT count(*) FROM envelope_key`).Scan(&slots); err != nil {
		t.Fatal(err)
	}
	live = len(held)
	if slots > 3*live {
		t.Errorf("%d slots for %d keys: forgotten slots are not used again", slots, live)
	}
}

func TestForgottenEpochLeavesNoTrace(t *testing.T) {
	k, dir := newKeyring(t)
	ctx := context.Background()
	all := subsetsWith("IRQ", "IRN", "RUS", "SYR")
	gone := traces{}
	for epoch := range uint32(6) {
		if _, err := k.EnsureEpochKeys(ctx, epoch); err != nil {
			t.Fatal(err)
		}
		if _, _, err := k.CreateOwnSets(ctx, 1, epoch, all); err != nil {
			t.Fatal(err)
		}
		for n := range uint16(20) {
			for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
				if err := k.PutSetKey(ctx, PacketID{m, 1, epoch, n}, seal.NewSetKey()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, epoch := range []uint32{2, 0, 1} {
		for _, w := range wrappedRows(t, k, `SELECT wrapped FROM epoch_key WHERE epoch = ?`, epoch) {
			gone.add(fmt.Sprintf("wrapped key of epoch %d", epoch), w)
		}
		for _, w := range wrappedRows(t, k, `SELECT wrapped FROM set_key WHERE epoch = ?`, epoch) {
			gone.add(fmt.Sprintf("wrapped set key of epoch %d", epoch), w)
		}
		for _, w := range wrappedRows(t, k, `SELECT lookup FROM set_key WHERE epoch = ?`, epoch) {
			gone.add(fmt.Sprintf("recipients' hash of epoch %d", epoch), w)
		}
		privs, err := k.EpochPrivateKeys(ctx, epoch)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range privs {
			seed, err := p.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			gone.add("plain epoch key", seed)
		}
		for _, m := range []label.MemberID{"IRN", "IRQ"} {
			keys, err := k.SetKeys(ctx, m, 1, epoch)
			if err != nil || len(keys) == 0 {
				t.Fatalf("%d set keys (%v)", len(keys), err)
			}
			for _, s := range keys {
				gone.add("plain set key", s.Key[:])
			}
		}
		if len(gone.find(t, dir)) == 0 {
			t.Fatal("the scan finds nothing although it is there")
		}
		if err := k.ForgetEpoch(ctx, epoch); err != nil {
			t.Fatal(err)
		}
		if found := gone.find(t, dir); len(found) > 0 {
			t.Fatalf("epoch %d: %d traces, the first: %s", epoch, len(found), found[0])
		}
	}
	for epoch := range uint32(6) {
		_, err := k.EpochPrivateKeys(ctx, epoch)
		if (err != nil) != (epoch < 3) {
			t.Errorf("epoch %d: %v", epoch, err)
		}
	}
}

// A crash after the keys were overwritten, and before the write-ahead log was
// cut, leaves traces: the next start removes them.
func TestForgettingSurvivesACrash(t *testing.T) {
	k, dir := newKeyring(t)
	ctx := context.Background()
	keys := envelopes("SYR", 1, 500)
	if err := k.PutEnvelopeKeys(ctx, keys); err != nil {
		t.Fatal(err)
	}
	gone := traces{}
	for _, w := range wrappedRows(t, k, `SELECT wrapped FROM envelope_key`) {
		gone.add("wrapped key", w)
	}
	err := k.db.Update(ctx, func(tx *store.Tx) error { // Forget without its end
		_, err := tx.Exec(`UPDATE envelope_key SET wrapped = zeroblob(length(wrapped))`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	crashed := t.TempDir()
	if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	secureModes(t, crashed)
	if len(gone.find(t, crashed)) == 0 {
		t.Fatal("nothing is left in the write-ahead log, so this test shows nothing")
	}
	reopen(t, crashed)
	if found := gone.find(t, crashed); len(found) > 0 {
		t.Fatalf("%d traces after the next start, the first: %s", len(found), found[0])
	}
}

// secureModes gives a copied node directory the modes that key files must have.
func secureModes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The whole promise, with the ways in which anybody could come back to a body:
// after record and epoch are forgotten, whoever has every ciphertext that was
// ever sent, every file of the node, its passphrase and all keys of later
// epochs opens nothing.
func TestNoDeletedBodyOpens(t *testing.T) {
	ctx := context.Background()
	k, dir := newKeyring(t)
	own, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	signers, err := k.Signers(own)
	if err != nil {
		t.Fatal(err)
	}
	charterHash := seal.Hash{7}
	epochs, err := k.EnsureEpochKeys(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	// IRQ seals to itself: it is originator and recipient, and holds every key
	// that either would hold.
	sets, _, err := k.CreateOwnSets(ctx, 1, 0, []label.MemberSet{label.Members("IRQ")})
	if err != nil {
		t.Fatal(err)
	}
	place := seal.PacketPlace{Charter: charterHash, Originator: "IRQ", Incarnation: 1, Epoch: 0, Number: sets[0].Packet.Number}
	packet, err := seal.MakePacket(place, sets[0].Key, []seal.Recipient{{Member: "IRQ", EpochKey: epochs[0].Key[:]}}, 4, signers.Header)
	if err != nil {
		t.Fatal(err)
	}
	envelope, key, err := seal.Seal(seal.Place{Charter: charterHash, Originator: "IRQ", Incarnation: 1, Sequence: 1, Time: 1780000000 / 60 * 60, Epoch: 0},
		sets[0].Key, []byte("an act that will be deleted"), 0, signers.Header)
	if err != nil {
		t.Fatal(err)
	}
	id := EnvelopeID{"IRQ", 1, 1}
	if err := k.PutEnvelopeKeys(ctx, []EnvelopeKey{{id, key}}); err != nil {
		t.Fatal(err)
	}

	// attack tries everything with what a directory holds.
	attack := func(dir string) (opened int) {
		k := reopen(t, dir)
		defer k.Close()
		try := func(key seal.EnvelopeKey) {
			if act, err := seal.Open(envelope.Header, envelope.Body, key); err == nil && bytes.Contains(act, []byte("deleted")) {
				opened++
			}
		}
		keys, err := k.EnvelopeKeys(ctx, []EnvelopeID{id})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			try(key)
		}
		var setKeys []seal.SetKey
		for epoch := range uint32(8) {
			if held, err := k.SetKeys(ctx, "IRQ", 1, epoch); err == nil {
				for _, h := range held {
					setKeys = append(setKeys, h.Key)
				}
			}
			privs, err := k.EpochPrivateKeys(ctx, epoch)
			if err != nil {
				continue
			}
			for _, p := range privs {
				if s, found, _, err := seal.OpenPacket(packet, place, p, signers.Header.PublicKey()); err == nil && found {
					setKeys = append(setKeys, s)
				}
			}
		}
		for _, s := range setKeys {
			try(seal.DeriveKey(s, envelope.Header))
		}
		return opened
	}
	copied := func() string {
		c := t.TempDir()
		if err := os.CopyFS(c, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		secureModes(t, c)
		return c
	}
	if n := attack(copied()); n != 3 {
		t.Fatalf("before: %d ways to open the body, there are 3 (envelope key, set key, packet)", n)
	}
	if err := k.Forget(ctx, id); err != nil {
		t.Fatal(err)
	}
	if n := attack(copied()); n != 2 {
		t.Errorf("with the record forgotten: %d ways, expected set key and packet", n)
	}
	if _, err := k.EnsureEpochKeys(ctx, 4); err != nil { // later keys
		t.Fatal(err)
	}
	if err := k.ForgetEpoch(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if n := attack(copied()); n != 0 {
		t.Errorf("with the epoch forgotten: %d ways to open the body", n)
	}
}

// subsetsWith returns all sets of the members that hold self.
func subsetsWith(self label.MemberID, others ...label.MemberID) []label.MemberSet {
	var all []label.MemberSet
	for bits := range 1 << len(others) {
		s := label.Members(self)
		for i, m := range others {
			if bits&(1<<i) != 0 {
				s = s.With(m)
			}
		}
		all = append(all, s)
	}
	return all
}
