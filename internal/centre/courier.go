package centre

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// What a courier brings (spec/bundle.md): the log as a stream would have sent
// it, tried against the log here before anything of it is stored, and adopted
// after that.

// ErrLogGap: the leaves of a bundle begin above the log here.
var ErrLogGap = newError("bundle_gap", "the bundle's leaves begin above the log here: what is between is missing; ask its sender for one that holds it")

// errFrames refuses a bundle whose log is not in the form of a stream.
var errFrames = newError("bundle_log", "the bundle's log is not what a stream would have sent")

// EdgeTiles returns the tiles from which the root of the log's first size leaves
// is computed: the partial ones of its right edge, by rising level.
func (s *Station) EdgeTiles(size int64) ([]tlog.Tile, error) {
	var out []tlog.Tile
	for level := 0; size>>(tlog.TileHeight*level) > 0; level++ {
		w := int(size >> (tlog.TileHeight * level) & (tlog.TileWidth - 1))
		if w == 0 {
			continue
		}
		index := size >> (tlog.TileHeight * (level + 1))
		hs, err := s.log.ReadTile(level, index, w)
		if err != nil {
			return nil, err
		}
		out = append(out, tlog.Tile{Level: level, Index: index, Hashes: hs})
	}
	return out, nil
}

// WriteLog writes the frames of the leaves from one index to a certified head:
// what a follower that is far behind would be sent. progress is told the leaves
// written.
// Errors: ErrBodies while this node lacks bodies itself.
func (s *Station) WriteLog(ctx context.Context, w io.Writer, from int64, to logdb.Head, progress func(leaves int64)) error {
	s.mu.RLock()
	absent := s.absent
	s.mu.RUnlock()
	if absent > 0 {
		return ErrBodies
	}
	if to.Size == 0 {
		return nil
	}
	t := streamer{s: s, w: w, at: from}
	if from < to.Size {
		if from > 0 {
			if err := t.newKeys(ctx, to.Size); err != nil {
				return err
			}
		}
		if _, err := w.Write(appendFrame(nil, frameCheckpoint, to.Note)); err != nil {
			return err
		}
	}
	for t.at < to.Size {
		if err := ctx.Err(); err != nil {
			return err
		}
		run, err := s.log.Read(ctx, t.at, min(t.at+512, to.Size))
		if err != nil {
			return err
		}
		for run.N() > 0 {
			part := head(run, maxFrame)
			if _, err := w.Write(appendEntries(nil, part)); err != nil {
				return err
			}
			n := part.N()
			t.at += int64(n)
			run = logdb.Run{First: run.First + int64(n), Headers: run.Headers[n*seal.HeaderSize:], Bodies: run.Bodies[n:]}
			if t.at == to.Size {
				break
			}
			proof, err := tlog.ConsistencyProof(t.at, to.Size, s.log)
			if err != nil {
				return err
			}
			if _, err := w.Write(appendProof(nil, t.at, to.Size, proof)); err != nil {
				return err
			}
		}
		progress(t.at - from)
	}
	_, err := w.Write(appendFrame(appendFrame(nil, frameCheckpoint, to.Note), frameCertified, to.Note))
	return err
}

// Trial holds what a bundle says of the log against the log here, and changes
// nothing but for evidence: two heads of the lead that contradict each other
// halt the station as they do online (rule 27).
type Trial struct {
	s        *Station
	from     label.MemberID
	f        follower // for heads ahead of the log
	base     *tlog.Frontier
	diverged bool  // the sender's tree is another than the log here
	next     int64 // leaf that the frames come to
	size     int64 // leaves tried, the log here among them
	frontier *tlog.Frontier
	chains   map[label.MemberID]seal.Chain
	state    *charter.State
	opaque   bool
	run      run
	bytes    int
	absent   int64 // latest time of a header whose body is absent
	head     *tlog.Checkpoint
	note     []byte
	logTime  int64
	done     bool
	sent     run // envelopes of the sender that wait for a signature
}

// Try begins a trial of leaves from an index on, whose tree before them has the
// given tiles at its right edge. from is who made the bundle. Errors: ErrHalted,
// ErrLogGap.
func (s *Station) Try(from label.MemberID, at int64, tiles []tlog.Tile) (*Trial, error) {
	if s.Halted() != nil {
		return nil, ErrHalted
	}
	mem := tlog.MemTiles{}
	mem.Put(tiles)
	base, err := tlog.NewFrontier(at, mem)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFrames, err)
	}
	s.appending.Lock()
	s.mu.RLock()
	t := &Trial{s: s, from: from, base: base, next: at, size: s.size, frontier: s.frontier.Clone(), chains: maps.Clone(s.chains), state: s.state, opaque: s.opaque >= 0}
	s.mu.RUnlock()
	s.appending.Unlock()
	t.f = follower{s: s}
	if at > t.size {
		return nil, fmt.Errorf("%w: they begin at %d, here are %d", ErrLogGap, at, t.size)
	}
	root := tlog.EmptyRoot()
	if at > 0 {
		if root, err = tlog.RootAt(at, s.log); err != nil {
			return nil, err
		}
	}
	t.diverged = base.Root() != root
	return t, nil
}

