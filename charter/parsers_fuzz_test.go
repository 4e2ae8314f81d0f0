package charter

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// seeds gives the fuzzers the texts of the vectors of one type.
func seeds(f *testing.F, kind string) {
	files, err := filepath.Glob(filepath.Join(vectorRoot, "*", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var v vector
		if json.Unmarshal(raw, &v) == nil && v.Type == kind {
			f.Add([]byte(v.Text))
		}
	}
}

// classified: every refusal wraps one of the package's errors.
func classified(t *testing.T, err error) {
	t.Helper()
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return
		}
	}
	t.Fatalf("an error without a sentinel: %v", err)
}

// What is read as a certificate is written as the same bytes.
func FuzzKeyCertificateText(f *testing.F) {
	f.Add([]byte(certText(f, &KeyCertificate{Member: "IRQ", Incarnation: 1, Serial: 1, Keys: testPurposeKeys("IRQ", "")})), true)
	f.Add([]byte(certText(f, &KeyCertificate{Charter: Hash{1}, Member: "IRQ", Incarnation: 2, Serial: 9, Keys: testPurposeKeys("IRQ", "")})), false)
	f.Fuzz(func(t *testing.T, b []byte, founding bool) {
		c, err := parseKeyCertificate(string(b), founding)
		if err != nil {
			classified(t, err)
			return
		}
		if again, err := c.Text(); err != nil || again != string(b) {
			t.Fatalf("written again: %q (%v)", again, err)
		}
	})
}

func FuzzOpenKeyCertificate(f *testing.F) {
	seeds(f, "certificate")
	root := PublicKeyOf(testKey("IRQ", "root"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenKeyCertificate(b, hashOf([]byte("some charter")), "IRQ", root); err != nil {
			classified(t, err)
		}
	})
}

func FuzzEpochKeys(f *testing.F) {
	seeds(f, "epoch-keys")
	pub := PublicKeyOf(testKey("IRQ", "epoch"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, signed, sig, err := parseEpochKeys(b)
		if err != nil {
			classified(t, err)
			return
		}
		if len(sig) != 64 || !bytes.HasPrefix(b, signed) {
			t.Fatal("signed bytes or signature")
		}
		if text, err := e.text(); err == nil && text != string(signed) {
			t.Fatal("written again it differs")
		}
		if _, err := OpenEpochKeys(b, pub); err != nil {
			classified(t, err)
		}
	})
}

func FuzzClose(f *testing.F) {
	seeds(f, "close")
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseClose(b)
		if err != nil {
			classified(t, err)
			return
		}
		if again, err := c.Payload(); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("written again: %q (%v)", again, err)
		}
	})
}

func FuzzGenesis(f *testing.F) {
	seeds(f, "genesis")
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := parseGenesis(b)
		if err != nil {
			classified(t, err)
			return
		}
		again, err := g.payload()
		if err != nil {
			return // escapes may lengthen it beyond its bound
		}
		if h, err := parseGenesis(again); err != nil || h.Term != g.Term || h.Founding != g.Founding || len(h.Last) != len(g.Last) {
			t.Fatalf("written again: %v", err)
		}
	})
}

// Whatever the strict decoder takes, encoding/json takes too, with every field
// present once: a second reading of the same bytes cannot differ.
func FuzzStrictJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":"x","c":[{"d":null}]}`, `{"a":1,"A":2,"b":"","c":[]}`, `{"a":1,"b":"\ud83d\ude00","c":[]}`,
		`{"a":1,"b":"\\ud83d","c":[]}`, `{"a":01}`, `[`, `{"a":1,"b":"","c":[]}}`,
	} {
		f.Add([]byte(s))
	}
	type inner struct {
		D *string `json:"d"`
	}
	type outer struct {
		A int     `json:"a"`
		B string  `json:"b"`
		C []inner `json:"c"`
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v outer
		if err := decodeStrict(b, &v); err != nil {
			classified(t, err)
			return
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(b, &fields); err != nil {
			t.Fatal(err)
		}
		if len(fields) != 3 || fields["a"] == nil || fields["b"] == nil || fields["c"] == nil {
			t.Fatalf("fields %v", fields)
		}
	})
}
