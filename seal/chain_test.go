package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/label"
)

func TestChainNext(t *testing.T) {
	m := newMember("IRQ")
	first, _ := m.seal(t, NewSetKey(), nil)
	second, _ := m.seal(t, NewSetKey(), nil)
	after := m.chain
	header := func(kind Kind, incarnation uint32, sequence uint64, previous Hash) []byte {
		h := Header{Kind: kind, Charter: testCharter, Originator: "IRQ", Incarnation: incarnation, Sequence: sequence, Previous: previous}
		return h.AppendTo(nil)
	}
	cases := []struct {
		name  string
		chain Chain
		raw   []byte
		want  error
	}{
		{"first of all", Chain{}, first.Header, nil},
		{"second", Chain{1, 1, HashHeader(first.Header)}, second.Header, nil},
		{"first of all is the second", Chain{}, second.Header, ErrSequence},
		{"the same again", after, second.Header, ErrSequence},
		{"an older one", after, first.Header, ErrSequence},
		{"a gap", after, header(Sealed, 1, 4, after.Last), ErrSequence},
		{"another predecessor", after, header(Sealed, 1, 3, HashHeader(first.Header)), ErrPrevious},
		{"no predecessor", after, header(Sealed, 1, 3, Hash{}), ErrPrevious},
		{"new incarnation with keys", after, header(Keys, 2, 1, Hash{}), nil},
		{"incarnation skipped with keys", after, header(Keys, 7, 1, Hash{}), nil},
		{"new incarnation without keys", after, header(Sealed, 2, 1, Hash{}), ErrIncarnation},
		{"new incarnation in the middle", after, header(Keys, 2, 3, after.Last), ErrSequence},
		{"incarnation that is over", Chain{2, 1, Hash{1}}, header(Keys, 1, 3, after.Last), ErrIncarnation},
		{"joined later with keys", Chain{}, header(Keys, 3, 1, Hash{}), nil},
		{"joined later without keys", Chain{}, header(Sealed, 3, 1, Hash{}), ErrIncarnation},
		{"no header", Chain{}, nil, ErrLength},
		{"the largest sequence", Chain{1, 1<<64 - 2, Hash{1}}, header(Sealed, 1, 1<<64-1, Hash{1}), nil},
		{"sequence does not wrap", Chain{1, 1<<64 - 1, Hash{1}}, header(Sealed, 1, 0, Hash{1}), ErrSequence},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			chain := c.chain
			err := chain.Next(c.raw)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil && chain != c.chain {
				t.Fatal("the chain moved on an error")
			}
			if err == nil && chain.Last != HashHeader(c.raw) {
				t.Fatal("the chain did not move")
			}
		})
	}
}

// spoil is one way to spoil a run.
type spoil struct {
	name  string
	do    func(run []byte, ms []*member) []byte
	index int // where the fault is reported
	want  error
}

func at(run []byte, i int) []byte { return run[i*HeaderSize : (i+1)*HeaderSize] }

