// Package store opens the databases of a node: one file, one writer, many
// readers (design section 5, "Two databases, one writer each"). The packages
// below it hold the tables: logdb the log, viewdb the views, localdb what is
// the node's own.
//
// SQL above this package is kept to what SQLite and PostgreSQL both speak;
// what only SQLite knows (pragmas, WAL) is said here and nowhere else.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors of the store. Each is matched with errors.Is.
var (
	// ErrFull: the disk, or the page limit of the database, is exhausted.
	// Nothing of the refused transaction was kept.
	ErrFull = errors.New("the disk is full: free space or raise the limit, then try again; nothing was half written")
	// ErrVersion: the file was written by a newer program.
	ErrVersion = errors.New("the database was written by a newer version of this program: install that version or a later one")
	// ErrClosed: the database was closed.
	ErrClosed = errors.New("the database is closed")
)

// Options say how a database is opened. The zero value is a durable database.
type Options struct {
	// Relaxed lets the operating system decide when bytes reach the disk
	// (synchronous=NORMAL): a power loss may undo the last transactions but
	// never tears one. For views, which can be made again.
	Relaxed bool
	// SecureDelete overwrites deleted content with zeros.
	SecureDelete bool
	// MaxPages limits the file to that many pages of 4 KiB; 0 is no limit.
	MaxPages int64
	// CacheKiB is the page cache of each connection, 8 MiB when 0.
	CacheKiB int
	// Readers is the number of reading connections, 4 when 0.
	Readers int
	// Fault, when set, is asked before and after each commit; a non-nil error
	// is returned to the writer. It exists for tests of failing writes.
	Fault FaultFunc
}

// FaultFunc decides whether a write fails. stage is BeforeCommit (the write is
// not persisted) or AfterCommit (it is persisted, and the writer is told that
// it failed).
type FaultFunc func(stage Stage) error

// Stage is a moment in a transaction.
type Stage int

// The stages at which a FaultFunc is asked.
const (
	BeforeCommit Stage = iota
	AfterCommit
)

// DB is one database file: a pool of readers and a single writer.
type DB struct {
	// Reader is for queries only; writes through it fail.
	Reader *sql.DB

	writer *sql.DB
	path   string
	fault  FaultFunc

	mu    sync.Mutex // one writer at a time, in order of arrival
	stmts map[string]*sql.Stmt
}

// Open opens or creates the database file at path, readable by its owner
// alone.
func Open(path string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	f.Close()

	cache := o.CacheKiB
	if cache == 0 {
		cache = 8 << 10
	}
	pragmas := []string{
		"journal_mode(WAL)",
		"busy_timeout(10000)",
		"foreign_keys(ON)",
		"temp_store(MEMORY)",
		"cache_size(" + strconv.Itoa(-cache) + ")",
		"wal_autocheckpoint(2000)",
		"journal_size_limit(67108864)",
	}
	if o.Relaxed {
		pragmas = append(pragmas, "synchronous(NORMAL)")
	} else {
		pragmas = append(pragmas, "synchronous(FULL)")
	}
	if o.SecureDelete {
		pragmas = append(pragmas, "secure_delete(ON)")
	}
	if o.MaxPages > 0 {
		pragmas = append(pragmas, "max_page_count("+strconv.FormatInt(o.MaxPages, 10)+")")
	}
	dsn := func(extra ...string) string {
		q := url.Values{"_pragma": append(append([]string{}, pragmas...), extra...), "_txlock": {"immediate"}}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	}
	w, err := sql.Open("sqlite", dsn())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	w.SetMaxOpenConns(1)
	if err := w.Ping(); err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), classify(err))
	}
	r, err := sql.Open("sqlite", strings.Replace(dsn("query_only(ON)"), "_txlock=immediate", "_txlock=deferred", 1))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	n := o.Readers
	if n == 0 {
		n = max(4, runtime.GOMAXPROCS(0))
	}
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return &DB{Reader: r, writer: w, path: path, fault: o.Fault, stmts: map[string]*sql.Stmt{}}, nil
}

// Path returns the path of the file.
func (db *DB) Path() string { return db.path }

// Close closes the file; the write-ahead log is merged into it.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, s := range db.stmts {
		s.Close()
	}
	db.stmts = map[string]*sql.Stmt{}
	if db.writer == nil { // a copy
		return db.Reader.Close()
	}
	return errors.Join(db.Reader.Close(), db.writer.Close())
}

