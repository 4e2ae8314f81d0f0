package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// inRedress runs a test in a centre in which redress can be waited for: little
// else happens by the clock.
func inRedress(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "SYR", func(c *charter.Charter) { c.ReceiptSeconds = 3600 })
		w.tuning = centre.Tuning{CompareEvery: 10 * time.Minute, Alive: 10 * time.Minute}
		w.startNodes("SYR", "IRQ", "IRN", "RUS") // who leads begins
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		test(w)
	})
}

func (w *world) dpo(m label.MemberID) section.Officer { return w.officer(m, "dpo", section.RoleDPO) }

// letGo has an officer with the release role let go what was put up.
func (w *world) letGo(m label.MemberID, x *Issued, err error) {
	w.t.Helper()
	check(w.t, err)
	if x.Decision.State != section.Prepared {
		w.t.Fatalf("%s: %+v", m, x.Decision)
	}
	_, err = w.nodes[m].Approve(context.Background(), w.officer(m, "fdo", section.RoleRelease), x.Decision.ID, x.Decision.Digest)
	check(w.t, err)
	w.settle(time.Minute)
}

func (w *world) askRedress(m label.MemberID, r Redress) {
	w.t.Helper()
	x, err := w.nodes[m].AskRedress(context.Background(), w.dpo(m), r)
	w.letGo(m, x, err)
}

func (w *world) answerRedress(m label.MemberID, a RedressAnswer) {
	w.t.Helper()
	x, err := w.nodes[m].AnswerRedress(context.Background(), w.dpo(m), a)
	w.letGo(m, x, err)
}

// redresses returns those of a member, newest first.
func (w *world) redresses(m label.MemberID, q viewdb.RedressQuery) []RedressRow {
	w.t.Helper()
	rows, err := w.nodes[m].Redresses(context.Background(), w.dpo(m), q, false)
	check(w.t, err)
	return rows
}

// redress returns the one with an id as a member sees it.
func (w *world) redress(m label.MemberID, id string) *RedressFull {
	w.t.Helper()
	x, err := w.nodes[m].RedressByID(context.Background(), w.dpo(m), id)
	check(w.t, err)
	return x
}

// refusedOn22 holds an error to a finding by rule 22 with a code.
func (w *world) refusedOn22(what, code string, err error) {
	w.t.Helper()
	var refused *Refused
	if !errors.As(err, &refused) || refused.Findings[0].Code != code || refused.Findings[0].Rule != "22" || !strings.Contains(refused.Error(), "rule 22") {
		w.t.Errorf("%s: %v, want %s by rule 22", what, err, code)
	}
}

// knows says whether anything of redress is in a member's views.
func (w *world) knows(m label.MemberID, ids ...string) bool {
	w.t.Helper()
	d := dump(w.t, w.nodes[m].Views())
	found := strings.Contains(d, "redress") // in a table, or as the type of an act
	for _, id := range ids {
		found = found || strings.Contains(d, id)
	}
	return found
}

// wrongMan is a request to erase the first portion of a report, for a person.
func wrongMan(report string) Redress {
	return Redress{Ask: act.AskErase, Reason: act.RedressMistaken, Text: "The driver is another man of that name, celadon.", LegalBasis: "Invented law, article 16.",
		For: act.ForPerson, Identity: act.IdentityPapers, Report: report, Numbers: []int{1}}
}

func (w *world) plainReport(m label.MemberID, texts ...string) string {
	w.t.Helper()
	d := &Draft{ReportType: act.INTREP}
	for _, text := range texts {
		d.Portions = append(d.Portions, portion(mark("RESTRICTED", m, four...), m, text))
	}
	id := w.releaseReport(m, d)
	w.settle(time.Minute)
	return id
}

