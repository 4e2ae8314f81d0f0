// Package client speaks with a node's HTTP API (package web) in the name of an
// officer: one method for each operation, in the vocabulary of package api.
//
// A refusal of the node comes back as an [*Error] with its stable code, which
// errors.Is finds under one of the sentinels of this package. Methods that
// stream files hold none of them in memory and are broken off by their context.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"entente/internal/web/api"
)

// maxAnswer bounds an answer that is held in memory.
const maxAnswer = 64 << 20

// Client speaks with one node. It is safe for concurrent use.
type Client struct {
	base  string
	http  *http.Client
	agent string
	token atomic.Pointer[string]
}

// Options of a client. The zero value serves.
type Options struct {
	// Token of an open session; empty before a log-in.
	Token string
	// HTTP is the client underneath; nil for one that follows no redirects.
	HTTP *http.Client
	// Agent names the program in the officer's list of sessions; "entente"
	// when empty.
	Agent string
}

// New returns a client of the node whose API stands at address, such as
// "http://irq.localhost:8701". An address without a scheme is taken as http
// where it names this machine, else as https. It fails with ErrAddress.
func New(address string, o Options) (*Client, error) {
	if !strings.Contains(address, "://") {
		scheme := "https://"
		host := strings.ToLower(address)
		if h, _, ok := strings.Cut(host, ":"); ok {
			host = h
		}
		if host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasPrefix(host, "127.") {
			scheme = "http://"
		}
		address = scheme + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("%w: %q", ErrAddress, address)
	}
	c := &Client{base: u.Scheme + "://" + u.Host + api.Base, http: o.HTTP, agent: o.Agent}
	if c.http == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext = DialLocalhost
		t.ResponseHeaderTimeout = 15 * time.Minute // planning a whole import takes its time
		c.http = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if c.agent == "" {
		c.agent = "entente"
	}
	c.SetToken(o.Token)
	return c, nil
}

// SetToken makes the client use a session; empty, none.
func (c *Client) SetToken(token string) { c.token.Store(&token) }

// Token returns the token of the session that the client uses, to be kept as
// the secret it is; empty without one.
func (c *Client) Token() string { return *c.token.Load() }

// call is one request.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	json         any       // body, marshalled
	body         io.Reader // or as it is
	length       int64     // of body; -1 when it is not known
}

// send sends a request and returns an answer of success; any other becomes an
// error. The caller closes the answer's body.
func (c *Client) send(ctx context.Context, x call) (*http.Response, error) {
	body := x.body
	if x.json != nil {
		raw, err := json.Marshal(x.json)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(raw)
	}
	u := c.base + x.path
	if len(x.query) > 0 {
		u += "?" + x.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, x.method, u, body)
	if err != nil {
		return nil, err
	}
	if len(req.URL.RequestURI()) > api.MaxAddress {
		return nil, ErrTooLong
	}
	if x.body != nil && x.length >= 0 {
		req.ContentLength = x.length
	}
	for k, v := range x.header {
		req.Header[k] = v
		for _, one := range v {
			if len(one) > api.MaxAddress {
				return nil, ErrTooLong
			}
		}
	}
	if x.json != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", c.agent)
	if t := c.Token(); t != "" {
		req.Header.Set("Authorization", "Bearer "+t)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, ctx.Err())
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, readError(resp)
}

// do sends a request and decodes what is answered into out, which may be nil.
func (c *Client) do(ctx context.Context, x call, out any) error {
	resp, err := c.send(ctx, x)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // so that the connection can be used again
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if len(raw) > maxAnswer {
		return fmt.Errorf("%w: more than %d bytes", ErrAnswer, maxAnswer)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// fetch is do for an answer of its own.
func fetch[T any](ctx context.Context, c *Client, x call) (*T, error) {
	out := new(T)
	if err := c.do(ctx, x, out); err != nil {
		return nil, err
	}
	return out, nil
}

// values are query parameters; empty ones are left out.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

func number[T int | int64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// seg escapes an identifier for a path.
func seg(s string) string { return "/" + url.PathEscape(s) }
