package node

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Whoever ends another's record tells of every portion, by as many
// acknowledgements as that needs, let go together; and whoever ends an own one
// recalls every portion, by as many recalls.
func TestEndingTellsOfEveryPortion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		ctx := context.Background()
		d := &Draft{ReportType: act.INTREP}
		for i := range act.MaxCites + 2 {
			p := portion(mark("RESTRICTED", "IRQ", "IRQ", "IRN"), "IRQ", "quincunx "+time.Duration(i).String())
			p.ID, p.Salt = act.NewID(), string(act.NewID())
			d.Portions = append(d.Portions, p)
		}
		w.releaseReport("IRQ", d)
		w.settle(time.Minute)
		irn := w.nodes["IRN"]
		row := w.find("IRN", viewdb.Query{Text: "quincunx"}, 1)[0]
		x, err := irn.EndRecord(ctx, w.dpo("IRN"), row.ID, "review 1")
		check(t, err)
		if x.Issued == nil || len(x.Issued.Drafts) != 2 || len(x.Issued.Acts) != 2 {
			t.Fatalf("it came to %+v", x.Issued)
		}
		w.approve("IRN", x.Issued)
		w.settle(time.Minute)
		var ids [][16]byte
		for i := range d.Portions {
			ids = append(ids, rawID(d.Portions[i].ID))
		}
		early, err := w.nodes["IRQ"].views.GoneEarly(ctx, ids)
		check(t, err)
		if len(early) != len(ids) {
			t.Errorf("IRN destroyed %d portions, and told of %d", len(ids), len(early))
		}

		// Its originator recalls every portion likewise.
		irq := w.nodes["IRQ"]
		own := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		x, err = irq.EndRecord(ctx, w.dpo("IRQ"), own.ID, "review 2")
		check(t, err)
		if x.Destroyed != nil || x.Issued == nil || len(x.Issued.Drafts) != 2 {
			t.Fatalf("IRQ ends it: it came to %+v", x)
		}
		w.approve("IRQ", x.Issued)
		w.settle(time.Minute)
		x, err = irq.EndRecord(ctx, w.dpo("IRQ"), own.ID, "review 2")
		check(t, err)
		if x.Destroyed == nil || x.Destroyed.Drafts != 1 {
			t.Errorf("all is recalled, and it came to %+v", x)
		}
	})
}

// An end that breaks off between the two is finished while the node runs on, and it
// has what tells of it, which cannot be let go before.
func TestAnEndThatBreaksOffIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		w.plainReport("IRQ", "the lorry is quincunx")
		row := w.find("IRN", viewdb.Query{Text: "quincunx"}, 1)[0]
		irn, dpo := w.nodes["IRN"], w.dpo("IRN")
		ctx, stop := context.WithCancel(context.Background())
		irn.fault = func(stage string, _ int64) {
			if stage == "forget" {
				stop()
			}
		}
		_, err := irn.EndRecord(ctx, dpo, row.ID, "review 1")
		irn.fault = nil
		if err == nil {
			t.Fatal("it did not break off")
		}
		ctx = context.Background()
		drafts, err := irn.section.Drafts(ctx, dpo, section.DraftQuery{Limit: 10})
		check(t, err)
		if len(drafts) != 1 || drafts[0].Kind != section.KindAcknowledgement {
			t.Fatalf("IRN has saved %+v", drafts)
		}
		_, err = irn.Prepare(ctx, dpo, []string{drafts[0].ID}, "")
		if code, rule := refusedFor(t, err); code != CodeNotDestroyed || rule != "21" {
			t.Errorf("IRN may say it while a copy is here: %v", err)
		}
		// It is finished with the next look of the retention, or at the next start.
		w.settle(2 * retentionEvery)
		if left := filesWith(t, filepath.Join(w.dir, "IRN"), "quincunx"); len(left) > 0 {
			t.Errorf("IRN has the word still in %v", left)
		}
		x, err := irn.Prepare(ctx, dpo, []string{drafts[0].ID}, "")
		check(t, err)
		w.approve("IRN", &Issued{Decision: x})
		w.settle(time.Minute)
		rows, err := w.nodes["IRQ"].Ledger(ctx, w.officer("IRQ", "duty", section.RoleDuty), LedgerQuery{Holder: "IRN", Limit: 1})
		check(t, err)
		if len(rows) != 1 || rows[0].Destroyed != HolderDestroyed {
			t.Errorf("IRQ is told %+v", rows)
		}
	})
}

// The own copy stays until the log has certified the recall for every reader, not
// for the first of them alone.
func TestAnOwnRecordEndsWhenAllAreToldOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		ctx := context.Background()
		w.plainReport("IRQ", "the lorry is quincunx")
		irq, dpo := w.nodes["IRQ"], w.dpo("IRQ")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		copied := w.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]
		p := w.portionOf("IRN", "IRQ", "quincunx")
		a, err := act.BuildRecall(act.Recall{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRQ", "IRN")},
			Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Portions: []act.PortionRef{p}})
		w.plant("IRQ", a, err, "IRN")
		x, err := irq.EndRecord(ctx, dpo, row.ID, "review 1")
		check(t, err)
		if x.Destroyed != nil || x.Issued == nil {
			t.Fatalf("RUS and SYR are not told, and it came to %+v", x)
		}
		w.approve("IRQ", x.Issued)
		w.settle(time.Minute)
		x, err = irq.EndRecord(ctx, dpo, row.ID, "review 1")
		check(t, err)
		if x.Destroyed == nil || x.Destroyed.Drafts != 1 || x.Issued != nil {
			t.Errorf("all are told, and it came to %+v", x)
		}

		// What a reader then says of its copy, without naming the recall, follows it.
		x, err = w.nodes["RUS"].EndRecord(ctx, w.dpo("RUS"), copied.ID, "review 3")
		check(t, err)
		w.approve("RUS", x.Issued)
		w.settle(time.Minute)
		recalls, err := irq.Recalls(ctx, w.officer("IRQ", "duty", section.RoleDuty), RecallQuery{Own: true})
		check(t, err)
		said := map[label.MemberID]string{}
		for _, r := range recalls {
			for _, h := range r.Holders {
				said[h.Member] = h.State
			}
		}
		if said["RUS"] != string(act.AckDestroyed) || said["SYR"] == string(act.AckDestroyed) {
			t.Errorf("the recalls say of their readers %v", said)
		}
	})
}
