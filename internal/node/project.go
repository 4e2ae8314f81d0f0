package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"entente/internal/keyring"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// projector is how far the projection has come.
type projector struct {
	busy sync.Mutex // held while a run is projected, while the views are emptied, and while something is forgotten

	mu      sync.Mutex
	cursor  int64
	movedAt time.Time
	behind  time.Time // since when something certified is not projected; zero while nothing is
	tallies map[string]viewdb.Tally
	trials  map[trialKey]*trial
	looked  int64 // recalls were looked for below it
	run     int64 // leaves that are projected together at most
	moved   chan struct{}
}

const (
	projectRun   = 2048 // leaves that are projected together at most
	gatherFor    = 20 * time.Millisecond
	gatherLeaves = 256
)

// project follows the certified log and makes the views, until ctx ends. A
// report that cannot be understood is quarantined and passed: none can stop the
// log.
func (n *Node) project(ctx context.Context) error {
	if n.rebuild {
		n.logger.Info("the views were made by another analyser and are made again")
		if err := n.emptyViews(ctx); err != nil {
			return err
		}
		if err := n.applyDirect(ctx); err != nil {
			return err
		}
	}
	if err := n.loadProjector(ctx); err != nil {
		return err
	}
	n.suggesting.followViews()
	var last time.Time // of the last run
	for {
		changed := n.station.Changed()
		end := n.station.Certified().Size
		n.projector.compare(end, time.Now())
		// At rest a leaf is projected at once; under load they gather, so that
		// many share one write.
		if wait := gatherFor - time.Since(last); wait > 0 && end > n.projector.cursor && end-n.projector.cursor < gatherLeaves {
			if err := pause(ctx, wait); err != nil {
				return err
			}
			end = n.station.Certified().Size
		}
		moved, err := false, n.lookAhead(ctx, end)
		if err == nil {
			moved, err = n.projectOnce(ctx, end)
		}
		last = time.Now()
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			n.logger.Error("the projection waits", "at", n.projector.cursor, "err", err)
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			continue
		}
		if moved {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// emptyViews empties the views, so that the projection makes them again. Nothing is
// being destroyed meanwhile: what it was, and to whom it was sealed, is read in them.
func (n *Node) emptyViews(ctx context.Context) error {
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	if n.fault != nil {
		n.fault("empty", 0)
	}
	if err := n.views.Reset(ctx); err != nil {
		return err
	}
	return n.section.ReadReportsAgain(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// loadProjector takes the state of the projection from the views.
func (n *Node) loadProjector(ctx context.Context) error {
	p := &n.projector
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return err
	}
	tallies, err := n.views.Tallies(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cursor, p.looked, p.tallies, p.trials = cursor, 0, tallies, map[trialKey]*trial{}
	if p.moved != nil {
		close(p.moved) // whoever has asked before the state was here waits for it
	}
	p.moved = make(chan struct{})
	return nil
}

// Projected returns the index of the first leaf not projected yet, and a
// channel that is closed when it moves.
func (n *Node) Projected() (int64, <-chan struct{}) {
	p := &n.projector
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved == nil {
		p.moved = make(chan struct{})
	}
	return p.cursor, p.moved
}

// compare notes whether the projection has all below end.
func (p *projector) compare(end int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.cursor >= end:
		p.behind = time.Time{}
	case p.behind.IsZero():
		p.behind = now
	}
}

// behindFor returns for how long the projection has not had all.
func (p *projector) behindFor(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.behind.IsZero() {
		return 0
	}
	return max(0, now.Sub(p.behind))
}

// projectOnce projects the next run of leaves below end and says whether there
// was one.
func (n *Node) projectOnce(ctx context.Context, end int64) (bool, error) {
	p := &n.projector
	p.busy.Lock()
	defer p.busy.Unlock()
	from := p.cursor
	if from >= end {
		return false, nil
	}
	run, err := n.log.Read(ctx, from, min(from+p.run, end))
	if err != nil {
		return false, err
	}
	if run, err = n.untilMissing(ctx, run); err != nil || run.N() == 0 {
		return false, err
	}
	state := n.station.State()
	leaves, err := n.parseRun(ctx, state, run)
	if err != nil {
		return false, err
	}
	if err := n.loadTrials(ctx, leaves); err != nil {
		return false, err
	}
	stored, err := n.storedKeys(ctx, leaves)
	if err != nil {
		return false, err
	}
	gone, err := n.log.ForgottenIn(ctx, run.First, run.First+int64(run.N()))
	if err != nil {
		return false, err
	}
	for i := range leaves {
		if f, ok := gone[leaves[i].index]; ok {
			leaves[i].mine, leaves[i].gone = true, &f
		}
	}
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 1+len(leaves)/32)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(leaves); i += workers {
				n.open(state, &leaves[i], run.Bodies[i], stored)
			}
		})
	}
	wg.Wait()
	if err := n.judgedBefore(ctx, leaves, run.First); err != nil {
		return false, err
	}
	before, err := n.reachedBefore(ctx, leaves, run.First)
	if err != nil {
		return false, err
	}
	if err := n.markReports(ctx, leaves); err != nil {
		return false, err
	}
	if err := n.markRepeatedStatements(ctx, leaves); err != nil {
		return false, err
	}
	if err := n.checkTogether(ctx, leaves); err != nil {
		return false, err
	}
	withdrawn, err := n.takenBack(ctx, leaves)
	if err != nil {
		return false, err
	}
	return true, n.apply(ctx, leaves, run, append(before, withdrawn...))
}

