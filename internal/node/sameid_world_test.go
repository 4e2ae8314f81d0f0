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

// A portion is known by id and digest together (spec/act.md, "Ids"): what SYR
// says of its own portion under the id of RUS's changes nothing of RUS's.
func TestWhatOneSaysOfItsOwnChangesNothingOfAnothersOfTheSameID(t *testing.T) {
	inRedress(t, func(w *world) {
		ctx := context.Background()
		w.plainReport("IRN", "the lorry is heliotrope")
		source := w.cite("RUS", "heliotrope")
		l := mark("RESTRICTED", "RUS", four...)
		l.Originators = label.Members("IRN", "RUS")
		w.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(l, "what comes of it is quincunx", source)}})
		w.plainReport("RUS", "a bridge is vermilion")
		w.settle(time.Minute)
		row := w.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0]
		product, bridge := w.cite("IRQ", "quincunx"), w.cite("IRQ", "vermilion")
		// SYR takes both ids for texts of its own, to IRQ alone.
		ls := mark("RESTRICTED", "SYR", "SYR", "IRQ")
		var own []act.PortionRef
		for _, id := range []act.ID{product.Portion, bridge.Portion} {
			in := portion(ls, "SYR", "something of SYR's own")
			in.ID, in.Salt = id, string(act.NewID())
			made, err := act.NewPortion(in)
			check(t, err)
			v, err := act.BuildView(act.View{Type: act.INTREP, Title: "Own", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRQ"), Label: ls}, []act.Portion{made})
			w.plant("SYR", v, err, "IRQ")
			own = append(own, act.PortionRef{Portion: id, Digest: made.Digest})
		}
		w.settle(time.Minute)
		cites := func(c act.Cite) *Draft {
			d := &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "rests on it", c)}}
			d.Portions[0].Label.Originators = label.Members("IRN", "IRQ", "RUS")
			return d
		}
		if fs, err := w.nodes["IRQ"].against(ctx, cites(bridge), label.Instant(time.Now().Unix())); err != nil || len(fs) != 0 {
			t.Errorf("SYR has its own under the id of RUS's, and IRQ may not cite RUS's: %+v (%v)", fs, err)
		}
		ref := act.PortionRef{Portion: source.Portion, Digest: source.Digest}
		_, err := w.nodes["IRN"].IssueRecall(ctx, w.officer("IRN", "fdo", section.RoleRelease), Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{ref}})
		check(t, err)
		w.settle(5 * time.Minute)
		reviewed := func() bool {
			s, err := w.nodes["IRQ"].views.StandingOf(ctx, row.Index)
			check(t, err)
			return len(s) == 1 && s[0].Review
		}
		if !reviewed() {
			t.Fatal("what RUS made of it is not under review at IRQ")
		}
		say := func(k act.RecallKind, r act.RecallReason, p act.PortionRef) {
			a, err := act.BuildRecall(act.Recall{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("SYR", "IRQ")}, Kind: k, Reason: r, Portions: []act.PortionRef{p}})
			w.plant("SYR", a, err, "IRQ")
		}
		say(act.RecallCleared, "", own[0])
		w.settle(time.Minute)
		if !reviewed() {
			t.Error("SYR cleared its own portion, and RUS's of the same id is under review at IRQ no more")
		}
		fs, err := w.nodes["IRQ"].restsBadly(ctx, cites(product))
		check(t, err)
		if len(fs) == 0 {
			t.Error("IRQ may release what rests on it")
		}
		// And the other way: SYR takes its own back, and nobody may cite RUS's.
		say(act.RecallWithdrawn, act.ReasonError, own[1])
		w.settle(time.Minute)
		if fs, err = w.nodes["IRQ"].restsBadly(ctx, cites(bridge)); err != nil || len(fs) != 0 {
			t.Errorf("SYR took back its own, and IRQ may not cite RUS's: %+v (%v)", fs, err)
		}
	})
}
