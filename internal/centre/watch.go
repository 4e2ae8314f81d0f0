package centre

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"entente/charter"
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
	cosigned map[string]cosignedHead   // the largest head of each cosigner
	heads    map[label.MemberID]int64  // sizes of the heads that members have shown directly
	outgoing map[label.MemberID][]byte // own headers that a member has still to hear of
	told     map[string]bool           // evidence handed on
	unfiled  map[string]bool           // evidence kept that may suspend and is not in the log

	// lacking holds, for each body that is awaited, who has answered without
	// it. The comparing loop alone touches it.
	lacking map[int64]label.MemberSet
}

// notice is an announced header that is not in the log yet.
type notice struct {
	incarnation uint32
	sequence    uint64
	hash        seal.Hash
	heard       time.Time
	handedIn    time.Time // when we ourselves submitted it to the lead
	excused     bool      // the lead has said that its originator is over its quota
	shown       bool      // evidence of its absence is kept
	raw         []byte
}

// maxPending bounds what is remembered of one originator; a node that
// announces more without submitting it is not worth waiting for.
const maxPending = 1 << 16

func newWatch(s *Station) *watch {
	return &watch{s: s, post: make(chan struct{}, 1),
		pending: map[label.MemberID][]notice{}, top: map[label.MemberID][]byte{}, cosigned: map[string]cosignedHead{},
		heads: map[label.MemberID]int64{}, outgoing: map[label.MemberID][]byte{}, told: map[string]bool{}, unfiled: map[string]bool{}, lacking: map[int64]label.MemberSet{}}
}

func (w *watch) load(ctx context.Context) error {
	rows, err := w.s.log.Announced(ctx)
	if err != nil {
		return err
	}
	for m, h := range rows {
		w.top[label.MemberID(m)] = h
	}
	if h := w.s.certified; h.Note != nil {
		cs, err := tlog.Cosignatures(h.Note, w.s.verifiersAt(h.Size).cosigners)
		if err != nil {
			return err
		}
		w.keepCosigned(h.Note, h.Size, cs)
	}
	return w.loadUnfiled(ctx)
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

// announceGap lies between two announcements to one member (spec/delivery.md).
const announceGap = 50 * time.Millisecond

func (w *watch) announceTo(ctx context.Context, m label.MemberID, wake <-chan struct{}) {
	pause := w.s.tune.RetryMin
	var last time.Time
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
		// What comes shortly after goes along: a request for each header would
		// cost more than all else that is done with it.
		if wait := announceGap - time.Since(last); wait > 0 {
			if sleep(ctx, wait) != nil {
				return
			}
			w.mu.Lock()
			q = w.outgoing[m]
			w.mu.Unlock()
		}
		last = time.Now()
		part := q[:min(len(q), 4096*seal.HeaderSize)]
		_, err := w.s.post(ctx, m, "/announce", part)
		var re *remoteError
		// A key that the other cannot know yet is no refusal for good.
		early := errors.As(err, &re) && (re.code == "key-id" || re.code == "signature" || re.code == "key")
		if err == nil || re != nil && re.status < 500 && !early {
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
	last := body[len(body)-seal.HeaderSize:]
	w.s.mu.RLock()
	end, state := w.s.chains[from], w.s.state
	w.s.mu.RUnlock()
	if inc, seq := be32(last[44:]), be64(last[48:]); inc < end.Incarnation || inc == end.Incarnation && seq <= end.Sequence {
		return nil // the log has brought them already, and under which key
	}
	if state.Suspended(from) {
		return fmt.Errorf("%w: %s", ErrSuspended, from)
	}
	key, ok := state.HeaderKey(from, math.MaxInt64)
	if !ok {
		return fmt.Errorf("%w: %s", charter.ErrUnknownMember, from)
	}
	// Under a certificate that the log does not hold yet nothing can be
	// verified: the caller says it again until the log has brought it. It is
	// chased all the same, for a lead must not withhold a revocation; whoever
	// chases verifies what it gets.
	unverified := seal.VerifyHeader(last, key[:])
	if unverified != nil && !(errors.Is(unverified, seal.ErrKeyID) && changesKeys(body)) {
		return unverified
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		raw := body[i*seal.HeaderSize : (i+1)*seal.HeaderSize]
		inc, seq := be32(raw[44:]), be64(raw[48:])
		if t := w.top[from]; unverified == nil && (t == nil || inc > be32(t[44:]) || inc == be32(t[44:]) && seq > be64(t[48:])) {
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
	return unverified
}

// changesKeys says whether headers include a certificate's.
func changesKeys(headers []byte) bool {
	for at := 0; at < len(headers); at += seal.HeaderSize {
		if seal.Kind(headers[at+5]) == seal.Keys {
			return true
		}
	}
	return false
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
				w.s.spawn(func(ctx context.Context) { w.forkSeen(ctx, m, raw) })
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
func (w *watch) forkSeen(ctx context.Context, m label.MemberID, announced []byte) {
	other, err := w.s.findHeader(ctx, m, be32(announced[44:]), be64(announced[48:]))
	if err != nil {
		w.s.logger.Error("an announced header differs from the logged one, which is not found", "originator", string(m), "err", err)
		return
	}
	w.forkOf(ctx, other, announced)
}

// awaited returns how many headers were announced and are not in the log here.
func (w *watch) awaited() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.pending {
		n += len(q)
	}
	return n
}

// withheld returns what the lead keeps out of the log: headers that we handed
// in ourselves longer than the merge delay ago.
func (w *watch) withheld() []string {
	delay := time.Duration(w.s.found.Charter().MergeDelaySeconds) * time.Second
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for m, q := range w.pending {
		if len(q) > 0 && q[0].held(delay) {
			out = append(out, fmt.Sprintf("%s incarnation %d sequence %d, announced at %s", m, q[0].incarnation, q[0].sequence, q[0].heard.UTC().Format(time.RFC3339)))
		}
	}
	slices.Sort(out)
	return out
}

// held says whether the lead withholds the header. That the originator is over
// its quota excuses it for as long as a bucket takes to fill, and no longer:
// then either something of the originator was logged, or the excuse is none.
func (n *notice) held(delay time.Duration) bool {
	if n.excused {
		delay += bucketMinutes * time.Minute
	}
	return !n.handedIn.IsZero() && time.Since(n.handedIn) >= delay
}

// highest returns the highest header that a member announced, or nil.
func (w *watch) highest(m label.MemberID) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.top[m]
}

// keepCosigned remembers who has cosigned a head, as was verified.
func (w *watch) keepCosigned(note []byte, size int64, cosigned []tlog.Cosigned) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range cosigned {
		have := w.cosigned[c.Name]
		if size > have.size || size == have.size && c.Time > have.time {
			w.cosigned[c.Name] = cosignedHead{note, size, c.Time}
		}
	}
}

// cosignedHead is a head that a member has cosigned, and when.
type cosignedHead struct {
	note       []byte
	size, time int64
}

// provenOf returns the note with the largest head that a member is known to
// have cosigned, or to have signed as lead.
func (w *watch) provenOf(m label.MemberID) []byte {
	w.mu.Lock()
	best := w.cosigned[cosignerName(m)]
	w.mu.Unlock()
	if m != w.s.lead {
		return best.note
	}
	w.s.mu.RLock()
	defer w.s.mu.RUnlock()
	for _, h := range []cosignedHead{{note: w.s.checkNote, size: w.s.checkSize}, {note: w.s.seenNote, size: w.s.seenSize}} {
		if h.size >= best.size && h.note != nil {
			best = h
		}
	}
	return best.note
}
