package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/node/nodetest"
	"entente/internal/section"
	"entente/internal/web/api"
)

func TestLogIn(t *testing.T) {
	b := newBed(t)
	w := b.request("POST", base+"/session", "", api.LogIn{Login: "analyst", Password: nodetest.Password}, "User-Agent", "a program\x01 of the tests")
	s := decode[api.Session](t, w)
	if !strings.HasPrefix(s.Token, "entente_") || w.Header().Get("Set-Cookie") != "" || s.Officer.Login != "analyst" || !slices.Equal(s.Officer.Roles, []string{"analyst"}) {
		t.Errorf("session %+v, cookie %q", s, w.Header().Get("Set-Cookie"))
	}
	if !slices.Contains(s.Allowed, "draft.save") || slices.Contains(s.Allowed, "release.approve") {
		t.Errorf("allowed %v", s.Allowed)
	}
	b.tokens["analyst"] = s.Token
	open := decode[api.Sessions](t, b.request("GET", base+"/sessions", "analyst", nil)).Sessions
	if len(open) != 1 || open[0].Client != "a program of the tests" || !open[0].Present || strings.Contains(s.Token, open[0].ID) {
		t.Errorf("sessions %+v", open)
	}
	if me := decode[api.Session](t, b.request("GET", base+"/session", "analyst", nil)); me.Token != "" || me.Officer.Login != "analyst" {
		t.Errorf("who am I: %+v", me)
	}
	// Unknown officer and wrong password are one answer.
	wrong := b.request("POST", base+"/session", "", api.LogIn{Login: "analyst", Password: "a wrong passphrase"})
	unknown := b.request("POST", base+"/session", "", api.LogIn{Login: "nobody", Password: "a wrong passphrase"})
	if wrong.Code != http.StatusUnauthorized || !same(wrong, unknown) || refusalOf(t, wrong).Code != "credentials" {
		t.Errorf("wrong %d %s, unknown %d %s", wrong.Code, wrong.Body, unknown.Code, unknown.Body)
	}
}

// A desk's token stays in a cookie that scripts cannot read.
func TestTheDesksTokenIsInACookieAlone(t *testing.T) {
	for _, secure := range []bool{false, true} {
		b := newBedWith(t, section.Options{}, Options{Secure: secure})
		w := b.request("POST", base+"/session", "", api.LogIn{Login: "analyst", Password: nodetest.Password, Desk: true})
		if s := decode[api.Session](t, w); s.Token != "" {
			t.Errorf("the token is shown")
		}
		c := w.Result().Cookies()
		if len(c) != 1 || c[0].Name != "entente_irq" || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" || c[0].Secure != secure || c[0].Domain != "" {
			t.Fatalf("cookie %+v", c)
		}
		if (w.Header().Get("Strict-Transport-Security") != "") != secure {
			t.Errorf("headers %v", w.Header())
		}
		out := b.request("DELETE", base+"/session", "", nil, "Cookie", c[0].Name+"="+c[0].Value, api.HeaderDesk, "1")
		if gone := out.Result().Cookies(); out.Code != 204 || len(gone) != 1 || gone[0].Name != c[0].Name || gone[0].MaxAge >= 0 {
			t.Errorf("log-out: HTTP %d %+v", out.Code, gone)
		}
	}
}

func TestGuessingPasswordsIsSlowedDown(t *testing.T) {
	policy := section.DefaultThrottle
	policy.Free, policy.Base = 2, time.Minute
	b := newBedWith(t, section.Options{Throttle: policy}, Options{})
	for i := range 4 {
		w := b.request("POST", base+"/session", "", api.LogIn{Login: "duty", Password: "a wrong passphrase"})
		if i < 2 {
			if w.Code != http.StatusUnauthorized {
				t.Errorf("failure %d: HTTP %d", i+1, w.Code)
			}
			continue
		}
		after := w.Header().Get("Retry-After")
		if e := refusalOf(t, w); w.Code != http.StatusTooManyRequests || e.Code != api.CodeThrottled || after == "" || after == "0" {
			t.Errorf("failure %d: HTTP %d %s, Retry-After %q", i+1, w.Code, w.Body, after)
		}
	}
	// The right password waits as well; another officer does not.
	if w := b.request("POST", base+"/session", "", api.LogIn{Login: "duty", Password: nodetest.Password}); w.Code != http.StatusTooManyRequests {
		t.Errorf("the right password: HTTP %d", w.Code)
	}
	if w := b.request("POST", base+"/session", "", api.LogIn{Login: "analyst", Password: nodetest.Password}); w.Code != http.StatusOK {
		t.Errorf("another officer: HTTP %d %s", w.Code, w.Body)
	}
}

