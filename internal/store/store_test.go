package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string, o Options) *DB {
	t.Helper()
	db, err := Open(path, o)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func migrations(texts ...string) fstest.MapFS {
	fs := fstest.MapFS{"README": {Data: []byte("no migration")}}
	for i, text := range texts {
		fs["00"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

const (
	first  = `CREATE TABLE report (id INTEGER PRIMARY KEY, title TEXT NOT NULL); INSERT INTO report (title) VALUES ('one');`
	second = `ALTER TABLE report ADD COLUMN class TEXT NOT NULL DEFAULT 'SECRET'; UPDATE report SET title = title || '!';`
	third  = `CREATE INDEX report_title ON report (title);`
)

// content is the version of a database and its reports.
func content(t *testing.T, db *DB) (version int, titles string) {
	t.Helper()
	check(t, db.Reader.QueryRow(`SELECT max(version) FROM schema_version`).Scan(&version))
	check(t, db.Reader.QueryRow(`SELECT coalesce(group_concat(title, ','), '') FROM report`).Scan(&titles))
	return version, titles
}

// An older database is brought up to date, each step once; a newer one is
// refused and left as it is.
func TestMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path, Options{})
	check(t, Migrate(db, migrations(first)))
	check(t, db.Write(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO report (title) VALUES ('two')`)
		return err
	}))
	check(t, db.Close())

	db = open(t, path, Options{})
	for range 2 { // again changes nothing
		check(t, Migrate(db, migrations(first, second, third)))
		if v, titles := content(t, db); v != 3 || titles != "one!,two!" {
			t.Errorf("version %d, %q", v, titles)
		}
	}
	err := Migrate(db, migrations(first, second))
	if !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "x.db is at version 3, this program knows 2") {
		t.Errorf("an older program: %v", err)
	}
	if v, titles := content(t, db); v != 3 || titles != "one!,two!" {
		t.Errorf("the older program changed it: version %d, %q", v, titles)
	}
}

// A migration that is cut off, whether its last write was kept or not, is gone
// on with where it stands: no step is done twice and none is left out.
func TestInterruptedMigration(t *testing.T) {
	errPower := errors.New("the power is gone")
	for _, stage := range []Stage{BeforeCommit, AfterCommit} {
		for at := 1; at <= 4; at++ { // the table of versions, and three steps
			path := filepath.Join(t.TempDir(), "x.db")
			n := 0
			db := open(t, path, Options{Fault: func(s Stage) error {
				if s == BeforeCommit {
					n++
				}
				if n >= at && (n > at || s >= stage) {
					return errPower
				}
				return nil
			}})
			if err := Migrate(db, migrations(first, second, third)); !errors.Is(err, errPower) {
				t.Fatalf("write %d: %v", at, err)
			}
			check(t, db.Close())
			db = open(t, path, Options{})
			check(t, Migrate(db, migrations(first, second, third)))
			if v, titles := content(t, db); v != 3 || titles != "one!" {
				t.Errorf("stage %d, write %d: version %d, %q", stage, at, v, titles)
			}
		}
	}
}

// A step that fails is undone as a whole and named.
func TestFailingMigration(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"), Options{})
	err := Migrate(db, migrations(first, `UPDATE report SET title = 'half'; SELECT nothing FROM nowhere;`))
	if err == nil || !strings.Contains(err.Error(), "002_step.sql") {
		t.Errorf("%v", err)
	}
	if v, titles := content(t, db); v != 1 || titles != "one" {
		t.Errorf("version %d, %q", v, titles)
	}
}

// What fails before the commit leaves nothing, what fails after it leaves all.
func TestUpdateIsWhole(t *testing.T) {
	var fail error
	at := BeforeCommit
	db := open(t, filepath.Join(t.TempDir(), "x.db"), Options{Fault: func(s Stage) error {
		if s == at {
			return fail
		}
		return nil
	}})
	check(t, Migrate(db, migrations(first)))
	add := func(title string, err error) error {
		return db.Update(context.Background(), func(tx *Tx) error {
			if _, err := tx.Run(`INSERT INTO report (title) VALUES (?)`, title); err != nil {
				return err
			}
			return err
		})
	}
	fail = errors.New("fault")
	if err := add("lost", nil); !errors.Is(err, fail) {
		t.Error(err)
	}
	at = AfterCommit
	if err := add("kept", nil); !errors.Is(err, fail) {
		t.Error(err)
	}
	fail = nil
	if err := add("refused", os.ErrInvalid); !errors.Is(err, os.ErrInvalid) {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Update(ended, func(*Tx) error { t.Error("begun under a context that has ended"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, titles := content(t, db); titles != "one,kept" {
		t.Errorf("%q", titles)
	}
	if _, err := db.Reader.Exec(`DELETE FROM report`); err == nil {
		t.Error("a reader writes")
	}
}

// A full file refuses with ErrFull, whole, and goes on where there is room; a
// closed one says so.
func TestFullAndClosed(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"), Options{MaxPages: 24})
	check(t, Migrate(db, migrations(first)))
	add := func(title string) error {
		return db.Write(context.Background(), func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO report (title) VALUES (?)`, title)
			return err
		})
	}
	if err := add(strings.Repeat("x", 1<<18)); !errors.Is(err, ErrFull) {
		t.Errorf("no room: %v", err)
	}
	check(t, add("two"))
	if _, titles := content(t, db); titles != "one,two" {
		t.Errorf("%q", titles)
	}
	check(t, db.Close())
	if err := add("three"); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// What is deleted with SecureDelete is in no file once the log is cut.
func TestSecureDelete(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "x.db"), Options{SecureDelete: true})
	check(t, Migrate(db, migrations(first)))
	const secret = "quincunx in the depot"
	for _, q := range []string{`INSERT INTO report (title) VALUES ('` + secret + `')`, `DELETE FROM report WHERE title LIKE 'quincunx%'`} {
		check(t, db.Write(context.Background(), func(tx *sql.Tx) error { _, err := tx.Exec(q); return err }))
	}
	check(t, db.Shrink(context.Background()))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	check(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		check(t, err)
		if strings.Contains(string(text), secret) {
			t.Errorf("%s still holds it", f)
		}
	}
}

