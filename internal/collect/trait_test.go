package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/act"
)

func TestTraitsByName(t *testing.T) {
	for name, want := range map[string]bool{
		"religion": true, "x_person_religion": true, "Ethnicity": true, "ethnic-origin": true, "political-view": true, "politicalView": true, "x_sect": true,
		"tribal_affiliation": true, "health_status": true, "sexual-orientation": true, "blood-type": true, "HTTPRace": false, "ديانة": true, "national_ethnicity": true,
		"section": false, "sector": false, "sectors": false, "insect": false, "trace": false, "race_condition": false, "health-check": false, "political": false,
		"party": false, "nationality": false, "third_party_view": false, "": false, "grace_days": false, "union": false,
	} {
		if IsTrait(name) != want {
			t.Errorf("IsTrait(%q) is %v", name, !want)
		}
	}
	for tag, want := range map[string]bool{
		`person:religion="x"`: true, "religion:x": true, `x:y="religion"`: false, "religion": false, "Religion in the town": false, "tlp:amber": false, "ethnicity=x": true,
	} {
		if traitTag(tag) != want {
			t.Errorf("traitTag(%q) is %v", tag, !want)
		}
	}
}

const traitText = `He said: \"Their religion and their tribe are no concern of mine.\"`

// personWith is an invented record of a person with more properties.
func personWith(more string) string {
	return `{"type":"identity","spec_version":"2.1","id":"identity--` + uuidA + `","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z",` +
		`"name":"Example Invented Person","identity_class":"individual","description":"` + traitText + `"` + more + `}`
}

// What names a person's religion, people, views or health as a value of its own
// is refused by rule 18, and goes when the file is reduced, which says so; the
// quoted text stays.
func TestTraitsOfSTIXAreRefusedAndReduced(t *testing.T) {
	for _, c := range []struct{ name, more, gone string }{
		{"a property", `,"x_religion":"secret word"`, "secret word"},
		{"deep in an extension", `,"x_profile":{"particulars":[{"ethnicity":"secret word","height_known":false}]}`, "secret word"},
		{"an attribute", `,"x_attributes":[{"object_relation":"political-view","value":"secret word"},{"object_relation":"full-name","value":"kept word"}]`, "secret word"},
		{"a label", `,"labels":["kept","religion:secret-word"]`, "secret-word"},
		{"in another script", `,"x_profile":{"مذهب":"secret word"}`, "secret word"},
	} {
		raw := stixBundle(personWith(c.more))
		if _, err := STIX(strings.NewReader(raw), options(), nil); !errors.Is(err, ErrTrait) || !strings.Contains(err.Error(), "(rule 18)") {
			t.Errorf("%s: not refused: %v", c.name, err)
		}
		out, red := reduced(t, raw)
		if strings.Contains(out, c.gone) || !strings.Contains(out, traitText) {
			t.Errorf("%s: %s", c.name, out)
		}
		if len(red.Notes) != 1 || red.Notes[0].Rule != "18" || !strings.Contains(red.Notes[0].Text, traitMark) || !red.Original.Dropped {
			t.Errorf("%s: the report of what was left out is %+v", c.name, red)
		}
	}
	_, red := reduced(t, stixBundle(place(`,"country":"iq","latitude":33.31522,"longitude":44.36612,"x_tribe":"an invented one"`)))
	if len(red.Notes) != 1 || red.Notes[0].Rule != "3 and 18" {
		t.Errorf("two rules: %+v", red.Notes)
	}
	// A text that speaks of such things, and names that only look like them, stay.
	if _, err := STIX(strings.NewReader(stixBundle(personWith(`,"x_section":"a","x_race_condition":true,"sectors":["healthcare"]`))), options(), nil); err != nil {
		t.Error(err)
	}
}

