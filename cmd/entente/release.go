package main

import (
	"strings"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

// reportRelease is the four-eyes release.
type reportRelease struct {
	Ask      releaseAsk      `cmd:"" help:"Put drafts, or an import, up for release by a second officer."`
	List     releaseList     `cmd:"" help:"List releases that wait for a decision."`
	Show     releaseShow     `cmd:"" help:"Show what a release would let out, and to whom."`
	Approve  releaseApprove  `cmd:"" help:"Approve a release that another officer put up."`
	Refuse   releaseRefuse   `cmd:"" help:"Refuse a release."`
	Withdraw releaseWithdraw `cmd:"" help:"Take back a release that has not begun to leave."`
	Unmask   releaseUnmask   `cmd:"" help:"Decide that the masked names of a draft leave in clear."`
}

type releaseAsk struct {
	asOfficer
	Drafts []string `arg:"" optional:"" help:"Ids of drafts."`
	Batch  string   `help:"Id of an import, released as one by its digest." placeholder:"ID"`
}

// Help gives an example.
func (releaseAsk) Help() string {
	return "Example:\n\n    entente report release ask 0c1d...\n    entente report release ask --batch 7f20..."
}

// Run asks for release.
func (c *releaseAsk) Run(w *world) error {
	if (len(c.Drafts) == 0) == (c.Batch == "") {
		return usage("name drafts, or one import with --batch")
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	var r *api.Release
	if c.Batch != "" {
		r, err = cl.PrepareBatch(w.ctx, c.Batch)
	} else {
		r, err = cl.PrepareRelease(w.ctx, c.Drafts...)
	}
	return w.release(r, err)
}

// release shows a decision.
func (w *world) release(r *api.Release, err error) error {
	if err != nil {
		return w.refused(err)
	}
	return w.answer(r, func() {
		w.decision(r)
	})
}

// decision writes a decision on one line, and below it why it ended.
func (w *world) decision(r *api.Release) {
	what := kindAndTitle(r.Kind, r.Title)
	if what != "" {
		what = "  " + what
	}
	w.printf("%s  %s  %s  digest %s  put up by %s%s", r.ID, r.State, plural.Of(r.Drafts, "draft"), r.Digest, r.PreparedBy, what)
	w.why(r)
}

// kindAndTitle names a draft: not every kind has a title, and a title alone does
// not say what it is of.
func kindAndTitle(kind, title string) string {
	if title == "" {
		return kind
	}
	return kind + ": " + title
}

// why writes why a decision ended otherwise than it was meant.
func (w *world) why(r *api.Release) {
	if r.Reason != "" {
		w.printf("  %s: %s", r.State, r.Reason)
	}
	if r.State == "failed" {
		w.printf("  %d of %s left; the others can be changed and put up again, or given up (entente report discard)", r.Left, plural.Of(r.Drafts, "draft"))
	}
}

type releaseList struct {
	asOfficer
	State string `help:"Only in this state." enum:"prepared,approved,leaving,done,refused,withdrawn,void,failed" default:"prepared"`
	oldestFirst
}

// Help gives an example.
func (releaseList) Help() string { return "Example:\n\n    entente report release list" }

// Run lists.
func (c *releaseList) Run(w *world) error {
	after, id, err := placed("after", c.After)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.ReleasesPage(w.ctx, api.FindReleases{State: c.State, After: after, AfterID: id, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("after", page.Next)
	if err := w.answer(page, func() {
		for _, r := range page.Releases {
			w.decision(&r)
		}
	}); err != nil || c.State == "failed" {
		return err
	}
	st, err := cl.Status(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	if st.Failed > 0 {
		w.notef("%s", failedReleases(st.Failed))
	}
	return nil
}

type releaseShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the release."`
}

// Help gives an example.
func (releaseShow) Help() string { return "Example:\n\n    entente report release show 51aa..." }

// Run shows.
func (c *releaseShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.Release(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	var shown error
	if err := w.answer(r, func() { shown = w.releaseDetail(cl, r) }); err != nil {
		return err
	}
	return shown
}

// shownDrafts is how many drafts of a release are shown in full.
const shownDrafts = 20

// releaseDetail writes what a release would let out, and to whom: what the
// second officer has to read before approving.
func (w *world) releaseDetail(cl *client.Client, r *api.ReleaseDetail) error {
	w.printf("release %s, %s, put up by %s\ndigest %s\n%s", r.ID, r.State, r.PreparedBy, r.Digest, plural.Of(r.Drafts, "draft"))
	w.why(&r.Release)
	if r.Batch != "" {
		w.printf("of import %s, digest of its entries %s", r.Batch, r.Entries)
	}
	for _, v := range r.Views {
		w.printf("  %s to %s", plural.Of(v.Count, "view"), strings.Join(v.To, " "))
	}
	drafts, err := cl.ReleaseDrafts(w.ctx, r.ID, "", shownDrafts)
	if err != nil {
		return w.refused(err)
	}
	for _, one := range drafts {
		d, err := cl.Draft(w.ctx, one.Draft)
		if err != nil {
			return w.refused(err)
		}
		w.printf("")
		w.draft(d)
		p, err := cl.ReadPlan(w.ctx, one.Draft)
		if err != nil {
			return w.refused(err)
		}
		printPlan(w, p)
	}
	if int64(len(drafts)) < r.Drafts {
		w.printf("\nand %d more; entente report draft ID shows each", r.Drafts-int64(len(drafts)))
	}
	return nil
}

type releaseApprove struct {
	asOfficer
	ID     string `arg:"" help:"Id of the release."`
	Digest string `required:"" help:"Digest of the release as it was read: another content is not approved." placeholder:"HEX"`
}

// Help gives an example.
func (releaseApprove) Help() string {
	return "Example:\n\n    entente report release show 51aa...\n    entente report release approve 51aa... --digest 9e0f..."
}

// Run approves.
func (c *releaseApprove) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.release(cl.Approve(w.ctx, c.ID, c.Digest))
}

type releaseRefuse struct {
	asOfficer
	ID     string `arg:"" help:"Id of the release."`
	Reason string `required:"" help:"Why, for the section alone."`
}

// Help gives an example.
func (releaseRefuse) Help() string {
	return "Example:\n\n    entente report release refuse 51aa... --reason \"portion 2 names a source\""
}

// Run refuses.
func (c *releaseRefuse) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.release(cl.Refuse(w.ctx, c.ID, c.Reason))
}

type releaseWithdraw struct {
	asOfficer
	ID     string `arg:"" help:"Id of the release."`
	Reason string `required:"" help:"Why, for the section alone."`
}

// Help gives an example.
func (releaseWithdraw) Help() string {
	return "Example:\n\n    entente report release withdraw 51aa... --reason \"a newer draft is ready\""
}

// Run withdraws.
func (c *releaseWithdraw) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.release(cl.Withdraw(w.ctx, c.ID, c.Reason))
}

type releaseUnmask struct {
	asOfficer
	Draft  string `arg:"" help:"Id of the draft."`
	Reason string `required:"" help:"Why the names have to be seen." placeholder:"TEXT"`
}

// Help gives an example.
func (releaseUnmask) Help() string {
	return `Names that a draft has as [[name]], and those of persons who are sources, leave
as a word that stands for them (rule 25). An officer with the release role may
decide otherwise; the reason stands in the audit log, another officer releases
the draft, and the next change of the draft ends it.

Example:

    entente report release unmask 0c1d... --reason 'The mayor speaks in public.'`
}

// Run decides.
func (c *releaseUnmask) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	d, err := cl.Draft(w.ctx, c.Draft)
	if err != nil {
		return w.refused(err)
	}
	if d, err = cl.UnmaskDraft(w.ctx, d.ID, d.ETag, c.Reason); err != nil {
		return w.refused(err)
	}
	return w.answer(d, func() { w.printf("%s", d.ETag) })
}
