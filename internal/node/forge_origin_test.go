package node

import (
	"context"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"

	"entente/internal/centre"
	"entente/label"
	"entente/seal"
)

// forger is an originator's node in the hands of somebody who signs whatever
// serves him. He has all of that member's keys, and nobody else's.
type forger struct {
	t testing.TB
	*running
	w *world
}

// file puts an envelope into the forger's chain and returns its index once all
// nodes have passed it.
func (f *forger) file(make func(p seal.Place) (seal.Envelope, error)) int64 {
	f.t.Helper()
	ctx := context.Background()
	filed, err := f.station.File(ctx, []centre.Item{{Seal: make}})
	check(f.t, err)
	for {
		index, ok, err := f.log.OwnIndex(ctx, filed[0].Incarnation, filed[0].Sequence)
		check(f.t, err)
		passed := ok
		for _, n := range f.w.nodes {
			cursor, _ := n.Projected()
			passed = passed && cursor > index
		}
		if passed {
			return index
		}
		f.w.settle(100e6)
	}
}

// sealed files an act under a set key, as an honest node would.
func (f *forger) sealed(key seal.SetKey, act []byte) int64 {
	return f.file(func(p seal.Place) (seal.Envelope, error) {
		e, _, err := seal.Seal(p, key, act, 0, f.signers.Header())
		return e, err
	})
}

// slot is what the forger puts into a packet for one member.
type slot struct {
	to        label.MemberID
	key       seal.SetKey // in the slot
	committed seal.SetKey // what the statement commits to
	number    uint16      // of the packet that the slot is made for
}

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// packet files a key packet whose slots are made by hand (spec/envelope.md).
func (f *forger) packet(number uint16, key seal.SetKey, slots ...slot) int64 {
	f.t.Helper()
	payload := append([]byte("ENTP\x01"), byte(f.found.Charter().Slots))
	payload = binary.BigEndian.AppendUint16(payload, number)
	payload = binary.BigEndian.AppendUint32(payload, f.station.Epoch())
	payload = append(payload, mac(key[:], []byte("commit"))...)
	for _, s := range slots {
		payload = append(payload, f.slot(s)...)
	}
	for len(payload) < 44+seal.SlotSize*f.found.Charter().Slots {
		garbage := make([]byte, seal.SlotSize)
		rand.Read(garbage)
		payload = append(payload, garbage...)
	}
	return f.file(func(p seal.Place) (seal.Envelope, error) {
		return seal.SealPublic(p, seal.Packet, payload, f.signers.Header())
	})
}

func (f *forger) slot(s slot) []byte {
	public, ok := f.station.State().EpochKey(s.to, f.station.Epoch())
	if !ok {
		f.t.Fatalf("%s has published no key", s.to)
	}
	hash := sha256.Sum256(public[:])
	charter := f.found.Hash()
	binding := slices.Concat(charter[:], []byte(f.self))
	binding = binary.BigEndian.AppendUint32(binding, f.incarnation())
	binding = binary.BigEndian.AppendUint32(binding, f.station.Epoch())
	binding = binary.BigEndian.AppendUint16(binding, s.number)
	binding = append(binding, hash[:]...)
	statement, err := f.signers.Header().Sign("entente/v1/slot", slices.Concat(binding, mac(s.committed[:], []byte("commit"))))
	check(f.t, err)
	to, err := public.HPKE()
	check(f.t, err)
	message, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), slices.Concat([]byte("entente/v1/packet\x00"), binding), slices.Concat(s.key[:], statement))
	check(f.t, err)
	return message
}

// twoKeys files one envelope whose body authenticates under two set keys. Its
// tag commits to the first.
func (f *forger) twoKeys(first, second seal.SetKey) int64 {
	return f.file(func(p seal.Place) (seal.Envelope, error) {
		id := f.signers.Header().PublicKey()
		h := seal.Header{Kind: seal.Sealed, Class: seal.Classes - 1, Charter: p.Charter, Originator: p.Originator, Incarnation: p.Incarnation,
			Sequence: p.Sequence, Previous: p.Previous, Time: p.Time, Epoch: p.Epoch, KeyID: seal.KeyID(id)}
		raw := h.AppendTo(nil)
		k1, k2 := seal.DeriveKey(first, raw), seal.DeriveKey(second, raw)
		copy(raw[136:168], mac(k1[:], []byte("tag")))
		body := twoKeyBody(f.t, associated(raw), k1, k2)
		e := seal.Envelope{Header: raw, Body: body}
		f.resign(e)
		return e, nil
	})
}

// resign makes a header fit its body again.
func (f *forger) resign(e seal.Envelope) {
	digest := sha256.Sum256(e.Body)
	copy(e.Header[104:136], digest[:])
	sig, err := f.signers.Header().Sign("entente/v1/header", e.Header[:192])
	check(f.t, err)
	copy(e.Header[192:], sig)
}

// associated is the header without digest and signature.
func associated(raw []byte) []byte { return slices.Concat(raw[:104], raw[136:192]) }

var (
	prime1305 = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	two128    = new(big.Int).Lsh(big.NewInt(1), 128)
)

// stream is the key stream of XChaCha20 under a key: the one-time key of
// Poly1305, and the bytes that hide the plain text.
func stream(t testing.TB, k seal.EnvelopeKey, nonce []byte, n int) (oneTime, hide []byte) {
	c, err := chacha20.NewUnauthenticatedCipher(mac(k[:], []byte("body")), nonce)
	check(t, err)
	all := make([]byte, 64+n)
	c.XORKeyStream(all, all)
	return all[:32], all[64:]
}

