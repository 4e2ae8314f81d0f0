package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
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
	for what, x := range map[string]struct {
		change func(*api.Status)
		want   int
	}{
		"all is well":      {func(*api.Status) {}, exitDone},
		"a member is dark": {func(s *api.Status) { s.Log.Cosigned, s.Log.Missing = s.Log.Cosigned[:3], []string{"SYR"} }, exitFindings},
		"one is back": {func(s *api.Status) {
			s.Log.Cosigned, s.Log.Missing, s.Peers = s.Log.Cosigned[:3], []string{"SYR"}, []api.Peer{{Member: "SYR", At: &time.Time{}}}
		}, exitDone},
		"one is back and behind": {func(s *api.Status) {
			s.Log.Cosigned, s.Log.Missing, s.Peers = s.Log.Cosigned[:3], []string{"SYR"}, []api.Peer{{Member: "SYR", At: &time.Time{}, Lag: 3}}
		}, exitFindings},
		"this one was away": {func(s *api.Status) {
			s.Member, s.Log.Cosigned, s.Log.Missing = "SYR", s.Log.Cosigned[:3], []string{"SYR"}
		}, exitDone},
		"no quorum":           {func(s *api.Status) { s.Log.Cosigned = nil }, exitFindings},
		"something is opaque": {func(s *api.Status) { s.Views.Quarantined = 1 }, exitFindings},
		"recovering":          {func(s *api.Status) { s.Log.Recovering = true }, exitFindings},
		"halted":              {func(s *api.Status) { s.Halted = &api.Halt{} }, exitFindings},
	} {
		st := well()
		x.change(st)
		atNode(t, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(st) })
		if code, _, errs := command("", "status"); code != x.want {
			t.Errorf("%s: exit code %d, want %d\n%s", what, code, x.want, errs)
		}
	}
}
