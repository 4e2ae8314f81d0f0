package charter

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"testing"

	"entente/label"

	"pgregory.net/rapid"
)

// fold is a state with the log that made it, for tests.
type fold struct {
	*State
	t    testing.TB
	next int64
}

func newFold(t testing.TB, judge Judge) *fold {
	f := testFounding(t, baghdad...)
	s := &fold{State: NewState(f, judge), t: t}
	g, err := f.Genesis()
	if err != nil {
		t.Fatal(err)
	}
	s.must(Leaf{Kind: kindGenesis, Originator: "IRQ", Incarnation: 1, Sequence: 1, Payload: g})
	return s
}

func (s *fold) apply(l Leaf) error {
	err := s.Apply(s.next, l)
	if err == nil || errors.Is(err, ErrNoEffect) {
		s.next++
	}
	return err
}

func (s *fold) must(l Leaf) {
	s.t.Helper()
	if err := s.apply(l); err != nil {
		s.t.Fatal(err)
	}
}

func (s *fold) refuse(l Leaf, want ...error) {
	s.t.Helper()
	before := s.Digest()
	err := s.apply(l)
	for _, w := range want {
		if !errors.Is(err, w) {
			s.t.Errorf("%v, want %v", err, w)
		}
	}
	if s.Digest() != before {
		s.t.Errorf("refused with %v, and the state changed", err)
	}
}

// keysLeaf is a leaf with a certificate of the given generation of keys.
func (s *fold) keysLeaf(id label.MemberID, incarnation, serial uint32, generation string) Leaf {
	s.t.Helper()
	c := &KeyCertificate{Charter: s.Founding().Hash(), Member: id, Incarnation: incarnation, Serial: serial,
		Keys: testPurposeKeys(id, generation)}
	return s.certLeaf(c, testKey(id, "root"))
}

func (s *fold) certLeaf(c *KeyCertificate, root ed25519.PrivateKey) Leaf {
	s.t.Helper()
	payload, err := c.Sign(root)
	if err != nil {
		s.t.Fatal(err)
	}
	return Leaf{Kind: kindKeys, Originator: c.Member, Incarnation: c.Incarnation, Sequence: 1, Payload: payload}
}

func (s *fold) epochLeaf(id label.MemberID, incarnation uint32, generation string, keys ...EpochKey) Leaf {
	s.t.Helper()
	e := &EpochKeys{Charter: s.Founding().Hash(), Member: id, Incarnation: incarnation, Keys: keys}
	payload, err := e.Sign(testKey(id, "epoch"+generation))
	if err != nil {
		s.t.Fatal(err)
	}
	return Leaf{Kind: kindEpochKeys, Originator: id, Incarnation: incarnation, Sequence: 2, Payload: payload}
}

func (s *fold) closeLeaf(id label.MemberID, epoch uint32) Leaf {
	s.t.Helper()
	payload, err := Close{s.Founding().Hash(), id, 1, epoch}.Payload()
	if err != nil {
		s.t.Fatal(err)
	}
	return Leaf{Kind: kindClose, Originator: id, Incarnation: 1, Sequence: 3, Payload: payload}
}

func key(id label.MemberID, epoch uint32, generation string) EpochKey {
	return EpochKey{epoch, testEpochKey(id, fmt.Sprint(epoch), generation)}
}

