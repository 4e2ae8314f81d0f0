package node

import (
	"context"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What an answer says to have been done was done, and nothing in its place: to
// withdraw corrects nothing and restricts nothing, to narrow erases nothing, and
// a review that was cleared restricts no more (rule 22).
func TestWhatIsGrantedIsWhatWasDone(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("RUS", "the driver is quincunx", "the lorry is heliotrope", "the road is celandine")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		ask := func(a act.RedressAsk, number int) act.ID {
			t.Helper()
			r := wrongMan(row.ID)
			r.Ask, r.Numbers = a, []int{number}
			w.askRedress("IRQ", r)
			return act.ID(w.redresses("RUS", viewdb.RedressQuery{Received: true})[0].ID)
		}
		refused := func(what string, id act.ID, o act.RedressOutcome) {
			t.Helper()
			_, err := w.nodes["RUS"].AnswerRedress(ctx, w.dpo("RUS"), RedressAnswer{Redress: id, Outcome: o, Ground: ground(o), Text: reasonFor(o)})
			w.refusedOn22(what, CodeRedressNotDone, err)
		}
		granted := func(id act.ID) {
			t.Helper()
			w.answerRedress("RUS", RedressAnswer{Redress: id, Outcome: act.RedressGranted})
			if x := w.redress("IRQ", string(id)); x.State != "granted" || x.Undone != 0 {
				t.Errorf("IRQ reads %+v", x)
			}
		}
		recall := func(r Recall) {
			t.Helper()
			w.recall("RUS", r)
			w.settle(2 * time.Minute)
		}

		// To correct: withdrawn is not corrected, nor is what is right to follow.
		correct := ask(act.AskCorrect, 1)
		recall(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Redress: correct})
		refused("only withdrawn", correct, act.RedressGranted)
		refused("only withdrawn, in part", correct, act.RedressPartly)
		recall(Recall{Kind: act.RecallCorrection, Reason: act.ReasonError, Redress: correct, ToFollow: true})
		refused("nothing says it right yet", correct, act.RedressGranted)
		recall(Recall{Kind: act.RecallCorrection, Reason: act.ReasonError, Redress: correct, ReplacedBy: w.plainReport("RUS", "the driver is amaranth")})
		granted(correct)

		// To restrict: a doubt is none, a review is, and it is no more once cleared;
		// what is withdrawn then is not restricted.
		restrict := ask(act.AskRestrict, 2)
		two := w.portionOf("IRQ", "RUS", "heliotrope")
		recall(Recall{Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Portions: []act.PortionRef{two}})
		refused("only doubted", restrict, act.RedressGranted)
		recall(Recall{Kind: act.RecallReview, Redress: restrict})
		granted(restrict)
		w.clearReview("RUS", two)
		if x := w.redress("IRQ", string(restrict)); x.Undone != 1 {
			t.Errorf("cleared, and IRQ reads %d that are not restricted", x.Undone)
		}
		again := ask(act.AskRestrict, 3)
		recall(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Redress: again})
		refused("withdrawn, and not restricted", again, act.RedressGranted)
		w.answerRedress("RUS", RedressAnswer{Redress: again, Outcome: act.RedressRefused, Ground: act.GroundNotHeld, Text: "It was withdrawn."})

		// To erase: what is taken from one reader is not erased.
		w.plainReport("RUS", "the bridge is tamarind")
		row = w.find("IRQ", viewdb.Query{Text: "tamarind"}, 1)[0]
		erase := ask(act.AskErase, 1)
		recall(Recall{Kind: act.RecallNarrowing, Reason: act.ReasonMistake, From: label.Members("IRQ"), Portions: []act.PortionRef{w.portionOf("IRN", "RUS", "tamarind")}})
		refused("narrowed, and not erased", erase, act.RedressGranted)
		recall(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Redress: erase})
		granted(erase)
		for _, m := range []label.MemberID{"RUS", "IRQ"} {
			if !w.madeAgain(m) {
				t.Errorf("the views of %s made again are others", m)
			}
		}
	})
}

func ground(o act.RedressOutcome) act.RedressGround {
	if o.Denies() {
		return act.GroundAccurate
	}
	return ""
}

func reasonFor(o act.RedressOutcome) string {
	if o.Denies() {
		return "The rest is right."
	}
	return ""
}

// clearReview has a member clear a portion of its own, with a second person.
func (w *world) clearReview(m label.MemberID, p act.PortionRef) {
	w.t.Helper()
	x, err := w.nodes[m].PutUp(context.Background(), w.officer(m, "duty", section.RoleDuty), KindRecall, Recall{Kind: act.RecallCleared, Portions: []act.PortionRef{p}})
	w.letGo(m, x, err)
	w.settle(time.Minute)
}

// Who says that it corrected what it only withdrew, or restricted what stands as it
// was, is seen through at the node of who asked (rule 22).
func TestWhoAskedSeesThatItWasNotDone(t *testing.T) {
	inRedress(t, func(w *world) {
		w.plainReport("RUS", "the driver is quincunx", "the lorry is heliotrope")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		for number, a := range []act.RedressAsk{act.AskCorrect, act.AskRestrict} {
			r := wrongMan(row.ID)
			r.Ask, r.Numbers = a, []int{number + 1}
			w.askRedress("IRQ", r)
			x := w.redresses("IRQ", viewdb.RedressQuery{Asked: true})[0]
			if a == act.AskCorrect {
				w.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Redress: act.ID(x.ID)})
				w.settle(time.Minute)
			}
			said, err := act.BuildRedressAnswer(act.RedressAnswer{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRQ", "RUS")},
				Redress: act.ID(x.ID), Outcome: act.RedressGranted, Portions: x.Redress.Portions})
			w.plant("RUS", said, err, "IRQ")
			if full := w.redress("IRQ", x.ID); full.State != "granted" || full.Undone != 1 {
				t.Errorf("to %s: IRQ reads %s, %d not so", a, full.State, full.Undone)
			}
		}
	})
}

// At its date, to the second, a request is overdue in every list alike.
func TestRedressIsOverdueAtItsDate(t *testing.T) {
	inRedress(t, func(w *world) {
		w.plainReport("RUS", "the driver is quincunx")
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		r := wrongMan(row.ID)
		r.Due = time.Now().UTC().Add(2 * time.Hour).Truncate(time.Minute)
		w.askRedress("IRQ", r)
		for _, left := range []time.Duration{time.Second, 0} {
			time.Sleep(time.Until(r.Due.Add(-left)))
			rows, err := w.nodes["RUS"].Redresses(context.Background(), w.dpo("RUS"), viewdb.RedressQuery{}, true)
			check(t, err)
			all, want := w.redresses("RUS", viewdb.RedressQuery{}), left == 0
			if (len(rows) == 1) != want || all[0].Overdue != want {
				t.Errorf("%v before its date: %d in the list of what is overdue; shown as overdue: %v", left, len(rows), all[0].Overdue)
			}
		}
	})
}

// An answer is shown as soon as it is projected, before any head over it is kept.
func TestAnAnswerIsShownBeforeAHeadOverItIsKept(t *testing.T) {
	inRedress(t, func(w *world) {
		n := w.nodes["RUS"]
		c := n.station.Certified()
		if at, err := n.loggedBy(context.Background(), c.Size+1); err != nil || at != c.Time {
			t.Errorf("logged by %d (%v), and log time is %d", at, err, c.Time)
		}
	})
}
