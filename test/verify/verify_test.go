package verify_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/bench/stations"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/logcopy"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

const program = "../../testdata/verify.py"

// answer is what verify.py --json says.
type answer struct {
	OK        bool
	Agreed    int
	Differing []struct{ File, Why string }
	Checked   []string
	Facts     struct {
		Size     int64
		Root     string
		LogTime  int64 `json:"log_time"`
		Cosigned map[string]int64
		// Inspection is what a report beside the copy holds.
		Inspection struct {
			Member                             string
			From, To, Entries, Overdue, Proven int64
			Counts                             map[string]int64
		}
	}
	Refused *struct {
		Code, Why string
		Leaf      *int64
	}
}

// python runs the verifier; a machine without Python skips the test.
func python(t testing.TB, args ...string) answer {
	t.Helper()
	exe, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on this machine: the second verifier cannot run here")
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(exe, append([]string{program, "--json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var a answer
	if jerr := json.Unmarshal(out.Bytes(), &a); jerr != nil {
		t.Fatalf("%v %v: %s%s", err, jerr, out.Bytes(), errs.Bytes())
	}
	var exit *exec.ExitError
	good := a.OK || args[0] == "--vectors" && len(a.Differing) == 0
	if good != (err == nil) || err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("the exit code does not say what the answer says: %v, %s%s", err, out.Bytes(), errs.Bytes())
	}
	return a
}

// The second implementation and the vectors say the same of every case.
func TestVectors(t *testing.T) {
	a := python(t, "--vectors", "../../testdata/vectors")
	for _, d := range a.Differing {
		t.Errorf("%s: %s", d.File, d.Why)
	}
	if a.Agreed < 500 {
		t.Errorf("only %d vectors were judged", a.Agreed)
	}
}

// A vector whose expectation is altered is found: the run can fail.
func TestVectorsCanDiffer(t *testing.T) {
	dir := t.TempDir()
	check(t, os.CopyFS(dir, os.DirFS("../../testdata/vectors")))
	for name, swap := range map[string][2]string{
		"header/ok-sealed.json":      {`"sequence": 1`, `"sequence": 2`},
		"log/certified-none.json":    {`"log-quorum"`, `"ok"`},
		"body/two-keys-second.json":  {`"seal-tag"`, `"ok"`},
		"keys/signature-valid.json":  {`"ok"`, `"signature"`},
		"evidence/ok-fork.json":      {`"accused": "IRQ"`, `"accused": "RUS"`},
		"charter/fold-rotation.json": {`"serial": 3`, `"serial": 2`},
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		changed := bytes.Replace(b, []byte(swap[0]), []byte(swap[1]), 1)
		if bytes.Equal(b, changed) {
			t.Fatalf("%s does not hold %s", name, swap[0])
		}
		check(t, os.WriteFile(filepath.Join(dir, name), changed, 0o600))
	}
	a := python(t, "--vectors", dir)
	if len(a.Differing) != 6 {
		t.Errorf("6 vectors were altered, %d found: %v", len(a.Differing), a.Differing)
	}
}

// What a running centre wrote verifies, and says what the Go verifier says.
func TestCopyOfARunningCentre(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c, err := stations.Open(ctx, stations.Options{Dir: filepath.Join(dir, "centre"), ActBytes: 200, Relaxed: true})
	check(t, err)
	defer c.Close()
	_, err = c.Sequence(ctx, 600)
	check(t, err)
	s := c.Station(1)
	check(t, s.Log().KeepHead(ctx, s.Certified())) // as the station itself does now and then
	copied := filepath.Join(dir, "copy")
	cp, err := logcopy.Write(ctx, s.Log(), s.State().Founding(), copied, nil)
	check(t, err)
	a := python(t, filepath.Join(copied, logcopy.FileFounding), copied)
	if !a.OK {
		t.Fatalf("refused: %+v", a.Refused)
	}
	v, err := logcopy.Verify(os.DirFS(copied), nil, nil)
	check(t, err)
	if a.Facts.Size != cp.Size || a.Facts.Size < 600 || a.Facts.LogTime != v.LogTime || len(a.Facts.Cosigned) != len(v.Cosigned) {
		t.Errorf("it found %+v, the Go verifier %+v", a.Facts, v)
	}
}

// good is a log with every kind of leaf that changes the keys in force.
func good(t testing.TB) *scribe {
	s := newScribe(t, "Centre of copies")
	s.fill(270)
	s.keys["RUS"]["header"] = keyOf("RUS, the second header key")
	s.add("RUS", seal.Keys, s.certificate("RUS", 2, s.found.Hash()))
	closing, err := charter.Close{Charter: s.found.Hash(), Member: "IRN", Incarnation: 1, Epoch: 0}.Payload()
	check(t, err)
	s.add("IRN", seal.Close, closing)
	s.fill(40)
	return s
}

func TestCraftedCopyHolds(t *testing.T) {
	s := good(t)
	dir := s.write(t.TempDir())
	if a := python(t, filepath.Join(dir, logcopy.FileFounding), dir); !a.OK {
		t.Fatalf("refused: %+v", a.Refused)
	}
	if _, err := logcopy.Verify(os.DirFS(dir), nil, nil); err != nil {
		t.Errorf("the Go verifier refuses: %v", err)
	}
}

// file is a path of a copy changed in place; it must be there before.
func file(name string, change func([]byte) []byte) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		b, err := os.ReadFile(path)
		check(t, err)
		check(t, os.WriteFile(path, change(b), 0o600))
	}
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 1; return b }
}

