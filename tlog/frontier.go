package tlog

import (
	"fmt"
	"math/bits"
	"slices"
)

// Frontier is the right edge of a log: all that is needed to append to it and
// to know its root, in at most 48 KB whatever the size of the log. It is not
// safe for concurrent use.
type Frontier struct {
	size int64
	// edge[l] is the root of the perfect subtree of 2^l leaves that ends the
	// tree where bit l of size is set; other elements mean nothing.
	edge [MaxLevels * TileHeight]Hash
	// open[l] are the hashes of the last, partial tile of level l. The array
	// behind it is only ever appended to, so that views handed out stay true.
	open [MaxLevels][]Hash
	// shared[l] says that a clone appends to the same array.
	shared [MaxLevels]bool
	// taken[l] is how many hashes of the open tile were handed out already.
	taken [MaxLevels]int
	// full are the tiles filled since they were last handed out.
	full []Tile
}

// NewFrontier returns the right edge of a log of the given size, reading at
// most one tile a level; read may be nil for size 0. It believes the tiles:
// the caller compares [Frontier.Root] with the root that it knows for that
// size before it appends.
func NewFrontier(size int64, read TileReader) (*Frontier, error) {
	if err := checkSize(size); err != nil {
		return nil, err
	}
	f := &Frontier{size: size}
	for l := 0; size>>(TileHeight*l) > 0; l++ {
		index := size >> (TileHeight * (l + 1))
		w := tileWidth(size, l, index)
		if w == 0 {
			continue
		}
		hs, err := readTile(read, l, index, w)
		if err != nil {
			return nil, fmt.Errorf("right edge of size %d: %w", size, err)
		}
		f.open[l] = append(make([]Hash, 0, TileWidth), hs...)
		f.taken[l] = w
		for off, b := 0, TileHeight-1; b >= 0; b-- {
			if w>>b&1 == 1 {
				f.edge[l*TileHeight+b] = fold(hs[off : off+1<<b])
				off += 1 << b
			}
		}
	}
	return f, nil
}

// readTile reads exactly width hashes of a tile.
func readTile(r TileReader, level int, index int64, width int) ([]Hash, error) {
	if r == nil {
		return nil, fmt.Errorf("%w: %s is needed and there is no reader", ErrTiles, TilePath(level, index, width))
	}
	hs, err := r.ReadTile(level, index, width)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", TilePath(level, index, width), err)
	}
	if len(hs) < width {
		return nil, fmt.Errorf("%w: %s has %d hashes; fetch it again from a node that holds it", ErrTiles, TilePath(level, index, width), len(hs))
	}
	return hs[:width], nil
}

// Size returns the number of leaves.
func (f *Frontier) Size() int64 { return f.size }

// Root returns the root of the tree (RFC 6962 section 2.1), at the cost of one
// hash for each set bit of the size.
func (f *Frontier) Root() Hash {
	if f.size == 0 {
		return EmptyRoot()
	}
	l := bits.TrailingZeros64(uint64(f.size))
	h := f.edge[l]
	for l++; f.size>>l > 0; l++ {
		if f.size>>l&1 == 1 {
			h = NodeHash(f.edge[l], h)
		}
	}
	return h
}

// Append adds leaves by their hashes ([LeafHash]), in order. It appends all of
// them, or refuses with ErrTooLarge and appends none.
func (f *Frontier) Append(leafHashes []Hash) error {
	if int64(len(leafHashes)) > MaxSize-f.size {
		return fmt.Errorf("%w: %d leaves after %d pass %d; the term's log has to end and a new one to begin", ErrTooLarge, len(leafHashes), f.size, MaxSize)
	}
	for i := range leafHashes {
		h := leafHashes[i]
		f.add(0, h)
		l := 0
		// Each one bit at the end of size is a subtree that this leaf makes
		// part of a larger one.
		for n := f.size; n&1 == 1; n >>= 1 {
			h = NodeHash(f.edge[l], h)
			if l++; l%TileHeight == 0 {
				f.add(l/TileHeight, h)
			}
		}
		f.edge[l] = h
		f.size++
	}
	return nil
}

// add appends a hash to the open tile of a level. It is called before size is
// advanced past the leaf.
func (f *Frontier) add(level int, h Hash) {
	t := f.open[level]
	if t == nil || f.shared[level] {
		t = append(make([]Hash, 0, TileWidth), t...)
		f.shared[level] = false
	}
	t = append(t, h)
	if len(t) == TileWidth {
		f.full = append(f.full, Tile{level, f.size >> (TileHeight * (level + 1)), t})
		t, f.taken[level] = nil, 0
	}
	f.open[level] = t
}

// TakeTiles hands out the tiles that were filled or grew since the last call:
// full ones in the order in which they were filled, then the partial ones by
// level. Storing them, each in place of what was stored under its level and
// index, makes a [TileReader] of the log at this size. Small batches change
// one partial tile and, every 256 leaves, one more of each level that was
// filled.
func (f *Frontier) TakeTiles() []Tile {
	tiles := f.full
	f.full = nil
	for l, t := range f.open {
		if len(t) > f.taken[l] {
			tiles = append(tiles, Tile{l, f.size >> (TileHeight * (l + 1)), slices.Clip(t)})
			f.taken[l] = len(t)
		}
	}
	return tiles
}

// Clone returns a frontier that advances apart from f, so that a batch can be
// tried, stored and certified before it replaces f, or be dropped. Tiles not
// yet taken from f are handed out by both.
func (f *Frontier) Clone() *Frontier {
	for l := range f.shared {
		f.shared[l] = true
	}
	c := *f
	c.full = slices.Clone(f.full)
	return &c
}
