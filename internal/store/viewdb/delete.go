package viewdb

import (
	"context"
	"slices"

	"entente/internal/store"
)

// Delete removes reports from the views and the search index for good: deleted
// content is overwritten, the index merged so that no word of them is left in
// it, and the write-ahead log truncated.
func (v *Views) Delete(ctx context.Context, indices []int64) error {
	err := v.db.Update(ctx, func(tx *store.Tx) error {
		var gone [3]int64 // others' reports, own ones, quarantined
		asked, err := askersOf(tx, indices)
		if err != nil {
			return err
		}
		for _, i := range indices {
			if err := forgetStanding(tx, i); err != nil {
				return err
			}
			for k, q := range []string{
				`DELETE FROM report WHERE idx = ? AND own = 0`, `DELETE FROM report WHERE idx = ?`, `DELETE FROM quarantine WHERE idx = ?`,
				`DELETE FROM request WHERE idx = ?`, `DELETE FROM request_part WHERE idx = ?`, `DELETE FROM answer WHERE idx = ?`, `DELETE FROM answer_part WHERE idx = ?`,
				`DELETE FROM closing WHERE idx = ?`, `DELETE FROM line WHERE idx = ?`,
				`DELETE FROM redress WHERE idx = ?`, `DELETE FROM redress_portion WHERE idx = ?`, `DELETE FROM redress_answer WHERE idx = ?`,
				`DELETE FROM portion WHERE idx = ?`, `DELETE FROM designation WHERE idx = ?`, `DELETE FROM attachment WHERE idx = ?`,
				`DELETE FROM said WHERE idx = ?`, `DELETE FROM consent WHERE idx = ?`, `DELETE FROM cite WHERE idx = ?`, `DELETE FROM held_for WHERE idx = ?`, `DELETE FROM unnamed WHERE idx = ?`, `DELETE FROM caution WHERE idx = ?`, `DELETE FROM acknowledged WHERE idx = ?`, `DELETE FROM disclosure WHERE idx = ?`, `DELETE FROM gone_early WHERE idx = ?`, `DELETE FROM narrowed WHERE idx = ?`,
			} {
				res, err := tx.Exec(q, i)
				if err != nil {
					return err
				}
				if k >= len(gone) {
					continue
				}
				n, err := res.RowsAffected()
				if err != nil {
					return err
				}
				gone[k] += n
			}
			if _, err := tx.Exec(`DELETE FROM search WHERE rowid = ?`, i+1); err != nil {
				return err
			}
		}
		if err := countAgain(tx, asked); err != nil {
			return err
		}
		if err := addTotals(tx, -gone[0]-gone[1], -gone[1], -gone[2]); err != nil {
			return err
		}
		// A deleted row's words linger in old segments until these are merged.
		_, err = tx.Exec(`INSERT INTO search (search) VALUES ('optimize')`)
		return err
	})
	if err != nil {
		return err
	}
	return v.db.Shrink(ctx)
}

// forgetStanding leaves what recalls say of the portions of a report as it is
// for who never held them, where no other report holds them.
func forgetStanding(tx *store.Tx, index int64) error {
	const (
		same = ` (portion, digest) IN (SELECT p.id, p.digest FROM portion p WHERE p.idx = ?1
			AND NOT EXISTS (SELECT 1 FROM portion o WHERE o.key = p.key AND o.id = p.id AND o.idx <> ?1 AND o.digest = p.digest))`
		// As sqlWhose says what is known.
		unknown = ` portion IN (SELECT p.id FROM portion p WHERE p.idx = ?1) AND NOT EXISTS (SELECT 1 FROM portion o JOIN report r ON r.idx = o.idx
			WHERE o.key = recalled.key AND o.id = recalled.portion AND o.idx <> ?1 AND (o.digest = recalled.digest OR r.originator = recalled.by_whom))`
	)
	// What its sayer states otherwise under the id is void.
	for _, q := range []string{`DELETE FROM review WHERE` + same, `UPDATE recalled SET effect = 2 WHERE effect = 1 AND` + same, `UPDATE recalled SET effect = 0 WHERE effect IN (1, 2) AND` + unknown} {
		if _, err := tx.Exec(q, index); err != nil {
			return err
		}
	}
	return nil
}

// closesHere finds the requests here, of both kinds, to which what stands at an
// index is an answer or a closing that counts.
var closesHere = `SELECT r.idx FROM redress_answer a JOIN redress r ON r.id = a.redress WHERE a.idx = ?1 AND ` + redressCounts + `
	UNION ALL SELECT r.idx FROM answer a JOIN request r ON r.id = a.request WHERE a.idx = ?1 AND ` + answerCounts + `
	UNION ALL SELECT r.idx FROM closing c JOIN request r ON r.id = c.request WHERE c.idx = ?1 AND ` + closingCounts

// Closes returns the requests, for redress or for what is known, by log index, to
// which the statement at an index is an answer or a closing that counts: without
// it they would stand otherwise.
func (v *Views) Closes(ctx context.Context, index int64) ([]int64, error) {
	return v.indices(ctx, closesHere, index)
}

// Holding returns the reports, by log index, that hold a portion.
func (v *Views) Holding(ctx context.Context, portion [16]byte) ([]int64, error) {
	return v.indices(ctx, `SELECT p.idx FROM portion p WHERE p.key = ? AND p.id = ? ORDER BY p.idx`, portionKey(&portion), portion[:])
}

// Attachments returns the digests of the files that a report names.
func (v *Views) Attachments(ctx context.Context, index int64) ([][32]byte, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT digest FROM attachment WHERE idx = ? ORDER BY n`, index)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][32]byte
	for rows.Next() {
		var d []byte
		if err := rows.Scan(&d); err != nil {
			return nil, err
		}
		out = append(out, [32]byte(d))
	}
	return out, rows.Err()
}

// HasAttachment says whether any report here names a file, those at the given
// indices left out.
func (v *Views) HasAttachment(ctx context.Context, digest [32]byte, but []int64) (bool, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx FROM attachment WHERE digest = ?`, digest[:])
	if err != nil {
		return false, err
	}
	defer rows.Close()
	used := false
	for rows.Next() {
		var i int64
		if err := rows.Scan(&i); err != nil {
			return false, err
		}
		used = used || !slices.Contains(but, i)
	}
	return used, rows.Err()
}
