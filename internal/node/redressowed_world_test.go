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

// Rule 22: who is asked cannot destroy the request, by forgetting it or by ending
// it as a record, before it has a final answer; after it, it can be forgotten.
func TestWhoIsAskedKeepsARequestUntilItIsAnswered(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		w.askRedress("IRQ", wrongMan(row.ID))
		id := w.redresses("RUS", viewdb.RedressQuery{Received: true})[0].ID
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			if _, err := w.nodes[m].Forget(ctx, w.dpo(m), "request 9", id); !errors.Is(err, ErrOwed) {
				t.Errorf("%s forgets an unanswered request: %v", m, err)
			}
			_, err := w.nodes[m].EndRecord(ctx, w.dpo(m), id, "review 9")
			if code, rule := refusedFor(t, err); code != CodeEndNoRecord || rule != "21" {
				t.Errorf("%s ends an unanswered request as a record: %q, rule %q", m, code, rule)
			}
		}
		if got := w.redresses("RUS", viewdb.RedressQuery{Received: true, Open: true}); len(got) != 1 {
			t.Fatalf("RUS owes %+v", got)
		}
		w.answerRedress("RUS", RedressAnswer{Redress: act.ID(id), Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "He was there."})
		if _, err := w.nodes["RUS"].Forget(ctx, w.dpo("RUS"), "request 9", id); err != nil {
			t.Errorf("an answered request cannot be forgotten: %v", err)
		}
		if got := w.redresses("RUS", viewdb.RedressQuery{Received: true}); len(got) != 0 {
			t.Errorf("it is forgotten, and still here: %+v", got)
		}
	})
}

// Rule 22: what closes a request is not forgotten while the request is here, so
// that none opens again: a final answer on redress, an answer to a request for what
// is known, and its closing. With the request, or after it, it can be.
func TestWhatClosesARequestIsKeptWithIt(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		idOf := func(m label.MemberID, kind act.Type) string {
			for i := range int64(1 << 20) {
				if size, _ := w.nodes[m].Projected(); i >= size {
					break
				}
				if said, err := w.nodes[m].views.SaidAt(ctx, i); err == nil && said.Type == string(kind) {
					return said.ID
				}
			}
			t.Fatalf("%s has no %s", m, kind)
			return ""
		}
		kept := func(m label.MemberID, id string) {
			if _, err := w.nodes[m].Forget(ctx, w.dpo(m), "request 9", id); !errors.Is(err, ErrCloses) {
				t.Errorf("%s forgets what closes a request: %v", m, err)
			}
		}
		gone := func(m label.MemberID, ids ...string) {
			if _, err := w.nodes[m].Forget(ctx, w.dpo(m), "request 9", ids...); err != nil {
				t.Errorf("%s cannot forget a request that is closed, and what closes it: %v", m, err)
			}
		}
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		w.askRedress("IRQ", wrongMan(row.ID))
		id := w.redresses("RUS", viewdb.RedressQuery{Received: true})[0].ID
		w.answerRedress("RUS", RedressAnswer{Redress: act.ID(id), Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "He was there."})
		answer := idOf("RUS", act.TypeRedressAnswer)
		kept("RUS", answer)
		kept("IRQ", answer)
		if got := w.redresses("RUS", viewdb.RedressQuery{Received: true, Open: true}); len(got) != 0 {
			t.Errorf("RUS owes %+v again", got)
		}
		gone("RUS", id)
		gone("RUS", answer)
		gone("IRQ", answer, id)

		w.releaseStatement("RUS", KindRequest, Request{Title: "Lorries", Purpose: "relief", LegalBasis: "agreement", Class: "RESTRICTED",
			LTIOV: time.Now().UTC().Add(48 * time.Hour).Truncate(time.Minute), Parts: []string{"How many?"}, To: label.Members("IRQ")})
		w.settle(time.Minute)
		asked := idOf("IRQ", act.TypeRequest)
		w.releaseStatement("IRQ", KindAnswer, Answer{Request: act.ID(asked), Final: true, Parts: []AnswerPart{{Number: 1, State: act.AnswerNoHolding}}})
		w.settle(time.Minute)
		w.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{act.ID(asked)}, Outcome: act.ClosedNotMet})
		w.settle(time.Minute)
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			answer, closing := idOf(m, act.TypeAnswer), idOf(m, act.TypeClosing)
			kept(m, answer)
			kept(m, closing)
			gone(m, answer, closing, asked)
			if !w.madeAgain(m) {
				t.Errorf("%s: the views made again differ", m)
			}
		}
	})
}

// Rule 22: what the data-protection officer asks, he alone gives up.
func TestOnlyTheDataProtectionOfficerGivesUpRedress(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		s := w.nodes["IRQ"].section
		x, err := w.nodes["IRQ"].AskRedress(ctx, w.dpo("IRQ"), wrongMan(row.ID))
		check(t, err)
		d, err := s.Draft(ctx, w.dpo("IRQ"), x.Drafts[0])
		check(t, err)
		if err := s.DiscardDraft(ctx, w.officer("IRQ", "duty", section.RoleDuty), d.ID, d.ETag()); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("a duty officer gives up a request for redress: %v", err)
		}
		if err := s.DiscardDraft(ctx, w.dpo("IRQ"), d.ID, d.ETag()); err != nil {
			t.Errorf("the data-protection officer cannot give up his own: %v", err)
		}
		y, err := w.nodes["IRQ"].SaveDraft(ctx, w.officer("IRQ", "duty", section.RoleDuty), "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "a tamarind")}})
		check(t, err)
		if err := s.DiscardDraft(ctx, w.dpo("IRQ"), y.ID, y.ETag()); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("a data-protection officer gives up a report: %v", err)
		}
	})
}

// A header's time is a claim: one of days to come spends no budget of theirs, of a
// request for redress as of any other (spec/redress.md, "State").
func TestRedressCountsForNoDayToCome(t *testing.T) {
	inRedress(t, func(w *world) {
		n := w.nodes["RUS"]
		c := n.station.Certified()
		today := dayOf(c.Time)
		b := viewdb.Batch{Said: []viewdb.Said{
			{Index: c.Size - 1, Redress: &viewdb.Redress{Day: today + 3}},
			{Index: c.Size - 1, Redress: &viewdb.Redress{Day: today - 3}}, // late, by courier
			{Index: c.Size - 1, Request: &viewdb.Request{Day: today + 3}},
			{Index: c.Size - 1, Type: "consent"},
		}}
		check(t, n.countedDays(context.Background(), &b))
		if a, l, r := b.Said[0].Redress.Day, b.Said[1].Redress.Day, b.Said[2].Request.Day; a != today || l != today-3 || r != today {
			t.Errorf("they count for days %d, %d and %d, and today is %d", a, l, r, today)
		}
	})
}
