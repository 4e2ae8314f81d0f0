package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// Journey J1: an INTREP of four portions, three for all, the fourth not for SYR.
func TestReportReachesThoseItIsReleasableTo(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	all := mark("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR")
	three := mark("SECRET", "IRQ", "IRQ", "RUS", "IRN")
	d := &Draft{ReportType: act.INTREP, Title: "", Portions: []act.PortionInput{
		portion(all, "IRQ", "alpha crossing at the bridge"), portion(all, "IRQ", "bravo market closed"),
		portion(all, "IRQ", "charlie road open"), portion(three, "IRQ", "delta quincunx depot"),
	}}
	h.releaseReport("IRQ", d)
	for _, m := range four[1:3] {
		rows := h.find(m, viewdb.Query{Text: "quincunx"}, 1)
		if rows[0].Portions != 4 {
			t.Errorf("%s sees %d portions, want 4", m, rows[0].Portions)
		}
	}
	rows := h.find("SYR", viewdb.Query{Text: "bridge"}, 1)
	if rows[0].Portions != 3 {
		t.Errorf("SYR sees %d portions, want 3", rows[0].Portions)
	}
	if rows, err := h.nodes["SYR"].Views().Find(context.Background(), viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
		t.Errorf("SYR finds a word of portion 4: %v %v", rows, err)
	}
	o := h.officer("RUS", "an", section.RoleAnalyst)
	r, err := h.nodes["RUS"].Report(context.Background(), o, h.find("RUS", viewdb.Query{}, 1)[0].ID)
	check(t, err)
	t.Logf("%+v", r.Row)
}
