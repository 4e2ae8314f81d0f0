package node

import (
	"context"
	"slices"
	"testing"

	"entente/internal/store/viewdb"
	"entente/label"
)

// A member without a line learns from a bundle what its sender has received of
// it, although the receipt reaches to the end of the bundle's log, of which
// nothing is read here yet when it comes; and so does a member with a line, also
// where whoever imports has gone as soon as the bundle was noted.
func TestCourierBringsReceipts(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.atRest(four...)
	h.cut("SYR")
	_, err := h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	check(t, h.nodes["SYR"].ConfirmBundles(t.Context(), h.custodian("SYR"), nil))
	h.say("SYR", "from the dark perihelion")
	h.filedBy("SYR")
	_, err = h.importFile("RUS", h.export("SYR", "RUS", 0))
	check(t, err)
	h.say("RUS", "said back quincunx")
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 1)
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	h.atRest("IRQ", "IRN", "RUS")

	received := func(n *Node, index int64, by label.MemberID) {
		t.Helper()
		h.eventually("the receipt of "+string(by)+" to be taken", func() bool {
			return slices.Contains(n.receipts.by(index, []string{string(by)}), by)
		})
	}
	_, err = h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	received(h.nodes["SYR"].Node, h.find("SYR", viewdb.Query{Text: "perihelion"}, 1)[0].Index, "RUS")

	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	id, err := h.stage("RUS", h.export("SYR", "RUS", 0))
	check(t, err)
	ctx, gone := context.WithCancel(t.Context())
	defer gone()
	rus := h.nodes["RUS"]
	rus.fault = func(stage string, _ int64) {
		if stage == "courier/noted" {
			gone()
		}
	}
	rep, err := rus.ImportBundle(ctx, h.custodian("RUS"), id, nil)
	if err != nil || !rep.Imported {
		t.Fatalf("it was noted, and is said not to be imported: %+v %v", rep, err)
	}
	received(rus.Node, h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0].Index, "SYR")
	if _, whole, err := rus.StagedBundle(t.Context(), h.custodian("RUS"), id); err != nil || whole {
		t.Errorf("its copy is still there (%v)", err)
	}
}
