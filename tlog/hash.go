package tlog

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	xtlog "golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash of a leaf or of a node. Its String and JSON forms are
// standard base64.
type Hash = xtlog.Hash

// HashSize is the size of a [Hash] in bytes.
const HashSize = xtlog.HashSize

// MaxSize is the largest number of leaves in a log: 2^48-1. It keeps every
// size exact in a double-precision number and the tree within six tile levels.
const MaxSize int64 = 1<<48 - 1

// hashText is the length of a hash in base64.
const hashText = 44

// EmptyRoot is the root of the tree without leaves, the SHA-256 hash of the
// empty string (RFC 6962 section 2.1).
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// LeafHash returns the hash of a leaf: SHA-256(0x00 || leaf) (RFC 6962
// section 2.1).
func LeafHash(leaf []byte) Hash {
	var buf [512]byte
	if len(leaf) < len(buf) {
		// The stack buffer saves the allocation that a running hash costs.
		copy(buf[1:], leaf)
		return sha256.Sum256(buf[:1+len(leaf)])
	}
	return xtlog.RecordHash(leaf)
}

// NodeHash returns the hash of an inner node: SHA-256(0x01 || left || right)
// (RFC 6962 section 2.1).
func NodeHash(left, right Hash) Hash { return xtlog.NodeHash(left, right) }

// fold returns the root of the perfect subtree over hs, whose length must be
// a power of two of at most 256. It works in a copy.
func fold(hs []Hash) Hash {
	if len(hs) == 1 {
		return hs[0]
	}
	var buf [TileWidth / 2]Hash
	n := len(hs) / 2
	for i := range n {
		buf[i] = NodeHash(hs[2*i], hs[2*i+1])
	}
	for ; n > 1; n /= 2 {
		for i := range n / 2 {
			buf[i] = NodeHash(buf[2*i], buf[2*i+1])
		}
	}
	return buf[0]
}

// appendHash appends h in base64 to dst.
func appendHash(dst []byte, h Hash) []byte {
	return base64.StdEncoding.AppendEncode(dst, h[:])
}

// parseHash reads a hash from canonical base64: one text for each hash.
func parseHash(s []byte) (Hash, error) {
	var buf [HashSize + 1]byte
	if len(s) != hashText {
		return Hash{}, fmt.Errorf("%w: a hash is %d base64 characters, not %d", ErrMalformed, hashText, len(s))
	}
	n, err := strictBase64.Decode(buf[:], s)
	if err != nil || n != HashSize {
		return Hash{}, fmt.Errorf("%w: a hash is not in canonical base64", ErrMalformed)
	}
	return Hash(buf[:HashSize]), nil
}

// strictBase64 is standard base64 (RFC 4648 section 4) that refuses trailing
// bits, so that bytes have exactly one encoding.
var strictBase64 = base64.StdEncoding.Strict()

// checkSize refuses a size that no tree of this package can have.
func checkSize(size int64) error {
	if size < 0 || size > MaxSize {
		return fmt.Errorf("%w: size %d is not within 0 and %d", ErrRange, size, MaxSize)
	}
	return nil
}
