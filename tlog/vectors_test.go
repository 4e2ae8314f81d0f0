package tlog

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// vectorDir holds the language-neutral cases of spec/log.md section 12.
const vectorDir = "../testdata/vectors/log"

var update = flag.Bool("update", false, "write the vectors of "+vectorDir+" anew")

// vector is one case: what is given and what to expect, for all ops.
type vector struct {
	About string `json:"about"`
	Op    string `json:"op"`
	Want  string `json:"want"`

	// Given.
	Note      *string           `json:"note,omitempty"`
	Notes     []string          `json:"notes,omitempty"`
	A         *string           `json:"a,omitempty"`
	B         *string           `json:"b,omitempty"`
	Text      *string           `json:"text,omitempty"`
	VKey      *string           `json:"vkey,omitempty"`
	Log       *vectorKey        `json:"log,omitempty"`
	Cosigner  *vectorKey        `json:"cosigner,omitempty"`
	Cosigners []vectorKey       `json:"cosigners,omitempty"`
	Quorum    *int              `json:"quorum,omitempty"`
	Name      *string           `json:"name,omitempty"`
	Seed      *string           `json:"seed,omitempty"`
	Origin    *string           `json:"origin,omitempty"`
	Time      *int64            `json:"time,omitempty"`
	Leaves    *int64            `json:"leaves,omitempty"`
	Index     *int64            `json:"index,omitempty"`
	Old       *int64            `json:"old,omitempty"`
	Size      *int64            `json:"size,omitempty"`
	Leaf      *Hash             `json:"leaf,omitempty"`
	OldRoot   *Hash             `json:"old_root,omitempty"`
	Root      *Hash             `json:"root,omitempty"`
	Proof     *[]Hash           `json:"proof,omitempty"`
	Hex       *string           `json:"hex,omitempty"`
	Width     *int              `json:"width,omitempty"`
	Files     map[string]string `json:"files,omitempty"`

	// Expected, where want is "ok".
	Result *vectorResult `json:"result,omitempty"`
}

// vectorKey is a public key and the seed of its private half, which is empty
// where nobody has that.
type vectorKey struct {
	Seed string `json:"seed"`
	VKey string `json:"vkey"`
}

type vectorResult struct {
	Origin         string           `json:"origin,omitempty"`
	Size           *int64           `json:"size,omitempty"`
	Root           *Hash            `json:"root,omitempty"`
	Note           string           `json:"note,omitempty"`
	Line           string           `json:"line,omitempty"`
	Time           int64            `json:"time,omitempty"`
	Name           string           `json:"name,omitempty"`
	ID             string           `json:"id,omitempty"`
	Type           int              `json:"type,omitempty"`
	Index          *int64           `json:"index,omitempty"`
	Cosigned       []vectorCosigned `json:"cosigned,omitempty"`
	LogTime        int64            `json:"log_time,omitempty"`
	Conflict       *bool            `json:"conflict,omitempty"`
	Evidence       string           `json:"evidence,omitempty"`
	Sizes          []int64          `json:"sizes,omitempty"`
	DoubleCosigned []string         `json:"double_cosigned,omitempty"`
	LeafHashes     []Hash           `json:"leaf_hashes,omitempty"`
}

type vectorCosigned struct {
	Name string `json:"name"`
	Time int64  `json:"time"`
}

