// Package web serves a node's officers: the HTTP API with its OpenAPI 3.1
// description, sessions, health and metrics. It holds no rule of its own: each
// operation is one call of the node, made in the name of the officer whose
// session the request carries.
//
// The bodies of requests and answers are those of package api; every operation
// is registered with [register], which alone decides what is asked before a
// request is looked at: who is behind it, and whether that officer's roles
// permit the operation.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/centre"
	"entente/internal/node"
	"entente/internal/web/api"
)

// Version of the API, in its paths and its description.
const Version = "1"

const base = api.Base

// Server serves one node.
type Server struct {
	node     *node.Node
	logger   *slog.Logger
	api      huma.API
	mux      *http.ServeMux
	secure   bool
	names    map[string]bool
	tools    string // where TAXII is served
	metrics  *metrics
	spec     []byte // the description as JSON, made once
	patience patience

	// Heavy work is bounded, so that officers can go on beside it.
	exports chan struct{}
	uploads chan struct{}
	keeping chan struct{} // keys are changed: one at a time
}

// Options of a server.
type Options struct {
	Logger *slog.Logger
	// Secure marks the session cookie for encrypted connections alone; off
	// only where the desk is served on loopback.
	Secure bool
	// Names are the host names by which the desk is called, beside localhost,
	// the member's own name under it ("irq.localhost") and any address in
	// numbers. Another name is refused: a page of a foreign site must not
	// reach the desk by letting its own name point here.
	Names []string
	// Tools is the URL of the node's TAXII discovery; empty where it serves
	// none.
	Tools string

	patience patience // of tests
}

// Bounds on what goes on at the same time.
const (
	maxExports = 2
	maxUploads = 4
)

// New returns the server of a node.
func New(n *node.Node, o Options) *Server {
	s := &Server{node: n, logger: o.Logger, mux: http.NewServeMux(), secure: o.Secure, names: hostNames(string(n.Self()), o.Names), tools: o.Tools,
		patience: o.patience, exports: make(chan struct{}, maxExports), uploads: make(chan struct{}, maxUploads), keeping: make(chan struct{}, 1)}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.patience == (patience{}) {
		s.patience = usualPatience
	}
	s.metrics = newMetrics(s)
	s.api = humago.New(s.mux, s.config())
	s.sessions()
	s.officers()
	s.reports()
	s.exportReports()
	s.drafts()
	s.suggestions()
	s.releases()
	s.batches()
	s.files()
	s.oversight()
	s.keys()
	s.taxii()
	s.consents()
	s.requests()
	s.recalls()
	s.redress()
	s.retention()
	s.ledger()
	s.inspections()
	s.bundles()
	s.audit()
	s.finishSpec()
	s.mux.HandleFunc("GET /openapi.json", s.serveSpec)
	s.mux.HandleFunc("GET "+base+"/openapi.json", s.serveSpec)
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.HandleFunc("GET /{$}", s.page)
	return s
}

// Handler serves the API and the page that says where it is.
func (s *Server) Handler() http.Handler { return s.guard(http.HandlerFunc(s.route)) }

// OpenAPI returns the description of the API as JSON.
func (s *Server) OpenAPI() []byte { return s.spec }

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	st, err := s.node.Status(r.Context())
	if err != nil {
		s.logger.Error("the state cannot be read", "err", err)
		writeError(w, http.StatusServiceUnavailable, api.Error{Code: api.CodeInternal, Message: "the node's state cannot be read; its log says why"})
		return
	}
	switch {
	case st.Centre.Halted != nil:
		writeError(w, http.StatusServiceUnavailable, api.Error{Code: st.Centre.Halted.Code, Message: "the node has stopped following the lead"})
	case st.Centre.Recovering:
		writeError(w, http.StatusServiceUnavailable, api.Error{Code: api.CodeRecovering, Message: centre.ErrRecovering.Error()})
	default:
		w.Write([]byte("ready\n"))
	}
}

// cookie is the name of the session cookie: each member's own, so that desks of
// several members beside each other do not mix.
func (s *Server) cookie() string { return "entente_" + strings.ToLower(string(s.node.Self())) }

// take enters one of the bounded rooms for heavy work; leave is nil when it is
// full.
func take(room chan struct{}) (leave func()) {
	select {
	case room <- struct{}{}:
		return func() { <-room }
	default:
		return nil
	}
}

var errRoom = &problem{status: http.StatusTooManyRequests, retry: 5, body: api.Error{Code: api.CodeBusy, Message: "as many of these are going on as the node allows; try again shortly"}}

// detach returns a context that outlives the request's broken connection but
// not its time: work that must be finished once begun.
func detach(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d)
}
