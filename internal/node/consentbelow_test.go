package node

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// step is a product of a member that cites a portion, for those in rel, with
// material of originators.
func (h *house) step(m label.MemberID, text string, rel, originators label.MemberSet, of act.Cite) {
	h.t.Helper()
	l := mark("RESTRICTED", m)
	l.Rel, l.Originators = rel, originators
	d := &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(l, text, of)}}
	if to, plan := h.sees(m, d); !to.Equal(rel) || plan.Blocked != "" {
		h.t.Fatalf("%s sees %q: %s", to, text, plan.Blocked)
	}
	h.releaseReport(m, d)
	h.find(m, viewdb.Query{Text: text}, 1)
}

// granted has a member ask another for a third, and the other grant.
func (h *house) granted(asker, by, m label.MemberID, of act.Cite) {
	h.t.Helper()
	count := func(x label.MemberID) int {
		all, err := h.nodes[x].Views().AllSaid(context.Background(), string(act.TypeConsent), 0, 100)
		check(h.t, err)
		return len(all)
	}
	asked, told, own := count(by), count(m), count(asker)
	h.releaseStatement(asker, KindConsent, Consent{Step: act.ConsentAsk, By: string(by), Members: label.Members(m), Portions: []act.PortionRef{{Portion: of.Portion}}, Basis: "for the assessment"})
	all := h.said(by, act.TypeConsent, asked+1)
	h.releaseStatement(by, KindConsent, Consent{Step: act.ConsentGrant, Answers: act.ID(all[len(all)-1].ID)})
	h.said(asker, act.TypeConsent, own+2)
	h.said(m, act.TypeConsent, told+1)
}

// consentsAbout returns the consent acts of a step that a member holds and that
// name a portion.
func (h *house) consentsAbout(m label.MemberID, step act.ConsentStep, id act.ID) (out []act.Consent) {
	h.t.Helper()
	all, err := h.nodes[m].Views().AllSaid(context.Background(), string(act.TypeConsent), 0, 100)
	check(h.t, err)
	for _, s := range all {
		a, err := act.Parse(s.Act)
		check(h.t, err)
		if c := a.Consent; c.Step == step && refIDs(c.Portions)[id] {
			out = append(out, *c)
		}
	}
	return out
}

// depot has RUS tell three members of a convoy, p, and IRQ make d1 of it for them,
// which has both for originators.
func (h *house) depot() (three label.MemberSet, p, d1 act.Cite) {
	h.t.Helper()
	three = label.Members("IRQ", "RUS", "SYR")
	l := mark("RESTRICTED", "RUS")
	l.Rel = three
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "RUS", "convoy southbound")}})
	p = h.cite("IRQ", "convoy")
	h.cite("SYR", "convoy")
	h.step("IRQ", "an amaranth depot", three, label.Members("IRQ", "RUS"), p)
	d1 = h.cite("SYR", "amaranth")
	h.find("RUS", viewdb.Query{Text: "amaranth"}, 1)
	return three, p, d1
}

// A withdrawal reaches what its member holds two steps down across a step that
// it never held: the step was granted to it, and is named. Nobody is told of a
// portion by that who was not told before: each act goes to who read the grant.
func TestWithdrawalAcrossAStepThatIsNotHeld(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	three, p, d1 := h.depot()
	h.step("IRQ", "a cinnabar depot", three, label.Members("IRQ", "RUS"), p) // IRN is told nothing of it
	untold := h.cite("SYR", "cinnabar")
	h.find("RUS", viewdb.Query{Text: "cinnabar"}, 1)
	// IRQ asks for the first, SYR for what was made of it.
	h.granted("IRQ", "RUS", "IRN", p)
	h.granted("SYR", "IRQ", "IRN", d1)
	h.granted("SYR", "RUS", "IRN", d1)
	h.step("SYR", "two steps down, celadon", label.Members(four...), label.Members("IRQ", "RUS", "SYR"), d1)
	if row := h.find("IRN", viewdb.Query{Text: "celadon"}, 1)[0]; row.Doubt != "" {
		t.Fatalf("IRN doubts it: %s", row.Doubt)
	}
	h.atRest(four...)
	size := h.nodes["RUS"].Station().Certified().Size
	var grant act.ID
	for _, c := range h.consentsAbout("RUS", act.ConsentGrant, p.Portion) {
		grant = c.ID
	}
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: grant, Basis: "the convoy was our own"})
	h.eventually("IRN is told", func() bool {
		return len(h.consentsAbout("IRN", act.ConsentWithdraw, p.Portion)) == 1 && len(h.consentsAbout("IRN", act.ConsentWithdraw, d1.Portion)) == 1
	})
	h.gone("IRN", "celadon")
	for _, m := range four {
		for _, c := range h.consentsAbout(m, act.ConsentWithdraw, untold.Portion) {
			t.Errorf("%s is told that %s is withdrawn, of which IRN knew nothing", m, c.Portions)
		}
	}
	if got := h.consentsAbout("SYR", act.ConsentWithdraw, p.Portion); len(got) != 0 {
		t.Errorf("SYR did not ask for the first portion and reads %+v", got)
	}
	got := h.consentsAbout("SYR", act.ConsentWithdraw, d1.Portion)
	if len(got) != 1 || got[0].Basis != "" || got[0].Answers == "" || !got[0].To.Equal(label.Members("IRN", "RUS", "SYR")) {
		t.Errorf("SYR, who asked for the second, reads %+v", got)
	}
	if got := h.nodes["RUS"].Station().Certified().Size - size; got != 3 {
		t.Errorf("the log has %d envelopes more, want 3 as for any release", got)
	}
	// SYR cannot release it again, and IRN reads nothing that comes.
	again := mark("RESTRICTED", "SYR", four...)
	again.Originators = label.Members("IRQ", "RUS", "SYR")
	if to, plan := h.sees("SYR", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(again, "celadon again", d1)}}); to.Contains("IRN") && plan.Blocked == "" {
		t.Error("SYR can release to IRN what was taken from it")
	}
	h.madeAgain("IRN")
	// Nothing is left to withdraw.
	if r := h.refusedSave("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: grant}); r.Findings[0].Code != "consent_withdrawn" {
		t.Errorf("a second withdrawal: %v", r)
	}
}

