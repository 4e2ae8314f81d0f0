package tlog

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCloneIsApart advances a frontier and its clones with different leaves:
// none sees what another appended, and views handed out before stay true.
func TestCloneIsApart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 700).Draw(rt, "size")
		f, err := NewFrontier(0, nil)
		if err != nil {
			rt.Fatal(err)
		}
		leaves := make([]Hash, n)
		for i := range leaves {
			leaves[i] = LeafHash([]byte{byte(i), byte(i >> 8)})
		}
		if err := f.Append(leaves); err != nil {
			rt.Fatal(err)
		}
		before := f.TakeTiles()
		copies := make([][]Hash, len(before))
		for i, tile := range before {
			copies[i] = slices.Clone(tile.Hashes)
		}
		// Each branch has all leaves of its own and the tiles taken from it.
		branches := []*Frontier{f}
		own := [][]Hash{leaves}
		stored := []MemTiles{{}}
		stored[0].Put(before)
		for step := range rapid.IntRange(1, 9).Draw(rt, "steps") {
			b := rapid.IntRange(0, len(branches)-1).Draw(rt, "branch")
			if rapid.IntRange(0, 2).Draw(rt, "clone") == 0 {
				branches = append(branches, branches[b].Clone())
				own = append(own, slices.Clone(own[b]))
				stored = append(stored, maps.Clone(stored[b]))
				continue
			}
			batch := make([]Hash, rapid.IntRange(0, 300).Draw(rt, "batch"))
			for i := range batch {
				batch[i] = LeafHash([]byte{byte(b), byte(step), byte(i), byte(i >> 8)})
			}
			if err := branches[b].Append(batch); err != nil {
				rt.Fatal(err)
			}
			own[b] = append(own[b], batch...)
			if rapid.Bool().Draw(rt, "take") {
				stored[b].Put(branches[b].TakeTiles())
			}
		}
		for b, f := range branches {
			stored[b].Put(f.TakeTiles())
			want := treeOf(t, own[b])
			root, err := RootAt(int64(len(own[b])), want)
			if err != nil {
				rt.Fatal(err)
			}
			if f.Root() != root || f.Size() != int64(len(own[b])) {
				rt.Fatalf("branch %d: root %v at %d, want %v at %d", b, f.Root(), f.Size(), root, len(own[b]))
			}
			if len(stored[b]) != len(want) {
				rt.Fatalf("branch %d: %d tiles, want %d", b, len(stored[b]), len(want))
			}
			for id, hs := range want {
				if !slices.Equal(stored[b][id], hs) {
					rt.Fatalf("branch %d: tile %+v differs", b, id)
				}
			}
		}
		for i, tile := range before {
			if !slices.Equal(tile.Hashes, copies[i]) {
				rt.Fatalf("a tile handed out changed: level %d, index %d", tile.Level, tile.Index)
			}
		}
	})
}

// TestTilesAreClipped: who appends to a tile handed out does not write into
// the frontier.
func TestTilesAreClipped(t *testing.T) {
	f, err := NewFrontier(0, nil)
	wantErr(t, err, nil)
	wantErr(t, f.Append(make([]Hash, 3)), nil)
	mine := f.TakeTiles()[0].Hashes
	wantErr(t, f.Append(make([]Hash, 1)), nil)
	_ = append(mine, Hash{1})
	if got := f.TakeTiles()[0].Hashes[3]; got != (Hash{}) {
		t.Errorf("leaf 3 became %v", got)
	}
}

// TestTakeTiles holds which tiles a batch hands out.
func TestTakeTiles(t *testing.T) {
	type want struct {
		level int
		index int64
		width int
	}
	f, err := NewFrontier(0, nil)
	wantErr(t, err, nil)
	for _, c := range []struct {
		n    int
		want []want
	}{
		{0, nil},
		{3, []want{{0, 0, 3}}},
		{0, nil},
		{252, []want{{0, 0, 255}}},
		{1, []want{{0, 0, 256}, {1, 0, 1}}},
		{1, []want{{0, 1, 1}}},
		{600, []want{{0, 1, 256}, {0, 2, 256}, {0, 3, 89}, {1, 0, 3}}},
		{65536 - 857, nil},
	} {
		wantErr(t, f.Append(make([]Hash, c.n)), nil)
		got := f.TakeTiles()
		if f.Size() == 65536 {
			// The last of 256 full tiles fills the tile above, which begins
			// the one above that.
			last := got[len(got)-3:]
			c.want, got = []want{{0, 255, 256}, {1, 0, 256}, {2, 0, 1}}, last
		}
		var have []want
		for _, tile := range got {
			have = append(have, want{tile.Level, tile.Index, len(tile.Hashes)})
			if tile.Level == 1 && tile.Index == 0 && f.Size() == 65536 && len(tile.Hashes) != 256 {
				t.Error("a tile was handed out before it was full")
			}
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("size %d: %v, want %v", f.Size(), have, c.want)
		}
	}
}

// faultyTiles fails where it is told to.
type faultyTiles struct {
	TileReader
	err   error
	short int
}

func (r faultyTiles) ReadTile(level int, index int64, width int) ([]Hash, error) {
	if r.err != nil {
		return nil, r.err
	}
	hs, err := r.TileReader.ReadTile(level, index, width)
	return hs[:min(len(hs), width)-r.short], err
}