func TestCheckRunRefuses(t *testing.T) {
	flip := func(i, offset int) func([]byte, []*member) []byte {
		return func(run []byte, _ []*member) []byte { at(run, i)[offset] ^= 1; return run }
	}
	cases := []spoil{
		{"previous hash", flip(6, atPrevious), 6, ErrPrevious},
		{"a field of a header that others follow", flip(2, atDigest), 6, ErrPrevious},
		{"a signature that others follow", flip(2, atSignature), 6, ErrPrevious},
		{"the last signature of one originator", flip(9, atSignature), 9, ErrSignature},
		{"a field of the last header of one originator", flip(10, atTag), 10, ErrSignature},
		{"charter", flip(5, atCharter), 5, ErrCharter},
		{"key id", flip(5, atKeyID), 5, ErrKeyID},
		{"version", flip(5, atVersion), 5, ErrVersion},
		{"reserved", flip(11, 190), 11, ErrReserved},
		{"two swapped", func(run []byte, _ []*member) []byte {
			a := bytes.Clone(at(run, 0))
			copy(at(run, 0), at(run, 4))
			copy(at(run, 4), a)
			return run
		}, 0, ErrSequence},
		{"one left out", func(run []byte, _ []*member) []byte { return slices.Delete(run, 4*HeaderSize, 5*HeaderSize) }, 7, ErrSequence},
		{"one twice", func(run []byte, _ []*member) []byte { return append(run, at(run, 11)...) }, 12, ErrSequence},
		{"no member", func(run []byte, ms []*member) []byte {
			stranger := newMember("XXX")
			return append(run, stream(t, 1, stranger)...)
		}, 12, errUnknownKey},
		{"signed by another", func(run []byte, ms []*member) []byte {
			h := readHeader(at(run, 11)) // of SYR, signed by RUS under SYR's key id
			raw := resign(h.AppendTo(nil), ms[2].key, nil)
			copy(raw[atKeyID:], h.KeyID[:])
			copy(at(run, 11), raw)
			return run
		}, 11, ErrSignature},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ms := fourMembers()
			run := c.do(stream(t, 12, ms...), ms)
			chains := map[label.MemberID]Chain{"USA": {Incarnation: 4}}
			before := maps.Clone(chains)
			err := CheckRun(testCharter, chains, run, keysOf(ms...))
			wantCode(t, err, c.want)
			var re *RunError
			if !errors.As(err, &re) || re.Index != c.index {
				t.Fatalf("%v, want the fault at %d", err, c.index)
			}
			if !maps.Equal(chains, before) {
				t.Fatal("chains changed on an error")
			}
		})
	}
	wantCode(t, CheckRun(testCharter, nil, make([]byte, 300), nil), ErrLength)
	if err := CheckRun(testCharter, nil, nil, nil); err != nil {
		t.Fatal("an empty run:", err)
	}
}

// TestCheckRunInParts checks a run in any parts: the chains end the same.
func TestCheckRunInParts(t *testing.T) {
	ms := fourMembers()
	whole := stream(t, 40, ms...)
	rapid.Check(t, func(t *rapid.T) {
		chains := map[label.MemberID]Chain{}
		for rest := whole; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)/HeaderSize).Draw(t, "n") * HeaderSize
			if err := CheckRun(testCharter, chains, rest[:n], keysOf(ms...)); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		for _, m := range ms {
			if chains[m.id] != m.chain {
				t.Fatalf("%s ends at %+v, not %+v", m.id, chains[m.id], m.chain)
			}
		}
	})
}

