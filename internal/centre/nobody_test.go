package centre

import (
	"context"
	"testing"
	"time"

	"entente/label"
	"entente/seal"
)

// A lead that logs an envelope whose body it shows to nobody gets no head
// certified over it, whatever its header claims and whatever the lead answers to
// who asks for the body.
func TestNoHeadOverABodyThatNobodyHas(t *testing.T) {
	for name, claim := range map[string]func() int64{
		"of now":      func() int64 { return time.Now().Unix() / 3600 * 3600 },
		"of long ago": func() int64 { return 3600 },
	} {
		t.Run(name, func(t *testing.T) {
			underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
				var key seal.SetKey
				key[0] = 1
				var ch seal.Chain
				check(t, ch.Next(l.genesis().Header))
				e, _, err := seal.Seal(ch.Place(seal.Hash(c.found.Hash()), "IRQ", claim(), 0), key, make([]byte, 100), 0, l.keys.Header())
				check(t, err)
				before := int64(0)
				l.do(func() {
					v := l.views["IRN"].clone()
					before = int64(v.leaves.n())
					v.leaves.add(e.Header, nil)
					for _, m := range four {
						l.views[m] = v
					}
				})
				time.Sleep(30 * time.Minute)
				for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
					s := c.posts[m].Station
					st, err := s.Status(context.Background())
					check(t, err)
					if s.Certified().Size > before || s.cosignTop > before || st.BodiesAbsent != 1 {
						t.Errorf("%s: certified %d, cosigned %d of %d, awaits %d bodies", m, s.Certified().Size, s.cosignTop, before, st.BodiesAbsent)
					}
				}
			})
		})
	}
}
