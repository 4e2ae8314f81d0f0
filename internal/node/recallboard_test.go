package node

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// asked counts how often a context is asked for its end: each query does so a
// few times.
type asked struct {
	context.Context
	n atomic.Int64
}

func (a *asked) Done() <-chan struct{} {
	a.n.Add(1)
	return a.Context.Done()
}

// A board of many recalls is read by as many queries as one of a few, and says of
// each what it says of it alone.
func TestABoardOfRecallsIsReadAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	cursor, err := irq.views.Cursor(context.Background())
	check(t, err)
	index := int64(1 << 20) // behind all that the log has
	b := viewdb.Batch{Cursor: cursor}
	add := func(by label.MemberID, a act.Act, err error) {
		check(t, err)
		s := viewdb.Said{Index: index, ID: string(a.Statement.ID), Originator: string(by), Own: by == "IRQ", Type: string(a.Type), Act: a.Raw}
		for m := range a.Statement.To.All() {
			s.Recipients = append(s.Recipients, string(m))
		}
		if r := a.Recall; r != nil {
			s.Recall = irq.recallRow(&opened{index: index}, r)
			s.Recall.By = string(by)
		} else {
			s.Acknowledges = string(a.Acknowledgement.Recall)
		}
		b.Said, index = append(b.Said, s), index+1
	}
	made, err := act.NewPortion(portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "convoy southbound"))
	check(t, err)
	v, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTREP, Title: "A report", Written: minuteNow(), To: label.Members("RUS"), Label: made.Label}, []act.Portion{made})
	check(t, err)
	of := act.PortionRef{Portion: made.ID, Digest: made.Digest}
	b.Reports = []viewdb.Report{{Index: index, ID: string(v.Report.ID), Originator: "IRQ", Own: true, Act: v.Raw, Portions: []viewdb.Portion{refRow(of)}}}
	index++
	recall := func(by, to label.MemberID, p act.PortionRef) act.ID {
		id := act.NewID()
		a, err := act.BuildRecall(act.Recall{Statement: act.Statement{ID: id, Written: minuteNow(), To: label.Members(by, to)}, Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{p}})
		add(by, a, err)
		return id
	}
	many := func(n int) {
		for i := range n {
			id := recall("IRQ", "RUS", of)
			recall("RUS", "IRQ", act.PortionRef{Portion: act.NewID(), Digest: act.Digest{2}}) // it is not here
			recall("RUS", "IRQ", of)                                                          // it is not its own
			for k := range i % 3 {
				state := []act.AckState{act.AckQuarantined, act.AckDestroyed}[k]
				a, err := act.BuildAcknowledgement(act.Acknowledgement{Statement: act.Statement{ID: act.NewID(), Written: minuteNow(), To: label.Members("IRQ", "RUS")}, Recall: id, State: state, Complete: k == 0})
				add("RUS", a, err)
			}
		}
		check(t, irq.views.Apply(context.Background(), b))
		b = viewdb.Batch{Cursor: cursor}
	}
	board := func() ([]RecallWord, int64) {
		ctx := &asked{Context: t.Context()}
		words, err := irq.Recalls(ctx, duty, RecallQuery{Limit: 500})
		check(t, err)
		return words, ctx.n.Load()
	}
	many(2)
	few, least := board()
	many(60)
	all, most := board()
	if len(few) != 6 || len(all) != 186 || most > 2*least {
		t.Errorf("%d recalls ask %d times, %d ask %d times", len(few), least, len(all), most)
	}
	states := map[string]int{}
	for _, w := range all {
		one, err := irq.RecallOf(t.Context(), duty, w.ID)
		check(t, err)
		if got, want := fmt.Sprint(w.Bearing, w.Holders), fmt.Sprint(one.Bearing, one.Holders); got != want {
			t.Errorf("recall %s is %s on the board and %s alone", w.ID, got, want)
		}
		states[fmt.Sprint(w.Originator, w.Bearing, w.Holders)]++
	}
	if want := map[string]int{"IRQin force[{RUS sent false }]": 21, "IRQin force[{RUS quarantined true }]": 21, "IRQin force[{RUS destroyed true }]": 20, "RUSwaiting[]": 62, "RUSvoid[]": 62}; fmt.Sprint(states) != fmt.Sprint(want) {
		t.Errorf("the board says %v", states)
	}
}
