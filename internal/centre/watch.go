package centre

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// watch is what members do behind the lead's back, so that it cannot withhold,
// fork or roll back unseen: originators announce their headers to everybody,
// members compare heads directly, and hand evidence on.
type watch struct {
	s    *Station
	post chan struct{} // own headers to announce

	mu       sync.Mutex
	pending  map[label.MemberID][]notice // announced, not in the log, in order
	top      map[label.MemberID][]byte   // highest announced header
	topMoved bool
	cosigned map[label.MemberID][]byte // note with the highest head a member cosigned
	heads    map[label.MemberID]int64  // sizes of the heads that members have shown directly
	outgoing map[label.MemberID][]byte // own headers that a member has still to hear of
	told     map[string]bool           // evidence handed on
}

// notice is an announced header that is not in the log yet.
type notice struct {
	incarnation uint32
	sequence    uint64
	hash        seal.Hash
	heard       time.Time
	handedIn    time.Time // when we ourselves submitted it to the lead
	raw         []byte
}

// maxPending bounds what is remembered of one originator; a node that
// announces more without submitting it is not worth waiting for.
const maxPending = 1 << 16

func newWatch(s *Station) *watch {
	return &watch{s: s, post: make(chan struct{}, 1),
		pending: map[label.MemberID][]notice{}, top: map[label.MemberID][]byte{}, cosigned: map[label.MemberID][]byte{},
		heads: map[label.MemberID]int64{}, outgoing: map[label.MemberID][]byte{}, told: map[string]bool{}}
}

func (w *watch) load(ctx context.Context) error {
	rows, err := w.s.log.Announced(ctx)
	if err != nil {
		return err
	}
	for m, h := range rows {
		w.top[label.MemberID(m)] = h
	}
	if n := w.s.certified.Note; n != nil {
		w.noteCosigned(n)
	}
	return nil
}

// announce queues own headers for everybody else.
func (w *watch) announce(rows []logdb.Filed) {
	w.mu.Lock()
	for m := range w.s.found.Members().All() {
		if m == w.s.self {
			continue
		}
		q := w.outgoing[m]
		for _, r := range rows {
			q = append(q, r.Header...)
		}
		// A member that has been dark for long learns of the rest from the
		// log; the newest are what a withholding lead could hide.
		if over := len(q) - 8192*seal.HeaderSize; over > 0 {
			q = q[over:]
		}
		w.outgoing[m] = q
	}
	w.mu.Unlock()
	select {
	case w.post <- struct{}{}:
	default:
	}
}

