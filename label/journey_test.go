package label

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Journeys 1, 3, 4 and 7 as far as the marking algebra goes: what the release
// officer is shown before anything leaves.

var centre = PlanInput{
	Table:    DemonstrationTable(),
	Members:  Members("IRN", "IRQ", "RUS", "SYR"),
	Releaser: "IRQ",
	At:       now,
}

func own(class Class, by MemberID, rel ...MemberID) Label {
	return Label{Policy: "CENTRE", Class: class, Rel: Members(rel...), Originators: Members(by)}
}

func portion(id PortionID, l Label) Portion { return Portion{ID: id, Label: &l, Sourced: true} }

func view(t *testing.T, p *ReleasePlan, m MemberID, banner string, places ...int) View {
	t.Helper()
	v, ok := p.ViewOf(m)
	if len(places) == 0 {
		if ok {
			t.Errorf("%s sees portions %v, want nothing", m, v.Portions)
		}
		return v
	}
	got, err := Banner(v.Banner)
	if !ok || err != nil || got != banner || !slices.Equal(v.Portions, places) {
		t.Errorf("%s sees portions %v under %q (%v), want %v under %q", m, v.Portions, got, err, places, banner)
	}
	return v
}

func contain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the text does not say %q:\n%s", p, text)
		}
	}
}

func TestJourney1FourPortionsOneNotForSyria(t *testing.T) {
	in := centre
	for _, id := range []PortionID{"a", "b", "c"} {
		in.Portions = append(in.Portions, portion(id, own("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR")))
	}
	in.Portions = append(in.Portions, portion("d", own("CONFIDENTIAL", "IRQ", "IRQ", "RUS", "IRN")))
	p := planOf(t, in)

	view(t, p, "RUS", "CONFIDENTIAL//REL TO IRN, IRQ, RUS", 0, 1, 2, 3)
	view(t, p, "SYR", "RESTRICTED//REL TO IRN, IRQ, RUS, SYR", 0, 1, 2)
	if len(p.Views) != 2 {
		t.Errorf("%d views, want one for SYR and one for the others", len(p.Views))
	}
	contain(t, p.Explain("SYR"), "SYR sees portions 1-3 of 4.", "Portion 4 blocks SYR: it is released to IRN, IRQ, RUS, not to SYR")
	contain(t, p.Explain("IRN"), "IRN sees all of it under the banner CONFIDENTIAL//REL TO IRN, IRQ, RUS")

	sheet, ok, err := p.Sheet("SYR")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	for i, q := range sheet.Portions {
		if q.Number != i+1 || q.Mark != "(R//REL IRN IRQ RUS SYR)" {
			t.Errorf("SYR's portion %d: %+v", i+1, q)
		}
	}
	if len(sheet.Portions) != 3 || sheet.Banner != "RESTRICTED//REL TO IRN, IRQ, RUS, SYR" {
		t.Errorf("SYR's sheet: %+v", sheet)
	}
}

