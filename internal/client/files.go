package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"entente/internal/web/api"
	"entente/label"
)

// Upload seals a file beside the node's databases; what it returns goes into
// the attachments of a draft's portion. size is -1 when it is not known.
// progress may be nil. Errors: ErrTooLarge, ErrQuota, ErrBusy.
func (c *Client) Upload(ctx context.Context, name, mediaType string, r io.Reader, size int64, progress func(bytes int64)) (*api.Attachment, error) {
	h := http.Header{}
	if mediaType != "" {
		h.Set("Content-Type", mediaType)
	}
	return fetch[api.Attachment](ctx, c, call{method: http.MethodPost, path: "/attachments", query: values("name", name), header: h,
		body: &meter{r: r, tell: progress}, length: size})
}

// Download writes a file of a report to w from the byte from on, and returns
// how many bytes came: a transfer that broke off goes on from where it was.
// progress is told the bytes that there are now, from included; it may be nil.
func (c *Client) Download(ctx context.Context, report, digest string, from int64, w io.Writer, progress func(bytes int64)) (int64, error) {
	h := http.Header{}
	if from > 0 {
		h.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/reports" + seg(report) + "/attachments" + seg(digest), header: h})
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

// CollectRequest is one file to be taken in.
type CollectRequest struct {
	Kind      string // one of the api.Collect kinds
	Name      string // file name, for people
	MediaType string // may name the encoding of a web page; may be empty
	Type      string // type of the reports; INTREP when empty
	Origin    *api.CollectOrigin
	Reduce    bool                       // store the form that rule 3 lets in, and of the original the digest
	Mapping   string                     // of CSV: what its columns mean, in TOML
	Sharing   map[string]label.MemberSet // of MISP: to whom distributions and sharing groups release
	Reader    io.Reader
	Size      int64 // -1 when it is not known
	// Sent is told the bytes sent, Progress how far the node is; both may be
	// nil.
	Sent     func(bytes int64)
	Progress func(api.CollectProgress)
}

// Collect takes a file in as drafts. Interrupted, it goes on when the same file
// is given again. A refusal is an [*Error] whose code the importer gave.
func (c *Client) Collect(ctx context.Context, r CollectRequest) (*api.Collected, error) {
	q := values("kind", r.Kind, "name", r.Name, "type", r.Type)
	if r.Origin != nil {
		raw, err := json.Marshal(r.Origin)
		if err != nil {
			return nil, err
		}
		q.Set("origin", string(raw))
	}
	if r.Reduce {
		q.Set("reduce", "true")
	}
	if r.Mapping != "" {
		q.Set("mapping", r.Mapping)
	}
	if len(r.Sharing) > 0 {
		raw, err := json.Marshal(r.Sharing)
		if err != nil {
			return nil, err
		}
		q.Set("sharing", string(raw))
	}
	h := http.Header{}
	if r.MediaType != "" {
		h.Set("Content-Type", r.MediaType)
	}
	var out *api.Collected
	err := c.lines(ctx, call{method: http.MethodPost, path: "/collect", query: q, header: h, body: &meter{r: r.Reader, tell: r.Sent}, length: r.Size}, func(raw []byte) error {
		var l api.CollectLine
		if err := json.Unmarshal(raw, &l); err != nil {
			return fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		switch {
		case l.Error != nil:
			return refusal(*l.Error)
		case l.Result != nil:
			out = l.Result
		case l.Progress != nil && r.Progress != nil:
			r.Progress(*l.Progress)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if out == nil {
		return nil, ErrIncomplete
	}
	return out, nil
}
