package node

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// refusedFor is the code and the rule of the first finding of a refusal.
func refusedFor(t *testing.T, err error) (code, rule string) {
	t.Helper()
	var r *Refused
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want a refusal with findings", err)
	}
	return r.Findings[0].Code, r.Findings[0].Rule
}

// approve has another officer let go what was put up.
func (w *world) approve(m label.MemberID, x *Issued) {
	w.t.Helper()
	_, err := w.nodes[m].Approve(context.Background(), w.officer(m, "fdo", section.RoleRelease), x.Decision.ID, x.Decision.Digest)
	check(w.t, err)
	w.settle(time.Minute)
}

// A review that renews keeps the record for another term, under new ids; the old
// version takes its course everywhere. It goes by two officers, and by nobody
// but its originator's.
func TestAReviewRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 1)
		ctx := context.Background()
		const word = "quincunxzebra"
		plain := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "a bridge")
		draft := w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Somebody", Portions: []act.PortionInput{personal(w.in(24*time.Hour), "IRQ", word), plain}})
		w.settle(time.Minute)
		old := w.find("RUS", viewdb.Query{Text: word}, 1)[0]
		irq, rus := w.nodes["IRQ"], w.nodes["RUS"]
		dpo, foreign := w.officer("IRQ", "dpo", section.RoleDPO), w.officer("RUS", "dpo", section.RoleDPO)

		for _, c := range []struct {
			n     *running
			o     section.Officer
			q     RecordQuery
			count int
		}{
			{irq, dpo, RecordQuery{}, 1}, {irq, dpo, RecordQuery{Own: true}, 1}, {irq, dpo, RecordQuery{Others: true}, 0},
			{rus, foreign, RecordQuery{}, 1}, {rus, foreign, RecordQuery{Own: true}, 0}, {rus, foreign, RecordQuery{Within: time.Hour}, 0},
			{rus, w.officer("RUS", "insp", section.RoleInspector), RecordQuery{Others: true}, 1},
		} {
			got, err := c.n.Records(ctx, c.o, c.q)
			if err != nil || len(got) != c.count {
				t.Fatalf("%+v lists %d records, want %d (%v)", c.q, len(got), c.count, err)
			}
			for _, r := range got {
				if r.Hidden || r.Title != "Somebody" || len(r.Categories) != 1 || r.Own != (c.n == irq) || (r.Draft == draft) != r.Own {
					t.Errorf("it is listed as %+v", r)
				}
			}
		}
		if _, err := irq.Records(ctx, w.officer("IRQ", "duty", section.RoleDuty), RecordQuery{}); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("a duty officer lists reviews: %v", err)
		}
		if got, err := irq.Records(ctx, dpo, RecordQuery{After: &RecordAt{By: int64(w.in(24 * time.Hour)), Index: old.Index + 10}}); err != nil || len(got) != 0 {
			t.Errorf("behind the last there are %v (%v)", got, err)
		}

		by := w.in(400 * 24 * time.Hour)
		if _, err := irq.RenewRecord(ctx, w.officer("IRQ", "duty", section.RoleDuty), draft, by, "needed"); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("a duty officer renews: %v", err)
		}
		_, err := rus.RenewRecord(ctx, foreign, old.ID, by, "needed")
		if code, rule := refusedFor(t, err); code != CodeReviewNotOwn || rule != "10" {
			t.Errorf("RUS renews what is IRQ's: %v", err)
		}
		_, err = irq.RenewRecord(ctx, dpo, draft, by, "  ")
		if code, rule := refusedFor(t, err); code != CodeReviewReason || rule != "21" {
			t.Errorf("without a reason: %v", err)
		}
		_, err = irq.RenewRecord(ctx, dpo, draft, w.in(1096*24*time.Hour), "needed")
		if code, rule := refusedFor(t, err); code != act.ErrReviewDate.Code || rule != "21" {
			t.Errorf("for more than three years: %v", err)
		}
		// Nobody gives himself the longer term.
		unfounded := personal(by, "IRQ", "unfounded")
		unfounded.PersonData.Renewed = &act.Renewal{Since: time.Now().Format(time.DateOnly), Reason: "so that it stands longer"}
		saved, err := irq.SaveDraft(ctx, w.officer("IRQ", "duty", section.RoleDuty), "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{unfounded}})
		check(t, err)
		_, err = irq.Prepare(ctx, w.officer("IRQ", "duty", section.RoleDuty), []string{saved.ID}, "")
		if code, rule := refusedFor(t, err); code != CodeNotRenewal || rule != "21" {
			t.Errorf("a renewal of nothing is put up: %v", err)
		}

		x, err := irq.RenewRecord(ctx, dpo, old.ID, by, "The invented case goes on.")
		if err != nil { // RUS's view is a view of IRQ's too
			t.Fatal(err)
		}
		if x.Decision.State != section.Prepared {
			t.Errorf("it is %v, and needs a second officer", x.Decision.State)
		}
		w.approve("IRQ", x)
		rows := w.find("RUS", viewdb.Query{Text: word}, 2)
		if rows[0].Supersedes != old.ID {
			t.Errorf("the newer one replaces %q, want %q", rows[0].Supersedes, old.ID)
		}
		full, err := rus.views.Get(ctx, rows[0].ID)
		check(t, err)
		a, err := act.Parse(full.Act)
		check(t, err)
		p := a.Report.Portions[0]
		if p.PersonData.Renewed == nil || p.PersonData.Renewed.Since != worldStart.Format(time.DateOnly) || p.Label.ReviewBy != by {
			t.Errorf("it is renewed as %+v by %v", p.PersonData.Renewed, p.Label.ReviewBy)
		}
		was, err := rus.views.Get(ctx, old.ID)
		check(t, err)
		b, err := act.Parse(was.Act)
		check(t, err)
		if b.Report.Portions[0].ID == p.ID || b.Report.Portions[1].ID != a.Report.Portions[1].ID {
			t.Error("what is said again has its own id, and the rest stays as it is")
		}

		time.Sleep(50 * time.Hour)
		w.report("IRQ", "day two")
		w.settle(2 * retentionEvery)
		for _, m := range []label.MemberID{"IRQ", "RUS"} {
			if rows := w.find(m, viewdb.Query{Text: word}, 1); len(rows) != 1 || rows[0].Supersedes != old.ID {
				t.Errorf("%s keeps %v", m, rows)
			}
			if _, err := w.nodes[m].views.IndexOf(ctx, old.ID); !errors.Is(err, viewdb.ErrNotFound) {
				t.Errorf("%s keeps the old one: %v", m, err)
			}
		}
	})
}

