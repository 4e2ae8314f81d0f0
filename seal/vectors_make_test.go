package seal

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"testing/cryptotest"

	"entente/label"
)

var update = flag.Bool("update", false, "write the vectors of this package anew")

// TestMakeVectors writes the vectors. Everything in them comes from printed
// seeds and, for encapsulations, from a seeded crypto/rand, so that a second run
// of one Go version writes the same bytes.
func TestMakeVectors(t *testing.T) {
	if !*update {
		t.Skip("the vectors stand; -update writes them anew")
	}
	cryptotest.SetGlobalRandom(t, 1)
	w := &vectorWriter{t: t}
	w.header()
	w.body()
	w.packet()
	w.chain()
	w.attachment()
	w.evidence()
}

type vectorWriter struct{ t *testing.T }

func (w *vectorWriter) put(dir, name string, v vector) {
	if v.Want == "" {
		v.Want = "ok"
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(vectorRoot, dir)
	if err := os.MkdirAll(path, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, name+".json"), append(data, '\n'), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// fixed is a nonce of the vectors.
func fixed(name string) (n [nonceSize]byte) {
	sum := sha256.Sum256([]byte(name))
	copy(n[:], sum[:])
	return n
}

// sealFixed seals with a nonce that is known, and moves the chain on.
func sealFixed(t *testing.T, m *member, key SetKey, said string) (Envelope, EnvelopeKey) {
	nonce := fixed("nonce " + said)
	e, k, err := seal(m.place(), key, []byte(said), 0, m.signer(), &nonce)
	if err != nil {
		t.Fatal(err)
	}
	return m.take(e), k
}

func changed(raw []byte, at int, b ...byte) []byte {
	out := bytes.Clone(raw)
	copy(out[at:], b)
	return out
}

func flipped(raw []byte, at int) []byte { return changed(raw, at, raw[at]^1) }

func (w *vectorWriter) header() {
	irq := newMember("IRQ")
	sealed, _ := sealFixed(w.t, irq, setKeyOf("set key 1"), "first")
	second, _ := sealFixed(w.t, irq, setKeyOf("set key 1"), "second")
	public := irq.public1(w.t, Close, []byte("a payload"))
	pub := hexBytes(irq.public())
	ok := func(name, about string, raw []byte) {
		h, err := ParseHeader(raw)
		if err != nil {
			w.t.Fatal(err)
		}
		f := fieldsOf(&h, raw)
		w.put("header", name, vector{About: about, Op: "header", Header: raw, Public: pub, Fields: &f})
	}
	ok("ok-sealed", "the first header of an originator", sealed.Header)
	ok("ok-second", "a header with a predecessor", second.Header)
	ok("ok-public", "a public header has no tag", public.Header)
	ok("ok-bounds", "the largest values of the numbers", resign(second.Header, irq.key, func(raw []byte) {
		h := readHeader(raw)
		h.Class, h.Incarnation, h.Sequence, h.Time, h.Epoch = Classes-1, 1<<32-1, 1<<64-1, MaxTime, 1<<32-1
		h.write(raw)
	}))
	bad := func(name, about string, want error, raw []byte) {
		w.put("header", name, vector{About: about, Op: "header", Want: Code(want), Header: raw, Public: pub})
	}
	signed := func(at int, b ...byte) []byte {
		return resign(second.Header, irq.key, func(raw []byte) { copy(raw[at:], b) })
	}
	bad("short", "255 bytes", ErrLength, second.Header[:255])
	bad("long", "257 bytes", ErrLength, append(bytes.Clone(second.Header), 0))
	bad("magic", "begins with ENTX", ErrMagic, signed(3, 'X'))
	bad("version", "version 2, signed: a node mirrors and does not cosign", ErrVersion, signed(4, 2))
	bad("kind-vote", "kind 7 is reserved", ErrKind, resign(public.Header, irq.key, func(raw []byte) { raw[5] = 7 }))
	bad("kind-unknown", "kind 200", ErrKind, signed(5, 200))
	bad("class", "class 13", ErrClass, signed(6, 13))
	bad("reserved-7", "byte 7 is not zero", ErrReserved, signed(7, 1))
	bad("reserved-43", "byte 43 is not zero", ErrReserved, signed(43, 1))
	bad("reserved-100", "byte 100 is not zero", ErrReserved, signed(100, 1))
	bad("reserved-191", "byte 191 is not zero", ErrReserved, signed(191, 1))
	bad("originator-lower", "originator in lower case", ErrOriginator, signed(40, 'i', 'r', 'q'))
	bad("originator-all", "ALL names nobody", ErrOriginator, signed(40, 'A', 'L', 'L'))
	bad("incarnation-0", "incarnation 0", ErrIncarnation, signed(44, 0, 0, 0, 0))
	bad("sequence-0", "sequence 0", ErrSequence, signed(48, 0, 0, 0, 0, 0, 0, 0, 0))
	bad("previous-of-first", "sequence 1 with a predecessor", ErrPrevious, signed(48, 0, 0, 0, 0, 0, 0, 0, 1))
	bad("time-negative", "time 2^63", ErrTime, signed(88, 0x80, 0, 0, 0, 0, 0, 0, 0))
	bad("time-year-10000", "time 253402300800", ErrTime, signed(88, 0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80))
	bad("public-with-tag", "kind 5 with a tag", ErrReserved, signed(5, 5))
	bad("key-id", "signed, but names another key", ErrKeyID, flipped(second.Header, atKeyID))
	bad("signature-bit", "one bit of R", ErrSignature, flipped(second.Header, atSignature))
	bad("field-bit", "one bit of the digest", ErrSignature, flipped(second.Header, atDigest))
	bad("signature-s-large", "S + L in place of S: the same signature to a verifier that does not check S", ErrSignature, addOrder(second.Header))
	bad("signature-context", "signed without the context", ErrSignature, func() []byte {
		raw := bytes.Clone(second.Header)
		sig, _ := irq.key.Sign(nil, raw[:signedSize], crypto.Hash(0))
		copy(raw[atSignature:], sig)
		return raw
	}())
	identity := hexBytes(changed(make([]byte, 32), 0, 1))
	forged := sampleHeader()
	forged.KeyID, forged.Signature = KeyID([]byte(identity)), [64]byte{0: 1}
	w.put("header", "key-small-order", vector{About: "under the point of order 1 a signature of anything holds", Op: "header",
		Want: "seal-key", Header: forged.AppendTo(nil), Public: identity})
	for name, c := range map[string]struct{ about, key string }{
		"key-order-2":       {"the point of order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		"key-order-4":       {"a point of order 4", "0000000000000000000000000000000000000000000000000000000000000080"},
		"key-order-8":       {"a point of order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"},
		"key-not-canonical": {"y = p + 3", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		"key-short":         {"31 bytes", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751"},
	} {
		b, _ := hex.DecodeString(c.key)
		w.put("header", name, vector{About: c.about, Op: "public-key", Want: "seal-key", Public: b})
	}
	w.put("header", "ok-key", vector{About: "a key", Op: "public-key", Public: pub})
}

// addOrder makes the second form of a signature that RFC 8032 section 5.1.7
// refuses.
func addOrder(raw []byte) []byte {
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
	out := bytes.Clone(raw)
	s := order.Add(order, little(raw[atSignature+32:]))
	var b [32]byte
	s.FillBytes(b[:])
	for i := range b {
		out[atSignature+32+i] = b[31-i]
	}
	return out
}

func (w *vectorWriter) body() {
	irq := newMember("IRQ")
	sealFixed(w.t, irq, setKeyOf("set key 1"), "first")
	place := func() *vectorPlace {
		p := irq.place()
		return &vectorPlace{p.Charter[:], p.Originator, p.Incarnation, p.Sequence, p.Previous[:], p.Time, p.Epoch}
	}
	key := setKeyOf("set key 1")
	sealed := func(name, about, said string, least Class) (Envelope, EnvelopeKey) {
		nonce, a, at := fixed("nonce "+name), hexBytes(said), place()
		e, k, err := seal(irq.place(), key, a, least, irq.signer(), &nonce)
		if err != nil {
			w.t.Fatal(err)
		}
		w.put("body", name, vector{About: about, Op: "seal", Seed: "IRQ header", Place: at, SetKey: key[:], Nonce: nonce[:],
			Act: &a, Least: &least, Header: e.Header, Body: e.Body, Key: k[:]})
		return e, k
	}
	sealed("ok-seal-empty", "an act of no bytes", "", 0)
	sealed("ok-seal-full", "980 bytes fill the smallest class", string(act(980)), 0)
	sealed("ok-seal-next", "981 bytes take the next class", string(act(981)), 0)
	sealed("ok-seal-least", "padded to a larger class than needed", "small", 2)
	e, k := sealed("ok-seal", "a short act", `{"type":"dummy"}`, 0)
	said := hexBytes(`{"type":"dummy"}`)
	w.put("body", "ok-open", vector{About: "the same, opened", Op: "open", Header: e.Header, Body: e.Body, Key: k[:], Act: &said})
	w.put("body", "ok-derive", vector{About: "the key of an envelope from the set key", Op: "derive", Header: e.Header, SetKey: key[:], Key: k[:]})
	other := setKeyOf("set key 2")
	k2 := DeriveKey(other, e.Header)
	w.put("body", "derive-other", vector{About: "another set key", Op: "derive", Want: "seal-tag", Header: e.Header, SetKey: other[:], Key: k2[:]})
	bad := func(name, about string, want error, e Envelope, k EnvelopeKey) {
		w.put("body", name, vector{About: about, Op: "open", Want: Code(want), Header: e.Header, Body: e.Body, Key: k[:]})
	}
	bad("open-other-key", "the key of another set", ErrTag, e, k2)
	bad("open-other-body", "one bit of the body changed", ErrDigest, Envelope{e.Header, flipped(e.Body, 100)}, k)
	bad("open-short", "a byte of the body missing", ErrLength, Envelope{e.Header, e.Body[:1023]}, k)
	bad("open-ciphertext", "the originator signed for a body with a bit changed", ErrAuthentication, spoilInside(e, k, irq, "ciphertext"), k)
	bad("open-padding", "the originator padded with something else than zeros", ErrPadding, spoilInside(e, k, irq, "padding"), k)
	bad("open-tag", "the originator signed a tag that commits to nothing; body and associated data agree", ErrTag, spoilInside(e, k, irq, "tag"), k)
	long := resealInner(e.Header, k, func(inner []byte) { copy(inner, "\x00\x00\x03\xd5") }, e.Body)
	bad("open-length", "length 981 in a body with room for 980", ErrPadding, Envelope{withBody(e.Header, long, irq.key), long}, k)
	bad("open-time", "the header's time changed and signed again: it is associated data", ErrAuthentication,
		Envelope{resign(e.Header, irq.key, func(raw []byte) { raw[atTime+7] ^= 60 }), e.Body}, k)

	forged, act1, _ := twoKeyEnvelope(irq, 0, key, other, twoKeyTry)
	w.t.Logf("two keys: nonce %x", forged.Body[:nonceSize])
	a1 := hexBytes(act1)
	kA, kB := DeriveKey(key, forged.Header), DeriveKey(other, forged.Header)
	w.put("body", "ok-two-keys-first", vector{About: "a body whose XChaCha20-Poly1305 authenticates under two keys, with the one its tag commits to",
		Op: "open", Header: forged.Header, Body: forged.Body, Key: kA[:], Act: &a1})
	bad("two-keys-second", "the same body with the other key, under which it authenticates as well and is well padded: the tag refuses it", ErrTag, forged, kB)

	payload := hexBytes("a payload")
	kind := Close
	at := place()
	p, err := SealPublic(irq.place(), kind, payload, irq.signer())
	if err != nil {
		w.t.Fatal(err)
	}
	w.put("body", "ok-public", vector{About: "a public body", Op: "seal-public", Seed: "IRQ header", Place: at, Kind: &kind, Payload: &payload, Header: p.Header, Body: p.Body})
	w.put("body", "ok-payload", vector{About: "the same, read", Op: "payload", Header: p.Header, Body: p.Body, Payload: &payload})
	read := func(name, about string, want error, body []byte) {
		w.put("body", name, vector{About: about, Op: "payload", Want: Code(want), Header: withBody(p.Header, body, irq.key), Body: body})
	}
	read("payload-padding", "the last byte of the padding is 1", ErrPadding, changed(p.Body, 1023, 1))
	read("payload-length", "length 1021 in a body with room for 1020", ErrPadding, changed(p.Body, 0, 0, 0, 3, 0xfd))
	w.put("body", "payload-sealed", vector{About: "a sealed body has no payload", Op: "payload", Want: "seal-kind", Header: e.Header, Body: e.Body})
	w.put("body", "open-public", vector{About: "a public body is not opened", Op: "open", Want: "seal-kind", Header: p.Header, Body: p.Body, Key: k[:]})
}

// twoKeyTry is where the search for the nonce of the vector of two keys ends.
const twoKeyTry = 0xd49df5

func (w *vectorWriter) packet() {
	ms := fourMembers()
	irq, rus, syr := ms[1], ms[2], ms[3]
	place := irq.packetPlace(3)
	at := &vectorPacketPlace{place.Charter[:], place.Originator, place.Incarnation, place.Epoch, place.Number}
	key, other := setKeyOf("set key 1"), setKeyOf("set key 2")
	private := func(m *member) hexBytes {
		b, err := m.epoch.Bytes()
		if err != nil {
			w.t.Fatal(err)
		}
		return b
	}
	slot := func(given, stated SetKey, to *member, p PacketPlace) []byte {
		s, err := makeSlot(&p, given, stated.commitment(), to.recipient().EpochKey, irq.signer())
		if err != nil {
			w.t.Fatal(err)
		}
		return s
	}
	payload := hexBytes(assemble(&place, key.commitment(), [][]byte{slot(key, key, rus, place), slot(key, key, irq, place)}))
	commitment := key.commitment()
	w.put("packet", "ok-parse", vector{About: "a packet of two slots, both used", Op: "packet", Payload: &payload,
		Number: &place.Number, Epoch: &place.Epoch, Slots: 2, Commitment: commitment[:]})
	bad := func(name, about string, want error, b hexBytes) {
		w.put("packet", name, vector{About: about, Op: "packet", Want: Code(want), Payload: &b})
	}
	bad("magic", "begins with ENTH", ErrMagic, changed(payload, 3, 'H'))
	bad("version", "version 2", ErrVersion, changed(payload, 4, 2))
	bad("one-slot", "one slot", ErrSlots, changed(payload, 5, 1)[:packetHead+SlotSize])
	bad("slots", "says three slots, holds two", ErrLength, changed(payload, 5, 3))
	bad("short", "a byte missing", ErrLength, payload[:len(payload)-1])
	bad("long", "a byte more", ErrLength, append(bytes.Clone(payload), 0))

	yes, no := true, false
	open := func(name, about string, b []byte, m *member, found *bool, mismatch *Mismatch) {
		p := hexBytes(b)
		v := vector{About: about, Op: "open-packet", Payload: &p, Packet: at, Private: private(m), Public: hexBytes(irq.public()), Found: found}
		if *found {
			v.SetKey = key[:]
		}
		if mismatch != nil {
			v.Mismatch = &vectorMismatch{mismatch.Recipient[:], mismatch.Commitment[:], mismatch.Signature[:]}
		}
		w.put("packet", name, v)
	}
	pack := func(slots ...[]byte) []byte { return assemble(&place, key.commitment(), slots) }
	filler, err := makeFiller(&place)
	if err != nil {
		w.t.Fatal(err)
	}
	open("ok-open", "a recipient", payload, rus, &yes, nil)
	open("ok-open-self", "the originator is a recipient of its own", payload, irq, &yes, nil)
	open("ok-open-stranger", "no recipient: nothing is found, and nothing is wrong", payload, syr, &no, nil)
	elsewhere := place
	elsewhere.Number = 4
	open("ok-open-lifted", "a slot lifted from packet 4 is as if absent", pack(slot(key, key, rus, elsewhere), filler), rus, &no, nil)
	open("ok-open-wrong-key", "another set key than the statement commits to is as if absent", pack(slot(other, key, rus, place), filler), rus, &no, nil)
	lies := pack(slot(other, other, rus, place), slot(key, key, irq, place))
	_, _, mismatch, err := OpenPacket(lies, place, rus.epoch, irq.public())
	if err != nil || mismatch == nil {
		w.t.Fatal("no mismatch", err)
	}
	open("ok-open-mismatch", "another set key, with a statement over it: evidence", lies, rus, &no, mismatch)
	open("ok-open-mismatch-other", "the same packet for a member who was given the right one", lies, irq, &yes, nil)
	twice := pack(slot(other, other, rus, place), slot(key, key, rus, place))
	_, _, mismatch, _ = OpenPacket(twice, place, rus.epoch, irq.public())
	open("ok-open-both", "two slots for one recipient: the right key is found, the other is evidence", twice, rus, &yes, mismatch)
	moved := *at
	moved.Number = 4
	w.put("packet", "place", vector{About: "the packet says number 3", Op: "open-packet", Want: "seal-place", Payload: &payload,
		Packet: &moved, Private: private(rus), Public: hexBytes(irq.public()), Found: &no})
}

func (w *vectorWriter) chain() {
	fresh := func() []*member { return fourMembers()[1:3] } // IRQ and RUS
	key := setKeyOf("set key 1")
	run := func(ms []*member, n int) (out []hexBytes) {
		for i := range n {
			m := ms[i%2]
			e, _ := sealFixed(w.t, m, key, "act of "+string(m.id))
			out = append(out, e.Header)
		}
		return out
	}
	keys := func(ms []*member) []vectorKey {
		return []vectorKey{{Originator: "IRQ", Public: hexBytes(ms[0].public())}, {Originator: "RUS", Public: hexBytes(ms[1].public())}}
	}
	after := func(ms []*member) map[label.MemberID]vectorChain {
		out := map[label.MemberID]vectorChain{}
		for _, m := range ms {
			out[m.id] = vectorChain{m.chain.Incarnation, m.chain.Sequence, bytes.Clone(m.chain.Last[:])}
		}
		return out
	}
	ms := fresh()
	hs := run(ms, 6)
	w.put("chain", "ok-two-originators", vector{About: "six headers of two originators", Op: "run", Charter: testCharter[:], Headers: hs, Keys: keys(ms), After: after(ms)})
	before := after(ms)
	hs2 := run(ms, 3)
	w.put("chain", "ok-continued", vector{About: "a run that continues another", Op: "run", Charter: testCharter[:], Chains: before, Headers: hs2, Keys: keys(ms), After: after(ms)})
	bad := func(name, about string, want error, index int, hs ...hexBytes) {
		w.put("chain", name, vector{About: about, Op: "run", Want: Code(want), Charter: testCharter[:], Headers: hs, Keys: keys(ms), Index: &index})
	}
	bad("gap", "a header left out", ErrSequence, 2, hs[0], hs[1], hs[4])
	bad("twice", "a header twice", ErrSequence, 2, hs[0], hs[1], hs[0])
	bad("start", "begins in the middle", ErrSequence, 0, hs[2])
	bad("previous", "follows another header than the one before it", ErrPrevious, 1, hs[0],
		resign(hs[2], ms[0].key, func(raw []byte) { raw[atPrevious] ^= 1 }))
	bad("changed", "a header changed: its successor shows it", ErrPrevious, 2, flipped(hs[0], atDigest), hs[1], hs[2])
	bad("signature", "the last signature of IRQ", ErrSignature, 2, hs[0], hs[1], flipped(hs[2], atSignature))
	bad("key-id", "names another key", ErrKeyID, 1, hs[0], resign(hs[1], ms[0].key, nil))
	bad("charter", "of another charter", ErrCharter, 0, resign(hs[0], ms[0].key, func(raw []byte) { raw[atCharter] ^= 1 }))
	bad("incarnation", "a new incarnation without keys", ErrIncarnation, 1, hs[0], resign(hs[0], ms[0].key, func(raw []byte) { raw[atIncarnation+3] = 2 }))

	// A signature that is broken but covered by the next header.
	ms = fresh()
	one := run(ms, 1)
	broken := hexBytes(flipped(one[0], atSignature))
	ms[0].chain = Chain{}
	if err := ms[0].chain.Next(broken); err != nil {
		w.t.Fatal(err)
	}
	rest := run(ms, 1)
	only := ms[:1]
	w.put("chain", "ok-covered", vector{About: "a sealed header with a broken signature, which its successor covers", Op: "run", Charter: testCharter[:],
		Headers: []hexBytes{broken, rest[0]}, Keys: keys(ms)[:1], After: after(only)})
	bad("not-covered", "the same header at the end of a run", ErrSignature, 0, broken)
	ms = fresh()
	p := ms[0].public1(w.t, Close, nil)
	spoilt := hexBytes(flipped(p.Header, atSignature))
	ms[0].chain = Chain{}
	if err := ms[0].chain.Next(spoilt); err != nil {
		w.t.Fatal(err)
	}
	bad("public-covered", "a public header with a broken signature, which its successor covers: refused all the same", ErrSignature, 0, spoilt, run(ms, 1)[0])

	// Keys change within a run, and with them the incarnation.
	for _, c := range []struct {
		name, about string
		restart     bool
	}{
		{"ok-keys", "the leaf of kind keys is signed by the new key and continues the chain", false},
		{"ok-incarnation", "a new incarnation opens with keys at sequence 1", true},
	} {
		ms = fresh()
		hs = run(ms, 3)
		old := keys(ms)
		if c.restart {
			ms[0].chain = Chain{Incarnation: 2}
		}
		ms[0].key = keyFromSeed("IRQ second header")
		k, err := SealPublic(ms[0].place(), Keys, []byte("a certificate stands here"), ms[0].signer())
		if err != nil {
			w.t.Fatal(err)
		}
		if c.restart {
			ms[0].chain = Chain{Incarnation: 1, Sequence: 2, Last: HashHeader(hs[2])}
		}
		ms[0].take(k)
		hs = append(hs, k.Header)
		hs = append(hs, run(ms, 2)...)
		w.put("chain", c.name, vector{About: c.about, Op: "run", Charter: testCharter[:], Headers: hs,
			Keys: append(old, vectorKey{Originator: "IRQ", From: 3, Public: hexBytes(ms[0].public())}), After: after(ms)})
	}
}
