package node

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"entente/internal/centre"
	"entente/internal/plural"
	"entente/internal/section"
	"entente/label"
	"entente/seal"
)

// DecideRelease is the kind of decision by which reports leave.
const DecideRelease = section.DecideRelease

// Prepare puts drafts, or a whole import, up for release by another officer.
// Each is planned first, so that what is decided on is who will see what.
func (n *Node) Prepare(ctx context.Context, o section.Officer, drafts []string, batch string) (section.Decision, error) {
	if batch != "" {
		if p, err := n.PlanBatch(ctx, o, batch); err != nil {
			return section.Decision{}, err
		} else if len(p.Blocked) > 0 {
			b := p.Blocked[0]
			return section.Decision{}, fmt.Errorf("%w: %d of %s, the first is %s: %s", label.ErrBlocked, p.BlockedCount, plural.Of(p.Count+p.BlockedCount, "draft"), b.Draft, b.Why)
		}
	}
	rel := section.Release{Kind: DecideRelease, Drafts: drafts, Batch: batch}
	reports, alone, withholds := 0, len(drafts) > 0, len(drafts) > 0
	for _, id := range drafts {
		p, err := n.Plan(ctx, o, id)
		if err != nil {
			return section.Decision{}, err
		}
		if p.Kind == KindReport {
			reports++
		}
		alone, withholds = alone && p.Alone, withholds && p.Withholds
		if len(p.Findings) > 0 {
			return section.Decision{}, &Refused{p.Findings}
		}
		if p.Blocked != "" {
			return section.Decision{}, fmt.Errorf("%w: %s", label.ErrBlocked, p.Blocked)
		}
	}
	if reports < len(drafts) {
		if err := n.mayBePutUp(ctx, drafts); err != nil {
			return section.Decision{}, err
		}
	}
	switch {
	case batch != "" || reports == len(drafts):
	case reports > 0:
		return section.Decision{}, ErrMixed
	case withholds:
		rel.Kind, rel.Alone = section.DecideWithhold, true
	default:
		rel.Kind, rel.Alone = section.DecideAct, alone
	}
	return n.section.PrepareRelease(ctx, o, rel)
}

// ErrMixed refuses reports and other acts in one decision.
var ErrMixed = errors.New("reports and other acts are decided on apart: a report always needs a second person (rule 6); put them up one after the other")

// Approve lets a decision go ahead; the node then seals and sends. It refuses what
// was let go meanwhile by another decision.
func (n *Node) Approve(ctx context.Context, o section.Officer, id string, digest section.Digest) (section.Decision, error) {
	n.approving.Lock() // of two that clash, one is approved
	defer n.approving.Unlock()
	if err := n.letGoTwice(ctx, o, id); err != nil {
		return section.Decision{}, err
	}
	d, err := n.section.ApproveRelease(ctx, o, id, digest)
	if err != nil {
		return d, err
	}
	if d.Kind == section.DecideWithhold {
		n.hurry()
	}
	select {
	case n.kick <- struct{}{}:
	default:
	}
	return d, nil
}

// release sends what was approved, and what was left over by a crash, until ctx
// ends. An approved release is durable before anything is sealed; every envelope
// carries a reference to its draft, so that none is filed twice.
func (n *Node) release(ctx context.Context) error {
	return n.releasing.run(ctx, n, n.kick, func(d section.Decision) bool { return d.Kind != section.DecideWithhold })
}

// withholdFirst does the same for what gives nobody anything, so that it waits
// for nothing else (spec/recall.md, "Before anything else").
func (n *Node) withholdFirst(ctx context.Context) error {
	return n.withholding.run(ctx, n, n.urgent, func(d section.Decision) bool { return d.Kind == section.DecideWithhold })
}

// hurry says that something waits that withholds.
func (n *Node) hurry() {
	select {
	case n.urgent <- struct{}{}:
	default:
	}
}

// releaser sends decisions of its own; only one of it works at a time.
type releaser struct{ sync.Mutex }

