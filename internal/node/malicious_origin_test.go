package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/logcopy"
	"entente/label"
	"entente/seal"
)

// underForger runs a test in a centre whose member IRQ forges. All others are
// honest; IRN leads.
func underForger(t *testing.T, test func(t *testing.T, f *forger)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRN", nil)
		w.startNodes(four...)
		defer w.close()
		w.settle(30 * time.Second)
		w.ready(four...)
		test(t, &forger{t, w.nodes["IRQ"], w})
	})
}

var honest = []label.MemberID{"IRN", "RUS", "SYR"}

// accepted is what a node takes the envelope at an index to say: it keeps its
// key once it has opened it. ok is false where the node takes it for not its own.
func accepted(t testing.TB, n *Node, index int64) (said []byte, ok bool) {
	t.Helper()
	ctx := context.Background()
	run, err := n.log.Read(ctx, index, index+1)
	check(t, err)
	h, err := seal.ParseHeader(run.Headers)
	check(t, err)
	id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
	keys, err := n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
	check(t, err)
	k, ok := keys[id]
	if !ok {
		return nil, false
	}
	said, err = seal.Open(run.Headers, run.Bodies[0], k)
	return said, err == nil
}

// trusted is what the node would take it to say without the tag check.
func trusted(t testing.TB, n *Node, index int64) (said []byte, ok bool) {
	t.Helper()
	ctx := context.Background()
	run, err := n.log.Read(ctx, index, index+1)
	check(t, err)
	h, err := seal.ParseHeader(run.Headers)
	check(t, err)
	keys, err := n.ring.SetKeys(ctx, h.Originator, h.Incarnation, h.Epoch)
	check(t, err)
	for _, k := range keys {
		if said, ok := trusting(k.Key, run.Headers, run.Bodies[0]); ok {
			return said, true
		}
	}
	return nil, false
}

type reading func(t testing.TB, n *Node, index int64) ([]byte, bool)

// agree returns an error when two honest nodes take one header to say two
// things, and the members that took it for their own.
func agree(t testing.TB, w *world, index int64, read reading) (openers []label.MemberID, err error) {
	var first []byte
	for _, m := range honest {
		said, ok := read(t, w.nodes[m].Node, index)
		if !ok {
			continue
		}
		if openers = append(openers, m); len(openers) > 1 && !bytes.Equal(first, said) {
			err = fmt.Errorf("%s reads %.40q, %s reads %.40q", openers[0], first, m, said)
		}
		first = said
	}
	return openers, err
}

// allAgree holds every sealed leaf of the log to that.
func allAgree(t testing.TB, w *world) {
	t.Helper()
	for i := range w.nodes["IRN"].station.Size() {
		run, err := w.nodes["IRN"].log.Read(context.Background(), i, i+1)
		check(t, err)
		if h, _ := seal.ParseHeader(run.Headers); h.Kind == seal.Sealed {
			if _, err := agree(t, w, i, accepted); err != nil {
				t.Errorf("leaf %d: %v", i, err)
			}
		}
	}
}

// view is a view of a report with one portion, for some readers.
func view(t testing.TB, title string, p act.Portion, l label.Label, to ...label.MemberID) []byte {
	t.Helper()
	a, err := act.BuildView(act.View{Type: act.INTREP, Title: title, Written: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), To: label.Members(to...), Label: l}, []act.Portion{p})
	check(t, err)
	return a.Raw
}

// simple is such a view with a portion of its own.
func simple(t testing.TB, text string, to ...label.MemberID) []byte {
	l := mark("RESTRICTED", "IRQ", append(to, "IRQ")...)
	p, err := act.NewPortion(portion(l, "IRQ", text))
	check(t, err)
	return view(t, "A report", p, l, to...)
}

// proofs returns the evidence of a type that a node keeps.
func proofs(t testing.TB, n *Node, kind seal.FaultType) (raw [][]byte) {
	t.Helper()
	all, err := n.log.AllEvidence(context.Background())
	check(t, err)
	for _, e := range all {
		if f, err := seal.ParseEvidence(e.Data); err == nil && f.Type() == kind {
			raw = append(raw, e.Data)
		}
	}
	return raw
}

