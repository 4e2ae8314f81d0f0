package node

import (
	"bytes"
	"context"
	"testing"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// What was destroyed stands in the inspection with who ordered it and why, and
// with nothing of what was in it.
func TestInspectionTellsWhatWasErased(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Celadon", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "the quincunx has five huts")}})
	row := h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]
	insp := h.officer("RUS", "insp", section.RoleInspector)
	dpo := h.officer("RUS", "dpo", section.RoleDPO)
	rus := h.nodes["RUS"]
	h.atRest(four...)
	to, _ := rus.Projected()
	h.eventually("the head over all that is projected is kept", func() bool {
		head, err := rus.log.LastHead(t.Context())
		check(t, err)
		return head.Size >= to
	})
	told := func() (e inspection.Entry, raw []byte) {
		t.Helper()
		raw = inspect(t, rus.Node, insp, to, true)
		_, _, err := inspection.Read(bytes.NewReader(raw), func(_ inspection.Head, x *inspection.Entry) error {
			if x.Index == row.Index {
				e = *x
			}
			return nil
		})
		check(t, err)
		return e, raw
	}
	if e, _ := told(); e.What != "received" || e.Title != "Celadon" || e.Evidence == nil {
		t.Fatalf("before: %+v", e)
	}
	_, err := rus.Forget(context.Background(), dpo, "request 7", row.ID)
	check(t, err)
	e, raw := told()
	if e.What != "erased" || e.By != "dpo" || e.Basis != "request 7" || e.Originator != "IRQ" || e.ActDigest != "" || e.Evidence != nil {
		t.Errorf("%+v", e)
	}
	if bytes.Contains(raw, []byte("Celadon")) {
		t.Error("the title is told")
	}
}
