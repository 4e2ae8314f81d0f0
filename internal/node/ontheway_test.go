package node

import (
	"context"
	"errors"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

func minuteNow() time.Time { return time.Now().UTC().Truncate(time.Minute) }

// wordTo is a consent act of RUS for some readers.
func wordTo(t testing.TB, step act.ConsentStep, portions []act.PortionRef, to label.MemberSet, m label.MemberID) []byte {
	t.Helper()
	a, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: act.NewID(), Written: minuteNow(), To: to}, Step: step, By: label.ByMember("RUS"), Portions: portions, Members: label.Members(m)})
	check(t, err)
	return a.Raw
}

// projected waits until a member has projected all that another has filed.
func (h *house) projected(m, by label.MemberID) {
	h.t.Helper()
	h.eventually(string(m)+" has projected it", func() bool {
		c, _ := h.nodes[m].Projected()
		return h.nodes[by].station.Waiting() == 0 && c >= h.nodes[by].station.Certified().Size
	})
}

// hidden checks that a member's officers find and read nothing of a view, and
// whose word is given as the reason.
func (h *house) hidden(m label.MemberID, word string, id act.ID, by string) {
	h.t.Helper()
	ctx := context.Background()
	rows, err := h.nodes[m].Find(ctx, h.officer(m, "an", section.RoleAnalyst), viewdb.Query{Text: word})
	check(h.t, err)
	if len(rows) != 0 {
		h.t.Errorf("%s finds %q (doubt %q)", m, word, rows[0].Doubt)
	}
	_, err = h.nodes[m].Report(ctx, h.officer(m, "an", section.RoleAnalyst), string(id))
	var gone *ErrWithdrawn
	if !errors.As(err, &gone) || gone.By != by {
		h.t.Errorf("%s reads %q: %v", m, word, err)
	}
}

// sameAgain checks that the views of a member made again are the same.
func (h *house) sameAgain(m label.MemberID) {
	h.t.Helper()
	h.atRest(four...)
	was := dump(h.t, h.nodes[m].Views())
	h.nodes[m].stop()
	delete(h.nodes, m)
	h.rebuild(m)
	h.start(m)
	if is := dump(h.t, h.nodes[m].Views()); is != was {
		h.t.Error("the views made again are others")
	}
}

// What was on its way when the consent that it rests on was withdrawn is read by
// nobody whom the withdrawal is about: the last word before the leaf counts. It
// is so whatever the product says of itself, and at whatever depth.
func TestWhatIsOnItsWayIsWithdrawn(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	h.find("RUS", viewdb.Query{Text: "convoy"}, 1)
	grant := Consent{Step: act.ConsentGrant, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion}}}
	h.releaseStatement("RUS", KindConsent, grant)
	h.said("IRN", act.TypeConsent, 1)
	// What IRQ has approved on that consent and not logged yet.
	l := mark("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS")
	l.Originators = label.Members("IRQ", "RUS")
	view := func(p act.PortionInput) act.Act {
		made, err := act.NewPortion(p)
		check(t, err)
		v, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTSUM, Title: "Summary", Written: minuteNow(), To: label.Members("IRN", "IRQ"), Label: l}, []act.Portion{made})
		check(t, err)
		return v
	}
	first := derived(l, "a hexagon was seen", source)
	first.ID, first.Salt = act.NewID(), string(act.NewID())
	one := view(first)
	up := act.Cite{Portion: one.Report.Portions[0].ID, Digest: one.Report.Portions[0].Digest, Originator: "IRQ"}
	deeper := view(derived(l, "a heptagon follows", up))
	mixed := portion(l, "RUS", "an enneagon and what else RUS said")
	mixed.Cites = []act.Cite{source}
	both := view(mixed)
	aside := mark("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS")
	made, err := act.NewPortion(portion(aside, "IRQ", "a decagon of its own"))
	check(t, err)
	other, err := act.BuildView(act.View{Type: act.INTSUM, Title: "Other", Written: minuteNow(), To: label.Members("IRN", "IRQ"), Label: aside}, []act.Portion{made})
	check(t, err)
	grant.Step = act.ConsentWithdraw
	h.releaseStatement("RUS", KindConsent, grant)
	h.said("IRN", act.TypeConsent, 2)
	for _, v := range []act.Act{one, deeper, both, other} {
		h.speaks("IRQ", v.Raw, "IRN")
	}
	h.projected("IRN", "IRQ")
	h.hidden("IRN", "hexagon", one.Report.ID, "RUS")
	h.hidden("IRN", "heptagon", deeper.Report.ID, "RUS")
	h.hidden("IRN", "enneagon", both.Report.ID, "RUS")
	h.find("IRN", viewdb.Query{Text: "decagon"}, 1) // nothing of RUS is in it
	h.sameAgain("IRN")
}

// Who has spoken again is taken at the later word: what comes after a new grant
// is read.
func TestGrantAfterAWithdrawalOpensWhatComes(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	c := Consent{By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}}
	for i, step := range []act.ConsentStep{act.ConsentWithdraw, act.ConsentGrant} {
		c.Step = step
		h.releaseStatement("RUS", KindConsent, c)
		h.said("IRN", act.TypeConsent, i+1)
	}
	l := mark("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS")
	l.Originators = label.Members("IRQ", "RUS")
	made, err := act.NewPortion(derived(l, "a hexagon was seen", source))
	check(t, err)
	v, err := act.BuildView(act.View{Type: act.INTSUM, Title: "Summary", Written: minuteNow(), To: label.Members("IRN", "IRQ"), Label: l}, []act.Portion{made})
	check(t, err)
	h.speaks("IRQ", v.Raw, "IRN")
	if row := h.find("IRN", viewdb.Query{Text: "hexagon"}, 1)[0]; row.Doubt != "" {
		t.Errorf("in doubt: %s", row.Doubt)
	}
}

// A consent that had lapsed before the leaf opens nothing either.
func TestWhatCameAfterTheConsentHadLapsed(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	past, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: act.NewID(), Written: minuteNow().Add(-2 * time.Hour), To: label.Members("IRN", "IRQ", "RUS")}, Step: act.ConsentGrant, By: label.ByMember("RUS"),
		Portions: []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}, Members: label.Members("IRN"), Until: minuteNow().Add(-time.Hour)})
	check(t, err)
	h.speaks("RUS", past.Raw, "IRN", "IRQ")
	h.said("IRN", act.TypeConsent, 1)
	l := mark("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS")
	l.Originators = label.Members("IRQ", "RUS")
	made, err := act.NewPortion(derived(l, "a hexagon was seen", source))
	check(t, err)
	v, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTSUM, Title: "Summary", Written: minuteNow(), To: label.Members("IRN", "IRQ"), Label: l}, []act.Portion{made})
	check(t, err)
	h.speaks("IRQ", v.Raw, "IRN")
	h.projected("IRN", "IRQ")
	h.hidden("IRN", "hexagon", v.Report.ID, "RUS")
	h.sameAgain("IRN")
}
