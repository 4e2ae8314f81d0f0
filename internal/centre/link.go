package centre

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"entente/charter"
	"entente/label"
)

// TLS is [Station.LinkTLS] with a certificate that does not change.
func (s *Station) TLS(own tls.Certificate, want label.MemberID) *tls.Config {
	return s.LinkTLS(func() tls.Certificate { return own }, want)
}

// LinkTLS returns the configuration of the member link: TLS 1.3, both sides
// authenticated by the members' TLS keys in force, whatever else their
// certificates say. own returns this member's certificate
// ([Station.LinkKeys]) and is asked for each handshake. want is the member that
// must answer, or empty for a server that takes all members.
func (s *Station) LinkTLS(own func() tls.Certificate, want label.MemberID) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			c := own()
			return &c, nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			c := own()
			return &c, nil
		},
		ClientAuth: tls.RequireAnyClientCert,
		// Certificates are self-signed: the key decides, checked below.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			m, err := s.memberOf(cs)
			if err != nil {
				return err
			}
			if want != "" && m != want {
				return fmt.Errorf("%s answered in place of %s", m, want)
			}
			return nil
		},
		SessionTicketsDisabled: true, // a resumed session would outlive a revoked key
	}
}

// memberOf names the member whose TLS key a connection has proved.
func (s *Station) memberOf(cs tls.ConnectionState) (label.MemberID, error) {
	if len(cs.PeerCertificates) == 0 {
		return "", errors.New("no certificate was shown")
	}
	key, ok := cs.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
	if !ok || len(key) != ed25519.PublicKeySize {
		return "", errors.New("the certificate's key is not Ed25519")
	}
	for m, k := range s.State().TLSKeys() {
		if k == charter.PublicKey(key) {
			return m, nil
		}
	}
	return "", errors.New("the certificate's key is no member's TLS key in force")
}

// CallerTLS is the Caller for requests over the member link.
func (s *Station) CallerTLS(r *http.Request) (label.MemberID, bool) {
	if r.TLS == nil {
		return "", false
	}
	m, err := s.memberOf(*r.TLS)
	return m, err == nil
}

// Dialer opens connections; net.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Link is the way to the other members over TLS. It implements Peers.
type Link struct {
	Addresses map[label.MemberID]string // host:port
	Dialer    Dialer                    // nil: the network
	Cert      func() tls.Certificate    // this member's, in force
	Station   func() *Station           // set before the first call

	mu      sync.Mutex
	clients map[label.MemberID]linkClient
}

// linkClient is a client and the two TLS keys under which its connections were
// opened.
type linkClient struct {
	*http.Client
	own, other charter.PublicKey
}

// Client returns the client for one member.
func (l *Link) Client(m label.MemberID) (*http.Client, string, error) {
	addr := l.Addresses[m]
	if addr == "" {
		return nil, "", fmt.Errorf("no address of %s is configured; name it in [link.members] of the configuration", m)
	}
	station := l.Station()
	own, other := station.LinkKeys().TLS, station.State().TLSKeys()[m]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients == nil {
		l.clients = map[label.MemberID]linkClient{}
	}
	c := l.clients[m]
	if c.Client != nil && (c.own != own || c.other != other) {
		// No connection outlives the key that opened it.
		c.CloseIdleConnections()
		c.Client = nil
	}
	if c.Client == nil {
		dialer := l.Dialer
		if dialer == nil {
			dialer = &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
		}
		conf := station.LinkTLS(l.Cert, m)
		c = linkClient{own: own, other: other, Client: &http.Client{Transport: &http.Transport{
			DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				raw, err := dialer.DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				conn := tls.Client(raw, conf)
				if err := conn.HandshakeContext(ctx); err != nil {
					raw.Close()
					return nil, err
				}
				return conn, nil
			},
			MaxIdleConnsPerHost: 8,
			IdleConnTimeout:     90 * time.Second,
			ReadBufferSize:      64 << 10,
			WriteBufferSize:     64 << 10,
			DisableCompression:  true,
		}}}
		l.clients[m] = c
	}
	return c.Client, "https://" + string(m) + ".member", nil
}

// Close closes idle connections.
func (l *Link) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.clients {
		c.CloseIdleConnections()
	}
}
