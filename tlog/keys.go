package tlog

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Signature types of signed-note.
const (
	algLog      byte = 0x01 // Ed25519 over the note text
	algCosigner byte = 0x04 // Ed25519 cosignature/v1 with a time
)

// MaxName is the largest number of bytes in a key name or an origin.
const MaxName = 255

// Verifier is one public key with its name and its purpose: the log's own
// signature, or one cosigner's cosignatures. The zero value verifies nothing.
type Verifier struct {
	name string
	alg  byte
	id   uint32
	key  [ed25519.PublicKeySize]byte
}

// Signer is one private key, wherever it is kept, with its name and purpose.
type Signer struct {
	Verifier
	key crypto.Signer
}

// NewLogVerifier returns the verifier of a log's own signature (signature type
// 0x01). The name is the log's origin: a checkpoint of another origin does not
// verify. It refuses, with ErrKey, names other than 1 to 255 visible ASCII
// characters without plus, and keys that are not canonical points of the curve or of small order.
func NewLogVerifier(name string, key ed25519.PublicKey) (Verifier, error) {
	return newVerifier(name, algLog, key)
}

// NewCosignerVerifier returns the verifier of a cosigner's cosignatures
// (signature type 0x04), with the refusals of [NewLogVerifier].
func NewCosignerVerifier(name string, key ed25519.PublicKey) (Verifier, error) {
	return newVerifier(name, algCosigner, key)
}

// NewLogSigner returns the signer of a log's checkpoints, with the refusals of
// [NewLogVerifier]. The name is the log's origin. key is an
// ed25519.PrivateKey, or stands for one that is kept elsewhere.
func NewLogSigner(name string, key crypto.Signer) (Signer, error) {
	return newSigner(name, algLog, key)
}

// NewCosigner returns the signer of a cosigner's cosignatures, with the
// refusals of [NewLogVerifier]. One key must serve one cosigner only: the
// signed message does not name who signed.
func NewCosigner(name string, key crypto.Signer) (Signer, error) {
	return newSigner(name, algCosigner, key)
}

// ParseVerifier reads a verifier key (vkey) of signed-note,
// "<name>+<key id in hex>+<base64 of type and key>", of type 0x01 or 0x04.
func ParseVerifier(vkey string) (Verifier, error) {
	f := strings.Split(vkey, "+")
	// Base64 has plus characters of its own.
	if len(f) < 3 || len(vkey) > MaxName+64 {
		return Verifier{}, fmt.Errorf("%w: verifier key is not <name>+<id>+<key>; copy it again", ErrMalformed)
	}
	key, err := strictBase64.DecodeString(strings.Join(f[2:], "+"))
	if err != nil || len(key) != 1+ed25519.PublicKeySize {
		return Verifier{}, fmt.Errorf("%w: verifier key does not hold a type and 32 bytes in canonical base64; copy it again", ErrMalformed)
	}
	v, err := newVerifier(f[0], key[0], ed25519.PublicKey(key[1:]))
	if err != nil {
		return Verifier{}, err
	}
	if v.String() != vkey {
		return Verifier{}, fmt.Errorf("%w: key id of %q is not the hash of its name and key; copy it again", ErrMalformed, f[0])
	}
	return v, nil
}

// Name returns the key's name.
func (v Verifier) Name() string { return v.name }

// KeyID returns the key id that stands in signature lines: the first four
// bytes, big-endian, of SHA-256(name || "\n" || type || key) (signed-note).
func (v Verifier) KeyID() uint32 { return v.id }

// IsCosigner tells a cosigner's key from a log's.
func (v Verifier) IsCosigner() bool { return v.alg == algCosigner }

// PublicKey returns a copy of the key.
func (v Verifier) PublicKey() ed25519.PublicKey {
	return append(ed25519.PublicKey(nil), v.key[:]...)
}

// String returns the key in the form that [ParseVerifier] reads.
func (v Verifier) String() string {
	return fmt.Sprintf("%s+%08x+%s", v.name, v.id, base64.StdEncoding.EncodeToString(append([]byte{v.alg}, v.key[:]...)))
}

func newSigner(name string, alg byte, key crypto.Signer) (Signer, error) {
	if key == nil {
		return Signer{}, fmt.Errorf("%w: no private key of %q; unlock it first", ErrKey, name)
	}
	if k, ok := key.(ed25519.PrivateKey); ok && len(k) != ed25519.PrivateKeySize {
		return Signer{}, fmt.Errorf("%w: private key of %q has %d bytes, not %d", ErrKey, name, len(k), ed25519.PrivateKeySize)
	}
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return Signer{}, fmt.Errorf("%w: private key of %q is no Ed25519 key", ErrKey, name)
	}
	v, err := newVerifier(name, alg, pub)
	if err != nil {
		return Signer{}, err
	}
	return Signer{v, key}, nil
}

