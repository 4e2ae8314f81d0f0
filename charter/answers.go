package charter

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"entente/label"
)

// Founding returns the founding file that the state began with.
func (s *State) Founding() *Founding { return s.founding }

// Term returns the term whose log the state folds, from 1.
func (s *State) Term() uint32 { return s.term }

// Lead returns the member that leads the term.
func (s *State) Lead() label.MemberID { return s.founding.charter.Lead(s.term) }

// Origin returns the origin line of the term's log.
func (s *State) Origin() string { return Origin(s.founding.hash, s.term) }

// Members returns the members; a suspended one remains a member.
func (s *State) Members() label.MemberSet { return s.members }

// Quorum returns how many cosignatures make a head count. It does not fall
// when members are dark or suspended.
func (s *State) Quorum() int { return Quorum(len(s.each)) }

// Next returns the least index that Apply takes: one more than the last.
func (s *State) Next() int64 { return s.next }

// Certificate returns the member's certificate in force for a leaf at an
// index. The answer holds only for indexes up to those applied, and for the
// one after as long as that is not a leaf of kind keys (see
// [State.HeaderKeyFor]). It is false for who is not a member.
func (s *State) Certificate(id label.MemberID, index int64) (*KeyCertificate, bool) {
	i, ok := s.founding.index(id)
	if !ok {
		return nil, false
	}
	certs := s.each[i].certs
	for j := len(certs) - 1; j > 0; j-- {
		if certs[j].index <= index {
			return certs[j].cert, true
		}
	}
	return certs[0].cert, true
}

// HeaderKey returns the member's header key in force for a leaf at an index,
// as Certificate does.
func (s *State) HeaderKey(id label.MemberID, index int64) (PublicKey, bool) {
	c, ok := s.Certificate(id, index)
	if !ok {
		return PublicKey{}, false
	}
	return c.Keys.Header, true
}

// CheckpointKey returns the key with which the member signs, as lead, a head
// of the given size: the one in force at the last leaf that the head covers
// (spec/keys.md).
func (s *State) CheckpointKey(id label.MemberID, size int64) (PublicKey, bool) {
	c, ok := s.Certificate(id, size-1)
	if !ok {
		return PublicKey{}, false
	}
	return c.Keys.Checkpoint, true
}

// CosignatureKey returns the key with which the member cosigns a head of the
// given size: the one in force at the last leaf that the head covers.
func (s *State) CosignatureKey(id label.MemberID, size int64) (PublicKey, bool) {
	c, ok := s.Certificate(id, size-1)
	if !ok {
		return PublicKey{}, false
	}
	return c.Keys.Cosignature, true
}

// TLSKeys returns the keys of the member links as of the last leaf applied.
func (s *State) TLSKeys() map[label.MemberID]PublicKey {
	keys := make(map[label.MemberID]PublicKey, len(s.each))
	for i, m := range s.founding.charter.Members {
		certs := s.each[i].certs
		keys[m.ID] = certs[len(certs)-1].cert.Keys.TLS
	}
	return keys
}

// Incarnation returns the member's incarnation as of the last leaf applied, 0
// for who is not a member.
func (s *State) Incarnation(id label.MemberID) uint32 {
	c, ok := s.Certificate(id, s.next)
	if !ok {
		return 0
	}
	return c.Incarnation
}

// EpochKey returns the member's key for an epoch as of the last leaf applied.
func (s *State) EpochKey(id label.MemberID, epoch uint32) (*EpochPublicKey, bool) {
	return s.EpochKeyAt(id, epoch, s.next)
}

// EpochKeyAt returns the member's key for an epoch as it counts for a leaf at
// an index: of the statements before it, the last that counts. The result must
// not be changed.
func (s *State) EpochKeyAt(id label.MemberID, epoch uint32, index int64) (*EpochPublicKey, bool) {
	i, ok := s.founding.index(id)
	if !ok {
		return nil, false
	}
	at := lastEpochKey(s.each[i].epochs, epoch, index)
	if at == nil {
		return nil, false
	}
	return at.key, true
}

