package act

import "testing"

// What was got from a person in detention otherwise than lawfully may be
// written down, is not released, and is no second party (rule 23).
func TestWhatMayComeFromIllTreatmentStaysAndConfirmsNothing(t *testing.T) {
	detained := func(s *Acquisition) PortionInput {
		in := sampleInput()
		in.Grade.Credibility = "1"
		in.Sources = append(in.Sources, Source{Descriptor: "A person in custody", Kind: KindDetained, Originator: "IRQ", Party: "Another", Acquisition: s})
		return in
	}
	for _, c := range []struct {
		name       string
		statement  *Acquisition
		draft, out []*Refusal
	}{
		{"lawful", &Acquisition{AcquisitionLawful, "Heard in the presence of counsel."}, nil, nil},
		{"unknown", &Acquisition{AcquisitionUnknown, "No papers."}, []*Refusal{ErrUnconfirmed}, []*Refusal{ErrIllTreatment, ErrUnconfirmed}},
		{"doubt", &Acquisition{AcquisitionDoubt, "Bruises."}, []*Refusal{ErrUnconfirmed}, []*Refusal{ErrIllTreatment, ErrUnconfirmed}},
		{"none", nil, []*Refusal{ErrNoAcquisition, ErrUnconfirmed}, []*Refusal{ErrNoAcquisition, ErrUnconfirmed}},
	} {
		in := detained(c.statement)
		for _, f := range []struct {
			what string
			got  []Finding
			want []*Refusal
		}{{"draft", CheckDraft(in), c.draft}, {"release", CheckRelease(Release{Type: INTREP, Portions: []PortionInput{in}, Table: testTable(t)}), c.out}} {
			if len(f.got) != len(f.want) {
				t.Errorf("%s, %s: %v, want %v", c.name, f.what, f.got, f.want)
				continue
			}
			for i, g := range f.got {
				if !g.Is(f.want[i]) {
					t.Errorf("%s, %s: %s, want %s", c.name, f.what, g.Code, f.want[i].Code)
				}
			}
		}
	}
	in := detained(&Acquisition{AcquisitionUnknown, "No papers."})
	in.Grade.Credibility = "2"
	if got := CheckDraft(in); got != nil {
		t.Errorf("it cannot be written down: %v", got)
	}
}
