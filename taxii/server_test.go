package taxii_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/store"
	"entente/internal/store/taxiidb"
	"entente/taxii"
)

const (
	heldID  = "00000001-2222-4222-8222-222222222222"
	emptyID = "00000002-2222-4222-8222-222222222222"
	readID  = "00000003-2222-4222-8222-222222222222"
	writeID = "00000004-2222-4222-8222-222222222222"
	// secretID may be neither read nor written; nowhereID does not exist.
	secretID  = "00000005-2222-4222-8222-222222222222"
	nowhereID = "00000009-2222-4222-8222-222222222222"

	one      = "indicator--00000001-1111-4111-8111-111111111111"
	thrice   = "indicator--00000002-1111-4111-8111-111111111111"
	flawed   = "indicator--00000003-1111-4111-8111-111111111111"
	twin     = "malware--00000009-1111-4111-8111-111111111111"
	address  = "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
	mark     = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
	dateless = "identity--00000004-1111-4111-8111-111111111111"
)

// house is a server with the collections of testdata/medallion.json.
type house struct {
	t  testing.TB
	db *taxiidb.DB
	h  *taxii.Server
}

func open(t testing.TB) *house {
	t.Helper()
	db, err := taxiidb.OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	raw, err := os.ReadFile("testdata/medallion.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := taxii.ReadMedallion(bytes.NewReader(raw), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Import(context.Background(), f, taxii.TimestampOf(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)), nil); err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	return &house{t, db, &taxii.Server{Store: db, Authenticate: taxii.BasicAuth("user", "pass"), MaxPage: 50, Now: func() time.Time { return clock }}}
}

// answer is an answer of the server.
type answer struct {
	*httptest.ResponseRecorder
	Objects                       []json.RawMessage
	Versions                      []string
	More                          bool
	Next, Title, HTTPStatus, Text string
}

// ask sends a request; header lines are "Name: value", or "-Name" to leave one
// out.
func (h *house) ask(method, path, body string, header ...string) *answer {
	h.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.SetBasicAuth("user", "pass")
	r.Header.Set("Accept", "application/taxii+json;version=2.1")
	if body != "" {
		r.Header.Set("Content-Type", "application/taxii+json;version=2.1")
	}
	for _, line := range header {
		if name, ok := strings.CutPrefix(line, "-"); ok {
			r.Header.Del(name)
		} else if name, value, _ := strings.Cut(line, ": "); true {
			r.Header.Set(name, value)
		}
	}
	a := &answer{ResponseRecorder: httptest.NewRecorder()}
	h.h.ServeHTTP(a.ResponseRecorder, r)
	if got := a.Header().Get("Content-Type"); got != taxii.MediaType {
		h.t.Errorf("%s %s: Content-Type %q", method, path, got)
	}
	if a.Body.Len() == 0 {
		return a
	}
	var v struct {
		Objects                               []json.RawMessage
		Versions                              []string
		More                                  bool
		Next, Title, Description, HTTP_Status string
	}
	if err := json.Unmarshal(a.Body.Bytes(), &v); err != nil {
		h.t.Fatalf("%s %s: %v: %s", method, path, err, a.Body)
	}
	a.Objects, a.Versions, a.More, a.Next, a.Title, a.HTTPStatus, a.Text = v.Objects, v.Versions, v.More, v.Next, v.Title, v.HTTP_Status, v.Description
	if a.Code >= 400 && (a.Title == "" || a.Text == "" || a.HTTPStatus != fmt.Sprint(a.Code)) {
		h.t.Errorf("%s %s: %d with the body %s", method, path, a.Code, a.Body)
	}
	return a
}

func (h *house) get(path string) *answer { h.t.Helper(); return h.ask("GET", path, "") }

func at(collection, rest string) string { return "/one/collections/" + collection + "/" + rest }

// names shortens objects to what tells them apart.
func (a *answer) names() []string {
	names := []string{}
	for _, raw := range a.Objects {
		var o struct{ ID, Modified, Version, Spec_version string }
		json.Unmarshal(raw, &o)
		v := o.Modified
		if v == "" {
			v = o.Version
		}
		names = append(names, strings.TrimSpace(o.ID+" "+v))
	}
	return names
}

func TestFilters(t *testing.T) {
	h := open(t)
	const (
		v1, v2, v3 = "2020-01-01T00:00:00.000Z", "2020-02-01T00:00:00.000Z", "2020-03-01T00:00:00.500Z"
		m2         = "2020-04-01T00:00:00.000Z"
	)
	// Everything that is meant without filters, oldest first.
	all := []string{mark, one + " " + v1, twin + " " + v1, thrice + " " + v3, address, flawed + " " + v1, dateless + " " + v1}
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", all},
		{"?match[version]=last", all},
		{"?match[spec_version]=2.0,2.1", []string{mark, one + " " + v1, twin + " " + m2, thrice + " " + v3, address, flawed + " " + v1, dateless + " " + v1}},
		{"?match[spec_version]=2.0", []string{twin + " " + m2}},
		{"?match[spec_version]=3.0", []string{}},
		{"?match[version]=all", []string{mark, one + " " + v1, thrice + " " + v1, thrice + " " + v2, twin + " " + v1, thrice + " " + v3, address, flawed + " " + v1, dateless + " " + v1}},
		{"?match[version]=first&match[id]=" + thrice, []string{thrice + " " + v1}},
		{"?match[version]=first,last&match[id]=" + thrice, []string{thrice + " " + v1, thrice + " " + v3}},
		{"?match[version]=" + v2, []string{thrice + " " + v2}},
		{"?match[version]=2020-03-01T00:00:00.50000Z", []string{thrice + " " + v3}},
		{"?match[version]=" + v2 + ",first&match[type]=indicator", []string{one + " " + v1, thrice + " " + v1, thrice + " " + v2, flawed + " " + v1}},
		{"?match[version]=2017-01-20T00:00:00Z", []string{mark}},
		{"?match[version]=2020-05-02T00:00:00.000001Z", []string{address}},
		{"?match[type]=malware,ipv4-addr", []string{twin + " " + v1, address}},
		{"?match[type]=x-unknown,tool", []string{}},
		{"?match[type]=indicator&match[id]=" + one + "," + twin, []string{one + " " + v1}},
		{"?added_after=2020-01-06T00:00:00.000001Z", []string{thrice + " " + v3, address, flawed + " " + v1, dateless + " " + v1}},
		{"?added_after=2020-01-06T00:00:00.000000Z&match[type]=malware", []string{twin + " " + v1}},
		{"?added_after=2030-01-06T00:00:00Z", []string{}},
		{"?limit=2", all[:2]},
		{"?limit=1000000", all},
		{"?match[colour]=red&something=else", all},
	} {
		for _, ep := range []string{"objects/", "manifest/", "objects", "manifest"} {
			a := h.get(at(heldID, ep) + c.query)
			names := a.names()
			if strings.HasPrefix(ep, "manifest") {
				// A manifest gives a version where an object has none.
				for i, n := range names {
					if id, _, _ := strings.Cut(n, " "); id == mark || id == address {
						names[i] = id
					}
				}
			}
			if a.Code != 200 || !slices.Equal(names, c.want) {
				t.Errorf("%s%s: %d\n got %q\nwant %q", ep, c.query, a.Code, names, c.want)
			}
			first := a.Header().Get("X-TAXII-Date-Added-First")
			if (first == "") != (len(c.want) == 0) || first != "" && (len(first) != 27 || first > a.Header().Get("X-TAXII-Date-Added-Last")) {
				t.Errorf("%s%s: dates added %q, %q", ep, c.query, first, a.Header().Get("X-TAXII-Date-Added-Last"))
			}
			if len(c.want) == 0 && a.Body.String() != "{}" {
				t.Errorf("%s%s: empty answer %s", ep, c.query, a.Body)
			}
		}
	}
}