const entry = 2 + 256 // of an entry bundle

// Each case is a copy with one thing wrong. forged copies are written and
// signed by the keys' owners themselves; changed ones are altered afterwards.
func TestTamperedCopies(t *testing.T) {
	cases := []struct {
		name   string
		forge  func(s *scribe)
		change func(t testing.TB, dir string)
		code   string
		word   string // in the reason
	}{
		{name: "a byte of a leaf", change: file("log/tile/entries/000", flip(5*entry+100)), code: "log-export", word: "leaves give"},
		{name: "a leaf dropped", change: file("log/tile/entries/000", func(b []byte) []byte { return slices.Delete(b, 3*entry, 4*entry) }), code: "log-export", word: "255"},
		{name: "two leaves swapped", change: file("log/tile/entries/000", func(b []byte) []byte {
			x := bytes.Clone(b[entry : 2*entry])
			copy(b[entry:], b[2*entry:3*entry])
			copy(b[2*entry:], x)
			return b
		}), code: "log-export", word: "leaves give"},
		{name: "a byte of a tile", change: file("log/tile/0/000", flip(77)), code: "log-export", word: "tile/0/000"},
		{name: "a byte of an upper tile", change: file("log/tile/1/000.p/1", flip(7)), code: "log-export", word: "tile/1/000"},
		{name: "a tile missing", change: func(t testing.TB, dir string) { check(t, os.Remove(filepath.Join(dir, "log/tile/0/000"))) }, code: "log-export", word: "missing"},
		{name: "a file too many", change: func(t testing.TB, dir string) {
			check(t, os.WriteFile(filepath.Join(dir, "log/tile/0/007"), make([]byte, 8192), 0o600))
		}, code: "log-export", word: "does not belong"},
		{name: "a cosignature removed below the quorum", change: file("log/checkpoint", func(b []byte) []byte {
			i := bytes.Index(b, []byte("— RUS/"))
			return b[:i]
		}), code: "log-quorum", word: "RUS"},
		{name: "two cosigners only", forge: func(s *scribe) { s.cosigned = s.cosigned[:2] }, code: "log-quorum", word: "2 of 3"},
		{name: "one cosigner three times", forge: func(s *scribe) { s.cosigned = []label.MemberID{"IRN", "IRQ", "IRN"} }, code: "log-quorum", word: "RUS"},
		{name: "a cosignature by another key", forge: func(s *scribe) { s.keys["RUS"]["cosignature"] = keyOf("a stranger") }, code: "log-quorum", word: "RUS"},
		{name: "the head signed by another key", forge: func(s *scribe) { s.keys["IRQ"]["checkpoint"] = keyOf("a stranger") }, code: "log-signature", word: "signature of the log"},
		{name: "the head of another size", change: file("log/checkpoint", func(b []byte) []byte { return bytes.Replace(b, []byte("\n313\n"), []byte("\n312\n"), 1) }), code: "log-export", word: ""},
		{name: "the root changed", change: file("log/checkpoint", func(b []byte) []byte {
			i := bytes.Index(b, []byte("\n313\n")) + 5
			b[i] = map[bool]byte{true: 'B', false: 'A'}[b[i] == 'A']
			return b
		}), code: "log-export", word: "another root"},
		{name: "another founding file within", change: func(t testing.TB, dir string) {
			check(t, os.WriteFile(filepath.Join(dir, logcopy.FileFounding), newScribe(t, "Another centre").file, 0o600))
		}, code: "other-charter", word: "rule 5"},
		{name: "a founding signature changed", change: file(logcopy.FileFounding, func(b []byte) []byte { return b[:bytes.LastIndex(b, []byte("— "))] }), code: "signature", word: "not signed by"},
		{name: "a gap in the sequence", forge: func(s *scribe) {
			p := s.place("RUS")
			p.Sequence++
			s.put("RUS", s.make("RUS", seal.Sealed, []byte("x"), p))
		}, code: "seal-sequence", word: "RUS"},
		{name: "another previous hash", forge: func(s *scribe) {
			p := s.place("RUS")
			p.Previous[0] ^= 1
			s.put("RUS", s.make("RUS", seal.Sealed, []byte("x"), p))
		}, code: "seal-previous", word: "RUS"},
		{name: "a header twice", forge: func(s *scribe) {
			e := s.make("SYR", seal.Sealed, []byte("x"), s.place("SYR"))
			s.put("SYR", e)
			s.put("SYR", e)
		}, code: "seal-sequence", word: "SYR"},
		{name: "a header of another charter", forge: func(s *scribe) {
			p := s.place("SYR")
			p.Charter[0] ^= 1
			s.put("SYR", s.make("SYR", seal.Sealed, []byte("x"), p))
		}, code: "seal-charter", word: "rule 5"},
		{name: "signed with a key that ended", forge: func(s *scribe) {
			s.keys["RUS"]["header"] = keyOf("copy of a log, RUS header")
			s.add("RUS", seal.Sealed, []byte("x"))
		}, code: "seal-key-id", word: "another key"},
		{name: "the last header not signed", forge: func(s *scribe) {
			e := s.make("IRN", seal.Sealed, []byte("x"), s.place("IRN"))
			e.Header[255] ^= 1
			s.put("IRN", e)
		}, code: "seal-signature", word: "does not verify"},
		{name: "a second genesis", forge: func(s *scribe) {
			payload, err := s.found.Genesis()
			check(s.t, err)
			s.add("IRQ", seal.Genesis, payload)
		}, code: "invalid-leaf", word: "genesis"},
		{name: "a certificate whose serial leaves one out", forge: func(s *scribe) {
			s.keys["SYR"]["header"] = keyOf("SYR, the second header key")
			s.add("SYR", seal.Keys, s.certificate("SYR", 3, s.found.Hash()))
		}, code: "invalid-leaf", word: "serial"},
		{name: "a certificate that another root signed", forge: func(s *scribe) {
			s.keys["SYR"]["root"] = keyOf("a stranger")
			s.keys["SYR"]["header"] = keyOf("SYR, the second header key")
			s.add("SYR", seal.Keys, s.certificate("SYR", 2, s.found.Hash()))
		}, code: "invalid-leaf", word: "root"},
		{name: "a leaf of a suspended member", forge: func(s *scribe) {
			p := s.place("SYR")
			a, b := s.make("SYR", seal.Sealed, []byte("one"), p), s.make("SYR", seal.Sealed, []byte("two"), p)
			proof, err := seal.MarshalEvidence(seal.NewFork(a.Header, b.Header))
			check(s.t, err)
			s.put("SYR", a)
			s.add("IRQ", seal.Evidence, proof)
			s.add("SYR", seal.Sealed, []byte("three"))
		}, code: "invalid-leaf", word: "suspended"},
		{name: "a byte of a public body", change: file(logcopy.FilePublic, flip(1000)), code: "seal-digest", word: "not the one"},
		{name: "a public body missing", change: file(logcopy.FilePublic, func(b []byte) []byte { return b[:len(b)-12-1024] }), code: "log-export", word: "missing"},
		{name: "a body that belongs to no leaf", change: file(logcopy.FilePublic, func(b []byte) []byte {
			return append(b, 0, 0, 0, 0, 0, 0, 1, 56, 0, 0, 0, 1, 0)
		}), code: "log-export", word: "no public leaf"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := good(t)
			founding := filepath.Join(t.TempDir(), "founding.note")
			check(t, os.WriteFile(founding, s.file, 0o600))
			if c.forge != nil {
				c.forge(s)
			}
			dir := s.write(t.TempDir())
			if c.change != nil {
				c.change(t, dir)
			}
			a := python(t, founding, dir)
			if a.OK {
				t.Fatal("accepted")
			}
			if a.Refused.Code != c.code || !strings.Contains(a.Refused.Why, c.word) {
				t.Errorf("refused with %s: %s; want %s and %q", a.Refused.Code, a.Refused.Why, c.code, c.word)
			}
			pinned := s.found.Hash()
			if _, err := logcopy.Verify(os.DirFS(dir), &pinned, nil); err == nil {
				t.Error("the Go verifier accepts it")
			}
		})
	}
}

