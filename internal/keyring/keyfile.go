package keyring

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"entente/label"

	"golang.org/x/crypto/chacha20poly1305"
)

// A key file has 112 bytes (spec/keys.md, "At rest"):
//
//	 0  4  ENTK
//	 4  1  1
//	 5  1  what it holds, see content
//	 6  1  under what it is locked: 0 argon2id, 1 the master key
//	 7  1  argon2id: threads
//	 8  4  argon2id: passes
//	12  4  argon2id: KiB
//	16 16  argon2id: salt
//	32  3  member
//	35  1  zero
//	36  4  generation
//	40 24  nonce
//	64 48  XChaCha20-Poly1305 of the 32 bytes of the key; bytes 0-39 associated
//
// Under the master key the fields of argon2id are zero.
const (
	keyFileSize    = 112
	keyFileMagic   = "ENTK"
	keyFileVersion = 1

	atContent    = 5
	atLock       = 6
	atThreads    = 7
	atTime       = 8
	atMemory     = 12
	atSalt       = 16
	atMember     = 32
	atGeneration = 36
	atNonce      = 40
	atSealed     = 64

	lockUnlock = 0
	lockMaster = 1
)

// content is what a key file holds.
type content uint8

const (
	contentRoot content = iota
	contentMaster
	contentHeader
	contentCheckpoint
	contentCosignature
	contentTLS
	contentEpoch
	contentLocal
	contents
)

var contentNames = [contents]string{"root", "master", "header", "checkpoint", "cosignature", "tls", "epoch", "local"}

func (c content) String() string { return contentNames[c] }

// keyFile is a key file taken apart, still locked.
type keyFile struct {
	content    content
	lock       uint8
	params     Params
	salt       [16]byte
	member     label.MemberID
	generation uint32
	raw        [keyFileSize]byte
}

// parseKeyFile reads the form and holds it to its bounds before anything is
// computed or set aside. Errors: ErrFormat, ErrVersion.
func parseKeyFile(b []byte) (*keyFile, error) {
	if len(b) < len(keyFileMagic)+1 || string(b[:len(keyFileMagic)]) != keyFileMagic {
		return nil, fmt.Errorf("%w: it does not begin with %s", ErrFormat, keyFileMagic)
	}
	if b[4] != keyFileVersion {
		return nil, fmt.Errorf("%w: %d; install a newer program", ErrVersion, b[4])
	}
	if len(b) != keyFileSize {
		return nil, fmt.Errorf("%w: %d bytes, a key file has %d", ErrFormat, len(b), keyFileSize)
	}
	f := &keyFile{
		content:    content(b[atContent]),
		lock:       b[atLock],
		params:     Params{binary.BigEndian.Uint32(b[atTime:]), binary.BigEndian.Uint32(b[atMemory:]), b[atThreads]},
		salt:       [16]byte(b[atSalt:]),
		generation: binary.BigEndian.Uint32(b[atGeneration:]),
		raw:        [keyFileSize]byte(b),
	}
	if f.content >= contents {
		return nil, fmt.Errorf("%w: it holds a key of kind %d, which is none", ErrFormat, b[atContent])
	}
	id, err := label.ParseMemberID(string(b[atMember : atMember+3]))
	if err != nil || b[atMember+3] != 0 {
		return nil, fmt.Errorf("%w: its member is no id", ErrFormat)
	}
	f.member = id
	switch f.lock {
	case lockUnlock:
		if err := f.params.check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	case lockMaster:
		if f.params != (Params{}) || f.salt != [16]byte{} {
			return nil, fmt.Errorf("%w: locked under the master key, with parameters of argon2id", ErrFormat)
		}
	default:
		return nil, fmt.Errorf("%w: locked in way %d, which is none", ErrFormat, f.lock)
	}
	return f, nil
}

// lockKey writes a key file under a passphrase or credential.
func lockKey(c content, member label.MemberID, generation uint32, key *secret, u Unlock, p Params) []byte {
	var head [atNonce]byte
	rand.Read(head[atSalt:atMember])
	head[atLock], head[atThreads] = lockUnlock, p.Threads
	binary.BigEndian.PutUint32(head[atTime:], p.Time)
	binary.BigEndian.PutUint32(head[atMemory:], p.MemoryKiB)
	kek := u.derive([16]byte(head[atSalt:]), p)
	defer kek.wipe()
	return sealKeyFile(head, c, member, generation, key, kek)
}

// lockKeyUnder writes a key file under the master key.
func lockKeyUnder(master *secret, c content, member label.MemberID, generation uint32, key *secret) []byte {
	var head [atNonce]byte
	head[atLock] = lockMaster
	return sealKeyFile(head, c, member, generation, key, master)
}

func sealKeyFile(head [atNonce]byte, c content, member label.MemberID, generation uint32, key, kek *secret) []byte {
	copy(head[:], keyFileMagic)
	head[4], head[atContent] = keyFileVersion, byte(c)
	copy(head[atMember:], member)
	binary.BigEndian.PutUint32(head[atGeneration:], generation)
	out := append(make([]byte, 0, keyFileSize), head[:]...)
	var nonce [chacha20poly1305.NonceSizeX]byte
	rand.Read(nonce[:])
	out = append(out, nonce[:]...)
	aead, err := chacha20poly1305.NewX(kek[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	return aead.Seal(out, nonce[:], key[:], head[:])
}

// unlock derives the key-encryption key and opens the file.
func (f *keyFile) unlock(u Unlock) (*secret, error) {
	if f.lock != lockUnlock {
		return nil, fmt.Errorf("%w: the %s key is locked under the master key, not under a passphrase", ErrFormat, f.content)
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	kek := u.derive(f.salt, f.params)
	defer kek.wipe()
	return f.open(kek)
}

// unlockWith opens a file that is locked under the master key.
func (f *keyFile) unlockWith(master *secret) (*secret, error) {
	if f.lock != lockMaster {
		return nil, fmt.Errorf("%w: the %s key is not locked under the master key", ErrFormat, f.content)
	}
	return f.open(master)
}

func (f *keyFile) open(kek *secret) (*secret, error) {
	aead, err := chacha20poly1305.NewX(kek[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	plain, err := aead.Open(nil, f.raw[atNonce:atSealed], f.raw[atSealed:], f.raw[:atNonce])
	if err != nil {
		return nil, fmt.Errorf("%w: %s key of %s: wrong passphrase or credential, or the file was changed", ErrUnlock, f.content, f.member)
	}
	defer clear(plain)
	s := secret(plain)
	return &s, nil
}

// readKeyFile reads and parses a file. Errors: ErrMissing, ErrExposed,
// ErrFormat, ErrVersion.
func readKeyFile(path string) (*keyFile, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: no file %s", ErrMissing, filepath.Base(path))
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no regular file", ErrFormat, filepath.Base(path))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %v; make it readable by its owner alone (chmod 600)", ErrExposed, filepath.Base(path), info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, keyFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	k, err := parseKeyFile(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return k, nil
}

// writeNew writes a file that must not exist, and brings it and its entry in
// the directory to the disk.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, filepath.Base(path))
	}
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}

// replace puts new content in the place of a file in one step, and then
// overwrites the old content.
func replace(path string, b []byte) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := writeNew(next, b); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return overwrite(old)
}

// destroy overwrites a file and removes it. On media that write elsewhere what
// is overwritten (flash, copy-on-write file systems) the old bytes may live on
// until the medium uses their place again.
func destroy(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = errors.Join(overwrite(f), f.Close())
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func overwrite(f *os.File) error {
	if _, err := f.WriteAt(make([]byte, keyFileSize), 0); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
