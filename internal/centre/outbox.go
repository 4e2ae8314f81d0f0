package centre

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/seal"
)

// Item is one envelope to be made and filed. Seal is called with the place that
// it will stand in, and may be called again with another if storing fails.
type Item struct {
	// Ref guards against filing twice: an item whose Ref has been filed is
	// not filed again, its first place is returned. Empty guards nothing.
	Ref  string
	Seal func(place seal.Place) (seal.Envelope, error)
	// Keep keeps the item's place in the order given; others are shuffled, so
	// that order says nothing about what belongs together.
	Keep bool
	// Reserve lets the item use the reserve of the disk, and go before all that
	// waits: recalls, warnings of a threat to life, and evidence are filed when
	// nothing else is.
	Reserve bool
}

// Filed is where an item stands in this member's chain, durable here.
type Filed struct {
	Incarnation uint32    `json:"incarnation"`
	Sequence    uint64    `json:"sequence"`
	Hash        seal.Hash `json:"hash"` // of the header; zero when it was filed before
}

// outbox signs this member's envelopes, keeps them until they are in the log,
// announces and submits them.
type outbox struct {
	s    *Station
	reqs chan *fileRequest
	kick chan struct{} // something new to submit

	filing sync.Mutex // held while sequence numbers are given

	mu         sync.Mutex
	chain      seal.Chain              // end of the own chain, log and outbox
	lastLogged seal.Chain              // end of the own chain in the log
	cert       *charter.KeyCertificate // under which the chain goes on
	signer     seal.Signer             // of its header key; nil when that is not at hand
	waiting    []seal.Chain            // the chain after each envelope that is not in the log, in order
	recent     []logdb.Filed           // last envelopes filed, in order, so that they need not be read again
	unsent     seal.Chain              // where a certificate waits that the log does not hold; zero when none does
}

type fileRequest struct {
	items []Item
	done  chan fileResult
}

type fileResult struct {
	filed []Filed
	err   error
}

func newOutbox(s *Station) *outbox {
	return &outbox{s: s, reqs: make(chan *fileRequest, 256), kick: make(chan struct{}, 1)}
}

// load finds the end of the own chain, and the certificate under which it goes
// on: one that is filed counts for what is filed after it.
func (o *outbox) load(ctx context.Context) error {
	o.chain = o.s.chains[o.s.self]
	o.lastLogged = o.chain
	cert, _ := o.s.state.Certificate(o.s.self, math.MaxInt64)
	after := o.chain
	for {
		es, err := o.s.log.Outbox(ctx, after.Incarnation, after.Sequence, 256)
		if err != nil {
			return err
		}
		if len(es) == 0 {
			break
		}
		for _, e := range es {
			after = seal.Chain{Incarnation: e.Incarnation, Sequence: e.Sequence, Last: seal.HashHeader(e.Header)}
			o.waiting = append(o.waiting, after)
			if seal.Kind(e.Header[5]) != seal.Keys {
				continue
			}
			payload, err := seal.Payload(e.Header, e.Body)
			if err != nil {
				return err
			}
			if cert, err = o.s.ownCertificate(payload); err != nil {
				return fmt.Errorf("the certificate in the outbox: %w", err)
			}
			o.unsent = after
		}
	}
	o.chain = after
	if err := o.useKeys(cert); err != nil {
		o.s.logger.Error("headers are not signed here", "code", Code(err), "err", err)
	}
	return nil
}

