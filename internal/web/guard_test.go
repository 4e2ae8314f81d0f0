package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"entente/internal/node/nodetest"
	"entente/internal/section"
	"entente/internal/web/api"
)

func TestTheNodeIsCalledByItsOwnNames(t *testing.T) {
	b := newBedWith(t, section.Options{}, Options{Names: []string{"Desk.Example.org"}})
	for host, want := range map[string]bool{
		"irq.localhost:8701": true, "IRQ.localhost": true, "localhost": true, "localhost:1": true, "127.0.0.1:8701": true, "[::1]:8701": true, "[::1]": true,
		"192.0.2.7": true, "desk.example.org": true, "desk.example.org.": true, "desk.example.org:443": true,
		"rus.localhost": false, "example.org": false, "desk.example.org.evil.example": false, "localhost.evil.example": false, "": false,
		"127.0.0.1.evil.example": false, "1.2.3": false, "irq.localhost@evil.example": false,
	} {
		for name, h := range map[string]http.Handler{"API": b.handler, "figures": b.server.Metrics()} {
			b.handler = h
			w := b.request("GET", "/healthz", "", nil, "Host", host)
			if refused := w.Code == http.StatusMisdirectedRequest; refused == want {
				t.Errorf("%s of %q: HTTP %d", name, host, w.Code)
			}
			b.handler = b.server.Handler()
		}
	}
}

