package logdb

import "context"

// SizeBefore returns how many leaves were certified in minutes that end at or
// before a log time, Unix seconds: heads are kept by the minute.
func (l *Log) SizeBefore(ctx context.Context, at int64) (size int64, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(size), 0) FROM head WHERE minute < ?`, at/60).Scan(&size)
	return size, err
}
