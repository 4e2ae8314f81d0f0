package viewdb

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// Standing is what stands against one portion of a report.
type Standing struct {
	N       int // its place in the report, from 0
	Portion [16]byte
	// Withdrawn, Doubt and Review say which of the three; any of them may hold.
	Withdrawn, Doubt, Review bool
	// By, Kind, Reason and Act are those of the last recall that withdraws it,
	// else of the last that doubts it; empty in a review alone.
	By, Kind, Reason, Act string
	// Index is where that recall stands in the log; below zero while the log has
	// not certified it.
	Index int64
	// Provisional: the log has not certified that recall yet.
	Provisional bool
}

// StandingOf returns what stands against the portions of the report at a log
// index, in their order; portions against which nothing stands are left out.
func (v *Views) StandingOf(ctx context.Context, index int64) ([]Standing, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.n, p.id, EXISTS (SELECT 1 FROM review w WHERE w.portion = p.id AND w.digest = p.digest),
			coalesce(x.idx, 0), coalesce(x.by_whom, ''), coalesce(x.kind, ''), coalesce(x.reason, ''), coalesce(x.act, '')
		FROM portion p LEFT JOIN recalled x ON x.portion = p.id AND x.digest = p.digest AND x.effect = 1 AND x.kind IN ('recall', 'correction', 'narrowing', 'doubt')
		WHERE p.idx = ? ORDER BY p.n, x.kind = 'doubt' DESC, x.idx`, index)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Standing
	for rows.Next() {
		var s Standing
		var id []byte
		var idx int64
		if err := rows.Scan(&s.N, &id, &s.Review, &idx, &s.By, &s.Kind, &s.Reason, &s.Act); err != nil {
			return nil, err
		}
		s.Portion = [16]byte(id)
		s.Doubt, s.Withdrawn, s.Index, s.Provisional = s.Kind == kindDoubt, s.Kind != "" && s.Kind != kindDoubt, idx, idx < 0
		if !s.Review && s.Kind == "" {
			continue
		}
		// Rows come with what weighs more last.
		if k := len(out); k > 0 && out[k-1].N == s.N {
			s.Doubt = s.Doubt || out[k-1].Doubt
			out[k-1] = s
			continue
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Ref names a portion: an id that another member gave to something of its own
// is of another portion (spec/act.md, "Ids").
type Ref struct {
	ID     [16]byte
	Digest [32]byte
}

// StandingOfPortions returns what stands against portions, wherever they are held
// or not; N is 0.
func (v *Views) StandingOfPortions(ctx context.Context, refs []Ref) (map[Ref]Standing, error) {
	out, asked := map[Ref]Standing{}, make(map[Ref]bool, len(refs))
	for _, r := range refs {
		asked[r] = true
	}
	for part := range slices.Chunk(refs, 400) {
		args := make([]any, 0, 2*len(part))
		for range 2 {
			for i := range part {
				args = append(args, part[i].ID[:])
			}
		}
		list := `(?` + strings.Repeat(`, ?`, len(part)-1) + `)`
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT * FROM (SELECT portion, digest, idx, by_whom, kind, reason, act FROM recalled WHERE portion IN `+list+` AND effect = 1
				AND kind IN ('recall', 'correction', 'narrowing', 'doubt')
			UNION ALL SELECT portion, digest, 0, '', 'review', '', '' FROM review WHERE portion IN `+list+`) ORDER BY kind = 'doubt' DESC, idx`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, digest []byte
			var idx int64
			var by, kind, reason, act string
			if err := rows.Scan(&id, &digest, &idx, &by, &kind, &reason, &act); err != nil {
				rows.Close()
				return nil, err
			}
			r := Ref{[16]byte(id), [32]byte(digest)}
			if !asked[r] {
				continue
			}
			s := out[r]
			s.Portion = r.ID
			if kind == kindReview {
				s.Review = true
			} else {
				s.Doubt, s.Withdrawn = s.Doubt || kind == kindDoubt, s.Withdrawn || kind != kindDoubt
				s.By, s.Kind, s.Reason, s.Act, s.Index, s.Provisional = by, kind, reason, act, idx, idx < 0
			}
			out[r] = s
		}
		if err := rows.Err(); err != nil {
			rows.Close()
			return nil, err
		}
		rows.Close()
	}
	return out, nil
}

