package seal

import (
	"bytes"
	"crypto/hpke"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestSlotSizes holds the numbers of spec/envelope.md to what crypto/hpke makes.
func TestSlotSizes(t *testing.T) {
	m := newMember("IRQ")
	if id := slotKEM.ID(); id != 0x647a {
		t.Errorf("KEM %#x", id)
	}
	if slotKDF.ID() != 1 || slotAEAD.ID() != 3 {
		t.Errorf("KDF %d, AEAD %d", slotKDF.ID(), slotAEAD.ID())
	}
	if n := len(m.recipient().EpochKey); n != 1216 {
		t.Errorf("public key of %d bytes", n)
	}
	enc, sender, err := hpke.NewSender(m.epoch.PublicKey(), slotKDF, slotAEAD, nil)
	if err != nil {
		t.Fatal(err)
	}
	ct, err := sender.Seal(nil, make([]byte, 32+64))
	if err != nil || len(enc) != 1120 || len(ct) != 112 || SlotSize != 1232 {
		t.Errorf("encapsulation %d, ciphertext %d, slot %d, %v", len(enc), len(ct), SlotSize, err)
	}
}

func recipients(ms ...*member) []Recipient {
	var rs []Recipient
	for _, m := range ms {
		rs = append(rs, m.recipient())
	}
	return rs
}

func makePacket(t testing.TB, from *member, number uint16, key SetKey, to ...*member) []byte {
	t.Helper()
	payload, err := MakePacket(from.packetPlace(number), key, recipients(to...), 4, from.signer())
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// TestPacketReachesItsSet opens packets of random sets: members find the key,
// others find nothing, and nobody finds a fault.
func TestPacketReachesItsSet(t *testing.T) {
	ms := fourMembers()
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.IntRange(4, 8).Draw(t, "slots")
		in := map[*member]bool{ms[0]: true}
		set := []*member{ms[0]}
		for _, m := range ms[1:] {
			if rapid.Bool().Draw(t, string(m.id)) {
				in[m], set = true, append(set, m)
			}
		}
		key, place := NewSetKey(), ms[0].packetPlace(uint16(rapid.IntRange(0, 65535).Draw(t, "number")))
		payload, err := MakePacket(place, key, recipients(set...), slots, ms[0].signer())
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParsePacket(payload)
		if err != nil || len(p.Slots) != slots || p.Commitment != key.commitment() || p.Number != place.Number {
			t.Fatalf("%+v, %v", p, err)
		}
		for _, m := range ms {
			got, found, mismatch, err := OpenPacket(payload, place, m.epoch, ms[0].public())
			if err != nil || mismatch != nil || found != in[m] || found && got != key {
				t.Fatalf("%s: %v, %v, %v", m.id, found, mismatch, err)
			}
		}
	})
}

// TestPacketIsBound opens a packet in every place but its own.
func TestPacketIsBound(t *testing.T) {
	ms := fourMembers()
	payload := makePacket(t, ms[0], 7, NewSetKey(), ms...)
	open := func(place PacketPlace, payload []byte, header *member) (bool, *Mismatch, error) {
		_, found, mismatch, err := OpenPacket(payload, place, ms[1].epoch, header.public())
		return found, mismatch, err
	}
	good := ms[0].packetPlace(7)
	if found, mismatch, err := open(good, payload, ms[0]); !found || mismatch != nil || err != nil {
		t.Fatal(found, mismatch, err)
	}
	cases := map[string]PacketPlace{}
	for name, change := range map[string]func(*PacketPlace){
		"charter":     func(p *PacketPlace) { p.Charter[0] ^= 1 },
		"originator":  func(p *PacketPlace) { p.Originator = "RUS" },
		"incarnation": func(p *PacketPlace) { p.Incarnation = 2 },
	} {
		p := good
		change(&p)
		cases[name] = p
	}
	for name, p := range cases {
		if found, mismatch, err := open(p, payload, ms[0]); found || mismatch != nil || err != nil {
			t.Errorf("other %s: %v, %v, %v", name, found, mismatch, err)
		}
	}
	// Number and epoch are written in the payload as well: moved, they do not
	// open either.
	moved := bytes.Clone(payload)
	moved[7]++
	if found, mismatch, err := open(ms[0].packetPlace(8), moved, ms[0]); found || mismatch != nil || err != nil {
		t.Errorf("other number: %v, %v, %v", found, mismatch, err)
	}
	_, _, err := open(ms[0].packetPlace(8), payload, ms[0])
	wantCode(t, err, ErrPlace)
	p := good
	p.Epoch++
	_, _, err = open(p, payload, ms[0])
	wantCode(t, err, ErrPlace)
	if found, mismatch, err := open(good, payload, ms[2]); found || mismatch != nil || err != nil {
		t.Errorf("another header key: %v, %v, %v", found, mismatch, err)
	}
	_, _, _, err = OpenPacket(payload, good, ms[1].epoch, make([]byte, 32))
	wantCode(t, err, ErrKey)
	other, _ := hpke.MLKEM768().GenerateKey()
	_, _, _, err = OpenPacket(payload, good, other, ms[0].public())
	wantCode(t, err, ErrKey)
}

// TestEverySlotByteCounts: with any byte of its slot changed, a recipient finds
// nothing, and nothing to complain of.
func TestEverySlotByteCounts(t *testing.T) {
	ms := fourMembers()
	place := ms[0].packetPlace(0)
	key := NewSetKey()
	slot, err := makeSlot(&place, key, key.commitment(), ms[1].recipient().EpochKey, ms[0].signer())
	if err != nil {
		t.Fatal(err)
	}
	filler, err := makeFiller(&place)
	if err != nil {
		t.Fatal(err)
	}
	good := assemble(&place, key.commitment(), [][]byte{filler, slot})
	rapid.Check(t, func(t *rapid.T) {
		payload := bytes.Clone(good)
		payload[packetHead+SlotSize+rapid.IntRange(0, SlotSize-1).Draw(t, "at")] ^= byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		_, found, mismatch, err := OpenPacket(payload, place, ms[1].epoch, ms[0].public())
		if found || mismatch != nil || err != nil {
			t.Fatal(found, mismatch, err)
		}
	})
}

func TestParsePacketRefuses(t *testing.T) {
	ms := fourMembers()
	good := makePacket(t, ms[0], 0, NewSetKey(), ms...)
	cases := []struct {
		name   string
		change func([]byte) []byte
		want   error
	}{
		{"empty", func([]byte) []byte { return nil }, ErrLength},
		{"head only", func(b []byte) []byte { return b[:packetHead] }, ErrLength},
		{"head less one", func(b []byte) []byte { return b[:packetHead-1] }, ErrLength},
		{"one byte more", func(b []byte) []byte { return append(b, 0) }, ErrLength},
		{"one byte less", func(b []byte) []byte { return b[:len(b)-1] }, ErrLength},
		{"one slot less than said", func(b []byte) []byte { b[5]++; return b }, ErrLength},
		{"magic", func(b []byte) []byte { b[3] = 'H'; return b }, ErrMagic},
		{"version", func(b []byte) []byte { b[4] = 2; return b }, ErrVersion},
		{"one slot", func(b []byte) []byte { b[5] = 1; return b[:packetHead+SlotSize] }, ErrSlots},
		{"17 slots", func(b []byte) []byte { b[5] = 17; return append(b, make([]byte, 13*SlotSize)...) }, ErrSlots},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParsePacket(c.change(bytes.Clone(good)))
			wantCode(t, err, c.want)
			_, _, _, err = OpenPacket(c.change(bytes.Clone(good)), ms[0].packetPlace(0), ms[0].epoch, ms[0].public())
			wantCode(t, err, c.want)
		})
	}
}

func TestPlaceOf(t *testing.T) {
	ms := fourMembers()
	payload := makePacket(t, ms[0], 9, NewSetKey(), ms...)
	p, _ := ParsePacket(payload)
	e := ms[0].public1(t, Packet, payload)
	h, _ := ParseHeader(e.Header)
	if got, err := PlaceOf(&h, p); err != nil || got != ms[0].packetPlace(9) {
		t.Fatalf("%+v, %v", got, err)
	}
	h.Epoch++
	_, err := PlaceOf(&h, p)
	wantCode(t, err, ErrPlace)
	h.Epoch, h.Kind = 0, Close
	_, err = PlaceOf(&h, p)
	wantCode(t, err, ErrKind)
}

