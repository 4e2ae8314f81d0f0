// Package backup copies a node's directory while the node runs or stands
// still, and makes a directory of such a copy again (doc/architecture.md,
// "Backups").
//
// A backup needs no passphrase and holds none: what is locked in the node's
// directory is locked in it. It is secret all the same, for local.db is not
// locked, and it outlives what the node forgets: it has to be gone within the
// charter's grace (rule 21; design section 5, "Forgetting").
package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"entente/charter"
	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/store/taxiidb"
)

// Options are what a backup or restore is told beside its directories.
type Options struct {
	Now time.Time
	// Progress, when set, is told how many of about how many bytes are done.
	Progress func(done, total int64)
}

// Take writes a backup of the node that a configuration describes to dir, a
// new or empty directory, or one in which the same was interrupted. configFile
// is where the configuration was read from. The manifest is written last: a
// directory without one is no backup.
//
// damaged are attachments in the node's directory that are not what their
// names say; they are not in the backup.
//
// Errors: ErrNotEmpty, ErrNode, those of the keys, of ctx and of the disk.
func Take(ctx context.Context, conf *config.Config, configFile, dir string, o Options) (m *Manifest, damaged []string, err error) {
	t := &taking{ctx: ctx, from: conf.Dir, to: dir, o: o}
	file, err := os.ReadFile(filepath.Join(conf.Dir, node.FileCharter))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: no charter is in %s: %w", ErrNode, conf.Dir, err)
	}
	found, err := charter.ParseFounding(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: its charter is refused: %w", ErrNode, err)
	}
	text, err := os.ReadFile(configFile)
	if err != nil {
		return nil, nil, err
	}
	at, err := filepath.Abs(filepath.Dir(configFile))
	if err != nil {
		return nil, nil, err
	}
	if err := t.prepare(); err != nil {
		return nil, nil, err
	}
	if t.o.Progress != nil {
		t.estimate()
	}
	hash := found.Hash()
	t.m = Manifest{Version: Version, Member: conf.Member, Charter: hash.String(), ConfigDir: at,
		Taken: o.Now.UTC(), Destroy: o.Now.UTC().AddDate(0, 0, found.Charter().GraceDays)}
	if err := t.databases(); err != nil {
		return nil, nil, err
	}
	if err := t.checkLog(hash); err != nil {
		return nil, nil, err
	}
	if err := t.attachments(); err != nil {
		return nil, nil, err
	}
	// The configuration first and the charter last: a restore copies them in
	// this order, and without the charter no node opens a directory.
	for _, f := range []struct {
		name    string
		content []byte
	}{{config.File, text}, {node.FileCharter, file}} {
		if err := t.keep(f.name, bytes.NewReader(f.content)); err != nil {
			return nil, nil, err
		}
	}
	if err := t.finish(); err != nil {
		return nil, nil, err
	}
	return &t.m, t.damaged, nil
}

// taking is a backup under way.
type taking struct {
	ctx      context.Context
	from, to string
	o        Options
	m        Manifest
	damaged  []string

	done, total int64
}

