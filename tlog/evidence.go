package tlog

import (
	"bytes"
	"fmt"
	"strconv"
)

const evidenceHead = "entente/log-evidence/v1\n"

// MaxEvidence is the largest number of bytes of evidence in text.
const MaxEvidence = 2*MaxNote + 8<<10

// MarshalEvidence returns evidence in its text form (spec/log.md section 9).
// It refuses what [ParseEvidence] would.
func MarshalEvidence(ev Evidence) ([]byte, error) {
	b := []byte(evidenceHead)
	if ev.Prefix != nil {
		b = append(appendHash(append(b, "prefix "...), ev.Prefix.Root), '\n')
		b = appendProof(b, ev.Prefix.Proof)
	}
	b = append(b, '\n')
	for _, n := range [][]byte{ev.A, ev.B} {
		b = append(strconv.AppendInt(append(b, "note "...), int64(len(n)), 10), '\n')
		b = append(b, n...)
	}
	if _, err := ParseEvidence(b); err != nil {
		return nil, err
	}
	return b, nil
}

// ParseEvidence reads the form of [MarshalEvidence], strictly: form, order and
// bounds. Whether it shows anything only [VerifyEvidence] tells.
func ParseEvidence(data []byte) (Evidence, error) {
	if len(data) > MaxEvidence {
		return Evidence{}, fmt.Errorf("%w: evidence of %d bytes; at most %d are read", ErrTooLarge, len(data), MaxEvidence)
	}
	rest, ok := bytes.CutPrefix(data, []byte(evidenceHead))
	if !ok {
		return Evidence{}, fmt.Errorf("%w: the text does not begin with %q", ErrMalformed, evidenceHead)
	}
	var ev Evidence
	var err error
	if root, after, ok := cutField(rest, "prefix "); ok {
		ev.Prefix = &Prefix{}
		if ev.Prefix.Root, err = parseHash(root); err != nil {
			return Evidence{}, err
		}
		if ev.Prefix.Proof, rest, err = cutProof(after); err != nil {
			return Evidence{}, err
		}
	} else if rest, ok = bytes.CutPrefix(rest, []byte("\n")); !ok {
		return Evidence{}, fmt.Errorf("%w: evidence has neither a prefix nor an empty line after its first line", ErrMalformed)
	}
	var heads [2]Checkpoint
	for i, note := range []*[]byte{&ev.A, &ev.B} {
		var n int64
		if n, rest, err = cutNumber(rest, "note "); err != nil {
			return Evidence{}, err
		}
		if n > int64(len(rest)) {
			return Evidence{}, fmt.Errorf("%w: evidence ends within a note of %d bytes", ErrMalformed, n)
		}
		*note, rest = rest[:n:n], rest[n:]
		if heads[i], _, err = ParseCheckpoint(*note); err != nil {
			return Evidence{}, err
		}
	}
	if len(rest) != 0 {
		return Evidence{}, fmt.Errorf("%w: %d bytes after the evidence", ErrMalformed, len(rest))
	}
	if err := checkOrder(heads[0], heads[1], ev.Prefix); err != nil {
		return Evidence{}, err
	}
	return ev, nil
}
