package viewdb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"entente/internal/store"
)

// What has ended stays a row until it is destroyed, and is answered as what
// never was. Whether it has is asked of the log's time whenever the views are
// read, so that views made again are the same.

// Follow makes the views hide what has ended by the log time that now returns,
// in Unix seconds. It is called before the views are read; without it nothing is
// hidden.
func (v *Views) Follow(now func() int64) { v.now = now }

// logTime is the present log time.
func (v *Views) logTime() int64 {
	if v.now == nil {
		return 0
	}
	return v.now()
}

// shown is the condition that a report has not ended, and that not all of it
// is withdrawn. A label that expires at a moment is expired at it
// (spec/label.md).
func (v *Views) shown(report string) string {
	return `(` + v.lasts(report) + ` AND NOT EXISTS (SELECT 1 FROM caution hc WHERE hc.idx = ` + report + `.idx AND hc.hidden = 1))`
}

// lasts is the condition that a report has not ended, and was not taken back.
func (v *Views) lasts(report string) string {
	return `(` + report + `.withdrawn = 0 AND (` + report + `.ends = 0 OR ` + report + `.ends > ` + strconv.FormatInt(v.logTime(), 10) + `))`
}

// WithdrawnBy returns whose consent a report rested on that is read here no
// more, by which word it was taken back (its index, -1 when a consent lapsed),
// and when that consent lapsed, Unix seconds; empty when it ended otherwise, or
// never was.
func (v *Views) WithdrawnBy(ctx context.Context, id string) (originator string, word, lapsed int64, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT rests, withdrawn - 1, ends FROM report r WHERE r.id = ? AND r.rests <> '' AND NOT `+v.lasts(`r`), id).Scan(&originator, &word, &lapsed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", -1, 0, nil
	}
	return originator, word, lapsed, err
}

// TakenBack returns reports that were taken back, by log index with that of the
// word, the earliest word first, up to limit.
func (v *Views) TakenBack(ctx context.Context, limit int) ([]Withdrawn, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, withdrawn - 1, rests FROM report WHERE withdrawn <> 0 ORDER BY withdrawn, idx LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Withdrawn
	for rows.Next() {
		var w Withdrawn
		if err := rows.Scan(&w.Report, &w.Word, &w.Originator); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, rows.Err()
}

// Ended returns the reports, by log index, that ended at or before a log time,
// the earliest first, up to limit: those in quarantine are among them.
func (v *Views) Ended(ctx context.Context, at int64, limit int) ([]int64, error) {
	return v.indices(ctx, `SELECT idx FROM (SELECT idx, ends FROM report WHERE ends <> 0 AND ends <= ?
		UNION ALL SELECT idx, ends FROM quarantine WHERE ends <> 0 AND ends > 0 AND ends <= ?) ORDER BY ends, idx LIMIT ?`, at, at, limit)
}

// Unread returns what is in quarantine without a marking that could be read, by
// log index, the earliest first, up to limit.
func (v *Views) Unread(ctx context.Context, limit int) ([]int64, error) {
	return v.indices(ctx, `SELECT idx FROM quarantine WHERE ends <> 0 AND ends = ? ORDER BY idx LIMIT ?`, EndsUnread, limit)
}

// IsQuarantined says whether what stands at a log index is in quarantine.
func (v *Views) IsQuarantined(ctx context.Context, index int64) (bool, error) {
	found, err := v.indices(ctx, `SELECT idx FROM quarantine WHERE idx = ?`, index)
	return len(found) > 0, err
}

// indices returns the one column of a query.
func (v *Views) indices(ctx context.Context, query string, args ...any) ([]int64, error) {
	return store.Column[int64](v.db.Reader.QueryContext(ctx, query, args...))
}

// EndedOwn returns own reports that ended at or before a log time, without their
// portions, the one that ended last first, up to limit: behind the place (ends,
// index) when that is not zero.
func (v *Views) EndedOwn(ctx context.Context, at, beforeEnds, beforeIndex int64, limit int) ([]EndedOwn, error) {
	if beforeEnds == 0 {
		beforeEnds = 1<<63 - 1
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.idx, r.id, r.ends, r.recipients, r.act FROM report r
		WHERE r.own = 1 AND r.ends <> 0 AND r.ends <= ? AND (r.ends, r.idx) < (?, ?) ORDER BY r.ends DESC, r.idx DESC LIMIT ?`, at, beforeEnds, beforeIndex, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []EndedOwn
	for rows.Next() {
		var e EndedOwn
		var to string
		if err := rows.Scan(&e.Index, &e.ID, &e.Ends, &to, &e.Act); err != nil {
			return nil, err
		}
		e.Recipients = strings.Fields(to)
		out = append(out, e)
	}
	return out, rows.Err()
}

// EndedOwn is an own report that has ended and is still here.
type EndedOwn struct {
	Index      int64
	ID         string
	Ends       int64 // log time, Unix seconds
	Recipients []string
	Act        []byte
}

// IndexOf returns at which log index a report or a statement stands, ended or
// not, for whoever destroys it. Errors: ErrNotFound.
func (v *Views) IndexOf(ctx context.Context, id string) (int64, error) {
	var i int64
	err := v.db.Reader.QueryRowContext(ctx, `SELECT idx FROM report WHERE id = ? UNION ALL SELECT idx FROM said WHERE id = ? LIMIT 1`, id, id).Scan(&i)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	return i, err
}

// EndedNew says whether an own report ended at or before upto, stands below size
// in the log, is sealed to a member, and ended after another log time or stands
// at or above another size.
func (v *Views) EndedNew(ctx context.Context, member string, upto, size, afterUpto, fromSize int64) (bool, error) {
	var n int
	err := v.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM report WHERE ends <> 0 AND ends <= ? AND own = 1 AND idx < ? AND (ends > ? OR idx >= ?)
		AND ' ' || recipients || ' ' LIKE '% ' || ? || ' %' LIMIT 1)`, upto, size, afterUpto, fromSize, member).Scan(&n)
	return n > 0, err
}

// IDsAt returns the ids of the reports and statements at the given indices, and
// of the portions that stand in these alone, as acts write them.
func (v *Views) IDsAt(ctx context.Context, indices []int64) ([]string, error) {
	var out []string
	gone := make(map[int64]bool, len(indices))
	for _, i := range indices {
		gone[i] = true
	}
	for len(indices) > 0 {
		part := indices[:min(len(indices), 250)]
		indices = indices[len(part):]
		args := make([]any, 0, len(part))
		for _, i := range part {
			args = append(args, i)
		}
		in := `(?` + strings.Repeat(`, ?`, len(part)-1) + `)`
		ids, err := v.texts(ctx, `SELECT id FROM report WHERE idx IN `+in+` UNION ALL SELECT id FROM said WHERE idx IN `+in, append(args, args...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.id, o.idx FROM portion p JOIN portion o ON o.key = p.key AND o.id = p.id WHERE p.idx IN `+in, args...)
		if err != nil {
			return nil, err
		}
		stands := map[string]bool{} // elsewhere as well
		for rows.Next() {
			var id []byte
			var at int64
			if err := rows.Scan(&id, &at); err != nil {
				rows.Close()
				return nil, err
			}
			name := hex.EncodeToString(id)
			stands[name] = stands[name] || !gone[at]
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err // what was not read would seem to stand nowhere else
		}
		for name, elsewhere := range stands {
			if !elsewhere {
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// texts returns the one column of a query.
func (v *Views) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	return store.Column[string](v.db.Reader.QueryContext(ctx, query, args...))
}
