package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/section"
	"entente/internal/web/api"
)

// served is the API on a real connection, with little patience.
func served(t *testing.T, b *bed) (addr string) {
	t.Helper()
	srv := httptest.NewServer(b.handler)
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String()
}

// exchange sends raw bytes and reads the answer's status; 0 when the connection
// was closed without one.
func exchange(t *testing.T, addr, raw string) int {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	check(t, err)
	defer c.Close()
	check(t, c.SetDeadline(time.Now().Add(longSlow)))
	_, err = c.Write([]byte(raw))
	check(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// longSlow is the time for slow work in these tests: nothing here may take it up,
// and a busy machine does not either.
const longSlow = 10 * time.Minute

// A body that does not come is not waited for, whatever the route.
func TestStalledBodiesAreGivenUp(t *testing.T) {
	b := newBedWith(t, section.Options{}, Options{patience: patience{ordinary: 200 * time.Millisecond, slow: longSlow, idle: 200 * time.Millisecond}})
	addr := served(t, b)
	for _, path := range []string{"/drafts", "/releases", "/attachments?name=x", "/collect?kind=text&name=x"} {
		begun := time.Now()
		status := exchange(t, addr, fmt.Sprintf("POST %s%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", base, path, b.token("duty")))
		if took := time.Since(begun); took > longSlow/2 || status != 0 && status < 400 {
			t.Errorf("%s: HTTP %d after %s", path, status, took)
		}
	}
	// Each is given back when its handler ends, which may be after the answer.
	for i := range cap(b.server.uploads) {
		select {
		case b.server.uploads <- struct{}{}:
		case <-time.After(longSlow / 2):
			t.Fatalf("%d rooms of %d are still taken", cap(b.server.uploads)-i, cap(b.server.uploads))
		}
	}
}

// Work on a whole import may take longer than a body may take to come in; an
// ordinary request may not.
func TestSlowWorkOutlivesTheTimeForItsBody(t *testing.T) {
	const ordinary = 2 * time.Second // enough to come as far as the handler
	b := newBedWith(t, section.Options{}, Options{patience: patience{ordinary: ordinary, slow: longSlow, idle: ordinary / 3}})
	ended := map[bool]chan error{true: make(chan error, 1), false: make(chan error, 1)}
	for slow, ended := range ended {
		// Slow work lasts longer than anything else may take; the other as long as
		// it is let.
		last := 2 * ordinary
		if !slow {
			last = longSlow / 2
		}
		register(b.server, operation{id: fmt.Sprint("work", slow), method: http.MethodPost, path: fmt.Sprint("/work-", slow), tag: "session", slow: slow, summary: "Of this test"},
			func(ctx context.Context, _ caller, in *struct{ Body api.Reason }) (*body[api.Reason], error) {
				done := time.NewTimer(last)
				defer done.Stop()
				select {
				case <-ctx.Done():
				case <-done.C:
				}
				ended <- ctx.Err()
				return answer(in.Body)
			})
	}
	addr := served(t, b)
	var asked sync.WaitGroup
	for slow := range ended {
		req, err := http.NewRequestWithContext(t.Context(), "POST", fmt.Sprint("http://", addr, base, "/work-", slow), strings.NewReader(`{"reason":"x"}`))
		check(t, err)
		req.Header.Set("Authorization", "Bearer "+b.token("duty"))
		req.Header.Set("Content-Type", "application/json")
		asked.Go(func() {
			if resp, err := http.DefaultClient.Do(req); err == nil {
				resp.Body.Close()
			}
		})
	}
	if err := <-ended[true]; err != nil {
		t.Errorf("slow work was broken off: %v", err)
	}
	if err := <-ended[false]; err == nil {
		t.Error("an ordinary request takes as long as it likes")
	}
	asked.Wait()
}