// What the member got is named as well where the originator sees that it did,
// though no grant told of the step between.
func TestWithdrawalNamesWhatItsMemberGot(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	_, p, d1 := h.depot()
	h.granted("SYR", "RUS", "IRN", p)
	h.granted("SYR", "IRQ", "IRN", d1)
	h.step("SYR", "two steps down, celadon", label.Members(four...), label.Members("IRQ", "RUS", "SYR"), d1)
	h.find("IRN", viewdb.Query{Text: "celadon"}, 1)
	s := h.cite("RUS", "celadon")
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: p.Portion}}})
	h.eventually("IRN is told", func() bool { return len(h.consentsAbout("IRN", act.ConsentWithdraw, s.Portion)) == 1 })
	h.gone("IRN", "celadon")
	if got := h.consentsAbout("IRN", act.ConsentWithdraw, d1.Portion); len(got) != 0 {
		t.Errorf("IRN is told of the step between: %+v", got)
	}
	h.find("SYR", viewdb.Query{Text: "celadon"}, 1)
	h.madeAgain("IRN")
}

// What a withdrawn consent took back an inspector has in the inspector's report
// alone, as ended; what a recall took back he reads in its place, and the audit
// log says that he did.
func TestInspectorsReadWhatWasTakenBackWhereItIsSaid(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", four...)
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts"), portion(l, "IRN", "the heliotrope is closed")}})
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "convoy southbound")}})
	partly := h.find("RUS", viewdb.Query{Text: "heliotrope"}, 1)[0]
	taken := h.find("RUS", viewdb.Query{Text: "convoy"}, 1)[0]
	h.find("IRN", viewdb.Query{Text: "heliotrope"}, 1)
	source := h.cite("IRN", "convoy")
	h.releaseStatement("IRN", KindConsent, Consent{Step: act.ConsentWithdraw, By: "IRN", Members: label.Members("RUS"), Portions: []act.PortionRef{{Portion: source.Portion}}})
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft, Numbers: []int{1}})
	h.recallFrom("RUS", "IRN")
	h.gone("RUS", "convoy")
	insp := h.officer("RUS", "insp", section.RoleInspector)
	noted := func() (n int) {
		rows, err := h.nodes["RUS"].Section().Audit(ctx, insp, section.AuditQuery{Object: partly.ID, Limit: 100})
		check(t, err)
		for _, r := range rows {
			if r.Op == string(section.OpInspect) {
				n++
			}
		}
		return n
	}
	r, err := h.nodes["RUS"].Report(ctx, insp, partly.ID)
	check(t, err)
	if !strings.Contains(string(r.Act), "quincunx") || noted() != 1 {
		t.Errorf("the inspector reads %s, which is noted %d times", r.Act, noted())
	}
	var gone *ErrWithdrawn
	if _, err := h.nodes["RUS"].Report(ctx, insp, taken.ID); !errors.As(err, &gone) {
		t.Errorf("the inspector reads in its place what a consent took back: %v", err)
	}
	entry := func(to int64) (found inspection.Entry) {
		x, err := h.nodes["RUS"].Inspect(ctx, insp, InspectQuery{To: to, Evidence: true})
		check(t, err)
		var b bytes.Buffer
		check(t, x.Write(ctx, &b))
		_, _, err = inspection.Read(&b, func(_ inspection.Head, e *inspection.Entry) error {
			if e.Index == taken.Index {
				found = *e
			}
			return nil
		})
		check(t, err)
		return found
	}
	word := h.said("RUS", act.TypeConsent, 1)[0].Index
	h.eventually("a report reaches behind the word", func() bool {
		x, err := h.nodes["RUS"].Inspect(ctx, insp, InspectQuery{})
		check(t, err)
		_, to := x.Range()
		return to > word
	})
	if e := entry(0); !e.Ended || e.Evidence == nil {
		t.Errorf("in the inspector's report it is %+v", e)
	}
	if e := entry(taken.Index + 1); e.Ended {
		t.Error("in a report of the time before it had ended")
	}
}
