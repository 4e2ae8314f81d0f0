package tlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// memSource is a log in memory: a Source.
type memSource struct {
	MemTiles
	leaves [][]byte
}

func (s *memSource) ReadLeaves(first int64, n int) ([][]byte, error) {
	return s.leaves[first : first+int64(n)], nil
}

func newSource(t testing.TB, n int) *memSource {
	t.Helper()
	s := &memSource{}
	hashes := make([]Hash, n)
	for i := range n {
		s.leaves = append(s.leaves, testLeaf(int64(i)))
		hashes[i] = LeafHash(s.leaves[i])
	}
	s.MemTiles = treeOf(t, hashes)
	return s
}

// memDir is an export in memory. It can break down before or after the write
// of a chosen number: a write that failed may or may not have happened.
type memDir struct {
	files        fstest.MapFS
	writes       []string
	failAt       int
	failAfterput bool
}

var errDisk = errors.New("disk is full")

func newDir() *memDir { return &memDir{files: fstest.MapFS{}, failAt: -1} }

func (d *memDir) ReadFile(name string) ([]byte, error) { return fs.ReadFile(d.files, name) }

func (d *memDir) WriteFile(name string, data []byte) error {
	fail := len(d.writes) == d.failAt
	if !fail || d.failAfterput {
		d.files[name] = &fstest.MapFile{Data: bytes.Clone(data)}
	}
	d.writes = append(d.writes, name)
	if fail {
		return errDisk
	}
	return nil
}

func (d *memDir) copy() *memDir {
	return &memDir{files: maps.Clone(d.files), failAt: -1}
}

// exported is a log of n test leaves, its certified head, and its export.
type exported struct {
	log    Signer
	ss     []Signer
	vs     []Verifier
	source *memSource
	note   []byte
	dir    *memDir
}

func newExport(t testing.TB, n int) *exported {
	t.Helper()
	e := &exported{log: logSigner(t, testOrigin, "log"), source: newSource(t, n), dir: newDir()}
	e.ss, e.vs = members(t, 4)
	e.note = e.head(t, n)
	wantErr(t, Export(e.dir, e.source, e.note, nil), nil)
	return e
}

func (e *exported) head(t testing.TB, n int) []byte {
	t.Helper()
	return cosignedBy(t, head(t, e.log, int64(n), e.source), 100, e.ss[:3]...)
}

func (e *exported) verify(fsys fs.FS) (Checkpoint, []Cosigned, error) {
	return VerifyExport(fsys, e.log.Verifier, e.vs, 3, nil)
}

// TestExportSizes exports and verifies logs of sizes around the edges of
// tiles, and holds which files that makes.
func TestExportSizes(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256, 257, 511, 512, 513, 700, 65535, 65536, 65537} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			if n > 1000 && testing.Short() {
				t.Skip("short")
			}
			e := newExport(t, n)
			cp, cs, err := e.verify(e.dir.files)
			if err != nil || cp.Size != int64(n) || len(cs) != 3 {
				t.Fatalf("%+v, %v, %v", cp, cs, err)
			}
			if last := e.dir.writes[len(e.dir.writes)-1]; last != CheckpointPath {
				t.Errorf("%s is written last", last)
			}
			want := 1 + 2*((n+255)/256) // checkpoint, bundles, level 0
			for m := n / 256; m > 0; m /= 256 {
				want += (m + 255) / 256
			}
			if len(e.dir.files) != want || len(e.dir.writes) != want {
				t.Errorf("%d files by %d writes, want %d", len(e.dir.files), len(e.dir.writes), want)
			}
			for id, hs := range e.source.MemTiles {
				if got := e.dir.files[TilePath(id.Level, id.Index, len(hs))]; got == nil || !bytes.Equal(got.Data, (Tile{Hashes: hs}).Bytes()) {
					t.Errorf("tile %+v is not exported", id)
				}
			}
			// The export serves as tiles again.
			if f, err := NewFrontier(int64(n), ExportTiles(e.dir.files, int64(n))); err != nil || f.Root() != cp.Root {
				t.Errorf("frontier from the export: %v", err)
			}
		})
	}
}

