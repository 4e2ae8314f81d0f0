package node

import (
	"context"
	"errors"
	"testing"

	"entente/internal/feed"
)

// That no head of a leaf is kept yet is no fault to the feed: it waits for one.
func TestFeedIsToldWhatIsNotCertifiedYet(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	if at, err := (feeding{h.nodes["IRQ"].Node}).LoggedBy(context.Background(), 1<<40); !errors.Is(err, feed.ErrNotYet) || at != 0 {
		t.Errorf("%d, %v", at, err)
	}
}
