package viewdb

import (
	"context"
	"strings"
)

// Text is a report as the reader of texts wants it.
type Text struct {
	Index   int64
	Written string
	Act     []byte
}

// Texts returns reports that have not ended, from a log index on, up to limit,
// and up to where that was looked: everything below to was projected and is in
// the list, or is not shown here.
func (v *Views) Texts(ctx context.Context, from int64, limit int) (list []Text, to int64, err error) {
	if to, err = v.Cursor(ctx); err != nil || to <= from {
		return nil, from, err
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.idx, r.written, r.act FROM report r WHERE r.idx >= ? AND r.idx < ? AND `+v.shown(`r`)+` ORDER BY r.idx LIMIT ?`, from, to, limit)
	if err != nil {
		return nil, from, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Text
		if err := rows.Scan(&t.Index, &t.Written, &t.Act); err != nil {
			return nil, from, err
		}
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return nil, from, err
	}
	if len(list) == limit {
		to = list[limit-1].Index + 1
	}
	return list, to, nil
}

// Shows returns the id of the report at a log index, if there is one that has
// not ended. Errors: ErrNotFound.
func (v *Views) Shows(ctx context.Context, index int64) (id string, err error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.id FROM report r WHERE r.idx = ? AND `+v.shown(`r`), index)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return "", err
		}
		return "", ErrNotFound
	}
	err = rows.Scan(&id)
	return id, err
}

// EndedBetween returns the reports, by log index, that ended after one log time
// and not after another.
func (v *Views) EndedBetween(ctx context.Context, after, to int64) ([]int64, error) {
	return v.indices(ctx, `SELECT idx FROM report WHERE ends <> 0 AND ends > ? AND ends <= ? ORDER BY ends, idx`, after, to)
}

// Key names a listing whoever filed it: authority, list and reference.
func (l *Listing) Key() string { return l.Authority + "/" + l.List + "/" + l.Reference }

const listingColumns = `d.originator, d.authority, d.list, d.reference, d.kind, d.name, d.status, r.id`

// latest is the condition that d is the present state of its listing, by
// whoever filed it.
func (v *Views) latest() string {
	return v.shown(`r`) + ` AND NOT ` + withdrawnAt(`d`) + ` AND NOT EXISTS (SELECT 1 FROM designation l JOIN report lr ON lr.idx = l.idx AND ` + v.shown(`lr`) + ` AND NOT ` + withdrawnAt(`l`) + ` WHERE l.reference = d.reference AND l.originator = d.originator AND l.list = d.list AND (l.idx, l.n) > (d.idx, d.n))`
}

// ListingOf returns the present state of a listing by its key, of every member
// that filed it; none where it is not held here or is not shown any more.
func (v *Views) ListingOf(ctx context.Context, key string) ([]Listing, error) {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) != 3 {
		return nil, nil
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT `+listingColumns+` FROM designation d JOIN report r ON r.idx = d.idx
		WHERE d.reference = ? AND d.authority = ? AND d.list = ? AND `+v.latest()+` ORDER BY d.originator LIMIT 64`, parts[2], parts[0], parts[1])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Listing
	for rows.Next() {
		var l Listing
		if err := rows.Scan(&l.Originator, &l.Authority, &l.List, &l.Reference, &l.Kind, &l.Name, &l.Status, &l.Report); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// ListedAct is a listing with the act that states it.
type ListedAct struct {
	Listing
	Index int64
	N     int // which of the act's listings, from 0
	Act   []byte
}

// ListedActs returns the present states of listings in force, in the order of
// their places in the log, behind (index, n), up to limit.
func (v *Views) ListedActs(ctx context.Context, index int64, n, limit int) ([]ListedAct, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT `+listingColumns+`, d.idx, d.n, r.act FROM designation d JOIN report r ON r.idx = d.idx
		WHERE (d.idx, d.n) > (?, ?) AND d.status = 'in force' AND `+v.latest()+` ORDER BY d.idx, d.n LIMIT ?`, index, n, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ListedAct
	for rows.Next() {
		var l ListedAct
		if err := rows.Scan(&l.Originator, &l.Authority, &l.List, &l.Reference, &l.Kind, &l.Name, &l.Status, &l.Report, &l.Index, &l.N, &l.Act); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// LastListing names the state of all listings: it changes when one is added,
// removed or withdrawn.
func (v *Views) LastListing(ctx context.Context) (last, count int64, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(idx), -1), count(*) - (SELECT count(*) FROM recalled x JOIN portion p ON p.key = x.key AND p.id = x.portion AND p.digest = x.digest
		JOIN designation d ON d.idx = p.idx AND d.n = p.n WHERE x.effect = 1 AND x.kind IN `+withdraws+`) FROM designation`).Scan(&last, &count)
	return last, count, err
}

// ListingsOnlyAt returns the keys of the listings that reports at these log
// indices state and no other report here does.
func (v *Views) ListingsOnlyAt(ctx context.Context, indices []int64) ([]string, error) {
	gone := map[int64]bool{}
	for _, i := range indices {
		gone[i] = true
	}
	var out []string
	for _, i := range indices {
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT d.authority, d.list, d.reference, o.idx FROM designation d
			JOIN designation o ON o.reference = d.reference AND o.authority = d.authority AND o.list = d.list WHERE d.idx = ? ORDER BY d.n`, i)
		if err != nil {
			return nil, err
		}
		elsewhere := map[string]bool{}
		for rows.Next() {
			var l Listing
			var at int64
			if err := rows.Scan(&l.Authority, &l.List, &l.Reference, &at); err != nil {
				rows.Close()
				return nil, err
			}
			elsewhere[l.Key()] = elsewhere[l.Key()] || !gone[at]
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		for k, still := range elsewhere {
			if !still {
				out = append(out, k)
			}
		}
	}
	return out, nil
}
