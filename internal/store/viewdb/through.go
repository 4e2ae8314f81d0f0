package viewdb

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Through is what was reached through reports that are to be forgotten, in others
// that stay: views made again without those reports could not tell.
type Through struct {
	// Reviews are portions that are under review.
	Reviews []Reviewed
	// Withdrawn are reports that were taken back.
	Withdrawn []Withdrawn
	// Gone are the portions that stand in no report that stays.
	Gone []Portion
}

// Reviewed is a portion that is under review, with the log index of the recall that
// brought it about last.
type Reviewed struct {
	Portion
	Cause int64
}

// Through returns what comes from the portions of the reports at some log indices,
// any number of steps down, and is under review, or was taken back. What the log has
// not certified is not among it.
func (v *Views) Through(ctx context.Context, indices []int64) (Through, error) {
	var out Through
	held, going, taken := map[[48]byte]bool{}, make(map[int64]bool, len(indices)), map[int64]Withdrawn{}
	for _, i := range indices {
		going[i] = true
	}
	first := map[[48]byte]Portion{}
	for part := range slices.Chunk(indices, 250) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `WITH RECURSIVE first (id, digest) AS (SELECT DISTINCT id, digest FROM portion WHERE idx IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)),
			down (id, digest) AS (SELECT id, digest FROM first
				UNION SELECT p.id, p.digest FROM down d JOIN cite c ON c.key = substr(d.id, 1, 8) AND c.id = d.id AND c.digest = d.digest JOIN portion p ON p.idx = c.idx AND p.n = c.n)
			SELECT d.id, d.digest, r.idx, r.withdrawn, r.rests, coalesce(v.cause, -1), EXISTS (SELECT 1 FROM first f WHERE f.id = d.id AND f.digest = d.digest)
			FROM down d JOIN portion o ON o.key = substr(d.id, 1, 8) AND o.id = d.id AND o.digest = d.digest JOIN report r ON r.idx = o.idx
				LEFT JOIN review v ON v.portion = d.id AND v.digest = d.digest`, args...)
		if err != nil {
			return out, err
		}
		for rows.Next() {
			var id, digest []byte
			var w Withdrawn
			var cause int64
			var own bool
			if err := rows.Scan(&id, &digest, &w.Report, &w.Word, &w.Originator, &cause, &own); err != nil {
				rows.Close()
				return out, err
			}
			p := Portion{ID: [16]byte(id), Digest: [32]byte(digest)}
			key := [48]byte(slices.Concat(id, digest))
			if own {
				first[key] = p
			}
			if going[w.Report] {
				continue
			}
			if w.Word > 0 { // kept as one more than its index
				w.Word--
				taken[w.Report] = w
			}
			if cause >= 0 && !held[key] {
				out.Reviews = append(out.Reviews, Reviewed{p, cause})
			}
			held[key] = true
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return out, err
		}
	}
	out.Withdrawn = slices.Collect(maps.Values(taken))
	for key, p := range first {
		if !held[key] {
			out.Gone = append(out.Gone, p)
		}
	}
	return out, nil
}

const sqlTouchThrough = `INSERT INTO touched (portion, digest, cause) VALUES (?, ?, ?) ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`

// through touches what a recall put under review through reports that are forgotten.
func (s *standing) through(r *Recall) error {
	for i := range r.Through {
		p := &r.Through[i]
		if _, err := s.tx.Run(sqlTouchThrough, p.ID[:], p.Digest[:], r.Index); err != nil {
			return err
		}
	}
	return nil
}
