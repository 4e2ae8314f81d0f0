package logdb

import (
	"context"
	"errors"
	"fmt"
	"math"

	"entente/internal/store"
	"entente/tlog"
)

// Chain is the last leaf of one originator in the log.
type Chain struct {
	Originator  string
	Incarnation uint32
	Sequence    uint64
	Hash        [32]byte
	Bytes       int64 // bytes of all its bodies so far, for quotas
}

// Public is a leaf whose body everybody can read.
type Public struct {
	Index      int64
	Kind       uint8
	Originator string
	Epoch      uint32
}

// Own is where one of this node's own envelopes stands.
type Own struct {
	Incarnation uint32
	Sequence    uint64
	Index       int64
}

// Batch is a run of leaves that is appended at once, already verified.
type Batch struct {
	First   int64    // index of the first leaf; must be the log's size
	Headers []byte   // n headers of HeaderSize bytes
	Bodies  [][]byte // n bodies; nil where the body has been deleted or has still to come
	Awaited []int64  // indices whose nil body has still to come
	Tiles   []tlog.Tile
	Chains  []Chain  // the originators' last leaves after this run
	Public  []Public // public leaves of the run
	Own     []Own    // this node's envelopes in the run; they leave the outbox
}

// Append stores a verified run in one transaction. When it returns nil the run
// is on the disk.
func (l *Log) Append(ctx context.Context, b Batch) error {
	n := int64(len(b.Bodies))
	if n == 0 || int64(len(b.Headers)) != n*HeaderSize {
		return fmt.Errorf("append: %d bytes of headers for %d bodies", len(b.Headers), n)
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		// Chunks are bounded so that reading one header never reads a
		// megabyte.
		for at := int64(0); at < n; at += maxChunk {
			end := min(at+maxChunk, n)
			if _, err := tx.Run(sqlChunk, b.First+at, end-at, b.Headers[at*HeaderSize:end*HeaderSize]); err != nil {
				return err
			}
		}
		if err := putBodies(tx, b.First, b.Bodies); err != nil {
			return err
		}
		for _, i := range b.Awaited {
			if _, err := tx.Run(sqlMissing, i); err != nil {
				return err
			}
		}
		for _, t := range b.Tiles {
			if _, err := tx.Run(sqlTile, t.Level, t.Index, hashesToBytes(t.Hashes)); err != nil {
				return err
			}
		}
		for _, c := range b.Chains {
			if _, err := tx.Run(sqlChain, c.Originator, c.Incarnation, int64(c.Sequence), c.Hash[:], c.Bytes); err != nil {
				return err
			}
		}
		for _, p := range b.Public {
			if _, err := tx.Run(sqlPublic, p.Index, p.Kind, p.Originator, p.Epoch); err != nil {
				return err
			}
		}
		return putOwn(tx, b.Own)
	})
}

// putBodies stores the bodies that are there.
func putBodies(tx *store.Tx, first int64, bodies [][]byte) error {
	args := make([]any, 0, 2*together)
	for i, body := range bodies {
		if body == nil {
			continue
		}
		if args = append(args, first+int64(i), body); len(args) == cap(args) {
			if _, err := tx.Run(sqlBodies, args...); err != nil {
				return err
			}
			args = args[:0]
		}
	}
	for ; len(args) > 0; args = args[2:] {
		if _, err := tx.Run(sqlBody, args[:2]...); err != nil {
			return err
		}
	}
	return nil
}

// putOwn says where own envelopes stand and takes them out of the outbox.
func putOwn(tx *store.Tx, own []Own) error {
	args := make([]any, 0, 3*together)
	for _, o := range own {
		if args = append(args, o.Incarnation, int64(o.Sequence), o.Index); len(args) == cap(args) {
			if _, err := tx.Run(sqlOwns, args...); err != nil {
				return err
			}
			args = args[:0]
		}
	}
	for ; len(args) > 0; args = args[3:] {
		if _, err := tx.Run(sqlOwn, args[:3]...); err != nil {
			return err
		}
	}
	for at := 0; at < len(own); {
		end := at + 1
		for end < len(own) && own[end].Incarnation == own[at].Incarnation && own[end].Sequence == own[end-1].Sequence+1 {
			end++
		}
		if _, err := tx.Run(sqlUnbox, own[at].Incarnation, int64(own[at].Sequence), int64(own[end-1].Sequence)); err != nil {
			return err
		}
		at = end
	}
	return nil
}

const maxChunk = 1024

func hashesToBytes(hs []tlog.Hash) []byte {
	out := make([]byte, 0, len(hs)*32)
	for i := range hs {
		out = append(out, hs[i][:]...)
	}
	return out
}

// Size returns the number of leaves.
func (l *Log) Size(ctx context.Context) (int64, error) {
	var n int64
	err := l.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(first), 0) FROM chunk`).Scan(&n)
	if err != nil {
		return 0, err
	}
	err = l.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(first + n), 0) FROM chunk WHERE first >= ?`, n).Scan(&n)
	return n, err
}