// IRQ asks RUS to erase something, for a person; RUS restricts it, erases it for
// all who hold it, and answers. IRN, who holds it too, and SYR, who leads, learn
// that it is withdrawn, and nothing of the request. Views made again are the same.
func TestRedressIsAskedCarriedOutAndAnswered(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx", "the lorry is heliotrope")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		// Only data-protection officers ask, and another lets it go.
		if _, err := w.nodes["IRQ"].AskRedress(ctx, w.officer("IRQ", "duty", section.RoleDuty), wrongMan(row.ID)); !errors.Is(err, section.ErrForbidden) || !strings.Contains(err.Error(), "rule 22") {
			t.Errorf("a duty officer asks: %v", err)
		}
		w.askRedress("IRQ", wrongMan(row.ID))
		asked := w.redresses("IRQ", viewdb.RedressQuery{Asked: true})
		if len(asked) != 1 || asked[0].State != "open" || asked[0].Overdue || asked[0].Member != "RUS" || asked[0].Draft == "" || asked[0].Redress.Due.Sub(asked[0].Redress.Written) != redressDays*24*time.Hour {
			t.Fatalf("IRQ reads %+v", asked)
		}
		id := act.ID(asked[0].ID)
		got := w.redresses("RUS", viewdb.RedressQuery{Received: true, Open: true})
		if len(got) != 1 || got[0].State != "open" || got[0].Draft != "" || got[0].Redress.Identity != act.IdentityPapers || len(got[0].Redress.Portions) != 1 {
			t.Fatalf("RUS reads %+v", got)
		}
		for _, o := range []section.Officer{w.officer("RUS", "duty", section.RoleDuty), w.officer("RUS", "analyst", section.RoleAnalyst)} {
			if _, err := w.nodes["RUS"].RedressByID(ctx, o, string(id)); !errors.Is(err, section.ErrForbidden) {
				t.Errorf("%s reads it: %v", o.Login, err)
			}
		}
		_, err := w.nodes["IRQ"].AskRedress(ctx, w.dpo("IRQ"), wrongMan(row.ID))
		w.refusedOn22("the same asked again", CodeRedressRepeated, err)

		// Nothing is granted that is not done, and nothing is done for another's.
		_, err = w.nodes["RUS"].AnswerRedress(ctx, w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: act.RedressGranted})
		w.refusedOn22("granted and not done", CodeRedressNotDone, err)
		_, err = w.nodes["RUS"].AnswerRedress(ctx, w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: act.RedressRefused})
		w.refusedOn22("refused without a ground", act.ErrGround.Code, err)
		_, err = w.nodes["IRQ"].AnswerRedress(ctx, w.dpo("IRQ"), RedressAnswer{Redress: id, Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "It is right."})
		w.refusedOn22("answered by its asker", CodeRedressOwn, err)
		_, err = w.nodes["IRN"].AnswerRedress(ctx, w.dpo("IRN"), RedressAnswer{Redress: id, Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "It is right."})
		w.refusedOn22("answered by who does not know it", CodeRedressNone, err)
		fdo := w.officer("IRQ", "fdo", section.RoleRelease)
		_, err = w.nodes["IRQ"].IssueRecall(ctx, fdo, Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id})
		w.refusedOn22("carried out by its asker", CodeRedressOwn, err)
		_, err = w.nodes["RUS"].IssueRecall(ctx, w.officer("RUS", "fdo", section.RoleRelease), Recall{Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Redress: id})
		w.refusedOn22("carried out by a doubt", act.ErrValue.Code, err)

		// Restricted: all holders have it under review, and are not told why.
		w.recall("RUS", Recall{Kind: act.RecallReview, Redress: id})
		w.settle(time.Minute)
		for _, m := range []label.MemberID{"IRQ", "IRN", "SYR"} {
			at := w.find(m, viewdb.Query{Text: "quincunx"}, 1)[0]
			r, err := w.reads(m, at.ID, section.RoleAnalyst)
			check(t, err)
			if r.Review != 1 || len(r.Portions) != 1 || r.Portions[0].Number != 1 || strings.Contains(r.Portions[0].Text(), "withdrawn") {
				t.Errorf("%s reads %+v", m, r.Portions)
			}
		}

		// Erased for all, and answered to one.
		w.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id})
		w.settle(time.Minute)
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressGranted})
		x := w.redress("IRQ", string(id))
		if x.State != "granted" || x.Overdue || x.Late || x.Undone != 0 || len(x.Replies) != 1 || len(x.Recalls) == 0 || !slices.Equal(x.Reports, []string{row.ID}) {
			t.Errorf("IRQ reads %+v", x)
		}
		if y := w.redress("RUS", string(id)); y.State != "granted" || y.Replies[0].Answer.Portions[0] != y.Redress.Portions[0] {
			t.Errorf("RUS reads %+v", y)
		}
		for _, m := range []label.MemberID{"IRQ", "IRN", "SYR", "RUS"} {
			if rows, err := w.nodes[m].views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
				t.Errorf("%s finds it: %v %v", m, rows, err)
			}
			w.find(m, viewdb.Query{Text: "heliotrope"}, 1)
		}
		answer := x.Replies[0].ID
		for _, m := range []label.MemberID{"IRN", "SYR"} {
			if w.knows(m, string(id), answer) || strings.Contains(dump(t, w.nodes[m].Views()), "celadon") {
				t.Errorf("%s learns of the request", m)
			}
			if rows := w.redresses(m, viewdb.RedressQuery{}); len(rows) != 0 {
				t.Errorf("%s has %d requests", m, len(rows))
			}
			if _, err := w.nodes[m].RedressByID(ctx, w.dpo(m), string(id)); !errors.Is(err, viewdb.ErrNotFound) {
				t.Errorf("%s: %v", m, err)
			}
		}
		_, err = w.nodes["RUS"].AnswerRedress(ctx, w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "It is right after all."})
		w.refusedOn22("refused after it was granted", CodeRedressAnswered, err)
		for _, m := range []label.MemberID{"RUS", "IRQ", "IRN"} {
			if !w.madeAgain(m) {
				t.Errorf("the views of %s made again are others", m)
			}
		}
		if x := w.redress("IRQ", string(id)); x.State != "granted" || x.Undone != 0 {
			t.Errorf("IRQ reads it again as %+v", x)
		}
	})
}

