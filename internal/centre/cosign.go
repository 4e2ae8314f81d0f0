package centre

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"entente/tlog"
)

// settingCosigned is the latest time that stands in a cosignature of this
// member, in Unix seconds.
const settingCosigned = "cosigned_at"

// loadCosigned takes up where the cosignatures stopped. What was cosigned before
// is not above the log's size here, so nothing below it is cosigned again.
func (s *Station) loadCosigned(ctx context.Context) error {
	v, err := s.log.Setting(ctx, settingCosigned)
	if err != nil {
		return err
	}
	if len(v) > 0 {
		if s.cosignAt, err = strconv.ParseInt(string(v), 10, 64); err != nil {
			return fmt.Errorf("setting %s: %w", settingCosigned, err)
		}
	}
	s.cosignKept, s.cosignTop = s.cosignAt, s.size
	return nil
}

// cosignedNotBefore learns, from what others hold, of a cosignature of this
// member.
func (s *Station) cosignedNotBefore(at int64) {
	s.cosigning.Lock()
	defer s.cosigning.Unlock()
	s.cosignAt = max(s.cosignAt, at)
}

// clockSeen is what the local clock showed when a head of this size was cosigned.
type clockSeen struct{ size, now int64 }

// compareClock notes how far the local clock was from the log time of a fresh
// head when it was cosigned here (spec/time.md). A head that was certified while
// nothing was said for long says nothing of the clock.
func (s *Station) compareClock(size, logTime int64) {
	if seen := s.cosignSeen.Load(); seen != nil && seen.size == size {
		s.clockSkew.Store(seen.now - logTime)
	}
}

// cosign returns this member's cosignature line over a head that the log here
// holds durably and the time in it, or says why it does not cosign (spec/delivery.md, "What a
// member cosigns"). The caller has checked that the head's root is the log's.
func (s *Station) cosign(ctx context.Context, note []byte, size int64) (line []byte, at int64, err error) {
	if !s.recovery.mayCosign() {
		return nil, 0, ErrRecovering
	}
	// Whether the lead withholds is for the others to say.
	if s.sequencer == nil {
		if held := s.watch.withheld(); len(held) > 0 {
			return nil, 0, fmt.Errorf("%w: %s", ErrWithheld, held[0])
		}
	}
	signers := s.heads.Load()
	if signers.unusable != nil {
		return nil, 0, signers.unusable
	}
	s.cosigning.Lock()
	defer s.cosigning.Unlock()
	s.mu.RLock()
	halted, opaque, absent, have, certified := s.halted, s.opaque, s.absent, s.size, s.certified.Time
	s.mu.RUnlock()
	switch {
	case halted != nil:
		return nil, 0, ErrHalted
	case opaque >= 0 && opaque < size:
		return nil, 0, ErrOpaque
	case absent > 0:
		return nil, 0, ErrBodies
	case size > have:
		return nil, 0, fmt.Errorf("%w: size %d, here are %d", tlog.ErrRange, size, have)
	case size < s.cosignTop:
		// Nothing is gained by cosigning an older head, and a member whose
		// cosignatures go back in size looks like one that was rolled back.
		return nil, 0, fmt.Errorf("%w: size %d after %d", tlog.ErrRange, size, s.cosignTop)
	}
	// Timestamps never decrease, whatever the clock does, over restarts too
	// (spec/time.md): each is on the disk before it is signed, which costs one
	// small write a second.
	now := time.Now().Unix()
	at = max(now, s.cosignAt, certified)
	if at > s.cosignKept {
		if err := s.log.SetSetting(ctx, settingCosigned, strconv.AppendInt(nil, at, 10)); err != nil {
			return nil, 0, err
		}
		s.cosignKept = at
	}
	s.cosignAt = at
	line, err = tlog.Cosign(note, signers.cosignature, at)
	if err != nil {
		return nil, 0, err
	}
	s.cosignTop = size
	s.cosignSeen.Store(&clockSeen{size: size, now: now})
	return line, at, nil
}
