package charter

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Hash is a SHA-256 value. The charter hash (spec/charter.md) names the centre
// in every header, certificate and packet.
type Hash [sha256.Size]byte

// String returns the hash as 64 lower-case hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads 64 lower-case hex digits. Anything else is ErrSyntax.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != hex.EncodedLen(len(h)) || strings.ToLower(s) != s {
		return h, fmt.Errorf("%w: a hash is 64 lower-case hex digits", ErrSyntax)
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, fmt.Errorf("%w: a hash is 64 lower-case hex digits: %v", ErrSyntax, err)
	}
	return h, nil
}

// MarshalText renders the hash as String does.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText writes, as ParseHash does.
func (h *Hash) UnmarshalText(text []byte) error {
	v, err := ParseHash(string(text))
	if err != nil {
		return err
	}
	*h = v
	return nil
}

// contextFingerprint separates fingerprints from every other hash.
const contextFingerprint = "entente/v1/fingerprint"

// Fingerprint renders 32 bytes for comparison by two people over the
// telephone: ten groups of four hex digits, the first 20 bytes of SHA-256 over
// the context and the value (spec/charter.md). A forger who wants the same
// fingerprint needs a second preimage on 160 bits.
func Fingerprint(value [32]byte) string {
	sum := sha256.Sum256(append([]byte(contextFingerprint+"\x00"), value[:]...))
	var b strings.Builder
	for i := 0; i < 20; i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(hex.EncodeToString(sum[i : i+2]))
	}
	return b.String()
}

// Fingerprint is that of the charter, to be compared out of band before a node
// pins it.
func (h Hash) Fingerprint() string { return Fingerprint(h) }
