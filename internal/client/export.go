package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"entente/internal/web/api"
)

// ExportReports writes reports, in the format that is asked for, to w. It
// returns how many there are, and what the format could not carry. ErrIncomplete
// says that it broke off; what was written is then of no use.
func (c *Client) ExportReports(ctx context.Context, r api.ExportReports, w io.Writer) (reports int, notes []api.Note, err error) {
	resp, err := c.send(ctx, call{method: http.MethodPost, path: "/reports/export", json: r})
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if reports, err = strconv.Atoi(resp.Header.Get(api.HeaderReports)); err != nil {
		return 0, nil, fmt.Errorf("%w: how many reports it has is not said", ErrAnswer)
	}
	if text := resp.Header.Get(api.HeaderNotes); text != "" {
		if err := json.Unmarshal([]byte(text), &notes); err != nil {
			return 0, nil, fmt.Errorf("%w: %w", ErrAnswer, err)
		}
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return reports, notes, nil
}

// BatchNotes returns a page of what an import left out or could not take in,
// behind the place after.
func (c *Client) BatchNotes(ctx context.Context, id string, after int64, limit int) ([]api.ImportNote, error) {
	out, err := fetch[api.ImportNotes](ctx, c, call{method: http.MethodGet, path: "/batches" + seg(id) + "/notes", query: values("after", number(after), "limit", number(limit))})
	if err != nil {
		return nil, err
	}
	return out.Notes, nil
}
