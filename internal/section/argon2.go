package section

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2 is the cost of a password hash (RFC 9106, argon2id).
type Argon2 struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8 // lanes
}

// DefaultArgon2 is RFC 9106's second recommended option: three passes over
// 64 MiB in four lanes.
var DefaultArgon2 = Argon2{Time: 3, MemoryKiB: 64 << 10, Threads: 4}

// Bounds of the parameters that are accepted, both from the configuration and
// from a stored hash: a hash must not be able to eat the memory.
const (
	maxArgon2Time    = 64
	maxArgon2Memory  = 1 << 20 // KiB
	maxArgon2Threads = 16
	saltBytes        = 16
	keyBytes         = 32
	maxPHC           = 256 // bytes
)

func (p Argon2) check() error {
	if p.Time < 1 || p.Time > maxArgon2Time || p.Threads < 1 || p.Threads > maxArgon2Threads ||
		p.MemoryKiB < 8*uint32(p.Threads) || p.MemoryKiB > maxArgon2Memory {
		return fmt.Errorf("%w: argon2 parameters t=%d m=%d p=%d", ErrBounds, p.Time, p.MemoryKiB, p.Threads)
	}
	return nil
}

// phc is a password hash in the PHC string format.
type phc struct {
	Argon2
	salt, key []byte
}

var b64 = base64.RawStdEncoding.Strict()

// String is the canonical form:
//
//	$argon2id$v=19$m=65536,t=3,p=4$<salt>$<key>
func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.MemoryKiB, h.Time, h.Threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC reads a canonical argon2id hash of version 19 within bounds, and
// refuses everything else with ErrBounds.
func parsePHC(s string) (phc, error) {
	bad := fmt.Errorf("%w: not an argon2id hash in PHC string format", ErrBounds)
	if len(s) > maxPHC {
		return phc{}, bad
	}
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, bad
	}
	par := strings.Split(f[3], ",")
	if len(par) != 3 {
		return phc{}, bad
	}
	var n [3]uint32
	for i, name := range [3]string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(par[i], name)
		v, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil {
			return phc{}, bad
		}
		n[i] = uint32(v)
	}
	if n[2] > maxArgon2Threads {
		return phc{}, bad
	}
	h := phc{Argon2: Argon2{MemoryKiB: n[0], Time: n[1], Threads: uint8(n[2])}}
	if h.check() != nil {
		return phc{}, bad
	}
	var err1, err2 error
	h.salt, err1 = b64.DecodeString(f[4])
	h.key, err2 = b64.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(h.salt) != saltBytes || len(h.key) != keyBytes || h.String() != s {
		return phc{}, bad
	}
	return h, nil
}

// hashPassword derives a new hash with a random salt.
func hashPassword(password string, p Argon2) phc {
	h := phc{Argon2: p, salt: make([]byte, saltBytes)}
	rand.Read(h.salt)
	h.key = h.derive(password)
	return h
}

func (h phc) derive(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.Time, h.MemoryKiB, h.Threads, keyBytes)
}

// fits says whether the password is the hash's, in constant time.
func (h phc) fits(password string) bool {
	return subtle.ConstantTimeCompare(h.derive(password), h.key) == 1
}
