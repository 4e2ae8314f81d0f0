package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"entente/label"
)

// HeaderSize is the length of a header in bytes.
const HeaderSize = 256

// signedSize is how many bytes of a header its signature covers.
const signedSize = 192

// MaxTime is the largest time claim of a header: the last second of the year
// 9999, so that every claim has a form in RFC 3339.
const MaxTime int64 = 253402300799

const (
	headerMagic = "ENTH"
	version     = 1
)

// Offsets of fields in a header (spec/envelope.md, "Header").
const (
	atVersion     = 4
	atKind        = 5
	atClass       = 6
	atCharter     = 8
	atOriginator  = 40
	atIncarnation = 44
	atSequence    = 48
	atPrevious    = 56
	atTime        = 88
	atEpoch       = 96
	atDigest      = 104
	atTag         = 136
	atKeyID       = 168
	atSignature   = 192
)

// Hash is a SHA-256 value: of a charter, a header, a body.
type Hash [sha256.Size]byte

// String returns the hash as 64 lower-case hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Header is the leaf of the log, taken apart. Its fields are those of
// spec/envelope.md; all of it is public.
type Header struct {
	Kind        Kind
	Class       Class
	Charter     Hash
	Originator  label.MemberID
	Incarnation uint32   // from 1
	Sequence    uint64   // from 1 within the incarnation, no gaps
	Previous    Hash     // of the originator's previous header; zero at sequence 1
	Time        int64    // Unix seconds: a claim of the originator
	Epoch       uint32   // from 0
	Digest      Hash     // of the body
	Tag         [32]byte // commits to the envelope's key; zero unless Sealed
	KeyID       [8]byte  // of the header key
	Signature   [64]byte
}

// HashHeader returns SHA-256 of a header's bytes, as the next header of its
// originator names it. It is not the leaf hash of the Merkle tree.
func HashHeader(raw []byte) Hash { return sha256.Sum256(raw) }

// ParseHeader reads a header strictly: exactly [HeaderSize] bytes, every field
// within its bounds, every reserved byte zero. It verifies no signature and
// judges no field against a charter or a chain. It returns ErrVersion or
// ErrKind for what a newer node may know, and for what no node should send
// ErrLength, ErrMagic, ErrClass, ErrReserved, ErrOriginator, ErrIncarnation,
// ErrSequence, ErrPrevious or ErrTime.
func ParseHeader(raw []byte) (Header, error) {
	if err := checkHeader(raw); err != nil {
		return Header{}, err
	}
	return readHeader(raw), nil
}

// readHeader copies the fields of bytes that checkHeader has passed.
func readHeader(raw []byte) Header {
	return Header{
		Kind:        Kind(raw[atKind]),
		Class:       Class(raw[atClass]),
		Charter:     Hash(raw[atCharter:]),
		Originator:  label.MemberID(raw[atOriginator : atOriginator+3]),
		Incarnation: binary.BigEndian.Uint32(raw[atIncarnation:]),
		Sequence:    binary.BigEndian.Uint64(raw[atSequence:]),
		Previous:    Hash(raw[atPrevious:]),
		Time:        int64(binary.BigEndian.Uint64(raw[atTime:])),
		Epoch:       binary.BigEndian.Uint32(raw[atEpoch:]),
		Digest:      Hash(raw[atDigest:]),
		Tag:         [32]byte(raw[atTag:]),
		KeyID:       [8]byte(raw[atKeyID:]),
		Signature:   [64]byte(raw[atSignature:]),
	}
}

// AppendTo appends the header's 256 bytes to dst. The bytes of a header that
// [ParseHeader] returned are those it was given; other values are written as
// they stand, and ParseHeader may refuse them.
func (h *Header) AppendTo(dst []byte) []byte {
	n := len(dst)
	dst = append(dst, make([]byte, HeaderSize)...)
	h.write(dst[n:])
	return dst
}

