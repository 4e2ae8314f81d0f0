package node

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"entente/internal/keyring"
)

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
