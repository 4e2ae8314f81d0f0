package seal

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	evidenceMagic = "ENTV"
	evidenceHead  = 8
	revealedSize  = HeaderSize + 32 + MaxBody

	// MaxEvidence is the largest length of evidence in bytes: that of two
	// revealed envelopes of the largest class.
	MaxEvidence = evidenceHead + 16 + 2*revealedSize
	// MaxEvidenceNote bounds the checkpoint inside evidence, in bytes.
	MaxEvidenceNote = 16 << 10
)

// MarshalEvidence returns the one form of a fault's evidence (spec/evidence.md).
// It refuses what [ParseEvidence] would refuse.
func MarshalEvidence(f Fault) ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("%v: %w", f.Type(), err)
	}
	b := make([]byte, evidenceHead, 1024)
	copy(b, evidenceMagic)
	b[4], b[5] = version, byte(f.Type())
	return f.appendTo(b), nil
}

// ParseEvidence reads evidence strictly: form, order and bounds. Whether it
// shows anything only [Verify] tells. The result holds parts of data. Errors
// are ErrTooLarge, ErrLength, ErrMagic, ErrVersion (also for a type that this
// version does not know), ErrReserved, ErrEvidence, and those of the headers
// and the packet inside it.
func ParseEvidence(data []byte) (Fault, error) {
	if len(data) > MaxEvidence {
		return nil, fmt.Errorf("%w: evidence of %d bytes, at most %d are read", ErrTooLarge, len(data), MaxEvidence)
	}
	if len(data) < evidenceHead {
		return nil, fmt.Errorf("%w: evidence has at least %d bytes, not %d", ErrLength, evidenceHead, len(data))
	}
	if string(data[:len(evidenceMagic)]) != evidenceMagic {
		return nil, fmt.Errorf("%w: evidence begins with %s", ErrMagic, evidenceMagic)
	}
	if data[4] != version {
		return nil, fmt.Errorf("%w: evidence of version %d", ErrVersion, data[4])
	}
	if data[6]|data[7] != 0 {
		return nil, ErrReserved
	}
	c := cutter{rest: data[evidenceHead:]}
	var f Fault
	switch t := FaultType(data[5]); t {
	case TypeFork:
		f = &Fork{A: c.header(), B: c.header()}
	case TypeSlotMismatch:
		f = &SlotMismatch{Header: c.header(), Payload: c.sized(packetHead + MaxSlots*SlotSize),
			Statement: Mismatch{Recipient: Hash(c.cut(32)), Commitment: Hash(c.cut(32)), Signature: [64]byte(c.cut(64))}}
	case TypeUnopenable:
		f = (*Unopenable)(c.revealed())
	case TypePortionConflict:
		f = &PortionConflict{Portion: PortionID(c.cut(16)), A: *c.revealed(), B: *c.revealed()}
	case TypeMissing:
		f = &Missing{Header: c.header(), Note: c.sized(MaxEvidenceNote)}
	case TypeBrokenSignature:
		f = &BrokenSignature{Header: c.header(), Next: c.header()}
	default:
		return nil, fmt.Errorf("%w: %v", ErrVersion, t)
	}
	if c.err == nil && len(c.rest) != 0 {
		c.err = fmt.Errorf("%w: %d bytes after the evidence", ErrLength, len(c.rest))
	}
	if c.err == nil {
		c.err = f.check()
	}
	if c.err != nil {
		return nil, fmt.Errorf("%v: %w", f.Type(), c.err)
	}
	return f, nil
}

// ParseLeafEvidence is [ParseEvidence] for the payload of a leaf of kind
// evidence. It refuses, with ErrDiscloses, evidence that shows what is inside an
// envelope.
func ParseLeafEvidence(payload []byte) (Fault, error) {
	f, err := ParseEvidence(payload)
	if err != nil {
		return nil, err
	}
	if f.Type().Discloses() {
		return nil, fmt.Errorf("%w: %v", ErrDiscloses, f.Type())
	}
	return f, nil
}

// cutter takes bytes apart and remembers the first fault.
type cutter struct {
	rest []byte
	err  error
}

