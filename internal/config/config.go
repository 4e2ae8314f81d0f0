// Package config reads a node's configuration file: which member it serves,
// where its directory lies, where it listens, and how its keys are unlocked.
// Nothing that all members agreed on stands here; that is the charter's.
package config

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"entente/label"
)

// Version is the format of the configuration file that this code reads.
const Version = 1

// File is the usual name of the file in a node's directory.
const File = "entente.toml"

// maxFile bounds the file.
const maxFile = 1 << 20

// ErrConfig is wrapped by every refusal of a configuration; the text says what
// stands where, why it cannot be used, and what would cure it.
var ErrConfig = errors.New("the configuration cannot be used")

// Config is a node's configuration (schema.json). Paths are as written until
// Load has made them absolute, seen from the file's directory.
type Config struct {
	Version int            `toml:"version" json:"version"`
	Member  label.MemberID `toml:"member" json:"member"`
	Dir     string         `toml:"dir" json:"dir"`
	Unlock  Unlock         `toml:"unlock" json:"unlock"`
	Desk    Desk           `toml:"desk" json:"desk"`
	Link    Link           `toml:"link" json:"link"`
	Metrics Metrics        `toml:"metrics" json:"metrics"`
	Taxii   Taxii          `toml:"taxii" json:"taxii"`
	Log     Log            `toml:"log" json:"log"`
	Texts   Texts          `toml:"texts,omitempty" json:"texts,omitzero"`
	Limits  Limits         `toml:"limits" json:"limits"`
}

// Unlock says where the secret lies that opens the node's keys: one of both.
type Unlock struct {
	// PassphraseFile holds the passphrase, a last newline apart; nobody but
	// its owner may read it.
	PassphraseFile string `toml:"passphrase_file,omitempty" json:"passphrase_file,omitempty"`
	// Credential is the name of a systemd credential.
	Credential string `toml:"credential,omitempty" json:"credential,omitempty"`
}

// Desk is where the officers' API listens.
type Desk struct {
	Listen string `toml:"listen" json:"listen"` // host:port
	// Names are the host names by which the desk is called, beside the
	// address that it listens on.
	Names []string `toml:"names,omitempty" json:"names,omitempty"`
	// Cert and Key are a TLS certificate and its key, PEM; without them the
	// desk listens on loopback alone.
	Cert string `toml:"cert,omitempty" json:"cert,omitempty"`
	Key  string `toml:"key,omitempty" json:"key,omitempty"`
}

// Link is the members' link, mutually authenticated with the charter's keys.
type Link struct {
	Listen  string                    `toml:"listen" json:"listen"` // host:port
	Members map[label.MemberID]string `toml:"members" json:"members"`
}

// Metrics is the loopback address of the Prometheus metrics; empty for none.
type Metrics struct {
	Listen string `toml:"listen,omitempty" json:"listen,omitempty"`
}

// Taxii is where the member's own tools are served by TAXII 2.1; off without an
// address.
type Taxii struct {
	Listen string `toml:"listen,omitempty" json:"listen,omitempty"` // host:port
	// Cert and Key are a TLS certificate and its key, PEM; without them it
	// listens on loopback alone.
	Cert string `toml:"cert,omitempty" json:"cert,omitempty"`
	Key  string `toml:"key,omitempty" json:"key,omitempty"`
	// MaxPage is the greatest number of objects in one answer; 0 for 100.
	MaxPage int `toml:"max_page,omitempty" json:"max_page,omitempty"`
}

// Log says how the node's own log is written, without contents, to standard
// error.
type Log struct {
	Level  string `toml:"level,omitempty" json:"level,omitempty"`   // debug, info (the usual), warn, error
	Format string `toml:"format,omitempty" json:"format,omitempty"` // text (the usual), json
}

// Texts says how texts are read.
type Texts struct {
	// Places is the directory of an index that "entente place load" built;
	// empty for the gazetteer in the program alone.
	Places string `toml:"places,omitempty" json:"places,omitempty"`
}

// Limits are what an operator may turn.
type Limits struct {
	// ReserveMiB is the free disk, in MiB, below which nothing is filed; 0
	// for the usual 64.
	ReserveMiB int64 `toml:"reserve_mib,omitempty" json:"reserve_mib,omitempty"`
}

//go:embed schema.json
var schemaText []byte

// Schema returns the JSON Schema (draft 2020-12) of the file.
func Schema() []byte { return bytes.Clone(schemaText) }

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("schema.json")
})

// Load reads a file and makes its paths absolute, seen from its directory. It
// looks at no other file; Check does. Errors: ErrConfig, and those of reading.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: there is no %s; entente init join writes one", ErrConfig, path)
		}
		return nil, err
	}
	c, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for _, p := range c.Paths() {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	return c, nil
}

