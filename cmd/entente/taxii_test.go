package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// served runs "taxii serve" on a free port and returns where discovery is and
// which directory it serves.
func served(t *testing.T, args ...string) (discovery, data string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		code := run(ctx, append([]string{"--json", "taxii", "serve", "--listen", "127.0.0.1:0", "--user", "admin"}, args...), strings.NewReader("seven wet stones\n"), w, io.Discard)
		w.Close()
		done <- code
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exitDone {
			t.Errorf("serve: exit %d", code)
		}
	})
	var said struct{ Discovery, Data string }
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return said.Discovery, said.Data
}

// A medallion file goes in and is served again with nothing named in between:
// both commands find the same place, and say where it is.
func TestTaxiiImportAndServeShareAPlace(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_DATA_HOME", home)
	place := filepath.Join(home, "entente", "taxii")
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"taxii", "import", "../../taxii/testdata/medallion.json"}, nil, &out, &errs); code != exitDone || !strings.Contains(out.String(), "in "+place) {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	out.Reset()
	if code := run(context.Background(), []string{"taxii", "flaws"}, nil, &out, &errs); code != exitFindings || !strings.Contains(out.String(), "indicator--00000003") {
		t.Errorf("flaws: exit %d\n%s%s", code, out.String(), errs.String())
	}
	discovery, data := served(t)
	if data != place {
		t.Errorf("serves %s, not %s", data, place)
	}
	ask := func(path string) (int, string) {
		q, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(discovery, "taxii2/")+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.SetBasicAuth("admin", "seven wet stones")
		q.Header.Set("Accept", "application/taxii+json;version=2.1")
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		raw, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(raw)
	}
	// What medallion lists without either right is listed here too.
	if code, body := ask("one/collections/"); code != http.StatusOK || strings.Count(body, `"can_read":`) != 5 || !strings.Contains(body, `"can_read":false,"can_write":false`) {
		t.Errorf("%d %s", code, body)
	}
	if code, body := ask("one/collections/00000005-2222-4222-8222-222222222222/objects/"); code != http.StatusForbidden {
		t.Errorf("%d %s", code, body)
	}
}

// With neither a directory named nor a home there is nowhere to put it.
func TestTaxiiWithoutAPlace(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "")
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"taxii", "flaws"}, nil, &out, &errs); code != exitUsage || !strings.Contains(errs.String(), "--data") {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
}

// The clients in circulation ask "taxii serve" as they ask any server, where a
// Python that has them is installed; ENTENTE_PYTHON names one.
func TestServedToClientsInCirculation(t *testing.T) {
	python := os.Getenv("ENTENTE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import taxii2client.v21, stix2").Run(); err != nil {
		t.Skip("no Python with taxii2-client and stix2 is here; ENTENTE_PYTHON names one")
	}
	const reports = "00000001-3333-4333-8333-333333333333"
	var objects []string
	for i := range 30 {
		objects = append(objects, `{"type":"tool","spec_version":"2.1","id":"tool--0000`+string(rune('a'+i/10))+string(rune('0'+i%10))+`00-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"n"}`)
	}
	file := filepath.Join(t.TempDir(), "medallion.json")
	text := `{"/discovery":{"title":"t","default":"/one/","api_roots":["/one/"]},"one":{"information":{"title":"t","versions":["application/taxii+json;version=2.1"],"max_content_length":1000000},"collections":[
		{"id":"` + reports + `","title":"Reports","can_read":true,"can_write":false,"media_types":["application/stix+json;version=2.1"],"objects":[` + strings.Join(objects, ",") + `]},
		{"id":"00000002-3333-4333-8333-333333333333","title":"Written","can_read":true,"can_write":true,"media_types":["application/stix+json;version=2.1"],"objects":[]}]}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	var out bytes.Buffer
	if code := run(context.Background(), []string{"taxii", "import", file, "--data", data}, nil, &out, &out); code != exitDone {
		t.Fatalf("exit %d\n%s", code, out.String())
	}
	discovery, _ := served(t, "--data", data, "--max-page", "5")
	said, err := exec.Command(python, "../../internal/feed/testdata/clients.py", discovery, "admin", "seven wet stones", "admin", "seven wet stones").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "ok 30\n") { // warnings of the clients come before
		t.Fatalf("%v\n%s", err, said)
	}
}
