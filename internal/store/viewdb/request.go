package viewdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Request is what a request act says, as a row (spec/act.md, "request").
type Request struct {
	Member string // who is asked
	Person bool   // it asks about a person
	Day    int64  // that it is of, since 1970; never after the day on which it was logged
	LTIOV  int64  // Unix seconds
	Joins  string
	Parts  []string
}

// Answer is what an answer act says, as a row.
type Answer struct {
	Request string
	Asker   string
	Final   bool
	// Declined: it declines a part, or says that there is nothing to give.
	Declined bool
	Parts    []string // that it speaks to
}

// Closing is what a closing act says, as a row.
type Closing struct {
	Request string
	Member  string // who was asked
}

// requests gathers the rows of a request, an answer, a closing or a line.
func (in *inserts) requests(s *Said) {
	own := 0
	if s.Own {
		own = 1
	}
	if r := s.Request; r != nil {
		person := 0
		if r.Person {
			person = 1
		}
		c := in.count(asker{&requestBudget, s.Originator}, s.Index, own, r.Day, r.Person)
		in.add(&intoRequest, s.Index, s.ID, s.Originator, r.Member, own, person, r.Day, r.LTIOV, r.Joins, c.day, c.nth, c.person)
		for _, p := range r.Parts {
			in.add(&intoRequestPart, s.Index, p)
		}
	}
	if a := s.Answer; a != nil {
		final := 0
		if a.Final {
			final = 1
		}
		declined := 0
		if s.Own && a.Declined {
			declined = 1
		}
		in.add(&intoAnswer, s.Index, a.Request, s.Originator, a.Asker, final, declined)
		for _, p := range a.Parts {
			in.add(&intoAnswerPart, s.Index, p)
		}
	}
	if c := s.Closing; c != nil {
		in.add(&intoClosing, s.Index, c.Request, s.Originator, c.Member)
	}
	if l := s.Line; l != nil {
		in.add(&intoLine, s.Index, s.Type, s.Originator, own, l.Name, l.State, l.Until, strings.Join(s.Recipients, " "))
	}
}

// MostAnswers is how many answers of its addressee count to one request, the
// first ones (spec/requests.md, "Budgets").
const MostAnswers = 64

// What counts (spec/act.md): r is a request, a an answer, c a closing. Whoever
// answers without end is read no further than the first answers, and nobody
// further than a final one.
var (
	answerCounts = fmt.Sprintf(`a.request = r.id AND a.asker = r.originator AND a.originator = r.member AND a.idx > r.idx
		AND NOT EXISTS (SELECT 1 FROM answer_part x WHERE x.idx = a.idx AND NOT EXISTS (SELECT 1 FROM request_part y WHERE y.idx = r.idx AND y.part = x.part))
		AND NOT EXISTS (SELECT 1 FROM answer f WHERE f.request = a.request AND f.originator = a.originator AND f.asker = a.asker AND f.final = 1 AND f.idx > r.idx AND f.idx < a.idx
			AND NOT EXISTS (SELECT 1 FROM answer_part x WHERE x.idx = f.idx AND NOT EXISTS (SELECT 1 FROM request_part y WHERE y.idx = r.idx AND y.part = x.part)))
		AND a.idx IN (SELECT b.idx FROM answer b WHERE b.request = r.id AND b.originator = r.member AND b.asker = r.originator AND b.idx > r.idx ORDER BY b.idx LIMIT %d)`, MostAnswers)
	closingCounts = `c.request = r.id AND c.originator = r.originator AND c.member = r.member AND c.idx > r.idx`
)

// Asked is a request with how it stands.
type Asked struct {
	Said
	Member string
	Person bool
	LTIOV  int64
	Joins  string
	// Closed: its asker has closed it. Lapsed: its latest time of value is past.
	// Final: the addressee has said that nothing follows. Answered: it has said
	// something. Over: it is beyond the asker's budgets, and in doubt.
	Closed, Lapsed, Final, Answered, Over bool
	Answers                               int // that count, at most MostAnswers
}

// RequestQuery narrows a list of requests. Zero fields narrow nothing.
type RequestQuery struct {
	Own    *bool // asked by this member, or of it
	Open   bool  // neither closed nor lapsed, and not beyond budgets
	ID     string
	Joins  string
	IDs    []string // at most 500
	Before int64    // index: older than this one; 0 from the newest on
	Limit  int      // 1 to 501, 50 when 0
}

