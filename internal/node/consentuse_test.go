package node

import (
	"context"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// For what use a consent was given is told to whoever releases on it, is part of
// what is approved, and is told to who reads what rests on it.
func TestUseOfAConsentIsToldWhereItBinds(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("RESTRICTED", "RUS", "RUS", "IRQ")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	d := &Draft{ReportType: act.INTSUM, Title: "Summary", Portions: []act.PortionInput{derived(two, "a hexagon was seen", source)}}
	grant := func(use string, asks int) {
		t.Helper()
		_, p := h.sees("IRQ", d)
		h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Draft: p.Draft, Basis: "for the summary"})
		var ask viewdb.Said
		h.eventually("RUS is asked", func() bool {
			words, err := h.nodes["RUS"].Consents(ctx, h.officer("RUS", "duty", section.RoleDuty), viewdb.ConsentQuery{Open: true, Mine: true})
			check(t, err)
			if len(words) == 1 {
				ask = words[0].Said
			}
			return len(words) == 1
		})
		h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, Answers: act.ID(ask.ID), Use: use})
		h.said("IRQ", act.TypeConsent, 2*asks)
	}
	grant("humanitarian planning alone", 1)
	to, p := h.sees("IRQ", d)
	if !to.Contains("IRN") || !strings.HasSuffix(p.Explain["IRN"], "; RUS consents for this use: humanitarian planning alone") || strings.Contains(p.Explain["RUS"]+p.Explain["IRQ"], "use") {
		t.Errorf("%s see it; the plan says %q", to, p.Explain)
	}
	if len(p.Uses) != 1 || p.Uses[0].Member != "IRN" || p.Uses[0].By != "RUS" || p.Uses[0].Act == "" || len(p.Uses[0].Portions) != 1 {
		t.Errorf("the plan rests on %+v", p.Uses)
	}
	before := p.Digest

	// Another use is another plan, though the same members would see the same.
	grant("convoy planning", 2)
	if to, p = h.sees("IRQ", d); !to.Contains("IRN") || p.Digest == before || !strings.Contains(p.Explain["IRN"], "convoy planning") {
		t.Errorf("%s see it: %q; the digest changed: %t", to, p.Explain["IRN"], p.Digest != before)
	}

	// It is told to its reader, to its author, and two steps down as well.
	h.releaseReport("IRQ", d)
	for _, m := range []label.MemberID{"IRN", "IRQ"} {
		row := h.find(m, viewdb.Query{Text: "hexagon"}, 1)[0]
		r, err := h.nodes[m].Report(ctx, h.officer(m, "an", section.RoleAnalyst), row.ID)
		check(t, err)
		if len(r.Uses) != 1 || r.Uses[0].Member != "IRN" || r.Uses[0].Use != "convoy planning" {
			t.Errorf("%s reads that it rests on %+v", m, r.Uses)
		}
	}
	added := mark("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS")
	added.Originators = label.Members("IRQ", "RUS")
	deeper := &Draft{ReportType: act.INTSUM, Title: "Deeper", Portions: []act.PortionInput{derived(added, "a heptagon follows", h.cite("IRQ", "hexagon"))}}
	if _, p := h.sees("IRQ", deeper); !strings.Contains(p.Explain["IRN"], "convoy planning") {
		t.Errorf("two steps down: %q", p.Explain["IRN"])
	}

	// The ledger of the one that consented names it with who has it since.
	h.find("RUS", viewdb.Query{Text: "hexagon"}, 1)
	rows, err := h.nodes["RUS"].Ledger(ctx, h.officer("RUS", "duty", section.RoleDuty), LedgerQuery{Holder: "IRN"})
	check(t, err)
	for i := range rows {
		if w := rows[i].Consent; w == nil || w.Use != "convoy planning" || w.By != "RUS" {
			t.Errorf("the ledger says %+v", w)
		}
	}
	if len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

