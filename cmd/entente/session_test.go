package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/web/api"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Mode().Perm()
}

// A token is as good as the officer: others may not read it, also where the
// file or its directory had been left open.
func TestSessionsAreClosedToOthers(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("ENTENTE_SESSIONS", "")
	dir := filepath.Join(home, "entente")
	path := filepath.Join(dir, "sessions.json")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"current":"","open":{}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{dir, path} { // whatever the umask was
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s, at, err := readSessions()
	if err != nil || at != path {
		t.Fatal(at, err)
	}
	if mode(t, dir) != 0o700 || mode(t, path) != 0o700 {
		t.Errorf("read: modes %o and %o", mode(t, dir), mode(t, path))
	}
	if err := s.write(path); err != nil {
		t.Fatal(err)
	}
	if mode(t, dir) != 0o700 || mode(t, path) != 0o600 {
		t.Errorf("written: modes %o and %o", mode(t, dir), mode(t, path))
	}
	// A directory that somebody names may be shared: it keeps its mode.
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ENTENTE_SESSIONS", filepath.Join(shared, "s.json"))
	if s, at, err = readSessions(); err != nil {
		t.Fatal(err)
	}
	if err := s.write(at); err != nil {
		t.Fatal(err)
	}
	if mode(t, shared) != 0o755 || mode(t, at) != 0o600 {
		t.Errorf("shared: modes %o and %o", mode(t, shared), mode(t, at))
	}
}

// The condition of a node is a finding as long as somebody has to look.
func TestStatusTellsWhatIsWanting(t *testing.T) {
	well := func() *api.Status {
		return &api.Status{Log: api.LogStatus{Quorum: 3, Cosigned: []api.Cosigned{{Member: "IRN"}, {Member: "IRQ"}, {Member: "RUS"}, {Member: "SYR"}}}}
	}
	leaf := int64(7)
	for what, x := range map[string]struct {
		change func(*api.Status)
		says   string // what the finding says; empty where there is none
	}{
		"all is well":      {func(*api.Status) {}, ""},
		"a member is dark": {func(s *api.Status) { s.Log.Cosigned, s.Log.Missing = s.Log.Cosigned[:3], []string{"SYR"} }, "! SYR: dark"},
		"one is back": {func(s *api.Status) {
			s.Log.Cosigned, s.Log.Missing, s.Peers = s.Log.Cosigned[:3], []string{"SYR"}, []api.Peer{{Member: "SYR", At: &time.Time{}}}
		}, ""},
		"one is back and behind": {func(s *api.Status) {
			s.Log.Cosigned, s.Log.Missing, s.Peers = s.Log.Cosigned[:3], []string{"SYR"}, []api.Peer{{Member: "SYR", At: &time.Time{}, Lag: 3}}
		}, "! SYR: dark"},
		"this one was away": {func(s *api.Status) {
			s.Member, s.Log.Cosigned, s.Log.Missing = "SYR", s.Log.Cosigned[:3], []string{"SYR"}
		}, ""},
		"no quorum":               {func(s *api.Status) { s.Log.Cosigned = nil }, "! 0 of 3 members needed have cosigned"},
		"something is opaque":     {func(s *api.Status) { s.Views.Quarantined = 1 }, "! 1 envelope was not understood: ask its originator"},
		"recovering":              {func(s *api.Status) { s.Log.Recovering = true }, "! recovering"},
		"halted":                  {func(s *api.Status) { s.Halted = &api.Halt{Code: "fork"} }, "! HALTED (fork)"},
		"a newer version":         {func(s *api.Status) { s.Log.UnknownAt = &leaf }, "! leaf 7 is of a version"},
		"a body is absent":        {func(s *api.Status) { s.Log.Absent = 2 }, "! 2 bodies have still to come"},
		"the lead withholds":      {func(s *api.Status) { s.Lead, s.Log.Withheld = "IRQ", []string{"RUS"} }, "! the lead IRQ has not logged in time what RUS announced"},
		"the clock is ahead":      {func(s *api.Status) { s.Log.ClockSkew = 301 }, "! the clock is 301 s off"},
		"the clock is behind":     {func(s *api.Status) { s.Log.ClockSkew = -301 }, "! the clock is -301 s off"},
		"the clock is a bit off":  {func(s *api.Status) { s.Log.ClockSkew = 300 }, ""},
		"the views stay behind":   {func(s *api.Status) { s.Views.BehindFor = 10 }, "! the views have been behind"},
		"the views follow":        {func(s *api.Status) { s.Views.BehindFor = 9; s.Log.Certified = 4 }, ""},
		"keys of epochs are lost": {func(s *api.Status) { s.LostEpochs = []uint32{4, 5} }, "! the keys of epoch 4 5 that"},
		"evidence is kept":        {func(s *api.Status) { s.Evidence = 1 }, "! 1 proof of a fault is kept: entente evidence list shows it"},
	} {
		st := well()
		x.change(st)
		atNode(t, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(st) })
		want := exitDone
		if x.says != "" {
			want = exitFindings
		}
		code, out, errs := command("", "status")
		if code != want || !strings.Contains(out, x.says) || (x.says == "") == strings.Contains(out, "\n! ") {
			t.Errorf("%s: exit code %d, want %d; printed:\n%s%s", what, code, want, out, errs)
		}
		if n := strings.Count(out, "\n! "); x.says != "" && n != 1 && what != "no quorum" {
			t.Errorf("%s: %d findings for one\n%s", what, n, out)
		}
	}
}
