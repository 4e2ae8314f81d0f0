// Package weigh judges the evidence leaves of a log: the same for every node
// and for every outside verifier, as it depends on the log alone
// (spec/evidence.md, "Suspension").
package weigh

import (
	"crypto/ed25519"
	"fmt"

	"entente/charter"
	"entente/label"
	"entente/seal"
)

// Leaf weighs the payload of an evidence leaf under the state before it and
// returns whom it convicts. It is a [charter.Judge]. Errors are those of
// [seal.ParseLeafEvidence] and [seal.Verify].
func Leaf(state *charter.State, payload []byte) ([]label.MemberID, error) {
	f, err := seal.ParseLeafEvidence(payload)
	if err != nil {
		return nil, err
	}
	if err := seal.Verify(f, Means(state)); err != nil {
		return nil, err
	}
	if accused, ok := f.Accused(); ok && Suspends(state, f) {
		return []label.MemberID{accused}, nil
	}
	return nil, nil
}

// Means is what a fault is verified with under a state: the header keys of all
// times, ended ones too. What the contents of envelopes or the whole log must
// show is for the caller to add.
func Means(state *charter.State) seal.Means {
	return seal.Means{Charter: seal.Hash(state.Founding().Hash()), HeaderKey: func(o label.MemberID, incarnation uint32, id [8]byte) (ed25519.PublicKey, error) {
		k, ok := state.HeaderKeyByID(o, incarnation, charter.KeyID(id))
		if !ok {
			return nil, fmt.Errorf("%w: key %x of %s", charter.ErrKey, id, o)
		}
		return ed25519.PublicKey(k[:]), nil
	}}
}

// Suspends says whether a fault that was verified suspends its originator: a
// fork does, while the keys of both headers are in force. A key that was
// revoked may be in a thief's hands, and its owner, who has mended it, must not
// be convicted with it (spec/evidence.md, "Suspension").
func Suspends(st *charter.State, f seal.Fault) bool {
	fork, ok := f.(*seal.Fork)
	if !ok {
		return false
	}
	for _, raw := range [][]byte{fork.A, fork.B} {
		h, err := seal.ParseHeader(raw)
		if err != nil {
			return false
		}
		cert, ok := st.Certificate(h.Originator, st.Next())
		if !ok || cert.Keys.Header.ID() != charter.KeyID(h.KeyID) {
			return false
		}
	}
	return true
}
