package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// flour is a request of three parts.
func flour(to ...label.MemberID) Request {
	return Request{Title: "Quincunx lorries", Purpose: "relief", LegalBasis: "agreement, article 3", Class: "RESTRICTED", LTIOV: time.Now().UTC().Add(48 * time.Hour).Truncate(time.Minute),
		Parts: []string{"How many flour lorries crossed the northern bridge from 1 to 5 October?", "Who drove them?", "What did they bring back?"}, To: label.Members(to...)}
}

// requests returns the board of a member.
func (h *house) requests(m label.MemberID, q viewdb.RequestQuery) []RequestRow {
	h.t.Helper()
	rows, err := h.nodes[m].Requests(context.Background(), h.officer(m, "duty", section.RoleDuty), q)
	check(h.t, err)
	return rows
}

// board waits until a member's board has so many requests of others.
func (h *house) board(m label.MemberID, want int) []RequestRow {
	h.t.Helper()
	other := false
	var rows []RequestRow
	h.eventually(string(m)+" is asked", func() bool {
		rows = h.requests(m, viewdb.RequestQuery{Own: &other})
		return len(rows) == want
	})
	return rows
}

// save returns what refuses a statement.
func (h *house) refusedSave(m label.MemberID, kind string, content any) *Refused {
	h.t.Helper()
	raw, err := json.Marshal(content)
	check(h.t, err)
	_, err = h.nodes[m].SaveStatement(context.Background(), h.officer(m, "duty", section.RoleDuty), kind, "", "", raw)
	var refused *Refused
	if !errors.As(err, &refused) {
		h.t.Errorf("%s of %s: %v, want a refusal", kind, m, err)
		return &Refused{[]act.Finding{{}}}
	}
	return refused
}

// answerWith releases a report to the asker and answers with it.
func (h *house) answerWith(m label.MemberID, a Answer, text string, asker label.MemberID) {
	h.t.Helper()
	h.releaseReport(m, &Draft{ReportType: act.ANSWER, Portions: []act.PortionInput{portion(mark("RESTRICTED", m, m, asker), m, text)}})
	row := h.find(m, viewdb.Query{Text: text}, 1)[0]
	h.find(asker, viewdb.Query{Text: text}, 1)
	for i := range a.Parts {
		if a.Parts[i].State.Gives() {
			a.Parts[i].Report = row.ID
		}
	}
	h.releaseStatement(m, KindAnswer, a)
}

