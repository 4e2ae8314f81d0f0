package seal

import (
	"bytes"
	"fmt"
	"strconv"

	"entente/label"
)

// FaultType numbers the kinds of evidence of spec/evidence.md.
type FaultType uint8

// The types of version 1.
const (
	TypeFork            FaultType = 1
	TypeSlotMismatch    FaultType = 2
	TypeUnopenable      FaultType = 3
	TypePortionConflict FaultType = 4
	TypeMissing         FaultType = 5
	TypeBrokenSignature FaultType = 6
)

var faultNames = [...]string{1: "fork", "slot-mismatch", "unopenable", "portion-conflict", "missing", "broken-signature"}

// String returns the type's name in spec/evidence.md, or its number.
func (t FaultType) String() string {
	if 1 <= t && int(t) < len(faultNames) {
		return faultNames[t]
	}
	return "evidence type " + strconv.Itoa(int(t))
}

// Discloses reports whether evidence of the type shows what is inside an
// envelope. Such evidence never stands in the log: an officer gives it to those
// who may read the envelope (rule 9).
func (t FaultType) Discloses() bool { return t == TypeUnopenable || t == TypePortionConflict }

// Suspends reports whether evidence of the type, in a leaf, suspends the
// originator at that leaf (spec/evidence.md, "Suspension"). It does so only
// while the keys of the headers are in force there: judge such a leaf with a
// [Means].HeaderKey that knows no others.
func (t FaultType) Suspends() bool { return t == TypeFork }

// Fault is what evidence claims: one of [Fork], [SlotMismatch], [Unopenable],
// [PortionConflict], [Missing] and [BrokenSignature]. That it is well formed
// proves nothing; [Verify] does.
type Fault interface {
	// Type returns the number of the evidence's format.
	Type() FaultType
	// Accused returns the originator whose fault is claimed, and false when
	// the evidence shows a fact that is nobody's fault by itself.
	Accused() (label.MemberID, bool)

	// appendTo appends the content without the head of eight bytes.
	appendTo(b []byte) []byte
	// check judges the form: lengths, and headers that parse.
	check() error
	// verify judges the substance.
	verify(m *Means) error
}

// Fork shows two headers with one originator, incarnation and sequence.
type Fork struct {
	A, B []byte // headers; A sorts before B
}

// NewFork returns a fork of two headers in the order of its format.
func NewFork(a, b []byte) *Fork {
	if bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	return &Fork{A: a, B: b}
}

// SlotMismatch shows that an originator stated to one recipient of a packet
// another commitment than the packet's.
type SlotMismatch struct {
	Header    []byte // of the packet's leaf
	Payload   []byte // the packet
	Statement Mismatch
}

// Unopenable shows a sealed body that is the one signed for, and that does not
// open under the key to which its tag commits. It discloses that key.
type Unopenable struct {
	Header, Body []byte
	Key          EnvelopeKey
}

// Revealed is a sealed envelope with the key that opens it.
type Revealed struct {
	Header, Body []byte
	Key          EnvelopeKey
}

// PortionID names a portion of a report (design section 5, "Views, not holes").
type PortionID [16]byte

// PortionConflict shows two envelopes of one originator that state two digests
// of one portion. It discloses both acts.
type PortionConflict struct {
	Portion PortionID
	A, B    Revealed // the header of A sorts before that of B
}

// NewPortionConflict returns a conflict in the order of its format.
func NewPortionConflict(portion PortionID, a, b Revealed) *PortionConflict {
	if bytes.Compare(a.Header, b.Header) > 0 {
		a, b = b, a
	}
	return &PortionConflict{Portion: portion, A: a, B: b}
}

// Missing shows a signed header and a head of the log that does not hold it.
// When the lead had the header it does not show, so that it accuses nobody.
type Missing struct {
	Header []byte
	Note   []byte // a checkpoint with its cosignatures (spec/log.md)
}

// BrokenSignature shows a header whose own signature does not verify, and the
// originator's next one, which names it as its predecessor and does verify.
type BrokenSignature struct {
	Header, Next []byte
}

// Type returns TypeFork.
func (*Fork) Type() FaultType { return TypeFork }

// Type returns TypeSlotMismatch.
func (*SlotMismatch) Type() FaultType { return TypeSlotMismatch }

// Type returns TypeUnopenable.
func (*Unopenable) Type() FaultType { return TypeUnopenable }

// Type returns TypePortionConflict.
func (*PortionConflict) Type() FaultType { return TypePortionConflict }

// Type returns TypeMissing.
func (*Missing) Type() FaultType { return TypeMissing }

// Type returns TypeBrokenSignature.
func (*BrokenSignature) Type() FaultType { return TypeBrokenSignature }

// Accused returns the originator of both headers.
func (f *Fork) Accused() (label.MemberID, bool) { return originatorOf(f.A) }

// Accused returns the originator of the packet.
func (f *SlotMismatch) Accused() (label.MemberID, bool) { return originatorOf(f.Header) }

// Accused returns the originator of the envelope.
func (f *Unopenable) Accused() (label.MemberID, bool) { return originatorOf(f.Header) }

// Accused returns the originator of both envelopes.
func (f *PortionConflict) Accused() (label.MemberID, bool) { return originatorOf(f.A.Header) }

// Accused returns false.
func (f *Missing) Accused() (label.MemberID, bool) { return "", false }

// Accused returns the originator of both headers.
func (f *BrokenSignature) Accused() (label.MemberID, bool) { return originatorOf(f.Header) }

func originatorOf(raw []byte) (label.MemberID, bool) {
	h, err := ParseHeader(raw)
	return h.Originator, err == nil
}

// wantHeader judges a header inside evidence: it must parse and, when public
// or sealed is asked for, be of that sort.
func wantHeader(raw []byte, sorts ...Kind) (Header, error) {
	h, err := ParseHeader(raw)
	if err != nil {
		return h, err
	}
	for _, k := range sorts {
		if h.Kind != k {
			return h, fmt.Errorf("%w: %v where %v belongs", ErrKind, h.Kind, k)
		}
	}
	return h, nil
}
