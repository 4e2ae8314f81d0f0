package stations

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"entente/internal/centre"
	"entente/seal"
)

// Rate is what [Centre.Sequence] measured.
type Rate struct {
	Envelopes int
	Bytes     int64 // of acts
	Elapsed   time.Duration
}

// PerSecond returns envelopes a second.
func (r Rate) PerSecond() float64 { return float64(r.Envelopes) / r.Elapsed.Seconds() }

// String gives the rate in words.
func (r Rate) String() string {
	return fmt.Sprintf("%d envelopes in %v: %.0f/s, %.1f MB/s of acts", r.Envelopes, r.Elapsed.Round(time.Millisecond), r.PerSecond(), float64(r.Bytes)/1e6/r.Elapsed.Seconds())
}

// filedAtOnce is how many envelopes a member hands to its outbox in one call,
// as an import would.
const filedAtOnce = 256

// ahead bounds how many of a member's envelopes wait to be logged, as a
// sensible originator's would.
const ahead = 4096

// Sequence files n envelopes, spread over all members, and waits until every
// member holds all of them certified. The clock runs from the first call until
// then; signing and sealing are in it.
func (c *Centre) Sequence(ctx context.Context, n int) (Rate, error) {
	if err := ctx.Err(); err != nil {
		return Rate{}, err
	}
	base := c.members[0].station.Certified().Size
	act := c.act()
	began := time.Now()
	var wg sync.WaitGroup
	errs := make([]error, len(c.members))
	for i, m := range c.members {
		share := n / len(c.members)
		if i < n%len(c.members) {
			share++
		}
		wg.Go(func() {
			for done := 0; done < share; {
				k := min(filedAtOnce, share-done)
				batch := make([]centre.Item, k)
				for j := range batch {
					batch[j] = m.item(act)
				}
				if _, err := m.station.File(ctx, batch); err != nil {
					errs[i] = fmt.Errorf("%s: %w", m.id, err)
					return
				}
				done += k
				if err := m.drain(ctx, ahead); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return Rate{}, err
	}
	if err := c.await(ctx, base+int64(n)); err != nil {
		return Rate{}, err
	}
	return Rate{n, int64(n) * int64(c.options.ActBytes), time.Since(began)}, nil
}

// drain waits until fewer than limit envelopes of a member wait to be logged.
func (m *member) drain(ctx context.Context, limit int) error {
	for {
		changed := m.station.Changed()
		if m.station.Waiting() < limit {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Percentiles are the times of single envelopes, from the call that files them
// until another member can read them under a certified head.
type Percentiles struct {
	Envelopes          int
	PerSecond          float64 // offered
	P50, P90, P99, Max time.Duration
}

// String gives the percentiles in words.
func (p Percentiles) String() string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%d envelopes at %.0f/s: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms", p.Envelopes, p.PerSecond, ms(p.P50), ms(p.P90), ms(p.P99), ms(p.Max))
}

// act returns what each envelope holds.
func (c *Centre) act() []byte {
	if c.options.Act != nil {
		return c.options.Act
	}
	return make([]byte, c.options.ActBytes)
}

// Latency files single envelopes at a steady rate for a while, each member in
// turn, and times each until the next member in order has read it under a
// certified head: it verified the header's own signature, found the envelope's
// key by the set key, opened the body and did with the act what [Options.Read]
// says. A late filing is charged to the envelope: the clock
// runs from when it was due.
func (c *Centre) Latency(ctx context.Context, perSecond int, d time.Duration) (Percentiles, error) {
	n := int(float64(perSecond) * d.Seconds())
	if n < 1 || perSecond < 1 {
		return Percentiles{}, fmt.Errorf("%d envelopes a second for %v are none", perSecond, d)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &stopwatch{begun: map[[32]byte]time.Time{}, early: map[[32]byte]time.Time{}, all: make(chan struct{}), want: n}
	var readers sync.WaitGroup
	for i, m := range c.members {
		reader := c.members[(i+1)%len(c.members)]
		from := reader.station.Certified().Size
		trial := seal.NewTrial(seal.Hash(c.founding.Hash()), []seal.SetKey{m.setKey})
		readers.Go(func() { w.fail(w.read(ctx, reader, m, from, trial, c.options.Read)) })
	}
	act := c.act()
	gap := time.Second / time.Duration(perSecond)
	start := time.Now()
	var filers sync.WaitGroup
	for i := range n {
		due := start.Add(time.Duration(i) * gap)
		time.Sleep(time.Until(due))
		m := c.members[i%len(c.members)]
		filers.Go(func() {
			filed, err := m.station.File(ctx, []centre.Item{m.item(act)})
			if err != nil {
				w.fail(err)
				return
			}
			w.begin(filed[0].Hash, due)
		})
	}
	filers.Wait()
	select {
	case <-w.all:
	case <-ctx.Done():
	}
	cancel()
	readers.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return Percentiles{}, w.err
	}
	if len(w.took) < n {
		return Percentiles{}, fmt.Errorf("%d of %d envelopes were read: %w", len(w.took), n, context.Cause(ctx))
	}
	slices.Sort(w.took)
	at := func(q float64) time.Duration { return w.took[min(n-1, int(q*float64(n)))] }
	return Percentiles{n, float64(perSecond), at(0.50), at(0.90), at(0.99), w.took[n-1]}, nil
}

// stopwatch joins when envelopes were due and when they were read.
type stopwatch struct {
	mu    sync.Mutex
	begun map[[32]byte]time.Time // due, not read yet
	early map[[32]byte]time.Time // read before the filer was told its place
	took  []time.Duration
	want  int
	all   chan struct{}
	once  sync.Once
	err   error
}

func (w *stopwatch) fail(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.once.Do(func() { close(w.all) })
}

func (w *stopwatch) begin(hash [32]byte, due time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.early[hash]; ok {
		delete(w.early, hash)
		w.add(at.Sub(due))
		return
	}
	w.begun[hash] = due
}

func (w *stopwatch) seen(hash [32]byte, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if due, ok := w.begun[hash]; ok {
		delete(w.begun, hash)
		w.add(at.Sub(due))
		return
	}
	w.early[hash] = at
}

func (w *stopwatch) add(d time.Duration) {
	if w.took = append(w.took, d); len(w.took) == w.want {
		w.once.Do(func() { close(w.all) })
	}
}

// read reads what one member has under certified heads, opens the envelopes of
// another, and notes when.
func (w *stopwatch) read(ctx context.Context, reader, of *member, from int64, trial *seal.Trial, act func([]byte) error) error {
	for {
		changed := reader.station.Changed()
		for to := reader.station.Certified().Size; from < to; {
			end := min(to, from+1024)
			run, err := reader.station.Log().Read(ctx, from, end)
			if err != nil {
				return err
			}
			for i := range run.N() {
				h := run.Header(i)
				if string(h[40:43]) != string(of.id) || run.Bodies[i] == nil {
					continue
				}
				if err := open(h, run.Bodies[i], of, trial, act); err != nil {
					return fmt.Errorf("%s cannot read leaf %d: %w", reader.id, from+int64(i), err)
				}
				w.seen(hashOf(h), time.Now())
			}
			from = end
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// open does what a reader does with one envelope.
func open(header, body []byte, of *member, trial *seal.Trial, act func([]byte) error) error {
	if err := seal.VerifyHeader(header, of.keys.header.Public().(ed25519.PublicKey)); err != nil {
		return err
	}
	k, _, ok := trial.Find(header)
	if !ok {
		return nil // sealed to others, or of everybody
	}
	plain, err := seal.Open(header, body, k)
	if err != nil || act == nil {
		return err
	}
	return act(plain)
}
