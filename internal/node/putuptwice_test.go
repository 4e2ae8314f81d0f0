package node

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// draftOf saves a statement of a member's officer.
func (h *house) draftOf(m label.MemberID, kind string, content any) string {
	h.t.Helper()
	raw, err := json.Marshal(content)
	check(h.t, err)
	d, err := h.nodes[m].SaveStatement(context.Background(), h.officer(m, "duty", section.RoleDuty), kind, "", "", raw)
	check(h.t, err)
	return d.ID
}

// refusalCode is the code of the first finding of a refusal, empty for another error.
func refusalCode(err error) string {
	var refused *Refused
	if errors.As(err, &refused) {
		return refused.Findings[0].Code
	}
	return ""
}

// refusedTwice puts a statement up, and the like of it is refused while it waits;
// of two that were put up at once one is let go.
func (h *house) refusedTwice(m label.MemberID, code, kind string, first, second any) {
	h.t.Helper()
	ctx, n := context.Background(), h.nodes[m]
	duty, fdo := h.officer(m, "duty", section.RoleDuty), h.officer(m, "fdo", section.RoleRelease)
	one, two := h.draftOf(m, kind, first), h.draftOf(m, kind, second)
	if _, err := n.Prepare(ctx, duty, []string{one, two}, ""); refusalCode(err) == "" {
		h.t.Errorf("%s: both in one decision: %v", kind, err)
	}
	put, err := n.Prepare(ctx, duty, []string{one}, "")
	check(h.t, err)
	if _, err := n.Prepare(ctx, duty, []string{two}, ""); refusalCode(err) != code {
		h.t.Errorf("%s is put up beside the like of it: %v", kind, err)
	}
	p, err := n.Plan(ctx, duty, two)
	check(h.t, err)
	late, err := n.section.PrepareRelease(ctx, duty, section.Release{Kind: section.DecideAct, Alone: p.Alone, Drafts: []string{two}})
	check(h.t, err)
	_, err = n.Approve(ctx, fdo, put.ID, put.Digest)
	check(h.t, err)
	if _, err := n.Approve(ctx, fdo, late.ID, late.Digest); refusalCode(err) == "" {
		h.t.Errorf("%s is let go beside the like of it: %v", kind, err)
	}
	check(h.t, n.section.WithdrawRelease(ctx, duty, late.ID, "it was said already"))
}

