package node

import (
	"context"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// speaks files any act of a member for some members, as a node that does not
// care for the rules would.
func (h *house) speaks(by label.MemberID, raw []byte, to ...label.MemberID) {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[by]
	s := &sender{n: n.Node, keys: nil}
	s.keys = map[setKeyOf]seal.SetKey{}
	epoch := n.station.Epoch()
	key, err := s.setKey(ctx, epoch, label.Members(append(to, by)...))
	check(h.t, err)
	items, err := s.filled(ctx, func(k int) string { return time.Now().String() + string(rune('a'+k)) }, []outgoing{{act: raw, key: key}}, epoch, false)
	check(h.t, err)
	_, err = n.station.File(ctx, items[:1])
	check(h.t, err)
}

// An id is its originator's: who knows the id of another's statement before its
// reader holds it, and files something under it first, keeps nothing from the
// reader.
func TestAnIDThatAnotherTookFirst(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS")
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts")}})
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	source := h.cite("IRN", "quincunx")
	id := act.NewID()
	written := time.Now().UTC().Truncate(time.Minute)
	squat, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: id, Written: written, To: label.Members("IRQ", "RUS")}, Step: act.ConsentAsk, By: label.ByMember("RUS"),
		Portions: []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}, Members: label.Members("IRQ")})
	check(t, err)
	h.speaks("IRQ", squat.Raw, "RUS")
	h.said("RUS", act.TypeConsent, 1)
	real, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: id, Written: written, To: label.Members("IRN", "IRQ", "RUS")}, Step: act.ConsentWithdraw, By: label.ByMember("IRN"),
		Portions: []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}, Members: label.Members("RUS")})
	check(t, err)
	h.speaks("IRN", real.Raw, "IRQ", "RUS")
	h.eventually("RUS has projected it", func() bool {
		c, _ := h.nodes["RUS"].Projected()
		waits := h.nodes["IRN"].station.Waiting()
		return waits == 0 && c >= h.nodes["IRN"].station.Certified().Size && c == h.nodes["RUS"].station.Certified().Size
	})
	said := h.said("RUS", act.TypeConsent, 2)
	if said[0].ID != string(id) || said[1].ID != string(id)+"@IRN" {
		t.Errorf("they are called %s and %s", said[0].ID, said[1].ID)
	}
	if word, _, err := h.nodes["RUS"].ConsentAct(ctx, h.officer("RUS", "an", section.RoleAnalyst), said[1].ID); err != nil || word.Originator != "IRN" {
		t.Errorf("under its name here RUS reads the word of %s: %v", word.Originator, err)
	}
	if rows, err := h.nodes["RUS"].views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
		st, _ := h.nodes["RUS"].Status(ctx)
		t.Errorf("IRN has withdrawn it, IRQ took its id before, RUS still reads it: %v; quarantine %+v", err, st.Quarantine)
	}
	// The same originator uses an id once.
	h.speaks("IRN", real.Raw, "IRQ", "RUS")
	h.atRest(four...)
	if st, err := h.nodes["RUS"].Status(ctx); err != nil || len(st.Quarantine) != 1 || st.Quarantine[0].Code != codeRepeated {
		t.Errorf("said twice under one id: %+v (%v)", st.Quarantine, err)
	}
	h.madeAgain("RUS")
}

// The same of portions: a holder who hands out other text under the id of a
// portion keeps nothing of its originator from anybody.
func TestAPortionIDThatAnotherTookFirst(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS")
	said := portion(l, "IRN", "the quincunx has five huts")
	said.ID, said.Salt = act.NewID(), string(act.NewID())
	// IRQ holds IRN's portion from an earlier view and takes its id for another text.
	other := portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "nothing at all")
	other.ID = said.ID
	made, err := act.NewPortion(other)
	check(t, err)
	v, err := act.BuildView(act.View{Type: act.INTREP, Title: "A report", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("RUS"), Label: other.Label}, []act.Portion{made})
	check(t, err)
	h.speaks("IRQ", v.Raw, "RUS")
	h.find("RUS", viewdb.Query{Text: "nothing"}, 1)
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{said}})
	h.find("IRN", viewdb.Query{Text: "quincunx"}, 1)
	h.eventually("RUS has projected it", func() bool {
		c, _ := h.nodes["RUS"].Projected()
		return h.nodes["IRN"].station.Waiting() == 0 && c >= h.nodes["IRN"].station.Certified().Size
	})
	if rows, err := h.nodes["RUS"].views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 1 {
		st, _ := h.nodes["RUS"].Status(ctx)
		t.Errorf("RUS cannot read what IRN released to it, because IRQ used its portion's id: %v; quarantine %+v", err, st.Quarantine)
	}
	h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1) // who cites it
	// What rests on either is judged by that which it cites.
	source := act.Cite{Portion: said.ID, Originator: "IRN"}
	p, err := act.NewPortion(said)
	check(t, err)
	source.Digest = p.Digest
	both := l
	both.Originators = label.Members("IRN", "IRQ")
	h.releaseReport("IRQ", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(both, "what comes of it", source)}})
	if row := h.find("RUS", viewdb.Query{Text: "comes"}, 1)[0]; row.Doubt != "" {
		t.Errorf("RUS doubts what cites IRN's portion: %s", row.Doubt)
	}
	// An originator that states one id in two ways is caught as before.
	said.Text = "the quincunx has six huts"
	made, err = act.NewPortion(said)
	check(t, err)
	v, err = act.BuildView(act.View{Type: act.INTREP, Title: "Otherwise", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("RUS"), Label: l}, []act.Portion{made})
	check(t, err)
	h.speaks("IRN", v.Raw, "RUS")
	h.atRest(four...)
	if st, err := h.nodes["RUS"].Status(ctx); err != nil || len(st.Quarantine) != 1 || st.Quarantine[0].Code != codeConflict {
		t.Errorf("one originator, one id, two contents: %+v (%v)", st.Quarantine, err)
	}
	h.madeAgain("RUS")
}

