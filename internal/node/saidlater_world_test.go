package node

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Nothing closes a request but its answer, and nothing gives standing to one that had
// none: neither what a third member says under the id of what it is about, nor that the
// addressee's own copy is gone, nor views made again.
func TestNobodyElseVoidsARequestForRedress(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		p := w.portionOf("IRQ", "RUS", "quincunx")
		w.askRedress("IRQ", wrongMan(row.ID))
		id := w.redresses("RUS", viewdb.RedressQuery{Received: true})[0].ID
		written := time.Now().UTC().Truncate(time.Minute)
		not, err := act.BuildRedress(act.Redress{Statement: act.Statement{ID: act.NewID(), Written: written, To: label.Members("RUS", "SYR")}, Ask: act.AskErase, Portions: []act.PortionRef{{Portion: p.Portion, Digest: act.Digest{1}}},
			Reason: act.RedressUnlawful, Text: "It is not lawful.", LegalBasis: "Invented law.", For: act.ForMember, Due: written.Add(30 * 24 * time.Hour)})
		w.plant("SYR", not, err, "RUS")
		w.settle(time.Minute)
		_, err = w.nodes["RUS"].Forget(ctx, w.dpo("RUS"), "review 1", string(p.Portion))
		check(t, err)
		if x := w.redress("RUS", id); x.Doubt != "" || x.State != "open" {
			t.Fatalf("RUS reads %s, in doubt by %q", x.State, x.Doubt)
		}
		x, err := w.nodes["RUS"].Inspect(ctx, w.officer("RUS", "insp", section.RoleInspector), InspectQuery{})
		check(t, err)
		var before, after bytes.Buffer
		check(t, x.Write(ctx, &before))
		from, to := x.Range()
		ls := mark("RESTRICTED", "SYR", "SYR", "RUS")
		in := portion(ls, "SYR", "something of SYR's own")
		in.ID, in.Salt = p.Portion, string(act.NewID())
		made, err := act.NewPortion(in)
		check(t, err)
		v, err := act.BuildView(act.View{Type: act.INTREP, Title: "Own", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("RUS"), Label: ls}, []act.Portion{made})
		w.plant("SYR", v, err, "RUS")
		w.settle(time.Minute)
		standing := func(when string) {
			t.Helper()
			if x := w.redress("RUS", id); x.Doubt != "" || x.State != "open" {
				t.Errorf("%s RUS reads %s, in doubt by %q", when, x.State, x.Doubt)
			}
			if x := w.redress("RUS", string(not.Statement.ID)); x.Doubt != "redress_not_holder" {
				t.Errorf("%s RUS reads that SYR's request is %s, in doubt by %q", when, x.State, x.Doubt)
			}
		}
		standing("after SYR said something of its own")
		y, err := w.nodes["RUS"].Inspect(ctx, w.officer("RUS", "insp", section.RoleInspector), InspectQuery{From: from, To: to})
		check(t, err)
		check(t, y.Write(ctx, &after))
		if !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Error("the inspector's report on the same range is another one")
		}
		if !w.madeAgain("RUS") {
			t.Error("views made again are others")
		}
		standing("from views made again")
	})
}

// What one member says of destruction takes no room without end.
func TestReceiptsOfDestructionAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 2)
		ctx := context.Background()
		for range 2 {
			w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{personal(w.in(time.Hour), "IRQ", "somebody")}})
			w.settle(time.Minute)
		}
		w.settle(2 * time.Hour)
		w.report("IRQ", "later")
		w.settle(time.Minute)
		rus, irq := w.nodes["RUS"], w.nodes["IRQ"]
		ended, err := irq.views.EndedOwn(ctx, irq.station.Certified().Time, 0, 0, 10)
		check(t, err)
		if len(ended) != 2 {
			t.Fatalf("%d have ended", len(ended))
		}
		first := min(ended[0].Index, ended[1].Index)
		now := irq.station.Certified()
		say := func(upto, size int64) {
			b, err := rus.receiptFor("IRQ")
			check(t, err)
			binary.BigEndian.PutUint64(b[104:], uint64(upto))
			binary.BigEndian.PutUint64(b[112:], uint64(size))
			sig, err := rus.signers.Header().Sign(contextReceipt, b[:192])
			check(t, err)
			copy(b[192:], sig)
			check(t, irq.takeReceipt(ctx, "RUS", b))
		}
		at := now.Time
		say(at, first+1)
		size, _ := rus.Projected()
		for k := range int64(100) {
			say(at-1-k, size)
		}
		var n int
		check(t, irq.log.DB().Reader.QueryRow(`SELECT count(*) FROM destruction WHERE member = 'RUS'`).Scan(&n))
		if n > 2 {
			t.Errorf("RUS made IRQ keep %d receipts of two reports", n)
		}
	})
}

// Who is given a portion again after its officers had destroyed it holds it; what it
// destroyed and was not given again is told as destroyed.
func TestWhoIsGivenItAgainHasNotDestroyedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		ctx := context.Background()
		d := &Draft{ReportType: act.INTREP}
		for i := range 3 {
			p := portion(mark("RESTRICTED", "IRQ", "IRQ", "IRN"), "IRQ", "quincunx "+time.Duration(i).String())
			p.ID, p.Salt = act.NewID(), string(act.NewID())
			d.Portions = append(d.Portions, p)
		}
		w.releaseReport("IRQ", d)
		w.settle(time.Minute)
		row := w.find("IRN", viewdb.Query{Text: "quincunx"}, 1)[0]
		x, err := w.nodes["IRN"].EndRecord(ctx, w.dpo("IRN"), row.ID, "review 1")
		check(t, err)
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
		again := &Draft{ReportType: act.INTREP, Portions: d.Portions[:1]}
		again.Portions[0].Sources = slices.Clone(again.Portions[0].Sources)
		w.releaseReport("IRQ", again)
		w.settle(time.Minute)
		w.find("IRN", viewdb.Query{Text: "quincunx"}, 1)
		rows, err := w.nodes["IRQ"].Ledger(ctx, w.officer("IRQ", "duty", section.RoleDuty), LedgerQuery{Holder: "IRN"})
		check(t, err)
		var got []string // newest first
		for _, r := range rows {
			got = append(got, r.Destroyed)
		}
		if want := []string{"", HolderDestroyed, HolderDestroyed, HolderDestroyed}; !slices.Equal(got, want) {
			t.Errorf("IRN holds one of three again, and the ledger says %q, want %q", got, want)
		}
	})
}
