package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"entente/act"
	"entente/label"
	"entente/stix"
)

const uuidEvent = "33333333-3333-4333-8333-333333333333"

func mispOptions() MISPOptions {
	o := MISPOptions{Options: options(), Sharing: map[string]label.MemberSet{
		"1": label.Members("IRQ", "RUS"), "3": label.Members("IRN", "IRQ", "RUS", "SYR"), uuidB: label.Members("IRN"),
	}}
	o.Name, o.MediaType, o.MaxPersons = "events.json", "application/json", 1000
	return o
}

func readMISP(t testing.TB, raw string, o MISPOptions) (Result, []Draft) {
	t.Helper()
	var ds []Draft
	r, err := MISP(strings.NewReader(raw), o, func(d Draft) error {
		ds = append(ds, d)
		return nil
	})
	if err != nil {
		t.Fatalf("%v: %.300s", err, raw)
	}
	return r, ds
}

func backToMISP(t testing.TB, ds []Draft, o MISPExportOptions) (map[string]any, []Note) {
	t.Helper()
	var acts []act.Act
	for _, d := range ds {
		acts = append(acts, build(t, d))
	}
	var b bytes.Buffer
	notes, err := ExportMISP(&b, o, acts...)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc, notes
}

func event(more string) string {
	return `{"Event":{"uuid":"` + uuidEvent + `","info":"An invented event","date":"2020-10-25","timestamp":"1603642920","distribution":"3"` + more + `}}`
}

func attributeOf(more string) string {
	return event(`,"Attribute":[{"uuid":"` + uuidA + `","type":"domain","category":"Network activity","timestamp":"1603642920","value":"example.com"` + more + `}]`)
}

// TestDistributionNeverWidens holds the labels of events: what is unknown, not
// mapped or ambiguous releases to nobody beyond the originator, nothing goes
// further than what it stands in, and marks become caveats.
func TestDistributionNeverWidens(t *testing.T) {
	for _, c := range []struct {
		more string
		rel  string
		mark string
	}{
		{`,"distribution":"3"`, "IRN IRQ RUS SYR", ""}, {`,"distribution":3`, "IRN IRQ RUS SYR", ""},
		{`,"distribution":"1"`, "IRQ RUS", ""}, {`,"distribution":"0"`, "IRQ", ""}, {`,"distribution":"2"`, "IRQ", ""},
		{`,"distribution":"5"`, "IRN IRQ RUS SYR", ""}, {``, "IRQ", ""}, {`,"distribution":"9"`, "IRQ", ""}, {`,"distribution":null`, "IRQ", ""},
		{`,"distribution":"4","sharing_group_uuid":"` + uuidB + `"`, "IRN IRQ", ""}, {`,"distribution":"4","SharingGroup":{"uuid":"` + uuidB + `"}`, "IRN IRQ", ""},
		{`,"distribution":"4","sharing_group_uuid":"` + uuidA + `"`, "IRQ", ""}, {`,"distribution":"4"`, "IRQ", ""},
		{`,"distribution":"4","sharing_group_uuid":"` + uuidA + `","SharingGroup":{"uuid":"` + uuidB + `"}`, "IRQ", ""},
		{`,"distribution":"4","sharing_group_uuid":"` + uuidB + `","SharingGroup":{"uuid":"` + uuidA + `"}`, "IRQ", ""},
		{`,"distribution":"3","Tag":[{"name":"tlp:amber"},{"name":"tlp:green"},{"name":"other:tag"}]`, "IRN IRQ RUS SYR", "TLP:AMBER"},
		{`,"distribution":"3","Tag":[{"name":"TLP:WHITE"},{"name":"PAP:RED"}]`, "IRN IRQ RUS SYR", "TLP:CLEAR PAP:RED"},
		{`,"distribution":"3","Tag":[{"name":"tlp:ex:chr"}]`, "IRN IRQ RUS SYR", "TLP:RED"},
	} {
		_, ds := readMISP(t, attributeOf(c.more), mispOptions())
		l := ds[0].Portions[1].Label
		var marks []string
		for _, m := range l.Caveats.Foreign() {
			marks = append(marks, m.String())
		}
		if l.Rel.String() != c.rel || strings.Join(marks, " ") != c.mark {
			t.Errorf("%s: released to %s with %s, want %s with %s", c.more, l.Rel, marks, c.rel, c.mark)
		}
		build(t, ds[0])
	}
	// An event for one community bounds what stands in it.
	_, ds := readMISP(t, strings.Replace(attributeOf(`,"distribution":"3"`), `"distribution":"3"`, `"distribution":"1"`, 1), mispOptions())
	if l := ds[0].Portions[1].Label; l.Rel.String() != "IRQ RUS" {
		t.Errorf("an attribute goes further than its event: %s", l.Rel)
	}
	// The event's marks are its parts' too, and an object goes no further than
	// its narrowest attribute, with the marks of all.
	_, ds = readMISP(t, event(`,"Tag":[{"name":"tlp:amber"}],"Object":[{"uuid":"`+uuidA+`","name":"file","distribution":"3","Attribute":[`+
		`{"type":"filename","value":"a","distribution":"5"},{"type":"md5","value":"b","distribution":"1","Tag":[{"name":"PAP:RED"}]},{"type":"text","value":"c","distribution":"3"}]}]`), mispOptions())
	l := ds[0].Portions[1].Label
	if !l.Caveats.Contains("TLP:AMBER") || !l.Caveats.Contains("PAP:RED") || l.Rel.String() != "IRQ RUS" {
		t.Errorf("an object is released to %s with %v", l.Rel, l.Caveats.Foreign())
	}
	// Without a map nothing leaves.
	o := mispOptions()
	o.Sharing = nil
	_, ds = readMISP(t, attributeOf(`,"distribution":"3"`), o)
	if l := ds[0].Portions[1].Label; l.Rel.String() != "IRQ" {
		t.Errorf("without a map released to %s", l.Rel)
	}
}

