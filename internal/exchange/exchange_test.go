package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"entente/act"
	"entente/label"
	"entente/stix"
)

// The invented material of the tests.

var drawMembers = []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}

func drawSet(t *rapid.T, least int, name string) label.MemberSet {
	return label.Members(rapid.SliceOfNDistinct(rapid.SampledFrom(drawMembers), least, 4, rapid.ID[label.MemberID]).Draw(t, name)...)
}

func drawLabel(t *rapid.T) label.Label {
	l := label.Label{Policy: "CENTRE", Class: rapid.SampledFrom([]label.Class{"RESTRICTED", "SECRET"}).Draw(t, "class"),
		Originators: drawSet(t, 1, "originators"), Rel: drawSet(t, 0, "rel")}
	l.Rel = l.Rel.Union(l.Originators)
	if rapid.Bool().Draw(t, "caveated") {
		l.Caveats = label.Caveats(rapid.SampledFrom([]string{"TLP:CLEAR", "TLP:AMBER+STRICT", "TLP:RED", "PAP:AMBER", "named officers only", "a <b> & \"c\" محدود"}).Draw(t, "caveat"))
	}
	if rapid.IntRange(0, 3).Draw(t, "orcon") == 0 {
		l.ConsentNeeded = drawSet(t, 1, "consent")
	}
	if rapid.IntRange(0, 3).Draw(t, "outside") == 0 {
		l.External = label.Externals(label.External{ID: "X-1", Holder: l.Originators.Slice()[0]})
	}
	if rapid.IntRange(0, 3).Draw(t, "personal") == 0 {
		l.Personal, l.ReviewBy = true, label.At(2016, 3, 1, 0, 0)
		l.Originators = label.Members(l.Originators.Slice()[0]) // a record of a person goes to one other (rule 19)
		l.Rel = l.Originators.With(rapid.SampledFrom(drawMembers).Draw(t, "second"))
	}
	return l
}

