package client

import (
	"context"
	"net/http"
	"strconv"

	"entente/internal/web/api"
)

// DraftConsent drafts an ask for consent, a grant, a refusal or a withdrawal.
func (c *Client) DraftConsent(ctx context.Context, in api.ConsentContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/consents", json: in})
}

// Consents returns one page of consent acts, newest first.
func (c *Client) Consents(ctx context.Context, f api.FindConsents) (*api.Consents, error) {
	q := values("before", number(f.Before), "limit", number(f.Limit))
	if f.Open {
		q.Set("open", strconv.FormatBool(true))
	}
	if f.Mine {
		q.Set("mine", strconv.FormatBool(true))
	}
	return fetch[api.Consents](ctx, c, call{method: http.MethodGet, path: "/consents", query: q})
}

// Consent returns one consent act, and what answers it.
func (c *Client) Consent(ctx context.Context, id string) (*api.ConsentAct, error) {
	return fetch[api.ConsentAct](ctx, c, call{method: http.MethodGet, path: "/consents" + seg(id)})
}
