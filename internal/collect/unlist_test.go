package collect

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/act"
)

func invented(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteInventedList(&b, n, 1); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readList(t testing.TB, raw []byte, o Options) (List, []Entry) {
	t.Helper()
	var es []Entry
	l, err := UNList(bytes.NewReader(raw), o, func(e Entry) error {
		es = append(es, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, es
}

// TestRealList takes in the list of 27 February 2026: every entry makes an act
// that readers accept, and what a designation does not hold is not in it.
func TestRealList(t *testing.T) {
	raw := realData(t, "names/UN_consolidated.xml")
	l, es := readList(t, raw, Options{Name: "consolidated.xml"})
	if l.Persons != 730 || l.Entities != 273 || len(es) != 1003 || l.End.Count != 1003 {
		t.Fatalf("%d persons, %d entities, %d entries", l.Persons, l.Entities, len(es))
	}
	if l.Original.Size != int64(len(raw)) || !l.Original.Dropped || l.Generated.Format(time.DateOnly) != "2026-02-27" {
		t.Errorf("original %+v of %s", l.Original, l.Generated)
	}
	type document struct {
		Number string `xml:"NUMBER"`
	}
	var list struct {
		Entries []struct {
			Reference string     `xml:"REFERENCE_NUMBER"`
			Documents []document `xml:"INDIVIDUAL_DOCUMENT"`
			Streets   []string   `xml:"INDIVIDUAL_ADDRESS>STREET"`
			Streets2  []string   `xml:"ENTITY_ADDRESS>STREET"`
			Births    []string   `xml:"INDIVIDUAL_DATE_OF_BIRTH>DATE"`
		} `xml:"INDIVIDUALS>INDIVIDUAL"`
	}
	if err := xml.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	fine := map[string][]string{}
	for _, e := range list.Entries {
		out := append(append(e.Streets, e.Streets2...), e.Births...)
		for _, d := range e.Documents {
			out = append(out, d.Number)
		}
		fine[e.Reference] = slices.DeleteFunc(out, func(s string) bool { return len(strings.TrimSpace(s)) < 6 })
	}
	size, most, remarks, quoted := 0, 0, 0, 0
	for _, e := range es {
		a := build(t, e.Draft(options()))
		size, most = size+len(a.Raw), max(most, len(a.Raw))
		for _, s := range fine[e.Designation.Reference] {
			if strings.Contains(string(a.Raw), strings.TrimSpace(s)) {
				t.Errorf("%s: %q is in the act", e.Designation.Reference, s)
			}
		}
		for _, w := range []string{"assport", "other’s name", "other's name", " tribe", "http", "@", "mail"} {
			if strings.Contains(e.Designation.Basis, w) {
				t.Errorf("%s: the basis holds %q: %s", e.Designation.Reference, w, e.Designation.Basis)
			}
		}
		remarks += e.LeftOut.Remarks
		if e.Quoted {
			quoted++
		}
	}
	t.Logf("acts of %d bytes on average, %d at most; %d sentences left out; %d grounds quoted", size/len(es), most, remarks, quoted)
}

// TestTwiceAddsNothing: the same list again changes nothing; the next edition
// adds, updates and ends; an older one is refused.
func TestTwiceAddsNothing(t *testing.T) {
	first, es := readList(t, invented(t, 200), Options{})
	again, _ := readList(t, invented(t, 200), Options{})
	held := Held{Generated: first.Generated, Digests: first.Digests}
	c, err := Diff(held, again)
	if err != nil || !c.IsEmpty() || c.Unchanged != 200 {
		t.Fatalf("the same list again: %+v %v", c, err)
	}
	if again.Batch != first.Batch || again.End != first.End || again.Original.Digest != first.Original.Digest {
		t.Error("the same list has another digest")
	}
	if first.Batch != act.BatchDigest(digestsOf(es)) {
		t.Error("the batch is not that of the entries")
	}

	var b bytes.Buffer
	if err := WriteInventedUpdate(&b, 200, 1, 3, 5, 7); err != nil {
		t.Fatal(err)
	}
	next, _ := readList(t, b.Bytes(), Options{})
	c, err = Diff(held, next)
	if err != nil || len(c.Ended) != 3 || len(c.Updated) != 5 || len(c.Added) != 7 || c.Unchanged != 192 {
		t.Fatalf("the next edition: %d ended, %d updated, %d added, %d unchanged, %v", len(c.Ended), len(c.Updated), len(c.Added), c.Unchanged, err)
	}
	for _, ref := range append(slices.Clone(c.Added), c.Updated...) {
		if !c.Takes(ref) {
			t.Errorf("%s is not taken", ref)
		}
	}
	if c.Takes(c.Ended[0]) {
		t.Error("an ended entry is taken")
	}
	if _, err := Diff(Held{Generated: next.Generated, Digests: next.Digests}, first); !errors.Is(err, ErrOlder) {
		t.Errorf("an older list: %v", err)
	}
	i := slices.IndexFunc(es, func(e Entry) bool { return e.Designation.Reference == c.Ended[0] })
	ended := EndedEntry(es[i].Designation, next.Generated)
	if d := ended.Designation; d.Status != act.Ended || d.UpdatedOn != next.Generated.Format(time.DateOnly) || ended.Digest == es[i].Digest {
		t.Errorf("ended: %+v", d)
	}
	if err := ended.Designation.Validate(); err != nil {
		t.Error(err)
	}
}

func digestsOf(es []Entry) (out []act.Digest) {
	for _, e := range es {
		out = append(out, e.Digest)
	}
	return out
}

// TestEntryIsReduced looks at one entry with everything in it that a
// designation does not hold.
func TestEntryIsReduced(t *testing.T) {
	const raw = `<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2016-01-04T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
	<FIRST_NAME>ZORVAK</FIRST_NAME><SECOND_NAME> TELMUN </SECOND_NAME><UN_LIST_TYPE>Invented</UN_LIST_TYPE><REFERENCE_NUMBER>ZAAi.001</REFERENCE_NUMBER>
	<LISTED_ON>2015-04-07-04:00</LISTED_ON><GENDER>Male</GENDER><NAME_ORIGINAL_SCRIPT>زورفاك تلمون</NAME_ORIGINAL_SCRIPT>
	<COMMENTS1>Gave money to the invented group (ZAAe.002). Father's name is Dr. Opt Telmun. Sentenced in
	  Feb. 2012 (inmate number 11685-509). Belongs to the Example tribe. Phone: +999 2 381 4468. Review was concluded on 4 Dec. 2015. Notice web link:https://notices.example/x</COMMENTS1>
	<TITLE><VALUE>Mullah</VALUE></TITLE><DESIGNATION><VALUE>Treasurer</VALUE><VALUE>Treasurer</VALUE><VALUE>Holder of account 123456</VALUE></DESIGNATION>
	<NATIONALITY><VALUE>Northmark</VALUE></NATIONALITY><LAST_DAY_UPDATED><VALUE>2015-06-01</VALUE><VALUE>2015-12-04</VALUE></LAST_DAY_UPDATED>
	<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>a) Zorvaq Telmun; “Abu Opt”</ALIAS_NAME><NOTE>original script: Зорвак</NOTE></INDIVIDUAL_ALIAS>
	<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Gish Ner, born 1 Jan. 1953 (Northmark passport no.03825239)</ALIAS_NAME></INDIVIDUAL_ALIAS>
	<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
	<INDIVIDUAL_ADDRESS><STREET>Long Road 12</STREET><CITY>Exampletown</CITY><STATE_PROVINCE>Exampletown, Coastal Province</STATE_PROVINCE><COUNTRY>Vandia</COUNTRY></INDIVIDUAL_ADDRESS>
	<INDIVIDUAL_ADDRESS><STATE_PROVINCE>#12 Long Road</STATE_PROVINCE><COUNTRY>Vandia</COUNTRY></INDIVIDUAL_ADDRESS>
	<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1953-01-01</DATE></INDIVIDUAL_DATE_OF_BIRTH>
	<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1950</FROM_YEAR><TO_YEAR>1955</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
	<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>24/06/1402 (Hijri)</NOTE></INDIVIDUAL_DATE_OF_BIRTH>
	<INDIVIDUAL_PLACE_OF_BIRTH><CITY>Exampletown</CITY><COUNTRY>Vandia</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
	<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X9912345</NUMBER></INDIVIDUAL_DOCUMENT><INDIVIDUAL_DOCUMENT/>
	</INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>`
	l, es := readList(t, []byte(raw), Options{})
	d := es[0].Designation
	want := act.Designation{
		Authority: "UN", List: "Invented", Reference: "ZAAi.001", Kind: act.KindPerson,
		Names: []act.Name{
			{Name: "ZORVAK TELMUN", Quality: act.NamePrimary}, {Name: "زورفاك تلمون", Quality: act.NameOriginal, Script: "Arab"},
			{Name: "Zorvaq Telmun", Quality: act.NameGood}, {Name: "Abu Opt", Quality: act.NameGood}, {Name: "Зорвак", Quality: act.NameGood, Script: "Cyrl"},
			{Name: "Gish Ner", Quality: act.NameLow},
		},
		ListedOn: "2015-04-07", UpdatedOn: "2015-12-04", Status: act.InForce,
		Basis:         "Gave money to the invented group (ZAAe.002). […] Review was concluded on 4 Dec. 2015.",
		Nationalities: []string{"Northmark"}, BirthYears: []act.BirthYear{{From: 1953, To: 1953, Quality: act.YearExact}, {From: 1950, To: 1955, Quality: act.YearBetween}},
		BirthPlaces: []act.Place{{Country: "Vandia"}}, Places: []act.Place{{Country: "Vandia", Province: "Coastal Province"}, {Country: "Vandia"}},
		Roles: []string{"Treasurer"},
	}
	if act.DesignationDigest(&d) != act.DesignationDigest(&want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	if got := es[0].LeftOut; got != (LeftOut{Documents: 3, Addresses: 1, Births: 2, Remarks: 4}) {
		t.Errorf("left out %+v", got)
	}
	if l.Persons != 1 || l.Entities != 0 || l.Result.Persons != 0 {
		t.Error("a public designation counts as a record of a person (rule 2)")
	}
	dr := es[0].Draft(options())
	if len(dr.Notes) != 4 || !dr.Original.Dropped {
		t.Errorf("notes %+v", dr.Notes)
	}
	build(t, dr)
}

func TestListRefusals(t *testing.T) {
	good := string(invented(t, 8))
	entry := good[strings.Index(good, "    <INDIVIDUAL>"):]
	entry = entry[:strings.Index(entry, "</INDIVIDUAL>")+len("</INDIVIDUAL>")]
	reference := entry[strings.Index(entry, "<REFERENCE_NUMBER>"):strings.Index(entry, "</REFERENCE_NUMBER>")]
	for name, c := range map[string]struct {
		raw  string
		want *act.Refusal
	}{
		"nothing":                {"", ErrXML},
		"not XML":                {"hello", ErrXML},
		"another root":           {"<LIST/>", ErrXML},
		"breaks off":             {good[:len(good)/2], ErrXML},
		"breaks off at the end":  {good[:len(good)-10], ErrXML},
		"empty":                  {`<CONSOLIDATED_LIST dateGenerated="2016-01-04T00:00:09Z"><INDIVIDUALS/></CONSOLIDATED_LIST>`, ErrXML},
		"no date":                {strings.Replace(good, "dateGenerated", "other", 1), ErrXML},
		"document type":          {strings.Replace(good, "<CONSOLIDATED_LIST", `<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST`, 1), ErrXML},
		"entity":                 {strings.Replace(good, "Invented-", "&a;", 1), ErrXML},
		"external entity":        {strings.Replace(good, "<CONSOLIDATED_LIST", `<!DOCTYPE x SYSTEM "file:///etc/hostname"><CONSOLIDATED_LIST`, 1), ErrXML},
		"processing instruction": {strings.Replace(good, "<CONSOLIDATED_LIST", `<?php x?><CONSOLIDATED_LIST`, 1), ErrXML},
		"another encoding":       {strings.Replace(good, "UTF-8", "windows-1256", 1), ErrXML},
		"twice":                  {strings.Replace(good, entry, entry+entry, 1), ErrRepeated},
		"no reference":           {strings.Replace(good, reference, "<REFERENCE_NUMBER>", 1), act.ErrValue},
		"unknown group":          {strings.Replace(good, "INDIVIDUALS>", "VESSELS>", 2), ErrXML},
		"data after it":          {good + "<x/>", ErrXML},
		"too large":              {good + strings.Repeat(" ", maxListBytes), ErrTooLarge},
		"deep":                   {strings.Replace(good, "<DATAID>", strings.Repeat("<x>", 20000)+"<DATAID>", 1), ErrXML},
		"no name":                {strings.NewReplacer("<FIRST_NAME>", "<X>", "</FIRST_NAME>", "</X>", "<SECOND_NAME>", "<X>", "</SECOND_NAME>", "</X>").Replace(good), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := UNList(strings.NewReader(c.raw), Options{}, nil)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || act.Code(err) == "act_error" {
				t.Errorf("refused by %v", err)
			}
		})
	}
}

// TestListResumes: an import that broke off continues behind its cursor and
// comes to the same end; behind another file's cursor it does not.
func TestListResumes(t *testing.T) {
	raw := invented(t, 60)
	whole, es := readList(t, raw, Options{})
	full := errors.New("disk full")
	var cursor Cursor
	n := 0
	_, err := UNList(bytes.NewReader(raw), Options{}, func(e Entry) error {
		if n++; n == 25 {
			return full
		}
		cursor = e.At
		return nil
	})
	if !errors.Is(err, full) || cursor.Count != 24 {
		t.Fatalf("%v after %s", err, cursor)
	}
	parsed, err := ParseCursor(cursor.String())
	if err != nil || parsed != cursor {
		t.Fatalf("cursor %s reads as %s: %v", cursor, parsed, err)
	}
	rest, tail := readList(t, raw, Options{Resume: parsed})
	if len(tail) != 36 || tail[0].Designation.Reference != es[24].Designation.Reference || rest.End != whole.End || rest.Batch != whole.Batch {
		t.Errorf("%d entries, end %s", len(tail), rest.End)
	}
	for name, c := range map[string]Cursor{
		"of another file": {Count: 24, Hash: act.Digest{1}}, "behind the end": {Count: 61, Hash: act.Digest{1}},
	} {
		if _, err := UNList(bytes.NewReader(raw), Options{Resume: c}, nil); !errors.Is(err, ErrCursor) {
			t.Errorf("a cursor %s: %v", name, err)
		}
	}
	for _, s := range []string{"x", "-1:", "1:00", "1"} {
		if _, err := ParseCursor(s); !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", s, err)
		}
	}
}

func TestProgress(t *testing.T) {
	raw := invented(t, 600)
	var seen []Progress
	readList(t, raw, Options{Progress: func(p Progress) { seen = append(seen, p) }})
	if len(seen) != 3 || seen[2].Bytes != int64(len(raw)) || seen[2].Items != 600 || seen[0].Items != 256 {
		t.Errorf("progress %+v", seen)
	}
}

// TestInventedList: equal arguments give equal bytes, and every entry makes an
// act.
func TestInventedList(t *testing.T) {
	if !bytes.Equal(invented(t, 50), invented(t, 50)) {
		t.Error("the same list has other bytes")
	}
	l, es := readList(t, invented(t, 1200), Options{})
	if l.Persons != 900 || l.Entities != 300 {
		t.Errorf("%d persons, %d entities", l.Persons, l.Entities)
	}
	for _, e := range es {
		a := build(t, e.Draft(options()))
		for _, w := range []string{"Long Road", "Exampletown", "X99", "Mother", "+999", "eye colour", "tribe"} {
			if bytes.Contains(a.Raw, []byte(w)) {
				t.Fatalf("%s holds %q", e.Designation.Reference, w)
			}
		}
	}
	if err := WriteInventedList(io.Discard, 0, 1); err == nil {
		t.Error("a list of no entries")
	}
	if err := WriteInventedList(failing{}, 1000, 1); err == nil {
		t.Error("an error of the writer is lost")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// FuzzUNList: whatever the bytes, the reader ends, refuses with a code, and
// what it accepts makes acts.
func FuzzUNList(f *testing.F) {
	f.Add(invented(f, 4))
	f.Add([]byte(`<CONSOLIDATED_LIST dateGenerated="2016-01-04T00:00:09Z"><ENTITIES><ENTITY><FIRST_NAME>A</FIRST_NAME><UN_LIST_TYPE>B</UN_LIST_TYPE><REFERENCE_NUMBER>C</REFERENCE_NUMBER><LISTED_ON>2015-01-01</LISTED_ON></ENTITY></ENTITIES></CONSOLIDATED_LIST>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := UNList(bytes.NewReader(raw), Options{}, func(e Entry) error {
			build(t, e.Draft(options()))
			return nil
		})
		if err != nil && act.Code(err) == "act_error" {
			t.Fatalf("a refusal without a code: %v", err)
		}
	})
}
