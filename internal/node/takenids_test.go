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
