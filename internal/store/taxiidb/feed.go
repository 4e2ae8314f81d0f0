package taxiidb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entente/internal/store"
	"entente/taxii"
)

const (
	sqlHold      = `INSERT INTO held (collection, report) VALUES (?, ?)`
	sqlIsHeld    = `SELECT EXISTS (SELECT 1 FROM held WHERE collection = ? AND report = ?)`
	sqlFed       = `INSERT INTO objects (collection, id, type, spec, vkey, version, added, covered, head, media, flaw, raw, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, '', '', ?, ?)`
	sqlSpare     = `INSERT INTO spare (collection, report, id, spec, vkey, version, type, added, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlProgress  = `INSERT INTO feeds (collection, cursor) VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET cursor = excluded.cursor`
	sqlPresent   = `SELECT id, spec, vkey FROM objects WHERE collection = ? AND id IN (SELECT value FROM json_each(?))`
	sqlNextSpare = `SELECT report, version, type, added, raw FROM spare WHERE collection = ? AND id = ? AND spec = ? AND vkey = ? ORDER BY added LIMIT 1`
	sqlUseSpare  = `DELETE FROM spare WHERE collection = ? AND report = ? AND id = ? AND spec = ? AND vkey = ?`
)

// Fed is a report as objects of a collection.
type Fed struct {
	// Report is its log index; a collection holds it once.
	Report int64
	// NotBefore is the earliest date of its objects.
	NotBefore taxii.Timestamp
	Objects   []FedObject
}

// FedObject is one object that a report brings.
type FedObject struct {
	taxii.Object
	// Step is how many microseconds after the object before it the object is
	// dated at least, 1 or more.
	Step int64
	// Settled says that nothing else can stand under its identifier.
	Settled bool
}

// Establish makes a collection in an API root where there is none, and returns
// the number by which it is kept. objects stand in it from the date given on,
// a microsecond apart.
func (db *DB) Establish(ctx context.Context, root string, c taxii.Collection, from taxii.Timestamp, objects ...taxii.Object) (int64, error) {
	var no int64
	err := db.s.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO roots (body, name, pos) VALUES (?, ?, 0) ON CONFLICT (name) DO NOTHING`, `{"title":"","versions":[],"max_content_length":0}`, root); err != nil {
			return err
		}
		err := tx.QueryRow(`SELECT no FROM collections WHERE root = ? AND id = ?`, root, c.ID).Scan(&no)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := put(tx, `INSERT INTO collections (body, root, id, pos, last_added) VALUES (?, ?, ?, (SELECT count(*) FROM collections), ?)`, &c, root, c.ID, int64(never)); err != nil {
			return err
		}
		if err := tx.QueryRow(`SELECT no FROM collections WHERE root = ? AND id = ?`, root, c.ID).Scan(&no); err != nil {
			return err
		}
		for i := range objects {
			r := row{Object: objects[i], added: int64(from) + int64(i)}
			r.vkey, _ = taxii.VersionKey(r.Version)
			if err := insert(tx, no, &r); err != nil {
				return err
			}
		}
		_, err = tx.Run(sqlAdvance, int64(from)+int64(len(objects)), no)
		return err
	})
	db.forget()
	return no, err
}

// Collections returns the collections of an API root by identifier.
func (db *DB) Collections(ctx context.Context, root string) (map[string]int64, error) {
	rows, err := db.s.Reader.QueryContext(ctx, `SELECT id, no FROM collections WHERE root = ?`, root)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var id string
		var no int64
		if err := rows.Scan(&id, &no); err != nil {
			return nil, err
		}
		out[id] = no
	}
	return out, rows.Err()
}

// Abolish removes a collection with all that is in it.
func (db *DB) Abolish(ctx context.Context, no int64) error {
	err := db.s.Update(ctx, func(tx *store.Tx) error {
		for _, t := range []string{`objects WHERE collection`, `spare WHERE collection`, `held WHERE collection`, `feeds WHERE collection`, `collections WHERE no`} {
			if _, err := tx.Exec(`DELETE FROM `+t+` = ?`, no); err != nil {
				return err
			}
		}
		return nil
	})
	db.forget()
	if err != nil {
		return err
	}
	return db.shrink(ctx)
}

