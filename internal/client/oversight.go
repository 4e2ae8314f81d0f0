package client

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"

	"entente/internal/web/api"
)

// Status returns the condition of the node.
func (c *Client) Status(ctx context.Context) (*api.Status, error) {
	return fetch[api.Status](ctx, c, call{method: http.MethodGet, path: "/status"})
}

// Members returns the members with the fingerprints to compare.
func (c *Client) Members(ctx context.Context) (*api.Members, error) {
	return fetch[api.Members](ctx, c, call{method: http.MethodGet, path: "/members"})
}

// Epochs returns the present key epoch and those ahead.
func (c *Client) Epochs(ctx context.Context) ([]api.Epoch, error) {
	out, err := fetch[api.Epochs](ctx, c, call{method: http.MethodGet, path: "/epochs"})
	if err != nil {
		return nil, err
	}
	return out.Epochs, nil
}

// Quarantine lists what was not understood, newest first.
func (c *Client) Quarantine(ctx context.Context, limit int) ([]api.Quarantined, error) {
	out, err := fetch[api.Quarantine](ctx, c, call{method: http.MethodGet, path: "/quarantine", query: values("limit", number(limit))})
	if err != nil {
		return nil, err
	}
	return out.Quarantine, nil
}

// Evidence lists the first proofs of faults that the node keeps, the oldest
// first.
func (c *Client) Evidence(ctx context.Context) ([]api.Evidence, error) {
	out, err := c.EvidencePage(ctx, api.FindEvidence{})
	if err != nil {
		return nil, err
	}
	return out.Evidence, nil
}

// EvidencePage returns one page of the proofs of faults that the node keeps,
// the oldest first.
func (c *Client) EvidencePage(ctx context.Context, f api.FindEvidence) (*api.EvidenceList, error) {
	return fetch[api.EvidenceList](ctx, c, call{method: http.MethodGet, path: "/evidence", query: values("after", f.After, "limit", number(f.Limit))})
}

// EvidenceBytes returns one proof (inspector).
func (c *Client) EvidenceBytes(ctx context.Context, id string) ([]byte, error) {
	return c.bytes(ctx, "/evidence"+seg(id))
}

// Checkpoint returns the last certified head as a signed note.
func (c *Client) Checkpoint(ctx context.Context) ([]byte, error) {
	return c.bytes(ctx, "/log/checkpoint")
}

func (c *Client) bytes(ctx context.Context, path string) ([]byte, error) {
	resp, err := c.send(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return b, nil
}

// ExportLog writes a copy of the log, as a tar, to w. ErrIncomplete says that
// it broke off; what was written is then of no use.
func (c *Client) ExportLog(ctx context.Context, w io.Writer, progress func(bytes int64)) (int64, error) {
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/log/export"})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.Copy(w, &meter{r: resp.Body, tell: progress})
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return n, nil
}

// Audit returns the rows of a page of the audit log, newest first (inspector).
func (c *Client) Audit(ctx context.Context, f api.FindAudit) ([]api.AuditRow, error) {
	out, err := c.AuditPage(ctx, f)
	if err != nil {
		return nil, err
	}
	return out.Rows, nil
}

// AuditPage returns a page of the audit log, newest first (inspector).
func (c *Client) AuditPage(ctx context.Context, f api.FindAudit) (*api.Audit, error) {
	return fetch[api.Audit](ctx, c, call{method: http.MethodGet, path: "/audit",
		query: values("before", number(f.Before), "login", f.Login, "object", f.Object, "limit", number(f.Limit))})
}

// VerifyAudit checks the audit log's chain, also against heads exported earlier
// (inspector, custodian).
func (c *Client) VerifyAudit(ctx context.Context, heads ...string) (*api.AuditVerdict, error) {
	return fetch[api.AuditVerdict](ctx, c, call{method: http.MethodPost, path: "/audit/verify", json: api.VerifyAudit{Heads: heads}})
}

// maxLine bounds one line of a stream.
const maxLine = 4 << 20

// lines sends a request and hands each line of what is answered to each.
func (c *Client) lines(ctx context.Context, x call, each func(line []byte) error) error {
	resp, err := c.send(ctx, x)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	in := bufio.NewScanner(resp.Body)
	in.Buffer(nil, maxLine)
	for in.Scan() {
		if err := each(in.Bytes()); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return nil
}

// meter counts what is read.
type meter struct {
	r    io.Reader
	n    int64
	tell func(int64)
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	if m.tell != nil && n > 0 {
		m.tell(m.n)
	}
	return n, err
}
