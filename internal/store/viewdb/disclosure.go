package viewdb

import (
	"context"
	"errors"
	"strings"
)

// Disclosure is one portion of this nation's in one other member's hands: by an
// own view, or by another's that carries this nation's mark.
type Disclosure struct {
	DisclosureAt
	View       string // id of the report
	Originator string // who sealed it to the holder
	Own        bool
	Title      string
	Type       string
	Portion    [16]byte
	Digest     [32]byte
	Ends       int64 // log time at which the view ends, Unix seconds; 0 never
	// SupersededBy is a later view of the same readers, empty when there is none.
	SupersededBy string
}

// DisclosureAt is a place in the ledger.
type DisclosureAt struct {
	Index  int64  // of the envelope in the log
	N      int    // of the portion in the view, from 0
	Holder string // a member
	Review int64  // by when its personal data are to be reviewed, Unix seconds; 0 for none
}

// LedgerQuery narrows the ledger. Zero fields narrow nothing.
type LedgerQuery struct {
	Holder  string
	Portion *[16]byte
	// Overdue keeps what was to be reviewed at or before this log time, Unix
	// seconds, and puts what has waited longest first.
	Overdue int64
	// Ended keeps the views that ended at or before this log time, Unix seconds.
	Ended int64
	// Recalled keeps what is withdrawn or in doubt, or was taken back from this
	// holder alone.
	Recalled bool
	After    *DisclosureAt // go on behind this row
	Limit    int           // 1 to 501, 50 when 0
}

// disclosures gathers the rows of one report.
func (in *inserts) disclosures(r *Report) {
	for n := range r.Portions {
		if !r.Portions[n].Mine {
			continue
		}
		for _, m := range r.Holders {
			in.add(&intoDisclosure, r.Index, n, m, r.Portions[n].Review)
		}
	}
}

// Ledger returns who holds what of this nation's, newest first.
func (v *Views) Ledger(ctx context.Context, q LedgerQuery) ([]Disclosure, error) {
	if q.Limit <= 0 || q.Limit > 501 {
		q.Limit = 50
	}
	// The page is cut from the narrow table, by one of its indexes, before
	// anything is joined to it.
	var where []string
	var args []any
	add := func(cond string, more ...any) { where, args = append(where, cond), append(args, more...) }
	order := `d.idx DESC, d.n DESC, d.holder DESC`
	if q.Holder != "" {
		add(`d.holder = ?`, q.Holder)
		order = `d.idx DESC, d.n DESC`
	}
	if q.Portion != nil {
		add(`(d.idx, d.n) IN (SELECT p.idx, p.n FROM portion p WHERE p.key = ? AND p.id = ?)`, portionKey(q.Portion), q.Portion[:])
	}
	if q.Ended != 0 {
		add(`d.idx IN (SELECT e.idx FROM report e WHERE e.ends <> 0 AND e.ends <= ?)`, q.Ended)
	}
	switch {
	case q.Overdue != 0:
		add(`d.review <> 0 AND d.review <= ?`, q.Overdue)
		order = `d.review, d.idx, d.n, d.holder`
		if a := q.After; a != nil {
			add(`(d.review, d.idx, d.n, d.holder) > (?, ?, ?, ?)`, a.Review, a.Index, a.N, a.Holder)
		}
	case q.After != nil && q.Holder != "":
		add(`(d.idx, d.n) < (?, ?)`, q.After.Index, q.After.N)
	case q.After != nil:
		add(`(d.idx, d.n, d.holder) < (?, ?, ?)`, q.After.Index, q.After.N, q.After.Holder)
	}
	args = append(args, q.Limit)
	cut := func(columns, from, order string, more ...string) string {
		query := `SELECT ` + columns + ` d.idx, d.n, d.holder, d.review FROM ` + from
		if all := append(more, where...); len(all) > 0 {
			query += ` WHERE ` + strings.Join(all, ` AND `)
		}
		return query + ` ORDER BY ` + order + ` LIMIT ?`
	}
	query := cut(``, `disclosure d`, order)
	if q.Recalled {
		// Two pages in one: of what stands against a portion, by the reports that have
		// any such, and of what was taken back from one holder alone.
		query = `SELECT * FROM (` + cut(``, `caution c CROSS JOIN disclosure d ON d.idx = c.idx`, strings.Replace(order, `d.idx`, `c.idx`, 1), `c.withdrawn + c.doubt > 0`,
			`EXISTS (SELECT 1 FROM portion p CROSS JOIN recalled x ON x.portion = p.id AND x.digest = p.digest WHERE p.idx = d.idx AND p.n = d.n AND x.effect = 1 AND x.kind IN ('recall', 'correction', 'narrowing', 'doubt'))`) + `)
			UNION SELECT * FROM (` + cut(`DISTINCT`, `narrowed x CROSS JOIN portion p ON p.key = substr(x.portion, 1, 8) AND p.id = x.portion CROSS JOIN disclosure d ON d.idx = p.idx AND d.n = p.n AND d.holder = x.holder`, order) + `)`
		args = append(args, args...)
		query = `SELECT * FROM (` + query + `) d ORDER BY ` + order + ` LIMIT ?`
		args = append(args, q.Limit)
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT d.idx, d.n, d.holder, d.review, r.id, r.originator, r.own, CASE WHEN r.withdrawn = 0 THEN `+titleOf+` ELSE r.type END, r.type, r.ends, p.id, p.digest,
			coalesce((SELECT s.id FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator ORDER BY s.idx DESC LIMIT 1), '')
		FROM (`+query+`) d JOIN report r ON r.idx = d.idx JOIN portion p ON p.idx = d.idx AND p.n = d.n ORDER BY `+order, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Disclosure
	for rows.Next() {
		var d Disclosure
		var own int
		var id, digest []byte
		if err := rows.Scan(&d.Index, &d.N, &d.Holder, &d.Review, &d.View, &d.Originator, &own, &d.Title, &d.Type, &d.Ends, &id, &digest, &d.SupersededBy); err != nil {
			return nil, err
		}
		d.Own, d.Portion, d.Digest = own == 1, [16]byte(id), [32]byte(digest)
		out = append(out, d)
	}
	return out, rows.Err()
}

// ActsAt returns the acts of the reports at the given log indices, ended ones
// among them.
func (v *Views) ActsAt(ctx context.Context, indices []int64) (map[int64][]byte, error) {
	out := map[int64][]byte{}
	for len(indices) > 0 {
		part := indices[:min(len(indices), 500)]
		indices = indices[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, act FROM report WHERE idx IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var i int64
			var raw []byte
			if err := rows.Scan(&i, &raw); err != nil {
				rows.Close()
				return nil, err
			}
			out[i] = raw
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
