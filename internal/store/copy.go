package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Copy writes the database file from, as it stands at one moment, to a new
// file to, readable by its owner alone and on the disk when Copy returns nil.
// Another process may have from open and go on writing: it is read in one
// transaction, so that its write-ahead log is not cut until the copy stands.
// What was deleted in from is not in the copy.
//
// from must be there, to must not: it is removed again when Copy fails. Errors:
// those of the disk, of ctx, and ErrFull.
func Copy(ctx context.Context, from, to string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("copy %s: %w", filepath.Base(from), err)
		}
	}()
	// SQLite gives files the mode that the umask leaves; an empty one keeps its own.
	f, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	// mode=rw: a file that is not there is not made.
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(10000)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: from}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return errors.Join(ctx.Err(), classify(err))
	}
	return f.Sync()
}

// OpenCopy opens a copy made by [Copy] for reading alone: no file is made
// beside it, and nothing in it changes. There is no writer.
func OpenCopy(path string) (*DB, error) {
	r, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+url.Values{"mode": {"ro"}, "immutable": {"1"}}.Encode())
	if err == nil {
		if err = r.Ping(); err != nil {
			r.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), classify(err))
	}
	return &DB{Reader: r, path: path}, nil
}
