// Package feed serves a member's own tools by TAXII 2.1: what the node's
// officers may read, as STIX, as far as each tool is cleared, and a collection
// for what each tool writes.
//
// A collection of reports is made once for each clearance, and nothing lies in
// it that the clearance does not admit: no count, page, version, header or
// error can tell of the rest, because the rest is not there. Users with the
// same clearance share one. The file that holds them is made from the node's
// views and can be made again; what tools have written is in it too.
//
// What ends, is replaced or destroyed is taken out before the next answer.
package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"entente/act"
	"entente/internal/exchange"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/taxiidb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/taxii"
)

// Node is what a feed needs of the node that it belongs to.
type Node interface {
	// LogTime returns the present log time in Unix seconds.
	LogTime() int64
	// LoggedBy returns the log time, in Unix seconds, by which a leaf was
	// certified. It may be rounded up, and is the same whenever it is asked. An
	// error that wraps ErrNotYet says that no head of it is kept yet.
	LoggedBy(ctx context.Context, index int64) (int64, error)
	// Inspect says whether an object may be taken in at all, and how many
	// records of persons it is (rules 2 and 3).
	Inspect(raw []byte) (persons int, err error)
	// Take takes objects that an account has written into the intake as the
	// officer's who answers for it; there they await officers. An error that wraps ErrRefused is for good.
	Take(ctx context.Context, account, officer string, objects [][]byte) error
}

// ErrRefused is wrapped by a refusal that trying again does not cure.
var ErrRefused = errors.New("the intake refuses it")

// Options are what a feed is made of.
type Options struct {
	Dir     string // the node's directory
	Self    label.MemberID
	Members label.MemberSet // of the charter
	Table   *label.Table
	Founded time.Time // when the charter was founded: the date of what never changes
	// Key shuffles the dates of objects by microseconds, so that no gap between
	// them tells that something stood there; 32 bytes, the node's own.
	Key    []byte
	Views  *viewdb.Views
	Known  func(ctx context.Context) (*section.Accounts, error)
	Node   Node
	Logger *slog.Logger
	Now    func() time.Time
	// MaxPersons is how many records of persons an account may write in a day
	// (rule 2).
	MaxPersons int
}

// ErrNotYet: a leaf has no log time yet, as for a moment after a start. The feed
// waits for it.
var ErrNotYet = errors.New("no head of the leaf is kept yet")

// errBehind: the views are being made again.
var errBehind = errors.New("the views are behind the feed")

// root is the only API root.
const root = "entente"

// Bounds on what is done at once.
const (
	feedRun  = 200 // reports looked at together
	takeRun  = 500 // objects taken in together
	maxEnded = 1 << 20
	tickWait = 15 * time.Second
	// maxContent is the greatest body of a request, as the API root says.
	maxContent = 16 << 20
)

// Feed is a member's feed. It is safe for concurrent use.
type Feed struct {
	o     Options
	db    *taxiidb.DB
	fixed map[string]bool // identifiers of what stands in every collection
	first []taxii.Object  // the same, as objects

	seats    atomic.Pointer[seats]
	throttle *throttle
	wake     chan struct{}

	work sync.Mutex // held while collections of reports are changed

	mu        sync.Mutex
	replaced  []string     // ids of reports that a later one has replaced
	recheck   bool         // reports may have come back into force
	unsettled atomic.Bool  // something must be taken out before the next answer
	compare   atomic.Bool  // all must be compared with the views before the next answer
	nextEnd   atomic.Int64 // log time at which the next report ends; 0 none, -1 not known
}

