package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/client"
	"entente/internal/web/api"
)

func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://irq.localhost:8701": true, "https://desk.example.org": true, "https://desk.example.org/": true, "irq.localhost:8701": true, "desk.example.org": true,
		"ftp://x": false, "http://": false, "": false, "http://user:secret@x": false, "http://x?y=1": false, "http://x y": false,
	} {
		if _, err := client.New(address, client.Options{}); (err == nil) != ok || err != nil && !errors.Is(err, client.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// What answers is not always a node, and not always whole.
func TestStrangeAnswers(t *testing.T) {
	for _, x := range []struct {
		what string
		h    http.HandlerFunc
		call func(*client.Client) error
		want error
	}{
		{"a page", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, status, client.ErrAnswer},
		{"a page of refusal", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "go away", http.StatusForbidden) }, status, client.ErrAnswer},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		}, status, client.ErrAnswer},
		{"an unknown code", refuse(418, `{"code":"teapot","message":"m"}`), status, client.ErrInvalid},
		{"an unknown failure", refuse(502, `{"code":"gateway","message":"m"}`), status, client.ErrInternal},
		{"a busy node", refuse(429, `{"code":"busy","message":"m"}`), status, client.ErrBusy},
		{"half an answer", half(`{"member":`), status, client.ErrUnreachable},
		{"half an export", half("tar"), export, client.ErrIncomplete},
		{"an export without an end", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "tar"); panic(http.ErrAbortHandler) }, export, nil},
		{"a stream without an end", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"progress":{"done":1}}`+"\n") }, collect, client.ErrIncomplete},
		{"a stream of something else", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>\n") }, collect, client.ErrAnswer},
		{"a stream that is refused", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"error":{"code":"import_xml","message":"m"}}`+"\n")
		}, collect, client.ErrInvalid},
		{"a whole file for a range", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "all of it") }, rest, client.ErrAnswer},
	} {
		srv := httptest.NewServer(x.h)
		c, err := client.New(srv.URL, client.Options{})
		check(t, err)
		err = x.call(c)
		if err == nil || x.want != nil && !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", x.what, err, x.want)
		}
		srv.Close()
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	c, err := client.New(gone.URL, client.Options{})
	check(t, err)
	if err := status(c); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func status(c *client.Client) error { _, err := c.Status(context.Background()); return err }
func export(c *client.Client) error {
	_, err := c.ExportLog(context.Background(), io.Discard, nil)
	return err
}
func collect(c *client.Client) error {
	_, err := c.Collect(context.Background(), client.CollectRequest{Kind: "text", Name: "x", Reader: strings.NewReader("x"), Size: 1})
	return err
}
func rest(c *client.Client) error {
	_, err := c.Download(context.Background(), "r", "d", 3, io.Discard, nil)
	return err
}

func refuse(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// half announces more than it sends.
func half(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, body)
	}
}

func TestRetryAfterIsTold(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		refuse(429, `{"code":"throttled","message":"wait"}`)(w, nil)
	}))
	defer srv.Close()
	c, err := client.New(srv.URL, client.Options{})
	check(t, err)
	_, err = c.LogIn(t.Context(), "x", "y")
	if e := refused(t, err, client.ErrThrottled, "throttled", ""); e.RetryAfter != 7*time.Second || e.Status != 429 {
		t.Errorf("%+v", e)
	}
}

// A token goes to the node that it was given for and nowhere else.
func TestTheTokenDoesNotFollowARedirect(t *testing.T) {
	seen := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen = true }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	c, err := client.New(srv.URL, client.Options{Token: "entente_x"})
	check(t, err)
	if err := status(c); err == nil || seen {
		t.Errorf("followed: %v %v", seen, err)
	}
}