// Journey J2: RUS asks IRQ and IRN and not SYR. Each has an act of its own and
// knows of no other; IRN's refusal and lack look alike; RUS closes; what does
// not count changes nothing; views made again are the same.
func TestRequestsAreAnsweredAndClosed(t *testing.T) {
	h := newHouse(t, func(c *charter.Charter) { c.Leads = []label.MemberID{"SYR", "IRQ", "IRN", "RUS"} })
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	r := flour("IRN", "IRQ")
	r.WantedBy = time.Now().UTC().Add(-time.Hour).Truncate(time.Minute)
	h.releaseStatement("RUS", KindRequest, r)
	irn, irq := h.board("IRN", 1)[0], h.board("IRQ", 1)[0]
	h.atRest(four...)
	own := h.said("RUS", act.TypeRequest, 2)
	shared := map[string]bool{}
	for _, p := range irn.Request.Parts {
		shared[string(p.ID)] = true
	}
	for _, p := range irq.Request.Parts {
		if shared[string(p.ID)] {
			t.Error("a part has one id in two acts")
		}
	}
	if irn.ID == irq.ID || bytes.Contains(irn.Act, []byte("IRQ")) || bytes.Contains(irq.Act, []byte("IRN")) {
		t.Error("an act tells who else was asked")
	}
	for _, m := range []label.MemberID{"IRN", "IRQ", "SYR"} {
		d := dump(t, h.nodes[m].Views())
		for _, x := range own {
			if m != label.MemberID(other(label.Members("RUS", label.MemberID(x.Recipients[0]), label.MemberID(x.Recipients[1])), "RUS")) && strings.Contains(d, x.ID) {
				t.Errorf("%s holds a request that is to another", m)
			}
		}
		if strings.Contains(d, "wanted") {
			t.Errorf("%s learns when the answer is wanted", m)
		}
	}
	if irn.Overdue || irn.State != "open" {
		t.Errorf("IRN's board says %+v", irn)
	}
	for _, x := range h.requests("RUS", viewdb.RequestQuery{}) {
		if !x.Overdue || x.Draft == "" || len(x.Together) != 1 {
			t.Errorf("RUS's board says %+v", x)
		}
	}

	// IRN gives part 1, declines 2 and has nothing on 3.
	h.answerWith("IRN", Answer{Request: act.ID(irn.ID), Alike: true, Final: true, Parts: []AnswerPart{
		{Number: 1, State: act.AnswerFull}, {Number: 2, State: act.AnswerDeclined}, {Number: 3, State: act.AnswerNoHolding}}}, "forty lorries", "RUS")
	answer := h.said("RUS", act.TypeAnswer, 1)[0]
	if bytes.Contains(answer.Act, []byte("declined")) || bytes.Contains(answer.Act, []byte("no holding")) {
		t.Errorf("the answer tells which it was: %s", answer.Act)
	}
	duty := h.officer("RUS", "duty", section.RoleDuty)
	row, replies, _, err := h.nodes["RUS"].RequestByID(ctx, duty, irn.ID)
	check(t, err)
	if row.State != "answered" || row.Overdue || row.Parts[0].State != act.AnswerFull || row.Parts[1].State != act.AnswerNothing || row.Parts[2].State != act.AnswerNothing || len(replies) != 1 || replies[0].Truth != nil {
		t.Errorf("RUS reads %+v", row)
	}
	h.said("IRN", act.TypeAnswer, 1) // its own answer has come back to it
	_, replies, _, err = h.nodes["IRN"].RequestByID(ctx, h.officer("IRN", "duty", section.RoleDuty), irn.ID)
	check(t, err)
	if len(replies) != 1 || replies[0].Truth == nil || replies[0].Truth.Parts[1].State != act.AnswerDeclined {
		t.Errorf("IRN's own record is %+v", replies)
	}

	// Nobody answers or closes for another, gives what the asker does not hold,
	// or writes a state that hides the truth from its own record.
	for what, c := range map[string]struct {
		by      label.MemberID
		kind    string
		content any
		says    string
	}{
		"an answer to a request that is not here": {"SYR", KindAnswer, Answer{Request: act.ID(irn.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}}}, "no such request"},
		"a closing by who was asked":              {"IRQ", KindClosing, Closing{Requests: []act.ID{act.ID(irq.ID)}, Outcome: act.ClosedMet}, "only its asker"},
		"an answer to an own request":             {"RUS", KindAnswer, Answer{Request: act.ID(irn.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}}}, "own request"},
		"a state without truth":                   {"IRQ", KindAnswer, Answer{Request: act.ID(irq.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerNothing}}}, "as what it is"},
		"a part that is not asked":                {"IRQ", KindAnswer, Answer{Request: act.ID(irq.ID), Parts: []AnswerPart{{Number: 4, State: act.AnswerDeclined}}}, "part 4 of 3"},
		"a portion that the asker lacks":          {"IRQ", KindAnswer, Answer{Request: act.ID(irq.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerFull, Portions: []act.PortionRef{{Portion: act.NewID()}}}}}, "rule 7"},
	} {
		if got := h.refusedSave(c.by, c.kind, c.content); !strings.Contains(got.Error(), c.says) {
			t.Errorf("%s: %v", what, got)
		}
	}

	// RUS closes both at once.
	h.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{act.ID(irn.ID)}, All: true, Outcome: act.ClosedPartly, Note: "part 2 is missing"})
	h.said("IRN", act.TypeClosing, 1)
	h.said("IRQ", act.TypeClosing, 1)
	h.atRest(four...)
	if got := h.board("IRN", 1)[0]; got.State != "closed" || got.Outcome != act.ClosedPartly {
		t.Errorf("IRN's board says %+v", got)
	}
	if got := h.refusedSave("IRQ", KindAnswer, Answer{Request: act.ID(irq.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}}}); !strings.Contains(got.Error(), "closed") {
		t.Errorf("an answer to a closed request: %v", got)
	}
	if strings.Contains(dump(t, h.nodes["SYR"].Views()), "said\t") {
		t.Error("SYR, the lead, holds something of it")
	}

	h.said("RUS", act.TypeClosing, 2)
	for _, m := range []label.MemberID{"RUS", "IRN"} {
		was := dump(t, h.nodes[m].Views())
		h.nodes[m].stop()
		delete(h.nodes, m)
		h.rebuild(m)
		h.start(m)
		if is := dump(t, h.nodes[m].Views()); is != was {
			t.Errorf("the views of %s made again are others", m)
		}
	}
}

