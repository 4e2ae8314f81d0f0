// Package service serves a node as its configuration says: the members' link,
// the officers' API and the metrics, until it is told to stop.
package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"entente/internal/centre"
	"entente/internal/config"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web"
)

// Options are what is not configured but given by the one who starts a node.
type Options struct {
	Logger *slog.Logger
	Tuning centre.Tuning // FreeDisk and ReserveMiB are filled in
	// Section is for demonstrations, whose log-ins may be cheaper; nil for
	// the usual.
	Section section.Options
	// Ready is called once, when all listeners are open.
	Ready func(Addresses)
}

// Addresses are where a node listens.
type Addresses struct {
	Desk    string `json:"desk"`
	Link    string `json:"link"`
	Metrics string `json:"metrics,omitempty"`
	Taxii   string `json:"taxii,omitempty"`
}

// Logger makes the node's own log as configured.
func Logger(l config.Log, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: l.LevelOf()}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Bounds of time of the listeners; headerWait bounds the TLS handshake as well.
// Bodies of requests and answers are bounded by size in their handlers: a
// courier's attachment may take its time.
const (
	headerWait = 10 * time.Second
	idleWait   = 2 * time.Minute
	stopWait   = 5 * time.Second
	maxHeader  = 64 << 10
)

// Open opens the node that a configuration describes.
func Open(ctx context.Context, c *config.Config, o Options) (*node.Node, error) {
	unlock, err := c.Secret()
	if err != nil {
		return nil, err
	}
	defer unlock.Wipe()
	o.Tuning.ReserveMiB = c.Limits.ReserveMiB
	return node.Open(ctx, node.Options{
		Dir: c.Dir, Self: c.Member, Unlock: unlock, Addresses: c.Link.Members, Logger: o.Logger, Tuning: o.Tuning, Section: o.Section, Places: c.Texts.Places,
	})
}

// Run opens the node and serves it until ctx ends or a part of it fails. What
// was filed until then is durable however it ends.
func Run(ctx context.Context, c *config.Config, o Options) (err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	n, err := Open(ctx, c, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return Serve(ctx, n, c, o)
}

// server is an HTTP server with the bounds of every listener.
func server(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerWait, IdleTimeout: idleWait, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug)}
}

// Serve serves an open node as Run does. The caller closes it.
func Serve(ctx context.Context, n *node.Node, c *config.Config, o Options) error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tools, err := listenTaxii(c.Taxii)
	if err != nil {
		return err
	}
	if tools != nil {
		defer tools.Close()
	}
	api := web.New(n, web.Options{Logger: o.Logger, Secure: c.Desk.Cert != "", Names: c.Desk.Names, Tools: discovery(c.Taxii, tools)})

	desk, err := net.Listen("tcp", c.Desk.Listen)
	if err != nil {
		return fmt.Errorf("the desk cannot listen on %s: %w", c.Desk.Listen, err)
	}
	defer desk.Close()
	link, err := net.Listen("tcp", c.Link.Listen)
	if err != nil {
		return fmt.Errorf("the members' link cannot listen on %s: %w", c.Link.Listen, err)
	}
	defer link.Close()
	open := Addresses{Desk: desk.Addr().String(), Link: link.Addr().String()}

	serve := func(l net.Listener, h http.Handler, secured *tls.Config) *http.Server {
		srv := server(h, o.Logger)
		if secured != nil {
			l = tls.NewListener(bounded(srv, l), secured)
		}
		go func() {
			if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
				cancel(fmt.Errorf("a listener failed: %w", err))
			}
		}()
		return srv
	}
	var servers []*http.Server
	if c.Desk.Cert != "" {
		cert, err := tls.LoadX509KeyPair(c.Desk.Cert, c.Desk.Key)
		if err != nil {
			return fmt.Errorf("the desk's certificate cannot be used: %w", err)
		}
		desk = tls.NewListener(desk, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}})
	}
	servers = append(servers, serve(desk, api.Handler(), nil))
	linkServer := serve(link, n.LinkHandler(), n.LinkTLS())
	if c.Metrics.Listen != "" {
		l, err := net.Listen("tcp", c.Metrics.Listen)
		if err != nil {
			return fmt.Errorf("the metrics cannot listen on %s: %w", c.Metrics.Listen, err)
		}
		defer l.Close()
		open.Metrics = l.Addr().String()
		servers = append(servers, serve(l, api.Metrics(), nil))
	}
	if tools != nil {
		open.Taxii = tools.Addr().String()
		srv := taxiiServer(n.FeedHandler(c.Taxii.MaxPage), o.Logger)
		servers = append(servers, srv)
		go func() {
			if err := srv.Serve(tools); err != nil && !errors.Is(err, http.ErrServerClosed) {
				cancel(fmt.Errorf("the TAXII listener failed: %w", err))
			}
		}()
	}
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	o.Logger.Info("the node is open", "member", n.Self(), "charter", n.Founding().Fingerprint(), "desk", open.Desk, "link", open.Link)
	if o.Ready != nil {
		o.Ready(open)
	}
	var failed error
	select {
	case failed = <-done:
	case <-ctx.Done():
		failed = <-done
	}
	if cause := context.Cause(ctx); failed == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		failed = cause
	}
	// Members' streams never end by themselves; officers' requests may.
	linkServer.Close()
	grace, end := context.WithTimeout(context.Background(), stopWait)
	defer end()
	for _, s := range servers {
		if s.Shutdown(grace) != nil {
			s.Close()
		}
	}
	return failed
}
