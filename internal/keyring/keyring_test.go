package keyring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/charter"
	"entente/internal/store"
	"entente/label"
	"entente/seal"
)

func TestCreateAndOpen(t *testing.T) {
	k, dir := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	if k.Member() != "IRQ" {
		t.Errorf("member %s", k.Member())
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, dir)
	if got, err := again.Newest(); err != nil || got != keys {
		t.Errorf("other keys after opening again (%v)", err)
	}
	if _, err := Open(dir, Passphrase([]byte("another passphrase"))); !errors.Is(err, ErrUnlock) {
		t.Errorf("another passphrase: %v", err)
	}
	if _, err := Create(dir, "IRQ", testPassphrase, ForTestsOnly); !errors.Is(err, ErrExists) {
		t.Errorf("creating again: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, keysDir))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the directory: %v (%v)", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Join(dir, keysDir))
	if err != nil || len(entries) != 7 {
		t.Errorf("%d files (%v), want master, local and five", len(entries), err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 || info.Size() != keyFileSize {
			t.Errorf("%s: %v", e.Name(), info)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		name   string
		member label.MemberID
		unlock Unlock
		params Params
		want   error
	}{
		{"a short passphrase", "IRQ", Passphrase([]byte("elevenbytes")), ForTestsOnly, ErrUnsuitable},
		{"no passphrase", "IRQ", Unlock{}, ForTestsOnly, ErrUnsuitable},
		{"a passphrase of 4097 bytes", "IRQ", Passphrase(make([]byte, 4097)), ForTestsOnly, ErrUnsuitable},
		{"weak parameters", "IRQ", testPassphrase, Params{1, 1024, 1}, ErrUnsuitable},
		{"no parameters", "IRQ", testPassphrase, Params{}, ErrUnsuitable},
		{"no member", "irq", testPassphrase, ForTestsOnly, label.ErrMember},
	} {
		if _, err := Create(dir, tc.member, tc.unlock, tc.params); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("a refused creation left %v", entries)
	}
	if _, err := Open(dir, testPassphrase); !errors.Is(err, ErrMissing) {
		t.Errorf("opening nothing: %v", err)
	}
}

// A crash while keys are created leaves no keyring, and does not stand in the
// way of the next attempt; what might be somebody's keys is never overwritten.
func TestCreateAfterACrash(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, keysDir+".new")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, masterKey), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := Create(dir, "IRQ", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, keysDir)); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, "IRQ", testPassphrase, ForTestsOnly); !errors.Is(err, ErrExists) {
		t.Errorf("with a keys.db that may be somebody's: %v", err)
	}
}

