package node

import (
	"context"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// A consent is on a portion, which id and digest name together: IRQ, who gives a
// text of its own the id of what RUS has taken back from IRN, and is granted that,
// gets nothing else by it; and a withdrawal of that leaves other grants in force.
func TestAConsentIsOnNothingElseOfTheSameID(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("RESTRICTED", "RUS", "RUS", "IRQ")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	first := act.PortionRef{Portion: source.Portion, Digest: source.Digest}
	in := portion(two, "IRQ", "a quincunx")
	in.ID, in.Salt = source.Portion, string(act.NewID())
	in.Label.Originators = label.Members("IRQ", "RUS")
	made, err := act.NewPortion(in)
	check(t, err)
	v, err := act.BuildView(act.View{Type: act.INTREP, Title: "A report", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRQ", "RUS"), Label: in.Label}, []act.Portion{made})
	check(t, err)
	h.speaks("IRQ", v.Raw, "RUS")
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	second := act.PortionRef{Portion: made.ID, Digest: made.Digest}
	said := 0
	speak := func(step act.ConsentStep, p act.PortionRef) {
		t.Helper()
		h.releaseStatement("RUS", KindConsent, Consent{Step: step, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{p}})
		said++
		h.said("RUS", act.TypeConsent, said)
		h.said("IRN", act.TypeConsent, said)
	}
	states := func(m label.MemberID) (out [2]label.ConsentState) {
		t.Helper()
		now := label.Instant(time.Now().Unix())
		for i, p := range []act.PortionRef{first, second} {
			of := derived(two, "what comes of it", act.Cite{Portion: p.Portion, Digest: p.Digest, Originator: "RUS"})
			of.ID = act.NewID()
			records, err := h.nodes[m].consentsFor(ctx, []act.PortionInput{of}, now, nil)
			check(t, err)
			c, err := label.NewConsents(now, records)
			check(t, err)
			out[i], _ = c.State(label.ByMember("RUS"), label.PortionID(of.ID), "IRN")
		}
		return out
	}
	speak(act.ConsentWithdraw, first)
	speak(act.ConsentGrant, second)
	if got := states("RUS"); got != [2]label.ConsentState{label.Withheld, label.Granted} {
		t.Errorf("taken back, and another granted under its id: %v", got)
	}
	speak(act.ConsentGrant, first)
	speak(act.ConsentWithdraw, second)
	if got := states("RUS"); got != [2]label.ConsentState{label.Granted, label.Withheld} {
		t.Errorf("granted, and another taken back under its id: %v", got)
	}
	words, err := h.nodes["IRN"].Consents(ctx, h.officer("IRN", "an", section.RoleAnalyst), viewdb.ConsentQuery{})
	check(t, err)
	got := map[act.PortionRef]string{}
	for _, w := range words {
		if w.Consent.Step == act.ConsentGrant {
			got[w.Consent.Portions[0]] = w.State
		}
	}
	if got[first] != "in force" || got[second] != "withdrawn" {
		t.Errorf("the grants are %q and %q", got[first], got[second])
	}
	// In the ledger the word on each stands beside it.
	word := func(step act.ConsentStep, p act.PortionRef) {
		h.releaseStatement("RUS", KindConsent, Consent{Step: step, By: "RUS", Members: label.Members("IRQ"), Portions: []act.PortionRef{p}})
		said++
		h.said("RUS", act.TypeConsent, said)
	}
	word(act.ConsentGrant, first)
	word(act.ConsentRefuse, second)
	rows, err := h.nodes["RUS"].ledger(ctx, LedgerQuery{Holder: "IRQ", Portion: first.Portion})
	check(t, err)
	steps := map[act.PortionRef]act.ConsentStep{}
	for _, d := range rows {
		if d.Consent != nil {
			steps[act.PortionRef{Portion: d.PortionID(), Digest: act.Digest(d.Digest)}] = d.Consent.Step
		}
	}
	if steps[first] != act.ConsentGrant || steps[second] != act.ConsentRefuse {
		t.Errorf("the ledger says %v", steps)
	}
}
