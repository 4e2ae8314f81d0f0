package node

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// Whoever plans or puts up again what has left, waits for a decision or was
// given up is told what became of it, and not that somebody changed it.
func TestPlanningAgainSaysWhatHappened(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	n := h.nodes["IRQ"]
	all := mark("RESTRICTED", "IRQ", four...)
	left := h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", "left")}})
	report := h.find("IRQ", viewdb.Query{Text: "left"}, 1)[0].ID
	h.atRest(four...) // the release is on record as such
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	save := func(text string) section.Draft {
		d, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", text)}})
		check(t, err)
		return d
	}
	asked, gone := save("asked"), save("gone")
	decision, err := n.Prepare(ctx, duty, []string{asked.ID}, "")
	check(t, err)
	check(t, n.section.DiscardDraft(ctx, duty, gone.ID, gone.ETag()))
	for _, c := range []struct{ id, what, want string }{
		{left, "released", "as report " + report},
		{asked.ID, "up for release", "in decision " + decision.ID + ", put up by duty at 2"},
		{gone.ID, "given up", "was given up at 2"},
	} {
		_, planned := n.Plan(ctx, duty, c.id)
		_, put := n.Prepare(ctx, duty, []string{c.id}, "")
		for _, err := range []error{planned, put} {
			var r *section.Refusal
			if !errors.As(err, &r) || r.Code != section.CodeState || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "somebody else") || r.Cure == "" {
				t.Errorf("%s: %v", c.what, err)
			}
		}
	}
	// To look at a plan changes nothing, and is refused of what is gone alone.
	for _, id := range []string{left, asked.ID} {
		if _, err := n.ReadPlan(ctx, duty, id); err != nil {
			t.Error(err)
		}
	}
}
