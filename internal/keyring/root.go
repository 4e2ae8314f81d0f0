package keyring

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"entente/charter"
	"entente/label"
)

// Root is a member's root key, out of its file for as long as it is needed. It
// signs the founding file and key certificates, and nothing else.
type Root struct {
	hidden
	member label.MemberID
	key    ed25519.PrivateKey
}

// CreateRoot draws a root key and locks it into a new file. The file belongs
// on a medium that is not in the node; whoever loses it joins again by vote.
// Errors: ErrExists, ErrUnsuitable.
func CreateRoot(path string, member label.MemberID, u Unlock, p Params) (*Root, error) {
	if _, err := label.ParseMemberID(string(member)); err != nil {
		return nil, err
	}
	if err := errors.Join(u.checkNew(), p.checkNew()); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("root key: %w", err)
	}
	seed := newSecret()
	defer seed.wipe()
	if err := writeNew(path, lockKey(contentRoot, member, 0, seed, u, p)); err != nil {
		return nil, fmt.Errorf("root key: %w", err)
	}
	return &Root{member: member, key: ed25519.NewKeyFromSeed(seed[:])}, nil
}

// OpenRoot unlocks a root key.
// Errors: ErrMissing, ErrExposed, ErrFormat, ErrVersion, ErrUnlock.
func OpenRoot(path string, u Unlock) (*Root, error) {
	f, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	if f.content != contentRoot {
		return nil, fmt.Errorf("%w: %s holds a %s key; a root key is wanted", ErrFormat, filepath.Base(path), f.content)
	}
	seed, err := f.unlock(u)
	if err != nil {
		return nil, err
	}
	defer seed.wipe()
	return &Root{member: f.member, key: ed25519.NewKeyFromSeed(seed[:])}, nil
}

// Member returns whose root it is.
func (r *Root) Member() label.MemberID { return r.member }

// PublicKey returns the public half, which stands in the founding file.
func (r *Root) PublicKey() charter.PublicKey { return charter.PublicKeyOf(r.key) }

// SignFounding adds the member's signature to a founding file, as charter.Sign
// does.
func (r *Root) SignFounding(file []byte) ([]byte, error) {
	return charter.Sign(file, r.member, r.key)
}

// Certify signs a key certificate of the member. Errors: ErrPurpose for one of
// another member, and those of charter.KeyCertificate.Sign.
func (r *Root) Certify(c *charter.KeyCertificate) ([]byte, error) {
	if c.Member != r.member {
		return nil, fmt.Errorf("%w: the root of %s certifies no keys of %s", ErrPurpose, r.member, c.Member)
	}
	return c.Sign(r.key)
}

// Close overwrites the key in memory.
func (r *Root) Close() { clear(r.key) }
