package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/node/nodetest"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const configText = `# The node of a test.
version = 1
member = "IRQ"
dir = "IRQ" # where it lies
[unlock]
passphrase_file = "secret/pass" # not in the backup
[desk]
listen = "127.0.0.1:8701"
[link]
listen = "127.0.0.1:8711"
[link.members]
IRN = "127.0.0.1:8712"
`

// site is a node that runs, its configuration beside its directory.
type site struct {
	conf *config.Config
	file string
	dir  string
	whole,
	torn string // attachments, the second not what its name says
}

func newSite(t *testing.T) *site {
	c := nodetest.Found(t, nil)
	c.Start("IRQ")
	s := &site{dir: c.Dir("IRQ")}
	s.file = filepath.Join(filepath.Dir(s.dir), config.File)
	check(t, os.WriteFile(s.file, []byte(configText), 0o600))
	var err error
	s.conf, err = config.Load(s.file)
	check(t, err)
	attached := filepath.Join(s.dir, node.DirAttached)
	check(t, os.MkdirAll(attached, 0o700))
	content := strings.Repeat("sealed bytes ", 5000)
	sum := sha256.Sum256([]byte(content))
	s.whole = hex.EncodeToString(sum[:])
	s.torn = strings.Repeat("ab", 32)
	for name, text := range map[string]string{s.whole: content, s.torn: "something else", s.whole + ".part": "half", "sealing-1": "half"} {
		check(t, os.WriteFile(filepath.Join(attached, name), []byte(text), 0o600))
	}
	return s
}

var taken = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)

func (s *site) take(t *testing.T, ctx context.Context, dir string) (*Manifest, error) {
	m, damaged, err := Take(ctx, s.conf, s.file, dir, Options{Now: taken})
	if err == nil && !slices.Equal(damaged, []string{node.DirAttached + "/" + s.torn}) {
		t.Errorf("damaged: %v", damaged)
	}
	return m, err
}

// files lists what is in a directory, by its path, and fails the test where
// anything is open to others.
func files(t *testing.T, dir string) (out []string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := e.Info()
		if err != nil {
			return err
		}
		if i.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", path, i.Mode().Perm())
		}
		if !e.IsDir() {
			name, err := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(name))
			return err
		}
		return nil
	}))
	slices.Sort(out)
	return out
}

// What is backed up while the node runs comes back whole, as what it was, in
// another place; what is not the node's is neither taken nor made.
func TestBackUpAndRestore(t *testing.T) {
	s := newSite(t)
	dir, to := filepath.Join(t.TempDir(), "save"), filepath.Join(t.TempDir(), "new", "IRQ")
	m, err := s.take(t, t.Context(), dir)
	check(t, err)
	want := []string{"attachments/" + s.whole, "charter.note", "entente.toml", "keys.db", "keys/checkpoint-1.key", "keys/cosignature-1.key", "keys/epoch-1.key",
		"keys/header-1.key", "keys/local.key", "keys/master.key", "keys/tls-1.key", "local.db", "log.db", "taxii.db"}
	var named []string
	for _, f := range m.Files {
		named = append(named, f.Name)
	}
	slices.Sort(named)
	if !slices.Equal(named, want) {
		t.Errorf("the manifest names %v", named)
	}
	if got := files(t, dir); !slices.Equal(got, slices.Sorted(slices.Values(append(slices.Clone(want), FileManifest)))) {
		t.Errorf("the backup holds %v", got)
	}
	if m.Member != "IRQ" || !m.Taken.Equal(taken) || !m.Destroy.Equal(taken.AddDate(0, 0, 14)) {
		t.Errorf("%+v", m)
	}
	if m.Overdue(m.Destroy) || !m.Overdue(m.Destroy.Add(time.Second)) {
		t.Error("it is overdue at another time than it says")
	}

	got, path, err := Restore(t.Context(), dir, to, Options{})
	check(t, err)
	if got.Digest != m.Digest || path != filepath.Join(to, config.File) {
		t.Errorf("restored %+v to %s", got, path)
	}
	if got := files(t, to); !slices.Equal(got, want) {
		t.Errorf("the directory holds %v", got)
	}
	for _, f := range m.Files {
		have, err := describe(t.Context(), to, f.Name)
		if f.Name != config.File && (err != nil || have != f) {
			t.Errorf("%s: %+v, %v, want %+v", f.Name, have, err, f)
		}
	}
	conf, err := config.Load(path)
	check(t, err)
	if conf.Dir != to || conf.Unlock.PassphraseFile != filepath.Join(filepath.Dir(s.file), "secret", "pass") || conf.Desk.Listen != s.conf.Desk.Listen {
		t.Errorf("%+v", conf)
	}
	text, err := os.ReadFile(path)
	check(t, err)
	for _, note := range []string{"# The node of a test.", "# where it lies", "# not in the backup"} {
		if !strings.Contains(string(text), note) {
			t.Errorf("the configuration lost %q:\n%s", note, text)
		}
	}
	if _, err := keyring.Open(to, keyring.Passphrase([]byte("another passphrase"))); !errors.Is(err, keyring.ErrUnlock) {
		t.Errorf("the keys open with another passphrase: %v", err)
	}
}

// A backup or restore that is interrupted at any step is none, says so, and is
// made whole by the same command.
func TestInterrupted(t *testing.T) {
	s := newSite(t)
	whole := filepath.Join(t.TempDir(), "whole")
	_, err := s.take(t, t.Context(), whole)
	check(t, err)
	run := func(at int, do func(context.Context, func(done, total int64)) error) (steps int, err error) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		n := 0
		err = do(ctx, func(int64, int64) {
			if n++; n == at {
				stop()
			}
		})
		return n, err
	}
	steps := 5
	for at := 1; at <= steps; at++ {
		dir := filepath.Join(t.TempDir(), "save")
		n, err := run(at, func(ctx context.Context, p func(int64, int64)) error {
			_, _, err := Take(ctx, s.conf, s.file, dir, Options{Now: taken, Progress: p})
			return err
		})
		steps = max(steps, n)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("backup, step %d: %v", at, err)
		}
		if _, _, err := Restore(t.Context(), dir, filepath.Join(t.TempDir(), "to"), Options{}); !errors.Is(err, ErrIncomplete) {
			t.Errorf("backup, step %d: restoring it: %v", at, err)
		}
		m, err := s.take(t, t.Context(), dir)
		check(t, err)
		if got := files(t, dir); len(got) != len(m.Files)+1 {
			t.Errorf("backup, step %d: %v is left", at, got)
		}
		if _, err := s.take(t, t.Context(), dir); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("a backup over a backup: %v", err)
		}
	}
	for at := 1; at <= 26; at++ {
		to := filepath.Join(t.TempDir(), "to")
		_, err := run(at, func(ctx context.Context, p func(int64, int64)) error {
			_, _, err := Restore(ctx, whole, to, Options{Progress: p})
			return err
		})
		if err == nil && at < 26 || err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("restore, step %d: %v", at, err)
		}
		if err == nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(to, config.File)); err == nil {
			if _, err := os.Stat(filepath.Join(to, node.FileCharter)); err == nil {
				t.Errorf("restore, step %d: what is not whole could be started", at)
			}
		}
		_, _, err = Restore(t.Context(), whole, to, Options{})
		check(t, err)
	}
}

// Each file that is missing, shorter or changed is named, and nothing is
// written.
func TestDamageIsNamed(t *testing.T) {
	s := newSite(t)
	dir := filepath.Join(t.TempDir(), "save")
	m, err := s.take(t, t.Context(), dir)
	check(t, err)
	to := filepath.Join(t.TempDir(), "to")
	refused := func(what, name string) {
		t.Helper()
		_, _, err := Restore(t.Context(), dir, to, Options{})
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s of %s: %v", what, name, err)
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s of %s: something was written", what, name)
		}
	}
	all := []string{FileManifest}
	for _, f := range m.Files {
		all = append(all, f.Name)
	}
	for _, name := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		good, err := os.ReadFile(path)
		check(t, err)
		bad := slices.Clone(good)
		bad[len(bad)/2] ^= 1
		check(t, os.WriteFile(path, bad, 0o600))
		refused("a change", filepath.Base(name))
		check(t, os.WriteFile(path, good[:len(good)-2], 0o600))
		refused("a loss", filepath.Base(name))
		if name != FileManifest {
			check(t, os.Remove(path))
			refused("the absence", filepath.Base(name))
			check(t, os.Symlink("/etc/hosts", path))
			if _, _, err := Restore(t.Context(), dir, to, Options{}); err == nil {
				t.Errorf("%s is a link, and is restored", name)
			}
			check(t, os.Remove(path))
		}
		check(t, os.WriteFile(path, good, 0o600))
	}
	_, _, err = Restore(t.Context(), dir, to, Options{})
	check(t, err)
}

// Nothing is written over, and a node's own directory is no place for its
// backup.
func TestPlaces(t *testing.T) {
	s := newSite(t)
	other := t.TempDir()
	check(t, os.WriteFile(filepath.Join(other, "letter"), []byte("x"), 0o600))
	if _, err := s.take(t, t.Context(), other); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a backup over something else: %v", err)
	}
	if _, err := s.take(t, t.Context(), filepath.Join(s.dir, "save")); !errors.Is(err, ErrNode) {
		t.Errorf("a backup inside of the node: %v", err)
	}
	if _, _, err := Restore(t.Context(), other, t.TempDir(), Options{}); !errors.Is(err, ErrNoBackup) {
		t.Errorf("no backup: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "save")
	_, err := s.take(t, t.Context(), dir)
	check(t, err)
	for _, to := range []string{other, s.dir, filepath.Join(dir, "to")} {
		if _, _, err := Restore(t.Context(), dir, to, Options{}); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("restored to %s: %v", to, err)
		}
	}
	// A node without a part of it is none.
	for name, cure := range map[string]string{keyring.FileKeys: keyring.FileKeys, node.FileCharter: "charter", keyring.DirKeys: "keys"} {
		check(t, os.Rename(filepath.Join(s.dir, name), filepath.Join(s.dir, "away")))
		if _, err := s.take(t, t.Context(), filepath.Join(t.TempDir(), "x")); err == nil || !strings.Contains(err.Error(), cure) {
			t.Errorf("without %s: %v", name, err)
		}
		check(t, os.Rename(filepath.Join(s.dir, "away"), filepath.Join(s.dir, name)))
	}
}

// signed writes a manifest with its digest made anew, as a forger would.
func signed(t testing.TB, change func(*Manifest)) []byte {
	sum := strings.Repeat("0", 64)
	m := Manifest{Version: Version, Member: "IRQ", Charter: sum, Files: []File{}}
	for _, name := range append(slices.Clone(wanted), "keys/header-1.key", "attachments/"+sum) {
		m.Files = append(m.Files, File{name, 1, sum})
	}
	if change != nil {
		change(&m)
	}
	var err error
	m.Digest, err = m.digest()
	check(t, err)
	text, err := json.Marshal(m)
	check(t, err)
	return text
}

// No manifest names a place outside of a node's directory.
func TestManifestsThatAreRefused(t *testing.T) {
	if _, err := parseManifest(signed(t, nil)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Manifest)
		want   error
	}{
		"a newer format":      {func(m *Manifest) { m.Version++ }, ErrVersion},
		"no format":           {func(m *Manifest) { m.Version = 0 }, ErrDamaged},
		"no member":           {func(m *Manifest) { m.Member = "somebody" }, ErrDamaged},
		"no charter":          {func(m *Manifest) { m.Charter = "x" }, ErrDamaged},
		"a negative log":      {func(m *Manifest) { m.LogSize = -1 }, ErrDamaged},
		"a path upwards":      {func(m *Manifest) { m.Files[5].Name = "../log.db" }, ErrDamaged},
		"a path upwards in a": {func(m *Manifest) { m.Files[5].Name = "keys/../../x.key" }, ErrDamaged},
		"an absolute path":    {func(m *Manifest) { m.Files[5].Name = "/etc/hosts" }, ErrDamaged},
		"the views":           {func(m *Manifest) { m.Files[5].Name = node.FileViews }, ErrDamaged},
		"a file twice":        {func(m *Manifest) { m.Files = append(m.Files, m.Files[0]) }, ErrDamaged},
		"no log":              {func(m *Manifest) { m.Files = slices.Delete(m.Files, 2, 3) }, ErrDamaged},
		"a negative size":     {func(m *Manifest) { m.Files[0].Size = -1 }, ErrDamaged},
		"no digest of a file": {func(m *Manifest) { m.Files[0].SHA256 = "" }, ErrDamaged},
	} {
		if _, err := parseManifest(signed(t, c.change)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	good := string(signed(t, nil))
	for _, bad := range []string{"", "{", strings.Replace(good, `"IRQ"`, `"IRN"`, 1), strings.Replace(good, `"version"`, `"extra":1,"version"`, 1)} {
		if _, err := parseManifest([]byte(bad)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

// Where the lines of a configuration cannot be told, it is written anew.
func TestConfigurationsAreMoved(t *testing.T) {
	for name, text := range map[string]string{
		"plain":                   configText,
		"a quoted key":            strings.Replace(configText, `dir =`, `"dir" =`, 1),
		"a literal string":        strings.Replace(configText, `"IRQ" #`, `'IRQ' #`, 1),
		"a sharp sign in a name":  strings.Replace(configText, `"IRQ" #`, `"IR#Q" #`, 1),
		"a table on one line":     strings.Replace(configText, "[unlock]\npassphrase_file = \"secret/pass\" # not in the backup\n", "unlock = {passphrase_file = \"secret/pass\"}\n", 1),
		"with certificate":        strings.Replace(configText, "[desk]\n", "[desk]\ncert = \"c.pem\"\nkey = \"k.pem\"\n", 1),
		"with two certificates":   strings.Replace(configText, "[desk]\n", "[taxii]\nlisten = \"127.0.0.1:8721\"\ncert = \"t.pem\"\nkey = \"/t.pem\"\n[desk]\ncert = \"c.pem\"\nkey = \"k.pem\"\n", 1),
		"with a strange path":     strings.Replace(configText, "secret/pass", `secret/\u0007pass`, 1),
		"with carriage returns":   strings.ReplaceAll(configText, "\n", "\r\n"),
		"with an absolute secret": strings.Replace(configText, "secret/pass", "/run/pass", 1),
	} {
		path := filepath.Join(t.TempDir(), config.File)
		check(t, os.WriteFile(path, []byte(text), 0o600))
		before, err := config.Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(t, moveConfig(path, "/old"))
		after, err := config.Load(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		pass := before.Unlock.PassphraseFile
		if !filepath.IsAbs(pass) {
			pass = filepath.Join("/old", pass)
		}
		if after.Dir != filepath.Dir(path) || after.Unlock.PassphraseFile != pass || before.Desk.Cert != "" && after.Desk.Key != "/old/k.pem" {
			t.Errorf("%s: %+v", name, after)
		}
		if before.Taxii.Cert != "" && (after.Taxii.Cert != "/old/t.pem" || after.Taxii.Key != "/t.pem" || after.Desk.Cert != "/old/c.pem") {
			t.Errorf("%s: %+v", name, after)
		}
		if moved, err := os.ReadFile(path); err != nil || strings.HasPrefix(name, "with two") && !strings.Contains(string(moved), "# where it lies") {
			t.Errorf("%s: what was noted beside is lost (%v):\n%s", name, err, moved)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(signed(f, nil))
	f.Add(signed(f, func(m *Manifest) { m.Files[5].Name = "../log.db" }))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseManifest(text)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if !filepath.IsLocal(file.Name) || strings.Count(file.Name, "/") > 1 {
				t.Errorf("%q is a path out of the directory", file.Name)
			}
		}
	})
}
