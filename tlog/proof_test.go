package tlog

import (
	"bytes"
	"slices"
	"testing"

	xtlog "golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// mutate changes a proof in one way.
func mutate(rt *rapid.T, proof []Hash) []Hash {
	p := slices.Clone(proof)
	at := func() int { return rapid.IntRange(0, len(p)-1).Draw(rt, "at") }
	how := rapid.IntRange(0, 4).Draw(rt, "how")
	if len(p) == 0 {
		how = 4
	}
	switch how {
	case 0:
		p[at()][rapid.IntRange(0, 31).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
	case 1:
		p = slices.Delete(p, at(), len(p))
	case 2:
		i := at()
		p = slices.Delete(p, i, i+1)
	case 3:
		i, j := at(), at()
		p[i], p[j] = p[j], p[i]
	case 4:
		p = slices.Insert(p, rapid.IntRange(0, len(p)).Draw(rt, "at"), LeafHash(nil))
	}
	return p
}

// TestChangedProofsFail changes proofs, indexes, sizes, leaves and roots; this
// package and x/mod must both refuse, and agree where a change is none.
func TestChangedProofsFail(t *testing.T) {
	l := newTestLog(t)
	l.grow(t, 3000)
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Int64Range(1, 3000).Draw(rt, "size")
		index := rapid.Int64Range(0, size-1).Draw(rt, "index")
		old := rapid.Int64Range(1, size).Draw(rt, "old")
		root, oldRoot := l.root(t, size), l.root(t, old)
		in, err := InclusionProof(index, size, l.tiles)
		if err != nil {
			rt.Fatal(err)
		}
		co, err := ConsistencyProof(old, size, l.tiles)
		if err != nil {
			rt.Fatal(err)
		}
		in2, co2 := mutate(rt, in), mutate(rt, co)
		got := CheckInclusion(in2, index, size, l.leaves[index], root)
		if (got == nil) != slices.Equal(in2, in) {
			rt.Fatalf("changed inclusion proof: %v", got)
		}
		if want := xtlog.CheckRecord(in2, size, root, index, l.leaves[index]); (got == nil) != (want == nil) {
			rt.Fatalf("inclusion: %v, x/mod %v", got, want)
		}
		got = CheckConsistency(co2, old, size, oldRoot, root)
		if (got == nil) != slices.Equal(co2, co) {
			rt.Fatalf("changed consistency proof: %v", got)
		}
		if want := xtlog.CheckTree(co2, size, root, old, oldRoot); (got == nil) != (want == nil) {
			rt.Fatalf("consistency: %v, x/mod %v", got, want)
		}
		// Right proofs for other things. x/mod says what is another thing: a
		// path of a leaf in one size can hold in another.
		i2 := rapid.Int64Range(0, size-1).Draw(rt, "other index")
		got = CheckInclusion(in, i2, size, l.leaves[index], root)
		if (got == nil) != (i2 == index) {
			rt.Fatalf("proof of %d for %d: %v", index, i2, got)
		}
		s2 := rapid.Int64Range(index+1, 3000).Draw(rt, "other size")
		got = CheckInclusion(in, index, s2, l.leaves[index], root)
		if want := xtlog.CheckRecord(in, s2, root, index, l.leaves[index]); (got == nil) != (want == nil) {
			rt.Fatalf("proof of %d in %d for %d: %v, x/mod %v", index, size, s2, got, want)
		}
		if CheckInclusion(in, index, size, LeafHash(nil), root) == nil || CheckInclusion(in, index, size, l.leaves[index], LeafHash(nil)) == nil {
			rt.Fatal("another leaf or root is accepted")
		}
		if CheckConsistency(co, old, size, LeafHash(nil), root) == nil || CheckConsistency(co, old, size, oldRoot, LeafHash(nil)) == nil {
			rt.Fatal("another root is accepted")
		}
		s2 = rapid.Int64Range(old, 3000).Draw(rt, "other new size")
		got = CheckConsistency(co, old, s2, oldRoot, root)
		if want := xtlog.CheckTree(co, s2, root, old, oldRoot); (got == nil) != (want == nil) {
			rt.Fatalf("proof of %d in %d for %d: %v, x/mod %v", old, size, s2, got, want)
		}
		o2 := rapid.Int64Range(1, size).Draw(rt, "other old")
		got = CheckConsistency(co, o2, size, oldRoot, root)
		if want := xtlog.CheckTree(co, size, root, o2, oldRoot); (got == nil) != (want == nil) {
			rt.Fatalf("proof of %d for %d in %d: %v, x/mod %v", old, o2, size, got, want)
		}
	})
}

