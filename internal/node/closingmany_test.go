package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// Sixteen requests are closed at once, in more envelopes than there are members:
// all of them are on record, also when they were filed and the record was cut
// off.
func TestSixteenRequestsAreClosedAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	for range 6 {
		h.releaseStatement("RUS", KindRequest, flour("IRN", "IRQ", "SYR"))
	}
	c := Closing{Outcome: act.ClosedWithdrawn}
	for _, s := range h.said("RUS", act.TypeRequest, 18)[:act.MaxRecipients] {
		c.Requests = append(c.Requests, act.ID(s.ID))
	}
	rus, duty := h.nodes["RUS"], h.officer("RUS", "duty", section.RoleDuty)
	before := h.nodes["RUS"].station.Certified().Size
	d := h.releaseStatement("RUS", KindClosing, c)
	h.said("RUS", act.TypeClosing, act.MaxRecipients)
	h.atRest(four...)
	size := int(rus.station.Certified().Size - before)
	at, err := rus.section.EnvelopesOf(ctx, d.ID)
	check(t, err)
	if len(at) != size || size != 18 {
		t.Errorf("it left as %d envelopes, and %d are on record", size, len(at))
	}
	st, err := rus.StateOf(ctx, duty, d.ID)
	check(t, err)
	if st.State != "logged" || len(st.Views) != act.MaxRecipients {
		t.Errorf("%s, %d acts", st.State, len(st.Views))
	}
	own := true
	if open := h.requests("RUS", viewdb.RequestQuery{Own: &own, Open: true}); len(open) != 2 {
		t.Errorf("%d are open", len(open))
	}
	// After an interruption they are found by what the log has of them.
	done, err := rus.section.DecisionsIn(ctx, section.Done, noTime, "", 100)
	check(t, err)
	found := 0
	for _, dec := range done {
		filed, err := (&sender{n: rus.Node, d: dec}).filedOf(ctx, []section.Draft{d})
		check(t, err)
		found += len(filed[d.ID])
	}
	if found != size {
		t.Errorf("after an interruption %d of %d would be on record", found, size)
	}
}
