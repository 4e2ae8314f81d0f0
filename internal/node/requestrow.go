package node

import (
	"context"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// requestRows puts what requests, answers, closings and lines of registers say
// into the row of their statement.
func requestRows(o *opened, a act.Act, row *viewdb.Said) {
	from := o.h.Originator
	switch {
	case a.Request != nil:
		r := a.Request
		row.Request = &viewdb.Request{Member: other(r.To, from), Person: r.About != act.AboutMatter, Day: dayOf(o.h.Time), LTIOV: r.LTIOV.Unix(), Joins: string(r.Joins)}
		for _, p := range r.Parts {
			row.Request.Parts = append(row.Request.Parts, string(p.ID))
		}
	case a.Answer != nil:
		row.Answer = &viewdb.Answer{Request: string(a.Answer.Request), Asker: other(a.Answer.To, from), Final: a.Answer.Final}
		for _, p := range a.Answer.Parts {
			row.Answer.Parts = append(row.Answer.Parts, string(p.Part))
			row.Answer.Declined = row.Answer.Declined || p.State == act.AnswerDeclined || p.State == act.AnswerNothing
		}
	case a.Closing != nil:
		row.Closing = &viewdb.Closing{Request: string(a.Closing.Request), Member: other(a.Closing.To, from)}
	case a.Requirement != nil:
		r := a.Requirement
		row.Line = &viewdb.Line{Name: r.Reference, State: string(r.State)}
		if !r.Until.IsZero() {
			row.Line.Until = r.Until.Unix()
		}
	case a.Coverage != nil:
		c := a.Coverage
		row.Line = &viewdb.Line{Name: c.Subject, State: string(c.State)}
		if !c.Until.IsZero() {
			row.Line.Until = c.Until.Unix()
		}
	}
}

// other is the reader of a statement that is not its originator; empty when
// the originator is not among its readers, which it claims to be.
func other(to label.MemberSet, originator label.MemberID) string {
	rest := to.Minus(label.Members(originator)).Slice()
	if len(rest) != 1 {
		return ""
	}
	return string(rest[0])
}

// dayOf counts days since 1970.
func dayOf(unix int64) int64 { return unix / (24 * 60 * 60) }

// countedDays takes what requests of others, those for redress too, say of their day no
// further than log time (spec/requests.md, "Budgets"; spec/redress.md, "State"): a header's time is its originator's claim.
func (n *Node) countedDays(ctx context.Context, b *viewdb.Batch) error {
	var size, time int64 // of the head that covers the last one looked for
	for i := range b.Said {
		s := &b.Said[i]
		var day *int64
		switch {
		case s.Own:
			continue
		case s.Request != nil:
			day = &s.Request.Day
		case s.Redress != nil:
			day = &s.Redress.Day
		default:
			continue
		}
		if s.Index >= size {
			var err error
			if size, time, err = n.log.HeadOver(ctx, s.Index); err != nil {
				return err
			}
			if size == 0 { // not kept yet
				c := n.station.Certified()
				size, time = c.Size, c.Time
			}
		}
		*day = min(*day, dayOf(time))
	}
	return nil
}
