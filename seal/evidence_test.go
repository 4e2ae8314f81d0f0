package seal

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/label"
)

// cases of evidence that stand, one of each type, all by IRQ.
type standing struct {
	irq      *member
	means    Means
	fork     *Fork
	slot     *SlotMismatch
	aead     *Unopenable
	padding  *Unopenable
	conflict *PortionConflict
	missing  *Missing
	broken   *BrokenSignature
}

func (s *standing) all() map[string]Fault {
	return map[string]Fault{
		"fork": s.fork, "slot-mismatch": s.slot, "unopenable": s.aead, "unopenable, padding": s.padding,
		"portion-conflict": s.conflict, "missing": s.missing, "broken-signature": s.broken,
	}
}

var errNotMissing = errors.New("the header is in the log")

// toyPortions reads acts of the tests: a portion id and one byte of digest.
func toyPortions(act []byte) (map[PortionID]Hash, error) {
	if len(act) != 17 {
		return nil, errors.New("not an act of the tests")
	}
	return map[PortionID]Hash{PortionID(act): {act[16]}}, nil
}

func newStanding(t testing.TB) *standing {
	ms := fourMembers()
	s := &standing{irq: ms[1], means: meansOf(ms...)}
	s.means.Portions = toyPortions
	s.means.Missing = func(note, header []byte) error {
		if bytes.Contains(note, []byte("without")) {
			return nil
		}
		return errNotMissing
	}
	irq := s.irq
	setKey := NewSetKey()
	e, k := irq.seal(t, setKey, act(10))
	other := resign(e.Header, irq.key, func(raw []byte) { raw[atEpoch+3]++ })
	s.fork = NewFork(e.Header, other)

	place := irq.packetPlace(0)
	given := NewSetKey()
	slot, err := makeSlot(&place, given, given.commitment(), ms[2].recipient().EpochKey, irq.signer())
	if err != nil {
		t.Fatal(err)
	}
	filler, err := makeFiller(&place)
	if err != nil {
		t.Fatal(err)
	}
	payload := assemble(&place, setKey.commitment(), [][]byte{slot, filler})
	p := irq.public1(t, Packet, payload)
	_, _, mismatch, err := OpenPacket(payload, place, ms[2].epoch, irq.public())
	if err != nil || mismatch == nil {
		t.Fatal("no mismatch", err)
	}
	s.slot = &SlotMismatch{Header: p.Header, Payload: payload, Statement: *mismatch}

	bad := spoilInside(e, k, irq, "ciphertext")
	s.aead = &Unopenable{bad.Header, bad.Body, k}
	bad = spoilInside(e, k, irq, "padding")
	s.padding = &Unopenable{bad.Header, bad.Body, k}

	id := PortionID([]byte("portion of a rep"))
	a, ka := irq.seal(t, setKey, append(id[:], 1))
	b, kb := irq.seal(t, setKey, append(id[:], 2))
	s.conflict = NewPortionConflict(id, Revealed{a.Header, a.Body, ka}, Revealed{b.Header, b.Body, kb})

	s.missing = &Missing{Header: e.Header, Note: []byte("a head without it\n")}

	c, _ := irq.seal(t, setKey, nil)
	broken := bytes.Clone(c.Header)
	broken[atSignature]++
	irq.chain.Last = HashHeader(broken)
	next, _ := irq.seal(t, setKey, nil)
	s.broken = &BrokenSignature{Header: broken, Next: next.Header}
	return s
}

func TestEvidenceStands(t *testing.T) {
	s := newStanding(t)
	for name, f := range s.all() {
		verifyOffline(t, f, s.means)
		who, accused := f.Accused()
		if wantAccused := f.Type() != TypeMissing; accused != wantAccused || accused && who != "IRQ" {
			t.Errorf("%s accuses %q, %v", name, who, accused)
		}
		data, err := MarshalEvidence(f)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseLeafEvidence(data)
		if f.Type().Discloses() {
			wantCode(t, err, ErrDiscloses)
		} else if err != nil {
			t.Errorf("%s in a leaf: %v", name, err)
		}
		if discloses := f.Type() == TypeUnopenable || f.Type() == TypePortionConflict; f.Type().Discloses() != discloses {
			t.Errorf("%s discloses: %v", name, f.Type().Discloses())
		}
		if f.Type().Suspends() != (name == "fork") {
			t.Errorf("%s suspends: %v", name, f.Type().Suspends())
		}
		if len(data) > MaxEvidence {
			t.Errorf("%s of %d bytes", name, len(data))
		}
	}
}

