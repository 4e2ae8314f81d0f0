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
