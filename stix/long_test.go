//go:build long

package stix

import (
	"io"
	"strings"
	"testing"
	"time"
)

// TestMemoryStaysFlatOverAGigabyte is TestMemoryStaysFlat at full size.
func TestMemoryStaysFlatOverAGigabyte(t *testing.T) {
	begin := time.Now()
	objects, peak := streamMemory(t, 1<<30)
	t.Logf("%d objects in %v, %.0f objects/s, %d KiB", objects, time.Since(begin), float64(objects)/time.Since(begin).Seconds(), peak>>10)
	if peak > 8<<20 {
		t.Errorf("%d bytes of heap", peak)
	}
}

// TestAStringOfAGigabyte is an object with one string beyond all bounds: it is
// stepped over, and what follows is read.
func TestAStringOfAGigabyte(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[{"type":"campaign","name":"`),
		io.LimitReader(same('x'), 1<<30), strings.NewReader(`"},{"type":"x"}]}`))
	sum, err := ValidateStream(r, Options{}, func(Result) error { return nil })
	if err != nil || sum.Objects != 2 || sum.Invalid != 2 {
		t.Error(sum, err)
	}
}

// same reads one byte for ever.
type same byte

func (s same) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}
