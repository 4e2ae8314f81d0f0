package viewdb

import "context"

// Live is a report that is in force: it has not ended, its marking is not in
// doubt, nothing of it is withdrawn, in doubt or under review, and no later report of its originator that is shown replaces it.
type Live struct {
	Index int64
	Act   []byte
}

// live is the condition that a report r is in force. Only its originator can
// replace a report (rule 10).
func (v *Views) live() string {
	return v.shown(`r`) + ` AND r.doubt = '' AND NOT EXISTS (SELECT 1 FROM caution c WHERE c.idx = r.idx) AND NOT EXISTS (SELECT 1 FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator AND ` + v.shown(`s`) + `)`
}

// Live returns the reports in force with an index in [from, to), in log order,
// up to limit.
func (v *Views) Live(ctx context.Context, from, to int64, limit int) ([]Live, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.idx, r.act FROM report r WHERE r.idx >= ? AND r.idx < ? AND `+v.live()+` ORDER BY r.idx LIMIT ?`, from, to, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Live
	for rows.Next() {
		var l Live
		if err := rows.Scan(&l.Index, &l.Act); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// LiveIndices returns where the reports in force stand, from an index on, in
// log order, up to limit.
func (v *Views) LiveIndices(ctx context.Context, from int64, limit int) ([]int64, error) {
	return v.indices(ctx, `SELECT r.idx FROM report r WHERE r.idx >= ? AND `+v.live()+` ORDER BY r.idx LIMIT ?`, from, limit)
}

// NextEnd returns the log time, in Unix seconds, at which the next report ends
// after a given one; 0 when none does.
func (v *Views) NextEnd(ctx context.Context, after int64) (next int64, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT coalesce(min(ends), 0) FROM report WHERE ends <> 0 AND ends > ?`, after).Scan(&next)
	return next, err
}
