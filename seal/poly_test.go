package seal

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"
)

// This file makes one ciphertext of XChaCha20-Poly1305 that authenticates under
// two keys and opens to two different bodies, both well padded. Poly1305 is a
// polynomial in the ciphertext's blocks over GF(2^130-5) for each key; asking
// for one tag under both keys leaves one linear equation, which a single free
// block solves (as in the partitioning oracles of Len, Grubbs, Ristenpart 2021).

// keyed is what a body key and a nonce determine.
type keyed struct {
	stream []byte // key stream from block 1
	r, s   *big.Int
}

func newKeyed(bodyKey [32]byte, nonce *[nonceSize]byte, n int) keyed {
	c, err := chacha20.NewUnauthenticatedCipher(bodyKey[:], nonce[:])
	if err != nil {
		panic(err)
	}
	stream := make([]byte, 64+n)
	c.XORKeyStream(stream, stream)
	r := append([]byte(nil), stream[:16]...) // clamped, RFC 8439 section 2.5
	for _, i := range []int{3, 7, 11, 15} {
		r[i] &= 15
	}
	for _, i := range []int{4, 8, 12} {
		r[i] &= 252
	}
	return keyed{stream[64:], little(r), little(stream[16:32])}
}

func little(b []byte) *big.Int {
	out := make([]byte, len(b))
	for i, c := range b {
		out[len(b)-1-i] = c
	}
	return new(big.Int).SetBytes(out)
}

var (
	polyPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	two128    = new(big.Int).Lsh(big.NewInt(1), 128)
)

// blocks are those that Poly1305 sums up: associated data and ciphertext, each
// filled to 16 bytes, and their lengths (RFC 8439 section 2.8).
func blocks(ad, ct []byte) []*big.Int {
	var data []byte
	for _, part := range [][]byte{ad, ct} {
		data = append(data, part...)
		data = append(data, make([]byte, (16-len(part)%16)%16)...)
	}
	data = binary.LittleEndian.AppendUint64(data, uint64(len(ad)))
	data = binary.LittleEndian.AppendUint64(data, uint64(len(ct)))
	var bs []*big.Int
	for i := 0; i < len(data); i += 16 {
		bs = append(bs, new(big.Int).Add(little(data[i:i+16]), two128))
	}
	return bs
}

// polynomial is the sum over the blocks, block skip left out; skip of -1 leaves
// none out.
func polynomial(bs []*big.Int, r *big.Int, skip int) *big.Int {
	h := new(big.Int)
	for i, b := range bs {
		if i != skip {
			h.Add(h, b)
		}
		h.Mul(h, r).Mod(h, polyPrime)
	}
	return h
}

func (k *keyed) tag(bs []*big.Int) []byte {
	t := polynomial(bs, k.r, -1)
	t.Add(t, k.s).Mod(t, two128)
	out := make([]byte, 16)
	t.FillBytes(out)
	for i := range 8 {
		out[i], out[15-i] = out[15-i], out[i]
	}
	return out
}

// twoKeyBody returns a body of the class that opens under k1 and under k2, and
// to what. header gives the associated data: its digest need not be right yet.
// The search for a nonce begins at try.
func twoKeyBody(header []byte, k1, k2 EnvelopeKey, try uint64) (body, act1, act2 []byte) {
	n := Class(header[atClass]).Size() - nonceSize - overhead
	capacity := n - publicOverhead
	b1, b2 := mac((*[32]byte)(&k1), macBody), mac((*[32]byte)(&k2), macBody)
	var buf [adSize]byte
	ad := associated(&buf, header)

	// Look for a nonce under which the first four bytes can say two lengths:
	// the whole capacity under one key, and something shorter under the other.
	// What is padding in the shorter act is content in the longer one.
	var nonce [nonceSize]byte
	length2 := 0
	for ; ; try++ {
		binary.BigEndian.PutUint64(nonce[:], try)
		a, b := newKeyed(b1, &nonce, 4), newKeyed(b2, &nonce, 4)
		length2 = capacity ^ int(binary.BigEndian.Uint32(a.stream)^binary.BigEndian.Uint32(b.stream))
		if length2 >= capacity/2 && length2 < capacity {
			break
		}
	}
	one, two := newKeyed(b1, &nonce, n), newKeyed(b2, &nonce, n)

	inner := make([]byte, n)
	binary.BigEndian.PutUint32(inner, uint32(capacity))
	copy(inner[publicOverhead:], "the first reader is told this")
	ct := make([]byte, n)
	for i := range ct {
		ct[i] = inner[i] ^ one.stream[i]
	}
	// The second act begins in clear a quarter further on.
	said2 := "the second reader is told that"
	for i := range said2 {
		ct[n/4+i] = said2[i] ^ two.stream[n/4+i]
	}
	for i := publicOverhead + length2; i < n; i++ {
		ct[i] = two.stream[i] // zeros under the second key
	}

	// The free block stands inside both acts; so does the byte that is changed
	// until a solution has the form of a block.
	free, vary := n/3/16, n/3+64
	skip := adSize/16 + free
	for v := range 256 {
		ct[vary] = byte(v)
		bs := blocks(ad, ct)
		e := big.NewInt(int64(len(bs) - skip))
		factor := new(big.Int).Sub(new(big.Int).Exp(one.r, e, polyPrime), new(big.Int).Exp(two.r, e, polyPrime))
		factor.ModInverse(factor.Mod(factor, polyPrime), polyPrime)
		base := new(big.Int).Sub(two.s, one.s)
		base.Add(base, polynomial(bs, two.r, skip)).Sub(base, polynomial(bs, one.r, skip))
		for carry := int64(-4); carry <= 4; carry++ {
			x := new(big.Int).Mul(two128, big.NewInt(carry))
			x.Add(x, base).Mul(x, factor).Mod(x, polyPrime)
			x.Sub(x, two128)
			if x.Sign() < 0 || x.Cmp(two128) >= 0 {
				continue
			}
			var block [16]byte
			x.FillBytes(block[:])
			for i := range 16 {
				ct[16*free+i] = block[15-i]
			}
			bs[skip] = x.Add(x, two128)
			if tag := one.tag(bs); string(tag) == string(two.tag(bs)) {
				body = append(append(nonce[:], ct...), tag...)
				return body, contentUnder(b1, body, ad), contentUnder(b2, body, ad)
			}
		}
	}
	panic("no block solves the equation")
}

// contentUnder opens a body with the AEAD of x/crypto alone.
func contentUnder(bodyKey [32]byte, body, ad []byte) []byte {
	aead, err := chacha20poly1305.NewX(bodyKey[:])
	if err != nil {
		panic(err)
	}
	inner, err := aead.Open(nil, body[:nonceSize], body[nonceSize:], ad)
	if err != nil {
		panic(fmt.Sprintf("the forged body does not authenticate: %v", err))
	}
	content, err := unpad(inner)
	if err != nil {
		panic(err)
	}
	return content
}
