package section

import (
	"context"
	"errors"
	"testing"
)

// One officer with the release role lets go what withholds; nobody else can, and
// nothing else goes this way.
func TestWithholdByOne(t *testing.T) {
	b := newBed(t)
	ctx := context.Background()
	of := map[Role]Officer{RoleDuty: b.duty, RoleAnalyst: b.analyst, RoleRelease: b.fdo, RoleInspector: b.inspector, RoleDPO: b.dpo, RoleCustodian: b.custodian}
	w := Withheld{Content: Content{Kind: "recall", Bytes: []byte(`{}`)}, Plan: Digest{1}}
	for _, r := range AllRoles() {
		o := of[r]
		d, ids, err := b.Withhold(ctx, o, OpRecall, w)
		if r != RoleRelease {
			if !errors.Is(err, ErrForbidden) {
				t.Errorf("%s: %v", r, err)
			}
			continue
		}
		if err != nil || d.State != Approved || !d.Alone || d.Kind != DecideWithhold || d.DecidedBy != o.Login || len(ids) != 1 {
			t.Fatalf("%s: %+v %v", r, d, err)
		}
		if _, err := b.BeginRelease(ctx, d.ID); err != nil {
			t.Error(err)
		}
		drafts, err := b.LeavingDrafts(ctx, d.ID, "", 10)
		if err != nil || len(drafts) != 1 || drafts[0].Plan == nil || *drafts[0].Plan != w.Plan {
			t.Errorf("%+v %v", drafts, err)
		}
		if _, _, err := b.Withhold(ctx, o, OpReleaseApprove, w); !errors.Is(err, ErrBounds) {
			t.Errorf("another operation: %v", err)
		}
		if _, _, err := b.Withhold(ctx, o, OpRecall); !errors.Is(err, ErrBounds) {
			t.Errorf("nothing: %v", err)
		}
	}
	// The data-protection officer says what is retained, and does not let it go.
	if _, _, err := b.Withhold(ctx, b.dpo, OpAcknowledge, w); !errors.Is(err, ErrForbidden) {
		t.Errorf("a data-protection officer let something go: %v", err)
	}
}
