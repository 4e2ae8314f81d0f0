package viewdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"entente/internal/store"
)

// Recalls are applied in the transaction that stores them (spec/recall.md).
// What they come to depends on their order in the log and on nothing else: not
// on how the log was cut into batches, nor on whether a view came before its
// recall.

// Recall is a recall act as it is applied.
type Recall struct {
	// Index is that of its envelope in the log, or below zero while the log has
	// not certified it.
	Index  int64
	Act    string // its id
	By     string // who signed it
	Kind   string // of the closed list of spec/act.md
	Reason string
	// Portions are those that it names.
	Portions []Portion
	// Through are those that it put under review through reports that are forgotten
	// since, as Views.Through said of them.
	Through []Portion
}

// The kinds of recall, as spec/act.md names them.
const (
	kindDoubt   = "doubt"
	kindReview  = "review"
	kindCleared = "cleared"
)

// Effect is what a recall came to for one portion.
type Effect int

// The effects.
const (
	// EffectWaits: the portion is not here, or not yet.
	EffectWaits Effect = iota
	// EffectHolds: it stands.
	EffectHolds
	// EffectVoid: it is not the issuer's own, or was stated otherwise.
	EffectVoid
	// EffectLifted: its sayer has cleared it.
	EffectLifted
)

const (
	// withdraws are the kinds after which a portion is shown to nobody.
	withdraws = `('recall', 'correction', 'narrowing')`
)

// withdrawnID is the condition that the portion with an id, a column of its row,
// is withdrawn.
func withdrawnID(id string) string {
	return `EXISTS (SELECT 1 FROM recalled x WHERE x.portion = ` + id + ` AND x.digest = ` + strings.TrimSuffix(id, `id`) + `digest AND x.effect = 1 AND x.kind IN ` + withdraws + `)`
}

// unsettled is the condition that a portion p is shown, and is under review or in
// doubt: whatever stood against what was withdrawn since is past.
var unsettled = `(EXISTS (SELECT 1 FROM review w WHERE w.portion = p.id AND w.digest = p.digest) OR EXISTS (SELECT 1 FROM recalled x WHERE x.portion = p.id AND x.digest = p.digest AND x.effect = 1 AND x.kind = 'doubt'))
	AND NOT ` + withdrawnID(`p.id`)

// below are the portions that come from those in touched, any number of steps
// down, with the last cause.
const below = `WITH RECURSIVE below (id, digest, cause) AS (
		SELECT portion, digest, cause FROM touched
		UNION
		SELECT p.id, p.digest, b.cause FROM below b JOIN cite c ON c.key = substr(b.id, 1, 8) AND c.id = b.id AND c.digest = b.digest JOIN portion p ON p.idx = c.idx AND p.n = c.n
	)`