func TestGenesisComesFirst(t *testing.T) {
	f := testFounding(t, baghdad...)
	g, err := f.Genesis()
	if err != nil {
		t.Fatal(err)
	}
	good := Leaf{Kind: kindGenesis, Originator: "IRQ", Incarnation: 1, Sequence: 1, Payload: g}
	for _, tc := range []struct {
		name  string
		index int64
		leaf  Leaf
		want  error
	}{
		{"good", 0, good, nil},
		{"at 1", 1, good, ErrOrder},
		{"before 0", -1, good, ErrOrder},
		{"a sealed act at 0", 0, Leaf{Originator: "IRQ", Incarnation: 1, Sequence: 1}, ErrInvalidLeaf},
		{"by who does not lead", 0, Leaf{kindGenesis, "RUS", 1, 1, g}, ErrInvalidLeaf},
		{"by nobody", 0, Leaf{kindGenesis, "FRA", 1, 1, g}, ErrUnknownMember},
		{"incarnation 2", 0, Leaf{kindGenesis, "IRQ", 2, 1, g}, ErrInvalidLeaf},
		{"sequence 2", 0, Leaf{kindGenesis, "IRQ", 1, 2, g}, ErrInvalidLeaf},
		{"empty", 0, Leaf{kindGenesis, "IRQ", 1, 1, nil}, ErrInvalidLeaf},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewState(f, nil)
			if err := s.Apply(tc.index, tc.leaf); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
	// Of another centre.
	other, err := testFounding(t, "IRN", "IRQ", "RUS").Genesis()
	if err != nil {
		t.Fatal(err)
	}
	if err := NewState(f, nil).Apply(0, Leaf{kindGenesis, "IRQ", 1, 1, other}); !errors.Is(err, ErrOtherCharter) {
		t.Errorf("genesis of another charter: %v", err)
	}
	// A second one.
	s := newFold(t, nil)
	s.refuse(good, ErrInvalidLeaf)
}

func TestAnswersBeforeAnyLeaf(t *testing.T) {
	s := NewState(testFounding(t, baghdad...), nil)
	if s.Lead() != "IRQ" || s.Term() != 1 || s.Quorum() != 3 || s.Members().Len() != 4 || s.Next() != 0 {
		t.Errorf("lead %s, term %d, quorum %d, members %v", s.Lead(), s.Term(), s.Quorum(), s.Members())
	}
	want := testPurposeKeys("SYR", "")
	if k, ok := s.HeaderKey("SYR", 0); !ok || k != want.Header {
		t.Error("header key of the founding file is not in force at 0")
	}
	if k, ok := s.CosignatureKey("SYR", 0); !ok || k != want.Cosignature {
		t.Error("cosignature key of the founding file is not in force for the empty head")
	}
	if k, ok := s.CheckpointKey("SYR", 0); !ok || k != want.Checkpoint {
		t.Error("checkpoint key of the founding file is not in force for the empty head")
	}
	if keys := s.TLSKeys(); len(keys) != 4 || keys["SYR"] != want.TLS {
		t.Error("TLS keys")
	}
	if _, ok := s.HeaderKey("FRA", 0); ok {
		t.Error("who is no member has a header key")
	}
	if s.Suspended("SYR") || s.Suspended("FRA") || s.Incarnation("SYR") != 1 || s.Incarnation("FRA") != 0 {
		t.Error("suspended or incarnation")
	}
}

// A revocation is a new certificate, and takes effect at a log index.
func TestRotationTakesEffectAtItsIndex(t *testing.T) {
	s := newFold(t, nil)
	old, renewed := testPurposeKeys("RUS", ""), testPurposeKeys("RUS", " 2")
	leaf := s.keysLeaf("RUS", 1, 2, " 2")
	leaf.Sequence = 9
	if k, err := s.HeaderKeyFor(1, leaf); err != nil || k != renewed.Header {
		t.Fatalf("a leaf of kind keys is signed by the key it carries: %v", err)
	}
	s.next = 41 // sealed leaves between need not be fed
	s.must(leaf)
	for _, tc := range []struct {
		index int64
		want  PurposeKeys
	}{{0, old}, {40, old}, {41, renewed}, {42, renewed}, {1 << 40, renewed}} {
		if k, _ := s.HeaderKey("RUS", tc.index); k != tc.want.Header {
			t.Errorf("header key at %d", tc.index)
		}
		// A head of size n covers the leaves below n.
		if k, _ := s.CosignatureKey("RUS", tc.index+1); k != tc.want.Cosignature {
			t.Errorf("cosignature key of size %d", tc.index+1)
		}
		if k, _ := s.CheckpointKey("RUS", tc.index+1); k != tc.want.Checkpoint {
			t.Errorf("checkpoint key of size %d", tc.index+1)
		}
	}
	if s.TLSKeys()["RUS"] != renewed.TLS {
		t.Error("TLS key is not the new one")
	}
	if k, err := s.HeaderKeyFor(42, Leaf{Originator: "RUS", Incarnation: 1, Sequence: 10}); err != nil || k != renewed.Header {
		t.Errorf("header key for a sealed leaf after it: %v", err)
	}
}

func TestCertificatesRefused(t *testing.T) {
	s := newFold(t, nil)
	s.must(s.keysLeaf("RUS", 1, 2, " 2"))
	serial := s.keysLeaf("RUS", 1, 2, " 3")
	gap := s.keysLeaf("RUS", 1, 4, " 3")
	lies := s.keysLeaf("RUS", 1, 3, " 3")
	lies.Incarnation = 2
	late := s.keysLeaf("RUS", 2, 3, " 3")
	late.Sequence = 7
	stolen := s.keysLeaf("RUS", 1, 3, " 3")
	stolen.Originator = "SYR"
	c := &KeyCertificate{Charter: s.Founding().Hash(), Member: "RUS", Incarnation: 1, Serial: 3, Keys: testPurposeKeys("RUS", " 3")}
	forged := s.certLeaf(c, testKey("SYR", "root"))
	returned := s.keysLeaf("RUS", 1, 3, "")
	borrowed := *c
	borrowed.Keys.TLS = PublicKeyOf(testKey("IRN", "header"))
	moved := *c
	moved.Keys.Header, moved.Keys.TLS = testPurposeKeys("RUS", " 2").TLS, testPurposeKeys("RUS", " 2").Header
	root := *c
	root.Keys.Epoch = PublicKeyOf(testKey("SYR", "root"))
	elsewhere := *c
	elsewhere.Charter = Hash{1}
	for _, tc := range []struct {
		name string
		leaf Leaf
		want error
	}{
		{"serial repeated", serial, ErrInvalidLeaf},
		{"serial with a gap", gap, ErrInvalidLeaf},
		{"incarnation of header and certificate differ", lies, ErrInvalidLeaf},
		{"new incarnation not at sequence 1", late, ErrInvalidLeaf},
		{"certificate of another member", stolen, ErrSignature},
		{"signed by another root", forged, ErrSignature},
		{"ended keys again", returned, ErrKey},
		{"key of another member", s.certLeaf(&borrowed, testKey("RUS", "root")), ErrKey},
		{"key for another purpose", s.certLeaf(&moved, testKey("RUS", "root")), ErrKey},
		{"root of another member", s.certLeaf(&root, testKey("RUS", "root")), ErrKey},
		{"of another charter", s.certLeaf(&elsewhere, testKey("RUS", "root")), ErrOtherCharter},
		{"empty", Leaf{Kind: kindKeys, Originator: "RUS", Incarnation: 1, Sequence: 1}, ErrInvalidLeaf},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s.t = t
			s.refuse(tc.leaf, ErrInvalidLeaf, tc.want)
		})
	}
	s.t = t
	// One key alone may be changed; the others go on.
	kept := *c
	kept.Keys = testPurposeKeys("RUS", " 2")
	kept.Keys.TLS = PublicKeyOf(testKey("RUS", "tls 3"))
	s.must(s.certLeaf(&kept, testKey("RUS", "root")))
}

