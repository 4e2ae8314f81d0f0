package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"entente/act"
	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// ErrCatchingUp refuses to show reports while recalls are looked for in what
// came while this node was away.
var ErrCatchingUp = errors.New("rule 10: this node is looking for recalls in what came while it was away, and shows no report before it has found them; try again in a moment")

// CatchingUp returns ErrCatchingUp while recalls are looked for in what came
// while this node was away, else nil.
func (n *Node) CatchingUp() error {
	if n.catching.Load() {
		return ErrCatchingUp
	}
	return nil
}

// lookAhead finds the recalls in certified leaves that are not projected yet,
// when there are more than are projected in one transaction, and applies them
// provisionally: nothing of the range, and nothing that it takes back, is shown
// before. Of what it opens it keeps nothing else (spec/recall.md).
func (n *Node) lookAhead(ctx context.Context, end int64) error {
	p := &n.projector
	from := max(p.cursor, p.looked)
	if end-from <= p.run {
		n.catching.Store(false)
		return nil
	}
	n.catching.Store(true)
	for from < end {
		next, err := n.lookAtRun(ctx, from, end)
		if err != nil {
			return err
		}
		if next == from {
			break // a body has still to come: nothing after it is projected either
		}
		from = next
		p.looked = from
	}
	n.catching.Store(false)
	return nil
}

// lookAtRun looks at one run of leaves and returns where the next begins.
func (n *Node) lookAtRun(ctx context.Context, from, end int64) (int64, error) {
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	run, err := n.log.Read(ctx, from, min(from+n.projector.run, end))
	if err != nil {
		return from, err
	}
	if run, err = n.untilMissing(ctx, run); err != nil || run.N() == 0 {
		return from, err
	}
	state := n.station.State()
	leaves, err := n.parseRun(ctx, state, run)
	if err != nil {
		return from, err
	}
	if err := n.loadTrials(ctx, leaves); err != nil {
		return from, err
	}
	stored, err := n.storedKeys(ctx, leaves)
	if err != nil {
		return from, err
	}
	var found []viewdb.Recall
	for i := range leaves {
		if r := n.recallAt(state, &leaves[i], run.Bodies[i], stored); r != nil {
			found = append(found, *r)
		}
	}
	if len(found) > 0 {
		if _, err := n.views.Provisionally(ctx, found); err != nil {
			return from, err
		}
		n.logger.Info("recalls are applied before anything else that came with them", "recalls", len(found), "below", run.First+int64(run.N()))
	}
	return run.First + int64(run.N()), nil
}

// parseRun reads the headers of a run and keeps the keys that its packets bring:
// key packets come before what is sealed under them.
func (n *Node) parseRun(ctx context.Context, state *charter.State, run logdb.Run) ([]opened, error) {
	leaves := make([]opened, run.N())
	for i := range leaves {
		o := &leaves[i]
		o.index, o.header = run.First+int64(i), run.Header(i)
		var err error
		if o.h, err = seal.ParseHeader(o.header); err != nil {
			return nil, fmt.Errorf("leaf %d: %w", o.index, err)
		}
		if o.h.Kind == seal.Packet {
			if err := n.takePacket(ctx, state, o, run.Bodies[i]); err != nil {
				return nil, err
			}
		}
	}
	return leaves, nil
}

// recallAt opens one leaf only to look, and returns the recall in it that
// withholds something from this node.
func (n *Node) recallAt(state *charter.State, o *opened, body []byte, stored map[keyring.EnvelopeID]seal.EnvelopeKey) (row *viewdb.Recall) {
	if o.h.Kind != seal.Sealed || body == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			row = nil // the projection meets it again, and says so
		}
	}()
	k, _, ok := n.projector.trials[trialKey{o.h.Originator, o.h.Incarnation, o.h.Epoch}].try.Find(o.header)
	if !ok {
		k, ok = stored[keyring.EnvelopeID{Originator: o.h.Originator, Incarnation: o.h.Incarnation, Sequence: o.h.Sequence}]
		if !ok || !k.Fits(o.header) {
			return nil
		}
	}
	raw, err := seal.Open(o.header, body, k)
	if err != nil || !bytes.Contains(raw, []byte(`"recall"`)) {
		return nil
	}
	pub, have := state.HeaderKey(o.h.Originator, o.index)
	if !have || o.h.Originator != n.self && seal.VerifyHeader(o.header, ed25519.PublicKey(pub[:])) != nil {
		return nil
	}
	a, err := act.Parse(raw)
	if err != nil || a.Recall == nil || !a.Recall.Kind.Withholds() {
		return nil
	}
	return n.recallRow(o, a.Recall)
}
