package centre

import (
	"context"
	"testing"

	"entente/label"
)

var four = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}

// Envelopes of all four members get one order, and every member holds the same
// log, certified by a quorum.
func TestFourMembersOneLog(t *testing.T) {
	c := newCentre(t, nil)
	c.start(four...)
	defer c.stopAll()
	ctx := context.Background()
	for _, m := range four {
		await(t, c.posts[m].Station, "recovery", func() bool { return !c.posts[m].recovery.active() })
		_, err := c.posts[m].File(ctx, c.items(m, 25, 900, "x"))
		check(t, err)
	}
	for _, m := range four {
		await(t, c.posts[m].Station, "101 certified leaves", func() bool { return c.posts[m].Certified().Size == 101 })
	}
	want := c.posts["IRQ"].root
	for _, m := range four {
		if got := c.posts[m].root; got != want {
			t.Errorf("%s holds root %v, the lead %v", m, got, want)
		}
		// Asking again under the same references files nothing.
		_, err := c.posts[m].File(ctx, c.items(m, 25, 900, "x"))
		check(t, err)
		if n, err := c.posts[m].log.OutboxSize(ctx); err != nil || n != 0 {
			t.Errorf("%s has %d envelopes in its outbox (%v)", m, n, err)
		}
	}
}
