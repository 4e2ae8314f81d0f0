package collect

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/label"
)

func TestFinerThanADay(t *testing.T) {
	for s, want := range map[string]bool{
		"2016-01-04T00:00:00Z": false, "2016-01-04T00:00:00.000Z": false, "2016-01-04T00:00:00+00:00": false, "2016-01-04": false, "": false, "no time": false,
		"2016-01-04T00:00:01Z": true, "2016-01-04T11:22:33Z": true, "2016-01-04T00:00:00.001Z": true, "2016-01-04 05:00:00": true, "2016-01-04T07:00:00-0500": true,
	} {
		if finerThanDay(s) != want {
			t.Errorf("%q is %v", s, !want)
		}
	}
}

// TestTimesOfPersonsBecomeDays: rule 3 lets in the day on which a person or a
// group was seen, and of a campaign or a file more.
func TestTimesOfPersonsBecomeDays(t *testing.T) {
	const fine = `"first_seen":"2016-01-04T11:22:33.000Z","last_seen":"2016-01-04T12:22:33.000Z"`
	head := func(typ string) string {
		return `{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--` + uuidA + `","created":"2016-01-05T00:00:00.000Z","modified":"2016-01-05T00:00:00.000Z",`
	}
	for _, c := range []struct {
		object string
		fine   bool
	}{
		{head("threat-actor") + `"name":"Group A",` + fine + `}`, true},
		{head("intrusion-set") + `"name":"Group A","first_seen":"2016-01-04T00:00:00.000Z"}`, false},
		{head("campaign") + `"name":"Events A",` + fine + `}`, false},
		{head("sighting") + `"sighting_of_ref":"threat-actor--` + uuidB + `",` + fine + `}`, true},
		{head("sighting") + `"sighting_of_ref":"malware--` + uuidB + `",` + fine + `}`, false},
	} {
		_, err := STIX(strings.NewReader(stixBundle(c.object)), options(), nil)
		if got := errors.Is(err, ErrFineTime); got != c.fine || !c.fine && err != nil {
			t.Errorf("%v: %s", err, c.object)
		}
		if !c.fine {
			continue
		}
		var out bytes.Buffer
		red, err := ReduceSTIX(strings.NewReader(stixBundle(c.object)), &out, options())
		if err != nil || red.Reduced != 1 || strings.Contains(out.String(), "11:22") || !strings.Contains(out.String(), `"first_seen":"2016-01-04T00:00:00Z"`) {
			t.Errorf("%v %+v %s", err, red, out.String())
		}
		if _, err := STIX(&out, options(), nil); err != nil {
			t.Errorf("the reduced form: %v", err)
		}
	}
	// MISP: an attribute of a person, and one of no person.
	person := event(`,"Attribute":[{"uuid":"` + uuidA + `","type":"text","category":"Person","value":"x","first_seen":"2016-01-04T11:22:33+00:00","Sighting":[{"date_sighting":"1451906553"}]}]`)
	if _, err := MISP(strings.NewReader(person), mispOptions(), nil); !errors.Is(err, ErrFineTime) {
		t.Errorf("a person seen to the second: %v", err)
	}
	o := mispOptions()
	o.Reduce = true
	_, ds := readMISP(t, person, o)
	if s := string(ds[0].Portions[1].Object.Bytes); strings.Contains(s, "11:22") || strings.Contains(s, "1451906553") || !strings.Contains(s, "2016-01-04T00:00:00Z") {
		t.Errorf("reduced: %s", s)
	}
	if _, err := MISP(strings.NewReader(strings.Replace(person, `"Person"`, `"Other"`, 1)), mispOptions(), nil); err != nil {
		t.Errorf("no person: %v", err)
	}
}

