package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// What a recall put under review stays so when the views are made again although a
// step between the two is destroyed by then, and what is destroyed itself leaves
// nothing.
func TestAReviewOutlivesTheStepsBetween(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "the quincunx has five huts")}})
	_, ps := h.portions("RUS", "quincunx")
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", "RUS", four...), "RUS", "a depot, amaranth", ps[0])}})
	between, _ := h.portions("IRQ", "amaranth")
	_, rusPs := h.portions("SYR", "amaranth")
	h.releaseReport("SYR", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{citing(mark("RESTRICTED", "SYR", four...), "SYR", "two steps down, celadon", rusPs[0])}})
	_, syrPs := h.portions("IRN", "celadon")
	h.releaseReport("IRN", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{citing(mark("RESTRICTED", "IRN", four...), "IRN", "three steps down, viridian", syrPs[0])}})
	for _, word := range []string{"quincunx", "amaranth", "celadon", "viridian"} {
		h.find("IRQ", viewdb.Query{Text: word}, 1)
	}
	h.atRest(four...)
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
	h.atRest(four...)
	reviewed := func(when string, words ...string) {
		t.Helper()
		for _, word := range words {
			if row := h.find("IRQ", viewdb.Query{Text: word}, 1)[0]; row.Review != 1 {
				t.Errorf("%s: what says %s is not under review", when, word)
			}
		}
	}
	reviewed("before", "amaranth", "celadon", "viridian")
	dpo := h.officer("IRQ", "dpo", section.RoleDPO)
	_, err := h.nodes["IRQ"].Forget(ctx, dpo, "case 7", between.ID)
	check(t, err)
	h.madeAgain("IRQ")
	reviewed("without the first step", "celadon", "viridian")
	_, err = h.nodes["IRQ"].Forget(ctx, dpo, "case 8", h.find("IRQ", viewdb.Query{Text: "celadon"}, 1)[0].ID)
	check(t, err)
	h.madeAgain("IRQ")
	reviewed("without the second", "viridian")
	_, err = h.nodes["IRQ"].Forget(ctx, dpo, "case 9", h.find("IRQ", viewdb.Query{Text: "viridian"}, 1)[0].ID)
	check(t, err)
	h.madeAgain("IRQ")
	kept, err := h.nodes["IRQ"].log.KeptThrough(ctx, 0, 1<<40)
	check(t, err)
	if len(kept.Reviews)+len(kept.TakenBack) != 0 {
		t.Errorf("of what is destroyed is kept %+v", kept)
	}
}
