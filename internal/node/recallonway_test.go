package node

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// letGo has a report of IRN to RUS approved and returns its draft and decision.
func (h *house) letGo(text string) (draft string, dec section.Decision) {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes["IRN"]
	duty, fdo := h.officer("IRN", "duty", section.RoleDuty), h.officer("IRN", "fdo", section.RoleRelease)
	saved, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", "IRN", "RUS"), "IRN", text)}})
	check(h.t, err)
	dec, err = n.Prepare(ctx, duty, []string{saved.ID}, "")
	check(h.t, err)
	dec, err = n.Approve(ctx, fdo, dec.ID, dec.Digest)
	check(h.t, err)
	return saved.ID, dec
}

// What was let go and has not reached the log is recalled before it arrives: at
// once, by one officer, to whom it will have reached. Held up before it is
// sealed, and between sealing and the log.
func TestWhatIsOnItsWayIsRecalled(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	irn := h.nodes["IRN"]
	fdo := h.officer("IRN", "fdo", section.RoleRelease)
	gone := func(word string, recalls int) {
		t.Helper()
		h.said("RUS", act.TypeRecall, recalls)
		for _, m := range []label.MemberID{"RUS", "IRN"} {
			h.eventually(string(m)+" shows it no more", func() bool {
				rows, err := h.nodes[m].Views().Find(ctx, viewdb.Query{Text: word})
				check(t, err)
				return len(rows) == 0
			})
		}
	}
	take := func(draft string) *Issued {
		t.Helper()
		x := h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
		if !x.Waits || len(x.Acts) != 0 || x.Decision.State != section.Approved {
			t.Errorf("a recall of what is on its way: %+v", x)
		}
		// What gives something back does not wait.
		if _, err := irn.PutUp(ctx, h.officer("IRN", "duty", section.RoleDuty), KindRecall, Recall{Kind: act.RecallCleared, Report: draft}); !errors.Is(err, ErrOnItsWay) {
			t.Errorf("cleared on its way: %v", err)
		}
		return x
	}

	// Approved, and not sealed.
	irn.releasing.Lock()
	draft, _ := h.letGo("the quincunx has five huts")
	take(draft)
	irn.releasing.Unlock()
	gone("quincunx", 1)

	// Sealed, and the lead away.
	h.nodes["IRQ"].stop()
	delete(h.nodes, "IRQ")
	draft, dec := h.letGo("the heliotrope has six huts")
	h.eventually("it is sealed", func() bool {
		d, err := irn.section.Decision(ctx, fdo, dec.ID)
		check(t, err)
		return d.State == section.Done
	})
	take(draft)
	h.start("IRQ")
	gone("heliotrope", 2)
	// Each reached its reader, who had the view and lost it.
	var recalled []string
	for _, s := range h.said("RUS", act.TypeRecall, 2) {
		a, err := act.Parse(s.Act)
		check(t, err)
		for _, p := range a.Recall.Portions {
			recalled = append(recalled, string(p.Portion))
		}
	}
	held, err := h.nodes["RUS"].Views().Got(ctx, [][16]byte{rawID(act.ID(recalled[0])), rawID(act.ID(recalled[1]))})
	check(t, err)
	if len(held) != 2 {
		t.Errorf("RUS held %d of the two", len(held))
	}

	// What never left is recalled from nobody, and the decision says so.
	irn.releasing.Lock()
	draft, dec = h.letGo("the amaranth has seven huts")
	x := take(draft)
	_, err = irn.section.BeginRelease(ctx, dec.ID)
	check(t, err)
	check(t, irn.section.FailRelease(ctx, dec.ID, "held up by a test"))
	irn.releasing.Unlock()
	h.eventually("the recall ends", func() bool {
		d, err := irn.section.Decision(ctx, fdo, x.Decision.ID)
		check(t, err)
		return d.State == section.Failed && strings.Contains(d.Reason, "not here")
	})
	h.said("RUS", act.TypeRecall, 2)
}