// TestCheckRunAgainstEachHeader is the oracle: on an honest or a spoilt run the
// fast check and one that verifies every header by itself agree, but for broken
// signatures that a later header covers.
func TestCheckRunAgainstEachHeader(t *testing.T) {
	ms := fourMembers()
	whole := stream(t, 24, ms...)
	rapid.Check(t, func(t *rapid.T) {
		run := bytes.Clone(whole)
		if rapid.Bool().Draw(t, "spoil") {
			run[rapid.IntRange(0, len(run)-1).Draw(t, "at")] ^= byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		chains := map[label.MemberID]Chain{}
		fast := CheckRun(testCharter, chains, run, keysOf(ms...))
		slow := func() error {
			each := map[label.MemberID]Chain{}
			for i := range len(run) / HeaderSize {
				h, err := ParseHeader(at(run, i))
				if err != nil {
					return err
				}
				key, err := keysOf(ms...)(i, &h)
				if err != nil {
					return err
				}
				if err := VerifyHeader(at(run, i), key); err != nil {
					return err
				}
				c := each[h.Originator]
				if err := c.Next(at(run, i)); err != nil {
					return err
				}
				each[h.Originator] = c
			}
			return nil
		}()
		if (fast == nil) != (slow == nil) {
			t.Fatalf("fast: %v; slow: %v", fast, slow)
		}
	})
}

// TestCheckRunCoveredSignature: a header whose own signature is broken holds
// its place when its originator's next one names it, whatever the chunks. It is
// the originator's fault and evidence of it; a public leaf is refused at once.
func TestCheckRunCoveredSignature(t *testing.T) {
	m := newMember("IRQ")
	head := stream(t, 3, m)
	broken := bytes.Clone(at(head, 2))
	broken[atSignature+40] ^= 1
	m.chain = Chain{}
	for _, raw := range [][]byte{at(head, 0), at(head, 1), broken} {
		if err := m.chain.Next(raw); err != nil {
			t.Fatal(err)
		}
	}
	run := slices.Concat(at(head, 0), at(head, 1), broken)
	next := stream(t, 2, m) // names the broken one

	chains := map[label.MemberID]Chain{}
	wantCode(t, CheckRun(testCharter, chains, run, keysOf(m)), ErrSignature)
	if err := CheckRun(testCharter, chains, slices.Concat(run, next), keysOf(m)); err != nil {
		t.Fatal("the longer run:", err)
	}
	wantCode(t, VerifyHeader(broken, m.public()), ErrSignature)
	if err := Verify(&BrokenSignature{Header: broken, Next: at(next, 0)}, meansOf(m)); err != nil {
		t.Fatal(err)
	}

	// The same with a public leaf in the middle.
	m.chain = Chain{}
	p := m.public1(t, Close, nil)
	p.Header[atSignature] ^= 1
	m.chain = Chain{}
	if err := m.chain.Next(p.Header); err != nil {
		t.Fatal(err)
	}
	wantCode(t, CheckRun(testCharter, map[label.MemberID]Chain{}, slices.Concat(p.Header, stream(t, 2, m)), keysOf(m)), ErrSignature)
}

// TestCheckRunKeysChange rotates a header key inside a run: the leaf of kind
// keys is signed by the new key, which is in force from it on.
func TestCheckRunKeysChange(t *testing.T) {
	build := func(rotate bool, then ed25519.PrivateKey) ([]byte, KeyFunc, *[]int) {
		irq, rus := newMember("IRQ"), newMember("RUS")
		old, next := irq.key, keyFromSeed("IRQ second header")
		run := stream(t, 4, irq, rus)
		if rotate {
			irq.key = next
		}
		run = append(run, irq.public1(t, Keys, nil).Header...)
		irq.key = then
		run = append(run, stream(t, 4, irq, rus)...)
		var asked []int
		key := func(i int, h *Header) (ed25519.PublicKey, error) {
			asked = append(asked, i)
			switch {
			case h.Originator == "RUS":
				return rus.public(), nil
			case i < 4:
				return old.Public().(ed25519.PublicKey), nil
			}
			return next.Public().(ed25519.PublicKey), nil
		}
		return run, key, &asked
	}
	oldKey, newKey := newMember("IRQ").key, keyFromSeed("IRQ second header")

	run, key, asked := build(true, newKey)
	if err := CheckRun(testCharter, map[label.MemberID]Chain{}, run, key); err != nil {
		t.Fatal(err)
	}
	// Asked at each originator's first header, at the leaf of kind keys, and of
	// each originator again after it.
	if !slices.Equal(*asked, []int{0, 1, 4, 5, 6}) {
		t.Fatalf("asked at %v", *asked)
	}
	run, key, _ = build(false, newKey)
	wantCode(t, CheckRun(testCharter, map[label.MemberID]Chain{}, run, key), ErrKeyID)
	run, key, _ = build(true, oldKey)
	wantCode(t, CheckRun(testCharter, map[label.MemberID]Chain{}, run, key), ErrKeyID)
	// The last header under the old key has to be signed by it.
	run, key, _ = build(true, newKey)
	forged := slices.Clone(run)
	binary.BigEndian.PutUint32(at(forged, 2)[atEpoch:], 9)
	h := HashHeader(at(forged, 2))
	copy(at(forged, 4), resign(at(forged, 4), newKey, func(raw []byte) { copy(raw[atPrevious:], h[:]) }))
	err := CheckRun(testCharter, map[label.MemberID]Chain{}, forged, key)
	wantCode(t, err, ErrSignature)
	if re := (*RunError)(nil); !errors.As(err, &re) || re.Index != 2 {
		t.Fatal(err)
	}
}

func TestPlaceFollowsChain(t *testing.T) {
	m := newMember("IRQ")
	for i := range uint64(3) {
		p := m.place()
		if p.Incarnation != 1 || p.Sequence != i+1 || (i == 0) != (p.Previous == Hash{}) {
			t.Fatalf("%+v", p)
		}
		m.seal(t, NewSetKey(), nil)
	}
}
