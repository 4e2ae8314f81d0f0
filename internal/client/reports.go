package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strconv"

	"entente/internal/web/api"
)

// Reports returns the rows of a page of what this node may read, newest first.
func (c *Client) Reports(ctx context.Context, f api.Find) ([]api.ReportRow, error) {
	out, err := c.ReportsPage(ctx, f)
	if err != nil {
		return nil, err
	}
	return out.Reports, nil
}

// ReportsPage returns one page of what this node may read, newest first.
func (c *Client) ReportsPage(ctx context.Context, f api.Find) (*api.Reports, error) {
	q := values("text", f.Text, "originator", f.Originator, "type", f.Type, "batch", f.Batch, "before", number(f.Before), "limit", number(f.Limit))
	if f.Own != nil {
		q.Set("own", strconv.FormatBool(*f.Own))
	}
	return fetch[api.Reports](ctx, c, call{method: http.MethodGet, path: "/reports", query: q})
}

// AllReports walks over all pages of a search; f.Limit is the size of a page.
func (c *Client) AllReports(ctx context.Context, f api.Find) iter.Seq2[api.ReportRow, error] {
	if f.Limit == 0 {
		f.Limit = 500
	}
	return func(yield func(api.ReportRow, error) bool) {
		f := f // the sequence can be walked again
		for {
			page, err := c.Reports(ctx, f)
			if err != nil {
				yield(api.ReportRow{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				f.Before = r.Index
			}
			// Before 0 is from the newest on: index 0 has nothing before it.
			if len(page) < f.Limit || f.Before == 0 {
				return
			}
		}
	}
}

// Report returns one report. ErrNotFound says that it is not here, whatever
// the reason.
func (c *Client) Report(ctx context.Context, id string) (*api.Report, error) {
	return fetch[api.Report](ctx, c, call{method: http.MethodGet, path: "/reports" + seg(id)})
}

// ReportAct returns the exact bytes of a report's act, as they were sealed.
func (c *Client) ReportAct(ctx context.Context, id string) ([]byte, error) {
	return c.bytes(ctx, "/reports"+seg(id)+"/act")
}

// ForgetReport destroys this node's copy of a report (data-protection officer).
func (c *Client) ForgetReport(ctx context.Context, id, basis string) (*api.Forgotten, error) {
	return fetch[api.Forgotten](ctx, c, call{method: http.MethodPost, path: "/reports" + seg(id) + "/forget", json: api.Erase{Basis: basis}})
}

// Designations returns public listings by reference, behind the one given.
func (c *Client) Designations(ctx context.Context, after string, limit int) ([]api.Designation, error) {
	out, err := fetch[api.Designations](ctx, c, call{method: http.MethodGet, path: "/designations", query: values("after", after, "limit", number(limit))})
	if err != nil {
		return nil, err
	}
	return out.Designations, nil
}

// CreateDraft files a report as a draft.
func (c *Client) CreateDraft(ctx context.Context, d api.Content) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/drafts", json: d})
}

// CreateDraftJSON files a draft as it was written; the node refuses what it
// does not know in it.
func (c *Client) CreateDraftJSON(ctx context.Context, raw []byte) (*api.Draft, error) {
	if !json.Valid(raw) {
		return nil, errors.New("the draft is no JSON")
	}
	return fetch[api.Draft](ctx, c, asWritten(call{method: http.MethodPost, path: "/drafts", header: http.Header{}}, raw))
}

// SaveDraft replaces the content of the draft that etag names.
func (c *Client) SaveDraft(ctx context.Context, id, etag string, d api.Content) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPut, path: "/drafts" + seg(id), header: http.Header{"If-Match": {etag}}, json: d})
}

// SaveDraftJSON is SaveDraft with the draft as it was written.
func (c *Client) SaveDraftJSON(ctx context.Context, id, etag string, raw []byte) (*api.Draft, error) {
	if !json.Valid(raw) {
		return nil, errors.New("the draft is no JSON")
	}
	return fetch[api.Draft](ctx, c, asWritten(call{method: http.MethodPut, path: "/drafts" + seg(id), header: http.Header{"If-Match": {etag}}}, raw))
}

// UnmaskDraft decides that the masked names of the draft at etag leave in clear,
// and why (rule 25); it needs the release role.
func (c *Client) UnmaskDraft(ctx context.Context, id, etag, reason string) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodPost, path: "/drafts" + seg(id) + "/unmask", header: http.Header{"If-Match": {etag}}, json: api.Unmask{Reason: reason}})
}

// Drafts returns the rows of a page of drafts without contents, the one changed
// last first.
func (c *Client) Drafts(ctx context.Context, f api.FindDrafts) ([]api.Draft, error) {
	out, err := c.DraftsPage(ctx, f)
	if err != nil {
		return nil, err
	}
	return out.Drafts, nil
}

// DraftsPage returns one page of drafts without contents, the one changed last
// first.
func (c *Client) DraftsPage(ctx context.Context, f api.FindDrafts) (*api.Drafts, error) {
	return fetch[api.Drafts](ctx, c, call{method: http.MethodGet, path: "/drafts",
		query: values("state", f.State, "before", moment(f.Before), "before_id", f.BeforeID, "limit", number(f.Limit))})
}

// Draft returns one draft with its content.
func (c *Client) Draft(ctx context.Context, id string) (*api.Draft, error) {
	return fetch[api.Draft](ctx, c, call{method: http.MethodGet, path: "/drafts" + seg(id)})
}

// DiscardDraft gives up a draft that has not left.
func (c *Client) DiscardDraft(ctx context.Context, id, etag string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/drafts" + seg(id), header: http.Header{"If-Match": {etag}}}, nil)
}

// EraseDraft destroys the content of a draft (data-protection officer).
func (c *Client) EraseDraft(ctx context.Context, id, basis string) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/drafts" + seg(id) + "/erase", json: api.Erase{Basis: basis}}, nil)
}

// PlanDraft plans a release and attaches the plan where nothing stands against
// it.
func (c *Client) PlanDraft(ctx context.Context, id string) (*api.Plan, error) {
	return fetch[api.Plan](ctx, c, call{method: http.MethodPost, path: "/drafts" + seg(id) + "/plan"})
}

// ReadPlan returns what the plan of a draft says now, and changes nothing.
func (c *Client) ReadPlan(ctx context.Context, id string) (*api.Plan, error) {
	return fetch[api.Plan](ctx, c, call{method: http.MethodGet, path: "/drafts" + seg(id) + "/plan"})
}

// DraftState says what became of a draft.
func (c *Client) DraftState(ctx context.Context, id string) (*api.DraftState, error) {
	return fetch[api.DraftState](ctx, c, call{method: http.MethodGet, path: "/drafts" + seg(id) + "/state"})
}

// asWritten sends JSON byte for byte: the node tells by line and column where it
// cannot be read.
func asWritten(x call, raw []byte) call {
	x.body, x.length = bytes.NewReader(raw), int64(len(raw))
	x.header.Set("Content-Type", "application/json")
	return x
}
