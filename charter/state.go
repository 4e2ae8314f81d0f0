package charter

import (
	"fmt"
	"slices"

	"entente/label"
)

// Kinds of leaves (spec/envelope.md, "Kinds"), as far as the state knows them.
const (
	kindSealed    = 0
	kindGenesis   = 1
	kindKeys      = 2
	kindPacket    = 3
	kindEpochKeys = 4
	kindClose     = 5
	kindEvidence  = 6
)

// maxEpochStatements bounds what one certificate may state, so that no member
// can make every other's state grow without end: eleven years of days.
const maxEpochStatements = 4096

// Leaf is what the state needs of a leaf of the log: fields of its header, and
// the payload of its body where that is public.
type Leaf struct {
	Kind        uint8
	Originator  label.MemberID
	Incarnation uint32
	Sequence    uint64
	Payload     []byte
}

// Judge weighs the payload of an evidence leaf (spec/evidence.md) under the
// state before it, and returns whom it convicts. It must be deterministic, for
// every member must reach the same verdict. An error means that the evidence
// proves nothing.
type Judge func(s *State, payload []byte) (convicted []label.MemberID, err error)

// State is what the public leaves of a log, taken in order, have made of the
// founding file: which keys are in force from which index on, which epochs
// have keys and which are closed, who is suspended, who leads. Two members who
// hold the same log have the same state.
//
// A state is made again from the log when a node starts; it has no form of its
// own on disk. Only leaves of kinds for which [Folds] is true need be fed; a
// year of them for sixteen members folds in some tens of milliseconds.
//
// A State is not safe for use while Apply runs. [State.Clone] costs about as
// much as copying a few hundred bytes: try a batch of leaves on a clone, and
// hand clones to readers.
type State struct {
	founding *Founding
	members  label.MemberSet
	judge    Judge
	term     uint32
	next     int64         // the least index that Apply takes
	each     []memberState // in the order of the founding file's members
}

// memberState only grows, and its slices are never written in place, so that
// clones share them.
type memberState struct {
	certs     []certificateAt // rising index
	epochs    []epochKeyAt    // rising index
	closed    []closedAt      // rising index and epoch
	suspended int64           // index of the evidence, -1 while there is none
}

type certificateAt struct {
	index int64
	cert  *KeyCertificate
}

type epochKeyAt struct {
	index  int64
	epoch  uint32
	serial uint32 // of the certificate that certified it
	key    *EpochPublicKey
}

type closedAt struct {
	index int64
	epoch uint32
}

// NewState returns the state before the first leaf of the first term: the
// certificates of the founding file in force from index 0. The judge weighs
// evidence; without one a leaf of kind evidence is an unknown version
// (ErrVersion), so that no state passes over what it cannot weigh.
func NewState(f *Founding, judge Judge) *State {
	s := &State{founding: f, members: f.Members(), judge: judge, term: 1, each: make([]memberState, len(f.certs))}
	for i := range s.each {
		s.each[i] = memberState{certs: []certificateAt{{0, &f.certs[i]}}, suspended: -1}
	}
	return s
}

// Clone returns a state of its own: applying leaves to one does not change the
// other.
func (s *State) Clone() *State {
	c := *s
	c.each = slices.Clone(s.each)
	return &c
}

// Folds reports whether leaves of a kind can change a state, or must be shown
// to it so that it can refuse them: all but sealed acts and key packets.
func Folds(kind uint8) bool { return kind != kindSealed && kind != kindPacket }

// HeaderKeyFor returns the header key that must have signed a leaf at an
// index. That is the key in force there, but for a leaf of kind keys, which is
// signed under the certificate that it carries. It does everything that
// [State.Apply] does to tell a valid leaf from an invalid one; the caller
// checks key id, signature, sequence and previous hash.
//
// Errors: ErrInvalidLeaf, ErrVersion, ErrOrder; beside ErrInvalidLeaf also
// ErrUnknownMember, ErrSuspended, or what is wrong with a certificate.
func (s *State) HeaderKeyFor(index int64, leaf Leaf) (PublicKey, error) {
	_, cert, err := s.admit(index, leaf)
	if err != nil {
		return PublicKey{}, err
	}
	return cert.Keys.Header, nil
}

