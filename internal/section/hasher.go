package section

import (
	"context"
	"sync/atomic"
)

// hasher bounds how many password hashes are computed at once, and how many
// wait for it, so that log-ins take a bounded part of the memory and of the
// processor.
type hasher struct {
	params  Argon2
	slots   chan struct{}
	waiting atomic.Int32
	// dummy is what the password of an unknown officer is compared with: the
	// same work, and no password fits it, for its key is no password's.
	dummy phc
}

const maxWaiting = 32

func newHasher(p Argon2, slots int) *hasher {
	dummy := hashPassword(newID(), p)
	dummy.key = make([]byte, keyBytes)
	return &hasher{params: p, slots: make(chan struct{}, slots), dummy: dummy}
}

// do runs f when a slot is free. It fails with ErrBusy when too many wait
// already, and with the context's error when that ends first.
func (h *hasher) do(ctx context.Context, f func()) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return &Refusal{Code: CodeBusy, What: "too many log-ins are being checked", Cure: "try again in a few seconds", err: ErrBusy}
	}
	select {
	case h.slots <- struct{}{}:
		h.waiting.Add(-1)
	case <-ctx.Done():
		h.waiting.Add(-1)
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	f()
	return nil
}

// hash derives a new hash of the password with the present parameters.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	var out phc
	err := h.do(ctx, func() { out = hashPassword(password, h.params) })
	return out.String(), err
}

// verify compares a password with a stored hash. With an empty or unreadable
// stored hash it does the same work and answers false. When the password fits
// and the stored hash has other parameters than the present ones, upgraded is
// a new hash to store.
func (h *hasher) verify(ctx context.Context, stored, password string) (ok bool, upgraded string, err error) {
	p, bad := parsePHC(stored)
	if bad != nil {
		p = h.dummy
	}
	err = h.do(ctx, func() {
		ok = p.fits(password) && bad == nil
		if ok && p.Argon2 != h.params {
			upgraded = hashPassword(password, h.params).String()
		}
	})
	return ok, upgraded, err
}
