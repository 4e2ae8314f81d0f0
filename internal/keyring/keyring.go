package keyring

import (
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"entente/charter"
	"entente/internal/store"
	"entente/label"
)

const (
	keysDir   = "keys"
	keysDB    = "keys.db"
	masterKey = "master.key"
	localKey  = "local.key"
)

// Keyring holds a member's unlocked keys, the root apart. It is safe for
// concurrent use. One process at a time may have it open.
type Keyring struct {
	hidden
	dir    string
	member label.MemberID
	master *secret
	wrap   *wrapper
	db     *store.DB

	// truncating is held for reading by every query of keys.db, and for
	// writing while the write-ahead log is cut: a reader would hold the log.
	truncating sync.RWMutex

	mu   sync.Mutex
	held []purposeKey // rising generation
}

// purposeKey is one private key by purpose.
type purposeKey struct {
	content    content
	generation uint32
	key        ed25519.PrivateKey
}

// purposes are in the order of charter.PurposeKeys.
var purposes = [...]content{contentHeader, contentCheckpoint, contentCosignature, contentTLS, contentEpoch}

// Create draws new keys for a member in a node's directory, locks them with u,
// and opens them. The first generation of keys by purpose is among them. Where
// there are keys already it changes nothing.
//
// Parameters weaker than [Standard] are refused, but for [ForTestsOnly].
// Errors: ErrExists, ErrUnsuitable, and those of the disk.
func Create(dir string, member label.MemberID, u Unlock, p Params) (*Keyring, error) {
	if _, err := label.ParseMemberID(string(member)); err != nil {
		return nil, err
	}
	if err := errors.Join(u.checkNew(), p.checkNew()); err != nil {
		return nil, err
	}
	for _, name := range []string{keysDir, keysDB} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s in the node's directory (%v); unlock these, or move them away", ErrExists, name, err)
		}
	}
	if err := create(dir, member, u, p); err != nil {
		return nil, fmt.Errorf("create keys: %w", err)
	}
	return Open(dir, u)
}

// create writes everything under another name, and gives it its own last: what
// a crash leaves behind is no keyring.
func create(dir string, member label.MemberID, u Unlock, p Params) error {
	next := filepath.Join(dir, keysDir+".new")
	if err := os.RemoveAll(next); err != nil {
		return err
	}
	if err := os.MkdirAll(next, 0o700); err != nil {
		return err
	}
	master, local := newSecret(), newSecret()
	defer master.wipe()
	defer local.wipe()
	if err := writeNew(filepath.Join(next, masterKey), lockKey(contentMaster, member, 0, master, u, p)); err != nil {
		return err
	}
	if err := writeNew(filepath.Join(next, localKey), lockKeyUnder(master, contentLocal, member, 0, local)); err != nil {
		return err
	}
	if _, err := writeGeneration(next, master, member, 1); err != nil {
		return err
	}
	if err := createDB(filepath.Join(dir, keysDB), member, local); err != nil {
		return err
	}
	if err := os.Rename(next, filepath.Join(dir, keysDir)); err != nil {
		return err
	}
	return syncDir(dir)
}

// Open unlocks the keys in a node's directory.
// Errors: ErrMissing, ErrExposed, ErrFormat, ErrVersion, ErrUnlock, ErrDamaged.
func Open(dir string, u Unlock) (*Keyring, error) {
	k, err := open(dir, u)
	if err != nil {
		return nil, fmt.Errorf("unlock keys: %w", err)
	}
	return k, nil
}

func open(dir string, u Unlock) (_ *Keyring, err error) {
	f, err := readKeyFile(filepath.Join(dir, keysDir, masterKey))
	if err != nil {
		return nil, err
	}
	if f.content != contentMaster {
		return nil, fmt.Errorf("%w: %s holds a %s key", ErrFormat, masterKey, f.content)
	}
	k := &Keyring{dir: dir, member: f.member}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.Close())
		}
	}()
	if k.master, err = f.unlock(u); err != nil {
		return nil, err
	}
	local, err := k.load(localKey, contentLocal)
	if err != nil {
		return nil, err
	}
	defer local.wipe()
	k.wrap = newWrapper(local)
	if err := k.loadPurposeKeys(); err != nil {
		return nil, err
	}
	return k, k.openDB(filepath.Join(dir, keysDB))
}

