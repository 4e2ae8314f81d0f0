// Package web serves a node's officers: the HTTP API with its OpenAPI 3.1
// description, sessions, health and metrics. It holds no rule of its own: each
// operation is one call of the node, made in the name of the officer whose
// session the request carries.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Version of the API, in its paths and its description.
const Version = "1"

const base = "/api/v1"

// Server serves one node.
type Server struct {
	node   *node.Node
	logger *slog.Logger
	api    huma.API
	mux    *http.ServeMux
	secure bool
}

// Options of a server.
type Options struct {
	Logger *slog.Logger
	// Secure marks the session cookie for encrypted connections alone; off
	// only where the desk is served on loopback.
	Secure bool
}

// New returns the server of a node.
func New(n *node.Node, o Options) *Server {
	s := &Server{node: n, logger: o.Logger, mux: http.NewServeMux(), secure: o.Secure}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	conf := huma.DefaultConfig("Entente", Version)
	conf.Info.Description = "The API of a member's node, for its officers. Every call but the log-in carries a session token, as a bearer or in the member's cookie. Refusals have a stable code and say what would cure them."
	conf.OpenAPIPath = base + "/openapi"
	conf.DocsPath = "" // nothing is fetched from elsewhere to show a page
	conf.SchemasPath = base + "/schemas"
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer"},
		"cookie": {Type: "apiKey", In: "cookie", Name: s.cookie()},
	}
	conf.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	huma.NewError = newError
	s.api = humago.New(s.mux, conf)
	s.sessions()
	s.reports()
	s.drafts()
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	s.mux.HandleFunc("GET /readyz", s.ready)
	return s
}

// Handler serves the API.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.ContentLength > maxBody && !strings.HasPrefix(r.URL.Path, base+"/attachments") && !strings.HasPrefix(r.URL.Path, base+"/collect") {
			writeError(w, http.StatusRequestEntityTooLarge, "too_large", "the request is larger than the API takes; attach large files")
			return
		}
		if !s.sameOrigin(r) {
			writeError(w, http.StatusForbidden, "origin", "a page of another origin may not act with this session; use the desk itself or a bearer token")
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// maxBody bounds requests that are not files.
const maxBody = 4 << 20

// sameOrigin refuses changes that a foreign page asks a browser for.
func (s *Server) sameOrigin(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Header.Get("Authorization") != "" {
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
	return ok && host == r.Host
}

// OpenAPI returns the description of the API as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	st, err := s.node.Status(r.Context())
	if err != nil {
		writeError(w, http.StatusServiceUnavailable, "internal", "the node's state cannot be read; its log says why")
		return
	}
	switch {
	case st.Centre.Halted != nil:
		writeError(w, http.StatusServiceUnavailable, st.Centre.Halted.Code, "the node has stopped following the lead")
	case st.Centre.Recovering:
		writeError(w, http.StatusServiceUnavailable, "recovering", centre.ErrRecovering.Error())
	default:
		w.Write([]byte("ready\n"))
	}
}

// cookie is the name of the session cookie: each member's own, so that desks of
// several members beside each other do not mix.
func (s *Server) cookie() string { return "entente_" + strings.ToLower(string(s.node.Self())) }

// problem is how the API refuses: a stable code and a message with the cure.
type problem struct {
	status   int
	Code     string        `json:"code" doc:"stable, for programs"`
	Message  string        `json:"message" doc:"what, why, and what would cure it"`
	Rule     string        `json:"rule,omitempty" doc:"number of the hard rule that is the reason"`
	Findings []act.Finding `json:"findings,omitempty" doc:"everything that stands against it"`
}

// Error implements error.
func (p *problem) Error() string { return p.Message }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/json" }

// newError is called by the framework for requests that do not fit the
// description.
func newError(status int, message string, errs ...error) huma.StatusError {
	p := &problem{status: status, Code: "request", Message: message}
	for _, e := range errs {
		if e != nil {
			p.Message += ": " + e.Error()
		}
	}
	if len(p.Message) > 1000 {
		p.Message = p.Message[:1000]
	}
	return p
}

// refuse turns an error of the node into what an officer is told.
func (s *Server) refuse(err error) error {
	var r *section.Refusal
	var refused *node.Refused
	var ar *act.Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &r):
		p := &problem{status: statusOf(r.Code), Code: string(r.Code), Message: r.Error()}
		if r.Rule > 0 {
			p.Rule = itoa(r.Rule)
		}
		return p
	case errors.As(err, &refused):
		f := refused.Findings[0]
		return &problem{status: http.StatusUnprocessableEntity, Code: f.Code, Rule: f.Rule, Message: refused.Error(), Findings: refused.Findings}
	case errors.As(err, &ar):
		return &problem{status: http.StatusUnprocessableEntity, Code: ar.Code, Rule: ar.Rule, Message: err.Error()}
	case errors.Is(err, viewdb.ErrNotFound), errors.Is(err, node.ErrNoAttachment):
		return &problem{status: http.StatusNotFound, Code: "not_found", Message: viewdb.ErrNotFound.Error()}
	case errors.Is(err, label.ErrBlocked):
		return &problem{status: http.StatusUnprocessableEntity, Code: "blocked", Message: err.Error()}
	case errors.Is(err, node.ErrDraft):
		return &problem{status: http.StatusUnprocessableEntity, Code: "draft", Message: err.Error()}
	case errors.Is(err, node.ErrAttachmentQuota):
		return &problem{status: http.StatusTooManyRequests, Code: "quota", Message: err.Error()}
	case errors.Is(err, store.ErrFull):
		return &problem{status: http.StatusInsufficientStorage, Code: "full", Message: store.ErrFull.Error()}
	case errors.Is(err, context.Canceled):
		return &problem{status: 499, Code: "cancelled", Message: "the request was cancelled"}
	}
	if code := centre.Code(err); code != "internal" {
		return &problem{status: http.StatusConflict, Code: code, Message: err.Error()}
	}
	s.logger.Error("the API failed", "err", err)
	return &problem{status: http.StatusInternalServerError, Code: "internal", Message: "the node could not do it; its log says why"}
}

func statusOf(c section.Code) int {
	switch c {
	case section.CodeForbidden, section.CodeSecondPerson:
		return http.StatusForbidden
	case section.CodeCredentials, section.CodeSession:
		return http.StatusUnauthorized
	case section.CodeThrottled, section.CodeBusy:
		return http.StatusTooManyRequests
	case section.CodeNotFound:
		return http.StatusNotFound
	case section.CodeConflict, section.CodeChanged, section.CodeState, section.CodeExists:
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}
