package seal

import (
	"bytes"
	"testing"
)

// FuzzParseHeader: what parses has one form.
func FuzzParseHeader(f *testing.F) {
	h := sampleHeader()
	f.Add(h.AppendTo(nil))
	m := newMember("IRQ")
	e := m.public1(f, Close, nil)
	f.Add(e.Header)
	f.Add([]byte("ENTH"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := ParseHeader(raw)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		if !bytes.Equal(h.AppendTo(nil), raw) {
			t.Fatal("two forms of one header")
		}
	})
}

// FuzzPayload: an originator signs for any body; what is read out of it makes
// the same body again.
func FuzzPayload(f *testing.F) {
	m := newMember("IRQ")
	for _, n := range []int{0, 1, 1000, 1020} {
		f.Add(m.public1(f, Close, act(n)).Body)
	}
	f.Add(bytes.Repeat([]byte{0xff}, 1024))
	header := m.public1(f, Close, nil).Header
	f.Fuzz(func(t *testing.T, body []byte) {
		// Bodies of other lengths are filled or cut to that of the smallest class.
		full := make([]byte, 1024)
		copy(full, body)
		raw := withBody(header, full, m.key)
		payload, err := Payload(raw, full)
		if err != nil {
			wantCode(t, err, ErrPadding)
			return
		}
		e, err := SealPublic(m.place(), Close, payload, m.signer())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(e.Body, full) {
			t.Fatal("two forms of one payload")
		}
		if _, err := Payload(header, body); err != nil && Code(err) == "" {
			t.Fatalf("no code: %v", err)
		}
	})
}

// FuzzParsePacket: what parses is put together again from its parts.
func FuzzParsePacket(f *testing.F) {
	ms := fourMembers()
	f.Add(makePacket(f, ms[0], 3, NewSetKey(), ms...))
	f.Add(append([]byte("ENTP\x01\x02"), make([]byte, packetHead-6+2*SlotSize)...))
	f.Fuzz(func(t *testing.T, payload []byte) {
		p, err := ParsePacket(payload)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		place := PacketPlace{Number: p.Number, Epoch: p.Epoch}
		if !bytes.Equal(assemble(&place, p.Commitment, p.Slots), payload) {
			t.Fatal("two forms of one packet")
		}
		if _, found, mismatch, err := OpenPacket(payload, place, ms[1].epoch, ms[0].public()); found || mismatch != nil || err != nil {
			t.Fatal("a packet of no place opens", found, mismatch, err)
		}
	})
}

// FuzzParseEvidence: what parses has one form, and judging it does no harm.
func FuzzParseEvidence(f *testing.F) {
	s := newStanding(f)
	for _, fault := range s.all() {
		b, err := MarshalEvidence(fault)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fault, err := ParseEvidence(data)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		b, err := MarshalEvidence(fault)
		if err != nil || !bytes.Equal(b, data) {
			t.Fatalf("two forms of one evidence: %v", err)
		}
		_ = Verify(fault, s.means)
		fault.Accused()
	})
}

// FuzzOpen: an originator may put anything in a body; a reader who holds its
// key gets an act or a refusal, never a crash.
func FuzzOpen(f *testing.F) {
	m := newMember("IRQ")
	e, k := m.seal(f, NewSetKey(), act(30))
	f.Add(e.Body)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		full := make([]byte, 1024)
		copy(full, body)
		got, err := Open(withBody(e.Header, full, m.key), full, k)
		if err == nil && !bytes.Equal(got, act(30)) {
			t.Fatal("a body that nobody sealed opens")
		}
		if err != nil && Code(err) == "" {
			t.Fatalf("no code: %v", err)
		}
	})
}
