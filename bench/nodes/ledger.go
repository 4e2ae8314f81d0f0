package nodes

import (
	"context"

	"entente/internal/node"
	"entente/label"
)

// Ledger reads one page of a member's disclosure ledger, as an officer on duty does.
func (h *House) Ledger(ctx context.Context, m label.MemberID, q node.LedgerQuery) ([]node.Disclosed, error) {
	duty, _, err := h.officers(ctx, m)
	if err != nil {
		return nil, err
	}
	return h.running[m].Ledger(ctx, duty, q)
}