// Frame tries one frame of the log.
func (t *Trial) Frame(ctx context.Context, kind byte, payload []byte) error {
	switch kind {
	case frameKeys:
		return t.f.newKeys(payload)
	case frameEntries:
		return t.entries(payload)
	case frameProof:
		m, n, proof, err := parseProof(payload)
		if err != nil {
			return err
		}
		if t.head != nil || m != t.next || n != t.f.far.Size {
			return fmt.Errorf("%w: a proof from %d to %d", errFrames, m, n)
		}
		if t.diverged || t.run.n() == 0 {
			return nil
		}
		prefix := func(root tlog.Hash) *HeadPrefix { return &HeadPrefix{Size: m, Root: root[:], Proof: rawHashes(proof)} }
		return t.judge(ctx, t.f.farNote, prefix, false, func(root tlog.Hash, _ *charter.State) error {
			return tlog.CheckConsistency(proof, m, n, root, t.f.far.Root)
		})
	case frameCheckpoint:
		cp, _, err := tlog.ParseCheckpoint(payload)
		switch {
		case err != nil:
			return err
		case cp.Size > t.next && t.f.farNote == nil && t.run.n() == 0:
			return t.f.distant(cp, payload)
		case cp.Size != t.next || t.head != nil:
			return fmt.Errorf("%w: a head of size %d after leaves up to %d", errFrames, cp.Size, t.next)
		}
		return t.last(ctx, cp, payload)
	case frameCertified:
		return t.certified(payload)
	}
	return fmt.Errorf("%w: a frame %q", errFrames, kind)
}

func (t *Trial) entries(payload []byte) error {
	first, r, err := parseEntries(payload)
	if err != nil {
		return err
	}
	if first != t.next || t.head != nil {
		return fmt.Errorf("%w: leaves from %d, wanted are those from %d", errFrames, first, t.next)
	}
	t.next += int64(r.n())
	if t.diverged {
		leaves := make([]tlog.Hash, r.n())
		for i := range leaves {
			leaves[i] = tlog.LeafHash(r.header(i))
		}
		err := t.base.Append(leaves)
		t.base.TakeTiles()
		return err
	}
	r = r.after(t.size + int64(t.run.n()) - first)
	if t.bytes += len(payload); t.run.n()+r.n() > maxGathered || t.bytes > maxGatheredBytes {
		return fmt.Errorf("%w: %d leaves without a head that covers them", ErrTooLarge, t.run.n()+r.n())
	}
	t.run.headers = append(t.run.headers, r.headers...)
	t.run.bodies = append(t.run.bodies, r.bodies...)
	return nil
}

// after leaves the first n of a run out.
func (r run) after(n int64) run {
	n = min(max(n, 0), int64(r.n()))
	return run{r.headers[n*seal.HeaderSize:], r.bodies[n:]}
}

// judge tries the gathered leaves, which tie holds against a signed head.
func (t *Trial) judge(ctx context.Context, head []byte, prefix func(tlog.Hash) *HeadPrefix, last bool, tie func(root tlog.Hash, after *charter.State) error) error {
	s := t.s
	leaves := make([]tlog.Hash, t.run.n())
	for i := range leaves {
		leaves[i] = tlog.LeafHash(t.run.header(i))
	}
	frontier := t.frontier.Clone()
	if err := frontier.Append(leaves); err != nil {
		return err
	}
	frontier.TakeTiles()
	v := &verdict{chains: t.chains, state: t.state}
	if !t.opaque {
		var err error
		v, err = s.check(t.size, t.run, maps.Clone(t.chains), t.state, true)
		var refused *seal.RunError
		switch {
		case errors.As(err, &refused) && !last && unsigned(&t.run, refused):
			return nil // what follows may sign it
		case errors.As(err, &refused):
			if tie(frontier.Root(), t.state) == nil {
				err = t.convict(ctx, signedRun{t.run, head, prefix(frontier.Root())}, refused, err)
			}
			return err
		case err != nil:
			return err
		}
		t.opaque = v.known < t.run.n()
	}
	if err := tie(frontier.Root(), v.state); err != nil {
		return fmt.Errorf("leaves up to %d do not belong to the head: %w", frontier.Size(), err)
	}
	for i, b := range t.run.bodies {
		if b == nil {
			t.absent = max(t.absent, int64(be64(t.run.header(i)[88:])))
		}
	}
	t.frontier, t.chains, t.state, t.size = frontier, v.chains, v.state, frontier.Size()
	t.run, t.bytes = run{}, 0
	return nil
}

