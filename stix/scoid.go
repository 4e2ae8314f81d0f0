package stix

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
)

// scoNamespace is the UUID namespace of clause 3.4,
// 00abedb4-aa42-466c-9c01-fed23315a9b7.
var scoNamespace = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}

// contributing has the ID contributing properties of each cyber observable
// (clause 6, first table of each object). A process has none.
var contributing = map[string][]string{
	"artifact":             {"hashes", "payload_bin"},
	"autonomous-system":    {"number"},
	"directory":            {"path"},
	"domain-name":          {"value"},
	"email-addr":           {"value"},
	"email-message":        {"body", "from_ref", "subject"},
	"file":                 {"extensions", "hashes", "name", "parent_directory_ref"},
	"ipv4-addr":            {"value"},
	"ipv6-addr":            {"value"},
	"mac-addr":             {"value"},
	"mutex":                {"name"},
	"network-traffic":      {"dst_port", "dst_ref", "end", "extensions", "protocols", "src_port", "src_ref", "start"},
	"process":              {},
	"software":             {"cpe", "name", "swid", "vendor", "version"},
	"url":                  {"value"},
	"user-account":         {"account_login", "account_type", "user_id"},
	"windows-registry-key": {"key", "values"},
	"x509-certificate":     {"hashes", "serial_number"},
}

// NoDeterministicIDError says why an object has no deterministic identifier.
type NoDeterministicIDError struct {
	// Type is the object's type.
	Type string
	// Observable tells that it is a cyber observable of the specification,
	// whose identifier must then hold a random UUID (clause 3.4).
	Observable bool
}

// Error says why, in words.
func (e *NoDeterministicIDError) Error() string {
	if e.Observable {
		return fmt.Sprintf("stix: no deterministic identifier: the %s has no ID contributing property, so a UUID of version 4 must be used", e.Type)
	}
	return fmt.Sprintf("stix: no deterministic identifier: %q is no cyber observable of the specification", clip(e.Type))
}

// Unwrap makes errors.Is(err, ErrNoDeterministicID) hold.
func (e *NoDeterministicIDError) Unwrap() error { return ErrNoDeterministicID }

// DeterministicID derives the identifier of a cyber observable (clause 3.4):
// its type and the UUID of version 5, in the specification's namespace, of the
// RFC 8785 form of its ID contributing properties. Of several hashes one is
// taken, in the order MD5, SHA-1, SHA-256, SHA-512, else the first.
//
// Where python-stix2 reads a value before it writes it, so does this, so that
// both arrive at one identifier: timestamps lose trailing zeros of their
// fraction, and names of hash algorithms are brought to the specification's
// spelling.
//
// Errors wrap ErrSyntax, ErrTooLarge, ErrNotObject or ErrNoDeterministicID.
func DeterministicID(raw []byte) (string, error) {
	t := newTape(Limits{})
	if err := t.parse(raw); err != nil {
		return "", err
	}
	if t.nodes[0].kind != kObject {
		return "", fmt.Errorf("%w: it is %s", ErrNotObject, kindNames[t.nodes[0].kind])
	}
	typ, _ := t.names(0)
	names, ok := contributing[typ]
	if !ok {
		return "", &NoDeterministicIDError{Type: typ}
	}
	c := canonicalizer{t: t}
	c.out = append(c.out, '{')
	for _, name := range names { // in the order of RFC 8785: by name
		n, ok := t.member(0, name)
		if !ok {
			continue
		}
		if len(c.out) > 1 {
			c.out = append(c.out, ',')
		}
		c.text([]byte(name))
		c.out = append(c.out, ':')
		switch {
		case name == "hashes":
			if !c.oneHash(n) {
				return "", fmt.Errorf("%w: hashes holds no hash", ErrNotObject)
			}
		case name == "start" || name == "end":
			c.timestamp(n)
		default:
			if err := c.value(n); err != nil {
				return "", err
			}
		}
	}
	if len(c.out) == 1 {
		return "", &NoDeterministicIDError{Type: typ, Observable: true}
	}
	c.out = append(c.out, '}')
	h := sha1.New() // RFC 4122 4.3 fixes SHA-1 for version 5
	h.Write(scoNamespace[:])
	h.Write(c.out)
	var u [16]byte
	copy(u[:], h.Sum(nil))
	return typ + "--" + uuidText(u, 5), nil
}

func uuidText(u [16]byte, version byte) string {
	u[6] = u[6]&0x0f | version<<4
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// oneHash writes the one hash that contributes to an identifier.
func (c *canonicalizer) oneHash(n uint32) bool {
	t := c.t
	if t.nodes[n].kind != kObject || t.nodes[n].count == 0 {
		return false
	}
	rank := []string{"MD5", "SHA-1", "SHA-256", "SHA-512"}
	best, bestRank, bestName := uint32(0), len(rank)+1, ""
	for k, val := range t.members(n) {
		name := hashName(string(t.str(k)))
		r := slices.Index(rank, name)
		if r < 0 {
			r = len(rank)
		}
		if r < bestRank {
			best, bestRank, bestName = val, r, name
		}
	}
	c.out = append(c.out, '{')
	c.text([]byte(bestName))
	c.out = append(c.out, ':')
	if c.value(best) != nil {
		return false
	}
	c.out = append(c.out, '}')
	return true
}

// hashName spells a hash algorithm as the specification does, where it is one
// of its vocabulary.
func hashName(s string) string {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToUpper(s))
	for _, name := range []string{"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"} {
		if plain == strings.ReplaceAll(name, "-", "") {
			return name
		}
	}
	return s
}

func (c *canonicalizer) timestamp(n uint32) {
	s := c.t.str(n)
	if c.t.nodes[n].kind == kString {
		if at, fault := parseTimestamp(s); fault == timestampOK {
			short := append([]byte(nil), s[:19]...)
			if len(at.frac) > 0 {
				short = append(append(short, '.'), at.frac...)
			}
			c.text(append(short, 'Z'))
			return
		}
	}
	c.value(n)
}