// What is wrong is corrected: the asker sees which version resolves it. What is
// right is refused in part, on a ground and in words.
func TestRedressNamesTheVersionThatResolvesIt(t *testing.T) {
	inRedress(t, func(w *world) {
		w.plainReport("RUS", "the driver is quincunx", "the lorry is heliotrope")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		r := wrongMan(row.ID)
		r.Ask, r.Reason, r.Numbers, r.For, r.Identity = act.AskCorrect, act.RedressInaccurate, nil, act.ForMember, ""
		w.askRedress("IRQ", r)
		id := act.ID(w.redresses("RUS", viewdb.RedressQuery{})[0].ID)
		right := w.plainReport("RUS", "the driver is amaranth")
		w.recall("RUS", Recall{Kind: act.RecallCorrection, Reason: act.ReasonError, Redress: id, Numbers: []int{1}, ReplacedBy: right})
		w.settle(time.Minute)
		_, err := w.nodes["RUS"].AnswerRedress(context.Background(), w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: act.RedressGranted})
		w.refusedOn22("all granted and half done", CodeRedressNotDone, err)
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressPartly, Ground: act.GroundAccurate, Text: "The lorry is as it was told."})
		x := w.redress("IRQ", string(id))
		version := w.find("IRQ", viewdb.Query{Text: "amaranth"}, 1)[0]
		if x.State != "partly granted" || !slices.Equal(x.Versions, []string{version.ID}) || x.Undone != 0 || len(x.Replies[0].Answer.Portions) != 1 || x.Replies[0].Answer.Ground != act.GroundAccurate {
			t.Errorf("IRQ reads %+v", x)
		}
		// What was refused may be asked anew.
		w.askRedress("IRQ", r)
		if rows := w.redresses("RUS", viewdb.RedressQuery{Open: true}); len(rows) != 1 || rows[0].ID == string(id) {
			t.Errorf("RUS has open %+v", rows)
		}
	})
}

