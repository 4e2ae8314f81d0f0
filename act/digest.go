package act

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// An ID names a view or a portion: 128 random bits as 32 lower-case hex
// digits. It says nothing about when, where or in what order it was drawn.
type ID string

// NewID draws an ID from the system's generator of random numbers.
func NewID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program rather
	return ID(hex.EncodeToString(b[:]))
}

// ParseID returns the ID written in s, or an error that wraps [ErrValue].
func ParseID(s string) (ID, error) {
	if len(s) != 32 || !isHex(s) {
		return "", refuse(ErrValue, "%q is not 32 lower-case hex digits", clip(s))
	}
	return ID(s), nil
}

// A Digest is a SHA-256 hash, written as 64 lower-case hex digits.
type Digest [sha256.Size]byte

// ParseDigest returns the digest written in s, or an error that wraps
// [ErrValue].
func ParseDigest(s string) (d Digest, err error) {
	if len(s) != 64 || !isHex(s) {
		return d, refuse(ErrValue, "%q is not 64 lower-case hex digits", clip(s))
	}
	_, _ = hex.Decode(d[:], []byte(s)) // the digits were checked
	return d, nil
}

// String returns the hex digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether d is absent.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText returns the hex digits.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts exactly what [ParseDigest] accepts.
func (d *Digest) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDigest(string(b))
	return err
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Contexts of the digests of act.md.
const (
	contextPortion     = "entente/v1/portion"
	contextDesignation = "entente/v1/designation"
	contextBatch       = "entente/v1/batch"
)

func digestOf(context string, b []byte) (d Digest) {
	h := sha256.New()
	h.Write(append([]byte(context), 0))
	h.Write(b)
	h.Sum(d[:0])
	return d
}

// PortionDigest returns the digest under which others cite, recall and compare
// the portion with these exact bytes: SHA-256 of the context
// "entente/v1/portion", a zero byte and the bytes. The salt inside them keeps
// it from being guessed.
func PortionDigest(raw []byte) Digest { return digestOf(contextPortion, raw) }

// BatchDigest returns the digest of a batch that two officers release as one:
// SHA-256 of the context "entente/v1/batch", a zero byte, the number of
// entries as a big-endian 64-bit number, and the entries' digests in rising
// order. The order in which the digests are given does not matter; one that
// stands twice counts twice.
func BatchDigest(entries []Digest) (d Digest) {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b Digest) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	h.Write(append([]byte(contextBatch), 0))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(sorted))))
	for i := range sorted {
		h.Write(sorted[i][:])
	}
	h.Sum(d[:0])
	return d
}
