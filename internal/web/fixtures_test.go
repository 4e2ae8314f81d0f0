package web

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"entente/internal/node"
	"entente/internal/node/nodetest"
	"entente/internal/section"
	"entente/internal/web/api"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bed is the API of IRQ's node with an officer of each role. The other members
// do not run: nothing is certified.
type bed struct {
	t       testing.TB
	node    *node.Node
	server  *Server
	handler http.Handler
	log     *bytes.Buffer // the server's own log
	tokens  map[string]string
}

func newBed(t testing.TB) *bed { return newBedWith(t, section.Options{}, Options{}) }

func newBedWith(t testing.TB, so section.Options, o Options) *bed {
	t.Helper()
	c := nodetest.Found(t, nil)
	if so.Throttle != (section.Throttle{}) {
		c.Section.Throttle = so.Throttle
	}
	c.Start("IRQ")
	b := &bed{t: t, node: c.Nodes["IRQ"], log: &bytes.Buffer{}, tokens: map[string]string{}}
	o.Logger = slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.server = New(b.node, o)
	b.handler = b.server.Handler()
	return b
}

// token is the session token of the officer with a login, logged in when first
// asked for.
func (b *bed) token(login string) string {
	b.t.Helper()
	if login == "" {
		return ""
	}
	if b.tokens[login] == "" {
		token, _, err := b.node.Section().LogIn(b.t.Context(), login, nodetest.Password, "test")
		check(b.t, err)
		b.tokens[login] = token.Text()
	}
	return b.tokens[login]
}

// request makes a request as an officer; body may be nil, bytes, or a value
// that is sent as JSON. Headers come as name, value.
func (b *bed) request(method, path, login string, body any, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var r io.Reader
	kind := ""
	switch x := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(x)
	case io.Reader:
		r = x
	default:
		raw, err := json.Marshal(x)
		check(b.t, err)
		r, kind = bytes.NewReader(raw), "application/json"
	}
	req := httptest.NewRequest(method, path, r)
	req.Host = "localhost:8701"
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if login != "" {
		req.Header.Set("Authorization", "Bearer "+b.token(login))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if strings.EqualFold(headers[i], "Host") {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, req)
	b.conforms(req, w)
	return w
}

// refusal reads a refusal.
func refusalOf(t testing.TB, w *httptest.ResponseRecorder) api.Error {
	t.Helper()
	var e api.Error
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Header().Get("Content-Type") != "application/json" || e.Code == "" || e.Message == "" {
		t.Fatalf("HTTP %d is no refusal: %q (%v)", w.Code, w.Body, err)
	}
	return e
}

// decode reads an answer of success.
func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if w.Code < 200 || w.Code > 299 {
		t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
	check(t, json.Unmarshal(w.Body.Bytes(), &v))
	return v
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// zeros is a large file that nobody holds.
type zeros struct{ left int64 }

// Read implements io.Reader.
func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}
