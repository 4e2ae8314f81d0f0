package client

import (
	"context"
	"net/http"
	"time"

	"entente/internal/web/api"
)

// PrepareRelease puts drafts up for release by another officer.
func (c *Client) PrepareRelease(ctx context.Context, drafts ...string) (*api.Release, error) {
	return fetch[api.Release](ctx, c, call{method: http.MethodPost, path: "/releases", json: api.PrepareRelease{Drafts: drafts}})
}

// PrepareBatch puts a whole import up for release by another officer, by one
// digest.
func (c *Client) PrepareBatch(ctx context.Context, batch string) (*api.Release, error) {
	return fetch[api.Release](ctx, c, call{method: http.MethodPost, path: "/releases", json: api.PrepareRelease{Batch: batch}})
}

// Releases returns the rows of a page of decisions, the oldest first; without a
// state those that wait for a releasing officer.
func (c *Client) Releases(ctx context.Context, f api.FindReleases) ([]api.Release, error) {
	out, err := c.ReleasesPage(ctx, f)
	if err != nil {
		return nil, err
	}
	return out.Releases, nil
}

// ReleasesPage returns one page of decisions, the oldest first; without a state
// of those that wait for a releasing officer.
func (c *Client) ReleasesPage(ctx context.Context, f api.FindReleases) (*api.Releases, error) {
	return fetch[api.Releases](ctx, c, call{method: http.MethodGet, path: "/releases",
		query: values("state", f.State, "after", moment(f.After), "after_id", f.AfterID, "limit", number(f.Limit))})
}

// Release returns one decision with what would leave, and to whom.
func (c *Client) Release(ctx context.Context, id string) (*api.ReleaseDetail, error) {
	return fetch[api.ReleaseDetail](ctx, c, call{method: http.MethodGet, path: "/releases" + seg(id)})
}

// ReleaseDrafts returns a page of what a decision is about, behind the draft
// given.
func (c *Client) ReleaseDrafts(ctx context.Context, id, after string, limit int) ([]api.ReleaseDraft, error) {
	out, err := fetch[api.ReleaseDrafts](ctx, c, call{method: http.MethodGet, path: "/releases" + seg(id) + "/drafts", query: values("after", after, "limit", number(limit))})
	if err != nil {
		return nil, err
	}
	return out.Drafts, nil
}

// Approve lets a decision go ahead. digest is that of the decision as it was
// read. Errors: ErrSecondPerson for one's own, ErrChanged for another digest.
func (c *Client) Approve(ctx context.Context, id, digest string) (*api.Release, error) {
	return fetch[api.Release](ctx, c, call{method: http.MethodPost, path: "/releases" + seg(id) + "/approve", json: api.Approve{Digest: digest}})
}

// Refuse sends a decision back.
func (c *Client) Refuse(ctx context.Context, id, reason string) (*api.Release, error) {
	return fetch[api.Release](ctx, c, call{method: http.MethodPost, path: "/releases" + seg(id) + "/refuse", json: api.Reason{Reason: reason}})
}

// Withdraw takes a decision back before it leaves.
func (c *Client) Withdraw(ctx context.Context, id, reason string) (*api.Release, error) {
	return fetch[api.Release](ctx, c, call{method: http.MethodPost, path: "/releases" + seg(id) + "/withdraw", json: api.Reason{Reason: reason}})
}

// Batches returns the rows of a page of imports, the newest first, older than
// the one begun at before with id beforeID; from the newest on when before is
// zero.
func (c *Client) Batches(ctx context.Context, before time.Time, beforeID string, limit int) ([]api.Batch, error) {
	out, err := c.BatchesPage(ctx, before, beforeID, limit)
	if err != nil {
		return nil, err
	}
	return out.Batches, nil
}

// BatchesPage returns one page of imports, as Batches does.
func (c *Client) BatchesPage(ctx context.Context, before time.Time, beforeID string, limit int) (*api.Batches, error) {
	return fetch[api.Batches](ctx, c, call{method: http.MethodGet, path: "/batches", query: values("before", moment(before), "before_id", beforeID, "limit", number(limit))})
}

// Batch returns one import.
func (c *Client) Batch(ctx context.Context, id string) (*api.Batch, error) {
	return fetch[api.Batch](ctx, c, call{method: http.MethodGet, path: "/batches" + seg(id)})
}

// BatchDrafts returns a page of the drafts of an import, behind the one given.
func (c *Client) BatchDrafts(ctx context.Context, id, after string, limit int) ([]api.Draft, error) {
	out, err := fetch[api.Drafts](ctx, c, call{method: http.MethodGet, path: "/batches" + seg(id) + "/drafts", query: values("after", after, "limit", number(limit))})
	if err != nil {
		return nil, err
	}
	return out.Drafts, nil
}

// PlanBatch plans the release of a whole import.
func (c *Client) PlanBatch(ctx context.Context, id string) (*api.BatchPlan, error) {
	return fetch[api.BatchPlan](ctx, c, call{method: http.MethodPost, path: "/batches" + seg(id) + "/plan"})
}

// DiscardBatch gives up what of an import has not left, and returns how many
// drafts that were.
func (c *Client) DiscardBatch(ctx context.Context, id string) (int64, error) {
	out, err := fetch[api.Discarded](ctx, c, call{method: http.MethodDelete, path: "/batches" + seg(id)})
	if err != nil {
		return 0, err
	}
	return out.Drafts, nil
}
