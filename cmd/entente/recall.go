package main

import (
	"fmt"
	"strings"

	"entente/internal/plural"
	"entente/internal/web/api"
)

// recallCmd takes back what was released, and answers what others take back.
type recallCmd struct {
	Issue  recallIssue  `cmd:"" help:"Take back, correct, narrow or doubt what was released."`
	Clear  recallClear  `cmd:"" help:"Say that what was under review, or in doubt, stands."`
	List   recallList   `cmd:"" help:"List recalls, own ones with how far each reader has followed them."`
	Show   recallShow   `cmd:"" help:"Show one recall, and the reports here that hold any of it."`
	Ack    recallAck    `cmd:"" help:"Say what was done about another member's recall."`
	Review recallReview `cmd:"" help:"List reports that are under review or in doubt."`
}

type recallIssue struct {
	asOfficer
	Report     string   `arg:"" help:"A released draft, a report or a portion."`
	Kind       string   `help:"What is said." enum:"recall,correction,narrowing,doubt" default:"recall"`
	Reason     string   `help:"Why." enum:"error,fabrication,unlawful,release-mistake,doubt" required:""`
	Number     []int    `help:"Only these portions of it, from 1."`
	Text       string   `help:"To the readers."`
	From       []string `help:"Of a narrowing: members that are to have it no more." placeholder:"RUS"`
	ReplacedBy string   `help:"Of a correction: the released draft that says it right." placeholder:"ID"`
	ToFollow   bool     `help:"Of a correction without --replaced-by: what is right is not released yet, and follows."`
	Prepare    bool     `help:"Put it up for an officer with the release role, as a duty officer or analyst."`
}

// Help gives an example.
func (recallIssue) Help() string {
	return "It goes to every member that holds any of it, before all else, by one officer with the release role (spec/recall.md).\n\nExample:\n\n    entente recall issue 0c1d... --reason error --number 2\n    entente recall issue 0c1d... --kind correction --reason error --replaced-by 7e21..."
}

// Run issues.
func (c *recallIssue) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	in := api.RecallContent{Kind: c.Kind, Reason: c.Reason, Report: c.Report, Numbers: c.Number, Text: c.Text, From: sortedUpper(c.From), ReplacedBy: c.ReplacedBy, ToFollow: c.ToFollow}
	if c.Prepare {
		return w.issued(cl.DraftRecall(w.ctx, in))
	}
	return w.issued(cl.IssueRecall(w.ctx, in))
}

// issued shows what was let go, or put up.
func (w *world) issued(x *api.Issued, err error) error {
	if err != nil {
		return w.refused(err)
	}
	return w.answer(x, func() {
		w.printf("%s  %s", x.Release.ID, x.Release.State)
		for _, a := range x.Acts {
			w.printf("  %s to %s", a.Type, strings.Join(a.Recipients, " "))
		}
		if x.Waits {
			w.printf("  what it recalls is on its way itself: it leaves right after that")
		}
		if x.Release.State == "prepared" {
			w.printf("an officer with the release role lets it go: entente report release approve %s --digest %s", x.Release.ID, x.Release.Digest)
		}
	})
}

type recallClear struct {
	asOfficer
	Report string `arg:"" help:"A released draft, a report or a portion."`
	Number []int  `help:"Only these portions of it, from 1."`
	Text   string `help:"To the readers."`
}

// Help gives an example.
func (recallClear) Help() string {
	return "It gives something back, so that a second person lets it go.\n\nExample:\n\n    entente recall clear 3b9c... --text \"the other two sources bear it\""
}

// Run clears.
func (c *recallClear) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.DraftRecall(w.ctx, api.RecallContent{Kind: "cleared", Report: c.Report, Numbers: c.Number, Text: c.Text}))
}

type recallList struct {
	asOfficer
	From string `help:"Only this member's own, or only others'." enum:",own,others" default:""`
	newestFirst
}

// Help gives an example.
func (recallList) Help() string { return "Example:\n\n    entente recall list --from own" }

