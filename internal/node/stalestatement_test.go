package node

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

// What was right when it was written does not leave when it is so no more
// (spec/requests.md, "Refusals": and again when it is to leave).
func TestWhatRestsOnALineThatHasEndedDoesNotLeave(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	rus, duty := h.nodes["RUS"], h.officer("RUS", "duty", section.RoleDuty)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 1", Kind: act.PIR, Title: "Relief by road"})
	h.said("RUS", act.TypeRequirement, 1)
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: "Northern road"})
	h.said("RUS", act.TypeCoverage, 1)
	r := flour("IRQ")
	r.Requirement = "PIR 1"
	rests := []struct {
		code, kind string
		content    any
	}{
		{"request_requirement", KindRequest, r},
		{"register_parent", KindRequirement, Requirement{Reference: "EEI 1.1", Kind: act.EEI, Parent: "PIR 1", Title: "Flour"}},
		{"register_ended", KindRequirement, Requirement{Reference: "PIR 1", State: act.RegisterEnded}},
		{"register_ended", KindCoverage, Coverage{Subject: "Northern road", State: act.RegisterEnded}},
	}
	var drafts []section.Draft
	for _, c := range rests {
		raw, err := json.Marshal(c.content)
		check(t, err)
		d, err := rus.SaveStatement(ctx, duty, c.kind, "", "", raw)
		check(t, err)
		drafts = append(drafts, d)
		if plan, err := rus.Plan(ctx, duty, d.ID); err != nil || plan.Blocked != "" {
			t.Errorf("%s of %s: it may not leave while the line stands: %+v %v", c.code, c.kind, plan, err)
		}
	}
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 1", State: act.RegisterEnded})
	h.said("RUS", act.TypeRequirement, 2)
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: "Northern road", State: act.RegisterEnded})
	h.said("RUS", act.TypeCoverage, 2)
	for i, c := range rests {
		plan, err := rus.Plan(ctx, duty, drafts[i].ID)
		check(t, err)
		if len(plan.Findings) != 1 || plan.Findings[0].Code != c.code {
			t.Errorf("a %s: want %s, got %+v", c.kind, c.code, plan.Findings)
		}
	}
}

// What ends is told to all who were told before, whomever the officer names.
func TestTheEndOfALineIsToldToAllWhoKnew(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: "Northern road", To: label.Members("IRN", "IRQ")})
	h.said("RUS", act.TypeCoverage, 2)
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: "Northern road", State: act.RegisterEnded, To: label.Members("IRQ", "SYR")})
	h.said("RUS", act.TypeCoverage, 5)
	h.said("IRN", act.TypeCoverage, 2)
	h.said("IRQ", act.TypeCoverage, 2)
	h.said("SYR", act.TypeCoverage, 1)
}

// That the node cannot read what it has is no refusal of what an officer wrote.
func TestAFaultOfTheStoreIsNoRefusal(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseStatement("RUS", KindRequest, flour("IRQ"))
	asked := act.ID(h.board("IRQ", 1)[0].ID)
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	join := Request{Purpose: "relief", LegalBasis: "agreement", Joins: asked}
	for kind, content := range map[string]any{
		KindRequest: join,
		KindAnswer:  Answer{Request: asked, Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}}},
		KindClosing: Closing{Requests: []act.ID{asked}, All: true, Outcome: act.ClosedMet},
		KindConsent: Consent{Step: act.ConsentGrant, Answers: asked},
	} {
		raw, err := json.Marshal(content)
		check(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, fs, err := statementKinds[kind].settle(ctx, h.nodes["IRQ"].Node, duty, raw)
		if !errors.Is(err, context.Canceled) || len(fs) > 0 {
			t.Errorf("%s: %v, %+v", kind, err, fs)
		}
	}
}