func TestManifestRecords(t *testing.T) {
	h := open(t)
	a := h.get(at(heldID, "manifest/?limit=1"))
	want := `{"id":"` + mark + `","date_added":"2020-01-01T00:00:00.000001Z","version":"2017-01-20T00:00:00.000Z","media_type":"application/stix+json;version=2.1"}`
	if len(a.Objects) != 1 || string(a.Objects[0]) != want || !a.More || a.Next == "" {
		t.Errorf("%s", a.Body)
	}
	if got := a.Header().Get("X-TAXII-Date-Added-First"); got != "2020-01-01T00:00:00.000001Z" {
		t.Errorf("first %q", got)
	}
}

func TestOneObject(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		path   string
		status int
		count  int // of objects or versions
	}{
		{"objects/" + thrice + "/", 200, 1}, {"objects/" + thrice, 200, 1},
		{"objects/" + thrice + "/?match[version]=all", 200, 3},
		{"objects/" + thrice + "/?match[version]=all&limit=2", 200, 2},
		{"objects/" + thrice + "/?match[version]=2020-02-01T00:00:00Z", 200, 1},
		{"objects/" + thrice + "/?match[version]=2020-02-02T00:00:00Z", 404, 0},
		{"objects/" + thrice + "/?match[spec_version]=2.0", 200, 0},
		{"objects/" + thrice + "/?added_after=2021-01-01T00:00:00Z", 200, 0},
		{"objects/" + twin + "/?match[version]=all&match[spec_version]=2.0,2.1", 200, 2},
		{"objects/" + thrice + "/?match[type]=malware&match[id]=x", 200, 1}, // not of this endpoint
		{"objects/indicator--00000000-0000-4000-8000-000000000000/", 404, 0},
		{"objects/" + thrice + "/versions/", 200, 3}, {"objects/" + thrice + "/versions/?limit=1", 200, 1},
		{"objects/" + twin + "/versions/", 200, 1}, {"objects/" + twin + "/versions/?match[spec_version]=2.0,2.1", 200, 2},
		{"objects/" + address + "/versions/", 200, 1},
		{"objects/indicator--00000000-0000-4000-8000-000000000000/versions/", 404, 0},
		{"objects/" + thrice + "/other/", 404, 0}, {"objects//", 404, 0},
	} {
		a := h.get(at(heldID, c.path))
		if a.Code != c.status || len(a.Objects)+len(a.Versions) != c.count {
			t.Errorf("%s: %d %s", c.path, a.Code, a.Body)
		}
	}
}

