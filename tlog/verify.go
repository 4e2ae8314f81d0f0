package tlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// maxBundle is the largest entry bundle in bytes.
const maxBundle = TileWidth * (2 + MaxLeaf)

// VerifyExport checks a static export offline and completely: the checkpoint
// is certified, as by [Certified] (quorum 0 with no cosigners asks for the
// log's signature alone); every hash is recomputed from the entries and
// compared with every tile; no file that the checkpoint needs is missing, and
// none is there that does not belong to its tree. It streams: memory does not
// grow with the log. It returns the checkpoint and its cosignatures; below the
// quorum it returns them with ErrQuorum and looks no further.
//
// Partial tiles and bundles of earlier checkpoints may be there and are checked
// as well.
func VerifyExport(fsys fs.FS, log Verifier, cosigners []Verifier, quorum int, progress Progress) (Checkpoint, []Cosigned, error) {
	note, err := readBounded(fsys, CheckpointPath, MaxNote)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	cp, cs, err := certified(note, log, cosigners, quorum)
	if err != nil {
		return cp, cs, err
	}
	v := verifier{fsys, cp.Size}
	if err := v.noStrangers(".", 0); err != nil {
		return Checkpoint{}, nil, err
	}
	root, err := v.recompute(progress)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if root != cp.Root {
		return Checkpoint{}, nil, fmt.Errorf("%w: the entries hash to root %v, the checkpoint of %d leaves says %v; fetch the export again, and if it stays so show it to the other members", ErrExport, root, cp.Size, cp.Root)
	}
	return cp, cs, nil
}

// certified is Certified, or the log's signature alone where no cosigners are
// asked for.
func certified(note []byte, log Verifier, cosigners []Verifier, quorum int) (Checkpoint, []Cosigned, error) {
	if quorum == 0 && len(cosigners) == 0 {
		s, err := verifySigned(note, log)
		return s.cp, nil, err
	}
	return Certified(note, log, cosigners, quorum)
}

type verifier struct {
	fsys fs.FS
	size int64
}

// recompute streams all entries, compares all tiles, and returns the root.
func (v verifier) recompute(progress Progress) (Hash, error) {
	f, err := NewFrontier(0, nil)
	if err != nil {
		return Hash{}, err
	}
	hashes := make([]Hash, 0, TileWidth)
	for f.size < v.size {
		n := int(min(TileWidth, v.size-f.size))
		name := BundlePath(f.size/TileWidth, n)
		data, err := readBounded(v.fsys, name, maxBundle)
		if err != nil {
			return Hash{}, err
		}
		leaves, err := ParseBundle(data, n)
		if err != nil {
			return Hash{}, fmt.Errorf("%w: %s: %v", ErrExport, name, err)
		}
		hashes = hashes[:0]
		for _, leaf := range leaves {
			hashes = append(hashes, LeafHash(leaf))
		}
		if err := f.Append(hashes); err != nil {
			return Hash{}, err
		}
		for _, t := range f.takeFull() {
			if err := v.compare(t); err != nil {
				return Hash{}, err
			}
		}
		if err := progress.report(f.size, v.size); err != nil {
			return Hash{}, err
		}
	}
	for _, t := range f.partial() {
		if err := v.compare(t); err != nil {
			return Hash{}, err
		}
	}
	return f.Root(), nil
}

// compare holds a tile's file to what the entries hash to.
func (v verifier) compare(t Tile) error {
	name := TilePath(t.Level, t.Index, len(t.Hashes))
	data, err := readBounded(v.fsys, name, TileWidth*HashSize)
	if err != nil {
		return err
	}
	if !bytes.Equal(data, t.Bytes()) {
		return fmt.Errorf("%w: %s is not what the entries hash to; fetch it again", ErrExport, name)
	}
	return nil
}

