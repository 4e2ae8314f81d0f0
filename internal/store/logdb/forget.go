package logdb

import (
	"context"
	"fmt"
	"strings"

	"entente/internal/store"
)

// Forgotten is an envelope that this node had opened and whose contents it has
// destroyed. What remains is what receipts and the ledger need.
type Forgotten struct {
	Index      int64
	Failed     bool     // it had been opened and not understood
	Recipients []string // of an own envelope, without this node
	Login      string   // who ordered it
	Basis      string   // the request or rule that it rests on
	// Ends is the log time at which its own marking ended it, Unix seconds, 0 for
	// never, and Act the id of an own view: what receipts of destruction are held
	// against (spec/retention.md).
	Ends int64
	Act  string
	// Uses are the ids that it had used; they are written and not read with it.
	Uses []Use
}

// Forget notes envelopes as forgotten and deletes their bodies, in one
// transaction. They are undone until ForgetDone: whoever was interrupted finds
// his work with Unforgotten. Noting one again changes nothing.
func (l *Log) Forget(ctx context.Context, fs []Forgotten) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, f := range fs {
			failed := 0
			if f.Failed {
				failed = 1
			}
			if _, err := tx.Exec(`INSERT INTO forgotten (idx, failed, recipients, login, basis, ends, act, done) VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (idx) DO NOTHING`,
				f.Index, failed, strings.Join(f.Recipients, " "), f.Login, f.Basis, f.Ends, f.Act); err != nil {
				return err
			}
			for _, u := range f.Uses {
				if _, err := tx.Exec(`INSERT INTO used (key, idx, value) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING`, u.Key[:], f.Index, u.Value); err != nil {
					return err
				}
			}
			for _, q := range []string{`DELETE FROM body WHERE idx = ?`, `DELETE FROM missing WHERE idx = ?`} {
				if _, err := tx.Exec(q, f.Index); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ForgetDone says that nothing is left of the contents of these envelopes, and
// truncates the write-ahead log in which their bodies may still lie.
func (l *Log) ForgetDone(ctx context.Context, indices []int64) error {
	if err := l.db.Shrink(ctx); err != nil {
		return err
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, i := range indices {
			if _, err := tx.Exec(`UPDATE forgotten SET done = 1 WHERE idx = ?`, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unforgotten returns what was to be forgotten and is not done, up to limit.
func (l *Log) Unforgotten(ctx context.Context, limit int) ([]Forgotten, error) {
	return l.forgotten(ctx, `WHERE done = 0 ORDER BY idx LIMIT ?`, limit)
}

// ForgottenIn returns what was forgotten with an index in [from, to), by index.
func (l *Log) ForgottenIn(ctx context.Context, from, to int64) (map[int64]Forgotten, error) {
	fs, err := l.forgotten(ctx, `WHERE idx >= ? AND idx < ?`, from, to)
	if err != nil || len(fs) == 0 {
		return nil, err
	}
	out := make(map[int64]Forgotten, len(fs))
	for _, f := range fs {
		out[f.Index] = f
	}
	return out, nil
}

func (l *Log) forgotten(ctx context.Context, where string, args ...any) ([]Forgotten, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT idx, failed, recipients, login, basis, ends, act FROM forgotten `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Forgotten
	for rows.Next() {
		var f Forgotten
		var rec string
		if err := rows.Scan(&f.Index, &f.Failed, &rec, &f.Login, &f.Basis, &f.Ends, &f.Act); err != nil {
			return nil, err
		}
		f.Recipients = strings.Fields(rec)
		out = append(out, f)
	}
	return out, rows.Err()
}

// KeepRedressJudged keeps how requests for redress were judged, by their log index:
// whether one names what its asker did not get from this member. It is called before
// views are forgotten by which they were judged. What is kept already stays.
func (l *Log) KeepRedressJudged(ctx context.Context, judged map[int64]bool) error {
	if len(judged) == 0 {
		return nil
	}
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for i, not := range judged {
			if _, err := tx.Exec(`INSERT INTO redress_judged (idx, not_holder) VALUES (?, ?) ON CONFLICT (idx) DO NOTHING`, i, not); err != nil {
				return err
			}
		}
		return nil
	})
}

// RedressJudged returns what KeepRedressJudged kept of indices in [from, to).
func (l *Log) RedressJudged(ctx context.Context, from, to int64) (map[int64]bool, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT idx, not_holder FROM redress_judged WHERE idx >= ? AND idx < ?`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]bool{}
	for rows.Next() {
		var i int64
		var not bool
		if err := rows.Scan(&i, &not); err != nil {
			return nil, err
		}
		out[i] = not
	}
	return out, rows.Err()
}

// RefAt returns under which ref the own envelope at an index was filed; empty
// when it is no own one, or has none.
func (l *Log) RefAt(ctx context.Context, index int64) (string, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT coalesce(ref, '') FROM own WHERE idx = ?`, index)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var ref string
	for rows.Next() {
		if err := rows.Scan(&ref); err != nil {
			return "", err
		}
	}
	return ref, rows.Err()
}

// RefsAt returns under which refs the own envelopes at the given indices, at
// most 500, were filed; what is no own one, or has none, is absent.
func (l *Log) RefsAt(ctx context.Context, indices []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(indices))
	if len(indices) == 0 {
		return out, nil
	}
	if len(indices) > 500 {
		return nil, fmt.Errorf("%d indices in one query", len(indices))
	}
	args := make([]any, len(indices))
	for i, x := range indices {
		args[i] = x
	}
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT idx, ref FROM own WHERE ref IS NOT NULL AND idx IN (?`+strings.Repeat(`, ?`, len(args)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var i int64
		var ref string
		if err := rows.Scan(&i, &ref); err != nil {
			return nil, err
		}
		out[i] = ref
	}
	return out, rows.Err()
}