// Open opens the feed in a node's directory. Nothing is served or taken in
// before Run, but what was forgotten is.
func Open(ctx context.Context, o Options) (*Feed, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := taxiidb.OpenWith(o.Dir, store.Options{SecureDelete: true})
	if err != nil {
		return nil, err
	}
	f := &Feed{o: o, db: db, fixed: map[string]bool{}, throttle: newThrottle(), wake: make(chan struct{}, 1)}
	fixtures, err := exchange.Fixtures(o.Members)
	if err == nil {
		for _, p := range fixtures {
			var obj taxii.Object
			if obj, err = taxii.ReadObject(p.Raw); err != nil {
				break
			}
			f.fixed[p.ID], f.first = true, append(f.first, obj)
		}
	}
	if err == nil {
		err = f.reload(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	f.compare.Store(true)
	f.unsettled.Store(true)
	f.nextEnd.Store(-1)
	return f, nil
}

// Close closes the file.
func (f *Feed) Close() error { return f.db.Close() }

// Run keeps the collections of reports up with the views, and hands what tools
// have written to the intake, until ctx ends.
func (f *Feed) Run(ctx context.Context) error {
	tick := time.NewTicker(tickWait)
	defer tick.Stop()
	for {
		if err := f.turn(ctx); err != nil && ctx.Err() == nil {
			f.o.Logger.Log(ctx, levelOf(err), "the feed waits", "err", err)
		}
		select {
		case <-f.wake:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// levelOf says how loud a turn that was broken off is told: quietly where all
// that it waits for comes by itself.
func levelOf(err error) slog.Level {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range all.Unwrap() {
			if levelOf(one) == slog.LevelError {
				return slog.LevelError
			}
		}
		return slog.LevelDebug
	}
	if errors.Is(err, ErrNotYet) || errors.Is(err, errBehind) {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// turn does all that is to be done.
func (f *Feed) turn(ctx context.Context) (err error) {
	errTake := f.take(ctx)
	s := f.seats.Load()
	if err := f.tidy(ctx, s); err != nil {
		return errors.Join(errTake, err)
	}
	if err := f.settle(ctx); err != nil {
		return errors.Join(errTake, err)
	}
	f.mu.Lock()
	again := f.recheck
	f.recheck = false
	f.mu.Unlock()
	defer func() {
		if err != nil && again {
			f.mu.Lock()
			f.recheck = true
			f.mu.Unlock()
		}
	}()
	for _, st := range s.streams {
		if err := f.fill(ctx, st); err != nil {
			return errors.Join(errTake, err)
		}
		if again {
			if err := f.readd(ctx, st); err != nil {
				return errors.Join(errTake, err)
			}
		}
	}
	return errTake
}

// Poke has Run look whether there is something to do.
func (f *Feed) Poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Arrived tells that reports have come into the views; replaces are the ids of
// those that they replace, which are gone from every answer that begins
// afterwards, and ends the log time at which the first of them ends, 0 when
// none does.
func (f *Feed) Arrived(replaces []string, ends int64) {
	if len(replaces) > 0 {
		f.mu.Lock()
		f.replaced = append(f.replaced, replaces...)
		f.mu.Unlock()
		f.unsettled.Store(true)
	}
	for ends > 0 {
		next := f.nextEnd.Load()
		if next < 0 || next > 0 && next <= ends || f.nextEnd.CompareAndSwap(next, ends) {
			break
		}
	}
	f.Poke()
}

// Forget takes reports out of every collection and overwrites them. It is
// called when they are out of the views, and may be called again.
func (f *Feed) Forget(ctx context.Context, reports []int64) error {
	f.work.Lock()
	defer f.work.Unlock()
	n, err := f.db.Withdraw(ctx, 0, reports)
	f.mu.Lock()
	f.recheck = true // what they had replaced is in force again
	f.mu.Unlock()
	if n > 0 {
		f.Poke()
	}
	return err
}

// Changed tells that the views changed in a way that may have taken any report
// out of force, or have been made again: no answer begins before all were
// compared.
func (f *Feed) Changed() {
	f.nextEnd.Store(-1)
	f.compare.Store(true)
	f.unsettled.Store(true)
	f.Poke()
}

// Lifted tells that what kept reports out of every answer may have ended: they
// are looked for and added again.
func (f *Feed) Lifted() {
	f.mu.Lock()
	f.recheck = true
	f.mu.Unlock()
	f.Poke()
}

// settle takes out what must be in no further answer.
func (f *Feed) settle(ctx context.Context) error {
	now := f.o.Node.LogTime()
	end := f.nextEnd.Load()
	if !f.unsettled.Load() && end >= 0 && (end == 0 || now < end) {
		return nil
	}
	f.work.Lock()
	defer f.work.Unlock()
	f.unsettled.Store(false)
	if err := f.takeOut(ctx, now); err != nil {
		f.unsettled.Store(true)
		return err
	}
	return nil
}

func (f *Feed) takeOut(ctx context.Context, now int64) error {
	if f.compare.Swap(false) {
		if err := f.compareAll(ctx); err != nil {
			f.compare.Store(true)
			return err
		}
	}
	f.mu.Lock()
	replaced := f.replaced
	f.mu.Unlock()
	var gone []int64
	for _, id := range replaced {
		i, err := f.o.Views.IndexOf(ctx, id)
		if errors.Is(err, viewdb.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		// Asked anew: only its originator can replace a report.
		live, err := f.o.Views.Live(ctx, i, i+1, 1)
		if err != nil {
			return err
		}
		if len(live) == 0 {
			gone = append(gone, i)
		}
	}
	before := f.nextEnd.Load()
	ended, err := f.o.Views.Ended(ctx, now, maxEnded)
	if err != nil {
		return err
	}
	if _, err := f.db.Withdraw(ctx, 0, append(gone, ended...)); err != nil {
		return err
	}
	f.mu.Lock()
	f.replaced = f.replaced[len(replaced):]
	if before > 0 && before <= now {
		f.recheck = true // what it had replaced is in force again
	}
	f.mu.Unlock()
	next, err := f.o.Views.NextEnd(ctx, now)
	if err != nil {
		return err
	}
	f.nextEnd.CompareAndSwap(before, next)
	return nil
}

// compareAll takes out what the views do not have in force any more: it may
// have gone while no feed was open. Views that are being made again are
// compared as far as they have come.
func (f *Feed) compareAll(ctx context.Context) error {
	cursor, err := f.o.Views.Cursor(ctx)
	if err != nil {
		return err
	}
	all, err := f.db.Collections(ctx, root)
	if err != nil {
		return err
	}
	for _, no := range all {
		const run = 5000
		from := int64(0)
		var gone []int64
		for from < cursor {
			held, err := f.db.HeldReports(ctx, no, from, run)
			if err != nil {
				return err
			}
			if len(held) == 0 {
				break
			}
			last := held[len(held)-1]
			live := map[int64]bool{}
			for at := held[0]; at <= last; {
				some, err := f.o.Views.LiveIndices(ctx, at, run)
				if err != nil {
					return err
				}
				for _, i := range some {
					live[i] = true
				}
				if len(some) < run {
					break
				}
				at = some[len(some)-1] + 1
			}
			for _, i := range held {
				if i < cursor && !live[i] {
					gone = append(gone, i)
				}
			}
			from = last + 1
		}
		if _, err := f.db.Withdraw(ctx, no, gone); err != nil {
			return err
		}
	}
	return nil
}

// stream is a collection of reports for one clearance.
type stream struct {
	id    string // of the collection as it is kept
	no    int64
	judge *judge
}

// fill brings a collection up to the views.
func (f *Feed) fill(ctx context.Context, st *stream) error {
	for {
		more, err := f.fillRun(ctx, st)
		if err != nil || !more {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (f *Feed) fillRun(ctx context.Context, st *stream) (more bool, err error) {
	f.work.Lock()
	defer f.work.Unlock()
	from, err := f.db.Progress(ctx, st.no)
	if err != nil {
		return false, err
	}
	end, err := f.o.Views.Cursor(ctx)
	if err != nil || from >= end {
		return false, err
	}
	live, err := f.o.Views.Live(ctx, from, end, feedRun)
	if err != nil {
		return false, err
	}
	if len(live) == feedRun {
		end, more = live[len(live)-1].Index+1, true
	}
	fed, err := f.cut(ctx, st, live)
	if err != nil {
		return false, err
	}
	return more, f.db.Feed(ctx, st.no, fed, end)
}

// readd adds what has come back into force since it was passed.
func (f *Feed) readd(ctx context.Context, st *stream) error {
	to, err := f.db.Progress(ctx, st.no)
	if err != nil {
		return err
	}
	if cursor, err := f.o.Views.Cursor(ctx); err != nil || cursor < to {
		return errors.Join(err, errBehind) // what replaces a report may still come
	}
	for from := int64(0); from < to; {
		var live []viewdb.Live
		err := func() error {
			f.work.Lock()
			defer f.work.Unlock()
			var err error
			if live, err = f.o.Views.Live(ctx, from, to, feedRun); err != nil || len(live) == 0 {
				return err
			}
			held, err := f.db.HeldReports(ctx, st.no, live[0].Index, feedRun)
			if err != nil {
				return err
			}
			there := map[int64]bool{}
			for _, i := range held {
				there[i] = true
			}
			var missing []viewdb.Live
			for _, l := range live {
				if !there[l.Index] {
					missing = append(missing, l)
				}
			}
			fed, err := f.cut(ctx, st, missing)
			if err != nil || len(fed) == 0 {
				return err
			}
			// What comes back is new to a reader: it is dated behind all else.
			return f.db.Feed(ctx, st.no, fed, to)
		}()
		if err != nil || len(live) == 0 {
			return err
		}
		from = live[len(live)-1].Index + 1
	}
	return nil
}

// cut makes objects of the reports that a clearance admits. What cannot be
// said in STIX is passed, as a report that cannot be read is.
func (f *Feed) cut(ctx context.Context, st *stream, live []viewdb.Live) ([]taxiidb.Fed, error) {
	var out []taxiidb.Fed
	for i := range live {
		l := &live[i]
		a, err := act.Parse(l.Act)
		if err != nil || a.Report == nil || !st.judge.admitsReport(a.Report) {
			continue
		}
		pieces, err := exchange.Pieces(a)
		if err != nil {
			f.o.Logger.Warn("a report cannot be said in STIX and is in no feed", "index", l.Index, "code", act.Code(err))
			continue
		}
		at, err := f.o.Node.LoggedBy(ctx, l.Index)
		if err != nil {
			return nil, err
		}
		fed := taxiidb.Fed{Report: l.Index, NotBefore: taxii.Timestamp(at * 1_000_000)}
		for _, p := range pieces {
			if f.fixed[p.ID] {
				continue
			}
			o, err := taxii.ReadObject(p.Raw)
			if err != nil {
				return nil, fmt.Errorf("leaf %d: %w", l.Index, err)
			}
			fed.Objects = append(fed.Objects, taxiidb.FedObject{Object: o, Settled: p.Settled, Step: f.step(a.Report.ID, p.ID)})
		}
		out = append(out, fed)
	}
	return out, nil
}

// step is how many microseconds an object keeps from the one before it, 1 to
// 64: the same whenever it is made again, and nothing that a reader can foresee.
func (f *Feed) step(report act.ID, object string) int64 {
	m := hmac.New(sha256.New, f.o.Key)
	m.Write([]byte(report))
	m.Write([]byte(object))
	return 1 + int64(m.Sum(nil)[0]&63)
}

// streamID names the collection of a clearance as it is kept.
func streamID(c Clearance) (string, error) {
	raw, err := json.Marshal(c.sorted())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return "feed-" + hex.EncodeToString(sum[:16]), nil
}
