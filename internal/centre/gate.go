package centre

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"entente/label"
)

// Bounds of what one member may have under way on the member link beside its
// streams (spec/quotas.md). An honest node has one submission, one announcement
// and a few questions at a time.
const (
	maxRequests = 16
	maxUnderWay = 64 << 20 // bytes of bodies that are not answered yet
	lineGrace   = 30 * time.Second
	lineSlowest = 32 << 10 // bytes a second
)

// gate counts what each member has under way.
type gate struct {
	mu sync.Mutex
	of map[label.MemberID]*underWay
}

type underWay struct {
	requests int
	bytes    int64
}

// enter takes a place for a request of a member with a body of n bytes, until
// leave is called with the same.
func (g *gate) enter(m label.MemberID, n int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = map[label.MemberID]*underWay{}
	}
	u := g.of[m]
	if u == nil {
		u = &underWay{}
		g.of[m] = u
	}
	if u.requests >= maxRequests {
		return fmt.Errorf("%w: %s has %d requests under way, and no more are taken", ErrBusy, m, u.requests)
	}
	if u.bytes+n > maxUnderWay {
		return fmt.Errorf("%w: %s has %d bytes under way, and with %d more it would be above %d", ErrBusy, m, u.bytes, n, int64(maxUnderWay))
	}
	u.requests, u.bytes = u.requests+1, u.bytes+n
	return nil
}

func (g *gate) leave(m label.MemberID, n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u := g.of[m]
	if u.requests, u.bytes = u.requests-1, u.bytes-n; u.requests == 0 {
		delete(g.of, m)
	}
}

// claimed returns how many bytes of a body are set aside for a request: what it
// says, or as much as is read of one that does not say.
func claimed(r *http.Request) int64 {
	if r.ContentLength < 0 {
		return maxFrame
	}
	return min(r.ContentLength, maxFrame)
}

// lineTime is how long n bytes may take on the slowest line that is borne.
func lineTime(n int64) time.Duration {
	return lineGrace + time.Duration(n)*time.Second/lineSlowest
}

// timed bounds the time that the body of a request and each part of its answer
// take. The server itself lifts the deadline of a body that has come. Where
// connections bear no deadlines nothing is bounded.
func timed(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	c := http.NewResponseController(w)
	// What was set for the request before is over.
	c.SetWriteDeadline(time.Time{})
	if n := claimed(r); n > 0 {
		c.SetReadDeadline(time.Now().Add(lineTime(n)))
	}
	return &timedAnswer{ResponseWriter: w, control: c}
}

// timedAnswer gives each write its own time: an attachment may take long, a
// reader that takes nothing may not.
type timedAnswer struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Unwrap is for http.ResponseController.
func (a *timedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *timedAnswer) WriteHeader(status int) {
	a.control.SetWriteDeadline(time.Now().Add(lineTime(0)))
	a.ResponseWriter.WriteHeader(status)
}

func (a *timedAnswer) Write(p []byte) (int, error) {
	a.control.SetWriteDeadline(time.Now().Add(lineTime(int64(len(p)))))
	return a.ResponseWriter.Write(p)
}

// streamCount bounds the streams that one member holds open.
type streamCount struct {
	mu sync.Mutex
	n  map[label.MemberID]int
}

const maxStreams = 4

func (c *streamCount) enter(m label.MemberID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[label.MemberID]int{}
	}
	if c.n[m] >= maxStreams {
		return false
	}
	c.n[m]++
	return true
}

func (c *streamCount) leave(m label.MemberID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[m]--
}
