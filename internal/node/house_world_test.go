package node

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store"
	"entente/label"
)

// A world is the nodes of all members in a bubble of virtual time, joined by
// lines in memory, with a tap on everything that they say to each other. Two
// worlds that get the same acts at the same moments can be compared to the
// second.
type world struct {
	*house
	lines  *lines
	tap    *tap
	tuning centre.Tuning
	// officers outlive the nodes that they logged in at.
	officers map[label.MemberID]map[string]section.Officer
}

// lines carries connections between nodes in memory.
type lines struct {
	mu sync.Mutex
	in map[string]*memListener
}

type memListener struct {
	lines *lines
	name  string
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (n *lines) listen(name string) *memListener {
	l := &memListener{lines: n, name: name, conns: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.in[name] = l
	return l
}

func (n *lines) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.in[address]
	n.mu.Unlock()
	if l == nil {
		return nil, errors.New("no line")
	}
	a, b := net.Pipe()
	select {
	case l.conns <- b:
		return a, nil
	case <-l.done:
		return nil, errors.New("no line")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() {
		l.lines.mu.Lock()
		delete(l.lines.in, l.name)
		l.lines.mu.Unlock()
		close(l.done)
	})
	return nil
}

func (l *memListener) Addr() net.Addr { return &net.UnixAddr{Name: l.name, Net: "mem"} }

// worldStart is when the virtual clocks of all worlds begin.
var worldStart = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// newWorld founds a centre led by lead in a bubble that has just begun, with
// its clock set to worldStart. Its first epoch has begun a day before.
func newWorld(t testing.TB, lead label.MemberID, change func(*charter.Charter)) *world {
	time.Sleep(time.Until(worldStart))
	h := newHouse(t, func(c *charter.Charter) {
		c.Founded = label.At(2026, 3, 1, 0, 0)
		c.Leads = []label.MemberID{lead}
		for _, m := range four {
			if m != lead {
				c.Leads = append(c.Leads, m)
			}
		}
		c.ReceiptSeconds = 10
		c.Slots = 4
		if change != nil {
			change(c)
		}
	})
	for m := range h.addrs {
		h.addrs[m] = string(m)
	}
	return &world{house: h, lines: &lines{in: map[string]*memListener{}}, tap: &tap{}, officers: map[label.MemberID]map[string]section.Officer{}}
}

// newSlowWorld founds a centre led by IRQ in which days pass, with a grace of so
// many, and starts all its nodes: what they say at intervals they say seldom.
func newSlowWorld(t testing.TB, graceDays int) *world {
	w := newWorld(t, "IRQ", func(c *charter.Charter) { c.GraceDays, c.ReceiptSeconds = graceDays, 3600 })
	w.tuning = centre.Tuning{CompareEvery: 10 * time.Minute, Alive: 10 * time.Minute}
	w.startNodes(four...)
	t.Cleanup(w.close)
	w.settle(2 * time.Minute)
	w.ready(four...)
	return w
}

// startNodes starts the nodes of members.
func (w *world) startNodes(ms ...label.MemberID) {
	w.t.Helper()
	for _, m := range ms {
		logger := slog.New(slog.DiscardHandler)
		if os.Getenv("ENTENTE_TEST_LOG") != "" {
			logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", string(m))
		}
		n, err := Open(context.Background(), Options{
			Dir: filepath.Join(w.dir, string(m)), Self: m, Unlock: keyring.Passphrase([]byte(testPassphrase)),
			Addresses: w.addrs, Dialer: w.lines, Logger: logger, Tuning: w.tuning, Store: store.Options{Relaxed: true},
			Section: section.Options{Argon2: section.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}},
		})
		check(w.t, err)
		l := w.lines.listen(string(m))
		srv := &http.Server{Handler: w.tap.around(n, n.LinkHandler()), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
		go srv.Serve(tls.NewListener(l, n.LinkTLS()))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		if w.officers[m] == nil {
			w.officers[m] = map[string]section.Officer{}
		}
		r := &running{Node: n, officers: w.officers[m]}
		r.stop = func() {
			cancel()
			<-done
			srv.Close()
			n.Close()
		}
		w.nodes[m] = r
	}
}

// halt stops the nodes of members.
func (w *world) halt(ms ...label.MemberID) {
	for _, m := range ms {
		if n := w.nodes[m]; n != nil {
			n.stop()
			delete(w.nodes, m)
		}
	}
	synctest.Wait()
}

// close stops all nodes and waits until nothing of them is left.
func (w *world) close() {
	w.stopAll()
	synctest.Wait()
}

// settle lets a virtual time pass and everything come to rest.
func (w *world) settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
