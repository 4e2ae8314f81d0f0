package node

import (
	"context"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// RedressRow is a request for redress as officers read it.
type RedressRow struct {
	viewdb.AskedRedress
	Redress *act.Redress
	// State is in doubt, granted, partly granted, refused, passed on or open.
	State string
	// Overdue: it is due and has no final answer.
	Overdue bool
	// Passes is the received request that an own one passes on.
	Passes act.ID
	Draft  string // of an own request
}

// RedressReply is an answer to a request for redress.
type RedressReply struct {
	viewdb.RedressReply
	Answer *act.RedressAnswer
}

// RedressFull is a request for redress with all that is known of it here.
type RedressFull struct {
	RedressRow
	Replies []RedressReply
	// Late: its final answer was logged after it was due, by log time.
	Late bool
	// Reports are those here that hold what it is about; Recalls the recall acts
	// of its addressee on it, Versions the reports that say it right.
	Reports, Recalls, Versions []string
	// Undone counts the portions of which was granted what is not so here.
	Undone int
	// Passed are own requests that pass it on.
	Passed []string
}

// Redresses returns requests for redress that this member asks or is asked,
// newest first; overdue keeps what has standing, no final answer, and is due by
// the node's clock.
func (n *Node) Redresses(ctx context.Context, o section.Officer, q viewdb.RedressQuery, overdue bool) ([]RedressRow, error) {
	if err := n.section.Authorise(ctx, o, section.OpRedressRead, ""); err != nil {
		return nil, err
	}
	if overdue {
		q.Overdue = n.now().Unix()
	}
	return n.redressRowsOf(ctx, q)
}

// redressRowsOf reads rows and puts together what lists show of them.
func (n *Node) redressRowsOf(ctx context.Context, q viewdb.RedressQuery) ([]RedressRow, error) {
	rows, err := n.views.Redresses(ctx, q)
	if err != nil {
		return nil, err
	}
	var own []int64
	out := make([]RedressRow, 0, len(rows))
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil || a.Redress == nil {
			continue
		}
		x := RedressRow{AskedRedress: r, Redress: a.Redress, State: redressState(&r)}
		x.Overdue = r.Doubt == "" && r.Outcome == "" && overdueAt(r.Due, n.now().Unix())
		if r.Own {
			own = append(own, r.Index)
		}
		out = append(out, x)
	}
	drafts, err := n.draftsAt(ctx, own)
	if err != nil {
		return nil, err
	}
	for i := range out {
		var r Redress
		if d, ok := drafts[out[i].Index]; ok && out[i].Own && readStatement(d.Content, &r) == nil {
			out[i].Draft, out[i].Passes = d.ID, r.Passes
		}
	}
	return out, nil
}

// loggedBy is the log time by which a leaf was certified that is projected; where no
// head over it is kept yet, that of the certified one.
func (n *Node) loggedBy(ctx context.Context, index int64) (int64, error) {
	size, at, err := n.log.HeadOver(ctx, index)
	if err == nil && size == 0 {
		at = n.station.Certified().Time
	}
	return at, err
}

// overdueAt says whether a request is overdue at a time, as viewdb.RedressQuery
// says it, so that what is overdue is late when it is answered then.
func overdueAt(due, at int64) bool { return due <= at }

// redressState names how a request stands.
func redressState(r *viewdb.AskedRedress) string {
	switch {
	case r.Doubt != "" && r.Outcome == "":
		return "in doubt"
	case r.Outcome == string(act.RedressPartly):
		return "partly granted"
	case r.Outcome != "":
		return r.Outcome
	case r.PassedOn:
		return "passed on"
	}
	return "open"
}

// RedressByID returns one request with what was said to it, and what came of it
// here. Errors: viewdb.ErrNotFound, those of the section.
func (n *Node) RedressByID(ctx context.Context, o section.Officer, id string) (*RedressFull, error) {
	if err := n.section.Authorise(ctx, o, section.OpRedressRead, id); err != nil {
		return nil, err
	}
	rows, err := n.redressRowsOf(ctx, viewdb.RedressQuery{ID: id})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, viewdb.ErrNotFound
	}
	x := &RedressFull{RedressRow: rows[0]}
	if x.Answered >= 0 {
		at, err := n.loggedBy(ctx, x.Answered)
		if err != nil {
			return nil, err
		}
		x.Late = overdueAt(x.Due, at)
	}
	replies, err := n.views.RedressReplies(ctx, id)
	if err != nil {
		return nil, err
	}
	var granted, right []act.PortionRef
	for _, r := range replies {
		a, err := act.Parse(r.Act)
		if err != nil || a.RedressAnswer == nil {
			continue
		}
		x.Replies = append(x.Replies, RedressReply{r, a.RedressAnswer})
		if r.Doubt == "" && r.Index == x.Answered {
			granted, right = a.RedressAnswer.Portions, a.RedressAnswer.Replacements
		}
	}
	if x.Member == string(n.self) {
		if x.Passed, err = n.passedOn(ctx, id, x.Redress.Portions); err != nil {
			return nil, err
		}
	}
	return x, n.cameOf(ctx, x, granted, right)
}

// cameOf fills in what came of a request here: an own answer's grant was held to
// what was done before it left, another's is held to what it said and what is here.
func (n *Node) cameOf(ctx context.Context, x *RedressFull, granted, right []act.PortionRef) error {
	ids := rawIDs(x.Redress.Portions)
	own, err := n.views.HeldBy(ctx, ids)
	if err != nil {
		return err
	}
	got, err := n.views.Got(ctx, ids)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, h := range append(own, got...) {
		if !seen[h.View] {
			seen[h.View] = true
			x.Reports = append(x.Reports, h.View)
		}
	}
	said, err := n.views.RecallsOn(ctx, x.Member, ids)
	if err != nil {
		return err
	}
	corrected := map[act.PortionRef]bool{}
	for _, s := range said {
		x.Recalls = append(x.Recalls, s.ID)
		if a, err := act.Parse(s.Act); err == nil && a.Recall != nil && a.Recall.Kind == act.RecallCorrection {
			for _, p := range a.Recall.Portions {
				corrected[p] = true
			}
		}
	}
	if x.Versions, err = n.views.ReplacedIn(ctx, rawIDs(right), rawIDs(granted)); err != nil {
		return err
	}
	if x.Member == string(n.self) || len(granted) == 0 {
		return nil
	}
	standing, err := n.views.StandingOfPortions(ctx, viewRefs(granted))
	if err != nil {
		return err
	}
	known, err := n.heldAs(ctx, rowsOf(granted))
	if err != nil {
		return err
	}
	for _, p := range granted {
		st, so := standing[viewRef(p)], false
		switch x.Redress.Ask {
		case act.AskCorrect:
			so = st.Withdrawn && corrected[p]
		case act.AskErase:
			so = st.Withdrawn
		default:
			so = st.Review
		}
		if known[rawID(p.Portion)] && !so {
			x.Undone++
		}
	}
	return nil
}
