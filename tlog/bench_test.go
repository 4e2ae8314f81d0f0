package tlog

import (
	"fmt"
	"testing"
)

// BenchmarkAppend appends leaf hashes and takes tiles, in batches, to a log of
// a million leaves; ns/leaf is the figure to read.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{10, 100, 4096} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f, hashes := benchFrontier(b, 1_000_037), make([]Hash, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Append(hashes); err != nil {
					b.Fatal(err)
				}
				_ = f.Root()
				_ = f.TakeTiles()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/leaf")
		})
	}
}

// BenchmarkTryBatch is what a store does for a batch: clone, append, root,
// tiles.
func BenchmarkTryBatch(b *testing.B) {
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f, hashes := benchFrontier(b, 1_000_037), make([]Hash, n)
			b.ReportAllocs()
			for b.Loop() {
				c := f.Clone()
				if err := c.Append(hashes); err != nil {
					b.Fatal(err)
				}
				_, _ = c.Root(), c.TakeTiles()
				f = c
			}
		})
	}
}

func benchFrontier(b *testing.B, size int) *Frontier {
	f, err := NewFrontier(0, nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Append(make([]Hash, size)); err != nil {
		b.Fatal(err)
	}
	f.TakeTiles()
	return f
}

func BenchmarkLeafHash(b *testing.B) {
	leaf := make([]byte, 256)
	for b.Loop() {
		LeafHash(leaf)
	}
}

func BenchmarkProofs(b *testing.B) {
	const size = 1_000_037
	tiles := MemTiles{}
	f, err := NewFrontier(0, nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Append(make([]Hash, size)); err != nil {
		b.Fatal(err)
	}
	tiles.Put(f.TakeTiles())
	root := f.Root()
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewFrontier(size, tiles); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("inclusion", func(b *testing.B) {
		for b.Loop() {
			if _, err := InclusionProof(543_210, size, tiles); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("consistency", func(b *testing.B) {
		for b.Loop() {
			if _, err := ConsistencyProof(543_210, size, tiles); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("check-inclusion", func(b *testing.B) {
		p, err := InclusionProof(543_210, size, tiles)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := CheckInclusion(p, 543_210, size, Hash{}, root); err != nil {
				b.Fatal(err)
			}
		}
	})
}