// holdsOffline judges evidence as a third party would: with a copy of the log
// that any member may hand out, by this code and by the verifier that was
// written from the specification alone. It returns who is accused.
func holdsOffline(t testing.TB, w *world, raw []byte) label.MemberID {
	t.Helper()
	n := w.nodes["SYR"]
	state := n.station.State()
	means := seal.Means{Charter: n.hash(), Portions: portionDigests,
		HeaderKey: func(m label.MemberID, incarnation uint32, id [8]byte) (ed25519.PublicKey, error) {
			k, ok := state.HeaderKeyByID(m, incarnation, id)
			if !ok {
				return nil, errors.New("nobody certified it")
			}
			return k[:], nil
		}}
	f, err := seal.ParseEvidence(raw)
	check(t, err)
	if err := seal.Verify(f, means); err != nil {
		t.Fatalf("%v does not verify: %v", f.Type(), err)
	}
	accused, _ := f.Accused()
	dir := t.TempDir()
	check(t, n.log.KeepHead(context.Background(), n.station.Certified()))
	_, err = logcopy.Write(context.Background(), n.log, n.found, dir, nil)
	check(t, err)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("python3 is not here: judged by one verifier alone")
		return accused
	}
	proof := filepath.Join(t.TempDir(), "proof")
	check(t, os.WriteFile(proof, raw, 0o600))
	out, err := exec.Command(python, "../../testdata/verify.py", filepath.Join(dir, logcopy.FileFounding), dir, "--evidence", proof).CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("%s, accuses %s", f.Type(), accused)) {
		t.Errorf("the second verifier: %v %s", err, out)
	}
	return accused
}

// One ciphertext opens under the key that RUS was given and under the one that
// SYR was given, to different acts. Only the member to whose key the tag
// commits takes it for its own. Without the tag check both do, and are deceived:
// the forgery is a real one.
func TestTwoKeyCiphertext(t *testing.T) {
	underForger(t, func(t *testing.T, f *forger) {
		ctx := context.Background()
		keys := map[label.MemberID]seal.SetKey{}
		for _, m := range []label.MemberID{"RUS", "SYR"} {
			own, ok, err := f.ring.OwnSet(ctx, f.incarnation(), f.station.Epoch(), label.Members("IRQ", m))
			if check(t, err); !ok {
				t.Fatal("no set key")
			}
			keys[m] = own.Key
		}
		for _, c := range [][2]label.MemberID{{"RUS", "SYR"}, {"SYR", "RUS"}} {
			i := f.twoKeys(keys[c[0]], keys[c[1]])
			openers, err := agree(t, f.w, i, accepted)
			if err != nil || !slices.Equal(openers, c[:1]) {
				t.Errorf("the tag commits to %s's key: %v open it, %v", c[0], openers, err)
			}
			said, _ := accepted(t, f.w.nodes[c[0]].Node, i)
			if !bytes.HasPrefix(said, []byte(firstSentence)) {
				t.Errorf("%s reads %.40q", c[0], said)
			}
			openers, err = agree(t, f.w, i, trusted)
			if err == nil || len(openers) != 2 {
				t.Fatalf("without the tag check %v open it, %v: this is no forgery, and the test shows nothing", openers, err)
			}
			if said, _ := trusted(t, f.w.nodes[c[1]].Node, i); !bytes.Contains(said, []byte(secondSentence)) {
				t.Errorf("%s would read %.40q", c[1], said)
			}
		}
		allAgree(t, f.w)
	})
}

// In one packet RUS gets the key, IRN a slot lifted from another packet, SYR
// another key with a statement over it. Who has the key opens, all alike; who
// was given another key does not use it and has proof; who was given nothing
// is as if it were no recipient.
func TestDifferentKeysInSlots(t *testing.T) {
	underForger(t, func(t *testing.T, f *forger) {
		a, b := seal.NewSetKey(), seal.NewSetKey()
		f.packet(200, a,
			slot{to: "RUS", key: a, committed: a, number: 200},
			slot{to: "IRN", key: a, committed: a, number: 201},
			slot{to: "SYR", key: b, committed: b, number: 200})
		cases := []struct {
			name    string
			key     seal.SetKey
			openers []label.MemberID
		}{
			{"under the packet's key", a, []label.MemberID{"RUS"}},
			{"under the key that SYR was given", b, nil},
		}
		for _, c := range cases {
			i := f.sealed(c.key, simple(t, "the road is "+c.name, "RUS", "SYR", "IRN"))
			if openers, err := agree(t, f.w, i, accepted); err != nil || !slices.Equal(openers, c.openers) {
				t.Errorf("%s: %v open it, want %v; %v", c.name, openers, c.openers, err)
			}
		}
		allAgree(t, f.w)
		found := proofs(t, f.w.nodes["SYR"].Node, seal.TypeSlotMismatch)
		if len(found) != 1 {
			t.Fatalf("SYR has %d proofs of two keys under one name", len(found))
		}
		if accused := holdsOffline(t, f.w, found[0]); accused != "IRQ" {
			t.Errorf("it accuses %s", accused)
		}
		f.w.settle(10 * time.Second)
		for _, m := range []label.MemberID{"RUS", "IRN"} {
			if told := proofs(t, f.w.nodes[m].Node, seal.TypeSlotMismatch); len(told) != 1 || !bytes.Equal(told[0], found[0]) {
				t.Errorf("%s was not told: it has %d proofs", m, len(told))
			}
		}
	})
}