// untilMissing cuts a run before the first leaf whose body has still to come:
// nothing counts as not ours before its body was checked.
func (n *Node) untilMissing(ctx context.Context, run logdb.Run) (logdb.Run, error) {
	hole := false
	for _, b := range run.Bodies {
		hole = hole || b == nil
	}
	if !hole {
		return run, nil
	}
	missing, err := n.log.Missing(ctx, 1)
	if err != nil || len(missing) == 0 || missing[0] >= run.First+int64(run.N()) {
		return run, err
	}
	k := max(0, missing[0]-run.First)
	return logdb.Run{First: run.First, Headers: run.Headers[:k*seal.HeaderSize], Bodies: run.Bodies[:k]}, nil
}

// apply stores what a run came to: first the envelopes' keys, then the views
// with the cursor.
func (n *Node) apply(ctx context.Context, leaves []opened, run logdb.Run, withdrawn []viewdb.Withdrawn) error {
	p := &n.projector
	b := viewdb.Batch{Cursor: run.First + int64(run.N()), Withdrawn: withdrawn}
	var keys []keyring.EnvelopeKey
	touched := map[string]viewdb.Tally{}
	for i := range leaves {
		o := &leaves[i]
		if !o.mine {
			if o.code != "" { // a public leaf that is void
				b.Quarantined = append(b.Quarantined, viewdb.Quarantined{Index: o.index, Originator: string(o.h.Originator), Code: o.code})
			}
			continue
		}
		if o.gone == nil {
			id := keyring.EnvelopeID{Originator: o.h.Originator, Incarnation: o.h.Incarnation, Sequence: o.h.Sequence}
			keys = append(keys, keyring.EnvelopeKey{ID: id, Key: o.key})
		}
		hash := sha256.Sum256(o.header)
		if o.h.Originator == n.self {
			if to := o.recipients(n.self); len(to) > 0 {
				b.Sent = append(b.Sent, viewdb.Sent{Index: o.index, Hash: hash, Recipients: to})
			}
		} else {
			name := string(o.h.Originator)
			t, ok := touched[name]
			if !ok {
				t = p.tallies[name]
				t.Originator = name
			}
			t.Opened++
			t.Hash = sha256.Sum256(append(t.Hash[:], hash[:]...))
			if o.code != "" || o.gone != nil && o.gone.Failed {
				t.Failed++
			}
			touched[name] = t
		}
		if o.code != "" {
			b.Quarantined = append(b.Quarantined, viewdb.Quarantined{Index: o.index, Originator: string(o.h.Originator), Code: o.code, Ends: o.quarantineEnds()})
			n.logger.Warn("an envelope is quarantined", "index", o.index, "originator", string(o.h.Originator), "code", o.code)
			if o.code == "seal-authentication" || o.code == "seal-padding" {
				fault := &seal.Unopenable{Header: o.header, Body: run.Bodies[i], Key: o.key}
				if err := n.station.KeepFault(ctx, fault); err != nil {
					n.logger.Error("no evidence could be made of it", "err", err)
				}
			}
			continue
		}
		if o.report != nil {
			b.Reports = append(b.Reports, *o.report)
		}
		if o.said != nil {
			b.Said = append(b.Said, *o.said)
		}
	}
	for _, t := range touched {
		b.Tallies = append(b.Tallies, t)
	}
	if err := n.countedDays(ctx, &b); err != nil {
		return err
	}
	if err := n.ring.PutEnvelopeKeys(ctx, keys); err != nil {
		return err
	}
	if err := n.store(ctx, &b, touched); err != nil {
		return err
	}
	n.feedArrived(&b)
	if err := n.certifiedDirect(ctx, leaves); err != nil {
		return err
	}
	if bearing(&b) {
		n.lookForUntold()
	}
	p.mu.Lock()
	for name, t := range touched {
		p.tallies[name] = t
	}
	p.cursor, p.movedAt = b.Cursor, time.Now()
	close(p.moved)
	p.moved = make(chan struct{})
	p.mu.Unlock()
	return nil
}

