package charter

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"entente/label"

	"golang.org/x/mod/sumdb/note"
)

// rootKeyName is the key name of a member's root in signature lines of notes.
func rootKeyName(id label.MemberID) string { return string(id) + "/root" }

// rootVerifier returns the verifier of C2SP signed-note for a member's root.
func rootVerifier(id label.MemberID, root PublicKey) (note.Verifier, error) {
	vkey, err := note.NewEd25519VerifierKey(rootKeyName(id), root[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	return v, nil
}

// rootSigner signs notes with a member's root key, wherever that key is.
type rootSigner struct {
	note.Verifier
	key crypto.Signer
}

func newRootSigner(id label.MemberID, key crypto.Signer) (*rootSigner, error) {
	pub, err := signerKey(key)
	if err != nil {
		return nil, err
	}
	v, err := rootVerifier(id, pub)
	if err != nil {
		return nil, err
	}
	return &rootSigner{v, key}, nil
}

// Sign implements note.Signer.
func (s *rootSigner) Sign(msg []byte) ([]byte, error) {
	return s.key.Sign(rand.Reader, msg, crypto.Hash(0))
}

// signerKey returns the checked public half of an Ed25519 signer.
func signerKey(key crypto.Signer) (PublicKey, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return PublicKey{}, fmt.Errorf("%w: %T is not an Ed25519 key", ErrKey, key.Public())
	}
	if err := CheckPublicKey(pub); err != nil {
		return PublicKey{}, err
	}
	return PublicKey(pub), nil
}

// openNote verifies a note that must be signed by each of the verifiers once,
// and by nobody else, and returns its text. C2SP signed-note leaves room in
// the signature lines (unknown keys, repetition, base64 with stray bits);
// here there is one spelling, but for the order of the lines.
func openNote(msg []byte, verifiers ...note.Verifier) (text string, err error) {
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	if err != nil {
		return "", fmt.Errorf("%w: %w; it takes one valid line of %s", ErrSignature, err, names(verifiers))
	}
	if len(n.UnverifiedSigs) > 0 {
		return "", fmt.Errorf("%w: a line of %q, who has no part in this note; remove it",
			ErrSignature, clip(n.UnverifiedSigs[0].Name))
	}
	signed := make(map[string]bool, len(n.Sigs))
	for _, s := range n.Sigs {
		signed[s.Name] = true
	}
	for _, v := range verifiers {
		if !signed[v.Name()] {
			return "", fmt.Errorf("%w: no line of %s; let it sign", ErrSignature, v.Name())
		}
	}
	if renderNote(n.Text, n.Sigs) != string(msg) {
		return "", fmt.Errorf("%w: signature lines repeated or not canonical; sign again", ErrSignature)
	}
	return n.Text, nil
}

func names(verifiers []note.Verifier) string {
	all := make([]string, len(verifiers))
	for i, v := range verifiers {
		all[i] = v.Name()
	}
	return strings.Join(all, ", ")
}

// renderNote writes a note out in its one spelling, "" where a signature
// cannot be written so.
func renderNote(text string, sigs []note.Signature) string {
	var b strings.Builder
	b.WriteString(text)
	b.WriteByte('\n')
	for _, s := range sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil {
			return ""
		}
		b.WriteString("— " + s.Name + " " + base64.StdEncoding.EncodeToString(raw) + "\n")
	}
	return b.String()
}