func TestMISPRefuses(t *testing.T) {
	for raw, want := range map[string]*act.Refusal{
		`{`: ErrMISP, `5`: ErrMISP, `{}`: ErrMISP, `[]`: ErrMISP, `{"Event":5}`: ErrMISP, `{"Event":{"uuid":"x"}}`: ErrMISP,
		`{"Event":{"uuid":"` + uuidEvent + `","info":"a","info":"b"}}`:        ErrMISP,
		strings.Repeat(`{"response":`, 200) + `[]` + strings.Repeat(`}`, 200): ErrNested,
		event(`,"Attribute":5`):                 ErrMISP,
		`[` + event("") + `,` + event("") + `]`: ErrRepeated,
		event(`,"Object":[{"uuid":"` + uuidA + `","name":"geolocation","Attribute":[{"type":"float","object_relation":"latitude","value":"33.31522"}]}]`): ErrFinePlace,
		attributeOf(`,"comment":"at 33.31522, 44.36612"`): ErrFinePlace,
	} {
		if _, err := MISP(strings.NewReader(raw), mispOptions(), nil); !errors.Is(err, want) {
			t.Errorf("%.100s: %v", raw, err)
		}
	}
	o := mispOptions()
	o.MaxPersons = 1
	two := event(`,"Object":[{"uuid":"` + uuidA + `","name":"person","Attribute":[]},{"uuid":"` + uuidB + `","name":"person","Attribute":[]}]`)
	if _, err := MISP(strings.NewReader(two), o, nil); !errors.Is(err, ErrPersons) {
		t.Errorf("two persons: %v", err)
	}
}

