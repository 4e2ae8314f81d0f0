package centre

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"entente/label"
)

// compareLoop compares heads with the other members, chases what the log
// lacks, fetches bodies that are missing and keeps what was learnt.
func (w *watch) compareLoop(ctx context.Context) error {
	tick := time.NewTicker(w.s.tune.CompareEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		for m := range w.s.found.Members().All() {
			if m == w.s.self {
				continue
			}
			if err := w.compare(ctx, m); err != nil && ctx.Err() == nil {
				w.s.logger.Debug("heads were not compared", "with", string(m), "err", err)
			}
		}
		w.chase(ctx)
		w.fileAgain(ctx)
		if err := w.fetchBodies(ctx); err != nil && ctx.Err() == nil {
			w.s.logger.Info("bodies have still to come", "err", err)
		}
		if err := w.save(ctx); err != nil && ctx.Err() == nil {
			w.s.logger.Error("what was announced could not be kept", "err", err)
		}
	}
}

// compare holds another member's view of the lead's heads against the log here.
func (w *watch) compare(ctx context.Context, m label.MemberID) error {
	ctx, cancel := context.WithTimeout(ctx, w.s.tune.RetryMax)
	defer cancel()
	raw, err := w.s.call(ctx, m, http.MethodGet, "/head", nil)
	if err != nil {
		return err
	}
	var a headAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	for _, note := range []string{a.Checkpoint, a.Certified} {
		if note == "" || len(note) > maxNote {
			continue
		}
		cp, err := w.s.seeCheckpoint(ctx, []byte(note))
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.heads[m] = max(w.heads[m], cp.Size)
		w.mu.Unlock()
	}
	if a.Certified != "" && len(a.Certified) <= maxNote {
		return w.s.certify(ctx, []byte(a.Certified))
	}
	return nil
}

// ahead returns a member that has shown a signed head beyond the log here.
func (w *watch) ahead() (label.MemberID, bool) {
	size := w.s.Size()
	w.mu.Lock()
	defer w.mu.Unlock()
	var best label.MemberID
	for m, n := range w.heads {
		if n > size && (best == "" || n > w.heads[best]) {
			best = m
		}
	}
	return best, best != ""
}

// save keeps the highest announced headers and the last certified head.
func (w *watch) save(ctx context.Context) error {
	w.mu.Lock()
	tops := map[string][]byte{}
	if w.topMoved {
		for m, h := range w.top {
			tops[string(m)] = h
		}
		w.topMoved = false
	}
	w.mu.Unlock()
	if len(tops) > 0 {
		if err := w.s.log.KeepAnnounced(ctx, tops); err != nil {
			return err
		}
	}
	return w.s.saveHead(ctx)
}
