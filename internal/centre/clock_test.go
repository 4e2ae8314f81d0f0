package centre

import (
	"testing"
	"time"
)

// A centre in which nothing was said for hours has no clock to complain of
// (spec/time.md): only a fresh head is compared.
func TestQuietHoursAreNoSkew(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.start(four...)
		c.file("IRN", 1)
		c.certified(2, four...)
		size := c.posts["IRQ"].Certified().Size
		time.Sleep(6 * time.Hour)
		c.file("RUS", 1)
		c.certified(size+1, four...)
		for _, m := range four {
			if skew := c.posts[m].clockSkew.Load(); skew < -5 || skew > 5 {
				t.Errorf("%s shows a skew of %d s", m, skew)
			}
		}
	})
}