func TestJourney3OutsideOriginator(t *testing.T) {
	outside := own("SECRET", "IRQ", "IRQ", "RUS", "IRN", "SYR")
	outside.External = Externals(External{"X", "IRQ"})
	quoting := []Label{own("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR"), outside}
	x := ByExternal(External{"X", "IRQ"})
	expiry := At(2026, time.December, 1, 0, 0)
	granted := []Consent{{By: x, Decision: Grant, To: Members("RUS"), From: At(2026, time.November, 1, 0, 0), Until: expiry}}
	table := DemonstrationTable()

	l, blame, err := Rollup(table, quoting, compile(t, now, nil))
	if err != nil || !l.Rel.Equal(Members("IRQ")) {
		t.Fatalf("the product's release is %v (%v), want IRQ alone", l.Rel, err)
	}
	if !blame.KeptOut().Equal(Members("IRN", "RUS", "SYR")) {
		t.Errorf("kept out: %v", blame.KeptOut())
	}
	contain(t, blame.Explain("RUS"),
		"Portion 2 blocks RUS: external originator X via IRQ: no consent on record (rule 8).",
		"ask consent for RUS: external originator X via IRQ for portion 2",
		"tearline: give RUS portion 1 under the banner RESTRICTED//REL TO IRN, IRQ, RUS, SYR",
		"drop portion 2 for everybody")

	l, blame, err = Rollup(table, quoting, compile(t, now, granted))
	if err != nil || !l.Rel.Equal(Members("IRQ", "RUS")) {
		t.Fatalf("with X's consent for RUS the release is %v (%v), want IRQ RUS", l.Rel, err)
	}
	contain(t, blame.Explain("IRN"), "Portion 2 blocks IRN: external originator X via IRQ: no consent on record")
	contain(t, blame.Explain("RUS"), "RUS sees all of it.")

	l, blame, err = Rollup(table, quoting, compile(t, expiry, granted))
	if err != nil || !l.Rel.Equal(Members("IRQ")) {
		t.Fatalf("once the consent lapsed the release is %v (%v), want IRQ alone", l.Rel, err)
	}
	contain(t, blame.Explain("RUS"), "external originator X via IRQ: consent lapsed at 2026-12-01T00:00:00Z (rule 8)", "(granted before)")

	// Paraphrasing with a citation keeps the taint; without one the sentence
	// has no source and cannot be released.
	paraphrase, err := Join(table, own("SECRET", "IRQ", "IRQ", "RUS"), outside)
	if err != nil || paraphrase.External.IsEmpty() {
		t.Fatalf("the paraphrase lost its outside originator: %+v, %v", paraphrase, err)
	}
	in := centre
	in.Portions = []Portion{portion("a", quoting[0]), {ID: "b", Label: &quoting[0]}}
	if err := planOf(t, in).Ready(); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "portion 2: it cites no source: cite one (rule 7)") {
		t.Errorf("a sentence without source: %v", err)
	}
}

func TestJourney4MergeUpToTheTearline(t *testing.T) {
	rus := own("SECRET", "RUS", "RUS", "IRQ")
	rus.UseCodes, rus.ConsentNeeded = UseCodesOf(H2), Members("RUS")
	irn := own("CONFIDENTIAL", "IRN", "RUS", "IRQ", "IRN", "SYR")
	irn.UseCodes = UseCodesOf(H1)
	irq := own("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS", "SYR")
	for by, l := range map[MemberID]Label{"RUS": rus, "IRN": irn, "IRQ": irq} {
		if err := l.CheckOwn(by); err != nil {
			t.Fatal(err)
		}
	}
	in := centre
	in.Portions = []Portion{portion("p-rus", rus), portion("p-irn", irn), portion("p-irq", irq)}

	whole, _, err := Rollup(in.Table, []Label{rus, irn, irq}, Consents{})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := Banner(whole); got != "SECRET//REL TO IRQ, RUS//H1 H2//ORCON RUS" {
		t.Errorf("banner %q", got)
	}

	p := planOf(t, in)
	if err := p.Ready(); err != nil {
		t.Fatal(err)
	}
	view(t, p, "IRQ", "SECRET//REL TO IRQ, RUS//H1 H2//ORCON RUS", 0, 1, 2)
	v := view(t, p, "IRN", "CONFIDENTIAL//REL TO IRN, IRQ, RUS, SYR//H1", 1, 2)
	if !v.Recipients.Equal(Members("IRN", "SYR")) {
		t.Errorf("the tearline goes to %v, want IRN SYR", v.Recipients)
	}
	contain(t, p.Explain("IRN"),
		"IRN sees portions 2, 3 of 3.",
		"Portion 1 blocks IRN: it is released to IRQ, RUS, not to IRN (rule 7); RUS: no consent on record.",
		"ask consent for IRN: RUS for portion 1",
		"tearline: give IRN portions 2, 3 under the banner CONFIDENTIAL//REL TO IRN, IRQ, RUS, SYR//H1",
		"drop portion 1 for everybody")
	blame := p.Blame("IRN")
	if len(blame.Portions) != 1 || blame.Portions[0].ID != "p-rus" {
		t.Errorf("blame %+v", blame.Portions)
	}

	// RUS grants IRN alone, for this portion.
	in.Consents = []Consent{{By: ByMember("RUS"), Decision: Grant, To: Members("IRN"), Portions: []PortionID{"p-rus"}, From: now}}
	p = planOf(t, in)
	view(t, p, "IRN", "SECRET//REL TO IRN, IRQ, RUS//H1 H2//ORCON RUS", 0, 1, 2)
	view(t, p, "SYR", "CONFIDENTIAL//REL TO IRN, IRQ, RUS, SYR//H1", 1, 2)

	// Had it refused, the request is shown as refused, not as new.
	in.Consents[0].Decision = Refuse
	contain(t, planOf(t, in).Explain("IRN"), "RUS: consent refused", "(refused before)")
}

