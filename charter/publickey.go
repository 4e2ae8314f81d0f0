package charter

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
)

// PublicKey is an Ed25519 public key (RFC 8032). Values that come out of this
// package have passed CheckPublicKey.
type PublicKey [ed25519.PublicKeySize]byte

// KeyID is how a header names the key that signed it: the first 8 bytes of
// SHA-256 of the public key (spec/envelope.md).
type KeyID [8]byte

// PublicKeyOf returns the public half of a private key.
func PublicKeyOf(priv ed25519.PrivateKey) PublicKey {
	return PublicKey(priv.Public().(ed25519.PublicKey))
}

// ID returns the key's id.
func (k PublicKey) ID() KeyID {
	sum := sha256.Sum256(k[:])
	return KeyID(sum[:8])
}

// String returns the key in base64, as certificates carry it.
func (k PublicKey) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// Fingerprint is that of the key, for comparison out of band.
func (k PublicKey) Fingerprint() string { return Fingerprint(k) }

// Verify reports whether sig is the key's signature over
// context || 0x00 || message (spec/README.md, "Conventions"). A key that
// CheckPublicKey refuses must not be asked: over a key of small order some
// signatures hold for any message.
func (k PublicKey) Verify(context string, message, sig []byte) bool {
	return ed25519.Verify(k[:], contextual(context, message), sig)
}

// SignContext signs context || 0x00 || message, so that a signature made for
// one use can never be shown for another.
func SignContext(priv ed25519.PrivateKey, context string, message []byte) []byte {
	return ed25519.Sign(priv, contextual(context, message))
}

func contextual(context string, message []byte) []byte {
	b := make([]byte, 0, len(context)+1+len(message))
	b = append(b, context...)
	b = append(b, 0)
	return append(b, message...)
}

// ParsePublicKey reads canonical base64 of a key and checks it as
// CheckPublicKey does. Errors: ErrSyntax, ErrKey.
func ParsePublicKey(s string) (PublicKey, error) {
	raw, err := decodeBase64(s, ed25519.PublicKeySize)
	if err != nil {
		return PublicKey{}, fmt.Errorf("public key: %w", err)
	}
	if err := CheckPublicKey(raw); err != nil {
		return PublicKey{}, err
	}
	return PublicKey(raw), nil
}

// CheckPublicKey is half of the one rule of verification (spec/README.md): a
// key counts only when its 32 bytes are the canonical encoding of a point of
// the curve that is not of small order. The other half is Go's
// crypto/ed25519.Verify (cofactorless, S canonical, R compared as bytes).
// Together they leave no signature on which two honest verifiers differ.
//
// A key with a component of small order beside one of large order is
// accepted: with R compared as bytes its signatures verify for everybody or
// for nobody. It returns ErrKey.
func CheckPublicKey(key []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %d bytes, an Ed25519 public key has 32", ErrKey, len(key))
	}
	y := littleEndian(key)
	if y.Cmp(fieldPrime) >= 0 {
		return fmt.Errorf("%w: encoding not canonical (y >= 2^255-19); make a new key", ErrKey)
	}
	for _, s := range smallOrderY {
		if y.Cmp(s) == 0 {
			return fmt.Errorf("%w: point of small order; make a new key", ErrKey)
		}
	}
	// On the curve x^2 = (y^2-1)/(d*y^2+1), and u/v is a square exactly when
	// u*v is. v is never zero since -1/d is not a square; x = 0 only for
	// y = +-1, which the list above has caught.
	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, big.NewInt(1))
	v := y2.Mul(y2, curveD)
	v.Add(v, big.NewInt(1))
	u.Mul(u, v).Mod(u, fieldPrime)
	if big.Jacobi(u, fieldPrime) != 1 {
		return fmt.Errorf("%w: not a point of the curve; make a new key", ErrKey)
	}
	return nil
}

var (
	// fieldPrime is p = 2^255 - 19.
	fieldPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

	// curveD is the curve's d = -121665/121666 mod p (RFC 8032, section 5.1).
	curveD = new(big.Int).Mod(new(big.Int).Mul(big.NewInt(-121665),
		new(big.Int).ModInverse(big.NewInt(121666), fieldPrime)), fieldPrime)

	// smallOrderY are the y coordinates of all points whose order divides 8:
	// order 4 has y = 0, order 1 has y = 1, order 2 has y = -1, order 8 has the
	// other two. The sign of x makes eight points of these five.
	smallOrderY = []*big.Int{
		big.NewInt(0),
		big.NewInt(1),
		new(big.Int).Sub(fieldPrime, big.NewInt(1)),
		orderEightY,
		new(big.Int).Sub(fieldPrime, orderEightY),
	}

	orderEightY, _ = new(big.Int).SetString(
		"05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16)
)

// littleEndian reads a key's y: 255 bits, without the sign of x in the top bit.
func littleEndian(key []byte) *big.Int {
	b := make([]byte, len(key))
	for i, c := range key {
		b[len(key)-1-i] = c
	}
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

// decodeBase64 reads standard, padded, canonical base64 of exactly n bytes.
func decodeBase64(s string, n int) ([]byte, error) {
	if len(s) != base64.StdEncoding.EncodedLen(n) {
		return nil, fmt.Errorf("%w: base64 of %d bytes has %d characters, found %d",
			ErrSyntax, n, base64.StdEncoding.EncodedLen(n), len(s))
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	// The decoder skips newlines; with one in it, so long a text gives less.
	if err != nil || len(b) != n {
		return nil, fmt.Errorf("%w: not canonical base64", ErrSyntax)
	}
	return b, nil
}