// load opens one file that is locked under the master key.
func (k *Keyring) load(name string, want content) (*secret, error) {
	f, err := readKeyFile(filepath.Join(k.dir, keysDir, name))
	if err != nil {
		return nil, err
	}
	if f.content != want || f.member != k.member {
		return nil, fmt.Errorf("%w: %s holds the %s key of %s, not the %s key of %s", ErrFormat, name, f.content, f.member, want, k.member)
	}
	return f.unlockWith(k.master)
}

func purposeFile(c content, generation uint32) string {
	return fmt.Sprintf("%s-%d.key", c, generation)
}

func (k *Keyring) loadPurposeKeys() error {
	entries, err := os.ReadDir(filepath.Join(k.dir, keysDir))
	if err != nil {
		return err
	}
	for _, e := range entries {
		for _, c := range purposes {
			var generation uint32
			if n, _ := fmt.Sscanf(e.Name(), c.String()+"-%d.key", &generation); n != 1 || e.Name() != purposeFile(c, generation) {
				continue
			}
			seed, err := k.load(e.Name(), c)
			if err != nil {
				return err
			}
			k.held = append(k.held, purposeKey{c, generation, ed25519.NewKeyFromSeed(seed[:])})
			seed.wipe()
		}
	}
	slices.SortStableFunc(k.held, func(a, b purposeKey) int { return int(a.generation) - int(b.generation) })
	return nil
}

// Member returns whose keys these are.
func (k *Keyring) Member() label.MemberID { return k.member }

// Generate draws a new key for every purpose, for a new certificate, and
// returns the public halves. Nothing signs with them until [Keyring.Signers]
// is asked for them.
func (k *Keyring) Generate() (charter.PurposeKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := uint32(1)
	if n := len(k.held); n > 0 {
		next = k.held[n-1].generation + 1
	}
	made, err := writeGeneration(filepath.Join(k.dir, keysDir), k.master, k.member, next)
	if err != nil {
		return charter.PurposeKeys{}, fmt.Errorf("new keys: %w", err)
	}
	k.held = append(k.held, made...)
	return publicHalves(made), nil
}