// sign returns the raw Ed25519 signature of msg.
func (s Signer) sign(msg []byte) ([]byte, error) {
	sig, err := s.key.Sign(rand.Reader, msg, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", keyLabel(s.Verifier), err)
	}
	if len(sig) != ed25519.SignatureSize {
		return nil, fmt.Errorf("%w: %s made a signature of %d bytes, not %d", ErrKey, keyLabel(s.Verifier), len(sig), ed25519.SignatureSize)
	}
	return sig, nil
}

func newVerifier(name string, alg byte, key ed25519.PublicKey) (Verifier, error) {
	if err := checkName(name); err != nil {
		return Verifier{}, fmt.Errorf("%w: key name %w", ErrKey, err)
	}
	if alg != algLog && alg != algCosigner {
		return Verifier{}, fmt.Errorf("%w: %q has signature type %#02x; only 0x01 (log) and 0x04 (cosigner) are used", ErrKey, name, alg)
	}
	if len(key) != ed25519.PublicKeySize {
		return Verifier{}, fmt.Errorf("%w: public key of %q has %d bytes, not %d", ErrKey, name, len(key), ed25519.PublicKeySize)
	}
	v := Verifier{name: name, alg: alg, key: [ed25519.PublicKeySize]byte(key)}
	if !canonicalPoint(v.key) {
		return Verifier{}, fmt.Errorf("%w: public key of %q is not a canonical point of the curve, or of small order; its owner has to make another", ErrKey, name)
	}
	v.id = keyID(name, alg, key)
	return v, nil
}

// keyID is signed-note's key id.
func keyID(name string, alg byte, key []byte) uint32 {
	h := sha256.Sum256(append(append([]byte(name), '\n', alg), key...))
	return binary.BigEndian.Uint32(h[:])
}

// verify reports whether sig is the raw Ed25519 signature of msg.
func (v Verifier) verify(msg, sig []byte) bool {
	return v.alg != 0 && len(sig) == ed25519.SignatureSize && ed25519.Verify(v.key[:], msg, sig)
}

// checkName holds names and origins to visible ASCII without plus, which
// signed-note permits and which look the same on every screen.
func checkName(name string) error {
	if name == "" || len(name) > MaxName {
		return fmt.Errorf("has %d bytes; it needs 1 to %d", len(name), MaxName)
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || c == '+' {
			return fmt.Errorf("%q has a character that is not visible ASCII, or a plus", name)
		}
	}
	return nil
}

// canonicalPoint reports whether the 32 bytes are the canonical encoding of a
// point of the curve whose order does not divide eight (spec/README.md,
// Conventions). Keys of small order would accept signatures that nobody made.
func canonicalPoint(key [32]byte) bool {
	slices.Reverse(key[:])
	key[0] &= 0x7f // the sign of x
	y := new(big.Int).SetBytes(key[:])
	if y.Cmp(fieldPrime) >= 0 {
		return false
	}
	for _, s := range smallOrder {
		if y.Cmp(s) == 0 {
			return false
		}
	}
	// RFC 8032 section 5.1.3: x^2 = (y^2-1)/(d*y^2+1). The quotient is a
	// square exactly when the product is; neither is zero, for x = 0 only
	// where y is 1 or -1, and d*y^2 is never -1.
	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, big.NewInt(1))
	v := new(big.Int).Add(new(big.Int).Mul(curveD, y2), big.NewInt(1))
	return big.Jacobi(u.Mul(u, v).Mod(u, fieldPrime), fieldPrime) == 1
}

var (
	// fieldPrime is 2^255-19.
	fieldPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	// curveD is -121665/121666 (RFC 8032 section 5.1).
	curveD = new(big.Int).Mod(new(big.Int).Mul(big.NewInt(-121665),
		new(big.Int).ModInverse(big.NewInt(121666), fieldPrime)), fieldPrime)
	// smallOrder are the y of the eight points whose order divides eight:
	// one of order 1, one of 2, two of 4 with one y, four of 8 with two.
	smallOrder = func() []*big.Int {
		eight, ok := new(big.Int).SetString("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16)
		if !ok {
			panic("tlog: y of order eight")
		}
		return []*big.Int{
			big.NewInt(1), new(big.Int).Sub(fieldPrime, big.NewInt(1)), big.NewInt(0),
			eight, new(big.Int).Sub(fieldPrime, eight),
		}
	}()
)
