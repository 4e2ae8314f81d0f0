package tlog

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	// TileHeight is the height of a tile: each tile stands for eight levels
	// of the binary tree (tlog-tiles).
	TileHeight = 8
	// TileWidth is the number of hashes in a full tile.
	TileWidth = 1 << TileHeight
	// MaxLevels is the number of tile levels that a log of MaxSize has.
	MaxLevels = 6
)

// Tile is a run of consecutive hashes of one tile level: hash i is the root of
// the leaves from (Index*256+i)*256^Level up to, not including,
// (Index*256+i+1)*256^Level. Level 0 holds leaf hashes. A tile is full with
// 256 hashes and partial with 1 to 255; a partial tile only ever grows, so a
// wider tile replaces a narrower one in a store.
type Tile struct {
	Level int
	Index int64
	// Hashes is shared with the frontier that handed it out; it must not be
	// changed.
	Hashes []Hash
}

// TileReader reads the tiles of one log from wherever they are stored.
type TileReader interface {
	// ReadTile returns at least the first width hashes of a tile; a store
	// that holds only the widest form returns that. width is 1 to 256. The
	// result is not changed by the caller and must not change afterwards.
	// Fewer hashes than width are refused by the caller with ErrTiles.
	ReadTile(level int, index int64, width int) ([]Hash, error)
}

// MemTiles is a log's tiles in memory, by level and index: a TileReader for
// tests, for trees built from a courier's bundle, and for offline checks.
type MemTiles map[TileID][]Hash

// TileID names a tile, whatever its width.
type TileID struct {
	Level int
	Index int64
}

// Put stores tiles; a wider one replaces a narrower one.
func (m MemTiles) Put(tiles []Tile) {
	for _, t := range tiles {
		id := TileID{t.Level, t.Index}
		if len(m[id]) < len(t.Hashes) {
			m[id] = t.Hashes
		}
	}
}

// ReadTile implements [TileReader].
func (m MemTiles) ReadTile(level int, index int64, width int) ([]Hash, error) {
	hs := m[TileID{level, index}]
	if len(hs) < width {
		return nil, fmt.Errorf("%w: %s is not held", ErrTiles, TilePath(level, index, width))
	}
	return hs, nil
}

// Bytes returns the tile's hashes one after another, the form in which
// tlog-tiles serves a tile.
func (t Tile) Bytes() []byte {
	b := make([]byte, 0, len(t.Hashes)*HashSize)
	for i := range t.Hashes {
		b = append(b, t.Hashes[i][:]...)
	}
	return b
}

// ParseTile reads the hashes of a tile from their bytes: 1 to 256 of them, and
// nothing else.
func ParseTile(data []byte) ([]Hash, error) {
	if len(data) == 0 || len(data)%HashSize != 0 {
		return nil, fmt.Errorf("%w: a tile of %d bytes is no whole number of hashes", ErrMalformed, len(data))
	}
	if len(data) > TileWidth*HashSize {
		return nil, fmt.Errorf("%w: a tile of %d bytes has more than %d hashes", ErrTooLarge, len(data), TileWidth)
	}
	hs := make([]Hash, len(data)/HashSize)
	for i := range hs {
		hs[i] = Hash(data[i*HashSize:])
	}
	return hs, nil
}

// TilePath returns the tlog-tiles path of a tile, such as
// "tile/0/x001/x234/067" or "tile/1/000.p/17".
func TilePath(level int, index int64, width int) string {
	return coordinates("tile/"+strconv.Itoa(level), index, width)
}

// BundlePath returns the tlog-tiles path of an entry bundle, such as
// "tile/entries/x001/067.p/3".
func BundlePath(index int64, width int) string {
	return coordinates("tile/entries", index, width)
}

func coordinates(prefix string, index int64, width int) string {
	n := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		n = fmt.Sprintf("x%03d/%s", index%1000, n)
	}
	if width != TileWidth {
		n += ".p/" + strconv.Itoa(width)
	}
	return prefix + "/" + n
}

// maxIndex is the index of the last tile of level 0 in a log of MaxSize.
const maxIndex = MaxSize / TileWidth

// entriesLevel stands for entry bundles where tile levels are counted.
const entriesLevel = -1

// parsePath reads a path of TilePath or BundlePath back; level is
// entriesLevel for a bundle.
func parsePath(path string) (level int, index int64, width int, err error) {
	bad := func() (int, int64, int, error) {
		return 0, 0, 0, fmt.Errorf("%w: %q is no tile path of tlog-tiles", ErrMalformed, path)
	}
	// "tile", level, at most five elements of index, width.
	if len(path) > 64 {
		return bad()
	}
	f := strings.Split(path, "/")
	if len(f) < 3 || f[0] != "tile" {
		return bad()
	}
	if f[1] == "entries" {
		level = entriesLevel
	} else if level, err = strconv.Atoi(f[1]); err != nil || level < 0 || level >= MaxLevels {
		return bad()
	}
	f, width = f[2:], TileWidth
	if len(f) > 1 && strings.HasSuffix(f[len(f)-2], ".p") {
		if width, err = strconv.Atoi(f[len(f)-1]); err != nil || width < 1 || width >= TileWidth {
			return bad()
		}
		f = f[:len(f)-1]
		f[len(f)-1] = strings.TrimSuffix(f[len(f)-1], ".p")
	}
	for _, e := range f {
		n, err := strconv.Atoi(strings.TrimPrefix(e, "x"))
		if err != nil || n < 0 || n > 999 {
			return bad()
		}
		if index = index*1000 + int64(n); index > maxIndex {
			return bad()
		}
	}
	// The one comparison that makes the reading strict.
	again := BundlePath(index, width)
	if level != entriesLevel {
		again = TilePath(level, index, width)
	}
	if again != path {
		return bad()
	}
	return level, index, width, nil
}

// tileWidth returns how many hashes of a tile a tree of the given size has, 0
// to 256.
func tileWidth(size int64, level int, index int64) int {
	n := size>>(TileHeight*level) - index*TileWidth
	return int(max(0, min(n, TileWidth)))
}