func TestTraitsOfMISPAreRefusedAndReduced(t *testing.T) {
	const person = `{"uuid":"` + uuidA + `","name":"person","meta-category":"misc","Attribute":[` +
		`{"uuid":"` + uuidB + `","type":"full-name","object_relation":"full-name","value":"Example Invented Person","comment":"` + traitText + `"}%]}`
	for _, c := range []struct{ name, more string }{
		{"an attribute of a person", `,"Object":[` + strings.Replace(person, "%", `,{"uuid":"`+uuidEvent+`","type":"text","object_relation":"religion","value":"secret-word"}`, 1) + `]`},
		{"a tag", `,"Tag":[{"name":"person:ethnicity=\"secret-word\""}],"Object":[` + strings.Replace(person, "%", "", 1) + `]`},
		{"an attribute by itself", `,"Attribute":[{"uuid":"` + uuidB + `","type":"text","object_relation":"health-status","value":"secret-word"}],"Object":[` + strings.Replace(person, "%", "", 1) + `]`},
		{"a property of the whole", `,"x_sect":"secret-word","Object":[` + strings.Replace(person, "%", "", 1) + `]`},
	} {
		raw := event(c.more)
		if _, err := MISP(strings.NewReader(raw), mispOptions(), nil); !errors.Is(err, ErrTrait) || !strings.Contains(err.Error(), "(rule 18)") {
			t.Errorf("%s: not refused: %v", c.name, err)
		}
		o := mispOptions()
		o.Reduce = true
		r, ds := readMISP(t, raw, o)
		whole, err := json.Marshal(ds)
		if err != nil {
			t.Fatal(err)
		}
		var objects []byte
		for _, d := range ds {
			for _, p := range d.Portions {
				if p.Object != nil {
					objects = append(objects, p.Object.Bytes...)
				}
			}
		}
		if bytes.Contains(whole, []byte("secret-word")) || bytes.Contains(objects, []byte("secret-word")) || !bytes.Contains(objects, []byte("are no concern of mine")) {
			t.Errorf("%s: %s %s", c.name, whole, objects)
		}
		if !r.Original.Dropped || !slices.ContainsFunc(ds[0].Notes, func(n Note) bool { return n.Rule == "18" && strings.Contains(n.Text, traitMark) }) {
			t.Errorf("%s: nothing says what was left out: %+v", c.name, ds[0].Notes)
		}
	}
}

// No mapping of ours makes a field of what rule 18 excludes, from any format.
func TestNoMappingNamesATrait(t *testing.T) {
	var names []string
	for object, form := range mispObjects {
		names = append(names, object, form.typ)
		for _, p := range form.props {
			names = append(names, p.rel, p.prop)
		}
		for p := range form.fixed {
			names = append(names, p)
		}
	}
	for _, props := range clusterProps {
		for _, p := range props {
			names = append(names, p.name, p.from)
		}
	}
	for _, c := range mispClusters {
		names = append(names, c.part, c.typ)
	}
	for typ, v := range mispValues {
		names = append(names, typ, v[0], v[1])
	}
	for _, f := range tableForms {
		names = append(names, f.needs...)
	}
	for _, v := range []any{stixObject{}, Event{}, act.Designation{}, act.PersonData{}, act.PortionInput{}} {
		rt := reflect.TypeOf(v)
		for i := range rt.NumField() {
			names = append(names, rt.Field(i).Name, rt.Field(i).Tag.Get("json"))
		}
	}
	if len(names) < 300 {
		t.Fatalf("only %d names", len(names))
	}
	for _, n := range names {
		if IsTrait(n) {
			t.Errorf("a mapping has %q", n)
		}
	}
}

// Whatever is reduced passes, and no value of a trait is left.
func TestReducedTraitsPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"name2", "x_note", "religion", "Ethnic-Origin", "politicalView", "x_health_status", "tribe", "a"}
		var draw func(depth int) any
		draw = func(depth int) any {
			if depth < 4 && rapid.Bool().Draw(t, "deeper") {
				m := map[string]any{}
				for _, n := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID[string]).Draw(t, "names") {
					if IsTrait(n) {
						m[n] = "secret word"
					} else {
						m[n] = []any{draw(depth + 1)}
					}
				}
				return m
			}
			return "a religion"
		}
		m := map[string]any{"type": "x-thing", "id": "x-thing--" + uuidA, "some_thing": draw(0), "description": "a tribe"}
		raw, _ := json.Marshal(m)
		out, _ := reduced(t, stixBundle(string(raw)))
		if strings.Contains(out, "secret word") {
			t.Fatal(out)
		}
	})
}

