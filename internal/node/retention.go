package node

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"entente/internal/keyring"
	"entente/label"
	"entente/seal"
)

// Retention: what has ended is hidden at once by log time (internal/store/viewdb),
// and destroyed after the charter's grace (spec/recovery.md, "Retention").

const (
	// retentionEvery is how often a node looks for what is to be destroyed.
	retentionEvery = time.Hour
	// retentionRun is how many reports are destroyed together: the projection
	// waits meanwhile.
	retentionRun = 250
	// sweepRun is how many leaves are looked at together for bodies to delete.
	sweepRun = 2048
	// unreadDays is how long what could not be read stays in quarantine: the longest
	// that a first review may take.
	unreadDays = 365
	// settingSwept is how far the log was swept.
	settingSwept = "swept"
	// byTheNode is the login of what the node forgets by itself.
	byTheNode = ""
	// basisEnded is the reason that stands in the audit log.
	basisEnded = "rules 10 and 21: it has expired, or its review is overdue"
)

// endOf returns the log time from which a report so marked is shown to nobody:
// its release ends (rule 10), or the review of its personal data is overdue
// (rule 21); 0 when it never ends.
func endOf(l label.Label) int64 {
	end := l.Expires
	if l.Personal {
		end = end.Min(l.ReviewBy)
	}
	return int64(end)
}

