package node

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// That names leave in clear is decided of one draft: what a review puts up of it
// leaves with words, the portions that are not renewed as well (rule 25).
func TestARenewalLeavesMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 1)
		ctx := context.Background()
		irq := w.nodes["IRQ"]
		duty, dpo, fdo := w.officer("IRQ", "duty", section.RoleDuty), w.dpo("IRQ"), w.officer("IRQ", "fdo", section.RoleRelease)
		chief := w.officer("IRQ", "chief", section.RoleRelease)

		const name = "Example Invented Person"
		p := witness("an acacia: [[" + name + "]] saw it")
		p.Label.ReviewBy = w.in(24 * time.Hour)
		other := portion(mark("RESTRICTED", "IRQ", "RUS", "IRQ"), "IRQ", "a laburnum beside [[Another Invented]]")
		saved, err := irq.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p, other}})
		check(t, err)
		saved, err = irq.UnmaskDraft(ctx, fdo, saved.ID, saved.ETag(), "The witness speaks in public.")
		check(t, err)
		dec, err := irq.Prepare(ctx, duty, []string{saved.ID}, "")
		check(t, err)
		_, err = irq.Approve(ctx, chief, dec.ID, dec.Digest)
		check(t, err)
		w.settle(time.Minute)
		reads := func(words string) string {
			t.Helper()
			full, err := w.nodes["RUS"].Views().At(ctx, w.find("RUS", viewdb.Query{Text: words}, 1)[0].Index)
			check(t, err)
			return string(full.Act)
		}
		if s := reads("acacia"); !strings.Contains(s, name) {
			t.Fatalf("RUS reads %s", s)
		}

		x, err := irq.RenewRecord(ctx, dpo, saved.ID, w.in(48*time.Hour), "still needed")
		check(t, err)
		row, err := irq.section.Draft(ctx, dpo, x.Drafts[0])
		check(t, err)
		d, err := ParseDraft(row.Content)
		check(t, err)
		if d.Unmask != nil {
			t.Error("the decision on another draft is taken over")
		}
		for _, p := range d.leaving() {
			if !strings.Contains(p.Text, "[person ") || strings.Contains(p.Text, "Invented") {
				t.Errorf("it would leave: %q", p.Text)
			}
		}
		_, err = irq.Approve(ctx, chief, x.Decision.ID, x.Decision.Digest)
		check(t, err)
		w.settle(time.Minute)
		for _, word := range []string{"acacia", "laburnum"} {
			if s := reads(word + " person"); strings.Contains(s, name) || strings.Contains(s, "Another Invented") || strings.Contains(s, "Invented Informant") {
				t.Errorf("RUS reads %s", s)
			}
		}
	})
}
