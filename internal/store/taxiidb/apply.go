package taxiidb

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/internal/store"
	"entente/taxii"
)

// keepStatus is how long the status of a request is kept; the specification
// asks for a day (clause 4.3).
const keepStatus = 30 * 24 * time.Hour

const (
	sqlLast           = `SELECT last_added FROM collections WHERE no = ?`
	sqlAdvance        = `UPDATE collections SET last_added = ? WHERE no = ?`
	sqlCollectionBody = `SELECT body FROM collections WHERE no = ?`
	sqlHeld           = `SELECT id, spec, vkey, version, added, raw FROM objects WHERE collection = ? AND id IN (SELECT value FROM json_each(?))`
	sqlInsert         = `INSERT INTO objects (collection, id, type, spec, vkey, version, added, covered, head, media, flaw, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlStatus         = `INSERT INTO statuses (root, id, owner, expires, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (root, id) DO NOTHING`
	// sqlCover sets covered and head anew for all objects of some identifiers.
	sqlCover = `UPDATE objects SET (covered, head) = (
		SELECT coalesce(max(n.added), -9223372036854775808), CASE WHEN coalesce(max(n.added), -9223372036854775808) < objects.added THEN 1 ELSE 0 END
		FROM objects n WHERE n.collection = objects.collection AND n.id = objects.id AND (n.spec, n.vkey) > (objects.spec, objects.vkey))
		WHERE collection = ? AND id IN (SELECT value FROM json_each(?))`
)

// row is an object on its way into the table.
type row struct {
	taxii.Object
	vkey, media, flaw string
	added             int64
}

func insert(tx *store.Tx, no int64, r *row) error {
	_, err := tx.Run(sqlInsert, no, r.ID, r.Type, r.Spec, r.vkey, r.Version, r.added, int64(never), 1, r.media, r.flaw, string(r.Raw))
	return err
}

// held is an object that is there already.
type held struct {
	spec, vkey, version string
	added               int64
	raw                 []byte
}

// holding reads the objects of some identifiers.
func holding(tx *store.Tx, no int64, ids []string) (map[string][]held, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	s, err := tx.Stmt(sqlHeld)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(no, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]held{}
	for rows.Next() {
		var id string
		var h held
		if err := rows.Scan(&id, &h.spec, &h.vkey, &h.version, &h.added, &h.raw); err != nil {
			return nil, err
		}
		found[id] = append(found[id], h)
	}
	return found, rows.Err()
}

// Apply implements [taxii.Store]. Adding is complete when it returns.
func (db *DB) Apply(ctx context.Context, user string, c taxii.Change) (*taxii.Status, error) {
	return db.apply(ctx, user, c, nil)
}

// apply is Apply; added is called, in the same transaction, for each object
// that was not there.
func (db *DB) apply(ctx context.Context, user string, c taxii.Change, added func(*store.Tx, *taxii.Object) error) (*taxii.Status, error) {
	no, err := db.number(ctx, c.Root, c.Collection)
	if err != nil {
		return nil, err
	}
	st := &taxii.Status{ID: newID(), Status: taxii.StatusComplete, RequestTimestamp: c.At.String()}
	if c.Delete != nil {
		return st, db.delete(ctx, no, c.Delete, st)
	}
	changed := false
	err = db.s.Update(ctx, func(tx *store.Tx) error {
		*st = taxii.Status{ID: st.ID, Status: st.Status, RequestTimestamp: st.RequestTimestamp}
		for _, d := range c.Refused {
			st.Fail(d)
		}
		specs, err := db.add(tx, no, c, st, added)
		if err != nil {
			return err
		}
		if changed, err = widen(tx, no, specs); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM statuses WHERE expires > 0 AND expires < ?`, int64(c.At)); err != nil {
			return err
		}
		body, err := json.Marshal(st)
		if err != nil {
			return err
		}
		_, err = tx.Run(sqlStatus, c.Root, st.ID, user, int64(c.At)+keepStatus.Microseconds(), string(body))
		return err
	})
	if err != nil {
		return nil, err
	}
	if changed {
		db.forget()
	}
	return st, nil
}

