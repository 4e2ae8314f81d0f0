package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
)

// setRoom lets a database grow by so many pages of 4 KiB and no further.
func setRoom(t testing.TB, db *store.DB, pages int64) {
	t.Helper()
	check(t, db.Update(context.Background(), func(tx *store.Tx) error {
		var have int64
		if err := tx.QueryRow(`PRAGMA page_count`).Scan(&have); err != nil {
			return err
		}
		_, err := tx.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, have+pages))
		return err
	}))
}

const plenty = 1 << 20

// When a disk is full a node refuses with what cures it, keeps what it
// promised, hinders nobody, and goes on when there is space again.
func TestFullDiskIsRefusedAndSurvived(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	rus := h.nodes["RUS"]
	duty := h.officer("RUS", "duty", section.RoleDuty)
	all := mark("RESTRICTED", "RUS", four...)
	long := strings.Repeat("a long story about the bridge ", 1500)

	// The section's own database is full: a draft is refused, and not half kept.
	local := rus.local.DB()
	setRoom(t, local, 2)
	_, err := rus.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "RUS", long)}})
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "free space") {
		t.Fatalf("a draft on a full disk: %v", err)
	}
	setRoom(t, local, plenty)
	if ds, err := rus.section.Drafts(ctx, duty, section.DraftQuery{}); err != nil || len(ds) != 0 {
		t.Fatalf("%d drafts after the refusal (%v)", len(ds), err)
	}

	// The log and the views of RUS are full: what was approved waits.
	setRoom(t, rus.log.DB(), 4)
	setRoom(t, rus.views.DB(), 4)
	var drafts []string
	for range 5 {
		drafts = append(drafts, h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "RUS", long+"waits")}}))
	}
	for i := range 5 {
		h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", long+fmt.Sprintf("goes%d", i))}})
	}
	for i := range 5 { // the others go on without it
		h.find("SYR", viewdb.Query{Text: fmt.Sprintf("goes%d", i)}, 1)
	}
	if rows, err := rus.Views().Find(ctx, viewdb.Query{Text: "goes4"}); err != nil || len(rows) > 0 {
		t.Fatalf("RUS was not full: %v %v", rows, err)
	}
	for _, d := range drafts[4:] {
		if st, err := rus.StateOf(ctx, duty, d); err != nil || st.State == "logged" {
			t.Fatalf("RUS was not full: %+v %v", st, err)
		}
	}

	setRoom(t, rus.log.DB(), plenty)
	setRoom(t, rus.views.DB(), plenty)
	h.find("SYR", viewdb.Query{Text: "waits"}, 5)
	for i := range 5 {
		h.find("RUS", viewdb.Query{Text: fmt.Sprintf("goes%d", i)}, 1)
	}
	h.find("RUS", viewdb.Query{Text: "waits"}, 5)
	st, err := rus.Status(ctx)
	check(t, err)
	if st.Centre.Halted != nil || st.Views.Quarantined > 0 {
		t.Errorf("%+v", st)
	}
}
