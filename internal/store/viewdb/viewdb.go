// Package viewdb keeps a node's view.db: what its officers may read, made from
// the certified log (design section 5, "Two databases"). It is disposable:
// Reset empties it and the projection makes it again, byte for byte the same.
package viewdb

import (
	"context"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"entente/internal/process"
	"entente/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNotFound: there is no such report here. It is the answer for what never
// was, for what is not released to this member, and for what was deleted.
var ErrNotFound = errors.New("no report of that id is here: search for it, or ask its originator for it")

// Views is an open view.db.
type Views struct {
	db  *store.DB
	now func() int64 // log time; nil: before everything
	// reword makes the words of a report of which portions are withdrawn.
	reword func(act []byte, withdrawn map[int]bool) (string, error)
}

const (
	sqlTally = `INSERT INTO tally (originator, opened, hash, failed) VALUES (?, ?, ?, ?)
		ON CONFLICT (originator) DO UPDATE SET opened = excluded.opened, hash = excluded.hash, failed = excluded.failed`
	sqlTotal    = `INSERT INTO total (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = total.n + excluded.n`
	sqlUnnamed  = `INSERT INTO unnamed (idx, n) VALUES (?, ?)`
	sqlWithdraw = `UPDATE report SET withdrawn = ?, rests = ? WHERE idx = ? AND own = 0 AND withdrawn = 0`
	sqlSetting  = `INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
)

// Open opens or creates the view.db at path. stale says that it was made by
// another version of the analyser and must be made again.
func Open(path string, o store.Options) (v *Views, stale bool, err error) {
	o.Relaxed, o.SecureDelete = true, true
	db, err := store.Open(path, o)
	if err != nil {
		return nil, false, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = store.Migrate(db, dir)
	}
	if err == nil {
		err = tune(db)
	}
	if err == nil {
		queries := append([]string{sqlUnnamed, sqlTally, sqlTotal, sqlSetting, sqlWithdraw, sqlJudgeRedress}, recallQueries...)
		for _, t := range intoAll {
			queries = append(queries, t.one, t.many)
		}
		err = db.Prepare(queries...)
	}
	if err != nil {
		db.Close()
		return nil, false, err
	}
	v = &Views{db: db}
	made, err := v.setting(context.Background(), settingAnalyser)
	if err != nil {
		db.Close()
		return nil, false, err
	}
	return v, made != "" && made != analyser, nil
}

// tune gives the one writer what bulk work wants: a cache that holds the inner
// pages of the indexes, and a write-ahead log in which a page that is written
// again and again lies once. Views can be made again, so a long log risks
// nothing.
func tune(db *store.DB) error {
	return db.Update(context.Background(), func(tx *store.Tx) error {
		for _, q := range []string{`PRAGMA cache_size = -24576`, `PRAGMA wal_autocheckpoint = 8192`} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// analyser names what the views were made by: the analyser's version and the
// layout of the tables.
var analyser = strconv.Itoa(process.AnalyserVersion) + "/21"

const (
	settingAnalyser = "analyser"
	settingCursor   = "cursor"
)

// Close closes the file.
func (v *Views) Close() error { return v.db.Close() }

// DB returns the database underneath, for snapshots and shrinking.
func (v *Views) DB() *store.DB { return v.db }

func (v *Views) setting(ctx context.Context, name string) (string, error) {
	var s string
	err := v.db.Reader.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, name).Scan(&s)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return s, err
}

// Cursor returns the index of the first leaf that is not projected yet.
func (v *Views) Cursor(ctx context.Context) (int64, error) {
	s, err := v.setting(ctx, settingCursor)
	if err != nil || s == "" {
		return 0, err
	}
	return strconv.ParseInt(s, 10, 64)
}

// Reset empties the views; the projection begins again at leaf 0.
func (v *Views) Reset(ctx context.Context) error {
	return v.db.Update(ctx, func(tx *store.Tx) error {
		for _, t := range tables {
			if _, err := tx.Exec(`DELETE FROM ` + t.name); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO search (search) VALUES ('delete-all')`)
		return err
	})
}

// tables are all tables, each with the order in which Dump writes its rows.
var tables = []struct{ name, order string }{
	{"report", "idx"}, {"portion", "idx, n"}, {"designation", "idx, n"}, {"attachment", "idx, n"}, {"said", "idx"}, {"consent", "idx, n"}, {"cite", "idx, n, k"},
	{"held_for", "idx, n, holder"}, {"unnamed", "idx, n"}, {"disclosure", "idx, n, holder"}, {"recalled", "portion, idx"}, {"review", "portion, digest"}, {"caution", "idx"}, {"acknowledged", "idx"},
	{"request", "idx"}, {"request_part", "idx, part"}, {"answer", "idx"}, {"answer_part", "idx, part"}, {"closing", "idx"}, {"line", "idx"}, {"redress", "idx"}, {"redress_portion", "idx, portion"}, {"redress_answer", "idx"}, {"gone_early", "idx, n"}, {"narrowed", "portion, idx"},
	{"quarantine", "idx"}, {"sent", "idx"}, {"tally", "originator"}, {"setting", "name"}, {"total", "name"},
}

// Dump writes every row of the views as text, in one order: two dumps are equal
// exactly when the views are.
func (v *Views) Dump(ctx context.Context, w io.Writer) error {
	for _, t := range tables {
		if err := v.dump(ctx, w, t.name, `SELECT * FROM `+t.name+` ORDER BY `+t.order); err != nil {
			return err
		}
	}
	return v.dumpSearch(ctx, w)
}

func (v *Views) dump(ctx context.Context, w io.Writer, name, query string) error {
	rows, err := v.db.Reader.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		var b strings.Builder
		b.WriteString(name)
		for i, val := range vals {
			b.WriteByte('\t')
			b.WriteString(cols[i])
			b.WriteByte('=')
			switch x := val.(type) {
			case []byte:
				b.WriteString(hex.EncodeToString(x))
			default:
				b.WriteString(strconv.Quote(fmt.Sprint(x)))
			}
		}
		b.WriteByte('\n')
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// dumpSearch writes every word of the index with the number of reports that
// hold it.
func (v *Views) dumpSearch(ctx context.Context, w io.Writer) error {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT term, doc FROM search_words ORDER BY term`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var term string
		var n int64
		if err := rows.Scan(&term, &n); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "search\t%q\t%d\n", term, n); err != nil {
			return err
		}
	}
	return rows.Err()
}