// Ending early: a reader destroys its own copy and says so, by two officers; the
// originator recalls from all who hold it, and then destroys its own.
func TestAReviewEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRQ", func(c *charter.Charter) { c.ReceiptSeconds = 3600 })
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		ctx := context.Background()
		const word = "quincunxzebra"
		drafts := w.releasePersonals(w.in(24*time.Hour), "IRQ", word, word)
		w.settle(time.Minute)
		id := w.find("IRN", viewdb.Query{Text: word}, 1)[0].ID
		irn, irq := w.nodes["IRN"], w.nodes["IRQ"]
		dpo := w.officer("IRN", "dpo", section.RoleDPO)

		if _, err := irn.EndRecord(ctx, w.officer("IRN", "an", section.RoleAnalyst), id, "review 1"); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("an analyst ends: %v", err)
		}
		if _, err := irn.EndRecord(ctx, dpo, id, " "); !errors.Is(err, ErrBasis) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := irn.EndRecord(ctx, dpo, "00000000000000000000000000000000", "review 1"); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("what is not here: %v", err)
		}
		x, err := irn.EndRecord(ctx, dpo, id, "review 1")
		check(t, err)
		if x.Destroyed == nil || x.Destroyed.Reports != 1 || x.Issued == nil {
			t.Fatalf("it came to %+v", x)
		}
		if left := filesWith(t, filepath.Join(w.dir, "IRN"), word); len(left) > 0 {
			t.Errorf("IRN has the word still in %v", left)
		}
		duty := w.officer("IRQ", "duty", section.RoleDuty)
		holders := func() map[string]string {
			rows, err := irq.Ledger(ctx, duty, LedgerQuery{})
			check(t, err)
			out := map[string]string{}
			for _, r := range rows {
				out[r.Holder] = r.Destroyed
			}
			return out
		}
		if got := holders(); got["IRN"] != "" {
			t.Errorf("IRQ knows before anybody let it go: %v", got)
		}
		w.approve("IRN", x.Issued)
		if got := holders(); got["IRN"] != HolderDestroyed || got["RUS"] != "" || len(got) != 3 {
			t.Errorf("the ledger says %v", got)
		}

		own := w.officer("IRQ", "dpo", section.RoleDPO)
		for _, draft := range drafts {
			y, err := irq.EndRecord(ctx, own, draft, "review 2")
			check(t, err)
			if y.Destroyed != nil || y.Issued == nil || y.Issued.Decision.State != section.Prepared {
				t.Fatalf("it came to %+v", y)
			}
			_, err = irq.EndRecord(ctx, own, draft, "review 2")
			if code, rule := refusedFor(t, err); code != CodeEndOnItsWay || rule != "21" {
				t.Errorf("while the recall waits: %v", err)
			}
			w.approve("IRQ", y.Issued)
		}
		if rows, err := w.nodes["RUS"].views.Find(ctx, viewdb.Query{Text: word}); err != nil || len(rows) > 0 {
			t.Errorf("RUS shows it: %v %v", rows, err)
		}
		for _, draft := range drafts {
			y, err := irq.EndRecord(ctx, own, draft, "review 2")
			check(t, err)
			if y.Destroyed == nil || y.Destroyed.Reports != 1 || y.Destroyed.Drafts != 1 || y.Issued != nil {
				t.Errorf("it came to %+v", y)
			}
		}
		if left := filesWith(t, filepath.Join(w.dir, "IRQ"), word); len(left) > 0 {
			t.Errorf("IRQ has the word still in %v", left)
		}
		if !w.madeAgain("IRQ") {
			t.Error("the views made again differ")
		}
	})
}
