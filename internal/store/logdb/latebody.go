package logdb

import (
	"context"

	"entente/internal/store"
)

// KeepLate notes bodies that the sweep passes over because of what their headers
// claim, by log index with that time, Unix seconds. What is noted already stays.
func (l *Log) KeepLate(ctx context.Context, late map[int64]int64) error {
	if len(late) == 0 {
		return nil
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for i, t := range late {
			if _, err := tx.Exec(`INSERT INTO late_body (idx, time) VALUES (?, ?) ON CONFLICT (idx) DO NOTHING`, i, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// LateBodies returns what KeepLate noted with a time before the given one, the
// earliest first, up to limit.
func (l *Log) LateBodies(ctx context.Context, before int64, limit int) ([]int64, error) {
	return store.Column[int64](l.db.Reader.QueryContext(ctx, `SELECT idx FROM late_body WHERE time < ? ORDER BY time, idx LIMIT ?`, before, limit))
}

// DropLate forgets what KeepLate noted.
func (l *Log) DropLate(ctx context.Context, indices []int64) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, i := range indices {
			if _, err := tx.Exec(`DELETE FROM late_body WHERE idx = ?`, i); err != nil {
				return err
			}
		}
		return nil
	})
}
