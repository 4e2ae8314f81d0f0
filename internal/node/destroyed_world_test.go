package node

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// What all others have destroyed while a node was without a line is not awaited
// for ever: it is told of as destroyed, and the node goes on with what came
// after it and cosigns again. As long as one member still has it, it comes.
func TestWhatAllHaveDestroyedIsNotAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRQ", nil)
		w.tuning = centre.Tuning{CompareEvery: 10 * time.Second}
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		w.report("IRQ", "ordinary")
		w.find("SYR", viewdb.Query{Text: "ordinary"}, 1)

		w.halt("SYR")
		w.report("IRQ", "withdrawn")
		w.report("IRQ", "kept by one")
		w.settle(time.Minute)
		index := w.find("IRQ", viewdb.Query{Text: "withdrawn"}, 1)[0].Index
		for _, m := range four[:3] {
			words := []string{"withdrawn", "kept"}
			if m == "IRN" {
				words = words[:1]
			}
			for _, word := range words {
				row := w.find(m, viewdb.Query{Text: word}, 1)[0]
				_, err := w.nodes[m].Forget(context.Background(), w.officer(m, "dpo", section.RoleDPO), "review 1", row.ID)
				check(t, err)
			}
		}
		w.startNodes("SYR")
		w.settle(2 * time.Minute)
		w.report("IRQ", "afterwards")
		w.settle(time.Minute)

		syr := w.nodes["SYR"]
		w.find("SYR", viewdb.Query{Text: "afterwards"}, 1)
		w.find("SYR", viewdb.Query{Text: "kept"}, 1)
		got := w.quarantined("SYR", 1)
		if len(got) != 1 || got[0] != codeDestroyed {
			t.Errorf("SYR tells of %v, want leaf %d as %s", got, index, codeDestroyed)
		}
		st, err := syr.Station().Status(context.Background())
		check(t, err)
		if st.BodiesAbsent != 0 {
			t.Errorf("SYR still awaits %d bodies", st.BodiesAbsent)
		}
		if !w.madeAgain("SYR") {
			t.Error("the views made again differ")
		}
	})
}