// A request that is not answered in time is red on both sides, in the condition of
// both nodes and in the inspector's report, until it is answered; time closes
// nothing. The answer is late.
func TestRedressIsOverdueUntilAnswered(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		r := wrongMan(row.ID)
		r.Due = time.Now().UTC().Add(2 * time.Hour).Truncate(time.Minute)
		w.halt("RUS") // out of reach when it is asked
		w.askRedress("IRQ", r)
		w.startNodes("RUS")
		w.settle(time.Hour)
		id := act.ID(w.redresses("RUS", viewdb.RedressQuery{})[0].ID)
		overdue := func(want bool) {
			t.Helper()
			for m, here := range map[label.MemberID]bool{"RUS": true, "IRQ": false} {
				rows, err := w.nodes[m].Redresses(ctx, w.dpo(m), viewdb.RedressQuery{}, true)
				check(t, err)
				all := w.redresses(m, viewdb.RedressQuery{})
				if (len(rows) == 1) != want || all[0].Overdue != want {
					t.Errorf("%s: %d overdue, %+v", m, len(rows), all[0])
				}
				st, err := w.nodes[m].Status(ctx)
				check(t, err)
				if (st.RedressHere == 1) != (want && here) || (st.RedressThere == 1) != (want && !here) {
					t.Errorf("%s: %d here, %d there", m, st.RedressHere, st.RedressThere)
				}
			}
			for _, m := range []label.MemberID{"IRN", "SYR"} {
				st, err := w.nodes[m].Status(ctx)
				check(t, err)
				if st.RedressHere+st.RedressThere != 0 {
					t.Errorf("the condition of %s tells of it", m)
				}
			}
		}
		overdue(false)
		w.settle(2 * time.Hour)
		overdue(true)
		w.plainReport("IRN", "log time goes on with the log")
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			if got := w.inspected(m); !strings.Contains(got, `"step":"erase"`) || !strings.Contains(got, `"overdue":true`) || !strings.Contains(got, `"overdue":1,`) {
				t.Errorf("the inspector of %s reads %s", m, got)
			}
		}
		if got := w.inspected("IRN"); strings.Contains(got, "redress") {
			t.Errorf("the inspector of IRN reads %s", got)
		}
		w.settle(6 * time.Hour)
		overdue(true)
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "Two sources bear it."})
		overdue(false)
		if x := w.redress("IRQ", string(id)); x.State != "refused" || !x.Late {
			t.Errorf("IRQ reads %+v", x)
		}
		if got := w.inspected("RUS"); !strings.Contains(got, `"what":"refused"`) || strings.Contains(got, `"overdue":true`) {
			t.Errorf("the inspector of RUS reads %s", got)
		}
		if got := w.inspected("IRQ"); !strings.Contains(got, `"what":"asked"`) || strings.Contains(got, `"overdue":true`) {
			t.Errorf("the inspector of IRQ reads %s", got)
		}
	})
}

// inspected is a member's report of everything.
func (w *world) inspected(m label.MemberID) string {
	w.t.Helper()
	ctx := context.Background()
	x, err := w.nodes[m].Inspect(ctx, w.officer(m, "inspector", section.RoleInspector), InspectQuery{})
	check(w.t, err)
	var b strings.Builder
	check(w.t, x.Write(ctx, &b))
	return b.String()
}

// plant files an act of a member that its officers would not be let write.
func (w *world) plant(m label.MemberID, a act.Act, err error, to ...label.MemberID) {
	w.t.Helper()
	check(w.t, err)
	ctx := context.Background()
	n := w.nodes[m].Node
	s := &sender{n: n, keys: map[setKeyOf]seal.SetKey{}, direct: map[string]label.MemberSet{}}
	epoch := n.station.Epoch()
	key, err := s.setKey(ctx, epoch, label.Members(to...).With(m))
	check(w.t, err)
	name := "planted/" + string(act.NewID()) + "/"
	items, err := s.filled(ctx, func(k int) string { return fmt.Sprint(name, k) }, []outgoing{{act: a.Raw, key: key}}, epoch, false)
	check(w.t, err)
	_, err = n.station.File(ctx, items)
	check(w.t, err)
	w.settle(time.Minute)
}

