package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// When what an own report rests on is withdrawn, its readers are told that it is
// under review: a notice without contents and without a reason, which who let
// the report go let go with it (spec/recall.md, "Who lets it go").

// untoldRun is how many portions are looked at together.
const untoldRun = 20_000

// lookForUntold says that own reports may have come under review.
func (n *Node) lookForUntold() {
	select {
	case n.untold <- struct{}{}:
	default:
	}
}

// tellReviews tells the readers of own reports that these are under review,
// until ctx ends.
func (n *Node) tellReviews(ctx context.Context) error {
	n.lookForUntold() // what was left when the node stopped
	told := map[[16]byte]time.Time{}
	for {
		select {
		case <-n.untold:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := n.tellOnce(ctx, told)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if !errors.Is(err, centre.ErrRecovering) && !errors.Is(err, ErrNoSetKey) && !errors.Is(err, errEpochTurned) {
				n.logger.Error("readers are not told yet that reports are under review", "err", err)
			}
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			n.lookForUntold()
		}
	}
}

// tellOnce tells the readers of what they have not been told of. told holds what
// was filed and is not projected yet.
func (n *Node) tellOnce(ctx context.Context, told map[[16]byte]time.Time) error {
	rows, err := n.views.Untold(ctx, untoldRun)
	if err != nil {
		return err
	}
	waiting := map[[16]byte]bool{}
	fresh := rows[:0]
	for _, h := range rows {
		waiting[h.Portion.ID] = true
		if at, ok := told[h.Portion.ID]; !ok || time.Since(at) > time.Hour {
			fresh = append(fresh, h)
		}
	}
	for id := range told {
		if !waiting[id] {
			delete(told, id) // it came back by the log
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	for m, refs := range refsByReader(fresh) {
		if m == n.self {
			continue
		}
		for chunk := range slices.Chunk(refs, act.MaxCites) {
			if err := n.tellReview(ctx, m, chunk); err != nil {
				return err
			}
		}
	}
	if err := n.recordTold(ctx, fresh); err != nil {
		return err
	}
	for _, h := range fresh {
		told[h.Portion.ID] = time.Now()
	}
	return nil
}

// refsByReader returns the portions that each reader holds, each once, in the
// order of the log.
func refsByReader(held []viewdb.Held) map[label.MemberID][]act.PortionRef {
	out := map[label.MemberID][]act.PortionRef{}
	seen := map[string]bool{}
	for _, h := range held {
		ref := act.PortionRef{Portion: act.ID(hex.EncodeToString(h.Portion.ID[:])), Digest: act.Digest(h.Portion.Digest)}
		for _, m := range h.Recipients {
			if k := m + string(ref.Portion); !seen[k] {
				seen[k] = true
				out[label.MemberID(m)] = append(out[label.MemberID(m)], ref)
			}
		}
	}
	return out
}

// tellReview files one notice to one reader.
func (n *Node) tellReview(ctx context.Context, to label.MemberID, refs []act.PortionRef) error {
	both := label.Members(n.self, to)
	a, err := act.BuildRecall(act.Recall{
		Statement: act.Statement{ID: act.NewID(), Written: n.now().UTC().Truncate(time.Minute), To: both},
		Kind:      act.RecallReview, Portions: refs,
	})
	if err != nil {
		return err
	}
	s := &sender{n: n, keys: map[setKeyOf]seal.SetKey{}, direct: map[string]label.MemberSet{}}
	epoch := n.station.Epoch()
	key, err := s.setKey(ctx, epoch, both)
	if err != nil {
		return err
	}
	// Named by what it says to whom at which state of the log: what was filed
	// before an interruption is not filed again.
	sum := sha256.New()
	for _, r := range refs {
		sum.Write([]byte(r.Portion))
	}
	cause, err := n.views.LastCause(ctx, viewRefs(refs))
	if err != nil {
		return err
	}
	name := fmt.Sprintf("review/%s/%x/%d/", to, sum.Sum(nil)[:16], cause)
	items, err := s.filled(ctx, func(k int) string { return fmt.Sprint(name, k) }, []outgoing{{act: a.Raw, key: key, direct: label.Members(to)}}, epoch, false)
	if err != nil {
		return err
	}
	filed, err := n.station.File(ctx, items)
	if err != nil {
		return err
	}
	for k, f := range filed {
		n.direct.send(f, s.direct[items[k].Ref])
	}
	return nil
}

// recordTold writes the notices down under the officers who let the reports go.
func (n *Node) recordTold(ctx context.Context, held []viewdb.Held) error {
	seen := map[int64]bool{}
	for _, h := range held {
		if seen[h.Index] {
			continue
		}
		seen[h.Index] = true
		login := ""
		ref, err := n.log.RefAt(ctx, h.Index)
		if err != nil {
			return err
		}
		if parts := strings.Split(ref, "/"); len(parts) == 4 && parts[0] == "release" {
			if login, err = n.section.DecidedBy(ctx, parts[1]); err != nil && !errors.Is(err, section.ErrNotFound) {
				return err
			}
		}
		if err := n.section.Record(ctx, section.Officer{Login: login}, section.OpReleaseRecord, fmt.Sprintf("leaf/%d", h.Index), section.OutcomeDone, "under review, its readers are told"); err != nil {
			return err
		}
	}
	return nil
}
