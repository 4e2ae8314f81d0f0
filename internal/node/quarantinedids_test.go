package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// A view that is quarantined has taken no id, neither its own nor those of its
// portions: what its originator says under them next comes to the same however the
// log is cut into runs, and when what stands is forgotten.
func TestWhatIsQuarantinedTakesNoID(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	say := func(id act.ID, text string, portions ...act.ID) {
		in := portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", text)
		var made []act.Portion
		for _, pid := range portions {
			in.ID = pid
			p, err := act.NewPortion(in)
			check(t, err)
			made = append(made, p)
		}
		v, err := act.BuildView(act.View{ID: id, Type: act.INTREP, Title: "A report", Written: minuteNow(), To: label.Members("RUS"), Label: in.Label}, made)
		check(t, err)
		h.speaks("IRQ", v.Raw, "RUS")
		h.projected("RUS", "IRQ")
	}
	id, first, second := act.NewID(), act.NewID(), act.NewID()
	say(act.NewID(), "the first, quincunx", first)
	say(id, "otherwise, amaranth", second, first) // a conflict in its last portion
	say(id, "under its id, celadon", act.NewID())
	say(act.NewID(), "with its other portion, viridian", second)
	for _, word := range []string{"quincunx", "celadon", "viridian"} {
		h.find("RUS", viewdb.Query{Text: word}, 1)
	}
	h.gone("RUS", "amaranth")
	h.madeAgain("RUS")
	_, err := h.nodes["RUS"].Forget(ctx, h.officer("RUS", "dpo", section.RoleDPO), "case 7", string(id))
	check(t, err)
	h.madeAgain("RUS")
}
