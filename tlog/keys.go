package tlog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
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

// Signer is one private key with its name and its purpose.
type Signer struct {
	Verifier
	key ed25519.PrivateKey
}

// NewLogVerifier returns the verifier of a log's own signature (signature type
// 0x01). It refuses, with ErrKey, names other than 1 to 255 visible ASCII
// characters without plus, and keys that are not canonical or of small order.
func NewLogVerifier(name string, key ed25519.PublicKey) (Verifier, error) {
	return newVerifier(name, algLog, key)
}

// NewCosignerVerifier returns the verifier of a cosigner's cosignatures
// (signature type 0x04), with the refusals of [NewLogVerifier].
func NewCosignerVerifier(name string, key ed25519.PublicKey) (Verifier, error) {
	return newVerifier(name, algCosigner, key)
}

// NewLogSigner returns the signer of a log's checkpoints, with the refusals of
// [NewLogVerifier].
func NewLogSigner(name string, key ed25519.PrivateKey) (Signer, error) {
	return newSigner(name, algLog, key)
}

// NewCosigner returns the signer of a cosigner's cosignatures, with the
// refusals of [NewLogVerifier]. One key must serve one cosigner only: the
// signed message does not name who signed.
func NewCosigner(name string, key ed25519.PrivateKey) (Signer, error) {
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

func newSigner(name string, alg byte, key ed25519.PrivateKey) (Signer, error) {
	if len(key) != ed25519.PrivateKeySize {
		return Signer{}, fmt.Errorf("%w: a private key of %q has %d bytes, not %d", ErrKey, name, len(key), ed25519.PrivateKeySize)
	}
	v, err := newVerifier(name, alg, key.Public().(ed25519.PublicKey))
	if err != nil {
		return Signer{}, err
	}
	return Signer{v, append(ed25519.PrivateKey(nil), key...)}, nil
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
		return Verifier{}, fmt.Errorf("%w: public key of %q is not canonical or of small order; its owner has to make another", ErrKey, name)
	}
	h := sha256.Sum256(append(append([]byte(name), '\n', alg), key...))
	v.id = binary.BigEndian.Uint32(h[:])
	return v, nil
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

// smallOrder are the y coordinates, little-endian without the sign bit, of the
// eight points whose order divides eight. A key among them would accept
// signatures that nobody made.
var smallOrder = func() (ys [5][32]byte) {
	for i, s := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"0100000000000000000000000000000000000000000000000000000000000000", // order 1
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
	} {
		if n, err := hex.Decode(ys[i][:], []byte(s)); err != nil || n != 32 {
			panic("tlog: table of small order")
		}
	}
	return ys
}()

// canonicalPoint reports whether the encoding's y lies below the field's prime
// 2^255-19 and is not that of a point of small order. It does not ask whether
// the point lies on the curve: with one that does not nothing ever verifies.
func canonicalPoint(key [32]byte) bool {
	key[31] &= 0x7f
	for _, y := range smallOrder {
		if key == y {
			return false
		}
	}
	// At or above the prime: 2^255-19 up to 2^255-1.
	if key[31] == 0x7f && key[0] >= 0xed {
		for _, b := range key[1:31] {
			if b != 0xff {
				return true
			}
		}
		return false
	}
	return true
}