func TestObjectsComeByteForByte(t *testing.T) {
	h := open(t)
	body := `{"objects":[ {"type" : "indicator","name":"\u00e9 \ud83d\ude00 é","spec_version":"2.1",` + "\n\t" + `"id":"indicator--00000077-1111-4111-8111-111111111111","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","pattern":"[url:value = 'a']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00.0Z","x_number":1.50e1} ]}`
	if a := h.ask("POST", at(emptyID, "objects/"), body); a.Code != 202 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	a := h.get(at(emptyID, "objects/"))
	want := body[strings.Index(body, "[")+2 : strings.LastIndex(body, "]")-1]
	if len(a.Objects) != 1 || string(a.Objects[0]) != want {
		t.Errorf("got %s", a.Body)
	}
}

func TestErrorsOfRequests(t *testing.T) {
	h := open(t)
	const good = `{"objects":[{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}]}`
	objects := at(heldID, "objects/")
	for _, c := range []struct {
		method, path, body string
		status             int
		header             []string
	}{
		{"GET", "/taxii2/", "", 200, nil}, {"GET", "/taxii2", "", 200, nil}, {"HEAD", "/taxii2/", "", 200, nil},
		{"POST", "/taxii2/", good, 405, nil}, {"GET", "/taxii2/other/", "", 404, nil}, {"GET", "/", "", 404, nil},
		{"GET", "/one/", "", 200, nil}, {"GET", "/one", "", 200, nil}, {"GET", "/none/", "", 404, nil}, {"PUT", "/one/", good, 405, nil},
		{"GET", "/one/collections/", "", 200, nil}, {"GET", "/two/collections/", "", 200, nil}, {"GET", "/none/collections/", "", 404, nil}, {"DELETE", "/one/collections/", "", 405, nil},
		{"GET", "/one/status/00000000-3333-4333-8333-333333333333/", "", 200, nil}, {"GET", "/two/status/00000000-3333-4333-8333-333333333333/", "", 404, nil}, {"GET", "/one/status/", "", 404, nil}, {"GET", "/one/status/x/", "", 404, nil},
		{"GET", at(heldID, ""), "", 200, nil}, {"GET", at("held", ""), "", 200, nil}, {"GET", at("held", "objects/"), "", 200, nil}, {"POST", at(heldID, ""), good, 405, nil},
		{"GET", "//one//collections//", "", 404, nil}, {"GET", strings.Repeat("/one", 40), "", 404, nil}, {"PATCH", objects, good, 405, nil}, {"DELETE", objects, "", 405, nil},
		// who asks
		{"GET", objects, "", 401, []string{"-Authorization"}}, {"GET", objects, "", 401, []string{"Authorization: Basic dXNlcjp3cm9uZw=="}}, {"GET", "/nowhere/", "", 401, []string{"-Authorization"}}, {"GET", objects, "", 401, []string{"Authorization: Bearer x"}},
		// content negotiation
		{"GET", objects, "", 200, []string{"Accept: application/taxii+json"}}, {"GET", objects, "", 200, []string{"Accept: application/json, application/taxii+json; version=2.1"}},
		{"GET", objects, "", 200, []string{`Accept: application/taxii+json;version="2.1";q=0.5`}}, {"GET", objects, "", 200, []string{"Accept: APPLICATION/TAXII+JSON;version=2.1"}},
		{"GET", objects, "", 406, []string{"-Accept"}}, {"GET", objects, "", 406, []string{"Accept: */*"}}, {"GET", objects, "", 406, []string{"Accept: application/taxii+json;version=2.0"}}, {"GET", objects, "", 406, []string{"Accept: application/vnd.oasis.taxii+json"}},
		{"GET", objects, "", 406, []string{"Accept: application/taxii+json;version=2.1;q=0"}}, {"GET", objects, "", 406, []string{"Accept: text/html"}}, {"GET", objects, "", 406, []string{"Accept: " + strings.Repeat("a,", 5000)}},
		{"POST", objects, good, 406, []string{"Accept: application/json"}},
		{"POST", objects, good, 202, []string{"Content-Type: application/taxii+json"}}, {"POST", objects, good, 415, []string{"Content-Type: application/json"}}, {"POST", objects, good, 415, []string{"Content-Type: application/taxii+json;version=2.0"}}, {"POST", objects, good, 415, []string{"-Content-Type"}},
		// rights
		{"GET", at(writeID, "objects/"), "", 403, nil}, {"GET", at(writeID, "manifest/"), "", 403, nil}, {"GET", at(writeID, "objects/x/"), "", 403, nil}, {"GET", at(writeID, "objects/x/versions/"), "", 403, nil}, {"POST", at(writeID, "objects/"), good, 202, nil}, {"DELETE", at(writeID, "objects/"+address+"/"), "", 403, nil}, {"GET", at(writeID, ""), "", 200, nil},
		{"POST", at(readID, "objects/"), good, 403, nil}, {"DELETE", at(readID, "objects/x/"), "", 403, nil}, {"GET", at(readID, "objects/"), "", 200, nil},
		// bodies
		{"POST", objects, "{", 422, nil}, {"POST", objects, "[]", 422, nil}, {"POST", objects, "5", 422, nil}, {"POST", objects, "{}", 422, nil}, {"POST", objects, `{"objects":[]}`, 422, nil}, {"POST", objects, `{"objects":{}}`, 422, nil}, {"POST", objects, `{"objects":[{}`, 422, nil},
		{"POST", objects, good + "x", 422, nil}, {"POST", objects, strings.Replace(good, `{"objects"`, `{"objects":[],"objects"`, 1), 422, nil}, {"POST", objects, strings.Replace(good, "{", `{"x_other":1,`, 1), 202, nil},
		{"POST", objects, `{"objects":[` + strings.Repeat("[", 40000) + strings.Repeat("]", 40000) + `]}`, 422, nil},
		{"POST", objects, `{"objects":[{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}]}`, 202, nil},
		{"POST", objects, `{"objects":["` + strings.Repeat("a", 100001) + `"]}`, 413, nil},
		{"DELETE", at(heldID, "objects/tool--00000000-0000-4000-8000-000000000000/"), "", 404, nil},
		{"DELETE", at(heldID, "objects/"+one+"/?match[version]=newest"), "", 400, nil},
	} {
		a := h.ask(c.method, c.path, c.body, c.header...)
		if a.Code != c.status {
			t.Errorf("%s %.120s %.80q: %d %.300s; want %d", c.method, c.path, c.header, a.Code, a.Body, c.status)
		}
		switch a.Code {
		case 401:
			if !strings.HasPrefix(a.Header().Get("WWW-Authenticate"), "Basic ") {
				t.Errorf("%s: no challenge", c.path)
			}
		case 405:
			if a.Header().Get("Allow") == "" {
				t.Errorf("%s: no Allow", c.path)
			}
		}
	}
	for _, bad := range []string{"limit=0", "limit=x", "added_after=yesterday", "match[version]=all,first", "match[type]=a&match[type]=b", "next=x", "match[spec_version]=x", "match[id]="} {
		for _, ep := range []string{"objects/", "manifest/"} {
			if a := h.get(at(heldID, ep+"?"+bad)); a.Code != 400 {
				t.Errorf("%s?%s: %d", ep, bad, a.Code)
			}
		}
	}
}

