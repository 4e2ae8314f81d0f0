package main

import (
	"context"
	"strings"

	"entente/internal/client"
	"entente/internal/web/api"
)

// requirementCmd is the register of requirements: PIR and EEI.
type requirementCmd struct {
	Add  requirementAdd  `cmd:"" help:"Add or change a requirement, for this member or told to others."`
	List requirementList `cmd:"" help:"List the requirements that stand."`
	End  requirementEnd  `cmd:"" help:"End a requirement; all who were told learn it."`
}

// coverageCmd is the board of who covers what.
type coverageCmd struct {
	Say  coverageSay  `cmd:"" help:"Say what this member covers."`
	List coverageList `cmd:"" help:"List who covers what."`
	End  coverageEnd  `cmd:"" help:"End a coverage; all who were told learn it."`
}

// toldTo says who is told of a line.
type toldTo struct {
	To    []string `help:"Members that are told, each of itself alone; without it those who were told before, else nobody." placeholder:"IRQ,IRN"`
	Until string   `help:"Until when it holds, as 2015-12-31T00:00Z." placeholder:"TIME"`
}

type requirementAdd struct {
	asOfficer
	toldTo
	Reference string `arg:"" help:"Its name, such as 'PIR 3'; the last line with it stands."`
	Kind      string `help:"Priority requirement, or essential element of one." enum:"PIR,EEI" default:"PIR"`
	Parent    string `help:"The PIR of an EEI." placeholder:"'PIR 3'"`
	Title     string `help:"What it is about." required:""`
	Text      string `help:"What is to be known."`
}

// Help gives an example.
func (requirementAdd) Help() string {
	return "Example:\n\n    entente requirement add 'PIR 3' --title 'Relief by road'\n    entente requirement add 'EEI 3.1' --kind EEI --parent 'PIR 3' --title Flour --to IRQ"
}

// Run adds.
func (c *requirementAdd) Run(w *world) error {
	until, err := timeOf("until", c.Until)
	if err != nil {
		return err
	}
	return c.require(w, api.RequirementContent{Reference: c.Reference, Kind: c.Kind, Parent: c.Parent, Title: c.Title, Text: c.Text, Until: until, To: sortedUpper(c.To)})
}

func (a asOfficer) require(w *world, in api.RequirementContent) error {
	return a.speak(w, func(ctx context.Context, cl *client.Client) (*api.Draft, error) { return cl.DraftRequirement(ctx, in) })
}

type requirementEnd struct {
	asOfficer
	Reference string `arg:"" help:"Its name."`
}

// Help gives an example.
func (requirementEnd) Help() string { return "Example:\n\n    entente requirement end 'EEI 3.1'" }

// Run ends.
func (c *requirementEnd) Run(w *world) error {
	return c.require(w, api.RequirementContent{Reference: c.Reference, State: "ended"})
}

type coverageSay struct {
	asOfficer
	toldTo
	Subject     string `arg:"" help:"What is covered; the last line with it stands."`
	Requirement string `help:"Reference of a requirement." placeholder:"'EEI 3.1'"`
}

// Help gives an example.
func (coverageSay) Help() string {
	return "Example:\n\n    entente coverage say 'Northern road, by day' --requirement 'EEI 3.1' --to RUS,IRN --until 2015-12-31T00:00Z"
}

// Run says.
func (c *coverageSay) Run(w *world) error {
	until, err := timeOf("until", c.Until)
	if err != nil {
		return err
	}
	return c.cover(w, api.CoverageContent{Subject: c.Subject, Requirement: c.Requirement, Until: until, To: sortedUpper(c.To)})
}

func (a asOfficer) cover(w *world, in api.CoverageContent) error {
	return a.speak(w, func(ctx context.Context, cl *client.Client) (*api.Draft, error) { return cl.DraftCoverage(ctx, in) })
}

type coverageEnd struct {
	asOfficer
	Subject string `arg:"" help:"What is covered no more."`
}

// Help gives an example.
func (coverageEnd) Help() string {
	return "Example:\n\n    entente coverage end 'Northern road, by day'"
}

// Run ends.
func (c *coverageEnd) Run(w *world) error {
	return c.cover(w, api.CoverageContent{Subject: c.Subject, State: "ended"})
}

// linesOf are the flags of a list of a register.
type linesOf struct {
	asOfficer
	Member string `help:"Only this member's." placeholder:"RUS"`
	Open   bool   `help:"Only what is in force."`
	newestFirst
}

func (c *linesOf) list(w *world, page func(*client.Client, api.FindLines) (*api.Register, error)) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	got, err := page(cl, api.FindLines{Member: strings.ToUpper(c.Member), Open: c.Open, Before: before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", got.Next)
	return w.answer(got, func() {
		for i := range got.Lines {
			w.line(&got.Lines[i])
		}
	})
}

// line writes a line of a register.
func (w *world) line(l *api.RegisterLine) {
	var b strings.Builder
	for _, s := range []string{l.Member, l.Kind, l.Reference, l.Title, l.Subject} {
		if s != "" {
			b.WriteString(s + "  ")
		}
	}
	if l.Parent != "" {
		b.WriteString("of " + l.Parent + "  ")
	}
	b.WriteString(l.State)
	if l.Until != nil {
		b.WriteString(" until " + l.Until.Format("2006-01-02T15:04Z"))
	}
	if l.State == "open" && !l.InForce {
		b.WriteString(", past")
	}
	if len(l.Told) > 0 {
		b.WriteString(", told to " + strings.Join(l.Told, ", "))
	}
	w.printf("%s", b.String())
}

type requirementList struct{ linesOf }

// Help gives an example.
func (requirementList) Help() string { return "Example:\n\n    entente requirement list --open" }

// Run lists.
func (c *requirementList) Run(w *world) error {
	return c.list(w, func(cl *client.Client, f api.FindLines) (*api.Register, error) { return cl.Requirements(w.ctx, f) })
}

type coverageList struct{ linesOf }

// Help gives an example.
func (coverageList) Help() string { return "Example:\n\n    entente coverage list --member IRN --open" }

// Run lists.
func (c *coverageList) Run(w *world) error {
	return c.list(w, func(cl *client.Client, f api.FindLines) (*api.Register, error) { return cl.Coverage(w.ctx, f) })
}
