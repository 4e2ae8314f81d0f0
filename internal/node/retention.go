package node

import (
	"context"
	"time"

	"entente/label"
)

// Retention: what has ended is hidden at once by log time (internal/store/viewdb),
// and destroyed after the charter's grace (spec/recovery.md, "Retention").

const (
	// retentionEvery is how often a node looks for what is to be destroyed.
	retentionEvery = time.Hour
	// retentionRun is how many reports are destroyed together: the projection
	// waits meanwhile.
	retentionRun = 250
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
		for {
			more, err := n.retire(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				n.logger.Error("what has ended is not destroyed yet", "err", err)
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
// charter's grace, by the time of the certified log; more says that there are
// others. Own drafts stay: what ends is the release.
func (n *Node) retire(ctx context.Context) (more bool, err error) {
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	due := n.station.Certified().Time - int64(n.found.Charter().GraceDays)*86400
	ended, err := n.views.Ended(ctx, due, retentionRun)
	if err != nil || len(ended) == 0 {
		return false, err
	}
	// What an officer ordered, and what broke off, ends as he ordered it.
	if err := n.finishForgetting(ctx); err != nil {
		return false, err
	}
	if ended, err = n.views.Ended(ctx, due, retentionRun); err != nil || len(ended) == 0 {
		return false, err
	}
	if _, err := n.forgetAt(ctx, byTheNode, basisEnded, ended); err != nil {
		return false, err
	}
	n.logger.Info("reports that have ended are destroyed", "reports", len(ended))
	return len(ended) == retentionRun, nil
}
