package main

import (
	"os"
	"time"

	"entente/internal/plural"
	"entente/internal/web/api"
)

// auditCmd is the inspector's view of what the officers did.
type auditCmd struct {
	List   auditList   `cmd:"" help:"List the audit log, newest first."`
	Verify auditVerify `cmd:"" help:"Check the audit log's chain, against heads noted earlier."`
}

type auditList struct {
	asOfficer
	Login  string `help:"Only of this officer." placeholder:"LOGIN"`
	Object string `help:"Only on this object." placeholder:"ID"`
	newestFirst
}

// Help gives an example.
func (auditList) Help() string { return "Example:\n\n    entente audit list --login irq.fdo" }

// Run lists.
func (c *auditList) Run(w *world) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.AuditPage(w.ctx, api.FindAudit{Before: before, Login: c.Login, Object: c.Object, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for _, r := range page.Rows {
			w.printf("%6d  %s  %-16s %-20s %-8s %s  %s", r.Seq, r.At.UTC().Format(time.RFC3339), r.Login, r.Op, r.Outcome, r.Object, r.Detail)
		}
	})
}

type auditVerify struct {
	asOfficer
	Heads []string `arg:"" optional:"" help:"Heads noted earlier, which must lie on the chain."`
}

// Help gives an example.
func (auditVerify) Help() string {
	return "Example:\n\n    entente audit verify\n\nPrints the head: note it outside of the node, and hand it in at the next check. Exit code 1 when something is wrong."
}

// Run verifies.
func (c *auditVerify) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	v, err := cl.VerifyAudit(w.ctx, c.Heads...)
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(v, func() {
		w.printf("%s, head %s", plural.Of(v.Rows, "row"), v.Head)
		for _, f := range v.Faults {
			w.printf("  row %d: %s", f.Seq, f.What)
		}
	}); err != nil {
		return err
	}
	if !v.Intact {
		return errFindings
	}
	return nil
}

// evidenceCmd lists and saves proofs of faults.
type evidenceCmd struct {
	List evidenceList `cmd:"" help:"List the proofs of faults that the node keeps."`
	Save evidenceSave `cmd:"" help:"Save a proof, for somebody who checks it offline."`
}

type evidenceList struct {
	asOfficer
	oldestFirst
}

// Help gives an example.
func (evidenceList) Help() string {
	return "Example:\n\n    entente evidence list\n\nExit code 1 when there is any."
}

// Run lists.
func (c *evidenceList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.EvidencePage(w.ctx, api.FindEvidence{After: c.After, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("after", page.Next)
	if err := w.answer(page, func() {
		for _, e := range page.Evidence {
			w.printf("%s  %-10s %s  %d bytes", e.ID, e.Kind, e.Seen.UTC().Format(time.RFC3339), e.Bytes)
		}
	}); err != nil {
		return err
	}
	if len(page.Evidence) > 0 {
		return errFindings
	}
	return nil
}

type evidenceSave struct {
	asOfficer
	ID string `arg:"" help:"Id of the evidence."`
	To string `arg:"" help:"File to write."`
}

// Help gives an example.
func (evidenceSave) Help() string {
	return "Example:\n\n    entente evidence save 11f0... fork.evidence\n\ntestdata/verify.py --evidence judges it with the founding file and a copy of the log."
}

// Run saves.
func (c *evidenceSave) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	data, err := cl.EvidenceBytes(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	if err := w.writeNew(c.To, data, os.FileMode(0o644)); err != nil {
		return err
	}
	return w.done("%s holds the proof", c.To)
}

type membersCmd struct{ asOfficer }

// Help gives an example.
func (membersCmd) Help() string {
	return "Example:\n\n    entente members\n\nThe members with their keys in force and the fingerprints to compare."
}

// Run lists the members.
func (c *membersCmd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	ms, err := cl.Members(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(ms, func() {
		w.printf("%s, fingerprint %s, quorum %d", ms.Charter, ms.Fingerprint, ms.Quorum)
		for _, m := range ms.Members {
			lead := ""
			if m.Lead {
				lead = "  leads"
			}
			if m.Suspended {
				lead += "  SUSPENDED"
			}
			w.printf("  %s  root %s  %s%s", m.ID, m.Root.Fingerprint, m.Name, lead)
		}
	})
}
