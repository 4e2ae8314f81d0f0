package node

import (
	"testing"
	"time"
)

// The views are behind from the moment at which something certified is not in
// them, however they move on, until they have all of it.
func TestHowLongTheViewsAreBehind(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1_700_000_000+int64(s), 0) }
	p := &projector{}
	for _, step := range []struct {
		second      int
		cursor, end int64
		want        time.Duration
	}{
		{0, 5, 5, 0}, {1, 5, 9, 0}, {4, 7, 9, 3 * time.Second}, {11, 7, 12, 10 * time.Second}, {12, 12, 12, 0}, {20, 12, 13, 0},
	} {
		p.cursor = step.cursor
		p.compare(step.end, at(step.second))
		if got := p.behindFor(at(step.second)); got != step.want {
			t.Errorf("second %d: behind for %v, want %v", step.second, got, step.want)
		}
	}
}
