package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// madeAgain stops a node, makes its views again, starts it, and says whether
// they are the same.
func (w *world) madeAgain(m label.MemberID) bool {
	w.t.Helper()
	before := dump(w.t, w.nodes[m].Views())
	w.halt(m)
	w.rebuild(m)
	w.startNodes(m)
	w.settle(2 * time.Minute)
	return dump(w.t, w.nodes[m].Views()) == before
}

// A report that has expired, and one whose review is overdue, are answered as
// what never was as soon as the log's time is past that, whatever the clock
// says. After the grace nothing of them is left at a reader; the originator
// keeps its draft. Views made again are the same at every stage.
func TestWhatHasEndedIsHiddenAndDestroyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 2)
		ctx := context.Background()
		const word = "quincunxzebra"
		end, ok := label.InstantOf(time.Now().Add(24 * time.Hour).Truncate(time.Second))
		if !ok {
			t.Fatal("the clock is out of bounds")
		}
		file, err := w.nodes["IRQ"].Attach(ctx, w.officer("IRQ", "duty", section.RoleDuty), "plan.bin", "application/octet-stream", bytes.NewReader([]byte("a plan")), nil)
		check(t, err)
		expiring := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", word)
		expiring.Label.Expires = end
		expiring.Attachments = []act.Attachment{file}
		draft := w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{expiring}})
		overdue := portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "overdue [[Example Invented]]")
		overdue.Label.Personal, overdue.Label.ReviewBy = true, end
		overdue.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{overdue}})
		reviewed := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "impersonal") // its marking is to be reviewed, no more
		reviewed.Label.ReviewBy = end
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{reviewed}})
		w.settle(time.Minute)
		an := w.officer("RUS", "an", section.RoleAnalyst)
		rus := w.nodes["RUS"]
		row := w.find("RUS", viewdb.Query{Text: word}, 1)[0]
		_, _, h := leaf(t, rus.Node, row.Index)
		key := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		check(t, rus.Attachment(ctx, an, row.ID, file.Digest, io.Discard))
		full, err := rus.views.Get(ctx, row.ID)
		check(t, err)
		a, err := act.Parse(full.Act)
		check(t, err)

		// The clock alone ends nothing.
		time.Sleep(25 * time.Hour)
		w.find("RUS", viewdb.Query{Text: word}, 1)
		w.find("RUS", viewdb.Query{Text: "overdue"}, 1)

		w.report("IRQ", "day one")
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			n := w.nodes[m]
			for _, text := range []string{word, "overdue"} {
				if rows, err := n.views.Find(ctx, viewdb.Query{Text: text}); err != nil || len(rows) > 0 {
					t.Errorf("%s finds what has ended: %v %v", m, rows, err)
				}
			}
			w.find(m, viewdb.Query{Text: "impersonal"}, 1)
			if rows, err := n.views.Find(ctx, viewdb.Query{}); err != nil || len(rows) != 2 {
				t.Errorf("%s lists %d reports, want 2 (%v)", m, len(rows), err)
			}
			if c, err := n.views.Counts(ctx); err != nil || c.Reports != 2 || m == "IRQ" && c.Own != 2 {
				t.Errorf("%s counts %+v, want 2 (%v)", m, c, err)
			}
		}
		_, never := rus.Report(ctx, an, "00000000000000000000000000000000")
		if _, err := rus.Report(ctx, an, row.ID); !errors.Is(err, viewdb.ErrNotFound) || err.Error() != never.Error() {
			t.Errorf("RUS reads what has ended: %v", err)
		}
		if err := rus.Attachment(ctx, an, row.ID, file.Digest, io.Discard); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("RUS opens the attachment of what has ended: %v", err)
		}
		if _, _, err := rus.portionOf(ctx, refsOf(a.Report.Portions)[0]); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("RUS cites what has ended: %v", err)
		}
		if own, err := w.nodes["IRQ"].namesStill(ctx, file.Digest); err != nil || own {
			t.Errorf("IRQ serves the attachment of what has ended: %v %v", own, err)
		}
		if _, err := rus.views.At(ctx, row.Index); err != nil {
			t.Errorf("it is destroyed before the grace is past: %v", err)
		}
		if !w.madeAgain("RUS") {
			t.Error("the views made again differ while it is hidden")
		}

		time.Sleep(48 * time.Hour)
		w.report("IRQ", "day three")
		w.settle(2 * retentionEvery)
		rus = w.nodes["RUS"]
		if _, err := rus.views.At(ctx, row.Index); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("RUS keeps it after the grace: %v", err)
		}
		if keys, err := rus.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{key}); err != nil || len(keys) > 0 {
			t.Errorf("RUS keeps its key: %v", err)
		}
		if _, body, _ := leaf(t, rus.Node, row.Index); body != nil {
			t.Error("RUS keeps its body")
		}
		if left, _ := filepath.Glob(filepath.Join(w.dir, "RUS", DirAttached, "*")); len(left) > 0 {
			t.Errorf("RUS keeps its file: %v", left)
		}
		if left := filesWith(t, filepath.Join(w.dir, "RUS"), word); len(left) > 0 {
			t.Errorf("RUS has the word still in %v", left)
		}
		w.find("RUS", viewdb.Query{Text: "impersonal"}, 1)
		d, err := w.nodes["IRQ"].section.Draft(ctx, w.officer("IRQ", "duty", section.RoleDuty), draft)
		if err != nil || !bytes.Contains(d.Content, []byte(word)) {
			t.Errorf("IRQ has lost its draft: %v", err)
		}
		if own, _ := filepath.Glob(filepath.Join(w.dir, "IRQ", DirAttached, "*")); len(own) != 1 {
			t.Errorf("IRQ has the files %v, want the one of its draft", own)
		}
		if !w.madeAgain("RUS") {
			t.Error("the views made again differ after it was destroyed")
		}
	})
}

