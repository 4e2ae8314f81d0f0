package client

import (
	"context"
	"net/http"
	"strconv"

	"entente/internal/web/api"
)

// DraftRequest drafts a request to chosen members.
func (c *Client) DraftRequest(ctx context.Context, in api.RequestContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/requests", json: in})
}

// DraftAnswer drafts an answer to a request.
func (c *Client) DraftAnswer(ctx context.Context, in api.AnswerContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/answers", json: in})
}

// DraftClosing drafts the closing of own requests.
func (c *Client) DraftClosing(ctx context.Context, in api.ClosingContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/closings", json: in})
}

// Requests returns one page of the board, newest first.
func (c *Client) Requests(ctx context.Context, f api.FindRequests) (*api.Requests, error) {
	q := values("side", f.Side, "before", number(f.Before), "limit", number(f.Limit))
	if f.Open {
		q.Set("open", strconv.FormatBool(true))
	}
	return fetch[api.Requests](ctx, c, call{method: http.MethodGet, path: "/requests", query: q})
}

// Request returns one request with all that was said to it.
func (c *Client) Request(ctx context.Context, id string) (*api.Request, error) {
	return fetch[api.Request](ctx, c, call{method: http.MethodGet, path: "/requests" + seg(id)})
}

// DraftRequirement drafts a line of the register of requirements.
func (c *Client) DraftRequirement(ctx context.Context, in api.RequirementContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/requirements", json: in})
}

// DraftCoverage drafts a line of who covers what.
func (c *Client) DraftCoverage(ctx context.Context, in api.CoverageContent) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/coverage", json: in})
}

// Requirements returns one page of the register of requirements, newest first.
func (c *Client) Requirements(ctx context.Context, f api.FindLines) (*api.Register, error) {
	return c.register(ctx, "/requirements", f)
}

// Coverage returns one page of who covers what, newest first.
func (c *Client) Coverage(ctx context.Context, f api.FindLines) (*api.Register, error) {
	return c.register(ctx, "/coverage", f)
}

func (c *Client) register(ctx context.Context, path string, f api.FindLines) (*api.Register, error) {
	q := values("member", f.Member, "before", number(f.Before), "limit", number(f.Limit))
	if f.Open {
		q.Set("open", strconv.FormatBool(true))
	}
	return fetch[api.Register](ctx, c, call{method: http.MethodGet, path: path, query: q})
}
