package tlog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"testing"
)

// testOrigin is the log of the tests: an origin of Entente's form.
const testOrigin = "entente/0123456789abcdef/1"

// testKey derives a private key from a printed seed, as spec/log.md section 12
// says, so that other languages can make the same.
func testKey(seed string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(h[:])
}

func logSigner(t testing.TB, origin, seed string) Signer {
	t.Helper()
	s, err := NewLogSigner(origin, testKey(seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cosigner(t testing.TB, name string) Signer {
	t.Helper()
	s, err := NewCosigner(name, testKey("seed of "+name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// members are the cosigners of a test charter, four of them unless more are
// asked for, with their verifiers in the same order.
func members(t testing.TB, n int) (ss []Signer, vs []Verifier) {
	t.Helper()
	for _, id := range []string{"IRN", "IRQ", "RUS", "SYR", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF"}[:n] {
		s := cosigner(t, id+"/cosignature")
		ss, vs = append(ss, s), append(vs, s.Verifier)
	}
	return ss, vs
}

// smallTree returns the tiles of a tree of n test leaves.
func smallTree(t testing.TB, n int) MemTiles {
	t.Helper()
	hashes := make([]Hash, n)
	for i := range hashes {
		hashes[i] = LeafHash(testLeaf(int64(i)))
	}
	return treeOf(t, hashes)
}

func treeOf(t testing.TB, hashes []Hash) MemTiles {
	t.Helper()
	f, err := NewFrontier(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Append(hashes); err != nil {
		t.Fatal(err)
	}
	m := MemTiles{}
	m.Put(f.TakeTiles())
	return m
}

// head signs the head of the first size leaves of a tree.
func head(t testing.TB, s Signer, size int64, tiles TileReader) []byte {
	t.Helper()
	root, err := RootAt(size, tiles)
	if err != nil {
		t.Fatal(err)
	}
	note, err := SignCheckpoint(Checkpoint{s.Name(), size, root}, s)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// cosigned adds the cosignatures of the signers, at time, time+1, ...
func cosignedBy(t testing.TB, note []byte, time int64, signers ...Signer) []byte {
	t.Helper()
	for i, s := range signers {
		line, err := Cosign(note, s, time+int64(i))
		if err != nil {
			t.Fatal(err)
		}
		if note, err = AddSignature(note, line); err != nil {
			t.Fatal(err)
		}
	}
	return note
}

// wantErr fails unless err is the refusal wanted, nil for none.
func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}
