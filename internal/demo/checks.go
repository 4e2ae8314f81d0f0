package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Check is one thing that was looked at after the scenario.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Found says what is wrong; empty when nothing is.
	Found string `json:"found,omitempty"`
}

// check looks at one thing and notes what came of it.
func (d *demo) check(name string, look func() error) {
	c := Check{Name: name, OK: true}
	if err := look(); err != nil {
		c.OK, c.Found = false, err.Error()
	}
	d.checks = append(d.checks, c)
	d.step("checked: "+name, len(d.checks), 0)
}

// inspect looks at everything that the scenario should have left behind,
// through the nodes' APIs and in their files.
func (d *demo) inspect(ctx context.Context) {
	for _, m := range members() {
		d.check(string(m)+" holds exactly the portions released to it", func() error { return d.holds(ctx, m) })
		d.check(string(m)+" finds the words of what it may read, and no other", func() error { return d.finds(ctx, m) })
		d.check(string(m)+" has no byte of a portion not released to it in any file", func() error { return d.files(m) })
	}
	d.check("a word of a portion not released is answered as a nonsense word is", func() error { return d.nonsense(ctx) })
	d.check("a report unknown and one not released are answered alike", func() error { return d.unknown(ctx) })
	d.check("titles show only to those who may read all they tell", func() error { return d.titles(ctx) })
	d.check("a member with fewer portions sees them numbered without a gap, under an id of its own", func() error { return d.views(ctx) })
	d.check("every release left as many envelopes as there are other members", func() error { return d.envelopes(ctx) })
	d.check("a draft without a grade is not saved", func() error { return d.ungraded(ctx) })
	d.check("nobody decides on a release that he put up", func() error { return d.ownRelease(ctx) })
	d.check("nobody releases without the release role", func() error { return d.roleless(ctx) })
	d.check("a portion without a source is not released", func() error { return d.unsourced(ctx) })
	d.check("a portion marked wider than what it cites is not released", func() error { return d.tainted(ctx) })
	d.check("a dry-run names what keeps a member out, and the tearline", func() error { return d.dryRun(ctx) })
	d.check("a reader who lacks a cited portion learns whose it is and no more", func() error { return d.citations(ctx) })
	d.check("a consent is known to who asked, who gave it and whom it is for alone", func() error { return d.consented(ctx) })
	d.check("a request is known to who asked and to each of the asked alone, and answered in part", func() error { return d.asks(ctx) })
	d.check("what is taken back is read nowhere, and two products deep nothing leaves that comes from it", func() error { return d.recalledEverywhere(ctx) })
	d.check("bundles by courier, there and back, are taken once, by their addressees alone", func() error { return d.carried(ctx) })
	for i := range d.tools {
		t := &d.tools[i]
		d.check(fmt.Sprintf("the tool %s of %s is handed by TAXII what it is cleared for and %s may read, and nothing else", t.name, served, served), func() error { return d.tooled(ctx, t) })
	}
	d.check("a replaced report points to the one that replaces it", func() error { return d.replaced(ctx) })
	d.check("every report was received by all its recipients", func() error { return d.received(ctx) })
	d.check("all members hold the whole list", func() error { return d.listed(ctx) })
	d.check("importing the list again adds nothing", func() error { return d.again(ctx) })
	d.check("all nodes show one head", func() error { return d.oneHead(ctx) })
	d.check("the head is cosigned by a quorum", func() error { return d.cosigned(ctx) })
	d.check("nothing is in quarantine", func() error { return d.quarantine(ctx) })
	d.check("no node holds evidence of a fault", func() error { return d.evidence(ctx) })
	for _, m := range members() {
		d.check(string(m)+" holds every body, and each fits its header", func() error { return d.bodies(ctx, m) })
		d.check("the log of "+string(m)+" verifies offline", func() error { return d.outside(ctx, m) })
	}
	if hasPython() {
		d.check("the verifier written from the specification alone agrees", func() error { return d.python3(ctx, "RUS") })
	} else {
		d.step("testdata/verify.py or python3 is not here: the verifier written from the specification alone did not run", 0, 0)
	}
	d.check("a copy of the log with one byte changed is refused", func() error { return d.tampered(ctx) })
	d.check("a label of which any byte is changed, wherever it stands in a view, is refused", func() error { return d.relabelled(ctx) })
	d.check("the audit logs are unbroken", func() error { return d.audits(ctx) })
	for _, m := range members() {
		d.check("the views of "+string(m)+" are the same when made again", func() error { return d.rebuilt(ctx, m) })
	}
}

func (d *demo) received(ctx context.Context) error {
	for _, rep := range d.filed() {
		st, err := d.desks[rep.from]["duty"].DraftState(ctx, d.played.drafts[rep.key])
		if err != nil {
			return err
		}
		for _, v := range st.Views {
			for _, m := range v.Recipients {
				if m != string(rep.from) && !slices.Contains(v.Received, m) {
					return fmt.Errorf("%q: no receipt of %s", rep.key, m)
				}
			}
		}
		if st.State != "received" {
			return fmt.Errorf("%q is %s", rep.key, st.State)
		}
	}
	return nil
}

func (d *demo) listed(ctx context.Context) error {
	for _, m := range members() {
		n, err := d.designations(ctx, m)
		if err != nil {
			return err
		}
		if n != d.played.list {
			return fmt.Errorf("%s holds %d designations, not %d", m, n, d.played.list)
		}
	}
	return nil
}

func (d *demo) again(ctx context.Context) error {
	done, err := d.collectList(ctx)
	if err != nil {
		return err
	}
	if done.Added != 0 || done.Changed != 0 || done.Same != int64(d.played.list) {
		return fmt.Errorf("%d added, %d changed, %d the same", done.Added, done.Changed, done.Same)
	}
	return nil
}

func (d *demo) audits(ctx context.Context) error {
	for _, m := range members() {
		v, err := d.desks[m]["insp"].VerifyAudit(ctx)
		if err != nil {
			return err
		}
		if !v.Intact || v.Rows == 0 {
			return fmt.Errorf("%s: %+v", m, v.Faults)
		}
	}
	return nil
}

// acts counts the reports that were released.
func (d *demo) acts() int { return len(d.filed()) + d.played.list }

// summary is what a run came to, as --json prints it.
func (d *demo) summary() Summary {
	return Summary{Members: len(members()), Acts: d.acts(), Checks: d.checks}
}

// Summary is what a run of the demonstration came to.
type Summary struct {
	Members int     `json:"members"`
	Acts    int     `json:"acts"`
	Checks  []Check `json:"checks"`
}

// OK reports whether every check was passed, and any was made.
func (s Summary) OK() bool {
	return len(s.Checks) > 0 && !slices.ContainsFunc(s.Checks, func(c Check) bool { return !c.OK })
}

// String lists the checks for people.
func (s Summary) String() string {
	var b strings.Builder
	for _, c := range s.Checks {
		mark := "ok  "
		if !c.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(&b, "%s %s", mark, c.Name)
		if c.Found != "" {
			fmt.Fprintf(&b, ": %s", c.Found)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