func TestJourney7ObserverAndReservation(t *testing.T) {
	in := centre
	in.Observers = Members("KRG")
	syr := own("RESTRICTED", "SYR", "IRN", "IRQ", "KRG", "RUS", "SYR")
	in.Portions = []Portion{
		portion("a", own("RESTRICTED", "IRQ", "IRN", "IRQ", "RUS", "SYR")),
		portion("b", own("RESTRICTED", "IRQ", "IRQ", "KRG", "RUS")),
		portion("c", syr),
	}
	view(t, planOf(t, in), "KRG", "RESTRICTED//REL TO IRQ, KRG, RUS", 1, 2)

	in.Consents = []Consent{{By: ByMember("SYR"), Decision: Withhold, To: Members("KRG"), From: now}}
	p := planOf(t, in)
	view(t, p, "KRG", "RESTRICTED//REL TO IRQ, KRG, RUS", 1)
	contain(t, p.Explain("KRG"), "Portion 3 blocks KRG: SYR withholds it from KRG (rule 10)", "SYR for portion 3 (withholds it now)")

	// SYR has left: its name stays in the release sets and receives nothing.
	in.Members = Members("IRN", "IRQ", "RUS")
	p = planOf(t, in)
	if _, ok := p.ViewOf("SYR"); ok || !p.Historic.Equal(Members("SYR")) {
		t.Errorf("historic %v", p.Historic)
	}
	contain(t, p.Explain("SYR"), "SYR is neither a member nor an observer of the charter")
	if _, err := ParseBanner(in.Table, "CENTRE", Members("IRQ"), "SECRET//REL TO ALL"); !errors.Is(err, ErrMember) || !strings.Contains(err.Error(), "rule 31") {
		t.Errorf("REL TO ALL: %v", err)
	}
}

// Each reason for which a portion must not leave, with its rule and its cure.
func TestBlocksSayRuleAndCure(t *testing.T) {
	good := own("RESTRICTED", "IRQ", "IRQ", "RUS")
	with := func(f func(*Label)) *Label { l := good; f(&l); return &l }
	for _, c := range []struct {
		name    string
		portion Portion
		want    string
	}{
		{"unlabelled", Portion{ID: "p", Sourced: true}, "it has no label: label it (rule 7)"},
		{"unsourced", Portion{ID: "p", Label: &good}, "it cites no source: cite one (rule 7)"},
		{"expired", Portion{ID: "p", Sourced: true, Label: with(func(l *Label) { l.Expires = now })}, "its originator must renew it (rule 10)"},
		{"review overdue", Portion{ID: "p", Sourced: true, Label: with(func(l *Label) { l.Personal, l.ReviewBy = true, now })}, "review them (rule 21)"},
		{"not the releaser's", Portion{ID: "p", Sourced: true, Label: with(func(l *Label) { l.Rel, l.Originators = Members("RUS"), Members("RUS") })}, "it is not released to IRQ, which therefore cannot pass it on"},
	} {
		in := centre
		in.Portions = []Portion{portion("first", good), c.portion}
		p := planOf(t, in)
		err := p.Ready()
		if !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "portion 2: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Ready() = %v, want %q", c.name, err, c.want)
		}
		if p.Sees("RUS", 1) {
			t.Errorf("%s: RUS sees it all the same", c.name)
		}
		text := p.Explain("RUS")
		contain(t, text, c.want, "put right portion 2")
		for _, r := range p.Blame("RUS").Remedies {
			if r.Kind == AskConsent {
				t.Errorf("%s: consent is offered as a cure: %s", c.name, text)
			}
		}
	}

	// Consents alone would not let RUS see a whole of which a part is blocked.
	in := centre
	in.Portions = []Portion{portion("first", own("SECRET", "IRQ", "IRQ")), {ID: "p", Label: &good}}
	for _, r := range planOf(t, in).Blame("RUS").Remedies {
		if r.Kind == AskConsent {
			t.Errorf("consent is offered for what it cannot cure: %+v", r)
		}
	}

	in = centre
	for _, d := range []Instant{now + 1, 0} {
		in.Portions = []Portion{{ID: "p", Sourced: true, Label: with(func(l *Label) { l.Expires, l.ReviewBy, l.Personal = d, now+1, true })}}
		if err := planOf(t, in).Ready(); err != nil {
			t.Errorf("expires %q: %v", d, err)
		}
	}
}

