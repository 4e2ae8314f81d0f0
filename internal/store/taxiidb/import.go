package taxiidb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"entente/internal/store"
	"entente/taxii"
)

// Imported counts what an import carried over.
type Imported struct {
	Roots       int `json:"api_roots"`
	Collections int `json:"collections"`
	Objects     int `json:"objects"`
	// Held were there already, byte for byte or in other words.
	Held int `json:"already_held"`
	// Flawed of the objects break a rule of STIX; they are carried.
	Flawed int `json:"flawed"`
	// Undated of the objects stood in no manifest; they have the date of the
	// import.
	Undated  int `json:"undated"`
	Statuses int `json:"statuses"`
}

// Import takes a data file of medallion over, all of it or nothing. What is
// held already is left as it is, so that the same file may be imported again.
// progress, when not nil, is told how many objects of how many are done.
func (db *DB) Import(ctx context.Context, f *taxii.MedallionFile, now taxii.Timestamp, progress func(done, total int64)) (Imported, error) {
	var n Imported
	if progress == nil {
		progress = func(int64, int64) {}
	}
	total, done := int64(0), int64(0)
	for _, r := range f.Roots {
		for _, c := range r.Collections {
			total += int64(len(c.Objects))
		}
	}
	err := db.s.Update(ctx, func(tx *store.Tx) error {
		n = Imported{}
		if f.Discovery != nil {
			if err := put(tx, `INSERT INTO discovery (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`, f.Discovery); err != nil {
				return err
			}
		}
		for i := range f.Roots {
			r := &f.Roots[i]
			if err := put(tx, `INSERT INTO roots (body, name, pos) VALUES (?, ?, (SELECT count(*) FROM roots)) ON CONFLICT (name) DO UPDATE SET body = excluded.body`, &r.Info, r.Name); err != nil {
				return err
			}
			n.Roots++
			for _, st := range r.Statuses {
				body, err := json.Marshal(st)
				if err != nil {
					return err
				}
				if _, err := tx.Run(sqlStatus, r.Name, st.ID, "", 0, string(body)); err != nil {
					return err
				}
				n.Statuses++
			}
			for j := range r.Collections {
				if err := ctx.Err(); err != nil {
					return err
				}
				step := func(k int) { done += int64(k); progress(done, total) }
				if err := importCollection(ctx, tx, r.Name, &r.Collections[j], now, &n, step); err != nil {
					return fmt.Errorf("collection %s: %w", r.Collections[j].ID, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return Imported{}, fmt.Errorf("taxiidb: import: %w", err)
	}
	db.forget()
	return n, nil
}

func put(tx *store.Tx, query string, v any, more ...any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(query, append([]any{string(body)}, more...)...)
	return err
}

// importCollection carries one collection over.
func importCollection(ctx context.Context, tx *store.Tx, root string, c *taxii.MedallionCollection, now taxii.Timestamp, n *Imported, step func(int)) error {
	var no, last int64
	err := tx.QueryRow(`SELECT no, last_added FROM collections WHERE root = ? AND id = ?`, root, c.ID).Scan(&no, &last)
	if errors.Is(err, sql.ErrNoRows) {
		last = never
		err = put(tx, `INSERT INTO collections (body, root, id, pos, last_added) VALUES (?, ?, ?, (SELECT count(*) FROM collections), ?)`, &c.Collection, root, c.ID, last)
		if err == nil {
			err = tx.QueryRow(`SELECT no FROM collections WHERE root = ? AND id = ?`, root, c.ID).Scan(&no)
		}
	}
	if err != nil {
		return err
	}
	n.Collections++
	for _, o := range c.Objects {
		last = max(last, int64(o.Added))
	}
	const part = 500
	for from := 0; from < len(c.Objects); from += part {
		if err := ctx.Err(); err != nil {
			return err
		}
		some := c.Objects[from:min(from+part, len(c.Objects))]
		if err := importObjects(tx, no, some, now, &last, n); err != nil {
			return err
		}
		step(len(some))
	}
	_, err = tx.Run(sqlAdvance, last, no)
	return err
}

func importObjects(tx *store.Tx, no int64, objects []taxii.MedallionObject, now taxii.Timestamp, last *int64, n *Imported) error {
	ids := make([]string, len(objects))
	for i := range objects {
		ids[i] = objects[i].ID
	}
	there, err := holding(tx, no, ids)
	if err != nil {
		return err
	}
	var several []string
	for i := range objects {
		o := &objects[i]
		r := row{Object: o.Object, added: int64(o.Added), media: o.MediaType, flaw: o.Flaw}
		versioned := r.Version != ""
		r.vkey, _ = taxii.VersionKey(r.Version)
		same, clash := compare(there[r.ID], &r, versioned)
		if same != nil {
			n.Held++
			continue
		}
		if clash && r.flaw == "" {
			r.flaw = "another object with this identifier and version stands before it"
		}
		if o.Added == taxii.NoTimestamp {
			r.added = max(*last+1, int64(now))
			*last = r.added
			n.Undated++
		}
		if !versioned {
			r.Version = taxii.Timestamp(r.added).String()
			r.vkey, _ = taxii.VersionKey(r.Version)
		}
		if r.flaw != "" {
			n.Flawed++
		}
		if err := insert(tx, no, &r); err != nil {
			return err
		}
		if len(there[r.ID]) > 0 {
			several = append(several, r.ID)
		}
		there[r.ID] = append(there[r.ID], held{r.Spec, r.vkey, r.Version, r.added, r.Raw})
		n.Objects++
	}
	return cover(tx, no, several)
}

// Flaw is an object that was carried although it breaks a rule of STIX.
type Flaw struct {
	Root       string `json:"api_root"`
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Version    string `json:"version"`
	Flaw       string `json:"flaw"`
}

// Flaws hands over every object held that breaks a rule of STIX, also those of
// collections that are shown to nobody.
func (db *DB) Flaws(ctx context.Context, each func(Flaw) error) error {
	rows, err := db.s.Reader.QueryContext(ctx, `SELECT c.root, c.id, o.id, o.version, o.flaw FROM collections c JOIN objects o ON o.collection = c.no WHERE o.flaw <> '' ORDER BY c.no, o.added, o.seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f Flaw
		if err := rows.Scan(&f.Root, &f.Collection, &f.ID, &f.Version, &f.Flaw); err != nil {
			return err
		}
		if err := each(f); err != nil {
			return err
		}
	}
	return rows.Err()
}
