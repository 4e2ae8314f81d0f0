package taxii

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestHeadsOfObjects(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want Object
	}{
		{`{"id":"a--1","type":"a","created":"c","modified":"m","spec_version":"2.1"}`, Object{ID: "a--1", Type: "a", Spec: "2.1", Version: "m"}},
		{`{"id":"a--1","type":"b","created":"c"}`, Object{ID: "a--1", Type: "a", Spec: "2.0", Version: "c"}},
		{"{ \"x\" : {\"id\":\"no\"} ,\n\"\\u0069d\":\"a--\\u0031\", \"y\":[1,{\"id\":2}]}", Object{ID: "a--1", Type: "a", Spec: "2.1"}},
		{`{"ID":"a--1","id":5,"type":"t"}`, Object{Type: "t", Spec: "2.1"}},
		{`{"s":"}\\\"{","id":"a--1"}`, Object{ID: "a--1", Type: "a", Spec: "2.1"}},
	} {
		got, err := ReadObject([]byte(c.raw))
		if err != nil || string(got.Raw) != c.raw {
			t.Errorf("%s: %v", c.raw, err)
		}
		if got.Raw = nil; got.ID != c.want.ID || got.Type != c.want.Type || got.Spec != c.want.Spec || got.Version != c.want.Version {
			t.Errorf("%s: got %+v", c.raw, got)
		}
	}
	for _, bad := range []string{"", "[]", "5", `"x"`, "{", `{"a"`, `{"a":`, `{"a" 1}`, `{a:1}`} {
		if _, err := ReadObject([]byte(bad)); !errors.Is(err, ErrUnprocessable) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestVersionKeysSortInTime(t *testing.T) {
	times := []string{"0001-01-01T00:00:00Z", "2019-12-31T23:59:59.9999999Z", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.0001Z", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:01.000Z"}
	keys := make([]string, len(times))
	for i, s := range times {
		var ok bool
		if keys[i], ok = VersionKey(s); !ok {
			t.Errorf("%s is no timestamp", s)
		}
	}
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Errorf("%q", keys)
	}
	a, _ := VersionKey("2020-01-01T00:00:00.500Z")
	if b, _ := VersionKey("2020-01-01T00:00:00.5Z"); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

func readFile(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/medallion.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMedallionFile(t *testing.T) {
	raw := readFile(t)
	f, err := ReadMedallion(bytes.NewReader(raw), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if f.Discovery == nil || f.Discovery.Default != "http://localhost:5000/one/" || len(f.Discovery.APIRoots) != 2 {
		t.Errorf("discovery: %+v", f.Discovery)
	}
	if len(f.Roots) != 2 || f.Roots[0].Name != "one" || f.Roots[0].Info.MaxContentLength != 100000 || len(f.Roots[0].Collections) != 5 || len(f.Roots[0].Statuses) != 1 {
		t.Fatalf("roots: %+v", f.Roots)
	}
	held := f.Roots[0].Collections[0]
	var flawed, undated []string
	for i, o := range held.Objects {
		if i > 0 && o.Added != NoTimestamp && o.Added < held.Objects[i-1].Added {
			t.Errorf("%s stands before what was added earlier", o.ID)
		}
		if o.Flaw != "" {
			flawed = append(flawed, o.ID)
		}
		if o.Added == NoTimestamp {
			undated = append(undated, o.ID)
		}
		if bytes.Contains(o.Raw, []byte("_date_added")) {
			t.Errorf("%s shows what medallion hides", o.ID)
		}
		if o.Type == "ipv4-addr" {
			if o.Version != "2020-05-02T00:00:00.000001Z" || !json.Valid(o.Raw) {
				t.Errorf("version %q: %s", o.Version, o.Raw)
			}
		} else if !bytes.Contains(raw, o.Raw) {
			t.Errorf("%s is not as it stood in the file", o.ID)
		}
	}
	if !slices.Equal(flawed, []string{"indicator--00000003-1111-4111-8111-111111111111"}) {
		t.Errorf("flawed: %q", flawed)
	}
	if !slices.Equal(undated, []string{"identity--00000004-1111-4111-8111-111111111111"}) {
		t.Errorf("undated: %q", undated)
	}
	// The twins of one date keep the order of the manifest.
	if a, b := held.Objects[4], held.Objects[5]; a.Spec != "2.1" || b.Spec != "2.0" || a.ID != b.ID {
		t.Errorf("twins: %s %s, %s %s", a.ID, a.Spec, b.ID, b.Spec)
	}
	said := strings.Join(f.Findings, "\n")
	for _, want := range []string{"tool--00000005", "without either right"} {
		if !strings.Contains(said, want) {
			t.Errorf("findings do not speak of %s:\n%s", want, said)
		}
	}
}

func TestMedallionFilesRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"empty": "", "no JSON": "{", "a list": "[]", "not UTF-8": "{\"a\xff\":{}}", "not a number": `{"a":{"information":NaN}}`,
		"a root twice":       `{"a":{},"a":{}}`,
		"no root":            `{"a":[]}`,
		"collections wrong":  `{"a":{"collections":{}}}`,
		"collection twice":   `{"a":{"collections":[{"id":"1"},{"id":"1"}]}}`,
		"collection unnamed": `{"a":{"collections":[{}]}}`,
		"manifest wrong":     `{"a":{"collections":[{"id":"1","manifest":5}]}}`,
		"discovery wrong":    `{"/discovery":5}`,
	} {
		if _, err := ReadMedallion(strings.NewReader(raw), 1<<20); !errors.Is(err, ErrMedallion) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadMedallion(bytes.NewReader(readFile(t)), 100); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the bound: %v", err)
	}
}

// Whatever stands in the list of objects is carried, and flagged if it is none;
// a member of the file that is no object is no reason to refuse the rest.
func TestMedallionFilesWithOddParts(t *testing.T) {
	f, err := ReadMedallion(strings.NewReader(`{"users":["admin"],"version":3,"a":{"information":{"title":"t"},"collections":[{"id":"1","can_read":true,"can_write":false,
		"objects":[7,"text",null,[1, {"a":2}],{"type":"x","id":"x--1"}]}]}}`), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Roots) != 1 || f.Roots[0].Name != "a" {
		t.Fatalf("roots: %+v", f.Roots)
	}
	var raw []string
	for _, o := range f.Roots[0].Collections[0].Objects {
		raw = append(raw, string(o.Raw))
		if o.Flaw == "" {
			t.Errorf("%s is not flagged", o.Raw)
		}
	}
	if want := []string{`7`, `"text"`, `null`, `[1, {"a":2}]`, `{"type":"x","id":"x--1"}`}; !slices.Equal(raw, want) {
		t.Errorf("objects: %q, want %q", raw, want)
	}
	said := strings.Join(f.Findings, "\n")
	for _, want := range []string{`"users" is neither`, `"version" is neither`, "element 4 of objects is no JSON object"} {
		if !strings.Contains(said, want) {
			t.Errorf("findings do not speak of %s:\n%s", want, said)
		}
	}
}

func TestOlderManifests(t *testing.T) {
	f, err := ReadMedallion(strings.NewReader(`{"a":{"information":{"title":"t"},"status":[{"id":"s","status":"done","successes":["x--1"],"success_count":1}],"collections":[{"id":"1","can_read":true,"can_write":false,
		"objects":[{"type":"x","id":"x--1","modified":"2020-01-02T00:00:00Z"},{"type":"x","id":"x--1","modified":"2020-01-01T00:00:00Z"},{"id":5},7],
		"manifest":[{"id":"x--1","date_added":"2020-02-01T00:00:00Z","versions":["2020-01-02T00:00:00Z","2020-01-01T00:00:00Z"],"media_types":["a"]}]}],"other":1}}`), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	c := f.Roots[0].Collections[0]
	if len(c.Objects) != 4 || c.Objects[0].Added != c.Objects[1].Added || c.Objects[0].Added == NoTimestamp || c.Objects[2].Flaw == "" || c.Objects[3].Flaw == "" {
		t.Errorf("%+v", c.Objects)
	}
	if st := f.Roots[0].Statuses[0]; st.Status != StatusComplete || st.TotalCount != 1 || st.Successes[0].ID != "x--1" {
		t.Errorf("%+v", st)
	}
	if len(f.Findings) < 4 {
		t.Errorf("findings: %q", f.Findings)
	}
}

func FuzzMedallion(f *testing.F) {
	f.Add(readFile(f))
	f.Add([]byte(`{"a":{"collections":[{"id":"1","objects":[{"id":"x","_date_added":"2020-01-01T00:00:00Z"},{"a":1,"_date_added":1}]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := ReadMedallion(bytes.NewReader(raw), 1<<16)
		if err != nil {
			if !errors.Is(err, ErrMedallion) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%v", err)
			}
			return
		}
		for _, r := range file.Roots {
			for _, c := range r.Collections {
				for _, o := range c.Objects {
					if !json.Valid(o.Raw) {
						t.Errorf("no JSON: %s", o.Raw)
					}
				}
			}
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"objects":[{"id":"x--1","type":"x"}],"more":true,"next":"n"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var ch Change
		if err := ReadObjects(bytes.NewReader(raw), &ch); err != nil && !errors.Is(err, ErrUnprocessable) {
			t.Errorf("%v", err)
		}
	})
}