// Bodies that a node cannot open are kept for the charter's window by log time,
// and longer while a member has not closed their epoch; then they are deleted.
// What it can open stays, and views made again are the same.
func TestBodiesOfOthersGoAfterTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRQ", func(c *charter.Charter) {
			c.EpochDays, c.GraceDays, c.WindowDays, c.ReceiptSeconds = 1, 0, 2, 3600
		})
		w.tuning = centre.Tuning{CompareEvery: 10 * time.Minute, Alive: 10 * time.Minute}
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("SECRET", "IRQ", "IRQ", "RUS"), "IRQ", "for one")}})
		w.settle(time.Minute)
		w.report("IRQ", "for all")
		one := w.find("RUS", viewdb.Query{Text: "one"}, 1)[0].Index
		all := w.find("RUS", viewdb.Query{Text: "all"}, 1)[0].Index
		has := func(m label.MemberID, index int64) bool {
			_, body, _ := leaf(t, w.nodes[m].Node, index)
			return body != nil
		}
		sweep := func(what string, want bool) {
			t.Helper()
			w.settle(retentionEvery + time.Minute)
			for m := range w.nodes {
				for _, c := range []struct {
					index int64
					want  bool
				}{{one, want || m == "IRQ" || m == "RUS"}, {all, true}} {
					if got := has(m, c.index); got != c.want {
						t.Errorf("%s: %s has the body of leaf %d: %v, want %v", what, m, c.index, got, c.want)
					}
				}
			}
		}
		// SYR is without a line and closes no epoch: it may need the bodies yet.
		w.halt("SYR")
		w.turn("day one")
		sweep("within the window", true)
		time.Sleep(50 * time.Hour)
		sweep("by the clock alone", true)
		w.report("IRQ", "day three")
		sweep("while the epoch of SYR is open", true)

		w.startNodes("SYR")
		w.settle(10 * time.Minute)
		w.report("IRQ", "all have closed")
		sweep("after the window", false)

		// All have closed its epoch after a day, and the window has two.
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("SECRET", "IRQ", "IRQ", "RUS"), "IRQ", "second")}})
		w.settle(time.Minute)
		one = w.find("RUS", viewdb.Query{Text: "second"}, 1)[0].Index
		_, _, h := leaf(t, w.nodes["IRN"].Node, one)
		w.turn("one day later")
		w.settle(time.Hour)
		if _, ok := w.nodes["IRN"].station.State().ClosedByAll(h.Epoch); !ok {
			t.Fatal("the epoch is not closed, and this test shows nothing")
		}
		sweep("its epoch closed, within the window", true)
		if !w.madeAgain("IRN") {
			t.Error("the views made again differ")
		}
	})
}

// A body whose header claims a later time waits for that, and is deleted then: it
// is passed over once, and not for good.
func TestABodyAheadOfTheLogIsDeletedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRQ", func(c *charter.Charter) {
			c.EpochDays, c.GraceDays, c.WindowDays, c.ReceiptSeconds = 1, 0, 2, 3600
		})
		w.tuning = centre.Tuning{CompareEvery: 10 * time.Minute, Alive: 10 * time.Minute}
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		ctx := context.Background()
		irq := w.nodes["IRQ"]
		key, err := irq.setKey(ctx, irq.station.Epoch(), label.Members("IRQ", "RUS"))
		check(t, err)
		say := func(ahead int64) int64 {
			f := &forger{t: t, running: irq, w: w}
			return f.file(func(p seal.Place) (seal.Envelope, error) {
				p.Time += ahead
				e, _, err := seal.Seal(p, key, []byte("for one"), 0, irq.signers.Header())
				return e, err
			})
		}
		ahead, plain := say(86400), say(0)
		sweep := func(when string, aheadHere, plainHere bool) {
			t.Helper()
			w.settle(2 * retentionEvery)
			for index, want := range map[int64]bool{ahead: aheadHere, plain: plainHere} {
				if _, body, _ := leaf(t, w.nodes["IRN"].Node, index); (body != nil) != want {
					t.Errorf("%s: IRN has the body of leaf %d: %v, want %v", when, index, !want, want)
				}
			}
			if _, body, _ := leaf(t, w.nodes["RUS"].Node, ahead); body == nil {
				t.Errorf("%s: RUS has opened it, and its body is gone", when)
			}
		}
		w.turn("day one")
		sweep("within the window", true, true)
		w.turn("day two")
		sweep("past the window", true, false)
		w.turn("day three")
		sweep("past its claim and the window", false, false)
		if !w.madeAgain("IRN") {
			t.Error("the views made again differ")
		}
	})
}
