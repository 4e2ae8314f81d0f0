package logdb

import (
	"context"
	"database/sql"
	"errors"

	"entente/internal/store"
)

// Evidence is a proof of a fault that this node keeps.
type Evidence struct {
	ID    string // hash of Data, hex
	Kind  string
	Class string // what it shows of whom; of one class a bounded number is kept
	Seen  int64  // Unix seconds, local clock
	Data  []byte
}

// EvidenceEntry is a proof in a list: all but its bytes.
type EvidenceEntry struct {
	ID    string
	Kind  string
	Class string
	Seen  int64 // Unix seconds, local clock
	Bytes int64 // size of the proof
}

// KeepEvidence stores a proof once; storing it again does nothing.
func (l *Log) KeepEvidence(ctx context.Context, e Evidence) error {
	return l.db.Update(ctx, func(tx *store.Tx) error { return keepEvidence(tx, e) })
}

// KeepEvidenceWithin stores a proof unless its class holds limit others already,
// and says whether it is kept, now or from before.
func (l *Log) KeepEvidenceWithin(ctx context.Context, e Evidence, limit int) (kept bool, err error) {
	// The proofs that come when a class is full are the many: they take no
	// turn of the writer.
	if kept, err = l.hasRoom(ctx, e, limit); err != nil || !kept {
		return kept, err
	}
	err = l.db.Update(ctx, func(tx *store.Tx) error {
		var others int
		if err := tx.QueryRow(`SELECT count(*) FROM evidence WHERE class = ? AND id <> ?`, e.Class, e.ID).Scan(&others); err != nil {
			return err
		}
		var known int
		if err := tx.QueryRow(`SELECT count(*) FROM evidence WHERE id = ?`, e.ID).Scan(&known); err != nil {
			return err
		}
		if kept = known > 0 || others < limit; !kept {
			return nil
		}
		return keepEvidence(tx, e)
	})
	return kept && err == nil, err
}

// hasRoom says whether a proof is kept already, or its class is not full.
func (l *Log) hasRoom(ctx context.Context, e Evidence, limit int) (bool, error) {
	var known, others int
	err := l.db.Reader.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM evidence WHERE id = ?), (SELECT count(*) FROM evidence WHERE class = ?)`,
		e.ID, e.Class).Scan(&known, &others)
	return known > 0 || others < limit, err
}

func keepEvidence(tx *store.Tx, e Evidence) error {
	_, err := tx.Exec(`INSERT INTO evidence (id, kind, class, seen, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, e.ID, e.Kind, e.Class, e.Seen, e.Data)
	return err
}

// DropEvidence destroys proofs. ForgetDone truncates the write-ahead log in which
// they may still lie.
func (l *Log) DropEvidence(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(`DELETE FROM evidence WHERE id = ?`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// CountEvidence returns how many proofs are kept.
func (l *Log) CountEvidence(ctx context.Context) (n int, err error) {
	err = l.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM evidence`).Scan(&n)
	return n, err
}

// ListEvidence returns every proof kept, oldest first, without its bytes.
func (l *Log) ListEvidence(ctx context.Context) ([]EvidenceEntry, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT id, kind, class, seen, length(data) FROM evidence ORDER BY seen, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []EvidenceEntry
	for rows.Next() {
		var e EvidenceEntry
		if err := rows.Scan(&e.ID, &e.Kind, &e.Class, &e.Seen, &e.Bytes); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// OneEvidence returns the proof of an id, and whether there is one.
func (l *Log) OneEvidence(ctx context.Context, id string) (Evidence, bool, error) {
	e := Evidence{ID: id}
	err := l.db.Reader.QueryRowContext(ctx, `SELECT kind, class, seen, data FROM evidence WHERE id = ?`, id).Scan(&e.Kind, &e.Class, &e.Seen, &e.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return Evidence{}, false, nil
	}
	return e, err == nil, err
}

// AllEvidence returns every proof kept with its bytes, oldest first. It is for
// few and small ones; [Log.ListEvidence] and [Log.OneEvidence] hold one at most.
func (l *Log) AllEvidence(ctx context.Context) ([]Evidence, error) {
	entries, err := l.ListEvidence(ctx)
	if err != nil {
		return nil, err
	}
	var out []Evidence
	for _, entry := range entries {
		e, ok, err := l.OneEvidence(ctx, entry.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}