func TestNewIncarnation(t *testing.T) {
	s := newFold(t, nil)
	if _, err := s.HeaderKeyFor(1, Leaf{Originator: "SYR", Incarnation: 2, Sequence: 1}); !errors.Is(err, ErrInvalidLeaf) {
		t.Errorf("a sealed leaf of an incarnation without certificate: %v", err)
	}
	s.must(s.keysLeaf("SYR", 3, 2, " 2"))
	if s.Incarnation("SYR") != 3 {
		t.Errorf("incarnation %d", s.Incarnation("SYR"))
	}
	s.refuse(Leaf{Originator: "SYR", Incarnation: 1, Sequence: 10}, ErrInvalidLeaf)
	s.must(Leaf{Originator: "SYR", Incarnation: 3, Sequence: 2})
	s.refuse(s.keysLeaf("SYR", 2, 3, " 3"), ErrInvalidLeaf)
}

func TestEpochKeysFirstStatementCounts(t *testing.T) {
	s := newFold(t, nil)
	if got := s.Unpublished("IRN", 0); !slices.Equal(got, []uint32{0, 1, 2, 3}) {
		t.Errorf("unpublished %v", got)
	}
	s.must(s.epochLeaf("IRN", 1, "", key("IRN", 0, ""), key("IRN", 1, ""), key("IRN", 2, ""), key("IRN", 3, "")))
	if got := s.Unpublished("IRN", 1); !slices.Equal(got, []uint32{4}) {
		t.Errorf("unpublished %v", got)
	}
	first := testEpochKey("IRN", "2", "")
	if k, ok := s.EpochKey("IRN", 2); !ok || *k != first {
		t.Fatal("epoch key as stated")
	}
	// Stated again: nothing. Stated otherwise: refused whole.
	s.must(s.epochLeaf("IRN", 1, "", key("IRN", 2, ""), key("IRN", 4, "")))
	s.refuse(s.epochLeaf("IRN", 1, "", key("IRN", 2, " other"), key("IRN", 5, "")), ErrNoEffect)
	if _, ok := s.EpochKey("IRN", 5); ok {
		t.Error("half a refused statement was taken up")
	}
	// A new certificate may replace it, for leaves after.
	s.must(s.keysLeaf("IRN", 1, 2, " 2"))
	if k, ok := s.EpochKey("IRN", 2); !ok || *k != first {
		t.Error("a new certificate alone ended an epoch key")
	}
	s.refuse(s.epochLeaf("IRN", 1, "", key("IRN", 2, " other")), ErrNoEffect, ErrSignature)
	at := s.next
	s.must(s.epochLeaf("IRN", 1, " 2", key("IRN", 2, " other")))
	replaced := testEpochKey("IRN", "2", " other")
	for index, want := range map[int64]EpochPublicKey{at: first, at + 1: replaced, 1 << 40: replaced} {
		if k, ok := s.EpochKeyAt("IRN", 2, index); !ok || *k != want {
			t.Errorf("epoch key at %d", index)
		}
	}
	if _, ok := s.EpochKeyAt("IRN", 2, 1); ok {
		t.Error("an epoch key counts before its statement")
	}
	s.refuse(s.epochLeaf("IRN", 1, " 2", key("IRN", 2, " third")), ErrNoEffect)
}