func TestProofEdges(t *testing.T) {
	tiles := smallTree(t, 5)
	root, err := RootAt(5, tiles)
	wantErr(t, err, nil)
	empty, other := EmptyRoot(), LeafHash(nil)
	for _, c := range []struct {
		what           string
		proof          []Hash
		old, size      int64
		oldRoot, newer Hash
		want           error
	}{
		{"nothing to nothing", nil, 0, 0, empty, empty, nil},
		{"nothing to five", nil, 0, 5, empty, root, nil},
		{"same", nil, 5, 5, root, root, nil},
		{"wrong root of nothing", nil, 0, 5, other, root, ErrProof},
		{"wrong roots of nothing", nil, 0, 0, other, other, ErrProof},
		{"other root of nothing", nil, 0, 0, empty, other, ErrProof},
		{"nothing with a proof", []Hash{other}, 0, 5, empty, root, ErrProof},
		{"same with a proof", []Hash{other}, 5, 5, root, root, ErrProof},
		{"same size, other root", nil, 5, 5, other, root, ErrProof},
		{"no proof", nil, 4, 5, other, root, ErrProof},
		{"shape of one level less", []Hash{other}, 1, 4, empty, NodeHash(empty, other), ErrProof},
		{"shape of one level more", []Hash{other, other}, 1, 2, empty, NodeHash(NodeHash(empty, other), other), ErrProof},
		{"smaller", nil, 6, 5, root, root, ErrRange},
		{"negative", nil, -1, 5, root, root, ErrRange},
		{"too large", nil, 0, MaxSize + 1, empty, root, ErrRange},
	} {
		t.Run(c.what, func(t *testing.T) {
			wantErr(t, CheckConsistency(c.proof, c.old, c.size, c.oldRoot, c.newer), c.want)
		})
	}
	for _, i := range []int64{-1, 5, 1 << 40} {
		wantErr(t, CheckInclusion(nil, i, 5, other, root), ErrRange)
		_, err := InclusionProof(i, 5, tiles)
		wantErr(t, err, ErrRange)
	}
	wantErr(t, CheckInclusion(nil, 0, MaxSize+1, other, root), ErrRange)
	wantErr(t, CheckInclusion(nil, 0, 1, other, other), nil)
	_, err = InclusionProof(0, MaxSize+1, tiles)
	wantErr(t, err, ErrRange)
	_, err = ConsistencyProof(6, 5, tiles)
	wantErr(t, err, ErrRange)
	_, err = ConsistencyProof(0, -1, tiles)
	wantErr(t, err, ErrRange)
	_, err = RootAt(-1, tiles)
	wantErr(t, err, ErrRange)
	if h, err := RootAt(0, nil); err != nil || h != empty {
		t.Errorf("root at 0 without tiles: %v, %v", h, err)
	}
	// Tiles that are not there.
	_, err = RootAt(6, tiles)
	wantErr(t, err, ErrTiles)
	_, err = InclusionProof(1, 300, tiles)
	wantErr(t, err, ErrTiles)
	_, err = ConsistencyProof(5, 300, tiles)
	wantErr(t, err, ErrTiles)
}

// perfectTiles is a log of MaxSize leaves, all the same: its tiles need no
// store, and show that nothing overflows at the largest size.
type perfectTiles struct{ level [MaxLevels][]Hash }

func newPerfectTiles() *perfectTiles {
	p := &perfectTiles{}
	h := LeafHash([]byte("same"))
	for l := range p.level {
		p.level[l] = slices.Repeat([]Hash{h}, TileWidth)
		h = fold(p.level[l])
	}
	return p
}

func (p *perfectTiles) ReadTile(level int, index int64, width int) ([]Hash, error) {
	return p.level[level][:width], nil
}

