package keyring

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestKeyFileRoundTrip(t *testing.T) {
	key := newSecret()
	b := lockKey(contentRoot, "SYR", 7, key, testPassphrase, ForTestsOnly)
	f, err := parseKeyFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if f.content != contentRoot || f.member != "SYR" || f.generation != 7 || f.params != ForTestsOnly {
		t.Errorf("%v of %v, generation %d, %+v", f.content, f.member, f.generation, f.params)
	}
	got, err := f.unlock(testPassphrase)
	if err != nil || *got != *key {
		t.Fatalf("unlocked to another key (%v)", err)
	}
	if bytes.Contains(b, key[:]) {
		t.Error("the key stands in the file")
	}
	if _, err := f.unlock(Passphrase([]byte("another passphrase"))); !errors.Is(err, ErrUnlock) {
		t.Errorf("another passphrase: %v", err)
	}
	if _, err := f.unlock(Passphrase(nil)); !errors.Is(err, ErrUnsuitable) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := f.unlockWith(key); !errors.Is(err, ErrFormat) {
		t.Errorf("with a master key: %v", err)
	}
	again := lockKey(contentRoot, "SYR", 7, key, testPassphrase, ForTestsOnly)
	if bytes.Equal(again[atSalt:atMember], b[atSalt:atMember]) || bytes.Equal(again[atNonce:], b[atNonce:]) {
		t.Error("salt or nonce repeats")
	}
	master := newSecret()
	under, err := parseKeyFile(lockKeyUnder(master, contentTLS, "SYR", 1, key))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := under.unlockWith(master); err != nil || *got != *key {
		t.Errorf("under the master key: %v", err)
	}
	if _, err := under.unlock(testPassphrase); !errors.Is(err, ErrFormat) {
		t.Errorf("with a passphrase: %v", err)
	}
	if _, err := under.unlockWith(newSecret()); !errors.Is(err, ErrUnlock) {
		t.Errorf("under another master key: %v", err)
	}
}

// No byte of a key file can be changed without it being refused: what it
// holds, of whom, and how it is locked are all bound to the key.
func TestKeyFileFlips(t *testing.T) {
	key := newSecret()
	good := lockKey(contentEpoch, "SYR", 1, key, testPassphrase, ForTestsOnly)
	for i := range good {
		for _, bit := range []byte{0x01, 0x80} {
			bad := bytes.Clone(good)
			bad[i] ^= bit
			f, err := parseKeyFile(bad)
			if err == nil && f.params.MemoryKiB <= 1<<10 && f.params.Time <= 4 {
				_, err = f.unlock(testPassphrase)
			} else if err == nil {
				continue // in bounds, and dear: other flips of the same field show it
			}
			if err == nil {
				t.Errorf("byte %d, bit %#x: unlocked", i, bit)
			}
		}
	}
}

// A planted file cannot make the node take all memory or compute for days:
// its parameters are refused before anything is derived.
func TestKeyFileBounds(t *testing.T) {
	good := lockKey(contentMaster, "SYR", 0, newSecret(), testPassphrase, ForTestsOnly)
	set := func(change func(b []byte)) []byte {
		b := bytes.Clone(good)
		change(b)
		return b
	}
	put := func(at int, v uint32) func([]byte) {
		return func(b []byte) { binary.BigEndian.PutUint32(b[at:], v) }
	}
	for _, tc := range []struct {
		name string
		file []byte
		want error
	}{
		{"1 TiB of memory", set(put(atMemory, 1<<30)), ErrFormat},
		{"4 TiB of memory", set(put(atMemory, 1<<32-1)), ErrFormat},
		{"over 1 GiB of memory", set(put(atMemory, 1<<20+1)), ErrFormat},
		{"no memory", set(put(atMemory, 0)), ErrFormat},
		{"17 passes", set(put(atTime, 17)), ErrFormat},
		{"no pass", set(put(atTime, 0)), ErrFormat},
		{"17 threads", set(func(b []byte) { b[atThreads] = 17 }), ErrFormat},
		{"no thread", set(func(b []byte) { b[atThreads] = 0 }), ErrFormat},
		{"locked in way 2", set(func(b []byte) { b[atLock] = 2 }), ErrFormat},
		{"under the master key with parameters", set(func(b []byte) { b[atLock] = lockMaster }), ErrFormat},
		{"content 8", set(func(b []byte) { b[atContent] = byte(contents) }), ErrFormat},
		{"no member", set(func(b []byte) { b[atMember] = 0 }), ErrFormat},
		{"version 2", set(func(b []byte) { b[4] = 2 }), ErrVersion},
		{"version 2, longer", append(set(func(b []byte) { b[4] = 2 }), 0), ErrVersion},
		{"a byte more", append(bytes.Clone(good), 0), ErrFormat},
		{"a byte less", good[:keyFileSize-1], ErrFormat},
		{"empty", nil, ErrFormat},
		{"something else", []byte("-----BEGIN PRIVATE KEY-----"), ErrFormat},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := parseKeyFile(tc.file); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		// Its parameters are refused before anything is done by them.
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: took %d bytes of memory", tc.name, took)
		}
	}
}

func TestKeyFilesOpenToOthersAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	root, err := CreateRoot(path, "SYR", testPassphrase, ForTestsOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenRoot(path, testPassphrase); !errors.Is(err, ErrExposed) {
			t.Errorf("mode %v: %v, want ErrExposed", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRoot(path, testPassphrase); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
	if _, err := readKeyFile(t.TempDir()); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrExposed) {
		t.Errorf("a directory: %v", err)
	}
}

func TestParams(t *testing.T) {
	if Standard != (Params{Time: 3, MemoryKiB: 65536, Threads: 4}) {
		t.Errorf("the standard parameters are %+v, spec/keys.md has others", Standard)
	}
	for p, ok := range map[Params]bool{
		Standard:     true,
		ForTestsOnly: true,
		{Time: 4, MemoryKiB: 1 << 18, Threads: 4}: true,
		{Time: 2, MemoryKiB: 65536, Threads: 4}:   false,
		{Time: 3, MemoryKiB: 65535, Threads: 4}:   false,
		{Time: 1, MemoryKiB: 65, Threads: 1}:      false,
		{Time: 3, MemoryKiB: 1 << 21, Threads: 4}: false,
		{}: false,
	} {
		if err := p.checkNew(); (err == nil) != ok || err != nil && !errors.Is(err, ErrUnsuitable) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

func FuzzParseKeyFile(f *testing.F) {
	f.Add(lockKey(contentRoot, "SYR", 7, newSecret(), testPassphrase, ForTestsOnly))
	f.Add(lockKeyUnder(newSecret(), contentLocal, "SYR", 0, newSecret()))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := parseKeyFile(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrVersion) {
				t.Fatal(err)
			}
			return
		}
		if k.lock == lockUnlock && k.params.check() != nil || !bytes.Equal(k.raw[:], b) {
			t.Fatalf("accepted %+v", k.params)
		}
		if k.content.String() == "" {
			t.Fatal("no name")
		}
	})
}

// What one guess at a passphrase costs under the standard parameters.
func BenchmarkUnlockStandard(b *testing.B) {
	for b.Loop() {
		testPassphrase.derive([16]byte{1}, Standard)
	}
}
