package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

func TestWhatWaitingDoesNotCure(t *testing.T) {
	for _, c := range []struct {
		err   error
		never bool
	}{
		{fmt.Errorf("x: %w", ErrDraft), true}, {ErrPlanChanged, true}, {&Refused{[]act.Finding{{Text: "t"}}}, true}, {act.ErrTooLarge, true},
		{fmt.Errorf("x: %w", seal.ErrTooLarge), true}, {label.ErrBlocked, true}, {section.ErrChanged, true},
		{store.ErrFull, false}, {store.ErrClosed, false}, {centre.ErrFull, false}, {centre.ErrRecovering, false}, {centre.ErrKeys, false}, {ErrNoSetKey, false}, {ErrPacketQuota, false},
		{errNotYet, false}, {errEpochTurned, false}, {context.Canceled, false}, {errors.New("something else"), false},
	} {
		if unsendable(c.err) != c.never {
			t.Errorf("%v: never is %v", c.err, !c.never)
		}
	}
	if got := reasonOf(errors.Join(errors.New("one\x00"), errors.New(strings.Repeat("é", 1000)))); strings.ContainsAny(got, "\n\x00") || len(got) > maxReasonShown || !strings.HasPrefix(got, "one ;") {
		t.Errorf("%q", got)
	}
}

// counting counts a logger's errors.
type counting struct {
	slog.Handler
	errors *atomic.Int64
}

// Handle implements slog.Handler.
func (c counting) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		c.errors.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

// A release that can never be sealed ends: the officers see why, it is on
// record, its draft can be changed and put up again, and others go on.
func TestWhatCanNeverBeSealedIsGivenBack(t *testing.T) {
	h := newHouse(t, nil)
	var errs atomic.Int64
	h.change = func(m label.MemberID, o *Options) {
		if m == "IRQ" {
			o.Logger = slog.New(counting{slog.DiscardHandler, &errs})
		}
	}
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	n := h.nodes["IRQ"]
	duty, fdo := h.officer("IRQ", "duty", section.RoleDuty), h.officer("IRQ", "fdo", section.RoleRelease)
	all := mark("RESTRICTED", "IRQ", four...)

	// As an earlier program could have saved it: together larger than a body.
	big := &Draft{ReportType: act.INTREP}
	for range 5 {
		p := portion(all, "IRQ", strings.Repeat("a long story ", 1200))
		p.ID, p.Salt = act.NewID(), string(act.NewID())
		big.Portions = append(big.Portions, p)
	}
	raw, err := json.Marshal(big)
	check(t, err)
	saved, err := n.section.CreateDraft(ctx, duty, big.content(raw))
	check(t, err)
	p, err := n.ReadPlan(ctx, duty, saved.ID)
	check(t, err)
	digest, err := planDigest(p.Release, p.Uses)
	check(t, err)
	check(t, n.section.PlanDrafts(ctx, duty, section.Plan{Draft: saved.ID, Content: saved.Digest, Plan: digest}))
	d, err := n.section.PrepareRelease(ctx, duty, section.Release{Kind: DecideRelease, Drafts: []string{saved.ID}})
	check(t, err)
	_, err = n.Approve(ctx, fdo, d.ID, d.Digest)
	check(t, err)

	var got section.Decision
	h.eventually("the release to end", func() bool {
		var err error
		got, err = n.section.Decision(ctx, fdo, d.ID)
		check(t, err)
		return got.State == section.Failed
	})
	if !strings.Contains(got.Reason, saved.ID) || !strings.Contains(got.Reason, "large") || got.Released != 0 {
		t.Errorf("%+v", got)
	}
	rows, err := n.section.Audit(ctx, h.officer("IRQ", "insp", section.RoleInspector), section.AuditQuery{Object: d.ID, Limit: 1})
	check(t, err)
	if len(rows) != 1 || rows[0].Outcome != section.OutcomeFailed {
		t.Errorf("on record is %+v", rows)
	}
	if errs.Load() > 0 {
		t.Errorf("%d errors were logged for what is the authors' to mend", errs.Load())
	}
	// Its author mends it, and it leaves.
	now, err := n.section.Draft(ctx, duty, saved.ID)
	check(t, err)
	big.Portions = big.Portions[:1]
	_, err = n.SaveDraft(ctx, duty, saved.ID, now.ETag(), big)
	check(t, err)
	d, err = n.Prepare(ctx, duty, []string{saved.ID}, "")
	check(t, err)
	_, err = n.Approve(ctx, fdo, d.ID, d.Digest)
	check(t, err)
	h.find("RUS", viewdb.Query{Text: "story"}, 1)
}
