package feed

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"entente/label"
	"entente/taxii"
)

// The clients in circulation, where a Python that has them is installed;
// ENTENTE_PYTHON names one that is not in the path.
func TestClientsInCirculation(t *testing.T) {
	python := os.Getenv("ENTENTE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import taxii2client.v21, stix2").Run(); err != nil {
		t.Skip("no Python with taxii2-client and stix2 is here; ENTENTE_PYTHON names one")
	}
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	b.account("sensor", Grants{Clearance: low, Write: true})
	for i := range 6 {
		b.file(item{name: fmt.Sprint("report ", i), by: "IRQ", minute: int64(i / 3), objects: []string{tool(i, v1), tool(50, v1)}},
			item{name: fmt.Sprint("hidden ", i), by: "IRQ", minute: int64(i / 3), mark: func(l *label.Label) { l.Class = "SECRET" }, objects: []string{tool(77, v1)}})
	}
	b.turn()
	srv := httptest.NewServer(b.feed.Handler(5))
	defer srv.Close()
	out, err := exec.Command(python, "testdata/clients.py", srv.URL+"/taxii2/", "low", b.secrets["low"], "sensor", b.secrets["sensor"]).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "ok 40\n") { // warnings of the clients come before
		t.Fatalf("%v\n%s", err, out)
	}
}

// Requests that nobody should make are answered with a TAXII error or not at
// all; none brings the server down or keeps it from serving another.
func TestMaliciousClients(t *testing.T) {
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	b.account("sensor", Grants{Clearance: low, Write: true})
	b.file(item{name: "one", by: "IRQ", minute: 1, objects: []string{tool(1, v1)}})
	b.turn()
	srv := httptest.NewServer(b.feed.Handler(5))
	defer srv.Close()
	base := srv.URL + "/entente/collections/"
	send := func(method, path, user, body string, header ...string) (int, string) {
		r, err := http.NewRequest(method, base+path, strings.NewReader(body))
		check(t, err)
		r.SetBasicAuth(user, b.secrets[user])
		r.Header.Set("Accept", taxii.MediaType)
		r.Header.Set("Content-Type", taxii.MediaType)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := srv.Client().Do(r)
		if err != nil {
			return 0, err.Error()
		}
		defer resp.Body.Close()
		text := new(strings.Builder)
		bufio.NewReader(resp.Body).WriteTo(text)
		return resp.StatusCode, text.String()
	}
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for _, c := range []struct {
		why, method, path, user, body string
		header                        []string
		want                          int
	}{
		{"a page of everything", "GET", "reports/objects/?limit=99999999999999999999", "low", "", nil, 200},
		{"a page of nothing", "GET", "reports/objects/?limit=0", "low", "", nil, 400},
		{"a next of somebody else", "GET", "reports/objects/?next=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "low", "", nil, 400},
		{"a date that is none", "GET", "reports/objects/?added_after=yesterday", "low", "", nil, 400},
		{"ten thousand identifiers", "GET", "reports/objects/?match[id]=" + strings.Repeat("a--b,", 10_000) + "a", "low", "", nil, 400},
		{"a range of bytes", "GET", "reports/objects/", "low", "", []string{"Range", "bytes=0-10"}, 200},
		{"no such method", "PATCH", "reports/objects/", "low", "x", nil, 405},
		{"any type", "GET", "reports/objects/", "low", "", []string{"Accept", "*/*"}, 406},
		{"another type of body", "POST", "sensor/objects/", "sensor", "{}", []string{"Content-Type", "application/json"}, 415},
		{"no envelope", "POST", "sensor/objects/", "sensor", `[]`, nil, 422},
		{"an empty envelope", "POST", "sensor/objects/", "sensor", `{"objects":[]}`, nil, 422},
		{"deep nesting", "POST", "sensor/objects/", "sensor", `{"objects":[` + deep + `]}`, nil, 422},
		{"more than the root takes", "POST", "sensor/objects/", "sensor", strings.Repeat(" ", maxContent+1), nil, 413},
		{"a path that climbs", "GET", "../../entente/collections/reports/%2e%2e/sensor/objects/", "low", "", nil, 404},
	} {
		if got, text := send(c.method, c.path, c.user, c.body, c.header...); got != c.want {
			t.Errorf("%s: HTTP %d, want %d: %.200s", c.why, got, c.want, text)
		}
	}
	// One that begins and does not go on loses its connection. Only this server
	// is short of patience: what is refused above is refused for what it is,
	// however slowly this machine sends it.
	brisk := httptest.NewUnstartedServer(b.feed.Handler(5))
	brisk.Config.ReadTimeout = 300 * time.Millisecond
	brisk.Start()
	defer brisk.Close()
	conn, err := net.Dial("tcp", brisk.Listener.Addr().String())
	check(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST /entente/collections/sensor/objects/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n")
	conn.SetReadDeadline(time.Now().Add(4 * time.Minute))
	text := new(strings.Builder)
	if _, err := bufio.NewReader(conn).WriteTo(text); err != nil {
		t.Errorf("a slow client keeps its connection: %v", err)
	}
	if got, _ := send("GET", "reports/objects/", "low", ""); got != 200 {
		t.Errorf("afterwards HTTP %d", got)
	}
}
