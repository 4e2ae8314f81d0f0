package centre

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
)

// faults counts the writes of one member and makes one of them fail, and all
// that follow: the moment at which its machine lost power.
type faults struct {
	mu     sync.Mutex
	n      int         // writes so far
	at     int         // which one fails, from 1; 0 none
	stage  store.Stage // not persisted, or persisted and not known to be
	failed bool
	onFail func()
	after  func(n int) // after each commit
}

var errPower = errors.New("the power is gone")

func (f *faults) fault(stage store.Stage) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed {
		return errPower
	}
	if stage == store.BeforeCommit {
		f.n++
	}
	if f.n == f.at && stage == f.stage {
		f.failed = true
		if f.onFail != nil {
			f.onFail()
		}
		return errPower
	}
	if stage == store.AfterCommit && f.after != nil {
		f.after(f.n)
	}
	return nil
}

func (f *faults) hit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// workload is what the tests of this file have filed: two rounds of all
// members, each envelope under a reference, so that it can be asked for again.
type workload struct {
	c      *centreOf
	record *record
	gap    time.Duration          // between rounds
	begun  map[label.MemberID]int // earlier rounds are not asked for again
}

// ask files a round for one member until it is durable there. While somebody's
// power is gone it may wait in vain, so then it tries no more than a few times.
func (w *workload) ask(m label.MemberID, round int, gone func() bool) {
	if round < w.begun[m] {
		return
	}
	for tries := 0; tries < 3 || !gone(); tries++ {
		p := w.c.posts[m]
		if p == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := p.File(ctx, w.c.items(m, 2, 100, fmt.Sprint(m, round)))
		cancel()
		if err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func never() bool { return false }

// finish has every member file rounds again from one on, which files only what is
// missing, and waits until all of it is certified everywhere.
func (w *workload) finish(from, rounds int) {
	w.c.t.Helper()
	for round := from; round < rounds; round++ {
		for _, m := range four {
			w.ask(m, round, never)
		}
		time.Sleep(w.gap)
	}
	want := int64(1 + 2*4*rounds)
	w.c.certified(want, four...)
	for _, m := range four {
		if n := w.c.posts[m].Size(); n != want {
			w.c.t.Errorf("%s holds %d leaves, want %d: something was lost or filed twice", m, n, want)
		}
	}
	w.c.same(four...)
	for _, m := range four {
		if h := w.c.posts[m].Halted(); h != nil {
			w.c.t.Errorf("%s halted: %s", m, h.Message)
		}
		if kept, err := w.c.posts[m].log.AllEvidence(context.Background()); err != nil || len(kept) > 0 {
			w.c.t.Errorf("%s keeps %d pieces of evidence (%v), and everybody was honest", m, len(kept), err)
		}
	}
	w.record.innocent(w.c.t, w.c.posts["IRQ"].Station)
}

// powerLoss runs the workload, takes the power of one member away at one of its
// writes, starts it again, and lets the work go on. It returns how many writes
// the member made, so that all of them can be tried.
func powerLoss(t *testing.T, victim label.MemberID, at int, stage store.Stage) (writes int) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.tune.CompareEvery = 10 * time.Second
		f := &faults{at: at, stage: stage}
		w := &workload{c: c, record: newRecord()}
		w.record.listen(c)
		f.onFail = func() {
			w.record.die(victim, true)
			c.net.sever(victim, true)
		}
		plain := c.opts
		c.opts = func(m label.MemberID) store.Options {
			o := plain(m)
			if m == victim {
				o.Fault = f.fault
			}
			return o
		}
		for _, m := range four {
			if err := c.startOne(m); err != nil && !f.hit() {
				t.Fatal(err)
			}
		}
		for round := range 2 {
			for _, m := range four {
				w.ask(m, round, f.hit)
			}
			if !f.hit() {
				time.Sleep(time.Second)
			}
		}
		if at == 0 {
			c.certified(17, four...)
			time.Sleep(10 * time.Second)
			c.stop(victim)
			writes = f.n
			return
		}
		if !f.hit() {
			time.Sleep(10 * time.Second) // the last writes are those of quiet
		}
		c.stop(victim)
		c.opts = plain
		w.record.die(victim, false)
		c.net.sever(victim, false)
		c.start(victim)
		w.finish(0, 3)
	})
	return writes
}

