package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/web/api"
)

// A transfer that fails leaves what came, and nothing where nothing came.
func TestFetchLeavesNoEmptyFile(t *testing.T) {
	to := filepath.Join(t.TempDir(), "photo.jpg")
	atNode(t, refuses(http.StatusNotFound, api.Error{Code: api.CodeNotFound, Message: "no report of that id is here"}))
	if code, _, errs := command("", "report", "fetch", "r", "d", to); code != exitFindings {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if es, err := os.ReadDir(filepath.Dir(to)); err != nil || len(es) > 0 {
		t.Errorf("it left %v (%v)", es, err)
	}
	atNode(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
	})
	if code, _, errs := command("", "report", "fetch", "r", "d", to); code != exitFailure {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if got, err := os.ReadFile(to + ".part"); err != nil || string(got) != "half" {
		t.Errorf("what came is %q (%v)", got, err)
	}
}

func TestFetchToStandardOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	atNode(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("the file")) })
	if code, out, errs := command("", "report", "fetch", "r", "d", "-"); code != exitDone || out != "the file" {
		t.Errorf("exit code %d, %q\n%s", code, out, errs)
	}
	if es, err := os.ReadDir("."); err != nil || len(es) > 0 {
		t.Errorf("it left %v (%v)", es, err)
	}
	if code, _, _ := command("", "--json", "report", "fetch", "r", "d", "-"); code != exitUsage {
		t.Errorf("JSON and a file in one: exit code %d", code)
	}
}