// A head of an earlier visit binds later ones: neither an older copy nor one
// with another past is taken for the log that went on.
func TestSeenHead(t *testing.T) {
	before := good(t)
	_, seen, _ := before.head()
	older := before.write(t.TempDir())
	before.fill(9)
	_, late, _ := before.head()
	later := before.write(t.TempDir())
	fork := newScribe(t, "Centre of copies")
	fork.fill(400)
	_, other, _ := fork.head()
	notes := t.TempDir()
	for name, note := range map[string][]byte{"seen": seen, "late": late, "other": other} {
		check(t, os.WriteFile(filepath.Join(notes, name), note, 0o600))
	}
	founding := filepath.Join(older, logcopy.FileFounding)
	if a := python(t, founding, later, "--seen", filepath.Join(notes, "seen")); !a.OK {
		t.Errorf("a log that went on is refused: %+v", a.Refused)
	}
	for _, c := range [][2]string{{older, "late"}, {later, "other"}, {fork.write(t.TempDir()), "late"}} {
		a := python(t, founding, c[0], "--seen", filepath.Join(notes, c[1]))
		if a.OK || a.Refused.Code != "log-fork" || !strings.Contains(a.Refused.Why, "rule 27") {
			t.Errorf("head %s: %+v", c[1], a.Refused)
		}
	}
}

