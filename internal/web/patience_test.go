package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
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
	check(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = c.Write([]byte(raw))
	check(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// A body that does not come is not waited for, whatever the route.
func TestStalledBodiesAreGivenUp(t *testing.T) {
	b := newBedWith(t, section.Options{}, Options{patience: patience{ordinary: 200 * time.Millisecond, slow: time.Minute, idle: 200 * time.Millisecond}})
	addr := served(t, b)
	for _, path := range []string{"/drafts", "/releases", "/attachments?name=x", "/collect?kind=text&name=x"} {
		begun := time.Now()
		status := exchange(t, addr, fmt.Sprintf("POST %s%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", base, path, b.token("duty")))
		if took := time.Since(begun); took > 10*time.Second || status != 0 && status < 400 {
			t.Errorf("%s: HTTP %d after %s", path, status, took)
		}
	}
	if len(b.server.uploads) != 0 {
		t.Errorf("%d rooms are still taken", len(b.server.uploads))
	}
}

// Work on a whole import may take longer than a body may take to come in; an
// ordinary request may not.
func TestSlowWorkOutlivesTheTimeForItsBody(t *testing.T) {
	b := newBedWith(t, section.Options{}, Options{patience: patience{ordinary: 300 * time.Millisecond, slow: 30 * time.Second, idle: 100 * time.Millisecond}})
	ended := make(chan error, 1)
	for _, slow := range []bool{true, false} {
		register(b.server, operation{id: fmt.Sprint("work", slow), method: http.MethodPost, path: fmt.Sprint("/work-", slow), tag: "session", slow: slow, summary: "Of this test"},
			func(ctx context.Context, _ caller, in *struct{ Body api.Reason }) (*body[api.Reason], error) {
				done := time.NewTimer(900 * time.Millisecond)
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
	post := func(path string) error {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+base+path, strings.NewReader(`{"reason":"x"}`))
		check(t, err)
		req.Header.Set("Authorization", "Bearer "+b.token("duty"))
		req.Header.Set("Content-Type", "application/json")
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
		return <-ended
	}
	if err := post("/work-true"); err != nil {
		t.Errorf("slow work was broken off: %v", err)
	}
	if err := post("/work-false"); err == nil {
		t.Error("an ordinary request takes as long as it likes")
	}
}