// TestEvidenceDoesNotStand has evidence of each type that shows nothing,
// because something else is at fault or nothing is.
func TestEvidenceDoesNotStand(t *testing.T) {
	s := newStanding(t)
	irq, rus := s.irq, newMember("RUS")
	setKey := NewSetKey()
	honest, k := irq.seal(t, setKey, act(20))
	next, k2 := irq.seal(t, setKey, act(30))
	ofRus, kr := rus.seal(t, setKey, append(s.conflict.Portion[:], 9))
	payload := makePacket(t, irq, 5, setKey, irq, rus)
	packet := irq.public1(t, Packet, payload)
	p, err := ParsePacket(payload)
	if err != nil {
		t.Fatal(err)
	}
	// What RUS finds in its own slot of the honest packet.
	own := Mismatch{Commitment: p.Commitment}
	place := irq.packetPlace(5)
	b := place.binding(rus.recipient().EpochKey)
	own.Recipient = Hash(b[bindingSize-32:])
	sig, _ := irq.signer().Sign(contextSlot, statement(b, p.Commitment))
	copy(own.Signature[:], sig)
	forged := own
	another := NewSetKey()
	forged.Commitment = another.commitment()

	elsewhere := meansOf(irq)
	elsewhere.Charter[0] ^= 1
	noKeys := s.means
	noKeys.HeaderKey = nil
	noPortions, noLog := s.means, s.means
	noPortions.Portions, noLog.Missing = nil, nil

	reveal := func(e Envelope, k EnvelopeKey) Revealed { return Revealed{e.Header, e.Body, k} }
	conflict := func(a, b Revealed) Fault { return NewPortionConflict(s.conflict.Portion, a, b) }
	cases := []struct {
		name  string
		f     Fault
		means Means
		want  error
	}{
		{"fork of one header", NewFork(honest.Header, honest.Header), s.means, ErrEvidence},
		{"fork out of order", &Fork{A: s.fork.B, B: s.fork.A}, s.means, ErrEvidence},
		{"fork of two places", NewFork(honest.Header, next.Header), s.means, ErrEvidence},
		{"fork of two originators", NewFork(honest.Header, ofRus.Header), s.means, ErrEvidence},
		{"fork by somebody else's change", NewFork(honest.Header, flipped(honest.Header, atTag)), s.means, ErrSignature},
		{"fork by another signature", NewFork(honest.Header, flipped(honest.Header, atSignature+33)), s.means, ErrSignature},
		{"fork signed by another", NewFork(honest.Header, resign(honest.Header, rus.key, nil)), s.means, errUnknownKey},
		{"fork under another charter", s.fork, elsewhere, ErrCharter},
		{"fork without keys", s.fork, noKeys, ErrMeans},
		{"fork of half a header", &Fork{A: s.fork.A[:255], B: s.fork.B}, s.means, ErrLength},

		{"slot: the same commitment", &SlotMismatch{packet.Header, payload, own}, s.means, ErrEvidence},
		{"slot: a statement nobody signed", &SlotMismatch{packet.Header, payload, forged}, s.means, ErrSignature},
		{"slot: statement of another packet", &SlotMismatch{packet.Header, payload, s.slot.Statement}, s.means, ErrSignature},
		{"slot: another packet than the header's", &SlotMismatch{packet.Header, s.slot.Payload, s.slot.Statement}, s.means, ErrDigest},
		{"slot: no packet", &SlotMismatch{honest.Header, payload, own}, s.means, ErrKind},
		{"slot: packet longer than the body", &SlotMismatch{
			resign(packet.Header, irq.key, func(raw []byte) { raw[atClass] = 0 }), payload, own}, s.means, ErrLength},
		{"slot: half a packet", &SlotMismatch{packet.Header, payload[:100], own}, s.means, ErrLength},

		{"unopenable: opens", &Unopenable{honest.Header, honest.Body, k}, s.means, ErrEvidence},
		{"unopenable: another key", &Unopenable{honest.Header, honest.Body, k2}, s.means, ErrTag},
		{"unopenable: another body", &Unopenable{honest.Header, next.Body, k}, s.means, ErrDigest},
		{"unopenable: spoilt on the way", &Unopenable{honest.Header, flipped(honest.Body, 40), k}, s.means, ErrDigest},
		{"unopenable: header spoilt on the way", &Unopenable{flipped(honest.Header, atTime+7), honest.Body, k}, s.means, ErrSignature},
		{"unopenable: public", &Unopenable{packet.Header, packet.Body, k}, s.means, ErrKind},
		{"unopenable: short body", &Unopenable{honest.Header, honest.Body[1:], k}, s.means, ErrLength},

		{"portion: one digest", conflict(s.conflict.A, reveal(reseal(t, irq, setKey, s.conflict.A))), s.means, ErrEvidence},
		{"portion: one envelope", conflict(s.conflict.A, s.conflict.A), s.means, ErrEvidence},
		{"portion: two originators", conflict(s.conflict.A, reveal(ofRus, kr)), s.means, ErrEvidence},
		{"portion: another portion", &PortionConflict{PortionID{1}, s.conflict.A, s.conflict.B}, s.means, ErrEvidence},
		{"portion: an act of another form", conflict(s.conflict.A, reveal(honest, k)), s.means, nil},
		{"portion: does not open", conflict(s.conflict.A, Revealed{s.aead.Header, s.aead.Body, s.aead.Key}), s.means, ErrAuthentication},
		{"portion: wrong key", conflict(s.conflict.A, reveal(honest, k2)), s.means, ErrTag},
		{"portion: no reader of acts", s.conflict, noPortions, ErrMeans},

		{"missing: is there", &Missing{honest.Header, []byte("a head with it\n")}, s.means, errNotMissing},
		{"missing: not signed", &Missing{flipped(honest.Header, atTag), s.missing.Note}, s.means, ErrSignature},
		{"missing: no log", s.missing, noLog, ErrMeans},
		{"missing: no head", &Missing{honest.Header, nil}, s.means, ErrLength},
		{"missing: head too large", &Missing{honest.Header, make([]byte, MaxEvidenceNote+1)}, s.means, ErrTooLarge},

		{"signature: is whole", &BrokenSignature{honest.Header, next.Header}, s.means, ErrEvidence},
		{"signature: spoilt on the way", &BrokenSignature{flipped(honest.Header, atSignature), next.Header}, s.means, ErrEvidence},
		{"signature: successor not signed", &BrokenSignature{s.broken.Header, flipped(s.broken.Next, atTag)}, s.means, ErrSignature},
		{"signature: key of no certificate", &BrokenSignature{flipped(honest.Header, atKeyID), next.Header}, s.means, errUnknownKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Verify(c.f, c.means)
			if c.want == nil {
				if err == nil {
					t.Fatal("it stands")
				}
				return
			}
			wantCode(t, err, c.want)
		})
	}
}

