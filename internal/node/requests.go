package node

import (
	"context"
	"strings"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// RequestRow is a request as officers read it.
type RequestRow struct {
	viewdb.Asked
	Request *act.Request
	// State is open, partly answered, answered, closed, lapsed (past its latest
	// time of value) or in doubt; of one that this member is asked also consent
	// asked.
	State   string
	Outcome act.ClosingOutcome // when it is closed
	// Parts say how each part stands, in their order.
	Parts []RequestPart
	// JoinCounts: what it says that it joins is here, and was asked of this
	// request's asker by its addressee.
	JoinCounts bool
	// Draft, Together and WantedBy are of an own request: what it was asked by,
	// the other requests of that draft, and when the answer is wanted. Overdue:
	// it was wanted before now and has no final answer.
	Draft    string
	Together []Asked
	WantedBy time.Time
	Overdue  bool
	// Similar are open requests that ask much the same.
	Similar []Similar
}

// RequestPart is how one part of a request stands.
type RequestPart struct {
	ID, Text string
	State    act.AnswerState // empty: nothing was said to it
	Answer   string          // id of the act that said so
	Portions []act.PortionRef
	// Standing are those of the portions against which something stands.
	Standing map[act.PortionRef]viewdb.Standing
}

// RequestReply is an answer to a request, or its closing.
type RequestReply struct {
	viewdb.Reply
	Answer  *act.Answer
	Closing *act.Closing
	// Truth is what an own answer was drafted as.
	Truth *Answer
}

// Requests returns requests that this member has asked or was asked, newest
// first.
func (n *Node) Requests(ctx context.Context, o section.Officer, q viewdb.RequestQuery) ([]RequestRow, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	rows, err := n.views.Requests(ctx, q, requestLimits, n.station.Certified().Time)
	if err != nil {
		return nil, err
	}
	out, _, err := n.requestRowsOf(ctx, rows, true)
	return out, err
}

// RequestByID returns one request with all that was said to it, and the ids of
// the requests that join it.
func (n *Node) RequestByID(ctx context.Context, o section.Officer, id string) (row RequestRow, replies []RequestReply, joined []RequestRow, err error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, id); err != nil {
		return row, nil, nil, err
	}
	now := n.station.Certified().Time
	found, err := n.views.Requests(ctx, viewdb.RequestQuery{ID: id}, requestLimits, now)
	if err != nil {
		return row, nil, nil, err
	}
	if len(found) == 0 {
		return row, nil, nil, viewdb.ErrNotFound
	}
	rows, replies, err := n.requestRowsOf(ctx, found, false)
	if err != nil || len(rows) == 0 {
		return row, nil, nil, err
	}
	if err := n.truths(ctx, replies); err != nil {
		return row, nil, nil, err
	}
	joining, err := n.views.Requests(ctx, viewdb.RequestQuery{Joins: id, Limit: 50}, requestLimits, now)
	if err != nil {
		return row, nil, nil, err
	}
	joined, _, err = n.requestRowsOf(ctx, joining, true)
	return rows[0], replies, joined, err
}

// requestRowsOf puts together all that is known here of some requests, and what
// was said to them, or only what of that counts.
func (n *Node) requestRowsOf(ctx context.Context, rows []viewdb.Asked, counting bool) ([]RequestRow, []RequestReply, error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	var ids []string
	var own []int64
	var joins []act.ID
	out := make([]RequestRow, 0, len(rows))
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil || a.Request == nil {
			continue
		}
		x := RequestRow{Asked: r, Request: a.Request}
		for _, p := range a.Request.Parts {
			x.Parts = append(x.Parts, RequestPart{ID: string(p.ID), Text: p.Text})
		}
		ids = append(ids, r.ID)
		if r.Own {
			own = append(own, r.Index)
		}
		if r.Joins != "" {
			joins = append(joins, act.ID(r.Joins))
		}
		out = append(out, x)
	}
	replies, err := n.repliesTo(ctx, ids, out, counting)
	if err != nil {
		return nil, nil, err
	}
	joined, err := n.requestsOf(ctx, joins)
	if err != nil {
		return nil, nil, err
	}
	drafts, err := n.draftsAt(ctx, own)
	if err != nil {
		return nil, nil, err
	}
	asking, err := n.consentAsked(ctx)
	if err != nil {
		return nil, nil, err
	}
	open, err := n.openWorded(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i := range out {
		x := &out[i]
		x.State = stateOf(x, asking[x.ID])
		j, ok := joined[act.ID(x.Joins)]
		x.JoinCounts = ok && j.Originator == x.Member && j.Member == x.Originator
		together := map[string]bool{x.ID: true}
		if d, ok := drafts[x.Index]; ok {
			var r Request
			if readStatement(d.Content, &r) == nil {
				x.Draft, x.WantedBy = d.ID, r.WantedBy
				for _, a := range r.Asked {
					together[string(a.ID)] = true
					if string(a.ID) != x.ID {
						x.Together = append(x.Together, a)
					}
				}
			}
		}
		alive := !x.Closed && !x.Lapsed && !x.Over
		x.Overdue = alive && !x.Final && !x.WantedBy.IsZero() && x.WantedBy.Before(n.now())
		if alive {
			x.Similar = similarAmong(open, requestWording(x.Request), together, x.Joins)
		}
	}
	return out, replies, nil
}

// stateOf names how a request stands; an ask for consent shows until it is
// answered in full.
func stateOf(x *RequestRow, asking bool) string {
	switch {
	case x.Over:
		return "in doubt"
	case x.Closed:
		return "closed"
	case x.Lapsed:
		return "lapsed"
	case x.Final:
		return "answered"
	case asking && !x.Own:
		return "consent asked"
	case x.Answered:
		return "partly answered"
	}
	return "open"
}

