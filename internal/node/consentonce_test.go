package node

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

// What was refused may be granted; what was granted cannot be refused after,
// neither when it is written nor when it is to leave; what was withdrawn
// cannot be withdrawn again.
func TestConsentIsNotRefusedWhileItIsGranted(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("SECRET", "RUS", "RUS", "IRQ")
	two.ConsentNeeded = label.Members("RUS")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	_, p := h.sees("IRQ", &Draft{ReportType: act.INTSUM, Title: "Summary", Portions: []act.PortionInput{derived(two, "a hexagon was seen", source)}})
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Draft: p.Draft})
	ask := act.ID(h.said("RUS", act.TypeConsent, 1)[0].ID)
	refuse := Consent{Step: act.ConsentRefuse, Answers: ask}

	h.releaseStatement("RUS", KindConsent, refuse)
	h.said("RUS", act.TypeConsent, 2)
	// Written while it was open, and not yet let go when it is granted.
	duty := h.officer("RUS", "duty", section.RoleDuty)
	raw, err := json.Marshal(refuse)
	check(t, err)
	late, err := h.nodes["RUS"].SaveStatement(ctx, duty, KindConsent, "", "", raw)
	check(t, err)
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, Answers: ask})
	said := h.said("RUS", act.TypeConsent, 3)
	var grant string
	for i := range said {
		if a, err := act.Parse(said[i].Act); err == nil && a.Consent.Step == act.ConsentGrant {
			grant = said[i].ID
		}
	}

	if r := h.refusedSave("RUS", KindConsent, refuse); r == nil || !strings.Contains(r.Error(), "granted already") || !strings.Contains(r.Error(), "entente consent withdraw "+grant) {
		t.Errorf("a refusal of what is granted: %v", r)
	}
	if r := h.refusedSave("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: ask}); r.Findings[0].Code != "consent_not_grant" {
		t.Errorf("an ask is withdrawn: %v", r)
	}
	plan, err := h.nodes["RUS"].Plan(ctx, duty, late.ID)
	check(t, err)
	if !strings.Contains(plan.Blocked, "granted already") {
		t.Errorf("a refusal written before the grant may leave after it: %q", plan.Blocked)
	}

	withdraw := Consent{Step: act.ConsentWithdraw, Answers: act.ID(grant)}
	h.releaseStatement("RUS", KindConsent, withdraw)
	h.said("RUS", act.TypeConsent, 4)
	if r := h.refusedSave("RUS", KindConsent, withdraw); r == nil || !strings.Contains(r.Error(), "withdrawn already") {
		t.Errorf("a second withdrawal: %v", r)
	}
}

// A refusal of an ask that changes nothing says what would: whose material it is,
// or that nobody need be asked.
func TestAnAskThatChangesNothingSaysWhatWould(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")}})
	theirs := h.cite("IRQ", "convoy")
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "a hexagon was seen")}})
	own := h.cite("IRQ", "hexagon")
	_, plan := h.sees("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "an enneagon")}})
	for name, c := range map[string]struct {
		by, draft string
		of        act.ID
		members   label.MemberSet
		code, say string
	}{
		"of another than whose it is":    {"SYR", "", theirs.Portion, label.Members("IRN"), "consent_no_need", "name whose material is in it: RUS"},
		"of others, for one's own":       {"RUS", "", own.Portion, label.Members("IRN"), "consent_no_need", "this member's own"},
		"of others, for one's own draft": {"RUS", plan.Draft, "", label.Members("IRN"), "consent_no_need", "this member's own"},
	} {
		ask := Consent{Step: act.ConsentAsk, By: c.by, Members: c.members, Draft: c.draft}
		if c.of != "" {
			ask.Portions = []act.PortionRef{{Portion: c.of}}
		}
		if r := h.refusedSave("IRQ", KindConsent, ask); r.Findings[0].Code != c.code || !strings.Contains(r.Error(), c.say) {
			t.Errorf("%s: %v", name, r)
		}
	}
}
