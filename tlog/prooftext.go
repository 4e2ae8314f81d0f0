package tlog

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
)

// Bounds of proofs in text (spec/log.md section 7).
const (
	// MaxProof is the largest number of hashes in a proof: one for each level
	// of the tree, and one more.
	MaxProof = MaxLevels*TileHeight + 1
	// MaxExtra is the largest number of bytes of extra data in a proof.
	MaxExtra = 16 << 10
)

// Inclusion is a proof that a leaf is in a checkpoint, complete in itself
// (tlog-proof).
type Inclusion struct {
	// Index is the leaf's index in the log, from 0.
	Index int64
	// Extra is data that nothing authenticates, such as the leaf itself; nil
	// for none.
	Extra []byte
	// Proof is the audit path of [InclusionProof] in the checkpoint's tree.
	Proof []Hash
	// Note is the checkpoint with its signatures.
	Note []byte
}

const proofHead = "c2sp.org/tlog-proof@v1\n"

// MarshalInclusion returns the proof in the text form of tlog-proof. It
// refuses what [ParseInclusion] would.
func MarshalInclusion(in Inclusion) ([]byte, error) {
	b := []byte(proofHead)
	if in.Extra != nil {
		b = base64.StdEncoding.AppendEncode(append(b, "extra "...), in.Extra)
		b = append(b, '\n')
	}
	b = strconv.AppendInt(append(b, "index "...), in.Index, 10)
	b = append(appendProof(append(b, '\n'), in.Proof), '\n')
	b = append(b, in.Note...)
	if _, err := ParseInclusion(b); err != nil {
		return nil, err
	}
	return b, nil
}

// ParseInclusion reads the form of [MarshalInclusion], strictly: each proof
// has one text. It checks form and bounds, not the proof.
func ParseInclusion(data []byte) (Inclusion, error) {
	rest, ok := bytes.CutPrefix(data, []byte(proofHead))
	if !ok {
		return Inclusion{}, fmt.Errorf("%w: the text does not begin with %q", ErrMalformed, proofHead)
	}
	var in Inclusion
	if extra, after, ok := cutField(rest, "extra "); ok {
		if len(extra) > base64.StdEncoding.EncodedLen(MaxExtra) {
			return Inclusion{}, fmt.Errorf("%w: extra data of a proof is at most %d bytes", ErrTooLarge, MaxExtra)
		}
		raw, err := strictBase64.AppendDecode([]byte{}, extra)
		if err != nil || len(raw) > MaxExtra || bytes.IndexByte(extra, '\r') >= 0 {
			return Inclusion{}, fmt.Errorf("%w: extra data of a proof is not canonical base64 of at most %d bytes", ErrMalformed, MaxExtra)
		}
		in.Extra, rest = raw, after
	}
	var err error
	if in.Index, rest, err = cutNumber(rest, "index "); err != nil {
		return Inclusion{}, err
	}
	if in.Proof, in.Note, err = cutProof(rest); err != nil {
		return Inclusion{}, err
	}
	cp, _, err := ParseCheckpoint(in.Note)
	if err != nil {
		return Inclusion{}, err
	}
	if in.Index >= cp.Size {
		return Inclusion{}, fmt.Errorf("%w: index %d in a checkpoint of %d leaves", ErrRange, in.Index, cp.Size)
	}
	return in, nil
}

// Verify returns the checkpoint in which the leaf is proven to be, when the
// proof holds and the checkpoint is of the origin and certified, as by
// [Certified]. Quorum 0 with no cosigners asks for the log's signature alone.
func (in Inclusion) Verify(leafHash Hash, origin string, log Verifier, cosigners []Verifier, quorum int) (Checkpoint, error) {
	if err := log.checkOrigin(origin); err != nil {
		return Checkpoint{}, err
	}
	cp, _, err := certified(in.Note, log, cosigners, quorum)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := CheckInclusion(in.Proof, in.Index, cp.Size, leafHash, cp.Root); err != nil {
		return Checkpoint{}, err
	}
	return cp, nil
}

// Consistency is a proof that a checkpoint continues an older one, in the form
// that a witness takes (tlog-witness, add-checkpoint).
type Consistency struct {
	// Old is the size of the older checkpoint, which the reader holds.
	Old int64
	// Proof is that of [ConsistencyProof] from Old to the checkpoint's size.
	Proof []Hash
	// Note is the newer checkpoint with its signatures.
	Note []byte
}

