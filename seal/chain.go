package seal

import (
	"encoding/binary"
	"fmt"

	"entente/label"
)

// Chain is the end of one originator's chain of headers. The zero value is the
// chain of an originator that has sent nothing.
type Chain struct {
	Incarnation uint32
	Sequence    uint64
	Last        Hash // of the last header
}

// Next moves the chain on to the header raw, which it parses as [ParseHeader]
// does. The header must continue the incarnation (ErrSequence, ErrPrevious), or
// open a later one with a leaf of kind keys, sequence 1 and no predecessor
// (ErrIncarnation). The first incarnation of all opens with any kind, because
// the founding file certifies it. After an error the chain is unchanged.
//
// Next checks neither originator nor charter nor signature; [CheckRun] does.
func (c *Chain) Next(raw []byte) error {
	if err := checkHeader(raw); err != nil {
		return err
	}
	if err := c.follows(raw); err != nil {
		return err
	}
	c.move(raw)
	return nil
}

// follows judges bytes that checkHeader has passed.
func (c *Chain) follows(raw []byte) error {
	incarnation := binary.BigEndian.Uint32(raw[atIncarnation:])
	sequence := binary.BigEndian.Uint64(raw[atSequence:])
	if incarnation != c.Incarnation {
		return c.opens(raw, incarnation, sequence)
	}
	if sequence-1 != c.Sequence {
		return fmt.Errorf("%w: %s incarnation %d: %d follows %d", ErrSequence, raw[atOriginator:atOriginator+3], incarnation, sequence, c.Sequence)
	}
	if Hash(raw[atPrevious:]) != c.Last {
		return fmt.Errorf("%w: %s incarnation %d sequence %d", ErrPrevious, raw[atOriginator:atOriginator+3], incarnation, sequence)
	}
	return nil
}

func (c *Chain) opens(raw []byte, incarnation uint32, sequence uint64) error {
	o := raw[atOriginator : atOriginator+3]
	if incarnation < c.Incarnation {
		return fmt.Errorf("%w: %s: %d after %d", ErrIncarnation, o, incarnation, c.Incarnation)
	}
	first := c.Incarnation == 0 && incarnation == 1
	if !first && Kind(raw[atKind]) != Keys {
		return fmt.Errorf("%w: %s: %d opens with kind %v", ErrIncarnation, o, incarnation, Kind(raw[atKind]))
	}
	if sequence != 1 {
		return fmt.Errorf("%w: %s incarnation %d opens with %d, not 1", ErrSequence, o, incarnation, sequence)
	}
	return nil // checkHeader has seen that the previous hash is zero
}

func (c *Chain) move(raw []byte) {
	c.Incarnation = binary.BigEndian.Uint32(raw[atIncarnation:])
	c.Sequence = binary.BigEndian.Uint64(raw[atSequence:])
	c.Last = HashHeader(raw)
}

// Place returns the place that follows in the chain, in its incarnation. Of a
// zero chain that is sequence 1 of incarnation 1.
func (c *Chain) Place(charter Hash, originator label.MemberID, time int64, epoch uint32) Place {
	return Place{
		Charter: charter, Originator: originator,
		Incarnation: max(1, c.Incarnation), Sequence: c.Sequence + 1, Previous: c.Last,
		Time: time, Epoch: epoch,
	}
}
