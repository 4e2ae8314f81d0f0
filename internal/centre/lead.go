package centre

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// sequencer is the lead's part: it gives all members' envelopes one order,
// signs the log's heads and gathers the cosignatures.
type sequencer struct {
	s  *Station
	in chan *submission

	mu      sync.Mutex
	recent  []batch // last batches as frames, oldest first, for followers at the head
	kept    int     // bytes in recent
	pending map[int64]*gathering
	signed  int64 // highest size signed
	buckets map[label.MemberID]*bucket

	searchFrom map[label.MemberID]time.Time // used by sequence alone
}

// submission is a request on its way into the log.
type submission struct {
	run   run
	done  chan submitted
	taken atomic.Bool // by the sequencer, or by its submitter, who gave up
}

// take says whether a submission is still wanted; only one is told so.
func (sub *submission) take() bool { return sub.taken.CompareAndSwap(false, true) }

// submitted is what became of a submission.
type submitted struct {
	accepted int
	next     uint64
	err      error
}

// batch is one appended run as it is sent to followers.
type batch struct {
	first, end int64
	entries    []byte // frame E
	checkpoint []byte // frame C
}

// gathering collects the cosignatures of one head.
type gathering struct {
	first []byte           // the note as it was published
	note  []byte           // with the cosignatures that have come
	from  map[string]int64 // by whom, and when
}

const maxRecent = 16 << 20

func newSequencer(s *Station) *sequencer {
	return &sequencer{s: s, in: make(chan *submission, 1024), pending: map[int64]*gathering{}, buckets: map[label.MemberID]*bucket{}, searchFrom: map[label.MemberID]time.Time{}}
}

// submit hands envelopes in and waits until they are durable or refused.
func (q *sequencer) submit(ctx context.Context, r run) submitted {
	if r.n() == 0 {
		return submitted{}
	}
	for i := range r.n() {
		if err := seal.CheckBody(r.header(i), r.bodies[i]); err != nil {
			// What comes before the first bad one is still taken.
			r.headers, r.bodies = r.headers[:i*seal.HeaderSize], r.bodies[:i]
			if i == 0 {
				return submitted{err: err}
			}
			res := q.submit(ctx, r)
			if res.err == nil {
				res.err = err
			}
			return res
		}
	}
	sub := &submission{run: r, done: make(chan submitted, 1)}
	select {
	case q.in <- sub:
	case <-ctx.Done():
		return submitted{err: ctx.Err()}
	}
	select {
	case res := <-sub.done:
		return res
	case <-ctx.Done():
		// Its bytes are not counted any longer once its submitter has gone:
		// so they must not wait in the queue either.
		if sub.take() {
			sub.run = run{}
		}
		return submitted{err: ctx.Err()}
	}
}

