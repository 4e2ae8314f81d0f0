package logcopy

import (
	"fmt"
	"io/fs"

	"entente/seal"
)

// tileLeaves is how many leaves stand in one bundle of a copy (C2SP tlog-tiles).
const tileLeaves = 256

// Leaves reads single leaves of a copy that Verify has verified.
type Leaves struct {
	c     checker
	size  int64
	first int64
	run   []byte
}

// NewLeaves reads from the copy in fsys, which has size leaves.
func NewLeaves(fsys fs.FS, size int64) *Leaves {
	sub, err := fs.Sub(fsys, DirLog)
	if err != nil {
		sub = fsys
	}
	return &Leaves{c: checker{log: sub}, size: size}
}

// At returns the leaf at an index; rising indices are read once.
func (l *Leaves) At(index int64) ([]byte, error) {
	if index < 0 || index >= l.size {
		return nil, fmt.Errorf("%w: there is no leaf %d", ErrCopy, index)
	}
	if l.run == nil || index < l.first || index >= l.first+tileLeaves {
		l.first = index / tileLeaves * tileLeaves
		run, err := l.c.headers(l.first, int(min(tileLeaves, l.size-l.first)))
		if err != nil {
			return nil, err
		}
		l.run = run
	}
	at := (index - l.first) * seal.HeaderSize
	return l.run[at : at+seal.HeaderSize], nil
}