// Run lists.
func (c *recallList) Run(w *world) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.Recalls(w.ctx, api.FindRecalls{Own: c.From == "own", Others: c.From == "others", Before: before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for i := range page.Recalls {
			w.recalled(&page.Recalls[i])
		}
	})
}

// recalled writes a recall for people.
func (w *world) recalled(r *api.RecallAct) {
	reason := ""
	if r.Reason != "" {
		reason = " (" + r.Reason + ")"
	}
	state := r.Bearing
	if r.Provisional {
		state += ", not certified by the log yet"
	}
	if r.Bearing == "void" {
		state = "void: not the issuer's own, or other bytes; it changes nothing"
	}
	w.printf("%s  %s  %s%s  of %s  %s", r.ID, r.Originator, r.Kind, reason, plural.Of(len(r.Portions), "portion"), state)
	if r.Text != "" {
		w.printf("     %s", r.Text)
	}
	for _, h := range r.Holders {
		more := ""
		if h.Complete {
			more = ", acts complete"
		}
		if h.Basis != "" {
			more += ": " + h.Basis
		}
		w.printf("     %s  %s%s", h.Member, h.State, more)
	}
}

type recallShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the recall."`
}

// Help gives an example.
func (recallShow) Help() string { return "Example:\n\n    entente recall show 8d3c..." }

// Run shows.
func (c *recallShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.Recall(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(r, func() {
		w.recalled(r)
		for _, id := range r.Reports {
			w.printf("     report %s", id)
		}
	})
}

type recallAck struct {
	asOfficer
	ID       string `arg:"" help:"Id of the recall."`
	State    string `help:"How far it was followed. That it was received and quarantined is in the receipts already." enum:"received,quarantined,destroyed,retained" default:"quarantined"`
	Complete bool   `help:"Nothing that was made of it is under review any more."`
	Basis    string `help:"The law by which it is retained; by a data-protection officer."`
}

// Help gives an example.
func (recallAck) Help() string {
	return "Example:\n\n    entente recall ack 8d3c... --complete\n    entente recall ack 8d3c... --state retained --basis \"Archive law, article 4\""
}

// Run acknowledges.
func (c *recallAck) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.AcknowledgeRecall(w.ctx, c.ID, api.AcknowledgementContent{State: c.State, Complete: c.Complete, Basis: c.Basis}))
}

type recallReview struct {
	asOfficer
	Own bool `help:"Only this member's own."`
	newestFirst
}

// Help gives an example.
func (recallReview) Help() string {
	return "Example:\n\n    entente recall review --own\n\nExit code 1 when there is any. What is under review ends by a new version (entente report new --supersedes) or by entente recall clear."
}

// Run lists.
func (c *recallReview) Run(w *world) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.Reviews(w.ctx, c.Own, before, c.Limit)
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	if err := w.answer(page, func() {
		for _, r := range page.Reports {
			w.printf("%s  %6d  %s  %-11s %s  %s", r.ID, r.Index, r.Originator, r.Type, against(r), r.Title)
		}
	}); err != nil {
		return err
	}
	if len(page.Reports) > 0 {
		return errFindings
	}
	return nil
}

// against says what stands against portions of a report; empty when nothing
// does.
func against(r api.ReportRow) string {
	var parts []string
	for _, x := range []struct {
		n    int
		what string
	}{{r.Withdrawn, "withdrawn"}, {r.Review, "under review"}, {r.Doubted, "in doubt"}} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d %s", x.n, r.Portions, x.what))
		}
	}
	return strings.Join(parts, ", ")
}

// withdrawnBefore writes what stands in the places, from number on, of portions
// that a reader does not see any more, and returns the number of the next one
// that is seen.
func (w *world) withdrawnBefore(r *api.Report, number int, seen map[string]bool) int {
	for _, p := range r.States {
		if p.Number == number && p.Withdrawn && !seen[p.Portion] {
			w.printf("%d. %s", number, p.Text)
			number++
		}
	}
	return number
}

// standsAgainst writes what stands against a portion that is seen.
func (w *world) standsAgainst(r *api.Report, portion string) {
	for _, p := range r.States {
		if p.Portion == portion {
			w.printf("     %s", p.Text)
		}
	}
}