// keys.db and the directory of keys belong together: one without the other, or
// with another's, is refused and never made anew in silence.
func TestPartsOfTwoKeyrings(t *testing.T) {
	a, dirA := newKeyring(t)
	_, dirB := newKeyring(t)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	mixed := t.TempDir()
	if err := os.CopyFS(mixed, os.DirFS(dirA)); err != nil {
		t.Fatal(err)
	}
	secureModes(t, mixed)
	if err := os.Remove(filepath.Join(mixed, keysDB)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(mixed, testPassphrase); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "restore") {
		t.Errorf("without keys.db: %v", err)
	}
	foreign := reopen(t, dirB)
	if err := store.Copy(context.Background(), foreign.db.Path(), filepath.Join(mixed, keysDB)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(mixed, testPassphrase); !errors.Is(err, ErrDamaged) {
		t.Errorf("with another's keys.db: %v", err)
	}
	// A purpose key of another member's under the right name.
	local, err := os.ReadFile(filepath.Join(dirB, keysDir, "tls-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mixed, keysDir, "header-1.key"), local, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(mixed, testPassphrase); !errors.Is(err, ErrFormat) {
		t.Errorf("with a TLS key in the place of a header key: %v", err)
	}
}

func TestRotation(t *testing.T) {
	k, dir := newKeyring(t)
	first, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	second, err := k.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if newest, _ := k.Newest(); newest != second {
		t.Error("the newest keys are not those just drawn")
	}
	// A certificate may keep some keys and change others.
	mixed := first
	mixed.TLS = second.TLS
	for _, keys := range []charter.PurposeKeys{first, second, mixed} {
		s, err := k.Signers(keys)
		if err != nil {
			t.Fatal(err)
		}
		if charter.PublicKey(s.Header.PublicKey()) != keys.Header || s.Epoch.PublicKey() != keys.Epoch {
			t.Error("signers of other keys")
		}
	}
	unknown := first
	unknown.Checkpoint = charter.PublicKey{1}
	if _, err := k.Signers(unknown); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "checkpoint") {
		t.Errorf("signers of a key that is not here: %v", err)
	}
	swapped := first
	swapped.Header, swapped.Checkpoint = first.Checkpoint, first.Header
	if _, err := k.Signers(swapped); !errors.Is(err, ErrMissing) {
		t.Errorf("a key for another purpose: %v", err)
	}
	if err := k.Retire(); !errors.Is(err, ErrUnsuitable) {
		t.Errorf("retiring everything: %v", err)
	}
	if err := k.Retire(mixed); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Signers(mixed); err != nil {
		t.Errorf("a kept key is gone: %v", err)
	}
	if _, err := k.Signers(second); !errors.Is(err, ErrMissing) {
		t.Errorf("a retired key still signs: %v", err)
	}
	again := reopen(t, dir)
	if _, err := again.Signers(mixed); err != nil {
		t.Errorf("after opening again: %v", err)
	}
	if _, err := again.Signers(second); !errors.Is(err, ErrMissing) {
		t.Errorf("a retired key is back: %v", err)
	}
	third, err := again.Generate()
	if err != nil || third == second {
		t.Errorf("generation after retiring: %v", err)
	}
}

func TestHalfAGenerationIsPassedOver(t *testing.T) {
	k, dir := newKeyring(t)
	first, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Generate(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, keysDir, purposeFile(contentEpoch, 2))); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, dir)
	if newest, err := again.Newest(); err != nil || newest != first {
		t.Errorf("the newest complete keys are not the first (%v)", err)
	}
	if _, err := again.Generate(); err != nil {
		t.Errorf("drawing again: %v", err)
	}
}

func TestChangeUnlock(t *testing.T) {
	k, dir := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, keysDir, masterKey))
	if err != nil {
		t.Fatal(err)
	}
	gone := traces{}
	gone.add("old lock", old[atSealed:])
	next := Passphrase([]byte("another passphrase for tests"))
	if err := ChangeUnlock(dir, next, next, ForTestsOnly); !errors.Is(err, ErrUnlock) {
		t.Errorf("with a wrong old passphrase: %v", err)
	}
	if err := ChangeUnlock(dir, testPassphrase, Passphrase([]byte("short")), ForTestsOnly); !errors.Is(err, ErrUnsuitable) {
		t.Errorf("to a short passphrase: %v", err)
	}
	// A crash before has left a file behind.
	if err := os.WriteFile(filepath.Join(dir, keysDir, masterKey+".new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ChangeUnlock(dir, testPassphrase, next, ForTestsOnly); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, testPassphrase); !errors.Is(err, ErrUnlock) {
		t.Errorf("the old passphrase: %v", err)
	}
	again, err := Open(dir, next)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, _ := again.Newest(); got != keys {
		t.Error("other keys under the new passphrase")
	}
	if found := gone.find(t, dir); len(found) > 0 {
		t.Errorf("the old lock is left: %v", found)
	}
}

