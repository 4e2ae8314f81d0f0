package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// Ledger returns a page of who holds what of this nation's.
func (c *Client) Ledger(ctx context.Context, f api.FindLedger) (*api.Ledger, error) {
	q := values("holder", f.Holder, "portion", f.Portion, "before", f.Before, "limit", number(f.Limit))
	if f.Overdue {
		q.Set("overdue", "true")
	}
	if f.Ended {
		q.Set("ended", "true")
	}
	if f.Recalled {
		q.Set("recalled", "true")
	}
	return fetch[api.Ledger](ctx, c, call{method: http.MethodGet, path: "/ledger", query: q})
}

// Refusals returns a page of what this nation refused, withdrew and declined, before the
// place that an earlier page ended with.
func (c *Client) Refusals(ctx context.Context, before string, limit int) (*api.Refusals, error) {
	return fetch[api.Refusals](ctx, c, call{method: http.MethodGet, path: "/ledger/refusals", query: values("before", before, "limit", number(limit))})
}
