package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// inForce says whether a member hands a report out to its own tools.
func (h *house) inForce(m label.MemberID, index int64) bool {
	h.t.Helper()
	rows, err := h.nodes[m].Views().Live(context.Background(), index, index+1, 1)
	check(h.t, err)
	return len(rows) == 1
}

// released lets a draft go that is planned already.
func (h *house) released(m label.MemberID, draft string) {
	h.t.Helper()
	ctx := context.Background()
	d, err := h.nodes[m].Prepare(ctx, h.officer(m, "duty", section.RoleDuty), []string{draft}, "")
	check(h.t, err)
	_, err = h.nodes[m].Approve(ctx, h.officer(m, "fdo", section.RoleRelease), d.ID, d.Digest)
	check(h.t, err)
}

// A grant for two members is two acts, and neither reads the other's. Both read
// what is released on it without doubt, and hand it to their tools.
func TestGrantToTwoMembersIsDoubtedByNeither(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	x, err := label.NewExternalSet(label.External{ID: "X", Holder: "IRQ"})
	check(t, err)
	held := mark("RESTRICTED", "IRQ", four...)
	held.External = x
	item := portion(held, "IRQ", "an octagon was delivered")
	item.Sources[0].Originator, item.Sources[0].Kind = "X VIA IRQ", act.KindPartner
	d := &Draft{ReportType: act.INTREP, Title: "Item", Portions: []act.PortionInput{item}}
	_, p := h.sees("IRQ", d)
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("IRN", "RUS"), Draft: p.Draft, Basis: "letter of X"})
	h.said("IRQ", act.TypeConsent, 2)
	h.released("IRQ", p.Draft)
	for _, m := range []label.MemberID{"IRN", "RUS"} {
		row := h.find(m, viewdb.Query{Text: "octagon"}, 1)[0]
		if row.Doubt != "" {
			t.Errorf("%s doubts the marking: %s", m, row.Doubt)
		}
		if !h.inForce(m, row.Index) {
			t.Errorf("%s does not hand it out", m)
		}
	}
	if rows, err := h.nodes["SYR"].Views().Find(context.Background(), viewdb.Query{Text: "octagon"}); err != nil || len(rows) != 0 {
		t.Errorf("SYR finds it: %v %v", rows, err)
	}
}

// The same down the citations: what IRQ makes of RUS's material, on RUS's words
// for IRN and for SYR, is marked for both by IRQ itself, and doubted by neither.
func TestProductOnGrantsToTwoMembers(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	refs := []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, By: "RUS", Members: label.Members("IRN", "SYR"), Portions: refs})
	h.speaks("RUS", wordTo(t, act.ConsentGrant, refs, label.Members("IRQ", "RUS"), "IRN"), "IRQ")
	h.speaks("RUS", wordTo(t, act.ConsentGrant, refs, label.Members("IRQ", "RUS"), "SYR"), "IRQ")
	h.said("IRQ", act.TypeConsent, 2)
	wide := mark("RESTRICTED", "IRQ", four...)
	wide.Originators = label.Members("IRQ", "RUS")
	to, p := h.sees("IRQ", &Draft{ReportType: act.INTSUM, Title: "Summary", Portions: []act.PortionInput{derived(wide, "a hexagon was seen", source)}})
	if !to.Equal(label.Members(four...)) {
		t.Fatalf("%s see it", to)
	}
	h.released("IRQ", p.Draft)
	for _, m := range four {
		if row := h.find(m, viewdb.Query{Text: "hexagon"}, 1)[0]; row.Doubt != "" || !h.inForce(m, row.Index) {
			t.Errorf("%s doubts the marking: %s", m, row.Doubt)
		}
	}
}

// What a reader has heard of others counts, and its own words are all here: a
// banner that goes against them is in doubt.
func TestBannerAgainstWhatWasHeardIsInDoubt(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	three := mark("RESTRICTED", "RUS", "RUS", "IRQ", "IRN")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(three, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	h.find("IRN", viewdb.Query{Text: "convoy"}, 1)
	refs := []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}
	// IRN hears that RUS refuses SYR; RUS has said nothing else.
	h.speaks("RUS", wordTo(t, act.ConsentRefuse, refs, label.Members("IRN", "RUS"), "SYR"), "IRN")
	h.said("IRN", act.TypeConsent, 1)
	l := three
	l.Originators = label.Members("IRQ", "RUS")
	made, err := act.NewPortion(derived(l, "a hexagon was seen", source))
	check(t, err)
	banner := l
	banner.Rel = label.Members(four...)
	v, err := act.BuildView(act.View{Type: act.INTSUM, Title: "Summary", Written: minuteNow(), To: label.Members("IRN", "IRQ", "RUS"), Label: banner}, []act.Portion{made})
	check(t, err)
	h.speaks("IRQ", v.Raw, "IRN", "RUS")
	for _, m := range []label.MemberID{"IRN", "RUS"} {
		if row := h.find(m, viewdb.Query{Text: "hexagon"}, 1)[0]; row.Doubt != act.ErrBanner.Code || h.inForce(m, row.Index) {
			t.Errorf("%s takes the banner for good (%q), which names SYR against RUS's word", m, row.Doubt)
		}
	}
}
