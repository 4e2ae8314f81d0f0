package centre

import (
	"context"
	"errors"
	"os"
	"testing"

	"entente/charter"
	"entente/seal"
)

// A node whose header key is not the one in force, or not at hand, signs
// nothing, neither under the key before it nor under the wrong one, and goes on
// when the right one is there.
func TestNoSignerButTheOneInForce(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		p := c.posts["RUS"]
		right := p.signersOf
		for name, wrong := range map[string]func(charter.PurposeKeys) (Keys, error){
			"another key": func(charter.PurposeKeys) (Keys, error) { return c.keys["SYR"], nil },
			"no key":      func(charter.PurposeKeys) (Keys, error) { return nil, os.ErrNotExist },
		} {
			p.signersOf = wrong
			if err := p.out.useKeys(p.out.cert); !errors.Is(err, ErrKeys) {
				t.Errorf("%s: taken up with %v", name, err)
			}
			if s := p.HeaderSigner(); s != nil {
				t.Errorf("%s: signs under %x", name, s.PublicKey())
			}
			asked := false
			_, err := p.File(context.Background(), []Item{{Seal: func(place seal.Place) (seal.Envelope, error) {
				asked = true
				return seal.SealPublic(place, seal.Close, nil, c.keys["SYR"].Header())
			}}})
			if !errors.Is(err, ErrKeys) || asked {
				t.Errorf("%s: filed with %v, asked to seal: %v", name, err, asked)
			}
		}
		p.signersOf = right
		check(t, p.out.useKeys(p.out.cert))
		c.file("RUS", 1)
		c.certified(2, four...)
	})
}
