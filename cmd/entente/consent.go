package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

// consentCmd is consent as an act: asked, granted, refused, withdrawn.
type consentCmd struct {
	Ask      consentAsk      `cmd:"" help:"Ask an originator whether others may have its material."`
	Grant    consentGrant    `cmd:"" help:"Grant what was asked."`
	Refuse   consentRefuse   `cmd:"" help:"Refuse what was asked."`
	Record   consentRecord   `cmd:"" help:"Record the consent of a party outside, or grant unasked."`
	Withdraw consentWithdraw `cmd:"" help:"Withdraw a grant."`
	List     consentList     `cmd:"" help:"List what was asked, granted, refused and withdrawn."`
	Show     consentShow     `cmd:"" help:"Show one of them, and what answers it."`
}

// aboutPortions names the material.
type aboutPortions struct {
	Draft   string   `help:"Own draft whose sources it is about." placeholder:"ID"`
	Number  []int    `help:"Only of these portions of the draft, from 1."`
	Portion []string `help:"Ids of portions that are held here." placeholder:"ID"`
}

func (a aboutPortions) put(c *api.ConsentContent) {
	c.Draft, c.Numbers = a.Draft, a.Number
	for _, id := range a.Portion {
		c.Portions = append(c.Portions, api.PortionRef{Portion: id})
	}
}

// forWhom says for whom, until when and for what.
type forWhom struct {
	For   []string `help:"Members that are to have it." placeholder:"IRN"`
	Until string   `help:"When it lapses, as 2015-12-31T00:00Z." placeholder:"TIME"`
	Use   string   `help:"For what use."`
}

func (f forWhom) put(c *api.ConsentContent) error {
	c.Members, c.Use = sortedUpper(f.For), f.Use
	if f.Until == "" {
		return nil
	}
	t, err := time.Parse("2006-01-02T15:04Z07:00", f.Until)
	if err != nil {
		return usage("--until %q is not a time to the minute such as 2015-12-31T00:00Z", f.Until)
	}
	t = t.UTC()
	c.Until = &t
	return nil
}

type consentAsk struct {
	asOfficer
	aboutPortions
	forWhom
	Of      string `help:"Whose consent: a member." required:"" placeholder:"RUS"`
	Basis   string `help:"Why."`
	Request string `help:"Request for whose answer it is asked: it shows as consent asked on this member's own board, and nobody learns it." placeholder:"ID"`
}

// Help gives an example.
func (consentAsk) Help() string {
	return "The ask goes to the originator alone, after a release like that of a report.\n\nExample:\n\n    entente consent ask --of RUS --for IRN --draft 0c1d... --basis 'for the weekly summary'"
}

// Run asks.
func (c *consentAsk) Run(w *world) error {
	in := api.ConsentContent{Step: "ask", By: strings.ToUpper(c.Of), Basis: c.Basis, Request: c.Request}
	c.aboutPortions.put(&in)
	if err := c.forWhom.put(&in); err != nil {
		return err
	}
	return c.say(w, in)
}

type consentGrant struct {
	asOfficer
	forWhom
	Ask string `arg:"" help:"Id of the ask."`
}

// Help gives an example.
func (consentGrant) Help() string {
	return "What is not said is taken from the ask.\n\nExample:\n\n    entente consent grant 8d3c... --until 2015-12-31T00:00Z --use 'not in court'"
}

// Run grants.
func (c *consentGrant) Run(w *world) error {
	in := api.ConsentContent{Step: "grant", Answers: c.Ask}
	if err := c.forWhom.put(&in); err != nil {
		return err
	}
	return c.say(w, in)
}

type consentRefuse struct {
	asOfficer
	Ask   string `arg:"" help:"Id of the ask."`
	Basis string `help:"Why, if it is to be said."`
}

// Help gives an example.
func (consentRefuse) Help() string { return "Example:\n\n    entente consent refuse 8d3c..." }

// Run refuses.
func (c *consentRefuse) Run(w *world) error {
	return c.say(w, api.ConsentContent{Step: "refuse", Answers: c.Ask, Basis: c.Basis})
}

type consentRecord struct {
	asOfficer
	aboutPortions
	forWhom
	Of    string `help:"Whose consent: this member, or a party outside as 'X VIA IRQ'." required:"" placeholder:"'X VIA IRQ'"`
	Basis string `help:"How it was given."`
}

// Help gives an example.
func (consentRecord) Help() string {
	return "The member that holds material of a party outside records what that party consented to, and how (rule 8).\n\nExample:\n\n    entente consent record --of 'X VIA IRQ' --for RUS --portion 51af... --basis 'letter of 28 September'"
}

