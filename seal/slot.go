package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/big"

	"entente/label"
)

// Recipient is a member of a set, with the epoch key that is in force for it.
type Recipient struct {
	Member   label.MemberID
	EpochKey []byte // MLKEM768-X25519 public key, 1216 bytes
}

// Mismatch is a statement, signed by a packet's originator for one recipient,
// over another commitment than the packet's: different members were given
// different keys. With the packet's leaf it is evidence, see [SlotMismatch].
type Mismatch struct {
	Recipient  Hash // SHA-256 of the recipient's epoch public key
	Commitment Hash // to the set key that the recipient was given
	Signature  [64]byte
}

// MakePacket returns the payload of a leaf of kind packet that gives setKey to
// the recipients. The other slots, up to slots, are encapsulations to throwaway
// keys, and all are shuffled, so that nobody can tell how many recipients there
// are nor, but for its own, which slot is whose. The order of recipients does
// not matter.
//
// It refuses, with ErrSlots, a number of slots outside of [MinSlots] and
// [MaxSlots] or more recipients than slots; with ErrSlot, a recipient or an
// epoch key twice, or an originator that is not among its recipients; with
// ErrKey, an epoch key that is none.
func MakePacket(place PacketPlace, setKey SetKey, recipients []Recipient, slots int, signer Signer) ([]byte, error) {
	if slots < MinSlots || slots > MaxSlots || len(recipients) > slots {
		return nil, fmt.Errorf("%w: %d slots for %d recipients", ErrSlots, slots, len(recipients))
	}
	if err := checkRecipients(place.Originator, recipients); err != nil {
		return nil, err
	}
	sealed := make([][]byte, 0, slots)
	commitment := setKey.commitment()
	for _, r := range recipients {
		slot, err := makeSlot(&place, setKey, commitment, r.EpochKey, signer)
		if err != nil {
			return nil, fmt.Errorf("slot of %s: %w", r.Member, err)
		}
		sealed = append(sealed, slot)
	}
	for len(sealed) < slots {
		slot, err := makeFiller(&place)
		if err != nil {
			return nil, err
		}
		sealed = append(sealed, slot)
	}
	if err := shuffle(sealed); err != nil {
		return nil, err
	}
	return assemble(&place, commitment, sealed), nil
}

func checkRecipients(originator label.MemberID, recipients []Recipient) error {
	own := false
	for i, r := range recipients {
		own = own || r.Member == originator
		for _, o := range recipients[:i] {
			if o.Member == r.Member || bytes.Equal(o.EpochKey, r.EpochKey) {
				return fmt.Errorf("%w: %s and %s are one member or hold one key", ErrSlot, o.Member, r.Member)
			}
		}
	}
	if !own {
		return fmt.Errorf("%w: the originator %s is not among the recipients", ErrSlot, originator)
	}
	return nil
}

// assemble puts a payload together.
func assemble(place *PacketPlace, commitment Hash, slots [][]byte) []byte {
	payload := make([]byte, packetHead, packetHead+len(slots)*SlotSize)
	copy(payload, packetMagic)
	payload[4], payload[5] = version, byte(len(slots))
	binary.BigEndian.PutUint16(payload[6:], place.Number)
	binary.BigEndian.PutUint32(payload[8:], place.Epoch)
	copy(payload[12:], commitment[:])
	for _, s := range slots {
		payload = append(payload, s...)
	}
	return payload
}

// makeSlot seals a set key and the statement over commitment to one epoch key.
// An honest originator passes the commitment of the set key.
func makeSlot(place *PacketPlace, setKey SetKey, commitment Hash, epochKey []byte, signer Signer) ([]byte, error) {
	pub, err := slotKEM.NewPublicKey(epochKey)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	binding := place.binding(epochKey)
	sig, err := sign(signer, contextSlot, statement(binding, commitment))
	if err != nil {
		return nil, err
	}
	return hpke.Seal(pub, slotKDF, slotAEAD, slotInfo(binding[:]), append(setKey[:], sig...))
}

// makeFiller seals random bytes to a key that nobody keeps.
func makeFiller(place *PacketPlace) ([]byte, error) {
	throwaway, err := slotKEM.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("seal: throwaway key: %w", err)
	}
	pub := throwaway.PublicKey()
	binding := place.binding(pub.Bytes())
	var noise [slotPlainSize]byte
	rand.Read(noise[:])
	return hpke.Seal(pub, slotKDF, slotAEAD, slotInfo(binding[:]), noise[:])
}

// shuffle is that of Fisher and Yates with numbers from crypto/rand.
func shuffle(s [][]byte) error {
	for i := len(s) - 1; i > 0; i-- {
		j, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return fmt.Errorf("seal: randomness: %w", err)
		}
		s[i], s[j.Int64()] = s[j.Int64()], s[i]
	}
	return nil
}

// OpenPacket looks for the set key that the packet at place holds for the
// epoch key private. It tries every slot, whatever it has found. headerKey is
// the originator's header key in force at the packet's leaf.
//
// A slot counts only when the statement inside it is signed by the originator
// for this place, this recipient and the set key in the slot. Every other slot
// is as if absent: a slot of somebody else, one lifted from another packet, one
// whose key is not the one that the statement commits to. Of those that count,
// the one under the packet's commitment is found; one under another commitment
// is returned as a mismatch, and its key is not used.
//
// found may be true beside a mismatch. The error is ErrPlace, ErrKey, or one of
// [ParsePacket]; absent slots are no error.
func OpenPacket(payload []byte, place PacketPlace, private hpke.PrivateKey, headerKey ed25519.PublicKey) (setKey SetKey, found bool, mismatch *Mismatch, err error) {
	p, err := ParsePacket(payload)
	if err != nil {
		return SetKey{}, false, nil, err
	}
	if p.Number != place.Number || p.Epoch != place.Epoch {
		return SetKey{}, false, nil, fmt.Errorf("%w: it is number %d of epoch %d, asked for number %d of epoch %d",
			ErrPlace, p.Number, p.Epoch, place.Number, place.Epoch)
	}
	if private.KEM().ID() != slotKEM.ID() {
		return SetKey{}, false, nil, fmt.Errorf("%w: epoch key of KEM %#04x", ErrKey, private.KEM().ID())
	}
	if err := CheckPublicKey(headerKey); err != nil {
		return SetKey{}, false, nil, err
	}
	binding := place.binding(private.PublicKey().Bytes())
	info := slotInfo(binding[:])
	for _, slot := range p.Slots {
		plain, err := hpke.Open(private, slotKDF, slotAEAD, info, slot)
		if err != nil || len(plain) != slotPlainSize {
			continue
		}
		given := SetKey(plain)
		commitment := given.commitment()
		if verify(headerKey, contextSlot, statement(binding, commitment), plain[32:]) != nil {
			continue
		}
		if commitment == p.Commitment {
			setKey, found = given, true
			continue
		}
		mismatch = &Mismatch{
			Recipient:  Hash(binding[bindingSize-32:]),
			Commitment: commitment,
			Signature:  [64]byte(plain[32:]),
		}
	}
	return setKey, found, mismatch, nil
}
