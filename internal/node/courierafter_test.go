package node

import (
	"context"
	"testing"

	"entente/internal/store/viewdb"
)

// An adoption that fails after the sender's envelopes were stored leaves nothing
// of them to be handed in: the bundle counts as not imported. Adopted after all,
// they are in the log once.
func TestWhatIsNotAdoptedIsNotSubmitted(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	o := h.custodian("RUS")
	h.atRest(four...)
	h.cut("SYR")
	_, err := h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	syr, rus := h.nodes["SYR"], h.nodes["RUS"]
	check(t, syr.ConfirmBundles(t.Context(), h.custodian("SYR"), nil))
	h.say("SYR", "from the dark perihelion")
	h.filedBy("SYR")
	file := h.export("SYR", "RUS", 0)
	id, err := h.stage("RUS", file)
	check(t, err)
	stored := func() (n int) {
		t.Helper()
		check(t, rus.log.DB().Reader.QueryRow(`SELECT count(*) FROM relay`).Scan(&n))
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rep, err := rus.ImportBundle(ctx, o, id, func(int64, int64) {
		if stored() > 0 {
			cancel() // the next write fails
		}
	})
	if err == nil || rep.Imported || rep.Envelopes == 0 {
		t.Fatalf("it was imported: %+v %v", rep, err)
	}
	if n := stored(); n != rep.Envelopes {
		t.Errorf("%d envelopes are stored, want %d", n, rep.Envelopes)
	}
	if left, err := rus.log.RelayFrom(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("for the lead: %v %v", left, err)
	}
	h.say("IRQ", "meanwhile quincunx")
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	h.find("IRN", viewdb.Query{Text: "perihelion"}, 0)

	_, err = h.importFile("RUS", file)
	check(t, err)
	h.find("IRN", viewdb.Query{Text: "perihelion"}, 1)
	h.eventually("nothing is left to hand in", func() bool { return stored() == 0 })
}
