package keyring

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"fmt"
	"io"
	"regexp"
	"slices"

	"entente/charter"
)

// HeaderSigner signs headers, statements inside key packets, and receipts. It
// is a seal.Signer, and is safe for concurrent use.
type HeaderSigner struct {
	hidden
	key ed25519.PrivateKey
}

// headerContexts are all uses of a header key (spec/keys.md).
var headerContexts = []string{"entente/v1/header", "entente/v1/slot", "entente/v1/receipt", "entente/v1/bundle"}

// PublicKey returns the header public key.
func (s *HeaderSigner) PublicKey() ed25519.PublicKey { return public(s.key) }

// Sign signs context || 0x00 || message, for the contexts of a header key
// alone. Errors: ErrPurpose.
func (s *HeaderSigner) Sign(context string, message []byte) ([]byte, error) {
	if !slices.Contains(headerContexts, context) {
		return nil, fmt.Errorf("%w: a header key signs %v, not %q", ErrPurpose, headerContexts, context)
	}
	return charter.SignContext(s.key, context, message), nil
}

// CheckpointSigner signs the texts of checkpoints (spec/log.md, section 3). It
// is a crypto.Signer for Ed25519, and is safe for concurrent use.
type CheckpointSigner struct {
	hidden
	key ed25519.PrivateKey
}

// checkpointText is the whole text of a checkpoint of a centre's log.
var checkpointText = regexp.MustCompile(`\Aentente/[0-9a-f]{16}/[1-9][0-9]*\n(0|[1-9][0-9]*)\n[A-Za-z0-9+/]{43}=\n\z`)

// Public implements crypto.Signer.
func (s *CheckpointSigner) Public() crypto.PublicKey { return public(s.key) }

// Sign implements crypto.Signer. What is no text of a checkpoint is ErrPurpose.
func (s *CheckpointSigner) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if !checkpointText.Match(message) {
		return nil, fmt.Errorf("%w: a checkpoint key signs the texts of checkpoints", ErrPurpose)
	}
	return signPlain(s.key, message, opts)
}

// CosignatureSigner signs cosignatures of checkpoints (spec/log.md, section
// 4). It is a crypto.Signer for Ed25519, and is safe for concurrent use.
type CosignatureSigner struct {
	hidden
	key ed25519.PrivateKey
}

var cosignatureHead = regexp.MustCompile(`\Acosignature/v1\ntime [1-9][0-9]*\n`)

// Public implements crypto.Signer.
func (s *CosignatureSigner) Public() crypto.PublicKey { return public(s.key) }

// Sign implements crypto.Signer. What is no message of a cosignature is
// ErrPurpose.
func (s *CosignatureSigner) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	head := cosignatureHead.Find(message)
	if head == nil || !checkpointText.Match(message[len(head):]) {
		return nil, fmt.Errorf("%w: a cosignature key signs cosignatures of checkpoints", ErrPurpose)
	}
	return signPlain(s.key, message, opts)
}

// EpochSigner certifies epoch keys.
type EpochSigner struct {
	hidden
	key ed25519.PrivateKey
}

// PublicKey returns the epoch purpose key.
func (s *EpochSigner) PublicKey() charter.PublicKey { return charter.PublicKeyOf(s.key) }

// SignEpochKeys returns the payload of a leaf of kind epoch-keys. Errors:
// those of charter.EpochKeys.Sign.
func (s *EpochSigner) SignEpochKeys(e *charter.EpochKeys) ([]byte, error) { return e.Sign(s.key) }

// tlsSigner signs what a peer signs in the handshake of TLS 1.3, and nothing else.
type tlsSigner struct {
	hidden
	key ed25519.PrivateKey
}

// handshakes are the beginnings of what is signed (RFC 8446, section 4.4.3).
var handshakes = [][]byte{
	append(bytes.Repeat([]byte{' '}, 64), "TLS 1.3, server CertificateVerify\x00"...),
	append(bytes.Repeat([]byte{' '}, 64), "TLS 1.3, client CertificateVerify\x00"...),
}

// Public implements crypto.Signer.
func (s *tlsSigner) Public() crypto.PublicKey { return public(s.key) }

// Sign implements crypto.Signer.
func (s *tlsSigner) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if !slices.ContainsFunc(handshakes, func(h []byte) bool { return bytes.HasPrefix(message, h) }) {
		return nil, fmt.Errorf("%w: a TLS key signs handshakes of TLS 1.3", ErrPurpose)
	}
	return signPlain(s.key, message, opts)
}

// signPlain is Ed25519 without a hash before it (RFC 8032, pure).
func signPlain(key ed25519.PrivateKey, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts != nil && opts.HashFunc() != 0 {
		return nil, fmt.Errorf("%w: Ed25519 signs the message itself, not its hash", ErrPurpose)
	}
	return ed25519.Sign(key, message), nil
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }
