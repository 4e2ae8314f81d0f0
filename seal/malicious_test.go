package seal

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// reader is an honest node: it keeps the set keys that packets give it and
// opens what they fit.
type reader struct {
	*member
	keys       []SetKey
	mismatches []*SlotMismatch
	unopenable []*Unopenable
}

// packet reads the leaf of a packet.
func (r *reader) packet(t failer, e Envelope, from *member) {
	payload, err := Payload(e.Header, e.Body)
	if err != nil {
		t.Fatalf("%v", err)
	}
	h, _ := ParseHeader(e.Header)
	p, err := ParsePacket(payload)
	if err != nil {
		t.Fatalf("%v", err)
	}
	place, err := PlaceOf(&h, p)
	if err != nil {
		t.Fatalf("%v", err)
	}
	key, found, mismatch, err := OpenPacket(payload, place, r.epoch, from.public())
	if err != nil {
		t.Fatalf("%v", err)
	}
	if found {
		r.keys = append(r.keys, key)
	}
	if mismatch != nil {
		r.mismatches = append(r.mismatches, &SlotMismatch{Header: e.Header, Payload: payload, Statement: *mismatch})
	}
}

// accept returns what the reader takes the envelope to say; ok is false when
// it takes it not to be its own. Without checkTag the reader trusts the AEAD
// alone to find its own, as one would who did not know that it does not commit.
func (r *reader) accept(e Envelope, checkTag bool) (said []byte, ok bool) {
	for _, s := range r.keys {
		k := DeriveKey(s, e.Header)
		act, err := open(e.Header, e.Body, k, checkTag)
		switch Code(err) {
		case "":
			said, ok = act, true
		case "seal-authentication", "seal-padding":
			if checkTag {
				r.unopenable = append(r.unopenable, &Unopenable{Header: e.Header, Body: e.Body, Key: k})
			}
		}
	}
	return said, ok
}

type failer interface{ Fatalf(string, ...any) }

// agree returns an error when two readers accept different bytes of one header.
func agree(e Envelope, checkTag bool, readers ...*reader) error {
	var first []byte
	got := false
	for _, r := range readers {
		said, ok := r.accept(e, checkTag)
		switch {
		case !ok:
		case !got:
			first, got = said, true
		case !bytes.Equal(first, said):
			return fmt.Errorf("%s reads %.40q, another reads %.40q", r.id, said, first)
		}
	}
	return nil
}

// twoKeyEnvelope has IRQ seal one envelope that authenticates under two of its
// set keys, and sign a header whose tag is that of the first.
func twoKeyEnvelope(from *member, class Class, a, b SetKey, try uint64) (e Envelope, act1, act2 []byte) {
	p := from.place()
	h := Header{Kind: Sealed, Class: class, Charter: p.Charter, Originator: p.Originator,
		Incarnation: p.Incarnation, Sequence: p.Sequence, Previous: p.Previous, Time: p.Time, KeyID: KeyID(from.public())}
	raw := h.AppendTo(nil)
	k1, k2 := DeriveKey(a, raw), DeriveKey(b, raw)
	tag := mac((*[32]byte)(&k1), macTag)
	copy(raw[atTag:], tag[:])
	body, act1, act2 := twoKeyBody(raw, k1, k2, try)
	return Envelope{withBody(raw, body, from.key), body}, act1, act2
}

// TestOneHeaderOneAct is the promise of the package against an originator who
// forges: IRQ makes a ciphertext that authenticates under two keys, which it
// has given to RUS and to SYR. Only the one to whose key the tag commits takes
// it for its own. The same readers without the tag check are deceived, which
// shows that the test sees what it claims to see.
func TestOneHeaderOneAct(t *testing.T) {
	ms := fourMembers()
	irq := ms[1]
	rus, syr := &reader{member: ms[2]}, &reader{member: ms[3]}
	a, b := NewSetKey(), NewSetKey()
	first := irq.public1(t, Packet, makePacket(t, irq, 0, a, irq, rus.member))
	second := irq.public1(t, Packet, makePacket(t, irq, 1, b, irq, syr.member))
	for _, r := range []*reader{rus, syr} {
		r.packet(t, first, irq)
		r.packet(t, second, irq)
		if len(r.keys) != 1 || r.mismatches != nil {
			t.Fatalf("%s: %d keys, %d mismatches", r.id, len(r.keys), len(r.mismatches))
		}
	}
	e, act1, act2 := twoKeyEnvelope(irq, Classes-1, a, b, 0)
	if err := VerifyHeader(e.Header, irq.public()); err != nil {
		t.Fatal(err)
	}
	if err := CheckBody(e.Header, e.Body); err != nil {
		t.Fatal(err)
	}

	if err := agree(e, true, rus, syr); err != nil {
		t.Fatal(err)
	}
	if said, ok := rus.accept(e, true); !ok || !bytes.Equal(said, act1) {
		t.Fatal("the reader to whom the tag commits does not open it")
	}
	if _, ok := syr.accept(e, true); ok {
		t.Fatal("the other reader opens it")
	}

	if err := agree(e, false, rus, syr); err == nil {
		t.Fatal("without the tag check both read the same: the forgery is none, and the test shows nothing")
	}
	if said, _ := syr.accept(e, false); !bytes.Equal(said, act2) || !bytes.Contains(said, []byte("the second reader")) {
		t.Fatal("the second act is another one")
	}
}

// Ways in which an originator fills the slot of one recipient.
const (
	right       = iota // as it should be
	absent             // no slot
	otherKey           // another set key, and a statement over that one
	wrongKey           // another set key, and the statement over the packet's
	unsigned           // the right set key, and a signature of no one
	lifted             // a slot of an earlier packet of this originator
	foreign            // a slot of another member's packet
	both               // the right slot, and one with another key and its statement
	slotChoices        // how many there are
)

// TestMaliciousPackets draws what a forging originator does in the slot of
// each of its recipients, and then what it seals. However it goes: all readers
// who accept the envelope read the same; a reader given another key with a
// statement has evidence that stands; nobody else has any.
func TestMaliciousPackets(t *testing.T) {
	ms := fourMembers()
	irn, irq := ms[0], ms[1]
	everyone := recipients(ms...)
	rapid.Check(t, func(t *rapid.T) {
		irq.chain = Chain{}
		readers := []*reader{{member: ms[0]}, {member: ms[2]}, {member: ms[3]}}
		place := irq.packetPlace(3)
		key, other := NewSetKey(), NewSetKey()
		var slots [][]byte
		slot := func(given SetKey, stated Hash, r Recipient, p PacketPlace, by *member) {
			s, err := makeSlot(&p, given, stated, r.EpochKey, by.signer())
			if err != nil {
				t.Fatalf("%v", err)
			}
			slots = append(slots, s)
		}
		did := map[*reader]int{}
		for i, r := range readers {
			to := everyone[[]int{0, 2, 3}[i]]
			did[r] = rapid.IntRange(0, slotChoices-1).Draw(t, string(r.id))
			switch did[r] {
			case right:
				slot(key, key.commitment(), to, place, irq)
			case absent:
			case otherKey:
				slot(other, other.commitment(), to, place, irq)
			case wrongKey:
				slot(other, key.commitment(), to, place, irq)
			case unsigned:
				slot(key, key.commitment(), to, place, newMember("XXX"))
			case lifted:
				slot(key, key.commitment(), to, irq.packetPlace(2), irq)
			case foreign:
				slot(key, key.commitment(), to, irn.packetPlace(3), irn)
			case both:
				slot(key, key.commitment(), to, place, irq)
				slot(other, other.commitment(), to, place, irq)
			}
		}
		for len(slots) < 7 {
			f, err := makeFiller(&place)
			if err != nil {
				t.Fatalf("%v", err)
			}
			slots = append(slots, f)
		}
		if err := shuffle(slots); err != nil {
			t.Fatalf("%v", err)
		}
		p, err := SealPublic(irq.place(), Packet, assemble(&place, key.commitment(), slots), irq.signer())
		if err != nil {
			t.Fatalf("%v", err)
		}
		irq.take(p)
		for _, r := range readers {
			r.packet(t, p, irq)
			has := did[r] == right || did[r] == both
			if (len(r.keys) == 1) != has || has && r.keys[0] != key {
				t.Fatalf("%s after way %d: %d keys", r.id, did[r], len(r.keys))
			}
			complains := did[r] == otherKey || did[r] == both
			if (len(r.mismatches) == 1) != complains {
				t.Fatalf("%s after way %d: %d mismatches", r.id, did[r], len(r.mismatches))
			}
			for _, f := range r.mismatches {
				verifyOffline(t, f, meansOf(irq))
			}
		}

		// It seals under one of its keys, and may spoil what is inside.
		under := key
		if rapid.Bool().Draw(t, "under the other key") {
			under = other
		}
		e, k, err := Seal(irq.place(), under, []byte("what is said"), 0, irq.signer())
		if err != nil {
			t.Fatalf("%v", err)
		}
		spoilt := rapid.SampledFrom([]string{"nothing", "ciphertext", "padding", "tag"}).Draw(t, "spoilt")
		e = spoilInside(e, k, irq, spoilt)
		if err := agree(e, true, readers...); err != nil {
			t.Fatalf("%v", err)
		}
		for _, r := range readers {
			fits := len(r.keys) == 1 && under == key && spoilt != "tag"
			if complains := fits && spoilt != "nothing"; (len(r.unopenable) == 1) != complains {
				t.Fatalf("%s: %d bodies that do not open, spoilt: %s", r.id, len(r.unopenable), spoilt)
			}
			for _, f := range r.unopenable {
				verifyOffline(t, f, meansOf(irq))
			}
		}
	})
}

// spoilInside makes a validly signed envelope with something wrong behind it.
func spoilInside(e Envelope, k EnvelopeKey, from *member, what string) Envelope {
	body, header := bytes.Clone(e.Body), bytes.Clone(e.Header)
	switch what {
	case "ciphertext":
		body[500] ^= 1
	case "padding":
		body = resealInner(header, k, func(inner []byte) { inner[len(inner)-1] = 1 }, body)
	case "tag":
		header[atTag] ^= 1
		body = resealInner(header, k, func([]byte) {}, body)
	}
	return Envelope{withBody(header, body, from.key), body}
}

// resealInner opens a body by brute force of knowing its key, changes what is
// inside and seals it again.
func resealInner(header []byte, k EnvelopeKey, change func([]byte), body []byte) []byte {
	bodyKey := mac((*[32]byte)(&k), macBody)
	nonce := [nonceSize]byte(body)
	n := len(body) - nonceSize - overhead
	kd := newKeyed(bodyKey, &nonce, n)
	inner := make([]byte, n)
	for i := range inner {
		inner[i] = body[nonceSize+i] ^ kd.stream[i]
	}
	change(inner)
	ct := make([]byte, n)
	for i := range ct {
		ct[i] = inner[i] ^ kd.stream[i]
	}
	var buf [adSize]byte
	out := append(nonce[:], ct...)
	return append(out, kd.tag(blocks(associated(&buf, header), ct))...)
}

// verifyOffline hands evidence to a third party as bytes.
func verifyOffline(t failer, f Fault, m Means) {
	data, err := MarshalEvidence(f)
	if err != nil {
		t.Fatalf("%v", err)
	}
	back, err := ParseEvidence(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := Verify(back, m); err != nil {
		t.Fatalf("%v", err)
	}
	again, err := MarshalEvidence(back)
	if err != nil || !bytes.Equal(again, data) {
		t.Fatalf("evidence changed on the way: %v", err)
	}
}
