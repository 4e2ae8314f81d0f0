package centre

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// run is a run of leaves on its way into the log.
type run struct {
	headers []byte   // n times 256 bytes
	bodies  [][]byte // nil where there is none
}

func (r *run) n() int              { return len(r.bodies) }
func (r *run) header(i int) []byte { return r.headers[i*seal.HeaderSize : (i+1)*seal.HeaderSize] }

func (r *run) add(header, body []byte) {
	r.headers = append(r.headers, header...)
	r.bodies = append(r.bodies, body)
}

// appended is what a run did to the log.
type appended struct {
	first, size int64
	root        tlog.Hash
}

// verdict is what verifying a run has shown.
type verdict struct {
	known  int                           // leaves before the first of an unknown version
	chains map[label.MemberID]seal.Chain // each originator's end after the run
	state  *charter.State                // after the run; the one before when nothing changed
}

// appendRun stores a run that v has judged (nil: it is judged here), once
// accept agrees with the head that it leads to under the state that it leads
// to, and moves the station's state on. Nothing is stored unless everything
// holds. The caller holds appending.
func (s *Station) appendRun(ctx context.Context, r run, v *verdict, accept func(size int64, root tlog.Hash, after *charter.State) error) (appended, error) {
	if err := s.settle(ctx); err != nil {
		return appended{}, err
	}
	first := s.size
	opaque := s.opaque
	switch {
	case opaque >= 0:
		v = &verdict{known: 0, chains: s.chains, state: s.state}
	case v == nil:
		var err error
		if v, err = s.check(first, r, maps.Clone(s.chains), s.state, true); err != nil {
			return appended{}, err
		}
	}
	if v.known < r.n() && opaque < 0 {
		opaque = first + int64(v.known)
	}
	known, chains, state := v.known, v.chains, v.state
	refold := state != s.state

	b := logdb.Batch{First: first, Headers: r.headers, Bodies: r.bodies}
	leaves := make([]tlog.Hash, r.n())
	moved := map[label.MemberID]int64{}
	for i := range r.n() {
		raw := r.header(i)
		leaves[i] = tlog.LeafHash(raw)
		index := first + int64(i)
		if i >= known {
			continue
		}
		o := label.MemberID(raw[40:43])
		moved[o] += int64(len(r.bodies[i]))
		if r.bodies[i] == nil {
			b.Awaited = append(b.Awaited, index)
		}
		if kind := seal.Kind(raw[5]); kind != seal.Sealed {
			b.Public = append(b.Public, logdb.Public{Index: index, Kind: uint8(kind), Originator: string(o), Epoch: be32(raw[96:])})
		}
		if o == s.self {
			b.Own = append(b.Own, logdb.Own{Incarnation: be32(raw[44:]), Sequence: be64(raw[48:]), Index: index})
		}
	}
	if len(b.Own) > 0 && s.out.alien(chains[s.self]) {
		// It takes a place of ours, and nothing of ours has been logged.
		s.logger.Error("the log holds a header under our name that differs from ours", "incarnation", chains[s.self].Incarnation, "sequence", chains[s.self].Sequence)
		s.recovery.theft()
		b.Own = nil
	}
	for m, n := range moved {
		c := chains[m]
		b.Chains = append(b.Chains, logdb.Chain{Originator: string(m), Incarnation: c.Incarnation, Sequence: c.Sequence, Hash: c.Last, Bytes: s.bytes[m] + n})
	}

	frontier := s.frontier.Clone()
	if err := frontier.Append(leaves); err != nil {
		return appended{}, err
	}
	root := frontier.Root()
	if err := accept(frontier.Size(), root, state); err != nil {
		return appended{}, err
	}
	if opaque >= 0 && s.opaque < 0 {
		// Before the leaf itself: a mark too many is undone at the next start,
		// a mark too few would let a head over it be cosigned.
		if err := s.log.SetSetting(ctx, settingOpaque, strconv.AppendInt(nil, opaque, 10)); err != nil {
			return appended{}, err
		}
	}
	b.Tiles = frontier.TakeTiles()
	if err := s.log.Append(ctx, b); err != nil {
		// It may have been persisted although it failed: then the run is in
		// the log, whole, and what follows is done as if nothing had been.
		s.doubt = true
		if size, serr := s.log.Size(context.WithoutCancel(ctx)); serr != nil || size != frontier.Size() {
			return appended{}, err
		}
		s.logger.Warn("a write was reported to have failed and is on the disk", "size", frontier.Size(), "err", err)
		s.doubt = false
	}

	s.mu.Lock()
	s.frontier, s.size, s.root, s.chains, s.state, s.opaque = frontier, frontier.Size(), root, chains, state, opaque
	for m, n := range moved {
		s.bytes[m] += n
	}
	s.absent += len(b.Awaited)
	s.bump()
	s.mu.Unlock()
	if refold {
		s.useKeys()
	}
	if len(b.Own) > 0 {
		s.out.logged(chains[s.self])
	}
	s.watch.logged(chains)
	return appended{first, s.size, root}, nil
}