func TestFaultyReader(t *testing.T) {
	tiles := smallTree(t, 700)
	broken := errors.New("disk is broken")
	for _, c := range []struct {
		what string
		r    TileReader
		want error
	}{
		{"error", faultyTiles{tiles, broken, 0}, broken},
		{"short", faultyTiles{tiles, nil, 1}, ErrTiles},
		{"empty", MemTiles{}, ErrTiles},
		{"nil", nil, ErrTiles},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := NewFrontier(700, c.r)
			wantErr(t, err, c.want)
			_, err = RootAt(700, c.r)
			wantErr(t, err, c.want)
			_, err = InclusionProof(3, 700, c.r)
			wantErr(t, err, c.want)
			_, err = ConsistencyProof(3, 700, c.r)
			wantErr(t, err, c.want)
		})
	}
	// A reader may return a tile wider than asked for.
	if f, err := NewFrontier(600, tiles); err != nil {
		t.Error(err)
	} else if root, _ := RootAt(600, tiles); f.Root() != root {
		t.Error("a wider tile makes another root")
	}
}

func TestWrongTilesAreNoticed(t *testing.T) {
	tiles := smallTree(t, 700)
	f, err := NewFrontier(700, tiles)
	wantErr(t, err, nil)
	good := f.Root()
	for id := range tiles {
		bad := MemTiles{}
		for k, v := range tiles {
			bad[k] = v
		}
		bad[id] = slices.Clone(tiles[id])
		bad[id][len(bad[id])-1][0] ^= 1
		g, err := NewFrontier(700, bad)
		wantErr(t, err, nil)
		// Full tiles below the edge are not read; all others change the root.
		if len(tiles[id]) < TileWidth && g.Root() == good {
			t.Errorf("tile %+v changed, and the root did not", id)
		}
		// A proof from a wrong tile does not check, or did not need it.
		p, err := InclusionProof(699, 700, bad)
		wantErr(t, err, nil)
		right, err := InclusionProof(699, 700, tiles)
		wantErr(t, err, nil)
		if got := CheckInclusion(p, 699, 700, LeafHash(testLeaf(699)), good); (got == nil) != slices.Equal(p, right) {
			t.Errorf("tile %+v changed: %v", id, got)
		}
	}
}

func TestMemTilesKeepTheWider(t *testing.T) {
	m, wide := MemTiles{}, []Hash{{1}, {2}, {3}}
	m.Put([]Tile{{0, 4, wide[:2]}, {0, 4, wide}, {0, 4, wide[:1]}})
	if hs, err := m.ReadTile(0, 4, 3); err != nil || !slices.Equal(hs, wide) {
		t.Errorf("%v, %v", hs, err)
	}
	_, err := m.ReadTile(0, 4, 4)
	wantErr(t, err, ErrTiles)
}

func TestParseTile(t *testing.T) {
	for n, want := range map[int]error{0: ErrMalformed, 1: ErrMalformed, 31: ErrMalformed, 33: ErrMalformed, 32: nil, 8192: nil, 8193: ErrMalformed, 8224: ErrTooLarge} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(i)
		}
		hs, err := ParseTile(data)
		wantErr(t, err, want)
		if err == nil && !slices.Equal((Tile{Hashes: hs}).Bytes(), data) {
			t.Errorf("%d bytes are read as others", n)
		}
	}
}

func TestPaths(t *testing.T) {
	for path, want := range map[string][3]int64{
		"tile/0/000":                         {0, 0, 256},
		"tile/0/000.p/1":                     {0, 0, 1},
		"tile/1/x001/x234/067":               {1, 1234067, 256},
		"tile/5/x999/000.p/255":              {5, 999000, 255},
		"tile/entries/x001/000":              {entriesLevel, 1000, 256},
		"tile/entries/007.p/17":              {entriesLevel, 7, 17},
		"tile/0/x001/x099/x511/x627/775":     {0, maxIndex, 256},
		"tile/0/x001/x099/x511/x627/775.p/9": {0, maxIndex, 9},
	} {
		level, index, width, err := parsePath(path)
		if err != nil || int64(level) != want[0] || index != want[1] || int64(width) != want[2] {
			t.Errorf("%s: %d, %d, %d, %v", path, level, index, width, err)
		}
	}
	for _, bad := range []string{
		"", "tile", "tile/0", "tile/0/", "tile/00/000", "tile/6/000", "tile/-1/000", "tile/+1/000", "tile/0/0", "tile/0/0000", "tile/0/1000",
		"tile/0/x000/000", "tile/0/x001", "tile/0/001/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/",
		"tile/0/000.p/1/", "tile/0/000.p/1/2", "/tile/0/000", "tile/data/000", "tile/0/x00/000", "tile/0/-01", "tile/0/x-01/000", "tile/0/000.P/1",
		"tile/0/x001/x099/x511/x627/776", "tile/entries", "tile/entries/x1/000", "tile/0/xx01/000", "checkpoint", "tile//000", "tile/0/.p/1",
	} {
		if l, i, w, err := parsePath(bad); err == nil {
			t.Errorf("%q is read as %d, %d, %d", bad, l, i, w)
		}
	}
}
