package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"entente/label"
)

// Means is what evidence is judged with. All of it can be had offline: the
// charter and the certificates from a copy of the log, the rest from code.
type Means struct {
	// Charter is the hash of the charter that the judge has pinned.
	Charter Hash
	// HeaderKey returns the header key that the charter or a leaf of kind keys
	// certifies for an originator and incarnation under this id, whether or not
	// it is still in force. It returns an error of its own when there is none.
	HeaderKey func(originator label.MemberID, incarnation uint32, keyID [8]byte) (ed25519.PublicKey, error)
	// Portions returns the digest of each portion that an act states as its
	// originator's. Needed for PortionConflict alone.
	Portions func(act []byte) (map[PortionID]Hash, error)
	// Missing returns nil when note is a certified head of the charter's log
	// and that log does not hold header within it. Needed for Missing alone.
	Missing func(note, header []byte) error
}

// Verify returns nil when the evidence shows its fault to anybody who has the
// means. Otherwise it returns ErrEvidence when the fault is not there, ErrMeans
// when a function is missing, or the refusal of a header, packet or body inside
// it; errors of the functions of m are handed through. An honest originator,
// who signs one header in each place, numbers each packet once and seals with
// [Seal], cannot be shown at fault.
func Verify(f Fault, m Means) error {
	if m.HeaderKey == nil {
		return fmt.Errorf("%v: %w: header keys", f.Type(), ErrMeans)
	}
	err := f.check()
	if err == nil {
		err = f.verify(&m)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", f.Type(), err)
	}
	return nil
}

// signed returns a header, parsed, when its originator signed it for the charter.
func (m *Means) signed(raw []byte) (Header, ed25519.PublicKey, error) {
	h, err := ParseHeader(raw)
	if err != nil {
		return Header{}, nil, err
	}
	if h.Charter != m.Charter {
		return Header{}, nil, ErrCharter
	}
	key, err := m.HeaderKey(h.Originator, h.Incarnation, h.KeyID)
	if err != nil {
		return Header{}, nil, fmt.Errorf("header key of %s: %w", h.Originator, err)
	}
	return h, key, VerifyHeader(raw, key)
}

func (f *Fork) verify(m *Means) error {
	a, _, err := m.signed(f.A)
	if err != nil {
		return err
	}
	b, _, err := m.signed(f.B)
	if err != nil {
		return err
	}
	// check has seen that the bytes, and so the hashes, differ.
	if a.Originator != b.Originator || a.Incarnation != b.Incarnation || a.Sequence != b.Sequence {
		return fmt.Errorf("%w: the headers stand in two places", ErrEvidence)
	}
	return nil
}

func (f *SlotMismatch) verify(m *Means) error {
	h, key, err := m.signed(f.Header)
	if err != nil {
		return err
	}
	// The zeros after the payload are left out of the evidence: a body with
	// anything else there is void.
	body := make([]byte, h.Class.Size())
	if len(f.Payload) > h.Class.PublicCapacity() {
		return fmt.Errorf("%w: the packet is longer than its header's body", ErrLength)
	}
	binary.BigEndian.PutUint32(body, uint32(len(f.Payload)))
	copy(body[publicOverhead:], f.Payload)
	if Hash(sha256.Sum256(body)) != h.Digest {
		return fmt.Errorf("%w: the packet is not its header's", ErrDigest)
	}
	p, err := ParsePacket(f.Payload)
	if err != nil {
		return err
	}
	place, err := PlaceOf(&h, p)
	if err != nil {
		return err
	}
	said := statement(place.bindingOf(f.Statement.Recipient), f.Statement.Commitment)
	if err := verify(key, contextSlot, said, f.Statement.Signature[:]); err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	if f.Statement.Commitment == p.Commitment {
		return fmt.Errorf("%w: statement and packet commit to one set key", ErrEvidence)
	}
	return nil
}

func (f *Unopenable) verify(m *Means) error {
	if _, _, err := m.signed(f.Header); err != nil {
		return err
	}
	_, err := Open(f.Header, f.Body, f.Key)
	switch {
	case err == nil:
		return fmt.Errorf("%w: the body opens", ErrEvidence)
	case errors.Is(err, ErrAuthentication), errors.Is(err, ErrPadding):
		return nil
	}
	return err
}

// open returns what a revealed envelope says.
func (r *Revealed) open(m *Means) (Header, []byte, error) {
	h, _, err := m.signed(r.Header)
	if err != nil {
		return Header{}, nil, err
	}
	act, err := Open(r.Header, r.Body, r.Key)
	return h, act, err
}

func (f *PortionConflict) verify(m *Means) error {
	if m.Portions == nil {
		return fmt.Errorf("%w: portions of acts", ErrMeans)
	}
	a, actA, err := f.A.open(m)
	if err != nil {
		return err
	}
	b, actB, err := f.B.open(m)
	if err != nil {
		return err
	}
	if a.Originator != b.Originator {
		return fmt.Errorf("%w: two originators, %s and %s", ErrEvidence, a.Originator, b.Originator)
	}
	var digests [2]Hash
	for i, act := range [][]byte{actA, actB} {
		portions, err := m.Portions(act)
		if err != nil {
			return fmt.Errorf("portions: %w", err)
		}
		d, ok := portions[f.Portion]
		if !ok {
			return fmt.Errorf("%w: an act does not hold the portion", ErrEvidence)
		}
		digests[i] = d
	}
	if digests[0] == digests[1] {
		return fmt.Errorf("%w: both acts state one digest", ErrEvidence)
	}
	return nil
}

func (f *Missing) verify(m *Means) error {
	if m.Missing == nil {
		return fmt.Errorf("%w: the log up to the head", ErrMeans)
	}
	if _, _, err := m.signed(f.Header); err != nil {
		return err
	}
	return m.Missing(f.Note, f.Header)
}

func (f *BrokenSignature) verify(m *Means) error {
	next, _, err := m.signed(f.Next)
	if err != nil {
		return err
	}
	h, _, err := m.signed(f.Header)
	switch {
	case err == nil:
		return fmt.Errorf("%w: the signature verifies", ErrEvidence)
	case !errors.Is(err, ErrSignature):
		return err
	}
	if h.Originator != next.Originator || h.Incarnation != next.Incarnation ||
		h.Sequence+1 != next.Sequence || HashHeader(f.Header) != next.Previous {
		return fmt.Errorf("%w: the second header does not follow the first", ErrEvidence)
	}
	return nil
}