func TestMakePacketRefuses(t *testing.T) {
	ms := fourMembers()
	same := ms[1].recipient()
	same.Member = "SYR"
	cases := []struct {
		name  string
		to    []Recipient
		slots int
		want  error
	}{
		{"one slot", recipients(ms[0]), 1, ErrSlots},
		{"17 slots", recipients(ms[0]), 17, ErrSlots},
		{"more recipients than slots", recipients(ms...), 3, ErrSlots},
		{"nobody", nil, 4, ErrSlot},
		{"without the originator", recipients(ms[1], ms[2]), 4, ErrSlot},
		{"a member twice", recipients(ms[0], ms[1], ms[1]), 4, ErrSlot},
		{"a key twice", append(recipients(ms[0], ms[1]), same), 4, ErrSlot},
		{"no epoch key", append(recipients(ms[0]), Recipient{Member: "IRQ"}), 4, ErrKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := MakePacket(ms[0].packetPlace(0), NewSetKey(), c.to, c.slots, ms[0].signer())
			wantCode(t, err, c.want)
		})
	}
	_, err := MakePacket(ms[0].packetPlace(0), NewSetKey(), recipients(ms[0]), 4, brokenSigner{ms[0].signer(), errUnknownKey})
	wantCode(t, err, errUnknownKey)
}

// TestPacketHidesWhoseSlotIsWhich: the one recipient's slot of a packet of two
// stands now first and now second. All 40 in one place have a probability of
// 2^-39.
func TestPacketHidesWhoseSlotIsWhich(t *testing.T) {
	m := newMember("IRQ")
	place := m.packetPlace(0)
	seen := map[int]int{}
	for range 40 {
		payload, err := MakePacket(place, NewSetKey(), recipients(m), 2, m.signer())
		if err != nil {
			t.Fatal(err)
		}
		p, _ := ParsePacket(payload)
		b := place.binding(m.recipient().EpochKey)
		for i, slot := range p.Slots {
			if _, err := hpke.Open(m.epoch, slotKDF, slotAEAD, slotInfo(b[:]), slot); err == nil {
				seen[i]++
			}
		}
	}
	if seen[0]+seen[1] != 40 || seen[0] == 0 || seen[1] == 0 {
		t.Fatalf("places: %v", seen)
	}
}

// TestFillersAreEncapsulations: a filler ends its encapsulation with a point of
// Curve25519, canonical, as a real slot does. Of random bytes a quarter would.
func TestFillersAreEncapsulations(t *testing.T) {
	place := newMember("IRQ").packetPlace(0)
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	for i := range 20 {
		slot, err := makeFiller(&place)
		if err != nil || len(slot) != SlotSize {
			t.Fatal(len(slot), err)
		}
		u := little(slot[1088:1120])
		// v^2 = u^3 + 486662 u^2 + u (RFC 7748 section 4.1)
		v2 := new(big.Int).Add(u, big.NewInt(486662))
		v2.Mul(v2, u).Add(v2, big.NewInt(1)).Mul(v2, u).Mod(v2, p)
		if u.Cmp(p) >= 0 || big.Jacobi(v2, p) != 1 {
			t.Fatalf("filler %d is told from a slot by its encapsulation", i)
		}
	}
}

// TestShuffleReachesEveryPlace: over many packets the originator's slot stands
// in each place about as often. With 300 packets of 4 slots each place is
// missed with probability below 10^-37.
func TestShuffleReachesEveryPlace(t *testing.T) {
	seen := map[byte]int{}
	for range 300 {
		s := [][]byte{{0}, {1}, {2}, {3}}
		if err := shuffle(s); err != nil {
			t.Fatal(err)
		}
		for i, b := range s {
			if b[0] == 0 {
				seen[byte(i)]++
			}
		}
	}
	for i := range byte(4) {
		if seen[i] < 25 { // mean 75, seven standard deviations below
			t.Errorf("place %d: %d of 300", i, seen[i])
		}
	}
}
