// Package taxiidb keeps what a TAXII server serves in one SQLite file. It is
// a [taxii.Store] whose collections look the same to every user.
//
// Places in a collection are handed out so that paging stays right while
// objects are added: no two objects that are added here have the same date,
// and no date is handed out that is not after all before it, whatever the
// clock does and whatever was deleted.
package taxiidb

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"sync"
	"time"

	"entente/internal/store"
	"entente/taxii"
)

//go:embed migrations/*.sql
var migrations embed.FS

// File is the name of the database in its directory.
const File = "taxii.db"

// never is before all dates, see the column covered.
const never = math.MinInt64

// freshness is how long the directory is taken from memory before the file is
// asked again: another process may import into it.
const freshness = time.Second

// DB is the database. It is safe for concurrent use.
type DB struct {
	s *store.DB

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
	dir   *directory
	read  time.Time
}

// directory is what was read of roots and collections.
type directory struct {
	taxii.Directory
	no map[[2]string]int64 // numbers of the collections, by root and id
}

// Open opens or creates the database in dir.
func Open(dir string) (*DB, error) { return OpenWith(dir, store.Options{}) }

// OpenWith is Open with options of the store below.
func OpenWith(dir string, o store.Options) (*DB, error) {
	s, err := store.Open(filepath.Join(dir, File), o)
	if err != nil {
		return nil, err
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = store.Migrate(s, sub)
	}
	if err == nil {
		err = s.Prepare(sqlHeld, sqlInsert, sqlCover, sqlStatus, sqlLast, sqlAdvance, sqlCollectionBody,
			sqlHold, sqlIsHeld, sqlFed, sqlSpare, sqlProgress, sqlPresent, sqlNextSpare, sqlUseSpare, sqlReceive)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &DB{s: s, stmts: map[string]*sql.Stmt{}}, nil
}

// Close closes the database.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, s := range db.stmts {
		s.Close()
	}
	clear(db.stmts)
	return db.s.Close()
}

// maxStmts bounds the statements kept. The shapes of ordinary queries are far
// fewer; odd ones beyond it are prepared each time.
const maxStmts = 256

// query asks, with a statement prepared once where there is room for it.
func (db *DB) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	db.mu.RLock()
	s, room := db.stmts[text], len(db.stmts) < maxStmts
	db.mu.RUnlock()
	if s == nil && !room {
		return db.s.Reader.QueryContext(ctx, text, args...)
	}
	if s == nil {
		fresh, err := db.s.Reader.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		db.mu.Lock()
		if s = db.stmts[text]; s == nil {
			s, db.stmts[text] = fresh, fresh
		} else {
			defer fresh.Close()
		}
		db.mu.Unlock()
	}
	return s.QueryContext(ctx, args...)
}

// one reads the only row of a query; sql.ErrNoRows when there is none.
func (db *DB) one(ctx context.Context, to any, text string, args ...any) error {
	rows, err := db.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(rows.Err(), sql.ErrNoRows)
	}
	return errors.Join(rows.Scan(to), rows.Close())
}

// Directory implements [taxii.Store]; every user sees the same.
func (db *DB) Directory(ctx context.Context, _ string) (*taxii.Directory, error) {
	d, err := db.directory(ctx)
	if err != nil {
		return nil, err
	}
	return &d.Directory, nil
}

func (db *DB) directory(ctx context.Context) (*directory, error) {
	db.mu.RLock()
	d, read := db.dir, db.read
	db.mu.RUnlock()
	now := time.Now()
	if d != nil && now.Sub(read) < freshness {
		return d, nil
	}
	d, err := db.readDirectory(ctx)
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	db.dir, db.read = d, now
	db.mu.Unlock()
	return d, nil
}

// forget has the directory read again.
func (db *DB) forget() {
	db.mu.Lock()
	db.dir = nil
	db.mu.Unlock()
}

func (db *DB) readDirectory(ctx context.Context) (*directory, error) {
	d := &directory{no: map[[2]string]int64{}}
	var body []byte
	switch err := db.s.Reader.QueryRowContext(ctx, `SELECT body FROM discovery`).Scan(&body); {
	case err == nil:
		if err := json.Unmarshal(body, &d.Discovery); err != nil {
			return nil, fmt.Errorf("taxiidb: discovery: %w", err)
		}
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	rows, err := db.s.Reader.QueryContext(ctx, `SELECT name, body FROM roots ORDER BY pos, name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r taxii.Root
		if err := rows.Scan(&r.Name, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &r.Info); err != nil {
			return nil, fmt.Errorf("taxiidb: API root %s: %w", r.Name, err)
		}
		d.Roots = append(d.Roots, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	cs, err := db.s.Reader.QueryContext(ctx, `SELECT no, root, id, body FROM collections ORDER BY root, pos, no`)
	if err != nil {
		return nil, err
	}
	defer cs.Close()
	for cs.Next() {
		var no int64
		var root, id string
		var c taxii.Collection
		if err := cs.Scan(&no, &root, &id, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, fmt.Errorf("taxiidb: collection %s: %w", id, err)
		}
		if r := d.Root(root); r != nil {
			d.no[[2]string{root, id}] = no
			r.Collections = append(r.Collections, c)
		}
	}
	return d, cs.Err()
}

// number returns the number of a collection.
func (db *DB) number(ctx context.Context, root, id string) (int64, error) {
	d, err := db.directory(ctx)
	if err != nil {
		return 0, err
	}
	no, ok := d.no[[2]string{root, id}]
	if !ok {
		return 0, taxii.ErrNotFound
	}
	return no, nil
}

// Status implements [taxii.Store].
func (db *DB) Status(ctx context.Context, user, root, id string) (*taxii.Status, error) {
	var body []byte
	err := db.one(ctx, &body, `SELECT body FROM statuses WHERE root = ? AND id = ? AND owner IN ('', ?)`, root, id, user)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, taxii.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	st := &taxii.Status{}
	return st, json.Unmarshal(body, st)
}