func TestLargestLog(t *testing.T) {
	p := newPerfectTiles()
	f, err := NewFrontier(MaxSize, p)
	wantErr(t, err, nil)
	root, err := RootAt(MaxSize, p)
	if err != nil || f.Root() != root {
		t.Fatalf("%v, %v; frontier %v", root, err, f.Root())
	}
	wantErr(t, f.Append(make([]Hash, 1)), ErrTooLarge)
	if f.Size() != MaxSize || f.Root() != root {
		t.Error("a refused append changed the frontier")
	}
	wantErr(t, f.Append(nil), nil)
	leaf := LeafHash([]byte("same"))
	for _, i := range []int64{0, 1, MaxSize - 1, MaxSize / 3} {
		proof, err := InclusionProof(i, MaxSize, p)
		wantErr(t, err, nil)
		if len(proof) > MaxProof-1 {
			t.Errorf("inclusion proof of %d hashes", len(proof))
		}
		wantErr(t, CheckInclusion(proof, i, MaxSize, leaf, root), nil)
		old, err := RootAt(i, p)
		wantErr(t, err, nil)
		proof, err = ConsistencyProof(i, MaxSize, p)
		wantErr(t, err, nil)
		if len(proof) > MaxProof {
			t.Errorf("consistency proof of %d hashes", len(proof))
		}
		wantErr(t, CheckConsistency(proof, i, MaxSize, old, root), nil)
	}
	_, err = NewFrontier(MaxSize+1, p)
	wantErr(t, err, ErrRange)
	_, err = NewFrontier(-1, p)
	wantErr(t, err, ErrRange)
	// One short of the largest, the last leaf still goes in.
	f, err = NewFrontier(MaxSize-1, p)
	wantErr(t, err, nil)
	wantErr(t, f.Append([]Hash{leaf}), nil)
	if f.Root() != root {
		t.Error("the last leaf makes another root")
	}
}

func TestProofTexts(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ss, vs := members(t, 4)
	tiles := smallTree(t, 300)
	n := cosignedBy(t, head(t, log, 300, tiles), 100, ss...)
	proof, err := InclusionProof(17, 300, tiles)
	wantErr(t, err, nil)
	leaf := LeafHash(testLeaf(17))
	for _, extra := range [][]byte{nil, {}, testLeaf(17), make([]byte, MaxExtra)} {
		in := Inclusion{17, extra, proof, n}
		text, err := MarshalInclusion(in)
		wantErr(t, err, nil)
		got, err := ParseInclusion(text)
		if err != nil || got.Index != 17 || !bytes.Equal(got.Extra, extra) || (got.Extra == nil) != (extra == nil) || !slices.Equal(got.Proof, proof) || !bytes.Equal(got.Note, n) {
			t.Fatalf("%+v, %v", got, err)
		}
		cp, err := got.Verify(leaf, testOrigin, log.Verifier, vs, 3)
		if err != nil || cp.Size != 300 {
			t.Fatalf("%v, %v", cp, err)
		}
		_, err = got.Verify(leaf, testOrigin, log.Verifier, nil, 0)
		wantErr(t, err, nil)
		_, err = got.Verify(leaf, "other", log.Verifier, vs, 3)
		wantErr(t, err, ErrOrigin)
		_, err = got.Verify(LeafHash(nil), testOrigin, log.Verifier, vs, 3)
		wantErr(t, err, ErrProof)
		_, err = got.Verify(leaf, testOrigin, log.Verifier, nil, 1)
		wantErr(t, err, ErrRange)
		_, err = got.Verify(leaf, testOrigin, log.Verifier, vs, 0)
		wantErr(t, err, ErrRange)
	}
	bare, err := ParseInclusion(mustMarshal(t, Inclusion{17, nil, proof, head(t, log, 300, tiles)}))
	wantErr(t, err, nil)
	_, err = bare.Verify(leaf, testOrigin, log.Verifier, vs, 3)
	wantErr(t, err, ErrQuorum)
	for what, c := range map[string]struct {
		in   Inclusion
		want error
	}{
		"index past the end": {Inclusion{300, nil, proof, n}, ErrRange},
		"negative index":     {Inclusion{-1, nil, proof, n}, ErrMalformed},
		"long proof":         {Inclusion{17, nil, make([]Hash, MaxProof+1), n}, ErrTooLarge},
		"large extra":        {Inclusion{17, make([]byte, MaxExtra+1), proof, n}, ErrTooLarge},
		"no note":            {Inclusion{17, nil, proof, nil}, ErrMalformed},
	} {
		if _, err := MarshalInclusion(c.in); Code(err) != Code(c.want) && Code(err) != "log-malformed" {
			t.Errorf("%s: %v", what, err)
		}
	}

	// Go's base64 skips carriage returns; one text for each proof does not.
	spaced := bytes.Replace(mustMarshal(t, Inclusion{17, []byte("leaf"), proof, n}), []byte("extra bGVh"), []byte("extra bG\rVh"), 1)
	_, err = ParseInclusion(spaced)
	wantErr(t, err, ErrMalformed)

	old := Checkpoint{testOrigin, 17, Hash{}}
	old.Root, err = RootAt(17, tiles)
	wantErr(t, err, nil)
	proof, err = ConsistencyProof(17, 300, tiles)
	wantErr(t, err, nil)
	text, err := MarshalConsistency(Consistency{17, proof, n})
	wantErr(t, err, nil)
	c, err := ParseConsistency(text)
	if err != nil || c.Old != 17 || !slices.Equal(c.Proof, proof) || !bytes.Equal(c.Note, n) {
		t.Fatalf("%+v, %v", c, err)
	}
	_, err = c.Verify(old, log.Verifier)
	wantErr(t, err, nil)
	_, err = c.Verify(Checkpoint{"other", 17, old.Root}, log.Verifier)
	wantErr(t, err, ErrOrigin)
	_, err = c.Verify(Checkpoint{testOrigin, 18, old.Root}, log.Verifier)
	wantErr(t, err, ErrRange)
	_, err = c.Verify(Checkpoint{testOrigin, 17, Hash{}}, log.Verifier)
	wantErr(t, err, ErrProof)
	_, err = MarshalConsistency(Consistency{301, proof, n})
	wantErr(t, err, ErrRange)
	_, err = MarshalConsistency(Consistency{-1, proof, n})
	wantErr(t, err, ErrMalformed)
	_, err = MarshalConsistency(Consistency{17, make([]Hash, MaxProof+1), n})
	wantErr(t, err, ErrTooLarge)
}