// add inserts what is not there yet and notes what became of each object. It
// returns the specification versions of what was added.
func (db *DB) add(tx *store.Tx, no int64, c taxii.Change, st *taxii.Status, added func(*store.Tx, *taxii.Object) error) ([]string, error) {
	ids := make([]string, 0, len(c.Add))
	for i := range c.Add {
		ids = append(ids, c.Add[i].ID)
	}
	there, err := holding(tx, no, ids)
	if err != nil {
		return nil, err
	}
	var last int64
	s, err := tx.Stmt(sqlLast)
	if err != nil {
		return nil, err
	}
	if err := s.QueryRow(no).Scan(&last); err != nil {
		return nil, err
	}
	begin := last
	var specs, several []string
	for i := range c.Add {
		r := row{Object: c.Add[i], added: max(last+1, int64(c.At))}
		if r.Version == "" {
			// Without a version of its own an object has that of its date added.
			r.Version = taxii.Timestamp(r.added).String()
		}
		r.vkey, _ = taxii.VersionKey(r.Version)
		d := taxii.StatusDetail{ID: r.ID, Version: r.Version}
		same, clash := compare(there[r.ID], &r, c.Add[i].Version != "")
		switch {
		case same != nil:
			// An exact duplicate is no failure (clause 5.5).
			d.Version = same.version
			st.Succeed(d)
			continue
		case clash:
			d.Message = "another object with this identifier and version is held; give the change a later modified time"
			st.Fail(d)
			continue
		}
		if err := insert(tx, no, &r); err != nil {
			return nil, err
		}
		if added != nil {
			if err := added(tx, &c.Add[i]); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(specs, r.Spec) {
			specs = append(specs, r.Spec)
		}
		if len(there[r.ID]) > 0 {
			several = append(several, r.ID)
		}
		there[r.ID] = append(there[r.ID], held{r.Spec, r.vkey, r.Version, r.added, r.Raw})
		last = r.added
		st.Succeed(d)
	}
	if err := cover(tx, no, several); err != nil {
		return nil, err
	}
	if last > begin {
		if _, err := tx.Run(sqlAdvance, last, no); err != nil {
			return nil, err
		}
	}
	return specs, nil
}

// compare looks for an object among those held: the same one, or another with
// its identifier and version.
func compare(there []held, r *row, versioned bool) (same *held, clash bool) {
	for i := range there {
		h := &there[i]
		if h.spec != r.Spec {
			continue
		}
		if versioned && h.vkey != r.vkey {
			continue
		}
		if taxii.SameObject(h.raw, r.Raw) {
			return h, false
		}
		clash = clash || versioned
	}
	return nil, clash
}

func cover(tx *store.Tx, no int64, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = tx.Run(sqlCover, no, string(list))
	return err
}

// widen adds the media types of what came to those of the collection (clause
// 5.2.1: all that it can hold are listed).
func widen(tx *store.Tx, no int64, specs []string) (bool, error) {
	if len(specs) == 0 {
		return false, nil
	}
	s, err := tx.Stmt(sqlCollectionBody)
	if err != nil {
		return false, err
	}
	var body []byte
	if err := s.QueryRow(no).Scan(&body); err != nil {
		return false, err
	}
	var c taxii.Collection
	if err := json.Unmarshal(body, &c); err != nil {
		return false, err
	}
	had := len(c.MediaTypes)
	for _, spec := range specs {
		// The bare type stands for every version.
		if t := taxii.StixMediaType(spec); !slices.Contains(c.MediaTypes, t) && !slices.Contains(c.MediaTypes, "application/stix+json") {
			c.MediaTypes = append(c.MediaTypes, t)
		}
	}
	if len(c.MediaTypes) == had {
		return false, nil
	}
	if body, err = json.Marshal(c); err != nil {
		return false, err
	}
	_, err = tx.Exec(`UPDATE collections SET body = ? WHERE no = ?`, string(body), no)
	return true, err
}

// delete removes what the filter means. Without match[version] that is every
// version; first and last are those that a reader would be given.
func (db *DB) delete(ctx context.Context, no int64, f *taxii.Filter, st *taxii.Status) error {
	err := db.s.Update(ctx, func(tx *store.Tx) error {
		q := &query{}
		q.add(`DELETE FROM objects WHERE seq IN (SELECT seq FROM objects o WHERE collection = ? AND `, no)
		q.in("id", f.IDs)
		v := f.Versions
		switch {
		case v.First || v.Last:
			g := *f
			g.AddedAfter = taxii.NoTimestamp
			g.Versions.At = nil
			q.add(` AND ((1`)
			q.meant(&g)
			q.add(`)`)
			if len(v.At) > 0 {
				q.add(` OR `)
				q.in("vkey", v.At)
				q.specs(f)
			}
			q.add(`)`)
		case len(v.At) > 0:
			q.add(` AND `)
			q.in("vkey", v.At)
			q.specs(f)
		default:
			q.specs(f)
		}
		q.add(`)`)
		res, err := tx.Exec(q.String(), q.args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return taxii.ErrNotFound
		}
		st.TotalCount, st.SuccessCount = int(n), int(n)
		return cover(tx, no, f.IDs)
	})
	if err != nil {
		return err
	}
	return db.shrink(ctx) // what is removed lies in the write-ahead log too
}

func (q *query) specs(f *taxii.Filter) {
	if len(f.SpecVersions) > 0 {
		q.add(` AND `)
		q.in("spec", f.SpecVersions)
	}
}

// newID makes a UUID of version 4 (RFC 4122 4.4), as clause 2 wants.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return strings.ToLower(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
