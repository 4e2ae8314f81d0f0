package centre

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"entente/label"
	"entente/seal"
)

// A member has so many requests and bytes under way and no more; what it uses
// up is its own.
func TestGate(t *testing.T) {
	var g gate
	for i := range maxRequests {
		if err := g.enter("RUS", 1); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := g.enter("RUS", 0); !errors.Is(err, ErrBusy) || Code(err) != "busy" || !strings.Contains(err.Error(), "send it again") {
		t.Errorf("one request too many: %v", err)
	}
	check(t, g.enter("IRN", maxUnderWay-5))
	if err := g.enter("IRN", 6); !errors.Is(err, ErrBusy) {
		t.Errorf("one byte too many: %v", err)
	}
	check(t, g.enter("IRN", 5))
	g.leave("IRN", 5)
	g.leave("IRN", maxUnderWay-5)
	for range maxRequests {
		g.leave("RUS", 1)
	}
	if len(g.of) > 0 {
		t.Errorf("left over: %v", g.of)
	}
}

// begin sends a request whose body never comes to its end.
func (c *centreOf) begin(path string, length int) net.Conn {
	c.t.Helper()
	conn, err := side{c.net, "RUS"}.DialContext(context.Background(), "tcp", "IRQ:443")
	check(c.t, err)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: IRQ\r\nContent-Length: %d\r\n\r\nx", linkPath+path, length)
	check(c.t, err)
	return conn
}

// A member that begins requests and never ends them is refused further ones,
// holds up nobody else, and is itself served again when its time is over.
func TestUnfinishedRequests(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.pace(time.Minute)
		c.startAll()
		c.stop("RUS")
		// Two of 30 MiB claim 8 MiB each: no more is ever read of a request.
		var conns []net.Conn
		for i := range maxRequests {
			conns = append(conns, c.begin("/submit", []int{1000, 30 << 20}[i%8/7]))
		}
		time.Sleep(time.Second)
		if status, a := c.ask("RUS", "IRQ", "GET", "/head", nil); status != http.StatusTooManyRequests || a.Code != "busy" || a.Message == "" {
			t.Errorf("one request too many is answered %d %+v", status, a)
		}
		if status, _ := c.ask("IRN", "IRQ", "GET", "/head", nil); status != http.StatusOK {
			t.Errorf("another member is answered %d", status)
		}
		c.file("IRN", 2)
		c.certified(3, "IRQ", "IRN", "SYR")
		time.Sleep(lineTime(1000))
		if status, _ := c.ask("RUS", "IRQ", "GET", "/head", nil); status != http.StatusOK {
			t.Errorf("after the time of its requests the member is answered %d", status)
		}
		time.Sleep(lineTime(maxFrame))
		for i, conn := range conns {
			conn.SetReadDeadline(time.Now().Add(time.Second))
			if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
				io.Copy(io.Discard, resp.Body)
				if resp.StatusCode == http.StatusOK {
					t.Errorf("request %d, which has no end, is answered", i)
				}
			}
			conn.Close()
		}
		g := &c.posts["IRQ"].gate
		g.mu.Lock()
		defer g.mu.Unlock()
		if u := g.of["RUS"]; u != nil {
			t.Errorf("still under way: %+v", u)
		}
	})
}

// Bodies that are set aside count before they come.
func TestBytesUnderWay(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.stop("RUS")
		for range maxUnderWay / maxFrame {
			defer c.begin("/submit", maxFrame).Close()
		}
		time.Sleep(time.Second)
		if status, a := c.ask("RUS", "IRQ", "POST", "/submit", []byte("x")); status != http.StatusTooManyRequests || a.Code != "busy" {
			t.Errorf("one byte too many is answered %d %+v", status, a)
		}
		if status, a := c.ask("IRN", "IRQ", "POST", "/submit", []byte("x")); a.Code != "truncated" {
			t.Errorf("another member is answered %d %+v", status, a)
		}
	})
}

// What a submitter no longer waits for keeps no bytes in the queue and is not
// sequenced.
func TestSubmissionGivenUp(t *testing.T) {
	c := newCentre(t, nil)
	e := (&maker{c: c, id: "RUS", keys: c.keys["RUS"]}).next()
	r := run{headers: e[:seal.HeaderSize], bodies: [][]byte{e[seal.HeaderSize:]}}
	q := newSequencer(nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if res := q.submit(ctx, r); !errors.Is(res.err, context.DeadlineExceeded) {
		t.Fatalf("nobody sequences, and the answer is %+v", res)
	}
	if sub := <-q.in; sub.run.n() != 0 || sub.take() {
		t.Error("what was given up is still held")
	}
}

// The time of a request bounds how long it comes, not how long it is worked on.
func TestSlowAnswer(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.pace(time.Hour)
		gone := make(chan error, 1)
		c.serve["IRQ"] = func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c.posts["IRQ"].Guard(plainCaller, func(w http.ResponseWriter, r *http.Request, _ label.MemberID) error {
					if _, err := io.ReadAll(r.Body); err != nil {
						return err
					}
					select {
					case <-time.After(4 * lineTime(maxFrame)):
					case <-r.Context().Done():
						gone <- r.Context().Err()
					}
					return ErrQuota
				}).ServeHTTP(w, r)
			})
		}
		c.start("IRQ")
		if status, a := c.ask("RUS", "IRQ", "POST", "/submit", []byte("an envelope")); status != http.StatusTooManyRequests || a.Code != "quota" {
			t.Errorf("answered %d %+v", status, a)
		}
		select {
		case err := <-gone:
			t.Errorf("the request ended while it was worked on: %v", err)
		default:
		}
	})
}
