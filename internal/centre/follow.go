package centre

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"entente/charter"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// follow mirrors the lead's log until ctx ends: it takes runs of leaves,
// verifies and stores them, and cosigns the heads.
func (s *Station) follow(ctx context.Context) error {
	pause := s.tune.RetryMin
	from := s.lead
	for {
		began := time.Now()
		err := s.followOnce(ctx, from)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.Halted() != nil {
			<-ctx.Done()
			return ctx.Err()
		}
		s.mu.Lock()
		s.refused = err.Error()
		s.mu.Unlock()
		if time.Since(began) > s.tune.RetryMax {
			pause = s.tune.RetryMin
		}
		// While the lead is silent others may have more of its log.
		if m, ok := s.watch.ahead(); ok && m != s.lead {
			part, cancel := context.WithTimeout(ctx, 4*s.tune.RetryMax)
			err := s.followOnce(part, m)
			cancel()
			s.logger.Info("mirrored from another member", "from", string(m), "size", s.Size(), "err", err)
		}
		s.logger.Info("the stream ended", "from", string(from), "code", Code(err), "err", err, "again_in", pause)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, s.tune.RetryMax)
	}
}

// frame is one frame of a stream.
type frame struct {
	kind    byte
	payload []byte
}

// followOnce follows one member's stream until it breaks.
func (s *Station) followOnce(ctx context.Context, m label.MemberID) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, base, err := s.peers.Client(m)
	if err != nil {
		return err
	}
	s.mu.RLock()
	from := s.size
	s.mu.RUnlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+linkPath+"/stream?from="+strconv.FormatInt(from, 10), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		s.linkRefused(err)
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err := readError(resp)
		s.linkRefused(err)
		return err
	}
	frames := make(chan frame, 64)
	failed := make(chan error, 1)
	go func() {
		defer close(frames)
		// A stream without a byte for so long is dead.
		dead := time.AfterFunc(6*s.tune.Alive, cancel)
		defer dead.Stop()
		br := bufio.NewReaderSize(resp.Body, 1<<18)
		for {
			kind, payload, err := readFrame(br)
			if err != nil {
				failed <- err
				return
			}
			dead.Reset(6 * s.tune.Alive)
			select {
			case frames <- frame{kind, payload}:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
	}()
	f := follower{s: s, from: m}
	state := s.State()
	for {
		if now := s.State(); now != state {
			state = now
			if other, _, err := s.peers.Client(m); err == nil && other != client {
				return fmt.Errorf("%w: the line to %s is opened again under the keys in force", ErrKeys, m)
			}
		}
		fr, ok := <-frames
		if !ok {
			return <-failed
		}
		if s.Halted() != nil {
			return ErrHalted
		}
		if err := f.take(ctx, fr, len(frames) > 0); err != nil {
			return err
		}
		// What waited may have been no leaves: then the held head is the last.
		if fr.kind != frameEntries && f.held != nil && len(frames) == 0 {
			if err := f.checkpoint(ctx, f.held, false); err != nil {
				return err
			}
		}
	}
}

// follower is the state of one stream.
type follower struct {
	s        *Station
	from     label.MemberID
	run      run // leaves that have come and are not stored yet
	bytes    int // of bodies in run
	far      tlog.Checkpoint
	farNote  []byte               // signed head to which catching up is proven
	farKeys  *charter.PurposeKeys // the lead's, when they changed on the way to it
	held     []byte               // head of leaves in run that were not stored yet, because others waited
	lastNote []byte               // a certified head that came before its leaves
}

// What a follower gathers before it stores is bounded: leaves whose signature
// still has to come, or heads that it skips because others wait.
const (
	maxGathered      = 4 * 4096
	maxGatheredBytes = 64 << 20
)

// take handles one frame. more says that others are waiting: leaves are then
// gathered, so that many batches are stored in one write.
func (f *follower) take(ctx context.Context, fr frame, more bool) error {
	s := f.s
	switch fr.kind {
	case frameAlive:
		return nil
	case frameKeys:
		return f.newKeys(fr.payload)
	case frameEntries:
		first, r, err := parseEntries(fr.payload)
		if err != nil {
			return err
		}
		if want := s.Size() + int64(f.run.n()); first != want {
			return fmt.Errorf("the stream goes on at %d, wanted is %d", first, want)
		}
		if f.bytes += len(fr.payload); f.run.n()+r.n() > maxGathered || f.bytes > maxGatheredBytes {
			return fmt.Errorf("%w: %d leaves without a head that covers them", ErrTooLarge, f.run.n()+r.n())
		}
		f.run.headers = append(f.run.headers, r.headers...)
		f.run.bodies = append(f.run.bodies, r.bodies...)
		return nil
	case frameProof:
		m, n, proof, err := parseProof(fr.payload)
		if err != nil {
			return err
		}
		return f.proven(ctx, m, n, proof)
	case frameCheckpoint:
		return f.checkpoint(ctx, fr.payload, more)
	case frameCertified:
		cp, _, err := tlog.ParseCheckpoint(fr.payload)
		if err != nil {
			return err
		}
		if cp.Size > s.Size() {
			f.lastNote = fr.payload
			return nil
		}
		return s.certify(ctx, fr.payload)
	}
	return nil
}

// newKeys takes a certificate of the lead that stands between the log here and
// the far head: its root has signed it, so that the head can be believed before
// the leaf that brings it into force is here.
func (f *follower) newKeys(payload []byte) error {
	s := f.s
	for _, m := range s.found.Charter().Members {
		if m.ID != s.lead {
			continue
		}
		c, err := charter.OpenKeyCertificate(payload, s.found.Hash(), m.ID, m.Root)
		if err != nil {
			return err
		}
		if now, _ := s.State().Certificate(s.lead, math.MaxInt64); c.Serial <= now.Serial {
			return fmt.Errorf("%w: certificate %d of the lead, in force is %d", ErrStale, c.Serial, now.Serial)
		}
		f.farKeys = &c.Keys
	}
	return nil
}

// proven stores a run that a consistency proof ties to a signed head.
func (f *follower) proven(ctx context.Context, m, n int64, proof []tlog.Hash) error {
	s := f.s
	if f.far.Size != n || m != s.Size()+int64(f.run.n()) || f.run.n() == 0 {
		return fmt.Errorf("a proof from %d to %d fits nothing here", m, n)
	}
	s.appending.Lock()
	defer s.appending.Unlock()
	tie := func(size int64, root tlog.Hash) error {
		if err := tlog.CheckConsistency(proof, size, n, root, f.far.Root); err != nil {
			return fmt.Errorf("leaves up to %d do not belong to the head of size %d: %w", size, n, err)
		}
		return nil
	}
	_, err := s.appendRun(ctx, f.run, nil, func(size int64, root tlog.Hash, _ *charter.State) error { return tie(size, root) })
	var refused *seal.RunError
	if errors.As(err, &refused) {
		if unsigned(&f.run, refused) {
			return nil // what follows may sign it (spec/envelope.md, "Chunks")
		}
		if root, rerr := f.root(); rerr == nil && tie(m, root) == nil {
			return f.convict(ctx, f.farNote, &HeadPrefix{Size: m, Root: root[:], Proof: rawHashes(proof)}, refused, err)
		}
	}
	f.clear()
	return err
}

// unsigned says whether a run failed only because the last header of an
// originator is not signed, and a later one may cover it.
func unsigned(r *run, e *seal.RunError) bool {
	if !errors.Is(e, seal.ErrSignature) || seal.Kind(r.header(e.Index)[5]) != seal.Sealed {
		return false
	}
	for i := e.Index + 1; i < r.n(); i++ {
		if string(r.header(i)[40:43]) == string(r.header(e.Index)[40:43]) {
			return false
		}
	}
	return true
}

func (f *follower) clear() { f.run, f.bytes, f.held = run{}, 0, nil }

// root is that of the log with the gathered leaves. The caller holds appending.
func (f *follower) root() (tlog.Hash, error) {
	frontier := f.s.frontier.Clone()
	for i := range f.run.n() {
		if err := frontier.Append([]tlog.Hash{tlog.LeafHash(f.run.header(i))}); err != nil {
			return tlog.Hash{}, err
		}
	}
	return frontier.Root(), nil
}

// convict halts over leaves that the lead has signed a head over and that no
// log may hold. Where that cannot be shown without the log, the run is refused.
func (f *follower) convict(ctx context.Context, head []byte, prefix *HeadPrefix, refused *seal.RunError, cause error) error {
	s := f.s
	data, err := s.convict(signedRun{f.run, head, prefix}, refused)
	if err != nil {
		s.logger.Error("an invalid log makes no evidence", "err", err)
	}
	f.clear()
	if data == nil {
		return cause
	}
	cause = fmt.Errorf("%w: %w", ErrInvalidLog, cause)
	s.halt(ctx, cause, evidenceInvalid, data)
	return cause
}

// checkpoint takes a head signed by the lead.
func (f *follower) checkpoint(ctx context.Context, note []byte, more bool) error {
	s := f.s
	f.held = nil
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	reach := s.Size() + int64(f.run.n())
	switch {
	case cp.Size > reach: // catching up: what follows is proven against this head
		return f.distant(cp, note)
	case cp.Size < reach && f.run.n() > 0:
		return fmt.Errorf("a head of size %d after leaves up to %d", cp.Size, reach)
	case cp.Size < s.Size():
		return s.shorter(ctx, f.from, cp, note)
	}
	if f.run.n() > 0 {
		if more && f.run.n() < s.tune.CatchUp {
			f.held = note
			return nil // others wait: one write for all of them
		}
		if err := f.store(ctx, cp, note); err != nil {
			return err
		}
	} else {
		if err := s.leadsHead(s.State(), cp, note); err != nil {
			return err
		}
		if err := s.compareHead(ctx, cp, note); err != nil {
			return err
		}
	}
	s.keepCheckpoint(cp, note)
	if f.from == s.lead {
		s.mu.Lock()
		s.refused = ""
		s.mu.Unlock()
	}
	s.cosigner.offer(note, cp.Size)
	if f.lastNote != nil {
		note := f.lastNote
		if c, _, err := tlog.ParseCheckpoint(note); err == nil && c.Size <= s.Size() {
			f.lastNote = nil
			return s.certify(ctx, note)
		}
	}
	return nil
}

// distant takes a head that reaches further than the leaves so far.
func (f *follower) distant(cp tlog.Checkpoint, note []byte) error {
	s := f.s
	key := s.verifiersAt(cp.Size).log
	if f.farKeys != nil {
		var err error
		if key, err = tlog.NewLogVerifier(s.origin, f.farKeys.Checkpoint[:]); err != nil {
			return err
		}
	}
	cp, err := tlog.VerifyCheckpoint(note, s.origin, key)
	if err != nil {
		return err
	}
	f.far, f.farNote = cp, note
	s.mu.Lock()
	if cp.Size > s.seenSize {
		s.seenNote, s.seenSize = note, cp.Size
	}
	s.mu.Unlock()
	return nil
}

// store stores the gathered leaves under the head that covers them.
func (f *follower) store(ctx context.Context, cp tlog.Checkpoint, note []byte) error {
	s := f.s
	s.appending.Lock()
	defer s.appending.Unlock()
	_, err := s.appendRun(ctx, f.run, nil, func(size int64, root tlog.Hash, after *charter.State) error {
		// The leaves themselves may bring the key that signs their head.
		if err := s.leadsHead(after, cp, note); err != nil {
			return err
		}
		if root != cp.Root {
			return fmt.Errorf("%w: the leaves up to %d do not give the head that the lead signed", errRoot, size)
		}
		return nil
	})
	var refused *seal.RunError
	if errors.As(err, &refused) {
		// What the lead has signed is its fault, what it has not is the stream's.
		if root, rerr := f.root(); rerr == nil && root == cp.Root {
			if _, verr := tlog.VerifyCheckpoint(note, s.origin, s.verifiersAt(cp.Size).log); verr == nil {
				return f.convict(ctx, note, nil, refused, err)
			}
		}
	}
	f.clear()
	return err
}

// leadsHead verifies a head of the lead that it shows for the leaves here: its
// signature, and its own cosignature, whose times never go back, so that a
// roll-back can be proven (spec/delivery.md, "GET /stream").
func (s *Station) leadsHead(st *charter.State, cp tlog.Checkpoint, note []byte) error {
	v, err := s.verifiers.at(st, cp.Size)
	if err != nil {
		return err
	}
	if _, err := tlog.VerifyCheckpoint(note, s.origin, v.log); err != nil {
		return err
	}
	c, err := tlog.VerifyCosignature(note, v.of(s.lead))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cp.Size >= s.leadSize && c.Time < s.leadTime {
		return fmt.Errorf("%w: the lead's head of size %d bears the time %d, one of size %d bore %d", ErrStale, cp.Size, c.Time, s.leadSize, s.leadTime)
	}
	s.leadSize, s.leadTime = max(s.leadSize, cp.Size), max(s.leadTime, c.Time)
	return nil
}

// errRoot: leaves that do not give the signed root. Either the stream was
// garbled or the lead is at odds with itself; heads decide, not the stream.
var errRoot = newError("root", "the leaves do not give the head that was signed")

// shorter judges a head that is smaller than the log here. From another member
// it only says that the member is behind. From the lead, it is a roll-back when
// its cosignature is later than that of a larger head.
func (s *Station) shorter(ctx context.Context, from label.MemberID, cp tlog.Checkpoint, note []byte) error {
	if _, err := s.seeCheckpoint(ctx, note); err != nil {
		return err
	}
	if from != s.lead {
		return fmt.Errorf("%s is behind: it has %d leaves", from, cp.Size)
	}
	err := fmt.Errorf("%w: its head has size %d, here are %d leaves", ErrRollback, cp.Size, s.Size())
	s.rolledBack(ctx, note, err)
	return err
}
