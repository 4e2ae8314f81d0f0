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

// budgetTable is a table of what counts for a day's budget of its asker.
type budgetTable struct{ last, list, askers, set string }

func budgetOf(table, person, nthPerson, set string) budgetTable {
	return budgetTable{
		last:   `SELECT counted, nth, ` + nthPerson + ` FROM ` + table + ` WHERE originator = ? AND own = ? AND idx < ? ORDER BY idx DESC LIMIT 1`,
		list:   `SELECT idx, ` + person + `, day, counted, nth, ` + nthPerson + ` FROM ` + table + ` WHERE originator = ? AND own = ? AND idx >= ? ORDER BY idx LIMIT ?`,
		askers: `SELECT originator FROM ` + table + ` WHERE idx = ?`,
		set:    `UPDATE ` + table + ` SET ` + set + ` WHERE idx = ?4`,
	}
}

var (
	requestBudget = budgetOf("request", "person", "nth_person", "counted = ?1, nth = ?2, nth_person = ?3")
	redressBudget = budgetOf("redress", "0", "0", "counted = ?1, nth = ?2 + 0 * ?3")
	budgets       = [...]*budgetTable{&requestBudget, &redressBudget}
)

// asker is who asks, in one of the tables.
type asker struct {
	table *budgetTable
	name  string
}

// next counts one more. A day before that of an earlier request counts as that
// one: no asker goes back to days whose budget it has left over.
func (c counted) next(day int64, person bool) counted {
	if day > c.day || c.nth == 0 {
		c = counted{day: day}
	}
	c.nth++
	if person {
		c.person++
	}
	return c
}

// count says which one of its asker's a request is, in log order.
func (in *inserts) count(of asker, index int64, own int, day int64, person bool) counted {
	c, ok := in.counted[of]
	if !ok && in.err == nil {
		c, in.err = of.last(in.tx, own, index)
	}
	if in.counted == nil {
		in.counted = map[asker]counted{}
	}
	c = c.next(day, person)
	in.counted[of] = c
	return c
}

func (a asker) last(tx *store.Tx, own int, before int64) (c counted, err error) {
	s, err := tx.Stmt(a.table.last)
	if err != nil {
		return c, err
	}
	err = s.QueryRow(a.name, own, before).Scan(&c.day, &c.nth, &c.person)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// countAgain counts the requests of askers anew where one of them goes, so that
// the views stay what they are when they are made again without it. gone are the
// askers, with the first and the last of their requests that go.
func countAgain(tx *store.Tx, gone map[asker][2]int64) error {
	for a, ends := range gone {
		for _, own := range [...]int{0, 1} {
			if err := a.countFrom(tx, own, ends[0], ends[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a asker) countFrom(tx *store.Tx, own int, first, last int64) error {
	c, err := a.last(tx, own, first)
	if err != nil {
		return err
	}
	type row struct {
		idx, day int64
		person   bool
		was      counted
	}
	const together = 512
	for at := first; ; {
		rows, err := tx.Query(a.table.list, a.name, own, at, together)
		if err != nil {
			return err
		}
		var part []row
		for rows.Next() {
			var x row
			if err := rows.Scan(&x.idx, &x.person, &x.day, &x.was.day, &x.was.nth, &x.was.person); err != nil {
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
			if c = c.next(x.day, x.person); c == x.was {
				if x.idx > last {
					return nil // and so are all after it
				}
				continue
			}
			if _, err := tx.Run(a.table.set, c.day, c.nth, c.person, x.idx); err != nil {
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
func askersOf(tx *store.Tx, indices []int64) (map[asker][2]int64, error) {
	out := map[asker][2]int64{}
	for _, t := range budgets {
		s, err := tx.Stmt(t.askers)
		if err != nil {
			return nil, err
		}
		for _, i := range indices {
			a := asker{table: t}
			switch err := s.QueryRow(i).Scan(&a.name); {
			case errors.Is(err, sql.ErrNoRows):
				continue
			case err != nil:
				return nil, err
			}
			ends, ok := out[a]
			if !ok {
				ends = [2]int64{i, i}
			}
			out[a] = [2]int64{min(ends[0], i), max(ends[1], i)}
		}
	}
	return out, nil
}
