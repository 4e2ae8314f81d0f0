// Package localdb holds what is the node's own and no log can make again:
// officers, sessions, drafts, decisions on their release, the audit log,
// annotations, settings and the state of imports. It is backed up and never
// rebuilt (design section 1.4).
//
// It is tables and statements and nothing else: who may do what, and what a
// release needs, is said in package section. Every change goes through
// [DB.Update]; the caller writes the audit row of a change in the same
// transaction.
package localdb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"entente/internal/store"
)

var (
	// ErrNotFound: no row has the key.
	ErrNotFound = errors.New("localdb: not found")
	// ErrExists: a row with the key is there already.
	ErrExists = errors.New("localdb: exists")
	// ErrStale: the row's version is not the one that was to be changed.
	ErrStale = errors.New("localdb: changed in the meantime")
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is the node's local database. It is safe for concurrent use: many
// readers, one writer at a time.
type DB struct {
	s       *store.DB
	touched atomic.Int64 // see Touched

	mu    sync.RWMutex
	reads map[string]*sql.Stmt
}

// Open opens or creates local.db at path and brings its schema up to date.
// Deleted contents are overwritten whatever o says: drafts are erased for
// good.
func Open(path string, o store.Options) (*DB, error) {
	o.SecureDelete = true
	s, err := store.Open(path, o)
	if err != nil {
		return nil, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = store.Migrate(s, dir)
	}
	if err == nil {
		err = s.Prepare(hot...)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &DB{s: s, reads: map[string]*sql.Stmt{}}, nil
}

// Close closes the database.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, s := range db.reads {
		s.Close()
	}
	clear(db.reads)
	return db.s.Close()
}

// DB returns the database underneath.
func (db *DB) DB() *store.DB { return db.s }

// Shrink truncates the write-ahead log, so that what was deleted or erased
// before it lies in no file any more.
func (db *DB) Shrink(ctx context.Context) error { return db.s.Shrink(ctx) }

// Update runs fn in one transaction: all of it is on the disk when Update
// returns nil, and nothing of it when fn fails.
func (db *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	db.touched.Store(time.Now().UnixNano())
	return db.update(ctx, fn)
}

func (db *DB) update(ctx context.Context, fn func(tx *Tx) error) error {
	return db.s.Update(ctx, func(t *store.Tx) error {
		return fn(&Tx{Reader: Reader{prepare: t.Stmt, ctx: ctx}, t: t})
	})
}

// Read is a view of the database whose queries end with ctx. Each of its
// methods sees one consistent state; two calls may see two.
func (db *DB) Read(ctx context.Context) Reader { return Reader{prepare: db.statement, ctx: ctx} }

// statement prepares each distinct query of the readers once. Their number is
// that of the query texts in this package, which are all constant.
func (db *DB) statement(query string) (*sql.Stmt, error) {
	db.mu.RLock()
	s := db.reads[query]
	db.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if s := db.reads[query]; s != nil {
		return s, nil
	}
	s, err := db.s.Reader.Prepare(query)
	if err != nil {
		return nil, err
	}
	db.reads[query] = s
	return s, nil
}

// Reader queries the database; Tx is one too, and sees its own changes.
type Reader struct {
	prepare func(query string) (*sql.Stmt, error)
	ctx     context.Context
}

// Tx is a writing transaction.
type Tx struct {
	Reader
	t *store.Tx
}

// run executes a statement and returns how many rows it changed.
func (tx *Tx) run(query string, args ...any) (int64, error) {
	res, err := tx.t.Run(query, args...)
	if err != nil {
		return 0, fmt.Errorf("localdb: %s: %w", head(query), err)
	}
	return res.RowsAffected()
}

// change is run for statements that change exactly one row, or miss with the
// error given.
func (tx *Tx) change(missed error, query string, args ...any) error {
	n, err := tx.run(query, args...)
	if err == nil && n == 0 {
		err = missed
	}
	return err
}

// row scans the one row of a query, or fails with ErrNotFound.
func (r Reader) row(query string, args []any, dest ...any) error {
	s, err := r.prepare(query)
	if err != nil {
		return fmt.Errorf("localdb: %s: %w", head(query), err)
	}
	err = s.QueryRowContext(r.ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("localdb: %s: %w", head(query), err)
	}
	return nil
}

// each calls fn for every row of a query.
func (r Reader) each(fn func(scan func(dest ...any) error) error, query string, args ...any) error {
	s, err := r.prepare(query)
	if err != nil {
		return fmt.Errorf("localdb: %s: %w", head(query), err)
	}
	rows, err := s.QueryContext(r.ctx, args...)
	if err != nil {
		return fmt.Errorf("localdb: %s: %w", head(query), err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// head is the beginning of a statement, for errors: names of tables, never a
// value.
func head(query string) string {
	f := strings.Fields(query)
	return strings.Join(f[:min(4, len(f))], " ")
}

// values is "(?,?),(?,?)" for rows rows of n columns.
func values(rows, n int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
