package tlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

// Source is a stored log: its tiles and its leaves.
type Source interface {
	TileReader
	// ReadLeaves returns exactly the n leaves from index first on. n is 1 to
	// 256. The result must stay unchanged until the next call.
	ReadLeaves(first int64, n int) ([][]byte, error)
}

// ExportDir is where a static export is written. Names are those of io/fs:
// slash-separated, relative, such as "tile/0/x001/067.p/3".
type ExportDir interface {
	// ReadFile returns a file, or an error that is fs.ErrNotExist.
	ReadFile(name string) ([]byte, error)
	// WriteFile creates or replaces a file and the directories above it. It
	// is atomic: a reader, also one after a crash, sees the old file or the
	// new one.
	WriteFile(name string, data []byte) error
}

// Progress is told how many leaves of how many are done. An error that it
// returns stops the work and is returned, wrapped. nil is allowed.
type Progress func(done, total int64) error

func (p Progress) report(done, total int64) error {
	if p == nil {
		return nil
	}
	if err := p(done, total); err != nil {
		return fmt.Errorf("stopped at leaf %d of %d: %w", done, total, err)
	}
	return nil
}

// CheckpointPath is the name of the checkpoint in a static export.
const CheckpointPath = "checkpoint"

// Export writes the log up to a checkpoint as the static files of tlog-tiles,
// for foreign witnesses, tools and couriers. It recomputes every hash from the
// leaves and writes the checkpoint last, so a reader never sees a head whose
// tiles are missing, and a source that does not make up the head is refused
// with ErrTiles before it is.
//
// An export that was interrupted goes on: files that are there and right are
// not written again. Where dir holds a checkpoint already, the leaves below it
// are taken as exported; remove that file to have all compared again. A
// checkpoint there that this log does not continue is refused with ErrFork, a
// larger one with ErrRange, and nothing is touched: it may be evidence.
// Partial tiles of earlier checkpoints stay, as tlog-tiles asks.
//
// The note's signatures are not verified: the caller chose the checkpoint.
func Export(dir ExportDir, src Source, note []byte, progress Progress) error {
	cp, _, err := ParseCheckpoint(note)
	if err != nil {
		return err
	}
	start, err := exportStart(dir, src, cp)
	if err != nil {
		return err
	}
	f, err := NewFrontier(start, src)
	if err != nil {
		return err
	}
	if err := progress.report(start, cp.Size); err != nil {
		return err
	}
	var bundle []byte
	hashes := make([]Hash, 0, TileWidth)
	for f.size < cp.Size {
		n := int(min(TileWidth, cp.Size-f.size))
		if bundle, hashes, err = exportBundle(src, f.size, n, bundle[:0], hashes[:0]); err != nil {
			return err
		}
		if err := writeOnce(dir, BundlePath(f.size/TileWidth, n), bundle); err != nil {
			return err
		}
		if err := f.Append(hashes); err != nil {
			return err
		}
		for _, t := range f.takeFull() {
			if err := writeOnce(dir, TilePath(t.Level, t.Index, TileWidth), t.Bytes()); err != nil {
				return err
			}
		}
		if err := progress.report(f.size, cp.Size); err != nil {
			return err
		}
	}
	for _, t := range f.partial() {
		if err := writeOnce(dir, TilePath(t.Level, t.Index, len(t.Hashes)), t.Bytes()); err != nil {
			return err
		}
	}
	if f.Root() != cp.Root {
		return fmt.Errorf("%w: the leaves of the source do not hash to the checkpoint of size %d; compare the log with a node that cosigned it, then rebuild it from there", ErrTiles, cp.Size)
	}
	return writeOnce(dir, CheckpointPath, note)
}

// exportStart returns the first leaf that is not exported yet, a multiple of
// 256, after comparing the checkpoint that stands in dir with the source.
func exportStart(dir ExportDir, src Source, cp Checkpoint) (int64, error) {
	data, err := dir.ReadFile(CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", CheckpointPath, err)
	}
	old, _, err := ParseCheckpoint(data)
	if err != nil {
		return 0, fmt.Errorf("the export's checkpoint cannot be read; remove that file to have all compared again: %w", err)
	}
	if old.Origin != cp.Origin {
		return 0, fmt.Errorf("%w: the export is of %q, not of %q; export to another place", ErrOrigin, old.Origin, cp.Origin)
	}
	if old.Size > cp.Size {
		return 0, fmt.Errorf("%w: the export has %d leaves already, the checkpoint %d; export a later checkpoint", ErrRange, old.Size, cp.Size)
	}
	root, err := RootAt(old.Size, src)
	if err != nil {
		return 0, err
	}
	if root != old.Root {
		return 0, fmt.Errorf("%w: the export's checkpoint of %d leaves is not a beginning of this log; keep it, it may be evidence, and export to another place", ErrFork, old.Size)
	}
	return old.Size / TileWidth * TileWidth, nil
}

// exportBundle reads n leaves, checks them against their tile, and returns
// their bundle and hashes in the buffers given.
func exportBundle(src Source, first int64, n int, bundle []byte, hashes []Hash) ([]byte, []Hash, error) {
	leaves, err := src.ReadLeaves(first, n)
	if err != nil {
		return nil, nil, fmt.Errorf("read leaves from %d: %w", first, err)
	}
	tile, err := readTile(src, 0, first/TileWidth, n)
	if err != nil {
		return nil, nil, err
	}
	if len(leaves) != n {
		return nil, nil, fmt.Errorf("%w: %d leaves from %d where %d were asked for", ErrTiles, len(leaves), first, n)
	}
	for i, leaf := range leaves {
		h := LeafHash(leaf)
		if h != tile[i] {
			return nil, nil, fmt.Errorf("%w: leaf %d does not hash to what the log holds; rebuild the log from another node", ErrTiles, first+int64(i))
		}
		if bundle, err = AppendEntry(bundle, leaf); err != nil {
			return nil, nil, fmt.Errorf("leaf %d: %w", first+int64(i), err)
		}
		hashes = append(hashes, h)
	}
	return bundle, hashes, nil
}

// writeOnce writes a file unless it is there with these bytes.
func writeOnce(dir ExportDir, name string, data []byte) error {
	have, err := dir.ReadFile(name)
	if err == nil && bytes.Equal(have, data) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := dir.WriteFile(name, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// takeFull is TakeTiles without the partial tiles, which a stream of bundles
// would rewrite each time.
func (f *Frontier) takeFull() []Tile {
	full := f.full
	f.full = nil
	return full
}

// partial returns the partial tiles of the tree, by level.
func (f *Frontier) partial() []Tile {
	var tiles []Tile
	for l, t := range f.open {
		if len(t) > 0 {
			tiles = append(tiles, Tile{l, f.size >> (TileHeight * (l + 1)), t})
		}
	}
	return tiles
}
