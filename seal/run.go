package seal

import (
	"bytes"
	"crypto/ed25519"
	"fmt"

	"entente/label"
)

// KeyFunc returns the header key in force for the originator of h, the header
// at position i of a run. For a leaf of kind keys that is the key in the
// certificate that the leaf carries. It returns an error of its own when the
// originator is no member or is suspended.
//
// [CheckRun] asks once for each originator and again after each leaf that may
// change the answer (genesis, keys, evidence, vote, promise), so that the
// function may fold the public leaves before position i and need not be fast.
type KeyFunc func(i int, h *Header) (ed25519.PublicKey, error)

// RunError says at which position of a run the fault is.
type RunError struct {
	Index int // of the header, from 0
	Err   error
}

// Error names the position and the fault.
func (e *RunError) Error() string { return fmt.Sprintf("header %d of the run: %v", e.Index, e.Err) }

// Unwrap returns the fault.
func (e *RunError) Unwrap() error { return e.Err }

// CheckRun checks consecutive leaves of a log: headers holds them end to end,
// a multiple of [HeaderSize] bytes, of any number of originators. chains holds
// where each originator's chain ended before the run, and on success where it
// ends after it; an originator that is not in it has sent nothing before. After
// an error chains is unchanged. Errors are a [*RunError] around the refusal, or
// ErrLength.
//
// It checks every field, charter, number and hash, and that each header names
// the key in force. Signatures it checks as spec/envelope.md, "Chunks", allows:
// that of every public leaf, and of each originator's sealed ones the last
// under each key, which through the hashes speaks for those before it. A run
// that fails with ErrSignature alone, at an originator's last header, may pass as
// part of a longer one.
func CheckRun(charter Hash, chains map[label.MemberID]Chain, headers []byte, key KeyFunc) error {
	if len(headers)%HeaderSize != 0 {
		return fmt.Errorf("%w: a run of headers has a multiple of %d bytes, not %d", ErrLength, HeaderSize, len(headers))
	}
	r := run{headers: headers, key: key}
	for i := range len(headers) / HeaderSize {
		if err := r.check(i, charter, chains); err != nil {
			return err
		}
	}
	for j := range r.threads {
		if err := r.settle(&r.threads[j]); err != nil {
			return err
		}
	}
	for j := range r.threads {
		t := &r.threads[j]
		chains[label.MemberID(t.originator[:])] = t.chain
	}
	return nil
}

// run is a run under way.
type run struct {
	headers []byte
	key     KeyFunc
	threads []thread
}

// thread is what a run knows of one originator.
type thread struct {
	originator [3]byte
	asked      bool // key is the one in force
	open       bool // the signature of header last has still to be checked
	last       int
	keyID      [8]byte
	key        ed25519.PublicKey
	chain      Chain
}

func (r *run) header(i int) []byte { return r.headers[i*HeaderSize : (i+1)*HeaderSize] }

func (r *run) check(i int, charter Hash, chains map[label.MemberID]Chain) error {
	raw := r.header(i)
	if err := checkHeader(raw); err != nil {
		return &RunError{i, err}
	}
	if !bytes.Equal(raw[atCharter:atCharter+32], charter[:]) {
		return &RunError{i, ErrCharter}
	}
	t := r.thread(raw, chains)
	if err := t.chain.follows(raw); err != nil {
		return &RunError{i, err}
	}
	kind := Kind(raw[atKind])
	if !t.asked || kind == Keys || kind == Genesis {
		if err := r.ask(t, i, raw); err != nil {
			return err
		}
	}
	if !bytes.Equal(raw[atKeyID:atKeyID+8], t.keyID[:]) {
		return &RunError{i, fmt.Errorf("%w: the header names %x, in force is %x", ErrKeyID, raw[atKeyID:atKeyID+8], t.keyID)}
	}
	t.chain.move(raw)
	t.open, t.last = true, i
	if kind == Sealed {
		return nil
	}
	if err := r.settle(t); err != nil {
		return err
	}
	switch kind {
	case Packet, EpochKeys, Close:
	default:
		for j := range r.threads {
			r.threads[j].asked = false
		}
	}
	return nil
}

// thread finds or begins the thread of a header's originator. Members are 16 at
// most, so that a linear search beats a map.
func (r *run) thread(raw []byte, chains map[label.MemberID]Chain) *thread {
	o := [3]byte(raw[atOriginator:])
	for j := range r.threads {
		if r.threads[j].originator == o {
			return &r.threads[j]
		}
	}
	r.threads = append(r.threads, thread{originator: o, chain: chains[label.MemberID(o[:])]})
	return &r.threads[len(r.threads)-1]
}

// ask learns the key in force at header i. When it has changed, the run of
// headers under the one before is settled first.
func (r *run) ask(t *thread, i int, raw []byte) error {
	h := readHeader(raw)
	key, err := r.key(i, &h)
	if err != nil {
		return &RunError{i, err}
	}
	if !bytes.Equal(key, t.key) {
		if err := r.settle(t); err != nil {
			return err
		}
		t.key, t.keyID = bytes.Clone(key), KeyID(key)
	}
	t.asked = true
	return nil
}

// settle checks the one signature that stands for a thread's headers so far.
func (r *run) settle(t *thread) error {
	if !t.open {
		return nil
	}
	if err := verifyHeader(r.header(t.last), t.key); err != nil {
		return &RunError{t.last, err}
	}
	t.open = false
	return nil
}
