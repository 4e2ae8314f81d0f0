package tlog

import (
	"encoding/binary"
	"fmt"
	"math"
)

// MaxLeaf is the largest number of bytes in a leaf that an entry bundle holds.
const MaxLeaf = math.MaxUint16

// AppendEntry appends a leaf to an entry bundle: its length in two bytes,
// big-endian, and the leaf (tlog-tiles, Log entries).
func AppendEntry(bundle, leaf []byte) ([]byte, error) {
	if len(leaf) > MaxLeaf {
		return nil, fmt.Errorf("%w: a leaf of %d bytes; an entry bundle holds leaves of at most %d", ErrTooLarge, len(leaf), MaxLeaf)
	}
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(leaf))), leaf...), nil
}

// ParseBundle reads an entry bundle of exactly width leaves, 1 to 256, and
// nothing after them. The leaves are views into data.
func ParseBundle(data []byte, width int) ([][]byte, error) {
	if width < 1 || width > TileWidth {
		return nil, fmt.Errorf("%w: an entry bundle of %d leaves; it has 1 to %d", ErrRange, width, TileWidth)
	}
	leaves := make([][]byte, 0, width)
	for i := range width {
		if len(data) < 2 {
			return nil, fmt.Errorf("%w: an entry bundle of %d leaves ends before leaf %d", ErrMalformed, width, i)
		}
		n := 2 + int(binary.BigEndian.Uint16(data))
		if len(data) < n {
			return nil, fmt.Errorf("%w: an entry bundle ends within leaf %d", ErrMalformed, i)
		}
		leaves, data = append(leaves, data[2:n:n]), data[n:]
	}
	if len(data) != 0 {
		return nil, fmt.Errorf("%w: %d bytes after the %d leaves of an entry bundle", ErrMalformed, len(data), width)
	}
	return leaves, nil
}
