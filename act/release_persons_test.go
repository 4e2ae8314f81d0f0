package act

import (
	"slices"
	"testing"

	"entente/label"
)

// Rule 19: copies of one record do not go, each to one other member, to all of them
// in one report; what a second member agreed to, designations, and what is about
// nobody are not counted.
func TestPersonsOfOneReportGoToOneMember(t *testing.T) {
	to := func(m label.MemberID, change ...func(*PortionInput)) PortionInput {
		in := sampleInput()
		in.ID = NewID()
		in.Label = ownLabel("RESTRICTED", "IRQ", label.Members("IRQ", m))
		in.Label.Personal, in.Label.ReviewBy = true, 1<<31
		in.PersonData = &PersonData{Categories: []Category{CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
		for _, f := range change {
			f(&in)
		}
		return in
	}
	plain := func(in *PortionInput) { in.Label.Personal, in.Label.ReviewBy, in.PersonData = false, 0, nil }
	for name, c := range map[string]struct {
		portions []PortionInput
		want     []int // the portions that are refused
	}{
		"to one":                   {[]PortionInput{to("RUS"), to("RUS")}, nil},
		"to each":                  {[]PortionInput{to("RUS"), to("IRN"), to("SYR")}, []int{2, 3}},
		"to one and to itself":     {[]PortionInput{to("RUS"), to("IRQ")}, nil},
		"another is about nobody":  {[]PortionInput{to("RUS"), to("IRN", plain)}, nil},
		"one that nobody reads":    {[]PortionInput{to("IRQ"), to("IRN")}, nil},
		"with one about nobody":    {[]PortionInput{to("RUS"), to("IRN", plain), to("SYR")}, []int{3}},
		"named and not yet agreed": {[]PortionInput{to("RUS", func(in *PortionInput) { in.Label.ConsentNeeded = label.Members("RUS") }), to("IRN")}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, f := range CheckRelease(Release{Type: INTREP, Portions: c.portions, Table: testTable(t), Consents: consentsAt(t)}) {
				if !f.Is(ErrSecondMember) {
					t.Fatalf("%+v", f)
				}
				got = append(got, f.Portion)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("refused %v, want %v", got, c.want)
			}
		})
	}
}
