package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entente/internal/client"
)

// sessions is the file in which log-ins are kept between commands, readable by
// its owner alone. A token in it is as good as the officer until it ends.
type sessions struct {
	Current string             `json:"current"` // key of the session that commands use
	Open    map[string]session `json:"open"`    // by key
}

type session struct {
	Node  string `json:"node"`
	Login string `json:"login"`
	Token string `json:"token"`
}

func sessionKey(node, login string) string { return login + " " + node }

func sessionFile() (string, error) {
	if f := os.Getenv("ENTENTE_SESSIONS"); f != "" {
		return f, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for the session: %w; name a file in ENTENTE_SESSIONS", err)
	}
	return filepath.Join(dir, "entente", "sessions.json"), nil
}

func readSessions() (*sessions, string, error) {
	path, err := sessionFile()
	if err != nil {
		return nil, "", err
	}
	if err := closeSessions(path); err != nil {
		return nil, "", err
	}
	s := &sessions{Open: map[string]session{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, path, nil
	}
	if err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(text, s); err != nil || s.Open == nil {
		return nil, "", fmt.Errorf("%s is damaged; remove it and log in again", path)
	}
	return s, path, nil
}

// closeSessions takes from others what they may read of the sessions, where the
// file or its directory was left open to them. A directory that ENTENTE_SESSIONS
// names may be shared with other things: its mode is its owner's business.
func closeSessions(path string) error {
	paths := []string{path}
	if os.Getenv("ENTENTE_SESSIONS") == "" {
		paths = append(paths, filepath.Dir(path))
	}
	for _, p := range paths {
		st, err := os.Stat(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if mode := st.Mode().Perm(); mode&0o077 != 0 {
			if err := os.Chmod(p, mode&^0o077); err != nil {
				return fmt.Errorf("%s is open to others (mode %o), and stays so: %w; chmod go-rwx it", p, mode, err)
			}
		}
	}
	return nil
}

func (s *sessions) write(path string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".sessions-*") // made with mode 600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(text, '\n'))
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// asOfficer chooses the session that a command acts in.
type asOfficer struct {
	Node string `help:"Address of the node; that of the last log-in without it." placeholder:"URL" env:"ENTENTE_NODE"`
	As   string `help:"Log-in of the officer, when several are logged in." placeholder:"LOGIN" env:"ENTENTE_AS"`
}

// desk returns a client with the chosen session.
func (a asOfficer) desk() (*client.Client, error) {
	if a.Node != "" {
		if _, err := client.New(a.Node, client.Options{}); err != nil {
			return nil, usage("--node: %v", err)
		}
	}
	s, _, err := readSessions()
	if err != nil {
		return nil, err
	}
	var found []session
	for key, one := range s.Open {
		if (a.Node == "" && a.As == "" && key == s.Current) || (a.Node != "" || a.As != "") && (a.Node == "" || strings.TrimSuffix(a.Node, "/") == one.Node) && (a.As == "" || a.As == one.Login) {
			found = append(found, one)
		}
	}
	if len(found) > 1 {
		if one, ok := s.Open[s.Current]; ok {
			for _, f := range found {
				if f == one {
					found = []session{one}
				}
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, errNoSession
	case 1:
		return client.New(found[0].Node, client.Options{Token: found[0].Token})
	}
	return nil, usage("several officers are logged in there; choose one with --as and --node")
}

type loginCmd struct {
	URL          string `arg:"" name:"url" help:"Address of the node, such as http://irq.localhost:8701."`
	Login        string `arg:"" help:"The officer's log-in."`
	PasswordFile string `help:"File with the password; without it, it is asked for, or read as one line of standard input." type:"existingfile" placeholder:"FILE"`
	NewPassword  string `help:"File with a new password, for the first log-in." type:"existingfile" placeholder:"FILE"`
}

// Help gives an example.
func (loginCmd) Help() string {
	return "Example:\n\n    entente login http://irq.localhost:8701 irq.duty\n\nKeeps a session token for the commands that follow, in a file that its owner alone can read. It ends by itself, or with entente logout."
}

// Run logs an officer in.
func (c *loginCmd) Run(w *world) error {
	c.URL = strings.TrimSuffix(c.URL, "/")
	cl, err := client.New(c.URL, client.Options{})
	if err == nil && !strings.Contains(c.URL, "://") && !strings.ContainsAny(c.URL, ".:") && c.URL != "localhost" {
		err = fmt.Errorf("%w: %q", client.ErrAddress, c.URL)
	}
	if err != nil {
		return usage("%v", err)
	}
	password, err := passwordOf(w, c.PasswordFile, "password of "+c.Login)
	if err != nil {
		return err
	}
	in, err := cl.LogIn(w.ctx, c.Login, string(password))
	if err != nil {
		return w.refused(err)
	}
	if in.Officer.MustChange {
		next, err := passwordOf(w, c.NewPassword, "new password of "+c.Login)
		if err != nil {
			return fmt.Errorf("the password must be changed at the first log-in: %w", err)
		}
		if err := cl.ChangePassword(w.ctx, string(password), string(next)); err != nil {
			return w.refused(err)
		}
		if cl.Token() == "" {
			if _, err := cl.LogIn(w.ctx, c.Login, string(next)); err != nil {
				return err
			}
		}
	}
	s, path, err := readSessions()
	if err != nil {
		return err
	}
	s.Current = sessionKey(c.URL, c.Login)
	s.Open[s.Current] = session{Node: c.URL, Login: c.Login, Token: cl.Token()}
	if err := s.write(path); err != nil {
		return err
	}
	return w.answer(in.Officer, func() { w.printf("%s of %s is logged in at %s", in.Officer.Login, in.Officer.Nation, c.URL) })
}

func passwordOf(w *world, file, what string) ([]byte, error) {
	if file == "" {
		return askSecret(w, what, false)
	}
	return w.secretFile(file)
}

type logoutCmd struct {
	asOfficer
}

// Help gives an example.
func (logoutCmd) Help() string { return "Example:\n\n    entente logout" }

// Run ends the session at the node and forgets it here.
func (c *logoutCmd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	token := cl.Token()
	if err := cl.LogOut(w.ctx); err != nil && !errors.Is(err, client.ErrUnauthenticated) {
		return err
	}
	s, path, err := readSessions()
	if err != nil {
		return err
	}
	for key, one := range s.Open {
		if one.Token == token {
			delete(s.Open, key)
		}
	}
	if err := s.write(path); err != nil {
		return err
	}
	return w.done("logged out")
}