func TestOfficersAreKeptByCustodians(t *testing.T) {
	b := newBed(t)
	do := func(status int, method, path string, body any) {
		t.Helper()
		if w := b.request(method, base+path, "custodian", body); w.Code != status {
			t.Errorf("%s %s: HTTP %d %s, want %d", method, path, w.Code, w.Body, status)
		}
	}
	yes, no, name := true, false, "Another name"
	do(204, "POST", "/officers", api.NewOfficer{Login: "second", Name: "Second", Roles: []string{"release", "duty"}, Password: "nine dry leaves in a bowl"})
	do(409, "POST", "/officers", api.NewOfficer{Login: "second", Name: "Second", Roles: []string{"duty"}, Password: "nine dry leaves in a bowl"})
	do(422, "POST", "/officers", api.NewOfficer{Login: "third", Name: "Third", Roles: []string{"duty"}, Password: "short"})
	do(422, "POST", "/officers", api.NewOfficer{Login: "third", Name: "Third", Roles: []string{"custodian", "duty"}, Password: "nine dry leaves in a bowl"})
	do(422, "POST", "/officers", map[string]any{"login": "third", "name": "Third", "roles": []string{"king"}, "password": "nine dry leaves in a bowl"})
	do(422, "PATCH", "/officers/second", api.ChangeOfficer{})
	do(204, "PATCH", "/officers/second", api.ChangeOfficer{Name: &name, Roles: &[]string{"analyst"}, Disabled: &yes})
	do(404, "PATCH", "/officers/nobody", api.ChangeOfficer{Disabled: &yes})
	do(403, "PATCH", "/officers/custodian", api.ChangeOfficer{Disabled: &yes})
	list := decode[api.Officers](t, b.request("GET", base+"/officers", "custodian", nil)).Officers
	i := slices.IndexFunc(list, func(o api.Officer) bool { return o.Login == "second" })
	if len(list) != 7 || i < 0 || !list[i].Disabled || list[i].Name != name || !slices.Equal(list[i].Roles, []string{"analyst"}) || list[i].LastLogIn != nil {
		t.Errorf("officers %+v", list)
	}
	do(204, "PATCH", "/officers/second", api.ChangeOfficer{Disabled: &no})
	do(204, "PUT", "/officers/second/password", api.SetPassword{Password: "ten dry leaves in a bowl"})
	s := decode[api.Session](t, b.request("POST", base+"/session", "", api.LogIn{Login: "second", Password: "ten dry leaves in a bowl"}))
	b.tokens["second"] = s.Token
	open := decode[api.Sessions](t, b.request("GET", base+"/officers/second/sessions", "custodian", nil)).Sessions
	if len(open) != 1 || open[0].Present {
		t.Fatalf("sessions %+v", open)
	}
	do(204, "DELETE", "/officers/second/sessions/"+open[0].ID, nil)
	do(404, "DELETE", "/officers/second/sessions/"+open[0].ID, nil)
	if w := b.request("GET", base+"/session", "second", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("the ended session: HTTP %d", w.Code)
	}
	// None of it needs, or leaves, a password in the audit log.
	if rows := b.request("GET", base+"/audit", "inspector", nil).Body.String(); strings.Contains(rows, "leaves in a bowl") {
		t.Error("the audit log holds a password")
	}
}
