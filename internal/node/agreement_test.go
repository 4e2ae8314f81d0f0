package node

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// record is a portion about an invented person, released to one other member.
func record(m, other label.MemberID, text string) act.PortionInput {
	p := portion(mark("RESTRICTED", m, m, other), m, text)
	end, _ := label.InstantOf(time.Now().Add(24 * time.Hour).Truncate(time.Second))
	p.Label.Personal, p.Label.ReviewBy = true, end
	p.PersonData = &act.PersonData{Categories: []act.Category{act.CategorySuspect}, Purpose: "An invented case.", LegalBasis: "Invented law.", Ground: "An invented act."}
	return p
}

// A record of a person goes to one other member, and further when a second
// member has agreed: RUS, which reads it, grants for IRN, and IRQ does (rule 19).
// Neither of them alone takes it there.
func TestASecondMemberAgreesBeforeARecordOfAPersonIsMultilateral(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	duty := h.officer("IRQ", "duty", section.RoleDuty)

	wide := record("IRQ", "RUS", "a juniper was seen")
	wide.Label.Rel = label.Members("IRN", "IRQ", "RUS")
	var refused *Refused
	if _, err := h.nodes["IRQ"].SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{wide}}); !errors.As(err, &refused) || refused.Findings[0].Code != act.ErrSecondMember.Code {
		t.Fatalf("a record for two others is saved: %v", err)
	}

	// By the grant of its originator alone it goes to nobody else either.
	alone := record("IRQ", "RUS", "a hawthorn was seen")
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{alone}})
	c := h.cite("IRQ", "hawthorn")
	raw, err := json.Marshal(Consent{Step: act.ConsentGrant, By: "IRQ", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: c.Portion}}})
	check(t, err)
	_, err = h.nodes["IRQ"].SaveStatement(ctx, duty, KindConsent, "", "", raw)
	if refused = nil; !errors.As(err, &refused) || refused.Findings[0].Code != act.ErrSecondMember.Code {
		t.Fatalf("IRQ grants a record of a person alone: %v", err)
	}

	agreed := record("IRQ", "RUS", "a juniper was seen")
	agreed.Label.ConsentNeeded = label.Members("RUS")
	d := &Draft{ReportType: act.INTREP, Title: "Juniper", Portions: []act.PortionInput{agreed}}
	first := h.releaseReport("IRQ", d)
	ref := []act.PortionRef{{Portion: h.cite("IRQ", "juniper").Portion}}
	h.find("RUS", viewdb.Query{Text: "juniper"}, 1)
	h.find("IRN", viewdb.Query{Text: "juniper"}, 0)

	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Portions: ref, Basis: "IRN has the same case."})
	ask := h.said("RUS", act.TypeConsent, 1)[0]
	// IRQ has granted and RUS has not said a word: nobody else sees it.
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "IRQ", Members: label.Members("IRN"), Portions: ref})
	h.said("IRQ", act.TypeConsent, 2)
	again := &Draft{ReportType: act.INTREP, Title: "Juniper", Portions: d.Portions, Supersedes: first}
	if to, p := h.sees("IRQ", again); !to.Equal(label.Members("IRQ", "RUS")) || p.Blocked != "" {
		t.Fatalf("before RUS agrees %s see it: %s", to, p.Blocked)
	}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, Answers: act.ID(ask.ID)})
	h.said("IRQ", act.TypeConsent, 3)
	h.said("IRN", act.TypeConsent, 2)
	if to, p := h.sees("IRQ", again); !to.Equal(label.Members("IRN", "IRQ", "RUS")) || p.Blocked != "" {
		t.Fatalf("after RUS has agreed %s see it: %s", to, p.Blocked)
	}
	h.releaseReport("IRQ", again)
	if row := h.find("IRN", viewdb.Query{Text: "juniper"}, 1)[0]; row.Doubt != "" {
		t.Errorf("IRN doubts it: %s", row.Doubt)
	}

	// Withdrawn, it goes to nobody else any more.
	grant := ""
	for _, w := range h.said("RUS", act.TypeConsent, 2) {
		if w.Own {
			grant = w.ID
		}
	}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: act.ID(grant)})
	h.said("IRQ", act.TypeConsent, 4)
	if to, _ := h.sees("IRQ", again); to.Contains("IRN") {
		t.Errorf("after RUS has withdrawn %s see it", to)
	}
}
