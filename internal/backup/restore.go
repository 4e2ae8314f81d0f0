package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
)

// fileRestoring stands in a directory until a backup is restored to it.
const fileRestoring = "restoring"

// Restore makes a node's directory of a backup in to, which is new or empty,
// or in which the same was interrupted. Every file is held against the manifest
// before anything is written. The configuration in it is made to name the new
// directory; its path is returned. The node may be started when Restore
// returns nil, and not before.
//
// Errors: those of ReadManifest, ErrDamaged naming the file, ErrNotEmpty,
// config.ErrConfig, those of ctx and of the disk.
func Restore(ctx context.Context, dir, to string, o Options) (m *Manifest, configFile string, err error) {
	if m, err = ReadManifest(dir); err != nil {
		return nil, "", err
	}
	if within(to, dir) || within(dir, to) {
		return nil, "", fmt.Errorf("%w: the backup and the node's directory lie in each other", ErrNotEmpty)
	}
	resumed, err := free(to)
	if err != nil {
		return nil, "", err
	}
	total := 2 * m.Bytes()
	done := int64(0)
	tell := func(n int64) {
		if done += n; o.Progress != nil {
			o.Progress(done, total)
		}
	}
	for _, f := range m.Files {
		have, err := describe(ctx, dir, f.Name)
		if err := against(ctx, f, have, err); err != nil {
			return nil, "", err
		}
		tell(f.Size)
	}
	if err := begin(to, resumed); err != nil {
		return nil, "", err
	}
	// The configuration and then the charter come last, in whatever order the
	// manifest has them: without the charter no node opens the directory.
	var last [2]File
	for _, f := range m.Files {
		switch f.Name {
		case config.File:
			last[0] = f
			continue
		case node.FileCharter:
			last[1] = f
			continue
		}
		if err := copyOne(ctx, dir, to, f); err != nil {
			return nil, "", err
		}
		tell(f.Size)
	}
	configFile = filepath.Join(to, config.File)
	for _, f := range last {
		if err := copyOne(ctx, dir, to, f); err != nil {
			return nil, "", err
		}
		if f.Name == config.File {
			if err := moveConfig(configFile, m.ConfigDir); err != nil {
				return nil, "", err
			}
		}
		tell(f.Size)
	}
	for _, d := range []string{filepath.Join(to, keyring.DirKeys), filepath.Join(to, node.DirAttached), to} {
		if err := syncDir(d); err != nil {
			return nil, "", err
		}
	}
	if err := os.Remove(filepath.Join(to, fileRestoring)); err != nil {
		return nil, "", err
	}
	return m, configFile, syncDir(to)
}

// against holds a file, or the error of reading it, against the manifest.
func against(ctx context.Context, want, have File, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s is missing", ErrDamaged, want.Name)
	case err != nil:
		return err
	case have.Size != want.Size:
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrDamaged, want.Name, have.Size, want.Size)
	case have != want:
		return fmt.Errorf("%w: %s is not what was backed up", ErrDamaged, want.Name)
	}
	return nil
}

// free says whether a directory may be restored to: it is not there, is empty,
// or was being restored to.
func free(to string) (resumed bool, err error) {
	entries, err := os.ReadDir(to)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		resumed = resumed || e.Name() == fileRestoring
	}
	if len(entries) > 0 && !resumed {
		return false, fmt.Errorf("%w: %s", ErrNotEmpty, to)
	}
	return resumed, nil
}

// begin makes the directory and clears away what an interrupted restore left.
func begin(to string, resumed bool) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(to, 0o700); err != nil {
		return err
	}
	if resumed {
		entries, err := os.ReadDir(to)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() == fileRestoring {
				continue
			}
			if err := os.RemoveAll(filepath.Join(to, e.Name())); err != nil {
				return err
			}
		}
	} else if err := writeFile(filepath.Join(to, fileRestoring), strings.NewReader("A backup is being restored here.\n"), nil); err != nil {
		return err
	}
	for _, d := range []string{keyring.DirKeys, node.DirAttached} {
		if err := os.Mkdir(filepath.Join(to, d), 0o700); err != nil {
			return err
		}
	}
	return syncDir(to)
}

// copyOne copies a file and holds the bytes copied against the manifest.
func copyOne(ctx context.Context, dir, to string, f File) error {
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(f.Name)))
	if err != nil {
		return against(ctx, f, File{}, err)
	}
	defer in.Close()
	path := filepath.Join(to, filepath.FromSlash(f.Name))
	sum := sha256.New()
	if err := writeFile(path, &interruptible{ctx, in}, sum); err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	return against(ctx, f, File{f.Name, st.Size(), hex.EncodeToString(sum.Sum(nil))}, nil)
}

// tableLine and pathLine are lines of the configuration: the head of a table, and
// one that may give a path.
var tableLine = regexp.MustCompile(`^\s*\[([a-z_.]+)\]`)

var pathLine = regexp.MustCompile(`^(\s*)([a-z_]+)(\s*=\s*)[^#]*?(\s*(?:#.*)?)$`)

// moveConfig makes a configuration name the directory that it lies in, and
// other paths as they were seen from where it lay before. What its writer noted
// beside stays, where the lines can be told.
func moveConfig(path, before string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	want, err := config.Parse(text)
	if err != nil {
		return fmt.Errorf("the configuration in the backup: %w", err)
	}
	want.Dir = "."
	paths := want.Paths()
	for name, p := range paths {
		if name != "dir" && *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(before, *p)
		}
	}
	lines := strings.Split(string(text), "\n")
	table := ""
	for i, line := range lines {
		if f := tableLine.FindStringSubmatch(line); f != nil {
			table = f[1] + "."
		} else if f := pathLine.FindStringSubmatch(line); f != nil {
			if p, ok := paths[table+f[2]]; ok {
				lines[i] = f[1] + f[2] + f[3] + strconv.Quote(*p) + f[4]
			}
		}
	}
	next := []byte(strings.Join(lines, "\n"))
	if got, err := config.Parse(next); err != nil || !reflect.DeepEqual(got, want) {
		if next, err = want.Text(); err != nil {
			return err
		}
	}
	if _, err := config.Parse(next); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return writeFile(path, strings.NewReader(string(next)), nil)
}