// bearing says whether own reports may have come under review by a batch: it
// has a recall, or an own report that cites something.
func bearing(b *viewdb.Batch) bool {
	for i := range b.Said {
		if b.Said[i].Recall != nil {
			return true
		}
	}
	for i := range b.Reports {
		for k := range b.Reports[i].Portions {
			if b.Reports[i].Own && len(b.Reports[i].Portions[k].Cites) > 0 {
				return true
			}
		}
	}
	return false
}

// store stores a batch. When the views refuse it for what is in it, the reports
// that they refuse are quarantined, and the others stored.
func (n *Node) store(ctx context.Context, b *viewdb.Batch, tallies map[string]viewdb.Tally) error {
	err := n.views.Apply(ctx, *b)
	if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrClosed) {
		return err
	}
	// refused quarantines what the views refuse by itself.
	refused := func(what string, index int64, originator string, ends int64, err error) bool {
		if err == nil {
			return false
		}
		n.logger.Error("what cannot be stored is quarantined", "what", what, "index", index, "originator", originator, "err", err)
		b.Quarantined = append(b.Quarantined, viewdb.Quarantined{Index: index, Originator: originator, Code: codeStore, Ends: ends})
		if t, ok := tallies[originator]; ok {
			t.Failed++
			tallies[originator] = t
		}
		return true
	}
	var kept []viewdb.Report
	for i := range b.Reports {
		if r := &b.Reports[i]; !refused("report", r.Index, r.Originator, r.Ends, n.views.Try(ctx, r)) {
			kept = append(kept, *r)
		}
	}
	var said []viewdb.Said
	for i := range b.Said {
		if s := &b.Said[i]; !refused("statement", s.Index, s.Originator, viewdb.EndsUnread, n.views.TrySaid(ctx, s)) {
			said = append(said, *s)
		}
	}
	if len(kept) == len(b.Reports) && len(said) == len(b.Said) {
		return err // nothing in it is the reason
	}
	b.Reports, b.Said, b.Tallies = kept, said, nil
	for _, t := range tallies {
		b.Tallies = append(b.Tallies, t)
	}
	return n.views.Apply(ctx, *b)
}

// Codes of what is quarantined here and not by what reads it.
const (
	codePanic    = "panic"            // reading it broke the program
	codeStore    = "store"            // the views refuse it
	codeRepeated = "view_repeated"    // another view has its id
	codeConflict = "portion_conflict" // a portion of it was stated otherwise
	codeReaders  = "act_readers"      // a statement that is not to whom it is sealed to, or not from one of its readers
	codeKey      = "originator"       // no key of the originator was in force
	// codeDestroyed: it was sealed to this node, which catches up when no member
	// has its body any more.
	codeDestroyed = "body_destroyed"
)

// Rebuild empties the views and makes them again from the log, the bodies and
// the keys; what was quarantined is tried again. The node must not be running.
// progress is told how far it is.
func (n *Node) Rebuild(ctx context.Context, progress func(done, total int64)) error {
	if err := n.emptyViews(ctx); err != nil {
		return err
	}
	if err := n.loadProjector(ctx); err != nil {
		return err
	}
	end := n.station.Certified().Size
	for {
		moved, err := n.projectOnce(ctx, end)
		if err != nil {
			return err
		}
		if progress != nil {
			progress(n.projector.cursor, end)
		}
		if !moved {
			if n.projector.cursor < end {
				return fmt.Errorf("the body of leaf %d has still to come; run the node until it has it", n.projector.cursor)
			}
			n.feed.Changed()
			return nil
		}
	}
}
