package centre

import (
	"fmt"
	"time"

	"entente/tlog"
)

// cosign returns this member's cosignature line over a head that the log here
// holds durably, or says why it does not cosign (spec/delivery.md, "What a
// member cosigns"). The caller has checked that the head's root is the log's.
func (s *Station) cosign(note []byte, size int64) ([]byte, error) {
	if !s.recovery.mayCosign(size) {
		return nil, ErrRecovering
	}
	if held := s.watch.withheld(); len(held) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrWithheld, held[0])
	}
	now := time.Now().Unix()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.halted != nil:
		return nil, ErrHalted
	case s.opaque >= 0 && s.opaque < size:
		return nil, ErrOpaque
	case s.absent > 0:
		return nil, ErrBodies
	case size > s.size:
		return nil, fmt.Errorf("%w: size %d, here are %d", tlog.ErrRange, size, s.size)
	case size < s.cosignTop:
		// Nothing is gained by cosigning an older head, and a member whose
		// cosignatures go back in size looks like one that was rolled back.
		return nil, fmt.Errorf("%w: size %d after %d", tlog.ErrRange, size, s.cosignTop)
	}
	// Timestamps never decrease, whatever the clock does (spec/time.md).
	s.cosignAt = max(now, s.cosignAt, s.certified.Time)
	line, err := tlog.Cosign(note, s.coSigner, s.cosignAt)
	if err != nil {
		return nil, err
	}
	s.cosignTop = size
	if s.certified.Time > 0 {
		s.clockSkew.Store(now - s.certified.Time)
	}
	return line, nil
}