// useKeys takes up the header key of a certificate for what is filed from now
// on. Where it fails nothing is signed: neither the key before it nor one that
// the certificate does not name may go on.
func (o *outbox) useKeys(cert *charter.KeyCertificate) error {
	keys, err := o.s.keysOf(cert)
	var signer seal.Signer
	if err == nil {
		if signer = keys.Header(); charter.PublicKey(signer.PublicKey()) != cert.Keys.Header {
			signer = nil
			err = fmt.Errorf("the header key of %s is another than the one in force", o.s.self)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cert, o.signer = cert, signer
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	return nil
}

// File makes, signs and stores envelopes; when it returns nil they are on the
// disk and will reach the log, whatever happens to this process. Requests that
// arrive together share one write, and are shuffled.
func (s *Station) File(ctx context.Context, items []Item) ([]Filed, error) {
	if len(items) == 0 {
		return nil, nil
	}
	r := &fileRequest{items: items, done: make(chan fileResult, 1)}
	select {
	case s.out.reqs <- r:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case res := <-r.done:
		return res.filed, res.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run files requests until ctx ends.
func (o *outbox) run(ctx context.Context) error {
	for {
		var reqs []*fileRequest
		n := 0
		select {
		case r := <-o.reqs:
			reqs, n = append(reqs, r), len(r.items)
		case <-ctx.Done():
			return ctx.Err()
		}
	gather:
		for n < 4096 {
			select {
			case r := <-o.reqs:
				reqs, n = append(reqs, r), n+len(r.items)
			default:
				break gather
			}
		}
		o.serve(ctx, reqs)
	}
}

// serve files what may use the reserve first, by itself, so that nothing is
// shuffled before it, then the rest.
func (o *outbox) serve(ctx context.Context, reqs []*fileRequest) {
	var first, rest []*fileRequest
	for _, r := range reqs {
		if slices.ContainsFunc(r.items, func(it Item) bool { return !it.Reserve }) {
			rest = append(rest, r)
		} else {
			first = append(first, r)
		}
	}
	if len(first) > 0 {
		o.together(ctx, first)
	}
	if len(rest) > 0 {
		o.together(ctx, rest)
	}
}

// together files requests together; when that fails, each on its own, so that
// one bad item does not fail the others.
func (o *outbox) together(ctx context.Context, reqs []*fileRequest) {
	var all []Item
	for _, r := range reqs {
		all = append(all, r.items...)
	}
	filed, err := o.file(ctx, all)
	if err != nil && len(reqs) > 1 {
		for _, r := range reqs {
			filed, err := o.file(ctx, r.items)
			r.done <- fileResult{filed, err}
		}
		return
	}
	for _, r := range reqs {
		if err != nil {
			r.done <- fileResult{nil, err}
			continue
		}
		r.done <- fileResult{filed[:len(r.items)], nil}
		filed = filed[len(r.items):]
	}
}

func (o *outbox) file(ctx context.Context, items []Item) ([]Filed, error) {
	if !o.s.recovery.maySign() {
		return nil, ErrRecovering
	}
	if slices.ContainsFunc(items, func(it Item) bool { return !it.Reserve }) {
		if err := o.s.room(o.s.tune.ReserveMiB); err != nil {
			return nil, err
		}
	}
	o.filing.Lock()
	defer o.filing.Unlock()
	if o.s.sequencer != nil && o.tail().Sequence == 0 && o.tail().Incarnation <= 1 {
		// The first envelope of the first lead is the log's genesis.
		payload, err := o.s.found.Genesis()
		if err != nil {
			return nil, err
		}
		genesis := Item{Ref: "genesis/1", Seal: func(p seal.Place) (seal.Envelope, error) {
			return seal.SealPublic(p, seal.Genesis, payload, o.s.HeaderSigner())
		}}
		if _, err := o.place(ctx, []Item{genesis}, o.begin()); err != nil {
			return nil, err
		}
	}
	return o.place(ctx, items, o.begin())
}

// begin returns the chain that the next envelope continues.
func (o *outbox) begin() seal.Chain {
	c := o.tail()
	c.Incarnation = max(1, c.Incarnation)
	return c
}

// place gives items their places after the end of a chain, seals and stores
// them. The caller holds filing.
func (o *outbox) place(ctx context.Context, items []Item, chain seal.Chain) ([]Filed, error) {
	refs := make([]string, 0, len(items))
	for _, it := range items {
		if it.Ref != "" {
			refs = append(refs, it.Ref)
		}
	}
	known := map[string]logdb.Place{}
	if len(refs) > 0 {
		var err error
		if known, err = o.s.log.Refs(ctx, refs); err != nil {
			return nil, err
		}
	}
	out := make([]Filed, len(items))
	order := make([]int, 0, len(items))
	for i, it := range items {
		if p, ok := known[it.Ref]; ok && it.Ref != "" {
			out[i] = Filed{Incarnation: p.Incarnation, Sequence: p.Sequence}
			continue
		}
		order = append(order, i)
	}
	if len(order) == 0 {
		return out, nil
	}
	shuffle(order, items)

	o.mu.Lock()
	var key [8]byte
	if o.signer != nil {
		key = seal.KeyID(o.signer.PublicKey())
	}
	missing := o.signer == nil
	o.mu.Unlock()
	if missing {
		return nil, ErrKeys
	}
	coarse := int64(o.s.found.Charter().CoarseSeconds)
	claimed := time.Now().Unix() / coarse * coarse
	epoch := o.s.Epoch()
	rows := make([]logdb.Filed, 0, len(order))
	ends := make([]seal.Chain, 0, len(order))
	for _, i := range order {
		e, err := items[i].Seal(chain.Place(o.s.hash, o.s.self, claimed, epoch))
		if err != nil {
			return nil, err
		}
		if err := chain.Next(e.Header); err != nil {
			return nil, fmt.Errorf("the envelope was not made for its place: %w", err)
		}
		if [8]byte(e.Header[168:]) != key {
			return nil, fmt.Errorf("%w: the envelope is signed under another key than the one in force at its place", ErrKeys)
		}
		rows = append(rows, logdb.Filed{Incarnation: chain.Incarnation, Sequence: chain.Sequence, Header: e.Header, Body: e.Body, Ref: items[i].Ref})
		ends = append(ends, chain)
		out[i] = Filed{Incarnation: chain.Incarnation, Sequence: chain.Sequence, Hash: chain.Last}
	}
	if err := o.s.log.File(ctx, rows); err != nil {
		// The write may have been persisted although it failed: what is in
		// the file decides, before any other envelope takes these places.
		return nil, errors.Join(err, o.reload(ctx))
	}
	o.mu.Lock()
	o.chain = chain
	o.waiting = append(o.waiting, ends...)
	if n := len(o.recent); n > 0 && (o.recent[n-1].Incarnation != rows[0].Incarnation || o.recent[n-1].Sequence+1 != rows[0].Sequence) {
		o.recent = nil
	}
	if o.recent = append(o.recent, rows...); len(o.recent) > maxRecentFiled {
		o.recent = slices.Clone(o.recent[len(o.recent)-maxRecentFiled:])
	}
	o.mu.Unlock()
	o.s.watch.announce(rows)
	o.wake()
	return out, nil
}

// reload takes the end of the own chain from the file.
func (o *outbox) reload(ctx context.Context) error {
	tail, err := o.s.log.OutboxTail(ctx)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if tail == nil {
		return nil
	}
	if c := (seal.Chain{Incarnation: tail.Incarnation, Sequence: tail.Sequence, Last: seal.HashHeader(tail.Header)}); after(c, o.chain) {
		o.chain = c
		o.waiting = append(o.waiting, c)
		o.wake()
	}
	return nil
}

// shuffle mixes the items that need not keep their place, by a generator that
// nobody can predict: the order that was must not be told from the order that
// is.
func shuffle(order []int, items []Item) {
	var free []int // positions in order
	for k, i := range order {
		if !items[i].Keep {
			free = append(free, k)
		}
	}
	var seed [32]byte
	crand.Read(seed[:])
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(free), func(a, b int) {
		order[free[a]], order[free[b]] = order[free[b]], order[free[a]]
	})
}

func (o *outbox) wake() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

// logged learns where the own chain ends in the log.
func (o *outbox) logged(last seal.Chain) {
	o.mu.Lock()
	moved := after(last, o.lastLogged)
	restored := after(last, o.chain)
	if moved {
		o.lastLogged = last
	}
	n := 0
	for n < len(o.waiting) && !after(o.waiting[n], last) {
		n++
	}
	o.waiting = o.waiting[n:]
	if restored {
		// The log knows more of us than our outbox: we were restored, and
		// have just learned it back.
		o.chain = last
	}
	if !after(o.unsent, last) {
		o.unsent = seal.Chain{}
	}
	have := o.cert
	o.mu.Unlock()
	if restored {
		if cert, ok := o.s.State().Certificate(o.s.self, math.MaxInt64); ok && *cert != *have {
			if err := o.useKeys(cert); err != nil {
				o.s.logger.Error("headers are not signed here", "code", Code(err), "err", err)
			}
		}
	}
}

// alien says whether an end of the own chain in the log is another than what was
// filed here for that place: then somebody else signs with our key.
func (o *outbox) alien(logged seal.Chain) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	i, ok := slices.BinarySearchFunc(o.waiting, logged, func(a, b seal.Chain) int {
		return cmp.Or(cmp.Compare(a.Incarnation, b.Incarnation), cmp.Compare(a.Sequence, b.Sequence))
	})
	return ok && o.waiting[i].Last != logged.Last
}

// after says whether chain a reaches further than b.
func after(a, b seal.Chain) bool {
	return a.Incarnation > b.Incarnation || a.Incarnation == b.Incarnation && a.Sequence > b.Sequence
}

// tail returns the end of the own chain.
func (o *outbox) tail() seal.Chain {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.chain
}

// Waiting returns how many of this member's envelopes are filed and not in the
// log here yet, as far as is known without asking the disk: those of earlier
// incarnations are not counted.
func (s *Station) Waiting() int {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if s.out.chain.Incarnation > s.out.lastLogged.Incarnation {
		return int(s.out.chain.Sequence)
	}
	return int(s.out.chain.Sequence - s.out.lastLogged.Sequence)
}

// room refuses to promise durability when less than a reserve of the disk is
// free.
func (s *Station) room(reserveMiB int64) error {
	if s.tune.FreeDisk == nil {
		return nil
	}
	free, err := s.tune.FreeDisk()
	if err != nil {
		return err
	}
	if free < reserveMiB<<20 {
		return fmt.Errorf("%w: %d MiB are free, %d are held in reserve", ErrFull, free>>20, reserveMiB)
	}
	return nil
}

// Epoch returns the key epoch in force by log time.
func (s *Station) Epoch() uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.found.Charter().EpochOf(s.certified.Time)
}

// submitLoop brings the outbox to the lead, in order, until ctx ends.
func (o *outbox) submitLoop(ctx context.Context) error {
	var sent seal.Chain // last envelope the lead has acknowledged
	said := ""          // why nothing could be submitted, as it was last said
	pause := o.s.tune.RetryMin
	for {
		if err := o.s.recovery.wait(ctx, o.s.recovery.maySign); err != nil {
			return err
		}
		o.mu.Lock()
		if after(o.lastLogged, sent) {
			sent = o.lastLogged
		}
		o.mu.Unlock()
		es, err := o.unsubmitted(ctx, sent)
		if err == nil && len(es) == 0 {
			select {
			case <-o.kick:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err == nil {
			var r run
			bytes := 0
			for _, e := range es {
				if bytes += len(e.Header) + len(e.Body); bytes > maxFrame {
					break
				}
				r.add(e.Header, e.Body)
			}
			var n int
			n, err = o.s.submitTo(ctx, r)
			if n > 0 {
				sent = seal.Chain{Incarnation: es[n-1].Incarnation, Sequence: es[n-1].Sequence}
				pause, said = o.s.tune.RetryMin, ""
			}
			if err == nil {
				continue
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// A node without a line has the same to say for weeks: once is enough.
		level := slog.LevelDebug
		if said != err.Error() {
			level, said = slog.LevelWarn, err.Error()
		}
		o.s.logger.Log(ctx, level, "the outbox could not be submitted", "code", Code(err), "err", err, "again_in", pause)
		// What the lead had may have been lost with it: begin again at the
		// first envelope that is not in the log.
		sent = seal.Chain{}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, o.s.tune.RetryMax)
	}
}

// maxRecentFiled bounds the envelopes that are kept in memory to be submitted.
const maxRecentFiled = 512

// unsubmitted returns the envelopes of the outbox that follow one place.
func (o *outbox) unsubmitted(ctx context.Context, sent seal.Chain) ([]logdb.Filed, error) {
	o.mu.Lock()
	for i, e := range o.recent {
		if e.Incarnation == sent.Incarnation && e.Sequence == sent.Sequence+1 {
			es := slices.Clone(o.recent[i:])
			o.recent = nil // what fails is read from the disk
			o.mu.Unlock()
			return es[:min(len(es), o.s.tune.BatchLeaves)], nil
		}
	}
	o.mu.Unlock()
	return o.s.log.Outbox(ctx, sent.Incarnation, sent.Sequence, o.s.tune.BatchLeaves)
}

// submitTo hands envelopes to the lead and returns how many it has taken.
func (s *Station) submitTo(ctx context.Context, r run) (int, error) {
	if s.sequencer != nil {
		res := s.sequencer.submit(ctx, r)
		return res.accepted, res.err
	}
	return s.postEnvelopes(ctx, s.lead, r)
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
