package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/web/api"
	"entente/label"
)

// An officer lists what was read in a draft, judges it, and learns nothing of
// what he may not read; what is answered fits its description.
func TestSuggestionsAreListedAndJudged(t *testing.T) {
	b := newBed(t)
	mark := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRQ"), Originators: label.Members("IRQ")}
	d := decode[api.Draft](t, b.request("POST", base+"/drafts", "duty", api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{{Lang: "en", Label: mark,
		Text:    "At least nine people were killed on 13 October 2015 near Baiji, Colonel Karim Hassan told AFP.",
		Grade:   act.Grade{Reliability: "B", Credibility: "2"},
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}}}}}))
	path := base + "/drafts/" + d.ID + "/suggestions"
	// One answer waits ten seconds at most; a busy machine may read for longer.
	var got api.Suggestions
	for limit := time.Now().Add(4 * time.Minute); ; {
		got = decode[api.Suggestions](t, b.request("GET", path+"?wait=10", "inspector", nil))
		if !got.Waiting || time.Now().After(limit) {
			break
		}
	}
	if got.Waiting || got.Open != len(got.Suggestions) || got.Open < 5 {
		t.Fatalf("%+v", got)
	}
	kinds := map[string]api.Suggestion{}
	for _, s := range got.Suggestions {
		kinds[s.Kind] = s
	}
	if kinds["person"].Text != "Karim Hassan" || kinds["date"].Meaning.From != "2015-10-13" || *kinds["quantity"].Meaning.Low != 9 || kinds["quantity"].Meaning.High != nil ||
		kinds["statement"].Meaning.Speaker != "Colonel Karim Hassan" || kinds["place"].Meaning.Cell == "" || kinds["place"].Meaning.Place != "" {
		t.Errorf("%+v", got.Suggestions)
	}
	// Pages join.
	first := decode[api.Suggestions](t, b.request("GET", path+"?limit=2", "duty", nil))
	second := decode[api.Suggestions](t, b.request("GET", path+"?limit=500&after="+first.Next, "duty", nil))
	if len(first.Suggestions) != 2 || len(second.Suggestions) != got.Open-2 || second.Next != "" || second.Suggestions[0].ID != got.Suggestions[2].ID {
		t.Errorf("%d and %d of %d", len(first.Suggestions), len(second.Suggestions), got.Open)
	}

	n := decode[api.JudgedCount](t, b.request("POST", base+"/suggestions/judge", "duty", api.Judge{Says: "accept", IDs: []string{kinds["date"].ID, kinds["place"].ID}}))
	if n.Changed != 2 {
		t.Errorf("%d changed", n.Changed)
	}
	accepted := decode[api.Suggestions](t, b.request("GET", path+"?state=accepted&kind=date", "duty", nil))
	if accepted.Accepted != 2 || len(accepted.Suggestions) != 1 || accepted.Suggestions[0].Judgements[0].Login != "duty" {
		t.Errorf("%+v", accepted)
	}
	person := base + "/suggestions/" + kinds["person"].ID
	if cs := decode[api.Candidates](t, b.request("GET", person+"/candidates", "duty", nil)); len(cs.Candidates) != 0 {
		t.Errorf("candidates without a listing: %+v", cs)
	}
	for _, c := range []struct {
		what, method, path string
		body               any
		status             int
	}{
		{"a listing that is not held", "POST", person + "/names", api.JudgeName{Says: "same", Listing: "UN/x/1"}, http.StatusNotFound},
		{"itself", "POST", person + "/names", api.JudgeName{Says: "same", Other: kinds["person"].ID}, http.StatusUnprocessableEntity},
		{"a date", "POST", person + "/names", api.JudgeName{Says: "same", Other: kinds["date"].ID}, http.StatusUnprocessableEntity},
		{"neither", "POST", person + "/names", api.JudgeName{Says: "same"}, http.StatusUnprocessableEntity},
		{"a number of nothing", "POST", base + "/suggestions/judge", api.Judge{Says: "accept", IDs: []string{"7.7"}}, http.StatusNotFound},
		{"no number", "POST", base + "/suggestions/judge", api.Judge{Says: "accept", IDs: []string{"01.1"}}, http.StatusNotFound},
		{"another word", "POST", base + "/suggestions/judge", api.Judge{Says: "decide", IDs: []string{"1.1"}}, http.StatusUnprocessableEntity},
		{"a draft of nobody", "GET", base + "/drafts/" + strings.Repeat("0", 32) + "/suggestions", nil, http.StatusNotFound},
	} {
		if w := b.request(c.method, c.path, "duty", c.body); w.Code != c.status {
			t.Errorf("%s: HTTP %d %s", c.what, w.Code, w.Body)
		}
	}
	st := decode[api.ReadingStatus](t, b.request("GET", base+"/suggestions/status", "custodian", nil))
	if st.Texts != 1 || st.Accepted != 2 || st.Drafts != 0 || len(st.Methods) < 8 {
		t.Errorf("%+v", st)
	}
}
