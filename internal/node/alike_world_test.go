package node

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// answering is one of two worlds in which RUS asks IRN two things: IRN declines
// one and has nothing on the other, or the other way round, in acts that are to
// look alike or not.
type answering struct {
	declines int // number of the part that is declined
	alike    bool
}

// play returns what the asker and a third member, the lead, observed.
func (x answering) play(t *testing.T) (seen observed) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "SYR", nil)
		defer w.close()
		base := w.untilCalm()
		for _, m := range four {
			w.officer(m, "duty", section.RoleDuty)
			w.officer(m, "fdo", section.RoleRelease)
		}
		w.settle(5 * time.Second)
		w.releaseStatement("RUS", KindRequest, Request{Title: "Lorries", Purpose: "relief", LegalBasis: "agreement", Class: "RESTRICTED", LTIOV: time.Now().UTC().Add(time.Hour).Truncate(time.Minute),
			Parts: []string{"How many?", "Whose?"}, To: label.Members("IRN")})
		w.settle(15 * time.Second)
		other := false
		rows := w.requests("IRN", viewdb.RequestQuery{Own: &other})
		if len(rows) != 1 {
			t.Fatalf("IRN is asked %d requests", len(rows))
		}
		a := Answer{Request: act.ID(rows[0].ID), Alike: x.alike, Final: true, Parts: []AnswerPart{{Number: 1, State: act.AnswerNoHolding}, {Number: 2, State: act.AnswerNoHolding}}}
		a.Parts[x.declines-1].State = act.AnswerDeclined
		w.releaseStatement("IRN", KindAnswer, a)
		w.settle(15 * time.Second)
		// At the answerer, for its own inspector, the two are told apart.
		_, replies, _, err := w.nodes["IRN"].RequestByID(context.Background(), w.officer("IRN", "duty", section.RoleDuty), rows[0].ID)
		check(t, err)
		if len(replies) != 1 || replies[0].Truth == nil || replies[0].Truth.Parts[x.declines-1].State != act.AnswerDeclined {
			t.Fatalf("IRN's own record is %+v", replies)
		}
		for _, m := range []label.MemberID{"RUS", "SYR"} {
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, []label.MemberID{"RUS", "SYR"})
	})
	return seen
}

// Where the answerer wishes it, what it declines and what it has nothing on are
// the same at the asker, and at the lead: what crosses the sockets and when, the
// sizes of the envelopes, the files, and every answer of the API.
func TestDeclinedAndNoHoldingAreAlike(t *testing.T) {
	one, two := answering{declines: 1, alike: true}.play(t), answering{declines: 2, alike: true}.play(t)
	if len(one.sockets) < 20 || len(one.files) < 50 || len(one.answers) < 20 {
		t.Fatalf("too little was observed to compare: %d %d %d", len(one.sockets), len(one.files), len(one.answers))
	}
	for _, d := range one.against(two) {
		t.Error(d)
	}
	said := func(o observed, word string) bool {
		return slices.ContainsFunc(o.answers, func(s string) bool { return strings.Contains(s, word) })
	}
	if !said(one, string(act.AnswerNothing)) || said(one, `:"declined"`) || said(one, `:"declined,`) || said(one, `:"no holding`) {
		t.Error("the asker does not read that there is nothing to give, or reads more")
	}
	// The comparison is able to see what is not to look alike.
	if found := one.against(answering{declines: 1}.play(t)); !slices.ContainsFunc(found, func(d string) bool { return strings.Contains(d, string(act.AnswerDeclined)) }) {
		t.Errorf("what was told apart is not seen among %d differences", len(found))
	}
}
