package main

import (
	"slices"
	"strings"
	"time"

	"entente/internal/web/api"
)

type statusCmd struct {
	asOfficer
}

// Help gives an example.
func (statusCmd) Help() string {
	return "Example:\n\n    entente status --json\n\nThe condition of a node, without contents. Exit code 1 while it has halted or is recovering, while a member is dark (its cosignature is missing, and no receipt proves that it is there) or fewer than a quorum have cosigned, and when it could not understand something."
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
	if wanting(st) {
		return errFindings
	}
	return nil
}

// wanting says whether something in a node's condition needs somebody.
func wanting(st *api.Status) bool {
	return st.Halted != nil || st.Log.Recovering || len(dark(st)) > 0 || len(st.Log.Cosigned) < st.Log.Quorum || st.Views.Quarantined > 0
}

func printStatus(w *world, st *api.Status) {
	w.printf("node of %s, lead %s, centre %s", st.Member, st.Lead, st.Charter)
	when := "never"
	if st.Log.LogTime != nil {
		when = st.Log.LogTime.UTC().Format(time.RFC3339)
	}
	w.printf("log: %d leaves, %d certified at %s, root %s", st.Log.Size, st.Log.Certified, when, st.Log.Root)
	var by []string
	for _, c := range st.Log.Cosigned {
		by = append(by, c.Member)
	}
	without := ""
	if len(st.Log.Missing) > 0 {
		without = "; without " + strings.Join(st.Log.Missing, " ")
	}
	w.printf("cosigned by %s (quorum %d)%s", strings.Join(by, " "), st.Log.Quorum, without)
	w.printf("views: %d reports, %d own, %d designations, %d not understood", st.Views.Reports, st.Views.Own, st.Views.Designations, st.Views.Quarantined)
	if st.Halted != nil {
		w.printf("HALTED (%s): %s", st.Halted.Code, st.Halted.Message)
	}
	if st.Log.Recovering {
		w.printf("recovering: signs nothing until the others have told what it signed before")
	}
	for _, p := range st.Peers {
		w.printf("  %s  receipts up to %d, %d behind", p.Member, p.Received, p.Lag)
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