func mustMarshal(t testing.TB, in Inclusion) []byte {
	t.Helper()
	b, err := MarshalInclusion(in)
	wantErr(t, err, nil)
	return b
}

func FuzzParseInclusion(f *testing.F) {
	f.Add([]byte(proofHead + "index 0\n\n" + publishedCheckpoint))
	f.Add([]byte(proofHead + "extra \nindex 1\n" + LeafHash(nil).String() + "\n\n" + publishedCheckpoint))
	f.Add([]byte(proofHead + "extra AAAA\nindex 20852162\n\n" + publishedCheckpoint))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := ParseInclusion(data)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		if got := mustMarshal(t, in); !bytes.Equal(got, data) {
			t.Fatalf("read %q, written %q", data, got)
		}
	})
}

func FuzzParseConsistency(f *testing.F) {
	f.Add([]byte("old 0\n\n" + publishedCheckpoint))
	f.Add([]byte("old 20852163\n" + LeafHash(nil).String() + "\n\n" + publishedCheckpoint))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConsistency(data)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		if got, err := MarshalConsistency(c); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("read %q, written %q, %v", data, got, err)
		}
	})
}

// FuzzCheckProofs asks this package and x/mod about proofs made of any bytes.
func FuzzCheckProofs(f *testing.F) {
	f.Add(int64(1), int64(3), make([]byte, 96))
	f.Add(int64(4), int64(8), make([]byte, 32))
	f.Add(int64(6), int64(8), make([]byte, 128))
	f.Fuzz(func(t *testing.T, m, n int64, data []byte) {
		if n < 1 || n > MaxSize || m < 0 || m > n || len(data) > 70*HashSize {
			return
		}
		var proof []Hash
		for ; len(data) >= HashSize; data = data[HashSize:] {
			proof = append(proof, Hash(data))
		}
		// Roots that the proof leads to, where it leads anywhere, make the
		// accepting side reachable: see what x/mod makes of ours.
		if m < n {
			a := CheckInclusion(proof, m, n, Hash{}, Hash{1})
			b := xtlog.CheckRecord(proof, n, Hash{1}, m, Hash{})
			if (a == nil) != (b == nil) {
				t.Fatalf("inclusion: %v, x/mod %v", a, b)
			}
		}
		if m > 0 {
			a := CheckConsistency(proof, m, n, Hash{1}, Hash{2})
			b := xtlog.CheckTree(proof, n, Hash{2}, m, Hash{1})
			if (a == nil) != (b == nil) {
				t.Fatalf("consistency: %v, x/mod %v", a, b)
			}
		}
	})
}
