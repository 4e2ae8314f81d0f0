package centre

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"entente/charter"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// testKeys are one member's keys, made from a printed seed.
type testKeys struct {
	root, header, checkpoint, cosignature, tls, epoch ed25519.PrivateKey
}

func keysOf(seed string) *testKeys {
	k := func(purpose string) ed25519.PrivateKey {
		s := sha256.Sum256([]byte(seed + "/" + purpose))
		return ed25519.NewKeyFromSeed(s[:])
	}
	return &testKeys{k("root"), k("header"), k("checkpoint"), k("cosignature"), k("tls"), k("epoch")}
}

func (k *testKeys) Header() seal.Signer { return seal.NewSigner(k.header) }
func (k *testKeys) Checkpoint(name string) (tlog.Signer, error) {
	return tlog.NewLogSigner(name, k.checkpoint)
}
func (k *testKeys) Cosignature(name string) (tlog.Signer, error) {
	return tlog.NewCosigner(name, k.cosignature)
}

func (k *testKeys) certificate(t testing.TB, m label.MemberID) string {
	c := charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: charter.PurposeKeys{
		Header: charter.PublicKeyOf(k.header), Checkpoint: charter.PublicKeyOf(k.checkpoint),
		Cosignature: charter.PublicKeyOf(k.cosignature), TLS: charter.PublicKeyOf(k.tls), Epoch: charter.PublicKeyOf(k.epoch)}}
	note, err := c.Sign(k.root)
	check(t, err)
	return string(note)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// founding makes the founding file of the four members of the tests.
func founding(t testing.TB, change func(*charter.Charter)) (*charter.Founding, map[label.MemberID]*testKeys) {
	keys := map[label.MemberID]*testKeys{}
	c := charter.New()
	c.Name = "Centre of the tests"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Leads = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		keys[m] = keysOf(string(m))
		c.Members = append(c.Members, charter.Member{ID: m, Name: "Member " + string(m), Root: charter.PublicKeyOf(keys[m].root), Keys: keys[m].certificate(t, m)})
	}
	if change != nil {
		change(c)
	}
	file, err := c.Text()
	check(t, err)
	for m, k := range keys {
		file, err = charter.Sign(file, m, k.root)
		check(t, err)
	}
	f, err := charter.ParseFounding(file)
	check(t, err)
	return f, keys
}

// network carries connections between stations in memory; members can be cut off.
type network struct {
	mu    sync.Mutex
	in    map[string]chan net.Conn
	cut   map[label.MemberID]bool
	conns map[label.MemberID][]net.Conn
}

func newNetwork() *network {
	return &network{in: map[string]chan net.Conn{}, cut: map[label.MemberID]bool{}, conns: map[label.MemberID][]net.Conn{}}
}

// sever cuts a member off, or lets it back.
func (n *network) sever(m label.MemberID, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[m] = cut
	if cut {
		for _, c := range n.conns[m] {
			c.Close()
		}
		n.conns[m] = nil
	}
}

type side struct {
	n    *network
	self label.MemberID
}

func (d side) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	d.n.mu.Lock()
	ch := d.n.in[address]
	if ch == nil || d.n.cut[d.self] || d.n.cut[label.MemberID(address)] {
		d.n.mu.Unlock()
		return nil, errors.New("no line")
	}
	a, b := net.Pipe()
	d.n.conns[d.self] = append(d.n.conns[d.self], a)
	d.n.conns[label.MemberID(address)] = append(d.n.conns[label.MemberID(address)], b)
	d.n.mu.Unlock()
	select {
	case ch <- b:
		return a, nil
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
	l := &memListener{n: n, self: m, ch: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	n.in[string(m)] = l.ch
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
		if l.n.in[string(l.self)] == l.ch {
			delete(l.n.in, string(l.self))
		}
		l.n.mu.Unlock()
		close(l.done)
	})
	return nil
}
func (l *memListener) Addr() net.Addr { return &net.UnixAddr{Name: string(l.self), Net: "mem"} }

