package charter

import (
	"bytes"
	"encoding/json"
	"fmt"

	"entente/label"
)

// Genesis is the payload of leaf 0 of a term's log (spec/genesis.md).
type Genesis struct {
	V    int            `json:"v"`
	Term uint32         `json:"term"` // from 1
	Lead label.MemberID `json:"lead"`
	// Founding is the whole founding file, so that a copy of the log verifies
	// offline.
	Founding string `json:"founding"`
	// Predecessor is the last checkpoint of the previous term's log, a signed
	// note with its cosignatures; nil in term 1.
	Predecessor *string `json:"predecessor"`
	// Last holds each originator's last header in the previous log, so that
	// none can be replayed across terms; empty in term 1.
	Last map[label.MemberID]LastHeader `json:"last"`
	// Promises are those that ended the previous term; empty in term 1.
	Promises []string `json:"promises"`
}

// LastHeader is what a genesis says of an originator's last header.
type LastHeader struct {
	Incarnation uint32 `json:"incarnation"` // from 1
	Sequence    uint64 `json:"sequence"`    // from 1
	Hash        Hash   `json:"hash"`        // SHA-256 of its 256 bytes
}

const (
	genesisVersion  = 1
	maxCheckpoint   = 16 << 10
	maxPromises     = MaxMembers
	maxPromiseBytes = 4 << 10
)

// Origin returns the origin line of a term's log.
func Origin(charter Hash, term uint32) string {
	return fmt.Sprintf("entente/%s/%d", charter.String()[:16], term)
}

// Genesis returns the payload of the first leaf of the first term's log. It is
// the same bytes whoever makes it. Errors: ErrSyntax when the founding file is
// too long for it.
func (f *Founding) Genesis() ([]byte, error) {
	g := &Genesis{
		V: genesisVersion, Term: 1, Lead: f.charter.Lead(1), Founding: string(f.note),
		Last: map[label.MemberID]LastHeader{}, Promises: []string{},
	}
	return g.payload()
}

func (g *Genesis) payload() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(g); err != nil {
		return nil, fmt.Errorf("genesis: %w: %v", ErrSyntax, err)
	}
	if b.Len() > MaxPayload {
		return nil, fmt.Errorf("genesis: %w: %d bytes, at most %d; shorten names or policies of the founding file",
			ErrSyntax, b.Len(), MaxPayload)
	}
	return b.Bytes(), nil
}

// ParseGenesis reads the payload of a genesis and holds the founding file in
// it against the charter hash that the node has pinned. Lead and term agree
// with the charter's order; whether predecessor, last headers and promises are
// true is for the one who holds the previous log.
// Errors: those of [ParseFounding], and ErrOtherCharter.
func ParseGenesis(payload []byte, pinned Hash) (*Genesis, *Founding, error) {
	g, err := parseGenesis(payload)
	if err != nil {
		return nil, nil, err
	}
	f, err := ParseFounding([]byte(g.Founding))
	if err != nil {
		return nil, nil, fmt.Errorf("genesis: %w", err)
	}
	if f.hash != pinned {
		return nil, nil, fmt.Errorf("genesis: %w: its charter has fingerprint %s, this node pinned %s",
			ErrOtherCharter, f.Fingerprint(), pinned.Fingerprint())
	}
	if lead := f.charter.Lead(g.Term); g.Lead != lead {
		return nil, nil, fmt.Errorf("genesis: %w: term %d is led by %s, not by %s", ErrSyntax, g.Term, lead, g.Lead)
	}
	for id := range g.Last {
		if _, ok := f.index(id); !ok {
			return nil, nil, fmt.Errorf("genesis: %w: last header of %s", ErrUnknownMember, id)
		}
	}
	return g, f, nil
}

// parseGenesis reads the form alone.
func parseGenesis(payload []byte) (*Genesis, error) {
	if len(payload) > MaxPayload {
		return nil, fmt.Errorf("genesis: %w: %d bytes, at most %d", ErrSyntax, len(payload), MaxPayload)
	}
	if err := checkVersion(payload); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	g := new(Genesis)
	if err := decodeStrict(payload, g); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if g.V != genesisVersion {
		return nil, fmt.Errorf("genesis: %w: v is %d, expected %d", ErrSyntax, g.V, genesisVersion)
	}
	first := g.Predecessor == nil && len(g.Last) == 0 && len(g.Promises) == 0
	switch {
	case g.Term == 0:
		return nil, fmt.Errorf("genesis: %w: terms count from 1", ErrSyntax)
	case g.Term == 1 && !first:
		return nil, fmt.Errorf("genesis: %w: the first term has no predecessor, last headers or promises", ErrSyntax)
	case g.Term > 1 && g.Predecessor == nil:
		return nil, fmt.Errorf("genesis: %w: term %d names no predecessor", ErrSyntax, g.Term)
	case g.Predecessor != nil && len(*g.Predecessor) > maxCheckpoint:
		return nil, fmt.Errorf("genesis: %w: predecessor over %d bytes", ErrSyntax, maxCheckpoint)
	case len(g.Promises) > maxPromises:
		return nil, fmt.Errorf("genesis: %w: %d promises, at most %d", ErrSyntax, len(g.Promises), maxPromises)
	}
	for _, p := range g.Promises {
		if len(p) > maxPromiseBytes {
			return nil, fmt.Errorf("genesis: %w: promise over %d bytes", ErrSyntax, maxPromiseBytes)
		}
	}
	for id, l := range g.Last {
		if _, err := label.ParseMemberID(string(id)); err != nil {
			return nil, fmt.Errorf("genesis: last: %w: %w", ErrSyntax, err)
		}
		if l.Incarnation < 1 || l.Sequence < 1 {
			return nil, fmt.Errorf("genesis: last header of %s: %w: incarnation and sequence count from 1", id, ErrSyntax)
		}
	}
	return g, nil
}
