package seal

import "crypto/sha256"

// maxMessage bounds what mac takes; the longest message is HKDF's info.
const maxMessage = 64

// mac is HMAC-SHA256 (RFC 2104) with a key of 32 bytes over at most maxMessage
// bytes. It is written out because crypto/hmac allocates some 500 bytes a call,
// and the tag of every envelope is tried against every set key held.
func mac(key *[32]byte, message []byte) (out [32]byte) {
	var inner [sha256.BlockSize + maxMessage]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	for i := range sha256.BlockSize {
		b := byte(0)
		if i < len(key) {
			b = key[i]
		}
		inner[i], outer[i] = b^0x36, b^0x5c
	}
	n := copy(inner[sha256.BlockSize:], message)
	if n != len(message) {
		panic("seal: message of a MAC too long")
	}
	sum := sha256.Sum256(inner[:sha256.BlockSize+n])
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}

// The messages of HMAC in spec/envelope.md.
var (
	macTag    = []byte("tag")
	macBody   = []byte("body")
	macCommit = []byte("commit")
)