// noStrangers walks the export and refuses files that the tree does not need,
// except narrower forms of its tiles and bundles, which it compares with the
// ones needed. Directories are read in pieces, so that a huge one costs time,
// not memory; depth is bounded by that of the longest path.
func (v verifier) noStrangers(dir string, depth int) error {
	const maxDepth = 7 // tile, level, five elements of an index
	if depth > maxDepth {
		return fmt.Errorf("%w: %s is deeper than any file of an export; remove it", ErrExport, clip(dir))
	}
	d, err := v.fsys.Open(dir)
	if err != nil {
		return fmt.Errorf("%w: %s cannot be opened: %w", ErrExport, clip(dir), err)
	}
	defer d.Close()
	list, ok := d.(fs.ReadDirFile)
	if !ok {
		return fmt.Errorf("%w: %s is no directory that can be listed", ErrExport, clip(dir))
	}
	for {
		entries, err := list.ReadDir(256)
		for _, e := range entries {
			name := e.Name()
			if dir != "." {
				name = dir + "/" + name
			}
			switch {
			case e.IsDir():
				err := v.noStrangers(name, depth+1)
				if err != nil {
					return err
				}
			case e.Type() != 0:
				return fmt.Errorf("%w: %s is neither file nor directory; remove it", ErrExport, clip(name))
			default:
				if err := v.belongs(name); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %s cannot be listed: %w", ErrExport, clip(dir), err)
		}
	}
}

// belongs refuses a file that has no place in the export.
func (v verifier) belongs(name string) error {
	if name == CheckpointPath {
		return nil
	}
	level, index, width, err := parsePath(name)
	if err != nil {
		return fmt.Errorf("%w: %s is no file of an export; remove it", ErrExport, clip(name))
	}
	needed := tileWidth(v.size, max(level, 0), index)
	if width > needed {
		return fmt.Errorf("%w: %s lies beyond the checkpoint of %d leaves; fetch the checkpoint that covers it, or remove the file", ErrExport, clip(name), v.size)
	}
	if width == needed {
		return nil // recompute reads it
	}
	path, most := TilePath, TileWidth*HashSize
	if level == entriesLevel {
		path, most = func(_ int, index int64, width int) string { return BundlePath(index, width) }, maxBundle
	}
	old, err := readBounded(v.fsys, name, most)
	if err != nil {
		return err
	}
	full, err := readBounded(v.fsys, path(level, index, needed), most)
	if err != nil {
		return err
	}
	// Of a tile the length is known; of a bundle only by its leaves.
	if level == entriesLevel {
		_, err = ParseBundle(old, width)
	} else if len(old) != width*HashSize {
		err = fmt.Errorf("%w: %d bytes", ErrMalformed, len(old))
	}
	if err != nil || !bytes.HasPrefix(full, old) {
		return fmt.Errorf("%w: %s is not the beginning of its wider form; remove it, the export does not need it", ErrExport, clip(name))
	}
	return nil
}

// readBounded reads a file of at most limit bytes.
func readBounded(fsys fs.FS, name string, limit int) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is missing; fetch it (%w)", ErrExport, name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read: %w", ErrExport, name, err)
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrExport, name, limit)
	}
	return data, nil
}

// clip shortens a foreign name for a message.
func clip(name string) string {
	if len(name) > 80 {
		name = name[:80] + "..."
	}
	return fmt.Sprintf("%q", name)
}

// ExportTiles reads the tiles of a static export of a log of the given size, a
// [TileReader] for making proofs and for [Inconsistent]. It checks the form of
// the tiles, not their truth; see [VerifyExport].
func ExportTiles(fsys fs.FS, size int64) TileReader { return verifier{fsys, size} }

// ReadTile implements [TileReader].
func (v verifier) ReadTile(level int, index int64, width int) ([]Hash, error) {
	if level < 0 || level >= MaxLevels || index < 0 || index > maxIndex || v.size < 0 || v.size > MaxSize {
		return nil, fmt.Errorf("%w: level %d, tile %d", ErrRange, level, index)
	}
	have := tileWidth(v.size, level, index)
	if width < 1 || width > have {
		return nil, fmt.Errorf("%w: %s in an export of %d leaves", ErrRange, TilePath(level, index, width), v.size)
	}
	data, err := readBounded(v.fsys, TilePath(level, index, have), TileWidth*HashSize)
	if err != nil {
		return nil, err
	}
	return ParseTile(data)
}
