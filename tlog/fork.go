package tlog

import (
	"bytes"
	"fmt"
)

// Evidence is two checkpoints of one log, both signed by it, that cannot both
// be true. It convicts the key that signed them and nobody else; anybody can
// check it offline with that key ([VerifyEvidence]).
type Evidence struct {
	// A and B are the notes, in the order of [MarshalEvidence]: A is of the
	// smaller size or, for one size, of the root that sorts first.
	A, B []byte
	// Prefix is nil when the sizes are equal. Else it shows what the first
	// leaves of B's tree hash to.
	Prefix *Prefix
}

// Prefix proves the root that a larger tree has at a smaller size.
type Prefix struct {
	// Root is the root of the larger tree's first leaves.
	Root Hash
	// Proof is the consistency proof from that root to the larger one.
	Proof []Hash
}

// Fork is what verified evidence shows: the two heads and, for different
// sizes, the root that the larger tree has at the smaller one's size.
type Fork struct {
	A, B   Checkpoint
	Prefix *Prefix
}

// String says what was wrong.
func (f Fork) String() string {
	if f.Prefix == nil {
		return fmt.Sprintf("rule 27: log %q signed two roots for %d leaves: %v and %v", f.A.Origin, f.A.Size, f.A.Root, f.B.Root)
	}
	return fmt.Sprintf("rule 27: log %q signed root %v for %d leaves, and for %d leaves root %v, whose first %d leaves have root %v",
		f.A.Origin, f.A.Root, f.A.Size, f.B.Size, f.B.Root, f.A.Size, f.Prefix.Root)
}

// Conflict compares two heads of one size. It returns evidence when the log
// signed both and their roots differ, and nil when they do not contradict each
// other, which for different sizes only [Inconsistent] can find. Heads that
// the log did not sign, or of different origins, are refused: they show
// nothing.
func Conflict(a, b []byte, log Verifier) (*Evidence, error) {
	sa, sb, err := verifyPair(a, b, log)
	if err != nil {
		return nil, err
	}
	if sa.cp.Size != sb.cp.Size || sa.cp.Root == sb.cp.Root {
		return nil, nil
	}
	return newEvidence(a, b, sa, sb, nil), nil
}

// Inconsistent compares two heads of one log with the help of the larger
// tree's tiles. It returns evidence when the smaller head is not a beginning
// of the larger one, and nil when it is. Tiles that do not make up the larger
// head are refused with ErrTiles: then nothing is shown about the log, only
// about the tiles. r may be nil for equal sizes.
func Inconsistent(a, b []byte, log Verifier, r TileReader) (*Evidence, error) {
	sa, sb, err := verifyPair(a, b, log)
	if err != nil {
		return nil, err
	}
	if sa.cp.Size > sb.cp.Size {
		a, b, sa, sb = b, a, sb, sa
	}
	if sa.cp.Size == sb.cp.Size {
		if sa.cp.Root == sb.cp.Root {
			return nil, nil
		}
		return newEvidence(a, b, sa, sb, nil), nil
	}
	root, err := RootAt(sa.cp.Size, r)
	if err != nil {
		return nil, err
	}
	proof, err := ConsistencyProof(sa.cp.Size, sb.cp.Size, r)
	if err != nil {
		return nil, err
	}
	if err := CheckConsistency(proof, sa.cp.Size, sb.cp.Size, root, sb.cp.Root); err != nil {
		return nil, fmt.Errorf("%w: they are not those of the head of %d leaves; fetch them from a node that cosigned it (%v)", ErrTiles, sb.cp.Size, err)
	}
	if root == sa.cp.Root {
		return nil, nil
	}
	return newEvidence(a, b, sa, sb, &Prefix{root, proof}), nil
}

func verifyPair(a, b []byte, log Verifier) (sa, sb signed, err error) {
	if sa, err = verifySigned(a, log); err != nil {
		return
	}
	sb, err = verifySigned(b, log)
	return
}

func newEvidence(a, b []byte, sa, sb signed, p *Prefix) *Evidence {
	if p == nil && !inOrder(sa.cp, sb.cp) {
		a, b = b, a
	}
	return &Evidence{bytes.Clone(a), bytes.Clone(b), p}
}

// inOrder gives evidence one form: the smaller size first, then the smaller
// root by its bytes.
func inOrder(a, b Checkpoint) bool {
	if a.Size != b.Size {
		return a.Size < b.Size
	}
	return bytes.Compare(a.Root[:], b.Root[:]) <= 0
}

func checkOrder(a, b Checkpoint, p *Prefix) error {
	if !inOrder(a, b) {
		return fmt.Errorf("%w: the two heads of evidence are not in order of size and root", ErrMalformed)
	}
	if (a.Size == b.Size) != (p == nil) {
		return fmt.Errorf("%w: a prefix belongs to evidence of heads of different sizes, and only to it", ErrMalformed)
	}
	return nil
}

// VerifyEvidence checks evidence against the log's key and returns what it
// shows, else ErrEvidence, ErrSignature, ErrOrigin, ErrProof or ErrMalformed.
func VerifyEvidence(ev Evidence, log Verifier) (Fork, error) {
	sa, sb, err := verifyPair(ev.A, ev.B, log)
	if err != nil {
		return Fork{}, err
	}
	if err := checkOrder(sa.cp, sb.cp, ev.Prefix); err != nil {
		return Fork{}, err
	}
	f := Fork{sa.cp, sb.cp, ev.Prefix}
	if ev.Prefix == nil {
		if sa.cp.Root == sb.cp.Root {
			return Fork{}, fmt.Errorf("%w: both heads are the same", ErrEvidence)
		}
		return f, nil
	}
	if err := CheckConsistency(ev.Prefix.Proof, sa.cp.Size, sb.cp.Size, ev.Prefix.Root, sb.cp.Root); err != nil {
		return Fork{}, err
	}
	if ev.Prefix.Root == sa.cp.Root {
		return Fork{}, fmt.Errorf("%w: the larger head continues the smaller one", ErrEvidence)
	}
	return f, nil
}

// DoubleCosigned returns the names of the known cosigners that validly
// cosigned both heads of verified evidence: they broke their word as well.
func DoubleCosigned(ev Evidence, cosigners []Verifier) ([]string, error) {
	a, err := Cosignatures(ev.A, cosigners)
	if err != nil {
		return nil, err
	}
	b, err := Cosignatures(ev.B, cosigners)
	if err != nil {
		return nil, err
	}
	both := map[string]bool{}
	for _, c := range a {
		both[c.Name] = true
	}
	var names []string
	for _, c := range b {
		if both[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names, nil
}