// What is asked twice is seen by who asks it, before it leaves and on the
// board, and can be joined; nothing beyond what the member may see is compared.
func TestNearDuplicatesAreSeenAndJoined(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseStatement("IRN", KindRequest, flour("RUS"))
	asked := h.board("RUS", 1)[0]
	again := flour("IRQ")
	again.Title, again.Parts = "Lorries on the bridge", []string{"Number of flour lorries that crossed the northern bridge from 1 to 5 October", "Who drove them, and what did they bring back?"}
	plan := func(m label.MemberID, r Request) *Plan {
		t.Helper()
		raw, err := json.Marshal(r)
		check(t, err)
		duty := h.officer(m, "duty", section.RoleDuty)
		d, err := h.nodes[m].SaveStatement(ctx, duty, KindRequest, "", "", raw)
		check(t, err)
		p, err := h.nodes[m].Plan(ctx, duty, d.ID)
		check(t, err)
		return p
	}
	if p := plan("RUS", again); len(p.Similar) != 1 || p.Similar[0].ID != asked.ID || !p.Similar[0].Join || p.Blocked != "" {
		t.Errorf("RUS is told %+v (%s)", p.Similar, p.Blocked)
	}
	if p := plan("SYR", again); len(p.Similar) != 0 {
		t.Errorf("SYR is told %+v", p.Similar)
	}
	h.releaseStatement("RUS", KindRequest, again)
	h.said("RUS", act.TypeRequest, 2)
	for _, x := range h.requests("RUS", viewdb.RequestQuery{}) {
		if len(x.Similar) != 1 {
			t.Errorf("on the board of RUS %s has %d similar", x.ID, len(x.Similar))
		}
	}
	if got := h.board("IRQ", 1)[0]; len(got.Similar) != 0 {
		t.Errorf("IRQ, which sees one of them, is told %+v", got.Similar)
	}

	if got := h.refusedSave("RUS", KindRequest, Request{Purpose: "relief", LegalBasis: "agreement", Joins: act.ID(asked.ID), To: label.Members("IRQ")}); !strings.Contains(got.Error(), "alone") {
		t.Errorf("joined beyond its asker: %v", got)
	}
	if got := h.refusedSave("SYR", KindRequest, Request{Purpose: "relief", LegalBasis: "agreement", Joins: act.ID(asked.ID), To: label.Members("IRN")}); !strings.Contains(got.Error(), "no such request") {
		t.Errorf("joined unseen: %v", got)
	}
	h.releaseStatement("RUS", KindRequest, Request{Purpose: "relief", LegalBasis: "agreement", Joins: act.ID(asked.ID)})
	join := h.board("IRN", 1)[0]
	if !join.JoinCounts || join.Joins != asked.ID || join.Request.Title != "Quincunx lorries" || !join.Request.Label.Originators.Equal(label.Members("IRN", "RUS")) {
		t.Errorf("IRN reads %+v", join)
	}
	_, _, joined, err := h.nodes["IRN"].RequestByID(ctx, h.officer("IRN", "duty", section.RoleDuty), asked.ID)
	check(t, err)
	if len(joined) != 1 || joined[0].ID != join.ID {
		t.Errorf("its request is joined by %+v", joined)
	}
}

// An ask for consent that is made for a request shows on the answerer's own
// board, and nowhere else.
func TestConsentOnTheWayShowsAtTheAnswererAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseStatement("RUS", KindRequest, flour("IRQ"))
	asked := h.board("IRQ", 1)[0]
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "SYR", Members: label.Members("RUS"), Request: act.ID(asked.ID),
		Portions: []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}})
	ask := h.said("SYR", act.TypeConsent, 1)[0]
	if bytes.Contains(ask.Act, []byte(asked.ID)) {
		t.Error("SYR learns that there is a request")
	}
	h.said("IRQ", act.TypeConsent, 1)
	h.said("RUS", act.TypeRequest, 1) // its own request has come back to it
	if got := h.board("IRQ", 1)[0]; got.State != "consent asked" {
		t.Errorf("IRQ's board says %s", got.State)
	}
	if got := h.requests("RUS", viewdb.RequestQuery{})[0]; got.State != "open" {
		t.Errorf("RUS's board says %s", got.State)
	}
	h.releaseStatement("SYR", KindConsent, Consent{Step: act.ConsentRefuse, Answers: act.ID(ask.ID)})
	h.said("IRQ", act.TypeConsent, 2)
	if got := h.board("IRQ", 1)[0]; got.State != "open" {
		t.Errorf("after the refusal IRQ's board says %s", got.State)
	}
}

