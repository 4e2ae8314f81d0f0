package node

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What was taken back is not taken back again by another officer, in force or on
// its way, unless it says more.
func TestWhatWasTakenBackIsNotTakenBackAgain(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", four...)
	release := func(words ...string) (drafts []string) {
		for _, w := range words {
			drafts = append(drafts, h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", w)}}))
			h.find("IRN", viewdb.Query{Text: w}, 1)
		}
		return drafts
	}
	d := release("quincunx", "heliotrope", "amaranth", "celadon")
	again := func(r Recall) error {
		t.Helper()
		_, err := h.nodes["IRN"].IssueRecall(ctx, h.officer("IRN", "fdo2", section.RoleRelease), r)
		return err
	}
	code := func(err error) string {
		var refused *Refused
		if errors.As(err, &refused) {
			return refused.Findings[0].Code
		}
		return ""
	}
	whole := func(k act.RecallKind, why act.RecallReason, draft string) Recall {
		return Recall{Kind: k, Reason: why, Report: draft}
	}
	first := whole(act.RecallWithdrawn, act.ReasonError, d[0])
	h.recall("IRN", first)
	h.recallFrom("RUS", "IRN")
	h.atRest(four...)
	if got := code(again(first)); got != CodeAlready {
		t.Errorf("the same again: %q", got)
	}
	if err := again(whole(act.RecallWithdrawn, act.ReasonFabrication, d[0])); err != nil {
		t.Errorf("for another reason: %v", err)
	}
	narrow := whole(act.RecallNarrowing, act.ReasonMistake, d[1])
	narrow.From = label.Members("RUS")
	check(t, again(narrow))
	h.atRest(four...)
	if got := code(again(narrow)); got != CodeAlready {
		t.Errorf("the same narrowing again: %q", got)
	}
	narrow.From = label.Members("RUS", "SYR")
	if err := again(narrow); err != nil {
		t.Errorf("a narrowing from one more: %v", err)
	}
	h.atRest(four...)
	if err := again(whole(act.RecallWithdrawn, act.ReasonMistake, d[1])); err != nil {
		t.Errorf("a recall after a narrowing: %v", err)
	}
	h.atRest(four...)
	if got := code(again(narrow)); got != CodeAlready {
		t.Errorf("a narrowing after a recall: %q", got)
	}
	doubt := whole(act.RecallDoubt, act.ReasonDoubt, d[2])
	check(t, again(doubt))
	h.atRest(four...)
	if got := code(again(doubt)); got != CodeAlready {
		t.Errorf("the same doubt again: %q", got)
	}
	correct := whole(act.RecallCorrection, act.ReasonError, d[2])
	correct.ToFollow = true
	if err := again(correct); err != nil {
		t.Errorf("a correction after a doubt: %v", err)
	}
	h.atRest(four...)
	right := whole(act.RecallCorrection, act.ReasonError, d[2])
	right.ReplacedBy = d[3]
	if err := again(right); err != nil {
		t.Errorf("what is right follows: %v", err)
	}
	h.atRest(four...)
	if got := code(again(right)); got != CodeAlready {
		t.Errorf("what is right again: %q", got)
	}
}

// Two officers who answer one ask at once, one yes and one no: the second waits
// until the log has the first, and is then told what holds. The same goes for two
// recalls of the same.
func TestASecondAnswerWaitsForTheFirst(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("RESTRICTED", "RUS", "RUS", "IRQ")
	draft := h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	h.find("RUS", viewdb.Query{Text: "convoy"}, 1)
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion}}, Basis: "for the summary"})
	ask := act.ID(h.said("RUS", act.TypeConsent, 1)[0].ID)
	duty, fdo := h.officer("RUS", "duty", section.RoleDuty), h.officer("RUS", "fdo", section.RoleRelease)
	// Nor do both leave in one decision.
	var both []string
	for _, step := range []act.ConsentStep{act.ConsentGrant, act.ConsentRefuse} {
		raw, err := json.Marshal(Consent{Step: step, Answers: ask})
		check(t, err)
		d, err := h.nodes["RUS"].SaveStatement(ctx, duty, KindConsent, "", "", raw)
		check(t, err)
		both = append(both, d.ID)
	}
	var twice *Refused
	if _, err := h.nodes["RUS"].Prepare(ctx, duty, both, ""); !errors.As(err, &twice) || twice.Findings[0].Code != "consent_waits" {
		t.Errorf("a grant and a refusal in one decision: %v", err)
	}
	// Both are written and approved while the ask is open and nothing leaves.
	for _, m := range four {
		if m != "RUS" {
			h.nodes[m].stop()
			delete(h.nodes, m)
		}
	}
	rus := h.nodes["RUS"]
	var decisions []section.Decision
	for _, step := range []act.ConsentStep{act.ConsentGrant, act.ConsentRefuse} {
		raw, err := json.Marshal(Consent{Step: step, Answers: ask})
		check(t, err)
		d, err := rus.SaveStatement(ctx, duty, KindConsent, "", "", raw)
		check(t, err)
		dec, err := rus.Prepare(ctx, duty, []string{d.ID}, "")
		if len(decisions) > 0 {
			if !errors.As(err, &twice) || twice.Findings[0].Code != "consent_waits" {
				t.Errorf("a refusal is put up while the grant waits: %v", err)
			}
			// As two officers could who put them up in the same moment.
			_, err = rus.Plan(ctx, duty, d.ID)
			check(t, err)
			dec, err = rus.section.PrepareRelease(ctx, duty, section.Release{Kind: section.DecideAct, Drafts: []string{d.ID}})
		}
		check(t, err)
		decisions = append(decisions, dec)
	}
	for _, dec := range decisions {
		_, err := rus.section.ApproveRelease(ctx, fdo, dec.ID, dec.Digest)
		check(t, err)
		rus.kick <- struct{}{}
		h.eventually("it is carried out or given back", func() bool {
			leaves, err := rus.Section().Leaves(ctx, dec.ID)
			check(t, err)
			return !leaves
		})
	}
	states := func() (out []section.DecisionState) {
		for _, dec := range decisions {
			got, err := rus.Section().Decision(ctx, fdo, dec.ID)
			check(t, err)
			out = append(out, got.State)
		}
		return out
	}
	if got := states(); got[0] != section.Done || got[1] == section.Done {
		t.Errorf("the refusal left beside the grant: %v", got)
	}
	if r := h.refusedSave("RUS", KindConsent, Consent{Step: act.ConsentRefuse, Answers: ask}); r.Findings[0].Code != "consent_waits" {
		t.Errorf("a refusal while the grant is on its way: %v", r)
	}
	gone := Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft}
	x := h.recall("RUS", gone)
	h.eventually("it is filed", func() bool { leaves, err := rus.Section().Leaves(ctx, x.Decision.ID); check(t, err); return !leaves })
	var refused *Refused
	if _, err := rus.IssueRecall(ctx, h.officer("RUS", "fdo2", section.RoleRelease), gone); !errors.As(err, &refused) || refused.Findings[0].Code != CodeAlready {
		t.Errorf("the same recall while one is on its way: %v", err)
	}
	h.start("IRQ", "IRN", "SYR")
	h.said("IRQ", act.TypeConsent, 2)
	h.said("RUS", act.TypeConsent, 2)
	w, answers, err := rus.ConsentAct(ctx, duty, string(ask))
	check(t, err)
	if w.State != "granted" || len(answers) != 1 {
		t.Errorf("the ask is %s, by %d answers", w.State, len(answers))
	}
}
