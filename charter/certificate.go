package charter

import (
	"crypto"
	"fmt"
	"strconv"
	"strings"

	"entente/label"

	"golang.org/x/mod/sumdb/note"
)

const (
	// maxCertificate bounds a key certificate in bytes; a real one has about 500.
	maxCertificate = 2048

	// MaxSerial bounds a member's certificates, and so what every other member
	// must keep of them: eleven years of one a day.
	MaxSerial = 4096

	// foundingWord stands for the charter hash inside the founding file, whose
	// hash cannot be known before the certificates in it are written.
	foundingWord = "founding"
)

// KeyCertificate names a member's five keys by purpose (spec/keys.md). The
// member's root key certifies it; it comes into force at the index of the leaf
// that holds it and ends all keys of the member's earlier certificates.
type KeyCertificate struct {
	// Charter is the centre's hash; zero inside the founding file.
	Charter Hash
	Member  label.MemberID
	// Incarnation counts from 1; a higher one begins a new chain of headers
	// after a restore (spec/recovery.md).
	Incarnation uint32
	// Serial counts the member's certificates from 1 to MaxSerial, without gaps.
	Serial uint32
	Keys   PurposeKeys
}

// PurposeKeys are a member's keys, one for each purpose; a key is used for its
// purpose alone.
type PurposeKeys struct {
	Header      PublicKey // signs headers, statements in key packets, receipts
	Checkpoint  PublicKey // signs checkpoints, as lead
	Cosignature PublicKey // cosigns any lead's checkpoints
	TLS         PublicKey // the self-signed certificate of the member link
	Epoch       PublicKey // certifies epoch keys
}

// purposes gives the names of the lines in their order.
var purposes = [...]string{"header", "checkpoint", "cosignature", "tls", "epoch"}

// list returns the keys in the order of purposes.
func (p *PurposeKeys) list() [5]PublicKey {
	return [5]PublicKey{p.Header, p.Checkpoint, p.Cosignature, p.TLS, p.Epoch}
}

func (p *PurposeKeys) set(i int, k PublicKey) {
	*[...]*PublicKey{&p.Header, &p.Checkpoint, &p.Cosignature, &p.TLS, &p.Epoch}[i] = k
}

// Text returns the text of the certificate, the part that the root signs.
// Errors: ErrSyntax, ErrKey.
func (c *KeyCertificate) Text() (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	charter := foundingWord
	if c.Charter != (Hash{}) {
		charter = c.Charter.String()
	}
	var b strings.Builder
	for _, l := range []string{
		"entente/v1/keys", charter, string(c.Member),
		strconv.FormatUint(uint64(c.Incarnation), 10),
		strconv.FormatUint(uint64(c.Serial), 10),
	} {
		b.WriteString(l + "\n")
	}
	for i, k := range c.Keys.list() {
		b.WriteString(purposes[i] + " " + k.String() + "\n")
	}
	return b.String(), nil
}

// check holds what does not depend on who signed.
func (c *KeyCertificate) check() error {
	if _, err := label.ParseMemberID(string(c.Member)); err != nil {
		return fmt.Errorf("key certificate: %w: %w", ErrSyntax, err)
	}
	if c.Incarnation < 1 || c.Serial < 1 {
		return fmt.Errorf("key certificate: %w: incarnation and serial count from 1", ErrSyntax)
	}
	if c.Serial > MaxSerial {
		return fmt.Errorf("key certificate: %w: serial %d, at most %d; join again with a new root", ErrSyntax, c.Serial, MaxSerial)
	}
	if c.Charter == (Hash{}) && (c.Incarnation != 1 || c.Serial != 1) {
		return fmt.Errorf("key certificate: %w: in the founding file incarnation and serial are 1", ErrSyntax)
	}
	keys := c.Keys.list()
	for i, k := range keys {
		if err := CheckPublicKey(k[:]); err != nil {
			return fmt.Errorf("key certificate: %s: %w", purposes[i], err)
		}
		for j := range i {
			if keys[j] == k {
				return fmt.Errorf("key certificate: %w: %s and %s are the same key; each purpose has its own",
					ErrKey, purposes[j], purposes[i])
			}
		}
	}
	return nil
}

// Sign returns the certificate as a note signed by the member's root key.
// Errors: ErrSyntax, ErrKey, or what the root's signer returns.
func (c *KeyCertificate) Sign(root crypto.Signer) ([]byte, error) {
	text, err := c.Text()
	if err != nil {
		return nil, err
	}
	signer, err := newRootSigner(c.Member, root)
	if err != nil {
		return nil, err
	}
	pub, err := signerKey(root)
	if err != nil {
		return nil, err
	}
	if err := c.apartFrom(pub); err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, signer)
}

func (c *KeyCertificate) apartFrom(root PublicKey) error {
	for i, k := range c.Keys.list() {
		if k == root {
			return fmt.Errorf("key certificate: %w: the %s key is the root key; the root stays offline", ErrKey, purposes[i])
		}
	}
	return nil
}

// OpenKeyCertificate verifies a certificate of a member under its root. The
// charter it must name is given; the zero hash asks for one of the founding
// file. Serial and incarnation are for the caller to judge.
// Errors: ErrSyntax, ErrVersion, ErrKey, ErrSignature, ErrOtherCharter.
func OpenKeyCertificate(msg []byte, charter Hash, member label.MemberID, root PublicKey) (*KeyCertificate, error) {
	if len(msg) > maxCertificate {
		return nil, fmt.Errorf("key certificate: %w: %d bytes, at most %d", ErrSyntax, len(msg), maxCertificate)
	}
	v, err := rootVerifier(member, root)
	if err != nil {
		return nil, err
	}
	text, err := openNote(msg, v)
	if err != nil {
		return nil, fmt.Errorf("key certificate of %s: %w", member, err)
	}
	c, err := parseKeyCertificate(text, charter == (Hash{}))
	if err != nil {
		return nil, err
	}
	if c.Charter != charter {
		return nil, fmt.Errorf("key certificate of %s: %w: it names %s", member, ErrOtherCharter, c.Charter)
	}
	if c.Member != member {
		return nil, fmt.Errorf("key certificate: %w: %s signed a certificate of %s; each member certifies its own",
			ErrSignature, member, c.Member)
	}
	if err := c.apartFrom(root); err != nil {
		return nil, err
	}
	return c, nil
}

// parseKeyCertificate reads the text of a certificate.
func parseKeyCertificate(text string, founding bool) (*KeyCertificate, error) {
	r := &lineReader{what: "key certificate", rest: text}
	var c KeyCertificate
	r.version("keys")
	c.Charter = r.charter(founding)
	c.Member = r.member()
	c.Incarnation = r.number("incarnation", 1)
	c.Serial = r.number("serial", 1)
	for i, name := range purposes {
		c.Keys.set(i, r.key(name))
	}
	r.end()
	if r.err != nil {
		return nil, r.err
	}
	if !founding && c.Charter == (Hash{}) {
		return nil, fmt.Errorf("key certificate: %w: the charter hash is zero", ErrSyntax)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &c, nil
}
