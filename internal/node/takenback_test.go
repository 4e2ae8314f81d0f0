package node

import (
	"context"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// madeAgain makes the views of a member again, with the log cut into runs of one
// leaf, of few and of many, and compares them with those that grew with it.
func (h *house) madeAgain(m label.MemberID) {
	h.t.Helper()
	h.atRest(four...)
	was := dump(h.t, h.nodes[m].Views())
	h.nodes[m].stop()
	delete(h.nodes, m)
	for _, cut := range []int64{1, 3, projectRun} {
		n, err := Open(context.Background(), h.options(m))
		check(h.t, err)
		n.projector.run = cut
		check(h.t, n.Rebuild(context.Background(), nil))
		if is := dump(h.t, n.Views()); is != was {
			h.t.Errorf("the views of %s made again by runs of %d leaves are others", m, cut)
		}
		n.Close()
	}
	h.start(m)
}

// gone waits until a member has projected all that is certified, and fails when
// it still finds a word.
func (h *house) gone(m label.MemberID, word string) {
	h.t.Helper()
	h.atRest(four...)
	rows, err := h.nodes[m].views.Find(context.Background(), viewdb.Query{Text: word})
	check(h.t, err)
	for _, r := range rows {
		h.t.Errorf("%s still finds %q in a report of %s (doubt %q)", m, word, r.Originator, r.Doubt)
	}
}

// What is withdrawn is followed through the reader's own product, which stays,
// into what others made of that, however the log is cut.
func TestWithdrawalIsFollowedThroughOnesOwnProduct(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	first := mark("RESTRICTED", "RUS", "IRN", "RUS", "SYR")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(first, "RUS", "the quincunx has five huts")}})
	at := h.cite("IRN", "quincunx")
	of := func(who ...label.MemberID) label.Label {
		l := first
		l.Originators = label.Members(who...)
		return l
	}
	h.releaseReport("IRN", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{derived(of("IRN", "RUS"), "a depot of note, amaranth", at)}})
	step := h.cite("SYR", "amaranth")
	h.find("IRN", viewdb.Query{Text: "amaranth"}, 1)
	h.releaseReport("SYR", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{derived(of("IRN", "RUS", "SYR"), "two steps down, celadon", step)}})
	if two := h.find("IRN", viewdb.Query{Text: "celadon"}, 1)[0]; two.Doubt != "" {
		t.Fatalf("doubt %s", two.Doubt)
	}
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: at.Portion}}})
	h.said("IRN", act.TypeConsent, 1)
	h.gone("IRN", "quincunx")
	h.gone("IRN", "celadon")
	h.find("IRN", viewdb.Query{Text: "amaranth"}, 1)
	h.find("SYR", viewdb.Query{Text: "celadon"}, 1)
	officers := h.nodes["IRN"].officers
	h.madeAgain("IRN")
	h.nodes["IRN"].officers = officers
	// Nor does what was taken back come again when the step between is destroyed.
	_, err := h.nodes["IRN"].Forget(context.Background(), h.officer("IRN", "dpo", section.RoleDPO), "case 7", h.find("IRN", viewdb.Query{Text: "amaranth"}, 1)[0].ID)
	check(t, err)
	h.madeAgain("IRN")
	h.gone("IRN", "celadon")
}