// Paths returns every path in the configuration by the table and the key that
// it stands under; where none is given it is empty.
func (c *Config) Paths() map[string]*string {
	return map[string]*string{
		"dir": &c.Dir, "unlock.passphrase_file": &c.Unlock.PassphraseFile,
		"desk.cert": &c.Desk.Cert, "desk.key": &c.Desk.Key, "taxii.cert": &c.Taxii.Cert, "taxii.key": &c.Taxii.Key,
		"texts.places": &c.Texts.Places,
	}
}

// Parse reads the text of a file. Errors: ErrConfig.
func Parse(text []byte) (*Config, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrConfig, maxFile)
	}
	var loose map[string]any
	if err := toml.Unmarshal(text, &loose); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, column := at.Position()
			return nil, fmt.Errorf("%w: line %d, column %d: %s", ErrConfig, line, column, strings.TrimPrefix(at.Error(), "toml: "))
		}
		return nil, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	if v, ok := loose["version"].(int64); ok && v != Version {
		return nil, fmt.Errorf("%w: it has version %d, this program reads version %d; use the program that wrote it, or write it anew", ErrConfig, v, Version)
	}
	// The schema judges JSON values; numbers of TOML are made such.
	asJSON, err := json.Marshal(loose)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	schema, err := compiled()
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(value); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrConfig, findings(err))
	}
	var c Config
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &c, nil
}

// findings writes what a schema found, one finding a place.
func findings(err error) string {
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return err.Error()
	}
	var out []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			at := strings.Join(e.InstanceLocation, ".")
			if at == "" {
				at = "the file"
			}
			out = append(out, at+": "+e.ErrorKind.LocalizedString(printer))
		}
		for _, c := range e.Causes {
			walk(c)
		}
	}
	walk(v)
	sort.Strings(out)
	return strings.Join(out, "; ")
}

// printer writes the schema's findings.
var printer = message.NewPrinter(language.English)

// check holds what a schema cannot say.
func (c *Config) check() error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	if (c.Unlock.PassphraseFile == "") == (c.Unlock.Credential == "") {
		return refuse("[unlock] names one of passphrase_file and credential")
	}
	if (c.Desk.Cert == "") != (c.Desk.Key == "") {
		return refuse("[desk] names both of cert and key, or neither")
	}
	if c.Desk.Cert == "" && !loopback(c.Desk.Listen) {
		return refuse("[desk] listens on %s without TLS; give cert and key, or listen on 127.0.0.1", c.Desk.Listen)
	}
	if (c.Taxii.Cert == "") != (c.Taxii.Key == "") {
		return refuse("[taxii] names both of cert and key, or neither")
	}
	if c.Taxii.Listen != "" && c.Taxii.Cert == "" && !loopback(c.Taxii.Listen) {
		return refuse("[taxii] listens on %s without TLS; give cert and key, or listen on 127.0.0.1", c.Taxii.Listen)
	}
	if c.Metrics.Listen != "" && !loopback(c.Metrics.Listen) {
		return refuse("[metrics] listens on %s; metrics are for this machine alone, listen on 127.0.0.1", c.Metrics.Listen)
	}
	seen := map[string]string{}
	for _, a := range []struct{ name, addr string }{{"[desk]", c.Desk.Listen}, {"[link]", c.Link.Listen}, {"[metrics]", c.Metrics.Listen}, {"[taxii]", c.Taxii.Listen}} {
		if a.addr == "" || strings.HasSuffix(a.addr, ":0") {
			continue
		}
		if _, _, err := net.SplitHostPort(a.addr); err != nil {
			return refuse("%s listens on %q, which is no host:port", a.name, a.addr)
		}
		if other, ok := seen[a.addr]; ok {
			return refuse("%s and %s listen on the same address %s", other, a.name, a.addr)
		}
		seen[a.addr] = a.name
	}
	if _, ok := c.Link.Members[c.Member]; ok {
		return refuse("[link.members] names %s, whose node this is; name the others", c.Member)
	}
	for m, a := range c.Link.Members {
		if _, _, err := net.SplitHostPort(a); err != nil {
			return refuse("[link.members] gives %s the address %q, which is no host:port", m, a)
		}
	}
	return nil
}

// loopback reports whether an address is one of this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// LevelOf returns the level of the node's own log.
func (l Log) LevelOf() slog.Level {
	var level slog.Level
	if l.Level != "" && level.UnmarshalText([]byte(l.Level)) == nil {
		return level
	}
	return slog.LevelInfo
}

// Text renders the configuration as a file.
func (c *Config) Text() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# A node of Entente. \"entente config check\" says whether it can be used;\n# \"entente config schema\" prints its schema.\n")
	if err := toml.NewEncoder(&b).Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
