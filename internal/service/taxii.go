package service

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"entente/internal/config"
)

// Bounds of the tools' listener. A tool that is slower than this loses its
// connection and goes on from its last page.
const (
	taxiiRead  = 2 * time.Minute // a whole request
	taxiiWrite = 2 * time.Minute // a whole answer
	maxTaxii   = 256             // connections at the same time; more wait
	// taxiiHeader has room for a thousand identifiers in match[id].
	taxiiHeader = 256 << 10
)

// listenTaxii opens the tools' listener, under TLS where a certificate is
// configured; nil where none is configured.
func listenTaxii(c config.Taxii) (net.Listener, error) {
	if c.Listen == "" {
		return nil, nil
	}
	var conf *tls.Config
	if c.Cert != "" {
		cert, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("the certificate of [taxii] cannot be used: %w", err)
		}
		// TLS 1.2 is what TAXII 2.1 asks for at least (clause 8.2.2).
		conf = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("the tools' feed cannot listen on %s: %w", c.Listen, err)
	}
	l = &narrow{Listener: l, room: make(chan struct{}, maxTaxii)}
	if conf != nil {
		l = tls.NewListener(l, conf)
	}
	return l, nil
}

// discovery is the URL at which tools find what a listener serves (TAXII 2.1,
// clause 4.1); empty for none.
func discovery(c config.Taxii, l net.Listener) string {
	switch {
	case l == nil:
		return ""
	case c.Cert != "":
		return "https://" + l.Addr().String() + "/taxii2/"
	}
	return "http://" + l.Addr().String() + "/taxii2/"
}

func taxiiServer(h http.Handler, logger *slog.Logger) *http.Server {
	srv := server(h, logger)
	srv.ReadTimeout, srv.WriteTimeout, srv.MaxHeaderBytes = taxiiRead, taxiiWrite, taxiiHeader
	return srv
}

// narrow is a listener with room for so many connections; further ones wait in
// the system's queue.
type narrow struct {
	net.Listener
	room chan struct{}
}

// Accept returns the next connection when there is room for it.
func (n *narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	n.room <- struct{}{} // every connection has an end in time, so there will be room
	return &seated{Conn: c, leave: sync.OnceFunc(func() { <-n.room })}, nil
}

type seated struct {
	net.Conn
	leave func()
}

// Close closes the connection and makes room.
func (s *seated) Close() error {
	s.leave()
	return s.Conn.Close()
}
