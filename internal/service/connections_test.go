package service

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// lines is a listener whose connections are in memory.
type lines struct {
	ch   chan net.Conn
	done chan struct{}
}

func newLines() *lines { return &lines{make(chan net.Conn, 1024), make(chan struct{})} }

func (l *lines) Accept() (net.Conn, error) {
	select {
	case c := <-l.ch:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *lines) Close() error   { close(l.done); return nil }
func (l *lines) Addr() net.Addr { return &net.TCPAddr{} }

type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

// dial returns the caller's end of a connection from an address.
func (l *lines) dial(host string) net.Conn {
	a, b := net.Pipe()
	l.ch <- from{b, &net.TCPAddr{IP: net.ParseIP(host), Port: 40000}}
	return a
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// bed is a server behind the bounds, with its counts.
func bed(t *testing.T) (*lines, *connections, *tls.Config) {
	t.Helper()
	l := newLines()
	srv := server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }), slog.New(slog.DiscardHandler))
	conf := &tls.Config{Certificates: []tls.Certificate{certificate(t)}, ClientAuth: tls.RequireAnyClientCert, InsecureSkipVerify: true, SessionTicketsDisabled: true}
	c := bounded(srv, l)
	go srv.Serve(tls.NewListener(c, conf))
	t.Cleanup(func() { srv.Close() })
	return l, c, conf
}

func (c *connections) counts() (fresh, addresses, proved int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.proved {
		proved += n
	}
	return len(c.fresh), len(c.address), proved
}

func ask(conn net.Conn) error {
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// Who opens connections and proves nothing takes up a bounded number, for a
// bounded time, and keeps out nobody who proves a key.
func TestNewConnectionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c, conf := bed(t)
		for range 2 * maxNewAddress {
			defer l.dial("192.0.2.1").Close()
		}
		synctest.Wait()
		if fresh, addresses, _ := c.counts(); fresh != maxNewAddress || addresses != 1 {
			t.Errorf("%d new connections of %d addresses", fresh, addresses)
		}
		for i := range 2 * maxNew {
			defer l.dial(fmt.Sprintf("2001:db8:%x::1", i)).Close()
		}
		synctest.Wait()
		if fresh, _, _ := c.counts(); fresh != maxNew {
			t.Errorf("%d new connections", fresh)
		}
		member := tls.Client(l.dial("198.51.100.7"), conf)
		defer member.Close()
		if err := ask(member); err != nil {
			t.Fatalf("a member is kept out: %v", err)
		}
		if _, _, proved := c.counts(); proved != 1 {
			t.Errorf("%d proved", proved)
		}
		time.Sleep(headerWait + time.Second) // the bound of the handshake
		synctest.Wait()
		if fresh, addresses, proved := c.counts(); fresh != 0 || addresses != 0 || proved != 1 {
			t.Errorf("after their time %d new of %d addresses, %d proved", fresh, addresses, proved)
		}
		time.Sleep(idleWait)
		synctest.Wait()
		if _, _, proved := c.counts(); proved != 0 {
			t.Error("an idle connection stays open")
		}
	})
}

// One key has so many connections and no more; another is not touched by it,
// and what is closed makes room.
func TestConnectionsOfOneKeyAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c, conf := bed(t)
		other := conf.Clone()
		other.Certificates = []tls.Certificate{certificate(t)}
		var open []net.Conn
		for i := range maxProved + 3 {
			conn := tls.Client(l.dial("192.0.2.1"), conf)
			defer conn.Close()
			open = append(open, conn)
			if err := ask(conn); (err == nil) != (i < maxProved) {
				t.Fatalf("connection %d: %v", i, err)
			}
		}
		conn := tls.Client(l.dial("192.0.2.1"), other)
		defer conn.Close()
		if err := ask(conn); err != nil {
			t.Errorf("another key: %v", err)
		}
		open[0].Close()
		synctest.Wait()
		if fresh, _, proved := c.counts(); fresh != 0 || proved != maxProved {
			t.Errorf("%d new, %d proved", fresh, proved)
		}
		again := tls.Client(l.dial("192.0.2.1"), conf)
		defer again.Close()
		if err := ask(again); err != nil {
			t.Errorf("after one was closed: %v", err)
		}
	})
}

func TestNetworkOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1:5": "192.0.2.1", "[::ffff:192.0.2.1]:5": "192.0.2.1", "[2001:db8::1]:5": "2001:db8::/64", "[2001:db8::ffff:1]:6": "2001:db8::/64", "[fe80::1%eth0]:5": "fe80::/64",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := network(a); got != want {
			t.Errorf("%s comes from %s, want %s", addr, got, want)
		}
	}
}