// Evidence is judged by the copy alone: proofs that stand name whom they
// accuse, those that do not are refused.
func TestEvidenceByACopy(t *testing.T) {
	s := good(t)
	place := s.place("SYR")
	a, b := s.make("SYR", seal.Sealed, []byte("one"), place), s.make("SYR", seal.Sealed, []byte("two"), place)
	fork, err := seal.MarshalEvidence(seal.NewFork(a.Header, b.Header))
	check(t, err)
	twin := good(t)
	twin.add("IRQ", seal.Sealed, []byte("for some eyes"))
	s.add("IRQ", seal.Sealed, []byte("for others"))
	_, one, _ := s.head()
	_, two, _ := twin.head()
	s.fill(4)
	s.cosigned = []label.MemberID{"IRQ", "IRN", "SYR"}
	_, late, _ := s.head()
	s.cosigned = []label.MemberID{"IRN", "IRQ", "RUS"}
	rollback := func(member string, small, large []byte) []byte {
		raw, err := json.Marshal(centre.Rollback{Member: member, Small: string(small), Large: string(large)})
		check(t, err)
		return raw
	}
	lost := s.make("RUS", seal.Sealed, []byte("never logged"), s.place("RUS"))
	missing := func(header []byte) []byte {
		raw, err := seal.MarshalEvidence(&seal.Missing{Header: header, Note: late})
		check(t, err)
		return raw
	}
	broken := s.make("IRQ", seal.Sealed, []byte("x"), s.place("IRQ"))
	broken.Header[255] ^= 1
	s.put("IRQ", broken)
	next := s.make("IRQ", seal.Sealed, []byte("y"), s.place("IRQ"))
	s.put("IRQ", next)
	unsigned, err := seal.MarshalEvidence(&seal.BrokenSignature{Header: broken.Header, Next: next.Header})
	check(t, err)
	log, err := tlog.NewLogVerifier(s.found.Origin(1), s.keys["IRQ"]["checkpoint"].Public().(ed25519.PublicKey))
	check(t, err)
	split, err := tlog.Conflict(one, two, log)
	check(t, err)
	heads, err := tlog.MarshalEvidence(*split)
	check(t, err)
	dir := s.write(t.TempDir())
	for name, c := range map[string]struct {
		proof []byte
		want  string // in what was checked, or the code of the refusal
		holds bool
	}{
		"two headers in one place": {fork, "fork, accuses SYR", true},
		"two heads of one size":    {heads, "conflicting heads of sizes 314 and 314", true},
		"one of the headers again": {append(fork[:8:8], append(bytes.Clone(a.Header), a.Header...)...), "seal-evidence", false},
		"a header that was changed": {func() []byte {
			x := bytes.Clone(fork)
			x[8+110] ^= 1
			return x
		}(), "seal-signature", false},
		"a cosigner who went back":       {rollback("IRQ/cosignature", one, late), "IRQ/cosignature rolled back", true},
		"a cosigner who went on":         {rollback("IRN/cosignature", one, late), "log-evidence", false},
		"a cosigner of one head alone":   {rollback("RUS/cosignature", one, late), "log-cosignature", false},
		"a header that the log lacks":    {missing(lost.Header), "missing, accuses nobody", true},
		"a header that the log has":      {missing(s.leaves[17]), "seal-evidence", false},
		"a header without its signature": {unsigned, "broken-signature, accuses IRQ", true},
		"one head twice":                 {bytes.Replace(heads, two[:len(two):len(two)], one, 1), "log-evidence", false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "proof")
			check(t, os.WriteFile(path, c.proof, 0o600))
			a := python(t, filepath.Join(dir, logcopy.FileFounding), dir, "--evidence", path)
			if a.OK != c.holds {
				t.Fatalf("holds: %v, %+v", a.OK, a.Refused)
			}
			if c.holds && !strings.Contains(a.Checked[len(a.Checked)-1], c.want) {
				t.Errorf("it says %q, want %q", a.Checked[len(a.Checked)-1], c.want)
			}
			if !c.holds && a.Refused.Code != c.want {
				t.Errorf("refused with %s, want %s: %s", a.Refused.Code, c.want, a.Refused.Why)
			}
		})
	}
}
