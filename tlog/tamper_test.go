package tlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTamperedExport changes every byte of every file of small exports, and
// cuts and extends the files; each is found.
func TestTamperedExport(t *testing.T) {
	for _, c := range []struct{ earlier, size, step int }{{7, 20, 1}, {255, 263, 11}} {
		e := newExport(t, c.earlier)
		e.source = newSource(t, c.size)
		e.note = e.head(t, c.size) // grown: with partial files of an earlier head
		wantErr(t, Export(e.dir, e.source, e.note, nil), nil)
		if _, _, err := e.verify(e.dir.files); err != nil {
			t.Fatal(err)
		}
		tried := 0
		for name := range e.dir.files {
			tried += e.tamper(t, name, c.step)
			d := e.dir.copy()
			delete(d.files, name)
			ofEarlier := strings.HasSuffix(name, fmt.Sprintf("000.p/%d", c.earlier))
			if _, _, err := e.verify(d.files); (err == nil) != ofEarlier {
				t.Errorf("%s removed: %v", name, err)
			}
		}
		t.Logf("%d leaves: %d files, %d bytes changed", c.size, len(e.dir.files), tried)
	}
}

// tamper changes one file of the export at every step-th byte.
func (e *exported) tamper(t *testing.T, name string, step int) (tried int) {
	d, data := e.dir.copy(), e.dir.files[name].Data
	// Cosignatures are bytes of the checkpoint alone; not to verify them for
	// the other files saves most of the time.
	cosigners, quorum := e.vs[:0], 0
	if name == CheckpointPath {
		cosigners, quorum, step = e.vs, 3, 1
	}
	try := func(what string, data []byte) {
		d.files[name] = &fstest.MapFile{Data: data}
		if _, _, err := VerifyExport(d.files, e.log.Verifier, cosigners, quorum, nil); err == nil {
			t.Errorf("%s %s: not found", name, what)
		} else if Code(err) == "" {
			t.Errorf("%s %s: refused without a code: %v", name, what, err)
		}
	}
	for i := 0; i < len(data); i += step {
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		try(fmt.Sprintf("changed at byte %d", i), bad)
		tried++
		if i%17 == 0 {
			try(fmt.Sprintf("cut at byte %d", i), data[:i])
			try(fmt.Sprintf("without byte %d", i), append(bytes.Clone(data[:i]), data[i+1:]...))
		}
	}
	try("extended", append(bytes.Clone(data), 0))
	try("doubled", append(bytes.Clone(data), data...))
	return tried
}