// What a member says that its officers would not be let say has no standing: it is
// kept, shown with its code and in the inspector's report, and changes nothing.
func TestForgedForeignAndRepeatedRedress(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		secret := mark("RESTRICTED", "RUS", "RUS", "IRQ")
		w.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(secret, "RUS", "the driver is quincunx")}})
		w.settle(time.Minute)
		p := w.portionOf("IRQ", "RUS", "quincunx")
		planted := func(by label.MemberID, ids ...act.PortionRef) act.ID {
			t.Helper()
			id, now := act.NewID(), time.Now().UTC().Truncate(time.Minute)
			a, err := act.BuildRedress(act.Redress{Statement: act.Statement{ID: id, Written: now, To: label.Members("RUS", by)}, Ask: act.AskErase, Portions: ids,
				Reason: act.RedressUnlawful, Text: "It is not lawful.", LegalBasis: "Invented law.", For: act.ForMember, Due: now.Add(time.Hour)})
			w.plant(by, a, err, "RUS")
			return id
		}
		foreign := planted("IRN", p) // IRN never got it
		wrong := p
		wrong.Digest = act.Digest{1}
		other := planted("IRQ", wrong)
		first, again := planted("IRQ", p), planted("IRQ", p)
		unknown := planted("IRN", act.PortionRef{Portion: act.NewID(), Digest: act.Digest{2}})
		fdo := w.officer("RUS", "fdo", section.RoleRelease)
		for id, want := range map[act.ID]string{foreign: "redress_not_holder", other: "redress_not_holder", first: "", again: "redress_repeated", unknown: ""} {
			x := w.redress("RUS", string(id))
			if x.Doubt != want || (x.State == "in doubt") != (want != "") {
				t.Errorf("%s: in doubt by %q, want %q", x.State, x.Doubt, want)
			}
			if want == "" {
				continue
			}
			if !strings.Contains(w.inspected("RUS"), `"doubt":"`+want+`"`) {
				t.Errorf("the inspector does not read of %s", want)
			}
			_, err := w.nodes["RUS"].IssueRecall(ctx, fdo, Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id})
			w.refusedOn22("carried out although "+want, CodeRedressDoubt, err)
			_, err = w.nodes["RUS"].AnswerRedress(ctx, w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: act.RedressPassedOn})
			w.refusedOn22("passed on although "+want, CodeRedressDoubt, err)
		}
		w.settle(2 * time.Hour)
		st, err := w.nodes["RUS"].Status(ctx)
		check(t, err)
		if st.RedressHere != 2 { // first and unknown
			t.Errorf("%d are overdue", st.RedressHere)
		}
		// What names nothing here is answered all the same.
		w.answerRedress("RUS", RedressAnswer{Redress: unknown, Outcome: act.RedressRefused, Ground: act.GroundNotHeld, Text: "Nothing of that is here."})
		w.answerRedress("RUS", RedressAnswer{Redress: foreign, Outcome: act.RedressRefused, Ground: act.GroundNotHeld, Text: "Nothing of that is here."})
		for _, id := range []act.ID{unknown, foreign} {
			if x := w.redress("IRN", string(id)); x.State != "refused" {
				t.Errorf("IRN reads %+v", x)
			}
		}

		// Answers: from a stranger, before the request, about something else, and a
		// grant of what was not done.
		answer := func(by, to label.MemberID, id act.ID, o act.RedressOutcome, refs ...act.PortionRef) {
			t.Helper()
			x := act.RedressAnswer{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members(by, to)}, Redress: id, Outcome: o, Portions: refs}
			if o.Denies() {
				x.Ground, x.Text = act.GroundAccurate, "It is right."
			}
			a, err := act.BuildRedressAnswer(x)
			w.plant(by, a, err, to)
		}
		early := act.NewID()
		answer("RUS", "IRQ", early, act.RedressRefused)
		now := time.Now().UTC().Truncate(time.Minute)
		a, err := act.BuildRedress(act.Redress{Statement: act.Statement{ID: early, Written: now, To: label.Members("RUS", "IRQ")}, Ask: act.AskRestrict, Portions: []act.PortionRef{p},
			Reason: act.RedressUnlawful, Text: "It is not lawful.", LegalBasis: "Invented law.", For: act.ForMember, Due: now.Add(time.Hour)})
		w.plant("IRQ", a, err, "RUS")
		answer("IRN", "IRQ", first, act.RedressGranted, p)
		answer("RUS", "IRQ", first, act.RedressGranted, act.PortionRef{Portion: act.NewID()})
		x := w.redress("IRQ", string(first))
		if x.State != "open" || !x.Overdue || len(x.Replies) != 2 || x.Replies[0].Doubt != "redress_foreign" || x.Replies[1].Doubt != "redress_portions" {
			t.Errorf("IRQ reads %+v", x)
		}
		if x := w.redress("IRQ", string(early)); x.State != "open" || len(x.Replies) != 1 || x.Replies[0].Doubt != "redress_early" {
			t.Errorf("IRQ reads %+v", x)
		}
		for _, code := range []string{"redress_foreign", "redress_portions", "redress_early"} {
			if !strings.Contains(w.inspected("IRQ"), `"doubt":"`+code+`"`) {
				t.Errorf("the inspector of IRQ does not read of %s", code)
			}
		}
		answer("RUS", "IRQ", first, act.RedressGranted, p)
		if x := w.redress("IRQ", string(first)); x.State != "granted" || x.Undone != 1 {
			t.Errorf("granted and not done: IRQ reads %+v", x)
		}
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			if !w.madeAgain(m) {
				t.Errorf("the views of %s made again are others", m)
			}
		}
	})
}

