//go:build !unix

package node

import (
	"os"
	"path/filepath"
)

// lockDir opens the lock's file; this system has no lock that ends with the
// process.
func lockDir(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, fileLock), os.O_CREATE|os.O_RDWR, 0o600)
}
