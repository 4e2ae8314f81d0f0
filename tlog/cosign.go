package tlog

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxTime is the latest time that a cosignature may bear, in POSIX seconds:
// the end of the year 9999. The earliest is 1.
const MaxTime int64 = 253402300799

// Cosigned is one cosigner's valid cosignature.
type Cosigned struct {
	// Name is the cosigner's key name.
	Name string
	// Time is when it cosigned by its own clock, in POSIX seconds.
	Time int64
}

// timedSize is the size of a cosignature: a time and an Ed25519 signature.
const timedSize = 8 + ed25519.SignatureSize

// cosignedMessage is what a cosigner signs (tlog-cosignature, Ed25519 signed
// message).
func cosignedMessage(text []byte, time int64) []byte {
	m := append(make([]byte, 0, len(text)+48), "cosignature/v1\ntime "...)
	m = append(strconv.AppendInt(m, time, 10), '\n')
	return append(m, text...)
}

// Cosign returns the signature line, with its newline, by which a cosigner
// states that it holds the log up to this checkpoint and found it consistent
// with all that it cosigned before. It looks at the form of the note only;
// the caller answers for the statement and for having stored it durably first.
// unixTime is in POSIX seconds, 1 to MaxTime. The signer must be of
// [NewCosigner].
func Cosign(note []byte, s Signer, unixTime int64) ([]byte, error) {
	if s.alg != algCosigner {
		return nil, fmt.Errorf("%w: %q is no cosigner's key", ErrKey, s.name)
	}
	if unixTime < 1 || unixTime > MaxTime {
		return nil, fmt.Errorf("%w: time %d of a cosignature is not within 1 and %d; set the clock", ErrRange, unixTime, MaxTime)
	}
	n, err := parseSigned(note)
	if err != nil {
		return nil, err
	}
	raw, err := s.sign(cosignedMessage(n.text, unixTime))
	if err != nil {
		return nil, err
	}
	sig := append(binary.BigEndian.AppendUint64(make([]byte, 0, timedSize), uint64(unixTime)), raw...)
	return append(SignatureLine{s.name, s.id, sig}.append(nil), '\n'), nil
}

// AddSignature returns the note with a signature line added, if it does not
// have it yet. It verifies nothing and keeps the bounds of a note.
func AddSignature(note, line []byte) ([]byte, error) {
	s, err := parseSigned(note)
	if err != nil {
		return nil, err
	}
	l, err := ParseSignatureLine(line)
	if err != nil {
		return nil, err
	}
	return Merge(note, joinNote(s.text, []SignatureLine{l}))
}

// VerifyCosignature returns the cosigner's valid cosignature in the note, the
// earliest if there are several, else ErrCosignature. The log's own signature
// is not looked at.
func VerifyCosignature(note []byte, cosigner Verifier) (Cosigned, error) {
	if cosigner.alg != algCosigner {
		return Cosigned{}, fmt.Errorf("%w: %q is no cosigner's key", ErrKey, cosigner.name)
	}
	s, err := parseSigned(note)
	if err != nil {
		return Cosigned{}, err
	}
	_, c, ok := s.cosignedBy(cosigner)
	if !ok {
		return Cosigned{}, fmt.Errorf("%w: checkpoint of %q, size %d, is not cosigned by %s; ask that member for its cosignature", ErrCosignature, s.cp.Origin, s.cp.Size, keyLabel(cosigner))
	}
	return c, nil
}

// cosignedBy returns the valid line of a cosigner with the earliest time: a
// later one of the same cosigner repeats the statement and must not move it.
func (s signed) cosignedBy(v Verifier) (line SignatureLine, c Cosigned, ok bool) {
	for _, l := range s.lines {
		if !l.by(v) || len(l.Signature) != timedSize {
			continue
		}
		t := binary.BigEndian.Uint64(l.Signature)
		if t < 1 || t > uint64(MaxTime) || ok && int64(t) >= c.Time {
			continue
		}
		if v.verify(cosignedMessage(s.text, int64(t)), l.Signature[8:]) {
			line, c, ok = l, Cosigned{v.name, int64(t)}, true
		}
	}
	return line, c, ok
}

