package demo

import (
	"context"
	"fmt"
	"slices"

	"entente/internal/client"
	"entente/internal/web/api"
	"entente/label"
)

// consent is what a report of the scenario needs before it can be released: the
// word of the originator of a portion that it cites.
type consent struct {
	of, to label.MemberID // whose consent, for whom
	cited  string         // "report/number"
}

// say drafts a statement and has another officer let it go.
func (d *demo) say(ctx context.Context, from label.MemberID, draft func(*client.Client) (*api.Draft, error)) error {
	duty, fdo := d.desks[from]["duty"], d.desks[from]["fdo"]
	made, err := draft(duty)
	if err != nil {
		return err
	}
	release, err := duty.PrepareRelease(ctx, made.ID)
	if err != nil {
		return err
	}
	if _, err := fdo.Approve(ctx, release.ID, release.Digest); err != nil {
		return err
	}
	d.played.said[from]++
	return nil
}

// obtain asks for a consent and has it given (journey J4).
func (d *demo) obtain(ctx context.Context, from label.MemberID, c *consent) error {
	cited := d.played.byName[c.cited]
	if err := d.readable(ctx, from, cited); err != nil {
		return err
	}
	if err := d.say(ctx, from, func(cl *client.Client) (*api.Draft, error) {
		return cl.DraftConsent(ctx, api.ConsentContent{Step: "ask", By: string(c.of), Members: []string{string(c.to)},
			Portions: []api.PortionRef{{Portion: string(cited.id)}}, Basis: "for a summary that comes from it"})
	}); err != nil {
		return fmt.Errorf("ask %s: %w", c.of, err)
	}
	ask, err := d.consentAt(ctx, c.of, "ask", string(cited.id))
	if err != nil {
		return err
	}
	if err := d.say(ctx, c.of, func(cl *client.Client) (*api.Draft, error) {
		return cl.DraftConsent(ctx, api.ConsentContent{Step: "grant", Answers: ask.ID})
	}); err != nil {
		return fmt.Errorf("grant of %s: %w", c.of, err)
	}
	_, err = d.consentAt(ctx, from, "grant", string(cited.id))
	return err
}

// consentAt waits until a member reads a consent act on a portion.
func (d *demo) consentAt(ctx context.Context, m label.MemberID, step, portion string) (got api.ConsentAct, err error) {
	err = d.wait(ctx, fmt.Sprintf("%s to read a consent act", m), func() (bool, error) {
		page, err := d.desks[m]["an"].Consents(ctx, api.FindConsents{Limit: 200})
		if err != nil {
			return false, err
		}
		for _, c := range page.Consents {
			if c.Step == step && slices.ContainsFunc(c.Portions, func(p api.ConsentPortion) bool { return p.Portion == portion }) {
				got = c
				return true, nil
			}
		}
		return false, nil
	})
	return got, err
}

// consented checks who has learnt of the consents of the scenario: who asked,
// who was asked, and whom they are for; nobody else.
func (d *demo) consented(ctx context.Context) error {
	for _, rep := range d.filed() {
		if rep.consent == nil {
			continue
		}
		for _, m := range members() {
			page, err := d.desks[m]["an"].Consents(ctx, api.FindConsents{Limit: 200})
			if err != nil {
				return err
			}
			want := 0
			switch m {
			case rep.from, rep.consent.of:
				want = 2 // the ask and the grant
			case rep.consent.to:
				want = 1
			}
			if len(page.Consents) != want {
				return fmt.Errorf("%s reads %d consent acts, not %d", m, len(page.Consents), want)
			}
			for _, c := range page.Consents {
				if c.Step == "ask" && c.State != "granted" || !c.Counts {
					return fmt.Errorf("%s reads an %s that is %q", m, c.Step, c.State)
				}
			}
		}
	}
	return nil
}
