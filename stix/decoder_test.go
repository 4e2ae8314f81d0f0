package stix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// all decodes a document and returns the bytes of its objects.
func all(r io.Reader, lim Limits) (objects [][]byte, envelope []byte, err error) {
	d := NewDecoder(r, lim)
	for {
		o, err := d.Next()
		if err == io.EOF {
			return objects, d.Envelope(), nil
		}
		if err != nil {
			return objects, nil, err
		}
		objects = append(objects, bytes.Clone(o.Raw))
	}
}

func TestDecoderReadsBundlesListsAndObjects(t *testing.T) {
	for _, c := range []struct {
		text     string
		objects  []string
		envelope string
	}{
		{`{"type":"bundle","id":"b","objects":[{"a": 1 },{"b":[2]}]}`, []string{`{"a": 1 }`, `{"b":[2]}`}, `{"type":"bundle","id":"b","objects":[]}`},
		{`{"objects":[{"a":1}],"type":"bundle","id":"b"}`, []string{`{"a":1}`}, `{"objects":[],"type":"bundle","id":"b"}`},
		{` [ {"a":1} , 5 ] `, []string{`{"a":1}`, `5`}, ""},
		{`{"type":"campaign","objects":[1]}`, []string{`{"type":"campaign","objects":[1]}`}, ""},
		{`{"type":"bundle","id":"b"}`, []string{`{"type":"bundle","id":"b"}`}, ""},
		{`[]`, nil, ""},
		{`"x"`, []string{`"x"`}, ""},
	} {
		for name, r := range map[string]io.Reader{
			"whole":  strings.NewReader(c.text),
			"bytes":  iotest.OneByteReader(strings.NewReader(c.text)),
			"halves": iotest.HalfReader(strings.NewReader(c.text)),
			"eof":    iotest.DataErrReader(strings.NewReader(c.text)),
		} {
			objects, envelope, err := all(r, Limits{})
			if err != nil || fmt.Sprintf("%s", objects) != fmt.Sprintf("%s", c.objects) || string(envelope) != c.envelope {
				t.Errorf("%s %s: %s, %s, %v", c.text, name, objects, envelope, err)
			}
		}
	}
}

func TestDecoderRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[`, `{"a"`, `{"a":1`, `[{"a":1}`, `[1,]`, `[1 2]`, `{"type":"bundle","objects":[1]`,
		`{"type":"bundle","objects":[1]} x`, `{"type":"bundle","objects":[1],"objects":[2]}`,
		"\xef\xbb\xbf[]", `{} {}`, `{"type":"bundle","objects":[}`,
	} {
		if _, _, err := all(strings.NewReader(text), Limits{}); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: %v, want ErrSyntax", text, err)
		}
	}
	broken := errors.New("the line broke")
	_, _, err := all(io.MultiReader(strings.NewReader(`[{"a":1},`), iotest.ErrReader(broken)), Limits{})
	if !errors.Is(err, broken) {
		t.Errorf("the reader's error is lost: %v", err)
	}
}

func TestDecoderStepsOverWhatIsTooLarge(t *testing.T) {
	big := `{"a":"` + strings.Repeat("x", 5000) + `"}`
	d := NewDecoder(strings.NewReader(`{"type":"bundle","objects":[{"b":1},`+big+`,{"c":2}]}`), Limits{Object: 1000})
	var sizes []int64
	for {
		o, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if (o.Raw == nil) != (o.Size > 1000) {
			t.Errorf("object of %d bytes: %q", o.Size, o.Raw)
		}
		sizes = append(sizes, o.Size)
	}
	if fmt.Sprint(sizes) != fmt.Sprint([]int64{7, int64(len(big)), 7}) {
		t.Errorf("sizes %v", sizes)
	}
}

// TestRealBundlesReturnByteForByte takes real bundles apart and puts them
// together again: every object, and every byte between, is what it was.
func TestRealBundlesReturnByteForByte(t *testing.T) {
	for _, name := range []string{"mobile-attack-17.1.json", "ics-attack-18.1.json", "capec-2.1.json"} {
		raw, err := os.ReadFile(devData(t, name).Name())
		if err != nil {
			t.Fatal(err)
		}
		d := NewDecoder(iotest.HalfReader(bytes.NewReader(raw)), Limits{})
		var back bytes.Buffer
		end := int64(0)
		for {
			o, err := d.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			back.Write(raw[end:o.Offset])
			back.Write(o.Raw)
			end = o.Offset + o.Size
		}
		back.Write(raw[end:])
		if !bytes.Equal(back.Bytes(), raw) {
			t.Errorf("%s came back with other bytes", name)
		}
	}
}

// TestWrittenBundlesReadBack writes the examples into a bundle and finds them
// in it byte for byte.
func TestWrittenBundlesReadBack(t *testing.T) {
	var b bytes.Buffer
	w, err := NewBundleWriter(&b, "bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4")
	if err != nil {
		t.Fatal(err)
	}
	var want [][]byte
	for _, raw := range validObjects(t) {
		if o, _ := ParseObject(raw); o.Type != "bundle" {
			want = append(want, raw)
			if err := w.Add(raw); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if errs := Validate(b.Bytes()); len(errs) > 0 {
		t.Errorf("the bundle is not valid: %v", errs[0])
	}
	got, _, err := all(&b, Limits{})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d objects, %v, want %d", len(got), err, len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("object %d: %s", i, got[i])
		}
	}
	if _, err := NewBundleWriter(&b, "campaign--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"); err == nil {
		t.Error("a bundle took the identifier of a campaign")
	}
	if err := w.Add([]byte(`[1]`)); !errors.Is(err, ErrNotObject) {
		t.Errorf("a list was added: %v", err)
	}
}

// FuzzDecoder holds that the stream sees the objects that the whole document
// has, wherever the reads fall, and gives the verdict that the whole gets.
func FuzzDecoder(f *testing.F) {
	for _, raw := range validObjects(f) {
		f.Add(raw)
	}
	f.Add([]byte(`[{"type":"campaign"},{"a":[1,{"b":"}]"}]}]`))
	f.Add([]byte(`{"id":"x","objects":[{"type":"a\"b"}],"type":"bundle"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		one, env1, err1 := all(bytes.NewReader(text), Limits{})
		two, env2, err2 := all(iotest.OneByteReader(bytes.NewReader(text)), Limits{})
		if (err1 == nil) != (err2 == nil) || fmt.Sprintf("%q %q", one, env1) != fmt.Sprintf("%q %q", two, env2) {
			t.Fatalf("reads matter: %q %v, %q %v", one, err1, two, err2)
		}
		whole := Validate(text)
		sum, err := ValidateStream(bytes.NewReader(text), Options{}, func(Result) error { return nil })
		if newTape(Limits{}).parse(text) != nil {
			if err == nil && sum.Valid {
				t.Fatal("the stream takes what is no I-JSON for valid")
			}
			return
		}
		if err1 != nil {
			t.Fatalf("the stream refuses I-JSON: %v", err1)
		}
		var doc struct{ Objects []json.RawMessage }
		if env1 != nil && json.Unmarshal(text, &doc) == nil && len(doc.Objects) != len(one) {
			t.Fatalf("%d objects of %d", len(one), len(doc.Objects))
		}
		// A bundle's version reaches its objects only where it stands first.
		if !bytes.Contains(text, []byte("spec_version")) && err == nil && sum.Valid != Valid(whole) {
			t.Fatalf("stream says %v, whole says %v", sum.Valid, whole)
		}
	})
}