// A copy that is taken while another handle writes is of one moment: of two rows
// that are always written together it has both or none.
func TestCopyOfOneMoment(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "x.db"), Options{})
	check(t, Migrate(db, migrations(first)))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	begun := make(chan struct{})
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Write(context.Background(), func(tx *sql.Tx) error {
				for range 2 {
					if _, err := tx.Exec(`INSERT INTO report (title) VALUES ('pair')`); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
				return
			}
			if n == 10 {
				close(begun)
			}
		}
	})
	<-begun
	for i := range 5 {
		to := filepath.Join(dir, "copy"+string(rune('0'+i)))
		check(t, Copy(context.Background(), db.Path(), to))
		info, err := os.Stat(to)
		check(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %o", info.Mode().Perm())
		}
		dup, err := OpenCopy(to)
		check(t, err)
		var n int
		check(t, dup.Reader.QueryRow(`SELECT count(*) FROM report WHERE title = 'pair'`).Scan(&n))
		if n < 20 || n%2 != 0 {
			t.Errorf("%d rows that come in pairs", n)
		}
		check(t, dup.Close())
		left, err := filepath.Glob(to + "-*")
		if err != nil || len(left) > 0 {
			t.Errorf("reading the copy left %v (%v)", left, err)
		}
	}
	close(stop)
	wg.Wait()
	// Nothing is written over or made up.
	if err := Copy(context.Background(), db.Path(), filepath.Join(dir, "copy0")); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	none := filepath.Join(dir, "none")
	if err := Copy(context.Background(), none, filepath.Join(dir, "y")); err == nil {
		t.Error("a file that is not there was copied")
	}
	for _, path := range []string{none, filepath.Join(dir, "y")} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was made", path)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Copy(ended, db.Path(), filepath.Join(dir, "z")); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

// A database that has one of two migrations of one number would never get the
// other.
func TestTwoMigrationsOfOneNumberAreRefused(t *testing.T) {
	db, err := Open(t.TempDir()+"/x.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = Migrate(db, fstest.MapFS{"001_a.sql": {Data: []byte("CREATE TABLE a (x INTEGER)")}, "001_b.sql": {Data: []byte("CREATE TABLE b (x INTEGER)")}})
	if err == nil || !strings.Contains(err.Error(), "001_b.sql") {
		t.Errorf("accepted: %v", err)
	}
}