// convict halts over leaves that the lead has signed a head over and that no log
// may hold, where they follow the log here: only then can it be shown.
func (t *Trial) convict(ctx context.Context, r signedRun, refused *seal.RunError, cause error) error {
	s := t.s
	s.appending.Lock()
	defer s.appending.Unlock()
	if t.size != s.size {
		return cause
	}
	data, err := s.convict(r, refused)
	if err != nil {
		s.logger.Error("an invalid log makes no evidence", "err", err)
	}
	if data == nil {
		return cause
	}
	cause = fmt.Errorf("%w: %w", ErrInvalidLog, cause)
	s.halt(ctx, cause, evidenceInvalid, data)
	return cause
}

// last tries the head of all the leaves.
func (t *Trial) last(ctx context.Context, cp tlog.Checkpoint, note []byte) error {
	s := t.s
	t.head, t.note = &cp, note
	switch {
	case t.diverged:
		// Which of the two trees is the lead's, its signature says.
		if t.base.Root() != cp.Root {
			return fmt.Errorf("%w: its tiles belong to another tree than its head", errFrames)
		}
		v := s.verifiersAt(cp.Size)
		key := v.log
		if t.f.farKeys != nil {
			var err error
			if key, err = tlog.NewLogVerifier(s.origin, t.f.farKeys.Checkpoint[:]); err != nil {
				return err
			}
		}
		if _, err := tlog.VerifyCheckpoint(note, s.origin, key); err != nil {
			return err
		}
		return s.forked(ctx, note, cp)
	case t.run.n() == 0:
		// Nothing that is not here.
		_, err := s.seeCheckpoint(ctx, note)
		return err
	}
	return t.judge(ctx, note, func(tlog.Hash) *HeadPrefix { return nil }, true, func(root tlog.Hash, after *charter.State) error {
		v, err := s.verifiers.at(after, cp.Size)
		if err != nil {
			return err
		}
		if _, err := tlog.VerifyCheckpoint(note, s.origin, v.log); err != nil {
			return err
		}
		if _, err := tlog.VerifyCosignature(note, v.of(s.lead)); err != nil {
			return err
		}
		if root != cp.Root {
			return errRoot
		}
		return nil
	})
}

// certified tries the cosignatures of the head.
func (t *Trial) certified(note []byte) error {
	s := t.s
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	if t.head == nil || t.done || cp != *t.head {
		return fmt.Errorf("%w: a certified head of size %d", errFrames, cp.Size)
	}
	v, err := s.verifiers.at(t.state, cp.Size)
	if err != nil {
		return err
	}
	_, cosigned, err := tlog.Certified(note, v.log, v.cosigners, s.quorum)
	if err != nil {
		return err
	}
	t.logTime, t.done = max(tlog.LogTime(cosigned), s.Certified().Time), true
	window := int64(s.found.Charter().WindowDays) * 86400
	if t.absent > 0 && t.logTime-t.absent <= window {
		return fmt.Errorf("%w: a leaf has none, and is not old enough for that", ErrBodies)
	}
	return nil
}

// Whole says whether a log was tried to its certified head of the given size; a
// bundle over an empty log has none.
func (t *Trial) Whole(size int64) error {
	if size != t.next || !t.done && size > 0 {
		return fmt.Errorf("%w: it ends at %d without a certified head", errFrames, t.next)
	}
	return nil
}

// HeaderKey returns the sender's header key in force where the tried log ends.
func (t *Trial) HeaderKey(size int64) (charter.PublicKey, bool) {
	return t.state.HeaderKey(t.from, size)
}

// LogTime returns the log time of the tried head, in Unix seconds.
func (t *Trial) LogTime() int64 { return t.logTime }

// New returns how many leaves of the tried log are not here.
func (t *Trial) New() int64 { return max(0, t.size-t.s.Size()) }

