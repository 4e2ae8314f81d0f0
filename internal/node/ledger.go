package node

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// The disclosure ledger: who holds what of this nation's, under what terms,
// since when (rule 29). It rests on what this node knows: what it sealed, and
// what others sealed to it that carries its mark.

// Disclosed is one portion of this nation's in one other member's hands.
type Disclosed struct {
	viewdb.Disclosure
	Label label.Label // under what terms
	// Logged is the log time since when, zero while no head says it.
	Logged time.Time
	// Receipt is received (the holder has proved that it opened it), logged, or
	// claimed: another sealed it, and says to whom.
	Receipt string
	// Consent is the last word of this nation about this holder and this portion,
	// or one that it cites; Outside are those of parties outside for which it
	// speaks, by name.
	Consent *Word
	Outside []Word
	// Overdue says that a review of personal data was due and has not been made.
	Overdue bool
	// Ended says that the release has ended and the holder hides it; it destroys
	// it after the charter's grace.
	Ended bool
	// Destroyed says, of an own view that has ended, or that the holder's officers
	// destroyed before its term, what the holder said of its copy: not yet,
	// destroyed or overdue; empty otherwise (spec/retention.md).
	Destroyed string
	// Standing is what recalls say of it: own ones to this holder, else what stands
	// against the portion. Its Kind is empty when none does.
	Standing viewdb.Standing
	// Stands is the log time since when that recall stands, zero while no head
	// says it.
	Stands time.Time
	// Followed says how far the holder has followed a recall of it: sent,
	// quarantined, destroyed or retained; empty where none was sent to it.
	Followed string
}

// A Word is what this nation, or a party outside by it, said of one portion and
// one member.
type Word struct {
	By    string
	Act   int64 // where it stands in the log
	Step  act.ConsentStep
	Since time.Time
	Until time.Time // zero: it does not lapse
	// Lapsed says that it has, by log time.
	Lapsed bool
	Use    string // for what use; empty: it names none
}

// LedgerQuery narrows the ledger.
type LedgerQuery struct {
	Holder  label.MemberID
	Portion act.ID
	Overdue bool
	// Ended keeps what has ended, Recalled what was taken back or is in doubt.
	Ended, Recalled bool
	After           *viewdb.DisclosureAt
	Limit           int
}

// reviewOf returns by when the personal data of a portion so marked are to be
// reviewed, 0 when there are none.
func reviewOf(l label.Label) int64 {
	if !l.Personal {
		return 0
	}
	return int64(l.ReviewBy)
}

// Ledger returns a page of the disclosure ledger, newest first; of what is
// overdue that which has waited longest. Errors: those of the section,
// viewdb.ErrNotFound for what is no id of a portion.
func (n *Node) Ledger(ctx context.Context, o section.Officer, q LedgerQuery) ([]Disclosed, error) {
	if err := n.section.Authorise(ctx, o, section.OpLedgerRead, ""); err != nil {
		return nil, err
	}
	return n.ledger(ctx, q)
}

