package node

import (
	"context"
	"fmt"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// The ledger says of each holder what was taken back from it and since when:
// a narrowing of one bears on no other, and a recall on all. What was declined
// to whom stands among the refusals, as it was said and as it was drafted.
func TestLedgerTellsWhatWasTakenBackAndRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", four...)
	one := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts"), portion(l, "IRN", "the bakery is open")}})
	two := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the heliotrope is closed")}})
	for _, text := range []string{"quincunx", "heliotrope"} {
		h.find("IRN", viewdb.Query{Text: text}, 1)
	}
	h.recall("IRN", Recall{Kind: act.RecallNarrowing, Reason: act.ReasonMistake, Report: one, Numbers: []int{1}, From: label.Members("RUS")})
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: two})
	duty := h.officer("IRN", "duty", section.RoleDuty)
	ledger := func(q LedgerQuery) []Disclosed {
		t.Helper()
		rows, err := h.nodes["IRN"].Ledger(ctx, duty, q)
		check(t, err)
		return rows
	}
	h.eventually("what is taken back stands in the ledger", func() bool { return len(ledger(LedgerQuery{Recalled: true})) == 4 })
	said := map[string]int{}
	for _, d := range ledger(LedgerQuery{Recalled: true}) {
		// Log times are kept to the minute, so the newest may have none yet.
		if !d.Stands.IsZero() && d.Stands.Before(d.Logged) || d.Standing.Index <= d.Index || d.Standing.Act == "" || d.Followed == "" {
			t.Errorf("by which act since when, and how far it is followed: %+v", d)
		}
		said[d.Holder+" "+d.Standing.Kind+" "+d.Standing.Reason]++
	}
	if fmt.Sprint(said) != "map[IRQ recall error:1 RUS narrowing release-mistake:1 RUS recall error:1 SYR recall error:1]" {
		t.Errorf("the ledger says %v", said)
	}
	for _, d := range ledger(LedgerQuery{}) {
		if d.N == 1 && d.Standing.Kind != "" || d.N == 0 && d.Holder != "RUS" && d.Standing.Kind == string(act.RecallNarrowing) {
			t.Errorf("%s, portion %d: %+v", d.Holder, d.N, d.Standing)
		}
	}
	if rows := ledger(LedgerQuery{}); len(rows) != 9 || len(ledger(LedgerQuery{Ended: true})) != 0 {
		t.Errorf("the whole ledger has %d rows", len(rows))
	}
	// The narrowing changes nothing that IRN itself reads.
	if rows := h.find("IRN", viewdb.Query{Text: "quincunx"}, 1); len(rows) != 1 {
		t.Errorf("IRN finds %d reports", len(rows))
	}

	h.releaseStatement("RUS", KindRequest, flour("IRN"))
	asked := h.board("IRN", 1)[0]
	h.releaseStatement("IRN", KindAnswer, Answer{Request: act.ID(asked.ID), Alike: true, Final: true, Parts: []AnswerPart{
		{Number: 1, State: act.AnswerDeclined}, {Number: 2, State: act.AnswerNoHolding}}})
	h.said("IRN", act.TypeAnswer, 1)
	h.said("RUS", act.TypeAnswer, 1)
	refused, err := h.nodes["IRN"].Refusals(ctx, duty, 0, 10)
	check(t, err)
	if len(refused) != 1 || refused[0].Answer == nil || refused[0].Request == nil || refused[0].Answer.Answer.Parts[0].State != act.AnswerNothing ||
		refused[0].Answer.Truth == nil || refused[0].Answer.Truth.Parts[0].State != act.AnswerDeclined {
		t.Errorf("IRN refused %+v", refused)
	}
	if refused, err = h.nodes["RUS"].Refusals(ctx, h.officer("RUS", "duty", section.RoleDuty), 0, 10); err != nil || len(refused) != 0 {
		t.Errorf("RUS refused %+v, %v: what was declined to it is none of its refusals", refused, err)
	}
}
