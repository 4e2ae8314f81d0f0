package collect

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente/act"
)

const (
	uuidA = "11111111-1111-4111-8111-111111111111"
	uuidB = "22222222-2222-4222-8222-222222222222"
)

func stixBundle(objects ...string) string {
	return `{"type":"bundle","id":"bundle--` + uuidA + `","objects":[` + strings.Join(objects, ",") + `]}`
}

func tool(uuid, more string) string {
	return `{"type":"tool","spec_version":"2.1","id":"tool--` + uuid + `","created":"2016-01-01T00:00:00Z","modified":"2016-01-01T00:00:00Z","name":"Example"` + more + `}`
}

func person(i int) string {
	return fmt.Sprintf(`{"type":"identity","id":"identity--%08d-0000-4000-8000-000000000000","name":"Example %d","identity_class":"individual"}`, i, i)
}

func readBundle(t testing.TB, raw string, o Options) (Result, []Draft) {
	t.Helper()
	var ds []Draft
	r, err := STIX(strings.NewReader(raw), o, func(d Draft) error {
		ds = append(ds, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, ds
}

// objectBytes returns the bytes of the object that a draft carries.
func objectBytes(t testing.TB, d Draft) []byte {
	t.Helper()
	switch o := d.Portions[0].Object; {
	case o != nil && len(d.Files) == 0:
		return o.Bytes
	case o == nil && len(d.Files) == 1:
		return d.Files[0].Bytes
	}
	t.Fatalf("%s: object and files %+v", d.Key, d.Files)
	return nil
}

// TestRealBundles takes in three published bundles: every object makes an act,
// its bytes are those in the bundle, and with what stands between the objects
// they make up the bundle byte for byte.
func TestRealBundles(t *testing.T) {
	for file, count := range map[string]int{"capec-2.1.json": 2683, "mobile-attack-17.1.json": 2148, "ics-attack-18.1.json": 1826} {
		t.Run(file, func(t *testing.T) {
			raw := realData(t, "stix/"+file)
			o := options()
			o.Name, o.Path = file, "/imports/"+file
			start := time.Now()
			o.Markings = new(Markings) // which stand behind their first use
			check, err := STIX(bytes.NewReader(raw), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if notes := o.Markings.Notes(); len(notes) > 0 {
				t.Errorf("a marking is not understood: %v", notes)
			}
			t.Logf("checked in %s", time.Since(start))
			r, ds := readBundle(t, string(raw), o)
			if len(ds) != count || r.End.Count != int64(count) {
				t.Fatalf("%d objects", len(ds))
			}
			if check.Original.Digest != sha256.Sum256(raw) || check.Batch != r.Batch || r.Original.Size != int64(len(raw)) || r.Original.Dropped {
				t.Errorf("original %+v", r.Original)
			}
			var again bytes.Buffer
			rest, attached := raw, 0
			for _, d := range ds {
				obj := objectBytes(t, d)
				i := bytes.Index(rest, obj)
				if i < 0 {
					t.Fatalf("%s: not the bytes of the bundle", d.Key)
				}
				again.Write(rest[:i])
				again.Write(obj)
				rest = rest[i+len(obj):]
				if d.Digest != sha256.Sum256(obj) {
					t.Fatalf("%s: digest", d.Key)
				}
				a := build(t, d)
				if o := a.Report.Portions[0].Object; o != nil && !bytes.Equal(o.Bytes, obj) {
					t.Fatalf("%s: the act holds other bytes", d.Key)
				}
				attached += len(d.Files)
			}
			again.Write(rest)
			if !bytes.Equal(again.Bytes(), raw) {
				t.Error("the bundle does not come back byte for byte")
			}
			t.Logf("%d objects, %d as attachments", len(ds), attached)
			cover := r.Cover(o)
			if cover.Files[0].Digest != sha256.Sum256(raw) || cover.Files[0].Path != o.Path || cover.Digest != cover.Files[0].Digest {
				t.Errorf("cover %+v", cover.Files)
			}
			build(t, cover)
		})
	}
}

// TestObjectDraft: type, name and description in words, the bytes untouched.
func TestObjectDraft(t *testing.T) {
	obj := ` {"name" : "Caf\u00e9 <b>", "type":"malware", "id":"malware--` + uuidA + `","description":"First\r\nsecond", "modified":"2016-01-01T00:00:00.000Z", "x_y": {"value":1} }`
	_, ds := readBundle(t, stixBundle(obj), options())
	d := ds[0]
	if d.Title != "malware: Café <b>" || d.Portions[0].Text != "malware: Café <b>\n\nFirst\nsecond" {
		t.Errorf("title %q, text %q", d.Title, d.Portions[0].Text)
	}
	if d.Key != "malware--"+uuidA+"@2016-01-01T00:00:00.000Z" {
		t.Errorf("key %s", d.Key)
	}
	if got := string(objectBytes(t, d)); got != strings.TrimSpace(obj) {
		t.Errorf("bytes %s", got)
	}
	build(t, d)
	relation := `{"type":"relationship","id":"relationship--` + uuidA + `","relationship_type":"uses","source_ref":"malware--` + uuidA + `","target_ref":"tool--` + uuidB + `","value":7}`
	_, ds = readBundle(t, stixBundle(relation), options())
	if want := "relationship: relationship--" + uuidA + "\n\nmalware--" + uuidA + " uses tool--" + uuidB; ds[0].Portions[0].Text != want {
		t.Errorf("text %q", ds[0].Portions[0].Text)
	}
}

// TestLargeObjects: what is too large for an act is attached; whatever the
// proportion of text and object, the act fits.
func TestLargeObjects(t *testing.T) {
	for _, size := range []int{10, 5_000, 20_000, 30_000, act.MaxObject - 400, act.MaxObject + 1, 200_000} {
		for _, fill := range []string{"x", `\"`, "й"} {
			_, ds := readBundle(t, stixBundle(tool(uuidA, `,"description":"`+strings.Repeat(fill, size/len(fill))+`"`)), options())
			build(t, ds[0])
			if inline := ds[0].Portions[0].Object != nil; size <= 20_000 && !inline || size > act.MaxObject && inline {
				t.Errorf("%d bytes: inline is %v", size, inline)
			}
		}
	}
}

func TestBundleRefusals(t *testing.T) {
	var twenty, more []string
	for i := range DefaultPersons {
		twenty = append(twenty, person(i))
	}
	more = append(more, twenty...)
	more = append(more, person(DefaultPersons))
	location := func(more string) string {
		return `{"type":"location","id":"location--` + uuidA + `","country":"ZZ","administrative_area":"Coastal Province"` + more + `}`
	}
	observed := func(more string) string {
		return `{"type":"observed-data","id":"observed-data--` + uuidA + `","first_observed":"2016-01-01T10:11:12Z","number_observed":1` + more + `}`
	}
	for name, c := range map[string]struct {
		raw  string
		want *act.Refusal
		rule string
	}{
		"coarse location":       {stixBundle(location(``)), nil, ""},
		"20 persons":            {stixBundle(twenty...), nil, ""},
		"observed addresses":    {stixBundle(observed(`,"object_refs":["ipv4-addr--` + uuidA + `"]`)), nil, ""},
		"an empty bundle":       {stixBundle(), nil, ""},
		"the same object twice": {stixBundle(tool(uuidA, ""), tool(uuidA, "")), nil, ""},

		"21 persons":               {stixBundle(more...), ErrPersons, "2"},
		"persons of MISP":          {stixBundle(append(twenty, `{"type":"x-misp-object","id":"x-misp-object--`+uuidA+`","x_misp_name":"person"}`)...), ErrPersons, "2"},
		"latitude":                 {stixBundle(location(`,"latitude":33.3,"longitude":44.4`)), ErrFinePlace, "3"},
		"latitude with an escape":  {stixBundle(location(`,"l\u0061titude":33.3`)), ErrFinePlace, "3"},
		"latitude deep inside":     {stixBundle(tool(uuidA, `,"x_more":[{"Latitude":1}]`)), ErrFinePlace, "3"},
		"latitude of MISP":         {stixBundle(tool(uuidA, `,"x_misp_attributes":[{"object_relation": "longitude","value":"44"}]`)), ErrFinePlace, "3"},
		"street":                   {stixBundle(location(`,"street_address":"Long Road"`)), ErrFinePlace, "3"},
		"postal code":              {stixBundle(location(`,"postal_code":"1"`)), ErrFinePlace, "3"},
		"coordinates in words":     {stixBundle(tool(uuidA, `,"description":"Seen at 33.3152, 44.3661."`)), ErrFinePlace, "3"},
		"observed account":         {stixBundle(observed(`,"object_refs":["ipv4-addr--` + uuidA + `","user-account--` + uuidA + `"]`)), ErrFinePlace, "3"},
		"observed account of 2.0":  {stixBundle(observed(`,"objects":{"0":{"type":"email-addr","value":"a@example.org"}}`)), ErrFinePlace, "3"},
		"nothing":                  {"", ErrSTIX, ""},
		"not JSON":                 {"hello", ErrSTIX, ""},
		"an object by itself":      {tool(uuidA, ""), ErrSTIX, ""},
		"a list":                   {"[" + tool(uuidA, "") + "]", ErrSTIX, ""},
		"another type":             {strings.Replace(stixBundle(tool(uuidA, "")), "bundle", "basket", 1), ErrSTIX, ""},
		"breaks off":               {stixBundle(tool(uuidA, ""))[:200], ErrSTIX, ""},
		"breaks off at the end":    {strings.TrimSuffix(stixBundle(tool(uuidA, "")), "}"), ErrSTIX, ""},
		"data after it":            {stixBundle(tool(uuidA, "")) + "{}", ErrSTIX, ""},
		"no objects":               {`{"type":"bundle","id":"bundle--` + uuidA + `"}`, ErrSTIX, ""},
		"objects twice":            {strings.TrimSuffix(stixBundle(tool(uuidA, "")), "}") + `,"objects":[]}`, ErrSTIX, ""},
		"an object that is none":   {stixBundle(`7`), ErrSTIX, ""},
		"no id":                    {stixBundle(`{"type":"tool"}`), ErrSTIX, ""},
		"id of another type":       {stixBundle(strings.Replace(tool(uuidA, ""), "tool--", "malware--", 1)), ErrSTIX, ""},
		"a property twice":         {stixBundle(tool(uuidA, `,"name":"Other"`)), ErrSTIX, ""},
		"a property in capitals":   {stixBundle(tool(uuidA, `,"Identity_class":"individual"`)), ErrSTIX, ""},
		"invalid UTF-8":            {stixBundle(tool(uuidA, `,"description":"`+"\xff"+`"`)), ErrSTIX, ""},
		"nested too deep":          {stixBundle(tool(uuidA, `,"x":`+strings.Repeat("[", 300)+strings.Repeat("]", 300))), ErrSTIX, ""},
		"an object too large":      {stixBundle(tool(uuidA, `,"description":"`+strings.Repeat("x", maxObjectBytes)+`"`)), ErrTooLarge, ""},
		"one version, two objects": {stixBundle(tool(uuidA, ""), tool(uuidA, `,"description":"Other"`)), ErrRepeated, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := STIX(strings.NewReader(c.raw), options(), nil)
			if c.want == nil {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if !errors.Is(err, c.want) && !(c.want == ErrSTIX && errors.Is(err, ErrTooLarge)) {
				t.Fatalf("%v, want %s", err, c.want.Code)
			}
			if c.rule != "" && !strings.Contains(err.Error(), "(rule "+c.rule+")") {
				t.Errorf("names no rule: %v", err)
			}
			if len(err.Error()) > 1000 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
	o := options()
	o.MaxPersons = 100
	r, ds := readBundle(t, stixBundle(more...), o)
	if r.Persons != 21 || ds[0].Persons != 1 {
		t.Errorf("%d persons with a wider bound", r.Persons)
	}
}

// TestBundleTwice: the same bundle gives the same keys and digests, and an
// import that broke off continues.
func TestBundleTwice(t *testing.T) {
	raw := stixBundle(tool(uuidA, ""), tool(uuidB, ""), tool(uuidA, ""), person(1))
	a, first := readBundle(t, raw, options())
	b, second := readBundle(t, raw, options())
	if a.Batch != b.Batch || a.End != b.End || len(first) != 3 || len(second) != 3 {
		t.Fatalf("%+v, %+v", a, b)
	}
	for i := range first {
		if first[i].Key != second[i].Key || first[i].Digest != second[i].Digest || first[i].At != second[i].At {
			t.Errorf("draft %d differs", i)
		}
	}
	if Batch(first) != a.Batch {
		t.Error("the batch is not that of the drafts")
	}
	o := options()
	o.Resume = first[0].At
	_, rest := readBundle(t, raw, o)
	if len(rest) != 2 || rest[0].Key != first[1].Key {
		t.Errorf("resumed with %d drafts", len(rest))
	}
	full := errors.New("full")
	if _, err := STIX(strings.NewReader(raw), options(), func(Draft) error { return full }); !errors.Is(err, full) {
		t.Errorf("an error of the caller is lost: %v", err)
	}
}

// FuzzSTIX: the reader ends, refuses with a code, and what it accepts makes
// acts whose objects stand in the bundle.
func FuzzSTIX(f *testing.F) {
	f.Add([]byte(stixBundle(tool(uuidA, `,"description":"x"`), person(1))))
	f.Add([]byte(stixBundle(`{"type":"observed-data","id":"observed-data--` + uuidA + `","objects":{"0":{"type":"file"}}}`)))
	f.Add([]byte(stixBundle(tool(uuidA, `,"l\u0061titude":1`))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := STIX(bytes.NewReader(raw), options(), func(d Draft) error {
			if !bytes.Contains(raw, objectBytes(t, d)) {
				t.Fatal("an object's bytes are not those of the bundle")
			}
			build(t, d)
			return nil
		})
		if err != nil && act.Code(err) == "act_error" {
			t.Fatalf("a refusal without a code: %v", err)
		}
	})
}
