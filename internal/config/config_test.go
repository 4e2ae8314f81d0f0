package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = `version = 1
member = "IRQ"
dir = "."
[unlock]
passphrase_file = "pass"
[desk]
listen = "127.0.0.1:8701"
[link]
listen = "0.0.0.0:8711"
[link.members]
IRN = "irn.example:8711"
`

func TestParse(t *testing.T) {
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, says string }{
		{"another version", "version = 1", "version = 2", "version 2"},
		{"no form", "version = 1", "version = ", "line 1"},
		{"an unknown key", "dir = \".\"", "dir = \".\"\nfoo = 1", "foo"},
		{"a wrong type", "version = 1", "version = \"1\"", "version"},
		{"a member that is none", "\"IRQ\"", "\"Iraq\"", "member"},
		{"no way to unlock", "passphrase_file = \"pass\"", "", "[unlock]"},
		{"two ways to unlock", "passphrase_file = \"pass\"", "passphrase_file = \"pass\"\ncredential = \"c\"", "[unlock]"},
		{"a desk open to all without TLS", "127.0.0.1:8701", "0.0.0.0:8701", "without TLS"},
		{"a certificate without its key", "listen = \"127.0.0.1:8701\"", "listen = \"127.0.0.1:8701\"\ncert = \"c.pem\"", "cert and key"},
		{"itself among the others", "IRN =", "IRQ =", "whose node this is"},
		{"two listeners on one address", "0.0.0.0:8711", "127.0.0.1:8701", "same address"},
		{"metrics for others", "[link.members]", "[metrics]\nlisten = \"0.0.0.0:9\"\n[link.members]", "metrics"},
		{"an unknown way to read texts", "[link.members]", "[texts]\nmodel = \"x\"\n[link.members]", "model"},
		{"an unknown level", "[link.members]", "[log]\nlevel = \"loud\"\n[link.members]", "log.level"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			_, err := Parse([]byte(text))
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want ErrConfig that says %q", err, c.says)
			}
		})
	}
}

func TestTextIsRead(t *testing.T) {
	c, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(text); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestLoadSeesPathsFromTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Dir != dir || c.Unlock.PassphraseFile != filepath.Join(dir, "pass") {
		t.Errorf("dir %q, passphrase %q", c.Dir, c.Unlock.PassphraseFile)
	}
	// An index of places that is not there is found.
	indexed := *c
	indexed.Texts.Places = filepath.Join(dir, "index")
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if found := strings.Join(indexed.Check(), "; "); !strings.Contains(found, "texts.places") || !strings.Contains(found, "place load") {
		t.Errorf("an index that is not there: %s", found)
	}
	if found := c.Check(); len(found) == 0 {
		t.Error("a directory without charter and passphrase is found good")
	}
	if _, err := Load(filepath.Join(dir, "none")); !errors.Is(err, ErrConfig) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestPassphraseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pass")
	for _, c := range []struct {
		text string
		mode os.FileMode
		ok   bool
	}{
		{"a passphrase\n", 0o600, true},
		{"a passphrase\n", 0o644, false},
		{"\n", 0o600, false},
		{strings.Repeat("x", 5000), 0o600, false},
	} {
		os.Remove(path)
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := PassphraseFile(path); (err == nil) != c.ok {
			t.Errorf("%d bytes, mode %o: %v", len(c.text), c.mode, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := Parse(text); err == nil && c.Member == "" {
			t.Error("a configuration without a member was taken")
		}
	})
}
