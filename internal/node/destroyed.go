package node

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/label"
)

// What ended by its own term is destroyed by the node, and told to its
// originator in the receipts (spec/retention.md, "Who says that it is
// destroyed").

// settingRetired is the last moment when nothing was left to destroy.
const settingRetired = "retired"

// overdueAfter is how long past the grace the statement of a holder is awaited
// before it is overdue, by log time.
const overdueAfter = 24 * time.Hour

// retired says that of all that stands below size in the log nothing is here any
// more whose view ended at or before upto, by log time.
type retired struct {
	upto, size int64
}

func (n *Node) loadRetired(ctx context.Context) error {
	raw, err := n.log.Setting(ctx, settingRetired)
	if err != nil || raw == nil {
		return err
	}
	var r retired
	if _, err := fmt.Sscanf(string(raw), "%d %d", &r.upto, &r.size); err != nil {
		return err
	}
	if r.upto <= 0 || r.size <= 0 {
		return nil // said over an empty log it says nothing, and no receipt may hold half of it
	}
	n.retired.Store(&r)
	return nil
}

// retiredUpto notes that everything which ended at or before a log time is
// destroyed, of what is projected. The caller holds projector.busy and has found
// nothing left to do, nor anything left undone.
func (n *Node) retiredUpto(ctx context.Context, upto int64) error {
	if upto <= 0 {
		return nil
	}
	size, err := n.views.Cursor(ctx)
	if err != nil || size == 0 {
		return err // over an empty log there is nothing to say
	}
	was := n.retired.Load()
	if was != nil && (was.upto >= upto && was.size >= size || was.upto > upto || was.size > size) {
		return nil // a view made again stands behind what was said before
	}
	if err := n.log.SetSetting(ctx, settingRetired, fmt.Appendf(nil, "%d %d", upto, size)); err != nil {
		return err
	}
	n.retired.Store(&retired{upto: upto, size: size})
	return nil
}

// appendRetired writes D and S into a receipt over leaves below cursor.
func (n *Node) appendRetired(b []byte, cursor int64) {
	if r := n.retired.Load(); r != nil && r.size <= cursor {
		binary.BigEndian.PutUint64(b[104:], uint64(r.upto))
		binary.BigEndian.PutUint64(b[112:], uint64(r.size))
	}
}

// takeRetired keeps what a receipt that was verified says of destruction, when
// that covers a report it did not cover before. The caller holds receipts.mu.
func (n *Node) takeRetired(ctx context.Context, from label.MemberID, b []byte) error {
	upto, size := int64(binary.BigEndian.Uint64(b[104:])), int64(binary.BigEndian.Uint64(b[112:]))
	if upto <= 0 || size <= 0 {
		return nil
	}
	if upto > n.station.Certified().Time {
		// What ends after log time cannot be said to be destroyed for its end; of a
		// member that is ahead of this one the next receipt will do.
		return nil
	}
	wasUpto, wasSize, err := n.log.LastDestruction(ctx, string(from))
	if err != nil || upto < wasUpto || size < wasSize || upto == wasUpto && size == wasSize {
		// A word that goes back, or sideways, says nothing that a node states which
		// only goes on; kept, each such would take room of its own.
		return err
	}
	// The views first: what goes from them stands with the forgotten before.
	fresh, err := n.views.EndedNew(ctx, string(from), upto, size, wasUpto, wasSize)
	if err == nil && !fresh {
		fresh, err = n.log.ForgottenNew(ctx, string(from), upto, size, wasUpto, wasSize)
	}
	if err != nil || !fresh {
		return err
	}
	return n.log.KeepDestruction(ctx, logdb.Destruction{Member: string(from), Upto: upto, Size: size, Told: n.station.Certified().Time, Receipt: slices.Clone(b)})
}

// Holder states of what has ended.
const (
	// HolderNotYet: the grace is not past, or for less than a day.
	HolderNotYet = "not yet"
	// HolderDestroyed: the holder said that body and key are gone there.
	HolderDestroyed = "destroyed"
	// HolderOverdue: it should have said so.
	HolderOverdue = "overdue"
)

// EndedReport is an own report that has ended, with what its readers have said
// of their copies.
type EndedReport struct {
	ID    act.ID // of the view
	Index int64  // where its envelope stands in the log
	Ended time.Time
	// Destroy is the log time from which every holder destroys it.
	Destroy time.Time
	// Here says that this node's own copy is still here, hidden.
	Here    bool
	Holders []EndedHolder
}

// EndedHolder is one reader of a report that has ended.
type EndedHolder struct {
	Member label.MemberID
	State  string    // not yet, destroyed or overdue
	Told   time.Time // log time at which its word came, zero without
}

// EndedAt is a place in the list of what has ended.
type EndedAt struct{ Ended, Index int64 }

// EndedReports returns own reports that have ended, the one that ended last
// first, with what each reader has said of its copy. Behind the place after when
// that is not nil; limit 1 to 501, 50 when 0. Errors: those of the section.
func (n *Node) EndedReports(ctx context.Context, o section.Officer, after *EndedAt, limit int) ([]EndedReport, error) {
	if err := n.section.Authorise(ctx, o, section.OpReviewRead, ""); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > 501 {
		limit = 50
	}
	var at EndedAt
	if after != nil {
		at = *after
	}
	now := n.station.Certified().Time
	live, err := n.views.EndedOwn(ctx, now, at.Ended, at.Index, limit)
	if err != nil {
		return nil, err
	}
	gone, err := n.log.ForgottenOwn(ctx, now, at.Ended, at.Index, limit)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var out []EndedReport
	add := func(index int64, id string, ends int64, to []string, here bool) error {
		if seen[index] {
			return nil
		}
		seen[index] = true
		r := EndedReport{ID: act.ID(id), Index: index, Ended: when(ends), Destroy: when(ends + n.grace()), Here: here}
		for _, m := range to {
			if m == string(n.self) {
				continue
			}
			h, err := n.endedAt(ctx, m, index, ends, now)
			if err != nil {
				return err
			}
			r.Holders = append(r.Holders, h)
		}
		out = append(out, r)
		return nil
	}
	for _, f := range gone {
		if err := add(f.Index, f.Act, f.Ends, f.Recipients, false); err != nil {
			return nil, err
		}
	}
	for _, e := range live {
		if err := add(e.Index, e.ID, e.Ends, e.Recipients, true); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b EndedReport) int {
		return cmp.Or(b.Ended.Compare(a.Ended), cmp.Compare(b.Index, a.Index))
	})
	return out[:min(limit, len(out))], nil
}

// grace is the charter's, in seconds.
func (n *Node) grace() int64 { return int64(n.found.Charter().GraceDays) * 86400 }

// endedAt says how far a reader is with a report that has ended.
func (n *Node) endedAt(ctx context.Context, member string, index, ends, now int64) (EndedHolder, error) {
	h := EndedHolder{Member: label.MemberID(member), State: HolderNotYet}
	d, ok, err := n.log.DestructionOf(ctx, member, index, ends)
	switch {
	case err != nil:
		return h, err
	case ok:
		h.State, h.Told = HolderDestroyed, when(d.Told)
	case now > ends+n.grace()+int64(overdueAfter/time.Second):
		h.State = HolderOverdue
	}
	return h, nil
}
