package logdb

import (
	"context"

	"entente/internal/store"
)

// Reviewed is a portion that is under review, by id and digest, with the log index
// of the recall that brought it about last.
type Reviewed struct {
	Portion [16]byte
	Digest  [32]byte
	Cause   int64
}

// TakenBack is a report, by log index, that the word of an originator took back.
type TakenBack struct {
	Report, Word int64
	Originator   string
}

// Through is what was reached through reports that are forgotten, in others that
// are here.
type Through struct {
	Reviews   []Reviewed
	TakenBack []TakenBack
}

// KeepThrough keeps what was reached, and lets go what is kept of the portions, by
// id and digest, and the reports that go. It is called before reports are forgotten
// through which it was reached.
func (l *Log) KeepThrough(ctx context.Context, t Through, portions []Reviewed, reports []int64) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for i := range t.Reviews {
			r := &t.Reviews[i]
			if _, err := tx.Exec(`INSERT INTO kept_review (portion, digest, cause) VALUES (?, ?, ?) ON CONFLICT (portion, digest) DO UPDATE SET cause = max(kept_review.cause, excluded.cause)`,
				r.Portion[:], r.Digest[:], r.Cause); err != nil {
				return err
			}
		}
		for _, b := range t.TakenBack {
			if _, err := tx.Exec(`INSERT INTO kept_withdrawn (idx, word, originator) VALUES (?, ?, ?) ON CONFLICT (idx) DO NOTHING`, b.Report, b.Word, b.Originator); err != nil {
				return err
			}
		}
		for i := range portions {
			if _, err := tx.Exec(`DELETE FROM kept_review WHERE portion = ? AND digest = ?`, portions[i].Portion[:], portions[i].Digest[:]); err != nil {
				return err
			}
		}
		for _, i := range reports {
			if _, err := tx.Exec(`DELETE FROM kept_withdrawn WHERE idx = ?`, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// KeptThrough returns what KeepThrough kept that comes about in the leaves from log
// index from on and before to: by a recall there, or by a word and a report the
// later of which stands there.
func (l *Log) KeptThrough(ctx context.Context, from, to int64) (t Through, err error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT portion, digest, cause FROM kept_review WHERE cause >= ? AND cause < ? ORDER BY cause, portion, digest`, from, to)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Reviewed
		var portion, digest []byte
		if err := rows.Scan(&portion, &digest, &r.Cause); err != nil {
			return t, err
		}
		copy(r.Portion[:], portion)
		copy(r.Digest[:], digest)
		t.Reviews = append(t.Reviews, r)
	}
	if err := rows.Err(); err != nil {
		return t, err
	}
	words, err := l.db.Reader.QueryContext(ctx, `SELECT idx, word, originator FROM kept_withdrawn WHERE word >= ?1 AND word < ?2 AND idx < ?2 OR idx >= ?1 AND idx < ?2 AND word < ?2 ORDER BY word, idx`, from, to)
	if err != nil {
		return t, err
	}
	defer words.Close()
	for words.Next() {
		var b TakenBack
		if err := words.Scan(&b.Report, &b.Word, &b.Originator); err != nil {
			return t, err
		}
		t.TakenBack = append(t.TakenBack, b)
	}
	return t, words.Err()
}
