package logdb

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Use is an id that something forgotten had used: a digest of the id, and what
// stood under it, as the caller writes them.
type Use struct {
	Key   [16]byte
	Index int64 // of the envelope
	Value string
}

// Used returns which of some ids something forgotten had used first.
func (l *Log) Used(ctx context.Context, keys [][16]byte) (map[[16]byte]Use, error) {
	var there bool
	if err := l.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM used)`).Scan(&there); err != nil || !there {
		return nil, err
	}
	out := map[[16]byte]Use{}
	for part := range slices.Chunk(keys, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i][:]
		}
		rows, err := l.db.Reader.QueryContext(ctx, `SELECT key, idx, value FROM used WHERE key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var u Use
			var key []byte
			if err := rows.Scan(&key, &u.Index, &u.Value); err != nil {
				rows.Close()
				return nil, err
			}
			u.Key = [16]byte(key)
			out[u.Key] = u
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
