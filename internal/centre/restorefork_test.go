package centre

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/store"
	"entente/label"
	"entente/tlog"
)

// cosigned returns the heads that a member has cosigned, by size and root,
// whether they left or not.
func (r *record) cosigned(by label.MemberID) map[int64]map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[int64]map[string]bool{}
	for _, s := range r.signed {
		f := strings.Split(s.message, "\n")
		if s.by != by || f[0] != "cosignature/v1" {
			continue
		}
		size, _ := strconv.ParseInt(f[3], 10, 64)
		if out[size] == nil {
			out[size] = map[string]bool{}
		}
		out[size][f[4]] = true
	}
	return out
}

// A member that has cosigned a head, and is restored from a backup that is older
// than it, does not cosign another head that the lead makes up for the same
// place, as long as it hears the lead alone, nor when it hears the others again:
// the two would convict it although it was honest.
func TestRestoredMemberCosignsNoFork(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		r := newRecord()
		r.listen(c)
		c.startAll()
		c.file("SYR", 2)
		c.certified(3, four...)
		backups := t.TempDir()
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			check(t, store.Copy(context.Background(), c.path(m), filepath.Join(backups, string(m))))
		}
		c.file("SYR", 2)
		c.certified(5, four...)
		// A quorum certifies a head without RUS, whose own cosignature may come later.
		await(t, c.posts["RUS"].Station, "its own cosignature of what it is to contradict", func() bool {
			return len(r.cosigned("RUS")[5]) == 1
		})

		// The lead goes back on purpose, and RUS because it must.
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			c.stop(m)
			copyFile(t, filepath.Join(backups, string(m)), c.path(m))
			for _, o := range []label.MemberID{"IRN", "SYR"} {
				c.net.part(m, o, true)
			}
		}
		c.start("IRQ")
		lead := c.posts["IRQ"]
		lead.recovery.mu.Lock()
		lead.recovery.headerOK, lead.recovery.coOK = true, true
		lead.recovery.mu.Unlock()
		lead.Station.mu.Lock()
		lead.bump()
		lead.Station.mu.Unlock()
		c.start("RUS")
		c.file("IRQ", 2)
		await(t, c.posts["RUS"].Station, "the other leaves", func() bool { return c.posts["RUS"].Size() == 5 })
		time.Sleep(10 * time.Minute)
		honest := func(when string) {
			t.Helper()
			for size, roots := range r.cosigned("RUS") {
				want, err := tlog.RootAt(size, c.posts["IRN"].log)
				check(t, err)
				for root := range roots {
					if root != want.String() {
						t.Errorf("%s, RUS has cosigned a head of size %d that contradicts one that it cosigned before its restore", when, size)
					}
				}
			}
		}
		honest("with the lead alone")
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			for _, o := range []label.MemberID{"IRN", "SYR"} {
				c.net.part(m, o, false)
			}
		}
		time.Sleep(10 * time.Minute)
		honest("with all others")
	})
}
