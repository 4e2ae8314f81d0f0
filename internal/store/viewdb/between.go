package viewdb

import (
	"context"
	"strings"
)

// Between is what stands at one place of the log: one of the three is set.
type Between struct {
	Report      *Report // without portions, words and listings
	TakenBack   int64   // of a report: the index of the word that took it back, -1 when none did
	Said        *Said
	Quarantined *Quarantined
}

// Between returns what was opened of the leaves [from, to), by index: what has
// ended and what is withdrawn are among it.
func (v *Views) Between(ctx context.Context, from, to int64) (map[int64]Between, error) {
	out := map[int64]Between{}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, id, originator, own, type, title, written, recipients, ends, doubt, act, withdrawn - 1 FROM report WHERE idx >= ? AND idx < ?`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r := new(Report)
		var own int
		var rec string
		var word int64
		if err := rows.Scan(&r.Index, &r.ID, &r.Originator, &own, &r.Type, &r.Title, &r.Written, &rec, &r.Ends, &r.Doubt, &r.Act, &word); err != nil {
			return nil, err
		}
		r.Own, r.Recipients = own == 1, strings.Fields(rec)
		out[r.Index] = Between{Report: r, TakenBack: word}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	said, err := v.manySaid(ctx, `SELECT `+saidColumns+` FROM said WHERE idx >= ? AND idx < ?`, from, to)
	if err != nil {
		return nil, err
	}
	for i := range said {
		out[said[i].Index] = Between{Said: &said[i]}
	}
	bad, err := v.db.Reader.QueryContext(ctx, `SELECT idx, originator, code FROM quarantine WHERE idx >= ? AND idx < ?`, from, to)
	if err != nil {
		return nil, err
	}
	defer bad.Close()
	for bad.Next() {
		q := new(Quarantined)
		if err := bad.Scan(&q.Index, &q.Originator, &q.Code); err != nil {
			return nil, err
		}
		out[q.Index] = Between{Quarantined: q}
	}
	return out, bad.Err()
}