// Run records.
func (c *consentRecord) Run(w *world) error {
	in := api.ConsentContent{Step: "grant", By: strings.ToUpper(c.Of), Basis: c.Basis}
	c.aboutPortions.put(&in)
	if err := c.forWhom.put(&in); err != nil {
		return err
	}
	return c.say(w, in)
}

type consentWithdraw struct {
	asOfficer
	Grant string `arg:"" help:"Id of the grant."`
	Basis string `help:"Why, if it is to be said."`
}

// Help gives an example.
func (consentWithdraw) Help() string {
	return "It reaches every member that the grant named, and the asker: whoever has it cannot open it any more, by whomever it was released and with all that stands in the same report, and nothing leaves on the grant. Nothing but a new release gives it back. What was read is not unread. To take back a release alone: entente recall issue --kind narrowing. An ask is not withdrawn.\n\nExample:\n\n    entente consent withdraw 7e21..."
}

// Run withdraws.
func (c *consentWithdraw) Run(w *world) error {
	return c.say(w, api.ConsentContent{Step: "withdraw", Answers: c.Grant, Basis: c.Basis})
}

// say drafts a consent act and puts it up for release.
func (a asOfficer) say(w *world, in api.ConsentContent) error {
	return a.speak(w, func(ctx context.Context, cl *client.Client) (*api.Draft, error) { return cl.DraftConsent(ctx, in) })
}

// speak drafts a statement and puts it up for release.
func (a asOfficer) speak(w *world, draft func(context.Context, *client.Client) (*api.Draft, error)) error {
	cl, err := a.desk()
	if err != nil {
		return err
	}
	d, err := draft(w.ctx, cl)
	if err != nil {
		return w.refused(err)
	}
	r, err := cl.PrepareRelease(w.ctx, d.ID)
	return w.release(r, err)
}

type consentList struct {
	asOfficer
	Open   bool  `help:"Only asks that nobody has answered."`
	Mine   bool  `help:"Only what others said to this member."`
	Before int64 `help:"Older than this index."`
	Limit  int   `help:"How many, 500 at most." default:"50"`
}

// Help gives an example.
func (consentList) Help() string { return "Example:\n\n    entente consent list --open --mine" }

// Run lists.
func (c *consentList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.Consents(w.ctx, api.FindConsents{Open: c.Open, Mine: c.Mine, Before: c.Before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	return w.answer(page, func() {
		for i := range page.Consents {
			printConsent(w, &page.Consents[i])
		}
		if n := len(page.Consents); page.More && n > 0 {
			w.printf("more: --before %d", page.Consents[n-1].Index)
		}
	})
}

func printConsent(w *world, x *api.ConsentAct) {
	state, until := x.State, ""
	if !x.Counts {
		state = "in doubt: not from whose word counts"
	}
	if x.Until != nil {
		until = " until " + x.Until.Format("2006-01-02T15:04Z")
	}
	use := ""
	if x.Use != "" {
		use = "; use: " + x.Use
	}
	w.printf("%s  %s %s: %s for %s%s, %s  %s%s", x.ID, x.Originator, x.Step, x.By, strings.Join(x.Members, ", "), until, plural.Of(len(x.Portions), "portion"), state, use)
}

type consentShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the act."`
}

// Help gives an example.
func (consentShow) Help() string { return "Example:\n\n    entente consent show 8d3c..." }

// Run shows.
func (c *consentShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	x, err := cl.Consent(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(x, func() {
		printConsent(w, x)
		if x.Basis != "" {
			w.printf("  basis: %s", x.Basis)
		}
		for _, p := range x.Portions {
			text := p.Text
			if text == "" {
				text = "not held here"
			}
			w.printf("  portion %s: %s", p.Portion, text)
		}
		for i := range x.Answered {
			printConsent(w, &x.Answered[i])
		}
	})
}

// sortedUpper puts members into the order in which acts name them.
func sortedUpper(in []string) []string {
	out := make([]string, 0, len(in))
	for _, m := range in {
		out = append(out, strings.ToUpper(m))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// uses writes to what use consents bind what rests on them.
func (w *world) uses(uses []api.ConsentUse) {
	for i := range uses {
		if u := &uses[i]; u.Use != "" {
			w.printf("%s has portions %s by consent of %s, for this use: %s", u.Member, strings.Trim(fmt.Sprint(u.Portions), "[]"), u.By, u.Use)
		}
	}
}