// TestRightlessCollections: a server that hides nothing lists, as medallion
// does, what may be neither read nor written, and refuses its content.
func TestRightlessCollections(t *testing.T) {
	h := open(t)
	h.h.Rightless = true
	if a := h.get("/one/collections/"); !strings.Contains(a.Body.String(), secretID) {
		t.Errorf("%s", a.Body)
	}
	if a := h.get(at(secretID, "")); a.Code != 200 || !strings.Contains(a.Body.String(), `"can_read":false,"can_write":false`) {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	id := "indicator--00000008-1111-4111-8111-111111111111"
	for _, ask := range []struct{ method, rest, body string }{
		{"GET", "objects/", ""}, {"GET", "manifest/", ""}, {"GET", "objects/" + id + "/", ""}, {"GET", "objects/" + id + "/versions/", ""},
		{"POST", "objects/", `{"objects":[]}`}, {"DELETE", "objects/" + id + "/", ""},
	} {
		if a := h.ask(ask.method, at(secretID, ask.rest), ask.body); a.Code != 403 || !strings.Contains(a.Text, "neither read") {
			t.Errorf("%s %s: %d %s", ask.method, ask.rest, a.Code, a.Body)
		}
	}
	if a := h.get(at(nowhereID, "objects/")); a.Code != 404 {
		t.Errorf("what is nowhere: %d", a.Code)
	}
}

// TestExistenceDoesNotLeak: what may not be seen is answered as what is not
// there, byte for byte and header for header.
func TestExistenceDoesNotLeak(t *testing.T) {
	h := open(t)
	body := `{"objects":[{"type":"ipv4-addr","id":"` + address + `","value":"198.51.100.3"}]}`
	hidden := "indicator--00000008-1111-4111-8111-111111111111"
	for _, ask := range []struct{ method, rest, body string }{
		{"GET", "", ""}, {"GET", "objects/", ""}, {"GET", "objects/?limit=0", ""}, {"GET", "manifest/", ""}, {"GET", "objects/" + hidden + "/", ""}, {"GET", "objects/" + hidden + "/versions/", ""},
		{"POST", "objects/", body}, {"POST", "objects/", "{"}, {"POST", "objects/", `"` + strings.Repeat("a", 200000) + `"`}, {"DELETE", "objects/" + hidden + "/", ""}, {"PUT", "objects/", body}, {"GET", "else/", ""},
	} {
		want := h.ask(ask.method, at(nowhereID, ask.rest), ask.body)
		for _, secret := range []string{secretID, "secret"} {
			got := h.ask(ask.method, at(secret, ask.rest), ask.body)
			if got.Code != want.Code || got.Body.String() != want.Body.String() || fmt.Sprint(got.Header()) != fmt.Sprint(want.Header()) {
				t.Errorf("%s %s: %d %s; what is nowhere gives %d %s", ask.method, ask.rest, got.Code, got.Body, want.Code, want.Body)
			}
		}
		if ask.method != "PUT" && want.Code != 404 {
			t.Errorf("%s %s: %d", ask.method, ask.rest, want.Code)
		}
	}
	if a := h.get("/one/collections/"); strings.Contains(strings.ToLower(a.Body.String()), "secret") || !strings.Contains(a.Body.String(), writeID) {
		t.Errorf("%s", a.Body)
	}
}
