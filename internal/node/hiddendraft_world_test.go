package node

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"entente/internal/section"
)

// Rule 21: what a draft says whose review is overdue is not told by the decision by
// which it left either.
func TestADecisionTellsNoTitleOfWhatIsHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		ctx := context.Background()
		const title = "Somebody quincunx"
		w.releasePersonals(w.in(24*time.Hour), "IRQ", title, "seen")
		w.settle(2 * retentionEvery)
		irq := w.nodes["IRQ"]
		done, err := irq.section.DecisionsIn(ctx, section.Done, time.Time{}, "", 1)
		check(t, err)
		tells := func(o section.Officer) bool {
			t.Helper()
			x, err := irq.Decision(ctx, o, done[0].ID)
			check(t, err)
			return slices.Contains(x.Titles, title)
		}
		fdo, inspector := w.officer("IRQ", "fdo", section.RoleRelease), w.officer("IRQ", "insp", section.RoleInspector)
		if !tells(fdo) {
			t.Fatal("it is not told before: this test shows nothing")
		}
		time.Sleep(24 * time.Hour)
		w.report("IRN", "day one")
		if tells(fdo) {
			t.Error("an officer reads the title of what is hidden from him")
		}
		if !tells(inspector) {
			t.Error("an inspector does not")
		}
	})
}