func TestReducedEventsPass(t *testing.T) {
	o := mispOptions()
	o.Reduce = true
	raw := event(`,"Object":[{"uuid":"` + uuidA + `","name":"geolocation","meta-category":"misc","Attribute":[{"type":"float","object_relation":"latitude","value":"33.31522"},{"type":"text","object_relation":"address","value":"1 Example Street"},{"type":"text","object_relation":"country","value":"Nowhere"}]}],` +
		`"Attribute":[{"uuid":"` + uuidB + `","type":"text","value":"at 33.31522, 44.36612","comment":""}]`)
	r, ds := readMISP(t, raw, o)
	if !r.Original.Dropped || !ds[0].Original.Dropped || len(ds[0].Notes) != 2 || ds[0].Notes[0].Rule != "3" {
		t.Errorf("%+v, %+v", r.Original, ds[0].Notes)
	}
	for _, p := range ds[0].Portions {
		if s := p.Text + string(p.Object.Bytes); strings.Contains(s, "33.315") || strings.Contains(s, "Example Street") {
			t.Errorf("a fine place remains: %s", s)
		}
	}
	if !strings.Contains(ds[0].Portions[2].Text, "Nowhere") {
		t.Errorf("the country went as well: %s", ds[0].Portions[2].Text)
	}
}

func TestLongContentBecomesAFile(t *testing.T) {
	long := strings.Repeat("QUJD", 10_000)
	_, ds := readMISP(t, event(`,"Attribute":[{"uuid":"`+uuidA+`","type":"malware-sample","value":"a/b.exe|8764605c6f388c89096b534d33565802","data":"`+long+`"}]`), mispOptions())
	f := ds[0].Files
	if len(f) != 1 || f[0].Name != "a_b.exe" || f[0].Size != 30_000 || f[0].Portion != 1 || len(ds[0].Notes) != 1 {
		t.Fatalf("%+v, %+v", f, ds[0].Notes)
	}
	build(t, ds[0])
}

func TestLargeEventsMakeSeveralReports(t *testing.T) {
	var as []string
	for i := range 500 {
		as = append(as, fmt.Sprintf(`{"uuid":"%08d-0000-4000-8000-000000000000","type":"domain","value":"d%d.example.com","comment":"%s","distribution":"5"}`, i, i, strings.Repeat("word ", i%50)))
	}
	raw := event(`,"Attribute":[` + strings.Join(as, ",") + `]`)
	r, ds := readMISP(t, raw, mispOptions())
	if len(ds) < 4 || r.End.Count != int64(len(ds)) {
		t.Fatalf("%d drafts, %d entries", len(ds), r.End.Count)
	}
	doc, notes := backToMISP(t, ds, MISPExportOptions{Keep: true})
	same(t, raw, doc)
	if len(notes) > 0 {
		t.Errorf("%v", notes)
	}
}

// same compares the one event of a document with what it was.
func same(t testing.TB, raw string, doc map[string]any) {
	t.Helper()
	var want map[string]any
	if err := json.Unmarshal([]byte(raw), &want); err != nil {
		t.Fatal(err)
	}
	got := doc["response"].([]any)[0]
	if !reflect.DeepEqual(got, any(want)) {
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		t.Errorf("the event came back as\n%.1500s\nand was\n%.1500s", g, w)
	}
}

func TestReportsOfOursInMISP(t *testing.T) {
	d := Draft{Type: act.INTREP, Title: "Flour", Key: "1", Digest: act.Digest{1}, At: Cursor{Count: 1}}
	o := options()
	p := o.portion("Two lorries with flour.", "en")
	p.Label.Caveats = label.Caveats("TLP:AMBER")
	d.Portions = []act.PortionInput{p}
	doc, notes := backToMISP(t, []Draft{d}, MISPExportOptions{Keep: true})
	e := doc["response"].([]any)[0].(map[string]any)["Event"].(map[string]any)
	a := e["Attribute"].([]any)[0].(map[string]any)
	if e["info"] != "Flour" || a["value"] != "Two lorries with flour." || a["comment"] != "Grade B3" || fmt.Sprint(a["Tag"]) != "[map[name:tlp:amber]]" || len(notes) != 1 {
		t.Errorf("%v, %v", e, notes)
	}
	// Nothing goes further than the organisation that takes it in, unless asked.
	_, ds := readMISP(t, attributeOf(`,"distribution":"3"`), mispOptions())
	doc, _ = backToMISP(t, ds, MISPExportOptions{})
	e = doc["response"].([]any)[0].(map[string]any)["Event"].(map[string]any)
	if e["distribution"] != "0" || e["Attribute"].([]any)[0].(map[string]any)["distribution"] != "5" {
		t.Errorf("distribution %v", e)
	}
}

