package logdb

import "context"

// Behind is an own envelope that the views do not show yet.
type Behind struct {
	Ref    string // under which it was filed
	Header []byte // nil when the log has it
}

// FiledBehind returns own envelopes that were filed under a reference and are
// not in the log below an index: the newest first, up to limit.
func (l *Log) FiledBehind(ctx context.Context, below int64, limit int) ([]Behind, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT o.ref, x.header FROM own o LEFT JOIN outbox x ON x.incarnation = o.incarnation AND x.sequence = o.sequence
			WHERE o.ref IS NOT NULL AND (o.idx IS NULL OR o.idx >= ?) ORDER BY o.incarnation DESC, o.sequence DESC LIMIT ?`, below, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Behind
	for rows.Next() {
		var b Behind
		if err := rows.Scan(&b.Ref, &b.Header); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}
