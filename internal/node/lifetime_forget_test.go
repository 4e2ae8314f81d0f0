package node

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// newLongWorld is a world whose epochs last a day, so that they pass quickly;
// what nodes do by the clock alone they do seldom.
func newLongWorld(t testing.TB) *world {
	w := newWorld(t, "IRQ", func(c *charter.Charter) {
		c.EpochDays, c.GraceDays, c.ReceiptSeconds = 1, 0, 3600
	})
	w.tuning = centre.Tuning{CompareEvery: 10 * time.Minute, Alive: 10 * time.Minute}
	return w
}

// report releases a report of one portion to all, and waits until the nodes
// that run have it.
func (w *world) report(m label.MemberID, text string) {
	w.t.Helper()
	w.releaseReport(m, &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", m, four...), m, text)}})
	w.settle(30 * time.Second)
	for other := range w.nodes {
		w.find(other, viewdb.Query{Text: text}, 1)
	}
}

// turn lets a day pass, while the nodes of members are off. Log time follows
// with the first leaf after that; then the keys turn.
func (w *world) turn(note string, ms ...label.MemberID) {
	w.t.Helper()
	before := w.nodes["IRQ"].station.Epoch()
	w.halt(ms...)
	time.Sleep(24 * time.Hour)
	w.startNodes(ms...)
	w.settle(time.Minute)
	w.report("IRQ", note)
	w.settle(3 * time.Minute)
	if now := w.nodes["IRQ"].station.Epoch(); now != before+1 {
		w.t.Fatalf("the epoch is %d, want %d", now, before+1)
	}
}

// blobs reads every blob of a node's keys.db, by table and row: what its keys
// lie in, wrapped.
func blobs(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "keys.db")+"?mode=ro")
	check(t, err)
	defer db.Close()
	tables, err := column(db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	check(t, err)
	out := map[string][]byte{}
	for _, table := range tables {
		rows, err := db.Query(`SELECT * FROM "` + table + `"`)
		check(t, err)
		names, err := rows.Columns()
		check(t, err)
		for rows.Next() {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			check(t, rows.Scan(into...))
			for i, v := range values {
				if b, ok := v.([]byte); ok && len(b) >= 32 {
					out[table+"."+names[i]+" "+string(b)] = b
				}
			}
		}
		check(t, rows.Close())
	}
	return out
}

// image is the raw bytes of every file of a node: databases with their free
// pages, write-ahead logs, all.
func image(t testing.TB, dir string) (out []byte) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out = append(out, b...)
		return err
	}))
	return out
}

// leaf returns an envelope as any member's log has it.
func leaf(t testing.TB, n *Node, index int64) (header, body []byte, h seal.Header) {
	t.Helper()
	run, err := n.log.Read(context.Background(), index, index+1)
	check(t, err)
	h, err = seal.ParseHeader(run.Headers)
	check(t, err)
	return run.Headers, run.Bodies[0], h
}

// Who has all ciphertexts, the raw disks of the reader and the originator after
// they deleted a report and its epoch ended, their passphrases, and all keys
// that they have from then on, does not open it. What was not deleted opens.
func TestNoDeletedBodyOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		w := newLongWorld(t)
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		epoch := w.nodes["IRQ"].station.Epoch()
		w.report("IRQ", "deletable hapax")
		w.report("IRQ", "remaining ordinary")
		gone := w.find("RUS", viewdb.Query{Text: "hapax"}, 1)[0]
		kept := w.find("RUS", viewdb.Query{Text: "ordinary"}, 1)[0]
		deleters := []label.MemberID{"RUS", "IRQ"}
		before := map[label.MemberID]map[string][]byte{}
		for _, m := range deleters {
			before[m] = blobs(t, filepath.Join(w.dir, string(m)))
			row := w.find(m, viewdb.Query{Text: "hapax"}, 1)[0]
			_, err := w.nodes[m].Forget(ctx, w.officer(m, "dpo", section.RoleDPO), "review 1", row.ID)
			check(t, err)
		}
		header, body, h := leaf(t, w.nodes["IRN"].Node, gone.Index)
		if h.Epoch != epoch {
			t.Fatalf("it was sealed in epoch %d, not %d", h.Epoch, epoch)
		}

		// Before the epoch's keys die whoever has them could open it again:
		// this is what the rest of the test is measured by.
		if !opensWith(t, w.nodes["RUS"].Node, header, body, h) {
			t.Fatal("with the set key it does not open either: the test shows nothing")
		}
		w.turn("second day", four...)
		w.turn("third day", four...)

		for _, m := range deleters {
			n := w.nodes[m].Node
			if _, err := n.ring.EpochPrivateKeys(ctx, epoch); !errors.Is(err, keyring.ErrForgotten) {
				t.Fatalf("%s still has the keys of epoch %d: %v", m, epoch, err)
			}
			if opensWith(t, n, header, body, h) {
				t.Errorf("%s opens it with a set key", m)
			}
			if opensWithLater(t, n, header, body) {
				t.Errorf("%s opens it with a later key", m)
			}
			_, _, hk := leaf(t, n, kept.Index)
			id := keyring.EnvelopeID{Originator: hk.Originator, Incarnation: hk.Incarnation, Sequence: hk.Sequence}
			keys, err := n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
			check(t, err)
			kh, kb, _ := leaf(t, n, kept.Index)
			if act, err := seal.Open(kh, kb, keys[id]); err != nil || !bytes.Contains(act, []byte("remaining ordinary")) {
				t.Errorf("%s does not open what was not deleted: %v", m, err)
			}
		}
		w.halt(four...)
		for _, m := range deleters {
			dir := filepath.Join(w.dir, string(m))
			raw, after := image(t, dir), blobs(t, dir)
			died, stayed := 0, 0
			for name, b := range before[m] {
				if _, ok := after[name]; ok {
					if stayed++; !bytes.Contains(raw, b) {
						t.Errorf("%s: a key that is there is not found in the image: the search is no good", m)
					}
					continue
				}
				if died++; bytes.Contains(raw, b) {
					t.Errorf("%s: a destroyed key lies in the image still (%.30q)", m, name)
				}
			}
			// At least the envelope's key, the epoch's private key, the set keys.
			if died < 6 || stayed == 0 {
				t.Errorf("%s: %d keys destroyed, %d left", m, died, stayed)
			}
			for what, b := range map[string][]byte{"the text": []byte("hapax"), "the sealed body": body[:64]} {
				if bytes.Contains(raw, b) {
					t.Errorf("%s: %s lies in the image still", m, what)
				}
			}
		}
		if raw := image(t, filepath.Join(w.dir, "IRN")); !bytes.Contains(raw, body[:64]) {
			t.Error("the ciphertext is not found at IRN, who has not deleted it: the search is no good")
		}
	})
}

