package label

import (
	"strings"
	"testing"
)

// A member that releases is never told to ask itself: it decides.
func TestNobodyAsksItself(t *testing.T) {
	in := centre // IRQ releases
	shared := own("SECRET", "IRQ", "IRQ", "RUS")
	shared.Originators = Members("IRQ", "RUS")
	in.Portions = []Portion{portion("a", own("SECRET", "IRQ", "IRQ", "RUS")), portion("b", shared)}
	p := planOf(t, in)
	text := p.Explain("SYR")
	contain(t, text, "widen: add SYR to the release sets of portions 1, 2", "ask consent for SYR: RUS for portion 2", "it is released to IRQ, RUS, not to SYR (rule 7)", "RUS: no consent on record")
	for _, wrong := range []string{"IRQ: no consent", "SYR: IRQ for", "and IRQ for"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%q holds %q", text, wrong)
		}
	}
	b := p.Blame("SYR")
	for _, x := range b.Portions {
		if len(x.Reasons) == 0 {
			t.Errorf("portion %d is blamed for nothing", x.Index+1)
		}
	}
	for _, r := range b.Remedies {
		for _, q := range r.Ask {
			if q.Of == ByMember("IRQ") {
				t.Errorf("IRQ is asked by itself: %+v", r)
			}
		}
	}
	// Nothing else is asked for where all is the releaser's own.
	in.Portions = in.Portions[:1]
	if text := planOf(t, in).Explain("SYR"); strings.Contains(text, "ask consent") {
		t.Errorf("%q", text)
	}
}

// Nobody is told to widen what rule 19 keeps from a third member: a second one
// has to agree.
func TestNobodyWidensWhatASecondMemberMustAgreeTo(t *testing.T) {
	in := centre // IRQ releases
	person, alone := own("SECRET", "IRQ", "IRQ", "RUS"), own("SECRET", "IRQ", "IRQ")
	person.Personal, alone.Personal = true, true
	person.ReviewBy, alone.ReviewBy = in.At+1000, in.At+1000
	a, b, c := portion("a", person), portion("b", alone), portion("c", own("SECRET", "IRQ", "IRQ", "RUS"))
	a.Bilateral, b.Bilateral = true, true
	in.Portions = []Portion{a, b, c}
	text := planOf(t, in).Explain("SYR")
	contain(t, text, "widen: add SYR to the release sets of portions 2, 3", "agreement of a second member alone (rule 19): name it in consent_needed of portion 1, ask it, and grant SYR")
	in.Portions = in.Portions[:1]
	if text := planOf(t, in).Explain("SYR"); strings.Contains(text, "widen") {
		t.Errorf("%q", text)
	}
	a.Bilateral = false // a public listing
	in.Portions = []Portion{a}
	contain(t, planOf(t, in).Explain("SYR"), "widen: add SYR to the release set of portion 1")
}