// run does what the vector asks for, as any implementation would.
func (v vector) run() (*vectorResult, error) {
	var log, cosigner Verifier
	var cosigners []Verifier
	var err error
	if v.Log != nil {
		if log, err = ParseVerifier(v.Log.VKey); err != nil {
			return nil, err
		}
	}
	if v.Cosigner != nil {
		if cosigner, err = ParseVerifier(v.Cosigner.VKey); err != nil {
			return nil, err
		}
	}
	for _, k := range v.Cosigners {
		c, err := ParseVerifier(k.VKey)
		if err != nil {
			return nil, err
		}
		cosigners = append(cosigners, c)
	}
	r := &vectorResult{}
	switch v.Op {
	case "checkpoint":
		cp, err := VerifyCheckpoint([]byte(*v.Note), log.Name(), log)
		r.Origin, r.Size, r.Root = cp.Origin, &cp.Size, &cp.Root
		return r, err
	case "sign":
		s, err := NewLogSigner(*v.Origin, testKey(*v.Seed))
		if err != nil {
			return nil, err
		}
		n, err := SignCheckpoint(Checkpoint{*v.Origin, *v.Size, *v.Root}, s)
		r.Note = string(n)
		return r, err
	case "cosign":
		s, err := NewCosigner(*v.Name, testKey(*v.Seed))
		if err != nil {
			return nil, err
		}
		line, err := Cosign([]byte(*v.Note), s, *v.Time)
		r.Line = string(line)
		return r, err
	case "cosignature":
		c, err := VerifyCosignature([]byte(*v.Note), cosigner)
		r.Time = c.Time
		return r, err
	case "vkey":
		k, err := ParseVerifier(*v.VKey)
		r.Name, r.ID, r.Type = k.Name(), fmt.Sprintf("%08x", k.KeyID()), int(k.alg)
		return r, err
	case "inclusion":
		return nil, CheckInclusion(*v.Proof, *v.Index, *v.Size, *v.Leaf, *v.Root)
	case "consistency":
		return nil, CheckConsistency(*v.Proof, *v.Old, *v.Size, *v.OldRoot, *v.Root)
	case "root":
		f, err := NewFrontier(0, nil)
		if err != nil {
			return nil, err
		}
		for i := range *v.Leaves {
			if err := f.Append([]Hash{LeafHash(vectorLeaf(i))}); err != nil {
				return nil, err
			}
		}
		root := f.Root()
		r.Root = &root
		return r, nil
	case "tlog-proof":
		in, err := ParseInclusion([]byte(*v.Text))
		if err != nil {
			return nil, err
		}
		cp, err := in.Verify(*v.Leaf, log.Name(), log, cosigners, *v.Quorum)
		r.Index, r.Size = &in.Index, &cp.Size
		return r, err
	case "certified":
		cp, cs, err := Certified([]byte(*v.Note), log, cosigners, *v.Quorum)
		r.Size, r.LogTime = &cp.Size, LogTime(cs)
		for _, c := range cs {
			r.Cosigned = append(r.Cosigned, vectorCosigned(c))
		}
		return r, err
	case "merge":
		var notes [][]byte
		for _, n := range v.Notes {
			notes = append(notes, []byte(n))
		}
		n, err := Merge(notes...)
		r.Note = string(n)
		return r, err
	case "conflict":
		ev, err := Conflict([]byte(*v.A), []byte(*v.B), log)
		yes := ev != nil
		r.Conflict = &yes
		if err != nil || !yes {
			return r, err
		}
		text, err := MarshalEvidence(*ev)
		r.Evidence = string(text)
		return r, err
	case "evidence":
		ev, err := ParseEvidence([]byte(*v.Text))
		if err != nil {
			return nil, err
		}
		f, err := VerifyEvidence(ev, log)
		if err != nil {
			return nil, err
		}
		r.Sizes = []int64{f.A.Size, f.B.Size}
		r.DoubleCosigned, err = DoubleCosigned(ev, cosigners)
		return r, err
	case "bundle":
		data, err := hex.DecodeString(*v.Hex)
		if err != nil {
			return nil, err
		}
		leaves, err := ParseBundle(data, *v.Width)
		for _, l := range leaves {
			r.LeafHashes = append(r.LeafHashes, LeafHash(l))
		}
		return r, err
	case "export":
		files := fstest.MapFS{}
		for name, h := range v.Files {
			data, err := hex.DecodeString(h)
			if err != nil {
				return nil, err
			}
			files[name] = &fstest.MapFile{Data: data}
		}
		cp, _, err := VerifyExport(files, log, cosigners, *v.Quorum, nil)
		r.Size, r.Root = &cp.Size, &cp.Root
		return r, err
	}
	return nil, fmt.Errorf("unknown op %q", v.Op)
}

// vectorLeaf is leaf i of the trees of vectors.
func vectorLeaf(i int64) []byte { return fmt.Appendf(nil, "leaf %d", i) }

// TestVectors runs every case on disk.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	ops := map[string][2]int{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			n := ops[v.Op]
			got, err := v.run()
			if v.Want != "ok" {
				n[1]++
				if Code(err) != v.Want {
					t.Errorf("%v; want %s", err, v.Want)
				}
			} else if n[0]++; err != nil {
				t.Errorf("%v; want ok", err)
			} else if a, b := toJSON(t, got), toJSON(t, v.Result); a != b {
				t.Errorf("got %s\nwant %s", a, b)
			}
			ops[v.Op] = n
			for _, k := range append(slices.Clone(v.Cosigners), deref(v.Log), deref(v.Cosigner)) {
				checkVectorKey(t, k)
			}
		})
	}
	for op, n := range ops {
		if n[0] == 0 || n[1] == 0 && op != "root" {
			t.Errorf("op %s has %d valid and %d invalid cases", op, n[0], n[1])
		}
	}
}

func deref(k *vectorKey) vectorKey {
	if k == nil {
		return vectorKey{}
	}
	return *k
}

// checkVectorKey holds a key to the seed that is printed beside it.
func checkVectorKey(t *testing.T, k vectorKey) {
	t.Helper()
	if k.Seed == "" {
		return
	}
	v, err := ParseVerifier(k.VKey)
	if err != nil || !bytes.Equal(v.PublicKey(), testKey(k.Seed).Public().(ed25519.PublicKey)) {
		t.Errorf("%s is not the key of seed %q: %v", k.VKey, k.Seed, err)
	}
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestVectorsAreCurrent makes the cases anew and compares them with the files,
// or writes them with -update.
func TestVectorsAreCurrent(t *testing.T) {
	want := map[string]string{}
	for name, v := range makeVectors(t) {
		if v.Want == "ok" {
			r, err := v.run()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			v.Result = r
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		want[name+".json"] = b.String()
	}
	if *update {
		if err := os.MkdirAll(vectorDir, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, s := range want {
			if err := os.WriteFile(filepath.Join(vectorDir, name), []byte(s), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(vectorDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s is made by nothing here", e.Name())
		}
	}
	for name, s := range want {
		if got, err := os.ReadFile(filepath.Join(vectorDir, name)); err != nil || string(got) != s {
			t.Errorf("%s is not current (%v); look at the difference before writing it with -update", name, err)
		}
	}
}
