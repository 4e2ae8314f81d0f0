// Package bundle is the form of the courier's files (spec/bundle.md): signed,
// sealed, numbered and padded, written and read as a stream in bounded memory.
//
// It knows the form and nothing of what is inside: leaves, heads and envelopes
// are judged by the centre, and the node joins the two. The outer layer is
// age's format, with its standard post-quantum recipient over the members'
// epoch keys.
package bundle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"entente/label"
	"entente/seal"
)

// Kinds of records (spec/bundle.md, section 3).
const (
	KindManifest    = 'M'
	KindTile        = 'T'
	KindKeys        = 'K'
	KindCheckpoint  = 'C'
	KindEntries     = 'E'
	KindProof       = 'P'
	KindCertified   = 'Q'
	KindKnown       = 'N'
	KindEvidence    = 'V'
	KindCosigned    = 'G'
	KindEnvelopes   = 'S'
	KindReceipt     = 'R'
	KindAttachment  = 'A'
	KindAttached    = 'D'
	KindEnd         = 'Z'
	recordHead      = 1 + 4
	maxManifest     = 4096
	endSize         = 153
	endSigned       = 89
	contextBundle   = "entente/v1/bundle"
	maxEvidence     = 64
	maxTiles        = 6
	attachmentHead  = 32 + 8
	MaxChunk        = 1 << 20 // of an attachment, in bytes
	MaxEnvelopes    = 8 << 20 // of one record of envelopes, in bytes
	manifestVersion = 1
)

// form is what a kind of record may be: its place in the order, its length, and
// how many there may be (0: any number).
type form struct {
	rank     int
	min, max int
	count    int
}

var forms = map[byte]form{
	KindManifest:   {0, 2, maxManifest, 1},
	KindTile:       {1, 9 + 32, 9 + 256*32, maxTiles},
	KindKeys:       {2, 1, 2048, 1},
	KindCheckpoint: {2, 1, 64 << 10, 2},
	KindEntries:    {2, 12, 8 << 20, 0},
	KindProof:      {2, 18, 18 + 49*32, 0},
	KindCertified:  {2, 1, 64 << 10, 1},
	KindKnown:      {3, 2, 128 << 10, 1},
	KindEvidence:   {4, 1, 4 << 20, maxEvidence},
	KindCosigned:   {5, 1, 64 << 10, 1},
	KindEnvelopes:  {6, seal.HeaderSize, MaxEnvelopes, 0},
	KindReceipt:    {7, 256, 256, 1},
	KindAttachment: {8, attachmentHead, attachmentHead, 0},
	KindAttached:   {8, 1, MaxChunk, 0},
	KindEnd:        {9, endSize, endSize, 1},
}

// refusal is an error with a stable code.
type refusal struct{ code, text string }

// Error implements error.
func (r *refusal) Error() string { return r.text }

// Errors of the form. Each has a stable code, see [Code].
var (
	ErrEmpty     = &refusal{"bundle_empty", "the file is empty: nothing was copied; copy the bundle again from the medium it came on, or have its sender write it again"}
	ErrTruncated = &refusal{"bundle_truncated", "the file has not the size of a bundle: it was cut short, or something was added; copy it again, the transfer goes on where it stopped"}
	ErrAddressee = &refusal{"bundle_addressee", "no key here opens this bundle: it is for another member, or damaged, or for an epoch whose keys are destroyed here; take it to its addressee, copy it again, or ask its sender for a new one"}
	ErrDamaged   = &refusal{"bundle_damaged", "the bundle was changed after it was sealed; copy it again from the medium it came on, or ask its sender for it again"}
	ErrMalformed = &refusal{"bundle_malformed", "the bundle is not of the form of spec/bundle.md; copy it again; where that does not help, its sender's program is at fault: ask for one made by another version"}
	ErrVersion   = &refusal{"bundle_version", "the bundle is of a version that this program does not know; update it"}
	ErrSignature = &refusal{"bundle_signature", "the bundle was not signed by the member that it names as its sender; ask that member whether it made it, and for a new one"}
	ErrTooLarge  = &refusal{"too_large", "what is to be carried is larger than the largest bundle of 16 GiB; let the addressee mirror over a line"}
)