// write fills 256 zero bytes.
func (h *Header) write(raw []byte) {
	copy(raw, headerMagic)
	raw[atVersion] = version
	raw[atKind] = byte(h.Kind)
	raw[atClass] = byte(h.Class)
	copy(raw[atCharter:], h.Charter[:])
	copy(raw[atOriginator:atOriginator+3], h.Originator)
	binary.BigEndian.PutUint32(raw[atIncarnation:], h.Incarnation)
	binary.BigEndian.PutUint64(raw[atSequence:], h.Sequence)
	copy(raw[atPrevious:], h.Previous[:])
	binary.BigEndian.PutUint64(raw[atTime:], uint64(h.Time))
	binary.BigEndian.PutUint32(raw[atEpoch:], h.Epoch)
	copy(raw[atDigest:], h.Digest[:])
	copy(raw[atTag:], h.Tag[:])
	copy(raw[atKeyID:], h.KeyID[:])
	copy(raw[atSignature:], h.Signature[:])
}

// zeros is compared with; nothing writes to it.
var zeros [64]byte

// checkHeader is ParseHeader without the copy.
func checkHeader(raw []byte) error {
	if len(raw) != HeaderSize {
		return fmt.Errorf("%w: a header has %d bytes, not %d", ErrLength, HeaderSize, len(raw))
	}
	if string(raw[:len(headerMagic)]) != headerMagic {
		return fmt.Errorf("%w: a header begins with %s", ErrMagic, headerMagic)
	}
	if raw[atVersion] != version {
		return fmt.Errorf("%w: header of version %d", ErrVersion, raw[atVersion])
	}
	kind := Kind(raw[atKind])
	if !kind.Known() {
		return fmt.Errorf("%w: %v", ErrKind, kind)
	}
	if c := Class(raw[atClass]); !c.Valid() {
		return fmt.Errorf("%w: %d", ErrClass, c)
	}
	if raw[7]|raw[43]|raw[100]|raw[101]|raw[102]|raw[103] != 0 ||
		!bytes.Equal(raw[176:192], zeros[:16]) {
		return ErrReserved
	}
	o := raw[atOriginator : atOriginator+3]
	for _, b := range o {
		if b < 'A' || b > 'Z' {
			return fmt.Errorf("%w: %q", ErrOriginator, o)
		}
	}
	if string(o) == "ALL" {
		return fmt.Errorf("%w: %q", ErrOriginator, o)
	}
	if binary.BigEndian.Uint32(raw[atIncarnation:]) == 0 {
		return fmt.Errorf("%w: incarnation 0", ErrIncarnation)
	}
	switch binary.BigEndian.Uint64(raw[atSequence:]) {
	case 0:
		return fmt.Errorf("%w: sequence 0", ErrSequence)
	case 1:
		if !bytes.Equal(raw[atPrevious:atPrevious+32], zeros[:32]) {
			return fmt.Errorf("%w: the first header of an incarnation follows none", ErrPrevious)
		}
	}
	if binary.BigEndian.Uint64(raw[atTime:]) > uint64(MaxTime) {
		return ErrTime
	}
	if kind != Sealed && !bytes.Equal(raw[atTag:atTag+32], zeros[:32]) {
		return fmt.Errorf("%w: the tag of a public envelope", ErrReserved)
	}
	return nil
}

// VerifyHeader parses raw as [ParseHeader] does and verifies that pub signed
// it. Besides the errors of ParseHeader it returns ErrKey, ErrKeyID when the
// header names another key, or ErrSignature. It allocates nothing on success.
func VerifyHeader(raw []byte, pub ed25519.PublicKey) error {
	if err := checkHeader(raw); err != nil {
		return err
	}
	return verifyHeader(raw, pub)
}

// verifyHeader is VerifyHeader for bytes that checkHeader has passed.
func verifyHeader(raw []byte, pub ed25519.PublicKey) error {
	if id := KeyID(pub); !bytes.Equal(raw[atKeyID:atKeyID+8], id[:]) {
		return fmt.Errorf("%w: the header names %x, the key at hand is %x", ErrKeyID, raw[atKeyID:atKeyID+8], id)
	}
	return verify(pub, contextHeader, raw[:signedSize], raw[atSignature:HeaderSize])
}
