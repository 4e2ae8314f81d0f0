package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"entente/internal/client"
	"entente/internal/web/api"
)

// desk is a node's API as any program asks it: no client of ours stands between.
var desk = &http.Client{Transport: &http.Transport{DialContext: client.DialLocalhost}, Timeout: 2 * time.Minute}

// askAPI asks a node as an officer who has logged in.
func askAPI(ts *testscript.TestScript, officer, method, path, body string) (status int, answer []byte) {
	var open sessions
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(ts.Getenv("ENTENTE_SESSIONS"))), &open))
	for _, s := range open.Open {
		if s.Login != officer {
			continue
		}
		req, err := http.NewRequest(method, s.Node+api.Base+path, strings.NewReader(body))
		ts.Check(err)
		req.Header.Set("Authorization", "Bearer "+s.Token)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := desk.Do(req)
		ts.Check(err)
		defer resp.Body.Close()
		answer, err = io.ReadAll(io.LimitReader(resp.Body, 16<<20))
		ts.Check(err)
		return resp.StatusCode, answer
	}
	ts.Fatalf("%s has not logged in", officer)
	return 0, nil
}

// apiAnswer OFFICER STATUS METHOD PATH OUT [BODY] asks a node's API and writes
// what it answers, with that status, to a file.
func apiAnswer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 || len(args) > 6 {
		ts.Fatalf("usage: api OFFICER STATUS METHOD PATH OUT [BODY]")
	}
	body := strings.Join(args[5:], "")
	status, answer := askAPI(ts, args[0], args[2], args[3], body)
	ts.Check(os.WriteFile(ts.MkAbs(args[4]), answer, 0o600))
	if strconv.Itoa(status) != args[1] {
		ts.Fatalf("%s %s: %d: %s", args[2], args[3], status, answer)
	}
}

// nonesuch OFFICER PATH ID... asks a node's API for PATH with each id in the
// place of %s, and for the same with an id that nothing has: it is not there, and
// the answers are the same to the byte but for the id.
func nonesuch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: nonesuch OFFICER PATH ID...")
	}
	for _, id := range args[2:] {
		none := make([]byte, 16)
		_, err := rand.Read(none)
		ts.Check(err)
		other := hex.EncodeToString(none)
		if len(other) != len(id) {
			ts.Fatalf("%s is no id", id)
		}
		status, answer := askAPI(ts, args[0], http.MethodGet, fmt.Sprintf(args[1], id), "")
		unknown, want := askAPI(ts, args[0], http.MethodGet, fmt.Sprintf(args[1], other), "")
		if status != http.StatusNotFound || status != unknown || !bytes.Equal(bytes.ReplaceAll(answer, []byte(id), nil), bytes.ReplaceAll(want, []byte(other), nil)) {
			ts.Fatalf("%s is answered with %d %s, nonsense with %d %s", id, status, answer, unknown, want)
		}
	}
}
