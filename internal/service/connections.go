package service

import (
	"crypto/sha256"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// Bounds of the connections to the members' link (spec/quotas.md). A connection
// is new until its first request stands, for which TLS must have proved a
// member's key. It is not new for long: ReadHeaderTimeout bounds the handshake
// as well as the header after it (net/http, Server.tlsHandshakeTimeout).
const (
	maxNew        = 256 // new connections; the oldest makes room
	maxNewAddress = 32  // of them from one address
	maxProved     = 64  // connections under one key
)

// connections counts the connections to the members' link.
type connections struct {
	net.Listener

	mu      sync.Mutex
	fresh   []*connection // new ones, oldest first
	address map[string]int
	proved  map[[32]byte]int
}

// connection is one of them; it leaves the counts when it is closed.
type connection struct {
	net.Conn
	all    *connections
	from   string
	fresh  bool
	key    [32]byte // digest of the key that it proved
	counts bool     // in proved
	closed bool
}

// bounded bounds the connections that srv takes from l, over TLS.
func bounded(srv *http.Server, l net.Listener) *connections {
	c := &connections{Listener: l, address: map[string]int{}, proved: map[[32]byte]int{}}
	srv.ConnState = c.state
	return c
}

// Accept returns the next connection of an address that has not too many new
// ones.
func (c *connections) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if x := c.enter(conn); x != nil {
			return x, nil
		}
		conn.Close()
	}
}

// enter counts a connection as new, or returns nil.
func (c *connections) enter(conn net.Conn) *connection {
	x := &connection{Conn: conn, all: c, from: network(conn.RemoteAddr()), fresh: true}
	c.mu.Lock()
	if c.address[x.from] >= maxNewAddress {
		c.mu.Unlock()
		return nil
	}
	var oldest *connection
	if len(c.fresh) >= maxNew {
		// Who is honest needs moments: many that wait push each other out
		// before they keep out a member.
		oldest = c.fresh[0]
		c.settle(oldest)
	}
	c.fresh = append(c.fresh, x)
	c.address[x.from]++
	c.mu.Unlock()
	if oldest != nil {
		oldest.Close()
	}
	return x
}

// network names where a connection comes from: of IPv6 the /64, all of whose
// addresses are one subscriber's.
func network(a net.Addr) string {
	p, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	ip := p.Addr().Unmap().WithZone("")
	if ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}

// settle takes a connection out of the new ones. The caller holds mu.
func (c *connections) settle(x *connection) {
	if !x.fresh {
		return
	}
	x.fresh = false
	if i := slices.Index(c.fresh, x); i >= 0 {
		c.fresh = slices.Delete(c.fresh, i, i+1)
	}
	if c.address[x.from]--; c.address[x.from] == 0 {
		delete(c.address, x.from)
	}
}

// state is told by the server what becomes of a connection.
func (c *connections) state(conn net.Conn, s http.ConnState) {
	secured, ok := conn.(*tls.Conn)
	if !ok || s != http.StateActive {
		return
	}
	x, ok := secured.NetConn().(*connection)
	if !ok {
		return
	}
	certs := secured.ConnectionState().PeerCertificates
	if len(certs) == 0 || !c.prove(x, sha256.Sum256(certs[0].RawSubjectPublicKeyInfo)) {
		x.Close()
	}
}

// prove counts a connection under the key that it has proved, and says whether
// that may have one more.
func (c *connections) prove(x *connection, key [32]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if x.closed || x.counts {
		return true
	}
	c.settle(x)
	if c.proved[key] >= maxProved {
		return false
	}
	c.proved[key]++
	x.key, x.counts = key, true
	return true
}

// Close closes the connection and takes it out of the counts.
func (x *connection) Close() error {
	c := x.all
	c.mu.Lock()
	if !x.closed {
		x.closed = true
		c.settle(x)
		if x.counts {
			if c.proved[x.key]--; c.proved[x.key] == 0 {
				delete(c.proved, x.key)
			}
		}
	}
	c.mu.Unlock()
	return x.Conn.Close()
}
