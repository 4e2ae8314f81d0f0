package node

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// playRecall runs a world in which RUS, at the same moment, either takes back
// what it released to IRQ alone, or releases something else to IRQ alone, and
// returns what IRN, who leads, and SYR observed.
func playRecall(t *testing.T, recall bool, kind act.RecallKind) (seen observed) {
	coalition := []label.MemberID{"IRN", "SYR"}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRN", nil)
		defer w.close()
		base := w.untilCalm()
		secret := mark("SECRET", "RUS", "IRQ", "RUS")
		w.settle(5 * time.Second)
		draft := w.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(secret, "RUS", "the quincunx"), portion(secret, "RUS", "and the rest")}})
		w.settle(17 * time.Second)
		w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)
		w.officer("RUS", "fdo")
		if recall {
			w.recall("RUS", Recall{Kind: kind, Reason: act.ReasonError, Report: draft, From: narrowed(kind)})
		} else {
			w.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(secret, "RUS", "heliotrope")}})
		}
		w.settle(31 * time.Second)
		left := w.find("IRQ", viewdb.Query{}, 1)
		if has := strings.Contains(ids(left), "INTREP"); has == (recall && kind.Withdraws()) {
			t.Errorf("IRQ holds %d reports", len(left))
		}
		for _, m := range coalition {
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, coalition)
	})
	return seen
}

func narrowed(k act.RecallKind) label.MemberSet {
	if k == act.RecallNarrowing {
		return label.Members("IRQ")
	}
	return label.MemberSet{}
}

func ids(rows []viewdb.Row) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.Type + " ")
	}
	return b.String()
}

// Who does not hold what is taken back cannot tell a recall from any other
// release: not by the lines to it, its files or its answers, nor as the lead.
func TestRecallTellsNobodyElse(t *testing.T) {
	two := playRecall(t, false, act.RecallWithdrawn)
	for _, kind := range []act.RecallKind{act.RecallWithdrawn, act.RecallNarrowing, act.RecallDoubt} {
		one := playRecall(t, true, kind)
		if len(one.sockets) < 10 || len(one.files) < 30 || len(one.answers) < 20 {
			t.Fatalf("the coalition observed too little to compare: %d %d %d", len(one.sockets), len(one.files), len(one.answers))
		}
		for _, d := range one.against(two) {
			t.Errorf("%s: %s", kind, d)
		}
	}
}
