package centre

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/label"
)

// lockedBuffer is written by many at once.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

// A node without a line warns once that its outbox waits, and again when it has
// lost a line that it had.
func TestOutboxThatWaitsIsSaidOnce(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		var log lockedBuffer
		c.options = func(m label.MemberID, o *Options) {
			if m == "SYR" {
				o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
			}
		}
		c.pace(time.Minute)
		c.startAll()
		for lost := 1; lost <= 2; lost++ {
			c.net.sever("SYR", true)
			time.Sleep(10 * time.Minute) // what was under way has ended
			size := c.posts["IRQ"].Size()
			c.file("SYR", 1)
			time.Sleep(6 * time.Hour)
			if n := log.count("the outbox could not be submitted"); n != lost {
				t.Fatalf("said %d times, after a line was lost %d times", n, lost)
			}
			c.net.sever("SYR", false)
			c.certified(size+1, "SYR")
		}
	})
}