// A session in a cookie is one that a foreign page could ask a browser to use.
func TestForeignPagesCannotActWithASession(t *testing.T) {
	b := newBed(t)
	cookie := b.server.cookie() + "=" + b.token("duty")
	if b.server.cookie() != "entente_irq" {
		t.Errorf("the cookie is called %s", b.server.cookie())
	}
	for _, x := range []struct {
		what    string
		method  string
		headers []string
		status  int
		code    string
	}{
		{"reading with the cookie", "GET", []string{"Cookie", cookie}, 200, ""},
		{"changing with the cookie alone", "DELETE", []string{"Cookie", cookie}, 403, "origin"},
		{"changing from another site", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Sec-Fetch-Site", "cross-site"}, 403, "origin"},
		{"changing from a neighbour", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Sec-Fetch-Site", "same-site"}, 403, "origin"},
		{"changing from another origin", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Origin", "http://evil.example"}, 403, "origin"},
		{"changing from another port", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Origin", "http://localhost:8702"}, 403, "origin"},
		{"changing from nowhere", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Origin", "null"}, 403, "origin"},
		{"another member's cookie", "GET", []string{"Cookie", "entente_rus=" + b.token("duty")}, 401, "unauthenticated"},
		{"a bad bearer beside a good cookie", "GET", []string{"Cookie", cookie, "Authorization", "Bearer x"}, 401, "unauthenticated"},
		{"changing from the desk", "DELETE", []string{"Cookie", cookie, api.HeaderDesk, "1", "Origin", "http://localhost:8701", "Sec-Fetch-Site", "same-origin"}, 204, ""},
	} {
		w := b.request(x.method, base+"/session", "", nil, x.headers...)
		if w.Code != x.status || x.code != "" && refusalOf(t, w).Code != x.code {
			t.Errorf("%s: HTTP %d %s, want %d %s", x.what, w.Code, w.Body, x.status, x.code)
		}
	}
	// Logging a browser in under a foreign name is an act as well.
	w := b.request("POST", base+"/session", "", api.LogIn{Login: "duty", Password: nodetest.Password, Desk: true}, "Origin", "http://evil.example")
	if w.Code != 403 {
		t.Errorf("log-in from another origin: HTTP %d", w.Code)
	}
	if w := b.request("POST", base+"/session", "", []byte(`{"login":"duty","password":"`+nodetest.Password+`"}`), "Content-Type", "text/plain"); w.Code < 400 {
		t.Errorf("log-in by a form of another kind: HTTP %d", w.Code)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	b := newBed(t)
	for _, path := range []string{"/", "/healthz", "/nothing", base + "/nothing", base + "/reports", base + "/openapi.json"} {
		h := b.request("GET", path, "", nil).Header()
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestWhatFitsNothingIsRefusedInTheAPIsForm(t *testing.T) {
	b := newBed(t)
	big := bytes.Repeat([]byte(" "), maxBody+1)
	for _, x := range []struct {
		what, method, path string
		body               any
		status             int
		code               string
	}{
		{"no such path", "GET", base + "/nothing", nil, 404, "not_found"},
		{"no such root", "GET", "/etc/passwd", nil, 404, "not_found"},
		{"another method", "DELETE", base + "/reports", nil, 405, "method"},
		{"a strange method", "BREW", base + "/reports", nil, 405, "method"},
		{"a long address", "GET", base + "/reports?text=" + strings.Repeat("a", maxURL), nil, 414, "too_large"},
		{"a large body", "POST", base + "/drafts", big, 413, "too_large"},
		{"a large body of unknown length", "POST", base + "/drafts", onlyReader{bytes.NewReader(big)}, 413, "too_large"},
		{"a parameter out of bounds", "GET", base + "/reports?limit=501", nil, 422, "request"},
		{"a parameter that is no number", "GET", base + "/reports?limit=x", nil, 422, "request"},
		{"a parameter that is none", "GET", base + "/reports?limt=5", nil, 422, "request"},
		{"a type not in the list", "GET", base + "/reports?type=OTHER", nil, 422, "request"},
		{"a body that is no JSON", "POST", base + "/releases", []byte("{"), 400, "request"},
		{"a field that is not in the list", "POST", base + "/releases", map[string]any{"drafts": []string{}, "more": 1}, 422, "request"},
		{"a draft that is none", "POST", base + "/drafts", map[string]any{"report_type": "INTREP"}, 422, "draft"},
		{"a draft with more in it", "POST", base + "/drafts", map[string]any{"portions": []any{map[string]any{}}, "more": 1}, 422, "draft"},
	} {
		w := b.request(x.method, x.path, "duty", x.body)
		if e := refusalOf(t, w); w.Code != x.status || e.Code != x.code {
			t.Errorf("%s: HTTP %d %+v, want %d %s", x.what, w.Code, e, x.status, x.code)
		}
	}
	if allow := b.request("DELETE", base+"/reports", "duty", nil).Header().Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow is %q", allow)
	}
}

// onlyReader hides how long a body is.
type onlyReader struct{ r *bytes.Reader }

func (o onlyReader) Read(p []byte) (int, error) { return o.r.Read(p) }

// Values that were sent in the wrong form are not sent back: one may be a
// password.
func TestRefusalsDoNotRepeatWhatWasSent(t *testing.T) {
	b := newBed(t)
	secret := "s3cret" + strings.Repeat("x", 1100)
	for _, body := range []any{
		api.LogIn{Login: "duty", Password: secret}, map[string]any{"login": "duty", "password": 12345678, "secret": secret},
		[]byte(`{"login":"duty","password":"` + secret), []any{secret}, secret,
	} {
		w := b.request("POST", base+"/session", "", body)
		if w.Code < 400 || strings.Contains(w.Body.String(), "s3cret") || strings.Contains(w.Body.String(), "12345678") {
			t.Errorf("HTTP %d %s", w.Code, w.Body)
		}
	}
}

// The access log holds routes and figures: no path with an id in it, no
// searched word, no login, no token, no password, no content.
func TestTheAccessLogHoldsNoContents(t *testing.T) {
	b := newBed(t)
	b.request("POST", base+"/session", "", api.LogIn{Login: "duty", Password: nodetest.Password, Desk: true})
	b.request("POST", base+"/session", "", api.LogIn{Login: "duty", Password: "a wrong passphrase"})
	b.request("GET", base+"/reports?text=quincunx", "duty", nil)
	b.request("GET", base+"/reports/"+strings.Repeat("5", 32), "duty", nil)
	b.request("GET", "/some/strange/quincunx", "duty", nil)
	b.request("QUINCUNX", "/", "duty", nil)
	b.request("POST", base+"/drafts", "duty", map[string]any{"title": "quincunx"})
	log := b.log.String()
	if n := strings.Count(log, `"msg":"request"`); n != 7 {
		t.Errorf("%d rows for 7 requests:\n%s", n, log)
	}
	for _, word := range []string{"quincunx", "QUINCUNX", strings.Repeat("5", 32), "entente_", nodetest.Password, "wrong passphrase", `"duty"`} {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q:\n%s", word, log)
		}
	}
	if !strings.Contains(log, `"route":"GET `+base+`/reports/{id}","method":"GET","status":404`) {
		t.Errorf("the log lacks a route:\n%s", log)
	}
}

func TestThePageSaysWhichNodeThisIs(t *testing.T) {
	b := newBed(t)
	w := b.request("GET", "/", "", nil)
	for _, want := range []string{"IRQ", "Member IRQ", "Centre of the tests", b.node.Founding().Fingerprint(), base + "/openapi.json"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w.Code != 200 || strings.Contains(w.Body.String(), "<script") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("HTTP %d %s", w.Code, w.Header())
	}
}

func TestAPageWithMarkupInItsNamesShowsItAsText(t *testing.T) {
	var out strings.Builder
	check(t, frontPage.Execute(&out, map[string]string{"Member": "IRQ", "Name": "<script>x</script>", "Centre": "&", "Fingerprint": "f", "Base": base}))
	if strings.Contains(out.String(), "<script>") {
		t.Error(out.String())
	}
}

// A body whose bytes are no UTF-8 would be read as another text.
func TestBodiesAreUTF8(t *testing.T) {
	b := newBed(t)
	for path, body := range map[string]string{
		"/drafts":   `{"report_type": "INTREP", "title": "` + "\xc7\xe1" + `", "portions": []}`,
		"/session":  `{"login": "` + "\xff" + `", "password": "x"}`,
		"/consents": `{"step": "ask", "by": "RUS", "use": "` + "\xff" + `"}`,
	} {
		w := b.request("POST", base+path, "duty", strings.NewReader(body), "Content-Type", "application/json")
		if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest || !strings.Contains(refusalOf(t, w).Message, "not UTF-8") {
			t.Errorf("%s: HTTP %d %s", path, w.Code, w.Body)
		}
	}
}