// keepRetention destroys what is due, until ctx ends.
func (n *Node) keepRetention(ctx context.Context) error {
	tick := time.NewTicker(retentionEvery)
	defer tick.Stop()
	for {
		if _, err := n.sweepFiles(ctx); err != nil && ctx.Err() == nil {
			n.logger.Error("sealed files that nothing names are not removed yet", "err", err)
		}
		for {
			ended, err := n.retire(ctx)
			if err == nil {
				err = n.retireDrafts(ctx)
			}
			past, errSweep := n.sweepBodies(ctx)
			errSweep = errors.Join(errSweep, n.expireDirect(ctx))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			more := ended || past
			if err = errors.Join(err, errSweep); err != nil {
				n.logger.Error("what is due is not destroyed yet", "err", err)
			}
			if err != nil || !more {
				break
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// retire destroys one run of the reports that ended longer ago than the
// charter's grace, by the time of the certified log; more says that there may be
// others. Own drafts stay here: what ends is the release; those with personal
// data go by their own review dates.
func (n *Node) retire(ctx context.Context) (more bool, err error) {
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	// What an officer ordered, and what broke off, ends as he ordered it.
	if err := n.finishForgetting(ctx); err != nil {
		return false, err
	}
	due := n.station.Certified().Time - n.grace()
	ended, err := n.due(ctx, due)
	if err != nil {
		return false, err
	}
	if len(ended) == 0 {
		return false, n.retiredUpto(ctx, due)
	}
	if _, err := n.forgetAt(ctx, byTheNode, basisEnded, ended); err != nil {
		return false, err
	}
	n.logger.Info("reports that have ended are destroyed", "reports", len(ended))
	return true, nil // until nothing is left: only then it may be said
}

// lookRun is how many drafts are looked at, or destroyed, together.
const lookRun = 250

// retireDrafts destroys the contents of drafts whose personal data nobody
// reviewed (rule 21), after the grace.
func (n *Node) retireDrafts(ctx context.Context) error {
	if err := n.lookForReviews(ctx); err != nil {
		return err
	}
	due := n.station.Certified().Time - n.grace()
	if due <= 0 {
		return nil
	}
	for {
		erased, err := n.section.EraseUnreviewed(ctx, due, basisEnded, lookRun)
		if erased > 0 {
			n.logger.Info("drafts whose review is overdue are destroyed", "drafts", erased)
		}
		if err != nil || erased < lookRun {
			return err
		}
	}
}

// lookForReviews finds by when new drafts are to be reviewed.
func (n *Node) lookForReviews(ctx context.Context) error {
	for {
		looked, err := n.section.LookForReviews(ctx, lookRun, reviewOfDraft)
		if err != nil || looked < lookRun {
			return err
		}
	}
}

// reviewOfDraft is the earliest review date among the portions with personal
// data of a draft, 0 when there is none.
func reviewOfDraft(kind string, content []byte) int64 {
	if kind != KindReport {
		return 0
	}
	d, err := ParseDraft(content)
	if err != nil {
		return 0 // not one of this version's; its views end by their own marks
	}
	by := int64(0)
	for i := range d.Portions {
		if at := reviewOf(d.Portions[i].Label); at != 0 && (by == 0 || at < by) {
			by = at
		}
	}
	return by
}

// due returns reports that ended at or before a log time, or were taken back
// from this node by then, and what in quarantine ended by then.
func (n *Node) due(ctx context.Context, at int64) ([]int64, error) {
	ended, err := n.views.Ended(ctx, at, retentionRun)
	if err != nil || len(ended) == retentionRun {
		return ended, err
	}
	unread, err := n.views.Unread(ctx, retentionRun)
	if err != nil {
		return nil, err
	}
	for _, i := range unread {
		if logged, err := n.log.HeadTime(ctx, i); err != nil || logged+unreadDays*86400 > at {
			break // the earliest first
		}
		ended = append(ended, i)
	}
	taken, err := n.views.TakenBack(ctx, retentionRun)
	if err != nil {
		return nil, err
	}
	for _, w := range taken {
		logged, err := n.log.HeadTime(ctx, w.Word)
		if err != nil || logged > at {
			break // the earliest word first; one without a kept head is of just now
		}
		if w.Report > w.Word { // it was on its way, and its time here begins when it came
			if came, err := n.log.HeadTime(ctx, w.Report); err != nil || came > at {
				continue
			}
		}
		if !slices.Contains(ended, w.Report) {
			ended = append(ended, w.Report)
		}
	}
	return ended[:min(len(ended), retentionRun)], nil
}

// sweepBodies deletes, in one run of leaves, the sealed bodies that this node
// cannot open and that the charter's window is past for, by log time; more says
// that there may be others. It stops before the first leaf that must wait: not
// projected yet, logged within the window, or of an epoch that a member has not
// closed, who may have been without a line since and still need it. One that waits
// for what its header claims alone holds up no other. What was opened here, own
// envelopes among it, is kept: the views are made of it.
func (n *Node) sweepBodies(ctx context.Context) (more bool, err error) {
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	due := n.station.Certified().Time - int64(n.found.Charter().WindowDays)*86400
	if err := n.sweepLate(ctx, due); err != nil {
		return false, err
	}
	raw, err := n.log.Setting(ctx, settingSwept)
	if err != nil {
		return false, err
	}
	from := int64(0)
	if raw != nil {
		if from, err = strconv.ParseInt(string(raw), 10, 64); err != nil {
			return false, err
		}
	}
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return false, err
	}
	to := min(from+sweepRun, cursor)
	if from >= to {
		return false, nil
	}
	headers, err := n.log.Headers(ctx, from, to)
	if err != nil {
		return false, err
	}
	state := n.station.State()
	at := from // the end of what is swept
	past, late := map[int64]keyring.EnvelopeID{}, map[int64]int64{}
	for ; at < to; at++ {
		// Heads are kept by the minute, so this is never before the leaf was logged.
		logged, err := n.log.HeadTime(ctx, at)
		if err != nil {
			return false, err
		}
		h, err := seal.ParseHeader(headers[(at-from)*seal.HeaderSize : (at-from+1)*seal.HeaderSize])
		if err != nil {
			return false, err
		}
		if logged >= due {
			break
		}
		if h.Kind != seal.Sealed {
			continue // a copy of the log verifies by the public ones
		}
		if last, ok := state.ClosedByAll(h.Epoch); !ok || last >= cursor {
			break
		}
		if h.Time >= due {
			late[at] = h.Time // other members would still await it, by its own claim
			continue
		}
		past[at] = keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
	}
	if at == from {
		return false, nil
	}
	if err := n.deleteUnopened(ctx, past); err != nil {
		return false, err
	}
	if err := n.log.KeepLate(ctx, late); err != nil {
		return false, err
	}
	return at == to, n.log.SetSetting(ctx, settingSwept, strconv.AppendInt(nil, at, 10))
}

// sweepLate deletes what the sweep has passed over and is due by now, by what its
// headers claim.
func (n *Node) sweepLate(ctx context.Context, due int64) error {
	for {
		late, err := n.log.LateBodies(ctx, due, sweepRun)
		if err != nil || len(late) == 0 {
			return err
		}
		past := make(map[int64]keyring.EnvelopeID, len(late))
		for _, i := range late {
			raw, err := n.log.Headers(ctx, i, i+1)
			if err != nil {
				return err
			}
			h, err := seal.ParseHeader(raw)
			if err != nil {
				return err
			}
			past[i] = keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		}
		if err := n.deleteUnopened(ctx, past); err != nil {
			return err
		}
		if err := n.log.DropLate(ctx, late); err != nil {
			return err
		}
	}
}

// deleteUnopened deletes the bodies of those envelopes, by log index, that were not
// opened here.
func (n *Node) deleteUnopened(ctx context.Context, past map[int64]keyring.EnvelopeID) error {
	opened, err := n.ring.EnvelopeKeys(ctx, slices.Collect(maps.Values(past)))
	if err != nil {
		return err
	}
	var gone []int64
	for i, id := range past {
		if _, ok := opened[id]; !ok {
			gone = append(gone, i)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if err := n.log.DeleteBodies(ctx, gone); err != nil {
		return err
	}
	n.logger.Info("bodies past the window are deleted", "bodies", len(gone))
	return nil
}
