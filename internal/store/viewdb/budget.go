package viewdb

import (
	"database/sql"
	"errors"
	"fmt"

	"entente/internal/store"
)

// Limits are the budgets of one asker a day (spec/requests.md).
type Limits struct {
	Day    int // requests to this member, or from it
	Person int // of them about persons
}

// over is the condition that a request of another is beyond the budgets of its
// asker. Those of this member were held to them before they left.
func (l Limits) over() string {
	return fmt.Sprintf(`(r.own = 0 AND (r.nth > %d OR r.person = 1 AND r.nth_person > %d))`, l.Day, l.Person)
}

// counted is what the requests of an asker came to, on the day for which the last
// of them counts.
type counted struct {
	day         int64
	nth, person int64
}

// next counts one more. A day before that of an earlier request counts as that
// one: no asker goes back to days whose budget it has left over.
func (c counted) next(r *Request) counted {
	if r.Day > c.day || c.nth == 0 {
		c = counted{day: r.Day}
	}
	c.nth++
	if r.Person {
		c.person++
	}
	return c
}

const sqlLastCounted = `SELECT counted, nth, nth_person FROM request WHERE originator = ? AND own = ? AND idx < ? ORDER BY idx DESC LIMIT 1`

// countRequest says which one of its asker's a request is, in log order.
func (in *inserts) countRequest(index int64, asker string, own int, r *Request) counted {
	c, ok := in.counted[asker]
	if !ok && in.err == nil {
		c, in.err = lastCounted(in.tx, asker, own, index)
	}
	if in.counted == nil {
		in.counted = map[string]counted{}
	}
	c = c.next(r)
	in.counted[asker] = c
	return c
}

func lastCounted(tx *store.Tx, asker string, own int, before int64) (c counted, err error) {
	s, err := tx.Stmt(sqlLastCounted)
	if err != nil {
		return c, err
	}
	err = s.QueryRow(asker, own, before).Scan(&c.day, &c.nth, &c.person)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// countAgain counts the requests of askers anew where one of them goes, so that
// the views stay what they are when they are made again without it. gone are the
// askers, with the first and the last of their requests that go.
func countAgain(tx *store.Tx, gone map[string][2]int64) error {
	for asker, ends := range gone {
		for _, own := range [...]int{0, 1} {
			if err := countFrom(tx, asker, own, ends[0], ends[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func countFrom(tx *store.Tx, asker string, own int, first, last int64) error {
	c, err := lastCounted(tx, asker, own, first)
	if err != nil {
		return err
	}
	type row struct {
		idx int64
		was counted
		r   Request
	}
	const together = 512
	for at := first; ; {
		rows, err := tx.Query(`SELECT idx, person, day, counted, nth, nth_person FROM request WHERE originator = ? AND own = ? AND idx >= ? ORDER BY idx LIMIT ?`, asker, own, at, together)
		if err != nil {
			return err
		}
		var part []row
		for rows.Next() {
			var x row
			if err := rows.Scan(&x.idx, &x.r.Person, &x.r.Day, &x.was.day, &x.was.nth, &x.was.person); err != nil {
				rows.Close()
				return err
			}
			part = append(part, x)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for i := range part {
			x := &part[i]
			if c = c.next(&x.r); c == x.was {
				if x.idx > last {
					return nil // and so are all after it
				}
				continue
			}
			if _, err := tx.Run(`UPDATE request SET counted = ?, nth = ?, nth_person = ? WHERE idx = ?`, c.day, c.nth, c.person, x.idx); err != nil {
				return err
			}
		}
		if len(part) < together {
			return nil
		}
		at = part[len(part)-1].idx + 1
	}
}

// askersOf returns who asked those of the given leaves that are requests, with
// the first and the last of each.
func askersOf(tx *store.Tx, indices []int64) (map[string][2]int64, error) {
	out := map[string][2]int64{}
	for _, i := range indices {
		s, err := tx.Stmt(`SELECT originator FROM request WHERE idx = ?`)
		if err != nil {
			return nil, err
		}
		var asker string
		switch err := s.QueryRow(i).Scan(&asker); {
		case errors.Is(err, sql.ErrNoRows):
			continue
		case err != nil:
			return nil, err
		}
		ends, ok := out[asker]
		if !ok {
			ends = [2]int64{i, i}
		}
		out[asker] = [2]int64{min(ends[0], i), max(ends[1], i)}
	}
	return out, nil
}
