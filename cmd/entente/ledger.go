package main

import (
	"strings"
	"time"

	"entente/internal/web/api"
)

// ledgerCmd is the disclosure ledger (rule 29).
type ledgerCmd struct {
	asOfficer
	Holder   string `help:"Only what this member holds." placeholder:"RUS"`
	Portion  string `help:"Only this portion." placeholder:"ID"`
	Overdue  bool   `help:"Only personal data whose review is overdue, what has waited longest first."`
	Ended    bool   `help:"Only views that have ended, and whether their holder has destroyed them."`
	Recalled bool   `help:"Only what a recall took back from its holder, or is in doubt. What the end of a consent took back is in the whole list, with that consent."`
	Refused  bool   `help:"Instead: consents that were refused and withdrawn, and requests that were declined."`
	newestFirst
}

// Help gives examples.
func (ledgerCmd) Help() string {
	return "Each line is a portion of ours in a member's hands, its terms, and since when.\n\nExamples:\n\n    entente ledger --holder RUS\n    entente ledger --overdue\n    entente ledger --recalled --holder SYR\n    entente ledger --refused"
}

// Validate refuses what cannot be asked together.
func (c *ledgerCmd) Validate() error {
	if c.Refused && (c.Holder != "" || c.Portion != "" || c.Overdue || c.Ended || c.Recalled) {
		return usage("--refused lists what nobody got; ask it without --holder, --portion, --overdue, --ended and --recalled")
	}
	return c.newestFirst.Validate()
}

// Run lists.
func (c *ledgerCmd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.Refused {
		page, err := cl.Refusals(w.ctx, c.Before, c.Limit)
		if err != nil {
			return w.refused(err)
		}
		defer w.more("before", page.Next)
		return w.answer(page, func() {
			consents, declined := page.Refusals, page.Declined
			for len(consents)+len(declined) > 0 { // both newest first: one order
				if len(declined) == 0 || len(consents) > 0 && consents[0].Index > declined[0].Index {
					printConsent(w, &consents[0])
					consents = consents[1:]
					continue
				}
				printDeclined(w, &declined[0])
				declined = declined[1:]
			}
		})
	}
	page, err := cl.Ledger(w.ctx, api.FindLedger{Holder: strings.ToUpper(c.Holder), Portion: c.Portion, Overdue: c.Overdue, Ended: c.Ended, Recalled: c.Recalled, Before: c.Before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for i := range page.Disclosures {
			printDisclosure(w, &page.Disclosures[i])
		}
	})
}

func printDisclosure(w *world, d *api.Disclosure) {
	since := "-"
	if d.Since != nil {
		since = d.Since.Format(time.RFC3339)
	}
	notes := []string{d.Receipt}
	note := func(yes bool, text string) {
		if yes {
			notes = append(notes, text)
		}
	}
	if d.Recalled != "" {
		text := d.Recalled + " (" + d.Reason + ")"
		if d.RecalledSince != nil {
			text += " since " + d.RecalledSince.Format(time.RFC3339)
		}
		note(true, text)
	}
	note(d.Followed != "", d.Followed)
	note(d.Review, "under review")
	note(d.SupersededBy != "", "superseded by "+d.SupersededBy)
	note(d.Overdue, "REVIEW OVERDUE")
	switch d.Destroyed {
	case "":
		note(d.Ended, "ended")
	case "destroyed":
		note(true, "ended, destroyed there")
	default:
		note(true, "ended, destroyed there: "+d.Destroyed)
	}
	words := d.Outside
	if d.Consent != nil {
		words = append([]api.LedgerConsent{*d.Consent}, words...)
	}
	for i, c := range words {
		text := c.Step
		if i > 0 || d.Consent == nil {
			text = c.By + ": " + text
		}
		text += " " + c.Since.Format(time.RFC3339)
		if c.Until != nil {
			text += " until " + c.Until.Format(time.RFC3339)
		}
		if c.Lapsed {
			text += " (lapsed)"
		}
		if c.Use != "" {
			text += " for this use: " + c.Use
		}
		notes = append(notes, text)
	}
	w.printf("%s  since %s  via %s  %s  portion %s  %s  %s  [%s]", d.Holder, since, d.Via, d.View, d.Portion, d.Mark, d.Title, strings.Join(notes, "; "))
}

func printDeclined(w *world, x *api.DeclinedAnswer) {
	title := x.Title
	if title == "" {
		title = "a request that is not here any more"
	}
	w.printf("%s  %s declined: %s, request %s of %s", x.ID, x.Written, title, x.Request, x.To)
	for _, p := range x.Parts {
		told := p.State
		if p.Truth != "" && p.Truth != p.State {
			told = p.Truth + ", told as " + p.State
		}
		w.printf("     %d. %s: %s", p.Number, told, p.Text)
	}
}