// Family is no link that is kept: a relationship of it, and a reference of MISP,
// is refused by rule 20, or goes and is named. Other links stay.
func TestLinksOfFamilyAreLeftOut(t *testing.T) {
	link := func(kind string) string {
		return `{"type":"relationship","spec_version":"2.1","id":"relationship--` + uuidB + `","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","relationship_type":"` + kind +
			`","source_ref":"identity--` + uuidA + `","target_ref":"identity--` + uuidB + `"}`
	}
	for _, kind := range []string{"family-of", "is-brother-of", "married_to", "Child-Of"} {
		raw := stixBundle(personWith(""), link(kind))
		if _, err := STIX(strings.NewReader(raw), options(), nil); !errors.Is(err, ErrFamily) || !strings.Contains(err.Error(), "(rule 20)") {
			t.Errorf("%s: not refused: %v", kind, err)
		}
		out, red := reduced(t, raw)
		if strings.Contains(out, "relationship--") || red.Dropped != 1 || len(red.Notes) != 1 || red.Notes[0].Rule != "20" {
			t.Errorf("%s: %+v %s", kind, red, out)
		}
	}
	if _, err := STIX(strings.NewReader(stixBundle(personWith(""), link("related-to"))), options(), nil); err != nil {
		t.Error(err)
	}
	raw := event(`,"Object":[{"uuid":"` + uuidA + `","name":"person","Attribute":[],"ObjectReference":[{"uuid":"` + uuidB + `","relationship_type":"brother-of"},{"uuid":"` + uuidEvent + `","relationship_type":"related-to"}]}]`)
	if _, err := MISP(strings.NewReader(raw), mispOptions(), nil); !errors.Is(err, ErrFamily) {
		t.Errorf("not refused: %v", err)
	}
	o := mispOptions()
	o.Reduce = true
	_, ds := readMISP(t, raw, o)
	var objects []byte
	for _, p := range ds[0].Portions {
		objects = append(objects, p.Object.Bytes...)
	}
	if bytes.Contains(objects, []byte("brother-of")) || !bytes.Contains(objects, []byte("related-to")) || !slices.ContainsFunc(ds[0].Notes, func(n Note) bool { return n.Rule == "20" }) {
		t.Errorf("%s %+v", objects, ds[0].Notes)
	}
}

// A link passes nothing on (rule 20): what is taken in of two persons and of a
// relationship between them has no category, no ground and no mark of personal
// data that the object itself did not bring, and what one object is marked with
// does not go to the one that it is linked with.
func TestALinkPassesNothingOn(t *testing.T) {
	const red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" // TLP:RED of STIX 2.1
	one := personWith(`,"object_marking_refs":["` + red + `"]`)
	other := strings.Replace(personWith(""), "identity--"+uuidA, "identity--"+uuidB, 1)
	link := `{"type":"relationship","spec_version":"2.1","id":"relationship--` + uuidB + `","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","relationship_type":"related-to","source_ref":"identity--` + uuidA + `","target_ref":"identity--` + uuidB + `"}`
	marked := func(objects ...string) map[string]string {
		out := map[string]string{}
		o := options()
		o.MaxPersons = 10
		_, err := STIX(strings.NewReader(stixBundle(objects...)), o, func(d Draft) error {
			p := d.Portions[0]
			if p.PersonData != nil || p.Designation != nil {
				t.Errorf("%s has a status: %+v", d.Key, p.PersonData)
			}
			raw, err := json.Marshal(p.Label)
			out[strings.SplitN(d.Key, "@", 2)[0]] = string(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	linked, alone := marked(one, other, link), marked(other)
	if id := "identity--" + uuidB; linked[id] != alone[id] || linked[id] == "" {
		t.Errorf("by a link the label %s became %s", alone[id], linked[id])
	}
	if id := "identity--" + uuidA; linked[id] == alone["identity--"+uuidB] {
		t.Errorf("the mark of the one is lost: %s", linked[id])
	}
}
