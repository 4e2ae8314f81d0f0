package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names in a node's directory, for backups. What is in them is locked: under
// the passphrase or credential, or under what that opens.
const (
	DirKeys  = keysDir
	FileKeys = keysDB
)

// CopyFiles copies the key files of a node's directory that are not yet in to,
// a directory, still locked, each readable by its owner alone and on the disk.
// It returns the names that it added. A node may be running: a file that is
// destroyed meanwhile is passed over. keys.db is no part of it.
//
// Errors: ErrMissing where there are no keys, ErrExposed, ErrFormat,
// ErrVersion, and those of the disk.
func CopyFiles(dir, to string) (added []string, err error) {
	from := filepath.Join(dir, keysDir)
	entries, err := os.ReadDir(from)
	if err != nil {
		return nil, fmt.Errorf("copy keys: %w: no directory %s (%v)", ErrMissing, keysDir, err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".key") {
			continue
		}
		next := filepath.Join(to, e.Name())
		if _, err := os.Lstat(next); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return added, fmt.Errorf("copy keys: %w", err)
			}
			continue
		}
		f, err := readKeyFile(filepath.Join(from, e.Name()))
		if _, gone := os.Lstat(filepath.Join(from, e.Name())); errors.Is(gone, fs.ErrNotExist) {
			continue // retired; it may have been overwritten before it was read
		}
		if err != nil {
			return added, fmt.Errorf("copy keys: %w", err)
		}
		if err := writeNew(next, f.raw[:]); err != nil {
			return added, fmt.Errorf("copy keys: %w", err)
		}
		added = append(added, e.Name())
	}
	if _, err := os.Lstat(filepath.Join(to, masterKey)); err != nil {
		return added, fmt.Errorf("copy keys: %w: no file %s", ErrMissing, masterKey)
	}
	return added, nil
}
