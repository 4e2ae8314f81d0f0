package centre

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"entente/charter"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// recovery keeps a station silent after its start until a quorum of other
// members has said what it signed before (spec/recovery.md).
type recovery struct {
	s *Station

	mu       sync.Mutex
	heard    map[label.MemberID]bool // who has said anything since the start
	answered map[label.MemberID]bool // whose answer counts
	need     int
	headers  map[string][]byte // highest headers reported, by their bytes
	heads    []tlog.Checkpoint // heads that this member is known to have cosigned, or signed as lead
	lead     int64             // leaves that the lead had when it answered; this member has cosigned no larger head of it
	headerOK bool              // latched once the own chain holds what was reported
	coOK     bool
	stolen   bool // somebody else has signed with our key
	vouched  bool // a custodian has stated that nothing left this node after its state
}

func newRecovery(s *Station) *recovery {
	others := s.found.Members().Len() - 1
	return &recovery{s: s, heard: map[label.MemberID]bool{}, answered: map[label.MemberID]bool{}, need: min(s.quorum, others), headers: map[string][]byte{}}
}

// active says whether the station still waits for something.
func (r *recovery) active() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.headerOK || !r.coOK
}

// run asks the others until enough have answered.
func (r *recovery) run(ctx context.Context) error {
	pause := r.s.tune.RetryMin
	for {
		for m := range r.s.found.Members().All() {
			if m == r.s.self || r.has(m) {
				continue
			}
			if err := r.ask(ctx, m); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				r.s.logger.Debug("a member does not say what it knows", "of", string(m), "err", err)
			}
		}
		if r.settle(ctx) { // who waits for one of the two need not wait for the other
			r.s.wake()
		}
		if !r.active() {
			r.s.logger.Info("recovered", "answers", len(r.answered))
			return nil
		}
		changed := r.s.Changed()
		t := time.NewTimer(pause)
		select {
		case <-changed:
		case <-t.C:
			pause = min(2*pause, r.s.tune.RetryMax)
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		t.Stop()
	}
}

func (r *recovery) has(m label.MemberID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.answered[m]
}

// ask asks one member.
func (r *recovery) ask(ctx context.Context, m label.MemberID) error {
	ctx, cancel := context.WithTimeout(ctx, r.s.tune.RetryMax)
	defer cancel()
	raw, err := r.s.call(ctx, m, "GET", "/known?member="+string(r.s.self), nil)
	if err != nil {
		return err
	}
	return r.take(m, raw)
}

// take takes what a member knows of this one.
func (r *recovery) take(m label.MemberID, raw []byte) error {
	var a knownAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	header, err := base64.StdEncoding.DecodeString(a.Header)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.heard[m] = true
	r.mu.Unlock()
	// An answer counts only for what we signed: a liar can say nothing, but
	// not invent.
	if len(header) > 0 {
		if err := r.signed(header); err != nil {
			return fmt.Errorf("the header that %s reports is not ours: %w", m, err)
		}
	}
	var heads []tlog.Checkpoint
	if a.Cosigned != "" {
		cp, err := r.ours([]byte(a.Cosigned))
		if err != nil {
			return fmt.Errorf("the head that %s reports: %w", m, err)
		}
		heads = append(heads, cp)
	}
	if r.s.self == r.s.lead && a.Size > r.s.Size() && (len(heads) == 0 || heads[0].Size < a.Size) {
		// It has leaves of our log that we lack, and no head of ours for them.
		return fmt.Errorf("%s says that it holds %d leaves, and shows no head of ours for them", m, a.Size)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered[m] = true
	if m == r.s.lead {
		r.lead = a.Size
	}
	if len(header) > 0 {
		r.headers[string(header)] = header
	}
	r.heads = append(r.heads, heads...)
	return nil
}

// signed verifies that a header was signed under a key that was certified for
// this member.
func (r *recovery) signed(raw []byte) error {
	h, err := seal.ParseHeader(raw)
	if err != nil {
		return err
	}
	if h.Originator != r.s.self || h.Charter != r.s.hash {
		return seal.ErrOriginator
	}
	key, ok := r.s.State().HeaderKeyByID(h.Originator, h.Incarnation, charter.KeyID(h.KeyID))
	if !ok {
		return fmt.Errorf("%w: no certificate here names it", seal.ErrKeyID)
	}
	return seal.VerifyHeader(raw, key[:])
}

// ours reads a head that we have cosigned, or signed as lead, and learns the
// time of the cosignature.
func (r *recovery) ours(note []byte) (tlog.Checkpoint, error) {
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return cp, err
	}
	if cp.Origin != r.s.origin {
		return cp, fmt.Errorf("%w: origin %q", tlog.ErrOrigin, cp.Origin)
	}
	v := r.s.verifiersAt(cp.Size)
	if c, err := tlog.VerifyCosignature(note, v.of(r.s.self)); err == nil {
		r.s.cosignedNotBefore(c.Time)
		return cp, nil
	}
	if r.s.self == r.s.lead {
		return tlog.VerifyCheckpoint(note, r.s.origin, v.log)
	}
	return cp, errors.New("we have not signed it")
}

