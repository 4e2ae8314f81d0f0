package taxii

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// DefaultAnswer is how many bytes of one answer a client reads.
const DefaultAnswer = 256 << 20

// ResponseError is an answer of a server that is no success.
type ResponseError struct {
	Status  int
	Message ErrorMessage
}

// Error says what the server said.
func (e *ResponseError) Error() string {
	s := "taxii: the server answers " + strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	if e.Message.Title != "" {
		s += ": " + clip(e.Message.Title)
	}
	if e.Message.Description != "" {
		s += ": " + clipTo(e.Message.Description, 300)
	}
	return s
}

// Unwrap gives the sentinel that fits the status.
func (e *ResponseError) Unwrap() error {
	switch e.Status {
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusForbidden, http.StatusUnauthorized:
		return ErrForbidden
	case http.StatusBadRequest:
		return ErrQuery
	case http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case http.StatusUnprocessableEntity:
		return ErrUnprocessable
	}
	return nil
}

// Client asks one TAXII 2.1 server. It speaks HTTPS, and plain HTTP only with
// loopback addresses (clause 8.5.1). It is safe for concurrent use once made.
type Client struct {
	// User and Password go with every request (HTTP Basic) where User is set.
	User, Password string
	// UserAgent names the program.
	UserAgent string
	// MaxAnswer bounds the bytes of one answer, DefaultAnswer when 0.
	MaxAnswer int64

	http *http.Client
	base *url.URL
}

// NewClient makes a client for a server, by the URL of its discovery endpoint
// or any other of its URLs. transport may be nil.
func NewClient(server string, transport http.RoundTripper) (*Client, error) {
	base, err := url.Parse(server)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("taxii: %q is no URL of a server", clip(server))
	}
	if ip := net.ParseIP(base.Hostname()); base.Scheme == "http" && base.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("taxii: %s would send credentials in the clear; use https (clause 8.5.1)", clip(server))
	}
	return &Client{
		UserAgent: "entente-taxii/2.1",
		base:      base,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			// Following would carry credentials and questions elsewhere.
			return errors.New("taxii: the server sends the client elsewhere; give its own URL")
		}},
	}, nil
}

// Discovery asks for clause 4.1.
func (c *Client) Discovery(ctx context.Context) (*Discovery, error) {
	d := &Discovery{}
	return d, c.get(ctx, c.base.ResolveReference(&url.URL{Path: "/taxii2/"}), d)
}

// APIRoot asks for clause 4.2. root is a URL as discovery gives it, absolute
// or relative.
func (c *Client) APIRoot(ctx context.Context, root string) (*APIRoot, error) {
	u, err := c.under(root)
	if err != nil {
		return nil, err
	}
	r := &APIRoot{}
	return r, c.get(ctx, u, r)
}

// Collections asks for clause 5.1.
func (c *Client) Collections(ctx context.Context, root string) ([]Collection, error) {
	u, err := c.under(root, "collections")
	if err != nil {
		return nil, err
	}
	var r struct {
		Collections []Collection `json:"collections"`
	}
	return r.Collections, c.get(ctx, u, &r)
}

// Collection asks for clause 5.2, by identifier or alias.
func (c *Client) Collection(ctx context.Context, root, collection string) (*Collection, error) {
	u, err := c.under(root, "collections", collection)
	if err != nil {
		return nil, err
	}
	r := &Collection{}
	return r, c.get(ctx, u, r)
}

// Status asks for clause 4.3.
func (c *Client) Status(ctx context.Context, root, id string) (*Status, error) {
	u, err := c.under(root, "status", id)
	if err != nil {
		return nil, err
	}
	st := &Status{}
	return st, c.get(ctx, u, st)
}

// Answer is a page of objects (clause 5.4).
type Answer struct {
	// Objects are byte for byte as the server sent them.
	Objects [][]byte
	More    bool
	Next    string
	// First and Last are the dates added of the first and last object, empty
	// where the server did not say.
	First, Last string
}

