package feed

import (
	"sync"
	"time"
)

// A throttle bounds how many requests with wrong credentials are answered as
// such: guessFree at once, and one in guessEvery.
type throttle struct {
	mu    sync.Mutex
	count int
	last  time.Time
}

const (
	guessFree  = 30
	guessEvery = time.Second
)

func newThrottle() *throttle { return &throttle{} }

// failed counts a wrong guess, and returns how long to wait when there were
// too many.
func (t *throttle) failed(now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch n := int64(now.Sub(t.last) / guessEvery); {
	case t.last.IsZero() || n < 0 || n >= guessFree:
		t.count, t.last = 0, now // also when the clock was set back
	case n > 0:
		t.count, t.last = max(0, t.count-int(n)), t.last.Add(time.Duration(n)*guessEvery)
	}
	if t.count >= guessFree {
		return t.last.Add(guessEvery).Sub(now)
	}
	t.count++
	return 0
}