// Apply folds one leaf. Indexes rise; leaves for which [Folds] is false may be
// left out, and change nothing when fed. Of the header it takes the signature
// and the chain as checked, see [State.HeaderKeyFor].
//
// ErrInvalidLeaf: the leaf must not stand in the log, the state is unchanged.
// ErrVersion: the leaf is from a newer protocol, the state is unchanged; a
// node mirrors on and does not cosign. ErrNoEffect: the leaf stands, but its
// payload says nothing that counts; only the index has moved on. ErrOrder: the
// caller's fault.
func (s *State) Apply(index int64, leaf Leaf) error {
	m, cert, err := s.admit(index, leaf)
	if err != nil {
		return err
	}
	switch leaf.Kind {
	case kindKeys:
		m.certs = append(slices.Clip(m.certs), certificateAt{index, cert})
	case kindEpochKeys:
		err = s.applyEpochKeys(index, m, cert, leaf)
	case kindClose:
		err = s.applyClose(index, m, leaf)
	case kindEvidence:
		err = s.applyEvidence(index, leaf)
	}
	s.next = index + 1
	return err
}

// admit decides whether a leaf may stand at an index, and returns its
// originator's state and the certificate under which it is signed.
func (s *State) admit(index int64, leaf Leaf) (*memberState, *KeyCertificate, error) {
	if index < s.next {
		return nil, nil, fmt.Errorf("%w: index %d after %d", ErrOrder, index, s.next-1)
	}
	if s.next == 0 && index > 0 {
		return nil, nil, fmt.Errorf("%w: index %d before the genesis; begin at 0", ErrOrder, index)
	}
	if leaf.Kind > kindEvidence {
		return nil, nil, fmt.Errorf("%w: leaf %d is of kind %d; a newer node may know it", ErrVersion, index, leaf.Kind)
	}
	i, ok := s.founding.index(leaf.Originator)
	if !ok {
		return nil, nil, fmt.Errorf("%w: leaf %d: %w: %s", ErrInvalidLeaf, index, ErrUnknownMember, leaf.Originator)
	}
	m := &s.each[i]
	if m.suspended >= 0 {
		return nil, nil, fmt.Errorf("%w: leaf %d: %w: %s, by the evidence at %d",
			ErrInvalidLeaf, index, ErrSuspended, leaf.Originator, m.suspended)
	}
	if (leaf.Kind == kindGenesis) != (index == 0) {
		return nil, nil, fmt.Errorf("%w: leaf %d is of kind %d; leaf 0 is the genesis, and no other", ErrInvalidLeaf, index, leaf.Kind)
	}
	var err error
	cert := m.certs[len(m.certs)-1].cert
	switch {
	case leaf.Kind == kindGenesis:
		err = s.checkGenesis(leaf)
	case leaf.Kind == kindKeys:
		cert, err = s.nextCertificate(i, leaf)
	case leaf.Incarnation != cert.Incarnation:
		err = fmt.Errorf("incarnation %d of %s, in force is %d", leaf.Incarnation, leaf.Originator, cert.Incarnation)
	case leaf.Kind == kindEvidence && s.judge == nil:
		return nil, nil, fmt.Errorf("%w: leaf %d is evidence, and nobody here can weigh it", ErrVersion, index)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: leaf %d: %w", ErrInvalidLeaf, index, err)
	}
	return m, cert, nil
}

// checkGenesis holds leaf 0 against the founding file that the state began with.
func (s *State) checkGenesis(leaf Leaf) error {
	g, _, err := ParseGenesis(leaf.Payload, s.founding.hash)
	if err != nil {
		return err
	}
	switch {
	case g.Term != s.term:
		return fmt.Errorf("genesis of term %d; the log of term %d is expected", g.Term, s.term)
	case leaf.Originator != g.Lead:
		return fmt.Errorf("genesis by %s; the lead %s writes it", leaf.Originator, g.Lead)
	case leaf.Incarnation != 1 || leaf.Sequence != 1:
		return fmt.Errorf("genesis with incarnation %d, sequence %d; both are 1 in the first term", leaf.Incarnation, leaf.Sequence)
	}
	return nil
}

// nextCertificate verifies the certificate in a leaf of kind keys. What it
// certifies decides which key signs the header, so a bad one makes the leaf
// invalid and not merely without effect.
func (s *State) nextCertificate(i int, leaf Leaf) (*KeyCertificate, error) {
	member := s.founding.charter.Members[i]
	c, err := OpenKeyCertificate(leaf.Payload, s.founding.hash, member.ID, member.Root)
	if err != nil {
		return nil, err
	}
	last := s.each[i].certs[len(s.each[i].certs)-1].cert
	switch {
	case uint64(c.Serial) != uint64(last.Serial)+1:
		return nil, fmt.Errorf("certificate serial %d of %s after %d; serials have no gaps", c.Serial, member.ID, last.Serial)
	case c.Incarnation != leaf.Incarnation:
		return nil, fmt.Errorf("certificate of incarnation %d in a leaf of incarnation %d", c.Incarnation, leaf.Incarnation)
	case c.Incarnation < last.Incarnation:
		return nil, fmt.Errorf("incarnation %d of %s after %d; it never falls", c.Incarnation, member.ID, last.Incarnation)
	case c.Incarnation > last.Incarnation && leaf.Sequence != 1:
		return nil, fmt.Errorf("incarnation %d of %s begins with sequence %d; it begins with 1", c.Incarnation, member.ID, leaf.Sequence)
	}
	return c, s.checkFresh(i, c)
}

