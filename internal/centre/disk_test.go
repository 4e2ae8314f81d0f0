package centre

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/store"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// limit sets how many pages a member's log.db may have.
func (c *centreOf) limit(m label.MemberID, pages int64) {
	c.t.Helper()
	check(c.t, c.posts[m].log.DB().Write(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(fmt.Sprintf("PRAGMA max_page_count(%d)", pages))
		return err
	}))
}

func (c *centreOf) pages(m label.MemberID) (n int64) {
	c.t.Helper()
	check(c.t, c.posts[m].log.DB().Reader.QueryRow("PRAGMA page_count").Scan(&n))
	return n
}

// When the lead's database is full it says so, keeps what it has, and cosigns;
// what others file waits with them and is logged when there is space again.
func TestFullAtTheLead(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.limit("IRQ", c.pages("IRQ")+4)
		filed := 0
		for range 4 {
			c.file("RUS", 20)
			filed += 20
			time.Sleep(10 * time.Second)
		}
		lead := c.posts["IRQ"]
		before := lead.Size()
		if before >= int64(1+filed) {
			t.Fatalf("the lead of a full disk has all %d leaves", before)
		}
		c.stop("SYR")
		syr := &maker{c: c, id: "SYR", keys: c.keys["SYR"]}
		var many []byte
		for range 40 {
			many = append(many, syr.next()...)
		}
		if status, a := c.ask("SYR", "IRQ", "POST", "/submit", many); a.Code != "full" || status != 507 {
			t.Errorf("the lead of a full disk answers with HTTP %d %+v", status, a)
		}
		if _, err := lead.File(context.Background(), c.items("IRQ", 20, 3000, "")); Code(err) != "full" {
			t.Errorf("and files with %v", err)
		}
		if h := lead.Halted(); h != nil {
			t.Error(h)
		}
		c.certified(before, "IRQ", "IRN", "RUS") // what is logged is certified
		c.limit("IRQ", 1<<30)
		c.certified(int64(1+filed), "IRQ", "IRN", "RUS")
		c.start("SYR")
		c.certified(int64(1+filed), four...)
		c.same(four...)
	})
}

// When a follower's database is full, it stays behind and says why, the others
// go on, and it catches up when there is space again.
func TestFullAtAFollower(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.limit("SYR", c.pages("SYR")+4)
		for range 4 {
			c.file("RUS", 20)
		}
		c.certified(81, "IRQ", "IRN", "RUS")
		time.Sleep(10 * time.Second)
		st, err := c.posts["SYR"].Status(context.Background())
		check(t, err)
		if st.Size >= 81 || !strings.Contains(st.Refused, "full") || st.Halted != nil {
			t.Errorf("SYR with a full disk has %d leaves, says %q, halted %v", st.Size, st.Refused, st.Halted)
		}
		if _, err := c.posts["SYR"].File(context.Background(), c.items("SYR", 20, 3000, "")); Code(err) != "full" {
			t.Errorf("SYR files with %v", err)
		}
		c.limit("SYR", 1<<30)
		c.file("SYR", 1)
		c.certified(82, four...)
		c.same(four...)
	})
}

// Below the reserve nothing is filed but what may use it, the lead takes from
// others until half of it is used, and heads are cosigned all the time.
func TestReserve(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		var mu sync.Mutex
		free := map[label.MemberID]int64{}
		set := func(m label.MemberID, mib int64) {
			mu.Lock()
			defer mu.Unlock()
			free[m] = mib << 20
		}
		for _, m := range four {
			set(m, 1000)
		}
		c.options = func(m label.MemberID, o *Options) {
			o.Tuning.FreeDisk = func() (int64, error) {
				mu.Lock()
				defer mu.Unlock()
				return free[m], nil
			}
		}
		c.startAll()
		ctx := context.Background()
		set("RUS", 63)
		if _, err := c.posts["RUS"].File(ctx, c.items("RUS", 1, 100, "")); !errors.Is(err, ErrFull) {
			t.Errorf("below the reserve: %v", err)
		}
		recall := c.items("RUS", 1, 100, "")
		recall[0].Reserve = true
		_, err := c.posts["RUS"].File(ctx, recall)
		check(t, err)
		c.certified(2, four...)
		set("IRQ", 63)
		c.file("SYR", 1)
		c.certified(3, four...)
		set("IRQ", 31)
		c.file("SYR", 1)
		time.Sleep(time.Minute)
		if n := c.posts["IRQ"].Size(); n != 3 {
			t.Errorf("the lead, with half of its reserve left, has %d leaves", n)
		}
		set("IRQ", 100)
		c.certified(4, four...)
	})
}

