package centre

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
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
}

// submission is a request on its way into the log.
type submission struct {
	run  run
	done chan submitted
}

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
	note []byte
	from map[string]bool
}

const maxRecent = 16 << 20

func newSequencer(s *Station) *sequencer {
	return &sequencer{s: s, in: make(chan *submission, 1024), pending: map[int64]*gathering{}, buckets: map[label.MemberID]*bucket{}}
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
		return submitted{err: ctx.Err()}
	}
}

// run sequences until ctx ends.
func (q *sequencer) run(ctx context.Context) error {
	if err := q.s.recovery.wait(ctx, q.s.recovery.headReady); err != nil {
		return err
	}
	// The lead of an empty log founds it, whether or not it has anything to say.
	if _, err := q.s.out.file(ctx, nil); err != nil {
		return err
	}
	if err := q.sign(ctx); err != nil {
		return err
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var last time.Time
	for {
		var first *submission
		select {
		case first = <-q.in:
		case <-ctx.Done():
			return ctx.Err()
		}
		// A batch follows the one before it by at least BatchAge: at rest
		// the first envelope goes at once, under load they gather.
		subs, leaves := []*submission{first}, first.run.n()
		timer.Reset(max(0, q.s.tune.BatchAge-time.Since(last)))
	fill:
		for leaves < q.s.tune.BatchLeaves {
			select {
			case sub := <-q.in:
				subs, leaves = append(subs, sub), leaves+sub.run.n()
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

// sequence appends what can be taken of the submissions in one batch.
func (q *sequencer) sequence(ctx context.Context, subs []*submission) {
	s := q.s
	s.appending.Lock()
	defer s.appending.Unlock()
	if h := s.Halted(); h != nil {
		refuse(subs, ErrHalted)
		return
	}
	var all run
	results := make([]submitted, len(subs))
	v := &verdict{chains: maps.Clone(s.chains), state: s.state}
	for i, sub := range subs {
		var fresh run
		fresh, results[i] = q.fresh(ctx, sub.run, v.chains)
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
		v.chains, v.state = next.chains, next.state
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
func (q *sequencer) fresh(ctx context.Context, r run, chains map[label.MemberID]seal.Chain) (run, submitted) {
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
			if before := repeated[o]; before != nil && seal.HashHeader(before) != seal.Hash(raw[56:88]) {
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
		if err := q.take(o, len(r.bodies[i])); err != nil {
			res.err = err
			break
		}
		ends[o] = c
		out.add(raw, r.bodies[i])
	}
	for o, raw := range repeated {
		if err := q.repeated(ctx, o, chains[o], raw); err != nil {
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
func (q *sequencer) repeated(ctx context.Context, o label.MemberID, c seal.Chain, raw []byte) error {
	if be32(raw[44:]) == c.Incarnation && be64(raw[48:]) == c.Sequence && seal.HashHeader(raw) == c.Last {
		return nil
	}
	other, err := q.s.findHeader(ctx, o, be32(raw[44:]), be64(raw[48:]))
	if err != nil {
		return err
	}
	if bytes.Equal(other, raw) {
		return nil
	}
	q.s.watch.forkOf(ctx, other, raw)
	return fmt.Errorf("%w: %s incarnation %d sequence %d", ErrFork, o, be32(raw[44:]), be64(raw[48:]))
}

// append stores a verified batch, signs its head and hands both to the
// followers. The caller holds appending.
func (q *sequencer) append(ctx context.Context, r run, v *verdict) error {
	res, err := q.s.appendRun(ctx, r, v, func(int64, tlog.Hash) error { return nil })
	if err != nil {
		return err
	}
	note, err := q.s.signHead(res.size, res.root)
	if err != nil {
		return err
	}
	b := batch{first: res.first, end: res.size,
		entries:    appendEntries(nil, logdb.Run{First: res.first, Headers: r.headers, Bodies: r.bodies}),
		checkpoint: appendFrame(nil, frameCheckpoint, note)}
	q.mu.Lock()
	q.recent = append(q.recent, b)
	q.kept += len(b.entries)
	for q.kept > maxRecent && len(q.recent) > 1 {
		q.kept -= len(q.recent[0].entries)
		q.recent[0] = batch{}
		q.recent = q.recent[1:]
	}
	q.mu.Unlock()
	return q.publish(ctx, note, res.size)
}

// sign signs the head of the log as it stands, after a start.
func (q *sequencer) sign(ctx context.Context) error {
	q.s.appending.Lock()
	defer q.s.appending.Unlock()
	if q.s.size == 0 || q.s.Halted() != nil {
		return nil
	}
	note, err := q.s.signHead(q.s.size, q.s.root)
	if err != nil {
		return err
	}
	return q.publish(ctx, note, q.s.size)
}

// signHead signs a head that is durable here.
func (s *Station) signHead(size int64, root tlog.Hash) ([]byte, error) {
	return tlog.SignCheckpoint(tlog.Checkpoint{Origin: s.origin, Size: size, Root: root}, s.cpSigner)
}

// publish makes a signed head known and cosigns it as a member.
func (q *sequencer) publish(ctx context.Context, note []byte, size int64) error {
	q.mu.Lock()
	q.signed = max(q.signed, size)
	q.pending[size] = &gathering{note: note, from: map[string]bool{}}
	for n := range q.pending {
		if n < size-int64(64*q.s.tune.BatchLeaves) {
			delete(q.pending, n)
		}
	}
	q.mu.Unlock()
	q.s.keepCheckpoint(tlog.Checkpoint{Size: size}, note)
	line, err := q.s.cosign(note, size)
	if err != nil {
		q.s.logger.Info("a head is not cosigned here", "size", size, "code", Code(err))
		return nil
	}
	return q.gather(ctx, size, line)
}

// gather takes one cosignature; with the quorum's the head is certified.
func (q *sequencer) gather(ctx context.Context, size int64, line []byte) error {
	q.mu.Lock()
	g := q.pending[size]
	q.mu.Unlock()
	if g == nil {
		return nil // an older head: a newer one covers it
	}
	single, err := tlog.AddSignature(g.note, line)
	if err != nil {
		return err
	}
	l, err := tlog.ParseSignatureLine(line)
	if err != nil {
		return err
	}
	at := -1
	for i, v := range q.s.cosigners {
		if v.Name() == l.Name {
			at = i
		}
	}
	if at < 0 {
		return fmt.Errorf("%w: cosignature of %q", charter.ErrUnknownMember, l.Name)
	}
	if _, err := tlog.VerifyCosignature(single, q.s.cosigners[at]); err != nil {
		return err
	}
	q.mu.Lock()
	if g.from[l.Name] {
		q.mu.Unlock()
		return nil
	}
	g.from[l.Name] = true
	if g.note, err = tlog.AddSignature(g.note, line); err != nil {
		q.mu.Unlock()
		return err
	}
	note, n := g.note, len(g.from)
	if n >= q.s.quorum {
		for m := range q.pending {
			if m < size {
				delete(q.pending, m)
			}
		}
	}
	q.mu.Unlock()
	if n != q.s.quorum && n != len(q.s.cosigners) {
		return nil
	}
	if err := q.s.certify(ctx, note); err != nil && !errors.Is(err, tlog.ErrQuorum) {
		return err
	}
	return nil
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

// bucket is the token bucket of one originator (spec/quotas.md): it holds ten
// minutes' worth.
type bucket struct {
	leaves, bytes float64
	at            time.Time
}

const bucketMinutes = 10

// take charges one envelope to its originator's quota.
func (q *sequencer) take(o label.MemberID, bytes int) error {
	quota := q.s.found.Charter().Quotas
	leaves, volume := float64(quota.LeavesPerMinute), float64(quota.BytesPerMinute)
	now := time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.buckets[o]
	if b == nil {
		b = &bucket{leaves: bucketMinutes * leaves, bytes: bucketMinutes * volume, at: now}
		q.buckets[o] = b
	}
	past := now.Sub(b.at).Minutes()
	b.leaves = min(bucketMinutes*leaves, b.leaves+past*leaves)
	b.bytes = min(bucketMinutes*volume, b.bytes+past*volume)
	b.at = now
	if b.leaves < 1 || b.bytes < float64(bytes) {
		wait := max((1-b.leaves)/leaves, (float64(bytes)-b.bytes)/volume)
		return fmt.Errorf("%w: %s may file %d leaves and %d bytes a minute; more is taken in %s",
			ErrQuota, o, quota.LeavesPerMinute, quota.BytesPerMinute, time.Duration(wait*float64(time.Minute)).Round(time.Second))
	}
	b.leaves--
	b.bytes -= float64(bytes)
	return nil
}