func tlsCert(t testing.TB, key ed25519.PrivateKey) tls.Certificate {
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	check(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// post is one running station of a test.
type post struct {
	*Station
	dir    string
	cancel context.CancelFunc
	done   chan error
	stop   func()
}

// centreOf is four stations and the lines between them.
type centreOf struct {
	t     testing.TB
	net   *network
	found *charter.Founding
	keys  map[label.MemberID]*testKeys
	dir   string
	posts map[label.MemberID]*post
	tune  Tuning
	opts  func(label.MemberID) store.Options
}

func newCentre(t testing.TB, change func(*charter.Charter)) *centreOf {
	f, keys := founding(t, change)
	return &centreOf{t: t, net: newNetwork(), found: f, keys: keys, dir: t.TempDir(), posts: map[label.MemberID]*post{}}
}

func (c *centreOf) start(ms ...label.MemberID) {
	c.t.Helper()
	for _, m := range ms {
		check(c.t, c.startOne(m))
	}
}

func (c *centreOf) startOne(m label.MemberID) error {
	dir := filepath.Join(c.dir, string(m))
	var o store.Options
	if c.opts != nil {
		o = c.opts(m)
	}
	l, err := logdb.Open(filepath.Join(dir, "log.db"), o)
	if err != nil {
		return err
	}
	cert := tlsCert(c.t, c.keys[m].tls)
	link := &Link{Addresses: map[label.MemberID]string{}, Dialer: side{c.net, m}, Cert: func() tls.Certificate { return cert }}
	for o := range c.found.Members().All() {
		link.Addresses[o] = string(o)
	}
	logger := slog.New(slog.DiscardHandler)
	if os.Getenv("ENTENTE_TEST_LOG") != "" {
		logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	s, err := Open(context.Background(), Options{Self: m, Founding: c.found, Log: l, Keys: c.keys[m], Peers: link, Tuning: c.tune, Logger: logger})
	if err != nil {
		l.Close()
		return err
	}
	link.Station = func() *Station { return s }
	ln := c.net.listen(m)
	srv := &http.Server{Handler: s.Handler(s.CallerTLS), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go srv.Serve(tls.NewListener(ln, s.TLS(cert, "")))
	ctx, cancel := context.WithCancel(context.Background())
	p := &post{Station: s, dir: dir, cancel: cancel, done: make(chan error, 1)}
	go func() { p.done <- s.Run(ctx) }()
	p.stop = func() {
		cancel()
		<-p.done
		srv.Close()
		ln.Close()
		link.Close()
		l.Close()
	}
	c.posts[m] = p
	return nil
}

func (c *centreOf) stop(ms ...label.MemberID) {
	for _, m := range ms {
		if p := c.posts[m]; p != nil {
			p.stop()
			delete(c.posts, m)
		}
	}
}

func (c *centreOf) stopAll() { c.stop("IRN", "IRQ", "RUS", "SYR") }

// items makes n sealed envelopes of a size.
func (c *centreOf) items(m label.MemberID, n, size int, ref string) []Item {
	signer := c.keys[m].Header()
	var key seal.SetKey
	rand.Read(key[:])
	act := make([]byte, size)
	out := make([]Item, n)
	for i := range out {
		out[i] = Item{Seal: func(p seal.Place) (seal.Envelope, error) {
			e, _, err := seal.Seal(p, key, act, 0, signer)
			return e, err
		}}
		if ref != "" {
			out[i].Ref = fmt.Sprintf("%s/%d", ref, i)
		}
	}
	return out
}

// await waits until cond holds for a station, woken by its changes.
func await(t testing.TB, s *Station, what string, cond func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ch := s.Changed()
		if cond() {
			return
		}
		select {
		case <-ch:
		case <-tick.C:
		case <-limit.C:
			st, _ := s.Status(context.Background())
			t.Fatalf("%s: waited in vain for %s: %+v", s.Self(), what, st)
		}
	}
}