// Somebody else's word answers no ask, neither in its state nor in the list of
// what is open.
func TestAnotherAnswersNoAsk(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "RUS", "RUS", "IRQ")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion}}, Basis: "for the summary"})
	ask := h.said("RUS", act.TypeConsent, 1)[0]
	a, err := act.Parse(ask.Act)
	check(t, err)
	// IRQ itself "grants", of its own material, in answer to its own ask to RUS.
	fake, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRQ", "RUS")}, Step: act.ConsentGrant, By: label.ByMember("IRQ"),
		Portions: a.Consent.Portions, Members: label.Members("IRN"), Answers: act.ID(ask.ID)})
	check(t, err)
	h.speaks("IRQ", fake.Raw, "RUS")
	h.said("RUS", act.TypeConsent, 2)
	words, err := h.nodes["RUS"].Consents(ctx, h.officer("RUS", "duty", section.RoleDuty), viewdb.ConsentQuery{Open: true, Mine: true})
	check(t, err)
	if len(words) != 1 {
		t.Errorf("RUS has answered nothing, and the ask is on its open list no more")
	}
	all, err := h.nodes["RUS"].Consents(ctx, h.officer("RUS", "duty", section.RoleDuty), viewdb.ConsentQuery{})
	check(t, err)
	for _, w := range all {
		if w.ID == ask.ID && w.State != "open" {
			t.Errorf("RUS has answered nothing, and the ask is %q", w.State)
		}
	}
}

// Whoever is among the readers and hands a portion out first, byte for byte, gets
// no right in it: its originator recalls every view of it, and the copy is in
// doubt.
func TestACopiedPortionIsRecalledByItsOriginator(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	said := portion(mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS"), "IRN", "the quincunx has five huts")
	said.ID, said.Salt = act.NewID(), string(act.NewID())
	p, err := act.NewPortion(said)
	check(t, err)
	v, err := act.BuildView(act.View{Type: act.INTREP, Title: "A copy", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("RUS"), Label: said.Label}, []act.Portion{p})
	check(t, err)
	h.speaks("IRQ", v.Raw, "RUS")
	if row := h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]; row.Doubt != act.ErrOriginator.Code {
		t.Errorf("a copy is in doubt for %q", row.Doubt)
	}
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Title: "Own", Portions: []act.PortionInput{said}})
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 2)
	h.find("IRN", viewdb.Query{Text: "quincunx"}, 1)
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonFabrication, Report: draft})
	at := h.recallFrom("RUS", "IRN")
	rows, err := h.nodes["RUS"].views.Find(ctx, viewdb.Query{Text: "quincunx"})
	check(t, err)
	w, err := h.nodes["RUS"].RecallOf(ctx, h.officer("RUS", "duty", section.RoleDuty), at.ID)
	check(t, err)
	for _, r := range rows {
		t.Errorf("IRN has recalled it; RUS still finds the view of %s (doubt %q); the recall is %s", r.Originator, r.Doubt, w.Bearing)
	}
}

// What came second under an id stands as it did when the first is forgotten here
// and the views are made again: under the name that it had, or in quarantine. So
// does what comes after.
func TestAnIDOutlivesWhatUsedItFirst(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	id, pid := act.NewID(), act.NewID()
	say := func(by label.MemberID, id act.ID, text string, portionID act.ID) {
		in := portion(mark("RESTRICTED", by, by, "RUS"), by, text)
		in.ID = portionID
		p, err := act.NewPortion(in)
		check(t, err)
		v, err := act.BuildView(act.View{ID: id, Type: act.INTREP, Title: "A report", Written: minuteNow(), To: label.Members("RUS"), Label: in.Label}, []act.Portion{p})
		check(t, err)
		h.speaks(by, v.Raw, "RUS")
		h.projected("RUS", by)
	}
	ask := func(by label.MemberID, id act.ID) {
		a, err := act.BuildClosing(act.Closing{Statement: act.Statement{ID: id, Written: minuteNow(), To: label.Members(by, "RUS")}, Request: act.NewID(), Outcome: act.ClosedMet})
		check(t, err)
		h.speaks(by, a.Raw, "RUS")
		h.projected("RUS", by)
	}
	say("IRQ", id, "the first, quincunx", pid)
	say("IRN", id, "the second, heliotrope", act.NewID())
	say("IRQ", act.NewID(), "the same portion otherwise, amaranth", pid)
	said := act.NewID()
	ask("IRQ", said)
	ask("IRN", said)
	before := h.find("RUS", viewdb.Query{Text: "heliotrope"}, 1)[0]
	dpo := h.officer("RUS", "dpo", section.RoleDPO)
	for _, x := range []act.ID{id, said} {
		_, err := h.nodes["RUS"].Forget(ctx, dpo, "case 7", string(x))
		check(t, err)
	}
	h.madeAgain("RUS")
	if after := h.find("RUS", viewdb.Query{Text: "heliotrope"}, 1)[0]; after.ID != before.ID {
		t.Errorf("what was called %s is called %s", before.ID, after.ID)
	}
	// The first keeps its id, and its portion's, for what comes.
	say("IRQ", id, "under it again, celadon", act.NewID())
	say("SYR", id, "a third, viridian", act.NewID())
	say("IRQ", act.NewID(), "once more otherwise, cinnabar", pid)
	h.find("RUS", viewdb.Query{Text: "viridian"}, 1)
	for _, word := range []string{"quincunx", "amaranth", "celadon", "cinnabar"} {
		h.gone("RUS", word)
	}
	h.madeAgain("RUS")
}