// opensWith tries the set keys that a node has of the envelope's epoch, and
// opens its packets again with the epoch's private keys.
func opensWith(t testing.TB, n *Node, header, body []byte, h seal.Header) bool {
	ctx := context.Background()
	held, err := n.ring.SetKeys(ctx, h.Originator, h.Incarnation, h.Epoch)
	if err != nil && !errors.Is(err, keyring.ErrForgotten) {
		t.Fatal(err)
	}
	for _, k := range held {
		if _, err := seal.Open(header, body, seal.DeriveKey(k.Key, header)); err == nil {
			return true
		}
	}
	return false
}

// opensWithLater tries every key that a node has now: of envelopes, of sets,
// and private keys of epochs on all packets of the log.
func opensWithLater(t testing.TB, n *Node, header, body []byte) bool {
	t.Helper()
	ctx := context.Background()
	var candidates []seal.EnvelopeKey
	for i := range n.station.Size() {
		lh, lb, h := leaf(t, n, i)
		id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		keys, err := n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
		check(t, err)
		for _, k := range keys {
			candidates = append(candidates, k)
		}
		if h.Kind != seal.Packet {
			continue
		}
		payload, err := seal.Payload(lh, lb)
		check(t, err)
		p, err := seal.ParsePacket(payload)
		check(t, err)
		place, err := seal.PlaceOf(&h, p)
		check(t, err)
		signer, _ := n.station.State().HeaderKey(h.Originator, i)
		for e := uint32(0); e < n.station.Epoch()+4; e++ {
			privates, err := n.ring.EpochPrivateKeys(ctx, e)
			if errors.Is(err, keyring.ErrForgotten) {
				continue
			}
			check(t, err)
			for _, private := range privates {
				if key, found, _, err := seal.OpenPacket(payload, place, private, signer[:]); err == nil && found {
					candidates = append(candidates, seal.DeriveKey(key, header))
				}
			}
		}
	}
	if len(candidates) < 3 {
		t.Fatalf("%s has only %d keys to try", n.self, len(candidates))
	}
	return slices.ContainsFunc(candidates, func(k seal.EnvelopeKey) bool {
		_, err := seal.Open(header, body, k)
		return err == nil
	})
}

// SYR has no line for three epochs, while the others go on and seal to the keys
// that it published ahead. When it comes back its clock is a year ahead of log
// time, and only one member is in reach, so that no head is certified that could
// tell it the time. It opens everything.
func TestNodeWithoutALineForThreeEpochs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLongWorld(t)
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		first := w.nodes["SYR"].station.Epoch()
		w.report("IRQ", "day zero")
		w.halt("SYR")
		three := []label.MemberID{"IRQ", "IRN", "RUS"}
		for day := range 3 {
			// The three stay up: a node that restarts needs all others to
			// tell it what it signed (spec/recovery.md).
			w.turn("turn " + strconv.Itoa(day))
			w.report("RUS", "while dark "+strconv.Itoa(day))
		}
		size := w.nodes["IRQ"].station.Certified().Size
		logTime := w.nodes["IRQ"].station.Certified().Time
		w.halt(three...)

		time.Sleep(365 * 24 * time.Hour)
		w.startNodes("SYR") // alone
		w.settle(10 * time.Minute)
		n := w.nodes["SYR"]
		for e := first; e <= first+3; e++ {
			if keys, err := n.ring.EpochPrivateKeys(context.Background(), e); err != nil || len(keys) == 0 {
				t.Fatalf("SYR's clock made it forget its keys of epoch %d: %v", e, err)
			}
		}
		w.startNodes("IRQ")
		w.settle(time.Hour)
		if c := n.station.Certified(); c.Size != size || c.Time != logTime || time.Now().Unix()-c.Time < 364*86400 {
			t.Fatalf("SYR holds a head of %d leaves of log time %d, want %d and %d", c.Size, c.Time, size, logTime)
		}
		for day := range 3 {
			w.find("SYR", viewdb.Query{Text: "\"while dark " + strconv.Itoa(day) + "\""}, 1)
			w.find("SYR", viewdb.Query{Text: "turn " + strconv.Itoa(day)}, 1)
		}
		w.find("SYR", viewdb.Query{Text: "day zero"}, 1)
		if c, err := n.views.Counts(context.Background()); err != nil || c.Quarantined != 0 || c.Reports != 7 {
			t.Errorf("SYR has %+v, %v; want 7 reports", c, err)
		}
	})
}
