package act

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const vectorDir = "../testdata/vectors/act"

var writeVectors = flag.Bool("write-vectors", false, "write the cases of cases_test.go to "+vectorDir)

// A vector is one case, as the files hold it for implementations in any
// language.
type vector struct {
	About string `json:"about"`
	// Act or ActBase64 holds the bytes.
	Act       *string `json:"act,omitempty"`
	ActBase64 string  `json:"act_base64,omitempty"`
	// Expect is "ok" or a code, Rule the rules that the refusal names.
	Expect string `json:"expect"`
	Rule   string `json:"rule,omitempty"`
	// Schema is "valid", "invalid" or "none".
	Schema string `json:"schema"`
	// Portions holds what an accepted report must come to.
	Portions []vectorPortion `json:"portions,omitempty"`
	// Designations holds the digest of the designation of each portion.
	Designations []Digest `json:"designations,omitempty"`
	// Batch is the digest of the batch of all these designations.
	Batch *Digest `json:"batch,omitempty"`
}

type vectorPortion struct {
	ID     ID     `json:"id"`
	Digest Digest `json:"digest"`
}

func (v *vector) bytes(t *testing.T) []byte {
	t.Helper()
	if v.Act != nil {
		return []byte(*v.Act)
	}
	b, err := base64.StdEncoding.DecodeString(v.ActBase64)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVectors reads every file of the directory.
func TestVectors(t *testing.T) {
	schema := compileSchema(t)
	files, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d vectors in %s (%v)", len(files), vectorDir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			dec := json.NewDecoder(bytes.NewReader(b))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			v.check(t, schema)
		})
	}
}

func (v *vector) check(t *testing.T, schema *jsonschema.Schema) {
	raw := v.bytes(t)
	a, err := Parse(raw)
	switch {
	case v.Expect == "ok" && err != nil:
		t.Fatalf("refused: %v", err)
	case v.Expect != "ok" && err == nil:
		t.Fatalf("accepted, expected %s", v.Expect)
	case err != nil && Code(err) != v.Expect:
		t.Fatalf("refused by %s, expected %s: %v", Code(err), v.Expect, err)
	}
	if err != nil {
		var r *Refusal
		if !errors.As(err, &r) || r.Rule != v.Rule {
			t.Errorf("the refusal names rule %q, expected %q", r.Rule, v.Rule)
		}
		if v.Rule != "" && !strings.Contains(err.Error(), "(rule "+v.Rule+")") {
			t.Errorf("the message names no rule: %v", err)
		}
	} else {
		v.checkContent(t, raw, a)
	}
	v.checkSchema(t, schema, raw, err)
}

func (v *vector) checkContent(t *testing.T, raw []byte, a Act) {
	if !bytes.Equal(a.Raw, raw) {
		t.Error("the act does not hold the exact bytes")
	}
	if a.Report == nil {
		if len(v.Portions) > 0 {
			t.Error("no report")
		}
		return
	}
	if len(a.Report.Portions) != len(v.Portions) {
		t.Fatalf("%d portions, expected %d", len(a.Report.Portions), len(v.Portions))
	}
	var listed []Digest
	for i, p := range a.Report.Portions {
		if p.ID != v.Portions[i].ID || p.Digest != v.Portions[i].Digest {
			t.Errorf("portion %d is %s %s, expected %s %s", i+1, p.ID, p.Digest, v.Portions[i].ID, v.Portions[i].Digest)
		}
		if !bytes.Contains(raw, p.Raw) || PortionDigest(p.Raw) != p.Digest {
			t.Errorf("portion %d does not hold its exact bytes", i+1)
		}
		if p.Designation != nil {
			listed = append(listed, DesignationDigest(p.Designation))
		}
	}
	for i := range v.Designations {
		if i >= len(listed) || listed[i] != v.Designations[i] {
			t.Errorf("digest of designation %d differs", i+1)
		}
	}
	if v.Batch != nil && BatchDigest(listed) != *v.Batch {
		t.Errorf("batch %s, expected %s", BatchDigest(listed), v.Batch)
	}
}

// checkSchema holds the reader and the schema against each other: what the
// schema refuses the reader refuses.
func (v *vector) checkSchema(t *testing.T, schema *jsonschema.Schema, raw []byte, err error) {
	if v.Schema == "none" {
		return
	}
	doc, jsonErr := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if jsonErr != nil {
		t.Fatalf("not JSON: %v", jsonErr)
	}
	refused := schema.Validate(doc)
	switch {
	case refused != nil && err == nil:
		t.Errorf("the reader accepts what the schema refuses: %v", refused)
	case refused != nil && v.Schema == "valid":
		t.Errorf("the schema refuses it: %v", refused)
	case refused == nil && v.Schema == "invalid":
		t.Error("the schema accepts it")
	}
}

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertContent()
	if err := c.AddResource("act.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("act.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