func TestSessionsAndOfficers(t *testing.T) {
	b := newBed(t)
	custodian := b.as("IRQ", "custodian")
	check(t, custodian.AddOfficer(b.ctx, api.NewOfficer{Login: "second", Name: "Second", Roles: []string{"analyst"}, Password: "nine dry leaves in a bowl"}))
	c, err := client.New(b.srv["IRQ"].URL, client.Options{})
	check(t, err)
	_, err = c.WhoAmI(b.ctx)
	refused(t, err, client.ErrUnauthenticated, "unauthenticated", "")
	_, err = c.LogIn(b.ctx, "second", "another password of the tests")
	refused(t, err, client.ErrCredentials, "credentials", "")
	s, err := c.LogIn(b.ctx, "second", "nine dry leaves in a bowl")
	check(t, err)
	if !s.Officer.MustChange || c.Token() != s.Token {
		t.Errorf("session %+v", s)
	}
	check(t, c.ChangePassword(b.ctx, "nine dry leaves in a bowl", "ten dry leaves in a bowl"))
	check(t, custodian.SetRoles(b.ctx, "second", "duty", "release"))
	me, err := c.WhoAmI(b.ctx)
	check(t, err)
	if !slices.Equal(me.Officer.Roles, []string{"duty", "release"}) || me.Officer.MustChange {
		t.Errorf("who am I: %+v", me)
	}
	open, err := c.Sessions(b.ctx)
	check(t, err)
	theirs, err := custodian.OfficerSessions(b.ctx, "second")
	check(t, err)
	if len(open) != 1 || len(theirs) != 1 || open[0].ID != theirs[0].ID {
		t.Errorf("sessions %+v, %+v", open, theirs)
	}
	check(t, custodian.EndOfficerSession(b.ctx, "second", theirs[0].ID))
	refused(t, c.LogOut(b.ctx), client.ErrUnauthenticated, "unauthenticated", "")
	check(t, custodian.DisableOfficer(b.ctx, "second"))
	_, err = c.LogIn(b.ctx, "second", "ten dry leaves in a bowl")
	refused(t, err, client.ErrCredentials, "credentials", "")
	check(t, custodian.EnableOfficer(b.ctx, "second"))
	check(t, custodian.SetPassword(b.ctx, "second", "eleven dry leaves in a bowl"))
	_, err = c.LogIn(b.ctx, "second", "eleven dry leaves in a bowl")
	check(t, err)
	check(t, c.LogOut(b.ctx))
	if c.Token() != "" {
		t.Error("the token is kept after log-out")
	}
	list, err := custodian.Officers(b.ctx)
	check(t, err)
	if len(list) != 7 {
		t.Errorf("%d officers", len(list))
	}
	refused(t, custodian.DisableOfficer(b.ctx, "custodian"), client.ErrForbidden, "forbidden", "26")
}

// Own release refused, with code and rule, also to an officer who holds both
// roles (four eyes, rule 6).
func TestFourEyes(t *testing.T) {
	b := newBed(t)
	custodian := b.as("IRQ", "custodian")
	check(t, custodian.SetRoles(b.ctx, "duty", "duty", "release"))
	both, fdo := b.as("IRQ", "duty"), b.as("IRQ", "release")
	d, err := both.CreateDraft(b.ctx, api.Content{ReportType: "INTREP", Portions: portions("a bridge", "a road")})
	check(t, err)
	r, err := both.PrepareRelease(b.ctx, d.ID)
	check(t, err)
	_, err = both.Approve(b.ctx, r.ID, r.Digest)
	refused(t, err, client.ErrSecondPerson, "second_person", "6")
	_, err = both.Withdraw(b.ctx, r.ID, "once more")
	check(t, err)

	// Changed after it was put up: the decision is void, and what was seen
	// cannot be approved.
	r, err = both.PrepareRelease(b.ctx, d.ID)
	check(t, err)
	now, err := both.Draft(b.ctx, d.ID)
	check(t, err)
	_, err = both.SaveDraft(b.ctx, d.ID, "stale", api.Content{ReportType: "INTREP", Portions: portions("another bridge")})
	refused(t, err, client.ErrConflict, "conflict", "")
	_, err = both.SaveDraft(b.ctx, d.ID, now.ETag, api.Content{ReportType: "INTREP", Portions: portions("another bridge")})
	check(t, err)
	_, err = fdo.Approve(b.ctx, r.ID, r.Digest)
	refused(t, err, client.ErrState, "state", "")
	void, err := fdo.Release(b.ctx, r.ID)
	check(t, err)
	if void.State != "void" {
		t.Errorf("state %s", void.State)
	}
	// Refused by the releasing officer it comes back with the reason.
	r, err = both.PrepareRelease(b.ctx, d.ID)
	check(t, err)
	back, err := fdo.Refuse(b.ctx, r.ID, "too vague")
	check(t, err)
	if back.State != "refused" || back.Reason != "too vague" || back.DecidedBy != "release" {
		t.Errorf("refused %+v", back)
	}
	// Without a source nothing can be put up (rule 7).
	bare := portions("a rumour")
	bare[0].Sources = nil
	d, err = both.CreateDraft(b.ctx, api.Content{ReportType: "INTREP", Portions: bare})
	check(t, err)
	_, err = both.PrepareRelease(b.ctx, d.ID)
	refused(t, err, client.ErrInvalid, "act_no_source", "7")
	p, err := both.ReadPlan(b.ctx, d.ID)
	check(t, err)
	if p.Blocked == "" || len(p.Findings) != 1 || p.Findings[0].Rule != "7" {
		t.Errorf("plan %+v", p)
	}
	q, err := both.PlanDraft(b.ctx, d.ID)
	check(t, err)
	if !reflect.DeepEqual(p, q) {
		t.Errorf("the plan that is read and the one that is made differ:\n%+v\n%+v", p, q)
	}
	drafts, err := both.Drafts(b.ctx, api.FindDrafts{State: "drafted"})
	check(t, err)
	if len(drafts) != 1 || drafts[0].ID != d.ID || drafts[0].Content != nil {
		t.Errorf("drafts %+v", drafts)
	}
	check(t, both.DiscardDraft(b.ctx, d.ID, drafts[0].ETag))
	_, err = both.Draft(b.ctx, strings.Repeat("0", 32))
	refused(t, err, client.ErrNotFound, "not_found", "")
}