// prepare makes the directory ready, and clears away what an interrupted
// backup left but its attachments, which prove themselves by their names.
func (t *taking) prepare() error {
	if within(t.to, t.from) {
		return fmt.Errorf("%w: %s lies in the node's own directory, and would be lost with it; name another place", ErrNode, t.to)
	}
	if err := os.MkdirAll(t.to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(t.to)
	if err != nil {
		return err
	}
	marked := false
	for _, e := range entries {
		if e.Name() == FileManifest {
			return fmt.Errorf("%w: %s holds a backup already", ErrNotEmpty, t.to)
		}
		marked = marked || e.Name() == fileIncomplete
	}
	if len(entries) > 0 && !marked {
		return fmt.Errorf("%w: %s", ErrNotEmpty, t.to)
	}
	if err := os.Chmod(t.to, 0o700); err != nil {
		return err
	}
	if !marked {
		if err := writeFile(filepath.Join(t.to, fileIncomplete), strings.NewReader("A backup of a node is being written here.\n"), nil); err != nil {
			return err
		}
		if err := syncDir(t.to); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if e.Name() == fileIncomplete || e.Name() == node.DirAttached {
			continue
		}
		if err := os.RemoveAll(filepath.Join(t.to, e.Name())); err != nil {
			return err
		}
	}
	for _, d := range []string{keyring.DirKeys, node.DirAttached} {
		if err := os.MkdirAll(filepath.Join(t.to, d), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// within says whether path lies in dir, or is it.
func within(path, dir string) bool {
	p, err1 := filepath.Abs(path)
	d, err2 := filepath.Abs(dir)
	rel, err3 := filepath.Rel(d, p)
	return err1 == nil && err2 == nil && err3 == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// estimate adds the sizes of what is to be copied.
func (t *taking) estimate() {
	for _, name := range databases {
		if st, err := os.Stat(filepath.Join(t.from, name)); err == nil {
			t.total += st.Size()
		}
	}
	entries, _ := os.ReadDir(filepath.Join(t.from, node.DirAttached)) // reading it again tells of errors
	for _, e := range entries {
		if i, err := e.Info(); err == nil && hexDigest.MatchString(e.Name()) {
			t.total += i.Size()
		}
	}
}

// tell adds to what is done.
func (t *taking) tell(n int64) {
	t.done += n
	if t.o.Progress != nil {
		t.o.Progress(min(t.done, t.total), t.total)
	}
}

// databases are copied in this order. What a tool wrote stands in line in
// taxii.db until it is in local.db: of the order taxii.db, local.db comes at
// worst what the intake is handed twice, and it takes nothing in twice.
var databases = []string{taxiidb.File, node.FileLocal, node.FileLog, keyring.FileKeys}

// databases copies the databases and the key files, in the one order in which
// what stands in a later copy is never older than what an earlier one rests on:
// taxii.db, local.db, log.db, keys.db (doc/architecture.md, "Backups").
func (t *taking) databases() error {
	keys := filepath.Join(t.to, keyring.DirKeys)
	var files []string
	copyKeys := func() error {
		added, err := keyring.CopyFiles(t.from, keys)
		files = append(files, added...)
		return err
	}
	// Before the log, for what is retired meanwhile: the log copied may still
	// name it as in force.
	if err := copyKeys(); err != nil {
		return err
	}
	for _, name := range databases {
		if _, err := os.Stat(filepath.Join(t.from, name)); name == taxiidb.File && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := t.database(name); err != nil {
			return err
		}
	}
	// And after it, for what was drawn meanwhile.
	if err := copyKeys(); err != nil {
		return err
	}
	for _, name := range files {
		if err := t.note(keyring.DirKeys + "/" + name); err != nil {
			return err
		}
	}
	return nil
}

// database copies one database as it stands at one moment.
func (t *taking) database(name string) error {
	from := filepath.Join(t.from, name)
	st, err := os.Stat(from)
	if err != nil {
		return fmt.Errorf("%w: %s is not in it: %w", ErrNode, name, err)
	}
	if err := store.Copy(t.ctx, from, filepath.Join(t.to, name)); err != nil {
		return err
	}
	t.tell(st.Size())
	return t.note(name)
}

// checkLog reads the size of the log copied, and holds it against the charter.
func (t *taking) checkLog(hash charter.Hash) error {
	l, err := logdb.OpenCopy(filepath.Join(t.to, node.FileLog))
	if err != nil {
		return err
	}
	defer l.Close()
	pinned, err := l.Setting(t.ctx, node.SettingCharter)
	if err != nil {
		return err
	}
	if string(pinned) != hash.String() {
		return fmt.Errorf("%w: rule 5: %s is not the charter that is pinned there; put the right one back", ErrNode, node.FileCharter)
	}
	t.m.LogSize, err = l.Size(t.ctx)
	return err
}

// attachments copies the sealed attachments, which never change: each stands
// under the SHA-256 of its bytes.
func (t *taking) attachments() error {
	dir := filepath.Join(t.from, node.DirAttached)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	keep := map[string]bool{}
	for _, e := range entries {
		name := node.DirAttached + "/" + e.Name()
		if !hexDigest.MatchString(e.Name()) {
			continue // being sealed or fetched
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // destroyed meanwhile
		}
		if err != nil {
			return err
		}
		err = t.attachment(name, e.Name(), f)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		keep[e.Name()] = true
	}
	// What an interrupted backup has copied may have been destroyed since.
	left, err := os.ReadDir(filepath.Join(t.to, node.DirAttached))
	if err != nil {
		return err
	}
	for _, e := range left {
		if !keep[e.Name()] {
			if err := os.Remove(filepath.Join(t.to, node.DirAttached, e.Name())); err != nil {
				return err
			}
		}
	}
	return syncDir(filepath.Join(t.to, node.DirAttached))
}

// attachment copies one, unless an interrupted backup has.
func (t *taking) attachment(name, digest string, f *os.File) error {
	to := filepath.Join(t.to, name)
	if have, err := t.describe(name); err == nil && have.SHA256 == digest {
		t.tell(have.Size)
		t.m.Files = append(t.m.Files, have)
		return nil
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := t.keep(name, f); err != nil {
		return err
	}
	last := len(t.m.Files) - 1
	t.tell(t.m.Files[last].Size)
	if t.m.Files[last].SHA256 != digest {
		t.m.Files = t.m.Files[:last]
		t.damaged = append(t.damaged, name)
		return os.Remove(to)
	}
	return nil
}

// keep writes a file of the backup and notes it.
func (t *taking) keep(name string, r io.Reader) error {
	sum := sha256.New()
	if err := writeFile(filepath.Join(t.to, name), &interruptible{t.ctx, r}, sum); err != nil {
		return err
	}
	st, err := os.Stat(filepath.Join(t.to, name))
	if err != nil {
		return err
	}
	t.m.Files = append(t.m.Files, File{name, st.Size(), hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// note notes a file that stands in the backup.
func (t *taking) note(name string) error {
	f, err := t.describe(name)
	if err == nil {
		t.m.Files = append(t.m.Files, f)
	}
	return err
}

func (t *taking) describe(name string) (File, error) { return describe(t.ctx, t.to, name) }

// finish writes the manifest, when all it names is on the disk.
func (t *taking) finish() error {
	for _, dir := range []string{filepath.Join(t.to, keyring.DirKeys), t.to} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	var err error
	if t.m.Digest, err = t.m.digest(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(t.m, "", "  ")
	if err != nil {
		return err
	}
	// What restoring would refuse is not called a backup.
	if _, err := parseManifest(text); err != nil {
		return err
	}
	path := filepath.Join(t.to, FileManifest)
	if err := writeFile(path+".new", strings.NewReader(string(text)+"\n"), nil); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	if err := syncDir(t.to); err != nil {
		return err
	}
	return os.Remove(filepath.Join(t.to, fileIncomplete))
}
