package taxii_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"entente/taxii"
)

// careless is a store that shows too much and fails.
type careless struct{ taxii.Store }

func (careless) Directory(context.Context, string) (*taxii.Directory, error) {
	return &taxii.Directory{Roots: []taxii.Root{{Name: "one", Collections: []taxii.Collection{{ID: secretID, Title: "Secret"}, {ID: heldID, Title: "Held", CanRead: true}}}}}, nil
}

func (careless) Page(context.Context, string, taxii.Selection) (taxii.Page, error) {
	return taxii.Page{}, errors.New("file /var/private is broken")
}

// TestServerHidesWhatAStoreShows: collections without rights are hidden, and
// failures of a store told, without its words, whatever the store does.
func TestServerHidesWhatAStoreShows(t *testing.T) {
	h := &house{t: t, h: &taxii.Server{Store: careless{}, Authenticate: taxii.BasicAuth("user", "pass")}}
	if a := h.get("/one/collections/"); strings.Contains(a.Body.String(), "Secret") || !strings.Contains(a.Body.String(), "Held") {
		t.Errorf("%s", a.Body)
	}
	for _, rest := range []string{"", "objects/", "manifest/"} {
		if a := h.get(at(secretID, rest)); a.Code != 404 {
			t.Errorf("%s: %d", rest, a.Code)
		}
	}
	if a := h.get(at(heldID, "objects/")); a.Code != 500 || strings.Contains(a.Body.String(), "private") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := h.get("/taxii2/"); a.Code != 404 {
		t.Errorf("discovery of a store without: %d", a.Code)
	}
}

func TestBasicAuth(t *testing.T) {
	check := taxii.BasicAuth("user", "pässword")
	for _, c := range []struct {
		user, password string
		want           bool
	}{{"user", "pässword", true}, {"user", "password", false}, {"", "", false}, {"User", "pässword", false}, {"user", "", false}} {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetBasicAuth(c.user, c.password)
		if u, ok := check(r); ok != c.want || ok && u != "user" {
			t.Errorf("%q %q: %v", c.user, c.password, ok)
		}
	}
	if _, ok := check(httptest.NewRequest("GET", "/", nil)); ok {
		t.Error("nobody was let in")
	}
}