// Chains returns the last leaf of each originator.
func (l *Log) Chains(ctx context.Context) ([]Chain, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT originator, incarnation, sequence, hash, bytes FROM chain`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Chain
	for rows.Next() {
		var c Chain
		var seq int64
		var h []byte
		if err := rows.Scan(&c.Originator, &c.Incarnation, &seq, &h, &c.Bytes); err != nil {
			return nil, err
		}
		if len(h) != 32 {
			return nil, fmt.Errorf("chain of %s: %w", c.Originator, ErrCorrupt)
		}
		c.Sequence = uint64(seq)
		copy(c.Hash[:], h)
		out = append(out, c)
	}
	return out, rows.Err()
}

// Run is a run of consecutive leaves as read back.
type Run struct {
	First   int64
	Headers []byte
	Bodies  [][]byte // nil where there is none
}

// N is the number of leaves in the run.
func (r Run) N() int { return len(r.Headers) / HeaderSize }

// Header returns header i of the run.
func (r Run) Header(i int) []byte { return r.Headers[i*HeaderSize : (i+1)*HeaderSize] }

// Headers reads headers [from, to) in one run.
func (l *Log) Headers(ctx context.Context, from, to int64) ([]byte, error) {
	if from >= to {
		return nil, nil
	}
	rows, err := l.db.Reader.QueryContext(ctx,
		`SELECT first, n, headers FROM chunk WHERE first >= (SELECT max(first) FROM chunk WHERE first <= ?) AND first < ? ORDER BY first`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]byte, 0, (to-from)*HeaderSize)
	at := from
	for rows.Next() {
		var first, n int64
		var raw []byte
		if err := rows.Scan(&first, &n, &raw); err != nil {
			return nil, err
		}
		if first > at || int64(len(raw)) != n*HeaderSize {
			return nil, fmt.Errorf("headers from %d: %w", at, ErrCorrupt)
		}
		end := min(first+n, to)
		if end <= at {
			continue
		}
		out = append(out, raw[(at-first)*HeaderSize:(end-first)*HeaderSize]...)
		at = end
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if at != to {
		return nil, fmt.Errorf("headers [%d, %d): the log ends at %d", from, to, at)
	}
	return out, nil
}

// Read reads leaves [from, to) with those bodies that are here.
func (l *Log) Read(ctx context.Context, from, to int64) (Run, error) {
	hs, err := l.Headers(ctx, from, to)
	if err != nil {
		return Run{}, err
	}
	run := Run{First: from, Headers: hs, Bodies: make([][]byte, to-from)}
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT idx, data FROM body WHERE idx >= ? AND idx < ? ORDER BY idx`, from, to)
	if err != nil {
		return Run{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var i int64
		var data []byte
		if err := rows.Scan(&i, &data); err != nil {
			return Run{}, err
		}
		run.Bodies[i-from] = data
	}
	return run, rows.Err()
}

// Bytes returns how many bytes the headers [from, to) and those of their bodies
// that are here have.
func (l *Log) Bytes(ctx context.Context, from, to int64) (int64, error) {
	var n int64
	err := l.db.Reader.QueryRowContext(ctx, `SELECT coalesce(sum(length(data)), 0) FROM body WHERE idx >= ? AND idx < ?`, from, to).Scan(&n)
	return n + HeaderSize*(to-from), err
}

// PublicLeaves returns the public leaves from index from on, in log order.
func (l *Log) PublicLeaves(ctx context.Context, from int64) ([]Public, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT idx, kind, originator, epoch FROM public_leaf WHERE idx >= ? ORDER BY idx`, from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Public
	for rows.Next() {
		var p Public
		if err := rows.Scan(&p.Index, &p.Kind, &p.Originator, &p.Epoch); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// ReadTile returns the hashes of a tile as they stand, which may be more than
// asked for (a partial tile grows in place); it implements tlog.TileReader.
func (l *Log) ReadTile(level int, index int64, width int) ([]tlog.Hash, error) {
	var raw []byte
	if err := l.db.Reader.QueryRow(`SELECT hashes FROM tile WHERE level = ? AND idx = ?`, level, index).Scan(&raw); err != nil {
		return nil, fmt.Errorf("tile %d/%d: %w", level, index, err)
	}
	if len(raw)%32 != 0 || len(raw)/32 < width {
		return nil, fmt.Errorf("tile %d/%d has %d bytes, %d hashes wanted: %w", level, index, len(raw), width, ErrCorrupt)
	}
	out := make([]tlog.Hash, width)
	for i := range out {
		copy(out[i][:], raw[i*32:])
	}
	return out, nil
}

// Missing returns up to limit indices whose body has still to come.
func (l *Log) Missing(ctx context.Context, limit int) ([]int64, error) {
	return l.MissingFrom(ctx, 0, math.MaxInt64, limit)
}

// MissingFrom returns up to limit indices in [from, to) whose body has still to
// come.
func (l *Log) MissingFrom(ctx context.Context, from, to int64, limit int) ([]int64, error) {
	return store.Column[int64](l.db.Reader.QueryContext(ctx, `SELECT idx FROM missing WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?`, from, to, limit))
}

// Fill stores bodies that had still to come, already checked against their
// headers' digests.
func (l *Log) Fill(ctx context.Context, bodies map[int64][]byte) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for i, b := range bodies {
			res, err := tx.Exec(`DELETE FROM missing WHERE idx = ?`, i)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				continue
			}
			if _, err := tx.Run(sqlBody, i, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteBodies deletes the bodies of the given indices for good: content is
// overwritten and the write-ahead log truncated. The leaves stay.
func (l *Log) DeleteBodies(ctx context.Context, indices []int64) error {
	if len(indices) == 0 {
		return nil
	}
	err := l.db.Update(ctx, func(tx *store.Tx) error {
		for _, i := range indices {
			if _, err := tx.Exec(`DELETE FROM body WHERE idx = ?`, i); err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM missing WHERE idx = ?`, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(l.db.Shrink(ctx))
}
