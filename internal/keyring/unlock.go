package keyring

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Unlock is what a member unlocks its keys with: a passphrase, or the bytes of
// a credential that the operator's machine hands to the service.
type Unlock struct {
	hidden
	bytes []byte
}

const (
	// MinPassphrase is the least length in bytes of a passphrase or credential
	// with which keys are locked anew.
	MinPassphrase = 12
	maxUnlock     = 4096
)

// Passphrase unlocks with what a person types. The bytes are taken as they
// are: no trimming, no Unicode normalisation.
func Passphrase(p []byte) Unlock { return Unlock{bytes: append([]byte(nil), p...)} }

// Credential unlocks with the systemd credential of that name: the bytes of
// the file $CREDENTIALS_DIRECTORY/<name> (systemd.exec, LoadCredential and
// LoadCredentialEncrypted), a newline at its end included.
// Errors: ErrMissing, ErrUnsuitable.
func Credential(name string) (Unlock, error) {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return Unlock{}, fmt.Errorf("%w: the service manager has passed no credentials ($CREDENTIALS_DIRECTORY is empty); add LoadCredentialEncrypted=%s to the unit", ErrMissing, name)
	}
	if name == "" || strings.ContainsAny(name, "/\x00") || name == "." || name == ".." {
		return Unlock{}, fmt.Errorf("%w: %q names no credential; use the name in the unit, without a path", ErrUnsuitable, name)
	}
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return Unlock{}, fmt.Errorf("%w: credential %s was not passed; add LoadCredentialEncrypted=%s to the unit", ErrMissing, name, name)
	}
	if err != nil {
		return Unlock{}, fmt.Errorf("credential %s: %w", name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxUnlock+1))
	if err != nil {
		return Unlock{}, fmt.Errorf("credential %s: %w", name, err)
	}
	return Unlock{bytes: b}, nil
}

// check refuses what cannot be meant.
func (u Unlock) check() error {
	if len(u.bytes) == 0 {
		return fmt.Errorf("%w: the passphrase is empty", ErrUnsuitable)
	}
	if len(u.bytes) > maxUnlock {
		return fmt.Errorf("%w: the passphrase has over %d bytes", ErrUnsuitable, maxUnlock)
	}
	return nil
}

// checkNew is check for what is to lock from now on.
func (u Unlock) checkNew() error {
	if err := u.check(); err != nil {
		return err
	}
	if len(u.bytes) < MinPassphrase {
		return fmt.Errorf("%w: the passphrase has %d bytes; take at least %d", ErrUnsuitable, len(u.bytes), MinPassphrase)
	}
	return nil
}

// Wipe overwrites the passphrase in memory.
func (u Unlock) Wipe() { clear(u.bytes) }

// Params are those of argon2id (RFC 9106).
type Params struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8
}

// Standard are the parameters of spec/keys.md: some tenths of a second and
// 64 MiB for each guess.
var Standard = Params{Time: 3, MemoryKiB: 64 << 10, Threads: 4}

// ForTestsOnly makes guessing cheap. It is for tests and for a demonstration
// whose keys protect nothing, and is never a default.
var ForTestsOnly = Params{Time: 1, MemoryKiB: 64, Threads: 1}

// Bounds of what a file may ask for, so that one that somebody planted cannot
// make the node ask for all memory, or compute for days.
const (
	maxTime      = 16
	maxMemoryKiB = 1 << 20 // 1 GiB
	maxThreads   = 16
)

// check holds parameters to their bounds.
func (p Params) check() error {
	switch {
	case p.Time < 1 || p.Time > maxTime:
		return fmt.Errorf("argon2id with %d passes; 1 to %d are allowed", p.Time, maxTime)
	case p.Threads < 1 || p.Threads > maxThreads:
		return fmt.Errorf("argon2id with %d threads; 1 to %d are allowed", p.Threads, maxThreads)
	case p.MemoryKiB < 8*uint32(p.Threads) || p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("argon2id with %d KiB; %d (8 for each thread) to %d are allowed", p.MemoryKiB, 8*uint32(p.Threads), maxMemoryKiB)
	}
	return nil
}

// checkNew holds parameters of new files to the standard or more; the set for
// tests passes, since nobody can pass it by mistake.
func (p Params) checkNew() error {
	if err := p.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsuitable, err)
	}
	if p != ForTestsOnly && (p.Time < Standard.Time || p.MemoryKiB < Standard.MemoryKiB) {
		return fmt.Errorf("%w: %d passes over %d KiB; take at least %d over %d",
			ErrUnsuitable, p.Time, p.MemoryKiB, Standard.Time, Standard.MemoryKiB)
	}
	return nil
}

// derive makes the key-encryption key.
func (u Unlock) derive(salt [16]byte, p Params) *secret {
	b := argon2.IDKey(u.bytes, salt[:], p.Time, p.MemoryKiB, p.Threads, 32)
	defer clear(b)
	s := secret(b)
	return &s
}
