package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
)

// What comes by itself is waited for in silence; a fault is said, also beside it.
func TestWaitsAreNoErrors(t *testing.T) {
	fault := errors.New("the disk is full")
	notYet := fmt.Errorf("stream 1: %w", fmt.Errorf("%w: leaf 7", ErrNotYet))
	for what, c := range map[string]struct {
		err  error
		want slog.Level
	}{
		"a leaf without a head":        {notYet, slog.LevelDebug},
		"views that are made again":    {errors.Join(nil, errBehind), slog.LevelDebug},
		"both":                         {errors.Join(notYet, errBehind), slog.LevelDebug},
		"a fault":                      {fault, slog.LevelError},
		"a fault beside what is to be": {errors.Join(fault, notYet), slog.LevelError},
		"a fault of reading the views": {errors.Join(fault, errBehind), slog.LevelError},
	} {
		if got := levelOf(c.err); got != c.want {
			t.Errorf("%s is told at %s, want %s", what, got, c.want)
		}
	}
}

// The feed goes on when the head is kept.
func TestAFeedWaitsForTheHead(t *testing.T) {
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	b.file(item{name: "one", by: "IRN"})
	b.feed.o.Node = notYet{b}
	if err := b.feed.turn(b.ctx); err == nil || levelOf(err) != slog.LevelDebug {
		t.Errorf("without a head: %v", err)
	}
	b.feed.o.Node = b
	b.turn()
}

// notYet is a node whose last leaves have no log time.
type notYet struct{ *bed }

func (notYet) LoggedBy(_ context.Context, i int64) (int64, error) {
	return 0, fmt.Errorf("%w: leaf %d", ErrNotYet, i)
}