// repliesTo reads what was said to requests, and puts it into their parts.
func (n *Node) repliesTo(ctx context.Context, ids []string, rows []RequestRow, counting bool) ([]RequestReply, error) {
	said, err := n.views.RepliesTo(ctx, ids, counting)
	if err != nil {
		return nil, err
	}
	at := map[string]*RequestRow{}
	for i := range rows {
		at[rows[i].ID] = &rows[i]
	}
	var out []RequestReply
	for _, s := range said {
		a, err := act.Parse(s.Act)
		if err != nil {
			continue
		}
		out = append(out, RequestReply{Reply: s, Answer: a.Answer, Closing: a.Closing})
		row := at[s.Request]
		switch {
		case !s.Counts || row == nil:
		case a.Closing != nil && row.Outcome == "":
			row.Outcome = a.Closing.Outcome
		case a.Answer != nil:
			for _, p := range a.Answer.Parts {
				for i := range row.Parts {
					if q := &row.Parts[i]; q.ID == string(p.Part) {
						q.State, q.Answer, q.Portions = p.State, s.ID, p.Portions
					}
				}
			}
		}
	}
	return out, n.standingOfGiven(ctx, rows)
}

// standingOfGiven puts in what stands against what was given.
func (n *Node) standingOfGiven(ctx context.Context, rows []RequestRow) error {
	var refs []viewdb.Ref
	for i := range rows {
		for k := range rows[i].Parts {
			refs = append(refs, viewRefs(rows[i].Parts[k].Portions)...)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	standing, err := n.views.StandingOfPortions(ctx, refs)
	if err != nil || len(standing) == 0 {
		return err
	}
	for i := range rows {
		for k := range rows[i].Parts {
			q := &rows[i].Parts[k]
			q.Standing = map[act.PortionRef]viewdb.Standing{}
			for _, p := range q.Portions {
				if x, ok := standing[viewRef(p)]; ok {
					q.Standing[p] = x
				}
			}
		}
	}
	return nil
}

// truths puts in as what own answers were drafted.
func (n *Node) truths(ctx context.Context, replies []RequestReply) error {
	var at []int64
	for i := range replies {
		if replies[i].Own && replies[i].Answer != nil && len(at) < 500 {
			at = append(at, replies[i].Index)
		}
	}
	drafts, err := n.draftsAt(ctx, at)
	if err != nil {
		return err
	}
	for i := range replies {
		d, ok := drafts[replies[i].Index]
		if !ok {
			continue
		}
		var a Answer
		if readStatement(d.Content, &a) == nil {
			replies[i].Truth = &a
		}
	}
	return nil
}

// requestsOf returns those of some requests, at most 500, that are here.
func (n *Node) requestsOf(ctx context.Context, ids []act.ID) (map[act.ID]viewdb.Asked, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := viewdb.RequestQuery{Limit: 500}
	for _, id := range ids {
		q.IDs = append(q.IDs, string(id))
	}
	rows, err := n.views.Requests(ctx, q, requestLimits, n.station.Certified().Time)
	out := make(map[act.ID]viewdb.Asked, len(rows))
	for _, r := range rows {
		out[act.ID(r.ID)] = r
	}
	return out, err
}

// consentAsked says for which requests consents were asked that are still open.
func (n *Node) consentAsked(ctx context.Context) (map[string]bool, error) {
	own := true
	asks, err := n.views.Consents(ctx, viewdb.ConsentQuery{Open: true, Own: &own, Limit: 500})
	if err != nil || len(asks) == 0 {
		return nil, err
	}
	var at []int64
	for i := range asks {
		at = append(at, asks[i].Index)
	}
	drafts, err := n.draftsAt(ctx, at)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, d := range drafts {
		var c Consent
		if readStatement(d.Content, &c) == nil && c.Request != "" {
			out[string(c.Request)] = true
		}
	}
	return out, nil
}

// draftsAt returns as which drafts own envelopes left, by their indices, at
// most 500; those of which the section has no draft any more are left out.
func (n *Node) draftsAt(ctx context.Context, indices []int64) (map[int64]section.Draft, error) {
	refs, err := n.log.RefsAt(ctx, indices)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	of := map[string][]int64{}
	var ids []string
	for i, ref := range refs {
		// As releaseRef writes it.
		part := strings.Split(ref, "/")
		if len(part) != 4 || part[0] != "release" {
			continue
		}
		if of[part[2]] == nil {
			ids = append(ids, part[2])
		}
		of[part[2]] = append(of[part[2]], i)
	}
	drafts, err := n.section.DraftsOf(ctx, ids)
	out := make(map[int64]section.Draft, len(refs))
	for _, d := range drafts {
		for _, i := range of[d.ID] {
			out[i] = d
		}
	}
	return out, err
}

// RegisterLine is a line of a register as officers read it.
type RegisterLine struct {
	viewdb.RegisterLine
	Requirement *act.Requirement
	Coverage    *act.Coverage
	// InForce: it is open and has not passed its end.
	InForce bool
}

// Register returns the lines of a register that stand, newest first. The types
// are requirement and coverage.
func (n *Node) Register(ctx context.Context, o section.Officer, typ act.Type, open bool, member label.MemberID, before int64, limit int) ([]RegisterLine, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	now := n.station.Certified().Time
	rows, err := n.views.Lines(ctx, viewdb.LineQuery{Type: string(typ), Originator: string(member), Open: open, Now: now, Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]RegisterLine, 0, len(rows))
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil {
			continue
		}
		out = append(out, RegisterLine{RegisterLine: r, Requirement: a.Requirement, Coverage: a.Coverage, InForce: r.State == string(act.RegisterOpen) && (r.Until == 0 || r.Until > now)})
	}
	return out, nil
}
