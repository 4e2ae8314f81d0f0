package centre

import (
	"testing"
	"time"

	"entente/label"
)

// A member that has a head before the others have told it what it signed earlier
// cosigns it as soon as they have, and not only when it would have looked again:
// else nothing is certified until then, and with nothing certified no member can
// release anything.
func TestCosignsAsSoonAsItMay(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.tune.CompareEvery, c.tune.Alive = time.Hour, time.Hour
		followers := []label.MemberID{"IRN", "RUS", "SYR"}
		apart := func(cut bool) {
			c.net.part("IRN", "RUS", cut)
			c.net.part("IRN", "SYR", cut)
			c.net.part("RUS", "SYR", cut)
		}
		apart(true) // the lead hears all the others, and they only the lead
		c.start(four...)
		for _, m := range followers {
			await(t, c.posts[m].Station, "the genesis", func() bool { return c.posts[m].Size() == 1 })
		}
		time.Sleep(time.Minute)
		for _, m := range followers {
			if p := c.posts[m]; !p.recovery.active() || p.Certified().Size != 0 {
				t.Fatalf("%s, which has not heard a quorum, is not recovering, or has %d certified leaves", m, p.Certified().Size)
			}
		}
		apart(false)
		time.Sleep(10 * time.Second)
		for _, m := range four {
			if p := c.posts[m]; p.recovery.active() || p.Certified().Size != 1 {
				t.Errorf("%s recovers: %v, and has %d certified leaves, ten seconds after all heard each other", m, p.recovery.active(), p.Certified().Size)
			}
		}
	})
}
