package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"entente/internal/web/api"
)

// Inspect writes an inspector's report, line by line, to w (inspector).
// ErrIncomplete says that it broke off; what was written is then of no use.
func (c *Client) Inspect(ctx context.Context, f api.FindInspection, w io.Writer) error {
	q := values("from", number(f.From), "to", number(f.To))
	for name, t := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	if f.Evidence {
		q.Set("evidence", strconv.FormatBool(true))
	}
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/inspection", query: q})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return nil
}