// checkFresh refuses keys that were in use before, whoever used them: an
// ended key stays ended. Only the last certificate's key for the same purpose
// may go on.
func (s *State) checkFresh(i int, c *KeyCertificate) error {
	last := s.each[i].certs[len(s.each[i].certs)-1].cert.Keys.list()
	keys := c.Keys.list()
	for p, k := range keys {
		if k == last[p] {
			continue
		}
		for j := range s.each {
			used := s.founding.charter.Members[j].Root == k
			for _, at := range s.each[j].certs {
				old := at.cert.Keys.list()
				used = used || slices.Contains(old[:], k)
			}
			if used {
				return fmt.Errorf("%w: the %s key of %s was in use before; make a new one", ErrKey, purposes[p], c.Member)
			}
		}
	}
	return nil
}

// applyEpochKeys takes up a member's statement of epoch keys, all of it or nothing.
func (s *State) applyEpochKeys(index int64, m *memberState, cert *KeyCertificate, leaf Leaf) error {
	e, err := OpenEpochKeys(leaf.Payload, cert.Keys.Epoch)
	if err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrNoEffect, index, err)
	}
	if err := s.checkStatement(index, leaf, e.Charter, e.Member, e.Incarnation); err != nil {
		return err
	}
	epochs := slices.Clip(m.epochs)
	for i := range e.Keys {
		k := &e.Keys[i]
		if old := lastEpochKey(m.epochs, k.Epoch, index); old != nil {
			if *old.key == k.Key {
				continue
			}
			// A new incarnation always comes with a new serial.
			if old.serial == cert.Serial {
				return fmt.Errorf("%w: leaf %d: %s has stated another key for epoch %d at %d; a new certificate comes first",
					ErrNoEffect, index, e.Member, k.Epoch, old.index)
			}
		}
		epochs = append(epochs, epochKeyAt{index, k.Epoch, cert.Serial, &k.Key})
	}
	under := 0
	for i := len(epochs) - 1; i >= 0 && epochs[i].serial == cert.Serial; i-- {
		under++
	}
	if under > maxEpochStatements {
		return fmt.Errorf("%w: leaf %d: more than %d epochs stated under one certificate; certify anew",
			ErrNoEffect, index, maxEpochStatements)
	}
	m.epochs = epochs
	return nil
}

func (s *State) applyClose(index int64, m *memberState, leaf Leaf) error {
	c, err := ParseClose(leaf.Payload)
	if err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrNoEffect, index, err)
	}
	if err := s.checkStatement(index, leaf, c.Charter, c.Member, c.Incarnation); err != nil {
		return err
	}
	if n := len(m.closed); n > 0 && c.Epoch <= m.closed[n-1].epoch {
		return fmt.Errorf("%w: leaf %d: %s closed epoch %d at %d already",
			ErrNoEffect, index, c.Member, c.Epoch, closedIndex(m.closed, c.Epoch))
	}
	m.closed = append(slices.Clip(m.closed), closedAt{index, c.Epoch})
	return nil
}

func (s *State) applyEvidence(index int64, leaf Leaf) error {
	convicted, err := s.judge(s, leaf.Payload)
	if err != nil {
		return fmt.Errorf("%w: leaf %d: evidence by %s: %w", ErrNoEffect, index, leaf.Originator, err)
	}
	for _, id := range convicted {
		if i, ok := s.founding.index(id); ok && s.each[i].suspended < 0 {
			s.each[i].suspended = index
		}
	}
	return nil
}

// checkStatement holds what a public payload says of its origin against the header.
func (s *State) checkStatement(index int64, leaf Leaf, charter Hash, member label.MemberID, incarnation uint32) error {
	switch {
	case charter != s.founding.hash:
		return fmt.Errorf("%w: leaf %d: %w: its payload names %s", ErrNoEffect, index, ErrOtherCharter, charter)
	case member != leaf.Originator:
		return fmt.Errorf("%w: leaf %d of %s: its payload speaks for %s", ErrNoEffect, index, leaf.Originator, member)
	case incarnation != leaf.Incarnation:
		return fmt.Errorf("%w: leaf %d of incarnation %d: its payload says %d", ErrNoEffect, index, leaf.Incarnation, incarnation)
	}
	return nil
}
