//go:build long

package centre

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"entente/internal/store"
	"entente/label"
)

// TestLongWalk walks at random, from printed seeds: losses of power at any write
// of any member, restores of any earlier backup of it, lines cut between any
// two, and pauses, while all members file. Whatever happens, nobody honest may be
// incriminated and nothing lost. ENTENTE_WALKS says how many walks (20),
// ENTENTE_SEED where to begin (1).
func TestLongWalk(t *testing.T) {
	number := func(name string, usual int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return usual
	}
	first := number("ENTENTE_SEED", 1)
	for seed := first; seed < first+number("ENTENTE_WALKS", 20); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { walk(t, uint64(seed)) })
	}
}

func walk(t *testing.T, seed uint64) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		r := rand.New(rand.NewPCG(seed, 0))
		w := &workload{c: c, record: newRecord(), begun: map[label.MemberID]int{}}
		w.record.listen(c)
		c.pace(10 * time.Second)
		plain := c.opts
		current := map[label.MemberID]*faults{}
		rounds := 0
		c.opts = func(m label.MemberID) store.Options {
			o := plain(m)
			if f := current[m]; f != nil {
				o.Fault = f.fault
			}
			return o
		}
		arm := func(m label.MemberID) *faults {
			f := &faults{at: 1 + r.IntN(25), stage: store.Stage(r.IntN(2))}
			f.onFail = func() {
				w.record.die(m, true)
				c.net.sever(m, true)
			}
			current[m] = f
			return f
		}
		// restart brings a member back; from a backup it can come only as a
		// whole, and what it had not logged then is asked for again.
		restart := func(m label.MemberID, backup string) {
			c.stop(m)
			delete(current, m)
			w.record.die(m, false)
			c.net.sever(m, false)
			if backup != "" {
				os.Remove(c.path(m) + "-wal")
				os.Remove(c.path(m) + "-shm")
				copyFile(t, backup, c.path(m))
			}
			c.start(m)
			if backup != "" {
				w.begun[m] = rounds // what it was asked for before it does not remember
			}
		}
		c.startAll()
		for step := range 12 {
			m := four[r.IntN(4)]
			switch r.IntN(4) {
			case 0:
				c.stop(m)
				f := arm(m)
				if err := c.startOne(m); err != nil && !f.hit() {
					t.Fatal(err)
				}
				w.round(rounds, f.hit)
				rounds++
				restart(m, "")
			case 1:
				other := four[r.IntN(4)]
				c.net.part(m, other, true)
				w.round(rounds, func() bool { return true })
				rounds++
				time.Sleep(time.Duration(r.IntN(300)) * time.Second)
				c.net.part(m, other, false)
			case 2:
				// A backup is of a moment at which all is certified: what is
				// lost with what is not is for TestNewIncarnation.
				w.settle(rounds)
				backup := filepath.Join(t.TempDir(), fmt.Sprint(step))
				check(t, store.Copy(t.Context(), c.posts[m].log.DB().Path(), backup))
				w.round(rounds, never)
				rounds++
				w.settle(rounds)
				restart(m, backup)
			case 3:
				w.round(rounds, never)
				rounds++
				time.Sleep(time.Duration(r.IntN(600)) * time.Second)
			}
			w.settle(rounds)
		}
		w.finish(rounds, rounds+1)
	})
}

// round asks for one round of all members.
func (w *workload) round(n int, gone func() bool) {
	for _, m := range four {
		w.ask(m, n, gone)
	}
}

// settle asks again for all rounds so far, and waits until all are certified.
func (w *workload) settle(rounds int) {
	w.c.t.Helper()
	if rounds > 0 {
		w.round(rounds-1, never)
	}
	w.c.certified(int64(1+8*rounds), four...)
}
