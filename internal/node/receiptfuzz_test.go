package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"entente/internal/keyring"
)

// A node that looks for what is to be destroyed before anything of the log is
// projected, as one that starts may, says nothing of it in its receipts, and not
// a time without a size, which no originator takes: the next look is an hour
// later.
func TestNothingIsSaidToBeDestroyedBeforeAnythingIsProjected(t *testing.T) {
	h := newHouse(t, nil)
	ctx := context.Background()
	irq, err := Open(ctx, h.options("IRQ"))
	check(t, err)
	t.Cleanup(func() { irq.Close() })
	check(t, irq.loadProjector(ctx))
	const upto = 1772323200
	takes := func(rus *Node, when string) {
		t.Helper()
		b, err := rus.receiptFor("IRQ")
		check(t, err)
		if err := irq.takeReceipt(ctx, "RUS", b); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	rus, err := Open(ctx, h.options("RUS"))
	check(t, err)
	check(t, rus.loadProjector(ctx))
	check(t, rus.retiredUpto(ctx, upto))
	takes(rus, "after a look over an empty log")
	// What an earlier version has kept of such a look is not said again.
	check(t, rus.log.SetSetting(ctx, settingRetired, fmt.Appendf(nil, "%d 0", upto)))
	check(t, rus.Close())
	rus, err = Open(ctx, h.options("RUS"))
	check(t, err)
	t.Cleanup(func() { rus.Close() })
	check(t, rus.loadProjector(ctx))
	takes(rus, "after a start with what was kept of such a look")
}

// FuzzReceipt: a receipt counts when the member whose it is has signed exactly
// these bytes for this node and this charter, and else changes nothing.
func FuzzReceipt(f *testing.F) {
	h := newHouse(f, nil)
	ctx := context.Background()
	n, err := Open(ctx, h.options("IRQ"))
	check(f, err)
	f.Cleanup(func() { n.Close() })
	check(f, n.loadProjector(ctx))
	ring, err := keyring.Open(h.options("RUS").Dir, keyring.Passphrase([]byte(testPassphrase)))
	check(f, err)
	f.Cleanup(func() { ring.Close() })
	keys, err := ring.Newest()
	check(f, err)
	signers, err := ring.Signers(keys)
	check(f, err)
	hash := n.hash()
	// sign makes a receipt of RUS about nothing, as spec/delivery.md lays it out.
	sign := func(change func(b []byte)) []byte {
		b := make([]byte, receiptSize)
		copy(b, "ENTR\x01RUSIRQ")
		copy(b[16:], hash[:])
		change(b)
		sig, err := signers.Header.Sign(contextReceipt, b[:192])
		check(f, err)
		copy(b[192:], sig)
		return b
	}
	right := sign(func([]byte) {})
	f.Add(right)
	f.Add(right[:receiptSize-1])
	f.Add(append(bytes.Clone(right), 0))
	for at := range receiptSize {
		b := bytes.Clone(right)
		b[at] ^= 1
		f.Add(b)
	}
	for _, at := range []int{0, 4, 5, 8, 11, 16, 104, 112, 120, 191} {
		f.Add(sign(func(b []byte) { b[at] ^= 0x20 }))
	}
	f.Add(sign(func(b []byte) { b[48] = 0xff }))          // a size below zero
	f.Add(sign(func(b []byte) { b[55] = 1 }))             // leaves that are not here
	f.Add(sign(func(b []byte) { b[56] = 0xff }))          // a count below zero
	f.Add(sign(func(b []byte) { b[96] = 0xff }))          // failures below zero
	f.Add(sign(func(b []byte) { b[64] = 0xff }))          // another sum
	f.Add(sign(func(b []byte) { b[111], b[119] = 1, 1 })) // destroyed below a size that it has not opened
	f.Fuzz(func(t *testing.T, b []byte) {
		before := n.receipts.list()
		err := n.takeReceipt(ctx, "RUS", b)
		state := func(list []Receipt) (out []Receipt) {
			for _, r := range list {
				r.At = time.Time{}
				out = append(out, r)
			}
			return out
		}
		now := state(n.receipts.list())
		valid := len(b) == receiptSize && bytes.Equal(b[:48], right[:48]) && zero(b[104:192]) // of a log that has nothing, nothing can be destroyed
		if err != nil {
			if !errors.Is(err, ErrReceipt) {
				t.Errorf("refused with %v", err)
			}
			if bytes.Equal(b, right) {
				t.Errorf("the right one is refused: %v", err)
			}
			for i, r := range state(before) {
				if now[i] != r {
					t.Errorf("a receipt that is refused changes %+v to %+v", r, now[i])
				}
			}
		} else if !valid {
			t.Errorf("taken: %x", b)
		}
		for i, r := range now {
			if r.Member != "RUS" && r != state(before)[i] {
				t.Errorf("a receipt of RUS changes that of %s", r.Member)
			}
			if r.Upto != 0 {
				t.Errorf("%s has proved %d leaves of a log that has none", r.Member, r.Upto)
			}
		}
	})
}
