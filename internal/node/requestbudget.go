package node

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"entente/act"
	"entente/internal/section"
	"entente/seal"
)

// requestSum is how many members requests ask.
type requestSum struct {
	all, persons int // on this day
	open         int // whenever they left
	by           map[string]int
}

// add counts members that a draft asks; today says that it counts for this day.
func (s *requestSum) add(r *Request, members int, today bool) {
	if s.by == nil {
		s.by = map[string]int{}
	}
	s.open += members
	s.by[r.By] += members
	if !today {
		return
	}
	s.all += members
	if r.About != act.AboutMatter {
		s.persons += members
	}
}

// requestBudgets says which budgets requests would pass that leave together: with
// what the views show, what was filed and they do not show yet, and what each of
// them asks (spec/requests.md, "Budgets"; rule 2).
func (n *Node) requestBudgets(ctx context.Context, rs ...*Request) ([]act.Finding, error) {
	var asks requestSum
	for _, r := range rs {
		asks.add(r, len(r.Asked), true)
	}
	if asks.all == 0 {
		return nil, nil
	}
	for {
		// What is projected meanwhile would be counted twice.
		cursor, err := n.views.Cursor(ctx)
		if err != nil {
			return nil, err
		}
		found, err := n.budgetsPassed(ctx, &asks, cursor)
		if err != nil {
			return nil, err
		}
		if now, err := n.views.Cursor(ctx); err != nil || now == cursor || len(found) == 0 {
			return found, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func (n *Node) budgetsPassed(ctx context.Context, asks *requestSum, cursor int64) (found []act.Finding, err error) {
	way, err := n.requestsOnTheWay(ctx, cursor)
	if err != nil {
		return nil, err
	}
	open, err := n.views.OpenAt(ctx, true, openLimits.member, requestLimits, n.station.Certified().Time)
	if err != nil {
		return nil, err
	}
	switch most := len(open) + way.open + asks.open; {
	case most > openLimits.member:
		found = append(found, findingOf(errOpenBudget))
	case most > openLimits.officer: // else whoever asked them
		drafts, err := n.draftsAt(ctx, open)
		if err != nil {
			return nil, err
		}
		by := map[string]int{}
		for _, d := range drafts {
			var x Request
			if readStatement(d.Content, &x) == nil {
				by[x.By]++
			}
		}
		for login, k := range asks.by {
			if by[login]+way.by[login]+k > openLimits.officer {
				found = append(found, findingOf(errOfficerBudget))
				break
			}
		}
	}
	all, persons, err := n.views.AskedOn(ctx, string(n.self), dayOf(n.now().Unix()))
	if err != nil {
		return nil, err
	}
	switch {
	case asks.persons > 0 && persons+way.persons+asks.persons > requestLimits.Person:
		found = append(found, findingOf(errPersons))
	case all+way.all+asks.all > requestLimits.Day:
		found = append(found, findingOf(errDayBudget))
	}
	return found, nil
}

// mostOnTheWay bounds how many own envelopes that the views do not show are
// looked through, the newest: those of the day are among them.
const mostOnTheWay = 8192

// requestsOnTheWay counts the requests that were filed and that the views do not
// show below a cursor.
func (n *Node) requestsOnTheWay(ctx context.Context, cursor int64) (sum requestSum, err error) {
	filed, err := n.log.FiledBehind(ctx, cursor, mostOnTheWay)
	if err != nil || len(filed) == 0 {
		return sum, err
	}
	today := dayOf(n.now().Unix())
	type envelope struct {
		k     int
		today bool
	}
	of := map[string][]envelope{}
	var ids []string
	for _, f := range filed {
		part := strings.Split(f.Ref, "/") // as releaseRef writes it
		if len(part) != 4 || part[0] != "release" {
			continue
		}
		k, err := strconv.Atoi(part[3])
		if err != nil {
			continue
		}
		e := envelope{k: k, today: true} // just logged
		if f.Header != nil {
			h, err := seal.ParseHeader(f.Header)
			if err != nil {
				return sum, err
			}
			e.today = dayOf(h.Time) == today
		}
		if of[part[2]] == nil {
			ids = append(ids, part[2])
		}
		of[part[2]] = append(of[part[2]], e)
	}
	for some := range slices.Chunk(ids, 500) {
		drafts, err := n.section.DraftsOf(ctx, some)
		if err != nil {
			return sum, err
		}
		for _, d := range drafts {
			var r Request
			if d.Kind != KindRequest || readStatement(d.Content, &r) != nil {
				continue
			}
			for _, e := range of[d.ID] {
				if e.k < len(r.Asked) { // else a dummy
					sum.add(&r, 1, e.today)
				}
			}
		}
	}
	return sum, nil
}

// budgetsOfAll holds the requests among drafts that leave together to the
// budgets: each alone may keep what all pass. Error: *Refused.
func (n *Node) budgetsOfAll(ctx context.Context, drafts []section.Draft) error {
	var rs []*Request
	for _, d := range drafts {
		if d.Kind != KindRequest {
			continue
		}
		r := new(Request)
		if err := readStatement(d.Content, r); err != nil {
			return err
		}
		rs = append(rs, r)
	}
	found, err := n.requestBudgets(ctx, rs...)
	if err == nil && len(found) > 0 {
		err = &Refused{found}
	}
	return err
}
