package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"entente/label"
)

const (
	nonceSize = chacha20poly1305.NonceSizeX
	overhead  = chacha20poly1305.Overhead
	// adSize is the associated data of a body: a header without digest and
	// signature.
	adSize = HeaderSize - 32 - 64
)

// Place is where an envelope stands in its originator's chain. The caller must
// have stored, durably, that the place is taken before it lets the envelope
// leave: two envelopes in one place are a fork, and evidence.
type Place struct {
	Charter     Hash
	Originator  label.MemberID
	Incarnation uint32 // from 1
	Sequence    uint64 // from 1
	Previous    Hash   // of the header before; zero at sequence 1
	Time        int64  // Unix seconds, coarsened by the caller as the charter says
	Epoch       uint32 // from 0
}

// Envelope is a header of 256 bytes and the body beside it. Both lie in one
// allocation.
type Envelope struct {
	Header, Body []byte
}

// Seal makes a sealed envelope that holds act, of the smallest class that
// holds it and at least class least (so that all views of one release have one
// size). It returns the envelope's key beside it, for the originator's own
// keeping. act may have up to MaxBody-44 bytes, else ErrTooLarge. A place that no
// header can stand in is refused as [ParseHeader] refuses it; errors of the
// signer are handed through. Seal does not keep act.
func Seal(place Place, setKey SetKey, act []byte, least Class, signer Signer) (Envelope, EnvelopeKey, error) {
	var nonce [nonceSize]byte
	rand.Read(nonce[:])
	return seal(place, setKey, act, least, signer, &nonce)
}

func seal(place Place, setKey SetKey, act []byte, least Class, signer Signer, nonce *[nonceSize]byte) (Envelope, EnvelopeKey, error) {
	if !least.Valid() {
		return Envelope{}, EnvelopeKey{}, fmt.Errorf("%w: least class %d", ErrClass, least)
	}
	class, err := ClassFor(len(act), true)
	if err != nil {
		return Envelope{}, EnvelopeKey{}, err
	}
	e, err := begin(place, Sealed, max(class, least), signer)
	if err != nil {
		return Envelope{}, EnvelopeKey{}, err
	}
	k := DeriveKey(setKey, e.Header)
	tag := mac((*[32]byte)(&k), macTag)
	copy(e.Header[atTag:], tag[:])

	// The plaintext is laid out where its ciphertext will stand.
	copy(e.Body, nonce[:])
	inner := e.Body[nonceSize : len(e.Body)-overhead]
	binary.BigEndian.PutUint32(inner, uint32(len(act)))
	copy(inner[publicOverhead:], act)
	bodyKey := mac((*[32]byte)(&k), macBody)
	aead, err := chacha20poly1305.NewX(bodyKey[:])
	if err != nil {
		return Envelope{}, EnvelopeKey{}, fmt.Errorf("seal: body key: %w", err)
	}
	var ad [adSize]byte
	aead.Seal(inner[:0], nonce[:], inner, associated(&ad, e.Header))
	if err := finish(e, signer); err != nil {
		return Envelope{}, EnvelopeKey{}, err
	}
	return e, k, nil
}

// SealPublic makes an envelope of a kind that everybody may read, of the
// smallest class that holds payload (up to MaxBody-4 bytes, else ErrTooLarge).
// It refuses kind Sealed, and kinds that this version does not know, with
// ErrKind, and otherwise as [Seal] does.
func SealPublic(place Place, kind Kind, payload []byte, signer Signer) (Envelope, error) {
	if kind == Sealed || !kind.Known() {
		return Envelope{}, fmt.Errorf("%w: %v as a public envelope", ErrKind, kind)
	}
	class, err := ClassFor(len(payload), false)
	if err != nil {
		return Envelope{}, err
	}
	e, err := begin(place, kind, class, signer)
	if err != nil {
		return Envelope{}, err
	}
	binary.BigEndian.PutUint32(e.Body, uint32(len(payload)))
	copy(e.Body[publicOverhead:], payload)
	if err := finish(e, signer); err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// begin allocates an envelope and fills its header but for tag, digest and
// signature.
func begin(place Place, kind Kind, class Class, signer Signer) (Envelope, error) {
	buf := make([]byte, HeaderSize+class.Size())
	e := Envelope{Header: buf[:HeaderSize:HeaderSize], Body: buf[HeaderSize:]}
	h := Header{
		Kind: kind, Class: class,
		Charter: place.Charter, Originator: place.Originator,
		Incarnation: place.Incarnation, Sequence: place.Sequence, Previous: place.Previous,
		Time: place.Time, Epoch: place.Epoch,
		KeyID: KeyID(signer.PublicKey()),
	}
	if len(h.Originator) != 3 {
		return Envelope{}, fmt.Errorf("%w: %q", ErrOriginator, h.Originator)
	}
	h.write(e.Header)
	return e, checkHeader(e.Header)
}

// finish puts digest and signature into the header.
func finish(e Envelope, signer Signer) error {
	digest := sha256.Sum256(e.Body)
	copy(e.Header[atDigest:], digest[:])
	sig, err := sign(signer, contextHeader, e.Header[:signedSize])
	if err != nil {
		return err
	}
	copy(e.Header[atSignature:], sig)
	return nil
}

// associated returns a header's bytes 0-103 and 136-191.
func associated(buf *[adSize]byte, header []byte) []byte {
	n := copy(buf[:], header[:atDigest])
	copy(buf[n:], header[atTag:atSignature])
	return buf[:]
}