// Tx is a writing transaction. Its statements are prepared once for the life
// of the database.
type Tx struct {
	*sql.Tx
	db  *DB
	ctx context.Context
}

// Stmt returns the prepared form of query, bound to this transaction.
func (tx *Tx) Stmt(query string) (*sql.Stmt, error) {
	s := tx.db.stmts[query]
	if s == nil {
		// The only connection is held by this transaction: prepare on it,
		// and keep the statement for the next ones.
		p, err := tx.Tx.PrepareContext(tx.ctx, query)
		return p, classify(err)
	}
	return tx.Tx.StmtContext(tx.ctx, s), nil
}

// Run executes a statement prepared once.
func (tx *Tx) Run(query string, args ...any) (sql.Result, error) {
	s, err := tx.Stmt(query)
	if err != nil {
		return nil, err
	}
	res, err := s.ExecContext(tx.ctx, args...)
	return res, classify(err)
}

// Prepare readies statements that Tx.Stmt and Tx.Run will use; it is called
// once, after the migrations.
func (db *DB) Prepare(queries ...string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, q := range queries {
		s, err := db.writer.Prepare(q)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", q, classify(err))
		}
		db.stmts[q] = s
	}
	return nil
}

// Update runs fn in one transaction and commits it; when fn fails, nothing of
// it is kept. When Update returns nil the change is on the disk (unless the
// database is Relaxed).
func (db *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	// A transaction that has begun is finished: a context that ends halfway
	// through must not leave the caller in doubt of what was written.
	whole := context.WithoutCancel(ctx)
	t, err := db.writer.BeginTx(whole, nil)
	if err != nil {
		return classify(err)
	}
	defer t.Rollback()
	if err := fn(&Tx{Tx: t, db: db, ctx: whole}); err != nil {
		return classify(err)
	}
	if db.fault != nil {
		if err := db.fault(BeforeCommit); err != nil {
			return err
		}
	}
	if err := t.Commit(); err != nil {
		return classify(err)
	}
	if db.fault != nil {
		return db.fault(AfterCommit)
	}
	return nil
}

// Write is Update for callers that want the plain transaction.
func (db *DB) Write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return db.Update(ctx, func(tx *Tx) error { return fn(tx.Tx) })
}

// Shrink merges the write-ahead log into the file and truncates it, so that
// what was deleted with SecureDelete remains in neither.
func (db *DB) Shrink(ctx context.Context) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var busy, log, done int
	if err := db.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
		return classify(err)
	}
	if busy != 0 {
		return errors.New("readers held the write-ahead log: try again when they have finished")
	}
	return nil
}

// classify turns the driver's errors into the store's.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%w (%v)", ErrFull, err)
		}
	}
	if errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "database is closed") {
		return fmt.Errorf("%w (%v)", ErrClosed, err)
	}
	return err
}

// Migrate applies the files NNN_name.sql of dir, in order, each once and each
// in a transaction of its own with the number it brings the schema to. A
// database that is further than the files is refused with ErrVersion.
func Migrate(db *DB, dir fs.FS) error {
	names, err := fs.Glob(dir, "[0-9][0-9][0-9]_*.sql")
	if err != nil {
		return err
	}
	sort.Strings(names)
	ctx := context.Background()
	have := 0
	err = db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)`); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&have)
	})
	if err != nil {
		return fmt.Errorf("migrate %s: %w", filepath.Base(db.path), err)
	}
	last := 0
	for _, name := range names {
		n, err := strconv.Atoi(name[:3])
		if err != nil {
			return fmt.Errorf("migrate: %s: %w", name, err)
		}
		if n == last {
			return fmt.Errorf("migrate: %s has the number of another one: a database that has one would never get the other", name)
		}
		last = n
		if n <= have {
			continue
		}
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		err = db.Update(ctx, func(tx *Tx) error {
			if _, err := tx.Exec(string(text)); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO schema_version (version) VALUES (?)`, n)
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate %s to %s: %w", filepath.Base(db.path), name, err)
		}
	}
	if have > last {
		return fmt.Errorf("%s is at version %d, this program knows %d: %w", filepath.Base(db.path), have, last, ErrVersion)
	}
	return nil
}
