package tlog

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// TestVerifierAgainstOracle compares keys in text with those of x/mod's note.
func TestVerifierAgainstOracle(t *testing.T) {
	for _, seed := range []string{"a", "b", "c", "d", "e"} {
		pub := testKey(seed).Public().(ed25519.PublicKey)
		want, err := note.NewEd25519VerifierKey(testOrigin, pub)
		if err != nil {
			t.Fatal(err)
		}
		v, err := NewLogVerifier(testOrigin, pub)
		if err != nil || v.String() != want {
			t.Fatalf("%v, %v; want %s", v, err, want)
		}
		again, err := ParseVerifier(want)
		if err != nil || again != v || !bytes.Equal(again.PublicKey(), pub) || again.Name() != testOrigin {
			t.Fatalf("%v, %v", again, err)
		}
		c, err := NewCosignerVerifier(testOrigin, pub)
		if err != nil || c.KeyID() == v.KeyID() || !c.IsCosigner() || v.IsCosigner() {
			t.Fatalf("%v, %v", c, err)
		}
		if again, err := ParseVerifier(c.String()); err != nil || again != c {
			t.Fatalf("%v, %v", again, err)
		}
	}
}

// badKeys are public keys that no signature may be checked with.
func badKeys(t testing.TB) map[string][]byte {
	t.Helper()
	keys := map[string][]byte{"short": make([]byte, 31), "long": make([]byte, 33), "nil": nil}
	// The small orders by their definition: y of order 8 satisfies
	// d*y^4 + 2*y^2 - 1 = 0 (its double has y = 0), checked here, not believed.
	p := fieldPrime
	for i, y := range smallOrder {
		for _, sign := range []byte{0, 0x80} {
			b := y.FillBytes(make([]byte, 32))
			for i, j := 0, 31; i < j; i, j = i+1, j-1 {
				b[i], b[j] = b[j], b[i]
			}
			b[31] |= sign
			keys["small order "+hex.EncodeToString(b)] = b
		}
		if i >= 3 {
			y2 := new(big.Int).Exp(y, big.NewInt(2), p)
			e := new(big.Int).Mul(curveD, new(big.Int).Mul(y2, y2))
			e.Add(e, new(big.Int).Lsh(y2, 1)).Sub(e, big.NewInt(1)).Mod(e, p)
			if e.Sign() != 0 {
				t.Fatalf("%v is not of order 8", y)
			}
		}
	}
	// y + p for the few y for which that has 255 bits.
	for y := range int64(19) {
		b := new(big.Int).Add(p, big.NewInt(y)).FillBytes(make([]byte, 32))
		for i, j := 0, 31; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		keys["not canonical "+hex.EncodeToString(b)] = b
	}
	// y = 2 belongs to no point.
	keys["off the curve"] = append([]byte{2}, make([]byte, 31)...)
	return keys
}

