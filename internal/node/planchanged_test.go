package node

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// What was approved is who would see what. When that has become something else
// before it is sealed, nothing leaves: the drafts go back, and what had been
// filed before an interruption is recorded and not sent again.
func TestWhatWasNotApprovedDoesNotLeave(t *testing.T) {
	h := newHouse(t, nil)
	var late atomic.Int64
	h.change = func(m label.MemberID, o *Options) {
		if m == "IRQ" {
			o.Section.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
			o.Section.Idle, o.Section.Life = 6*24*time.Hour, 6*24*time.Hour
		}
	}
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	n := h.nodes["IRQ"]
	duty, fdo := h.officer("IRQ", "duty", section.RoleDuty), h.officer("IRQ", "fdo", section.RoleRelease)
	all := mark("RESTRICTED", "IRQ", four...)
	soon := all
	soon.Expires, _ = label.InstantOf(time.Now().Add(time.Hour))
	var ids []string
	for _, p := range []act.PortionInput{portion(all, "IRQ", "lasting"), portion(soon, "IRQ", "passing")} {
		saved, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
		check(t, err)
		ids = append(ids, saved.ID)
	}
	d, err := n.Prepare(ctx, duty, ids, "")
	check(t, err)

	// Nothing is sealed while this is held; then a day has passed.
	n.releasing.Lock()
	d, err = n.Approve(ctx, fdo, d.ID, d.Digest)
	check(t, err)
	// The first of them was filed, and the node stopped before it took note.
	_, err = n.section.BeginRelease(ctx, d.ID)
	check(t, err)
	lasting, err := n.section.Draft(ctx, duty, ids[0])
	check(t, err)
	s := &sender{n: n.Node, d: d, keys: map[setKeyOf]seal.SetKey{}}
	items, err := s.envelopes(ctx, lasting)
	check(t, err)
	_, err = n.station.File(ctx, items)
	check(t, err)
	late.Store(int64(24 * time.Hour))
	n.releasing.Unlock()
	n.Approve(ctx, fdo, d.ID, d.Digest) // wakes it; refused, for it is decided
	select {
	case n.kick <- struct{}{}:
	default:
	}

	h.find("RUS", viewdb.Query{Text: "lasting"}, 1)
	var got section.Decision
	h.eventually("the release to end", func() bool {
		var err error
		got, err = n.section.Decision(ctx, fdo, d.ID)
		check(t, err)
		return got.State == section.Failed
	})
	if got.Released != 1 || !strings.Contains(got.Reason, "rule 6") {
		t.Errorf("%+v", got)
	}
	h.atRest(four...)
	for i, want := range []string{"logged", "draft"} {
		if st, err := n.StateOf(ctx, duty, ids[i]); err != nil || st.State != want {
			t.Errorf("draft %d is %+v, want %s (%v)", i, st, want, err)
		}
	}
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "afterwards")}})
	h.find("RUS", viewdb.Query{Text: "afterwards"}, 1)
	for text, want := range map[string]int{"lasting": 1, "passing": 0} {
		if rows, err := h.nodes["RUS"].Views().Find(ctx, viewdb.Query{Text: text}); err != nil || len(rows) != want {
			t.Errorf("RUS found %q %d times, want %d (%v)", text, len(rows), want, err)
		}
	}
}