// TestPublishedLayout is the example of tlog-tiles: a tree of 70,000 leaves.
func TestPublishedLayout(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	e := newExport(t, 70_000)
	var partial []string
	full := map[string]int{}
	for name := range e.dir.files {
		if strings.Contains(name, ".p/") {
			partial = append(partial, name)
		} else if name != CheckpointPath {
			full[strings.Split(name, "/")[1]]++
		}
	}
	slices.Sort(partial)
	want := []string{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"}
	if !slices.Equal(partial, want) || full["0"] != 273 || full["1"] != 1 || full["2"] != 0 || full["entries"] != 273 {
		t.Errorf("partial %v, full %v", partial, full)
	}
}

// TestExportGoesOn breaks an export at each write, before and after it took
// effect, and goes on: the result is that of an export in one go, what was
// there is not written again, and no half export verifies.
func TestExportGoesOn(t *testing.T) {
	whole := newExport(t, 700)
	for _, after := range []bool{false, true} {
		for at := range len(whole.dir.writes) {
			d := newDir()
			d.failAt, d.failAfterput = at, after
			wantErr(t, Export(d, whole.source, whole.note, nil), errDisk)
			if _, _, err := whole.verify(d.files); (err == nil) != (after && at == len(whole.dir.writes)-1) {
				t.Fatalf("broken at write %d: verified %v", at, err)
			}
			d.failAt, d.writes = -1, nil
			wantErr(t, Export(d, whole.source, whole.note, nil), nil)
			if !equalFiles(d.files, whole.dir.files) {
				t.Fatalf("broken at write %d: another export", at)
			}
			left := len(whole.dir.writes) - at
			if after {
				left--
			}
			if len(d.writes) != left {
				t.Fatalf("broken at write %d: %d writes to go on, want %d", at, len(d.writes), left)
			}
			// Once more writes nothing.
			d.writes = nil
			wantErr(t, Export(d, whole.source, whole.note, nil), nil)
			if len(d.writes) != 0 {
				t.Fatalf("an export that is whole is written again: %v", d.writes)
			}
		}
	}
}

func equalFiles(a, b fstest.MapFS) bool {
	return maps.EqualFunc(a, b, func(x, y *fstest.MapFile) bool { return bytes.Equal(x.Data, y.Data) })
}

// TestExportGrows exports a log as it grows; partial files of earlier heads
// stay and are verified too.
func TestExportGrows(t *testing.T) {
	e := newExport(t, 10)
	e.source = newSource(t, 1400)
	last := 10
	for _, n := range []int{10, 11, 200, 256, 300, 700, 701, 1400} {
		note := e.head(t, n)
		e.dir.writes = nil
		before, src := len(e.dir.files), &countingSource{memSource: e.source, lowest: 1 << 40}
		wantErr(t, Export(e.dir, src, note, nil), nil)
		// What an earlier head covers in whole bundles is not read again.
		if n > 10 && src.lowest != int64(last/256*256) {
			t.Errorf("from %d to %d leaves: read from leaf %d", last, n, src.lowest)
		}
		last = n
		cp, _, err := e.verify(e.dir.files)
		if err != nil || cp.Size != int64(n) {
			t.Fatalf("%d leaves: %+v, %v", n, cp, err)
		}
		if n == 701 && (len(e.dir.writes) != 3 || len(e.dir.files) != before+2) {
			t.Errorf("one leaf more writes %v", e.dir.writes)
		}
	}
	for _, name := range []string{"tile/entries/000.p/10", "tile/0/000.p/200", "tile/0/002.p/188"} {
		if e.dir.files[name] == nil {
			t.Errorf("%s of an earlier head is gone", name)
		}
	}
	// More cosignatures of one head replace its checkpoint alone.
	e.dir.writes = nil
	wantErr(t, Export(e.dir, e.source, cosignedBy(t, e.head(t, 1400), 100, e.ss[3]), nil), nil)
	if !slices.Equal(e.dir.writes, []string{CheckpointPath}) {
		t.Errorf("a cosignature more writes %v", e.dir.writes)
	}
	if _, cs, err := e.verify(e.dir.files); err != nil || len(cs) != 4 {
		t.Errorf("%v, %v", cs, err)
	}
}

// countingSource notes the first leaf that was read.
type countingSource struct {
	*memSource
	lowest int64
}

func (s *countingSource) ReadLeaves(first int64, n int) ([][]byte, error) {
	s.lowest = min(s.lowest, first)
	return s.memSource.ReadLeaves(first, n)
}

// TestExportTiles: an export of one size has the tiles of that size.
func TestExportTiles(t *testing.T) {
	e := newExport(t, 300)
	r := ExportTiles(e.dir.files, 300)
	for _, c := range []struct {
		level int
		index int64
		width int
		want  error
	}{
		{0, 0, 256, nil}, {0, 0, 1, nil}, {0, 1, 44, nil}, {1, 0, 1, nil},
		{0, 1, 45, ErrRange}, {0, 2, 1, ErrRange}, {2, 0, 1, ErrRange}, {0, 0, 0, ErrRange}, {0, 0, 257, ErrRange},
		{-1, 0, 1, ErrRange}, {MaxLevels, 0, 1, ErrRange}, {0, -1, 1, ErrRange}, {0, 1 << 60, 1, ErrRange},
	} {
		hs, err := r.ReadTile(c.level, c.index, c.width)
		if Code(err) != Code(c.want) || err == nil && len(hs) < c.width {
			t.Errorf("level %d, tile %d, width %d: %d hashes, %v", c.level, c.index, c.width, len(hs), err)
		}
	}
	for _, size := range []int64{-1, MaxSize + 1} {
		_, err := ExportTiles(e.dir.files, size).ReadTile(0, 0, 1)
		wantErr(t, err, ErrRange)
	}
	e.dir.files["tile/0/000"].Data = e.dir.files["tile/0/000"].Data[:8191]
	_, err := r.ReadTile(0, 0, 256)
	wantErr(t, err, ErrMalformed)
}

// TestExportHeals: with the checkpoint removed, all files are compared again.
func TestExportHeals(t *testing.T) {
	e := newExport(t, 700)
	d := e.dir.copy()
	delete(d.files, "tile/0/001")
	d.files["tile/entries/000"] = &fstest.MapFile{Data: []byte("torn")}
	if _, _, err := e.verify(d.files); Code(err) != "log-export" {
		t.Fatalf("a damaged export: %v", err)
	}
	delete(d.files, CheckpointPath)
	wantErr(t, Export(d, e.source, e.note, nil), nil)
	if !equalFiles(d.files, e.dir.files) || len(d.writes) != 3 {
		t.Errorf("not healed by writing %v", d.writes)
	}
}

func TestExportRefuses(t *testing.T) {
	e := newExport(t, 300)
	ta, tb := forkedTrees(t, 300, 290)
	if ta[TileID{0, 1}][0] != e.source.MemTiles[TileID{0, 1}][0] {
		t.Fatal("the trees do not begin alike")
	}
	forked := &memSource{tb, slices.Clone(e.source.leaves)}
	for i := 290; i < 300; i++ {
		forked.leaves[i] = append(testLeaf(int64(i)), 'x')
	}
	forkedNote := head(t, e.log, 300, tb)
	wrongLeaf := &memSource{e.source.MemTiles, slices.Clone(e.source.leaves)}
	wrongLeaf.leaves[257] = []byte("another")
	wrongTile := &memSource{maps.Clone(e.source.MemTiles), e.source.leaves}
	wrongTile.MemTiles[TileID{0, 0}] = slices.Repeat([]Hash{{}}, 256)
	tooFew := &memSource{e.source.MemTiles, e.source.leaves[:299:299]}
	large := &memSource{MemTiles{{0, 0}: {LeafHash(make([]byte, MaxLeaf+1))}}, [][]byte{make([]byte, MaxLeaf+1)}}
	damaged := e.dir.copy()
	damaged.files[CheckpointPath] = &fstest.MapFile{Data: []byte("torn")}
	otherLog := newDir()
	otherLog.files[CheckpointPath] = &fstest.MapFile{Data: head(t, logSigner(t, "o", "log"), 3, e.source)}
	stop := errors.New("stop")
	for _, c := range []struct {
		what string
		dir  *memDir
		src  Source
		note []byte
		p    Progress
		want error
	}{
		{"no checkpoint", newDir(), e.source, nil, nil, ErrMalformed},
		{"head of another tree", newDir(), e.source, forkedNote, nil, ErrTiles},
		{"another tree's export is there", e.dir.copy(), forked, forkedNote, nil, ErrFork},
		{"another log's export is there", otherLog, e.source, e.note, nil, ErrOrigin},
		{"a larger export is there", e.dir.copy(), e.source, e.head(t, 299), nil, ErrRange},
		{"a checkpoint that cannot be read", damaged, e.source, e.note, nil, ErrMalformed},
		{"wrong leaf", newDir(), wrongLeaf, e.note, nil, ErrTiles},
		{"wrong tile", newDir(), wrongTile, e.note, nil, ErrTiles},
		{"too few leaves", newDir(), shortSource{tooFew}, e.note, nil, ErrTiles},
		{"leaf too large", newDir(), large, head(t, e.log, 1, large), nil, ErrTooLarge},
		{"stopped", newDir(), e.source, e.note, func(int64, int64) error { return stop }, stop},
		{"stopped later", newDir(), e.source, e.note, func(done, _ int64) error {
			if done > 0 {
				return stop
			}
			return nil
		}, stop},
	} {
		t.Run(c.what, func(t *testing.T) {
			before := c.dir.copy()
			wantErr(t, Export(c.dir, c.src, c.note, c.p), c.want)
			if have, had := c.dir.files[CheckpointPath], before.files[CheckpointPath]; (have == nil) != (had == nil) || have != nil && !bytes.Equal(have.Data, had.Data) {
				t.Error("a refused export wrote a checkpoint")
			}
			if before.files[CheckpointPath] != nil && !equalFiles(before.files, c.dir.files) {
				t.Error("a refused export touched what was there")
			}
		})
	}
}

type shortSource struct{ *memSource }

func (s shortSource) ReadLeaves(first int64, n int) ([][]byte, error) {
	return s.leaves[first:min(int64(len(s.leaves)), first+int64(n))], nil
}

// TestExportProperty exports logs that grow by random steps, with random
// breakdowns, and verifies after each.
func TestExportProperty(t *testing.T) {
	e := newExport(t, 0)
	e.source = newSource(t, 2000)
	rapid.Check(t, func(rt *rapid.T) {
		d, n := newDir(), 0
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			n = rapid.IntRange(n, 2000).Draw(rt, "size")
			note := e.head(t, n)
			if rapid.Bool().Draw(rt, "breaks") {
				d.failAt, d.failAfterput = len(d.writes)+rapid.IntRange(0, 12).Draw(rt, "at"), rapid.Bool().Draw(rt, "after")
				if err := Export(d, e.source, note, nil); err != nil && !errors.Is(err, errDisk) {
					rt.Fatal(err)
				}
				d.failAt = -1
			}
			if err := Export(d, e.source, note, nil); err != nil {
				rt.Fatal(err)
			}
			if cp, _, err := e.verify(d.files); err != nil || cp.Size != int64(n) {
				rt.Fatalf("%+v, %v", cp, err)
			}
		}
	})
}

