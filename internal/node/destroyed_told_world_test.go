package node

import (
	"context"
	"encoding/binary"
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

// personal is a portion with invented personal data that are to be reviewed by
// a moment.
func personal(by label.Instant, m label.MemberID, text string) act.PortionInput {
	p := portion(mark("RESTRICTED", m, m, "RUS"), m, text+" [[Example Invented]]")
	p.Label.Personal, p.Label.ReviewBy = true, by
	p.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
	return p
}

// releasePersonals releases such portions, one for each other member in a report
// of its own: a record of a person goes to one (rule 19). It returns the drafts.
func (w *world) releasePersonals(by label.Instant, m label.MemberID, title, text string) (drafts []string) {
	w.t.Helper()
	for _, other := range four {
		if other != m {
			p := personal(by, m, text)
			p.Label.Rel = label.Members(m, other)
			drafts = append(drafts, w.releaseReport(m, &Draft{ReportType: act.INTREP, Title: title, Portions: []act.PortionInput{p}}))
		}
	}
	return drafts
}

// in is the moment so far ahead.
func (w *world) in(d time.Duration) label.Instant {
	at, ok := label.InstantOf(time.Now().Add(d).Truncate(time.Second))
	if !ok {
		w.t.Fatal("the clock is out of bounds")
	}
	return at
}

// states returns what the readers of the own reports that have ended say, each of
// which has one.
func (w *world) states(m label.MemberID) map[label.MemberID]string {
	w.t.Helper()
	ended, err := w.nodes[m].EndedReports(context.Background(), w.officer(m, "dpo", section.RoleDPO), nil, 0)
	check(w.t, err)
	if len(ended) != len(four)-1 {
		w.t.Fatalf("%s shows %d reports that have ended, want %d", m, len(ended), len(four)-1)
	}
	out := map[label.MemberID]string{}
	for i := range ended {
		for _, h := range ended[i].Holders {
			out[h.Member] = h.State
			if (h.State == HolderDestroyed) == h.Told.IsZero() {
				w.t.Errorf("%s is %s, told %v", h.Member, h.State, h.Told)
			}
		}
	}
	return out
}

// Rule 21: what nobody reviewed is destroyed at every holder, the originator's
// draft with it, and each holder says so to the originator in its receipts, which
// keeps that over restarts and after its own copy is gone. Who was without a
// line is overdue, and says it when it is back.
func TestEveryHolderSaysThatItHasDestroyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 2)
		ctx := context.Background()
		const word = "quincunxzebra"
		drafts := w.releasePersonals(w.in(24*time.Hour), "IRQ", "of "+word, word)
		draft := drafts[0]
		unsent, err := w.nodes["IRQ"].SaveDraft(ctx, w.officer("IRQ", "duty", section.RoleDuty), "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{personal(w.in(24*time.Hour), "IRQ", "unsent "+word)}})
		check(t, err)
		w.settle(time.Minute)
		for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
			w.find(m, viewdb.Query{Text: word}, 1)
		}
		w.settle(2 * retentionEvery) // new drafts are looked at
		duty := w.officer("IRQ", "duty", section.RoleDuty)
		if _, err := w.nodes["IRQ"].Section().Draft(ctx, duty, draft); err != nil {
			t.Fatalf("the draft is hidden before its time: %v", err)
		}
		if got, err := w.nodes["IRQ"].EndedReports(ctx, w.officer("IRQ", "dpo", section.RoleDPO), nil, 0); err != nil || len(got) != 0 {
			t.Fatalf("IRQ shows %v as ended (%v)", got, err)
		}
		if _, err := w.nodes["IRQ"].EndedReports(ctx, duty, nil, 0); !errors.Is(err, section.ErrForbidden) {
			t.Errorf("a duty officer reads the board of reviews: %v", err)
		}
		w.halt("SYR")
		time.Sleep(25 * time.Hour)
		w.report("IRQ", "day one")
		w.settle(time.Hour)
		if got := w.states("IRQ"); got["RUS"] != HolderNotYet || got["SYR"] != HolderNotYet {
			t.Errorf("within the grace: %v", got)
		}
		for _, id := range append(drafts, unsent.ID) {
			if _, err := w.nodes["IRQ"].Section().Draft(ctx, duty, id); !errors.Is(err, section.ErrNotFound) {
				t.Errorf("a duty officer reads a draft whose review is overdue: %v", err)
			}
			if d, err := w.nodes["IRQ"].Section().Draft(ctx, w.officer("IRQ", "dpo", section.RoleDPO), id); err != nil || len(d.Content) == 0 {
				t.Errorf("the data-protection officer cannot decide on it: %v", err)
			}
		}
		if ds, err := w.nodes["IRQ"].Section().Drafts(ctx, duty, section.DraftQuery{}); err != nil || len(ds) != 1 {
			t.Errorf("a duty officer lists %d drafts, want the one that is not hidden (%v)", len(ds), err)
		}

		time.Sleep(49 * time.Hour)
		w.report("IRQ", "day three")
		w.settle(2*retentionEvery + time.Hour)
		for _, m := range four[:3] {
			if left := filesWith(t, filepath.Join(w.dir, string(m)), word); len(left) > 0 {
				t.Errorf("%s has the word still in %v", m, left)
			}
		}
		if got := w.states("IRQ"); got["RUS"] != HolderDestroyed || got["IRN"] != HolderDestroyed || got["SYR"] != HolderNotYet {
			t.Errorf("after the grace: %v", got)
		}
		time.Sleep(26 * time.Hour)
		w.report("IRQ", "day four")
		w.settle(time.Minute)
		if got := w.states("IRQ"); got["SYR"] != HolderOverdue {
			t.Errorf("a day past the grace: %v", got)
		}
		told := func() (n int) {
			for _, m := range []string{"RUS", "IRN"} {
				if _, ok, err := w.nodes["IRQ"].log.DestructionOf(ctx, m, 0, 1); err == nil && ok {
					n++
				}
			}
			return n
		}
		if told() != 2 {
			t.Error("the receipts are not kept")
		}
		w.halt("IRQ")
		w.rebuild("IRQ")
		w.startNodes("IRQ", "SYR")
		w.settle(4 * retentionEvery)
		if got := w.states("IRQ"); got["RUS"] != HolderDestroyed || got["IRN"] != HolderDestroyed || got["SYR"] != HolderDestroyed {
			t.Errorf("after a restart, and with SYR back: %v", got)
		}
		if left := filesWith(t, filepath.Join(w.dir, "SYR"), word); len(left) > 0 {
			t.Errorf("SYR has the word still in %v", left)
		}
		// Said again by every receipt, it is kept once.
		for _, m := range []string{"RUS", "IRN", "SYR"} {
			var n int
			check(t, w.nodes["IRQ"].log.DB().Reader.QueryRow(`SELECT count(*) FROM destruction WHERE member = ?`, m).Scan(&n))
			if n != 1 {
				t.Errorf("%s is kept %d times, want 1", m, n)
			}
		}
	})
}

