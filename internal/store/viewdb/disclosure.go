package viewdb

import (
	"context"
	"errors"
	"slices"
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
	query, args := q.page()
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT d.idx, d.n, d.holder, d.review, r.id, r.originator, r.own, CASE WHEN r.withdrawn = 0 THEN `+titleOf+` ELSE r.type END, r.type, r.ends, p.id, p.digest,
			coalesce((SELECT s.id FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator ORDER BY s.idx DESC LIMIT 1), '')
		FROM (`+query+`) d CROSS JOIN report r ON r.idx = d.idx CROSS JOIN portion p ON p.idx = d.idx AND p.n = d.n ORDER BY `+q.order(), args...)
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

// order is how the ledger is read: newest first, of what is overdue that which
// has waited longest.
func (q *LedgerQuery) order() string {
	switch {
	case q.Overdue != 0:
		return `d.review, d.idx, d.n, d.holder`
	case q.Holder != "":
		return `d.idx DESC, d.n DESC`
	}
	return `d.idx DESC, d.n DESC, d.holder DESC`
}

// page is the query for the places of a page. It is cut from the narrow table
// before anything is joined to it, by an index in whose order it is read: as few
// rows are looked at as stand on the page, however many there are.
func (q *LedgerQuery) page() (string, []any) {
	var where []string
	var args []any
	add := func(cond string, more ...any) { where, args = append(where, cond), append(args, more...) }
	if q.Holder != "" {
		add(`d.holder = ?`, q.Holder)
	}
	if q.Portion != nil {
		add(`(d.idx, d.n) IN (SELECT p.idx, p.n FROM portion p WHERE p.key = ? AND p.id = ?)`, portionKey(q.Portion), q.Portion[:])
	}
	if q.Overdue != 0 {
		add(`d.review <> 0 AND d.review <= ?`, q.Overdue)
	}
	if a := q.After; a != nil {
		switch {
		case q.Overdue != 0:
			add(`(d.review, d.idx, d.n, d.holder) > (?, ?, ?, ?)`, a.Review, a.Index, a.N, a.Holder)
		case q.Holder != "":
			add(`(d.idx, d.n) < (?, ?)`, a.Index, a.N)
		default:
			add(`(d.idx, d.n, d.holder) < (?, ?, ?)`, a.Index, a.N, a.Holder)
		}
	}
	// by reads through the reports of another table, newest first, where those of
	// the narrow table would be looked through in vain.
	cut := func(columns, by, from string, conds ...string) (string, []any) {
		order, conds, args := q.order(), append(conds, where...), args
		if by != "" && q.Overdue == 0 {
			from, order = from+` CROSS JOIN disclosure d ON d.idx = `+by, strings.Replace(order, `d.idx`, by, 1)
			if q.After != nil {
				conds, args = append([]string{by + ` <= ?`}, conds...), append([]any{q.After.Index}, args...)
			}
		} else if by != "" {
			from = `disclosure d CROSS JOIN ` + from + ` ON ` + by + ` = d.idx`
		}
		query := `SELECT ` + columns + ` d.idx, d.n, d.holder, d.review FROM ` + from
		if len(conds) > 0 {
			query += ` WHERE ` + strings.Join(conds, ` AND `)
		}
		return query + ` ORDER BY ` + order + ` LIMIT ?`, append(slices.Clone(args), q.Limit)
	}
	if !q.Recalled {
		if q.Ended == 0 {
			return cut(``, ``, `disclosure d`)
		}
		add(`e.ends <> 0 AND e.ends <= ?`, q.Ended)
		return cut(``, `e.idx`, `report e INDEXED BY report_ended`)
	}
	if q.Ended != 0 {
		add(`EXISTS (SELECT 1 FROM report e WHERE e.idx = d.idx AND e.ends <> 0 AND e.ends <= ?)`, q.Ended)
	}
	// Two pages in one: of what stands against a portion, by the reports that have
	// any such, and of what was taken back from one holder alone.
	stands, args1 := cut(``, `c.idx`, `caution c INDEXED BY caution_stands`, `c.withdrawn + c.doubt > 0`,
		`EXISTS (SELECT 1 FROM portion p CROSS JOIN recalled x ON x.portion = p.id AND x.digest = p.digest WHERE p.idx = d.idx AND p.n = d.n AND x.effect = 1 AND x.kind IN ('recall', 'correction', 'narrowing', 'doubt'))`)
	narrowed, args2 := cut(`DISTINCT`, ``, `narrowed x CROSS JOIN portion p ON p.key = substr(x.portion, 1, 8) AND p.id = x.portion CROSS JOIN disclosure d ON d.idx = p.idx AND d.n = p.n AND d.holder = x.holder`)
	return `SELECT * FROM (SELECT * FROM (` + stands + `) UNION SELECT * FROM (` + narrowed + `)) d ORDER BY ` + q.order() + ` LIMIT ?`,
		slices.Concat(args1, args2, []any{q.Limit})
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