// What must not be asked, and what must be said with it.
func TestRequestsAreRefusedByTheirRules(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	old := requestLimits
	defer func() { requestLimits = old }()
	for what, c := range map[string]struct {
		change func(*Request)
		rule   string
		says   string
	}{
		"about a detained person without a decision": {func(r *Request) { r.About = act.AboutDetained }, "23", "written decision"},
		"of detention, unstated":                     {func(r *Request) { r.Parts[1] = "What did the prisoner say?" }, "23", "detained"},
		"by people":                                  {func(r *Request) { r.Parts[1] = "Names of all Kurds at the mill" }, "18", "quotation marks"},
		"of a stranger":                              {func(r *Request) { r.To = label.Members("KRG") }, "7", "rule 7"},
		"of oneself":                                 {func(r *Request) { r.To = label.Members("IRQ", "RUS") }, "", "itself"},
		"of nobody":                                  {func(r *Request) { r.To = label.MemberSet{} }, "", "asks a member"},
		"too late":                                   {func(r *Request) { r.LTIOV = time.Now().UTC().Add(-time.Hour).Truncate(time.Minute) }, "", "latest time of value"},
		"without a purpose":                          {func(r *Request) { r.Purpose = "" }, "", "purpose"},
		"without a class":                            {func(r *Request) { r.Class = "" }, "", ""},
		"wanted after its time":                      {func(r *Request) { r.WantedBy = r.LTIOV.Add(time.Hour) }, "", "earlier"},
		"over the budget of persons":                 {func(r *Request) { r.About = act.AboutPerson; requestLimits.Person = 0 }, "2", "budget"},
		"over the budget of a day":                   {func(*Request) { requestLimits.Day = 0 }, "", "budget"},
	} {
		r := flour("RUS")
		requestLimits = old
		c.change(&r)
		if got := h.refusedSave("IRQ", KindRequest, r); got.Findings[0].Rule != c.rule && c.rule != "" || !strings.Contains(got.Error(), c.says) {
			t.Errorf("a request %s: %+v", what, got.Findings)
		}
	}
}

// A register is kept to oneself or told to chosen members, each in an act of
// its own; the last line stands, and what ends is told to all who knew.
func TestRegistersAreToldToTheChosenAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	lines := func(m label.MemberID, typ act.Type) []RegisterLine {
		t.Helper()
		rows, err := h.nodes[m].Register(ctx, h.officer(m, "duty", section.RoleDuty), typ, false, "", 0, 0)
		check(t, err)
		return rows
	}
	if got := h.refusedSave("RUS", KindRequirement, Requirement{Reference: "EEI 3.1", Kind: act.EEI, Parent: "PIR 3", Title: "Flour"}); !strings.Contains(got.Error(), "PIR") {
		t.Errorf("an EEI of no PIR: %v", got)
	}
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 3", Kind: act.PIR, Title: "Relief by road"})
	h.said("RUS", act.TypeRequirement, 1)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "EEI 3.1", Kind: act.EEI, Parent: "PIR 3", Title: "Flour", To: label.Members("IRN", "IRQ")})
	h.said("IRN", act.TypeRequirement, 1)
	h.said("IRQ", act.TypeRequirement, 1)
	own := h.said("RUS", act.TypeRequirement, 3)
	if rows := lines("RUS", act.TypeRequirement); len(rows) != 2 || len(rows[0].Told) != 2 || len(rows[1].Told) != 0 || !rows[0].InForce {
		t.Errorf("RUS's register is %+v", rows)
	}
	if own[1].ID == own[2].ID {
		t.Error("two acts have one id")
	}
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "EEI 3.1", State: act.RegisterEnded})
	h.said("IRN", act.TypeRequirement, 2)
	h.said("IRQ", act.TypeRequirement, 2)
	if rows := lines("IRN", act.TypeRequirement); len(rows) != 1 || rows[0].InForce || rows[0].State != "ended" || rows[0].Requirement.Title != "Flour" {
		t.Errorf("IRN reads %+v", rows)
	}
	h.releaseStatement("IRN", KindCoverage, Coverage{Subject: "Northern road", To: label.Members("RUS")})
	h.said("RUS", act.TypeCoverage, 1)
	if rows := lines("RUS", act.TypeCoverage); len(rows) != 1 || rows[0].Coverage.Subject != "Northern road" || rows[0].Originator != "IRN" {
		t.Errorf("RUS reads %+v", rows)
	}
	if got := h.refusedSave("IRN", KindCoverage, Coverage{Subject: "Southern road", State: act.RegisterEnded}); !strings.Contains(got.Error(), "no such line") {
		t.Errorf("the end of nothing: %v", got)
	}
	h.atRest(four...)
	if strings.Contains(dump(t, h.nodes["SYR"].Views()), "said\t") {
		t.Error("SYR holds a line that it was not told")
	}
}
