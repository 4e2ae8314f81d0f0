package viewdb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente/internal/store"
)

// Redress is what a redress act says, as a row (spec/act.md, "redress").
type Redress struct {
	Member   string // who is asked
	Ask      string
	Day      int64 // that it is of, since 1970; never after the day on which it was logged
	Due      int64 // Unix seconds
	Portions []Portion
	// NotHolder is what was judged of it before, when views by which it is judged
	// are forgotten since; nil: it is judged as it is stored.
	NotHolder *bool
}

// RedressAnswer is what a redress-answer act says, as a row.
type RedressAnswer struct {
	Redress  string
	Asker    string
	Outcome  string
	Portions []Portion
}

// MaxRedressDay is how many requests for redress of one asker count in a day
// (spec/redress.md, "State").
const MaxRedressDay = 24

// outcomePassed is the one outcome that is not final, as spec/act.md names it.
const outcomePassed = "passed-on"

// RedressSubject names what is asked of which portions: two requests of one
// asker with the same ask the same.
func RedressSubject(ask string, portions []Portion) [32]byte {
	ids := make([]string, len(portions))
	for i := range portions {
		ids[i] = string(portions[i].ID[:]) + string(portions[i].Digest[:])
	}
	slices.Sort(ids)
	return sha256.Sum256([]byte(ask + "\x00" + strings.Join(ids, "")))
}

// redress gathers the rows of a redress, or of an answer to one.
func (in *inserts) redress(s *Said) {
	portions := func(ps []Portion) {
		for i := range ps {
			p := &ps[i]
			in.add(&intoRedressPortion, s.Index, p.ID[:], portionKey(&p.ID), p.Digest[:])
		}
	}
	if r := s.Redress; r != nil {
		own := 0
		if s.Own {
			own = 1
		}
		subject := RedressSubject(r.Ask, r.Portions)
		c := in.count(asker{&redressBudget, s.Originator}, s.Index, own, r.Day, false)
		in.add(&intoRedress, s.Index, s.ID, s.Originator, r.Member, own, r.Ask, subject[:], r.Day, r.Due, c.day, c.nth)
		portions(r.Portions)
	}
	if a := s.RedressAnswer; a != nil {
		in.add(&intoRedressAnswer, s.Index, a.Redress, s.Originator, a.Asker, a.Outcome)
		portions(a.Portions)
	}
}

// beyond is the condition that a request of another is beyond its asker's budget
// of a day.
func beyond(r string) string {
	return fmt.Sprintf(`(%[1]s.own = 0 AND %[1]s.nth > %[2]d)`, r, MaxRedressDay)
}

// sqlJudgeRedress judges once, by what stands before it in the log, whether a
// request names a portion that its asker did not get from this member: an own one,
// or one of another that is here under that digest. What another says under the
// same id judges nothing.
const sqlJudgeRedress = `UPDATE redress AS r SET not_holder = coalesce(?2, EXISTS (SELECT 1 FROM redress_portion n WHERE n.idx = r.idx
		AND EXISTS (SELECT 1 FROM portion p JOIN report o ON o.idx = p.idx WHERE p.key = n.key AND p.id = n.portion AND p.idx < r.idx AND (o.own = 1 OR p.digest = n.digest))
		AND NOT EXISTS (SELECT 1 FROM portion p JOIN report o ON o.idx = p.idx WHERE p.key = n.key AND p.id = n.portion AND p.digest = n.digest AND p.idx < r.idx
			AND o.own = 1 AND (r.originator = r.member OR ' ' || o.recipients || ' ' LIKE '% ' || r.originator || ' %'))))
	WHERE r.idx = ?1 AND (r.own = 0 OR r.originator = r.member)`

