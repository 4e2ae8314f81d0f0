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

// Every refusal of a request, an answer, a closing and a line of a register has
// its code, says why and what would cure it, once, and names the rule that is
// its reason (spec/requests.md, "Refusals").
func TestRefusalsOfRequestsHaveCodes(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	oldLimits, oldOpen := requestLimits, openLimits
	defer func() { requestLimits, openLimits = oldLimits, oldOpen }()

	h.releaseStatement("RUS", KindRequest, flour("IRQ", "SYR"))
	h.said("RUS", act.TypeRequest, 2)
	irq, syr := act.ID(h.board("IRQ", 1)[0].ID), act.ID(h.board("SYR", 1)[0].ID)
	h.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{syr}, Outcome: act.ClosedWithdrawn})
	h.said("RUS", act.TypeClosing, 1)
	h.said("SYR", act.TypeClosing, 1)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 1", Kind: act.PIR, Title: "Roads"})
	h.said("RUS", act.TypeRequirement, 1)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 1", State: act.RegisterEnded})
	h.said("RUS", act.TypeRequirement, 2)

	ask := func(change func(r *Request)) Request {
		r := flour("IRQ")
		change(&r)
		return r
	}
	join := func(of act.ID, to ...label.MemberID) Request {
		return Request{Purpose: "relief", LegalBasis: "agreement", Joins: of, To: label.Members(to...)}
	}
	reply := func(to act.ID, parts ...AnswerPart) Answer { return Answer{Request: to, Parts: parts} }
	declined := AnswerPart{Number: 1, State: act.AnswerDeclined}
	long, joined := strings.Repeat("a", 2001), false
	for _, c := range []struct {
		what    string
		by      label.MemberID
		kind    string
		content any
		before  func()
		code    string
		rule    string
	}{
		{"asks nobody", "RUS", KindRequest, ask(func(r *Request) { r.To = label.MemberSet{} }), nil, "request_nobody", ""},
		{"asks itself", "RUS", KindRequest, ask(func(r *Request) { r.To = label.Members("RUS") }), nil, "request_itself", ""},
		{"asks no member", "RUS", KindRequest, ask(func(r *Request) { r.To = label.Members("KRG") }), nil, "request_stranger", "7"},
		{"without parts", "RUS", KindRequest, ask(func(r *Request) { r.Parts = nil }), nil, "request_parts", ""},
		{"with 33 parts", "RUS", KindRequest, ask(func(r *Request) { r.Parts = make([]string, act.MaxParts+1) }), nil, "request_parts", ""},
		{"a part without words", "RUS", KindRequest, ask(func(r *Request) { r.Parts = []string{""} }), nil, "act_value", ""},
		{"a part too long", "RUS", KindRequest, ask(func(r *Request) { r.Parts = []string{long} }), nil, "act_field_size", ""},
		{"parts too long together", "RUS", KindRequest, ask(func(r *Request) {
			r.Parts = nil
			for range act.MaxParts {
				r.Parts = append(r.Parts, strings.Repeat(`"`, 1500))
			}
		}), nil, "act_too_large", ""},
		{"a title too long", "RUS", KindRequest, ask(func(r *Request) { r.Title = long }), nil, "act_field_size", ""},
		{"a purpose too long", "RUS", KindRequest, ask(func(r *Request) { r.Purpose = long }), nil, "act_field_size", ""},
		{"no class of the centre", "RUS", KindRequest, ask(func(r *Request) { r.Class = "HIGH" }), nil, "act_unknown_class", "7"},
		{"too late", "RUS", KindRequest, ask(func(r *Request) { r.LTIOV = time.Now().UTC().Add(-time.Hour) }), nil, "request_late", ""},
		{"wanted after its time", "RUS", KindRequest, ask(func(r *Request) { r.WantedBy = r.LTIOV.Add(time.Hour) }), nil, "request_wanted", ""},
		{"for a requirement that is not there", "RUS", KindRequest, ask(func(r *Request) { r.Requirement = "PIR 9" }), nil, "request_requirement", ""},
		{"for a requirement that is ended", "RUS", KindRequest, ask(func(r *Request) { r.Requirement = "PIR 1" }), nil, "request_requirement", ""},
		{"for a requirement of another", "IRN", KindRequest, ask(func(r *Request) { r.Requirement = "PIR 1" }), nil, "request_requirement", ""},
		{"of a detained person, undecided", "RUS", KindRequest, ask(func(r *Request) { r.About = act.AboutDetained }), nil, "act_decision", "23"},
		{"of detention, unstated", "RUS", KindRequest, ask(func(r *Request) { r.Parts[1] = "What did the prisoner say?" }), nil, CodeRequestDetained, "23"},
		{"by people", "RUS", KindRequest, ask(func(r *Request) { r.Parts[1] = "Names of all Kurds at the mill" }), nil, CodeRequestGroups, "18"},
		{"over the budget of the day", "RUS", KindRequest, flour("IRQ"), func() { requestLimits.Day = 2 }, "request_day_budget", ""},
		{"over the budget of persons", "RUS", KindRequest, ask(func(r *Request) { r.About = act.AboutPerson }), func() { requestLimits.Person = 0 }, "request_person_budget", "2"},
		{"over what a member has open", "RUS", KindRequest, flour("IRQ"), func() { openLimits.member = 1 }, "request_open_budget", ""},
		{"over what an officer has open", "RUS", KindRequest, flour("IRQ"), func() { openLimits.officer = 1 }, "request_officer_budget", ""},
		{"joins what is not here", "IRN", KindRequest, join(irq), nil, "request_unknown", ""},
		{"joins an own one", "RUS", KindRequest, join(irq), nil, "request_join_own", ""},
		{"joins and asks others", "IRQ", KindRequest, join(irq, "IRN", "RUS"), nil, "request_join_one", ""},
		{"joins what is closed", "SYR", KindRequest, join(syr), nil, "request_join_ended", ""},

		{"joins twice", "IRQ", KindRequest, join(irq), func() {
			if !joined {
				joined = true
				h.releaseStatement("IRQ", KindRequest, join(irq))
				h.said("IRQ", act.TypeRequest, 2)
			}
		}, "request_join_twice", ""},

		{"answers what is not here", "IRN", KindAnswer, reply(irq, declined), nil, "request_unknown", ""},
		{"answers itself", "RUS", KindAnswer, reply(irq, declined), nil, "answer_own", ""},
		{"answers what is closed", "SYR", KindAnswer, reply(syr, declined), nil, "answer_ended", ""},
		{"answers what is in doubt", "IRQ", KindAnswer, reply(irq, declined), func() { requestLimits.Day = 0 }, "answer_in_doubt", ""},
		{"answers no part", "IRQ", KindAnswer, reply(irq), nil, "answer_parts", ""},
		{"answers part 0", "IRQ", KindAnswer, reply(irq, AnswerPart{State: act.AnswerDeclined}), nil, "answer_parts", ""},
		{"answers part 4 of 3", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 4, State: act.AnswerDeclined}), nil, "answer_parts", ""},
		{"answers a part twice", "IRQ", KindAnswer, reply(irq, declined, declined), nil, "answer_parts", ""},
		{"gives a report to part 4 of 3", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 4, State: act.AnswerFull, Report: string(act.NewID())}), nil, "answer_parts", ""},
		{"hides the truth from itself", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 1, State: act.AnswerNothing}), nil, "answer_truth", ""},
		{"says what there is not", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 1, State: "maybe"}), nil, "act_value", ""},
		{"gives nothing in full", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 1, State: act.AnswerFull}), nil, "act_missing_field", ""},
		{"gives what the asker lacks", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 1, State: act.AnswerFull, Portions: []act.PortionRef{{Portion: act.NewID()}}}), nil, "answer_not_given", "7"},
		{"gives a report that is not here", "IRQ", KindAnswer, reply(irq, AnswerPart{Number: 1, State: act.AnswerFull, Report: string(act.NewID())}), nil, "answer_report", ""},
		{"a note too long", "IRQ", KindAnswer, Answer{Request: irq, Parts: []AnswerPart{declined}, Note: long}, nil, "act_field_size", ""},

		{"closes nothing", "RUS", KindClosing, Closing{Outcome: act.ClosedMet}, nil, "closing_many", ""},
		{"closes too many", "RUS", KindClosing, Closing{Requests: make([]act.ID, act.MaxRecipients+1), Outcome: act.ClosedMet}, nil, "closing_many", ""},
		{"closes what is not here", "IRN", KindClosing, Closing{Requests: []act.ID{irq}, Outcome: act.ClosedMet}, nil, "request_unknown", ""},
		{"closes what it was asked", "IRQ", KindClosing, Closing{Requests: []act.ID{irq}, Outcome: act.ClosedMet}, nil, "closing_other", ""},
		{"closes again", "RUS", KindClosing, Closing{Requests: []act.ID{syr}, Outcome: act.ClosedMet}, nil, "closing_closed", ""},
		{"closes as there is not", "RUS", KindClosing, Closing{Requests: []act.ID{irq}, Outcome: "well"}, nil, "act_value", ""},

		{"ends no line", "RUS", KindRequirement, Requirement{Reference: "PIR 9", State: act.RegisterEnded}, nil, "register_unknown", ""},
		{"ends a line again", "RUS", KindRequirement, Requirement{Reference: "PIR 1", State: act.RegisterEnded}, nil, "register_ended", ""},
		{"an EEI of nothing", "RUS", KindRequirement, Requirement{Reference: "EEI 9.1", Kind: act.EEI, Parent: "PIR 9", Title: "Flour"}, nil, "register_parent", ""},
		{"an EEI of what is ended", "RUS", KindRequirement, Requirement{Reference: "EEI 1.1", Kind: act.EEI, Parent: "PIR 1", Title: "Flour"}, nil, "register_parent", ""},
		{"tells no member", "RUS", KindRequirement, Requirement{Reference: "PIR 2", Kind: act.PIR, Title: "Flour", To: label.Members("KRG")}, nil, "register_stranger", "7"},
		{"covers for no member", "RUS", KindCoverage, Coverage{Subject: "Road", To: label.Members("KRG")}, nil, "register_stranger", "7"},
		{"ends what it does not cover", "RUS", KindCoverage, Coverage{Subject: "Road", State: act.RegisterEnded}, nil, "register_unknown", ""},
		{"covers nothing", "RUS", KindCoverage, Coverage{}, nil, "act_value", ""},
	} {
		requestLimits, openLimits = oldLimits, oldOpen
		if c.before != nil {
			c.before()
		}
		got := h.refusedSave(c.by, c.kind, c.content)
		f := got.Findings[0]
		if f.Code != c.code || f.Rule != c.rule {
			t.Errorf("%s: code %q and rule %q, want %q and %q (%s)", c.what, f.Code, f.Rule, c.code, c.rule, f.Text)
		}
		if c.rule != "" && !strings.Contains(f.Text, "rule "+c.rule) {
			t.Errorf("%s: %q does not name rule %s", c.what, f.Text, c.rule)
		}
		if !strings.Contains(f.Text, "; ") {
			t.Errorf("%s: %q says no cure", c.what, f.Text)
		}
		seen := map[string]bool{}
		for _, sentence := range strings.Split(f.Text, "; ") {
			if seen[sentence] {
				t.Errorf("%s: %q says something twice", c.what, f.Text)
			}
			seen[sentence] = true
		}
	}

	// A refusal leaves no draft and no act behind.
	requestLimits, openLimits = oldLimits, oldOpen
	h.atRest(four...)
	if got := h.requests("RUS", viewdb.RequestQuery{}); len(got) != 3 {
		t.Errorf("RUS has asked or was asked %d requests", len(got))
	}
}

// A join that was written while the request was open does not leave once it is
// closed (spec/requests.md, "Refusals": and again when it is to leave).
func TestStaleJoinDoesNotLeave(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseStatement("RUS", KindRequest, flour("IRQ"))
	asked := act.ID(h.board("IRQ", 1)[0].ID)
	raw, err := json.Marshal(Request{Purpose: "relief", LegalBasis: "agreement", Joins: asked, To: label.Members("RUS")})
	check(t, err)
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	d, err := h.nodes["IRQ"].SaveStatement(ctx, duty, KindRequest, "", "", raw)
	check(t, err)
	h.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{asked}, Outcome: act.ClosedWithdrawn})
	h.said("IRQ", act.TypeClosing, 1)
	plan, _, err := h.nodes["IRQ"].planStatement(ctx, d)
	check(t, err)
	if len(plan.Findings) != 1 || plan.Findings[0].Code != "request_join_ended" {
		t.Errorf("the join would leave: %+v", plan.Findings)
	}
	var refused *Refused
	if _, err := h.nodes["IRQ"].Prepare(ctx, duty, []string{d.ID}, ""); !errors.As(err, &refused) || refused.Findings[0].Code != "request_join_ended" {
		t.Errorf("it is put up: %v", err)
	}
}