// Unpublished returns which of the epochs current to current+[PublishAhead]
// the member has stated no key for.
func (s *State) Unpublished(id label.MemberID, current uint32) []uint32 {
	var missing []uint32
	for e := uint64(current); e <= min(uint64(current)+PublishAhead, 1<<32-1); e++ {
		if _, ok := s.EpochKey(id, uint32(e)); !ok {
			missing = append(missing, uint32(e))
		}
	}
	return missing
}

// MayRestate reports whether the member may state another key in the place of
// the one that counts for an epoch: only under a certificate that is newer than
// the one under which that was stated (spec/keys.md).
func (s *State) MayRestate(id label.MemberID, epoch uint32) bool {
	i, ok := s.founding.index(id)
	if !ok {
		return false
	}
	at := lastEpochKey(s.each[i].epochs, epoch, s.next)
	cert, ok := s.Certificate(id, s.next)
	return ok && (at == nil || at.serial != cert.Serial)
}

// lastEpochKey walks from the end, where the epochs in use stand.
func lastEpochKey(epochs []epochKeyAt, epoch uint32, before int64) *epochKeyAt {
	for i := len(epochs) - 1; i >= 0; i-- {
		if epochs[i].epoch == epoch && epochs[i].index < before {
			return &epochs[i]
		}
	}
	return nil
}

// Suspended reports whether evidence in the log has suspended the member.
func (s *State) Suspended(id label.MemberID) bool {
	i, ok := s.founding.index(id)
	return ok && s.each[i].suspended >= 0
}

// Closed returns the members that have closed an epoch.
func (s *State) Closed(epoch uint32) label.MemberSet {
	var set label.MemberSet
	for i, m := range s.founding.charter.Members {
		if closedIndex(s.each[i].closed, epoch) >= 0 {
			set = set.With(m.ID)
		}
	}
	return set
}

// ClosedBy returns the index of the member's closing leaf of an epoch.
func (s *State) ClosedBy(id label.MemberID, epoch uint32) (index int64, ok bool) {
	i, ok := s.founding.index(id)
	if !ok {
		return 0, false
	}
	index = closedIndex(s.each[i].closed, epoch)
	return index, index >= 0
}

// ClosedByAll reports whether every member that is not suspended has closed an
// epoch, and the index of the last of their closing leaves: one of the three
// conditions for forgetting the epoch's keys (spec/keys.md, "Forgetting").
func (s *State) ClosedByAll(epoch uint32) (last int64, ok bool) {
	last = -1
	for i := range s.each {
		if s.each[i].suspended >= 0 {
			continue
		}
		at := closedIndex(s.each[i].closed, epoch)
		if at < 0 {
			return 0, false
		}
		last = max(last, at)
	}
	return last, last >= 0
}

// closedIndex finds the first closing of an epoch or a later one: a closing
// closes every epoch before it as well.
func closedIndex(closed []closedAt, epoch uint32) int64 {
	i, _ := slices.BinarySearchFunc(closed, epoch, func(c closedAt, e uint32) int { return cmp.Compare(c.epoch, e) })
	if i == len(closed) {
		return -1
	}
	return closed[i].index
}

// Digest is a hash over everything that the state answers, for comparing the
// states of two nodes that hold the same log. It has no part in the protocol.
func (s *State) Digest() Hash {
	h := sha256.New()
	put := func(vs ...any) {
		for _, v := range vs {
			// Fixed-size values into a hash: neither can fail.
			_ = binary.Write(h, binary.BigEndian, v)
		}
	}
	put(s.founding.hash, s.term)
	for i := range s.each {
		m := &s.each[i]
		put(int64(len(m.certs)), int64(len(m.epochs)), int64(len(m.closed)), m.suspended)
		for _, c := range m.certs {
			put(c.index, c.cert.Incarnation, c.cert.Serial, c.cert.Keys.list())
		}
		for _, e := range m.epochs {
			put(e.index, e.epoch, e.serial, e.key[:])
		}
		for _, c := range m.closed {
			put(c.index, c.epoch)
		}
	}
	return Hash(h.Sum(nil))
}