// Progress returns the first leaf of the log that a collection has not looked
// at.
func (db *DB) Progress(ctx context.Context, no int64) (cursor int64, err error) {
	err = db.s.Reader.QueryRowContext(ctx, `SELECT cursor FROM feeds WHERE collection = ?`, no).Scan(&cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return cursor, err
}

// Feed adds reports to a collection, in the order given, and notes how far it
// has come. Reports that are held already are passed over.
func (db *DB) Feed(ctx context.Context, no int64, reports []Fed, cursor int64) error {
	return db.s.Update(ctx, func(tx *store.Tx) error {
		s, err := tx.Stmt(sqlLast)
		if err != nil {
			return err
		}
		var last int64
		if err := s.QueryRow(no).Scan(&last); err != nil {
			return err
		}
		for i := range reports {
			if err := feed(tx, no, &reports[i], &last); err != nil {
				return fmt.Errorf("taxiidb: leaf %d: %w", reports[i].Report, err)
			}
		}
		if _, err := tx.Run(sqlAdvance, last, no); err != nil {
			return err
		}
		_, err = tx.Run(sqlProgress, no, cursor)
		return err
	})
}

func feed(tx *store.Tx, no int64, f *Fed, last *int64) error {
	s, err := tx.Stmt(sqlIsHeld)
	if err != nil {
		return err
	}
	var there bool
	if err := s.QueryRow(no, f.Report).Scan(&there); err != nil || there {
		return err
	}
	if _, err := tx.Run(sqlHold, no, f.Report); err != nil {
		return err
	}
	ids := make([]string, len(f.Objects))
	for i := range f.Objects {
		ids[i] = f.Objects[i].ID
	}
	present, err := versionsOf(tx, no, ids)
	if err != nil {
		return err
	}
	var several []string
	for i := range f.Objects {
		o := &f.Objects[i]
		*last = max(*last+o.Step, int64(f.NotBefore)+o.Step)
		if o.Version == "" {
			o.Version = taxii.Timestamp(*last).String()
		}
		vkey, _ := taxii.VersionKey(o.Version)
		key := [2]string{o.Spec, vkey}
		if present[o.ID][key] {
			var raw any
			if !o.Settled {
				raw = string(o.Raw)
			}
			if _, err := tx.Run(sqlSpare, no, f.Report, o.ID, o.Spec, vkey, o.Version, o.Type, *last, raw); err != nil {
				return err
			}
			continue
		}
		if len(present[o.ID]) > 0 {
			several = append(several, o.ID)
		} else {
			present[o.ID] = map[[2]string]bool{}
		}
		present[o.ID][key] = true
		if _, err := tx.Run(sqlFed, no, o.ID, o.Type, o.Spec, vkey, o.Version, *last, int64(never), string(o.Raw), f.Report); err != nil {
			return err
		}
	}
	return cover(tx, no, several)
}

// versionsOf returns which versions of objects a collection holds.
func versionsOf(tx *store.Tx, no int64, ids []string) (map[string]map[[2]string]bool, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	s, err := tx.Stmt(sqlPresent)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(no, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]map[[2]string]bool{}
	for rows.Next() {
		var id, spec, vkey string
		if err := rows.Scan(&id, &spec, &vkey); err != nil {
			return nil, err
		}
		if out[id] == nil {
			out[id] = map[[2]string]bool{}
		}
		out[id][[2]string{spec, vkey}] = true
	}
	return out, rows.Err()
}

// Withdraw takes reports out of a collection, or out of all when no is 0: their
// objects are gone from every answer, and overwritten in the file. What another
// report brings too moves to that report's place. It returns how many places
// of reports were given up.
func (db *DB) Withdraw(ctx context.Context, no int64, reports []int64) (int, error) {
	if len(reports) == 0 {
		return 0, nil
	}
	n := 0
	for len(reports) > 0 {
		part := reports[:min(len(reports), 500)]
		reports = reports[len(part):]
		err := db.s.Update(ctx, func(tx *store.Tx) error {
			k, err := withdraw(tx, no, part)
			n += k
			return err
		})
		if err != nil {
			return n, fmt.Errorf("taxiidb: withdraw: %w", err)
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, db.shrink(ctx)
}

// shrink truncates the write-ahead log, in which what was deleted may still
// lie; readers are waited for, for a while.
func (db *DB) shrink(ctx context.Context) error {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for range 150 {
		err := db.s.Shrink(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return err
		}
	}
	return db.s.Shrink(ctx)
}

type place struct{ collection, report int64 }

type lost struct {
	collection    int64
	id, spec, key string
	raw           []byte
}

func withdraw(tx *store.Tx, no int64, reports []int64) (int, error) {
	list, err := json.Marshal(reports)
	if err != nil {
		return 0, err
	}
	where := ` WHERE report IN (SELECT value FROM json_each(?))`
	args := []any{string(list)}
	if no != 0 {
		where += ` AND collection = ?`
		args = append(args, no)
	}
	var held []place
	rows, err := tx.Query(`SELECT collection, report FROM held`+where, args...)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.collection, &p.report); err != nil {
			rows.Close()
			return 0, err
		}
		held = append(held, p)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(held) == 0 {
		return 0, err
	}
	var gone []lost
	for _, p := range held {
		if _, err := tx.Exec(`DELETE FROM spare WHERE collection = ? AND report = ?`, p.collection, p.report); err != nil {
			return 0, err
		}
		if gone, err = taken(tx, p, gone); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM held WHERE collection = ? AND report = ?`, p.collection, p.report); err != nil {
			return 0, err
		}
	}
	touched := map[int64][]string{}
	for i := range gone {
		if err := replace(tx, &gone[i]); err != nil {
			return 0, err
		}
		touched[gone[i].collection] = append(touched[gone[i].collection], gone[i].id)
	}
	for c, ids := range touched {
		if err := cover(tx, c, ids); err != nil {
			return 0, err
		}
	}
	return len(held), nil
}

// taken removes the objects that stand at a report's place.
func taken(tx *store.Tx, p place, gone []lost) ([]lost, error) {
	rows, err := tx.Query(`DELETE FROM objects WHERE collection = ? AND report = ? RETURNING id, spec, vkey, raw`, p.collection, p.report)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		l := lost{collection: p.collection}
		if err := rows.Scan(&l.id, &l.spec, &l.key, &l.raw); err != nil {
			return nil, err
		}
		gone = append(gone, l)
	}
	return gone, rows.Err()
}

// replace moves an object to the place of the next report that brings it.
func replace(tx *store.Tx, l *lost) error {
	s, err := tx.Stmt(sqlNextSpare)
	if err != nil {
		return err
	}
	var report, added int64
	var version, typ string
	var raw []byte
	err = s.QueryRow(l.collection, l.id, l.spec, l.key).Scan(&report, &version, &typ, &added, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if raw == nil {
		raw = l.raw
	}
	if _, err := tx.Run(sqlUseSpare, l.collection, report, l.id, l.spec, l.key); err != nil {
		return err
	}
	_, err = tx.Run(sqlFed, l.collection, l.id, typ, l.spec, l.key, version, added, int64(never), string(raw), report)
	return err
}

// HeldReports returns the log indices of the reports that a collection is made
// of, from an index on, up to limit.
func (db *DB) HeldReports(ctx context.Context, no, from int64, limit int) ([]int64, error) {
	return db.indices(ctx, `SELECT report FROM held WHERE collection = ? AND report >= ? ORDER BY report LIMIT ?`, no, from, limit)
}

func (db *DB) indices(ctx context.Context, query string, args ...any) ([]int64, error) {
	return store.Column[int64](db.s.Reader.QueryContext(ctx, query, args...))
}
