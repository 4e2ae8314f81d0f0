package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// cite names a portion of a report that a member reads.
func (h *house) cite(m label.MemberID, word string) act.Cite {
	h.t.Helper()
	row := h.find(m, viewdb.Query{Text: word}, 1)[0]
	full, err := h.nodes[m].Views().At(context.Background(), row.Index)
	check(h.t, err)
	a, err := act.Parse(full.Act)
	check(h.t, err)
	p := a.Report.Portions[0]
	return act.Cite{Portion: p.ID, Digest: p.Digest, Originator: label.MemberID(row.Originator)}
}

// derived is a portion that comes from others.
func derived(l label.Label, text string, cites ...act.Cite) act.PortionInput {
	return act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "3"}, Lang: "en", Text: text, Cites: cites}
}

// sees says which members would see a draft.
func (h *house) sees(m label.MemberID, d *Draft) (label.MemberSet, *Plan) {
	h.t.Helper()
	ctx := context.Background()
	saved, err := h.nodes[m].SaveDraft(ctx, h.officer(m, "duty", section.RoleDuty), "", "", d)
	check(h.t, err)
	p, err := h.nodes[m].Plan(ctx, h.officer(m, "duty", section.RoleDuty), saved.ID)
	check(h.t, err)
	var out label.MemberSet
	for _, r := range p.Release.Recipients {
		if r.View >= 0 {
			out = out.With(r.Member)
		}
	}
	return out, p
}

// Journey J4 with its consent: IRQ merges what RUS released to IRQ alone. RUS is
// asked, grants it for IRN, and the plan, the banner and the release follow;
// when RUS withdraws, IRN opens it no more and IRQ cannot release it to IRN.
func TestConsentOpensAndClosesADerivedProduct(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("SECRET", "RUS", "RUS", "IRQ")
	two.ConsentNeeded = label.Members("RUS")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")

	own := two
	d := &Draft{ReportType: act.INTSUM, Title: "Summary", Portions: []act.PortionInput{derived(own, "a hexagon was seen", source)}}
	to, p := h.sees("IRQ", d)
	if !to.Equal(label.Members("IRQ", "RUS")) || !strings.Contains(p.Explain["IRN"], "RUS") {
		t.Fatalf("before the consent %s see it: %s", to, p.Explain["IRN"])
	}

	// RUS is asked; the others learn nothing of it.
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Draft: p.Draft, Basis: "for the summary"})
	ask := h.said("RUS", act.TypeConsent, 1)[0]
	words, err := h.nodes["RUS"].Consents(ctx, h.officer("RUS", "duty", section.RoleDuty), viewdb.ConsentQuery{Open: true, Mine: true})
	check(t, err)
	if len(words) != 1 || words[0].State != "open" || words[0].Texts[source.Portion] != "convoy southbound" {
		t.Fatalf("RUS reads %+v", words)
	}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, Answers: act.ID(ask.ID)})
	h.said("IRQ", act.TypeConsent, 2)
	h.said("IRN", act.TypeConsent, 1)

	to, p = h.sees("IRQ", d)
	if !to.Equal(label.Members("IRN", "IRQ", "RUS")) || !strings.Contains(p.Banner, "IRN") {
		t.Fatalf("after the consent %s see it under %q", to, p.Banner)
	}
	h.releaseReport("IRQ", d)
	row := h.find("IRN", viewdb.Query{Text: "hexagon"}, 1)[0]
	if row.Doubt != "" {
		t.Errorf("IRN doubts its marking: %s", row.Doubt)
	}
	if got := h.find("RUS", viewdb.Query{Text: "hexagon"}, 1)[0]; got.Doubt != "" {
		t.Errorf("RUS doubts its marking: %s", got.Doubt)
	}

	// What IRQ adds to it and marks for IRN itself rests on the consent too.
	added := mark("SECRET", "IRQ", "IRN", "IRQ", "RUS")
	added.Originators, added.ConsentNeeded = label.Members("IRQ", "RUS"), label.Members("RUS")
	if to, p := h.sees("IRQ", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{derived(added, "and it means much", source)}}); !to.Equal(label.Members("IRN", "IRQ", "RUS")) || p.Blocked != "" {
		t.Errorf("with a judgement of its own %s see it: %s", to, p.Blocked)
	}

	// Two steps down the consent bears as well.
	deeper := &Draft{ReportType: act.INTSUM, Title: "Deeper", Portions: []act.PortionInput{derived(added, "a heptagon follows", h.cite("IRQ", "hexagon"))}}
	if to, p := h.sees("IRQ", deeper); !to.Contains("IRN") || to.Contains("SYR") || p.Blocked != "" {
		t.Errorf("two steps down %s see it", to)
	}

	grants, err := h.nodes["RUS"].Consents(ctx, h.officer("RUS", "duty", section.RoleDuty), viewdb.ConsentQuery{})
	check(t, err)
	var grant string
	for _, g := range grants {
		if g.Own && g.Consent.Step == act.ConsentGrant {
			grant = g.ID
		}
	}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: act.ID(grant)})
	h.said("IRN", act.TypeConsent, 2)
	h.said("IRQ", act.TypeConsent, 3)
	an := h.officer("IRN", "an", section.RoleAnalyst)
	h.eventually("log time has passed the withdrawal", func() bool {
		_, err = h.nodes["IRN"].Report(ctx, an, row.ID)
		return err != nil
	})
	var gone *ErrWithdrawn
	if !errors.As(err, &gone) || gone.By != "RUS" {
		t.Errorf("after the withdrawal IRN gets %v", err)
	}
	if rows, err := h.nodes["IRN"].Find(ctx, an, viewdb.Query{Text: "hexagon"}); err != nil || len(rows) != 0 {
		t.Errorf("IRN still finds it: %v %v", rows, err)
	}
	if to, p := h.sees("IRQ", deeper); to.Contains("IRN") && p.Blocked == "" {
		t.Error("what comes from it can still be released to IRN")
	}
	if to, _ := h.sees("IRQ", d); to.Contains("IRN") {
		t.Error("it can still be released to IRN")
	}
	if to, p := h.sees("IRQ", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{derived(added, "and it means much", source)}}); to.Contains("IRN") && p.Blocked == "" {
		t.Error("what IRQ added to it can still be released to IRN")
	}
	h.atRest(four...)
	was := dump(t, h.nodes["IRN"].Views())
	h.stopAll()
	h.rebuild("IRN")
	h.start("IRN")
	if is := dump(t, h.nodes["IRN"].Views()); is != was {
		t.Error("the views made again are others")
	}
}

