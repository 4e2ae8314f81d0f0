package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/feed"
	"entente/internal/section"
	"entente/label"
)

// A report under review, or in doubt, is handed to no tool: a tool could not be
// shown that it is (spec/feed.md). It is handed out again once its doubt was
// lifted.
func TestToolsAreNotServedWhatIsInDoubtOrUnderReview(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	tool := h.tool("IRQ", "platform", "", feed.Grants{Clearance: feed.Clearance{Class: "SECRET", Members: label.Members(four...)}, Read: []string{feed.Reports}})
	l := mark("RESTRICTED", "IRN", four...)
	taken := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts")}})
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the heliotrope is closed")}})
	_, ps := h.portions("RUS", "quincunx")
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", "RUS", four...), "RUS", "a depot of note, amaranth", ps[0])}})
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "the bakery is viridian")}})
	for _, text := range []string{"quincunx", "heliotrope", "amaranth", "viridian"} {
		tool.sees("reports", text, true)
	}

	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: taken})
	tool.sees("reports", "quincunx", false)
	tool.sees("reports", "amaranth", false)

	doubted, held := h.portions("SYR", "heliotrope")
	h.recall("SYR", Recall{Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Report: doubted.ID})
	tool.sees("reports", "heliotrope", false)
	tool.sees("reports", "viridian", true)

	ctx := context.Background()
	x, err := h.nodes["SYR"].PutUp(ctx, h.officer("SYR", "duty", section.RoleDuty), KindRecall, Recall{Kind: act.RecallCleared, Portions: []act.PortionRef{{Portion: held[0].ID, Digest: held[0].Digest}}})
	check(t, err)
	_, err = h.nodes["SYR"].Approve(ctx, h.officer("SYR", "fdo", section.RoleRelease), x.Decision.ID, x.Decision.Digest)
	check(t, err)
	tool.sees("reports", "heliotrope", true)
	tool.sees("reports", "amaranth", false)
}