// TestObjectsThatReferToEachOther: references are not followed, so that a ring
// of them is taken in as it stands.
func TestObjectsThatReferToEachOther(t *testing.T) {
	ring := func(of, to string) string {
		return `{"type":"relationship","spec_version":"2.1","id":"relationship--` + of + `","created":"2016-01-05T00:00:00.000Z","modified":"2016-01-05T00:00:00.000Z","relationship_type":"related-to","source_ref":"relationship--` + of + `","target_ref":"relationship--` + to + `"}`
	}
	mark := `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--` + uuidA + `","created":"2016-01-05T00:00:00.000Z","definition_type":"statement","definition":{"statement":"x"},"object_marking_refs":["marking-definition--` + uuidA + `"]}`
	if _, ds := readBundle(t, stixBundle(ring(uuidA, uuidB)+","+ring(uuidB, uuidA)+","+mark), options()); len(ds) != 3 {
		t.Errorf("%d drafts", len(ds))
	}
	raw := event(`,"Object":[{"uuid":"` + uuidA + `","name":"file","Attribute":[],"ObjectReference":[{"object_uuid":"` + uuidA + `","referenced_uuid":"` + uuidA + `"}]}]`)
	if _, ds := readMISP(t, raw, mispOptions()); len(ds) != 1 {
		t.Errorf("%d drafts", len(ds))
	}
}

// TestEntryDigest: what is drawn anew makes no other entry, and everything that
// is said does, the marking included.
func TestEntryDigest(t *testing.T) {
	p := options()
	a := p.portion("text", "en")
	b := a
	b.ID, b.Salt = act.NewID(), string(act.NewID())
	a.Attachments = []act.Attachment{{Name: "a", Key: []byte("1"), PlainDigest: act.Digest{1}}}
	b.Attachments = []act.Attachment{{Name: "b", Key: []byte("2"), PlainDigest: act.Digest{1}}}
	of := func(ps ...act.PortionInput) act.Digest { return EntryDigest(ps) }
	if of(a) != of(b) {
		t.Error("what is drawn anew makes another entry")
	}
	for name, change := range map[string]func(*act.PortionInput){
		"text": func(p *act.PortionInput) { p.Text = "other" }, "grade": func(p *act.PortionInput) { p.Grade.Credibility = "5" },
		"marking": func(p *act.PortionInput) { p.Label.Rel = label.Members("IRQ") }, "file": func(p *act.PortionInput) { p.Attachments = nil },
		"object": func(p *act.PortionInput) { p.Object = &act.Object{Bytes: []byte("{}")} },
	} {
		c := a
		change(&c)
		if of(c) == of(a) {
			t.Errorf("another %s makes no other entry", name)
		}
		if of(a, c) == of(c, a) {
			t.Errorf("the order of portions does not show")
		}
	}
}

func FuzzEventColumns(f *testing.F) {
	f.Add("from = \"a\"\ntext = \"b\"", "a,b\n2016-01-04,x\n")
	f.Add("from = \"a\"\ntype = \"b\"\ncomma = \";\"\ndays = \"02.01.2006\"\nactors = [\"c\"]", "a;b;c\n04.01.2016;x;y\n")
	f.Fuzz(func(t *testing.T, mapping, raw string) {
		m, err := ParseEventColumns(strings.NewReader(mapping))
		if err != nil {
			if !isRefusal(err) {
				t.Fatalf("an error that is no refusal: %v", err)
			}
			return
		}
		o := eventOptions(EventCSV)
		o.Columns = m
		if _, err := Events(strings.NewReader(raw), o, nil); err != nil && !isRefusal(err) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
	})
}

// FuzzMarkings: markings only ever narrow.
func FuzzMarkings(f *testing.F) {
	f.Add(`"object_marking_refs":["marking-definition--`+uuidA+`"]`, `"definition_type":"tlp","definition":{"tlp":"amber"}`)
	f.Add(`"granular_markings":[{"marking_ref":"marking-definition--`+uuidA+`","selectors":["name"]}]`, `"extensions":{"`+labelExtension+`":{"label":{}}}`)
	f.Fuzz(func(t *testing.T, refs, definition string) {
		raw := stixBundle(`{"type":"marking-definition","id":"marking-definition--` + uuidA + `",` + definition + `},{"type":"tool","id":"tool--` + uuidB + `","name":"x",` + refs + `}`)
		o := options()
		_, err := STIX(strings.NewReader(raw), o, func(d Draft) error {
			l := d.Portions[0].Label
			if !o.Origin.Label.Rel.Includes(l.Rel) || !l.Originators.Includes(o.Origin.Label.Originators) || !l.Caveats.Covers(o.Origin.Label.Caveats) {
				t.Fatalf("wider than the officer's label: %+v", l)
			}
			return nil
		})
		if err != nil && !isRefusal(err) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
	})
}
