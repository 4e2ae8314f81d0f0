package charter

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/label"
)

var update = flag.Bool("update", false, "write testdata/vectors/{charter,genesis,keys} anew")

const vectorRoot = "../testdata/vectors"

// vector is one case, one file; the README.md beside the files says what each
// field means.
type vector struct {
	What   string `json:"what"`
	Type   string `json:"type"`
	Expect string `json:"expect"` // ok, or the name of the refusal

	Text   string `json:"text,omitempty"`
	Base64 string `json:"base64,omitempty"` // instead of text where that is not UTF-8

	// What the reader knows beforehand.
	Charter string         `json:"charter,omitempty"`
	Member  label.MemberID `json:"member,omitempty"`
	Key     string         `json:"key,omitempty"`

	// Signatures.
	Context   string `json:"context,omitempty"`
	Message   string `json:"message,omitempty"`
	Signature string `json:"signature,omitempty"`

	// Folds.
	Leaves []vectorLeaf `json:"leaves,omitempty"`

	// What the reader finds.
	Found map[string]any `json:"found,omitempty"`
}

type vectorLeaf struct {
	Index       int64          `json:"index"`
	Kind        uint8          `json:"kind"`
	Originator  label.MemberID `json:"originator"`
	Incarnation uint32         `json:"incarnation"`
	Sequence    uint64         `json:"sequence"`
	Payload     string         `json:"payload"`
	Expect      string         `json:"expect"`
}