// Cosignatures returns the valid cosignatures of the known cosigners, each
// cosigner once, in the order of cosigners. Wrong, repeated and unknown lines
// do not count. The log's own signature is not looked at.
func Cosignatures(note []byte, cosigners []Verifier) ([]Cosigned, error) {
	if err := checkCosigners(cosigners); err != nil {
		return nil, err
	}
	s, err := parseSigned(note)
	if err != nil {
		return nil, err
	}
	cs, _ := s.cosignatures(cosigners)
	return cs, nil
}

func (s signed) cosignatures(cosigners []Verifier) (cs []Cosigned, lines []SignatureLine) {
	for _, v := range cosigners {
		if l, c, ok := s.cosignedBy(v); ok {
			cs, lines = append(cs, c), append(lines, l)
		}
	}
	return cs, lines
}

// checkCosigners refuses lists by which one key or one name could count twice.
func checkCosigners(cosigners []Verifier) error {
	names, keys := map[string]bool{}, map[[32]byte]bool{}
	for _, v := range cosigners {
		if v.alg != algCosigner {
			return fmt.Errorf("%w: %q is no cosigner's key", ErrKey, v.name)
		}
		if names[v.name] || keys[v.key] {
			return fmt.Errorf("%w: cosigner %q is listed twice, by name or by key; each member cosigns with one key of its own", ErrKey, v.name)
		}
		names[v.name], keys[v.key] = true, true
	}
	return nil
}

// Certified returns the checkpoint and its cosignatures, in the order of
// cosigners, when the log has signed it and at least quorum of the known
// cosigners have cosigned it. Each cosigner counts once; wrong, repeated and
// unknown lines do not count. Below the quorum it returns the checkpoint and
// the cosignatures that are there together with ErrQuorum, so that the missing
// ones can be shown. quorum is 1 to len(cosigners); the charter's is
// floor(2n/3)+1.
func Certified(note []byte, log Verifier, cosigners []Verifier, quorum int) (Checkpoint, []Cosigned, error) {
	if err := checkCosigners(cosigners); err != nil {
		return Checkpoint{}, nil, err
	}
	if quorum < 1 || quorum > len(cosigners) {
		return Checkpoint{}, nil, fmt.Errorf("%w: a quorum of %d among %d cosigners", ErrRange, quorum, len(cosigners))
	}
	s, err := verifySigned(note, log)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	cs, _ := s.cosignatures(cosigners)
	if len(cs) < quorum {
		var missing []string
		for _, v := range cosigners {
			if !slices.ContainsFunc(cs, func(c Cosigned) bool { return c.Name == v.name }) {
				missing = append(missing, v.name)
			}
		}
		return s.cp, cs, fmt.Errorf("%w: size %d of %q has %d cosignatures of the %d needed; missing: %s", ErrQuorum, s.cp.Size, s.cp.Origin, len(cs), quorum, strings.Join(missing, ", "))
	}
	return s.cp, cs, nil
}

// Prune returns the note with the log's signature and the valid cosignatures
// of known cosigners only, in the order of cosigners, each once: the bounded
// form in which a checkpoint is best stored and sent. Without a valid
// signature of the log it returns ErrSignature.
func Prune(note []byte, log Verifier, cosigners []Verifier) ([]byte, error) {
	if err := checkCosigners(cosigners); err != nil {
		return nil, err
	}
	if len(cosigners) >= MaxSignatures {
		return nil, fmt.Errorf("%w: %d cosigners; a note has %d signature lines at most", ErrTooLarge, len(cosigners), MaxSignatures)
	}
	s, err := verifySigned(note, log)
	if err != nil {
		return nil, err
	}
	own, _ := s.signedBy(log)
	_, lines := s.cosignatures(cosigners)
	return joinNote(s.text, append([]SignatureLine{own}, lines...)), nil
}

// LogTime returns the lower median of the cosignatures' times in POSIX
// seconds, 0 for none. With fewer than half of the cosigners lying it is never
// before the earliest nor after the latest time of an honest one. It depends
// on which cosignatures are given: where it decides something, all nodes must
// compute it over the same ones, as over those that stand in the log.
func LogTime(cosigned []Cosigned) int64 {
	if len(cosigned) == 0 {
		return 0
	}
	ts := make([]int64, len(cosigned))
	for i, c := range cosigned {
		ts[i] = c.Time
	}
	slices.Sort(ts)
	return ts[(len(ts)-1)/2]
}