func (n *Node) ledger(ctx context.Context, q LedgerQuery) ([]Disclosed, error) {
	now := n.station.Certified().Time
	in := viewdb.LedgerQuery{Holder: string(q.Holder), Recalled: q.Recalled, After: q.After, Limit: q.Limit}
	if q.Overdue {
		in.Overdue = max(now, 1)
	}
	if q.Ended {
		in.Ended = max(now, 1)
	}
	if q.Portion != "" {
		id, ok := portionBytes(q.Portion)
		if !ok {
			return nil, viewdb.ErrNotFound
		}
		in.Portion = &id
	}
	rows, err := n.views.Ledger(ctx, in)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var indices []int64
	var ids [][16]byte
	var refs []viewdb.Ref
	known := map[int64]time.Time{}
	since := func(index int64) time.Time {
		at, ok := known[index]
		if !ok && index >= 0 {
			// An error: made again from a log whose heads are still to come.
			if head, err := n.log.LoggedAt(ctx, index); err == nil {
				at = when(head)
			}
			known[index] = at
		}
		return at
	}
	for i := range rows {
		if k := len(indices); k == 0 || indices[k-1] != rows[i].Index {
			indices = append(indices, rows[i].Index)
		}
		ids, refs = append(ids, rows[i].Portion), append(refs, viewdb.Ref{ID: rows[i].Portion, Digest: rows[i].Digest})
	}
	acts, err := n.views.ActsAt(ctx, indices)
	if err != nil {
		return nil, err
	}
	portions := map[int64][]act.Portion{}
	for i, raw := range acts {
		a, err := act.Parse(raw)
		if err != nil {
			return nil, err // the projection has parsed it
		}
		portions[i] = a.Report.Portions
	}
	by := map[string]bool{label.ByMember(n.self).String(): true} // whose words this nation says
	about := slices.Clone(ids)                                   // and what they cite: a consent is given on what is quoted
	for _, r := range rows {
		if ps := portions[r.Index]; r.N < len(ps) {
			for _, o := range n.spokenFor(&ps[r.N].Label) {
				by[o] = true
			}
			for _, c := range ps[r.N].Cites {
				if id, ok := portionBytes(c.Portion); ok {
					about = append(about, id)
				}
			}
		}
	}
	words, err := n.wordsOn(ctx, about, by)
	if err != nil {
		return nil, err
	}
	standing, err := n.views.StandingOfPortions(ctx, refs)
	if err != nil {
		return nil, err
	}
	taken, err := n.takenFrom(ctx, refs)
	if err != nil {
		return nil, err
	}
	early, err := n.views.GoneEarly(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Disclosed, 0, len(rows))
	for _, r := range rows {
		d := Disclosed{Disclosure: r, Logged: since(r.Index), Receipt: "logged", Standing: standing[viewdb.Ref{ID: r.Portion, Digest: r.Digest}],
			Overdue: r.Review != 0 && r.Review <= now, Ended: r.Ends != 0 && r.Ends <= now}
		if t, ok := taken[inHands{viewdb.Ref{ID: r.Portion, Digest: r.Digest}, r.Holder}]; ok {
			s := &d.Standing
			s.By, s.Kind, s.Reason, s.Act, s.Index, s.Provisional = string(n.self), t.Kind, t.Reason, t.ID, t.Index, false
			d.Followed = t.state
		}
		if d.Standing.Kind != "" {
			d.Stands = since(d.Standing.Index)
		}
		if ps := portions[r.Index]; r.N < len(ps) {
			d.Label = ps[r.N].Label
			on := []viewdb.Ref{{ID: r.Portion, Digest: r.Digest}}
			for _, c := range ps[r.N].Cites {
				on = append(on, viewRef(act.PortionRef{Portion: c.Portion, Digest: c.Digest}))
			}
			last := func(by string) (w *Word) {
				for _, ref := range on {
					w = later(w, words[saidBy{inHands{ref, r.Holder}, by}])
				}
				return w
			}
			d.Consent = last(label.ByMember(n.self).String())
			for _, o := range n.spokenFor(&d.Label) {
				if w := last(o); w != nil {
					d.Outside = append(d.Outside, *w)
				}
			}
		}
		if slices.ContainsFunc(early[r.Portion], func(g viewdb.GoneAt) bool {
			return g.Holder == r.Holder && g.Digest == r.Digest && g.Index > r.Index
		}) {
			d.Destroyed = HolderDestroyed // its officers say so
		}
		if d.Ended {
			d.Title = "" // it is shown to nobody any more, here as elsewhere
			if r.Own && d.Destroyed == "" {
				h, err := n.endedAt(ctx, r.Holder, r.Index, r.Ends, now)
				if err != nil {
					return nil, err
				}
				d.Destroyed = h.State
			}
		}
		switch {
		case !r.Own && r.Holder == r.Originator:
			d.Receipt = "received" // it made it of it
		case !r.Own:
			d.Receipt = "claimed"
		case len(n.receipts.by(r.Index, []string{r.Holder})) > 0:
			d.Receipt = "received"
		}
		out = append(out, d)
	}
	return out, nil
}

// A takenFrom is an own recall to a holder, and how far the holder has followed
// it.
type takenFrom struct {
	viewdb.TakenFrom
	state string
}

// inHands is a portion in a holder's hands.
type inHands struct {
	portion viewdb.Ref
	holder  string
}

// takenFrom returns the own recall of each portion that stands against each
// holder that it was sent to: the last one; a doubt where nothing is taken back.
func (n *Node) takenFrom(ctx context.Context, refs []viewdb.Ref) (map[inHands]takenFrom, error) {
	named := map[viewdb.Ref]bool{}
	var ids [][16]byte
	for _, r := range refs {
		if !named[r] {
			named[r] = true
			ids = append(ids, r.ID)
		}
	}
	recalls, err := n.views.OwnRecalls(ctx, ids)
	if err != nil || len(recalls) == 0 {
		return nil, err
	}
	at := map[string]int{} // in words
	var words []RecallWord
	for _, acts := range recalls {
		for _, t := range acts {
			if _, ok := at[t.ID]; !ok {
				at[t.ID] = len(words)
				words = append(words, RecallWord{Said: t.Said})
			}
		}
	}
	if err := n.holdersOf(ctx, words); err != nil {
		return nil, err
	}
	out := map[inHands]takenFrom{}
	for r := range named {
		for _, t := range recalls[r.ID] {
			if !t.About(r.Digest) {
				continue
			}
			for _, h := range words[at[t.ID]].Holders {
				out[inHands{r, string(h.Member)}] = takenFrom{t, h.State}
			}
		}
	}
	return out, nil
}

