package viewdb

import (
	"context"
	"errors"
	"strings"
)

// ActAt is the act of a report, with its place in the log.
type ActAt struct {
	Index int64
	ID    string
	Act   []byte
	// Withdrawn counts the portions of it that are.
	Withdrawn int
	// Unsettled says that a portion that is shown is under review or in doubt, or that
	// its marking is (spec/recall.md).
	Unsettled bool
}

// Acts returns those of the reports that are here and have not ended, in any
// order; the others are left out. Each id is answered once.
func (v *Views) Acts(ctx context.Context, ids []string) ([]ActAt, error) {
	var out []ActAt
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.idx, r.id, r.act, coalesce((SELECT c.withdrawn FROM caution c WHERE c.idx = r.idx), 0),
			r.doubt <> '' OR EXISTS (SELECT 1 FROM caution c WHERE c.idx = r.idx AND c.review + c.doubt > 0) AND EXISTS (SELECT 1 FROM portion p WHERE p.idx = r.idx AND `+unsettled+`) FROM report r WHERE r.id IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) AND `+v.shown(`r`), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var a ActAt
			if err := rows.Scan(&a.Index, &a.ID, &a.Act, &a.Withdrawn, &a.Unsettled); err != nil {
				rows.Close()
				return nil, err
			}
			out = append(out, a)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OwnNaming returns the own reports that are shown and name a file, those of
// which nothing is withdrawn first, up to limit.
func (v *Views) OwnNaming(ctx context.Context, digest [32]byte, limit int) ([]ActAt, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.idx, r.id, r.act, coalesce(c.withdrawn, 0) FROM attachment a JOIN report r ON r.idx = a.idx LEFT JOIN caution c ON c.idx = r.idx
		WHERE a.digest = ? AND r.own = 1 AND `+v.shown(`r`)+` GROUP BY r.idx ORDER BY coalesce(c.withdrawn, 0), r.idx LIMIT ?`, digest[:], limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ActAt
	for rows.Next() {
		var a ActAt
		if err := rows.Scan(&a.Index, &a.ID, &a.Act, &a.Withdrawn); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
