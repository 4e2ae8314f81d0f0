package seal

import (
	"fmt"
	"strconv"
)

// Kind says what an envelope's body is (spec/envelope.md, "Kinds").
type Kind uint8

// The kinds of version 1. Vote and Promise are reserved: this version parses
// no header of theirs (see [Kind.Known]).
const (
	Sealed    Kind = 0 // an act, sealed to its recipients
	Genesis   Kind = 1 // the first leaf of a log
	Keys      Kind = 2 // a key certificate
	Packet    Kind = 3 // a key packet
	EpochKeys Kind = 4 // epoch keys, published ahead
	Close     Kind = 5 // the originator is done with an epoch
	Evidence  Kind = 6 // proof of a fault
	Vote      Kind = 7 // reserved for the life of the charter
	Promise   Kind = 8 // reserved for the life of the charter
)

var kindNames = [...]string{"sealed", "genesis", "keys", "packet", "epoch-keys", "close", "evidence", "vote", "promise"}

// String returns the kind's name in spec/envelope.md, or its number.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Known reports whether this version knows what a leaf of the kind means. A
// leaf of any other kind is mirrored and not cosigned (spec/versions.md).
func (k Kind) Known() bool { return k <= Evidence }

// Class is a body's size class. The zero value is the smallest class.
type Class uint8

// Classes is the number of size classes; the largest class is Classes-1.
const Classes = 13

// MaxBody is the length in bytes of a body of the largest class.
const MaxBody = 65536

var classSizes = [Classes]int{1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152, MaxBody}

const (
	// publicOverhead is the length field of a body.
	publicOverhead = 4
	// sealedOverhead is nonce, length field and authenticator of a sealed body.
	sealedOverhead = nonceSize + publicOverhead + overhead
)

// Valid reports whether c is one of the [Classes] of spec/envelope.md.
func (c Class) Valid() bool { return c < Classes }

// Size returns the exact length of a body of class c in bytes, sealed or
// public, or 0 when c is not valid.
func (c Class) Size() int {
	if !c.Valid() {
		return 0
	}
	return classSizes[c]
}

// Capacity returns how many bytes of an act a sealed body of class c holds:
// its size less 44. It is 0 when c is not valid.
func (c Class) Capacity() int { return max(0, c.Size()-sealedOverhead) }

// PublicCapacity returns how many bytes of payload a public body of class c
// holds: its size less 4. It is 0 when c is not valid.
func (c Class) PublicCapacity() int { return max(0, c.Size()-publicOverhead) }

// ClassFor returns the smallest class whose body holds n bytes, sealed or
// public. It returns ErrTooLarge when none does: such an act goes out as an
// attachment.
func ClassFor(n int, sealed bool) (Class, error) {
	over := publicOverhead
	if sealed {
		over = sealedOverhead
	}
	if n < 0 || n > MaxBody-over {
		return 0, fmt.Errorf("%w: %d bytes, a body holds at most %d", ErrTooLarge, n, MaxBody-over)
	}
	c := Class(0)
	for classSizes[c] < n+over {
		c++
	}
	return c, nil
}
