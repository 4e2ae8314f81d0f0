package charter

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"entente/label"

	"golang.org/x/mod/sumdb/note"
)

// Founding is a founding file whose every signature has been verified. It is
// immutable.
type Founding struct {
	charter *Charter
	note    []byte
	text    []byte
	hash    Hash
	certs   []KeyCertificate // in the order of the members
}

// ParseFounding verifies a founding file: form, bounds, scope, certificates,
// and the signatures of all members and nobody else.
//
// It does not say that this is the right centre. Whoever starts a node
// compares [Founding.Fingerprint] out of band and pins [Founding.Hash]: anybody
// can write a founding file of other members' names under keys of his own.
//
// Errors: ErrSyntax, ErrVersion, ErrScope, ErrKey, ErrSignature, ErrOtherCharter.
func ParseFounding(msg []byte) (*Founding, error) {
	if len(msg) > MaxPayload {
		return nil, fmt.Errorf("founding file: %w: %d bytes, at most %d", ErrSyntax, len(msg), MaxPayload)
	}
	// The signature lines follow the last blank line (C2SP signed-note).
	split := bytes.LastIndex(msg, []byte("\n\n"))
	if split < 0 {
		return nil, fmt.Errorf("founding file: %w: no signature lines; let every member sign", ErrSyntax)
	}
	text := slices.Clone(msg[:split+1])
	c, certs, err := parseText(text)
	if err != nil {
		return nil, err
	}
	verifiers := make([]note.Verifier, len(c.Members))
	for i, m := range c.Members {
		if verifiers[i], err = rootVerifier(m.ID, m.Root); err != nil {
			return nil, fmt.Errorf("founding file: %w", err)
		}
	}
	signed, err := openNote(msg, verifiers...)
	if err != nil {
		return nil, fmt.Errorf("founding file: %w", err)
	}
	if signed != string(text) {
		return nil, fmt.Errorf("founding file: %w: the text that is signed is not the text that was read", ErrSyntax)
	}
	f := &Founding{charter: c, note: slices.Clone(msg), text: text, hash: sha256.Sum256(text), certs: certs}
	// A founding file that fits into no genesis would found a centre without a log.
	if _, err := f.Genesis(); err != nil {
		return nil, err
	}
	return f, nil
}

// Charter returns what was signed. It must not be changed.
func (f *Founding) Charter() *Charter { return f.charter }

// Note returns the founding file, byte for byte.
func (f *Founding) Note() []byte { return slices.Clone(f.note) }

// Text returns the bytes that the members signed.
func (f *Founding) Text() []byte { return slices.Clone(f.text) }

// Hash is the charter hash, which names the centre everywhere.
func (f *Founding) Hash() Hash { return f.hash }

// Fingerprint is that of the charter, for comparison out of band.
func (f *Founding) Fingerprint() string { return f.hash.Fingerprint() }

// Member returns a founding member.
func (f *Founding) Member(id label.MemberID) (Member, bool) {
	i, ok := f.index(id)
	if !ok {
		return Member{}, false
	}
	return f.charter.Members[i], true
}

// Certificate returns the member's first certificate, in force from index 0.
func (f *Founding) Certificate(id label.MemberID) (KeyCertificate, bool) {
	i, ok := f.index(id)
	if !ok {
		return KeyCertificate{}, false
	}
	return f.certs[i], true
}

// Members returns the ids of the founding members.
func (f *Founding) Members() label.MemberSet {
	ids := make([]label.MemberID, len(f.charter.Members))
	for i, m := range f.charter.Members {
		ids[i] = m.ID
	}
	return label.Members(ids...)
}

// Origin is the origin line of the log of a term (spec/genesis.md).
func (f *Founding) Origin(term uint32) string { return Origin(f.hash, term) }

// index finds a member. Sixteen at most: a walk is faster than a map.
func (f *Founding) index(id label.MemberID) (int, bool) {
	for i := range f.charter.Members {
		if f.charter.Members[i].ID == id {
			return i, true
		}
	}
	return 0, false
}

// Sign adds a member's signature to a founding file. It takes the text, as
// [Charter.Text] gives it, or the note with the signatures made so far, whose
// form it keeps; so the file may go round the members, or each may sign the
// text at home and [Merge] joins what they made. The text must be one that
// [ParseFounding] would accept, and root the key that the text gives for the
// member. Errors: those of ParseFounding, ErrUnknownMember.
func Sign(file []byte, member label.MemberID, root crypto.Signer) ([]byte, error) {
	n, c, err := unsigned(file)
	if err != nil {
		return nil, err
	}
	signer, err := newRootSigner(member, root)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Members, func(m Member) bool { return m.ID == member })
	if i < 0 {
		return nil, fmt.Errorf("founding file: %w: %s", ErrUnknownMember, member)
	}
	if pub, _ := signerKey(root); pub != c.Members[i].Root {
		return nil, fmt.Errorf("founding file: %w: the text gives %s another root key; sign with that, or draft the text again",
			ErrKey, member)
	}
	return note.Sign(n, signer)
}

// Merge joins the signatures of founding files over one text, as each member
// made them at home. Errors: those of ParseFounding, but missing signatures
// are none.
func Merge(files ...[]byte) ([]byte, error) {
	var all *note.Note
	for _, file := range files {
		n, _, err := unsigned(file)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = n
			continue
		}
		if n.Text != all.Text {
			return nil, fmt.Errorf("founding file: %w: the files have different texts; sign one", ErrSyntax)
		}
		for _, s := range n.Sigs {
			if !slices.Contains(all.Sigs, s) {
				all.Sigs = append(all.Sigs, s)
			}
		}
	}
	if all == nil {
		return nil, fmt.Errorf("founding file: %w: nothing to merge", ErrSyntax)
	}
	return note.Sign(all)
}

// Missing returns the members who have not yet signed a founding file (text or
// note). Errors: those of ParseFounding, but missing signatures are none.
func Missing(file []byte) (label.MemberSet, error) {
	n, c, err := unsigned(file)
	if err != nil {
		return label.MemberSet{}, err
	}
	var ids []label.MemberID
	for _, m := range c.Members {
		if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == rootKeyName(m.ID) }) {
			ids = append(ids, m.ID)
		}
	}
	return label.NewMemberSet(ids...)
}

// unsigned reads a founding file on which signatures may be missing; those
// that stand there are verified.
func unsigned(file []byte) (*note.Note, *Charter, error) {
	text, _, signed := strings.Cut(string(file), "\n\n")
	if signed {
		text += "\n"
	}
	c, _, err := parseText([]byte(text))
	if err != nil {
		return nil, nil, err
	}
	if !signed {
		return &note.Note{Text: text}, c, nil
	}
	var verifiers []note.Verifier
	for _, m := range c.Members {
		v, err := rootVerifier(m.ID, m.Root)
		if err != nil {
			return nil, nil, err
		}
		if strings.Contains(string(file), "\n— "+v.Name()+" ") {
			verifiers = append(verifiers, v)
		}
	}
	if _, err := openNote(file, verifiers...); err != nil {
		return nil, nil, fmt.Errorf("founding file: %w", err)
	}
	n, err := note.Open(file, note.VerifierList(verifiers...))
	if err != nil {
		return nil, nil, fmt.Errorf("founding file: %w: %w", ErrSignature, err)
	}
	return n, c, nil
}