// TestStrangersInExport: files that do not belong are refused, wherever.
func TestStrangersInExport(t *testing.T) {
	e := newExport(t, 300)
	bundle := e.dir.files["tile/entries/000"].Data
	for name, data := range map[string][]byte{
		"README":                          []byte("x"),
		"checkpoint2":                     e.note,
		"tile/note":                       nil,
		"tile/0/002":                      make([]byte, 8192),
		"tile/0/001":                      make([]byte, 8192),
		"tile/0/001.p/45":                 make([]byte, 45*32),
		"tile/0/001.p/43":                 make([]byte, 43*32), // not a beginning
		"tile/0/000.p/3":                  e.dir.files["tile/0/000"].Data[:3*32-1],
		"tile/0/000.p/4":                  e.dir.files["tile/0/000"].Data[:3*32],
		"tile/1/000.p/2":                  make([]byte, 64),
		"tile/2/000.p/1":                  make([]byte, 32),
		"tile/entries/000.p/1":            bundle[:20],
		"tile/entries/000.p/2":            bundle[:42],
		"tile/entries/001.p/45":           nil,
		"tile/00/000":                     nil,
		"tile/0/x000/000":                 nil,
		"tile/0/000.p/256":                nil,
		"tile/0/x001/a/b/c/d/e/f":         nil,
		strings.Repeat("a/", 50) + "deep": nil,
	} {
		d := e.dir.copy()
		d.files[name] = &fstest.MapFile{Data: data}
		if _, _, err := e.verify(d.files); Code(err) != "log-export" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Narrower forms that are true may stay, and so may empty directories.
	d := e.dir.copy()
	d.files["tile/0/000.p/3"] = &fstest.MapFile{Data: e.dir.files["tile/0/000"].Data[:3*32]}
	d.files["tile/entries/000.p/1"] = &fstest.MapFile{Data: bundle[:42]}
	d.files["tile/4"] = &fstest.MapFile{Mode: fs.ModeDir}
	if _, _, err := e.verify(d.files); err != nil {
		t.Error(err)
	}
	// What could be read but is no file, and what has no end.
	pipe := d.copy()
	pipe.files["tile/0/000.p/3"] = &fstest.MapFile{Data: d.files["tile/0/000.p/3"].Data, Mode: fs.ModeNamedPipe}
	if _, _, err := e.verify(pipe.files); Code(err) != "log-export" {
		t.Errorf("a pipe: %v", err)
	}
	d.files["tile"+strings.Repeat("/a", 10)] = &fstest.MapFile{Mode: fs.ModeDir}
	if _, _, err := e.verify(d.files); Code(err) != "log-export" {
		t.Errorf("a deep directory: %v", err)
	}
}

// TestExchangedExport puts right files in wrong places: parts of another log,
// an older or newer head, a head of another tree.
func TestExchangedExport(t *testing.T) {
	e := newExport(t, 600)
	_, tb := forkedTrees(t, 600, 599)
	for what, c := range map[string]struct {
		note []byte
		want string
	}{
		"older head":               {e.head(t, 599), "log-export"},
		"older head at a tile":     {e.head(t, 512), "log-export"},
		"head of nothing":          {e.head(t, 0), "log-export"},
		"head of another tree":     {cosignedBy(t, head(t, e.log, 600, tb), 100, e.ss...), "log-export"},
		"fewer cosignatures":       {cosignedBy(t, head(t, e.log, 600, e.source), 100, e.ss[:2]...), "log-quorum"},
		"head of another key":      {head(t, logSigner(t, testOrigin, "other"), 600, e.source), "log-signature"},
		"head of another log":      {head(t, logSigner(t, "o", "log"), 600, e.source), "log-origin"},
		"head far beyond the log":  {cosignedBy(t, sign(t, e.log, Checkpoint{testOrigin, MaxSize, LeafHash(nil)}), 100, e.ss...), "log-export"},
		"checkpoint without lines": {[]byte("x"), "log-malformed"},
		"oversized checkpoint":     {make([]byte, MaxNote+1), "log-export"},
	} {
		d := e.dir.copy()
		d.files[CheckpointPath] = &fstest.MapFile{Data: c.note}
		if _, _, err := e.verify(d.files); Code(err) != c.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A longer log under the shorter head.
	d := e.dir.copy()
	long := newExport(t, 601)
	for name, f := range long.dir.files {
		if name != CheckpointPath {
			d.files[name] = f
		}
	}
	if _, _, err := e.verify(d.files); Code(err) != "log-export" {
		t.Errorf("a longer log: %v", err)
	}
	// Two bundles exchanged, with their level 0 tiles.
	d = e.dir.copy()
	for _, p := range []string{"tile/entries/", "tile/0/"} {
		d.files[p+"000"], d.files[p+"001"] = d.files[p+"001"], d.files[p+"000"]
	}
	if _, _, err := e.verify(d.files); Code(err) != "log-export" {
		t.Errorf("bundles exchanged: %v", err)
	}
	// Without cosigners the log's signature alone is asked for.
	cp, cs, err := VerifyExport(e.dir.files, e.log.Verifier, nil, 0, nil)
	if err != nil || cp.Size != 600 || cs != nil {
		t.Errorf("%+v, %v, %v", cp, cs, err)
	}
	if _, _, err := VerifyExport(fstest.MapFS{}, e.log.Verifier, nil, 0, nil); Code(err) != "log-export" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	stop := errors.New("stop")
	if _, _, err := VerifyExport(e.dir.files, e.log.Verifier, nil, 0, func(int64, int64) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
}

func sign(t testing.TB, s Signer, cp Checkpoint) []byte {
	t.Helper()
	n, err := SignCheckpoint(cp, s)
	wantErr(t, err, nil)
	return n
}
