package seal

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// SetKey is the secret that the members of one recipient set share for one
// originator, incarnation and epoch. No verb of fmt and no slog handler prints
// it.
type SetKey [32]byte

// EnvelopeKey is the key k of one envelope. It opens that envelope and no
// other, so that it may be kept, or shown as evidence, without its set key. No
// verb of fmt and no slog handler prints it.
type EnvelopeKey [32]byte

const notShown = "(secret, not shown)"

// Format writes a remark in place of the key (fmt.Formatter).
func (SetKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, notShown) }

// LogValue returns a remark in place of the key (slog.LogValuer).
func (SetKey) LogValue() slog.Value { return slog.StringValue(notShown) }

// Format writes a remark in place of the key (fmt.Formatter).
func (EnvelopeKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, notShown) }

// LogValue returns a remark in place of the key (slog.LogValuer).
func (EnvelopeKey) LogValue() slog.Value { return slog.StringValue(notShown) }

// NewSetKey draws a set key from crypto/rand.
func NewSetKey() SetKey {
	var s SetKey
	rand.Read(s[:])
	return s
}

// commitment is what a packet publishes of its set key.
func (s *SetKey) commitment() Hash { return mac((*[32]byte)(s), macCommit) }

// extract is the first step of HKDF (RFC 5869 section 2.2), the same for every
// envelope under one set key.
func (s *SetKey) extract(charter *Hash) [32]byte { return mac((*[32]byte)(charter), s[:]) }

// keyContext begins the info of HKDF.
const keyContext = "entente/v1/envelope"

// expand is the second step of HKDF (RFC 5869 section 2.3), one block. Of header
// it reads originator, incarnation and sequence alone.
func expand(prk *[32]byte, header []byte) EnvelopeKey {
	var info [len(keyContext) + 1 + 3 + 4 + 8 + 1]byte
	n := copy(info[:], keyContext) + 1
	n += copy(info[n:], header[atOriginator:atOriginator+3])
	n += copy(info[n:], header[atIncarnation:atSequence+8])
	info[n] = 1
	return EnvelopeKey(mac(prk, info[:]))
}

// DeriveKey returns the key of the envelope that header stands for, if it is
// sealed under setKey; whether it is, [EnvelopeKey.Fits] says. header must have
// passed [ParseHeader]; for bytes too short the result fits nothing.
func DeriveKey(setKey SetKey, header []byte) EnvelopeKey {
	if len(header) != HeaderSize {
		return EnvelopeKey{}
	}
	prk := setKey.extract((*Hash)(header[atCharter:]))
	return expand(&prk, header)
}

// Fits reports, in constant time, whether header's tag commits to k: whether
// the envelope is sealed under k. It is false for public envelopes.
func (k EnvelopeKey) Fits(header []byte) bool {
	if len(header) != HeaderSize || Kind(header[atKind]) != Sealed {
		return false
	}
	tag := mac((*[32]byte)(&k), macTag)
	return subtle.ConstantTimeCompare(tag[:], header[atTag:atTag+32]) == 1
}

// Trial tries the set keys that a node holds of one originator, incarnation
// and epoch. It does the part that all envelopes share once. It is safe for
// concurrent use.
type Trial struct {
	charter Hash
	prks    [][32]byte
}

// NewTrial returns a trial of the given set keys under a charter.
func NewTrial(charter Hash, setKeys []SetKey) *Trial {
	t := &Trial{charter: charter, prks: make([][32]byte, len(setKeys))}
	for i := range setKeys {
		t.prks[i] = setKeys[i].extract(&charter)
	}
	return t
}

// Find returns the envelope's key and which of the set keys, by its index, it
// is sealed under. ok is false when it is sealed under none, is public, or is of
// another charter. All set keys are tried whichever fits, so that the time
// taken tells nothing. header must have passed [ParseHeader].
func (t *Trial) Find(header []byte) (k EnvelopeKey, index int, ok bool) {
	if len(header) != HeaderSize || Hash(header[atCharter:]) != t.charter {
		return EnvelopeKey{}, 0, false
	}
	for i := range t.prks {
		c := expand(&t.prks[i], header)
		if c.Fits(header) {
			k, index, ok = c, i, true
		}
	}
	return k, index, ok
}
