package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// CheckBody reports whether body is the one that header was signed for: of the
// length of its class (ErrLength) and with its digest (ErrDigest). header is
// parsed as [ParseHeader] does, and its errors returned.
func CheckBody(header, body []byte) error {
	if err := checkHeader(header); err != nil {
		return err
	}
	if want := Class(header[atClass]).Size(); len(body) != want {
		return fmt.Errorf("%w: a body of class %d has %d bytes, not %d", ErrLength, header[atClass], want, len(body))
	}
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], header[atDigest:atDigest+32]) {
		return fmt.Errorf("%w: the body's is %x", ErrDigest, sum)
	}
	return nil
}

// Payload returns the payload of a public envelope, as a part of body. It
// checks the body as [CheckBody] does; a sealed envelope is ErrKind, a length
// beyond the body or a byte of padding that is not zero is ErrPadding.
func Payload(header, body []byte) ([]byte, error) {
	if err := CheckBody(header, body); err != nil {
		return nil, err
	}
	if Kind(header[atKind]) == Sealed {
		return nil, fmt.Errorf("%w: a sealed body is opened with its key", ErrKind)
	}
	return unpad(body)
}

// Open returns the act inside a sealed envelope, in a slice of the caller's
// own. It checks the body as [CheckBody] does, then that k fits the tag
// (ErrTag), and opens the body.
//
// ErrAuthentication and ErrPadding come only after the tag has fitted. They
// are the originator's fault, and [Unopenable] is the evidence of it: whoever
// signed a header whose tag commits to k has signed for a body that opens.
//
// Open does not verify the header's signature: do that first, with
// [VerifyHeader] and the header key in force at the leaf's index.
func Open(header, body []byte, k EnvelopeKey) ([]byte, error) {
	return open(header, body, k, true)
}

// open is Open; the tests show by leaving checkTag out that the tag is what
// keeps an envelope from opening to two acts.
func open(header, body []byte, k EnvelopeKey, checkTag bool) ([]byte, error) {
	if err := CheckBody(header, body); err != nil {
		return nil, err
	}
	if Kind(header[atKind]) != Sealed {
		return nil, fmt.Errorf("%w: a public body is not opened but read", ErrKind)
	}
	if checkTag && !k.Fits(header) {
		return nil, ErrTag
	}
	bodyKey := mac((*[32]byte)(&k), macBody)
	aead, err := chacha20poly1305.NewX(bodyKey[:])
	if err != nil {
		return nil, fmt.Errorf("seal: body key: %w", err)
	}
	var ad [adSize]byte
	inner, err := aead.Open(nil, body[:nonceSize], body[nonceSize:], associated(&ad, header))
	if err != nil {
		return nil, ErrAuthentication
	}
	return unpad(inner)
}

// unpad takes u32(length) || content || zeros apart.
func unpad(inner []byte) ([]byte, error) {
	n := binary.BigEndian.Uint32(inner)
	rest := inner[publicOverhead:]
	if uint64(n) > uint64(len(rest)) {
		return nil, fmt.Errorf("%w: %d bytes said, room for %d", ErrPadding, n, len(rest))
	}
	if !allZero(rest[n:]) {
		return nil, fmt.Errorf("%w: not all zeros after %d bytes", ErrPadding, n)
	}
	return rest[:n:n], nil
}

func allZero(b []byte) bool {
	for len(b) > 0 {
		m := min(len(b), len(zeros))
		if !bytes.Equal(b[:m], zeros[:m]) {
			return false
		}
		b = b[m:]
	}
	return true
}
