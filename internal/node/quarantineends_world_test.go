package node

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/keyring"
	"entente/label"
	"entente/seal"
)

func leafName(index int64) string { return leafPrefix + strconv.FormatInt(index, 10) }

// Rule 21: what is quarantined holds personal data as well, and ends as it is
// marked: body, key and the evidence that quotes both; what cannot be read ends
// 365 days after it was logged, and an officer ends either by its leaf.
func TestQuarantinedPersonalDataEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 2)
		ctx := context.Background()
		const word = "quincunxzebra"
		say := func(p act.PortionInput) {
			made, err := act.NewPortion(p)
			check(t, err)
			v, err := act.BuildView(act.View{Type: act.INTREP, Title: "Own", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("RUS"), Label: p.Label}, []act.Portion{made})
			w.plant("IRQ", v, err, "RUS")
		}
		twice := func(days int, text string) { // one id, two contents
			p := portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", text)
			p.Label.Personal, p.Label.ReviewBy = true, w.in(time.Duration(days)*24*time.Hour)
			p.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
			p.ID, p.Salt = act.NewID(), string(act.NewID())
			say(p)
			p.Text += " again"
			say(p)
			w.settle(time.Minute)
		}
		twice(1, "somebody "+word)
		twice(90, "somebody vermilion")
		w.plant("IRQ", act.Act{Raw: []byte("not to be read")}, nil, "RUS")
		w.settle(time.Minute)
		rus := w.nodes["RUS"]
		rows, err := rus.views.Quarantine(ctx, 10)
		check(t, err)
		if len(rows) != 3 || rows[1].Code != codeConflict || rows[2].Code != codeConflict {
			t.Fatalf("RUS has quarantined %+v", rows)
		}
		unread, later, soon := rows[0].Index, rows[1].Index, rows[2].Index

		logged, err := rus.log.HeadTime(ctx, unread)
		check(t, err)
		for at, want := range map[int64]bool{logged + 365*86400 - 1: false, logged + 365*86400: true} {
			if due, err := rus.due(ctx, at); err != nil || slices.Contains(due, unread) != want {
				t.Errorf("what cannot be read is due %d s after it was logged: %v, want %v (%v)", at-logged, !want, want, err)
			}
		}

		time.Sleep(80 * time.Hour)
		w.report("IRQ", "day four")
		w.settle(3 * retentionEvery)
		opens := func(index int64) bool {
			run, err := rus.log.Read(ctx, index, index+1)
			check(t, err)
			h, err := seal.ParseHeader(run.Headers)
			check(t, err)
			id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
			keys, err := rus.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
			check(t, err)
			_, ok := keys[id]
			return ok || run.Bodies[0] != nil
		}
		evidence := func() int {
			n, err := rus.log.CountEvidence(ctx)
			check(t, err)
			return n
		}
		if r := rus.retired.Load(); r == nil || r.size <= unread {
			t.Fatalf("RUS does not say that it has destroyed what stands below %d: %+v", unread, r)
		}
		if opens(soon) || !opens(later) || !opens(unread) {
			t.Errorf("RUS keeps what ended: %v, what did not: %v, what cannot be read: %v", opens(soon), opens(later), opens(unread))
		}
		if n := evidence(); n != 1 {
			t.Errorf("RUS keeps %d pieces of evidence, want that of the later one alone", n)
		}
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			if left := filesWith(t, filepath.Join(w.dir, string(m)), word); len(left) > 0 {
				t.Errorf("%s has the word still in %v", m, left)
			}
		}

		for _, leaf := range []int64{later, unread} {
			if _, err := rus.EndRecord(ctx, w.dpo("RUS"), leafName(leaf), "review 1"); err != nil {
				t.Errorf("an officer cannot end %s: %v", leafName(leaf), err)
			}
			if opens(leaf) {
				t.Errorf("an officer ended %s, and it still opens", leafName(leaf))
			}
		}
		if n := evidence(); n != 0 {
			t.Errorf("RUS keeps %d pieces of evidence", n)
		}
		for _, no := range []string{leafName(later), leafName(0), "leaf-", "leaf--1"} {
			if _, err := rus.Forget(ctx, w.dpo("RUS"), "review 1", no); err == nil {
				t.Errorf("RUS forgets %s, which is not in quarantine", no)
			}
		}
		if rows, err := rus.views.Quarantine(ctx, 10); err != nil || len(rows) != 0 {
			t.Errorf("RUS has quarantined %+v (%v)", rows, err)
		}
		if !w.madeAgain("RUS") {
			t.Error("the views made again differ")
		}
	})
}