const (
	sqlTouchCiting = `INSERT INTO touched (portion, digest, cause)
		SELECT p.id, p.digest, x.idx FROM recalled x JOIN cite c ON c.key = x.key AND c.id = x.portion AND c.digest = x.digest AND (x.effect = 1 OR c.originator = x.by_whom)
			JOIN portion p ON p.idx = c.idx AND p.n = c.n
		WHERE x.idx = ? AND x.effect IN (0, 1) AND x.kind <> 'cleared'
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`
	sqlTouchReviewed = `INSERT INTO touched (portion, digest, cause) SELECT portion, digest, idx FROM recalled WHERE idx = ? AND effect = 1 AND kind = 'review'
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`
	// What comes and cites something withdrawn, in doubt or under review.
	sqlTouchArrived = `INSERT INTO touched (portion, digest, cause)
		SELECT p.id, p.digest, x.idx FROM cite c JOIN recalled x ON x.portion = c.id AND x.digest = c.digest
				AND (x.effect = 1 OR x.effect = 0 AND c.originator = x.by_whom) AND x.kind NOT IN ('cleared', 'review')
			JOIN portion p ON p.idx = c.idx AND p.n = c.n
		WHERE c.idx >= ? AND c.idx <= ?
		UNION ALL
		SELECT p.id, p.digest, v.cause FROM cite c JOIN review v ON v.portion = c.id AND v.digest = c.digest JOIN portion p ON p.idx = c.idx AND p.n = c.n
		WHERE c.idx >= ? AND c.idx <= ?
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`
	// What comes and cites something that a recall by its originator, as far as is
	// known until then, waits for, before the portion itself comes in the same run.
	sqlTouchBefore = `INSERT INTO touched (portion, digest, cause)
		SELECT p.id, p.digest, x.idx FROM cite c JOIN recalled x ON x.portion = c.id AND x.digest = c.digest AND x.effect = 0 AND c.originator = x.by_whom AND x.kind NOT IN ('cleared', 'review')
			JOIN portion p ON p.idx = c.idx AND p.n = c.n
		WHERE c.idx >= ? AND c.idx <= ? AND NOT EXISTS (SELECT 1 FROM portion h WHERE h.key = x.key AND h.id = x.portion AND h.digest = x.digest AND h.idx <= c.idx)
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`
	sqlReviewBelow = below + ` INSERT INTO review (portion, digest, cause) SELECT id, digest, max(cause) FROM below GROUP BY id, digest
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(review.cause, excluded.cause)`
	sqlTouchBelow = below + ` INSERT INTO touched (portion, digest, cause) SELECT id, digest, max(cause) FROM below GROUP BY id, digest
		ON CONFLICT (portion, digest) DO UPDATE SET cause = max(touched.cause, excluded.cause)`
	sqlTouchNamed = `INSERT OR IGNORE INTO touched (portion, digest, cause) SELECT portion, digest, idx FROM recalled WHERE idx = ?`
	// The standing of every report that holds a portion whose own changed.
	sqlStanding = `SELECT q.idx, coalesce(o.withdrawn, 0), coalesce(o.review, 0), coalesce(o.doubt, 0), count(*),
			sum(EXISTS (SELECT 1 FROM recalled x WHERE x.portion = q.id AND x.digest = q.digest AND x.effect = 1 AND x.kind IN ` + withdraws + `)),
			sum(EXISTS (SELECT 1 FROM review v WHERE v.portion = q.id AND v.digest = q.digest)),
			sum(EXISTS (SELECT 1 FROM recalled x WHERE x.portion = q.id AND x.digest = q.digest AND x.effect = 1 AND x.kind = 'doubt'))
		FROM portion q LEFT JOIN caution o ON o.idx = q.idx
		WHERE q.idx IN (SELECT p.idx FROM touched t JOIN portion p ON p.key = substr(t.portion, 1, 8) AND p.id = t.portion AND p.digest = t.digest)
		GROUP BY q.idx`
	sqlCaution   = `INSERT OR REPLACE INTO caution (idx, withdrawn, review, doubt, hidden) VALUES (?, ?, ?, ?, ?)`
	sqlNoCaution = `DELETE FROM caution WHERE idx = ?`
	sqlRecalled  = `INSERT OR REPLACE INTO recalled (portion, idx, key, digest, by_whom, kind, reason, act, effect) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlEffect    = `UPDATE recalled SET effect = ? WHERE portion = ? AND idx = ?`
	sqlUntouch   = `DELETE FROM touched`
	// Whose a portion is, by its views here: ?1 who asks, ?2 and ?3 key and id, ?4 the digest.
	// What others state under the id is another portion.
	sqlWhose = `SELECT EXISTS (SELECT 1 FROM portion p JOIN report r ON r.idx = p.idx WHERE p.key = ?2 AND p.id = ?3 AND (p.digest = ?4 OR r.originator = ?1)),
		EXISTS (SELECT 1 FROM portion p WHERE p.key = ?2 AND p.id = ?3 AND p.digest = ?4),
		EXISTS (SELECT 1 FROM portion p JOIN report r ON r.idx = p.idx WHERE p.key = ?2 AND p.id = ?3 AND p.digest = ?4 AND r.originator = ?1
			AND NOT EXISTS (SELECT 1 FROM unnamed u WHERE u.idx = p.idx AND u.n = p.n)),
		EXISTS (SELECT 1 FROM portion p WHERE p.key = ?2 AND p.id = ?3 AND p.digest = ?4 AND NOT EXISTS (SELECT 1 FROM unnamed u WHERE u.idx = p.idx AND u.n = p.n)),
		coalesce((SELECT r.originator FROM portion p JOIN report r ON r.idx = p.idx WHERE p.key = ?2 AND p.id = ?3 AND p.digest = ?4
			AND EXISTS (SELECT 1 FROM cite c WHERE c.idx = p.idx AND c.n = p.n) ORDER BY p.idx LIMIT 1), ''),
		EXISTS (SELECT 1 FROM portion p JOIN held_for h ON h.idx = p.idx AND h.n = p.n WHERE p.key = ?2 AND p.id = ?3 AND p.digest = ?4 AND h.holder = ?1)`
	sqlLiftDoubt = `UPDATE recalled SET effect = 3 WHERE portion = ? AND digest = ? AND by_whom = ? AND kind = 'doubt' AND effect IN (0, 1)`
	// A doubt that a member lifted of a portion before a place in the log, with
	// nothing else that lifted it.
	sqlLifted = `SELECT EXISTS (SELECT 1 FROM recalled d WHERE d.portion = ? AND d.digest = ? AND d.by_whom = ? AND d.kind = 'doubt' AND d.effect = 3 AND d.idx < ?
		AND NOT EXISTS (SELECT 1 FROM recalled c WHERE c.portion = d.portion AND c.digest = d.digest AND c.by_whom = d.by_whom AND c.kind = 'cleared' AND c.idx > d.idx AND c.idx < ?))`
	sqlEndReview  = `DELETE FROM review WHERE portion = ? AND digest = ?`
	sqlRecalledIn = `SELECT EXISTS (SELECT 1 FROM recalled)`
)

// recallQueries are those of one recall, prepared once.
var recallQueries = []string{sqlTouchCiting, sqlTouchReviewed, sqlTouchThrough, sqlTouchArrived, sqlTouchBefore, sqlReviewBelow, sqlTouchBelow, sqlTouchNamed, sqlStanding,
	sqlCaution, sqlNoCaution, sqlRecalled, sqlEffect, sqlUntouch, sqlWhose, sqlLiftDoubt, sqlLifted, sqlEndReview, sqlRecalledIn}

// standing is what recalls have come to in one transaction.
type standing struct {
	tx       *store.Tx
	any      bool           // there is a recall at all
	reworded map[int64]bool // reports of which other portions are shown than before
}

// recalls stores the reports of a batch and applies its recalls, in the order
// of the log.
func (in *inserts) recalls(b *Batch) (*standing, error) {
	s := &standing{tx: in.tx, reworded: map[int64]bool{}}
	if err := one(in.tx, &s.any, sqlRecalledIn); err != nil {
		return nil, err
	}
	var rs []*Recall
	for i := range b.Said {
		if r := b.Said[i].Recall; r != nil {
			rs = append(rs, r)
		}
	}
	slices.SortStableFunc(rs, func(x, y *Recall) int { return cmp.Compare(x.Index, y.Index) })
	k := 0 // reports stored
	store := func(upto int64) error {
		first := k
		for ; k < len(b.Reports) && (upto < 0 || b.Reports[k].Index < upto); k++ {
			in.report(&b.Reports[k])
		}
		if k == first {
			return nil
		}
		if err := in.flush(); err != nil {
			return err
		}
		return s.arrived(b.Reports[first].Index, b.Reports[k-1].Index)
	}
	for i := range rs {
		if err := store(rs[i].Index); err != nil {
			return nil, err
		}
		if err := s.dropLike(rs[i]); err != nil {
			return nil, err
		}
		if err := s.apply(rs[i]); err != nil {
			return nil, err
		}
	}
	return s, store(-1)
}

// one reads one row of one column.
func one(tx *store.Tx, into any, query string, args ...any) error {
	st, err := tx.Stmt(query)
	if err != nil {
		return err
	}
	return st.QueryRow(args...).Scan(into)
}

// judge says what a recall comes to for a portion.
func (s *standing) judge(by, kind string, p *Portion) (Effect, error) {
	st, err := s.tx.Stmt(sqlWhose)
	if err != nil {
		return EffectVoid, err
	}
	w, err := whose(st.QueryRow(by, portionKey(&p.ID), p.ID[:], p.Digest[:]), by)
	switch {
	case err != nil:
		return EffectVoid, err
	case !w.known:
		return EffectWaits, nil
	case !w.here:
		return EffectVoid, nil
	case kind == kindDoubt || kind == kindCleared || w.own || w.holds && kind != kindReview:
		return EffectHolds, nil
	}
	return EffectVoid, nil
}

// ownership says whose a portion is (spec/act.md, "recall").
type ownership struct {
	known, here bool // here, or stated by who asks under its id; under its digest
	own         bool // of who asks: it signed a view of it and is among its originators
	holds       bool // who asks holds material of a party outside in it
}

// whose reads the answer to sqlWhose. What names none of those who signed it is
// the first one's that made it of others' portions; a mere copy is nobody's.
func whose(row *sql.Row, by string) (w ownership, err error) {
	var named bool
	var first string
	err = row.Scan(&w.known, &w.here, &w.own, &named, &first, &w.holds)
	w.own = w.own || !named && first == by
	return w, err
}

// apply applies one recall.
func (s *standing) apply(r *Recall) error {
	s.any = true
	for i := range r.Portions {
		p := &r.Portions[i]
		e, err := s.judge(r.By, r.Kind, p)
		if err != nil {
			return err
		}
		if r.Kind == kindCleared {
			if e, err = s.clear(r.By, p, r.Index, e); err != nil {
				return err
			}
		}
		if _, err := s.tx.Run(sqlRecalled, p.ID[:], r.Index, portionKey(&p.ID), p.Digest[:], r.By, r.Kind, r.Reason, r.Act, int(e)); err != nil {
			return err
		}
	}
	if err := s.through(r); err != nil {
		return err
	}
	return s.spread(r.Index)
}

// spread puts under review what comes from what one recall names, and counts
// again what the reports hold.
func (s *standing) spread(index int64) error {
	for _, q := range []string{sqlTouchCiting, sqlTouchReviewed} {
		if _, err := s.tx.Run(q, index); err != nil {
			return err
		}
	}
	if _, err := s.tx.Run(sqlReviewBelow); err != nil {
		return err
	}
	if _, err := s.tx.Run(sqlTouchBelow); err != nil {
		return err
	}
	if _, err := s.tx.Run(sqlTouchNamed, index); err != nil {
		return err
	}
	return s.count()
}

// clear lifts what a member said of a portion, and ends its review when it is
// the member's own. What it lifted before the portion came counts when that has
// come: what it comes to does not hang on which was first.
func (s *standing) clear(by string, p *Portion, at int64, e Effect) (Effect, error) {
	if e == EffectVoid {
		return e, nil
	}
	res, err := s.tx.Run(sqlLiftDoubt, p.ID[:], p.Digest[:], by)
	if err != nil {
		return e, err
	}
	lifted, err := res.RowsAffected()
	if err != nil {
		return e, err
	}
	if own, err := s.judge(by, kindReview, p); err != nil || own != EffectVoid {
		if err == nil {
			_, err = s.tx.Run(sqlEndReview, p.ID[:], p.Digest[:])
		}
		return e, err
	}
	if lifted > 0 {
		return e, nil
	}
	st, err := s.tx.Stmt(sqlLifted)
	if err != nil {
		return e, err
	}
	var before bool
	if err := st.QueryRow(p.ID[:], p.Digest[:], by, at, at).Scan(&before); err != nil || before {
		return e, err
	}
	return EffectVoid, nil
}

// arrived looks at reports that were stored under the indices first to last:
// what waits for them, and what of them comes from what was withdrawn.
func (s *standing) arrived(first, last int64) error {
	if !s.any {
		return nil
	}
	waiting, err := s.waiting(first, last)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		if _, err := s.tx.Run(sqlTouchBefore, first, last); err != nil {
			return err
		}
		if _, err := s.tx.Run(sqlReviewBelow); err != nil {
			return err
		}
	}
	for _, w := range waiting {
		e, err := s.judge(w.by, w.kind, &w.portion)
		if err == nil && w.kind == kindCleared {
			e, err = s.clear(w.by, &w.portion, w.idx, e)
		}
		if err != nil {
			return err
		}
		if _, err := s.tx.Run(sqlEffect, int(e), w.portion.ID[:], w.idx); err != nil {
			return err
		}
		// Now that it is known to stand it reaches who cited it under any name.
		if err := s.spread(w.idx); err != nil {
			return err
		}
	}
	if _, err := s.tx.Run(sqlTouchArrived, first, last, first, last); err != nil {
		return err
	}
	if _, err := s.tx.Run(sqlReviewBelow); err != nil {
		return err
	}
	if _, err := s.tx.Run(sqlTouchBelow); err != nil {
		return err
	}
	// A portion may stand in a view that came before.
	if _, err := s.tx.Exec(`INSERT OR IGNORE INTO touched (portion, digest, cause) SELECT p.id, p.digest, 0 FROM portion p WHERE p.idx >= ? AND p.idx <= ?
		AND (EXISTS (SELECT 1 FROM recalled x WHERE x.portion = p.id AND x.digest = p.digest) OR EXISTS (SELECT 1 FROM review v WHERE v.portion = p.id AND v.digest = p.digest))`, first, last); err != nil {
		return err
	}
	return s.count()
}

// waits is a recall that came before its portion.
type waits struct {
	idx      int64
	by, kind string
	portion  Portion
}

func (s *standing) waiting(first, last int64) ([]waits, error) {
	rows, err := s.tx.Query(`SELECT DISTINCT x.idx, x.by_whom, x.kind, x.portion, x.digest FROM portion p JOIN recalled x ON x.key = p.key AND x.portion = p.id
		WHERE p.idx >= ? AND p.idx <= ? AND (x.effect = 0 OR x.effect IN (1, 2) AND x.kind IN `+withdraws+`) ORDER BY x.idx, x.portion`, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []waits
	for rows.Next() {
		var w waits
		var id, digest []byte
		if err := rows.Scan(&w.idx, &w.by, &w.kind, &id, &digest); err != nil {
			return nil, err
		}
		w.portion = Portion{ID: [16]byte(id), Digest: [32]byte(digest)}
		out = append(out, w)
	}
	return out, rows.Err()
}

// count writes down how the reports stand that hold a touched portion, and
// notes of which other portions are shown now.
func (s *standing) count() error {
	st, err := s.tx.Stmt(sqlStanding)
	if err != nil {
		return err
	}
	rows, err := st.Query()
	if err != nil {
		return err
	}
	type change struct{ idx, was, wasReview, wasDoubt, all, withdrawn, review, doubt int64 }
	var changes []change
	for rows.Next() {
		var c change
		if err := rows.Scan(&c.idx, &c.was, &c.wasReview, &c.wasDoubt, &c.all, &c.withdrawn, &c.review, &c.doubt); err != nil {
			return errors.Join(err, rows.Close())
		}
		changes = append(changes, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, c := range changes {
		if c.withdrawn != c.was {
			s.reworded[c.idx] = true
		}
		switch {
		case c.withdrawn == c.was && c.review == c.wasReview && c.doubt == c.wasDoubt:
			continue
		case c.withdrawn+c.review+c.doubt == 0:
			_, err = s.tx.Run(sqlNoCaution, c.idx)
		default:
			hidden := 0
			if c.withdrawn == c.all {
				hidden = 1
			}
			_, err = s.tx.Run(sqlCaution, c.idx, c.withdrawn, c.review, c.doubt, hidden)
		}
		if err != nil {
			return err
		}
	}
	_, err = s.tx.Run(sqlUntouch)
	return err
}

// dropLike takes back what a recall brought about before the log certified it.
func (s *standing) dropLike(r *Recall) error {
	before, err := s.provisional(`act = ? AND by_whom = ?`, r.Act, r.By)
	if err != nil || len(before) == 0 {
		return err
	}
	return s.drop(before)
}

// provisional returns the numbers of recalls that the log has not certified.
func (s *standing) provisional(where string, args ...any) ([]int64, error) {
	return store.Column[int64](s.tx.Query(`SELECT DISTINCT idx FROM recalled WHERE idx < 0 AND `+where+` ORDER BY idx`, args...))
}

// Provisionally applies recalls that the log has not certified yet, those that
// are applied already left out, and says how many there were. They hold until
// the certified act of the same id is applied, or EndProvisional is called.
func (v *Views) Provisionally(ctx context.Context, rs []Recall) (n int, err error) {
	err = v.db.Update(ctx, func(tx *store.Tx) error {
		n = 0
		s := &standing{tx: tx, any: true, reworded: map[int64]bool{}}
		var least int64
		if err := one(tx, &least, `SELECT coalesce(min(idx), 0) FROM recalled`); err != nil {
			return err
		}
		least = min(least, 0)
		for i := range rs {
			r := rs[i]
			var known bool
			if err := one(tx, &known, `SELECT EXISTS (SELECT 1 FROM recalled WHERE portion = ? AND act = ? AND by_whom = ?)`, r.Portions[0].ID[:], r.Act, r.By); err != nil {
				return err
			}
			if known {
				continue
			}
			least--
			r.Index = least
			if err := s.apply(&r); err != nil {
				return err
			}
			n++
		}
		return s.words(ctx, v)
	})
	return n, err
}

// EndProvisional takes back what recalls brought about that the log has not
// certified: those of one act by one member, or all of them when act is empty.
func (v *Views) EndProvisional(ctx context.Context, act, by string) error {
	return v.db.Update(ctx, func(tx *store.Tx) error {
		s := &standing{tx: tx, any: true, reworded: map[int64]bool{}}
		indices, err := s.provisional(`(? = '' OR act = ? AND by_whom = ?)`, act, act, by)
		if err != nil {
			return err
		}
		if err := s.drop(indices); err != nil {
			return err
		}
		return s.words(ctx, v)
	})
}

// Reword sets what makes the words of a report of which some portions are
// withdrawn: it gets the act and the places of these portions, and returns what
// Words returned. It is called before the views are written to.
func (v *Views) Reword(f func(act []byte, withdrawn map[int]bool) (string, error)) { v.reword = f }

// drop takes back what recalls brought about that the log has not certified.
func (s *standing) drop(indices []int64) error {
	for _, i := range indices {
		for _, q := range []string{
			`INSERT OR IGNORE INTO touched (portion, digest, cause) SELECT portion, digest, 0 FROM recalled WHERE idx = ?`,
			`INSERT OR IGNORE INTO touched (portion, digest, cause) SELECT portion, digest, 0 FROM review WHERE cause = ?`,
			`DELETE FROM recalled WHERE idx = ?`, `DELETE FROM review WHERE cause = ?`,
		} {
			if _, err := s.tx.Exec(q, i); err != nil {
				return err
			}
		}
	}
	if err := s.count(); err != nil {
		return err
	}
	// Another of them may have put the same under review.
	left, err := s.provisional(`1 = 1`)
	if err != nil {
		return err
	}
	for _, i := range left {
		if err := s.spread(i); err != nil {
			return err
		}
	}
	return nil
}

// words makes the words of the reports again of which other portions are shown
// than before.
func (s *standing) words(ctx context.Context, v *Views) error {
	if v.reword == nil || len(s.reworded) == 0 {
		return nil
	}
	indices := make([]int64, 0, len(s.reworded))
	for i := range s.reworded {
		indices = append(indices, i)
	}
	slices.Sort(indices)
	for _, i := range indices {
		var act []byte
		if err := s.tx.QueryRowContext(ctx, `SELECT act FROM report WHERE idx = ?`, i).Scan(&act); err != nil {
			return err
		}
		gone, err := withdrawnOf(s.tx.QueryContext, ctx, i)
		if err != nil {
			return err
		}
		text, err := v.reword(act, gone)
		if err != nil {
			return err
		}
		if _, err := s.tx.Exec(`DELETE FROM search WHERE rowid = ?`, i+1); err != nil {
			return err
		}
		if _, err := s.tx.Exec(`INSERT INTO search (rowid, words) VALUES (?, ?)`, i+1, text); err != nil {
			return err
		}
	}
	return nil
}
