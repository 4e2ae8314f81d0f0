package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"entente/label"
)

// sampleHeader has every field set.
func sampleHeader() Header {
	h := Header{
		Kind: Sealed, Class: 3, Charter: testCharter, Originator: "IRQ",
		Incarnation: 2, Sequence: 9, Time: testTime, Epoch: 4,
	}
	for i := range h.Previous {
		h.Previous[i], h.Digest[i], h.Tag[i] = byte(i+1), byte(i+33), byte(i+65)
	}
	for i := range h.Signature {
		h.Signature[i] = byte(i + 129)
	}
	copy(h.KeyID[:], "key id..")
	return h
}

// TestHeaderLayout holds the layout to the table of spec/envelope.md, written
// out a second time.
func TestHeaderLayout(t *testing.T) {
	h := sampleHeader()
	var want []byte
	want = append(want, "ENTH"...)
	want = append(want, 1, 0, 3, 0)
	want = append(want, h.Charter[:]...)
	want = append(want, "IRQ\x00"...)
	want = binary.BigEndian.AppendUint32(want, 2)
	want = binary.BigEndian.AppendUint64(want, 9)
	want = append(want, h.Previous[:]...)
	want = binary.BigEndian.AppendUint64(want, testTime)
	want = binary.BigEndian.AppendUint32(want, 4)
	want = append(want, 0, 0, 0, 0)
	want = append(want, h.Digest[:]...)
	want = append(want, h.Tag[:]...)
	want = append(want, h.KeyID[:]...)
	want = append(want, make([]byte, 16)...)
	want = append(want, h.Signature[:]...)
	if len(want) != HeaderSize {
		t.Fatalf("the table makes %d bytes", len(want))
	}
	if got := h.AppendTo([]byte("before")); !bytes.Equal(got, append([]byte("before"), want...)) {
		t.Fatalf("got  %x\nwant %x", got, want)
	}
	back, err := ParseHeader(want)
	if err != nil || back != h {
		t.Fatalf("%+v, %v", back, err)
	}
}

func TestParseHeaderRefuses(t *testing.T) {
	set := func(at int, b ...byte) func([]byte) []byte {
		return func(raw []byte) []byte { copy(raw[at:], b); return raw }
	}
	cases := []struct {
		name   string
		change func([]byte) []byte
		want   error
	}{
		{"empty", func([]byte) []byte { return nil }, ErrLength},
		{"one byte short", func(b []byte) []byte { return b[:255] }, ErrLength},
		{"one byte long", func(b []byte) []byte { return append(b, 0) }, ErrLength},
		{"other magic", set(0, 'X'), ErrMagic},
		{"version 0", set(4, 0), ErrVersion},
		{"version 2", set(4, 2), ErrVersion},
		{"reserved kind vote", set(5, 7), ErrKind},
		{"reserved kind promise", set(5, 8), ErrKind},
		{"kind 255", set(5, 255), ErrKind},
		{"class 13", set(6, 13), ErrClass},
		{"byte 7", set(7, 1), ErrReserved},
		{"lower case", set(40, 'i'), ErrOriginator},
		{"digit", set(41, '1'), ErrOriginator},
		{"zero byte", set(42, 0), ErrOriginator},
		{"the word ALL", set(40, 'A', 'L', 'L'), ErrOriginator},
		{"byte 43", set(43, 1), ErrReserved},
		{"incarnation 0", set(44, 0, 0, 0, 0), ErrIncarnation},
		{"sequence 0", set(48, make([]byte, 8)...), ErrSequence},
		{"sequence 1 with a predecessor", set(48, 0, 0, 0, 0, 0, 0, 0, 1), ErrPrevious},
		{"time above 2^63", set(88, 0x80), ErrTime},
		{"year 10000", set(88, 0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80), ErrTime},
		{"byte 100", set(100, 1), ErrReserved},
		{"byte 103", set(103, 1), ErrReserved},
		{"byte 176", set(176, 1), ErrReserved},
		{"byte 191", set(191, 1), ErrReserved},
		{"public with a tag", set(5, 3), ErrReserved},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := sampleHeader()
			_, err := ParseHeader(c.change(h.AppendTo(nil)))
			wantCode(t, err, c.want)
			if Code(err) != Code(c.want) || Code(err) == "" {
				t.Fatalf("code %q of %v", Code(err), err)
			}
		})
	}
	// The last second that has a form in RFC 3339 is no fault.
	h := sampleHeader()
	h.Time = MaxTime
	if _, err := ParseHeader(h.AppendTo(nil)); err != nil {
		t.Fatal(err)
	}
}