func TestStatementsOfOthersHaveNoEffect(t *testing.T) {
	s := newFold(t, nil)
	l := s.epochLeaf("IRN", 1, "", key("IRN", 0, ""))
	l.Originator = "SYR"
	s.refuse(l, ErrNoEffect, ErrSignature)
	l = s.closeLeaf("IRN", 0)
	l.Originator = "SYR"
	s.refuse(l, ErrNoEffect)
	for _, kind := range []uint8{kindEpochKeys, kindClose} {
		s.refuse(Leaf{Kind: kind, Originator: "SYR", Incarnation: 1, Sequence: 1, Payload: []byte("garbage")}, ErrNoEffect)
	}
	payload, err := Close{s.Founding().Hash(), "SYR", 2, 0}.Payload()
	if err != nil {
		t.Fatal(err)
	}
	s.refuse(Leaf{Kind: kindClose, Originator: "SYR", Incarnation: 1, Sequence: 1, Payload: payload}, ErrNoEffect)
	foreign := Close{Hash{1}, "SYR", 1, 0}
	payload, err = foreign.Payload()
	if err != nil {
		t.Fatal(err)
	}
	s.refuse(Leaf{Kind: kindClose, Originator: "SYR", Incarnation: 1, Sequence: 1, Payload: payload}, ErrNoEffect, ErrOtherCharter)
}

func TestClosing(t *testing.T) {
	guilty := func(*State, []byte) ([]label.MemberID, error) { return []label.MemberID{"RUS"}, nil }
	s := newFold(t, guilty)
	s.must(s.closeLeaf("SYR", 0))
	s.must(s.closeLeaf("IRN", 1))
	s.must(s.closeLeaf("IRQ", 0))
	if got := s.Closed(0); !got.Equal(label.Members("IRN", "IRQ", "SYR")) {
		t.Errorf("closed 0 by %v", got)
	}
	if got := s.Closed(1); !got.Equal(label.Members("IRN")) {
		t.Errorf("closed 1 by %v", got)
	}
	if _, ok := s.ClosedByAll(0); ok {
		t.Error("RUS has not closed")
	}
	if at, ok := s.ClosedBy("IRN", 0); !ok || at != 2 {
		t.Errorf("IRN closed 0 at %d, %v", at, ok)
	}
	s.refuse(s.closeLeaf("IRN", 1), ErrNoEffect)
	s.refuse(s.closeLeaf("IRN", 0), ErrNoEffect)
	s.must(s.closeLeaf("IRN", 2))
	if at, _ := s.ClosedBy("IRN", 0); at != 2 {
		t.Errorf("a later closing moved an earlier one to %d", at)
	}
	// A suspended member is not waited for.
	s.must(Leaf{Kind: kindEvidence, Originator: "SYR", Incarnation: 1, Sequence: 4})
	if at, ok := s.ClosedByAll(0); !ok || at != 3 {
		t.Errorf("closed by all at %d, %v; want 3", at, ok)
	}
	if _, ok := s.ClosedByAll(3); ok {
		t.Error("nobody closed epoch 3")
	}
}