// WithdrawnOf returns the places, from 0, of the withdrawn portions of the report at
// a log index.
func (v *Views) WithdrawnOf(ctx context.Context, index int64) (map[int]bool, error) {
	return withdrawnOf(v.db.Reader.QueryContext, ctx, index)
}

// Withdrawn returns one report that has not ended, withdrawn or not: it is for
// inspectors. Errors: ErrNotFound.
func (v *Views) Withdrawn(ctx context.Context, id string) (Full, error) {
	return v.full(ctx, `r.id = ? AND `+v.lasts(`r`), id)
}

// Heard is one portion that a recall names, and what that came to here.
type Heard struct {
	Portion [16]byte
	Effect  Effect
	// Reports are the views here that hold the portion, withdrawn or not.
	Reports []string
}

// HeardOf returns what a recall act came to here, by portion. An act that the
// log has not certified is found by its id as well.
func (v *Views) HeardOf(ctx context.Context, act, by string) ([]Heard, error) {
	w := RecallBy{act, by}
	all, err := v.HeardOfAll(ctx, []RecallBy{w}, true)
	return all[w], err
}

// RecallBy names a recall act and who said it.
type RecallBy struct{ Act, By string }

// HeardOfAll is HeardOf for many recalls at once; without reports it leaves out
// in which they stand.
func (v *Views) HeardOfAll(ctx context.Context, recalls []RecallBy, reports bool) (map[RecallBy][]Heard, error) {
	out := map[RecallBy][]Heard{}
	where, in := `''`, ``
	if reports {
		where, in = `coalesce(r.id, '')`, ` LEFT JOIN portion p ON p.key = x.key AND p.id = x.portion AND p.digest = x.digest LEFT JOIN report r ON r.idx = p.idx`
	}
	order := `q.act, q.by_whom, x.portion, x.idx`
	if reports {
		order = `q.act, q.by_whom, x.portion, r.idx`
	}
	for part := range slices.Chunk(recalls, 200) {
		var args []any
		for _, w := range part {
			args = append(args, w.Act, w.By)
		}
		rows, err := v.db.Reader.QueryContext(ctx, `WITH q (act, by_whom) AS (VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, len(part)-1)+`),
				place (act, by_whom, idx) AS (
					SELECT q.act, q.by_whom, y.idx FROM recalled y JOIN q ON q.act = y.act AND q.by_whom = y.by_whom WHERE y.idx < 0
					UNION SELECT q.act, q.by_whom, s.idx FROM q JOIN said s ON s.id = q.act)
			SELECT q.act, q.by_whom, x.portion, x.effect, `+where+` FROM place q JOIN recalled x ON x.idx = q.idx`+in+` ORDER BY `+order, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var w RecallBy
			var id []byte
			var e Effect
			var report string
			if err := rows.Scan(&w.Act, &w.By, &id, &e, &report); err != nil {
				rows.Close()
				return nil, err
			}
			list := out[w]
			if k := len(list); k == 0 || list[k-1].Portion != [16]byte(id) {
				list = append(list, Heard{Portion: [16]byte(id), Effect: e})
			}
			if report != "" {
				k := len(list) - 1
				list[k].Reports = append(list[k].Reports, report)
			}
			out[w] = list
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Sayer names a recall that the log has not certified.
type Sayer struct{ Act, By, Kind, Reason string }

// Provisional returns the recalls that are applied and that the log has not
// certified.
func (v *Views) Provisional(ctx context.Context) ([]Sayer, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT DISTINCT act, by_whom, kind, reason FROM recalled WHERE idx < 0 ORDER BY act`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Sayer
	for rows.Next() {
		var s Sayer
		if err := rows.Scan(&s.Act, &s.By, &s.Kind, &s.Reason); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// UnderReview returns reports that are under review or in doubt, that are not
// replaced and not withdrawn, newest first; own says whether this member's own
// alone.
func (v *Views) UnderReview(ctx context.Context, own bool, before int64, limit int) ([]Row, error) {
	where := `c.review + c.doubt > 0 AND ` + v.shown(`r`) + ` AND NOT EXISTS (SELECT 1 FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator AND ` + v.shown(`s`) + `)`
	if own {
		where += ` AND r.own = 1`
	}
	if before > 0 {
		where += ` AND c.idx < ?`
	} else {
		where += ` AND c.idx >= ?`
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT `+v.columns()+` FROM caution c CROSS JOIN report r ON r.idx = c.idx WHERE `+where+` ORDER BY c.idx DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Held is an own view with a portion, and who got it.
type Held struct {
	Index      int64
	View       string
	Portion    Portion
	Originator string
	Recipients []string
}

// HeldBy returns the own views that hold portions, withdrawn or not.
func (v *Views) HeldBy(ctx context.Context, ids [][16]byte) ([]Held, error) {
	return v.held16(ctx, ids, ` AND r.own = 1`)
}

// Got returns the views of other members that hold portions.
func (v *Views) Got(ctx context.Context, ids [][16]byte) ([]Held, error) {
	return v.held16(ctx, ids, ` AND r.own = 0`)
}

func (v *Views) held16(ctx context.Context, ids [][16]byte, and string) ([]Held, error) {
	var out []Held
	for len(ids) > 0 {
		part := ids[:min(len(ids), 400)]
		ids = ids[len(part):]
		args := make([]any, 0, len(part))
		for i := range part {
			args = append(args, portionKey(&part[i]))
		}
		wanted := map[[16]byte]bool{}
		for _, id := range part {
			wanted[id] = true
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.idx, r.id, p.id, p.digest, r.originator, r.recipients FROM portion p JOIN report r ON r.idx = p.idx
			WHERE p.key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`+and+` ORDER BY p.idx, p.n`, args...)
		if err != nil {
			return nil, err
		}
		if out, err = scanHeld(rows, out, wanted); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanHeld(rows *sql.Rows, out []Held, wanted map[[16]byte]bool) ([]Held, error) {
	defer rows.Close()
	for rows.Next() {
		var h Held
		var id, digest []byte
		var rec string
		if err := rows.Scan(&h.Index, &h.View, &id, &digest, &h.Originator, &rec); err != nil {
			return nil, err
		}
		h.Portion, h.Recipients = Portion{ID: [16]byte(id), Digest: [32]byte(digest)}, strings.Fields(rec)
		if wanted == nil || wanted[h.Portion.ID] {
			out = append(out, h)
		}
	}
	return out, rows.Err()
}

// Untold returns the portions of own views that are under review by a certified
// recall and of which their readers have not been told since they were last
// cleared; views that are replaced or withdrawn are left out. At most limit
// rows, in the order of the log.
func (v *Views) Untold(ctx context.Context, limit int) ([]Held, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.idx, r.id, p.id, p.digest, r.originator, r.recipients
		FROM caution c CROSS JOIN report r ON r.idx = c.idx CROSS JOIN portion p ON p.idx = c.idx CROSS JOIN review w ON w.portion = p.id AND w.digest = p.digest
		WHERE c.review > 0 AND r.own = 1 AND w.cause >= 0 AND `+v.shown(`r`)+` AND NOT `+withdrawnID(`p.id`)+`
			AND NOT EXISTS (SELECT 1 FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator AND `+v.shown(`s`)+`)
			AND NOT EXISTS (SELECT 1 FROM recalled t WHERE t.portion = p.id AND t.digest = p.digest AND t.kind = 'review' AND t.effect = 1 AND t.by_whom = r.originator
				AND t.idx > coalesce((SELECT max(u.idx) FROM recalled u WHERE u.portion = p.id AND u.digest = p.digest AND u.kind = 'cleared' AND u.effect = 1 AND u.by_whom = r.originator), -1))
		ORDER BY p.idx, p.n LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	return scanHeld(rows, nil, nil)
}

// HeldFor says which of the portions have contents that a member holds for a
// party outside.
func (v *Views) HeldFor(ctx context.Context, member string, refs []Ref) (map[Ref]bool, error) {
	out := map[Ref]bool{}
	for _, r := range refs {
		var holds bool
		err := v.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM portion p JOIN held_for h ON h.idx = p.idx AND h.n = p.n WHERE p.key = ? AND p.id = ? AND p.digest = ? AND h.holder = ?)`,
			portionKey(&r.ID), r.ID[:], r.Digest[:], member).Scan(&holds)
		if err != nil {
			return nil, err
		}
		if holds {
			out[r] = true
		}
	}
	return out, nil
}

// MadeOf returns own reports that come from the portions which the recall at a
// log index names, that are under review, and that are neither replaced nor
// withdrawn, up to limit.
func (v *Views) MadeOf(ctx context.Context, index int64, limit int) ([]Row, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `WITH RECURSIVE below (id, digest) AS (
			SELECT portion, digest FROM recalled WHERE idx = ?
			UNION
			SELECT p.id, p.digest FROM below b JOIN cite c ON c.key = substr(b.id, 1, 8) AND c.id = b.id AND c.digest = b.digest JOIN portion p ON p.idx = c.idx AND p.n = c.n
		)
		SELECT `+v.columns()+` FROM report r WHERE r.own = 1 AND `+v.shown(`r`)+` AND NOT EXISTS (SELECT 1 FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator AND `+v.shown(`s`)+`)
			AND r.idx IN (SELECT p.idx FROM below b JOIN review w ON w.portion = b.id AND w.digest = b.digest JOIN portion p ON p.key = substr(b.id, 1, 8) AND p.id = b.id AND p.digest = b.digest WHERE NOT `+withdrawnID(`p.id`)+`)
		ORDER BY r.idx LIMIT ?`, index, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Bears says whether a recall is of anything of its issuer's own that is here,
// or of something that is not here (yet).
func (v *Views) Bears(ctx context.Context, r *Recall) (bool, error) {
	for i := range r.Portions {
		p := &r.Portions[i]
		w, err := whose(v.db.Reader.QueryRowContext(ctx, sqlWhose, r.By, portionKey(&p.ID), p.ID[:], p.Digest[:]), r.By)
		if err != nil {
			return false, err
		}
		if !w.known || w.here && (w.own || w.holds || r.Kind == kindDoubt) {
			return true, nil
		}
	}
	return false, nil
}

// LastCause returns the log index of the last recall that put one of the portions
// under review.
func (v *Views) LastCause(ctx context.Context, refs []Ref) (last int64, err error) {
	for i := range refs {
		var c int64
		if err := v.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(cause), 0) FROM review WHERE portion = ? AND digest = ?`, refs[i].ID[:], refs[i].Digest[:]).Scan(&c); err != nil {
			return 0, err
		}
		last = max(last, c)
	}
	return last, nil
}

// withdrawnOf returns the places of the portions of a report that are withdrawn.
func withdrawnOf(query func(context.Context, string, ...any) (*sql.Rows, error), ctx context.Context, index int64) (map[int]bool, error) {
	rows, err := query(ctx, `SELECT p.n FROM portion p WHERE p.idx = ? AND `+withdrawnID(`p.id`), index)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out[n] = true
	}
	return out, rows.Err()
}