// RUS makes a product of what IRN reported, and IRQ asks RUS about it. RUS passes
// it on: IRN learns what is wrong, and not that IRQ asked. What IRN takes back
// puts RUS's product under review, RUS takes that back, and answers.
func TestRedressIsPassedOn(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", "IRN", "RUS", "IRQ"), "IRN", "the driver is quincunx")}})
		w.settle(time.Minute)
		_, ps := w.portions("RUS", "quincunx")
		w.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", "RUS", "IRQ", "RUS"), "RUS", "a driver of note, amaranth", ps[0]),
			portion(mark("RESTRICTED", "RUS", "IRQ", "RUS"), "RUS", "the lorry is heliotrope")}})
		w.settle(time.Minute)
		row := w.find("IRQ", viewdb.Query{Text: "amaranth"}, 1)[0]
		own := wrongMan(row.ID)
		own.Numbers, own.Reason = []int{2}, act.RedressUnlawful
		w.askRedress("IRQ", own)
		notPassed := act.ID(w.redresses("RUS", viewdb.RedressQuery{})[0].ID)
		w.askRedress("IRQ", wrongMan(row.ID))
		id := act.ID(w.redresses("RUS", viewdb.RedressQuery{})[0].ID)

		_, err := w.nodes["RUS"].AskRedress(ctx, w.dpo("RUS"), Redress{Passes: notPassed, Text: "It is wrong.", LegalBasis: "Invented law."})
		w.refusedOn22("what rests on nothing", CodeRedressNothing, err)
		_, err = w.nodes["RUS"].AskRedress(ctx, w.dpo("RUS"), Redress{Passes: id})
		w.refusedOn22("another's words", CodeRedressWords, err)
		_, err = w.nodes["RUS"].AskRedress(ctx, w.dpo("RUS"), Redress{Passes: id, To: "SYR", Text: "It is wrong.", LegalBasis: "Invented law."})
		w.refusedOn22("to a stranger", CodeRedressNothing, err)
		w.askRedress("RUS", Redress{Passes: id, Text: "That is another man.", LegalBasis: "Invented law, article 9."})
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressPassedOn})
		x := w.redress("RUS", string(id))
		if x.State != "passed on" || len(x.Passed) != 1 {
			t.Fatalf("RUS reads %+v", x)
		}
		passed := w.redress("IRN", x.Passed[0])
		if passed.Originator != "RUS" || passed.Redress.Identity != act.IdentityOfficer || passed.Passes != "" || passed.Redress.Portions[0].Portion != ps[0].ID || strings.Contains(string(passed.Act), "celadon") {
			t.Errorf("IRN reads %+v", passed)
		}
		if got := dump(t, w.nodes["IRN"].Views()); strings.Contains(got, string(id)) || strings.Contains(got, "celadon") {
			t.Error("IRN learns who asked first")
		}
		if y := w.redress("IRQ", string(id)); y.State != "passed on" || len(y.Passed) != 0 {
			t.Errorf("IRQ reads %+v", y)
		}

		w.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Redress: act.ID(passed.ID)})
		w.settle(time.Minute)
		w.answerRedress("IRN", RedressAnswer{Redress: act.ID(passed.ID), Outcome: act.RedressGranted})
		if y := w.redress("RUS", passed.ID); y.State != "granted" || y.Undone != 0 || y.Passes != id {
			t.Errorf("RUS reads %+v", y)
		}
		rows, err := w.nodes["RUS"].views.UnderReview(ctx, true, 0, 10)
		check(t, err)
		if len(rows) != 1 {
			t.Errorf("RUS has %d products under review", len(rows))
		}
		w.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id})
		w.settle(time.Minute)
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressGranted})
		if y := w.redress("IRQ", string(id)); y.State != "granted" || y.Undone != 0 {
			t.Errorf("IRQ reads %+v", y)
		}
		if w.knows("SYR", string(id), passed.ID) {
			t.Error("SYR learns of it")
		}
	})
}

