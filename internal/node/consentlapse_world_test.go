package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Journey J3, step 5, by the clock: the consent of a party outside lapses, and
// nobody says a word. From then on the member that held the product by it finds,
// reads, exports and counts it no more, and is told why; the member whose product
// it is releases no other by it, and its ledger keeps how long it was held.
func TestConsentOfAPartyOutsideLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "SYR", nil)
		defer w.close()
		w.untilCalm()
		ctx := context.Background()
		x, err := label.NewExternalSet(label.External{ID: "X", Holder: "IRQ"})
		check(t, err)
		held := mark("RESTRICTED", "IRQ", four...)
		held.External = x
		item := portion(held, "IRQ", "an octagon was delivered")
		item.Sources[0].Originator, item.Sources[0].Kind = "X VIA IRQ", act.KindPartner
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Item", Portions: []act.PortionInput{item}})
		w.settle(time.Minute)
		row := w.find("IRQ", viewdb.Query{Text: "octagon"}, 1)[0]
		r, err := w.reads("IRQ", row.ID, section.RoleAnalyst)
		check(t, err)
		a, err := act.Parse(r.Act)
		check(t, err)
		source := act.Cite{Portion: a.Report.Portions[0].ID, Digest: a.Report.Portions[0].Digest, Originator: "IRQ"}
		product := func() *Draft {
			return &Draft{ReportType: act.INTSUM, Title: "Quoting", Portions: []act.PortionInput{derived(held, "one heptagon of it", source)}}
		}
		grant := func(until time.Time) {
			w.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("RUS"), Portions: []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}},
				Until: until, Basis: "letter of X"})
			w.settle(time.Minute)
		}
		now := func() time.Time { return time.Now().UTC().Truncate(time.Minute) }
		until := now().Add(20 * time.Minute)
		grant(until)
		w.releaseReport("IRQ", product())
		w.settle(time.Minute)
		at := w.find("RUS", viewdb.Query{Text: "heptagon"}, 1)[0]

		// A shorter term would leave what was released as it is, and is refused.
		short := w.refusedSave("IRQ", KindConsent, Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("RUS"), Portions: []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}},
			Until: until.Add(-10 * time.Minute), Basis: "another letter of X"})
		if f := short.Findings[0]; f.Code != "consent_longer" || f.Rule != "10" || !strings.Contains(f.Text, "consent withdraw") {
			t.Errorf("a shorter term: %+v", f)
		}
		an := w.officer("RUS", "analyst", section.RoleAnalyst)
		before, err := w.nodes["RUS"].Views().Counts(ctx)
		check(t, err)

		// Log time goes on with the log: something else is said after the term.
		time.Sleep(time.Until(until))
		w.releaseReport("IRQ", &Draft{ReportType: act.SITREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRN", "IRQ"), "IRQ", "charlie is quiet")}})
		w.settle(time.Minute)

		rus := w.nodes["RUS"]
		var ended *ErrWithdrawn
		if _, err := w.reads("RUS", at.ID, section.RoleAnalyst); !errors.As(err, &ended) || ended.By != "X VIA IRQ" || !strings.Contains(err.Error(), "rules 8 and 10") {
			t.Errorf("RUS opens it: %v", err)
		}
		if rows, err := rus.views.Find(ctx, viewdb.Query{Text: "heptagon"}); err != nil || len(rows) != 0 {
			t.Errorf("RUS finds %+v (%v)", rows, err)
		}
		if rows, err := rus.views.Find(ctx, viewdb.Query{Originator: "IRQ"}); err != nil || len(rows) != 0 {
			t.Errorf("RUS lists %+v (%v)", rows, err)
		}
		if after, err := rus.Views().Counts(ctx); err != nil || after.Reports != before.Reports-1 {
			t.Errorf("RUS counts %d reports, before %d (%v)", after.Reports, before.Reports, err)
		}
		if _, err := rus.Export(ctx, an, ExportRequest{Format: "stix", Reports: []string{at.ID}}); err == nil {
			t.Error("RUS exports it")
		}

		d := product()
		d.Title = "Again"
		w.releaseReport("IRQ", d) // for IRQ alone
		w.settle(time.Minute)
		if rows, err := rus.views.Find(ctx, viewdb.Query{Text: "heptagon"}); err != nil || len(rows) != 0 {
			t.Errorf("RUS gets it anew: %+v (%v)", rows, err)
		}
		rows, err := w.nodes["IRQ"].Ledger(ctx, w.officer("IRQ", "analyst", section.RoleAnalyst), LedgerQuery{Holder: "RUS"})
		check(t, err)
		if len(rows) != 1 || len(rows[0].Outside) != 1 || !rows[0].Outside[0].Until.Equal(until) || !rows[0].Outside[0].Lapsed || rows[0].Logged.IsZero() {
			t.Errorf("the ledger says %+v", rows)
		}
	})
}