// golden reads a file of pairs of MISP and STIX.
func golden(t testing.TB, name string) map[string]struct {
	MISP json.RawMessage
	STIX json.RawMessage
} {
	t.Helper()
	var out map[string]struct{ MISP, STIX json.RawMessage }
	if err := json.Unmarshal(realData(t, "stix/misp-stix-mapping/"+name), &out); err != nil {
		t.Fatal(err)
	}
	res := make(map[string]struct{ MISP, STIX json.RawMessage }, len(out))
	for k, v := range out {
		res[k] = v
	}
	return res
}

// TestEverythingOfMISPComesBack takes all attributes, objects and galaxies of
// the development data in and gives them back.
func TestEverythingOfMISPComesBack(t *testing.T) {
	for _, c := range []struct{ file, in string }{
		{"misp_attributes_to_stix21.json", "Attribute"}, {"misp_custom_attributes_to_stix21.json", "Attribute"},
		{"misp_objects_to_stix21.json", "Object"}, {"misp_custom_objects_to_stix21.json", "Object"}, {"misp_galaxies_to_stix21.json", "Galaxy"},
	} {
		n, refused := 0, 0
		for name, pair := range golden(t, c.file) {
			list := pair.MISP
			if list[0] != '[' {
				list = json.RawMessage("[" + string(list) + "]")
			}
			raw := event(`,"` + c.in + `":` + string(list))
			n++
			if _, err := MISP(strings.NewReader(raw), mispOptions(), nil); errors.Is(err, ErrFinePlace) {
				refused++
				continue
			}
			_, ds := readMISP(t, raw, mispOptions())
			for _, d := range ds {
				for _, p := range d.Portions {
					if p.Object == nil {
						t.Errorf("%s %s: a portion carries nothing: %s", c.in, name, d.Notes)
					} else if errs := stix.Validate(p.Object.Bytes); len(errs) > 0 {
						t.Errorf("%s %s: %v", c.in, name, errs)
					}
				}
			}
			doc, _ := backToMISP(t, ds, MISPExportOptions{Keep: true})
			same(t, raw, doc)
		}
		t.Logf("%s: %d of %d came back, %d refused by rule 3", c.in, n-refused, n, refused)
		if refused > 5 {
			t.Errorf("%s: too many refused", c.in)
		}
	}
	for _, name := range []string{"test_events_collection_1.json", "test_attributes_collection_1.json", "test_objects_collection_1.json"} {
		_, ds := readMISP(t, string(realData(t, "stix/misp-stix-mapping/"+name)), mispOptions())
		if len(ds) == 0 {
			t.Errorf("%s: nothing in it", name)
		}
		for _, d := range ds {
			for _, p := range d.Portions {
				if _, err := act.NewPortion(p); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

func FuzzMISP(f *testing.F) {
	f.Add(attributeOf(`,"distribution":"3","Tag":[{"name":"tlp:red"}]`))
	f.Add(event(`,"Galaxy":[{"name":"g","GalaxyCluster":[{"type":"threat-actor","value":"v","meta":{"synonyms":["s"]}}]}]`))
	f.Add(`{"response":[{"Object":{"uuid":"` + uuidA + `","name":"file","Attribute":[{"type":"md5","value":"x"}]}}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		o := mispOptions()
		o.Reduce = len(raw)%2 == 0
		_, err := MISP(strings.NewReader(raw), o, func(d Draft) error {
			for _, p := range d.Portions {
				if !o.Origin.Label.Rel.Includes(p.Label.Rel) {
					t.Fatalf("wider than the officer's label: %s", p.Label.Rel)
				}
				if _, err := act.NewPortion(p); err != nil {
					t.Fatalf("%v: %q", err, p.Text)
				}
				if p.Object != nil && !stix.Valid(stix.Validate(p.Object.Bytes)) {
					t.Fatalf("carries what is no STIX: %s", p.Object.Bytes)
				}
			}
			return nil
		})
		if err != nil && !isRefusal(err) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
	})
}
