// Package logdb keeps a node's log.db: the headers, bodies and Merkle tiles of
// the centre's log, the node's own outbox, announcements and evidence (design
// section 5, "Two databases"). It is the truth of a node: what stands here was
// fsynced before anybody was told of it. It never sees plaintext.
package logdb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"entente/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// HeaderSize is the size of a leaf in bytes (spec/envelope.md).
const HeaderSize = 256

// ErrCorrupt: the file contradicts itself; restore it or mirror the log anew.
var ErrCorrupt = errors.New("log.db contradicts itself: move it away and mirror the log anew")

// ErrNotCertified: no certified head that covers the index is kept (yet).
var ErrNotCertified = errors.New("not certified")

// Log is an open log.db.
type Log struct {
	db *store.DB
}

const (
	sqlChunk    = `INSERT INTO chunk (first, n, headers) VALUES (?, ?, ?)`
	sqlBody     = `INSERT INTO body (idx, data) VALUES (?, ?)`
	sqlMissing  = `INSERT INTO missing (idx) VALUES (?)`
	sqlTile     = `INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?) ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes`
	sqlChain    = `INSERT INTO chain (originator, incarnation, sequence, hash, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT (originator) DO UPDATE SET incarnation = excluded.incarnation, sequence = excluded.sequence, hash = excluded.hash, bytes = excluded.bytes`
	sqlPublic   = `INSERT INTO public_leaf (idx, kind, originator, epoch) VALUES (?, ?, ?, ?)`
	sqlOwn      = `INSERT INTO own (incarnation, sequence, idx) VALUES (?, ?, ?) ON CONFLICT (incarnation, sequence) DO UPDATE SET idx = excluded.idx`
	sqlRef      = `INSERT INTO own (incarnation, sequence, ref) VALUES (?, ?, ?)`
	sqlUnbox    = `DELETE FROM outbox WHERE incarnation = ? AND sequence BETWEEN ? AND ?`
	sqlOutbox   = `INSERT INTO outbox (incarnation, sequence, header, body) VALUES (?, ?, ?, ?)`
	sqlHead     = `INSERT INTO head (minute, size, time, note) VALUES (?, ?, ?, ?) ON CONFLICT (minute) DO UPDATE SET size = excluded.size, time = excluded.time, note = excluded.note`
	sqlAnnounce = `INSERT INTO announced (originator, header) VALUES (?, ?) ON CONFLICT (originator) DO UPDATE SET header = excluded.header`
)

// together is how many rows one statement stores: most of the cost of a small
// row is that of its statement.
const together = 16

var (
	sqlBodies = `INSERT INTO body (idx, data) VALUES (?, ?)` + strings.Repeat(`, (?, ?)`, together-1)
	sqlOwns   = `INSERT INTO own (incarnation, sequence, idx) VALUES (?, ?, ?)` + strings.Repeat(`, (?, ?, ?)`, together-1) +
		` ON CONFLICT (incarnation, sequence) DO UPDATE SET idx = excluded.idx`
)

// checkpointPages is how long the write-ahead log grows before its pages go
// into the file: the last page of each table is written again and again, and
// into the file only once. 16 MiB are read again after a crash at most.
const checkpointPages = 4096

// Open opens or creates the log.db at path.
func Open(path string, o store.Options) (*Log, error) {
	o.SecureDelete = true
	db, err := store.Open(path, o)
	if err != nil {
		return nil, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = store.Migrate(db, dir)
	}
	if err == nil {
		err = db.Prepare(sqlChunk, sqlBody, sqlMissing, sqlTile, sqlChain, sqlPublic, sqlOwn, sqlRef, sqlUnbox, sqlOutbox, sqlHead, sqlAnnounce, sqlBodies, sqlOwns)
	}
	if err == nil {
		err = db.Update(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Exec(fmt.Sprintf(`PRAGMA wal_autocheckpoint = %d`, checkpointPages))
			return err
		})
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return &Log{db: db}, nil
}

// Close closes the file.
func (l *Log) Close() error { return l.db.Close() }

// DB returns the database underneath, for snapshots and shrinking.
func (l *Log) DB() *store.DB { return l.db }

// Setting returns a named value of this node, or nil.
func (l *Log) Setting(ctx context.Context, name string) ([]byte, error) {
	var v []byte
	err := l.db.Reader.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return v, err
}

// SetSetting keeps a named value of this node.
func (l *Log) SetSetting(ctx context.Context, name string, value []byte) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}

// Head is a certified head: a checkpoint with the cosignatures of a quorum.
type Head struct {
	Size int64
	Time int64 // log time, Unix seconds
	Note []byte
}

// KeepHead stores a certified head; of each minute only the last is kept.
func (l *Log) KeepHead(ctx context.Context, h Head) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Run(sqlHead, h.Time/60, h.Size, h.Time, h.Note)
		return err
	})
}

// LastHead returns the last certified head, or a zero Head.
func (l *Log) LastHead(ctx context.Context) (Head, error) {
	var h Head
	err := l.db.Reader.QueryRowContext(ctx, `SELECT size, time, note FROM head ORDER BY size DESC LIMIT 1`).Scan(&h.Size, &h.Time, &h.Note)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	return h, err
}

// HeadTime returns the log time of the first kept head that covers index. Of the
// heads of one minute the last alone is kept, so it is never before the leaf was
// logged, and may grow within that minute; ErrNotCertified when there is none.
func (l *Log) HeadTime(ctx context.Context, index int64) (int64, error) {
	var t int64
	err := l.db.Reader.QueryRowContext(ctx, `SELECT time FROM head WHERE size > ? ORDER BY size LIMIT 1`, index).Scan(&t)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("index %d: %w", index, ErrNotCertified)
	}
	return t, err
}

// LoggedAt returns the minute, in Unix seconds, in which the first head that covers
// index was certified. Nothing finer stays the same (spec/time.md).
func (l *Log) LoggedAt(ctx context.Context, index int64) (int64, error) {
	t, err := l.HeadTime(ctx, index)
	return t / 60 * 60, err
}

// Announced returns the highest header that each originator announced.
func (l *Log) Announced(ctx context.Context) (map[string][]byte, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT originator, header FROM announced`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]byte{}
	for rows.Next() {
		var o string
		var h []byte
		if err := rows.Scan(&o, &h); err != nil {
			return nil, err
		}
		out[o] = h
	}
	return out, rows.Err()
}

// KeepAnnounced stores the highest announced header of each originator given.
func (l *Log) KeepAnnounced(ctx context.Context, headers map[string][]byte) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for o, h := range headers {
			if _, err := tx.Run(sqlAnnounce, o, h); err != nil {
				return err
			}
		}
		return nil
	})
}

// OpenCopy opens a copy of a log.db that nobody writes, for reading alone.
func OpenCopy(path string) (*Log, error) {
	db, err := store.OpenCopy(path)
	if err != nil {
		return nil, err
	}
	return &Log{db: db}, nil
}
