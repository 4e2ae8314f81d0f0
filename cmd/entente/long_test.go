package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An id or a text that no node takes is wrong usage, and no node is asked.
func TestWhatIsTooLongIsNotAsked(t *testing.T) {
	long := strings.Repeat("я", 50<<10)
	for _, line := range [][]string{
		{"report", "show", long}, {"report", "draft", long}, {"report", "state", long}, {"report", "search", long}, {"report", "discard", long},
		{"rfi", "show", long}, {"ledger", "--portion", long}, {"report", "list", "--originator", long}, {"collect", "discard", long}, {"report", "drafts", "--before", "2026-01-01T00:00:00Z," + long},
	} {
		atNode(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s: the node is asked %s", line[:2], r.Method) })
		code, out, errs := command("", append([]string{"--json"}, line...)...)
		if e := fault(t, strings.Join(line[:2], " "), errs); code != exitUsage || out != "" || e.Code != faultUsage || !strings.Contains(e.Message, "longer than a node takes") || len(e.Message) > 300 {
			t.Errorf("%s: exit code %d, %s, %.300s", line[:2], code, out, errs)
		}
	}
}

// A bundle without a byte is refused for what it is, before a node is asked.
func TestAnEmptyBundleIsCalledEmpty(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.age")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	atNode(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the node is asked %s %s", r.Method, r.URL) })
	for _, what := range []string{"import", "inspect"} {
		if code, _, errs := command("", "bundle", what, empty); code != exitFindings || !strings.Contains(errs, "(bundle_empty)") || !strings.Contains(errs, "empty.age: the file is empty") {
			t.Errorf("%s: exit code %d, %s", what, code, errs)
		}
	}
}
