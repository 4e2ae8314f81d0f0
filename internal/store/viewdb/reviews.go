package viewdb

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// ReviewQuery selects reports with personal data by when they are to be
// reviewed.
type ReviewQuery struct {
	At          int64 // log time at or before which the review is due, Unix seconds
	Own, Others bool  // only own ones, only others'
	AfterBy     int64 // behind this place
	AfterIndex  int64
	Limit       int // 1 to 501
}

// A ReviewRow is a report with personal data, ended or not.
type ReviewRow struct {
	Row
	Act    []byte
	Review int64 // Unix seconds
	Ends   int64
}

// ToReview returns reports with personal data, hidden ones among them, what has
// waited longest first: for whoever reviews them. What another's recall or word
// took from this node is among them, for it is still here.
func (v *Views) ToReview(ctx context.Context, q ReviewQuery) ([]ReviewRow, error) {
	where := `r.review <> 0 AND r.review <= ? AND (r.review, r.idx) > (?, ?)`
	switch {
	case q.Own:
		where += ` AND r.own = 1`
	case q.Others:
		where += ` AND r.own = 0`
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT `+v.columns()+`, r.act, r.review, r.ends FROM report r WHERE `+where+` ORDER BY r.review, r.idx LIMIT ?`, q.At, q.AfterBy, q.AfterIndex, q.Limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ReviewRow
	for rows.Next() {
		var r ReviewRow
		if r.Row, err = scanRow(rows.Scan, &r.Act, &r.Review, &r.Ends); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// GoneAt is where a member's officers said last that they have destroyed a portion
// before its term.
type GoneAt struct {
	Holder string
	Digest [32]byte
	Index  int64 // of their word in the log: what came to them later they hold
}

// GoneEarly says which members' officers said of which of some portions, by id, that
// they have destroyed them before their term.
func (v *Views) GoneEarly(ctx context.Context, portions [][16]byte) (map[[16]byte][]GoneAt, error) {
	out := map[[16]byte][]GoneAt{}
	for part := range slices.Chunk(portions, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i][:]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT portion, holder, digest, max(idx) FROM gone_early WHERE portion IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) GROUP BY portion, holder, digest`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, digest []byte
			var g GoneAt
			if err := rows.Scan(&id, &g.Holder, &digest, &g.Index); err != nil {
				rows.Close()
				return nil, err
			}
			copy(g.Digest[:], digest)
			out[[16]byte(id)] = append(out[[16]byte(id)], g)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
