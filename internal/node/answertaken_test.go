package node

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// An answer gives nothing that was taken back from its asker, neither when it is
// written nor when it is to leave (spec/requests.md, "Refusals").
func TestAnAnswerGivesNothingThatWasTakenBack(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseStatement("RUS", KindRequest, flour("IRN"))
	asked := h.board("IRN", 1)[0]
	l := mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS")
	h.releaseReport("IRN", &Draft{ReportType: act.ANSWER, Portions: []act.PortionInput{portion(l, "IRN", "forty quincunx lorries"), portion(l, "IRN", "of flour"), portion(l, "IRN", "and of salt")}})
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	row, held := h.portions("IRN", "quincunx")
	ref := func(i int) act.PortionRef { return act.PortionRef{Portion: held[i].ID, Digest: held[i].Digest} }
	back := func(r Recall) {
		t.Helper()
		x := h.recall("IRN", r)
		h.eventually("it is taken back", func() bool {
			leaves, err := h.nodes["IRN"].section.Leaves(ctx, x.Decision.ID)
			check(t, err)
			return !leaves
		})
		h.atRest(four...)
	}
	back(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{ref(0)}})
	answer := func(p AnswerPart) Answer {
		p.Number, p.State = 1, act.AnswerFull
		return Answer{Request: act.ID(asked.ID), Parts: []AnswerPart{p}}
	}
	if r := h.refusedSave("IRN", KindAnswer, answer(AnswerPart{Portions: []act.PortionRef{{Portion: ref(0).Portion}}})); r.Findings[0].Code != "answer_not_given" {
		t.Errorf("what was recalled is given: %v", r)
	}
	// Of a report what is left of it is meant.
	duty := h.officer("IRN", "duty", section.RoleDuty)
	raw, err := json.Marshal(answer(AnswerPart{Report: row.ID}))
	check(t, err)
	d, err := h.nodes["IRN"].SaveStatement(ctx, duty, KindAnswer, "", "", raw)
	check(t, err)
	var saved Answer
	check(t, readStatement(d.Content, &saved))
	if len(saved.Parts[0].Portions) != 2 || saved.Parts[0].Portions[0] != ref(1) {
		t.Errorf("it gives %+v", saved.Parts[0].Portions)
	}
	if plan, err := h.nodes["IRN"].Plan(ctx, duty, d.ID); err != nil || plan.Blocked != "" {
		t.Errorf("it may not leave: %v %v", plan, err)
	}
	// Taken back from the asker alone, after the answer was written.
	back(Recall{Kind: act.RecallNarrowing, Reason: act.ReasonMistake, From: label.Members("RUS"), Portions: []act.PortionRef{ref(1)}})
	plan, err := h.nodes["IRN"].Plan(ctx, duty, d.ID)
	check(t, err)
	if len(plan.Findings) != 1 || plan.Findings[0].Code != "answer_not_given" || !strings.Contains(plan.Blocked, string(ref(1).Portion)) {
		t.Errorf("what was taken back from the asker is given: %+v", plan.Findings)
	}
	back(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{ref(2)}})
	if r := h.refusedSave("IRN", KindAnswer, answer(AnswerPart{Report: row.ID})); r.Findings[0].Code != "answer_not_given" {
		t.Errorf("a report of which nothing is left to the asker: %v", r)
	}
}