// announceLoop tells the others, each at its own pace.
func (w *watch) announceLoop(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wake := map[label.MemberID]chan struct{}{}
	for m := range w.s.found.Members().All() {
		if m == w.s.self {
			continue
		}
		c := make(chan struct{}, 1)
		wake[m] = c
		wg.Go(func() { w.announceTo(ctx, m, c) })
	}
	for {
		select {
		case <-w.post:
			for _, c := range wake {
				select {
				case c <- struct{}{}:
				default:
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *watch) announceTo(ctx context.Context, m label.MemberID, wake <-chan struct{}) {
	pause := w.s.tune.RetryMin
	for {
		w.mu.Lock()
		q := w.outgoing[m]
		w.mu.Unlock()
		if len(q) == 0 {
			select {
			case <-wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		part := q[:min(len(q), 4096*seal.HeaderSize)]
		_, err := w.s.post(ctx, m, "/announce", part)
		var re *remoteError
		if err == nil || errors.As(err, &re) && re.status < 500 {
			// Told, or refused for good: neither is sent again.
			w.mu.Lock()
			if cur := w.outgoing[m]; len(cur) >= len(part) && string(cur[:seal.HeaderSize]) == string(part[:seal.HeaderSize]) {
				w.outgoing[m] = cur[len(part):]
			}
			w.mu.Unlock()
			pause = w.s.tune.RetryMin
			continue
		}
		if sleep(ctx, pause) != nil {
			return
		}
		pause = min(2*pause, w.s.tune.RetryMax)
	}
}

// heard takes an announcement: headers of the caller, in order, the last one's
// signature verified for all of them.
func (w *watch) heard(_ context.Context, from label.MemberID, body []byte) error {
	if len(body) == 0 || len(body)%seal.HeaderSize != 0 {
		return ErrTruncated
	}
	if len(body) > 4096*seal.HeaderSize {
		return ErrTooLarge
	}
	key, ok := w.s.State().HeaderKey(from, w.s.Size())
	if !ok {
		return fmt.Errorf("%w: %s", ErrSuspended, from)
	}
	n := len(body) / seal.HeaderSize
	for i := range n {
		raw := body[i*seal.HeaderSize : (i+1)*seal.HeaderSize]
		h, err := seal.ParseHeader(raw)
		if err != nil {
			return err
		}
		if h.Originator != from {
			return fmt.Errorf("%w: %s announces for %s", seal.ErrOriginator, from, h.Originator)
		}
		if h.Charter != w.s.hash {
			return seal.ErrCharter
		}
		if i > 0 && seal.HashHeader(body[(i-1)*seal.HeaderSize:i*seal.HeaderSize]) != h.Previous {
			return seal.ErrPrevious
		}
	}
	// Under a certificate that the log does not hold yet, nothing can be
	// verified; the log will bring it.
	if err := seal.VerifyHeader(body[len(body)-seal.HeaderSize:], ed25519.PublicKey(key[:])); err != nil {
		return err
	}
	w.s.mu.RLock()
	end := w.s.chains[from]
	w.s.mu.RUnlock()
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		raw := body[i*seal.HeaderSize : (i+1)*seal.HeaderSize]
		inc, seq := be32(raw[44:]), be64(raw[48:])
		if t := w.top[from]; t == nil || inc > be32(t[44:]) || inc == be32(t[44:]) && seq > be64(t[48:]) {
			w.top[from] = append([]byte(nil), raw...)
			w.topMoved = true
		}
		if inc < end.Incarnation || inc == end.Incarnation && seq <= end.Sequence {
			continue
		}
		q := w.pending[from]
		if len(q) >= maxPending {
			continue
		}
		if k := len(q); k > 0 && (inc < q[k-1].incarnation || inc == q[k-1].incarnation && seq <= q[k-1].sequence) {
			continue
		}
		w.pending[from] = append(q, notice{incarnation: inc, sequence: seq, hash: seal.HashHeader(raw), heard: now, raw: append([]byte(nil), raw...)})
	}
	return nil
}

// logged drops notices of what the log holds by now.
func (w *watch) logged(chains map[label.MemberID]seal.Chain) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for m, c := range chains {
		q := w.pending[m]
		k := 0
		for k < len(q) && (q[k].incarnation < c.Incarnation || q[k].incarnation == c.Incarnation && q[k].sequence <= c.Sequence) {
			if q[k].incarnation == c.Incarnation && q[k].sequence == c.Sequence && q[k].hash != c.Last {
				raw := q[k].raw
				go w.forkSeen(m, raw) // needs the store; the caller holds it
			}
			k++
		}
		if k > 0 {
			w.pending[m] = append([]notice(nil), q[k:]...)
		}
	}
}

// forkSeen keeps evidence that an originator announced another header than the
// one it got logged.
func (w *watch) forkSeen(m label.MemberID, announced []byte) {
	ctx := context.Background()
	other, err := w.s.findHeader(ctx, m, be32(announced[44:]), be64(announced[48:]))
	if err != nil {
		return
	}
	w.forkOf(ctx, other, announced)
}

// withheld returns what the lead keeps out of the log: headers that we handed
// in ourselves longer than the merge delay ago.
func (w *watch) withheld() []string {
	delay := time.Duration(w.s.found.Charter().MergeDelaySeconds) * time.Second
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for m, q := range w.pending {
		if len(q) > 0 && !q[0].handedIn.IsZero() && time.Since(q[0].handedIn) >= delay {
			out = append(out, fmt.Sprintf("%s incarnation %d sequence %d, announced at %s", m, q[0].incarnation, q[0].sequence, q[0].heard.UTC().Format(time.RFC3339)))
		}
	}
	return out
}

func (w *watch) withheldNames() []string { return w.withheld() }

// highest returns the highest header that a member announced, or nil.
func (w *watch) highest(m label.MemberID) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.top[m]
}

// noteCosigned remembers who has cosigned a head.
func (w *watch) noteCosigned(note []byte) {
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return
	}
	cs, err := tlog.Cosignatures(note, w.s.cosigners)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for m, i := range w.s.cosignBy {
		for _, c := range cs {
			if c.Name != w.s.cosigners[i].Name() {
				continue
			}
			if have, _, err := tlog.ParseCheckpoint(w.cosigned[m]); err != nil || have.Size < cp.Size {
				w.cosigned[m] = note
			}
		}
	}
}

// cosignedBy returns the note with the highest head that a member is known to
// have cosigned, or to have signed as lead.
func (w *watch) cosignedBy(m label.MemberID) []byte {
	w.mu.Lock()
	best := w.cosigned[m]
	w.mu.Unlock()
	if m != w.s.lead {
		return best
	}
	w.s.mu.RLock()
	defer w.s.mu.RUnlock()
	if have, _, err := tlog.ParseCheckpoint(best); err != nil || have.Size < w.s.checkSize {
		return w.s.checkNote
	}
	return best
}

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
	if a.Certified != "" {
		w.noteCosigned([]byte(a.Certified))
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

// chase submits what an originator announced and the lead does not log: the
// originator is asked for it, and it is handed in from here.
func (w *watch) chase(ctx context.Context) {
	delay := time.Duration(w.s.found.Charter().MergeDelaySeconds) * time.Second
	for m := range w.s.found.Members().All() {
		w.mu.Lock()
		var late []notice
		for _, n := range w.pending[m] {
			if time.Since(n.heard) < delay || len(late) == 64 {
				break
			}
			late = append(late, n)
		}
		w.mu.Unlock()
		if len(late) == 0 || m == w.s.self {
			continue
		}
		var r run
		for _, n := range late {
			path := "/envelope?incarnation=" + strconv.FormatUint(uint64(n.incarnation), 10) + "&sequence=" + strconv.FormatUint(n.sequence, 10)
			raw, err := w.s.call(ctx, m, http.MethodGet, path, nil)
			var re *remoteError
			if errors.As(err, &re) && re.status == http.StatusNotFound {
				// It cannot produce what it announced: nobody waits for it.
				w.drop(m)
				break
			}
			if err != nil {
				break
			}
			e, err := splitEnvelopes(raw)
			if err != nil || e.n() != 1 || seal.HashHeader(e.headers) != n.hash || seal.CheckBody(e.headers, e.bodies[0]) != nil {
				w.drop(m)
				break
			}
			r.add(e.headers, e.bodies[0])
		}
		if r.n() == 0 {
			continue
		}
		_, err := w.s.submitTo(ctx, r)
		var re *remoteError
		if errors.As(err, &re) && re.code == "quota" {
			continue // the lead has said why, and it will be taken later
		}
		w.mu.Lock()
		q := w.pending[m]
		for i := range q {
			if i < r.n() && q[i].handedIn.IsZero() {
				q[i].handedIn = time.Now()
			}
		}
		w.mu.Unlock()
	}
	if held := w.withheld(); len(held) > 0 {
		w.s.logger.Error("the lead withholds", "first", held[0], "count", len(held))
	}
}

func (w *watch) drop(m label.MemberID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pending, m)
}

// fetchBodies asks every member for bodies that have still to come.
func (w *watch) fetchBodies(ctx context.Context) error {
	s := w.s
	missing, err := s.log.Missing(ctx, 256)
	if err != nil || len(missing) == 0 {
		return err
	}
	got := map[int64][]byte{}
	for m := range s.found.Members().All() {
		if m == s.self {
			continue
		}
		for _, i := range missing {
			if got[i] != nil {
				continue
			}
			// A neighbourhood, not one body: see spec/delivery.md, "GET /range".
			from := i / 64 * 64
			to := min(from+64, s.Size())
			raw, err := s.call(ctx, m, http.MethodGet, "/range?from="+strconv.FormatInt(from, 10)+"&to="+strconv.FormatInt(to, 10), nil)
			if err != nil {
				break
			}
			hs, err := s.log.Headers(ctx, from, to)
			if err != nil {
				return err
			}
			for j := from; j < to && len(raw) > 0; j++ {
				header, body, rest, err := parseEntry(raw)
				if err != nil || string(header) != string(hs[(j-from)*seal.HeaderSize:(j-from+1)*seal.HeaderSize]) {
					break
				}
				raw = rest
				if body != nil && seal.CheckBody(header, body) == nil {
					got[j] = body
				}
			}
		}
	}
	wanted := map[int64][]byte{}
	for _, i := range missing {
		if got[i] != nil {
			wanted[i] = got[i]
		}
	}
	if len(wanted) == 0 {
		return fmt.Errorf("%w: %d, from index %d", ErrBodies, len(missing), missing[0])
	}
	if err := s.log.Fill(ctx, wanted); err != nil {
		return err
	}
	s.mu.Lock()
	s.absent -= len(wanted)
	s.bump()
	s.mu.Unlock()
	return nil
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
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 4*w.s.tune.RetryMax)
			defer cancel()
			if _, err := w.s.post(ctx, m, "/evidence?kind="+url.QueryEscape(kind), data); err != nil {
				w.s.logger.Info("evidence was not taken", "by", string(m), "err", err)
			}
		}()
	}
}
