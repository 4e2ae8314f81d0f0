package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"entente/internal/web/api"
)

// maker is a node that makes bundles for SYR and gives their files.
type maker struct {
	t     *testing.T
	files map[int][]byte // of the bundles made, by number
	made  int
	asked []string
	cut   int // bytes of a file after which the line breaks; 0 for never
}

// bundleFile is what lies in the file of a bundle; files of different numbers
// differ in every byte.
func bundleFile(number int) []byte {
	return bytes.Repeat([]byte{byte(number)}, 300_000)
}

func (m *maker) bundle(number int) *api.Bundle {
	sum := sha256.Sum256(m.files[number])
	return &api.Bundle{To: "SYR", Number: uint64(number), Since: uint64(number), File: hex.EncodeToString(sum[:]), Size: int64(len(m.files[number]))}
}

// ServeHTTP answers the three operations of an export.
func (m *maker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked = append(m.asked, r.Method+" "+r.Header.Get("Range"))
	switch {
	case r.Method == http.MethodPost:
		m.made++
		m.files[m.made] = bundleFile(m.made)
		json.NewEncoder(w).Encode(api.BundleLine{Made: m.bundle(m.made)})
	case strings.HasSuffix(r.URL.Path, "/bundles"):
		st := api.BundleStatus{Members: []api.BundleMember{{Member: "SYR", Made: uint64(m.made)}}}
		if m.made > 0 {
			st.Members[0].Last = m.bundle(m.made)
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(st)
	default:
		var out http.ResponseWriter = w
		if m.cut > 0 {
			out = &cutting{w, m.cut}
		}
		http.ServeContent(out, r, "", time.Time{}, bytes.NewReader(m.files[m.made]))
	}
}

// cutting breaks the line after so many bytes.
type cutting struct {
	http.ResponseWriter
	left int
}

// Write implements io.Writer.
func (c *cutting) Write(b []byte) (int, error) {
	if len(b) >= c.left {
		c.ResponseWriter.Write(b[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(b)
	return c.ResponseWriter.Write(b)
}

func newMaker(t *testing.T) *maker {
	m := &maker{t: t, files: map[int][]byte{}}
	atNode(t, m.ServeHTTP)
	return m
}

// export runs the command and says what lies in the directory then.
func (m *maker) export(dir string, args ...string) (code int, errs string, names []string) {
	m.t.Helper()
	code, _, errs = command("", append([]string{"bundle", "export", "--to", "SYR"}, args...)...)
	es, err := os.ReadDir(dir)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, e := range es {
		names = append(names, e.Name())
	}
	return code, errs, names
}

// Where the file cannot go is found before a number is spent.
func TestExportLooksAtTheFileFirst(t *testing.T) {
	m := newMaker(t)
	dir := t.TempDir()
	there := filepath.Join(dir, "there.age")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	places := map[string]string{"a file that is there": there, "no directory": filepath.Join(dir, "none", "b.age"), "a file for a directory": filepath.Join(there, "b.age")}
	if err := os.Mkdir(filepath.Join(dir, "closed"), 0o500); err != nil {
		t.Fatal(err)
	}
	if probe, err := os.CreateTemp(filepath.Join(dir, "closed"), ""); err == nil { // whoever may do all
		probe.Close()
		os.Remove(probe.Name())
	} else {
		places["a directory that is closed"] = filepath.Join(dir, "closed", "b.age")
	}
	for what, out := range places {
		code, errs, _ := m.export(dir, "--out", out)
		if code != exitUsage || !strings.Contains(errs, filepath.Base(filepath.Dir(out))) && !strings.Contains(errs, out) {
			t.Errorf("%s: code %d, %s", what, code, errs)
		}
	}
	for _, args := range [][]string{{"--again", "1"}, {"--again", "1", "--from", "1", "--out", "x"}, {"--again", "1", "--all", "--out", "x"}} {
		if code, errs, _ := m.export(dir, args...); code != exitUsage {
			t.Errorf("%v: code %d, %s", args, code, errs)
		}
	}
	if m.made != 0 || len(m.asked) != 0 {
		t.Errorf("%d bundles were made: %v", m.made, m.asked)
	}
	if got, err := os.ReadFile(there); err != nil || string(got) != "mine" {
		t.Errorf("the file that was there is %q (%v)", got, err)
	}
}

// An export that breaks off leaves nothing under the file's name; the same
// command, or --again, goes on where it stopped and makes no other bundle.
func TestExportGoesOn(t *testing.T) {
	for _, again := range []bool{false, true} {
		m := newMaker(t)
		dir := t.TempDir()
		out := filepath.Join(dir, "b.age")
		m.cut = 100_000
		code, errs, names := m.export(dir, "--out", out)
		if code != exitFailure || !strings.Contains(errs, "--again 1 --out "+out) {
			t.Errorf("code %d, %s", code, errs)
		}
		if len(names) != 1 || !strings.HasSuffix(names[0], ".part") || strings.Contains(names[0], "SYR") {
			t.Fatalf("it left %v", names)
		}
		m.cut, m.asked = 0, nil
		args := []string{"--out", out}
		if again {
			args = append(args, "--again", "1")
		}
		code, errs, names = m.export(dir, args...)
		if code != exitDone || len(names) != 1 || names[0] != "b.age" || m.made != 1 {
			t.Errorf("code %d, %s, %v, %d made", code, errs, names, m.made)
		}
		if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, bundleFile(1)) {
			t.Errorf("%d bytes (%v)", len(got), err)
		}
		if ranges := strings.Join(m.asked, ","); !strings.Contains(ranges, "bytes=100000-") {
			t.Errorf("it asked for %s", ranges)
		}
		// Once more under another name, and then the next one.
		if code, errs, _ := m.export(dir, "--again", "1", "--out", out+"2"); code != exitDone || m.made != 1 {
			t.Errorf("code %d, %s, %d made", code, errs, m.made)
		}
		if code, errs, _ := m.export(dir, "--out", out+"3"); code != exitDone || m.made != 2 {
			t.Errorf("code %d, %s, %d made", code, errs, m.made)
		}
		if code, errs, _ := m.export(dir, "--again", "1", "--out", out+"4"); code != exitFindings || !strings.Contains(errs, "bundle_absent") || !strings.Contains(errs, "--from 1") {
			t.Errorf("one whose file is gone: code %d, %s", code, errs)
		}
	}
}

// Half of a file that holds other bytes, or more, is thrown away, and one that
// holds all of it needs nothing more.
func TestExportTrustsNoHalf(t *testing.T) {
	for what, half := range map[string][]byte{"other bytes": bytes.Repeat([]byte{9}, 1000), "too many": bytes.Repeat([]byte{1}, 300_001), "as many others": bytes.Repeat([]byte{9}, 300_000), "all": bundleFile(1)} {
		m := newMaker(t)
		m.made, m.files[1] = 1, bundleFile(1)
		dir := t.TempDir()
		out := filepath.Join(dir, "b.age")
		if err := os.WriteFile(out+"."+m.bundle(1).File[:16]+".part", half, 0o600); err != nil {
			t.Fatal(err)
		}
		code, errs, names := m.export(dir, "--again", "1", "--out", out)
		if got, err := os.ReadFile(out); code != exitDone || len(names) != 1 || err != nil || !bytes.Equal(got, bundleFile(1)) {
			t.Errorf("%s: code %d, %s, %v, %d bytes (%v)", what, code, errs, names, len(got), err)
		}
	}
}

// A medium that is full in the middle is said so, and nothing has the file's
// name.
func TestExportToAFullMedium(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here")
	}
	m := newMaker(t)
	m.made, m.files[1] = 1, bundleFile(1)
	dir := t.TempDir()
	out := filepath.Join(dir, "b.age")
	if err := os.Symlink("/dev/full", out+"."+m.bundle(1).File[:16]+".part"); err != nil {
		t.Fatal(err)
	}
	code, errs, _ := m.export(dir, "--again", "1", "--out", out)
	if _, err := os.Lstat(out); code != exitFailure || !strings.Contains(errs, "no space left") || !strings.Contains(errs, "--again 1") || err == nil {
		t.Errorf("code %d, %s, %v", code, errs, err)
	}
}

// Interrupted at the keyboard it ends at once, says how to go on, and goes on.
func TestExportInterrupted(t *testing.T) {
	m := &maker{t: t, files: map[int][]byte{}}
	ctx, interrupt := context.WithCancel(t.Context())
	dir := t.TempDir()
	out := filepath.Join(dir, "b.age")
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/bundles") && ctx.Err() == nil {
			w.Header().Set("Content-Length", "300000")
			w.Write(bundleFile(1)[:100_000])
			w.(http.Flusher).Flush()
			for r.Context().Err() == nil { // until some of it is written
				if came, _ := filepath.Glob(out + ".*.part"); len(came) > 0 {
					if st, err := os.Stat(came[0]); err == nil && st.Size() > 0 {
						break
					}
				}
				runtime.Gosched()
			}
			interrupt()
			<-r.Context().Done()
			return
		}
		m.ServeHTTP(w, r)
	})
	var o, errs bytes.Buffer
	if code := run(ctx, []string{"bundle", "export", "--to", "SYR", "--out", out}, strings.NewReader(""), &o, &errs); code != exitFailure || !strings.Contains(errs.String(), "interrupted") || !strings.Contains(errs.String(), "--again 1") {
		t.Errorf("code %d, %s", code, errs.String())
	}
	if _, err := os.Lstat(out); err == nil {
		t.Error("half of it has the file's name")
	}
	code, text, names := m.export(dir, "--out", out)
	if got, err := os.ReadFile(out); code != exitDone || len(names) != 1 || m.made != 1 || err != nil || !bytes.Equal(got, bundleFile(1)) {
		t.Errorf("code %d, %s, %v, %d made, %d bytes (%v)", code, text, names, m.made, len(got), err)
	}
}

