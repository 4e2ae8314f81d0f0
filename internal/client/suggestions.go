package client

import (
	"context"
	"net/http"
	"time"

	"entente/internal/web/api"
)

func suggestionQuery(f api.FindSuggestions) (q map[string][]string) {
	return values("kind", f.Kind, "state", f.State, "after", f.After, "wait", number(int64((f.Wait+time.Second-1)/time.Second)), "limit", number(f.Limit))
}

// DraftSuggestions returns a page of what was read in a draft, in the order of
// its text.
func (c *Client) DraftSuggestions(ctx context.Context, draft string, f api.FindSuggestions) (*api.Suggestions, error) {
	return fetch[api.Suggestions](ctx, c, call{method: http.MethodGet, path: "/drafts" + seg(draft) + "/suggestions", query: suggestionQuery(f)})
}

// ReportSuggestions returns a page of what was read in a report, in the order of
// its text.
func (c *Client) ReportSuggestions(ctx context.Context, report string, f api.FindSuggestions) (*api.Suggestions, error) {
	return fetch[api.Suggestions](ctx, c, call{method: http.MethodGet, path: "/reports" + seg(report) + "/suggestions", query: suggestionQuery(f)})
}

// Judge accepts, rejects or reopens suggestions, all of them or none, and
// returns how many were changed.
func (c *Client) Judge(ctx context.Context, says string, ids ...string) (int, error) {
	out, err := fetch[api.JudgedCount](ctx, c, call{method: http.MethodPost, path: "/suggestions/judge", json: api.Judge{Says: says, IDs: ids}})
	if err != nil {
		return 0, err
	}
	return out.Changed, nil
}

// Candidates returns the listings that a name in a text may mean, in the order
// of their keys.
func (c *Client) Candidates(ctx context.Context, suggestion string) ([]api.Candidate, error) {
	out, err := fetch[api.Candidates](ctx, c, call{method: http.MethodGet, path: "/suggestions" + seg(suggestion) + "/candidates"})
	if err != nil {
		return nil, err
	}
	return out.Candidates, nil
}

// JudgeName says whether a name in a text and a listing, or another name, are
// those of one bearer.
func (c *Client) JudgeName(ctx context.Context, suggestion string, j api.JudgeName) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/suggestions" + seg(suggestion) + "/names", json: j}, nil)
}

// ReadingStatus returns how far the reading of texts is.
func (c *Client) ReadingStatus(ctx context.Context) (*api.ReadingStatus, error) {
	return fetch[api.ReadingStatus](ctx, c, call{method: http.MethodGet, path: "/suggestions/status"})
}
