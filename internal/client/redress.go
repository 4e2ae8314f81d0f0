package client

import (
	"context"
	"net/http"
	"strconv"

	"entente/internal/web/api"
)

// AskRedress asks the originator of portions to put them right, or passes such a
// request on; it is put up for an officer with the release role.
func (c *Client) AskRedress(ctx context.Context, in api.RedressContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/redress", json: in})
}

// AnswerRedress answers a request for redress; it is put up likewise.
func (c *Client) AnswerRedress(ctx context.Context, in api.RedressAnswerContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/redress/answers", json: in})
}

// Redresses returns one page of requests for redress, newest first.
func (c *Client) Redresses(ctx context.Context, f api.FindRedress) (*api.Redresses, error) {
	q := values("side", f.Side, "before", number(f.Before), "limit", number(f.Limit))
	for name, set := range map[string]bool{"open": f.Open, "overdue": f.Overdue} {
		if set {
			q.Set(name, strconv.FormatBool(true))
		}
	}
	return fetch[api.Redresses](ctx, c, call{method: http.MethodGet, path: "/redress", query: q})
}

// Redress returns one request for redress with what came of it.
func (c *Client) Redress(ctx context.Context, id string) (*api.Redress, error) {
	return fetch[api.Redress](ctx, c, call{method: http.MethodGet, path: "/redress" + seg(id)})
}