// Requests returns requests, newest first, as they stand at a log time.
func (v *Views) Requests(ctx context.Context, q RequestQuery, l Limits, now int64) ([]Asked, error) {
	if q.Limit <= 0 || q.Limit > 501 {
		q.Limit = 50
	}
	if len(q.IDs) > 500 {
		return nil, fmt.Errorf("%d ids of requests in one query", len(q.IDs))
	}
	where, args := []string{`1 = 1`}, []any{now}
	add := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if q.Own != nil {
		own := 0
		if *q.Own {
			own = 1
		}
		add(`r.own = ?`, own)
	}
	if q.Open {
		add(`r.ltiov > ? AND NOT EXISTS (SELECT 1 FROM closing c WHERE `+closingCounts+`) AND NOT `+l.over(), now)
	}
	if q.ID != "" {
		add(`r.id = ?`, q.ID)
	}
	if q.Joins != "" {
		add(`r.joins = ? AND r.joins <> ''`, q.Joins)
	}
	if len(q.IDs) > 0 {
		ids := make([]any, len(q.IDs))
		for i := range q.IDs {
			ids[i] = q.IDs[i]
		}
		add(`r.id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`)`, ids...)
	}
	if q.Before > 0 {
		add(`r.idx < ?`, q.Before)
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act, r.member, r.person, r.ltiov, r.joins,
			EXISTS (SELECT 1 FROM closing c WHERE `+closingCounts+`), r.ltiov <= ?,
			EXISTS (SELECT 1 FROM answer a WHERE a.final = 1 AND `+answerCounts+`), (SELECT count(*) FROM answer a WHERE `+answerCounts+`), `+l.over()+`
		FROM request r JOIN said s ON s.idx = r.idx WHERE `+strings.Join(where, ` AND `)+` ORDER BY r.idx DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Asked
	for rows.Next() {
		var x Asked
		if x.Said, err = scanSaid(func(dest ...any) error {
			return rows.Scan(append(dest, &x.Member, &x.Person, &x.LTIOV, &x.Joins, &x.Closed, &x.Lapsed, &x.Final, &x.Answers, &x.Over)...)
		}); err != nil {
			return nil, err
		}
		x.Answered = x.Answers > 0
		out = append(out, x)
	}
	return out, rows.Err()
}

// OpenAt returns the indices of the newest open requests, at most limit: those
// of this member when own is true, else those that it is asked.
func (v *Views) OpenAt(ctx context.Context, own bool, limit int, l Limits, now int64) ([]int64, error) {
	side := 0
	if own {
		side = 1
	}
	return v.indices(ctx, `SELECT r.idx FROM request r WHERE r.own = ? AND r.ltiov > ? AND NOT EXISTS (SELECT 1 FROM closing c WHERE `+closingCounts+`) AND NOT `+l.over()+`
		ORDER BY r.idx DESC LIMIT ?`, side, now, limit)
}

// Reply is an answer or a closing of a request that is here.
type Reply struct {
	Said
	Request string
	Counts  bool
}

// RepliesTo returns the answers and closings that name the given requests, at
// most 500, in log order: of each request the first MostAnswers that count, and
// as many of those that do not, unless only what counts is asked for.
func (v *Views) RepliesTo(ctx context.Context, requests []string, counting bool) ([]Reply, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	if len(requests) > 500 {
		return nil, fmt.Errorf("%d requests in one query", len(requests))
	}
	in := `(?` + strings.Repeat(`, ?`, len(requests)-1) + `)`
	var args []any
	for range 2 {
		for _, id := range requests {
			args = append(args, id)
		}
	}
	which := ``
	if counting {
		which = ` AND x.counts = 1`
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act, x.request, x.counts FROM (
			SELECT y.*, row_number() OVER (PARTITION BY y.request, y.closes, y.counts ORDER BY y.idx) AS place FROM (
				SELECT a.idx AS idx, a.request AS request, 0 AS closes, EXISTS (SELECT 1 FROM request r WHERE `+answerCounts+`) AS counts FROM answer a WHERE a.request IN `+in+`
				UNION ALL SELECT c.idx, c.request, 1, EXISTS (SELECT 1 FROM request r WHERE `+closingCounts+`) FROM closing c WHERE c.request IN `+in+`
			) y
		) x JOIN said s ON s.idx = x.idx WHERE x.place <= ?`+which+` ORDER BY s.idx`, append(args, MostAnswers)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Reply
	for rows.Next() {
		var x Reply
		if x.Said, err = scanSaid(func(dest ...any) error { return rows.Scan(append(dest, &x.Request, &x.Counts)...) }); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// AskedOn counts the requests of this member on a day, since 1970: all, and
// those about persons.
func (v *Views) AskedOn(ctx context.Context, self string, day int64) (all, person int, err error) {
	err = v.db.Reader.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(person), 0) FROM request WHERE originator = ? AND own = 1 AND day = ?`, self, day).Scan(&all, &person)
	return all, person, err
}

// GivenTo returns those of the portions that stand in an own report which was
// released to a member and has not ended, and that were not taken back from it,
// with their digests.
func (v *Views) GivenTo(ctx context.Context, member string, portions [][16]byte) (map[[16]byte][32]byte, error) {
	out := map[[16]byte][32]byte{}
	for len(portions) > 0 {
		part := portions[:min(len(portions), 200)]
		portions = portions[len(part):]
		args := make([]any, 0, len(part)+2)
		for i := range part {
			args = append(args, portionKey(&part[i]))
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.id, p.digest FROM portion p JOIN report r ON r.idx = p.idx
			WHERE p.key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) AND r.own = 1 AND ' ' || r.recipients || ' ' LIKE '% ' || ? || ' %' AND `+v.shown(`r`)+`
				AND NOT `+withdrawnID(`p.id`)+` AND NOT EXISTS (SELECT 1 FROM narrowed x WHERE x.portion = p.id AND x.holder = ?)`, append(args, member, member)...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, digest []byte
			if err := rows.Scan(&id, &digest); err != nil {
				rows.Close()
				return nil, err
			}
			out[[16]byte(id)] = [32]byte(digest)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
