package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/store/taxiidb"
	"entente/label"
)

// Version is the format of the backups that this code writes and reads.
const Version = 1

// Names in a backup beside those of a node's directory.
const (
	FileManifest = "manifest.json"
	// fileIncomplete stands in a backup until its manifest does.
	fileIncomplete = "incomplete"
)

// Bounds of a manifest.
const (
	maxManifest = 128 << 20
	maxFiles    = 1 << 19
)

// Errors of backups. Each is matched with errors.Is; the texts say what would
// cure it.
var (
	// ErrNoBackup: the directory holds no backup.
	ErrNoBackup = errors.New("this is no backup: it has no " + FileManifest)
	// ErrIncomplete: the backup was interrupted.
	ErrIncomplete = errors.New("this backup was interrupted and is not whole: take it again with the same command, or restore another")
	// ErrDamaged: a file is not what the manifest says.
	ErrDamaged = errors.New("the backup is damaged: restore another, or recover the node under its root key")
	// ErrNotEmpty: the directory holds something else.
	ErrNotEmpty = errors.New("the directory is not empty: name a new one, nothing is written over")
	// ErrVersion: a newer program has written it.
	ErrVersion = errors.New("the backup was written by a newer version of this program: install that version or a later one")
	// ErrNode: what is to be backed up is no whole node.
	ErrNode = errors.New("the node's directory cannot be backed up")
)

// File is one file of a backup, by its path in it with slashes.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// Manifest says what a backup is and holds. It tells damage, and not forgery: a
// hand that can write the backup can write the manifest.
type Manifest struct {
	Version int            `json:"version"`
	Member  label.MemberID `json:"member"`
	Charter string         `json:"charter"`  // hash, hex
	LogSize int64          `json:"log_size"` // leaves of the log at the backup
	Taken   time.Time      `json:"taken"`    // by the clock of the machine
	// Destroy is when every copy of the backup has to be gone: the charter's
	// grace after Taken (rule 21).
	Destroy time.Time `json:"destroy"`
	// ConfigDir is where the configuration lay: its paths are seen from there.
	ConfigDir string `json:"config_dir"`
	Files     []File `json:"files"`
	// Digest is the SHA-256, hex, of the manifest as JSON without white space
	// in which Digest is empty.
	Digest string `json:"digest"`
}

// Bytes adds the sizes of the files.
func (m *Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// Overdue says whether the backup should have been destroyed by now.
func (m *Manifest) Overdue(now time.Time) bool { return now.After(m.Destroy) }

func (m Manifest) digest() (string, error) {
	m.Digest = ""
	text, err := json.Marshal(m)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// wanted are the files that every backup holds.
var wanted = []string{node.FileCharter, config.File, node.FileLog, node.FileLocal, keyring.FileKeys}

// others are those that it may hold beside them: a node that never opened its
// feed has no taxii.db.
var others = regexp.MustCompile(`^(` + regexp.QuoteMeta(taxiidb.File) + `|` + keyring.DirKeys + `/[a-z]{1,20}(-[0-9]{1,10})?\.key|` + node.DirAttached + `/[0-9a-f]{64})$`)

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ReadManifest reads the manifest of the backup in a directory and holds it to
// its form; the files it names are not looked at. Errors: ErrNoBackup,
// ErrIncomplete, ErrVersion, ErrDamaged, and those of the disk.
func ReadManifest(dir string) (*Manifest, error) {
	f, err := os.Open(filepath.Join(dir, FileManifest))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(filepath.Join(dir, fileIncomplete)); err == nil {
			return nil, fmt.Errorf("%s: %w", dir, ErrIncomplete)
		}
		return nil, fmt.Errorf("%s: %w", dir, ErrNoBackup)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, FileManifest), err)
	}
	return m, nil
}

// parseManifest reads a manifest. Nothing in it is a path out of a node's
// directory.
func parseManifest(text []byte) (*Manifest, error) {
	refuse := func(format string, args ...any) (*Manifest, error) {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	if len(text) > maxManifest {
		return refuse("the manifest is larger than %d bytes", maxManifest)
	}
	var form struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return refuse("the manifest is no JSON: %v", err)
	}
	if form.Version > Version {
		return nil, fmt.Errorf("%w: format %d, this program knows %d", ErrVersion, form.Version, Version)
	}
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return refuse("the manifest: %v", err)
	}
	sum, err := m.digest()
	if err != nil || sum != m.Digest || m.Version != Version {
		return refuse("the manifest is not as it was written")
	}
	if _, err := label.ParseMemberID(string(m.Member)); err != nil || !hexDigest.MatchString(m.Charter) || m.LogSize < 0 {
		return refuse("the manifest names no member, charter and log")
	}
	if len(m.Files) > maxFiles {
		return refuse("the manifest names %d files, at most %d", len(m.Files), maxFiles)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		known := others.MatchString(f.Name)
		for _, w := range wanted {
			known = known || f.Name == w
		}
		if !known || seen[f.Name] || f.Size < 0 || !hexDigest.MatchString(f.SHA256) {
			return refuse("the manifest names %q, which is no file of a node or stands twice", f.Name)
		}
		seen[f.Name] = true
	}
	for _, w := range wanted {
		if !seen[w] {
			return refuse("%s is not in it", w)
		}
	}
	return &m, nil
}
