package main

import (
	"strings"
	"time"

	"entente/internal/plural"
	"entente/internal/web/api"
)

// reviewCmd decides on records with personal data at their review date (rule 21).
type reviewCmd struct {
	List  reviewList  `cmd:"" help:"List records whose review is due or overdue."`
	Renew reviewRenew `cmd:"" help:"Keep an own record until another review."`
	End   reviewEnd   `cmd:"" help:"End a record before its term."`
	Ended reviewEnded `cmd:"" help:"List own reports that have ended, and who has destroyed them."`
}

type reviewList struct {
	asOfficer
	From string `help:"Only this member's own, or only others'." enum:",own,others" default:""`
	Days int    `help:"Due within so many days; what is overdue is always listed." default:"30"`
	oldestFirst
}

// Help gives examples.
func (reviewList) Help() string {
	return "For data-protection officers and inspectors. What nobody reviews is hidden at its date and destroyed after the charter's grace, at every holder (spec/retention.md).\n\nExamples:\n\n    entente review list\n    entente review list --from own --days 90\n\nExit code 1 when anything is overdue."
}

// Validate refuses days that cannot be.
func (c *reviewList) Validate() error {
	if c.Days < 1 || c.Days > 3650 {
		return usage("--days is 1 to 3650")
	}
	return c.oldestFirst.Validate()
}

// Run lists.
func (c *reviewList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.RecordReviews(w.ctx, api.FindRecordReviews{From: c.From, Days: c.Days, After: c.After, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("after", page.Next)
	overdue := false
	for i := range page.Records {
		overdue = overdue || page.Records[i].State == "hidden" && page.Records[i].SupersededBy == ""
	}
	if err := w.answer(page, func() {
		for i := range page.Records {
			r := &page.Records[i]
			state := "due"
			if r.State == "hidden" {
				state = "HIDDEN, destroyed from " + r.Destroyed.Format(time.RFC3339)
			}
			if r.SupersededBy != "" {
				state += ", superseded by " + r.SupersededBy
			}
			w.printf("%s  %s  review by %s  %s  %s  %s  %s", r.ID, r.Originator, r.ReviewBy.Format(time.RFC3339), state, r.ReportType, strings.Join(r.Categories, ","), r.Title)
		}
	}); err != nil {
		return err
	}
	if overdue {
		return errFindings
	}
	return nil
}

type reviewRenew struct {
	asOfficer
	ID     string `arg:"" help:"A released own draft, a view of it, or a portion."`
	By     string `help:"By when it is reviewed again, as 2026-10-04T12:00Z: 1,095 days ahead at most." required:"" placeholder:"TIME"`
	Reason string `help:"Why it is still needed; its readers see it." required:""`
}

// Help gives an example.
func (reviewRenew) Help() string {
	return "A newer version is put up, and an officer with the release role lets it go: it supersedes the old one, which takes its course.\n\nExample:\n\n    entente review renew 0c1d... --by 2027-10-04T12:00Z --reason 'The case is before the court.'"
}

// Run renews.
func (c *reviewRenew) Run(w *world) error {
	by, err := timeOf("by", c.By)
	switch {
	case err != nil:
		return err
	case by == nil:
		return usage("--by is empty: say by when it is reviewed again, as 2026-10-04T12:00Z")
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.RenewRecord(w.ctx, c.ID, api.RenewalContent{ReviewBy: *by, Reason: c.Reason}))
}

type reviewEnd struct {
	asOfficer
	ID     string `arg:"" help:"A report that is here, a portion, or an own draft."`
	Reason string `help:"The review or rule that it rests on, as it stands in the audit log: an identifier, no name." required:""`
}

// Help gives an example.
func (reviewEnd) Help() string {
	return "Another's copy is destroyed here, and its originator is told when an officer with the release role lets that go. An own record is recalled from all who hold it; order it again when the log has that, and it is destroyed here with its draft.\n\nExample:\n\n    entente review end 0c1d... --reason 'review 2026-14'"
}

// Run ends.
func (c *reviewEnd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	x, err := cl.EndRecord(w.ctx, c.ID, api.EndingContent{Reason: c.Reason})
	if err != nil {
		return w.refused(err)
	}
	return w.answer(x, func() {
		if d := x.Destroyed; d != nil {
			w.printf("destroyed here: %s, %s, %s", plural.Of(d.Reports, "view"), plural.Of(d.Drafts, "draft"), plural.Of(d.Files, "file"))
		}
		if i := x.Issued; i != nil {
			for _, a := range i.Acts {
				w.printf("%s  %s  %s to %s", i.Release.ID, i.Release.State, a.Type, strings.Join(a.Recipients, " "))
			}
			w.printf("an officer with the release role lets it go: entente report release approve %s --digest %s", i.Release.ID, i.Release.Digest)
		}
	})
}

type reviewEnded struct {
	asOfficer
	newestFirst
}

// Help gives an example.
func (reviewEnded) Help() string {
	return "Each holder says in its receipts that what ended is destroyed there.\n\nExample:\n\n    entente review ended\n\nExit code 1 when a holder is overdue."
}

// Run lists.
func (c *reviewEnded) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.EndedReports(w.ctx, c.Before, c.Limit)
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	overdue := false
	for i := range page.Reports {
		for _, h := range page.Reports[i].Holders {
			overdue = overdue || h.State == "overdue"
		}
	}
	if err := w.answer(page, func() {
		for i := range page.Reports {
			r := &page.Reports[i]
			here := "destroyed here"
			if r.Here {
				here = "hidden here"
			}
			w.printf("%s  ended %s  destroyed from %s  %s", r.ID, r.Ended.Format(time.RFC3339), r.Destroyed.Format(time.RFC3339), here)
			for _, h := range r.Holders {
				told := ""
				if h.Told != nil {
					told = "  told " + h.Told.Format(time.RFC3339)
				}
				w.printf("     %s  %s%s", h.Member, h.State, told)
			}
		}
	}); err != nil {
		return err
	}
	if overdue {
		return errFindings
	}
	return nil
}