// settle looks whether what was reported is here by now, and says whether that
// has changed what may be signed.
func (r *recovery) settle(ctx context.Context) (moved bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.answered) < r.need && !(r.vouched && len(r.answered) > 0) || r.stolen {
		return false
	}
	headers, heads := r.headerOK, r.coOK
	if !r.headerOK {
		ok := true
		for _, raw := range r.headers {
			known, err := r.knows(ctx, raw)
			if err != nil {
				r.s.logger.Error("a header under our name differs from ours", "err", err)
				r.stolen = true
				return false
			}
			ok = ok && known
		}
		r.headerOK = ok
	}
	if !r.coOK {
		r.s.mu.RLock()
		size := r.s.size
		r.s.mu.RUnlock()
		ok := size >= r.lead
		for _, cp := range r.heads {
			if cp.Size > size {
				ok = false
				continue
			}
			root, err := tlog.RootAt(cp.Size, r.s.log)
			if err != nil || root != cp.Root {
				r.s.logger.Error("a head that we signed has another root than the log here", "size", cp.Size, "err", err)
				ok = false
			}
		}
		// A cosignature goes to the lead alone, which lets go of those that come
		// late. Every head that we may have cosigned is at most its log.
		r.coOK = ok && (r.s.self == r.s.lead || r.answered[r.s.lead] || r.vouched)
	}
	return r.headerOK != headers || r.coOK != heads
}

// knows says whether a header under our name is in our own chain. An error says
// that it differs from ours.
func (r *recovery) knows(ctx context.Context, raw []byte) (bool, error) {
	inc, seq := be32(raw[44:]), be64(raw[48:])
	own := r.s.out.tail()
	if inc < own.Incarnation {
		return true, nil // an incarnation that our root has ended
	}
	if inc > own.Incarnation && own.Incarnation != 0 || seq > own.Sequence {
		return false, nil
	}
	f, err := r.s.log.OutboxEnvelope(ctx, inc, seq)
	if err != nil {
		return false, nil
	}
	var mine []byte
	if f != nil {
		mine = f.Header
	} else if mine, err = r.s.findHeader(ctx, r.s.self, inc, seq); err != nil {
		return false, nil
	}
	if string(mine) != string(raw) {
		return false, fmt.Errorf("incarnation %d sequence %d", inc, seq)
	}
	return true, nil
}

// MaySign says whether this node signs headers: its own chain, as far as a
// quorum of the others knows it, is here (spec/recovery.md).
func (s *Station) MaySign() bool { return s.recovery.maySign() }

// maySign says whether headers may be signed.
func (r *recovery) maySign() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.headerOK && !r.stolen
}

// mayCosign says whether heads may be cosigned.
func (r *recovery) mayCosign() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.coOK && !r.stolen
}

// headReady says whether the lead may sign heads.
func (r *recovery) headReady() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.coOK && r.headerOK && !r.stolen
}

// wait waits until ready.
func (r *recovery) wait(ctx context.Context, ready func() bool) error {
	for {
		changed := r.s.Changed()
		if ready() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// knownHeader returns the highest header of a member that is known here, from
// the log or announced.
func (s *Station) knownHeader(ctx context.Context, m label.MemberID) ([]byte, error) {
	s.mu.RLock()
	c := s.chains[m]
	s.mu.RUnlock()
	announced := s.watch.highest(m)
	if announced != nil {
		inc, seq := be32(announced[44:]), be64(announced[48:])
		if inc > c.Incarnation || inc == c.Incarnation && seq >= c.Sequence {
			return announced, nil
		}
	}
	if c.Sequence == 0 {
		return nil, nil
	}
	return s.findHeader(ctx, m, c.Incarnation, c.Sequence)
}