func writeGeneration(dir string, master *secret, member label.MemberID, generation uint32) ([]purposeKey, error) {
	var made []purposeKey
	for _, c := range purposes {
		seed := newSecret()
		file := lockKeyUnder(master, c, member, generation, seed)
		made = append(made, purposeKey{c, generation, ed25519.NewKeyFromSeed(seed[:])})
		seed.wipe()
		if err := writeNew(filepath.Join(dir, purposeFile(c, generation)), file); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// Newest returns the public halves of the newest complete generation.
// Errors: ErrMissing.
func (k *Keyring) Newest() (charter.PurposeKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for end := len(k.held); end > 0; {
		start := end - 1
		for start > 0 && k.held[start-1].generation == k.held[end-1].generation {
			start--
		}
		// A crash while keys were drawn leaves fewer than all purposes.
		if end-start == len(purposes) {
			return publicHalves(k.held[start:end]), nil
		}
		end = start
	}
	return charter.PurposeKeys{}, fmt.Errorf("%w: no complete set of keys by purpose; draw one", ErrMissing)
}

func publicHalves(keys []purposeKey) charter.PurposeKeys {
	var p charter.PurposeKeys
	for _, k := range keys {
		pub := charter.PublicKeyOf(k.key)
		switch k.content {
		case contentHeader:
			p.Header = pub
		case contentCheckpoint:
			p.Checkpoint = pub
		case contentCosignature:
			p.Cosignature = pub
		case contentTLS:
			p.TLS = pub
		case contentEpoch:
			p.Epoch = pub
		}
	}
	return p
}

// Signers are the signers of one certificate.
type Signers struct {
	Header      *HeaderSigner
	Checkpoint  *CheckpointSigner
	Cosignature *CosignatureSigner
	Epoch       *EpochSigner
	// TLS is the self-signed certificate of the member link, for TLS 1.3.
	TLS tls.Certificate
}

// Signers returns the signers for the keys of a certificate, as the state of
// the log says it is in force. Errors: ErrMissing when a private key is not here.
func (k *Keyring) Signers(keys charter.PurposeKeys) (*Signers, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	find := func(c content, pub charter.PublicKey) (ed25519.PrivateKey, error) {
		for _, h := range k.held {
			if h.content == c && charter.PublicKeyOf(h.key) == pub {
				return slices.Clone(h.key), nil
			}
		}
		return nil, fmt.Errorf("%w: the private half of the %s key %s; restore it, or certify new keys", ErrMissing, c, pub)
	}
	header, err1 := find(contentHeader, keys.Header)
	checkpoint, err2 := find(contentCheckpoint, keys.Checkpoint)
	cosignature, err3 := find(contentCosignature, keys.Cosignature)
	link, err4 := find(contentTLS, keys.TLS)
	epoch, err5 := find(contentEpoch, keys.Epoch)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	cert, err := linkCertificate(k.member, link)
	if err != nil {
		return nil, err
	}
	return &Signers{
		Header:      &HeaderSigner{key: header},
		Checkpoint:  &CheckpointSigner{key: checkpoint},
		Cosignature: &CosignatureSigner{key: cosignature},
		Epoch:       &EpochSigner{key: epoch},
		TLS:         cert,
	}, nil
}

// Retire destroys every private key by purpose that is not in one of the given
// certificates: what has been revoked can then no longer be misused. Keys that
// are already in use as [Signers] go on until these are dropped.
func (k *Keyring) Retire(keep ...charter.PurposeKeys) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(keep) == 0 {
		return fmt.Errorf("%w: retiring every key; name the certificate in force", ErrUnsuitable)
	}
	var left []purposeKey
	var errs []error
	for _, h := range k.held {
		pub := charter.PublicKeyOf(h.key)
		kept := slices.ContainsFunc(keep, func(p charter.PurposeKeys) bool {
			return pub == p.Header || pub == p.Checkpoint || pub == p.Cosignature || pub == p.TLS || pub == p.Epoch
		})
		if !kept {
			if err := destroy(filepath.Join(k.dir, keysDir, purposeFile(h.content, h.generation))); err != nil {
				errs = append(errs, fmt.Errorf("retire %s key: %w", h.content, err))
				kept = true
			} else {
				clear(h.key)
			}
		}
		if kept {
			left = append(left, h)
		}
	}
	k.held = left
	return errors.Join(errs...)
}

// ChangeUnlock locks the keys in a node's directory with another passphrase or
// credential, and overwrites the old lock. A copy of the old lock, in a backup
// say, still opens with the old passphrase: whoever fears that it is known
// certifies new keys. Errors: those of [Open], and ErrUnsuitable.
func ChangeUnlock(dir string, old, u Unlock, p Params) error {
	if err := errors.Join(u.checkNew(), p.checkNew()); err != nil {
		return err
	}
	path := filepath.Join(dir, keysDir, masterKey)
	f, err := readKeyFile(path)
	if err != nil {
		return err
	}
	if f.content != contentMaster {
		return fmt.Errorf("%w: %s holds a %s key", ErrFormat, masterKey, f.content)
	}
	master, err := f.unlock(old)
	if err != nil {
		return err
	}
	defer master.wipe()
	if err := replace(path, lockKey(contentMaster, f.member, 0, master, u, p)); err != nil {
		return fmt.Errorf("change passphrase: %w", err)
	}
	return nil
}

// Close overwrites the keys in memory and closes keys.db. Signers given out
// before go on working.
func (k *Keyring) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.master.wipe()
	k.wrap.wipe()
	for _, h := range k.held {
		clear(h.key)
	}
	k.held = nil
	if k.db == nil {
		return nil
	}
	return k.db.Close()
}