// Code returns the stable code of err (spec/bundle.md, section 8), empty when it
// is none of this package.
func Code(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}

// Contents that a manifest may name, in their order.
var contents = []string{"log", "known", "evidence", "cosigned", "envelopes", "receipt", "attachments"}

// Manifest says what a bundle is (spec/bundle.md, section 4).
type Manifest struct {
	V        int            `json:"v"`
	Charter  string         `json:"charter"` // hash, hex
	Origin   string         `json:"origin"`
	From     label.MemberID `json:"from"`
	To       label.MemberID `json:"to"`
	Number   uint64         `json:"number"`
	Since    uint64         `json:"since"`
	Previous string         `json:"previous"` // digest, hex
	LogFrom  int64          `json:"log_from"`
	LogTo    int64          `json:"log_to"`
	Received uint64         `json:"received"`
	Made     int64          `json:"made"` // Unix seconds, a claim
	Contents []string       `json:"contents"`
}

// Bounds of numbers in a manifest.
const (
	maxNumber = 1 << 53
	maxLeaves = 1<<48 - 1
)

// marshal writes a manifest in its one form.
func (m *Manifest) marshal() ([]byte, error) {
	m.V = manifestVersion
	if m.Contents == nil {
		m.Contents = []string{}
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// ParseManifest reads a manifest. Errors: ErrMalformed, ErrVersion.
func ParseManifest(raw []byte) (*Manifest, error) {
	if len(raw) > maxManifest {
		return nil, fmt.Errorf("%w (a manifest of %d bytes)", ErrMalformed, len(raw))
	}
	var v struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("%w (the manifest is no JSON)", ErrMalformed)
	}
	if v.V != manifestVersion {
		return nil, fmt.Errorf("%w (version %d)", ErrVersion, v.V)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%w (the manifest)", ErrMalformed)
	}
	again, err := json.Marshal(&m)
	if err != nil || !bytes.Equal(again, raw) {
		return nil, fmt.Errorf("%w (the manifest is not in its one form)", ErrMalformed)
	}
	return &m, m.check()
}

func (m *Manifest) check() error {
	bad := func(what string) error { return fmt.Errorf("%w (the manifest: %s)", ErrMalformed, what) }
	at := 0
	for _, c := range m.Contents {
		i := slices.Index(contents[at:], c)
		if i < 0 {
			return bad("contents")
		}
		at += i + 1
	}
	switch {
	case !isHash(m.Charter):
		return bad("charter")
	case len(m.Origin) == 0 || len(m.Origin) > 255:
		return bad("origin")
	case !isMember(m.From) || !isMember(m.To) || m.From == m.To:
		return bad("from and to")
	case m.Number == 0 || m.Number > maxNumber || m.Since == 0 || m.Since > m.Number:
		return bad("number and since")
	case !isHash(m.Previous) || (m.Since == 1) != (m.Previous == NoDigest):
		return bad("previous")
	case m.LogFrom < 0 || m.LogFrom > m.LogTo || m.LogTo > maxLeaves:
		return bad("log_from and log_to")
	case m.Received > maxNumber || m.Made < 0 || m.Made > 253402300799:
		return bad("received and made")
	case m.Contents == nil:
		return bad("contents")
	}
	return nil
}

// NoDigest stands where a first bundle has none before it.
const NoDigest = "0000000000000000000000000000000000000000000000000000000000000000"

func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && hex.EncodeToString(raw) == s
}

func isMember(m label.MemberID) bool {
	if len(m) != 3 {
		return false
	}
	for _, c := range []byte(m) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
