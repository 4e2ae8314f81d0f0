package tlog

import (
	"bytes"
	"fmt"
	"strconv"
)

// Checkpoint is a log's head: the root of its first Size leaves
// (tlog-checkpoint). Entente's origin is "entente/<first 16 hex digits of the
// charter's hash>/<term>"; this package takes it as opaque.
type Checkpoint struct {
	// Origin names the log: 1 to 255 visible ASCII characters without plus.
	Origin string
	// Size is the number of leaves, 0 to MaxSize.
	Size int64
	// Root is the root of the tree, EmptyRoot for size 0.
	Root Hash
}

// Text returns the checkpoint's note text: origin, size and root, a line each.
// These exact bytes are what a log signs and what cosigners cosign.
func (c Checkpoint) Text() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(c.Origin)+hashText+20)
	b = append(append(b, c.Origin...), '\n')
	b = append(strconv.AppendInt(b, c.Size, 10), '\n')
	return append(appendHash(b, c.Root), '\n'), nil
}

func (c Checkpoint) check() error {
	if err := checkName(c.Origin); err != nil {
		return fmt.Errorf("%w: origin %w", ErrMalformed, err)
	}
	if err := checkSize(c.Size); err != nil {
		return err
	}
	if c.Size == 0 && c.Root != EmptyRoot() {
		return fmt.Errorf("%w: a checkpoint of no leaves has the hash of nothing as root", ErrMalformed)
	}
	return nil
}

// SignCheckpoint returns the checkpoint as a note with the log's signature.
// The signer must be of [NewLogSigner] with the origin as its name. The caller answers for never signing
// two heads that contradict each other.
func SignCheckpoint(cp Checkpoint, s Signer) ([]byte, error) {
	if s.alg != algLog {
		return nil, fmt.Errorf("%w: %q is no key for a log's own signature", ErrKey, s.name)
	}
	text, err := cp.Text()
	if err != nil {
		return nil, err
	}
	if cp.Origin != s.name {
		return nil, fmt.Errorf("%w: key of log %q asked to sign for %q; take the key of that log", ErrOrigin, s.name, cp.Origin)
	}
	sig, err := s.sign(text)
	if err != nil {
		return nil, err
	}
	return joinNote(text, []SignatureLine{{s.name, s.id, sig}}), nil
}

// ParseCheckpoint reads a checkpoint note without verifying anything: nothing
// in it may be believed before [VerifyCheckpoint] or [Certified]. It is strict:
// there is one text for each checkpoint, extension lines are refused, and all
// lines of signatures must be well formed, known or not.
func ParseCheckpoint(note []byte) (Checkpoint, []SignatureLine, error) {
	s, err := parseSigned(note)
	return s.cp, s.lines, err
}

// signed is a checkpoint note taken apart.
type signed struct {
	cp    Checkpoint
	text  []byte
	lines []SignatureLine
}

func parseSigned(note []byte) (signed, error) {
	text, lines, err := splitNote(note)
	if err != nil {
		return signed{}, err
	}
	cp, err := parseText(text)
	if err != nil {
		return signed{}, err
	}
	return signed{cp, text, lines}, nil
}

// parseText reads a checkpoint text. Each of its three lines has one spelling
// for each meaning, so the text is the one of [Checkpoint.Text].
func parseText(text []byte) (Checkpoint, error) {
	f := bytes.Split(text, []byte("\n"))
	// The text ends in a newline, so there is an empty last element.
	if len(f) < 4 {
		return Checkpoint{}, fmt.Errorf("%w: a checkpoint needs an origin, a size and a root", ErrMalformed)
	}
	if len(f) > 4 {
		return Checkpoint{}, fmt.Errorf("%w: a checkpoint with extension lines; no member signs what others cannot check", ErrMalformed)
	}
	size, err := parseNumber(f[1])
	if err != nil {
		return Checkpoint{}, err
	}
	root, err := parseHash(f[2])
	if err != nil {
		return Checkpoint{}, err
	}
	cp := Checkpoint{string(f[0]), size, root}
	return cp, cp.check()
}

// VerifyCheckpoint returns the checkpoint when it is of the given origin and
// carries a valid signature of the log. One valid line of the log's key is
// enough, other lines are ignored: one bad line, added on the way, must not
// void a head. Cosignatures are not looked at; see [Certified].
func VerifyCheckpoint(note []byte, origin string, log Verifier) (Checkpoint, error) {
	if err := log.checkOrigin(origin); err != nil {
		return Checkpoint{}, err
	}
	s, err := verifySigned(note, log)
	return s.cp, err
}

func (v Verifier) checkOrigin(origin string) error {
	if v.name != origin {
		return fmt.Errorf("%w: key of log %q where %q was asked for; take the key of that log", ErrOrigin, v.name, origin)
	}
	return nil
}

// verifySigned binds the origin as well: the name of the log's key is its
// origin, so that no checkpoint of one term passes for another's.
func verifySigned(note []byte, log Verifier) (signed, error) {
	if log.alg != algLog {
		return signed{}, fmt.Errorf("%w: %q is no key for a log's own signature", ErrKey, log.name)
	}
	s, err := parseSigned(note)
	if err != nil {
		return signed{}, err
	}
	if s.cp.Origin != log.name {
		return signed{}, fmt.Errorf("%w: %q where %q was asked for; ask the node for that log", ErrOrigin, s.cp.Origin, log.name)
	}
	if _, ok := s.signedBy(log); !ok {
		return signed{}, fmt.Errorf("%w: checkpoint of %q, size %d, is not signed by %s; ask for it from a node that follows that lead", ErrSignature, s.cp.Origin, s.cp.Size, keyLabel(log))
	}
	return s, nil
}

// signedBy returns the first valid line of the log's key.
func (s signed) signedBy(log Verifier) (SignatureLine, bool) {
	for _, l := range s.lines {
		if l.by(log) && log.verify(s.text, l.Signature) {
			return l, true
		}
	}
	return SignatureLine{}, false
}

func keyLabel(v Verifier) string { return fmt.Sprintf("%s+%08x", v.name, v.id) }
