package seal

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"entente/label"
)

const (
	packetMagic = "ENTP"
	packetHead  = 44
	// encSize and sealedSlotSize are the two parts of a slot: an encapsulation
	// of MLKEM768-X25519 (1088 + 32 bytes) and a sealed set key with statement.
	encSize        = 1120
	slotPlainSize  = 32 + 64
	sealedSlotSize = slotPlainSize + overhead
	// SlotSize is the length of one slot of a packet in bytes.
	SlotSize = encSize + sealedSlotSize
)

// Bounds of a packet's number of slots (spec/charter.md, field slots).
const (
	MinSlots = 2
	MaxSlots = 16
)

// PacketPlace names one packet of an originator. Number must never be used
// twice for one incarnation and epoch: two commitments under one number look
// to every recipient as different keys given to different members, and are
// evidence.
type PacketPlace struct {
	Charter     Hash
	Originator  label.MemberID
	Incarnation uint32
	Epoch       uint32
	Number      uint16
}

// KeyPacket is the payload of a leaf of kind packet, taken apart.
type KeyPacket struct {
	Number     uint16
	Epoch      uint32
	Commitment Hash     // to the set key
	Slots      [][]byte // parts of the payload, SlotSize bytes each
}

// ParsePacket reads the payload of a leaf of kind packet strictly. It returns
// ErrMagic, ErrVersion, ErrSlots or ErrLength. That the number of slots is the
// charter's is for the caller to judge.
func ParsePacket(payload []byte) (KeyPacket, error) {
	if len(payload) < packetHead {
		return KeyPacket{}, fmt.Errorf("%w: a packet has at least %d bytes, not %d", ErrLength, packetHead, len(payload))
	}
	if string(payload[:len(packetMagic)]) != packetMagic {
		return KeyPacket{}, fmt.Errorf("%w: a packet begins with %s", ErrMagic, packetMagic)
	}
	if payload[4] != version {
		return KeyPacket{}, fmt.Errorf("%w: packet of version %d", ErrVersion, payload[4])
	}
	n := int(payload[5])
	if n < MinSlots || n > MaxSlots {
		return KeyPacket{}, fmt.Errorf("%w: %d", ErrSlots, n)
	}
	if want := packetHead + n*SlotSize; len(payload) != want {
		return KeyPacket{}, fmt.Errorf("%w: a packet of %d slots has %d bytes, not %d", ErrLength, n, want, len(payload))
	}
	p := KeyPacket{
		Number:     binary.BigEndian.Uint16(payload[6:]),
		Epoch:      binary.BigEndian.Uint32(payload[8:]),
		Commitment: Hash(payload[12:]),
		Slots:      make([][]byte, n),
	}
	for i := range p.Slots {
		at := packetHead + i*SlotSize
		p.Slots[i] = payload[at : at+SlotSize : at+SlotSize]
	}
	return p, nil
}

// PlaceOf returns the place of a packet from the header of its leaf and its
// payload. A packet whose epoch is not its header's is void: ErrPlace.
func PlaceOf(h *Header, p KeyPacket) (PacketPlace, error) {
	if h.Kind != Packet {
		return PacketPlace{}, fmt.Errorf("%w: %v is not a packet", ErrKind, h.Kind)
	}
	if p.Epoch != h.Epoch {
		return PacketPlace{}, fmt.Errorf("%w: packet of epoch %d under a header of epoch %d", ErrPlace, p.Epoch, h.Epoch)
	}
	return PacketPlace{Charter: h.Charter, Originator: h.Originator, Incarnation: h.Incarnation, Epoch: h.Epoch, Number: p.Number}, nil
}

const bindingSize = 32 + 3 + 4 + 4 + 2 + 32

// binding is what every slot of a packet is bound to, and what its statement
// says (spec/envelope.md, "Set keys and key packets").
func (p *PacketPlace) binding(recipientKey []byte) [bindingSize]byte {
	return p.bindingOf(sha256.Sum256(recipientKey))
}

func (p *PacketPlace) bindingOf(recipient Hash) (b [bindingSize]byte) {
	n := copy(b[:], p.Charter[:])
	n += copy(b[n:n+3], p.Originator)
	binary.BigEndian.PutUint32(b[n:], p.Incarnation)
	binary.BigEndian.PutUint32(b[n+4:], p.Epoch)
	binary.BigEndian.PutUint16(b[n+8:], p.Number)
	copy(b[n+10:], recipient[:])
	return b
}

// packetContext begins the info of a slot's HPKE.
const packetContext = "entente/v1/packet"

func slotInfo(binding []byte) []byte {
	return appendContext(make([]byte, 0, len(packetContext)+1+bindingSize), packetContext, binding)
}

// statement is what the originator signs for one recipient: the binding and
// the commitment to the set key that it gave.
func statement(binding [bindingSize]byte, commitment Hash) []byte {
	return append(binding[:], commitment[:]...)
}

// The suite of a slot (RFC 9180; KEM 0x647a, KDF 0x0001, AEAD 0x0003).
var (
	slotKEM  = hpke.MLKEM768X25519()
	slotKDF  = hpke.HKDFSHA256()
	slotAEAD = hpke.ChaCha20Poly1305()
)
