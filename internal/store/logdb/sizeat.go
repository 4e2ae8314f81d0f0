package logdb

import (
	"context"
	"database/sql"
	"errors"
)

// SizeBefore returns how many leaves were certified in minutes that end at or
// before a log time, Unix seconds: heads are kept by the minute.
func (l *Log) SizeBefore(ctx context.Context, at int64) (size int64, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(size), 0) FROM head WHERE minute < ?`, at/60).Scan(&size)
	return size, err
}

// HeadOver returns the size and log time of the first kept head that covers
// index, zeros while there is none.
func (l *Log) HeadOver(ctx context.Context, index int64) (size, time int64, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT size, time FROM head WHERE size > ? ORDER BY size LIMIT 1`, index).Scan(&size, &time)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return size, time, err
}
