package config

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"

	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/process/places/load"
)

// charterFile is the charter in a node's directory.
const charterFile = "charter.note"

// Check holds a configuration against the files it names: directory and
// charter are there and fit, the member is one of the charter's, every other
// member has an address, and no secret lies open to others. It opens no key.
// It returns one line a finding; none means that the node can be started.
func (c *Config) Check() []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }

	if st, err := os.Stat(c.Dir); err != nil || !st.IsDir() {
		add("dir: %s is no directory; entente init keys makes it", c.Dir)
		return found
	} else if st.Mode().Perm()&0o077 != 0 {
		add("dir: %s is open to others (mode %o); chmod 700 it", c.Dir, st.Mode().Perm())
	}
	if f := c.Unlock.PassphraseFile; f != "" {
		if st, err := os.Stat(f); err != nil {
			add("unlock: the passphrase file %s cannot be read: %v", f, err)
		} else if st.Mode().Perm()&0o077 != 0 {
			add("unlock: the passphrase file %s is open to others (mode %o); chmod 600 it", f, st.Mode().Perm())
		}
	}
	if c.Desk.Cert != "" {
		if _, err := tls.LoadX509KeyPair(c.Desk.Cert, c.Desk.Key); err != nil {
			add("desk: certificate and key do not fit: %v", err)
		}
	}
	if c.Taxii.Cert != "" {
		if _, err := tls.LoadX509KeyPair(c.Taxii.Cert, c.Taxii.Key); err != nil {
			add("taxii: certificate and key do not fit: %v", err)
		}
	}
	if c.Texts.Places != "" {
		if _, err := load.Fingerprint(c.Texts.Places); err != nil {
			add("texts.places: %v", err)
		}
	}
	file, err := os.ReadFile(filepath.Join(c.Dir, charterFile))
	if err != nil {
		add("dir: no charter is in %s; run entente init join", c.Dir)
		return found
	}
	f, err := charter.ParseFounding(file)
	if err != nil {
		add("charter: %v", err)
		return found
	}
	if _, ok := f.Member(c.Member); !ok {
		add("member: %s is no member of the charter %s", c.Member, f.Fingerprint())
	}
	for _, m := range f.Members().Slice() {
		// With no address at all the node has no line, and lives by courier.
		if _, ok := c.Link.Members[m]; m != c.Member && !ok && len(c.Link.Members) > 0 {
			add("link.members: %s has no address; its node cannot be reached", m)
		}
	}
	for m := range c.Link.Members {
		if _, ok := f.Member(m); !ok {
			add("link.members: %s is no member of the charter", m)
		}
	}
	return found
}

// Secret returns what opens the node's keys. The caller wipes it. Errors:
// ErrConfig, and those of reading.
func (c *Config) Secret() (keyring.Unlock, error) {
	if c.Unlock.Credential != "" {
		return keyring.Credential(c.Unlock.Credential)
	}
	return PassphraseFile(c.Unlock.PassphraseFile)
}

// PassphraseFile reads a passphrase from a file that nobody but its owner may
// read; a last newline does not belong to it. Errors: ErrConfig, and those of
// reading.
func PassphraseFile(path string) (keyring.Unlock, error) {
	st, err := os.Stat(path)
	if err != nil {
		return keyring.Unlock{}, err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return keyring.Unlock{}, fmt.Errorf("%w: the passphrase file %s is open to others (mode %o); chmod 600 it", ErrConfig, path, st.Mode().Perm())
	}
	if st.Size() > 4096 {
		return keyring.Unlock{}, fmt.Errorf("%w: the passphrase file %s is larger than 4,096 bytes", ErrConfig, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return keyring.Unlock{}, err
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) == 0 {
		return keyring.Unlock{}, fmt.Errorf("%w: the passphrase file %s is empty", ErrConfig, path)
	}
	return keyring.Passphrase(text), nil
}
