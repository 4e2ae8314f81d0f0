package centre

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"entente/label"
	"entente/seal"
)

// maxChased bounds what is asked of one originator in one round.
const maxChased = 64

// chase submits what an originator announced and the lead does not log: the
// originator is asked for it, and it is handed in from here. Nobody is waited
// for who cannot produce what it announced, or announced what no log may hold.
func (w *watch) chase(ctx context.Context) {
	delay := time.Duration(w.s.found.Charter().MergeDelaySeconds) * time.Second
	for m := range w.s.found.Members().All() {
		if m == w.s.self {
			continue
		}
		w.mu.Lock()
		var late *notice
		for i := range w.pending[m] {
			if n := &w.pending[m][i]; time.Since(n.heard) >= delay && i < maxChased {
				copied := *n
				late = &copied
			}
		}
		w.mu.Unlock()
		if late == nil {
			continue
		}
		r, err := w.produce(ctx, m, late)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, errUnreachable) {
				w.s.logger.Warn("an announcement is dropped", "originator", string(m), "err", err)
				w.drop(m)
			}
			continue
		}
		_, err = w.s.submitTo(ctx, r)
		var re *remoteError
		if err != nil && !errors.As(err, &re) && w.s.sequencer == nil {
			continue // the lead is out of reach: that is not withholding
		}
		last := r.header(r.n() - 1)
		w.mu.Lock()
		q := w.pending[m]
		for i := range q {
			if q[i].incarnation < be32(last[44:]) || q[i].incarnation == be32(last[44:]) && q[i].sequence <= be64(last[48:]) {
				if q[i].handedIn.IsZero() {
					q[i].handedIn = time.Now()
				}
				q[i].excused = q[i].excused || re != nil && re.code == ErrQuota.(*codeError).code
			}
		}
		w.mu.Unlock()
	}
	if held := w.withheld(); len(held) > 0 {
		w.s.logger.Error("the lead withholds", "first", held[0], "count", len(held))
		w.showMissing(ctx)
	}
}

// errUnreachable: nothing is said about who could not be asked.
var errUnreachable = newError("unreachable", "the member is out of reach")

// produce fetches an originator's envelopes from the end of its chain in the log
// up to an announced one, and checks that they may stand in the log.
func (w *watch) produce(ctx context.Context, m label.MemberID, late *notice) (run, error) {
	s := w.s
	s.mu.RLock()
	chains, state, size := maps.Clone(s.chains), s.state, s.size
	s.mu.RUnlock()
	end := chains[m]
	inc, seq := end.Incarnation, end.Sequence+1
	if late.incarnation != end.Incarnation {
		inc, seq = late.incarnation, 1
	}
	var r run
	for ; seq <= late.sequence && r.n() < maxChased; seq++ {
		path := "/envelope?incarnation=" + strconv.FormatUint(uint64(inc), 10) + "&sequence=" + strconv.FormatUint(seq, 10)
		if e, err := s.relayed(ctx, m, inc, seq); err != nil {
			return run{}, err
		} else if e != nil && (seq != late.sequence || seal.HashHeader(e.Header) == late.hash) {
			r.add(e.Header, e.Body)
			continue
		}
		raw, err := s.call(ctx, m, http.MethodGet, path, nil)
		var re *remoteError
		switch {
		case errors.As(err, &re) && re.status == http.StatusNotFound:
			return run{}, fmt.Errorf("%s cannot produce incarnation %d sequence %d, which it announced", m, inc, seq)
		case err != nil:
			return run{}, fmt.Errorf("%w: %w", errUnreachable, err)
		}
		e, err := splitEnvelopes(raw)
		if err != nil {
			return run{}, err
		}
		if e.n() != 1 {
			return run{}, fmt.Errorf("%w: %s answers with %d envelopes", ErrTruncated, m, e.n())
		}
		if seq == late.sequence && seal.HashHeader(e.headers) != late.hash {
			return run{}, fmt.Errorf("%s produces another header than it announced", m)
		}
		r.add(e.headers, e.bodies[0])
	}
	if r.n() == 0 {
		return run{}, fmt.Errorf("%w: the log has gone past it", errUnreachable)
	}
	v, err := s.check(size, r, chains, state, true)
	if err == nil && v.known < r.n() {
		err = ErrOpaque
	}
	return r, err
}