// A receipt that says more than can be is refused, and one that does not fit
// what was sealed says nothing of destruction.
func TestReceiptsOfDestructionAreChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "IRQ", func(c *charter.Charter) { c.GraceDays, c.ReceiptSeconds = 2, 3600 })
		w.startNodes(four...)
		defer w.close()
		w.settle(2 * time.Minute)
		w.ready(four...)
		ctx := context.Background()
		w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{personal(w.in(time.Hour), "IRQ", "somebody")}})
		w.settle(2 * time.Hour)
		w.report("IRQ", "later")
		rus, irq := w.nodes["RUS"], w.nodes["IRQ"]
		row := rus.station.Certified()
		say := func(change func(b []byte)) error {
			b, err := rus.receiptFor("IRQ")
			check(t, err)
			change(b)
			sig, err := rus.signers.Header().Sign(contextReceipt, b[:192])
			check(t, err)
			copy(b[192:], sig)
			return irq.takeReceipt(ctx, "RUS", b)
		}
		put := func(b []byte, upto, size int64) {
			binary.BigEndian.PutUint64(b[104:], uint64(upto))
			binary.BigEndian.PutUint64(b[112:], uint64(size))
		}
		last := func() int64 {
			upto, _, err := irq.log.LastDestruction(ctx, "RUS")
			check(t, err)
			return upto
		}
		for what, change := range map[string]func([]byte){
			"beyond what was opened": func(b []byte) { put(b, row.Time, row.Size+1) },
			"a size below zero":      func(b []byte) { b[112] = 0x80 },
			"bytes that are zero":    func(b []byte) { b[130] = 1 },
		} {
			if err := say(change); !errors.Is(err, ErrReceipt) {
				t.Errorf("%s: %v", what, err)
			}
		}
		check(t, say(func(b []byte) { b[64]++; put(b, row.Time, row.Size) })) // another hash: it differs
		if last() != 0 {
			t.Error("a receipt that differs counts")
		}
		for _, upto := range []int64{irq.station.Certified().Time + 1, 1<<63 - 1} {
			check(t, say(func(b []byte) { put(b, upto, row.Size) }))
			if last() != 0 {
				t.Errorf("a receipt that stands up to %d, after log time, counts", upto)
			}
		}
		check(t, say(func(b []byte) { put(b, row.Time, 1) }))
		if last() != 0 {
			t.Error("a receipt that stands before it counts")
		}
		check(t, say(func(b []byte) { put(b, row.Time, row.Size) }))
		if last() != row.Time {
			t.Errorf("it is kept up to %d, want %d", last(), row.Time)
		}
	})
}
