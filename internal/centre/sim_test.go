package centre

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"entente/charter"
	"entente/internal/store"
	"entente/label"
)

// simulate runs a test of four stations in virtual time: lines are in memory, a
// week passes in no time, and nothing waits for a clock of this world. Writes
// are not fsynced, as no power is lost in it.
func simulate(t *testing.T, change func(*charter.Charter), test func(t *testing.T, c *centreOf)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCentre(t, change)
		c.plain = true
		c.opts = func(label.MemberID) store.Options { return store.Options{Relaxed: true, Readers: 2, CacheKiB: 512} }
		c.tune = Tuning{RetryMax: time.Second}
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		t.Cleanup(func() {
			c.stopAll()
			time.Sleep(time.Minute) // connections that were refused linger for a while
		})
		test(t, c)
	})
}

// pace sets how often stations look after each other: a test of weeks looks
// seldom.
func (c *centreOf) pace(d time.Duration) {
	c.tune.CompareEvery, c.tune.RetryMax, c.tune.Alive = d, d, d
}

// certified waits until members hold a certified head of at least a size.
func (c *centreOf) certified(size int64, ms ...label.MemberID) {
	c.t.Helper()
	for _, m := range ms {
		await(c.t, c.posts[m].Station, "certified leaves", func() bool { return c.posts[m].Certified().Size >= size })
	}
}

// startAll starts all four and waits until the log is founded and each of them has
// left recovering. A quorum founds the log without the last of them, who could
// not recover any more when another was stopped or cut off.
func (c *centreOf) startAll() {
	c.t.Helper()
	c.start(four...)
	c.certified(1, four...)
	c.recovered(four...)
}

// recovered waits until members may sign and cosign.
func (c *centreOf) recovered(ms ...label.MemberID) {
	c.t.Helper()
	for _, m := range ms {
		await(c.t, c.posts[m].Station, "its recovery", func() bool { return !c.posts[m].recovery.active() })
	}
}

// file files n small envelopes of a member.
func (c *centreOf) file(m label.MemberID, n int) []Filed {
	c.t.Helper()
	await(c.t, c.posts[m].Station, "leave to sign", func() bool { return c.posts[m].recovery.maySign() })
	filed, err := c.posts[m].File(context.Background(), c.items(m, n, 100, ""))
	check(c.t, err)
	return filed
}

// same fails when members hold different logs, once what is on its way to one of
// them is there.
func (c *centreOf) same(ms ...label.MemberID) {
	c.t.Helper()
	a := c.posts[ms[0]].Station
	for _, m := range ms[1:] {
		b := c.posts[m].Station
		await(c.t, b, "as many leaves as another", func() bool { return a.Size() == b.Size() })
		if a.Size() != b.Size() || a.root != b.root {
			c.t.Errorf("%s holds %d leaves, root %v; %s %d, root %v", a.self, a.Size(), a.root, m, b.Size(), b.root)
		}
		if x, y := a.State().Digest(), b.State().Digest(); x != y {
			c.t.Errorf("%s and %s fold different states out of one log", a.self, m)
		}
	}
}

func (c *centreOf) halted(m label.MemberID, code string) *Halt {
	c.t.Helper()
	await(c.t, c.posts[m].Station, "a halt over "+code, func() bool { return c.posts[m].Halted() != nil })
	h := c.posts[m].Halted()
	if h.Code != code {
		c.t.Errorf("%s halted with %q, want %q: %s", m, h.Code, code, h.Message)
	}
	return h
}

// headSize finds the size in a checkpoint, in text or in JSON.
var headSize = regexp.MustCompile(`entente/[0-9a-f]{16}/1(\n|\\n)[1-9]`)

// evidence returns what a member keeps under an id, judged by the founding file
// alone.
func (c *centreOf) evidence(m label.MemberID, id string) Accusation {
	c.t.Helper()
	all, err := c.posts[m].log.AllEvidence(context.Background())
	check(c.t, err)
	for _, e := range all {
		if e.ID != id {
			continue
		}
		a, err := Means{State: charter.NewState(c.found, nil)}.Judge(e.Data)
		if err != nil {
			c.t.Fatalf("evidence of %s does not stand by the founding file alone: %v", m, err)
		}
		// Of heads that the accused has not signed it shows nothing.
		at := headSize.FindIndex(e.Data)[1] - 1
		bad := slices.Clone(e.Data)
		bad[at] = '0' + (bad[at]-'0')%9 + 1
		if _, err := (Means{State: charter.NewState(c.found, nil)}).Judge(bad); err == nil {
			c.t.Errorf("evidence of %s stands with another size in it", m)
		}
		return a
	}
	c.t.Fatalf("%s keeps no evidence %q", m, id)
	return Accusation{}
}

// Cut off members catch up, and two of four certify nothing: what they file
// stays submitted, and is certified when the others return.
func TestPartitionAndHeal(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.pace(time.Minute)
		c.startAll()
		c.file("RUS", 5)
		c.certified(6, four...)

		c.net.sever("SYR", true)
		c.file("IRN", 5)
		c.certified(11, "IRQ", "IRN", "RUS")
		if n := c.posts["SYR"].Size(); n != 6 {
			t.Errorf("SYR, cut off, has %d leaves", n)
		}

		// A second one goes dark: the log grows at the lead, and no head counts.
		c.net.sever("RUS", true)
		filed := c.file("IRN", 3)
		await(t, c.posts["IRN"].Station, "14 leaves", func() bool { return c.posts["IRN"].Size() == 14 })
		time.Sleep(2 * time.Hour)
		for _, m := range []label.MemberID{"IRQ", "IRN"} {
			if n := c.posts[m].Certified().Size; n != 11 {
				t.Errorf("%s has %d certified leaves with two of four dark", m, n)
			}
		}
		i, ok, err := c.posts["IRN"].log.OwnIndex(context.Background(), filed[0].Incarnation, filed[0].Sequence)
		if err != nil || !ok || i < 11 {
			t.Errorf("the act stands at %d (%v, %v), want it logged and not certified", i, ok, err)
		}
		// The dark ones file as well; it waits with them.
		c.file("RUS", 2)
		c.net.sever("RUS", false)
		c.net.sever("SYR", false)
		c.certified(16, four...)
		c.same(four...)
	})
}

// Any node restarts at any time, the lead as well; what was filed meanwhile
// arrives.
func TestRestarts(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		size := int64(1)
		for _, down := range []label.MemberID{"RUS", "IRQ", "SYR", "IRN", "IRQ"} {
			c.stop(down)
			for _, m := range four {
				if m != down {
					c.file(m, 3)
					size += 3
				}
			}
			time.Sleep(5 * time.Minute)
			c.start(down)
			c.certified(size, four...)
			c.recovered(down) // it asks all the others, of whom the next one is about to go
		}
		c.same(four...)
	})
}

// A follower that was away for weeks catches up in runs that are proven against
// a signed head, from another member than the lead when that is away.
func TestWeeksBehind(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.tune.CatchUp = 64
		c.pace(time.Hour)
		c.startAll()
		c.stop("SYR")
		size := int64(1)
		for range 14 {
			for _, m := range []label.MemberID{"IRQ", "IRN", "RUS"} {
				c.file(m, 20)
				size += 20
			}
			c.certified(size, "IRQ", "IRN", "RUS")
			time.Sleep(24 * time.Hour)
		}
		c.stop("IRQ")
		c.start("SYR")
		c.certified(size, "SYR") // from another member than the lead
		c.start("IRQ")
		c.file("SYR", 1)
		c.certified(size+1, four...)
		c.same(four...)
	})
}
