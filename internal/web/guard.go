package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"entente/internal/bundle"
	"entente/internal/node"
	"entente/internal/web/api"
)

// Bounds of a request that is not a file.
const (
	maxBody = 4 << 20
	maxURL  = api.MaxAddress
)

// patience is how long a request may take.
type patience struct {
	ordinary time.Duration // from its first byte to its last
	slow     time.Duration // one that works through a whole import
	idle     time.Duration // a file or stream that does not move for so long is given up
}

var usualPatience = patience{ordinary: 30 * time.Second, slow: 10 * time.Minute, idle: time.Minute}

// Policy of the API's answers, which no browser should run or frame.
const (
	policyAPI  = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	policyPage = policyAPI + "; style-src 'self'; img-src 'self'"
)

// guard stands before every route: it checks by which name the node is called
// and from where, bounds the request, and keeps the access log and the figures.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		h := w.Header()
		h.Set("Content-Security-Policy", policyAPI)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		rc := http.NewResponseController(w)
		rc.SetReadDeadline(begun.Add(s.patience.ordinary)) // tests' recorders have no deadlines
		rc.SetWriteDeadline(begun.Add(s.patience.ordinary + s.patience.idle))
		// Also of what breaks off: a handler that has begun to answer and fails
		// panics, so that the reader does not take half for the whole.
		whole := false
		defer func() {
			took := time.Since(begun)
			pattern := r.Pattern
			if pattern == "" {
				pattern = "none"
			}
			s.metrics.request(pattern, r.Method, rec.status, took)
			// The path and the query may name what is searched for: the route
			// alone is logged.
			s.logger.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", pattern), slog.String("method", method(r.Method)),
				slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took), slog.Bool("whole", whole))
		}()
		if e, status := s.admit(r); e != nil {
			writeError(rec, status, *e)
		} else {
			r.Body = http.MaxBytesReader(rec, r.Body, bodyBound(r.URL.Path))
			next.ServeHTTP(rec, r)
		}
		whole = true
	})
}

// admit judges a request by its envelope alone.
func (s *Server) admit(r *http.Request) (*api.Error, int) {
	switch {
	case !s.called(r.Host):
		return &api.Error{Code: api.CodeHost, Message: "this node is not called by that name; use localhost, or a name that its configuration lists under desk.names"}, http.StatusMisdirectedRequest
	case len(r.URL.RequestURI()) > maxURL:
		return &api.Error{Code: api.CodeTooLarge, Message: "the address is longer than the API takes; narrow the query"}, http.StatusRequestURITooLong
	case r.ContentLength > bodyBound(r.URL.Path):
		return &tooLarge().body, http.StatusRequestEntityTooLarge
	case !sameOrigin(r):
		return &api.Error{Code: api.CodeOrigin, Message: "a page of another origin may not act here; use the desk itself, or a bearer token"}, http.StatusForbidden
	}
	return nil, 0
}

// bodyBound is how large a request to a path may be. Files are bounded again,
// by the charter, while they are read.
func bodyBound(path string) int64 {
	switch {
	case strings.HasPrefix(path, base+"/bundles/in/"):
		return bundle.MaxFile
	case strings.HasPrefix(path, base+"/attachments"):
		return maxUpload
	case strings.HasPrefix(path, base+"/collect"):
		return node.MaxRowsFile // every other kind has a smaller bound of its own
	}
	return maxBody
}

// hostNames are the names by which a member's desk may be called.
func hostNames(member string, more []string) map[string]bool {
	m := map[string]bool{"localhost": true, strings.ToLower(member) + ".localhost": true}
	for _, n := range more {
		m[strings.ToLower(strings.TrimSuffix(n, "."))] = true
	}
	return m
}

// called says whether a Host header is one of this node's names, or an address
// in numbers, which no foreign name can be made to be.
func (s *Server) called(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if s.names[host] {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// sameOrigin refuses changes that a foreign page asks a browser for. Programs
// send neither header.
func sameOrigin(r *http.Request) bool {
	if safe(r.Method) {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	o := r.Header.Get("Origin")
	if o == "" {
		return true
	}
	_, host, ok := strings.Cut(o, "://")
	return ok && strings.EqualFold(host, r.Host)
}

// safe says whether a method changes nothing.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// method keeps foreign text out of logs and figures.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// route serves what is registered, and refuses the rest in the API's own form.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	// Nothing fits: the multiplexer's own answer says whether the method does
	// not, or the path.
	probe := &silent{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		writeError(w, probe.status, api.Error{Code: api.CodeMethod, Message: "this path does not take this method; see " + base + "/openapi.json"})
		return
	}
	writeError(w, http.StatusNotFound, api.Error{Code: api.CodeNotFound, Message: "there is no such path; see " + base + "/openapi.json"})
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status  int
	bytes   int64
	written bool
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if !r.written && status >= 200 {
		r.status, r.written = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.written = true
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// silent takes an answer that nobody reads.
type silent struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (s *silent) Header() http.Header { return s.header }

// Write implements http.ResponseWriter.
func (s *silent) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements http.ResponseWriter.
func (s *silent) WriteHeader(status int) { s.status = status }
