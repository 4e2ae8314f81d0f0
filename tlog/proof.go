package tlog

import (
	"fmt"
	"math/bits"
	"slices"
)

// tree reads nodes of the tree of one size from its tiles, each tile once.
type tree struct {
	size  int64
	read  TileReader
	tiles []Tile
}

// node returns the root of the perfect subtree of 2^level leaves that begins
// at leaf n<<level. The subtree must lie within the tree.
func (t *tree) node(level int, n int64) (Hash, error) {
	l, s := level/TileHeight, level%TileHeight
	index := n >> (TileHeight - s)
	off := int(n<<s) & (TileWidth - 1)
	for i := range t.tiles {
		if t.tiles[i].Level == l && t.tiles[i].Index == index {
			return fold(t.tiles[i].Hashes[off : off+1<<s]), nil
		}
	}
	hs, err := readTile(t.read, l, index, tileWidth(t.size, l, index))
	if err != nil {
		return Hash{}, err
	}
	t.tiles = append(t.tiles, Tile{l, index, hs})
	return fold(hs[off : off+1<<s]), nil
}

// span returns the root of the leaves lo up to hi, where lo is a multiple of
// a power of two that is at least hi-lo, as in every subtree of RFC 6962.
func (t *tree) span(lo, hi int64) (Hash, error) {
	var parts [MaxLevels * TileHeight]Hash
	n := 0
	for lo < hi {
		level := bits.Len64(uint64(hi-lo)) - 1
		h, err := t.node(level, lo>>level)
		if err != nil {
			return Hash{}, err
		}
		parts[n] = h
		n++
		lo += 1 << level
	}
	h := parts[n-1]
	for n -= 2; n >= 0; n-- {
		h = NodeHash(parts[n], h)
	}
	return h, nil
}

// split returns the largest power of two below n (RFC 6962's k); n > 1.
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

// RootAt returns the root of the first size leaves, from the tiles of a log at
// least that large.
func RootAt(size int64, r TileReader) (Hash, error) {
	if err := checkSize(size); err != nil {
		return Hash{}, err
	}
	if size == 0 {
		return EmptyRoot(), nil
	}
	t := tree{size: size, read: r}
	h, err := t.span(0, size)
	if err != nil {
		return Hash{}, fmt.Errorf("root at size %d: %w", size, err)
	}
	return h, nil
}

// InclusionProof returns the audit path of the leaf at index in the tree of
// the given size, from the leaf's sibling up (RFC 6962 section 2.1.1), at most
// 48 hashes. It believes the tiles: a proof from wrong tiles does not check.
func InclusionProof(index, size int64, r TileReader) ([]Hash, error) {
	if err := checkSize(size); err != nil {
		return nil, err
	}
	if index < 0 || index >= size {
		return nil, fmt.Errorf("%w: index %d in a tree of %d leaves; ask for a smaller index or a larger tree", ErrRange, index, size)
	}
	t := tree{size: size, read: r}
	proof := []Hash{}
	for lo, hi := int64(0), size; hi-lo > 1; {
		k := lo + split(hi-lo)
		a, b := k, hi // the sibling
		if index < k {
			hi = k
		} else {
			a, b, lo = lo, k, k
		}
		h, err := t.span(a, b)
		if err != nil {
			return nil, fmt.Errorf("inclusion of %d in %d: %w", index, size, err)
		}
		proof = append(proof, h)
	}
	slices.Reverse(proof)
	return proof, nil
}

