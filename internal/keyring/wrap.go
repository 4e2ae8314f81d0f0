package keyring

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// wrapper encrypts the values of keys.db under the local key:
// nonce (24 random bytes) || XChaCha20-Poly1305(value), the row's identity
// associated, so that no row can be put in the place of another.
type wrapper struct {
	aead  cipher.AEAD
	index *secret
	key   *secret
}

const wrapOverhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// newWrapper takes two keys from the local key, one for wrapping and one for
// hashes by which rows are found.
func newWrapper(local *secret) *wrapper {
	w := &wrapper{key: subkey(local, "wrap"), index: subkey(local, "index")}
	aead, err := chacha20poly1305.NewX(w.key[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	w.aead = aead
	return w
}

func subkey(local *secret, purpose string) *secret {
	m := hmac.New(sha256.New, local[:])
	m.Write([]byte("entente/v1/keys.db/" + purpose))
	s := secret(m.Sum(nil))
	return &s
}

func (w *wrapper) wipe() {
	if w != nil {
		w.key.wipe()
		w.index.wipe()
		w.aead = nil
	}
}

// seal appends the wrapped form of value to dst.
func (w *wrapper) seal(dst, value, identity []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, chacha20poly1305.NonceSizeX)...)
	nonce := dst[start:]
	rand.Read(nonce)
	return w.aead.Seal(dst, nonce, value, identity)
}

// open appends the value to dst. A row overwritten with zeros is ErrForgotten.
func (w *wrapper) open(dst, wrapped, identity []byte) ([]byte, error) {
	if allZero(wrapped) {
		return nil, ErrForgotten
	}
	if len(wrapped) < wrapOverhead {
		return nil, fmt.Errorf("%w: a wrapped value of %d bytes; restore keys.db", ErrDamaged, len(wrapped))
	}
	nonce, sealed := wrapped[:chacha20poly1305.NonceSizeX], wrapped[chacha20poly1305.NonceSizeX:]
	out, err := w.aead.Open(dst, nonce, sealed, identity)
	if err != nil {
		return nil, fmt.Errorf("%w: a wrapped value does not open under the local key; restore keys.db and keys together", ErrDamaged)
	}
	return out, nil
}

// lookup is a hash by which a row is found without its content being seen.
func (w *wrapper) lookup(identity []byte) []byte {
	m := hmac.New(sha256.New, w.index[:])
	m.Write(identity)
	return m.Sum(nil)[:lookupSize]
}

const lookupSize = 16

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