// MarshalConsistency returns the proof in text. It refuses what
// [ParseConsistency] would.
func MarshalConsistency(c Consistency) ([]byte, error) {
	b := strconv.AppendInt([]byte("old "), c.Old, 10)
	b = append(appendProof(append(b, '\n'), c.Proof), '\n')
	b = append(b, c.Note...)
	if _, err := ParseConsistency(b); err != nil {
		return nil, err
	}
	return b, nil
}

// ParseConsistency reads the form of [MarshalConsistency], strictly. It checks
// form and bounds, not the proof.
func ParseConsistency(data []byte) (Consistency, error) {
	var c Consistency
	var err error
	rest := data
	if c.Old, rest, err = cutNumber(rest, "old "); err != nil {
		return Consistency{}, err
	}
	if c.Proof, c.Note, err = cutProof(rest); err != nil {
		return Consistency{}, err
	}
	cp, _, err := ParseCheckpoint(c.Note)
	if err != nil {
		return Consistency{}, err
	}
	if c.Old > cp.Size {
		return Consistency{}, fmt.Errorf("%w: old size %d above the checkpoint's %d", ErrRange, c.Old, cp.Size)
	}
	return c, nil
}

// Verify returns the newer checkpoint when it is of the origin, signed by the
// log, and proven to continue the old one that the caller holds. An old one of
// another size than the proof's is refused with ErrRange: ask for the proof
// from that size.
func (c Consistency) Verify(old Checkpoint, log Verifier) (Checkpoint, error) {
	cp, err := VerifyCheckpoint(c.Note, old.Origin, log)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Old != old.Size {
		return Checkpoint{}, fmt.Errorf("%w: a proof from size %d, held is %d; ask for the proof from there", ErrRange, c.Old, old.Size)
	}
	if err := CheckConsistency(c.Proof, old.Size, cp.Size, old.Root, cp.Root); err != nil {
		return Checkpoint{}, err
	}
	return cp, nil
}

func appendProof(dst []byte, proof []Hash) []byte {
	for _, h := range proof {
		dst = append(appendHash(dst, h), '\n')
	}
	return dst
}

// cutField takes a line that begins with a name off data.
func cutField(data []byte, name string) (value, rest []byte, ok bool) {
	line, rest, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return nil, data, false
	}
	if value, ok = bytes.CutPrefix(line, []byte(name)); !ok {
		return nil, data, false
	}
	return value, rest, true
}

// cutNumber takes a line of a name and a number off data.
func cutNumber(data []byte, name string) (n int64, rest []byte, err error) {
	value, rest, ok := cutField(data, name)
	if !ok {
		return 0, nil, fmt.Errorf("%w: there is no line %q where it belongs", ErrMalformed, name)
	}
	n, err = parseNumber(value)
	return n, rest, err
}

// parseNumber reads a decimal number of at most MaxSize in its only spelling.
func parseNumber(b []byte) (int64, error) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%w: a number with a character that is no digit", ErrMalformed)
		}
	}
	if len(b) == 0 || b[0] == '0' && len(b) > 1 {
		return 0, fmt.Errorf("%w: a number that is empty or has leading zeroes", ErrMalformed)
	}
	// 15 digits hold MaxSize and cannot overflow.
	if len(b) <= 15 {
		if n, err := strconv.ParseInt(string(b), 10, 64); err == nil && n <= MaxSize {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a number above %d, which no log passes", ErrRange, MaxSize)
}

// cutProof takes lines of hashes and the empty line after them off data.
func cutProof(data []byte) (proof []Hash, rest []byte, err error) {
	proof = []Hash{}
	for {
		line, rest, ok := bytes.Cut(data, []byte("\n"))
		if !ok {
			return nil, nil, fmt.Errorf("%w: a proof without an empty line at its end", ErrMalformed)
		}
		if len(line) == 0 {
			return proof, rest, nil
		}
		if len(proof) == MaxProof {
			return nil, nil, fmt.Errorf("%w: a proof of more than %d hashes", ErrTooLarge, MaxProof)
		}
		h, err := parseHash(line)
		if err != nil {
			return nil, nil, err
		}
		proof, data = append(proof, h), rest
	}
}
