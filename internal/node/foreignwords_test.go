package node

import (
	"context"
	"fmt"
	"testing"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// word is a consent act as a member that keeps to no rule would write it.
func word(t testing.TB, step act.ConsentStep, by label.Originator, portions []act.PortionRef, members ...label.MemberID) []byte {
	t.Helper()
	a, err := act.BuildConsent(act.Consent{Statement: act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members(four...)},
		Step: step, By: by, Portions: portions, Members: label.Members(members...), Basis: "of the test"})
	check(t, err)
	return a.Raw
}

// Nobody takes away what is not his own (rule 10): a stranger, a party that the
// stranger invents, the originator under another digest. The originator does.
func TestOnlyItsOriginatorTakesMaterialBack(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "convoy southbound")}})
	source := h.cite("IRN", "convoy")
	row := h.find("IRN", viewdb.Query{Text: "convoy"}, 1)[0]
	an := h.officer("IRN", "an", section.RoleAnalyst)
	right := []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}
	h.put("SYR", word(t, act.ConsentWithdraw, label.ByMember("SYR"), right, "IRN"))
	h.put("SYR", word(t, act.ConsentWithdraw, label.ByMember("RUS"), right, "IRN"))
	h.put("SYR", word(t, act.ConsentWithdraw, label.ByExternal(label.External{ID: "X", Holder: "SYR"}), right, "IRN"))
	h.put("RUS", word(t, act.ConsentWithdraw, label.ByMember("RUS"), []act.PortionRef{{Portion: source.Portion, Digest: act.Digest{9}}}, "IRN"))
	h.said("IRN", act.TypeConsent, 4)
	if _, err := h.nodes["IRN"].Report(ctx, an, row.ID); err != nil {
		t.Errorf("taken away by whom it does not belong to: %v", err)
	}
	h.put("RUS", word(t, act.ConsentWithdraw, label.ByMember("RUS"), right, "IRN"))
	h.said("IRN", act.TypeConsent, 5)
	if _, err := h.nodes["IRN"].Report(ctx, an, row.ID); err == nil {
		t.Error("its originator has taken it back, and it is still read")
	}
	if _, err := h.nodes["SYR"].Report(ctx, h.officer("SYR", "an", section.RoleAnalyst), h.find("SYR", viewdb.Query{Text: "convoy"}, 1)[0].ID); err != nil {
		t.Errorf("SYR, from whom it was not taken: %v", err)
	}
}

// However much is said of what a report cites, the views go on.
func TestNoWordsStopTheViews(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	all := mark("RESTRICTED", "IRQ", four...)
	var refs []act.PortionRef
	var cites []act.Cite
	for range 128 {
		r := act.PortionRef{Portion: act.NewID(), Digest: act.Digest{1}}
		refs = append(refs, r)
		cites = append(cites, act.Cite{Portion: r.Portion, Digest: r.Digest, Originator: "IRQ"})
	}
	for range 130 {
		h.put("IRQ", word(t, act.ConsentGrant, label.ByMember("IRQ"), refs, four...))
	}
	for i := range 40 {
		h.put("IRQ", word(t, act.ConsentGrant, label.ByExternal(label.External{ID: label.ExternalID(fmt.Sprintf("X%d", i)), Holder: "IRQ"}), refs, four...))
	}
	p, err := act.NewPortion(derived(all, "a judgement", cites...))
	check(t, err)
	v, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTSUM, Title: "x", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members(four...), Label: all}, []act.Portion{p})
	check(t, err)
	h.put("IRQ", v.Raw)
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "afterwards")}})
	h.find("RUS", viewdb.Query{Text: "afterwards"}, 1)
	h.find("RUS", viewdb.Query{Text: "judgement"}, 1)
}

// A marking that breaks the program is shown as in doubt and passed.
func TestNoMarkingStopsTheViews(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	h.find("SYR", viewdb.Query{Text: "convoy"}, 1)
	h.nodes["SYR"].fault = func(stage string, _ int64) {
		if stage == "judge" {
			panic("planted")
		}
	}
	both := mark("RESTRICTED", "IRQ", four...)
	both.Originators = label.Members("IRQ", "RUS")
	h.releaseReport("IRQ", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(both, "a hexagon", source)}})
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "afterwards")}})
	h.find("SYR", viewdb.Query{Text: "afterwards"}, 1)
	if got := h.find("SYR", viewdb.Query{Text: "hexagon"}, 1)[0]; got.Doubt != codePanic {
		t.Errorf("in doubt for %q, want %q", got.Doubt, codePanic)
	}
}

// The order of the log decides, not what headers claim: what is released after a
// withdrawal is read by nobody whom it is about, however it is dated, and in
// doubt to inspectors.
func TestBackdatingGainsNothing(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("SECRET", "RUS", "RUS", "IRQ")
	two.ConsentNeeded = label.Members("RUS")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	source := h.cite("IRQ", "convoy")
	dated := func(m label.MemberID, to label.MemberSet, raw []byte, back int64) {
		n := h.nodes[m]
		key, err := n.setKey(ctx, n.station.Epoch(), to)
		check(t, err)
		_, err = n.station.File(ctx, []centre.Item{{Seal: func(p seal.Place) (seal.Envelope, error) {
			p.Time -= back
			e, _, err := seal.Seal(p, key, raw, 0, n.signers.Header())
			return e, err
		}}})
		check(t, err)
	}
	refs := []act.PortionRef{{Portion: source.Portion, Digest: source.Digest}}
	dated("RUS", label.Members(four...), word(t, act.ConsentGrant, label.ByMember("RUS"), refs, "IRN"), 7200)
	dated("RUS", label.Members(four...), word(t, act.ConsentWithdraw, label.ByMember("RUS"), refs, "IRN"), 0)
	h.said("IRN", act.TypeConsent, 2)
	h.said("IRQ", act.TypeConsent, 2)
	wide := two
	wide.Rel = label.Members("IRN", "IRQ", "RUS")
	for title, back := range map[string]int64{"undated": 0, "backdated": 3600} {
		p, err := act.NewPortion(derived(two, "a hexagon was seen "+title, source))
		check(t, err)
		v, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTSUM, Title: title, Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRN", "IRQ"), Label: wide}, []act.Portion{p})
		check(t, err)
		dated("IRQ", label.Members("IRN", "IRQ"), v.Raw, back)
		h.projected("IRN", "IRQ")
		h.hidden("IRN", title, v.Report.ID, "RUS")
		index, err := h.nodes["IRN"].Views().IndexOf(ctx, string(v.Report.ID))
		check(t, err)
		full, err := h.nodes["IRN"].Views().At(ctx, index)
		check(t, err)
		if full.Doubt == "" {
			t.Errorf("%s: released after the withdrawal, and not in doubt for whoever inspects it", title)
		}
	}
}
