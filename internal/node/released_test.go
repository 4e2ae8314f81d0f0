package node

import (
	"context"
	"path/filepath"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
)

// Where a released draft stands is told from what is known: a view that is not
// read back yet is no dummy, and a fault of the database is not "no view".
func TestStateOfAReleasedDraft(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	h.ready(four...)
	defer h.stopAll()
	ctx := context.Background()
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	draft := h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("SECRET", "IRQ", "IRQ", "RUS"), "IRQ", "the bridge")}})
	row := h.find("IRQ", viewdb.Query{Text: "bridge"}, 1)[0]
	h.atRest(four...)
	st, err := h.nodes["IRQ"].StateOf(ctx, duty, draft)
	check(t, err)
	positions, err := h.nodes["IRQ"].section.EnvelopesOf(ctx, draft)
	check(t, err)
	if st.State != "logged" || len(st.Views) != 1 || st.Views[0].Report != row.ID || st.Unread != 0 || len(positions) < 2 {
		t.Fatalf("%+v of %d envelopes; want one view, and dummies", st, len(positions))
	}
	h.nodes["IRQ"].stop()
	delete(h.nodes, "IRQ")
	n, err := Open(ctx, h.options("IRQ"))
	check(t, err)
	defer n.Close()
	check(t, n.views.Reset(ctx))
	if st, err := n.StateOf(ctx, duty, draft); err != nil || st.State != "logged" || len(st.Views) != 0 || st.Unread != len(positions) {
		t.Errorf("before anything is read back: %+v %v; want %d unread", st, err, len(positions))
	}
	check(t, n.Rebuild(ctx, nil))
	if st, err := n.StateOf(ctx, duty, draft); err != nil || st.State != "logged" || len(st.Views) != 1 || st.Unread != 0 {
		t.Errorf("after it was read back: %+v %v", st, err)
	}
	check(t, n.views.Close())
	if st, err := n.StateOf(ctx, duty, draft); err == nil {
		t.Errorf("with views that cannot be read: %+v, want the error", st)
	}
	n.views, _, err = viewdb.Open(filepath.Join(h.dir, "IRQ", FileViews), store.Options{})
	check(t, err)
}
