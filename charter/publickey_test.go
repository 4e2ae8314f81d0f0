package charter

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// point is a point of the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 in
// affine coordinates: slow, obvious, and independent of what it checks.
type point struct{ x, y *big.Int }

func add(p, q point) point {
	mul := func(a, b *big.Int) *big.Int { return new(big.Int).Mod(new(big.Int).Mul(a, b), fieldPrime) }
	inv := func(a *big.Int) *big.Int { return new(big.Int).ModInverse(a, fieldPrime) }
	sum := func(a, b *big.Int) *big.Int { return new(big.Int).Mod(new(big.Int).Add(a, b), fieldPrime) }
	sub := func(a, b *big.Int) *big.Int { return new(big.Int).Mod(new(big.Int).Sub(a, b), fieldPrime) }
	one := big.NewInt(1)
	dxy := mul(curveD, mul(mul(p.x, q.x), mul(p.y, q.y)))
	return point{
		mul(sum(mul(p.x, q.y), mul(q.x, p.y)), inv(sum(one, dxy))),
		mul(sum(mul(p.y, q.y), mul(p.x, q.x)), inv(sub(one, dxy))),
	}
}

func times(n *big.Int, p point) point {
	sum := point{big.NewInt(0), big.NewInt(1)}
	for i := n.BitLen() - 1; i >= 0; i-- {
		sum = add(sum, sum)
		if n.Bit(i) == 1 {
			sum = add(sum, p)
		}
	}
	return sum
}

func encode(p point) []byte {
	var b [32]byte
	p.y.FillBytes(b[:])
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	b[31] |= byte(p.x.Bit(0)) << 7
	return b[:]
}

// decode finds x for a y, nil where there is none.
func decode(b []byte) *point {
	y := littleEndian(b)
	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, big.NewInt(1))
	v := new(big.Int).Add(new(big.Int).Mul(y2, curveD), big.NewInt(1))
	x2 := new(big.Int).Mul(u, new(big.Int).ModInverse(new(big.Int).Mod(v, fieldPrime), fieldPrime))
	x := new(big.Int).ModSqrt(x2.Mod(x2, fieldPrime), fieldPrime)
	if x == nil {
		return nil
	}
	if x.Bit(0) != uint(b[31]>>7) {
		x.Sub(fieldPrime, x)
	}
	return &point{x, y}
}

// groupOrder is L = 2^252 + 27742317777372353535851937790883648493.
var groupOrder, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func basePoint() point {
	b := bytes.Repeat([]byte{0x66}, 32)
	b[0] = 0x58
	return *decode(b)
}

// The arithmetic above is right: L times the base point is the neutral element.
func TestCurveOfTheTests(t *testing.T) {
	if got := times(groupOrder, basePoint()); got.x.Sign() != 0 || got.y.Cmp(big.NewInt(1)) != 0 {
		t.Fatal("L*B is not neutral")
	}
	key := testKey("IRQ", "header")
	if p := decode(PublicKeyOf(key).bytes()); p == nil || !bytes.Equal(encode(*p), PublicKeyOf(key).bytes()) {
		t.Fatal("a key does not decode and encode")
	}
}

func (k PublicKey) bytes() []byte { return k[:] }

// The list of small orders is complete: for random points P, L*P runs through
// the whole group of order 8, and each of these is refused.
func TestSmallOrderListIsComplete(t *testing.T) {
	found := make(map[[32]byte]bool)
	for y := int64(2); len(found) < 8 && y < 400; y++ {
		for _, sign := range []byte{0, 0x80} {
			var b [32]byte
			b[0], b[1], b[31] = byte(y), byte(y>>8), sign
			p := decode(b[:])
			if p == nil {
				continue
			}
			found[[32]byte(encode(times(groupOrder, *p)))] = true
		}
	}
	if len(found) != 8 {
		t.Fatalf("found %d points of small order, there are 8", len(found))
	}
	for b := range found {
		if err := CheckPublicKey(b[:]); !errors.Is(err, ErrKey) {
			t.Errorf("%x: %v, want ErrKey", b, err)
		}
	}
}

func TestCheckPublicKeyAgreesWithTheCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
		want := decode(b) != nil && littleEndian(b).Cmp(fieldPrime) < 0
		if want { // of small order?
			p := times(big.NewInt(8), *decode(b))
			want = p.x.Sign() != 0 || p.y.Cmp(big.NewInt(1)) != 0
		}
		if got := CheckPublicKey(b) == nil; got != want {
			t.Fatalf("accepted %v, want %v", got, want)
		}
	})
}

func TestCheckPublicKeyLength(t *testing.T) {
	for _, n := range []int{0, 31, 33} {
		if err := CheckPublicKey(make([]byte, n)); !errors.Is(err, ErrKey) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestContextsDoNotMix(t *testing.T) {
	priv := testKey("IRQ", "header")
	pub := PublicKeyOf(priv)
	sig := SignContext(priv, "entente/v1/a", []byte("message"))
	if !pub.Verify("entente/v1/a", []byte("message"), sig) {
		t.Error("own signature does not verify")
	}
	if pub.Verify("entente/v1/b", []byte("message"), sig) || pub.Verify("entente/v1/", []byte("a\x00message"), sig) {
		t.Error("a signature verifies under another context")
	}
	if !ed25519.Verify(pub[:], []byte("entente/v1/a\x00message"), sig) {
		t.Error("not a plain Ed25519 signature over context || 0x00 || message")
	}
}

func BenchmarkCheckPublicKey(b *testing.B) {
	k := PublicKeyOf(testKey("IRQ", "header"))
	for b.Loop() {
		if err := CheckPublicKey(k[:]); err != nil {
			b.Fatal(err)
		}
	}
}
