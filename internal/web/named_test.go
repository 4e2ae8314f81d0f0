package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"entente/internal/node"
	"entente/internal/web/api"
)

// A member that the centre does not have is refused by name: what is asked by it
// would be answered as if nothing was there.
func TestUnknownMemberIsRefused(t *testing.T) {
	b := newBed(t)
	for path, login := range map[string]string{"/ledger?holder=": "inspector", "/reports?originator=": "duty", "/requirements?member=": "duty", "/coverage?member=": "duty"} {
		w := b.request(http.MethodGet, base+path+"XYZ", login, nil)
		if e := refusalOf(t, w); w.Code != http.StatusUnprocessableEntity || e.Code != node.CodeStranger || !strings.Contains(e.Message, "XYZ") {
			t.Errorf("%sXYZ: HTTP %d, %+v", path, w.Code, e)
		}
		if w := b.request(http.MethodGet, base+path+"IRN", login, nil); w.Code != http.StatusOK {
			t.Errorf("%sIRN: HTTP %d, %s", path, w.Code, w.Body)
		}
	}
	since := map[string]any{"format": "stix", "since": "2015-10-01T00:00:00Z", "originator": "XYZ"}
	if w := b.request(http.MethodPost, base+"/reports/export", "duty", since); refusalOf(t, w).Code != node.CodeStranger {
		t.Errorf("an export: HTTP %d, %s", w.Code, w.Body)
	}
}

// A list of releases says what each of them is.
func TestReleasesAreNamedInLists(t *testing.T) {
	b := newBed(t)
	content := `{"report_type":"INTREP","title":"Depot","portions":[{"label":{"policy":"CENTRE","class":"RESTRICTED","rel":["IRN","IRQ"],"originators":["IRQ"]},"grade":{"reliability":"B","credibility":"2"},"lang":"en","text":"the depot","sources":[{"descriptor":"a notice","kind":"official","originator":"IRQ"}]}]}`
	d := decode[api.Draft](t, b.request(http.MethodPost, base+"/drafts", "duty", []byte(content), "Content-Type", "application/json"))
	decode[api.Release](t, b.request(http.MethodPost, base+"/releases", "duty", api.PrepareRelease{Drafts: []string{d.ID}}))
	page := decode[api.Releases](t, b.request(http.MethodGet, base+"/releases", "release", nil))
	if len(page.Releases) != 1 || page.Releases[0].Kind != "report" || page.Releases[0].Title != "Depot" {
		t.Errorf("listed: %+v", page.Releases)
	}
}

// A list of drafts says what each of them is, of whatever kind.
func TestDraftsAreNamedInLists(t *testing.T) {
	b := newBed(t)
	until := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Minute)
	asked := api.RequestContent{Title: "Flour by road", Parts: []string{"How many lorries?"}, To: []string{"IRN"}, Class: "RESTRICTED", Purpose: "relief", LegalBasis: "an agreement", LTIOV: &until}
	if w := b.request(http.MethodPost, base+"/requests", "duty", asked); w.Code != http.StatusCreated {
		t.Fatalf("HTTP %d, %s", w.Code, w.Body)
	}
	page := decode[api.Drafts](t, b.request(http.MethodGet, base+"/drafts", "duty", nil))
	if len(page.Drafts) != 1 || page.Drafts[0].Kind != node.KindRequest || page.Drafts[0].Title != asked.Title {
		t.Errorf("listed: %+v", page.Drafts)
	}
}

// What is no id is called that, and not one of which nothing is here.
func TestWhatIsNoPortionIsCalledSo(t *testing.T) {
	b := newBed(t)
	for _, id := range []string{"zzz", "0c1d", strings.Repeat("z", 32)} {
		w := b.request(http.MethodGet, base+"/ledger?portion="+id, "inspector", nil)
		if e := refusalOf(t, w); w.Code != http.StatusUnprocessableEntity || !strings.Contains(e.Message, "portion is no id") {
			t.Errorf("%s: HTTP %d, %+v", id, w.Code, e)
		}
	}
	if w := b.request(http.MethodGet, base+"/ledger?portion="+strings.Repeat("0a", 16), "inspector", nil); w.Code != http.StatusOK {
		t.Errorf("an id: HTTP %d, %s", w.Code, w.Body)
	}
}

// A release that is blocked says so once, and whose portion it is.
func TestABlockedReleaseSaysSoOnce(t *testing.T) {
	b := newBed(t)
	content := `{"report_type":"INTREP","title":"Depot","portions":[{"label":{"policy":"CENTRE","class":"RESTRICTED","rel":["IRN","IRQ"],"originators":["IRQ"],"expires":"2016-01-01T00:00:00Z"},"grade":{"reliability":"B","credibility":"2"},"lang":"en","text":"the depot","sources":[{"descriptor":"a notice","kind":"official","originator":"IRQ"}]}]}`
	d := decode[api.Draft](t, b.request(http.MethodPost, base+"/drafts", "duty", []byte(content), "Content-Type", "application/json"))
	plan := decode[api.Plan](t, b.request(http.MethodPost, base+"/drafts/"+d.ID+"/plan", "duty", nil))
	if !strings.HasPrefix(plan.Blocked, "portion 1: ") {
		t.Errorf("planned: %q", plan.Blocked)
	}
	w := b.request(http.MethodPost, base+"/releases", "duty", api.PrepareRelease{Drafts: []string{d.ID}})
	if e := refusalOf(t, w); e.Code != api.CodeBlocked || e.Message != "release blocked: "+plan.Blocked {
		t.Errorf("put up: HTTP %d, %+v", w.Code, e)
	}
}
