package node

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Statements in good form that are not their sender's to make, that come before
// what they are about, or that had lapsed before they came: each is kept with the
// bytes that were signed, and changes nothing for whoever reads it. Recalls have
// TestForgedRecallChangesNothing, redress TestForgedForeignAndRepeatedRedress.
func TestStatementsWithoutStandingChangeNothing(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	now := time.Now().UTC().Truncate(time.Minute)
	between := func(written time.Time, ms ...label.MemberID) act.Statement {
		return act.Statement{ID: act.NewID(), Written: written, To: label.Members(ms...)}
	}

	// What they are about: IRQ asks IRN something, and for a consent; IRN takes
	// something back from RUS alone.
	secret := mark("SECRET", "IRN", "IRN", "IRQ")
	secret.ConsentNeeded = label.Members("IRN")
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(secret, "IRN", "the quincunx has five huts")}})
	_, ps := h.portions("IRQ", "quincunx")
	ref := []act.PortionRef{{Portion: ps[0].ID, Digest: ps[0].Digest}}
	product := &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(secret, "of huts, amaranth", h.cite("IRQ", "quincunx"))}}
	_, plan := h.sees("IRQ", product)
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "IRN", Members: label.Members("SYR"), Draft: plan.Draft})
	ask := act.ID(h.said("IRQ", act.TypeConsent, 1)[0].ID)
	h.releaseStatement("IRQ", KindRequest, flour("IRN"))
	h.board("IRN", 1)
	h.said("IRQ", act.TypeRequest, 1)
	own := true
	asked := h.requests("IRQ", viewdb.RequestQuery{Own: &own})[0]
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", "IRN", "RUS"), "IRN", "the depot is a hexagon")}})
	h.portions("RUS", "hexagon")
	row, _ := h.portions("IRN", "hexagon")
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: row.ID})
	recall := act.ID(h.recallFrom("RUS", "IRN").ID)
	h.recallFrom("IRN", "IRN")

	later, part := act.NewID(), []act.AnswerPart{{Part: act.ID(asked.Parts[0].ID), State: act.AnswerDeclined}}
	consent := func(c act.Consent) (act.Act, error) {
		c.Portions, c.Members = ref, label.Members("SYR")
		return act.BuildConsent(c)
	}
	request := func(id, joins act.ID, to label.MemberID) (act.Act, error) {
		s := between(now, "IRQ", to)
		s.ID = id
		return act.BuildRequest(act.Request{Statement: s, Title: "Fuel", Purpose: "relief", LegalBasis: "agreement", About: act.AboutMatter, LTIOV: now.Add(48 * time.Hour), Joins: joins,
			Label: label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: s.To, Originators: label.Members("IRQ")}, Parts: []act.RequestPart{{ID: part[0].Part, Text: "How much?"}}})
	}
	recallTo := func(id act.ID) (act.Act, error) {
		s := between(now, "IRN", "RUS")
		s.ID = id
		return act.BuildRecall(act.Recall{Statement: s, Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Portions: ref})
	}
	third, fourth := act.NewID(), act.NewID() // a recall and a request that come after what is about them
	type planted struct {
		what   string
		by, at label.MemberID // who says it; whose views it changes nothing in
		make   func() (act.Act, error)
	}
	cases := []planted{
		{"a grant of IRN's material by RUS", "RUS", "IRQ", func() (act.Act, error) {
			return consent(act.Consent{Statement: between(now, "RUS", "IRQ"), Step: act.ConsentGrant, By: label.ByMember("IRN"), Answers: ask})
		}},
		{"a grant by RUS of what IRN is asked", "RUS", "IRQ", func() (act.Act, error) {
			return consent(act.Consent{Statement: between(now, "RUS", "IRQ"), Step: act.ConsentGrant, By: label.ByMember("RUS"), Answers: ask})
		}},
		{"a refusal by RUS of what IRN is asked", "RUS", "IRQ", func() (act.Act, error) {
			return consent(act.Consent{Statement: between(now, "RUS", "IRQ"), Step: act.ConsentRefuse, By: label.ByMember("IRN"), Answers: ask})
		}},
		{"a grant that lapsed before it came", "IRN", "IRQ", func() (act.Act, error) {
			return consent(act.Consent{Statement: between(now.Add(-48*time.Hour), "IRN", "IRQ"), Step: act.ConsentGrant, By: label.ByMember("IRN"), Until: now.Add(-24 * time.Hour)})
		}},
		{"a withdrawal of what was never granted", "IRN", "IRQ", func() (act.Act, error) {
			return consent(act.Consent{Statement: between(now, "IRN", "IRQ"), Step: act.ConsentWithdraw, By: label.ByMember("IRN"), Answers: act.NewID()})
		}},
		{"an answer by RUS to what IRN is asked", "RUS", "IRQ", func() (act.Act, error) {
			return act.BuildAnswer(act.Answer{Statement: between(now, "RUS", "IRQ"), Request: act.ID(asked.ID), Parts: part, Final: true})
		}},
		{"an answer to what was not asked yet", "IRN", "IRQ", func() (act.Act, error) {
			return act.BuildAnswer(act.Answer{Statement: between(now, "IRN", "IRQ"), Request: later, Parts: part, Final: true})
		}},
		{"a closing of what was not asked yet", "IRQ", "IRN", func() (act.Act, error) {
			return act.BuildClosing(act.Closing{Statement: between(now, "IRN", "IRQ"), Request: fourth, Outcome: act.ClosedMet})
		}},
		{"a closing by who was asked", "IRN", "IRQ", func() (act.Act, error) {
			return act.BuildClosing(act.Closing{Statement: between(now, "IRN", "IRQ"), Request: act.ID(asked.ID), Outcome: act.ClosedMet})
		}},
		{"a closing by RUS of what IRQ asks", "RUS", "IRQ", func() (act.Act, error) {
			return act.BuildClosing(act.Closing{Statement: between(now, "RUS", "IRQ"), Request: act.ID(asked.ID), Outcome: act.ClosedMet})
		}},
		{"a request that joins what IRN never asked", "IRQ", "IRN", func() (act.Act, error) { return request(fourth, act.NewID(), "IRN") }},
		{"an acknowledgement by SYR of what went to RUS alone", "SYR", "IRN", func() (act.Act, error) {
			return act.BuildAcknowledgement(act.Acknowledgement{Statement: between(now, "IRN", "SYR"), Recall: recall, State: act.AckDestroyed, Complete: true})
		}},
		{"an acknowledgement of no recall", "RUS", "IRN", func() (act.Act, error) {
			return act.BuildAcknowledgement(act.Acknowledgement{Statement: between(now, "IRN", "RUS"), Recall: act.NewID(), State: act.AckDestroyed, Complete: true})
		}},
		{"an acknowledgement of a recall that has not come", "RUS", "IRN", func() (act.Act, error) {
			return act.BuildAcknowledgement(act.Acknowledgement{Statement: between(now, "IRN", "RUS"), Recall: third, State: act.AckDestroyed, Complete: true})
		}},
		{"the end of a requirement that nobody told", "RUS", "IRQ", func() (act.Act, error) {
			return act.BuildRequirement(act.Requirement{Statement: between(now, "IRQ", "RUS"), Reference: "PIR 9", Kind: act.PIR, Title: "Roads", State: act.RegisterEnded})
		}},
		{"an EEI of what is not there", "RUS", "IRQ", func() (act.Act, error) {
			return act.BuildRequirement(act.Requirement{Statement: between(now, "IRQ", "RUS"), Reference: "EEI 8.1", Kind: act.EEI, Parent: "PIR 8", Title: "Roads", State: act.RegisterEnded})
		}},
		{"a coverage that lapsed before it came", "RUS", "IRQ", func() (act.Act, error) {
			return act.BuildCoverage(act.Coverage{Statement: between(now.Add(-48*time.Hour), "IRQ", "RUS"), Subject: "Road", State: act.RegisterOpen, Until: now.Add(-24 * time.Hour)})
		}},
	}
	acts := make([]act.Act, len(cases))
	for i, c := range cases {
		a, err := c.make()
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		acts[i] = a
		h.put(c.by, a.Raw)
	}
	h.atRest(four...)
	for _, late := range []func() (label.MemberID, act.Act, error){
		func() (label.MemberID, act.Act, error) { a, err := recallTo(third); return "IRN", a, err },
		func() (label.MemberID, act.Act, error) { a, err := request(later, "", "IRN"); return "IRQ", a, err },
	} {
		by, a, err := late()
		check(t, err)
		h.put(by, a.Raw)
	}
	h.atRest(four...)

	// Nothing has come of any.
	if to, p := h.sees("IRQ", product); to.Contains("SYR") {
		t.Errorf("%s would see it: %s", to, p.Explain["SYR"])
	}
	an := h.officer("IRQ", "analyst", section.RoleAnalyst)
	word, answers, err := h.nodes["IRQ"].ConsentAct(ctx, an, string(ask))
	check(t, err)
	if word.State != "open" || len(answers) == 0 {
		t.Errorf("the ask is %q, and %d acts name it", word.State, len(answers))
	}
	for _, a := range answers {
		if a.Counts {
			t.Errorf("the word of %s answers what %s is asked", a.Originator, word.Consent.By)
		}
	}
	for _, x := range h.requests("IRQ", viewdb.RequestQuery{}) {
		if x.State != "open" {
			t.Errorf("at IRQ %q is %s", x.Request.Title, x.State)
		}
	}
	for _, x := range h.requests("IRN", viewdb.RequestQuery{}) {
		if x.State != "open" || x.Request.Joins != "" && x.JoinCounts {
			t.Errorf("at IRN %q is %s; it joins: %t", x.Request.Title, x.State, x.JoinCounts)
		}
	}
	recalls, err := h.nodes["IRN"].Recalls(ctx, h.officer("IRN", "analyst", section.RoleAnalyst), RecallQuery{Own: true})
	check(t, err)
	if len(recalls) != 2 {
		t.Errorf("IRN has %d recalls", len(recalls))
	}
	for _, r := range recalls {
		for _, x := range r.Holders {
			if x.Member != "RUS" || x.State == string(act.AckDestroyed) || x.Complete {
				t.Errorf("of %s IRN is told %+v", r.ID, x)
			}
		}
	}
	for _, typ := range []act.Type{act.TypeRequirement, act.TypeCoverage} {
		lines, err := h.nodes["IRQ"].Register(ctx, an, typ, true, "", 0, 10)
		check(t, err)
		if len(lines) != 0 {
			t.Errorf("of %s IRQ has open %+v", typ, lines)
		}
	}

	// Each is kept as it was signed, as a statement or in quarantine.
	for i, c := range cases {
		n := h.nodes[c.at]
		said, err := n.views.SaidBefore(ctx, string(acts[i].Type), false, false, 0, 500)
		check(t, err)
		kept := false
		for _, s := range said {
			kept = kept || s.Originator == string(c.by) && bytes.Equal(s.Act, acts[i].Raw)
		}
		if !kept {
			quarantine, err := n.views.Quarantine(ctx, 100)
			check(t, err)
			var codes []string
			for _, q := range quarantine {
				codes = append(codes, q.Originator+" "+q.Code)
			}
			t.Errorf("%s: it is not kept; in quarantine: %s", c.what, strings.Join(codes, ", "))
		}
	}
}
