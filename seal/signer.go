package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Contexts of signatures by a header key that this package makes and verifies
// (spec/README.md, "Signatures").
const (
	contextHeader = "entente/v1/header"
	contextSlot   = "entente/v1/slot"
)

// KeyID returns how a header names the key that signed it: the first 8 bytes
// of SHA-256 of the header public key.
func KeyID(pub ed25519.PublicKey) [8]byte {
	sum := sha256.Sum256(pub)
	return [8]byte(sum[:8])
}

// A Signer holds a member's header key (the keys live in a keyring, or in
// hardware). It must be safe for concurrent use.
type Signer interface {
	// PublicKey returns the 32 bytes of the header public key.
	PublicKey() ed25519.PublicKey
	// Sign returns the 64 bytes of the Ed25519 signature over
	// context || 0x00 || message. It must be deterministic, as RFC 8032 has
	// it: two signatures over one header would be two headers, and a fork. It
	// must not keep message.
	Sign(context string, message []byte) ([]byte, error)
}

// NewSigner returns a Signer over a key in memory. It panics when the key has
// not the length of an Ed25519 private key.
func NewSigner(key ed25519.PrivateKey) Signer {
	if len(key) != ed25519.PrivateKeySize {
		panic("seal: not an Ed25519 private key")
	}
	return memorySigner(key)
}

type memorySigner ed25519.PrivateKey

func (s memorySigner) PublicKey() ed25519.PublicKey {
	return ed25519.PublicKey(s[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

func (s memorySigner) Sign(context string, message []byte) ([]byte, error) {
	var buf [512]byte
	return ed25519.Sign(ed25519.PrivateKey(s), appendContext(buf[:0], context, message)), nil
}

func appendContext(dst []byte, context string, message []byte) []byte {
	dst = append(dst, context...)
	dst = append(dst, 0)
	return append(dst, message...)
}

// sign asks the signer and checks the one thing that can be checked without
// the cost of a verification.
func sign(s Signer, context string, message []byte) ([]byte, error) {
	sig, err := s.Sign(context, message)
	if err != nil {
		return nil, fmt.Errorf("seal: the header key does not sign: %w", err)
	}
	if len(sig) != ed25519.SignatureSize {
		return nil, fmt.Errorf("%w: the signer returned %d bytes", ErrSignature, len(sig))
	}
	return sig, nil
}

// verify checks a signature over context || 0x00 || message by the one rule of
// spec/README.md.
func verify(pub ed25519.PublicKey, context string, message, sig []byte) error {
	if err := CheckPublicKey(pub); err != nil {
		return err
	}
	var buf [512]byte
	if !ed25519.Verify(pub, appendContext(buf[:0], context, message), sig) {
		return ErrSignature
	}
	return nil
}

// CheckPublicKey refuses, with ErrKey, public keys under which a signature
// could hold for more than one message or for some verifiers only: encodings
// that are not canonical (RFC 8032 section 5.1.3, y >= 2^255-19) and the
// points of small order. A canonical encoding of no point is not found here,
// but no signature verifies under it.
func CheckPublicKey(pub ed25519.PublicKey) error {
	if len(pub) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %d bytes, an Ed25519 public key has 32", ErrKey, len(pub))
	}
	// As four little-endian words without the sign of x in the top bit.
	var y [4]uint64
	for i := range y {
		y[i] = binary.LittleEndian.Uint64(pub[8*i:])
	}
	y[3] &^= 1 << 63
	if y[3] == 1<<63-1 && y[2] == ^uint64(0) && y[1] == ^uint64(0) && y[0] >= ^uint64(0)-18 {
		return fmt.Errorf("%w: encoding not canonical", ErrKey)
	}
	for i := range smallOrder {
		if y == smallOrder[i] {
			return fmt.Errorf("%w: point of small order", ErrKey)
		}
	}
	return nil
}

// smallOrder are the y of the points whose order divides 8, as little-endian
// words: y = 0 (order 4), 1 (order 1), -1 (order 2), and the two of order 8.
var smallOrder = [5][4]uint64{
	{},
	{1},
	{0xffffffffffffffec, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff},
	{0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5, 0x05fc536d880238b1},
	{0x4fd84d3d706a17c7, 0x0f67100d760b3cba, 0xc6cc392cfa53202a, 0x7a03ac9277fdc74e},
}
