package node

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// playRedress runs a world in which IRQ asks RUS for redress of what RUS released
// to it alone, RUS refuses, or does what was asked and grants it; or in which, at
// the same moments, both write lines of registers that they keep to themselves,
// and RUS takes the same back without being asked. It returns what IRN, who
// leads, and SYR observed.
func playRedress(t *testing.T, redress, granted bool) (seen observed) {
	coalition := []label.MemberID{"IRN", "SYR"}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRN", nil)
		defer w.close()
		base := w.untilCalm()
		for _, m := range four { // in both worlds alike
			w.officer(m, "duty", section.RoleDuty)
			w.officer(m, "fdo", section.RoleRelease)
			w.officer(m, "dpo", section.RoleDPO)
		}
		quiet := func(m label.MemberID, name string, size int) {
			w.releaseStatement(m, KindRequirement, Requirement{Reference: name, Kind: act.PIR, Title: "Relief", Text: strings.Repeat("y", size)})
		}
		w.settle(5 * time.Second)
		draft := w.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("SECRET", "RUS", "IRQ", "RUS"), "RUS", "the quincunx"),
			portion(mark("SECRET", "RUS", "IRQ", "RUS"), "RUS", "and the rest")}})
		w.settle(17 * time.Second)
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		put := func(m label.MemberID, x *Issued, err error) {
			check(t, err)
			_, err = w.nodes[m].Approve(context.Background(), w.officer(m, "fdo", section.RoleRelease), x.Decision.ID, x.Decision.Digest)
			check(t, err)
		}
		id := act.ID("")
		if redress {
			r := wrongMan(row.ID)
			r.Text = strings.Repeat("z", 400)
			x, err := w.nodes["IRQ"].AskRedress(context.Background(), w.dpo("IRQ"), r)
			put("IRQ", x, err)
		} else {
			quiet("IRQ", "PIR 1", 600)
		}
		w.settle(31 * time.Second)
		if redress {
			rows := w.redresses("RUS", viewdb.RedressQuery{Open: true})
			if len(rows) != 1 {
				t.Fatalf("RUS has %d", len(rows))
			}
			id = act.ID(rows[0].ID)
		}
		a := RedressAnswer{Redress: id, Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: strings.Repeat("x", 500)}
		if granted {
			again := Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id}
			if !redress {
				again.Report, again.Numbers = draft, []int{1}
			}
			w.recall("RUS", again)
			w.settle(31 * time.Second)
			a = RedressAnswer{Redress: id, Outcome: act.RedressGranted, Text: a.Text}
		}
		if redress {
			x, err := w.nodes["RUS"].AnswerRedress(context.Background(), w.dpo("RUS"), a)
			put("RUS", x, err)
		} else {
			quiet("RUS", "PIR 2", 600)
		}
		w.settle(31 * time.Second)
		if redress {
			want := map[bool]string{true: "granted", false: "refused"}[granted]
			if x := w.redress("IRQ", string(id)); x.State != want {
				t.Errorf("IRQ reads %s, want %s", x.State, want)
			}
		}
		for _, m := range coalition {
			if w.knows(m) {
				t.Errorf("%s holds something of it", m)
			}
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, coalition)
	})
	return seen
}

// Whoever neither asks nor is asked cannot tell redress from lines that members
// keep to themselves, nor what is taken back for it from what is taken back
// without: not by the lines to it, its files or its answers, nor as the lead.
func TestRedressTellsNobodyElse(t *testing.T) {
	for _, granted := range []bool{false, true} {
		one, two := playRedress(t, true, granted), playRedress(t, false, granted)
		if len(one.sockets) < 10 || len(one.files) < 30 || len(one.answers) < 20 {
			t.Fatalf("the coalition observed too little to compare: %d %d %d", len(one.sockets), len(one.files), len(one.answers))
		}
		for _, d := range one.against(two) {
			t.Errorf("granted %v: %s", granted, d)
		}
	}
}