// check verifies a run against the end of the log that chains and base stand
// for: every header, every hash, one signature per originator and key, and with
// bodies every body that is there. chains is moved on and becomes the
// verdict's.
func (s *Station) check(first int64, r run, chains map[label.MemberID]seal.Chain, base *charter.State, bodies bool) (*verdict, error) {
	known := r.n()
	for i := range r.n() {
		h, err := seal.ParseHeader(r.header(i))
		if errors.Is(err, seal.ErrVersion) || errors.Is(err, seal.ErrKind) || s.older != nil && s.older(r.header(i)) {
			known = i
			break
		}
		if err != nil {
			return nil, &seal.RunError{Index: i, Err: err}
		}
		if r.bodies[i] == nil {
			if h.Kind != seal.Sealed {
				return nil, fmt.Errorf("leaf %d: %w: a public leaf is never without its body", first+int64(i), ErrBodies)
			}
			continue
		}
		if !bodies {
			continue
		}
		if err := seal.CheckBody(r.header(i), r.bodies[i]); err != nil {
			return nil, &seal.RunError{Index: i, Err: err}
		}
	}
	if first == 0 && known > 0 && seal.Kind(r.header(0)[5]) != seal.Genesis {
		return nil, fmt.Errorf("leaf 0 is of kind %d: %w: a log begins with its genesis", r.header(0)[5], charter.ErrInvalidLeaf)
	}
	state, at := base, 0
	// fold brings state to just before leaf i.
	fold := func(i int) error {
		for ; at < i; at++ {
			if !foldable(seal.Kind(r.header(at)[5])) {
				continue
			}
			if state == base {
				state = base.Clone()
			}
			if err := s.fold(state, first+int64(at), r.header(at), r.bodies[at]); err != nil {
				return &seal.RunError{Index: at, Err: err}
			}
		}
		return nil
	}
	key := func(i int, h *seal.Header) (ed25519.PublicKey, error) {
		if err := fold(i); err != nil {
			return nil, err
		}
		return headerKey(state, first+int64(i), h, r.bodies[i])
	}
	if err := seal.CheckRun(s.hash, chains, r.headers[:known*seal.HeaderSize], key); err != nil {
		return nil, err
	}
	if err := fold(known); err != nil {
		return nil, err
	}
	return &verdict{known: known, chains: chains, state: state}, nil
}

// headerKey returns the key under which a header must be signed: the one in
// force, or the one in the certificate that the leaf itself carries.
func headerKey(st *charter.State, index int64, h *seal.Header, body []byte) (ed25519.PublicKey, error) {
	leaf := charter.Leaf{Kind: uint8(h.Kind), Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
	if h.Kind == seal.Keys || h.Kind == seal.Genesis {
		payload, err := seal.Payload(h.AppendTo(nil), body)
		if err != nil {
			return nil, err
		}
		leaf.Payload = payload
	}
	k, err := st.HeaderKeyFor(index, leaf)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(k[:]), nil
}

// expired says whether the window is past for a body, by log time and its
// header's claim, which alone lets none be absent (spec/delivery.md, "What a
// member cosigns").
func (s *Station) expired(header []byte) bool {
	window, now := int64(s.found.Charter().WindowDays)*86400, max(s.Certified().Time, s.farTime.Load())
	return now > 0 && now-int64(be64(header[88:])) > window
}

// seeCheckpoint verifies a checkpoint of the lead and holds it against the log
// here. When it contradicts what is stored, the station halts.
func (s *Station) seeCheckpoint(ctx context.Context, note []byte) (tlog.Checkpoint, error) {
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return cp, err
	}
	if cp, err = tlog.VerifyCheckpoint(note, s.origin, s.verifiersAt(cp.Size).log); err != nil {
		return cp, err
	}
	return cp, s.compareHead(ctx, cp, note)
}

