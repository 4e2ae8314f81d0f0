package taxii_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"entente/taxii"
)

func (h *house) client() *taxii.Client {
	srv := httptest.NewServer(h.h)
	h.t.Cleanup(srv.Close)
	c, err := taxii.NewClient(srv.URL+"/taxii2/", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	c.User, c.Password = "user", "pass"
	return c
}

func TestClientAsksEverything(t *testing.T) {
	h := open(t)
	c := h.client()
	ctx := context.Background()
	check := func(what string, ok bool, err error) {
		t.Helper()
		if err != nil || !ok {
			t.Errorf("%s: %v, %v", what, ok, err)
		}
	}
	d, err := c.Discovery(ctx)
	check("discovery", len(d.APIRoots) == 2, err)
	r, err := c.APIRoot(ctx, "/one/")
	check("API root", r.Title == "Root one", err)
	cs, err := c.Collections(ctx, "/one")
	check("collections", len(cs) == 4, err)
	col, err := c.Collection(ctx, "/one/", "held")
	check("collection by alias", col.ID == heldID && col.CanWrite, err)
	m, more, next, err := c.Manifest(ctx, "/one/", heldID, url.Values{"limit": {"2"}})
	check("manifest", len(m) == 2 && more && next != "" && m[0].ID == mark, err)
	vs, _, _, err := c.Versions(ctx, "/one/", heldID, thrice, nil)
	check("versions", len(vs) == 3, err)
	raw := indicator(1, "2020-01-01T00:00:00.000Z", "é")
	st, err := c.Add(ctx, "/one/", emptyID, [][]byte{[]byte(raw)})
	check("add", st.SuccessCount == 1, err)
	again, err := c.Status(ctx, "/one/", st.ID)
	check("status", fmt.Sprint(again) == fmt.Sprint(st), err)
	a, err := c.Objects(ctx, "/one/", emptyID, nil)
	check("objects", len(a.Objects) == 1 && string(a.Objects[0]) == raw && a.First != "", err)
	check("delete", true, c.Delete(ctx, "/one/", emptyID, st.Successes[0].ID, nil))
	if err := c.Delete(ctx, "/one/", emptyID, st.Successes[0].ID, nil); !errors.Is(err, taxii.ErrNotFound) {
		t.Errorf("delete again: %v", err)
	}
	if _, err := c.Objects(ctx, "/one/", writeID, nil); !errors.Is(err, taxii.ErrForbidden) {
		t.Errorf("forbidden: %v", err)
	}
	c.Password = "wrong"
	var e *taxii.ResponseError
	if _, err := c.Discovery(ctx); !errors.As(err, &e) || e.Status != 401 {
		t.Errorf("wrong password: %v", err)
	}
}

func TestClientStaysWithItsServer(t *testing.T) {
	for _, bad := range []string{"", "example.com", "ftp://example.com/", "http://example.com/taxii2/", "http://192.0.2.1/"} {
		if _, err := taxii.NewClient(bad, nil); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	h := open(t)
	c := h.client()
	for _, root := range []string{"https://example.com/one/", "//example.com/one/", "/one/?x=1"} {
		if _, err := c.APIRoot(context.Background(), root); err == nil {
			t.Errorf("%q was asked", root)
		}
	}
	if _, err := c.Status(context.Background(), "/one/", "../collections"); err == nil {
		t.Error("a path was taken for an identifier")
	}
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	sends := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer sends.Close()
	c, err := taxii.NewClient(sends.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Discovery(context.Background()); err == nil || asked {
		t.Errorf("followed: %v", err)
	}
}

// TestPollGoesOn reads a collection in several polls, some of them cut off.
func TestPollGoesOn(t *testing.T) {
	h := open(t)
	c := h.client()
	ctx := context.Background()
	p := taxii.Poll{Root: "/one/", Collection: heldID, Query: url.Values{"match[version]": {"all"}}, Limit: 2}
	var pos taxii.Position
	var got []string
	cut := errors.New("cut")
	for round := 0; ; round++ {
		pages := 0
		err := p.Run(ctx, c, &pos, func(objects [][]byte, at taxii.Position) error {
			if pages++; pages == 2 {
				return cut // before anything of this page was kept
			}
			for _, raw := range objects {
				o, err := taxii.ReadObject(raw)
				if err != nil {
					return err
				}
				got = append(got, o.ID+" "+o.Version)
			}
			return nil
		})
		if err == nil {
			break
		}
		if !errors.Is(err, cut) || round > 20 {
			t.Fatal(err)
		}
	}
	if len(got) != 9 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 9 {
		t.Errorf("got %q", got)
	}
	// Nothing new, then something.
	count := 0
	each := func(objects [][]byte, _ taxii.Position) error { count += len(objects); return nil }
	if err := p.Run(ctx, c, &pos, each); err != nil || count != 0 {
		t.Errorf("nothing new: %d, %v", count, err)
	}
	h.add(heldID, indicator(1, "2020-01-01T00:00:00.000Z", "a"), indicator(2, "2020-01-01T00:00:00.000Z", "b"), indicator(3, "2020-01-01T00:00:00.000Z", "c"))
	if err := p.Run(ctx, c, &pos, each); err != nil || count != 3 {
		t.Errorf("three new: %d, %v", count, err)
	}
	// A page that the server has forgotten: on by date.
	pos.Next = "forgotten"
	h.add(heldID, indicator(4, "2020-01-01T00:00:00.000Z", "d"))
	if err := p.Run(ctx, c, &pos, each); err != nil || count != 4 {
		t.Errorf("after a forgotten page: %d, %v", count, err)
	}
}

// TestPollOfOddServers holds that a poll ends whatever the server says.
func TestPollOfOddServers(t *testing.T) {
	dates := 0
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string // in the error; empty for none
	}{
		"more, and no way on": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"more":true}`) }, "no way on"},
		"the same page for ever": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-TAXII-Date-Added-Last", "2020-01-01T00:00:00.000000Z")
			fmt.Fprint(w, `{"more":true,"next":"n","objects":[{}]}`)
		}, "no way on"},
		"pages by date": {func(w http.ResponseWriter, r *http.Request) {
			dates++
			w.Header().Set("X-TAXII-Date-Added-Last", fmt.Sprintf("2020-01-01T00:00:0%d.000000Z", dates))
			fmt.Fprintf(w, `{"more":%t,"objects":[{}]}`, dates < 4)
		}, ""},
		"no JSON": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"objects":[`) }, "envelope"},
		"a bad date": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-TAXII-Date-Added-Last", "now")
			fmt.Fprint(w, `{"objects":[{}]}`)
		}, "Date-Added-Last"},
		"too much": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"objects":["`+strings.Repeat("a", 5000)+`"]}`)
		}, "too large"},
		"another type": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>")
		}, "not with TAXII"},
		"new pages for ever": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"more":true,"next":"%sx"}`, r.URL.Query().Get("next"))
		}, "more than 20 pages"},
		"an error": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503); fmt.Fprint(w, `{"title":"busy"}`) }, "busy"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", taxii.MediaType)
			c.answer(w, r)
		}))
		cl, err := taxii.NewClient(srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		cl.MaxAnswer = 4000
		var pos taxii.Position
		err = taxii.Poll{Root: "/one/", Collection: "c", MaxPages: 20}.Run(context.Background(), cl, &pos, func([][]byte, taxii.Position) error { return nil })
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		srv.Close()
	}
	if dates != 4 {
		t.Errorf("%d pages by date", dates)
	}
}
