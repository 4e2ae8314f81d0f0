package node

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// asking is what happens in one of two worlds. The originator asks a member of
// the coalition, in one world together with the ally; the ally answers and is
// told of the end. In the other world the ally and the originator write lines of
// their registers instead, which they keep to themselves.
func asking(w *world, c cast, together bool) {
	t := w.t
	asked := c.coalition[0]
	quiet := func(by label.MemberID, name string, size int) {
		w.releaseStatement(by, KindRequirement, Requirement{Reference: name, Kind: act.PIR, Title: wordsOfSecond, Text: strings.Repeat("y", size)})
	}
	w.settle(5 * time.Second)
	r := Request{Title: "Lorries", Purpose: "relief", LegalBasis: "agreement", Class: "RESTRICTED", LTIOV: time.Now().UTC().Add(3 * time.Minute).Truncate(time.Minute),
		Parts: []string{"How many? " + strings.Repeat("z", 1200), "Whose?"}, To: label.Members(asked), WantedBy: time.Now().UTC().Truncate(time.Minute)}
	if together {
		r.To = r.To.With(c.ally)
	}
	w.releaseStatement(c.originator, KindRequest, r)
	w.settle(15 * time.Second)

	// A second request goes to the ally alone, or nobody is asked anything.
	if together {
		r := r
		r.Title, r.To, r.WantedBy = wordsOfFirst, label.Members(c.ally), time.Time{}
		w.releaseStatement(c.originator, KindRequest, r)
	} else {
		quiet(c.originator, "PIR 1", 1700)
	}
	w.settle(15 * time.Second)

	// The ally declines one part and holds nothing on the other.
	other := false
	if together {
		rows := w.requests(c.ally, viewdb.RequestQuery{Own: &other, Open: true})
		if len(rows) != 2 {
			t.Fatalf("the ally is asked %d requests", len(rows))
		}
		w.releaseStatement(c.ally, KindAnswer, Answer{Request: act.ID(rows[0].ID), Alike: true, Final: true, Note: strings.Repeat("v", 900),
			Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}, {Number: 2, State: act.AnswerNoHolding}}})
	} else {
		quiet(c.ally, "PIR 2", 1000)
	}
	w.settle(15 * time.Second)

	// Who was asked in both worlds answers in both, and the originator closes it,
	// in one world together with the ally's.
	rows := w.requests(asked, viewdb.RequestQuery{Own: &other})
	if len(rows) != 1 || rows[0].Overdue || len(rows[0].Together) != 0 {
		t.Fatalf("%s is asked %+v", asked, rows)
	}
	w.releaseStatement(asked, KindAnswer, Answer{Request: act.ID(rows[0].ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerNoHolding}}})
	w.settle(15 * time.Second)
	w.releaseStatement(c.originator, KindClosing, Closing{Requests: []act.ID{act.ID(rows[0].ID)}, All: true, Outcome: act.ClosedNotMet})
	w.settle(15 * time.Second)
	if together {
		own := true
		for _, x := range w.requests(c.originator, viewdb.RequestQuery{Own: &own, Open: true}) {
			if x.Request.Title != wordsOfFirst {
				t.Errorf("%q is still open", x.Request.Title)
			}
		}
	}
	// The other closes itself when log time, which goes on with the log, has
	// passed its latest time of value.
	w.settle(4 * time.Minute)
	w.releaseReport(asked, &Draft{ReportType: act.SITREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", asked, four...), asked, "charlie is quiet")}})
	w.settle(15 * time.Second)
	if together {
		for _, m := range []label.MemberID{c.originator, c.ally} {
			for _, x := range w.requests(m, viewdb.RequestQuery{}) {
				if want := map[bool]string{true: "lapsed", false: "closed"}[x.Request.Title == wordsOfFirst]; x.State != want {
					t.Errorf("%s reads %q as %s, want %s", m, x.Request.Title, x.State, want)
				}
			}
		}
	}
}

// playAsking runs one world and returns what the coalition observed.
func playAsking(t *testing.T, c cast, together bool) (seen observed) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, c.lead, nil)
		defer w.close()
		base := w.untilCalm()
		for _, m := range four { // in both worlds alike
			w.officer(m, "duty", section.RoleDuty)
			w.officer(m, "fdo", section.RoleRelease)
		}
		asking(w, c, together)
		for _, m := range c.coalition {
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, c.coalition)
	})
	return seen
}

// Who is asked learns nothing of who else is, what these answer, or that there
// is anything else; and who is not asked learns nothing at all, the lead least.
func TestNobodyLearnsWhoElseWasAsked(t *testing.T) {
	for _, c := range []cast{
		{lead: "SYR", originator: "RUS", ally: "IRQ", coalition: []label.MemberID{"IRN", "SYR"}}, // SYR leads, and is not asked
		{lead: "IRQ", originator: "RUS", ally: "SYR", coalition: []label.MemberID{"IRQ"}},        // the lead is asked
	} {
		t.Run(c.String(), func(t *testing.T) {
			one, two := playAsking(t, c, true), playAsking(t, c, false)
			if len(one.sockets) < 20 || len(one.files) < 50 || len(one.answers) < 20 {
				t.Fatalf("the coalition observed too little to compare: %d %d %d", len(one.sockets), len(one.files), len(one.answers))
			}
			for _, d := range one.against(two) {
				t.Error(d)
			}
		})
	}
}