// flaky makes some writes of a member fail, and lets it live.
type flaky struct {
	mu    sync.Mutex
	n     int
	every int // each so many-th write fails; 0 none
	stage store.Stage
}

func (f *flaky) fault(stage store.Stage) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if stage == store.BeforeCommit {
		f.n++
	}
	if f.every > 0 && f.n%f.every == 0 && stage == f.stage {
		return errors.New("the disk says no")
	}
	return nil
}

// A member whose writes fail now and then, whether or not they were kept in
// truth, loses nothing, files nothing twice, contradicts itself nowhere, and
// needs no restart.
func TestFailingWrites(t *testing.T) {
	for _, m := range []label.MemberID{"IRQ", "RUS"} {
		for stage, name := range map[store.Stage]string{store.BeforeCommit: "lost", store.AfterCommit: "kept"} {
			for every := 2; every <= 5; every++ {
				t.Run(fmt.Sprintf("%s, each %d. write %s", m, every, name), func(t *testing.T) {
					simulate(t, nil, func(t *testing.T, c *centreOf) {
						f := &flaky{stage: stage}
						w := &workload{c: c, record: newRecord()}
						w.record.listen(c)
						plain := c.opts
						c.opts = func(o label.MemberID) store.Options {
							opts := plain(o)
							if o == m {
								opts.Fault = f.fault
							}
							return opts
						}
						c.startAll()
						f.mu.Lock()
						f.every = every
						f.mu.Unlock()
						w.finish(0, 3)
					})
				})
			}
		}
	}
}

// Leaves of catching up that end where no signature covers the last of an
// originator are kept until more have come; a head that ends there convicts the
// lead (TestLeadTampers).
func TestUncoveredBoundary(t *testing.T) {
	underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
		// RUS signs a header badly and the next one, which covers it, well.
		rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		rus.chain = c.posts["RUS"].chains["RUS"]
		c.stop("RUS", "SYR")
		bad := rus.make(nil)
		bad[200] ^= 1
		check(t, rus.chain.Next(bad[:seal.HeaderSize]))
		good := rus.next()
		var r run
		for _, e := range [][]byte{bad, good} {
			r.add(e[:seal.HeaderSize], e[seal.HeaderSize:])
		}
		l.do(func() { l.logged(four...)(r) })
		await(t, c.posts["IRN"].Station, "both leaves", func() bool { return c.posts["IRN"].Size() == 12 })
		c.start("SYR")
		s := c.posts["SYR"].Station
		await(t, s, "both leaves", func() bool { return s.Size() == 12 })

		// The same in two runs, with a boundary between the two.
		c.start("RUS")
		s = c.posts["RUS"].Station
		await(t, s, "both leaves", func() bool { return s.Size() == 12 })
		bad2 := rus.make(nil)
		bad2[200] ^= 1
		check(t, rus.chain.Next(bad2[:seal.HeaderSize]))
		good2 := rus.next()
		f := follower{s: s, from: "IRN"}
		v := l.views["RUS"].clone()
		v.leaves.add(bad2[:seal.HeaderSize], bad2[seal.HeaderSize:])
		v.leaves.add(good2[:seal.HeaderSize], good2[seal.HeaderSize:])
		note, cp := l.head(v)
		check(t, f.checkpoint(context.Background(), note, false))
		f.run.add(bad2[:seal.HeaderSize], bad2[seal.HeaderSize:])
		proof := consistency(t, v, 13)
		check(t, f.proven(context.Background(), 13, cp.Size, proof))
		if s.Size() != 12 || f.run.n() != 1 {
			t.Fatalf("%d leaves stored, %d gathered, want 12 and 1", s.Size(), f.run.n())
		}
		f.run.add(good2[:seal.HeaderSize], good2[seal.HeaderSize:])
		check(t, f.checkpoint(context.Background(), note, false))
		if s.Size() != 14 || s.root != cp.Root {
			t.Errorf("%d leaves stored, want 14", s.Size())
		}
	})
}

func consistency(t testing.TB, v *lies, from int64) []tlog.Hash {
	t.Helper()
	tiles := tlog.MemTiles{}
	f := v.frontier()
	tiles.Put(f.TakeTiles())
	proof, err := tlog.ConsistencyProof(from, f.Size(), tiles)
	check(t, err)
	return proof
}
