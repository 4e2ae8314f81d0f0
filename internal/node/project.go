package node

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// projector is how far the projection has come.
type projector struct {
	mu      sync.Mutex
	cursor  int64
	tallies map[string]viewdb.Tally
	trials  map[trialKey]*trial
	moved   chan struct{}
}

// trialKey names the set keys that may fit an envelope.
type trialKey struct {
	originator  label.MemberID
	incarnation uint32
	epoch       uint32
}

// trial is the set keys of one originator, incarnation and epoch.
type trial struct {
	keys []seal.SetKey
	try  *seal.Trial
}

const projectRun = 512

// project follows the certified log and makes the views, until ctx ends. A
// report that cannot be understood is quarantined and passed: none can stop the
// log.
func (n *Node) project(ctx context.Context) error {
	if n.rebuild {
		n.logger.Info("the views were made by another analyser and are made again")
		if err := n.views.Reset(ctx); err != nil {
			return err
		}
	}
	if err := n.loadProjector(ctx); err != nil {
		return err
	}
	for {
		changed := n.station.Changed()
		moved, err := n.projectOnce(ctx, n.station.Certified().Size)
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
	p.cursor, p.tallies, p.trials = cursor, tallies, map[trialKey]*trial{}
	if p.moved == nil {
		p.moved = make(chan struct{})
	}
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

// opened is what one leaf came to.
type opened struct {
	index  int64
	header []byte
	h      seal.Header
	mine   bool
	key    seal.EnvelopeKey
	to     label.MemberSet // own envelopes: whom they are sealed to
	report *viewdb.Report
	code   string // why it is quarantined
	dummy  bool
}

// projectOnce projects the next run of leaves below end and says whether there
// was one.
func (n *Node) projectOnce(ctx context.Context, end int64) (bool, error) {
	p := &n.projector
	from := p.cursor
	if from >= end {
		return false, nil
	}
	run, err := n.log.Read(ctx, from, min(from+projectRun, end))
	if err != nil {
		return false, err
	}
	if run, err = n.untilMissing(ctx, run); err != nil || run.N() == 0 {
		return false, err
	}
	state := n.station.State()
	leaves := make([]opened, run.N())
	for i := range leaves {
		o := &leaves[i]
		o.index, o.header = run.First+int64(i), run.Header(i)
		if o.h, err = seal.ParseHeader(o.header); err != nil {
			return false, fmt.Errorf("leaf %d: %w", o.index, err)
		}
		// Key packets come before what is sealed under them.
		if o.h.Kind == seal.Packet && o.h.Originator != n.self {
			if err := n.takePacket(ctx, state, o, run.Bodies[i]); err != nil {
				return false, err
			}
		}
	}
	if err := n.loadTrials(ctx, leaves); err != nil {
		return false, err
	}
	stored, err := n.storedKeys(ctx, leaves)
	if err != nil {
		return false, err
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
	if err := n.markConflicts(ctx, leaves); err != nil {
		return false, err
	}
	return true, n.apply(ctx, leaves, run)
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

// takePacket opens another member's key packet and keeps the set key, if there
// is one for this node.
func (n *Node) takePacket(ctx context.Context, state *charter.State, o *opened, body []byte) error {
	payload, err := seal.Payload(o.header, body)
	if err != nil {
		return nil // a public leaf was checked before it was stored; only deletion leaves it empty
	}
	privates, err := n.ring.EpochPrivateKeys(ctx, o.h.Epoch)
	if errors.Is(err, keyring.ErrForgotten) {
		return nil // the epoch is over and its key destroyed
	}
	if err != nil {
		return err
	}
	pub, ok := state.HeaderKey(o.h.Originator, o.index)
	if !ok {
		return nil
	}
	packet, err := seal.ParsePacket(payload)
	if err != nil {
		n.logger.Warn("a key packet is malformed", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
		return nil
	}
	place, err := seal.PlaceOf(&o.h, packet)
	if err != nil {
		n.logger.Warn("a key packet is void", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
		return nil
	}
	id := keyring.PacketID{Originator: place.Originator, Incarnation: place.Incarnation, Epoch: place.Epoch, Number: place.Number}
	for _, private := range privates {
		key, found, mismatch, err := seal.OpenPacket(payload, place, private, ed25519.PublicKey(pub[:]))
		if err != nil {
			n.logger.Warn("a key packet is refused", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
			return nil
		}
		if mismatch != nil {
			if err := n.station.KeepFault(ctx, &seal.SlotMismatch{Header: o.header, Payload: payload, Statement: *mismatch}); err != nil {
				n.logger.Error("a key packet contradicts itself", "index", o.index, "err", err)
			}
		}
		if !found {
			continue
		}
		err = n.ring.PutSetKey(ctx, id, key)
		if errors.Is(err, keyring.ErrConflict) || errors.Is(err, keyring.ErrForgotten) {
			n.logger.Warn("a set key is not kept", "index", o.index, "originator", string(o.h.Originator), "err", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	n.projector.mu.Lock()
	delete(n.projector.trials, trialKey{o.h.Originator, o.h.Incarnation, o.h.Epoch})
	n.projector.mu.Unlock()
	return nil
}

// loadTrials readies the set keys that the leaves may need.
func (n *Node) loadTrials(ctx context.Context, leaves []opened) error {
	p := &n.projector
	for i := range leaves {
		h := &leaves[i].h
		if h.Kind != seal.Sealed {
			continue
		}
		k := trialKey{h.Originator, h.Incarnation, h.Epoch}
		p.mu.Lock()
		_, ok := p.trials[k]
		p.mu.Unlock()
		if ok {
			continue
		}
		t := &trial{}
		held, err := n.ring.SetKeys(ctx, h.Originator, h.Incarnation, h.Epoch)
		if err != nil && !errors.Is(err, keyring.ErrForgotten) {
			return err
		}
		for _, k := range held {
			t.keys = append(t.keys, k.Key)
		}
		t.try = seal.NewTrial(n.hash(), t.keys)
		p.mu.Lock()
		p.trials[k] = t
		p.mu.Unlock()
	}
	return nil
}

// storedKeys returns the keys kept of envelopes whose set key may be gone.
func (n *Node) storedKeys(ctx context.Context, leaves []opened) (map[keyring.EnvelopeID]seal.EnvelopeKey, error) {
	var ids []keyring.EnvelopeID
	for i := range leaves {
		h := &leaves[i].h
		if h.Kind != seal.Sealed {
			continue
		}
		t := n.projector.trials[trialKey{h.Originator, h.Incarnation, h.Epoch}]
		if len(t.keys) == 0 {
			ids = append(ids, keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence})
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return n.ring.EnvelopeKeys(ctx, ids)
}

// open opens one leaf if it is sealed to this node. It runs beside others and
// touches nothing but o.
func (n *Node) open(state *charter.State, o *opened, body []byte, stored map[keyring.EnvelopeID]seal.EnvelopeKey) {
	if o.h.Kind != seal.Sealed || body == nil {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			n.logger.Error("an act broke the projection and is quarantined", "index", o.index, "panic", fmt.Sprint(r))
			o.mine, o.report, o.code = true, nil, "panic"
		}
	}()
	t := n.projector.trials[trialKey{o.h.Originator, o.h.Incarnation, o.h.Epoch}]
	k, _, ok := t.try.Find(o.header)
	if !ok {
		k, ok = stored[keyring.EnvelopeID{Originator: o.h.Originator, Incarnation: o.h.Incarnation, Sequence: o.h.Sequence}]
		if !ok || !k.Fits(o.header) {
			return
		}
	}
	o.mine, o.key = true, k
	pub, have := state.HeaderKey(o.h.Originator, o.index)
	if !have {
		o.code = "originator"
		return
	}
	if err := seal.VerifyHeader(o.header, ed25519.PublicKey(pub[:])); err != nil {
		o.code = seal.Code(err)
		return
	}
	raw, err := seal.Open(o.header, body, k)
	if err != nil {
		o.code = seal.Code(err)
		return
	}
	if n.fault != nil {
		n.fault("open", o.index)
	}
	a, err := act.Parse(raw)
	if err != nil {
		o.code = act.Code(err)
		return
	}
	if a.Type == act.TypeDummy {
		o.dummy = true
		return
	}
	o.report = n.reportRow(o, a)
	if o.h.Originator == n.self {
		o.to = a.Report.To // our own word of whom we sealed it to
	}
}

// reportRow makes the row of a report.
func (n *Node) reportRow(o *opened, a act.Act) *viewdb.Report {
	r := a.Report
	row := &viewdb.Report{
		Index: o.index, ID: string(r.ID), Originator: string(o.h.Originator), Own: o.h.Originator == n.self,
		Type: string(r.View.Type), Title: r.Title, Written: r.Written.UTC().Format(time.RFC3339), Logged: o.h.Time,
		Class: string(r.Label.Class), Act: a.Raw, Supersedes: string(r.Supersedes),
	}
	if !r.Batch.IsZero() {
		row.Batch = r.Batch.String()
	}
	if banner, err := label.Banner(r.Label); err == nil {
		row.Banner = banner
	}
	for m := range r.To.All() {
		row.Recipients = append(row.Recipients, string(m))
	}
	var text strings.Builder
	text.WriteString(r.Title)
	for i := range r.Portions {
		p := &r.Portions[i]
		id, err := hex.DecodeString(string(p.ID))
		if err != nil || len(id) != 16 {
			continue // Parse has checked it
		}
		row.Portions = append(row.Portions, viewdb.Portion{ID: [16]byte(id), Digest: [32]byte(p.Digest)})
		text.WriteByte('\n')
		text.WriteString(p.Text)
		if g := p.Grade.String(); row.Grade == "" || g < row.Grade {
			row.Grade = g
		}
		if d := p.Designation; d != nil {
			row.Listings = append(row.Listings, viewdb.Designation{
				Authority: d.Authority, List: d.List, Reference: d.Reference, Kind: string(d.Kind), Name: d.Names[0].Name, Status: string(d.Status)})
			text.WriteByte('\n')
			text.WriteString(d.Reference)
			for _, name := range d.Names {
				text.WriteByte('\n')
				text.WriteString(name.Name)
			}
		}
	}
	row.Text = viewdb.Words(text.String())
	return row
}

// markConflicts finds portions that one id names with two contents: a fault of
// their originator, shown as evidence. The first that was logged stands.
func (n *Node) markConflicts(ctx context.Context, leaves []opened) error {
	var all []viewdb.Portion
	for i := range leaves {
		if r := leaves[i].report; r != nil {
			all = append(all, r.Portions...)
		}
	}
	known, err := n.views.Known(ctx, all)
	if err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if o.report == nil {
			continue
		}
		for _, p := range o.report.Portions {
			k, ok := known[p.ID]
			if !ok {
				known[p.ID] = viewdb.Stated{Digest: p.Digest, Index: o.index}
				continue
			}
			if k.Digest != p.Digest {
				n.portionConflict(ctx, o, p, k.Index)
				o.report, o.code = nil, "portion_conflict"
				break
			}
		}
	}
	return nil
}

// portionDigests reads the digest of each portion of an act.
func portionDigests(raw []byte) (map[seal.PortionID]seal.Hash, error) {
	a, err := act.Parse(raw)
	if err != nil {
		return nil, err
	}
	out := map[seal.PortionID]seal.Hash{}
	if a.Report == nil {
		return out, nil
	}
	for i := range a.Report.Portions {
		p := &a.Report.Portions[i]
		id, err := hex.DecodeString(string(p.ID))
		if err != nil || len(id) != 16 {
			return nil, fmt.Errorf("portion id %q", p.ID)
		}
		out[seal.PortionID(id)] = seal.Hash(p.Digest)
	}
	return out, nil
}

// portionConflict keeps the evidence of one portion stated in two ways.
func (n *Node) portionConflict(ctx context.Context, o *opened, p viewdb.Portion, other int64) {
	n.logger.Error("one portion is stated in two ways", "originator", string(o.h.Originator), "index", o.index, "other", other)
	read := func(index int64) (seal.Revealed, error) {
		run, err := n.log.Read(ctx, index, index+1)
		if err != nil {
			return seal.Revealed{}, err
		}
		h, err := seal.ParseHeader(run.Headers)
		if err != nil {
			return seal.Revealed{}, err
		}
		id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		keys, err := n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
		if err != nil {
			return seal.Revealed{}, err
		}
		k := keys[id]
		if index == o.index {
			k = o.key
		}
		return seal.Revealed{Header: run.Headers, Body: run.Bodies[0], Key: k}, nil
	}
	a, err := read(o.index)
	if err != nil {
		return
	}
	b, err := read(other)
	if err != nil {
		return
	}
	if err := n.station.KeepFault(ctx, seal.NewPortionConflict(seal.PortionID(p.ID), a, b)); err != nil {
		n.logger.Error("no evidence could be made of it", "err", err)
	}
}

// apply stores what a run came to: first the envelopes' keys, then the views
// with the cursor.
func (n *Node) apply(ctx context.Context, leaves []opened, run logdb.Run) error {
	p := &n.projector
	b := viewdb.Batch{Cursor: run.First + int64(run.N())}
	var keys []keyring.EnvelopeKey
	touched := map[string]viewdb.Tally{}
	for i := range leaves {
		o := &leaves[i]
		if !o.mine {
			continue
		}
		id := keyring.EnvelopeID{Originator: o.h.Originator, Incarnation: o.h.Incarnation, Sequence: o.h.Sequence}
		keys = append(keys, keyring.EnvelopeKey{ID: id, Key: o.key})
		hash := sha256.Sum256(o.header)
		if o.h.Originator == n.self {
			if to := o.to.Minus(label.Members(n.self)); !to.IsEmpty() {
				s := viewdb.Sent{Index: o.index, Hash: hash}
				for m := range to.All() {
					s.Recipients = append(s.Recipients, string(m))
				}
				b.Sent = append(b.Sent, s)
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
			if o.code != "" {
				t.Failed++
			}
			touched[name] = t
		}
		if o.code != "" {
			b.Quarantined = append(b.Quarantined, viewdb.Quarantined{Index: o.index, Originator: string(o.h.Originator), Code: o.code})
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
	}
	for _, t := range touched {
		b.Tallies = append(b.Tallies, t)
	}
	if err := n.ring.PutEnvelopeKeys(ctx, keys); err != nil {
		return err
	}
	if err := n.views.Apply(ctx, b); err != nil {
		return err
	}
	p.mu.Lock()
	for name, t := range touched {
		p.tallies[name] = t
	}
	p.cursor = b.Cursor
	close(p.moved)
	p.moved = make(chan struct{})
	p.mu.Unlock()
	return nil
}

// Rebuild empties the views and makes them again from the log, the bodies and
// the keys. The node must not be running. progress is told how far it is.
func (n *Node) Rebuild(ctx context.Context, progress func(done, total int64)) error {
	if err := n.views.Reset(ctx); err != nil {
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
			return nil
		}
	}
}
