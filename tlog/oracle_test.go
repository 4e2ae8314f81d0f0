package tlog

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"

	xtlog "golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// testLog is one log kept twice: by this package in tiles, and by x/mod's
// tlog, the oracle, in its own order of stored hashes.
type testLog struct {
	leaves []Hash
	tiles  MemTiles
	edge   *Frontier
	oracle oracle
}

type oracle []Hash

func (o oracle) ReadHashes(indexes []int64) ([]Hash, error) {
	hs := make([]Hash, len(indexes))
	for i, x := range indexes {
		hs[i] = o[x]
	}
	return hs, nil
}

func newTestLog(t testing.TB) *testLog {
	f, err := NewFrontier(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &testLog{tiles: MemTiles{}, edge: f}
}

// testLeaf is leaf i of every test log: 40 bytes that depend on i.
func testLeaf(i int64) []byte {
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("leaf"), uint64(i)))
	return binary.BigEndian.AppendUint64(h[:], uint64(i))
}

func (l *testLog) grow(t testing.TB, n int) {
	t.Helper()
	batch := make([]Hash, n)
	for i := range batch {
		leaf := testLeaf(int64(len(l.leaves)))
		batch[i] = LeafHash(leaf)
		hs, err := xtlog.StoredHashes(int64(len(l.leaves)), leaf, l.oracle)
		if err != nil {
			t.Fatal(err)
		}
		l.oracle = append(l.oracle, hs...)
		l.leaves = append(l.leaves, batch[i])
	}
	if err := l.edge.Append(batch); err != nil {
		t.Fatal(err)
	}
	l.tiles.Put(l.edge.TakeTiles())
}

func (l *testLog) root(t testing.TB, size int64) Hash {
	t.Helper()
	h, err := xtlog.TreeHash(size, l.oracle)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestFrontierAgainstOracle grows a log leaf by leaf to 2,000 and compares, at
// every size, the root, the root read back from tiles, the tiles themselves
// and a frontier loaded anew.
func TestFrontierAgainstOracle(t *testing.T) {
	l := newTestLog(t)
	for size := int64(0); size <= 2000; size++ {
		want := l.root(t, size)
		if got := l.edge.Root(); got != want || l.edge.Size() != size {
			t.Fatalf("size %d: frontier has root %v at %d, want %v", size, got, l.edge.Size(), want)
		}
		if got, err := RootAt(size, l.tiles); err != nil || got != want {
			t.Fatalf("size %d: RootAt = %v, %v", size, got, err)
		}
		f, err := NewFrontier(size, l.tiles)
		if err != nil {
			t.Fatal(err)
		}
		if f.Root() != want || f.Size() != size || len(f.TakeTiles()) != 0 {
			t.Fatalf("size %d: loaded frontier has root %v and tiles to hand out", size, f.Root())
		}
		l.grow(t, 1)
	}
	compareTiles(t, l)
	// Smaller trees are read from the tiles of the larger one.
	for size := int64(0); size <= 2000; size++ {
		if got, err := RootAt(size, l.tiles); err != nil || got != l.root(t, size) {
			t.Fatalf("RootAt(%d) in the tiles of 2001 = %v, %v", size, got, err)
		}
	}
}

// compareTiles compares every tile held with x/mod's of the same coordinates.
func compareTiles(t *testing.T, l *testLog) {
	t.Helper()
	seen := 0
	for _, xt := range xtlog.NewTiles(TileHeight, 0, int64(len(l.leaves))) {
		want, err := xtlog.ReadTileData(xt, l.oracle)
		if err != nil {
			t.Fatal(err)
		}
		hs := l.tiles[TileID{xt.L, xt.N}]
		if got := (Tile{xt.L, xt.N, hs}).Bytes(); !slices.Equal(got, want) {
			t.Fatalf("tile %s differs", xt.Path())
		}
		seen++
	}
	if seen != len(l.tiles) {
		t.Fatalf("%d tiles held, %d belong to the tree", len(l.tiles), seen)
	}
}

// TestProofsAgainstOracle compares proofs of every size up to 130 and samples
// of every size up to 2,000 with x/mod's, and checks each with both.
func TestProofsAgainstOracle(t *testing.T) {
	l := newTestLog(t)
	l.grow(t, 2000)
	for size := int64(1); size <= 2000; size++ {
		step := int64(1)
		if size > 130 {
			step = size/4 + 1
		}
		for i := int64(0); i < size; i += step {
			checkInclusionCase(t, l, i, size)
			checkConsistencyCase(t, l, i, size)
		}
		checkInclusionCase(t, l, size-1, size)
		checkConsistencyCase(t, l, size, size)
	}
}

func checkInclusionCase(t interface{ Fatalf(string, ...any) }, l *testLog, i, size int64) {
	want, err := xtlog.ProveRecord(size, i, l.oracle)
	if err != nil {
		t.Fatalf("oracle: %v", err)
	}
	got, err := InclusionProof(i, size, l.tiles)
	if err != nil || !slices.Equal(got, []Hash(want)) {
		t.Fatalf("inclusion of %d in %d: %v, %v; want %v", i, size, got, err, want)
	}
	root, _ := xtlog.TreeHash(size, l.oracle)
	if err := CheckInclusion(got, i, size, l.leaves[i], root); err != nil {
		t.Fatalf("inclusion of %d in %d: %v", i, size, err)
	}
}

func checkConsistencyCase(t interface{ Fatalf(string, ...any) }, l *testLog, old, size int64) {
	got, err := ConsistencyProof(old, size, l.tiles)
	if err != nil {
		t.Fatalf("consistency of %d with %d: %v", old, size, err)
	}
	if old > 0 {
		want, err := xtlog.ProveTree(size, old, l.oracle)
		if err != nil || !slices.Equal(got, []Hash(want)) {
			t.Fatalf("consistency of %d with %d: %v; want %v, %v", old, size, got, want, err)
		}
	} else if len(got) != 0 {
		t.Fatalf("consistency of 0 with %d is not empty", size)
	}
	or, _ := xtlog.TreeHash(old, l.oracle)
	nr, _ := xtlog.TreeHash(size, l.oracle)
	if err := CheckConsistency(got, old, size, or, nr); err != nil {
		t.Fatalf("consistency of %d with %d: %v", old, size, err)
	}
}

// TestRandomGrowth grows logs in random batches past 65,536, where a third
// tile level begins, and compares roots, tiles and random proofs.
func TestRandomGrowth(t *testing.T) {
	l := newTestLog(t)
	l.grow(t, 65_000)
	rapid.Check(t, func(rt *rapid.T) {
		if len(l.leaves) < 140_000 {
			l.grow(t, rapid.IntRange(0, 700).Draw(rt, "batch"))
		}
		n := int64(len(l.leaves))
		if l.edge.Root() != l.root(t, n) {
			rt.Fatalf("root at %d", n)
		}
		size := rapid.Int64Range(1, n).Draw(rt, "size")
		if got, err := RootAt(size, l.tiles); err != nil || got != l.root(t, size) {
			rt.Fatalf("RootAt(%d): %v", size, err)
		}
		checkInclusionCase(rt, l, rapid.Int64Range(0, size-1).Draw(rt, "index"), size)
		checkConsistencyCase(rt, l, rapid.Int64Range(0, size).Draw(rt, "old"), size)
	})
	compareTiles(t, l)
}
