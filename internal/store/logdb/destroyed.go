package logdb

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"entente/internal/store"
)

// Destruction is what a member said of what had ended: nothing is there any more
// of all below Size in the log that ended at or before Upto (spec/retention.md).
type Destruction struct {
	Member  string
	Upto    int64 // log time, Unix seconds
	Size    int64
	Told    int64 // log time at which it came, Unix seconds
	Receipt []byte
}

// KeepDestruction keeps what a member said; saying it again changes nothing.
func (l *Log) KeepDestruction(ctx context.Context, d Destruction) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO destruction (member, upto, size, told, receipt) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			d.Member, d.Upto, d.Size, d.Told, d.Receipt)
		return err
	})
}

// DestructionOf returns the first word of a member that covers what stands at an
// index and ended at a log time; false when none does yet.
func (l *Log) DestructionOf(ctx context.Context, member string, index, ends int64) (Destruction, bool, error) {
	d := Destruction{Member: member}
	err := l.db.Reader.QueryRowContext(ctx, `SELECT upto, size, told, receipt FROM destruction WHERE member = ? AND upto >= ? AND size > ? ORDER BY told, upto, size LIMIT 1`,
		member, ends, index).Scan(&d.Upto, &d.Size, &d.Told, &d.Receipt)
	if errors.Is(err, sql.ErrNoRows) {
		return Destruction{}, false, nil
	}
	return d, err == nil, err
}

// LastDestruction returns the furthest word of a member, zero when there is none.
func (l *Log) LastDestruction(ctx context.Context, member string) (upto, size int64, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT upto, size FROM destruction WHERE member = ? ORDER BY upto DESC, size DESC LIMIT 1`, member).Scan(&upto, &size)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return upto, size, err
}

// ForgottenOwn returns own reports whose contents are gone and that ended at or
// before a log time, the one that ended last first, up to limit: behind the
// place (ends, index) when that is not zero.
func (l *Log) ForgottenOwn(ctx context.Context, at, beforeEnds, beforeIndex int64, limit int) ([]Forgotten, error) {
	if beforeEnds == 0 {
		beforeEnds = 1<<63 - 1
	}
	return l.forgotten(ctx, `WHERE act <> '' AND ends <> 0 AND ends <= ? AND (ends, idx) < (?, ?) ORDER BY ends DESC, idx DESC LIMIT ?`, at, beforeEnds, beforeIndex, limit)
}

// ForgottenNew says whether an own report that is gone ended at or before upto,
// stands below size, was sealed to a member, and ended after another log time or
// stands at or above another size.
func (l *Log) ForgottenNew(ctx context.Context, member string, upto, size, afterUpto, fromSize int64) (bool, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT recipients FROM forgotten WHERE act <> '' AND ends <> 0 AND ends <= ? AND idx < ? AND (ends > ? OR idx >= ?)`, upto, size, afterUpto, fromSize)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		var to string
		if err := rows.Scan(&to); err != nil {
			return false, err
		}
		found = found || strings.Contains(" "+to+" ", " "+member+" ")
	}
	return found, rows.Err()
}