// A request is joined, closed and answered once, and nothing follows a final
// answer; the second is refused where it is put up, where it is let go, and when
// the log has the first (spec/requests.md).
func TestNothingIsPutUpTwice(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseStatement("IRN", KindRequest, flour("RUS"))
	asked := act.ID(h.board("RUS", 1)[0].ID)
	for name, c := range map[string]struct {
		r    Request
		code string
		says string
	}{
		"no members":       {flour("IRQ", "USA"), "request_stranger", "USA: no member"},
		"ten years ahead":  {func() Request { r := flour("IRQ"); r.LTIOV = r.LTIOV.AddDate(10, 0, 0); return r }(), "request_far", "366 days"},
		"a year and a day": {func() Request { r := flour("IRQ"); r.LTIOV = h.nodes["RUS"].farthest().Add(2 * time.Minute); return r }(), "request_far", "366 days"},
	} {
		if r := h.refusedSave("RUS", KindRequest, c.r); r.Findings[0].Code != c.code || !strings.Contains(r.Error(), c.says) || strings.Contains(r.Error(), "IRQ") {
			t.Errorf("%s: %v", name, r)
		}
	}

	own := flour("IRQ")
	h.releaseStatement("RUS", KindRequest, own) // much the same
	h.said("RUS", act.TypeRequest, 2)
	hints := func(m label.MemberID) (out []string) {
		for _, x := range h.requests(m, viewdb.RequestQuery{}) {
			for _, s := range x.Similar {
				if s.Join {
					out = append(out, s.ID)
				}
			}
		}
		return out
	}
	if got := hints("RUS"); len(got) == 0 || got[0] != string(asked) {
		t.Errorf("RUS is told that it can join %v", got)
	}
	join := Request{Joins: asked, Purpose: "relief", LegalBasis: "agreement"}
	h.refusedTwice("RUS", "request_join_twice", KindRequest, join, join)
	joining := h.board("IRN", 1)[0]
	h.said("RUS", act.TypeRequest, 3)
	if got := hints("RUS"); len(got) != 0 {
		t.Errorf("RUS is told that it can join %v, which it joins", got)
	}
	own.To = label.Members("SYR")
	h.releaseStatement("IRN", KindRequest, own)
	h.said("IRN", act.TypeRequest, 3)
	if got := hints("IRN"); len(got) != 0 {
		t.Errorf("IRN is told that it can join back %v", got)
	}
	if r := h.refusedSave("IRN", KindRequest, Request{Joins: act.ID(joining.ID), Purpose: "relief", LegalBasis: "agreement"}); r.Findings[0].Code != errJoinOwn.Code {
		t.Errorf("a request that joins an own one is joined: %v", r)
	}

	say := func(state act.AnswerState, part int, final bool) Answer {
		return Answer{Request: asked, Final: final, Parts: []AnswerPart{{Number: part, State: state}}}
	}
	h.refusedTwice("RUS", "answer_repeated", KindAnswer, say(act.AnswerDeclined, 1, false), say(act.AnswerDeclined, 1, false))
	h.said("RUS", act.TypeAnswer, 1)
	if r := h.refusedSave("RUS", KindAnswer, say(act.AnswerDeclined, 1, false)); r.Findings[0].Code != "answer_repeated" {
		t.Errorf("the same answer again: %v", r)
	}
	h.refusedTwice("RUS", "answer_waits", KindAnswer, say(act.AnswerNoHolding, 2, false), say(act.AnswerDeclined, 3, true))
	h.said("RUS", act.TypeAnswer, 2)
	h.refusedTwice("RUS", "answer_final", KindAnswer, say(act.AnswerDeclined, 3, true), say(act.AnswerNoHolding, 3, false))
	h.said("RUS", act.TypeAnswer, 3)
	if r := h.refusedSave("RUS", KindAnswer, say(act.AnswerNoHolding, 1, false)); r.Findings[0].Code != "answer_final" || !strings.Contains(r.Error(), "ask again") {
		t.Errorf("an answer after a final one: %v", r)
	}

	end := Closing{Requests: []act.ID{asked}, Outcome: act.ClosedNotMet}
	h.refusedTwice("IRN", "closing_closed", KindClosing, end, end)
	h.said("RUS", act.TypeClosing, 1)
}

// Redress is asked once and carried out once (rules 10 and 22).
func TestRedressIsNotAskedOrCarriedOutTwice(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "the driver is quincunx")}})
	row := h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
	dpo := h.officer("IRQ", "dpo", section.RoleDPO)
	ask := func(a act.RedressAsk) (*Issued, error) {
		r := wrongMan(row.ID)
		r.Ask, r.Numbers = a, nil
		return h.nodes["IRQ"].AskRedress(ctx, dpo, r)
	}
	for n, a := range []act.RedressAsk{act.AskErase, act.AskRestrict} {
		x, err := ask(a)
		check(t, err)
		if _, err := ask(a); refusalCode(err) != CodeRedressRepeated {
			t.Errorf("the same is asked while it waits: %v", err)
		}
		_, err = h.nodes["IRQ"].Approve(ctx, h.officer("IRQ", "fdo", section.RoleRelease), x.Decision.ID, x.Decision.Digest)
		check(t, err)
		h.said("RUS", act.TypeRedress, n+1)
	}
	asked := h.said("RUS", act.TypeRedress, 2)
	fdo := h.officer("RUS", "fdo", section.RoleRelease)
	for _, r := range []Recall{{Kind: act.RecallReview, Redress: act.ID(asked[1].ID)}, {Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: act.ID(asked[0].ID)}} {
		_, err := h.nodes["RUS"].IssueRecall(ctx, fdo, r)
		check(t, err)
		for _, when := range []string{"while it leaves", "when all have it"} {
			if _, err := h.nodes["RUS"].IssueRecall(ctx, fdo, r); refusalCode(err) != CodeAlready || !strings.Contains(err.Error(), "entente redress answer "+string(r.Redress)) {
				t.Errorf("%s is carried out twice, %s: %v", r.Kind, when, err)
			}
			h.recallFrom("IRQ", "RUS")
			h.atRest(four...)
		}
	}
}