func TestRefusedKeys(t *testing.T) {
	for what, key := range badKeys(t) {
		_, err := NewLogVerifier(testOrigin, key)
		if !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", what, err)
		}
		_, err = NewCosignerVerifier("IRQ/cosignature", key)
		if !errors.Is(err, ErrKey) {
			t.Errorf("%s as a cosigner: %v", what, err)
		}
	}
	// A key of small order takes a signature that nobody made: why the
	// refusal is there.
	one := make([]byte, 32)
	one[0] = 1
	if !ed25519.Verify(one, []byte("anything"), append(bytes.Clone(one), make([]byte, 32)...)) {
		t.Error("the point of order 1 no longer takes the trivial signature; the example is out of date")
	}
	// Real keys pass: about every curve point is one.
	for i := range 200 {
		if _, err := NewLogVerifier("x", testKey(string(rune(i))).Public().(ed25519.PublicKey)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNames(t *testing.T) {
	key := testKey("k").Public().(ed25519.PublicKey)
	for name, ok := range map[string]bool{
		testOrigin: true, "a": true, "IRQ/cosignature": true, strings.Repeat("n", MaxName): true, "~!": true,
		"": false, "a b": false, "a+b": false, "a\nb": false, "a\tb": false, "é": false, "a\u00a0b": false, "a\x7f": false,
		strings.Repeat("n", MaxName+1): false,
	} {
		if _, err := NewLogVerifier(name, key); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := (Checkpoint{Origin: name, Root: EmptyRoot()}).Text(); (err == nil) != ok {
			t.Errorf("origin %q: %v", name, err)
		}
	}
}

func TestParseVerifierRefuses(t *testing.T) {
	v := logSigner(t, testOrigin, "log").Verifier
	good := v.String()
	name, rest, _ := strings.Cut(good, "+")
	id, key, _ := strings.Cut(rest, "+")
	for what, s := range map[string]string{
		"nothing":        "",
		"no parts":       name,
		"wrong id":       name + "+00000000+" + key,
		"other name":     name + "x+" + id + "+" + key,
		"upper case id":  name + "+" + strings.ToUpper(id) + "x+" + key,
		"stray bits":     good[:len(good)-1] + "B",
		"short key":      name + "+" + id + "+" + key[:40],
		"newline":        good + "\n",
		"space":          " " + good,
		"type 2":         strings.Replace(good, "+A", "+Ag", 1),
		"carriage":       name + "+" + id + "+\r" + key,
		"far too long":   strings.Repeat("n", 5000) + "+" + id + "+" + key,
		"private key":    "PRIVATE+KEY+" + good,
		"without the id": name + "++" + key,
	} {
		if _, err := ParseVerifier(s); err == nil {
			t.Errorf("%s: %q is read", what, s)
		}
	}
}

// remoteKey stands for a key kept elsewhere, such as in an agent.
type remoteKey struct {
	ed25519.PrivateKey
	err  error
	trim int
}

func (k remoteKey) Sign(r io.Reader, m []byte, o crypto.SignerOpts) ([]byte, error) {
	sig, err := k.PrivateKey.Sign(r, m, o)
	return sig[:len(sig)-k.trim], errors.Join(err, k.err)
}

func TestSigners(t *testing.T) {
	cp := Checkpoint{testOrigin, 0, EmptyRoot()}
	want, err := SignCheckpoint(cp, logSigner(t, testOrigin, "log"))
	wantErr(t, err, nil)
	s, err := NewLogSigner(testOrigin, remoteKey{PrivateKey: testKey("log")})
	wantErr(t, err, nil)
	got, err := SignCheckpoint(cp, s)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("a key kept elsewhere signs otherwise: %v", err)
	}
	locked := errors.New("agent is locked")
	s, err = NewLogSigner(testOrigin, remoteKey{PrivateKey: testKey("log"), err: locked})
	wantErr(t, err, nil)
	_, err = SignCheckpoint(cp, s)
	wantErr(t, err, locked)
	c, err := NewCosigner("IRQ/cosignature", remoteKey{PrivateKey: testKey("log"), trim: 1})
	wantErr(t, err, nil)
	_, err = Cosign(want, c, 1)
	wantErr(t, err, ErrKey)

	_, err = NewLogSigner(testOrigin, nil)
	wantErr(t, err, ErrKey)
	_, err = NewLogSigner(testOrigin, testKey("log")[:40])
	wantErr(t, err, ErrKey)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	wantErr(t, err, nil)
	_, err = NewLogSigner(testOrigin, ec)
	wantErr(t, err, ErrKey)

	// Keys for one purpose do not serve the other.
	_, err = SignCheckpoint(cp, cosigner(t, testOrigin))
	wantErr(t, err, ErrKey)
	_, err = Cosign(want, logSigner(t, testOrigin, "log"), 1)
	wantErr(t, err, ErrKey)
	// Nor does the key of one log another.
	_, err = SignCheckpoint(cp, logSigner(t, "entente/0123456789abcdef/2", "log"))
	wantErr(t, err, ErrOrigin)
	_, err = SignCheckpoint(cp, Signer{})
	wantErr(t, err, ErrKey)
}