// when is a time in Unix seconds, the zero time for 0.
func when(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
}

// later returns the later of two words, either of which may be absent.
func later(a, b *Word) *Word {
	if a == nil || b != nil && b.Act > a.Act {
		return b
	}
	return a
}

type saidBy struct {
	inHands
	by string
}

// spokenFor are the parties outside in a label for which this nation speaks, in
// writing.
func (n *Node) spokenFor(l *label.Label) []string {
	var out []string
	for x := range l.External.All() {
		if x.Holder == n.self {
			out = append(out, x.String())
		}
	}
	return out
}

// wordsOn returns the last grant, refusal or withdrawal of each of some
// originators about each portion and member.
func (n *Node) wordsOn(ctx context.Context, portions [][16]byte, by map[string]bool) (map[saidBy]*Word, error) {
	said, err := n.views.LatestConsents(ctx, portions, slices.Sorted(maps.Keys(by)))
	if err != nil {
		return nil, err
	}
	indices := map[int64]bool{}
	for i := range said {
		indices[said[i].Index] = true
	}
	acts, err := n.consentsAt(ctx, indices)
	if err != nil {
		return nil, err
	}
	out, now := map[saidBy]*Word{}, n.station.Certified().Time
	for i := range said { // in log order: the last one stands
		c := &said[i]
		w := &Word{By: c.Originator, Act: c.Index, Step: act.ConsentStep(c.Step), Since: when(c.Since), Until: when(c.Until), Lapsed: c.Until != 0 && c.Until <= now}
		if a := acts[c.Index]; a != nil {
			w.Use = a.Use
		}
		out[saidBy{inHands{viewdb.Ref{ID: c.Portion, Digest: c.Digest}, c.Member}, c.Originator}] = w
	}
	return out, nil
}

// Refusal is one thing that this nation refused: a consent act that refuses or
// withdraws, or an answer that declines.
type Refusal struct {
	Index   int64
	Consent *ConsentWord
	// Answer is an own answer that declines a part or says that there is nothing
	// to give; Request is the request as it was asked, where it is still here.
	Answer  *RequestReply
	Request *act.Request
}

// Refusals returns what this nation refused, newest first, before an index when
// it is not 0.
func (n *Node) Refusals(ctx context.Context, o section.Officer, before int64, limit int) ([]Refusal, error) {
	if err := n.section.Authorise(ctx, o, section.OpLedgerRead, ""); err != nil {
		return nil, err
	}
	rows, err := n.views.Refusals(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	words, err := n.consentWords(ctx, rows)
	if err != nil {
		return nil, err
	}
	replies, requests, err := n.declined(ctx, rows)
	if err != nil {
		return nil, err
	}
	var out []Refusal
	for i := range words {
		out = append(out, Refusal{Index: words[i].Index, Consent: &words[i]})
	}
	for i := range replies {
		out = append(out, Refusal{Index: replies[i].Index, Answer: &replies[i], Request: requests[replies[i].Answer.Request]})
	}
	slices.SortFunc(out, func(a, b Refusal) int { return cmp.Compare(b.Index, a.Index) })
	return out, nil
}

// declined reads those of some statements that are answers, as what they were
// drafted, and the requests that they answer.
func (n *Node) declined(ctx context.Context, rows []viewdb.Said) ([]RequestReply, map[act.ID]*act.Request, error) {
	var replies []RequestReply
	var ids []act.ID
	for _, r := range rows {
		a, err := act.Parse(r.Act)
		if err != nil || a.Answer == nil {
			continue
		}
		replies = append(replies, RequestReply{Reply: viewdb.Reply{Said: r, Request: string(a.Answer.Request), Counts: true}, Answer: a.Answer})
		ids = append(ids, a.Answer.Request)
	}
	requests := map[act.ID]*act.Request{}
	for part := range slices.Chunk(ids, 500) {
		asked, err := n.requestsOf(ctx, part)
		if err != nil {
			return nil, nil, err
		}
		for id, x := range asked {
			a, err := act.Parse(x.Act)
			if err != nil {
				return nil, nil, err // the projection has parsed it
			}
			requests[id] = a.Request
		}
	}
	return replies, requests, n.truths(ctx, replies)
}

// PortionID is the id of a portion in the ledger as acts write it.
func (d *Disclosed) PortionID() act.ID { return portionID(d.Portion) }