// compareHead holds a verified checkpoint of the lead against the log here.
func (s *Station) compareHead(ctx context.Context, cp tlog.Checkpoint, note []byte) error {
	s.mu.Lock()
	size, root := s.size, s.root
	if cp.Size > s.seenSize {
		s.seenNote, s.seenSize = note, cp.Size
	}
	s.mu.Unlock()
	switch {
	case cp.Size == size:
	case cp.Size < size && cp.Size > 0:
		var err error
		if root, err = tlog.RootAt(cp.Size, s.log); err != nil {
			return err
		}
	default:
		return nil
	}
	if cp.Root != root {
		return s.forked(ctx, note, cp)
	}
	return nil
}

// forked halts over a checkpoint that contradicts the log here, with the best
// evidence there is: a checkpoint of the lead over our own log.
func (s *Station) forked(ctx context.Context, note []byte, cp tlog.Checkpoint) error {
	s.mu.RLock()
	ours, certified := s.checkNote, s.certified.Note
	s.mu.RUnlock()
	err := fmt.Errorf("%w: size %d has another root than the log here", ErrForkedLog, cp.Size)
	for _, other := range [][]byte{ours, certified} {
		if other == nil {
			continue
		}
		data, ferr := s.forkEvidence(note, other)
		if ferr != nil {
			s.logger.Error("two heads that contradict each other make no evidence", "err", ferr)
			continue
		}
		if data != nil {
			s.halt(ctx, err, evidenceFork, data)
			return err
		}
	}
	s.halt(ctx, err, evidenceHead, note)
	return err
}

// forkEvidence returns the evidence of two heads that the log here tells apart,
// nil when they do not contradict each other.
func (s *Station) forkEvidence(a, b []byte) ([]byte, error) {
	var pruned [2][]byte
	var v *verifiers
	for i, n := range [][]byte{a, b} {
		cp, _, err := tlog.ParseCheckpoint(n)
		if err != nil {
			return nil, err
		}
		v = s.verifiersAt(cp.Size)
		if pruned[i], err = tlog.Prune(n, v.log, v.cosigners); err != nil {
			return nil, err
		}
	}
	ev, err := tlog.Inconsistent(pruned[0], pruned[1], v.log, s.log)
	if err != nil || ev == nil {
		return nil, err
	}
	return tlog.MarshalEvidence(*ev)
}

// keepCheckpoint remembers the lead's checkpoint for the log's present size.
func (s *Station) keepCheckpoint(cp tlog.Checkpoint, note []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cp.Size >= s.checkSize && cp.Size <= s.size {
		s.checkNote, s.checkSize = note, cp.Size
		s.bump()
	}
}

// certify takes a checkpoint with cosignatures. It counts when a quorum of
// them is valid and the log here holds it.
func (s *Station) certify(ctx context.Context, note []byte) error {
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	s.mu.RLock()
	size, have := s.size, s.certified
	s.mu.RUnlock()
	// A head beyond the log is certified again once the leaves are here; one
	// that is certified already only when more have cosigned it.
	if cp.Size > size || cp.Size < have.Size || cp.Size == have.Size && len(note) <= len(have.Note) {
		return nil
	}
	v := s.verifiersAt(cp.Size)
	cosigned, err := s.verifiedHead(note, cp, v)
	if err != nil {
		return err
	}
	if err := s.compareHead(ctx, cp, note); err != nil {
		return err
	}
	if bytes.Count(note, []byte("\n")) != 5+len(cosigned) {
		// Lines that say nothing here, or twice.
		if note, err = tlog.Prune(note, v.log, v.cosigners); err != nil {
			return err
		}
	}
	s.certifiedHead(cp.Size, note, cosigned)
	return nil
}