func TestRoot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offline", "root.key")
	r, err := CreateRoot(path, "IRQ", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := CreateRoot(path, "IRQ", testPassphrase, ForTestsOnly); !errors.Is(err, ErrExists) {
		t.Errorf("creating again: %v", err)
	}
	again, err := OpenRoot(path, testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.PublicKey() != r.PublicKey() || again.Member() != "IRQ" {
		t.Error("another root after opening again")
	}
	k, dir := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	cert := &charter.KeyCertificate{Member: "IRQ", Incarnation: 1, Serial: 1, Keys: keys}
	signed, err := again.Certify(cert)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := charter.OpenKeyCertificate(signed, charter.Hash{}, "IRQ", r.PublicKey()); err != nil || got.Keys != keys {
		t.Errorf("certificate: %v", err)
	}
	foreign := *cert
	foreign.Member = "SYR"
	if _, err := again.Certify(&foreign); !errors.Is(err, ErrPurpose) {
		t.Errorf("certifying another's keys: %v", err)
	}
	if _, err := OpenRoot(filepath.Join(dir, keysDir, masterKey), testPassphrase); !errors.Is(err, ErrFormat) {
		t.Errorf("a master key as root: %v", err)
	}
	if _, err := OpenRoot(path+".no", testPassphrase); !errors.Is(err, ErrMissing) {
		t.Errorf("no file: %v", err)
	}
}

func TestCredential(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := Credential("entente"); !errors.Is(err, ErrMissing) {
		t.Errorf("without credentials: %v", err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if _, err := Credential("entente"); !errors.Is(err, ErrMissing) {
		t.Errorf("without this credential: %v", err)
	}
	for _, name := range []string{"", "..", ".", "a/b", "../entente"} {
		if _, err := Credential(name); !errors.Is(err, ErrUnsuitable) {
			t.Errorf("%q: %v", name, err)
		}
	}
	secret := []byte("bytes of a credential\x00\xff\n")
	if err := os.WriteFile(filepath.Join(dir, "entente"), secret, 0o400); err != nil {
		t.Fatal(err)
	}
	u, err := Credential("entente")
	if err != nil || !bytes.Equal(u.bytes, secret) {
		t.Fatalf("%d bytes (%v)", len(u.bytes), err)
	}
	node := t.TempDir()
	k, err := Create(node, "IRQ", u, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	k, err = Open(node, Passphrase(secret))
	if err != nil {
		t.Fatalf("the same bytes typed: %v", err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "large"), make([]byte, maxUnlock+100), 0o400); err != nil {
		t.Fatal(err)
	}
	if u, err = Credential("large"); err != nil || !errors.Is(u.checkNew(), ErrUnsuitable) {
		t.Errorf("a credential beyond bounds: %v", err)
	}
}

// No way of printing shows a key.
func TestNothingPrintsSecrets(t *testing.T) {
	k, _ := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Signers(keys)
	if err != nil {
		t.Fatal(err)
	}
	r, err := CreateRoot(filepath.Join(t.TempDir(), "root.key"), "IRQ", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	raw := newSecret()
	secrets := [][]byte{k.master[:], k.wrap.key[:], k.held[0].key.Seed(), s.Header.key.Seed(), r.key.Seed(), raw[:], testPassphrase.bytes}
	set := OwnSet{Recipients: label.Members("IRQ"), Key: seal.NewSetKey()}
	secrets = append(secrets, set.Key[:])
	var out bytes.Buffer
	text, js := slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{k, *k.master, k.master, raw, s.Header, *s.Header, s.Checkpoint, s.Cosignature, s.Epoch, s.TLS.PrivateKey, r, *r, testPassphrase, set, *raw} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%08b"} {
			fmt.Fprintf(&out, verb+"\n", v)
			fmt.Fprintf(&out, verb+"\n", []any{v})
			fmt.Fprintf(&out, verb+"\n", struct{ V any }{v})
		}
		text.Info("a key", "key", v)
		js.Info("a key", "key", v)
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
	}
	shown := out.String()
	for _, sec := range secrets {
		for _, form := range []string{string(sec), fmt.Sprintf("%x", sec), fmt.Sprintf("%X", sec), fmt.Sprint(sec), strings.Trim(fmt.Sprint(sec[:8]), "[]"), fmt.Sprintf("%#v", sec)} {
			if strings.Contains(shown, form) {
				t.Fatalf("a key was printed, as %q", form)
			}
		}
	}
	if !strings.Contains(shown, notShown) {
		t.Error("no remark in their place")
	}
}

func TestCloseWipes(t *testing.T) {
	dir := t.TempDir()
	k, err := Create(dir, "IRQ", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	master, wrap, header := k.master, k.wrap.key, k.held[0].key
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if *master != (secret{}) || *wrap != (secret{}) || !allZero(header) {
		t.Error("keys are left in memory after Close")
	}
}