func TestEvidence(t *testing.T) {
	judge := func(s *State, payload []byte) ([]label.MemberID, error) {
		if string(payload) == "fork of IRN" {
			return []label.MemberID{"IRN"}, nil
		}
		return nil, errors.New("proves nothing")
	}
	s := newFold(t, judge)
	evidence := func(by label.MemberID, what string) Leaf {
		return Leaf{Kind: kindEvidence, Originator: by, Incarnation: 1, Sequence: 2, Payload: []byte(what)}
	}
	s.refuse(evidence("SYR", "gossip"), ErrNoEffect)
	s.must(evidence("SYR", "fork of IRN"))
	if !s.Suspended("IRN") || s.Suspended("SYR") {
		t.Error("the wrong one is suspended")
	}
	for _, l := range []Leaf{
		{Originator: "IRN", Incarnation: 1, Sequence: 5},
		s.keysLeaf("IRN", 2, 2, " 2"),
		s.closeLeaf("IRN", 0),
	} {
		s.refuse(l, ErrInvalidLeaf, ErrSuspended)
	}
	if s.Quorum() != 3 || s.Members().Len() != 4 {
		t.Error("a suspension changed quorum or membership")
	}
	s.must(evidence("RUS", "fork of IRN")) // again: nothing new
	unjudged := newFold(t, nil)
	unjudged.refuse(evidence("SYR", "fork of IRN"), ErrVersion)
}

func TestUnknownKinds(t *testing.T) {
	s := newFold(t, nil)
	for _, kind := range []uint8{7, 8, 9, 255} {
		s.refuse(Leaf{Kind: kind, Originator: "IRQ", Incarnation: 1, Sequence: 2}, ErrVersion)
		if !Folds(kind) {
			t.Errorf("kind %d need not be fed, so nobody would meet it", kind)
		}
	}
	if Folds(kindSealed) || Folds(kindPacket) || !Folds(kindKeys) || !Folds(kindGenesis) {
		t.Error("Folds")
	}
	s.must(Leaf{Kind: kindPacket, Originator: "IRQ", Incarnation: 1, Sequence: 2})
	s.refuse(Leaf{Originator: "FRA", Incarnation: 1, Sequence: 1}, ErrInvalidLeaf, ErrUnknownMember)
}

// Clones share nothing that either can change, whatever is applied to them.
func TestClonesAreApart(t *testing.T) {
	base := newFold(t, func(*State, []byte) ([]label.MemberID, error) { return []label.MemberID{"SYR"}, nil })
	base.must(base.epochLeaf("RUS", 1, "", key("RUS", 0, "")))
	pool := []Leaf{
		base.epochLeaf("RUS", 1, "", key("RUS", 1, "")),
		base.epochLeaf("RUS", 1, "", key("RUS", 2, ""), key("RUS", 3, "")),
		base.epochLeaf("IRN", 1, "", key("IRN", 1, "")),
		base.closeLeaf("RUS", 0),
		base.keysLeaf("IRN", 1, 2, " 2"),
		{Kind: kindEvidence, Originator: "IRQ", Incarnation: 1, Sequence: 3},
	}
	for i := range uint32(8) {
		pool = append(pool, base.closeLeaf("IRN", i))
		// Two certificates that could follow, of which one does.
		pool = append(pool, base.keysLeaf("RUS", 1, i+2, fmt.Sprint(" a", i)), base.keysLeaf("RUS", 1, i+2, fmt.Sprint(" b", i)))
	}
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SliceOfN(rapid.IntRange(0, len(pool)-1), 2, 60).Draw(t, "leaves")
		cut := rapid.IntRange(0, len(order)-1).Draw(t, "cut")
		run := func(s *State, leaves []int) {
			for _, i := range leaves {
				if err := s.Apply(s.Next(), pool[i]); err != nil && !errors.Is(err, ErrNoEffect) && !errors.Is(err, ErrInvalidLeaf) {
					t.Fatal(err)
				}
			}
		}
		a := base.State.Clone()
		run(a, order[:cut])
		before := a.Digest()
		b, c := a.Clone(), a.Clone()
		run(b, order[cut:])
		reversed := slices.Clone(order[cut:])
		slices.Reverse(reversed)
		run(c, reversed)
		if a.Digest() != before {
			t.Fatal("applying to a clone changed its original")
		}
		again := base.State.Clone()
		run(again, order)
		if again.Digest() != b.Digest() {
			t.Fatal("the same leaves gave another state")
		}
	})
}

