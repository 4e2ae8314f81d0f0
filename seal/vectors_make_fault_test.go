package seal

import (
	"bytes"
	"crypto/sha256"
	"math/big"
)

func (w *vectorWriter) attachment() {
	for _, n := range []int64{0, 1, 65536, 65537, 73728, 73729, 131072, 131073, 1000000, 100000000} {
		sealed, err := AttachmentSealedSize(n)
		if err != nil {
			w.t.Fatal(err)
		}
		w.put("attachment", "ok-size-"+big.NewInt(n).String(), vector{About: "length of the ciphertext", Op: "attachment-size", Size: &n, SealedSize: &sealed})
	}
	negative := int64(-1)
	w.put("attachment", "size-negative", vector{About: "no size", Op: "attachment-size", Want: "seal-too-large", Size: &negative})

	key := AttachmentKey(setKeyOf("attachment key"))
	part := func(repeat string, size int) vectorPart { return vectorPart{hexBytes(repeat), size} }
	encrypt := func(name, about string, content []vectorPart) AttachmentRef {
		data := join(content)
		n := int64(len(data))
		ref, err := encryptAttachment(&bytes.Buffer{}, bytes.NewReader(data), n, key)
		if err != nil {
			w.t.Fatal(err)
		}
		w.put("attachment", name, vector{About: about, Op: "encrypt", Content: content, Key: key[:], Size: &n,
			Digest: ref.Digest[:], Plain: ref.Plain[:], SealedSize: &ref.SealedSize})
		return ref
	}
	encrypt("ok-encrypt-empty", "nothing, padded to 64 KiB", nil)
	encrypt("ok-encrypt-small", "a few bytes", []vectorPart{part("content", 7)})
	encrypt("ok-encrypt-exact", "64 KiB exactly: one chunk", []vectorPart{part("content", 65536)})
	content := []vectorPart{part("page of a scan; ", 150000)}
	ref := encrypt("ok-encrypt-chunks", "150,000 bytes: padded to 163,840, three chunks", content)

	chunks := []vectorChunk{
		{[]vectorPart{part("page of a scan; ", 65536)}, 0, false},
		{[]vectorPart{part("page of a scan; ", 65536)}, 1, false},
		{[]vectorPart{part("page of a scan; ", 150000-131072), part("\x00", 13840)}, 2, true},
	}
	decrypt := func(name, about string, want error, content []vectorPart, ref AttachmentRef, chunks ...vectorChunk) {
		v := vector{About: about, Op: "decrypt", Chunks: chunks, Key: key[:], Digest: ref.Digest[:], Plain: ref.Plain[:],
			Size: &ref.Size, SealedSize: &ref.SealedSize, Content: content}
		if want != nil {
			v.Want = Code(want)
		}
		w.put("attachment", name, v)
	}
	signed := func(chunks ...vectorChunk) AttachmentRef {
		r := ref
		r.Digest = sha256.Sum256(chunksOf(key[:], chunks))
		return r
	}
	decrypt("ok-decrypt", "the same, chunk by chunk", nil, content, ref, chunks...)
	swapped := []vectorChunk{chunks[1], chunks[0], chunks[2]}
	decrypt("digest", "chunks in another order: nothing is released", ErrDigest, nil, ref, swapped...)
	decrypt("order", "the same, and the originator signed for it", ErrAuthentication, nil, signed(swapped...), swapped...)
	last := []vectorChunk{chunks[0], chunks[1], {chunks[2].Parts, 2, false}}
	decrypt("last", "the last chunk is not marked", ErrAuthentication, nil, signed(last...), last...)
	decrypt("cut", "the last chunk is missing", ErrLength, nil, ref, chunks[:2]...)
	pad := []vectorChunk{chunks[0], chunks[1], {[]vectorPart{chunks[2].Parts[0], part("\x00", 13839), part("\x01", 1)}, 2, true}}
	decrypt("padding", "a byte of the padding is 1", ErrPadding, nil, signed(pad...), pad...)
	other := []vectorChunk{{[]vectorPart{part("another scan;   ", 65536)}, 0, false}, chunks[1], chunks[2]}
	decrypt("plain", "the content is not the one that the act states", ErrDigest, nil, signed(other...), other...)
	wrong := ref
	wrong.SealedSize += 16
	decrypt("sizes", "sizes that do not belong together", ErrAttachment, nil, wrong, chunks...)
}