// No loss of power at any write, whether it was persisted or not, makes an
// honest node sign what contradicts what it has signed, lose anything that it
// has acknowledged, or file anything twice.
func TestPowerLossAtEveryWrite(t *testing.T) {
	for _, victim := range []label.MemberID{"IRQ", "RUS"} {
		n := powerLoss(t, victim, 0, 0)
		if n < 10 {
			t.Fatalf("%s made %d writes: the walk walks nowhere", victim, n)
		}
		t.Logf("%s makes %d writes", victim, n)
		for at := 1; at <= n; at++ {
			for stage, name := range map[store.Stage]string{store.BeforeCommit: "lost", store.AfterCommit: "kept"} {
				t.Run(fmt.Sprintf("%s write %d %s", victim, at, name), func(t *testing.T) { powerLoss(t, victim, at, stage) })
			}
		}
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	check(t, err)
	defer in.Close()
	check(t, os.MkdirAll(filepath.Dir(to), 0o700))
	out, err := os.Create(to)
	check(t, err)
	_, err = io.Copy(out, in)
	check(t, errors.Join(err, out.Close()))
}

// Whatever earlier state of its directory a node is restored from, it signs
// nothing that contradicts what it signed before.
func TestRestoreOfAnyBackup(t *testing.T) {
	for _, victim := range []label.MemberID{"IRQ", "RUS"} {
		base := t.TempDir()
		backups := 0
		begun := newRecord()
		simulate(t, nil, func(t *testing.T, c *centreOf) {
			w := &workload{c: c, record: begun, gap: 20 * time.Second} // clocks set back are behind it
			w.record.listen(c)
			f := &faults{}
			// The writer is inside its commit: nothing else writes the files.
			f.after = func(n int) {
				backups = n
				for _, name := range []string{"log.db", "log.db-wal"} {
					copyFile(t, filepath.Join(c.dir, string(victim), name), filepath.Join(base, fmt.Sprint(n), name))
				}
			}
			plain := c.opts
			c.opts = func(m label.MemberID) store.Options {
				o := plain(m)
				if m == victim {
					o.Fault = f.fault
				}
				return o
			}
			c.start(four...)
			w.finish(0, 2)
			time.Sleep(10 * time.Second)
			c.stopAll()
			for _, m := range four {
				copyFile(t, c.path(m), filepath.Join(base, "end", string(m), "log.db"))
			}
		})
		t.Logf("%s: %d backups", victim, backups)
		for n := 1; n <= backups; n++ {
			t.Run(fmt.Sprintf("%s from %d", victim, n), func(t *testing.T) {
				simulate(t, nil, func(t *testing.T, c *centreOf) {
					w := &workload{c: c, record: begun.clone()}
					w.record.listen(c)
					if n%2 == 0 {
						time.Sleep(10 * time.Minute)
					} // otherwise all clocks are behind what was signed
					for _, m := range four {
						copyFile(t, filepath.Join(base, "end", string(m), "log.db"), c.path(m))
					}
					check(t, os.Remove(c.path(victim)))
					for _, name := range []string{"log.db", "log.db-wal"} {
						copyFile(t, filepath.Join(base, fmt.Sprint(n), name), filepath.Join(c.dir, string(victim), name))
					}
					// A copy from the middle of a migration is made whole by the next start.
					if l, err := logdb.Open(c.path(victim), store.Options{}); err != nil {
						t.Fatal(err)
					} else {
						l.Close()
					}
					c.start(four...)
					// What a backup does not know it cannot be asked for twice.
					w.finish(2, 3)
				})
			})
		}
	}
}
