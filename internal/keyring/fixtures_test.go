package keyring

import (
	"crypto/rand"
	"testing"

	"entente/label"
	"entente/seal"
)

var testPassphrase = Passphrase([]byte("a passphrase for tests"))

// newKeyring makes a keyring of IRQ in a directory of its own.
func newKeyring(t testing.TB) (k *Keyring, dir string) {
	t.Helper()
	dir = t.TempDir()
	k, err := Create(dir, "IRQ", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return k, dir
}

func reopen(t testing.TB, dir string) *Keyring {
	t.Helper()
	k, err := Open(dir, testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// envelopes returns n keys of an originator's envelopes from a sequence on.
func envelopes(originator label.MemberID, from uint64, n int) []EnvelopeKey {
	keys := make([]EnvelopeKey, n)
	for i := range keys {
		keys[i].ID = EnvelopeID{originator, 1, from + uint64(i)}
		rand.Read(keys[i].Key[:])
	}
	return keys
}

var _ seal.Signer = (*HeaderSigner)(nil)
