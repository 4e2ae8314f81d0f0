package centre

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"entente/label"
)

// network carries connections between stations in memory; members can be cut
// off, one from all or two from each other. It keeps every byte that was sent.
type network struct {
	mu    sync.Mutex
	in    map[label.MemberID]chan net.Conn
	apart map[[2]label.MemberID]bool
	conns []*line
	sent  [][]byte
	keep  bool
}

func newNetwork() *network {
	return &network{in: map[label.MemberID]chan net.Conn{}, apart: map[[2]label.MemberID]bool{}}
}

// line is one end of a connection.
type line struct {
	net.Conn
	n        *network
	from, to label.MemberID // who dialled whom
}

func (l *line) Write(p []byte) (int, error) {
	if l.n.keep {
		l.n.mu.Lock()
		l.n.sent = append(l.n.sent, slices.Clone(p))
		l.n.mu.Unlock()
	}
	return l.Conn.Write(p)
}

func pair(a, b label.MemberID) [2]label.MemberID {
	if a > b {
		a, b = b, a
	}
	return [2]label.MemberID{a, b}
}

// part cuts the lines between two members, or lets them be.
func (n *network) part(a, b label.MemberID, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.apart[pair(a, b)] = cut
	if cut {
		n.conns = slices.DeleteFunc(n.conns, func(l *line) bool {
			if pair(l.from, l.to) != pair(a, b) {
				return false
			}
			l.Conn.Close()
			return true
		})
	}
}

// sever cuts a member off from all others, or lets it back.
func (n *network) sever(m label.MemberID, cut bool) {
	for _, o := range four {
		if o != m {
			n.part(m, o, cut)
		}
	}
}

type side struct {
	n    *network
	self label.MemberID
}

func (d side) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	to := label.MemberID(address[:3])
	d.n.mu.Lock()
	ch := d.n.in[to]
	if ch == nil || d.n.apart[pair(d.self, to)] {
		d.n.mu.Unlock()
		return nil, errors.New("no line")
	}
	a, b := net.Pipe()
	la, lb := &line{a, d.n, d.self, to}, &line{b, d.n, d.self, to}
	d.n.conns = append(d.n.conns, la, lb)
	d.n.mu.Unlock()
	select {
	case ch <- lb:
		return la, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type memListener struct {
	n    *network
	self label.MemberID
	ch   chan net.Conn
	done chan struct{}
	once sync.Once
}

func (n *network) listen(m label.MemberID) *memListener {
	l := &memListener{n: n, self: m, ch: make(chan net.Conn, 64), done: make(chan struct{})}
	n.mu.Lock()
	n.in[m] = l.ch
	n.mu.Unlock()
	return l
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ch:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() {
		l.n.mu.Lock()
		if l.n.in[l.self] == l.ch {
			delete(l.n.in, l.self)
		}
		l.n.mu.Unlock()
		close(l.done)
		for {
			select {
			case c := <-l.ch:
				c.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *memListener) Addr() net.Addr { return &net.UnixAddr{Name: string(l.self), Net: "mem"} }

// plainPeers are lines without TLS, for tests whose matter is not the
// handshake: the network says who calls.
type plainPeers struct {
	n       *network
	self    label.MemberID
	mu      sync.Mutex
	clients map[label.MemberID]*http.Client
}

func (p *plainPeers) Client(m label.MemberID) (*http.Client, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clients == nil {
		p.clients = map[label.MemberID]*http.Client{}
	}
	if p.clients[m] == nil {
		p.clients[m] = &http.Client{Transport: &http.Transport{DialContext: side{p.n, p.self}.DialContext, DisableCompression: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second}}
	}
	return p.clients[m], "http://" + string(m), nil
}

func (p *plainPeers) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.clients {
		c.CloseIdleConnections()
	}
}

type callerKey struct{}

// withCaller tells handlers who is at the other end of a plain line.
func withCaller(ctx context.Context, c net.Conn) context.Context {
	if l, ok := c.(*line); ok {
		return context.WithValue(ctx, callerKey{}, l.from)
	}
	return ctx
}

func plainCaller(r *http.Request) (label.MemberID, bool) {
	m, ok := r.Context().Value(callerKey{}).(label.MemberID)
	return m, ok
}
