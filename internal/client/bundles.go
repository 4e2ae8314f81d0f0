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

// BundleStatus says where the exchange by courier stands (custodian).
func (c *Client) BundleStatus(ctx context.Context) (*api.BundleStatus, error) {
	return fetch[api.BundleStatus](ctx, c, call{method: http.MethodGet, path: "/bundles"})
}

// MakeBundle makes the next bundle for a member (custodian). progress is told
// bytes of records; it may be nil.
func (c *Client) MakeBundle(ctx context.Context, b api.NewBundle, progress func(done, total int64)) (*api.Bundle, error) {
	last, err := c.bundleLines(ctx, call{method: http.MethodPost, path: "/bundles/out", json: b}, progress)
	if err != nil {
		return nil, err
	}
	if last.Made == nil {
		return nil, ErrIncomplete
	}
	return last.Made, nil
}

// BundleFile writes the file of a bundle to w from the byte from on, and returns
// how many bytes came: a transfer that broke off goes on from where it was.
// progress is told the bytes that there are now, from included; it may be nil.
func (c *Client) BundleFile(ctx context.Context, member string, bundle uint64, from int64, w io.Writer, progress func(bytes int64)) (int64, error) {
	h := http.Header{}
	if from > 0 {
		h.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/bundles/out" + seg(member) + seg(strconv.FormatUint(bundle, 10)), header: h})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if from > 0 && resp.StatusCode != http.StatusPartialContent {
		return 0, fmt.Errorf("%w: the range was not answered", ErrAnswer)
	}
	n, err := io.Copy(w, &meter{r: resp.Body, n: from, tell: progress})
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return n, nil
}

// StagedBundle says how much of a bundle's file, named by its SHA-256 in hex, is
// at the node (custodian).
func (c *Client) StagedBundle(ctx context.Context, file string) (*api.StagedBundle, error) {
	return fetch[api.StagedBundle](ctx, c, call{method: http.MethodGet, path: "/bundles/in" + seg(file)})
}

// StageBundle offers the file of a bundle from an offset on; size is that of the
// whole file. progress may be nil (custodian).
func (c *Client) StageBundle(ctx context.Context, file string, offset, size int64, r io.Reader, progress func(bytes int64)) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/bundles/in" + seg(file), query: values("offset", number(offset), "size", number(size)),
		header: http.Header{"Content-Type": {api.TypeBytes}}, body: &meter{r: r, n: offset, tell: progress}, length: size - offset}, nil)
}

// DropBundle removes the copy of a bundle that was not imported (custodian).
func (c *Client) DropBundle(ctx context.Context, file string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/bundles/in" + seg(file)}, nil)
}

// ImportBundle verifies a bundle that was offered and imports all of it, or with
// inspect nothing (custodian). progress is told bytes; it may be nil.
func (c *Client) ImportBundle(ctx context.Context, file string, inspect bool, progress func(done, total int64)) (*api.BundleTaken, error) {
	q := values()
	if inspect {
		q.Set("inspect", "true")
	}
	last, err := c.bundleLines(ctx, call{method: http.MethodPost, path: "/bundles/in" + seg(file), query: q}, progress)
	if err != nil {
		return nil, err
	}
	if last.Taken == nil {
		return nil, ErrIncomplete
	}
	return last.Taken, nil
}

// ConfirmBundles states which bundles left the node last, by member (custodian).
func (c *Client) ConfirmBundles(ctx context.Context, last map[string]uint64) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/bundles/ledger", json: api.BundleLedger{Last: last}}, nil)
}

// bundleLines reads a stream of lines and returns the last one.
func (c *Client) bundleLines(ctx context.Context, x call, progress func(done, total int64)) (api.BundleLine, error) {
	var last api.BundleLine
	err := c.lines(ctx, x, func(raw []byte) error {
		var l api.BundleLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		switch {
		case l.Error != nil:
			return refusal(*l.Error)
		case l.Made != nil || l.Taken != nil:
			last = l
		case progress != nil:
			progress(l.Done, l.Total)
		}
		return nil
	})
	return last, err
}
