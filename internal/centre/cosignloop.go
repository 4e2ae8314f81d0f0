package centre

import (
	"context"
	"time"
)

// cosignLoop sends cosignatures to the lead, newest first, until ctx ends.
type cosignLoop struct {
	s      *Station
	offers chan offered
}

type offered struct {
	note []byte
	size int64
}

func newCosignLoop(s *Station) *cosignLoop {
	return &cosignLoop{s: s, offers: make(chan offered, 1)}
}

// offer puts a head forward for cosigning; an older one that waits is dropped.
func (c *cosignLoop) offer(note []byte, size int64) {
	for {
		select {
		case c.offers <- offered{note, size}:
			return
		default:
		}
		select {
		case <-c.offers:
		default:
		}
	}
}

func (c *cosignLoop) run(ctx context.Context) error {
	s := c.s
	// What was offered meanwhile is cosigned at once when it may be: a head that
	// nobody cosigns is followed by no other, so nothing would wake this again.
	if err := s.recovery.wait(ctx, s.recovery.mayCosign); err != nil {
		return err
	}
	again := time.NewTicker(s.tune.CompareEvery)
	defer again.Stop()
	var last offered
	for {
		select {
		case last = <-c.offers:
		case <-again.C:
			// A head that could not be cosigned may be by now: bodies have
			// come, or what was withheld has appeared.
			s.mu.RLock()
			done := last.note == nil || s.certified.Size >= last.size
			s.mu.RUnlock()
			if done {
				continue
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		line, _, err := s.cosign(ctx, last.note, last.size)
		if err != nil {
			s.logger.Info("a head is not cosigned", "size", last.size, "code", Code(err))
			continue
		}
		if err := s.postCosignature(ctx, last.size, line); err != nil && ctx.Err() == nil {
			s.logger.Info("a cosignature did not reach the lead", "size", last.size, "err", err)
		}
	}
}

func (s *Station) postCosignature(ctx context.Context, size int64, line []byte) error {
	if s.sequencer != nil {
		return s.sequencer.gather(size, line)
	}
	_, err := s.post(ctx, s.lead, "/cosign", append(putU64(nil, uint64(size)), line...))
	return err
}