var drawText = rapid.StringMatching(`[a-zA-Zа-яء-ي0-9<>&"'\\/ .,\n]{1,80}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s && s != "" })

var drawLine = rapid.StringMatching(`[a-zA-Zа-яء-ي0-9<>&"'\\/.,]{1,20}( [a-z]{1,9}){0,3}`)

const foreign = `{"type":"tool", "spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"n %d"}`

func drawPortion(t *rapid.T, typ act.ReportType) act.Portion {
	in := act.PortionInput{Label: drawLabel(t), Grade: act.Grade{Reliability: "B", Credibility: rapid.SampledFrom([]act.Credibility{"2", "3", "6"}).Draw(t, "credibility")},
		Lang: rapid.SampledFrom([]string{"en", "ckb", "und", "ar"}).Draw(t, "lang"), Text: drawText.Draw(t, "text")}
	by := in.Label.Originators.Slice()[0]
	if rapid.Bool().Draw(t, "sourced") {
		in.Sources = []act.Source{{Descriptor: drawLine.Draw(t, "descriptor"), Kind: rapid.SampledFrom(act.SourceKinds()).Draw(t, "kind"), Originator: string(by), Party: "A party"}}
		if in.Sources[0].Kind == act.KindDetained {
			in.Sources[0].Acquisition = &act.Acquisition{Statement: act.AcquisitionLawful, Basis: "Heard in the presence of counsel."}
		}
	} else {
		in.Cites = []act.Cite{{Portion: act.NewID(), Digest: act.PortionDigest([]byte("x")), Originator: by}}
	}
	if in.Label.Personal && typ != act.DESIGNATION {
		in.PersonData = &act.PersonData{Categories: []act.Category{act.CategorySuspect, act.CategoryMinor}, Purpose: "An invented case.", LegalBasis: "Invented law.",
			Ground: "An invented act.", Consent: "The guardian.", Renewed: &act.Renewal{Since: "2014-09-30", Reason: "The trial is not over."}}
	}
	if typ == act.DESIGNATION {
		in.Designation = &act.Designation{Authority: "UN", List: "Invented list", Reference: "ZZi.001", Kind: rapid.SampledFrom([]act.DesignationKind{act.KindPerson, act.KindEntity}).Draw(t, "listed"),
			Names:    []act.Name{{Name: "Example Invented", Quality: act.NamePrimary}, {Name: "شخص مخترع", Quality: act.NameOriginal, Script: "Arab"}},
			ListedOn: "2015-09-27", Status: act.InForce, Basis: "Listed for invented acts.",
			Places: []act.Place{{Country: "Nowhere"}}}
		if in.Designation.Kind == act.KindPerson {
			in.Designation.BirthYears = []act.BirthYear{{From: 1970, To: 1973, Quality: act.YearBetween}}
			in.Designation.Roles = []string{"Head of an invented office"}
		}
	}
	switch rapid.IntRange(0, 5).Draw(t, "object") {
	case 0:
		in.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: fmt.Appendf(nil, foreign, rapid.IntRange(0, 2).Draw(t, "n"))}
	case 1:
		in.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: []byte(" not an object ")}
	case 2: // an object that would stand in the place of one of ours
		raw, _ := json.Marshal(member(by))
		in.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: bytes.Replace(raw, []byte("Member"), []byte("Ruler"), 1)}
	}
	if rapid.IntRange(0, 3).Draw(t, "attached") == 0 {
		in.Attachments = []act.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Size: 10, SealedSize: 65552, Digest: act.PortionDigest([]byte("s")), Key: bytes.Repeat([]byte{7}, 32), PlainDigest: act.PortionDigest([]byte("p"))}}
	}
	p, err := act.NewPortion(in)
	if err != nil {
		t.Fatalf("the generator drew a bad portion: %v", err)
	}
	if rapid.IntRange(0, 4).Draw(t, "another") == 0 { // as another implementation may write it
		if p, err = act.ParsePortion(bytes.Replace(p.Raw, []byte(`,"lang":`), []byte(`, "lang" : `), 1)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func drawReport(t *rapid.T) act.Act {
	v := act.View{Type: rapid.SampledFrom(act.ReportTypes()).Draw(t, "type"), Title: drawLine.Draw(t, "title"), Written: time.Date(2015, 9, 30, 6, rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, time.UTC), Label: drawLabel(t)}
	v.To = label.Members(rapid.SampledFrom(v.Label.Rel.Slice()).Draw(t, "to"))
	if rapid.Bool().Draw(t, "batch") {
		v.Batch = act.BatchDigest([]act.Digest{act.PortionDigest([]byte("b"))})
	}
	if rapid.Bool().Draw(t, "later") {
		v.Supersedes = act.NewID()
	}
	var ps []act.Portion
	for range rapid.IntRange(1, 4).Draw(t, "portions") {
		ps = append(ps, drawPortion(t, v.Type))
	}
	a, err := act.BuildView(v, ps)
	if err != nil {
		t.Fatalf("the generator drew a bad report: %v", err)
	}
	if rapid.IntRange(0, 4).Draw(t, "foreign hand") == 0 {
		if a, err = act.Parse(append([]byte(" "), a.Raw...)); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// TestNothingIsLost: act to STIX to act is the same act, byte for byte, also
// where the objects are shuffled and written anew in between; and what is
// written is valid STIX whose extensions have the form of their schemas.
func TestNothingIsLost(t *testing.T) {
	schemas := compile(t)
	rapid.Check(t, func(t *rapid.T) {
		var acts []act.Act
		for range rapid.IntRange(1, 3).Draw(t, "reports") {
			acts = append(acts, drawReport(t))
		}
		var b, again bytes.Buffer
		if err := Export(&b, acts...); err != nil {
			t.Fatal(err)
		}
		if err := Export(&again, acts...); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Fatalf("the second export differs: %v", err)
		}
		for _, e := range stix.Validate(b.Bytes()) {
			t.Fatalf("not valid: %v", e)
		}
		checkSchemas(t, schemas, b.Bytes())
		read := func(raw []byte) {
			in, err := Import(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if len(in.Foreign) > 0 {
				t.Fatalf("left over: %s", in.Foreign[0].Raw)
			}
			var got, want []string
			for i := range in.Reports {
				got = append(got, string(in.Reports[i].Raw))
			}
			for i := range acts {
				want = append(want, string(acts[i].Raw))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
		read(b.Bytes())
		objects := split(t, b.Bytes())
		for i, raw := range objects {
			if o, _ := stix.ParseObject(raw); o.Type != "tool" {
				var m map[string]any
				if err := json.Unmarshal(raw, &m); err != nil {
					t.Fatal(err)
				}
				objects[i], _ = json.MarshalIndent(m, "", " ")
			}
		}
		read(join(t, rapid.Permutation(objects).Draw(t, "order")))
	})
}

// split takes a bundle apart, join puts one together.
func split(t interface{ Fatal(...any) }, raw []byte) (objects [][]byte) {
	d := stix.NewDecoder(bytes.NewReader(raw), stix.Limits{})
	for {
		o, err := d.Next()
		if err == io.EOF {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, bytes.Clone(o.Raw))
	}
}

func join(t interface{ Fatal(...any) }, objects [][]byte) []byte {
	var b bytes.Buffer
	w, err := stix.NewBundleWriter(&b, identifier("bundle", "test"))
	for _, o := range objects {
		err = errors.Join(err, w.Add(o))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compile(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	out := map[string]*jsonschema.Schema{}
	for id, raw := range Schemas() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(id, doc); err != nil {
			t.Fatal(err)
		}
		if out[id], err = c.Compile(id); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func checkSchemas(t *rapid.T, schemas map[string]*jsonschema.Schema, bundle []byte) {
	var doc struct {
		Objects []struct {
			ID         string
			Extensions map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(bundle, &doc); err != nil {
		t.Fatal(err)
	}
	for _, o := range doc.Objects {
		for id, raw := range o.Extensions {
			s := schemas[id]
			if s == nil {
				continue
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				t.Fatalf("%s: %v", o.ID, err)
			}
		}
	}
}

func sample(t *testing.T, change ...func(*act.PortionInput)) act.Act {
	t.Helper()
	l := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRN", "IRQ", "RUS"), Originators: label.Members("IRQ"), Caveats: label.Caveats("TLP:AMBER")}
	narrow := l
	narrow.Rel = label.Members("IRQ")
	var ps []act.Portion
	for i, l := range []label.Label{l, narrow} {
		in := act.PortionInput{ID: act.ID(strings.Repeat(string(rune('a'+i)), 32)), Salt: strings.Repeat("0", 32), Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: "Two lorries with flour were let go.",
			Sources: []act.Source{{Descriptor: "A resident", Kind: act.KindHuman, Originator: "IRQ"}}}
		for _, f := range change {
			f(&in)
		}
		p, err := act.NewPortion(in)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	a, err := act.BuildView(act.View{ID: act.ID(strings.Repeat("c", 32)), Type: act.INTREP, Title: "Flour", Written: time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC), To: label.Members("RUS"), Label: l}, ps)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestWhatAReaderOfSTIXSees holds the mapping that spec/stix.md states.
func TestWhatAReaderOfSTIXSees(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	var doc struct{ Objects []map[string]any }
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	by := map[string][]map[string]any{}
	for _, o := range doc.Objects {
		by[o["type"].(string)] = append(by[o["type"].(string)], o)
	}
	report, notes, marks := by["report"][0], by["note"], by["marking-definition"]
	if len(notes) != 2 || len(marks) != 3 || len(by["extension-definition"]) != 3 {
		t.Fatalf("%d notes, %d markings, %d definitions", len(notes), len(marks), len(by["extension-definition"]))
	}
	for _, c := range []struct{ got, want any }{
		{report["name"], "Flour"}, {report["published"], "2015-09-30T06:40:00.000Z"}, {report["report_types"].([]any)[0], "intrep"},
		{report["created_by_ref"], memberRef("IRQ")}, {notes[0]["content"], "Two lorries with flour were let go."}, {notes[0]["confidence"], 70.0},
		{notes[0]["lang"], "en"}, {fmt.Sprint(report["object_refs"]), fmt.Sprint([]any{notes[0]["id"], notes[1]["id"]})},
		{fmt.Sprint(notes[0]["object_marking_refs"]), fmt.Sprint(report["object_marking_refs"])},
		{notes[0]["object_marking_refs"].([]any)[1], "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"},
	} {
		if c.got != c.want {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
	// The second note is marked more narrowly, and so is the reference to it.
	g := report["granular_markings"].([]any)[0].(map[string]any)
	if g["marking_ref"] != notes[1]["object_marking_refs"].([]any)[0] || fmt.Sprint(g["selectors"]) != "[object_refs.[1]]" {
		t.Errorf("granular marking %v", g)
	}
}

// TestAlteredBundlesAreRefused changes one thing at a time.
func TestAlteredBundlesAreRefused(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, sample(t, func(p *act.PortionInput) {
		p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: fmt.Appendf(nil, foreign, 1)}
	})); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"text":        {"were let go", "were held", ErrAltered},
		"title":       {`"name":"Flour"`, `"name":"Bread"`, ErrAltered},
		"time":        {`"published":"2015-09-30T06:40:00.000Z"`, `"published":"2015-09-30T06:41:00.000Z"`, ErrAltered},
		"confidence":  {`"confidence":70`, `"confidence":90`, ErrAltered},
		"grade":       {`"credibility":"2"`, `"credibility":"3"`, ErrAltered},
		"release set": {`"rel":["IRQ"]`, `"rel":["IRN","IRQ"]`, ErrAltered},
		"object":      {`"name":"n 1"`, `"name":"n 2"`, ErrAltered},
		"TLP":         {`"tlp_2_0":"amber"`, `"tlp_2_0":"clear"`, ErrAltered},
		"added":       {`"confidence":70`, `"confidence":70,"abstract":"no"`, ErrAltered},
		"unknown":     {`"salt":`, `"pepper":1,"salt":`, ErrForm},
		"definition":  {`"version":"1.0.0"`, `"version":"1.0.1"`, ErrAltered},
		"not STIX":    {`"published":"2015-09-30T06:40:00.000Z"`, `"published":"2015"`, stix.ErrNotObject},
	} {
		if !strings.Contains(whole, c.old) {
			t.Fatalf("%s: nothing to change", name)
		}
		_, err := Import(strings.NewReader(strings.Replace(whole, c.old, c.new, 1)))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	objects := split(t, b.Bytes())
	for i := range objects {
		o, _ := stix.ParseObject(objects[i])
		if _, err := Import(bytes.NewReader(join(t, slices.Concat(objects[:i], objects[i+1:])))); !errors.Is(err, ErrAltered) {
			t.Errorf("without %s: %v", o.ID, err)
		}
	}
	// A mark taken off.
	var doc map[string]any
	_ = json.Unmarshal(b.Bytes(), &doc)
	for _, o := range doc["objects"].([]any) {
		if m := o.(map[string]any); m["type"] == "note" {
			delete(m, "object_marking_refs")
			break
		}
	}
	raw, _ := json.Marshal(doc)
	if _, err := Import(bytes.NewReader(raw)); !errors.Is(err, ErrAltered) {
		t.Errorf("a mark was taken off: %v", err)
	}
}

func TestForeignObjectsAreHandedOn(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	objects := append(split(t, b.Bytes()), fmt.Appendf(nil, foreign, 5), fmt.Appendf(nil, foreign, 6))
	in, err := Import(bytes.NewReader(join(t, objects)))
	if err != nil || len(in.Reports) != 1 || len(in.Foreign) != 2 || string(in.Foreign[1].Raw) != fmt.Sprintf(foreign, 6) {
		t.Errorf("%d reports, %d others, %v", len(in.Reports), len(in.Foreign), err)
	}
}

func TestOnlyReportsAreExported(t *testing.T) {
	a, err := act.Parse(act.Dummy())
	if err != nil {
		t.Fatal(err)
	}
	if err := Export(io.Discard, a); !errors.Is(err, ErrNotReport) {
		t.Error(err)
	}
}

func FuzzImport(f *testing.F) {
	raw, _ := hex.DecodeString("7b7d")
	f.Add(raw)
	f.Add([]byte(`{"type":"bundle","id":"` + identifier("bundle", "x") + `","objects":[{"type":"report","spec_version":"2.1","id":"` + identifier("report", "x") +
		`","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","published":"2016-04-06T20:03:48.000Z","name":"n","object_refs":["` + identifier("note", "x") +
		`"],"extensions":{"` + ReportExtension + `":{"extension_type":"property-extension","raw":"` + base64.StdEncoding.EncodeToString(act.Dummy()) + `"}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := Import(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if err := Export(io.Discard, in.Reports...); err != nil {
			t.Fatal(err)
		}
	})
}