// cut takes n bytes; after a fault it gives zeros, so that callers may convert
// what they get without a look at err.
func (c *cutter) cut(n int) []byte {
	if c.err == nil && len(c.rest) < n {
		c.err = fmt.Errorf("%w: evidence ends early", ErrLength)
	}
	if c.err != nil {
		return make([]byte, n)
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cutter) header() []byte { return c.cut(HeaderSize) }

// sized takes u32(n) and n bytes, n at most limit.
func (c *cutter) sized(limit int) []byte {
	n := binary.BigEndian.Uint32(c.cut(4))
	if int64(n) > int64(limit) {
		if c.err == nil {
			c.err = fmt.Errorf("%w: a part of %d bytes, at most %d are read", ErrTooLarge, n, limit)
		}
		return nil
	}
	return c.cut(int(n))
}

// revealed takes header, key and the body whose length the header says.
func (c *cutter) revealed() *Revealed {
	header := c.header()
	r := &Revealed{Header: header, Key: EnvelopeKey(c.cut(32))}
	r.Body = c.cut(Class(header[atClass]).Size())
	return r
}

func appendSized(b, part []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
}

func (r *Revealed) appendTo(b []byte) []byte {
	b = append(b, r.Header...)
	b = append(b, r.Key[:]...)
	return append(b, r.Body...)
}

func (f *Fork) appendTo(b []byte) []byte { return append(append(b, f.A...), f.B...) }

func (f *SlotMismatch) appendTo(b []byte) []byte {
	b = appendSized(append(b, f.Header...), f.Payload)
	b = append(b, f.Statement.Recipient[:]...)
	b = append(b, f.Statement.Commitment[:]...)
	return append(b, f.Statement.Signature[:]...)
}

func (f *Unopenable) appendTo(b []byte) []byte { return (*Revealed)(f).appendTo(b) }

func (f *PortionConflict) appendTo(b []byte) []byte {
	return f.B.appendTo(f.A.appendTo(append(b, f.Portion[:]...)))
}

func (f *Missing) appendTo(b []byte) []byte { return appendSized(append(b, f.Header...), f.Note) }

func (f *BrokenSignature) appendTo(b []byte) []byte {
	return append(append(b, f.Header...), f.Next...)
}

func (f *Fork) check() error {
	if _, err := wantHeader(f.A); err != nil {
		return err
	}
	if _, err := wantHeader(f.B); err != nil {
		return err
	}
	return wantOrder(f.A, f.B)
}

// wantOrder gives evidence of two things one form.
func wantOrder(a, b []byte) error {
	if bytes.Compare(a, b) >= 0 {
		return fmt.Errorf("%w: the two headers are one, or not in the order of their bytes", ErrEvidence)
	}
	return nil
}

func (f *SlotMismatch) check() error {
	if _, err := wantHeader(f.Header, Packet); err != nil {
		return err
	}
	_, err := ParsePacket(f.Payload)
	return err
}

func (f *Unopenable) check() error { return (*Revealed)(f).check() }

func (r *Revealed) check() error {
	h, err := wantHeader(r.Header, Sealed)
	if err == nil && len(r.Body) != h.Class.Size() {
		err = fmt.Errorf("%w: a body of class %d has %d bytes, not %d", ErrLength, h.Class, h.Class.Size(), len(r.Body))
	}
	return err
}

func (f *PortionConflict) check() error {
	if err := f.A.check(); err != nil {
		return err
	}
	if err := f.B.check(); err != nil {
		return err
	}
	return wantOrder(f.A.Header, f.B.Header)
}

func (f *Missing) check() error {
	switch {
	case len(f.Note) == 0:
		return fmt.Errorf("%w: a checkpoint of no bytes", ErrLength)
	case len(f.Note) > MaxEvidenceNote:
		return fmt.Errorf("%w: a checkpoint of %d bytes, at most %d are read", ErrTooLarge, len(f.Note), MaxEvidenceNote)
	}
	_, err := wantHeader(f.Header)
	return err
}

func (f *BrokenSignature) check() error {
	if _, err := wantHeader(f.Header); err != nil {
		return err
	}
	_, err := wantHeader(f.Next)
	return err
}