// Slots that say nothing that could be shown to others: the key in the slot is
// not what its statement commits to; the slot is missing; the statement is over
// the packet's key, the slot holds another. Nobody is deceived, nobody accused.
func TestSlotsThatAreAsIfAbsent(t *testing.T) {
	underForger(t, func(t *testing.T, f *forger) {
		a, b := seal.NewSetKey(), seal.NewSetKey()
		f.packet(210, a,
			slot{to: "RUS", key: a, committed: a, number: 210},
			slot{to: "IRN", key: b, committed: a, number: 210},
			slot{to: "SYR", key: a, committed: b, number: 210})
		for _, key := range []seal.SetKey{a, b} {
			want := map[bool][]label.MemberID{true: {"RUS"}}[key == a]
			i := f.sealed(key, simple(t, "the ford is shallow", "RUS", "SYR", "IRN"))
			if openers, err := agree(t, f.w, i, accepted); err != nil || !slices.Equal(openers, want) {
				t.Errorf("%v open it, want %v; %v", openers, want, err)
			}
		}
		f.packet(211, b) // for nobody
		if openers, err := agree(t, f.w, f.sealed(b, simple(t, "the ford is deep", "RUS", "SYR", "IRN")), accepted); err != nil || openers != nil {
			t.Errorf("%v open what nobody has a key for; %v", openers, err)
		}
		for _, m := range honest {
			for kind := seal.TypeFork; kind <= seal.TypeBrokenSignature; kind++ {
				if found := proofs(t, f.w.nodes[m].Node, kind); len(found) != 0 {
					t.Errorf("%s accuses somebody of %v", m, kind)
				}
			}
		}
		allAgree(t, f.w)
	})
}

// A body that does not open under the key to which its tag commits is shown
// with its key; nobody takes it for anything.
func TestBodyThatDoesNotOpen(t *testing.T) {
	underForger(t, func(t *testing.T, f *forger) {
		own, _, err := f.ring.OwnSet(context.Background(), f.incarnation(), f.station.Epoch(), label.Members("IRQ", "RUS"))
		check(t, err)
		i := f.file(func(p seal.Place) (seal.Envelope, error) {
			e, _, err := seal.Seal(p, own.Key, simple(t, "the pass is snowed in", "RUS"), 0, f.signers.Header())
			e.Body[100] ^= 1
			f.resign(e)
			return e, err
		})
		if openers, _ := agree(t, f.w, i, accepted); openers != nil {
			t.Errorf("%v open it", openers)
		}
		found := proofs(t, f.w.nodes["RUS"].Node, seal.TypeUnopenable)
		if len(found) != 1 || holdsOffline(t, f.w, found[0]) != "IRQ" {
			t.Errorf("RUS has %d proofs", len(found))
		}
		if found := proofs(t, f.w.nodes["SYR"].Node, seal.TypeUnopenable); len(found) != 0 {
			t.Error("SYR, to whom it was not sealed, has a proof that discloses it")
		}
	})
}

// Two views state one portion differently. Every reader of one view reads the
// same; the reader of both has proof.
func TestOnePortionTwoDigests(t *testing.T) {
	underForger(t, func(t *testing.T, f *forger) {
		l := mark("RESTRICTED", "IRQ", four...)
		said := portion(l, "IRQ", "the convoy turned back")
		said.ID = act.NewID()
		one, err := act.NewPortion(said)
		check(t, err)
		said.Text = "the convoy went on"
		two, err := act.NewPortion(said)
		check(t, err)
		key := func(ms ...label.MemberID) seal.SetKey {
			own, _, err := f.ring.OwnSet(context.Background(), f.incarnation(), f.station.Epoch(), label.Members(append(ms, "IRQ")...))
			check(t, err)
			return own.Key
		}
		i := f.sealed(key("RUS", "IRN"), view(t, "A report", one, l, "RUS", "IRN"))
		j := f.sealed(key("RUS", "SYR"), view(t, "A report", two, l, "RUS", "SYR"))
		for index, want := range map[int64][]label.MemberID{i: {"IRN", "RUS"}, j: {"RUS", "SYR"}} {
			if openers, err := agree(t, f.w, index, accepted); err != nil || !slices.Equal(openers, want) {
				t.Errorf("%v open it, want %v; %v", openers, want, err)
			}
		}
		found := proofs(t, f.w.nodes["RUS"].Node, seal.TypePortionConflict)
		if len(found) != 1 || holdsOffline(t, f.w, found[0]) != "IRQ" {
			t.Errorf("RUS has %d proofs", len(found))
		}
		for _, m := range []label.MemberID{"IRN", "SYR"} {
			if found := proofs(t, f.w.nodes[m].Node, seal.TypePortionConflict); len(found) != 0 {
				t.Errorf("%s has a proof of what it cannot have read", m)
			}
		}
		allAgree(t, f.w)
	})
}
