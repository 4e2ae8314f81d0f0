package node

import (
	"context"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
)

// A plan says of nobody that it sees what cannot leave, and advises nothing that
// rule 19 would refuse.
func TestAPlanPromisesAndAdvisesWhatCanBe(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx, n := context.Background(), h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	planned := func(p act.PortionInput) *Plan {
		t.Helper()
		d, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
		check(t, err)
		plan, err := n.ReadPlan(ctx, duty, d.ID)
		check(t, err)
		return plan
	}
	p := planned(record("IRQ", "RUS", "a juniper was seen"))
	if p.Blocked != "" || !strings.HasPrefix(p.Explain["RUS"], "RUS sees all of it") {
		t.Errorf("what can leave: %q %q", p.Blocked, p.Explain["RUS"])
	}
	if got := p.Explain["IRN"]; strings.Contains(got, "widen") || !strings.Contains(got, "a second member alone (rule 19)") {
		t.Errorf("for a third member: %q", got)
	}
	lacking := record("IRQ", "RUS", "a juniper was seen")
	lacking.PersonData = nil
	if p := planned(lacking); p.Blocked == "" || !strings.HasPrefix(p.Explain["RUS"], "RUS would see all of it") {
		t.Errorf("what cannot leave: %q %q", p.Blocked, p.Explain["RUS"])
	}
}