func (w *watch) drop(m label.MemberID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pending, m)
}

// showMissing keeps evidence that the last certified head lacks what is
// withheld, and hands it on. It convicts nobody (spec/evidence.md).
func (w *watch) showMissing(ctx context.Context) {
	delay := time.Duration(w.s.found.Charter().MergeDelaySeconds) * time.Second
	head := w.s.Certified()
	if head.Note == nil {
		return
	}
	var raws [][]byte
	w.mu.Lock()
	for _, q := range w.pending {
		if len(q) > 0 && q[0].held(delay) && !q[0].shown {
			q[0].shown = true
			raws = append(raws, q[0].raw)
		}
	}
	w.mu.Unlock()
	for _, raw := range raws {
		// Only the last header of an announcement was verified: this one may
		// be covered by its successors alone, and then it shows nothing.
		if err := w.s.KeepFault(ctx, &seal.Missing{Header: raw, Note: head.Note}); err != nil {
			w.s.logger.Info("no evidence of what is withheld", "err", err)
		}
	}
}

// tell hands evidence to every other member, once.
func (w *watch) tell(kind string, data []byte) {
	id := evidenceID(data)
	w.mu.Lock()
	known := w.told[id]
	w.told[id] = true
	w.mu.Unlock()
	if known {
		return
	}
	for m := range w.s.found.Members().All() {
		if m == w.s.self {
			continue
		}
		w.s.spawn(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, 4*w.s.tune.RetryMax)
			defer cancel()
			_, err := w.s.post(ctx, m, "/evidence?kind="+url.QueryEscape(kind), data)
			for Code(err) == ErrBusy.(*codeError).code && sleep(ctx, w.s.tune.RetryMin) == nil {
				_, err = w.s.post(ctx, m, "/evidence?kind="+url.QueryEscape(kind), data)
			}
			if err != nil {
				w.s.logger.Info("evidence was not taken", "by", string(m), "err", err)
			}
		})
	}
}

// loadUnfiled finds evidence that would suspend its accused and is not in the
// log yet.
func (w *watch) loadUnfiled(ctx context.Context) error {
	kept, err := w.s.log.ListEvidence(ctx)
	if err != nil {
		return err
	}
	for _, e := range kept {
		if e.Kind == evidenceSeal {
			w.unfiled[e.ID] = true
		}
	}
	return nil
}

// fileAgain files evidence whose filing failed.
func (w *watch) fileAgain(ctx context.Context) {
	w.mu.Lock()
	open := maps.Clone(w.unfiled)
	clear(w.unfiled)
	w.mu.Unlock()
	for id := range open {
		e, ok, err := w.s.log.OneEvidence(ctx, id)
		if err != nil {
			w.s.logger.Error("evidence cannot be read", "evidence", id, "err", err)
			w.fileLater(id)
			continue
		}
		if !ok {
			continue
		}
		a, err := w.s.Judge(e.Data)
		if err == nil && a.Suspends && a.Accused != w.s.self && !w.s.State().Suspended(a.Accused) {
			w.fileEvidence(ctx, id, e.Data)
		}
	}
}

// fileEvidence puts evidence into the log, or remembers to try again.
func (w *watch) fileEvidence(ctx context.Context, id string, data []byte) {
	_, err := w.s.File(ctx, []Item{{Ref: "evidence/" + id, Reserve: true, Seal: func(p seal.Place) (seal.Envelope, error) {
		return seal.SealPublic(p, seal.Evidence, data, w.s.HeaderSigner())
	}}})
	if err != nil {
		w.s.logger.Info("evidence is not filed yet", "evidence", id, "code", Code(err))
		w.fileLater(id)
	}
}

func (w *watch) fileLater(id string) {
	w.mu.Lock()
	w.unfiled[id] = true
	w.mu.Unlock()
}