// What is marked H1 is handed out for proceedings only by a grant whose use
// names these (rule 32).
func TestEvidenceNeedsAGrantForProceedings(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "RUS", "IRN", "RUS")
	l.UseCodes = label.UseCodesOf(label.H1)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "RUS", "convoy southbound")}})
	h.find("RUS", viewdb.Query{Text: "convoy"}, 1) // which says a word on it below
	source := h.cite("IRN", "convoy")
	full, err := h.nodes["IRN"].Views().At(ctx, h.find("IRN", viewdb.Query{Text: "convoy"}, 1)[0].Index)
	check(t, err)
	a, err := act.Parse(full.Act)
	check(t, err)
	withheld := func() string {
		t.Helper()
		x := &Inspection{n: h.nodes["IRN"].Node, to: h.nodes["IRN"].station.Certified().Size, at: h.nodes["IRN"].station.Certified().Time}
		why, err := x.cleared(ctx, a.Report)
		check(t, err)
		return why
	}
	if why := withheld(); !strings.Contains(why, "rule 32") {
		t.Errorf("without a grant: %q", why)
	}
	for i, c := range []struct {
		use   string
		given bool
	}{{"not in judicial proceedings", false}, {"planning; judicial proceedings", true}, {"", false}} {
		h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion}}, Use: c.use})
		h.said("IRN", act.TypeConsent, i+1)
		if why := withheld(); (why == "") != c.given {
			t.Errorf("with a grant for %q: %q", c.use, why)
		}
	}
}

// The ledger tells a party outside from the member that holds its material.
func TestLedgerTellsAPartyOutsideFromItsHolder(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	x, err := label.NewExternalSet(label.External{ID: "X", Holder: "IRQ"})
	check(t, err)
	held := mark("RESTRICTED", "IRQ", "IRQ", "RUS")
	held.External = x
	item := portion(held, "IRQ", "an octagon was delivered")
	item.Sources[0].Originator, item.Sources[0].Kind = "X VIA IRQ", act.KindPartner
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Item", Portions: []act.PortionInput{item}})
	source := h.cite("IRQ", "octagon")
	refs := []act.PortionRef{{Portion: source.Portion}}
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("RUS"), Portions: refs, Use: "planning", Basis: "letter of X"})
	h.said("IRQ", act.TypeConsent, 1)
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "IRQ", Members: label.Members("RUS"), Portions: refs, Use: "whatever use"})
	h.said("IRQ", act.TypeConsent, 2)
	h.releaseReport("IRQ", &Draft{ReportType: act.INTSUM, Title: "Quoting", Portions: []act.PortionInput{derived(held, "one sentence of it", source)}})
	h.find("RUS", viewdb.Query{Text: "sentence"}, 1)
	h.find("IRQ", viewdb.Query{Text: "sentence"}, 1)
	rows, err := h.nodes["IRQ"].Ledger(context.Background(), h.officer("IRQ", "duty", section.RoleDuty), LedgerQuery{Holder: "RUS"})
	check(t, err)
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	d := rows[0]
	if d.Consent == nil || d.Consent.By != "IRQ" || d.Consent.Use != "whatever use" {
		t.Errorf("of IRQ it says %+v", d.Consent)
	}
	if len(d.Outside) != 1 || d.Outside[0].By != "X VIA IRQ" || d.Outside[0].Use != "planning" {
		t.Errorf("of X it says %+v", d.Outside)
	}
}

// A consent to bytes that were changed since is none; of what is not here it is
// taken at its word.
func TestConsentFitsTheBytesItWasGivenFor(t *testing.T) {
	in := portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "convoy southbound")
	in.ID, in.Salt = act.NewID(), string(act.NewID())
	p, err := act.NewPortion(in)
	check(t, err)
	changed := p.Digest
	changed[0] ^= 1
	for _, stored := range []act.Digest{{}, p.Digest} {
		s := &shelf{portions: map[act.ID]cited{in.ID: {in: &in, digest: stored}}}
		for _, c := range []struct {
			id     act.ID
			digest act.Digest
			want   bool
		}{{in.ID, p.Digest, true}, {in.ID, changed, false}, {act.NewID(), changed, true}} {
			if got, err := s.fits(c.id, c.digest); err != nil || got != c.want {
				t.Errorf("stored under %s: %t (%v), want %t", stored, got, err, c.want)
			}
		}
	}
}