// ConsistencyProof returns the proof that the tree of newSize leaves begins
// with the tree of oldSize leaves (RFC 6962 section 2.1.2). It is empty for
// oldSize 0 and for equal sizes.
func ConsistencyProof(oldSize, newSize int64, r TileReader) ([]Hash, error) {
	if err := checkSize(newSize); err != nil {
		return nil, err
	}
	if oldSize < 0 || oldSize > newSize {
		return nil, fmt.Errorf("%w: no consistency from size %d to size %d; give the smaller size first", ErrRange, oldSize, newSize)
	}
	if oldSize == 0 || oldSize == newSize {
		return []Hash{}, nil
	}
	t := tree{size: newSize, read: r}
	proof := []Hash{}
	add := func(lo, hi int64) error {
		h, err := t.span(lo, hi)
		if err != nil {
			return fmt.Errorf("consistency of %d with %d: %w", oldSize, newSize, err)
		}
		proof = append(proof, h)
		return nil
	}
	lo, hi := int64(0), newSize
	for oldSize != hi {
		k := lo + split(hi-lo)
		a, b := k, hi
		if oldSize <= k {
			hi = k
		} else {
			a, b, lo = lo, k, k
		}
		if err := add(a, b); err != nil {
			return nil, err
		}
	}
	// Where the old tree is itself a left subtree, its root is known to the
	// one who checks and is left out.
	if lo != 0 {
		if err := add(lo, hi); err != nil {
			return nil, err
		}
	}
	slices.Reverse(proof)
	return proof, nil
}

// CheckInclusion returns nil when proof shows that the tree of the given size
// and root has leafHash at index (RFC 9162 section 2.1.3.2), else ErrProof or
// ErrRange.
func CheckInclusion(proof []Hash, index, size int64, leafHash, root Hash) error {
	if err := checkSize(size); err != nil {
		return err
	}
	if index < 0 || index >= size {
		return fmt.Errorf("%w: index %d in a tree of %d leaves", ErrRange, index, size)
	}
	fn, sn := index, size-1
	h := leafHash
	for _, p := range proof {
		if sn == 0 {
			return fmt.Errorf("%w: inclusion proof of %d hashes is too long for leaf %d of %d", ErrProof, len(proof), index, size)
		}
		if fn&1 == 1 || fn == sn {
			h = NodeHash(p, h)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			h = NodeHash(h, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 {
		return fmt.Errorf("%w: inclusion proof of %d hashes is too short for leaf %d of %d", ErrProof, len(proof), index, size)
	}
	if h != root {
		return fmt.Errorf("%w: leaf %d is not proven to be in the tree of %d leaves; ask for the proof against that checkpoint", ErrProof, index, size)
	}
	return nil
}

// CheckConsistency returns nil when proof shows that the tree of newSize
// leaves with newRoot begins with the tree of oldSize leaves with oldRoot
// (RFC 9162 section 2.1.4.2), else ErrProof or ErrRange. The proof must be
// empty for oldSize 0, whose root must be [EmptyRoot], and for equal sizes,
// whose roots must be equal.
func CheckConsistency(proof []Hash, oldSize, newSize int64, oldRoot, newRoot Hash) error {
	if err := checkSize(newSize); err != nil {
		return err
	}
	if oldSize < 0 || oldSize > newSize {
		return fmt.Errorf("%w: no consistency from size %d to size %d", ErrRange, oldSize, newSize)
	}
	fail := func(why string) error {
		return fmt.Errorf("%w: tree of %d leaves is not proven to begin with that of %d: %s", ErrProof, newSize, oldSize, why)
	}
	if oldSize == 0 || oldSize == newSize {
		switch {
		case len(proof) != 0:
			return fail("the proof must be empty")
		case oldSize == 0 && oldRoot != EmptyRoot():
			return fail("the root of no leaves is the hash of nothing")
		case oldSize == newSize && oldRoot != newRoot:
			return fail("the roots of one size differ")
		}
		return nil
	}
	if len(proof) == 0 {
		return fail("the proof is empty")
	}
	var fr, sr Hash
	if oldSize&(oldSize-1) == 0 {
		fr, sr = oldRoot, oldRoot
	} else {
		fr, sr = proof[0], proof[0]
		proof = proof[1:]
	}
	fn, sn := oldSize-1, newSize-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	for _, p := range proof {
		if sn == 0 {
			return fail("the proof is too long")
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = NodeHash(p, fr), NodeHash(p, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = NodeHash(sr, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	switch {
	case sn != 0:
		return fail("the proof is too short")
	case fr != oldRoot:
		return fail("it leads to another root of the smaller tree")
	case sr != newRoot:
		return fail("it leads to another root of the larger tree")
	}
	return nil
}
