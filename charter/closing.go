package charter

import (
	"fmt"

	"entente/label"
)

// Close is a member's word that it will seal nothing more under an epoch or
// any before it (spec/keys.md, "Forgetting"): the payload of a leaf of kind close. The
// header's signature covers it; it has none of its own.
type Close struct {
	Charter     Hash
	Member      label.MemberID
	Incarnation uint32
	Epoch       uint32
}

const maxClose = 256

// Payload returns the bytes of the leaf's payload. Errors: ErrSyntax.
func (c Close) Payload() ([]byte, error) {
	b := fmt.Appendf(nil, "entente/v1/close\n%s\n%s\n%d\n%d\n", c.Charter, c.Member, c.Incarnation, c.Epoch)
	if _, err := ParseClose(b); err != nil {
		return nil, err
	}
	return b, nil
}

// ParseClose reads the payload of a leaf of kind close.
// Errors: ErrSyntax, ErrVersion.
func ParseClose(payload []byte) (Close, error) {
	if len(payload) > maxClose {
		return Close{}, fmt.Errorf("closing: %w: %d bytes, at most %d", ErrSyntax, len(payload), maxClose)
	}
	r := &lineReader{what: "closing", rest: string(payload)}
	r.version("close")
	c := Close{
		Charter:     r.charter(false),
		Member:      r.member(),
		Incarnation: r.number("incarnation", 1),
		Epoch:       r.number("epoch", 0),
	}
	r.end()
	if r.err != nil {
		return Close{}, r.err
	}
	return c, nil
}