func (w *vectorWriter) evidence() {
	s := newStanding(w.t)
	keys := []vectorKey{{Originator: "IRQ", Incarnation: 1, Public: hexBytes(s.irq.public())}}
	base := func(f Fault) vector {
		data, err := MarshalEvidence(f)
		if err != nil {
			w.t.Fatal(err)
		}
		who, _ := f.Accused()
		v := vector{Op: "evidence", Charter: testCharter[:], Evidence: data, Keys: keys, Type: f.Type().String(), Accused: who, Missing: true}
		for _, r := range []Revealed{s.conflict.A, s.conflict.B} {
			said, err := Open(r.Header, r.Body, r.Key)
			if err != nil {
				w.t.Fatal(err)
			}
			digests, _ := toyPortions(said)
			d := digests[s.conflict.Portion]
			if f.Type() == TypePortionConflict {
				v.Portions = append(v.Portions, vectorPortion{said, s.conflict.Portion[:], d[:]})
			}
		}
		return v
	}
	put := func(name, about string, want error, v vector) {
		v.About = about
		if want != nil {
			v.Want, v.Type, v.Accused = Code(want), "", ""
		}
		w.put("evidence", name, v)
	}
	leaf := func(v vector) vector { v.Leaf = true; return v }
	put("ok-fork", "two headers in one place", nil, leaf(base(s.fork)))
	put("ok-slot-mismatch", "a statement over another commitment than the packet's", nil, leaf(base(s.slot)))
	put("ok-unopenable", "a body that does not authenticate", nil, base(s.aead))
	put("ok-unopenable-padding", "a body that opens to bad padding", nil, base(s.padding))
	put("ok-portion-conflict", "one portion with two digests", nil, base(s.conflict))
	put("ok-missing", "a header that a head does not hold, as the judge finds", nil, leaf(base(s.missing)))
	put("ok-broken-signature", "a broken signature that the originator's next header covers", nil, leaf(base(s.broken)))
	put("leaf-unopenable", "evidence that discloses a key does not stand in a leaf", ErrDiscloses, leaf(base(s.aead)))
	put("leaf-portion-conflict", "evidence that discloses acts does not stand in a leaf", ErrDiscloses, leaf(base(s.conflict)))

	irq := s.irq
	setKey := setKeyOf("set key 1")
	a, k := sealFixed(w.t, irq, setKey, "honest")
	b, k2 := sealFixed(w.t, irq, setKey, "honest again")
	put("fork-two-places", "two headers that follow each other", ErrEvidence, base(NewFork(a.Header, b.Header)))
	put("fork-not-signed", "one of the two was changed by somebody else", ErrSignature, base(NewFork(a.Header, flipped(a.Header, atTag))))
	order := base(s.fork)
	order.Evidence = append(append(bytes.Clone(order.Evidence[:evidenceHead]), s.fork.B...), s.fork.A...)
	put("fork-order", "the headers in the other order: evidence has one form", ErrEvidence, order)
	charter := base(s.fork)
	charter.Charter = hexBytes(flipped(testCharter[:], 0))
	put("fork-charter", "of another charter", ErrCharter, charter)
	put("unopenable-opens", "the body opens", ErrEvidence, base(&Unopenable{a.Header, a.Body, k}))
	put("unopenable-key", "a key to which the tag does not commit", ErrTag, base(&Unopenable{a.Header, a.Body, k2}))
	put("unopenable-body", "another body than the one signed for", ErrDigest, base(&Unopenable{a.Header, b.Body, k}))
	same := s.slot.Statement
	p, _ := ParsePacket(s.slot.Payload)
	same.Commitment = p.Commitment
	place := irq.packetPlace(0)
	sig, _ := irq.signer().Sign(contextSlot, statement(place.bindingOf(same.Recipient), p.Commitment))
	copy(same.Signature[:], sig)
	put("slot-same", "the statement is over the packet's commitment", ErrEvidence, base(&SlotMismatch{s.slot.Header, s.slot.Payload, same}))
	forged := s.slot.Statement
	forged.Commitment[0] ^= 1
	put("slot-not-signed", "a statement that nobody signed", ErrSignature, base(&SlotMismatch{s.slot.Header, s.slot.Payload, forged}))
	one := base(s.conflict)
	for i := range one.Portions {
		one.Portions[i].Digest = one.Portions[0].Digest
	}
	put("portion-same", "both acts state one digest", ErrEvidence, one)
	there := base(s.missing)
	there.Missing = false
	put("missing-is-there", "the judge finds the header in the log", ErrEvidence, there)
	put("signature-whole", "the signature verifies", ErrEvidence, base(&BrokenSignature{a.Header, b.Header}))
	version := base(s.fork)
	version.Evidence = changed(version.Evidence, 4, 2)
	put("version", "version 2", ErrVersion, version)
	kind := base(s.fork)
	kind.Evidence = changed(kind.Evidence, 5, 9)
	put("type", "type 9", ErrVersion, kind)
	more := base(s.fork)
	more.Evidence = append(bytes.Clone(more.Evidence), 0)
	put("long", "a byte more", ErrLength, more)
	reserved := base(s.fork)
	reserved.Evidence = changed(reserved.Evidence, 7, 1)
	put("reserved", "byte 7 is not zero", ErrReserved, reserved)
}
