package logdb

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"entente/internal/store"
)

// Filed is one of this node's own envelopes, signed and durable here.
type Filed struct {
	Incarnation uint32
	Sequence    uint64
	Header      []byte
	Body        []byte
	// Ref names what asked for the envelope; two envelopes with one ref are
	// refused, so that what is asked for again after a crash is filed once.
	// Empty for what needs no such guard.
	Ref string
}

// File puts signed envelopes into the outbox in one transaction. When it
// returns nil they are on the disk, and nothing of them has left before.
func (l *Log) File(ctx context.Context, es []Filed) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, e := range es {
			if _, err := tx.Run(sqlOutbox, e.Incarnation, int64(e.Sequence), e.Header, e.Body); err != nil {
				return err
			}
			ref := sql.NullString{String: e.Ref, Valid: e.Ref != ""}
			if _, err := tx.Run(sqlRef, e.Incarnation, int64(e.Sequence), ref); err != nil {
				return err
			}
		}
		return nil
	})
}

// Outbox returns up to limit envelopes of the outbox that follow the given
// position, in order.
func (l *Log) Outbox(ctx context.Context, incarnation uint32, after uint64, limit int) ([]Filed, error) {
	rows, err := l.db.Reader.QueryContext(ctx,
		`SELECT incarnation, sequence, header, body FROM outbox
		 WHERE incarnation > ? OR (incarnation = ? AND sequence > ?)
		 ORDER BY incarnation, sequence LIMIT ?`, incarnation, incarnation, int64(after), limit)
	if err != nil {
		return nil, err
	}
	return filedOf(rows)
}

// filedOf reads rows of incarnation, sequence, header and body to their end,
// and closes them.
func filedOf(rows *sql.Rows) ([]Filed, error) {
	defer rows.Close()
	var out []Filed
	for rows.Next() {
		var f Filed
		var seq int64
		if err := rows.Scan(&f.Incarnation, &seq, &f.Header, &f.Body); err != nil {
			return nil, err
		}
		f.Sequence = uint64(seq)
		out = append(out, f)
	}
	return out, rows.Err()
}

// OutboxTail returns the last envelope of the outbox, or nil.
func (l *Log) OutboxTail(ctx context.Context) (*Filed, error) {
	var f Filed
	var seq int64
	err := l.db.Reader.QueryRowContext(ctx,
		`SELECT incarnation, sequence, header, body FROM outbox ORDER BY incarnation DESC, sequence DESC LIMIT 1`).
		Scan(&f.Incarnation, &seq, &f.Header, &f.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f.Sequence = uint64(seq)
	return &f, nil
}

// OutboxSize returns how many envelopes wait to be logged.
func (l *Log) OutboxSize(ctx context.Context) (n int, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM outbox`).Scan(&n)
	return n, err
}

// OutboxEnvelope returns one envelope of the outbox, or of the log when it has
// been logged; nil when there is none.
func (l *Log) OutboxEnvelope(ctx context.Context, incarnation uint32, sequence uint64) (*Filed, error) {
	f := Filed{Incarnation: incarnation, Sequence: sequence}
	err := l.db.Reader.QueryRowContext(ctx, `SELECT header, body FROM outbox WHERE incarnation = ? AND sequence = ?`,
		incarnation, int64(sequence)).Scan(&f.Header, &f.Body)
	if err == nil {
		return &f, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	i, ok, err := l.OwnIndex(ctx, incarnation, sequence)
	if err != nil || !ok {
		return nil, err
	}
	run, err := l.Read(ctx, i, i+1)
	if err != nil || run.Bodies[0] == nil {
		return nil, err
	}
	f.Header, f.Body = run.Headers, run.Bodies[0]
	return &f, nil
}

// OwnIndex returns where one of this node's own envelopes stands in the log.
func (l *Log) OwnIndex(ctx context.Context, incarnation uint32, sequence uint64) (int64, bool, error) {
	var i sql.NullInt64
	err := l.db.Reader.QueryRowContext(ctx, `SELECT idx FROM own WHERE incarnation = ? AND sequence = ?`, incarnation, int64(sequence)).Scan(&i)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return i.Int64, err == nil && i.Valid, err
}

// Place is where an envelope of this node stands: Index is -1 until it is
// logged.
type Place struct {
	Incarnation uint32
	Sequence    uint64
	Index       int64
}

// Refs returns the places of the envelopes that were filed under the given
// refs; those never filed are absent.
func (l *Log) Refs(ctx context.Context, refs []string) (map[string]Place, error) {
	out := make(map[string]Place, len(refs))
	for len(refs) > 0 {
		// 500 placeholders at a time: every database takes that many.
		part := refs[:min(len(refs), 500)]
		refs = refs[len(part):]
		args := make([]any, len(part))
		for i, r := range part {
			args[i] = r
		}
		rows, err := l.db.Reader.QueryContext(ctx,
			`SELECT ref, incarnation, sequence, coalesce(idx, -1) FROM own WHERE ref IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var ref string
			var p Place
			var seq int64
			if err := rows.Scan(&ref, &p.Incarnation, &seq, &p.Index); err != nil {
				rows.Close()
				return nil, err
			}
			p.Sequence = uint64(seq)
			out[ref] = p
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