func (r *releaser) run(ctx context.Context, n *Node, kick <-chan struct{}, mine func(section.Decision) bool) error {
	wait := releasePause
	for {
		left, err := n.releaseAll(ctx, &r.Mutex, mine)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var again <-chan time.Time
		var changed <-chan struct{}
		var t *time.Timer
		switch {
		case err == nil && !left:
			wait = releasePause
		case err == nil:
			// The log brings it; the timer is for what nothing announces.
			changed = n.station.Changed()
			wait = releasePause
			t = time.NewTimer(wait)
		default:
			n.logger.Error("a release waits", "err", err, "again_in", wait)
			t = time.NewTimer(wait)
			wait = min(2*wait, releasePauseMax)
		}
		if t != nil {
			again = t.C
		}
		select {
		case <-kick:
			wait = releasePause
		case <-again:
		case <-changed:
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if t != nil {
			t.Stop()
		}
	}
}

// releaseAll sends every approved or leaving decision that is mine; left says
// that some wait for what the log will bring, err why others cannot go yet.
func (n *Node) releaseAll(ctx context.Context, one *sync.Mutex, mine func(section.Decision) bool) (left bool, err error) {
	one.Lock()
	defer one.Unlock()
	var errs []error
	for _, state := range []section.DecisionState{section.Leaving, section.Approved} {
		ds, err := n.decisionsIn(ctx, state, mine)
		if err != nil {
			return left, errors.Join(append(errs, err)...)
		}
		for _, d := range ds {
			if _, err := n.section.BeginRelease(ctx, d.ID); err != nil {
				if errors.Is(err, section.ErrChanged) || errors.Is(err, section.ErrForbidden) {
					n.logger.Warn("an approved release is void", "decision", d.ID, "err", err)
					continue
				}
				errs = append(errs, err)
				continue
			}
			err := n.send(ctx, d, state == section.Leaving)
			if unsendable(err) {
				if err = n.giveUp(ctx, d, err); err == nil {
					continue
				}
			}
			switch {
			case err == nil:
			case awaitsLog(err):
				left = true
			default:
				errs = append(errs, fmt.Errorf("decision %s: %w", d.ID, err))
			}
		}
	}
	return left, errors.Join(errs...)
}

// decisionsIn returns the decisions in one state that are wanted, the oldest
// first, up to 500.
func (n *Node) decisionsIn(ctx context.Context, state section.DecisionState, mine func(section.Decision) bool) (out []section.Decision, err error) {
	var after time.Time
	id := ""
	for len(out) < 500 {
		ds, err := n.section.DecisionsIn(ctx, state, after, id, 500)
		if err != nil || len(ds) == 0 {
			return out, err
		}
		for _, d := range ds {
			if mine(d) {
				out = append(out, d)
			}
		}
		after, id = ds[len(ds)-1].Prepared, ds[len(ds)-1].ID
	}
	return out, nil
}

// ErrPlanChanged: between approval and sealing the answer to who would see a
// draft has become another one.
var ErrPlanChanged = errors.New("rule 6: who would see this is no longer what was approved: plan it and put it up for release again, or give it up (entente report discard)")

// send seals and files the drafts of one decision. resumed says that this was
// begun before, and that some may have been filed already without a record.
func (n *Node) send(ctx context.Context, d section.Decision, resumed bool) error {
	batch, err := n.batchOf(ctx, d)
	if err != nil {
		return err
	}
	s := &sender{n: n, d: d, batch: batch, keys: map[setKeyOf]seal.SetKey{}, direct: map[string]label.MemberSet{}}
	after := ""
	for {
		drafts, err := n.section.LeavingDrafts(ctx, d.ID, after, releaseRun)
		if err != nil || len(drafts) == 0 {
			return err
		}
		after = drafts[len(drafts)-1].ID
		if resumed {
			done := false
			if drafts, done, err = s.recordFiled(ctx, drafts); err != nil || done {
				return err
			}
			if len(drafts) == 0 {
				continue
			}
		}
		if err := n.fitTogether(ctx, drafts); err != nil {
			return err
		}
		made, err := s.all(ctx, drafts)
		if err != nil {
			return err
		}
		var left []section.Left
		var items []centre.Item
		var owner []int // into drafts, for each item
		for i, its := range made {
			for range its {
				owner = append(owner, i)
			}
			items = append(items, its...)
		}
		filed, err := n.station.File(ctx, items)
		if err != nil {
			return err
		}
		positions := make([][]section.Position, len(drafts))
		for k, f := range filed {
			n.direct.send(f, s.direct[items[k].Ref])
			positions[owner[k]] = append(positions[owner[k]], section.Position{Incarnation: f.Incarnation, Sequence: f.Sequence})
		}
		for i, dr := range drafts {
			left = append(left, section.Left{Draft: dr.ID, Positions: positions[i]})
		}
		done, err := n.section.CompleteRelease(ctx, d.ID, left...)
		if err != nil || done {
			return err
		}
	}
}

// releaseRun is how many drafts are sealed and stored together.
const releaseRun = 250

// releaseRef names envelope k of a draft in a decision.
func releaseRef(decision, draft string, k int) string {
	return "release/" + decision + "/" + draft + "/" + strconv.Itoa(k)
}

// recordFiled records those of the drafts as released whose envelopes were
// filed before an interruption, and returns the others. All envelopes of a
// draft are filed in one transaction.
func (s *sender) recordFiled(ctx context.Context, drafts []section.Draft) (rest []section.Draft, done bool, err error) {
	positions, err := s.filedOf(ctx, drafts)
	if err != nil {
		return nil, false, err
	}
	var left []section.Left
	for _, dr := range drafts {
		if len(positions[dr.ID]) == 0 {
			rest = append(rest, dr)
			continue
		}
		left = append(left, section.Left{Draft: dr.ID, Positions: positions[dr.ID]})
	}
	if len(left) > 0 {
		done, err = s.n.section.CompleteRelease(ctx, s.d.ID, left...)
	}
	return rest, done, err
}

// filedOf returns as which envelopes drafts were filed, by draft.
func (s *sender) filedOf(ctx context.Context, drafts []section.Draft) (map[string][]section.Position, error) {
	// They are numbered without a gap; a statement may have more than members.
	most := s.n.found.Members().Len()
	positions := map[string][]section.Position{}
	for from, more := 0, drafts; len(more) > 0; from += most {
		var refs []string
		for _, dr := range more {
			for k := range most {
				refs = append(refs, releaseRef(s.d.ID, dr.ID, from+k))
			}
		}
		filed, err := s.n.log.Refs(ctx, refs)
		if err != nil {
			return nil, err
		}
		var full []section.Draft
		for i, dr := range more {
			for _, ref := range refs[i*most : (i+1)*most] {
				if p, ok := filed[ref]; ok {
					positions[dr.ID] = append(positions[dr.ID], section.Position{Incarnation: p.Incarnation, Sequence: p.Sequence})
				}
			}
			if len(positions[dr.ID]) == from+most {
				full = append(full, dr)
			}
		}
		more = full
	}
	return positions, nil
}
