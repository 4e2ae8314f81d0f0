package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// IssueRecall takes back, corrects, narrows or doubts what was released, at once.
func (c *Client) IssueRecall(ctx context.Context, in api.RecallContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/recalls", json: in})
}

// DraftRecall writes a recall, or what clears one, and puts it up for an officer
// with the release role.
func (c *Client) DraftRecall(ctx context.Context, in api.RecallContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/recalls/drafts", json: in})
}

// Recalls returns one page of recalls, newest first.
func (c *Client) Recalls(ctx context.Context, f api.FindRecalls) (*api.Recalls, error) {
	from := ""
	switch {
	case f.Own:
		from = "own"
	case f.Others:
		from = "others"
	}
	return fetch[api.Recalls](ctx, c, call{method: http.MethodGet, path: "/recalls", query: values("from", from, "before", number(f.Before), "limit", number(f.Limit))})
}

// Recall returns one recall, with the reports at the node that hold any of it.
func (c *Client) Recall(ctx context.Context, id string) (*api.RecallAct, error) {
	return fetch[api.RecallAct](ctx, c, call{method: http.MethodGet, path: "/recalls" + seg(id)})
}

// AcknowledgeRecall says what was done about another member's recall.
func (c *Client) AcknowledgeRecall(ctx context.Context, id string, in api.AcknowledgementContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/recalls" + seg(id) + "/acknowledge", json: in})
}

// Reviews returns one page of reports that are under review or in doubt, newest
// first; own ones alone where that is asked for.
func (c *Client) Reviews(ctx context.Context, own bool, before int64, limit int) (*api.Reports, error) {
	q := values("before", number(before), "limit", number(limit))
	if own {
		q.Set("own", "true")
	}
	return fetch[api.Reports](ctx, c, call{method: http.MethodGet, path: "/reviews", query: q})
}
