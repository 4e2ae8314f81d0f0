package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/web/api"
)

// Wrong arguments and unusable input end with 2; with --json the reason is a
// JSON object on standard error, also where the command line itself is wrong.
func TestFaultsAreUsageAndJSON(t *testing.T) {
	t.Setenv("ENTENTE_SESSIONS", filepath.Join(t.TempDir(), "sessions.json"))
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, code, part string
	}{
		{"restore " + full + " --to " + filepath.Join(t.TempDir(), "y"), "usage", "this is no backup"},
		{"demo --port-shift=99999", "usage", "65535"},
		{"demo --port-shift=-8000", "usage", "1024"},
		{"status --node ftp://x", "usage", "ftp://x"},
		{"login notaurl x", "usage", "notaurl"},
		{"login ftp://x x", "usage", "ftp://x"},
		{"nosuch", "usage", "nosuch"},
		{"text read " + filepath.Join(full, "none"), "input", "none"},
	} {
		for _, asJSON := range []bool{false, true} {
			var out, errs bytes.Buffer
			args := strings.Fields(c.args)
			if asJSON {
				args = append(args, "--json")
			}
			code := run(t.Context(), args, strings.NewReader(""), &out, &errs)
			if code != exitUsage || !strings.Contains(errs.String(), c.part) {
				t.Errorf("%s: code %d, %s", c.args, code, errs.String())
			}
			if strings.Contains(errs.String(), "password") {
				t.Errorf("%s asks for the password: %s", c.args, errs.String())
			}
			if !asJSON {
				continue
			}
			var got struct {
				Error struct{ Code, Message string } `json:"error"`
			}
			if err := json.Unmarshal(errs.Bytes(), &got); err != nil || got.Error.Code != c.code || !strings.Contains(got.Error.Message, c.part) {
				t.Errorf("%s: %v, %s", c.args, err, errs.String())
			}
		}
	}
}

// Of several log-ins one must be chosen.
func TestSeveralLogInsAreUsage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.json")
	text, err := json.Marshal(sessions{Open: map[string]session{"a": {Node: "http://localhost:1", Login: "a"}, "b": {Node: "http://localhost:1", Login: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ENTENTE_SESSIONS", path)
	if code, _, errs := command("", "status", "--node", "http://localhost:1"); code != exitUsage || !strings.Contains(errs, "choose one") {
		t.Errorf("code %d, %s", code, errs)
	}
}

// A line with one name is compared with nothing, and said.
func TestNameCompareNamesMalformedLines(t *testing.T) {
	code, out, errs := command("Ali\tAli\nAli\n\tAli\n", "name", "compare")
	if code != exitFindings || strings.Count(out, "\n") != 3 || !strings.Contains(out, "0.0000\tno") || !strings.Contains(errs, "2 of 3 lines, the first of them line 2") {
		t.Errorf("code %d, %s, %s", code, out, errs)
	}
}

// An attachment without a byte is taken as it is, and said.
func TestAttachSaysThatAFileIsEmpty(t *testing.T) {
	atNode(t, refuses(422, api.Error{Code: "no", Message: "no"}))
	empty := filepath.Join(t.TempDir(), "empty.txt")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, errs := command("", "report", "attach", empty); !strings.Contains(errs, "empty.txt is empty: 0 bytes") {
		t.Error(errs)
	}
}

// A refusal that has one reason is said once; what more stands against it is said
// below it.
func TestRefusalIsSaidOnce(t *testing.T) {
	one := api.Finding{Portion: 2, Code: "act_no_source", Rule: "7", Text: "neither source nor citation; name one"}
	two := api.Finding{Code: "act_banner", Text: "the banner is weaker than its portions"}
	atNode(t, refuses(422, api.Error{Code: one.Code, Rule: "7", Message: "portion 2: " + one.Text, Findings: []api.Finding{one, two}}))
	code, _, errs := command("", "report", "release", "ask", "0c1d")
	if code != 1 || strings.Count(errs, one.Text) != 1 || strings.Count(errs, two.Text) != 1 || !strings.Contains(errs, "refused (act_no_source): portion 2:") {
		t.Errorf("exit code %d, it says:\n%s", code, errs)
	}
}

// What could not leave is shown as what needs somebody.
func TestFailedReleasesNeedSomebody(t *testing.T) {
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/status") {
			json.NewEncoder(w).Encode(api.Status{Failed: 2})
			return
		}
		json.NewEncoder(w).Encode(api.Releases{Releases: []api.Release{{ID: "51aa", State: "prepared", Drafts: 1, Kind: "request", Title: "Lorries"}}})
	})
	if code, out, _ := command("", "status"); code != 1 || !strings.Contains(out, "! 2 releases could not leave") {
		t.Errorf("status exits with %d and says:\n%s", code, out)
	}
	if code, out, errs := command("", "report", "release", "list"); code != 0 || !strings.Contains(out, "request: Lorries") || !strings.Contains(errs, "2 releases could not leave") {
		t.Errorf("the list exits with %d and says:\n%s%s", code, out, errs)
	}
}
