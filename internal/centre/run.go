package centre

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"
)

// Run does this member's part until ctx ends: it files and submits, follows or
// sequences, cosigns, announces, compares and recovers. It returns when all of
// that has stopped.
func (s *Station) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.livingMu.Lock()
	s.living = ctx
	s.livingMu.Unlock()
	var wg sync.WaitGroup
	var first error
	var once sync.Once
	start := func(f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && !errors.Is(err, context.Canceled) {
				once.Do(func() { first = err; cancel() })
			}
		})
	}
	start(s.recovery.run)
	start(s.out.run)
	start(s.out.submitLoop)
	start(s.watch.announceLoop)
	start(s.watch.compareLoop)
	start(s.cosigner.run)
	start(s.headLoop)
	start(s.relayLoop)
	if s.sequencer != nil {
		start(s.sequencer.run)
		start(s.regain)
	} else {
		start(s.follow)
	}
	<-ctx.Done()
	wg.Wait()
	s.endWork()
	if err := s.saveHead(context.WithoutCancel(ctx)); err != nil && first == nil {
		first = err
	}
	return first
}

// Size returns the number of leaves held here.
func (s *Station) Size() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.size
}

// headLoop keeps the certified head on the disk, not more often than a disk
// likes: what is lost in a crash is certified again.
func (s *Station) headLoop(ctx context.Context) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		changed := s.Changed() // before the head is read: no move is missed
		if err := s.saveHead(ctx); err != nil && ctx.Err() == nil {
			s.logger.Error("the certified head could not be kept", "err", err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// saveHead writes the certified head and the lead's last checkpoint, if they have
// moved.
func (s *Station) saveHead(ctx context.Context) error {
	s.mu.RLock()
	h, note := s.certified, s.checkNote
	s.mu.RUnlock()
	s.savedMu.Lock()
	defer s.savedMu.Unlock()
	if h.Size > s.saved.Size || h.Size == s.saved.Size && len(h.Note) > len(s.saved.Note) {
		if err := s.log.KeepHead(ctx, h); err != nil {
			return err
		}
		s.saved = h
	}
	if note != nil && !bytes.Equal(note, s.savedNote) {
		if err := s.log.SetSetting(ctx, settingCheckpoint, note); err != nil {
			return err
		}
		s.savedNote = note
	}
	return nil
}

// regain lets a lead that was restored take its own log back from the members
// who mirrored it, before it signs anything.
func (s *Station) regain(ctx context.Context) error {
	for !s.recovery.headReady() {
		if m, ok := s.watch.ahead(); ok {
			part, cancel := context.WithTimeout(ctx, 4*s.tune.RetryMax)
			err := s.followOnce(part, m)
			cancel()
			s.logger.Info("the lead takes its log back", "from", string(m), "size", s.Size(), "err", err)
		}
		if err := sleep(ctx, s.tune.RetryMin); err != nil {
			return err
		}
	}
	return nil
}