// judgeRedress judges the requests of a batch whose rows are stored.
func judgeRedress(tx *store.Tx, said []Said) error {
	for i := range said {
		r := said[i].Redress
		if r == nil {
			continue
		}
		var before any
		if r.NotHolder != nil {
			before = *r.NotHolder
		}
		if _, err := tx.Run(sqlJudgeRedress, said[i].Index, before); err != nil {
			return err
		}
	}
	return nil
}

// RedressJudged returns how the requests for redress were judged that name a portion
// of the reports at some log indices: by the index of the request, whether its asker
// is not the holder that it says.
func (v *Views) RedressJudged(ctx context.Context, indices []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for part := range slices.Chunk(indices, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT DISTINCT r.idx, r.not_holder FROM portion p CROSS JOIN redress_portion n ON n.portion = p.id CROSS JOIN redress r ON r.idx = n.idx
			WHERE p.idx IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) AND (r.own = 0 OR r.originator = r.member)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var i int64
			var not bool
			if err := rows.Scan(&i, &not); err != nil {
				rows.Close()
				return nil, err
			}
			out[i] = not
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// What counts (spec/redress.md): r is a redress, a an answer.
const (
	// answers are those that are from who was asked, to who asked, in order, and
	// about nothing else.
	redressAnswers = `a.redress = r.id AND a.originator = r.member AND a.asker = r.originator AND a.idx > r.idx
		AND NOT EXISTS (SELECT 1 FROM redress_portion x WHERE x.idx = a.idx AND NOT EXISTS (SELECT 1 FROM redress_portion y WHERE y.idx = r.idx AND y.portion = x.portion AND y.digest = x.digest))`
	grantedBefore = `EXISTS (SELECT 1 FROM redress_answer g WHERE g.redress = a.redress AND g.originator = a.originator AND g.asker = a.asker AND g.outcome = 'granted' AND g.idx > r.idx AND g.idx < a.idx
		AND NOT EXISTS (SELECT 1 FROM redress_portion x WHERE x.idx = g.idx AND NOT EXISTS (SELECT 1 FROM redress_portion y WHERE y.idx = r.idx AND y.portion = x.portion AND y.digest = x.digest)))`
	redressCounts = redressAnswers + ` AND NOT ` + grantedBefore
)

// redressDoubt is the code of why a request r has no standing here, empty when it
// has.
func redressDoubt() string {
	return `CASE WHEN ` + beyond(`r`) + ` THEN 'redress_budget'
		WHEN r.not_holder = 1 THEN 'redress_not_holder'
		WHEN EXISTS (SELECT 1 FROM redress q WHERE q.originator = r.originator AND q.member = r.member AND q.subject = r.subject AND q.idx < r.idx AND NOT ` + beyond(`q`) + `
			AND NOT EXISTS (SELECT 1 FROM redress z JOIN redress_answer f ON f.redress = z.id WHERE z.originator = q.originator AND z.member = q.member AND z.subject = q.subject
				AND f.originator = z.member AND f.asker = z.originator AND f.outcome <> 'passed-on' AND f.idx > q.idx AND f.idx > z.idx AND f.idx < r.idx)) THEN 'redress_repeated'
		ELSE '' END`
}

// AskedRedress is a request for redress with how it stands.
type AskedRedress struct {
	Said
	Member string // who is asked
	Ask    string
	Due    int64
	// Doubt is the code of why it has no standing here, else empty.
	Doubt string
	// Outcome is that of the final answer that stands, Answered its index; empty
	// and -1 while there is none.
	Outcome  string
	Answered int64
	PassedOn bool // an answer that counts says so
}

// RedressQuery narrows a list of requests for redress. Zero fields narrow
// nothing.
type RedressQuery struct {
	Asked    bool // asked by this member
	Received bool // asked of this member
	Open     bool // has standing, and no final answer
	Overdue  int64
	ID       string
	IDs      []string   // at most 500
	About    [][16]byte // names one of these portions; at most 500
	Upto     int64      // only answers before this index count; 0: all
	Before   int64      // index: older than this one; 0 from the newest on
	Limit    int        // 1 to 501, 50 when 0
}

// Redresses returns requests for redress, newest first.
func (v *Views) Redresses(ctx context.Context, q RedressQuery) ([]AskedRedress, error) {
	if q.Limit <= 0 || q.Limit > 501 {
		q.Limit = 50
	}
	if len(q.IDs) > 500 || len(q.About) > 500 {
		return nil, fmt.Errorf("%d ids and %d portions in one query of redress", len(q.IDs), len(q.About))
	}
	upto := q.Upto
	if upto <= 0 {
		upto = math.MaxInt64
	}
	const final = `FROM redress_answer a WHERE a.outcome <> '` + outcomePassed + `' AND a.idx < ? AND ` + redressCounts
	where, args := []string{`1 = 1`}, []any{upto, upto, upto}
	add := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if q.Asked {
		add(`r.own = 1`)
	}
	if q.Received {
		add(`(r.own = 0 OR r.originator = r.member)`)
	}
	if q.Overdue != 0 {
		add(`r.due <= ?`, q.Overdue)
	}
	if q.Open || q.Overdue != 0 {
		add(`NOT EXISTS (SELECT 1 `+final+`)`, upto)
		add(redressDoubt() + ` = ''`)
	}
	if q.ID != "" {
		add(`r.id = ?`, q.ID)
	}
	if len(q.IDs) > 0 {
		ids := make([]any, len(q.IDs))
		for i := range q.IDs {
			ids[i] = q.IDs[i]
		}
		add(`r.id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`)`, ids...)
	}
	if len(q.About) > 0 {
		ids := make([]any, len(q.About))
		for i := range q.About {
			ids[i] = q.About[i][:]
		}
		add(`r.idx IN (SELECT n.idx FROM redress_portion n WHERE n.portion IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`))`, ids...)
	}
	if q.Before > 0 {
		add(`r.idx < ?`, q.Before)
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act, r.member, r.ask, r.due, `+redressDoubt()+`,
			coalesce((SELECT a.outcome `+final+` ORDER BY a.idx DESC LIMIT 1), ''), coalesce((SELECT max(a.idx) `+final+`), -1),
			EXISTS (SELECT 1 FROM redress_answer a WHERE a.outcome = '`+outcomePassed+`' AND a.idx < ? AND `+redressCounts+`)
		FROM redress r JOIN said s ON s.idx = r.idx WHERE `+strings.Join(where, ` AND `)+` ORDER BY r.idx DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []AskedRedress
	for rows.Next() {
		var x AskedRedress
		if x.Said, err = scanSaid(func(dest ...any) error {
			return rows.Scan(append(dest, &x.Member, &x.Ask, &x.Due, &x.Doubt, &x.Outcome, &x.Answered, &x.PassedOn)...)
		}); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// RedressReply is an answer that names a redress.
type RedressReply struct {
	Said
	Redress string
	// Doubt is the code of why it changes nothing, empty when it counts.
	Doubt string
}

// redressReplies judges answers a; r is the redress that each names, where that is
// here.
const redressReplies = `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act, a.redress,
		CASE WHEN r.idx IS NULL OR a.idx < r.idx THEN 'redress_early'
			WHEN a.originator <> r.member OR a.asker <> r.originator THEN 'redress_foreign'
			WHEN NOT (` + redressAnswers + `) THEN 'redress_portions'
			WHEN ` + grantedBefore + ` THEN 'redress_answered'
			ELSE '' END
	FROM redress_answer a JOIN said s ON s.idx = a.idx LEFT JOIN redress r ON r.id = a.redress`

// RedressReplies returns what was answered to a redress, in log order, at most
// 200; what changes nothing is among it.
func (v *Views) RedressReplies(ctx context.Context, redress string) ([]RedressReply, error) {
	return v.manyReplies(ctx, redressReplies+` WHERE a.redress = ? ORDER BY a.idx LIMIT 200`, redress)
}

// RedressReplyAt returns the answer at a log index. Errors: ErrNotFound.
func (v *Views) RedressReplyAt(ctx context.Context, index int64) (RedressReply, error) {
	out, err := v.manyReplies(ctx, redressReplies+` WHERE a.idx = ?`, index)
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return RedressReply{}, err
	}
	return out[0], nil
}

func (v *Views) manyReplies(ctx context.Context, query string, args ...any) ([]RedressReply, error) {
	rows, err := v.db.Reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []RedressReply
	for rows.Next() {
		var x RedressReply
		if x.Said, err = scanSaid(func(dest ...any) error { return rows.Scan(append(dest, &x.Redress, &x.Doubt)...) }); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// RedressOn counts this member's requests for redress on a day, since 1970.
func (v *Views) RedressOn(ctx context.Context, self string, day int64) (n int, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT count(*) FROM redress WHERE originator = ? AND own = 1 AND day = ?`, self, day).Scan(&n)
	return n, err
}

// OverdueRedress counts the requests for redress that have standing, no final
// answer, and were due at or before a time, Unix seconds: here those that this
// member is to answer, there its own to others.
func (v *Views) OverdueRedress(ctx context.Context, now int64) (here, there int, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT coalesce(sum(r.own = 0 OR r.originator = r.member), 0), coalesce(sum(r.own = 1 AND r.originator <> r.member), 0) FROM redress r
		WHERE r.due <= ? AND NOT EXISTS (SELECT 1 FROM redress_answer a WHERE a.outcome <> '`+outcomePassed+`' AND `+redressCounts+`) AND `+redressDoubt()+` = ''`, now).Scan(&here, &there)
	return here, there, err
}

// RecallsOn returns the recall acts of a member that are in force here, or wait, on any of
// some portions, at most 500, in log order, at most 500.
func (v *Views) RecallsOn(ctx context.Context, by string, portions [][16]byte) ([]Said, error) {
	if len(portions) == 0 {
		return nil, nil
	}
	if len(portions) > 500 {
		return nil, fmt.Errorf("%d portions in one query of recalls", len(portions))
	}
	args := []any{by}
	for i := range portions {
		args = append(args, portions[i][:])
	}
	return v.manySaid(ctx, `SELECT `+saidColumns+` FROM said WHERE idx IN (SELECT x.idx FROM recalled x WHERE x.by_whom = ? AND x.effect IN (0, 1) AND x.portion IN (?`+strings.Repeat(`, ?`, len(portions)-1)+`)) ORDER BY idx LIMIT 500`, args...)
}

// ReplacedIn returns the ids of shown reports that hold any of some portions, at
// most 500, or replace a report that holds any of some others, oldest first.
func (v *Views) ReplacedIn(ctx context.Context, right, gone [][16]byte) ([]string, error) {
	if len(right) > 500 || len(gone) > 500 {
		return nil, fmt.Errorf("%d and %d portions in one query", len(right), len(gone))
	}
	var args []any
	among := func(ps [][16]byte) string { // a condition on p
		if len(ps) == 0 {
			return `1 = 0`
		}
		for i := range ps {
			args = append(args, portionKey(&ps[i]))
		}
		for i := range ps {
			args = append(args, ps[i][:])
		}
		list := `(?` + strings.Repeat(`, ?`, len(ps)-1) + `)`
		return `p.key IN ` + list + ` AND p.id IN ` + list
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT r.id FROM report r WHERE `+v.shown(`r`)+` AND (r.idx IN (SELECT p.idx FROM portion p WHERE `+among(right)+`)
		OR r.supersedes IN (SELECT o.id FROM report o WHERE o.idx IN (SELECT p.idx FROM portion p WHERE `+among(gone)+`))) ORDER BY r.idx LIMIT 50`, args...)
	if err != nil {
		return nil, err
	}
	return scanTexts(rows)
}

func scanTexts(rows *sql.Rows) (out []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