// The state of the exchange names what is missing, what waits, and what would
// cure it.
func TestBundleStatusNamesWhatIsMissing(t *testing.T) {
	st := api.BundleStatus{Waiting: []api.BundleWaiting{
		{File: "aa", Have: 5},
		{File: "bb", Whole: true, From: "RUS", Number: 2, Since: 2},
		{File: "cc", Whole: true, From: "SYR", Number: 4, Since: 4, MissingFrom: 3, MissingTo: 3},
		{File: "dd", Whole: true, From: "SYR", Number: 9, Since: 9, MissingFrom: 3, MissingTo: 8}},
		Members: []api.BundleMember{{Member: "SYR", Made: 5, Received: 2}, {Member: "IRN", Made: 5, Received: 4}}}
	atNode(t, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(st) })
	code, out, errs := command("", "bundle", "status")
	if code != exitFindings {
		t.Errorf("code %d, %s", code, errs)
	}
	for _, want := range []string{
		"of the file aa 5 bytes are here: give it again",
		"bundle 2 of RUS waits, and nothing is missing before it any more",
		"bundle 4 of SYR waits; missing: bundle 3 of SYR: ask for that again", "export --from 3",
		"bundle 9 of SYR waits; missing: bundles 3 to 8 of SYR",
		"bundles 3 to 5 not known to have arrived", "--to SYR --from 3",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "--to IRN") {
		t.Errorf("the last one is on its way, and it says:\n%s", out)
	}
}