// run sequences until ctx ends.
func (q *sequencer) run(ctx context.Context) error {
	s := q.s
	if err := s.recovery.wait(ctx, s.recovery.headReady); err != nil {
		return err
	}
	found := false
	again := time.NewTicker(s.tune.CompareEvery)
	defer again.Stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var last time.Time
	for {
		if !found {
			// The lead of an empty log founds it, whether or not it has
			// anything to say.
			_, err := s.out.file(ctx, nil)
			if found = err == nil; !found {
				s.logger.Error("the log is not founded", "code", Code(err), "err", err)
			}
		}
		if err := q.sign(ctx); err != nil {
			s.logger.Error("the head is not signed", "code", Code(err), "err", err)
		}
		first, err := q.next(ctx, again.C, found)
		if err != nil {
			return err
		}
		if first == nil {
			continue
		}
		// A batch follows the one before it by at least BatchAge: at rest
		// the first envelope goes at once, under load they gather.
		subs, leaves := []*submission{first}, first.run.n()
		timer.Reset(max(0, s.tune.BatchAge-time.Since(last)))
	fill:
		for leaves < s.tune.BatchLeaves {
			select {
			case sub := <-q.in:
				if sub.take() {
					subs, leaves = append(subs, sub), leaves+sub.run.n()
				}
			case <-timer.C:
				break fill
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		last = time.Now()
		q.sequence(ctx, subs)
	}
}

// next waits for a submission, or for a moment at which something else is to be
// done: then it returns nil.
func (q *sequencer) next(ctx context.Context, again <-chan time.Time, found bool) (*submission, error) {
	for {
		select {
		case first := <-q.in:
			if first.take() {
				return first, nil
			}
		case <-again:
			q.late()
			if !found || q.behind() {
				return nil, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// behind says whether the log has leaves that no signed head covers.
func (q *sequencer) behind() bool {
	size := q.s.Size()
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.signed < size
}

// sequence appends what can be taken of the submissions in one batch.
func (q *sequencer) sequence(ctx context.Context, subs []*submission) {
	s := q.s
	s.appending.Lock()
	defer s.appending.Unlock()
	if h := s.Halted(); h != nil {
		refuse(subs, ErrHalted)
		return
	}
	if err := s.settle(ctx); err != nil {
		refuse(subs, err)
		return
	}
	if err := s.room(s.tune.ReserveMiB / 2); err != nil {
		refuse(subs, err)
		return
	}
	var all run
	results := make([]submitted, len(subs))
	charged := map[label.MemberID]charge{}
	v := &verdict{chains: maps.Clone(s.chains), state: s.state}
	for i, sub := range subs {
		var fresh run
		taken := maps.Clone(charged)
		fresh, results[i] = q.fresh(ctx, sub.run, v.chains, &all, taken)
		if fresh.n() == 0 {
			continue
		}
		// Each submission is verified on its own: a bad one spoils no other.
		next, err := s.check(s.size+int64(all.n()), fresh, maps.Clone(v.chains), v.state, false)
		if err == nil && next.known < fresh.n() {
			err = fmt.Errorf("%w: the lead does not know it either", ErrOpaque)
		}
		if err != nil {
			results[i].err = err
			continue
		}
		v.chains, v.state, charged = next.chains, next.state, taken
		results[i].accepted += fresh.n()
		results[i].next = be64(fresh.header(fresh.n() - 1)[48:]) + 1
		all.headers = append(all.headers, fresh.headers...)
		all.bodies = append(all.bodies, fresh.bodies...)
	}
	if v.known = all.n(); v.known > 0 {
		if err := q.append(ctx, all, v); err != nil {
			s.logger.Error("a batch could not be appended", "code", Code(err), "err", err)
			refuse(subs, err)
			return
		}
	}
	q.charge(charged)
	for i, sub := range subs {
		sub.done <- results[i]
	}
}

func refuse(subs []*submission, err error) {
	for _, sub := range subs {
		sub.done <- submitted{err: err}
	}
}

// fresh leaves out what the log has already, and stops at the first envelope
// that cannot follow.
func (q *sequencer) fresh(ctx context.Context, r run, chains map[label.MemberID]seal.Chain, before *run, charged map[label.MemberID]charge) (run, submitted) {
	var out run
	var res submitted
	ends := map[label.MemberID]seal.Chain{}
	repeated := map[label.MemberID][]byte{} // last one of each originator
	for i := range r.n() {
		raw := r.header(i)
		o := label.MemberID(raw[40:43])
		c, ok := ends[o]
		if !ok {
			c = chains[o]
		}
		inc, seq := be32(raw[44:]), be64(raw[48:])
		if inc < c.Incarnation || inc == c.Incarnation && seq <= c.Sequence {
			// Those that were sent together follow each other by their
			// hashes, so the last one speaks for them all.
			if last := repeated[o]; last != nil && seal.HashHeader(last) != seal.Hash(raw[56:88]) {
				res.err = seal.ErrPrevious
				return out, res
			}
			repeated[o] = raw
			continue
		}
		if err := c.Next(raw); err != nil {
			res.err = err
			break
		}
		if err := q.allow(o, len(r.bodies[i]), charged); err != nil {
			res.err = err
			break
		}
		ends[o] = c
		out.add(raw, r.bodies[i])
	}
	for o, raw := range repeated {
		if err := q.repeated(ctx, o, chains[o], raw, before); err != nil {
			return run{}, submitted{err: err}
		}
		res.next = chains[o].Sequence + 1
	}
	for i := range r.n() {
		raw := r.header(i)
		c := chains[label.MemberID(raw[40:43])]
		if inc := be32(raw[44:]); inc < c.Incarnation || inc == c.Incarnation && be64(raw[48:]) <= c.Sequence {
			res.accepted++
		}
	}
	return out, res
}

// repeated judges an envelope whose place is taken: the same one again does
// nothing, another is a fork.
func (q *sequencer) repeated(ctx context.Context, o label.MemberID, c seal.Chain, raw []byte, before *run) error {
	inc, seq := be32(raw[44:]), be64(raw[48:])
	if inc == c.Incarnation && seq == c.Sequence && seal.HashHeader(raw) == c.Last {
		return nil
	}
	other, err := q.inPlace(ctx, o, inc, seq, before)
	if err != nil {
		return err
	}
	if bytes.Equal(other, raw) {
		return nil
	}
	q.s.watch.forkOf(ctx, other, raw)
	return fmt.Errorf("%w: %s incarnation %d sequence %d", ErrFork, o, inc, seq)
}

// inPlace returns the header that stands in a place, in the log or in the batch
// before it.
func (q *sequencer) inPlace(ctx context.Context, o label.MemberID, inc uint32, seq uint64, before *run) ([]byte, error) {
	for i := before.n() - 1; i >= 0; i-- {
		if h := before.header(i); label.MemberID(h[40:43]) == o && be32(h[44:]) == inc && be64(h[48:]) == seq {
			return h, nil
		}
	}
	// The search reads the log from its end. Nobody who is honest asks for
	// much: who asks often waits.
	if now := time.Now(); now.After(q.searchFrom[o]) {
		q.searchFrom[o] = now
	}
	if ahead := time.Until(q.searchFrom[o]); ahead > searchBurst {
		q.s.overQuota.Add(1)
		return nil, fmt.Errorf("%w: %s submits again what the log has had for long; more is looked at in %s", ErrQuota, o, (ahead - searchBurst).Round(time.Second))
	}
	began := time.Now()
	raw, err := q.s.findHeader(ctx, o, inc, seq)
	// Ten times as long as it took nothing more is searched for this member,
	// once the burst is used up.
	q.searchFrom[o] = q.searchFrom[o].Add(searchLeast + 10*time.Since(began))
	return raw, err
}

// What a member may have searched at once, and what one search counts at least.
const (
	searchBurst = 10 * time.Second
	searchLeast = 100 * time.Millisecond
)

// append stores a verified batch, signs its head and hands both to the
// followers. The caller holds appending.
func (q *sequencer) append(ctx context.Context, r run, v *verdict) error {
	res, err := q.s.appendRun(ctx, r, v, func(int64, tlog.Hash, *charter.State) error { return nil })
	if err != nil {
		return err
	}
	// From here on the envelopes are in the log. A head that cannot be signed
	// now is signed with the next batch, or when the signing loop looks again.
	note, at, err := q.signHead(ctx, res.size, res.root)
	if err != nil {
		q.s.logger.Error("a head is not signed", "size", res.size, "code", Code(err), "err", err)
		return nil
	}
	b := batch{first: res.first, end: res.size,
		entries:    appendEntries(nil, logdb.Run{First: res.first, Headers: r.headers, Bodies: r.bodies}),
		checkpoint: appendFrame(nil, frameCheckpoint, note)}
	q.mu.Lock()
	if n := len(q.recent); n > 0 && q.recent[n-1].end != b.first {
		q.recent, q.kept = nil, 0 // a batch without a head came between
	}
	q.recent = append(q.recent, b)
	q.kept += len(b.entries)
	for q.kept > maxRecent && len(q.recent) > 1 {
		q.kept -= len(q.recent[0].entries)
		q.recent[0] = batch{}
		q.recent = q.recent[1:]
	}
	q.mu.Unlock()
	q.publish(note, res.size, at)
	return nil
}

// DropBodies makes the station forget the bodies that it still holds in memory
// for followers at the head: whoever deletes bodies calls it, else a lead would
// hand them out for a while.
func (s *Station) DropBodies() {
	q := s.sequencer
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.recent)
	q.recent, q.kept = nil, 0
}

// sign signs the head of the log as it stands, when no head of this size is
// signed yet: after a start, and after a failure.
func (q *sequencer) sign(ctx context.Context) error {
	q.s.appending.Lock()
	defer q.s.appending.Unlock()
	if err := q.s.settle(ctx); err != nil {
		return err
	}
	q.mu.Lock()
	done := q.signed >= q.s.size
	q.mu.Unlock()
	if done || q.s.size == 0 || q.s.Halted() != nil {
		return nil
	}
	note, at, err := q.signHead(ctx, q.s.size, q.s.root)
	if err != nil {
		return err
	}
	q.publish(note, q.s.size, at)
	return nil
}

// signHead signs a head that is durable here, as lead and as a member: the
// lead's own cosignature bears a time, by which a roll-back can be proven.
func (q *sequencer) signHead(ctx context.Context, size int64, root tlog.Hash) (note []byte, at int64, err error) {
	s := q.s
	h := s.heads.Load()
	if h.unusable != nil {
		return nil, 0, h.unusable
	}
	if note, err = tlog.SignCheckpoint(tlog.Checkpoint{Origin: s.origin, Size: size, Root: root}, h.checkpoint); err != nil {
		return nil, 0, err
	}
	line, at, err := s.cosign(ctx, note, size)
	if err != nil {
		return nil, 0, err
	}
	note, err = tlog.AddSignature(note, line)
	return note, at, err
}

// publish makes a signed head known, and gathers cosignatures for it.
func (q *sequencer) publish(note []byte, size, at int64) {
	s := q.s
	q.mu.Lock()
	q.signed = max(q.signed, size)
	if q.pending[size] == nil {
		g := &gathering{first: note, note: note, from: map[string]int64{cosignerName(s.self): at}}
		q.pending[size] = g
	}
	for n := range q.pending {
		if n < size-int64(64*s.tune.BatchLeaves) {
			delete(q.pending, n)
		}
	}
	q.mu.Unlock()
	s.keepCheckpoint(tlog.Checkpoint{Size: size}, note)
}

// gather takes one cosignature; with the quorum's the head is certified.
func (q *sequencer) gather(size int64, line []byte) error {
	l, err := tlog.ParseSignatureLine(line)
	if err != nil {
		return err
	}
	v := q.s.verifiersAt(size)
	at := slices.IndexFunc(v.cosigners, func(c tlog.Verifier) bool { return c.Name() == l.Name })
	if at < 0 {
		return fmt.Errorf("%w: cosignature of %q", charter.ErrUnknownMember, l.Name)
	}
	q.mu.Lock()
	g := q.pending[size]
	q.mu.Unlock()
	if g == nil {
		return nil // an older head: a newer one covers it
	}
	single, err := tlog.AddSignature(g.first, line)
	if err != nil {
		return err
	}
	c, err := tlog.VerifyCosignature(single, v.cosigners[at])
	if err != nil {
		return err
	}
	q.s.watch.keepCosigned(single, size, []tlog.Cosigned{c})
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, known := g.from[l.Name]; known {
		return nil
	}
	note, err := tlog.AddSignature(g.note, line)
	if err != nil {
		return err
	}
	g.note, g.from[l.Name] = note, c.Time
	if len(g.from) != q.s.quorum {
		return nil
	}
	for m := range q.pending {
		if m < size {
			delete(q.pending, m)
		}
	}
	q.certified(size, g, v)
	return nil
}

// certified makes a head known with the cosignatures that have come. The caller
// holds mu.
func (q *sequencer) certified(size int64, g *gathering, v *verifiers) {
	var cosigned []tlog.Cosigned
	for _, c := range v.cosigners {
		if t, ok := g.from[c.Name()]; ok {
			cosigned = append(cosigned, tlog.Cosigned{Name: c.Name(), Time: t})
		}
	}
	q.s.certifiedHead(size, g.note, cosigned)
}

// late makes known which cosignatures have come after a head was certified:
// under load nobody waits for them, the next head has them as well.
func (q *sequencer) late() {
	size := q.s.Certified().Size
	v := q.s.verifiersAt(size)
	q.mu.Lock()
	defer q.mu.Unlock()
	if g := q.pending[size]; g != nil && len(g.from) > q.s.quorum {
		q.certified(size, g, v)
	}
}

// after returns recent batches that begin at from, or nil when the follower
// must read the store.
func (q *sequencer) after(from int64) []batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := len(q.recent) - 1; i >= 0; i-- {
		if q.recent[i].first == from {
			return append([]batch(nil), q.recent[i:]...)
		}
		if q.recent[i].first < from {
			return nil
		}
	}
	return nil
}