// verifiedHead verifies a certified head, but for the signatures that stand in
// the lead's own note of the same head, which was verified when it came.
func (s *Station) verifiedHead(note []byte, cp tlog.Checkpoint, v *verifiers) ([]tlog.Cosigned, error) {
	s.mu.RLock()
	known, size := s.checkNote, s.checkSize
	s.mu.RUnlock()
	if rest, ok := bytes.CutPrefix(note, known); ok && size == cp.Size {
		// The lead's note, and cosignatures after it: with its own these need
		// the quorum less one.
		text := known[:bytes.Index(known, []byte("\n\n"))+2]
		own, err := s.leadCosigned(known, v)
		cosigned := []tlog.Cosigned{own}
		for line := range bytes.Lines(rest) {
			l, lerr := tlog.ParseSignatureLine(line)
			if lerr != nil {
				err = lerr
				break
			}
			at := slices.IndexFunc(v.cosigners, func(c tlog.Verifier) bool { return c.Name() == l.Name })
			if at < 0 || slices.ContainsFunc(cosigned, func(c tlog.Cosigned) bool { return c.Name == l.Name }) {
				continue
			}
			if c, verr := tlog.VerifyCosignature(slices.Concat(text, line), v.cosigners[at]); verr == nil {
				cosigned = append(cosigned, c)
			}
		}
		if err == nil && len(cosigned) >= s.quorum {
			slices.SortFunc(cosigned, func(a, b tlog.Cosigned) int { return strings.Compare(a.Name, b.Name) })
			return cosigned, nil
		}
	}
	_, cosigned, err := tlog.Certified(note, v.log, v.cosigners, s.quorum)
	return cosigned, err
}

// leadCosigned reads the lead's cosignature in a note of its own that was
// verified when it came.
func (s *Station) leadCosigned(note []byte, v *verifiers) (tlog.Cosigned, error) {
	_, lines, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return tlog.Cosigned{}, err
	}
	name := cosignerName(s.lead)
	if len(lines) != 2 || lines[1].Name != name || lines[1].KeyID != v.of(s.lead).KeyID() || len(lines[1].Signature) != 72 {
		return tlog.Cosigned{}, tlog.ErrCosignature
	}
	return tlog.Cosigned{Name: name, Time: int64(be64(lines[1].Signature))}, nil
}

// certifiedHead takes a head whose signatures are verified and whose root is
// the log's.
func (s *Station) certifiedHead(size int64, note []byte, cosigned []tlog.Cosigned) {
	s.mu.Lock()
	if size > s.certified.Size {
		// The log time of a head is that of its first quorum: cosignatures
		// that come later do not move what was decided by it.
		s.certified = logdb.Head{Size: size, Time: max(tlog.LogTime(cosigned), s.certified.Time), Note: note}
		s.bump()
	} else if size == s.certified.Size && len(note) > len(s.certified.Note) {
		s.certified.Note = note
		s.bump()
	}
	s.mu.Unlock()
	s.compareClock(size, tlog.LogTime(cosigned))
	s.watch.keepCosigned(note, size, cosigned)
}

// findHeader looks for an originator's header in the log, newest first.
func (s *Station) findHeader(ctx context.Context, o label.MemberID, incarnation uint32, sequence uint64) ([]byte, error) {
	_, raw, err := s.findLeaf(ctx, func(raw []byte) bool {
		return label.MemberID(raw[40:43]) == o && be32(raw[44:]) == incarnation && be64(raw[48:]) == sequence
	})
	return raw, err
}

// findLeaf looks for a header in the log, newest first.
func (s *Station) findLeaf(ctx context.Context, is func(raw []byte) bool) (int64, []byte, error) {
	for end := s.Size(); end > 0; {
		from := max(0, end-4096)
		hs, err := s.log.Headers(ctx, from, end)
		if err != nil {
			return 0, nil, err
		}
		for at := len(hs) - seal.HeaderSize; at >= 0; at -= seal.HeaderSize {
			if raw := hs[at : at+seal.HeaderSize]; is(raw) {
				return from + int64(at/seal.HeaderSize), bytes.Clone(raw), nil
			}
		}
		end = from
	}
	return 0, nil, ErrNotFound
}
