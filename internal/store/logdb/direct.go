package logdb

import (
	"context"

	"entente/internal/store"
)

// Direct is an envelope that came straight from its originator and that the log
// has not certified (spec/recall.md, "Before anything else").
type Direct struct {
	Hash       [32]byte // of the header
	Originator string
	Envelope   []byte // header and body; empty once it has expired
	Seen       int64  // when it came, Unix seconds by the clock here
	Expired    bool
}

// PutDirect keeps an envelope; one that is kept already stays as it is. expired
// says that it came before, and was not certified in time.
func (l *Log) PutDirect(ctx context.Context, d Direct) (expired bool, err error) {
	err = l.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO direct (hash, originator, envelope, seen, expired) VALUES (?, ?, ?, ?, 0) ON CONFLICT (hash) DO NOTHING`,
			d.Hash[:], d.Originator, d.Envelope, d.Seen); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT expired FROM direct WHERE hash = ?`, d.Hash[:]).Scan(&expired)
	})
	return expired, err
}

// Directs returns what is kept, the oldest first.
func (l *Log) Directs(ctx context.Context) ([]Direct, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT hash, originator, envelope, seen, expired FROM direct ORDER BY seen, hash`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Direct
	for rows.Next() {
		var d Direct
		var h []byte
		if err := rows.Scan(&h, &d.Originator, &d.Envelope, &d.Seen, &d.Expired); err != nil {
			return nil, err
		}
		d.Hash = [32]byte(h)
		out = append(out, d)
	}
	return out, rows.Err()
}

// CountDirect says how many envelopes of an originator are kept and have not
// expired.
func (l *Log) CountDirect(ctx context.Context, originator string) (n int64, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM direct WHERE originator = ? AND expired = 0`, originator).Scan(&n)
	return n, err
}

// DropDirect forgets envelopes that the log has certified.
func (l *Log) DropDirect(ctx context.Context, hashes ...[32]byte) error {
	return l.eachDirect(ctx, `DELETE FROM direct WHERE hash = ?`, hashes)
}

// ExpireDirect forgets what is in envelopes that the log did not certify in
// time, and that they came is remembered.
func (l *Log) ExpireDirect(ctx context.Context, hashes ...[32]byte) error {
	return l.eachDirect(ctx, `UPDATE direct SET expired = 1, envelope = x'' WHERE hash = ?`, hashes)
}

func (l *Log) eachDirect(ctx context.Context, query string, hashes [][32]byte) error {
	if len(hashes) == 0 {
		return nil
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for i := range hashes {
			if _, err := tx.Exec(query, hashes[i][:]); err != nil {
				return err
			}
		}
		return nil
	})
}
