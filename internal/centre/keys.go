package centre

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"entente/charter"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Keys are the member's signing keys of one certificate that the centre uses,
// by purpose.
type Keys interface {
	// Header signs headers and receipts.
	Header() seal.Signer
	// Checkpoint signs the log's heads, as lead.
	Checkpoint(name string) (tlog.Signer, error)
	// Cosignature cosigns heads.
	Cosignature(name string) (tlog.Signer, error)
}

// cosignerName is a member's key name in cosignatures.
func cosignerName(m label.MemberID) string { return string(m) + "/cosignature" }

// verifiers are the keys under which heads of some sizes are verified: the
// lead's and all cosigners', in the order of members' ids.
type verifiers struct {
	log       tlog.Verifier
	cosigners []tlog.Verifier
	place     map[label.MemberID]int // into cosigners
}

// of returns one member's key for cosignatures.
func (v *verifiers) of(m label.MemberID) tlog.Verifier { return v.cosigners[v.place[m]] }

// verifierCache keeps verifiers by the keys in them, for checking a point of
// the curve costs more than a signature.
type verifierCache struct {
	mu   sync.Mutex
	held map[string]*verifiers
}

// maxVerifiers bounds the cache; each change of any member's keys makes one.
const maxVerifiers = 64

// verifiersAt returns the keys that count for a head of the given size, as a
// state has them (spec/keys.md): those in force at the head's last leaf.
func (c *verifierCache) at(st *charter.State, size int64) (*verifiers, error) {
	lead := st.Lead()
	checkpoint, ok := st.CheckpointKey(lead, size)
	if !ok {
		return nil, fmt.Errorf("%w: the lead %s", charter.ErrUnknownMember, lead)
	}
	id := append(make([]byte, 0, 17*32), checkpoint[:]...)
	for m := range st.Members().All() {
		k, _ := st.CosignatureKey(m, size)
		id = append(id, k[:]...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v := c.held[string(id)]; v != nil {
		return v, nil
	}
	v := &verifiers{place: map[label.MemberID]int{}}
	var err error
	if v.log, err = tlog.NewLogVerifier(st.Origin(), ed25519.PublicKey(checkpoint[:])); err != nil {
		return nil, err
	}
	for m := range st.Members().All() {
		k, _ := st.CosignatureKey(m, size)
		w, err := tlog.NewCosignerVerifier(cosignerName(m), ed25519.PublicKey(k[:]))
		if err != nil {
			return nil, err
		}
		v.place[m] = len(v.cosigners)
		v.cosigners = append(v.cosigners, w)
	}
	if c.held == nil || len(c.held) >= maxVerifiers {
		c.held = map[string]*verifiers{}
	}
	c.held[string(id)] = v
	return v, nil
}

// verifiersAt returns the keys for a head of the given size, as far as the log
// here knows: for a size beyond it, those in force now.
func (s *Station) verifiersAt(size int64) *verifiers {
	v, err := s.verifiers.at(s.State(), size)
	if err != nil {
		// Keys in a state were checked when their certificate was read.
		s.logger.Error("keys in force cannot be used", "err", err)
		return &verifiers{place: map[label.MemberID]int{}}
	}
	return v
}

// Verifiers returns the keys that certify a head of the log's present size: the
// lead's and the members'.
func (s *Station) Verifiers() (tlog.Verifier, []tlog.Verifier) {
	v := s.verifiersAt(s.Size())
	return v.log, v.cosigners
}

// headSigners sign heads under the certificate in force by the log.
type headSigners struct {
	keys        charter.PurposeKeys
	cosignature tlog.Signer
	checkpoint  tlog.Signer // the lead's only
	unusable    error       // why there are none
}

// useKeys takes up the signers for heads of the certificate that is in force at
// the present size. Keys that are not at hand stop this node from signing heads
// and nothing else: it mirrors on, and says so.
func (s *Station) useKeys() {
	cert, _ := s.State().Certificate(s.self, math.MaxInt64)
	h := &headSigners{keys: cert.Keys}
	if have := s.heads.Load(); have != nil && have.keys == h.keys && have.unusable == nil {
		return
	}
	h.unusable = h.load(s, cert)
	if h.unusable != nil {
		s.logger.Error("heads are not signed here", "code", Code(h.unusable), "err", h.unusable)
	}
	s.heads.Store(h)
}

func (h *headSigners) load(s *Station, cert *charter.KeyCertificate) error {
	keys, err := s.keysOf(cert)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if h.cosignature, err = keys.Cosignature(cosignerName(s.self)); err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if charter.PublicKey(h.cosignature.PublicKey()) != cert.Keys.Cosignature {
		return fmt.Errorf("%w: the cosignature key of %s is another than the one in force", ErrKeys, s.self)
	}
	if s.self != s.lead {
		return nil
	}
	if h.checkpoint, err = keys.Checkpoint(s.origin); err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if charter.PublicKey(h.checkpoint.PublicKey()) != cert.Keys.Checkpoint {
		return fmt.Errorf("%w: the checkpoint key of %s is another than the one in force", ErrKeys, s.self)
	}
	return nil
}

// keysOf returns the signers of one of this member's certificates.
func (s *Station) keysOf(cert *charter.KeyCertificate) (Keys, error) {
	if s.signersOf == nil {
		return s.keys, nil
	}
	return s.signersOf(cert.Keys)
}

// HeaderSigner returns the signer for what comes next in this member's chain.
// It changes when a certificate is filed ([Station.Certify]), before the log
// holds it: an [Item]'s Seal, which runs in the order of the chain, must ask
// for it each time.
func (s *Station) HeaderSigner() seal.Signer {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	return s.out.signer
}

// Signing returns the certificate of the HeaderSigner, nil before there is one.
func (s *Station) Signing() *charter.KeyCertificate {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	return s.out.cert
}

// LinkKeys returns the keys of the certificate under which this member shows
// itself on the member link: that in force by the log here. While a later one is
// filed, and others refuse the one in force, they may have seen the later one
// in the log already: then it is that one, until they refuse it as well.
func (s *Station) LinkKeys() charter.PurposeKeys {
	s.out.mu.Lock()
	filed, unsent := s.out.cert, s.out.unsent
	s.out.mu.Unlock()
	if unsent.Sequence != 0 && s.showFiled.Load() {
		return filed.Keys
	}
	cert, _ := s.State().Certificate(s.self, math.MaxInt64)
	return cert.Keys
}

// linkRefused learns that another member did not take the certificate shown.
func (s *Station) linkRefused(err error) {
	var re *remoteError
	if !(errors.As(err, &re) && re.code == codeStranger) && !strings.Contains(err.Error(), "remote error: tls") {
		return
	}
	s.out.mu.Lock()
	waits := s.out.unsent.Sequence != 0
	s.out.mu.Unlock()
	if waits {
		s.showFiled.Store(!s.showFiled.Load())
	}
}

// codeStranger says that the key of a connection is no member's in force.
const codeStranger = "not_a_member"

// ReloadKeys takes up the signing keys that are in force now. It is needed only
// where [Options.Signers] is nil and Keys answers otherwise than before.
func (s *Station) ReloadKeys() error {
	s.appending.Lock()
	defer s.appending.Unlock()
	s.heads.Store(nil)
	s.useKeys()
	s.out.mu.Lock()
	cert := s.out.cert
	s.out.mu.Unlock()
	if err := s.out.useKeys(cert); err != nil {
		return err
	}
	return s.heads.Load().unusable
}