func TestExplainWhoSeesNothing(t *testing.T) {
	in := centre
	in.Portions = []Portion{portion("a", own("SECRET", "IRQ", "IRQ")), portion("b", own("SECRET", "IRQ", "IRQ"))}
	p := planOf(t, in)
	view(t, p, "RUS", "")
	contain(t, p.Explain("RUS"), "RUS sees nothing. Portions 1, 2 block RUS: it is released to IRQ, not to RUS", "widen: add RUS to the release sets of portions 1, 2")
	if err := p.Ready(); err != nil {
		t.Errorf("a filing for oneself: %v", err)
	}
	if _, ok, err := p.Sheet("RUS"); ok || err != nil {
		t.Errorf("RUS has a sheet: %t, %v", ok, err)
	}
}

// A request about several portions shows the answer that weighs most against
// asking again, and a portion's own answer counts for it alone.
func TestRequestsGatherStates(t *testing.T) {
	in := centre
	in.Releaser = "RUS" // who asks is not who is asked
	for _, id := range []PortionID{"a", "b", "c", "d"} {
		in.Portions = append(in.Portions, portion(id, own("SECRET", "IRQ", "IRQ", "RUS")))
	}
	by := ByMember("IRQ")
	say := func(d Decision, until Instant, ids ...PortionID) Consent {
		return Consent{By: by, Decision: d, To: Members("IRN", "SYR"), Portions: ids, From: now - 9, Until: until}
	}
	for _, c := range []struct {
		records []Consent
		want    ConsentState
		places  []int
	}{
		{nil, NotAsked, []int{0, 1, 2, 3}},
		{[]Consent{say(Grant, 0, "a")}, NotAsked, []int{1, 2, 3}},
		{[]Consent{say(Grant, now, "b")}, Lapsed, []int{0, 1, 2, 3}},
		{[]Consent{say(Grant, now, "b"), say(Refuse, 0, "c")}, Refused, []int{0, 1, 2, 3}},
		{[]Consent{say(Withhold, 0, "b"), say(Refuse, 0, "c"), say(Grant, 0, "a")}, Withheld, []int{1, 2, 3}},
	} {
		in.Consents = c.records
		p := planOf(t, in)
		blame := p.Blame("SYR")
		var ask []Request
		for _, r := range blame.Remedies {
			if r.Kind == AskConsent {
				ask = r.Ask
			}
		}
		if len(ask) != 1 || ask[0].Of != by || ask[0].State != c.want || !slices.Equal(ask[0].Portions, c.places) {
			t.Errorf("%v: asks %+v, want %s for %v", c.records, ask, c.want, c.places)
		}
	}
}

// The number of the rule stands in the words of every reason but the names of
// those whose consent is missing, which go with the reason before them.
func TestReasonsNameTheirRule(t *testing.T) {
	by := ByExternal(External{"X", "IRQ"})
	for _, k := range []ReasonKind{NotReleased, ExternalMissing, WithheldBy, Unlabelled, Unsourced, Expired, ReviewOverdue, NotReleasers} {
		text := Reason{Kind: k, By: &by, Member: "IRQ", Until: now}.Text("RUS", Members("IRQ"))
		if want := fmt.Sprintf("(rule %d)", k.Rule()); !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %s", k, text, want)
		}
		if blocks := !slices.Contains([]ReasonKind{NotReleased, ExternalMissing, WithheldBy}, k); k.Blocks() != blocks {
			t.Errorf("%s blocks: %t", k, k.Blocks())
		}
	}
}