// twoKeyBody makes a body of the largest class that opens under both keys: to
// an act that begins with one sentence, and to another that has a second
// sentence in its middle. Poly1305 does not commit to its key: of a message
// with one free block, the block can be solved for such that the sums under
// two keys give one authenticator (the partitioning oracles of Len, Grubbs and
// Ristenpart, 2021, do it with many).
func twoKeyBody(t testing.TB, ad []byte, k1, k2 seal.EnvelopeKey) []byte {
	const size = 65536 - 24 - 16
	nonce := make([]byte, 24)
	for try := uint64(0); ; try++ {
		binary.BigEndian.PutUint64(nonce, try)
		// The second length follows from the first and the two streams.
		_, a := stream(t, k1, nonce, 4)
		_, b := stream(t, k2, nonce, 4)
		length := binary.BigEndian.Uint32(a) ^ binary.BigEndian.Uint32(b) ^ (size - 4)
		if length < 1024 || length > size-4 {
			continue
		}
		one1, hide1 := stream(t, k1, nonce, size)
		one2, hide2 := stream(t, k2, nonce, size)
		c := make([]byte, size)
		copy(c, hide1)
		binary.BigEndian.PutUint32(c, binary.BigEndian.Uint32(hide1)^(size-4))
		for i, x := range []byte(firstSentence) {
			c[4+i] = hide1[4+i] ^ x
		}
		for i, x := range []byte(secondSentence) {
			c[256+i] = hide2[256+i] ^ x
		}
		copy(c[4+length:], hide2[4+length:]) // zeros to the second reader
		if tag := solve(ad, c, one1, one2, 512); tag != nil {
			return slices.Concat(nonce, c, tag)
		}
	}
}

const (
	firstSentence  = "the bridge is open"
	secondSentence = "the bridge is closed"
)

// solve sets the 16 bytes of c at free so that c has one authenticator under
// both one-time keys, and returns it; nil when there is no such block.
func solve(ad, c, one1, one2 []byte, free int) []byte {
	clear(c[free : free+16])
	sum1, weight1, s1 := poly(ad, c, one1, free)
	sum2, weight2, s2 := poly(ad, c, one2, free)
	inverse := new(big.Int).ModInverse(new(big.Int).Sub(weight1, weight2), prime1305)
	if inverse == nil {
		return nil
	}
	for k := int64(-4); k <= 4; k++ {
		// sum1 + x*weight1 - sum2 - x*weight2 = s2 - s1 + k*2^128
		x := new(big.Int).Mul(two128, big.NewInt(k))
		x.Add(x, s2).Sub(x, s1).Sub(x, sum1).Add(x, sum2).Mul(x, inverse).Mod(x, prime1305)
		if x.Cmp(two128) >= 0 {
			continue
		}
		block := x.FillBytes(make([]byte, 16))
		slices.Reverse(block)
		copy(c[free:], block)
		tag1, tag2 := tagOf(ad, c, one1), tagOf(ad, c, one2)
		if slices.Equal(tag1, tag2) {
			return tag1
		}
	}
	return nil
}

// poly returns the sum of Poly1305 before its last addition, the weight that
// the block at free has in it, and what is added last.
func poly(ad, c, oneTime []byte, free int) (sum, weight, last *big.Int) {
	little := func(b []byte) *big.Int {
		b = slices.Clone(b)
		slices.Reverse(b)
		return new(big.Int).SetBytes(b)
	}
	r := slices.Clone(oneTime[:16])
	for _, i := range []int{3, 7, 11, 15} {
		r[i] &= 15
	}
	for _, i := range []int{4, 8, 12} {
		r[i] &= 252
	}
	factor, last := little(r), little(oneTime[16:])
	pad := func(b []byte) []byte { return append(slices.Clone(b), make([]byte, (16-len(b)%16)%16)...) }
	message := slices.Concat(pad(ad), pad(c))
	message = binary.LittleEndian.AppendUint64(message, uint64(len(ad)))
	message = binary.LittleEndian.AppendUint64(message, uint64(len(c)))
	at := len(pad(ad)) + free
	sum, weight = new(big.Int), new(big.Int)
	for i := 0; i < len(message); i += 16 {
		sum.Add(sum, little(message[i:i+16])).Add(sum, two128).Mul(sum, factor).Mod(sum, prime1305)
		if i == at {
			weight.SetInt64(1)
		}
		weight.Mul(weight, factor).Mod(weight, prime1305)
	}
	return sum, weight, last
}

func tagOf(ad, c, oneTime []byte) []byte {
	sum, _, last := poly(ad, c, oneTime, 0)
	sum.Add(sum, last).Mod(sum, two128)
	tag := sum.FillBytes(make([]byte, 16))
	slices.Reverse(tag)
	return tag
}

// trusting opens a body as a reader would who does not know that the cipher
// does not commit to its key: without a look at the tag.
func trusting(key seal.SetKey, header, body []byte) (act []byte, ok bool) {
	k := seal.DeriveKey(key, header)
	aead, err := chacha20poly1305.NewX(mac(k[:], []byte("body")))
	if err != nil {
		return nil, false
	}
	plain, err := aead.Open(nil, body[:24], body[24:], associated(header))
	if err != nil || int(binary.BigEndian.Uint32(plain)) > len(plain)-4 {
		return nil, false
	}
	n := binary.BigEndian.Uint32(plain)
	if !zero(plain[4+n:]) {
		return nil, false
	}
	return plain[4 : 4+n], true
}
