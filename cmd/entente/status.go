package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/plural"
	"entente/internal/web/api"
)

type statusCmd struct {
	asOfficer
}

// Help gives an example.
func (statusCmd) Help() string {
	return "Example:\n\n    entente status --json\n\nThe condition of a node, without contents. Exit code 1 while something in it needs somebody: each is printed with what to do."
}

// Run shows the condition of a node.
func (c *statusCmd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	st, err := cl.Status(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(st, func() { printStatus(w, st) }); err != nil {
		return err
	}
	if len(wanting(st)) > 0 {
		return errFindings
	}
	return nil
}

// Bounds of what passes by itself: views that follow a moment later, and a
// clock that is a little off (spec/time.md).
const (
	mayBeBehind = 10     // seconds
	mayBeSkewed = 5 * 60 // seconds
)

// wanting lists what in a node's condition needs somebody, each with what to
// do. Nothing is listed that passes by itself within seconds.
func wanting(st *api.Status) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if h := st.Halted; h != nil {
		add("HALTED (%s): %s; it follows the lead no longer: save the evidence (entente evidence list), speak with the other members, and start it again when the cause is mended", h.Code, h.Message)
	}
	if st.Log.Recovering {
		add("recovering: signs nothing until the others have told what it signed before; bring a quorum of %s into reach, or import at this node the next bundle by courier of each that is dark", plural.Of(st.Log.Quorum, "member"))
	}
	if n := len(st.Log.Cosigned); n < st.Log.Quorum {
		add("%d of %s needed %s cosigned: bring more of them into reach", n, plural.Of(st.Log.Quorum, "member"), plural.Choose(n, "has", "have"))
	}
	if d := dark(st); len(d) > 0 {
		add("%s: dark, neither cosignature nor receipt; ask by another way whether the node runs and its line holds, or exchange bundles", strings.Join(d, " "))
	}
	if st.Log.UnknownAt != nil {
		add("leaf %d is of a version that this program does not know, and nothing is cosigned from there on: install a newer version", *st.Log.UnknownAt)
	}
	if st.Log.Absent > 0 {
		add("%s %s still to come, and the views stop before %s: bring a member into reach that has %s", plural.Of(st.Log.Absent, "body"), plural.Choose(st.Log.Absent, "has", "have"), plural.Choose(st.Log.Absent, "it", "the first"), plural.Choose(st.Log.Absent, "it", "them"))
	}
	if len(st.Log.Withheld) > 0 {
		add("the lead %s has not logged in time what %s announced: ask the lead why; if it goes on, the other members decide", st.Lead, strings.Join(st.Log.Withheld, " "))
	}
	if s := st.Log.ClockSkew; s > mayBeSkewed || s < -mayBeSkewed {
		add("the clock is %d s off log time: set it right", s)
	}
	if st.Views.BehindFor >= mayBeBehind {
		add("the views have been behind the certified head for %d s, at %d of %d leaves: wait while the number grows; where it stands still, the node's own log says why", st.Views.BehindFor, st.Views.Projected, st.Log.Certified)
	}
	if st.Views.Quarantined > 0 {
		add("%s %s not understood: ask %s; where all come from one of a newer version, install it", plural.Of(st.Views.Quarantined, "envelope"), plural.Choose(st.Views.Quarantined, "was", "were"), plural.Choose(st.Views.Quarantined, "its originator", "their originators"))
	}
	if len(st.LostEpochs) > 0 {
		var es []string
		for _, e := range st.LostEpochs {
			es = append(es, strconv.FormatUint(uint64(e), 10))
		}
		add("the keys of epoch %s that this member published are not here, and what is sealed to them cannot be opened: renew the certificate (entente keys next)", strings.Join(es, " "))
	}
	if n := st.Failed; n > 0 {
		add("%s", failedReleases(n))
	}
	if n := st.RedressHere; n > 0 {
		add("%s for redress: the date for this member's answer is past (rule 22); the data-protection officer answers: entente redress list --overdue", plural.Of(n, "request"))
	}
	if n := st.RedressThere; n > 0 {
		add("%s for redress by this member: the date is past and no answer is here (rule 22); the data-protection officer asks the addressee by another way: entente redress list --overdue", plural.Of(n, "request"))
	}
	if st.Evidence > 0 {
		add("%[1]s %[2]s kept: entente evidence list shows %[3]s; hand %[3]s to the members", plural.Of(st.Evidence, "proof"), plural.Choose(st.Evidence, "of a fault is", "of faults are"), plural.Choose(st.Evidence, "it", "them"))
	}
	return out
}

// failedReleases says what to do about releases that could not leave.
func failedReleases(n int) string {
	return fmt.Sprintf("%s could not leave and %s as %s put up: entente report release list --state failed says why; change the draft, put it up again, or give it up (entente report discard)", plural.Of(n, "release"), plural.Choose(n, "stands", "stand"), plural.Choose(n, "it was", "they were"))
}

func printStatus(w *world, st *api.Status) {
	w.printf("node of %s, lead %s, centre %s", st.Member, st.Lead, st.Charter)
	when := "never"
	if st.Log.LogTime != nil {
		when = st.Log.LogTime.UTC().Format(time.RFC3339)
	}
	w.printf("log: %s, %d certified at %s, root %s", plural.Of(st.Log.Size, "leaf"), st.Log.Certified, when, st.Log.Root)
	var by []string
	for _, c := range st.Log.Cosigned {
		by = append(by, c.Member)
	}
	without := ""
	if len(st.Log.Missing) > 0 {
		without = "; without " + strings.Join(st.Log.Missing, " ")
	}
	w.printf("cosigned by %s (quorum %d)%s", strings.Join(by, " "), st.Log.Quorum, without)
	w.printf("views: %s, %d own, %s, %d not understood", plural.Of(st.Views.Reports, "report"), st.Views.Own, plural.Of(st.Views.Designations, "designation"), st.Views.Quarantined)
	for _, p := range st.Peers {
		w.printf("  %s  receipts up to %d, %d behind", p.Member, p.Received, p.Lag)
	}
	for _, line := range wanting(st) {
		w.printf("! %s", line)
	}
}

// dark are the members that did not cosign the certified head and have not
// proved either, by a receipt, that they hold all of it. One that was away when
// the head was certified, and is back, is not dark.
func dark(st *api.Status) []string {
	var out []string
	for _, m := range st.Log.Missing {
		back := m == st.Member || slices.ContainsFunc(st.Peers, func(p api.Peer) bool { return p.Member == m && p.At != nil && p.Lag == 0 })
		if !back {
			out = append(out, m)
		}
	}
	return out
}