// Envelopes tries envelopes of the sender that its log does not hold: they
// follow the end of its chain, or are in the log already. It returns how many of
// them are new and signed; what is open counts with the envelopes that come next.
func (t *Trial) Envelopes(ctx context.Context, payload []byte) (int, error) {
	s := t.s
	es, err := splitEnvelopes(payload)
	if err != nil {
		return 0, err
	}
	end := t.chains[t.from]
	for i := range es.n() {
		raw := es.header(i)
		if label.MemberID(raw[40:43]) != t.from {
			return 0, fmt.Errorf("%w: an envelope of %s in a bundle of %s", seal.ErrOriginator, label.MemberID(raw[40:43]), t.from)
		}
		inc, seq := be32(raw[44:]), be64(raw[48:])
		if t.sent.n() == 0 && (inc < end.Incarnation || inc == end.Incarnation && seq <= end.Sequence) {
			if err := t.logged(ctx, end, inc, seq, raw); err != nil {
				return 0, err
			}
			continue
		}
		t.sent.add(raw, es.bodies[i])
	}
	if t.sent.n() == 0 {
		return 0, nil
	}
	if t.sent.n() > maxGathered {
		return 0, fmt.Errorf("%w: %d envelopes without a signature", ErrTooLarge, t.sent.n())
	}
	v, err := s.check(t.size, t.sent, maps.Clone(t.chains), t.state, true)
	var refused *seal.RunError
	switch {
	case errors.As(err, &refused) && unsigned(&t.sent, refused):
		return 0, nil
	case err != nil:
		return 0, err
	case v.known < t.sent.n():
		return 0, ErrOpaque
	}
	n := t.sent.n()
	t.chains, t.state, t.sent = v.chains, v.state, run{}
	return n, nil
}

// logged holds an envelope against the one that stands in its place.
func (t *Trial) logged(ctx context.Context, end seal.Chain, inc uint32, seq uint64, raw []byte) error {
	if inc == end.Incarnation && seq == end.Sequence {
		if seal.HashHeader(raw) == end.Last {
			return nil
		}
	}
	other, err := t.s.findHeader(ctx, t.from, inc, seq)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil // among the leaves of this bundle; the lead compares it
	case err != nil:
		return err
	case string(other) == string(raw):
		return nil
	}
	t.s.watch.forkOf(ctx, other, raw)
	return fmt.Errorf("%w: %s incarnation %d sequence %d", ErrFork, t.from, inc, seq)
}

// NothingOpen says whether every envelope tried is signed.
func (t *Trial) NothingOpen() error {
	if t.sent.n() > 0 {
		return seal.ErrSignature
	}
	return nil
}

// Adoption stores a log that was tried.
type Adoption struct {
	s *Station
	f follower
}

// Adopt begins to store a log whose certified head has the given log time. Until
// the head itself comes nothing of it is certified: whoever follows certified
// heads sees all of it at once, or nothing.
func (s *Station) Adopt(logTime int64) *Adoption {
	for have := s.farTime.Load(); logTime > have && !s.farTime.CompareAndSwap(have, logTime); have = s.farTime.Load() {
	}
	return &Adoption{s: s, f: follower{s: s}}
}

// adoptedAtOnce is how many bytes are gathered before they are written.
const adoptedAtOnce = 16 << 20

// Frame stores what one frame brings that is not here.
func (a *Adoption) Frame(ctx context.Context, kind byte, payload []byte) error {
	s, f := a.s, &a.f
	if s.Halted() != nil {
		return ErrHalted
	}
	switch kind {
	case frameEntries:
		first, r, err := parseEntries(payload)
		if err != nil {
			return err
		}
		reach := s.Size() + int64(f.run.n())
		if first > reach {
			return fmt.Errorf("%w: leaves from %d, wanted are those from %d", errFrames, first, reach)
		}
		r = r.after(reach - first)
		if f.bytes += len(payload); f.run.n()+r.n() > maxGathered || f.bytes > maxGatheredBytes {
			return ErrTooLarge
		}
		f.run.headers = append(f.run.headers, r.headers...)
		f.run.bodies = append(f.run.bodies, r.bodies...)
		if f.run.n() == 0 {
			f.bytes = 0
		}
		return nil
	case frameKeys, frameProof:
		if kind == frameProof && (f.run.n() == 0 || f.run.n() < s.tune.CatchUp && f.bytes < adoptedAtOnce) {
			return nil // a later one covers it: one write for all of them
		}
		if err := f.take(ctx, frame{kind, payload}, false); err != nil && !(kind == frameKeys && errors.Is(err, ErrStale)) {
			return err
		}
		return nil
	case frameCheckpoint:
		cp, _, err := tlog.ParseCheckpoint(payload)
		if err != nil {
			return err
		}
		if cp.Size <= s.Size() && f.run.n() == 0 {
			_, err := s.seeCheckpoint(ctx, payload)
			return err
		}
		return f.checkpoint(ctx, payload, false)
	case frameCertified:
		if err := s.certify(ctx, payload); err != nil {
			return err
		}
		return s.saveHead(ctx)
	}
	return errFrames
}