// reseal says the same act once more, in the next place.
func reseal(t testing.TB, m *member, setKey SetKey, r Revealed) (Envelope, EnvelopeKey) {
	said, err := Open(r.Header, r.Body, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	return m.seal(t, setKey, said)
}

// TestEveryByteOfEvidenceCounts flips one bit of evidence that stands.
func TestEveryByteOfEvidenceCounts(t *testing.T) {
	s := newStanding(t)
	s.missing.Note = []byte("without")
	var names []string
	for name := range s.all() {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "type")
		data, err := MarshalEvidence(s.all()[name])
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		data[at] ^= byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		f, err := ParseEvidence(data)
		if err == nil {
			err = Verify(f, s.means)
		}
		if err == nil {
			t.Fatalf("%s stands with byte %d changed", name, at)
		}
	})
}

// TestHonestOriginatorCannotBeShownAtFault draws honest histories and has an
// accuser put evidence together from all that there is: headers, packets,
// statements, bodies, keys.
func TestHonestOriginatorCannotBeShownAtFault(t *testing.T) {
	ms := fourMembers()
	rapid.Check(t, func(t *rapid.T) {
		irq := ms[1]
		irq.chain = Chain{}
		sets := []SetKey{NewSetKey(), NewSetKey()}
		var sealed []Revealed
		var packets []SlotMismatch
		for number, key := range sets {
			payload, err := MakePacket(irq.packetPlace(uint16(number)), key, recipients(irq, ms[2]), 2, irq.signer())
			if err != nil {
				t.Fatal(err)
			}
			e, err := SealPublic(irq.place(), Packet, payload, irq.signer())
			if err != nil {
				t.Fatal(err)
			}
			irq.take(e)
			place := irq.packetPlace(uint16(number))
			b := place.binding(ms[2].recipient().EpochKey)
			sig, _ := irq.signer().Sign(contextSlot, statement(b, key.commitment())) // as RUS has it
			packets = append(packets, SlotMismatch{e.Header, payload, Mismatch{Hash(b[bindingSize-32:]), key.commitment(), [64]byte(sig)}})
		}
		for i := range rapid.IntRange(2, 4).Draw(t, "acts") {
			e, k, err := Seal(irq.place(), sets[i%2], act(rapid.IntRange(0, 2000).Draw(t, "size")), 0, irq.signer())
			if err != nil {
				t.Fatal(err)
			}
			irq.take(e)
			sealed = append(sealed, Revealed{e.Header, e.Body, k})
		}
		means := meansOf(ms...)
		var faults []Fault
		for i := range sealed {
			for j := range sealed {
				faults = append(faults, NewFork(sealed[i].Header, sealed[j].Header),
					&BrokenSignature{sealed[i].Header, sealed[j].Header},
					&Unopenable{sealed[i].Header, sealed[j].Body, sealed[i].Key},
					&Unopenable{sealed[i].Header, sealed[i].Body, sealed[j].Key})
			}
		}
		for i := range packets {
			for j := range packets {
				faults = append(faults, &SlotMismatch{packets[i].Header, packets[i].Payload, packets[j].Statement},
					&SlotMismatch{packets[i].Header, packets[j].Payload, packets[j].Statement})
			}
		}
		for i, f := range faults {
			if err := Verify(f, means); err == nil {
				t.Fatalf("%v stands against an honest originator (%d)", f.Type(), i)
			}
		}
	})
}