// A member asks itself about its own: it stands in the log, has a date, and is
// answered, and nobody else learns of it.
func TestRedressInHouse(t *testing.T) {
	inRedress(t, func(w *world) {
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]
		r := wrongMan(row.ID)
		r.Due = time.Now().UTC().Add(time.Hour).Truncate(time.Minute)
		w.askRedress("RUS", r)
		rows := w.redresses("RUS", viewdb.RedressQuery{Received: true, Open: true})
		if len(rows) != 1 || !rows[0].Own || rows[0].Member != "RUS" || rows[0].Doubt != "" {
			t.Fatalf("RUS reads %+v", rows)
		}
		w.settle(2 * time.Hour)
		st, err := w.nodes["RUS"].Status(context.Background())
		check(t, err)
		if st.RedressHere != 1 || st.RedressThere != 0 {
			t.Errorf("%d here, %d there", st.RedressHere, st.RedressThere)
		}
		id := act.ID(rows[0].ID)
		w.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: id})
		w.settle(time.Minute)
		w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressGranted})
		if x := w.redress("RUS", string(id)); x.State != "granted" || x.Undone != 0 || !x.Late {
			t.Errorf("RUS reads %+v", x)
		}
		for _, m := range []label.MemberID{"IRQ", "IRN", "SYR"} {
			if w.knows(m, string(id)) {
				t.Errorf("%s learns of it", m)
			}
		}
		if !w.madeAgain("RUS") {
			t.Error("the views of RUS made again are others")
		}
	})
}

// What is asked of what is not held, of several originators at once, or without
// what a request must say, is refused before it leaves, by rule 22.
func TestRedressIsRefusedBeforeItLeaves(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", "RUS", "IRQ"), "RUS", "the driver is quincunx")}})
		w.plainReport("IRN", "the lorry is heliotrope")
		ofRUS, ofIRN := w.portionOf("IRQ", "RUS", "quincunx"), w.portionOf("IRQ", "IRN", "heliotrope")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		for what, c := range map[string]struct {
			by     label.MemberID
			change func(*Redress)
			code   string
		}{
			"a report that is not here":  {"IRN", func(*Redress) {}, CodeRedressNotHere},
			"a portion that is not here": {"IRN", func(r *Redress) { r.Report, r.Portions = "", []act.PortionRef{ofRUS} }, CodeRedressNotHere},
			"another digest": {"IRQ", func(r *Redress) {
				r.Report, r.Portions = "", []act.PortionRef{{Portion: ofRUS.Portion, Digest: act.Digest{1}}}
			}, CodeRedressNotHere},
			"several originators":             {"IRQ", func(r *Redress) { r.Report, r.Portions = "", []act.PortionRef{ofRUS, ofIRN} }, CodeRedressDivide},
			"to another than the originator":  {"IRQ", func(r *Redress) { r.To = "IRN" }, CodeRedressDivide},
			"for a person nobody checked":     {"IRQ", func(r *Redress) { r.Identity = "" }, act.ErrIdentity.Code},
			"of a request that was not asked": {"IRQ", func(r *Redress) { r.Passes = act.NewID() }, CodeRedressNone},
		} {
			r := wrongMan(row.ID)
			r.Numbers = nil
			c.change(&r)
			_, err := w.nodes[c.by].AskRedress(ctx, w.dpo(c.by), r)
			w.refusedOn22(what, c.code, err)
		}
		for what, change := range map[string]func(*Redress){
			"the number of papers":   func(r *Redress) { r.Text = "He is the holder of A1234567." },
			"no legal basis":         func(r *Redress) { r.LegalBasis = "" },
			"no text":                func(r *Redress) { r.Text = "" },
			"a date in the past":     func(r *Redress) { r.Due = time.Now().UTC().Add(-time.Hour).Truncate(time.Minute) },
			"a date too far":         func(r *Redress) { r.Due = time.Now().UTC().Add(91 * 24 * time.Hour).Truncate(time.Minute) },
			"a portion that is none": func(r *Redress) { r.Numbers = []int{2} },
		} {
			r := wrongMan(row.ID)
			change(&r)
			var refused *Refused
			if _, err := w.nodes["IRQ"].AskRedress(ctx, w.dpo("IRQ"), r); !errors.As(err, &refused) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n := len(w.redresses("IRQ", viewdb.RedressQuery{})); n != 0 {
			t.Errorf("%d left", n)
		}
	})
}