// An answer names an own report by the draft that left, too; of one that went to
// others the refusal says that the asker does not hold it.
func TestAnAnswerNamesADraft(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseStatement("IRN", KindRequest, flour("RUS"))
	asked := act.ID(h.board("RUS", 1)[0].ID)
	release := func(to label.MemberID, text string) (draft, view string) {
		draft = h.releaseReport("RUS", &Draft{ReportType: act.ANSWER, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", to), "RUS", text)}})
		view = h.find("RUS", viewdb.Query{Text: text}, 1)[0].ID
		h.atRest(four...)
		return draft, view
	}
	theirs, view := release("IRN", "a quincunx of lorries")
	others, elsewhere := release("SYR", "a heptagon of lorries")
	with := func(report string) Answer {
		return Answer{Request: asked, Parts: []AnswerPart{{Number: 1, State: act.AnswerFull, Report: report}}}
	}
	unreleased := h.draftReport("RUS")
	for report, code := range map[string]string{others: "answer_not_given", elsewhere: "answer_not_given", unreleased: "answer_not_given", string(act.NewID()): "answer_report"} {
		if r := h.refusedSave("RUS", KindAnswer, with(report)); r.Findings[0].Code != code {
			t.Errorf("%v, want %s", r, code)
		}
	}
	h.releaseStatement("RUS", KindAnswer, with(theirs))
	said := h.said("IRN", act.TypeAnswer, 1)
	a, err := act.Parse(said[0].Act)
	check(t, err)
	full, err := h.nodes["RUS"].Views().Get(context.Background(), view)
	check(t, err)
	held, err := act.Parse(full.Act)
	check(t, err)
	if got := a.Answer.Parts[0].Portions; len(got) != 1 || got[0].Portion != held.Report.Portions[0].ID {
		t.Errorf("it gives %v", got)
	}

	// What was given is marked as it stands, at asker and answerer.
	standing := func(m label.MemberID) viewdb.Standing {
		t.Helper()
		row, _, _, err := h.nodes[m].RequestByID(context.Background(), h.officer(m, "duty", section.RoleDuty), string(asked))
		check(t, err)
		if row.Parts[0].State != act.AnswerFull || len(row.Parts[0].Portions) != 1 {
			t.Fatalf("%s reads %+v", m, row.Parts[0])
		}
		return row.Parts[0].Standing[row.Parts[0].Portions[0]]
	}
	if s := standing("IRN"); s.Withdrawn || s.Doubt || s.Review {
		t.Errorf("before: %+v", s)
	}
	for i, r := range []Recall{{Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Report: theirs}, {Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: theirs}} {
		h.recall("RUS", r)
		h.said("IRN", act.TypeRecall, i+1)
		h.atRest(four...)
		for _, m := range []label.MemberID{"IRN", "RUS"} {
			if s := standing(m); s.Withdrawn != (i == 1) || !s.Doubt {
				t.Errorf("%s after %s: %+v", m, r.Kind, s)
			}
		}
	}
}

// draftReport is a draft of a report that nobody let go.
func (h *house) draftReport(m label.MemberID) string {
	h.t.Helper()
	d, err := h.nodes[m].SaveDraft(context.Background(), h.officer(m, "duty", section.RoleDuty), "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", m, four...), m, "an octagon")}})
	check(h.t, err)
	return d.ID
}