func TestParseEvidenceRefuses(t *testing.T) {
	s := newStanding(t)
	good := func(f Fault) []byte {
		b, err := MarshalEvidence(f)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	cases := []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrLength},
		{"head only", []byte("ENTV\x01\x01\x00"), ErrLength},
		{"magic", append([]byte("ENTX"), good(s.fork)[4:]...), ErrMagic},
		{"evidence of log.md", []byte("entente/log-evidence/v1\n\n"), ErrMagic},
		{"version", append([]byte("ENTV\x02"), good(s.fork)[5:]...), ErrVersion},
		{"type 0", append([]byte("ENTV\x01\x00"), good(s.fork)[6:]...), ErrVersion},
		{"type 7", append([]byte("ENTV\x01\x07"), good(s.fork)[6:]...), ErrVersion},
		{"reserved", append([]byte("ENTV\x01\x01\x00\x01"), good(s.fork)[8:]...), ErrReserved},
		{"fork cut", good(s.fork)[:500], ErrLength},
		{"fork with more", append(good(s.fork), 0), ErrLength},
		{"slot cut", good(s.slot)[:3000], ErrLength},
		{"slot with a long part", append(append([]byte("ENTV\x01\x02\x00\x00"), s.slot.Header...), 0xff, 0xff, 0xff, 0xff), ErrTooLarge},
		{"unopenable cut", good(s.aead)[:1000], ErrLength},
		{"conflict cut", good(s.conflict)[:2000], ErrLength},
		{"missing with a long head", append(append([]byte("ENTV\x01\x05\x00\x00"), s.missing.Header...), 0, 0, 0x40, 1), ErrTooLarge},
		{"missing without a head", append(append([]byte("ENTV\x01\x05\x00\x00"), s.missing.Header...), 0, 0, 0, 0), ErrLength},
		{"too large", make([]byte, MaxEvidence+1), ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseEvidence(c.data)
			wantCode(t, err, c.want)
			_, err = ParseLeafEvidence(c.data)
			wantCode(t, err, c.want)
		})
	}
	if _, err := MarshalEvidence(&Fork{}); Code(err) != "seal-length" {
		t.Fatal(err)
	}
}

// TestLargestEvidence: two envelopes of the largest class are within the bound,
// exactly.
func TestLargestEvidence(t *testing.T) {
	irq := newMember("IRQ")
	r := func() Revealed {
		e, k, err := Seal(irq.place(), NewSetKey(), nil, Classes-1, irq.signer())
		if err != nil {
			t.Fatal(err)
		}
		irq.take(e)
		return Revealed{e.Header, e.Body, k}
	}
	data, err := MarshalEvidence(NewPortionConflict(PortionID{}, r(), r()))
	if err != nil || len(data) != MaxEvidence {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	if _, err := ParseEvidence(data); err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Sealed.String(): "sealed", Promise.String(): "promise", Kind(9).String(): "kind 9",
		TypeFork.String(): "fork", TypeBrokenSignature.String(): "broken-signature",
		FaultType(0).String(): "evidence type 0", FaultType(7).String(): "evidence type 7",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if Code(errUnknownKey) != "" || Code(nil) != "" {
		t.Error("a code for an error that is not ours")
	}
	if _, ok := (&Fork{}).Accused(); ok {
		t.Error("no header accuses nobody")
	}
	var _ label.MemberID = newMember("IRQ").id
}
