package centre

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entente/internal/store"
	"entente/label"
	"entente/tlog"
)

// A lead lets go of cosignatures that come late, so that nobody can tell a member
// that is restored from a backup what it cosigned last. It cosigns nothing before it
// holds all that the lead held, and so no smaller head than before, also where one
// who is behind shows it such a head and the lead no other.
func TestRestoredMemberCosignsNothingSmaller(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		r := newRecord()
		r.listen(c)
		var late, silent atomic.Bool
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			inner := c.serve[m]
			c.serve[m] = func(h http.Handler) http.Handler {
				h = inner(h)
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					from, _ := plainCaller(req)
					path := strings.TrimPrefix(req.URL.Path, linkPath)
					switch {
					case from == "SYR" && path == "/cosign" && late.Load():
						w.WriteHeader(http.StatusNoContent) // as what is late is answered
					case from == "SYR" && (path == "/stream" || path == "/head") && silent.Load():
						w.WriteHeader(http.StatusServiceUnavailable)
					default:
						h.ServeHTTP(w, req)
					}
				})
			}
		}
		c.startAll()
		c.file("SYR", 2)
		c.certified(3, four...)
		backup := filepath.Join(t.TempDir(), "SYR")
		await(t, c.posts["IRQ"].Station, "SYR's cosignature of what it goes back to", func() bool {
			cp, _, err := tlog.ParseCheckpoint(c.posts["IRQ"].watch.provenOf("SYR"))
			return err == nil && cp.Size == 3
		})
		check(t, store.Copy(context.Background(), c.path("SYR"), backup))
		late.Store(true)
		c.file("IRQ", 2)
		c.certified(5, "IRQ", "IRN", "RUS")
		c.net.sever("IRN", true)
		c.file("IRQ", 2)
		await(t, c.posts["SYR"].Station, "its own cosignature of 7 leaves", func() bool { return len(r.cosigned("SYR")[7]) == 1 })

		c.stop("SYR")
		copyFile(t, backup, c.path("SYR"))
		silent.Store(true)
		late.Store(false)
		c.net.part("IRN", "SYR", false)
		c.start("SYR")
		await(t, c.posts["SYR"].Station, "the leaves of the one that is behind", func() bool { return c.posts["SYR"].Size() == 5 })
		time.Sleep(10 * time.Minute)
		syr := c.posts["SYR"]
		syr.recovery.mu.Lock()
		answered := len(syr.recovery.answered)
		syr.recovery.mu.Unlock()
		if answered != 3 || syr.Size() != 5 {
			t.Fatalf("SYR has %d leaves, and %d have told it what it signed", syr.Size(), answered)
		}
		r.innocent(t, c.posts["IRQ"].Station)
		silent.Store(false)
		c.net.sever("IRN", false)
		c.recovered("SYR")
		c.file("SYR", 1)
		c.certified(8, four...)
		r.innocent(t, c.posts["IRQ"].Station)
	})
}
