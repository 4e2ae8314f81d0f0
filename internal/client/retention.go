package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// RecordReviews returns a page of records with personal data whose review is due
// or overdue, what has waited longest first.
func (c *Client) RecordReviews(ctx context.Context, f api.FindRecordReviews) (*api.RecordReviews, error) {
	return fetch[api.RecordReviews](ctx, c, call{method: http.MethodGet, path: "/retention/records",
		query: values("from", f.From, "days", number(f.Days), "after", f.After, "limit", number(f.Limit))})
}

// RenewRecord puts up a newer version of an own record, which keeps its personal
// data until another review.
func (c *Client) RenewRecord(ctx context.Context, id string, in api.RenewalContent) (*api.Issued, error) {
	return fetch[api.Issued](ctx, c, call{method: http.MethodPost, path: "/retention/records" + seg(id) + "/renew", json: in})
}

// EndRecord ends a record before its term.
func (c *Client) EndRecord(ctx context.Context, id string, in api.EndingContent) (*api.EndedRecord, error) {
	return fetch[api.EndedRecord](ctx, c, call{method: http.MethodPost, path: "/retention/records" + seg(id) + "/end", json: in})
}

// EndedReports returns a page of own reports that have ended, with what each
// reader has said of its copy, before the place that an earlier page ended with.
func (c *Client) EndedReports(ctx context.Context, before string, limit int) (*api.EndedReports, error) {
	return fetch[api.EndedReports](ctx, c, call{method: http.MethodGet, path: "/retention/ended", query: values("before", before, "limit", number(limit))})
}
