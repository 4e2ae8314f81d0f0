package centre

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"entente/charter"
	"entente/seal"
)

// ownCertificate reads a certificate of this member under its root.
func (s *Station) ownCertificate(payload []byte) (*charter.KeyCertificate, error) {
	for _, m := range s.found.Charter().Members {
		if m.ID == s.self {
			return charter.OpenKeyCertificate(payload, s.found.Hash(), m.ID, m.Root)
		}
	}
	return nil, charter.ErrUnknownMember
}

// NextCertificate says what the root has to write into this member's next
// certificate: its serial, and the incarnation that goes on or, for a node whose
// state is in doubt, the next one. It is known as far as the members who have
// answered since the start know it.
func (s *Station) NextCertificate() (serial, incarnation, next uint32) {
	cert, _ := s.State().Certificate(s.self, math.MaxInt64)
	incarnation = max(cert.Incarnation, s.out.tail().Incarnation)
	return cert.Serial + 1, incarnation, max(incarnation, s.recovery.incarnation()) + 1
}

// Certify files a certificate of new keys, signed by this member's root
// (spec/keys.md, spec/recovery.md). What is filed after it is signed with the new
// header key; its other keys come into force when the log holds it.
//
// A certificate of the incarnation that goes on changes keys. One of a higher
// incarnation begins a new chain: it is for a node that cannot leave recovering
// because what it signed is lost, and needs only that enough members have said
// what they know. What is filed and not logged then goes first where it still
// continues the chain; otherwise it is withdrawn, and whoever asked for it files
// it again under its Ref.
//
// Errors: ErrCertify, ErrCertifying, ErrKeys when the private keys are not at hand,
// ErrRecovering, and those of the disk.
func (s *Station) Certify(ctx context.Context, certificate []byte) (Filed, error) {
	c, err := s.ownCertificate(certificate)
	if err != nil {
		return Filed{}, fmt.Errorf("%w: %w", ErrCertify, err)
	}
	o := s.out
	o.filing.Lock()
	defer o.filing.Unlock()
	o.mu.Lock()
	have, unsent := o.cert, o.unsent
	o.mu.Unlock()
	chain := o.begin()
	begins := c.Incarnation > chain.Incarnation
	switch {
	case unsent.Sequence != 0 && !begins:
		return Filed{}, fmt.Errorf("%w: it is certificate %d", ErrCertifying, have.Serial)
	case begins:
		if err := s.recovery.mayBegin(c, have); err != nil {
			return Filed{}, err
		}
		chain = seal.Chain{Incarnation: c.Incarnation}
	case !s.recovery.maySign():
		return Filed{}, ErrRecovering
	}
	// The state judges it as it will when the leaf comes.
	leaf := charter.Leaf{Kind: uint8(seal.Keys), Originator: s.self, Incarnation: c.Incarnation, Sequence: chain.Sequence + 1, Payload: certificate}
	if st := s.State(); st.Next() > 0 {
		if _, err := st.HeaderKeyFor(st.Next(), leaf); err != nil {
			return Filed{}, fmt.Errorf("%w: %w", ErrCertify, err)
		}
	} else {
		return Filed{}, fmt.Errorf("%w: the log is not founded yet", ErrCertify)
	}
	keys, err := s.keysOf(c)
	if err != nil {
		return Filed{}, fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if charter.PublicKey(keys.Header().PublicKey()) != c.Keys.Header {
		return Filed{}, fmt.Errorf("%w: the private half of the certificate's header key is not here", ErrKeys)
	}
	if begins {
		if err := o.withdraw(ctx); err != nil {
			return Filed{}, err
		}
	}
	if err := o.useKeys(c); err != nil {
		return Filed{}, err
	}
	filed, err := o.place(ctx, []Item{{Reserve: true, Seal: func(p seal.Place) (seal.Envelope, error) {
		return seal.SealPublic(p, seal.Keys, certificate, keys.Header())
	}}}, chain)
	if err != nil {
		// What is in the file decides: a write that failed may have been kept.
		if tail := o.tail(); tail.Incarnation == c.Incarnation && tail.Sequence == chain.Sequence+1 {
			filed, err = []Filed{{Incarnation: tail.Incarnation, Sequence: tail.Sequence, Hash: tail.Last}}, nil
		} else {
			o.useKeys(have)
			return Filed{}, err
		}
	}
	o.mu.Lock()
	o.unsent = seal.Chain{Incarnation: filed[0].Incarnation, Sequence: filed[0].Sequence}
	o.mu.Unlock()
	if begins {
		s.recovery.begun()
		s.mu.Lock()
		s.bump()
		s.mu.Unlock()
	}
	return filed[0], nil
}

// withdraw takes everything out of the outbox when it can no longer be logged,
// because the chain that it continues is not the log's. The caller holds filing.
func (o *outbox) withdraw(ctx context.Context) error {
	s := o.s
	s.mu.RLock()
	chain := s.chains[s.self]
	s.mu.RUnlock()
	sound := !s.recovery.isStolen()
	for sound {
		es, err := s.log.Outbox(ctx, chain.Incarnation, chain.Sequence, 256)
		if err != nil {
			return err
		}
		if len(es) == 0 {
			return nil
		}
		for _, e := range es {
			if chain.Next(e.Header) != nil {
				sound = false
				break
			}
		}
	}
	// Nothing of it was ever logged, so its references are free again.
	if err := s.log.DB().Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE own SET ref = NULL WHERE idx IS NULL`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox`)
		return err
	}); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting, o.recent = nil, nil
	return nil
}

// incarnation returns the highest incarnation that others have reported.
func (r *recovery) incarnation() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var top uint32
	for _, raw := range r.headers {
		top = max(top, be32(raw[44:]))
	}
	return top
}

// mayBegin says whether a new incarnation may begin under a certificate.
func (r *recovery) mayBegin(c, have *charter.KeyCertificate) error {
	top := r.incarnation()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.heard) < r.need:
		return fmt.Errorf("%w: %d of %d members have said what they know", ErrRecovering, len(r.heard), r.need)
	case c.Incarnation <= top:
		return fmt.Errorf("%w: incarnation %d, another member knows of %d", ErrCertify, c.Incarnation, top)
	case r.stolen && c.Keys.Header == have.Keys.Header:
		return fmt.Errorf("%w: somebody else signs with this header key; draw new keys", ErrCertify)
	}
	return nil
}

// begun lets headers be signed in a new incarnation.
func (r *recovery) begun() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headerOK, r.stolen = true, false
	clear(r.headers)
}

// theft stops all signing: somebody else signs with our header key.
func (r *recovery) theft() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stolen = true
}

func (r *recovery) isStolen() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stolen
}