func (v *vector) input(t *testing.T) []byte {
	t.Helper()
	if v.Base64 == "" {
		return []byte(v.Text)
	}
	b, err := base64.StdEncoding.DecodeString(v.Base64)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// refusals are the names of the sentinels in vectors. A leaf's refusal is
// named before what is wrong inside it.
var refusals = []struct {
	name string
	err  error
}{
	{"order", ErrOrder}, {"invalid-leaf", ErrInvalidLeaf}, {"no-effect", ErrNoEffect},
	{"version", ErrVersion}, {"scope", ErrScope}, {"signature", ErrSignature}, {"key", ErrKey},
	{"other-charter", ErrOtherCharter}, {"unknown-member", ErrUnknownMember}, {"syntax", ErrSyntax},
}

func refusalName(t *testing.T, err error) string {
	if err == nil {
		return "ok"
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	t.Errorf("an error without a sentinel: %v", err)
	return "?"
}

// TestVectors holds the package against the files, as another implementation
// would be held.
func TestVectors(t *testing.T) {
	for _, dir := range []string{"charter", "genesis", "keys"} {
		files, err := filepath.Glob(filepath.Join(vectorRoot, dir, "*.json"))
		if err != nil || len(files) < 10 {
			t.Fatalf("%s: %d vectors (%v)", dir, len(files), err)
		}
		for _, file := range files {
			t.Run(dir+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				var v vector
				dec := json.NewDecoder(bytes.NewReader(raw))
				dec.DisallowUnknownFields()
				if err := dec.Decode(&v); err != nil {
					t.Fatal(err)
				}
				found, err := judge(t, &v)
				if got := refusalName(t, err); got != v.Expect {
					t.Fatalf("%s (%v), want %s", got, err, v.Expect)
				}
				if got, want := asJSON(found), asJSON(v.Found); err == nil && got != want {
					t.Errorf("found\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

func asJSON(v map[string]any) string {
	if len(v) == 0 {
		return "{}"
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// judge runs a vector and returns what it finds.
func judge(t *testing.T, v *vector) (map[string]any, error) {
	t.Helper()
	switch v.Type {
	case "founding":
		f, err := ParseFounding(v.input(t))
		if err != nil {
			return nil, err
		}
		return describeFounding(f), nil
	case "genesis":
		pinned, err := ParseHash(v.Charter)
		if err != nil {
			t.Fatal(err)
		}
		g, f, err := ParseGenesis(v.input(t), pinned)
		if err != nil {
			return nil, err
		}
		return map[string]any{"term": g.Term, "lead": g.Lead, "origin": f.Origin(g.Term), "last": len(g.Last)}, nil
	case "certificate":
		var charter Hash
		if v.Charter != foundingWord {
			charter = hashFrom(t, v.Charter)
		}
		c, err := OpenKeyCertificate(v.input(t), charter, v.Member, PublicKey(fromHex(t, v.Key)))
		if err != nil {
			return nil, err
		}
		found := map[string]any{"incarnation": c.Incarnation, "serial": c.Serial}
		for i, k := range c.Keys.list() {
			found[purposes[i]] = hex.EncodeToString(k[:])
		}
		id := c.Keys.Header.ID()
		found["header key id"] = hex.EncodeToString(id[:])
		return found, nil
	case "epoch-keys":
		e, err := OpenEpochKeys(v.input(t), PublicKey(fromHex(t, v.Key)))
		if err != nil {
			return nil, err
		}
		epochs := []uint32{}
		for _, k := range e.Keys {
			epochs = append(epochs, k.Epoch)
		}
		return map[string]any{"charter": e.Charter, "member": e.Member, "incarnation": e.Incarnation, "epochs": epochs}, nil
	case "close":
		c, err := ParseClose(v.input(t))
		return map[string]any{"charter": c.Charter, "member": c.Member, "incarnation": c.Incarnation, "epoch": c.Epoch}, err
	case "public-key":
		return nil, CheckPublicKey(fromHex(t, v.Key))
	case "signature":
		key := fromHex(t, v.Key)
		if err := CheckPublicKey(key); err != nil {
			return nil, err
		}
		if !PublicKey(key).Verify(v.Context, fromHex(t, v.Message), fromHex(t, v.Signature)) {
			return nil, ErrSignature
		}
		return nil, nil
	case "fold":
		return judgeFold(t, v)
	}
	t.Fatalf("unknown type %q", v.Type)
	return nil, nil
}

func judgeFold(t *testing.T, v *vector) (map[string]any, error) {
	f, err := ParseFounding(v.input(t))
	if err != nil {
		return nil, err
	}
	s := NewState(f, nil)
	for i, l := range v.Leaves {
		payload, err := base64.StdEncoding.DecodeString(l.Payload)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Apply(l.Index, Leaf{l.Kind, l.Originator, l.Incarnation, l.Sequence, payload})
		if got := refusalName(t, err); got != l.Expect {
			t.Errorf("leaf %d at index %d: %s (%v), want %s", i, l.Index, got, err, l.Expect)
		}
	}
	return describeState(s), nil
}

func describeFounding(f *Founding) map[string]any {
	c := f.Charter()
	var leads []label.MemberID
	for term := uint32(1); term <= 5; term++ {
		leads = append(leads, c.Lead(term))
	}
	roots := map[string]string{}
	for _, m := range c.Members {
		roots[string(m.ID)] = m.Root.Fingerprint()
	}
	return map[string]any{
		"charter": f.Hash(), "fingerprint": f.Fingerprint(), "origin": f.Origin(1), "quorum": c.Quorum(),
		"members": f.Members(), "leads of terms 1-5": leads, "root fingerprints": roots,
		"epoch of 1780000000": c.EpochOf(1780000000),
	}
}

func describeState(s *State) map[string]any {
	keys := map[string]any{}
	for id := range s.Members().All() {
		c, _ := s.Certificate(id, s.Next())
		epochs := map[uint32]string{}
		closed := []uint32{}
		for e := range uint32(4) {
			if k, ok := s.EpochKey(id, e); ok {
				epochs[e] = hashOf(k[:]).String()
			}
			if _, ok := s.ClosedBy(id, e); ok {
				closed = append(closed, e)
			}
		}
		keys[string(id)] = map[string]any{
			"incarnation": c.Incarnation, "serial": c.Serial, "header": hex.EncodeToString(c.Keys.Header[:]),
			"sha256 of epoch keys": epochs, "closed": closed,
		}
	}
	return map[string]any{"next": s.Next(), "lead": s.Lead(), "members": keys}
}

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hashFrom(t *testing.T, s string) Hash {
	t.Helper()
	h, err := ParseHash(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestVectorFiles holds the files against what makes them, or makes them anew.
// What each must be found to be stands beside its making, written by hand; what
// a valid one contains is filled in from the package, and checked by the tests
// of the package and by other implementations.
func TestVectorFiles(t *testing.T) {
	made := map[string][]byte{}
	for name, v := range allVectors(t) {
		if v.Expect == "ok" && v.Found == nil {
			found, err := judge(t, &v)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			v.Found = found
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		made[name+".json"] = b.Bytes()
	}
	for name, readme := range vectorReadmes {
		made[name+"/README.md"] = []byte(readme)
	}
	for name, b := range made {
		path := filepath.Join(vectorRoot, name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, b) {
			t.Errorf("%s is not what the test makes (%v)", name, err)
		}
	}
	for _, dir := range []string{"charter", "genesis", "keys"} {
		files, _ := filepath.Glob(filepath.Join(vectorRoot, dir, "*"))
		for _, f := range files {
			if _, ok := made[dir+"/"+filepath.Base(f)]; !ok {
				t.Errorf("%s is made by nothing", f)
			}
		}
	}
}
