package act

import (
	"testing"
	"time"

	"entente/label"
)

// The invented material of the tests.

func irq4() label.MemberSet { return label.Members("IRN", "IRQ", "RUS", "SYR") }

func testTable(t testing.TB) *label.Table {
	t.Helper()
	table, err := label.NewTable("CENTRE", []label.Policy{
		{ID: "CENTRE", Classes: []label.Class{"RESTRICTED", "CONFIDENTIAL", "SECRET"}, Shorts: []string{"R", "C", "S"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func ownLabel(class label.Class, by label.MemberID, rel label.MemberSet) label.Label {
	return label.Label{Policy: "CENTRE", Class: class, Rel: rel, Originators: label.Members(by)}
}

func sampleInput() PortionInput {
	return PortionInput{
		Label: ownLabel("RESTRICTED", "IRQ", irq4()),
		Grade: Grade{Reliability: "B", Credibility: "2"},
		Lang:  "en",
		Text: "Two lorries with flour were stopped at the district's northern checkpoint on the day before yesterday and " +
			"let go after their papers had been looked at. The drivers said that the bakery had been closed for a week.",
		Sources: []Source{{
			Descriptor: "A resident of the district with direct access, reporting for two years",
			Kind:       KindHuman, Originator: "IRQ", Party: "Residents' council",
		}},
	}
}

func samplePortion(t testing.TB, change ...func(*PortionInput)) Portion {
	t.Helper()
	in := sampleInput()
	for _, f := range change {
		f(&in)
	}
	p, err := NewPortion(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sampleView() View {
	return View{
		Type: INTREP, Title: "Flour deliveries in the northern district",
		Written: time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC),
		To:      label.Members("IRN", "RUS", "SYR"),
		Label:   ownLabel("RESTRICTED", "IRQ", irq4()),
	}
}

func sampleDesignation() *Designation {
	return &Designation{
		Authority: "UN", List: "Invented list", Reference: "ZZi.001", Kind: KindPerson,
		Names: []Name{
			{Name: "Example Invented Person", Quality: NamePrimary},
			{Name: "شخص مخترع", Quality: NameOriginal, Script: "Arab"},
			{Name: "E. Invented", Quality: NameLow},
		},
		ListedOn: "2015-09-27", UpdatedOn: "2016-01-04", Status: InForce,
		Basis:         "Listed for invented acts in support of an invented group (ZZe.001).",
		Nationalities: []string{"Nowhere"},
		BirthYears:    []BirthYear{{From: 1970, To: 1973, Quality: YearBetween}},
		BirthPlaces:   []Place{{Country: "Nowhere", Province: "Northern Province"}},
		Places:        []Place{{Country: "Nowhere"}},
		Roles:         []string{"Head of an invented office"},
	}
}

func sampleAct(t testing.TB, portions int) Act {
	t.Helper()
	var ps []Portion
	for range portions {
		ps = append(ps, samplePortion(t))
	}
	a, err := BuildView(sampleView(), ps)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