// Appending to two clones of one state, each after the other, must not let one
// write into what the other holds, whatever room the slices have.
func TestClonesDoNotShareRoom(t *testing.T) {
	s := newFold(t, nil)
	for serial := uint32(2); serial < 12; serial++ {
		a, b := s.Clone(), s.Clone()
		leafA, leafB := s.keysLeaf("RUS", 1, serial, fmt.Sprint(" a", serial)), s.keysLeaf("RUS", 1, serial, fmt.Sprint(" b", serial))
		closeA, closeB := s.closeLeaf("IRN", 2*serial), s.closeLeaf("IRN", 2*serial+1)
		epochA, epochB := s.epochLeaf("SYR", 1, "", key("SYR", serial, "")), s.epochLeaf("SYR", 1, "", key("SYR", serial, " b"))
		at := s.next
		for i, leaves := range [][2]Leaf{{leafA, leafB}, {closeA, closeB}, {epochA, epochB}} {
			if err := errors.Join(a.Apply(at+int64(i), leaves[0]), b.Apply(at+int64(i), leaves[1])); err != nil {
				t.Fatal(err)
			}
		}
		if k, _ := a.HeaderKey("RUS", at); k != testPurposeKeys("RUS", fmt.Sprint(" a", serial)).Header {
			t.Fatalf("serial %d: one clone has the other's certificate", serial)
		}
		if _, ok := a.ClosedBy("IRN", 2*serial+1); ok {
			t.Fatalf("serial %d: one clone has the other's closing", serial)
		}
		if k, _ := a.EpochKey("SYR", serial); *k != testEpochKey("SYR", fmt.Sprint(serial), "") {
			t.Fatalf("serial %d: one clone has the other's epoch key", serial)
		}
		s.State, s.next = a, at+3
	}
}

// No member can make every other's state grow without end.
func TestStatementsUnderOneCertificateAreBounded(t *testing.T) {
	s := newFold(t, nil)
	k := testEpochKey("IRN", "0", "")
	statement := func(generation string, from uint32) Leaf {
		keys := make([]EpochKey, MaxEpochLines)
		for i := range keys {
			keys[i] = EpochKey{from + uint32(i), k}
		}
		return s.epochLeaf("IRN", 1, generation, keys...)
	}
	for from := uint32(0); from < maxEpochStatements; from += MaxEpochLines {
		s.must(statement("", from))
	}
	s.refuse(statement("", maxEpochStatements), ErrNoEffect)
	s.must(s.keysLeaf("IRN", 1, 2, " 2"))
	s.must(statement(" 2", maxEpochStatements))
}

// Ten years of sixteen members fold fast enough to need no form on disk.
func BenchmarkFoldTenYears(b *testing.B) {
	var ids []label.MemberID
	for i := range MaxMembers {
		ids = append(ids, label.MemberID(fmt.Sprintf("M%cX", 'A'+i)))
	}
	f := testFounding(b, ids...)
	g, err := f.Genesis()
	if err != nil {
		b.Fatal(err)
	}
	s := &fold{State: NewState(f, nil), t: b}
	leaves := []Leaf{{kindGenesis, f.Charter().Lead(1), 1, 1, g}}
	for epoch := range uint32(120) {
		for _, id := range ids {
			leaves = append(leaves, s.epochLeaf(id, 1, "", EpochKey{epoch, testEpochKey(id, fmt.Sprint(epoch), "")}), s.closeLeaf(id, epoch))
		}
	}
	b.ResetTimer()
	for b.Loop() {
		s := NewState(f, nil)
		for i, l := range leaves {
			if err := s.Apply(int64(i), l); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(leaves)), "leaves")
}

func BenchmarkHeaderKeyFor(b *testing.B) {
	s := newFold(b, nil)
	l := Leaf{Originator: "SYR", Incarnation: 1, Sequence: 5}
	for b.Loop() {
		if _, err := s.HeaderKeyFor(1, l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClone(b *testing.B) {
	s := newFold(b, nil)
	for b.Loop() {
		s.Clone()
	}
}
