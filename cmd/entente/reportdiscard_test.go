package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"entente/internal/web/api"
)

// Drafts are given up as they stand; one that is refused holds back no other.
func TestReportDiscard(t *testing.T) {
	var gone []string
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		switch {
		case id == "left":
			w.WriteHeader(http.StatusConflict)
			json.NewEncoder(w).Encode(api.Error{Code: "state", Message: "the draft was released"})
		case r.Method == http.MethodGet:
			json.NewEncoder(w).Encode(api.Draft{ID: id, ETag: "of " + id})
		case r.Method == http.MethodDelete && r.Header.Get("If-Match") == "of "+id:
			gone = append(gone, id)
			w.WriteHeader(http.StatusNoContent)
		default:
			t.Errorf("%s %s with If-Match %q", r.Method, r.URL, r.Header.Get("If-Match"))
		}
	})
	if code, out, errs := command("", "report", "discard", "0c1d"); code != exitDone || out != "given up: 1 draft\n" || errs != "" {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	gone = nil
	code, out, errs := command("", "--json", "report", "discard", "one", "left", "two")
	if strings.Join(gone, " ") != "one two" || code != exitFindings || !strings.Contains(out, `"drafts": 2`) {
		t.Errorf("given up: %v; exit code %d\n%s", gone, code, out)
	}
	if e := fault(t, "a draft that has left", errs); e.Code != "state" {
		t.Errorf("%+v", e)
	}
	gone = nil
	if code, out, _ := command("", "--json", "report", "discard", "left"); code != exitFindings || out != "" || gone != nil {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// What is no report has no views: its act is named where a view would be.
func TestStateNamesTheActOfAStatement(t *testing.T) {
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(api.DraftState{State: "logged", Views: []api.SentView{{Act: "8d3c", Index: 7, Recipients: []string{"RUS"}}}})
	})
	if code, out, _ := command("", "report", "state", "0c1d"); code != exitDone || !strings.Contains(out, "  8d3c  leaf 7  to RUS") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// A list of drafts says of each what it is.
func TestDraftsAreListedByKindAndTitle(t *testing.T) {
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(api.Drafts{Drafts: []api.Draft{{ID: "1", State: "drafted", Kind: "request", Title: "Flour by road"}, {ID: "2", State: "drafted", Kind: "consent"}}})
	})
	if code, out, _ := command("", "report", "drafts"); code != exitDone || !strings.Contains(out, "  request: Flour by road\n") || !strings.Contains(out, "  consent\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