// Journey J3: an item of a party outside keeps what quotes it at home, until its
// consent is on record; a text without citation cannot leave at all.
func TestOutsideOriginatorBlocksUntilItConsents(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	x, err := label.NewExternalSet(label.External{ID: "X", Holder: "IRQ"})
	check(t, err)
	all := mark("RESTRICTED", "IRQ", four...)
	held := all
	held.External = x
	item := portion(held, "IRQ", "an octagon was delivered")
	item.Sources[0].Originator, item.Sources[0].Kind = "X VIA IRQ", act.KindPartner
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Item", Portions: []act.PortionInput{item}})
	source := h.cite("IRQ", "octagon") // filed for IRQ alone

	quoting := &Draft{ReportType: act.INTSUM, Title: "Quoting", Portions: []act.PortionInput{derived(held, "one sentence of it", source)}}
	to, p := h.sees("IRQ", quoting)
	if !to.Equal(label.Members("IRQ")) || !strings.Contains(p.Explain["RUS"], "no consent on record") {
		t.Errorf("%s see it: %s", to, p.Explain["RUS"])
	}
	// Left out of the label, the taint shows; left without its citation, nothing leaves.
	if _, p := h.sees("IRQ", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(all, "the same in other words", source)}}); len(p.Findings) == 0 || p.Findings[0].Code != "act_taint" {
		t.Errorf("marked as if it were its own: %+v", p.Findings)
	}
	if _, p := h.sees("IRQ", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(all, "the same without citation")}}); len(p.Findings) == 0 || p.Findings[0].Rule != "7" {
		t.Errorf("without a source: %+v", p.Findings)
	}

	// The holder records what X consented to: for RUS, for a while.
	until := time.Now().UTC().Truncate(time.Minute).Add(24 * time.Hour)
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("RUS"), Draft: p.Draft, Until: until, Basis: "letter of X"})
	h.said("IRQ", act.TypeConsent, 1)
	to, _ = h.sees("IRQ", quoting)
	if !to.Equal(label.Members("IRQ", "RUS")) {
		t.Errorf("after the consent %s see it", to)
	}
	h.releaseReport("IRQ", quoting)
	row := h.find("RUS", viewdb.Query{Text: "sentence"}, 1)[0]
	if row.Doubt != "" {
		t.Errorf("RUS doubts its marking: %s", row.Doubt)
	}
	by, _, _, err := h.nodes["RUS"].Views().WithdrawnBy(context.Background(), row.ID)
	check(t, err)
	if by != "" {
		t.Errorf("it is withdrawn already, by %s", by)
	}
	ended, err := h.nodes["RUS"].Views().Ended(context.Background(), until.Unix(), 10)
	check(t, err)
	if len(ended) != 1 || ended[0] != row.Index {
		t.Errorf("at the end of the consent %v end, want leaf %d", ended, row.Index)
	}
}

// Nobody consents for others, and a consent for a text that was changed since
// is none.
func TestConsentIsTheOriginatorsAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	id := string(act.NewID())
	for name, c := range map[string]struct{ content, code, rule string }{
		"a grant of another's material": {`{"step":"grant","by":"RUS","portions":[{"portion":"` + id + `"}],"members":["IRN"]}`, "", "10"},
		"an ask to oneself":             {`{"step":"ask","by":"IRQ","portions":[{"portion":"` + id + `"}],"members":["IRN"]}`, "", ""},
		"a portion that is not here":    {`{"step":"ask","by":"RUS","portions":[{"portion":"` + id + `"}],"members":["IRN"]}`, "", ""},
		"an ask that is not here":       {`{"step":"refuse","answers":"` + id + `"}`, "", ""},
		"the originator itself":         {`{"step":"ask","by":"RUS","portions":[{"portion":"` + id + `"}],"members":["IRN","RUS"]}`, "", ""},
		"a stranger":                    {`{"step":"ask","by":"RUS","portions":[{"portion":"` + id + `"}],"members":["KRG"]}`, "", "7"},
	} {
		_, err := n.SaveStatement(context.Background(), duty, KindConsent, "", "", []byte(c.content))
		var refused *Refused
		if !errors.As(err, &refused) || !strings.Contains(refused.Error(), c.rule) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
