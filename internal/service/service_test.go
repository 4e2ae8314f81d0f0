package service

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/node/nodetest"
	"entente/label"
)

// configured is a node that is founded and not started, and its configuration.
func configured(t *testing.T) *config.Config {
	t.Helper()
	c := nodetest.Found(t, nil)
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte("a passphrase of the tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &config.Config{Version: config.Version, Member: "IRQ", Dir: c.Dir("IRQ"), Unlock: config.Unlock{PassphraseFile: pass},
		Desk: config.Desk{Listen: "127.0.0.1:0"}, Metrics: config.Metrics{Listen: "127.0.0.1:0"},
		Link: config.Link{Listen: "127.0.0.1:0", Members: map[label.MemberID]string{"IRN": "127.0.0.1:1", "RUS": "127.0.0.1:1", "SYR": "127.0.0.1:1"}}}
}

// begin runs a node until end is called, which returns what Run did.
func begin(t *testing.T, c *config.Config) (open Addresses, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan Addresses, 1), make(chan error, 1)
	go func() { done <- Run(ctx, c, Options{Ready: func(a Addresses) { ready <- a }}) }()
	select {
	case open = <-ready:
	case err := <-done:
		t.Fatalf("it did not open: %v", err)
	}
	return open, func() error { cancel(); return <-done }
}

// A node serves what its configuration says where it says it, to whom each is
// for, until it is stopped; then its directory is free again.
func TestRun(t *testing.T) {
	c := configured(t)
	for range 2 { // started again, it is the same
		open, end := begin(t, c)
		get := func(addr, path string) (int, string) {
			t.Helper()
			resp, err := http.Get("http://" + addr + path)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
			if err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode, string(b)
		}
		if status, _ := get(open.Desk, "/readyz"); status != http.StatusServiceUnavailable {
			t.Errorf("alone it cannot sign, and says it is ready: HTTP %d", status)
		}
		if status, body := get(open.Metrics, "/metrics"); status != http.StatusOK || !strings.Contains(body, "entente_") {
			t.Errorf("metrics: HTTP %d", status)
		}
		if status, _ := get(open.Desk, "/metrics"); status == http.StatusOK {
			t.Error("the desk shows the metrics")
		}
		// The members' link speaks to members alone.
		conn, err := tls.Dial("tcp", open.Link, &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			_, err = conn.Read(make([]byte, 1))
			conn.Close()
		}
		if err == nil {
			t.Error("the members' link speaks to a stranger")
		}
		if err := Run(t.Context(), c, Options{}); !errors.Is(err, node.ErrRunning) {
			t.Errorf("a second process over the directory: %v", err)
		}
		if err := end(); err != nil {
			t.Errorf("stopped, it ends with %v", err)
		}
		for _, addr := range []string{open.Desk, open.Link, open.Metrics} {
			if conn, err := net.Dial("tcp", addr); err == nil {
				conn.Close()
				t.Errorf("stopped, it still listens on %s", addr)
			}
		}
	}
}

// What cannot be opened is said, and what was opened before is closed: the next
// start finds everything free.
func TestRunRefuses(t *testing.T) {
	c := configured(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("another passphrase"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		change func(*config.Config)
		is     error
		says   string
	}{
		"the desk's address is taken":     {func(c *config.Config) { c.Desk.Listen = taken.Addr().String() }, nil, "the desk cannot listen on " + taken.Addr().String()},
		"the link's address is taken":     {func(c *config.Config) { c.Link.Listen = taken.Addr().String() }, nil, "the members' link cannot listen"},
		"the metrics' address is taken":   {func(c *config.Config) { c.Metrics.Listen = taken.Addr().String() }, nil, "the metrics cannot listen"},
		"another passphrase":              {func(c *config.Config) { c.Unlock.PassphraseFile = wrong }, keyring.ErrUnlock, "passphrase"},
		"no passphrase file":              {func(c *config.Config) { c.Unlock.PassphraseFile = wrong + "x" }, os.ErrNotExist, "wrongx"},
		"a certificate that is not there": {func(c *config.Config) { c.Desk.Cert, c.Desk.Key = wrong, wrong }, nil, "certificate"},
		"a directory that is not there":   {func(c *config.Config) { c.Dir += "x" }, nil, "entente init"},
	} {
		changed := *c
		x.change(&changed)
		err := Run(t.Context(), &changed, Options{Ready: func(Addresses) { t.Errorf("%s: it says that it is open", name) }})
		if err == nil || x.is != nil && !errors.Is(err, x.is) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, end := begin(t, c)
	if err := end(); err != nil {
		t.Error(err)
	}
}

// The node's own log has the level and the form that are configured.
func TestLogger(t *testing.T) {
	for _, x := range []struct {
		conf config.Log
		want string
	}{
		{config.Log{}, "level=INFO msg=two\nlevel=WARN msg=three\n"},
		{config.Log{Level: "warn"}, "level=WARN msg=three\n"},
		{config.Log{Level: "debug", Format: "json"}, `{"level":"DEBUG","msg":"one"}` + "\n" + `{"level":"INFO","msg":"two"}` + "\n" + `{"level":"WARN","msg":"three"}` + "\n"},
	} {
		var b bytes.Buffer
		l := Logger(x.conf, &b)
		l.Debug("one")
		l.Info("two")
		l.Warn("three")
		var got strings.Builder
		for _, line := range strings.SplitAfter(b.String(), "\n") {
			if _, rest, ok := strings.Cut(line, `level`); ok { // without its time
				if strings.HasPrefix(line, "{") {
					got.WriteString(`{"level` + rest)
				} else {
					got.WriteString("level" + rest)
				}
			}
		}
		if got.String() != x.want {
			t.Errorf("%+v: %q", x.conf, got.String())
		}
	}
}