// diskDir is an export on disk.
type diskDir string

func (d diskDir) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), filepath.FromSlash(name)))
}

func (d diskDir) WriteFile(name string, data []byte) error {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data, 0o666); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// TestVerifyInBoundedMemory verifies an export on disk and looks at the heap
// on the way: it must not grow with the log.
func TestVerifyInBoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	dir := t.TempDir()
	e := newExport(t, 0)
	const n = 150_000
	e.source = newSource(t, n)
	wantErr(t, Export(diskDir(dir), e.source, e.head(t, n), nil), nil)
	e.source = nil
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	start, most, calls := live(), uint64(0), 0
	cp, _, err := VerifyExport(os.DirFS(dir), e.log.Verifier, e.vs, 3, func(done, total int64) error {
		if calls++; calls%100 == 0 || done == total {
			most = max(most, live())
		}
		return nil
	})
	if err != nil || cp.Size != n || calls != (n+255)/256 {
		t.Fatalf("%+v, %v, %d calls", cp, err, calls)
	}
	// The tiles alone are 4.8 MB, the leaves 6 MB.
	if most > start+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", start, most)
	}
}

func BenchmarkExport(b *testing.B) {
	e := newExport(b, 20_000)
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := Export(newDir(), e.source, e.note, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*20_000), "ns/leaf")
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := e.verify(e.dir.files); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*20_000), "ns/leaf")
	})
}