// drawHeader draws headers that parse.
func drawHeader(t *rapid.T) Header {
	bytes32 := func(name string) (b [32]byte) {
		copy(b[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		return b
	}
	letters := rapid.StringMatching(`[A-Z]{3}`).Filter(func(s string) bool { return s != "ALL" })
	h := Header{
		Kind:        Kind(rapid.IntRange(0, int(Evidence)).Draw(t, "kind")),
		Class:       Class(rapid.IntRange(0, Classes-1).Draw(t, "class")),
		Charter:     bytes32("charter"),
		Originator:  label.MemberID(letters.Draw(t, "originator")),
		Incarnation: rapid.Uint32Min(1).Draw(t, "incarnation"),
		Sequence:    rapid.Uint64Min(1).Draw(t, "sequence"),
		Time:        rapid.Int64Range(0, MaxTime).Draw(t, "time"),
		Epoch:       rapid.Uint32().Draw(t, "epoch"),
		Digest:      bytes32("digest"),
	}
	if h.Sequence > 1 {
		h.Previous = bytes32("previous")
	}
	if h.Kind == Sealed {
		h.Tag = bytes32("tag")
	}
	copy(h.KeyID[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "key id"))
	copy(h.Signature[:], rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "signature"))
	return h
}

func TestHeaderRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t)
		raw := h.AppendTo(nil)
		back, err := ParseHeader(raw)
		if err != nil || back != h {
			t.Fatalf("%+v became %+v, %v", h, back, err)
		}
		if again := back.AppendTo(nil); !bytes.Equal(again, raw) {
			t.Fatal("bytes changed")
		}
	})
}

// TestVerifyHeaderEveryBit flips each of the 2048 bits of a signed header.
func TestVerifyHeaderEveryBit(t *testing.T) {
	m := newMember("IRQ")
	e, _ := m.seal(t, NewSetKey(), act(100))
	if err := VerifyHeader(e.Header, m.public()); err != nil {
		t.Fatal(err)
	}
	for bit := range HeaderSize * 8 {
		raw := bytes.Clone(e.Header)
		raw[bit/8] ^= 1 << (bit % 8)
		if err := VerifyHeader(raw, m.public()); err == nil || Code(err) == "" {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
}

func TestVerifyHeaderKeys(t *testing.T) {
	irq, rus := newMember("IRQ"), newMember("RUS")
	e, _ := irq.seal(t, NewSetKey(), nil)
	wantCode(t, VerifyHeader(e.Header, rus.public()), ErrKeyID)
	wantCode(t, VerifyHeader(e.Header, irq.public()[:31]), ErrKeyID)
	stolen := resign(e.Header, rus.key, nil) // signed by another, under the right id
	id := KeyID(irq.public())
	copy(stolen[atKeyID:], id[:])
	wantCode(t, VerifyHeader(stolen, irq.public()), ErrSignature)
}

// TestCheckPublicKey lists every point of small order in all its encodings,
// canonical and not (RFC 8032 section 5.1.3).
func TestCheckPublicKey(t *testing.T) {
	refused := []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p+1
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 2^255-1
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"00",
		"",
	}
	for _, s := range refused {
		b, _ := hex.DecodeString(s)
		if err := CheckPublicKey(b); Code(err) != "seal-key" {
			t.Errorf("%s: %v", s, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
		if err := CheckPublicKey(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSmallOrderKeySignsAnything shows why keys are checked: under a key of
// small order one signature holds for messages that nobody signed, by Go's rule
// alone.
func TestSmallOrderKeySignsAnything(t *testing.T) {
	identity := make(ed25519.PublicKey, 32)
	identity[0] = 1
	h := sampleHeader()
	h.KeyID = KeyID(identity)
	h.Signature = [64]byte{0: 1} // R the identity, S zero
	raw := h.AppendTo(nil)
	if !ed25519.Verify(identity, appendContext(nil, contextHeader, raw[:signedSize]), raw[atSignature:]) {
		t.Fatal("the forgery no longer holds in crypto/ed25519; the test shows nothing")
	}
	wantCode(t, VerifyHeader(raw, identity), ErrKey)
}
