package node

import (
	"crypto/ed25519"
	"crypto/tls"
	"sync"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/seal"
	"entente/tlog"
)

// signers are the member's signing keys, by certificate. Which one signs, the
// station says: headers go on under a certificate that is filed, heads and the
// member link under the one in force.
type signers struct {
	ring    *keyring.Keyring
	station *centre.Station // set when it is open

	mu   sync.Mutex
	held map[charter.PurposeKeys]*keyring.Signers
}

// maxSigners bounds what is held: the certificate in force, the one filed, and
// those that a custodian tries.
const maxSigners = 8

// of returns the signers of a certificate. Errors: keyring.ErrMissing.
func (s *signers) of(keys charter.PurposeKeys) (*keyring.Signers, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sig := s.held[keys]; sig != nil {
		return sig, nil
	}
	sig, err := s.ring.Signers(keys)
	if err != nil {
		return nil, err
	}
	if s.held == nil || len(s.held) >= maxSigners {
		s.held = map[charter.PurposeKeys]*keyring.Signers{}
	}
	s.held[keys] = sig
	return sig, nil
}

// keys is of for the centre.
func (s *signers) keys(keys charter.PurposeKeys) (centre.Keys, error) {
	sig, err := s.of(keys)
	if err != nil {
		return nil, err
	}
	return certified{sig}, nil
}

// current returns the signers of the certificate under which headers are signed
// now. Errors: centre.ErrKeys.
func (s *signers) current() (*keyring.Signers, error) {
	header := s.Header().PublicKey()
	s.mu.Lock()
	defer s.mu.Unlock()
	for keys, sig := range s.held {
		if keys.Header == charter.PublicKey(header) {
			return sig, nil
		}
	}
	return nil, centre.ErrKeys
}

// Header signs what comes next in this member's chain, and receipts.
func (s *signers) Header() seal.Signer {
	if h := s.station.HeaderSigner(); h != nil {
		return h
	}
	return absent{}
}

// absent stands for a header key that is not at hand.
type absent struct{}

// PublicKey returns zeros, which are no key.
func (absent) PublicKey() ed25519.PublicKey { return make(ed25519.PublicKey, ed25519.PublicKeySize) }

// Sign returns centre.ErrKeys.
func (absent) Sign(string, []byte) ([]byte, error) { return nil, centre.ErrKeys }

// certified are the signers of one certificate. It implements centre.Keys.
type certified struct{ *keyring.Signers }

// Header signs headers and receipts.
func (c certified) Header() seal.Signer { return c.Signers.Header }

// Checkpoint signs heads as lead.
func (c certified) Checkpoint(name string) (tlog.Signer, error) {
	return tlog.NewLogSigner(name, c.Signers.Checkpoint)
}

// Cosignature cosigns heads.
func (c certified) Cosignature(name string) (tlog.Signer, error) {
	return tlog.NewCosigner(name, c.Signers.Cosignature)
}

// linkCertificate is what the member link shows; asked for each handshake.
func (n *Node) linkCertificate() tls.Certificate {
	sig, err := n.signers.of(n.station.LinkKeys())
	if err != nil {
		n.logger.Error("the member link has no key", "err", err)
		return tls.Certificate{}
	}
	return sig.TLS
}