// Objects asks for clause 5.4, and for 5.6 when filter has one identifier
// under match[id] it is the same. query is the query of the URL.
func (c *Client) Objects(ctx context.Context, root, collection string, query url.Values) (*Answer, error) {
	u, err := c.under(root, "collections", collection, "objects")
	if err != nil {
		return nil, err
	}
	u.RawQuery = query.Encode()
	a := &Answer{}
	h, err := c.do(ctx, http.MethodGet, u, nil, func(r io.Reader) (err error) {
		a.More, a.Next, err = readEnvelope(r, "objects", func(raw []byte) error {
			a.Objects = append(a.Objects, raw)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	a.First, a.Last = h.Get("X-TAXII-Date-Added-First"), h.Get("X-TAXII-Date-Added-Last")
	return a, nil
}

// Manifest asks for clause 5.3.
func (c *Client) Manifest(ctx context.Context, root, collection string, query url.Values) (records []ManifestRecord, more bool, next string, err error) {
	u, err := c.under(root, "collections", collection, "manifest")
	if err != nil {
		return nil, false, "", err
	}
	u.RawQuery = query.Encode()
	var r struct {
		Objects []ManifestRecord `json:"objects"`
		More    bool             `json:"more"`
		Next    string           `json:"next"`
	}
	err = c.get(ctx, u, &r)
	return r.Objects, r.More, r.Next, err
}

// Versions asks for clause 5.8.
func (c *Client) Versions(ctx context.Context, root, collection, id string, query url.Values) (versions []string, more bool, next string, err error) {
	u, err := c.under(root, "collections", collection, "objects", id, "versions")
	if err != nil {
		return nil, false, "", err
	}
	u.RawQuery = query.Encode()
	var r struct {
		Versions []string `json:"versions"`
		More     bool     `json:"more"`
		Next     string   `json:"next"`
	}
	err = c.get(ctx, u, &r)
	return r.Versions, r.More, r.Next, err
}

// Add sends objects, byte for byte (clause 5.5).
func (c *Client) Add(ctx context.Context, root, collection string, objects [][]byte) (*Status, error) {
	u, err := c.under(root, "collections", collection, "objects")
	if err != nil {
		return nil, err
	}
	body := append([]byte(`{"objects":[`), bytes.Join(objects, []byte(","))...)
	st := &Status{}
	_, err = c.do(ctx, http.MethodPost, u, append(body, "]}"...), func(r io.Reader) error { return json.NewDecoder(r).Decode(st) })
	return st, err
}

// Delete deletes an object (clause 5.7); query may have match[version] and
// match[spec_version].
func (c *Client) Delete(ctx context.Context, root, collection, id string, query url.Values) error {
	u, err := c.under(root, "collections", collection, "objects", id)
	if err != nil {
		return err
	}
	u.RawQuery = query.Encode()
	_, err = c.do(ctx, http.MethodDelete, u, nil, nil)
	return err
}

// under builds a URL below an API root. A root on another server is refused,
// for the credentials are this server's.
func (c *Client) under(root string, seg ...string) (*url.URL, error) {
	r, err := url.Parse(root)
	if err != nil || strings.HasPrefix(root, "//") || r.RawQuery != "" {
		return nil, fmt.Errorf("taxii: %q is no URL of an API root (clause 4.1.1)", clip(root))
	}
	if !r.IsAbs() && !strings.HasPrefix(root, "/") {
		r.Path = "/" + r.Path
	}
	u := c.base.ResolveReference(r)
	if u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return nil, fmt.Errorf("taxii: API root %q is on another server than %s; make a client for it", clip(root), c.base.Host)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	for _, s := range seg {
		if s == "" || strings.ContainsAny(s, "/?#") {
			return nil, fmt.Errorf("taxii: %q cannot stand in a URL of this protocol", clip(s))
		}
		u.Path += s + "/"
	}
	u.RawPath = ""
	return u, nil
}

func (c *Client) get(ctx context.Context, u *url.URL, to any) error {
	_, err := c.do(ctx, http.MethodGet, u, nil, func(r io.Reader) error { return json.NewDecoder(r).Decode(to) })
	return err
}

// do carries one request out and hands a successful answer to read.
func (c *Client) do(ctx context.Context, method string, u *url.URL, body []byte, read func(io.Reader) error) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", MediaType)
	req.Header.Set("User-Agent", c.UserAgent)
	if body != nil {
		req.Header.Set("Content-Type", MediaType)
	}
	if c.User != "" {
		req.SetBasicAuth(c.User, c.Password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	most := c.MaxAnswer
	if most <= 0 {
		most = DefaultAnswer
	}
	limited := &io.LimitedReader{R: resp.Body, N: most + 1}
	if resp.StatusCode/100 != 2 {
		e := &ResponseError{Status: resp.StatusCode}
		json.NewDecoder(io.LimitReader(limited, 64<<10)).Decode(&e.Message) // a server need not explain itself
		return nil, e
	}
	if read == nil {
		return resp.Header, nil
	}
	if _, ok := taxiiType(resp.Header.Get("Content-Type")); !ok {
		return nil, fmt.Errorf("taxii: the server answers with %q, not with TAXII 2.1", clip(resp.Header.Get("Content-Type")))
	}
	if err = read(limited); limited.N <= 0 {
		return nil, fmt.Errorf("%w: an answer of more than %d bytes; ask for fewer objects with limit", ErrTooLarge, most)
	}
	if err != nil {
		return nil, fmt.Errorf("taxii: answer of the server: %w", err)
	}
	io.Copy(io.Discard, io.LimitReader(limited, 64<<10)) // so that the connection can be used again
	return resp.Header, nil
}
