package taxiidb

import (
	"context"
	"strings"

	"entente/taxii"
)

// maxUnion bounds the types that are read one by one and merged; more are
// filtered while reading on.
const maxUnion = 16

// query is an SQL text that grows, with its arguments.
type query struct {
	strings.Builder
	args []any
}

func (q *query) add(text string, args ...any) {
	q.WriteString(text)
	q.args = append(q.args, args...)
}

// in adds "column IN (...)". The number of places is rounded up to a power of
// two, the last value repeated, so that there are few different statements.
func (q *query) in(column string, values []string) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	q.add(column + " IN (?" + strings.Repeat(",?", n-1) + ")")
	for i := range n {
		q.args = append(q.args, values[min(i, len(values)-1)])
	}
}

// Page implements [taxii.Store]. Its cost follows the page and what the filter
// leaves out on the way, not what the collection holds: every plan walks an
// index in the order of places, or looks identifiers up.
func (db *DB) Page(ctx context.Context, _ string, s taxii.Selection) (taxii.Page, error) {
	var page taxii.Page
	no, err := db.number(ctx, s.Root, s.Collection)
	if err != nil {
		return page, err
	}
	q := pageQuery(no, s)
	rows, err := db.query(ctx, q.String(), q.args...)
	if err != nil {
		return page, err
	}
	defer rows.Close()
	page.Records = make([]taxii.Record, 0, min(s.Limit, 256))
	for rows.Next() {
		if len(page.Records) == s.Limit {
			page.More = true
			break
		}
		var r taxii.Record
		if s.Bodies {
			err = rows.Scan(&r.Place.Added, &r.Place.Seq, &r.Raw)
		} else {
			var spec string
			if err = rows.Scan(&r.Place.Added, &r.Place.Seq, &r.ID, &r.Version, &r.MediaType, &spec); r.MediaType == "" {
				r.MediaType = taxii.StixMediaType(spec)
			}
		}
		if err != nil {
			return taxii.Page{}, err
		}
		page.Records = append(page.Records, r)
	}
	if err := rows.Err(); err != nil {
		return taxii.Page{}, err
	}
	if len(page.Records) == 0 && len(s.Filter.IDs) > 0 {
		page.Known, err = db.known(ctx, no, &s.Filter)
	}
	return page, err
}

// known tells whether any object of the identifiers is held, in the versions
// asked for where these are given.
func (db *DB) known(ctx context.Context, no int64, f *taxii.Filter) (bool, error) {
	q := &query{}
	q.add(`SELECT EXISTS (SELECT 1 FROM objects WHERE collection = ? AND `, no)
	q.in("id", f.IDs)
	if v := &f.Versions; len(v.At) > 0 && !v.First && !v.Last {
		q.add(` AND `)
		q.in("vkey", v.At)
	}
	q.add(`)`)
	var yes bool
	err := db.one(ctx, &yes, q.String(), q.args...)
	return yes, err
}

func pageQuery(no int64, s taxii.Selection) *query {
	columns := `added, seq, id, version, media, spec`
	if s.Bodies {
		columns = `added, seq, raw`
	}
	f := &s.Filter
	after := s.After
	if f.AddedAfter > after.Added {
		// Every number at the date itself is passed over.
		after = taxii.Place{Added: f.AddedAfter, Seq: 1<<63 - 1}
	}
	// A limit of one more tells whether there is more.
	limit := int64(s.Limit) + 1
	q := &query{}
	one := func(types []string) {
		q.add(`SELECT `+columns+` FROM objects o`+indexFor(f, types)+` WHERE collection = ? AND (added, seq) > (?, ?)`, no, int64(after.Added), after.Seq)
		if len(types) == 1 {
			q.add(` AND type = ?`, types[0])
		} else if len(types) > 1 {
			q.add(` AND `)
			q.in("type", types)
		}
		if len(f.IDs) > 0 {
			q.add(` AND `)
			q.in("id", f.IDs)
		}
		q.meant(f)
		q.add(` ORDER BY added, seq LIMIT ?`, limit)
	}
	if len(f.Types) < 2 || len(f.Types) > maxUnion || len(f.IDs) > 0 {
		one(f.Types)
		return q
	}
	q.add(`SELECT ` + columns + ` FROM (`)
	for i, t := range f.Types {
		if i > 0 {
			q.add(` UNION ALL `)
		}
		q.add(`SELECT * FROM (`)
		one([]string{t})
		q.add(`)`)
	}
	q.add(`) ORDER BY added, seq LIMIT ?`, limit)
	return q
}

// simple tells whether a filter means the latest version of the latest
// specification version, which the columns covered and head know.
func simple(f *taxii.Filter) bool {
	v := &f.Versions
	return len(f.SpecVersions) == 0 && v.Last && !v.First && len(v.At) == 0
}

// indexFor names the index that gives the order of places, where the planner
// could think of sorting instead.
func indexFor(f *taxii.Filter, types []string) string {
	switch {
	case len(f.IDs) > 0:
		return ` INDEXED BY objects_version`
	case len(types) == 1:
		return ` INDEXED BY objects_type`
	case simple(f):
		return ` INDEXED BY objects_head`
	}
	return ` INDEXED BY objects_added`
}

// meant adds the conditions of match[version] and match[spec_version] (clause
// 3.4.1) on o.
func (q *query) meant(f *taxii.Filter) {
	a := int64(f.AddedAfter)
	v := &f.Versions
	if simple(f) {
		q.add(` AND head = 1 AND covered <= ?`, a)
		return
	}
	// other is any object of the same identifier that the rest of the filter
	// lets pass.
	const other = `NOT EXISTS (SELECT 1 FROM objects n WHERE n.collection = o.collection AND n.id = o.id AND n.added > ?`
	if len(f.SpecVersions) > 0 {
		q.add(` AND `)
		q.in("o.spec", f.SpecVersions)
	} else {
		q.add(` AND `+other+` AND n.spec > o.spec)`, a)
	}
	if v.All {
		return
	}
	q.add(` AND (0`)
	if len(v.At) > 0 {
		q.add(` OR `)
		q.in("o.vkey", v.At)
	}
	extreme := func(op string) {
		q.add(` OR `+other, a)
		if len(f.SpecVersions) > 0 {
			q.add(` AND `)
			q.in("n.spec", f.SpecVersions)
		} else {
			q.add(` AND n.spec = o.spec`)
		}
		q.add(` AND n.vkey ` + op + ` o.vkey)`)
	}
	if v.First {
		extreme("<")
	}
	if v.Last {
		extreme(">")
	}
	q.add(`)`)
}
