package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang/geo/s2"
	"pgregory.net/rapid"

	"entente/act"
	"entente/stix"
)

func eventOptions(f EventFormat) EventOptions {
	o := EventOptions{Options: options(), Format: f, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	o.Name, o.MediaType = "events.csv", "text/csv"
	return o
}

// eventRow is what an object of ours says of a row.
type eventRow struct {
	Row      string   `json:"row"`
	First    string   `json:"first_day"`
	Last     string   `json:"last_day"`
	Type     string   `json:"event_type"`
	Country  string   `json:"country"`
	Province string   `json:"province"`
	District string   `json:"district"`
	Cell     string   `json:"s2_cell"`
	Actors   []string `json:"actors"`
	Deaths   int      `json:"deaths"`
	Low      int      `json:"deaths_low"`
	High     int      `json:"deaths_high"`
}

func readEvents(t testing.TB, raw string, o EventOptions) (EventResult, []eventRow, []Draft) {
	t.Helper()
	var ds []Draft
	var rows []eventRow
	r, err := Events(strings.NewReader(raw), o, func(d Draft) error {
		ds = append(ds, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		build(t, d)
		for _, p := range d.Portions {
			if p.Object == nil {
				t.Errorf("a row carries no object: %s", p.Text)
				continue
			}
			var e eventRow
			if err := json.Unmarshal(p.Object.Bytes, &e); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, e)
		}
	}
	if r.Rows != len(rows) || !r.Original.Dropped {
		t.Errorf("%d rows counted, %d handed out; original %+v", r.Rows, len(rows), r.Original)
	}
	return r, rows, ds
}

// mosul is a made-up place near a town; its cell of about 10 km.
const mosulLat, mosulLon = "36.34512", "43.15789"

func cellAt(lat, lon float64) string {
	return s2.CellIDFromLatLng(s2.LatLngFromDegrees(lat, lon)).Parent(10).ToToken()
}

// The fixtures below are invented; their columns are those of the codebooks.

const ucdpHeader = "id,relid,year,active_year,code_status,type_of_violence,conflict_name,dyad_name,side_a,side_b,number_of_sources,source_article,source_headline,where_prec,where_coordinates,where_description,adm_1,adm_2,latitude,longitude,geom_wkt,country,country_id,region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low\n"

func ucdpRow(id, violence, prec, start, end string) string {
	return id + ",IRQ-0-1,2016,1,Clear," + violence + ",Conflict A,Dyad A,Side One,Side Two,2,\"Agency, 2016-01-05, \"\"Clashes\"\"\",Clashes in the district," + prec + ",Town A,Near Town A,Province A,District A," + mosulLat + "," + mosulLon + ",POINT (" + mosulLon + " " + mosulLat + "),Nowhere,1,Middle East,1,1," + start + "," + end + ",1,2,0,0,3,5,2\n"
}

func TestUCDP(t *testing.T) {
	day := "2016-01-04 00:00:00.000"
	raw := ucdpHeader + ucdpRow("1", "1", "1", day, day) + ucdpRow("2", "2", "4", day, "2016-01-06 00:00:00.000") + ucdpRow("3", "3", "3", day, day) +
		ucdpRow("4", "9", "1", day, day) + ucdpRow("5", "1", "1", "soon", day) + "6,short\n" + ucdpRow("7", "1", "6", day, day)
	r, rows, ds := readEvents(t, raw, eventOptions(UCDP))
	want := []eventRow{
		{"1", "2016-01-04", "2016-01-04", "state-based conflict", "Nowhere", "Province A", "District A", cellAt(36.34512, 43.15789), []string{"Side One", "Side Two"}, 3, 2, 5},
		{"2", "2016-01-04", "2016-01-06", "non-state conflict", "Nowhere", "Province A", "", "", []string{"Side One", "Side Two"}, 3, 2, 5},
		{"3", "2016-01-04", "2016-01-04", "one-sided violence", "Nowhere", "Province A", "District A", "", []string{"Side One", "Side Two"}, 3, 2, 5},
		{"7", "2016-01-04", "2016-01-04", "state-based conflict", "Nowhere", "", "", "", []string{"Side One", "Side Two"}, 3, 2, 5},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("\n got %+v\nwant %+v", rows, want)
	}
	var lines []int
	for _, b := range r.Broken {
		lines = append(lines, b.Line)
	}
	if fmt.Sprint(lines) != "[5 6 7]" || r.NotTaken != 3 {
		t.Errorf("broken: %+v", r.Broken)
	}
	all := fmt.Sprint(ds)
	for _, fine := range []string{mosulLat, mosulLon, "POINT", "Near Town A", "Town A"} {
		if strings.Contains(all, fine) {
			t.Errorf("%q came through", fine)
		}
	}
	if !strings.Contains(ds[0].Portions[0].Text, "Deaths: 3 (2 to 5)") {
		t.Errorf("words: %s", ds[0].Portions[0].Text)
	}
}

func TestACLED(t *testing.T) {
	raw := "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp\n" +
		"NOW1,30 September 2015,2015,1,Political violence,Battles,Armed clash,Group One,,2,Group Two,,3,23,1,Middle East,Nowhere,Province A,District A,Sub A,Town A," + mosulLat + "," + mosulLon + ",1,Paper A; Paper B,National,\"On 30 September, a clash\nover two lines at " + mosulLat + ", " + mosulLon + ".\",4,,1\n" +
		"NOW2,2015-10-01,2015,1,Demonstrations,Protests,Peaceful protest,Protesters,,6,,,0,60,1,Middle East,Nowhere,Province A,District A,,Town A," + mosulLat + "," + mosulLon + ",3,Paper A,National,A protest,0,,1\n" +
		"NOW3,2015-10-01,2015,1,x,Protests,x,x,,6,,,0,60,1,x,x,x,x,,x,91.5,43.1,1,x,x,x,0,,1\n" +
		"NOW4,2015-10-01,2015,1,x,\"never closed,x,x\n" +
		"NOW5,2015-10-02,2015,1,x,Protests,Peaceful protest,Protesters,,6,,,0,60,1,x,Nowhere,P,D,,x,,,1,x,x,fine again,,,1\n"
	r, rows, ds := readEvents(t, raw, eventOptions(ACLED))
	if len(rows) != 3 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].Type != "Battles: Armed clash" || rows[0].Deaths != 4 || rows[1].Cell != "" || rows[1].District != "" || rows[2].Row != "NOW5" {
		t.Errorf("%+v", rows)
	}
	if len(r.Broken) != 2 || r.Broken[0].Line != 5 || r.Broken[1].Line != 6 {
		t.Errorf("broken: %+v", r.Broken)
	}
	if s := ds[0].Portions[0].Text; !strings.Contains(s, "over two lines at [place left out: rule 3]") || !strings.Contains(s, "Source: Paper A; Paper B") {
		t.Errorf("words: %s", s)
	}
}

func TestGTD(t *testing.T) {
	deaths := "nk" + "ill"
	raw := "eventid,iyear,imonth,iday,approxdate,extended,country,country_txt,region,region_txt,provstate,city,latitude,longitude,specificity,vicinity,location,summary,attacktype1_txt,gname,gname2," + deaths + "," + deaths + "us,nwound,scite1\n" +
		"201601040001,2016,1,4,,0,95,Nowhere,10,Middle East,Province A,Town A," + mosulLat + "," + mosulLon + ",1,0,,Summary.,Bombing/Explosion,Group One,Group Two,2,0,5,Paper A\n" +
		"201602000002,2016,2,0,,0,95,Nowhere,10,Middle East,Province A,Town A," + mosulLat + "," + mosulLon + ",4,0,,,Unknown,Unknown,,,,,\n" +
		"201600000003,2016,0,0,,0,95,Nowhere,10,x,x,x,,,5,0,,,Unknown,Unknown,,-99,,,\n" +
		"201602300004,2016,2,30,,0,95,Nowhere,10,x,x,x,,,5,0,,,Unknown,Unknown,,,,,\n"
	r, rows, _ := readEvents(t, raw, eventOptions(GTD))
	if len(rows) != 3 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].Deaths != 2 || fmt.Sprint(rows[0].Actors) != "[Group One Group Two]" ||
		rows[1].First+rows[1].Last != "2016-02-012016-02-29" || rows[1].Cell != "" || rows[2].Last != "2016-12-31" {
		t.Errorf("%+v", rows)
	}
	if len(r.Broken) != 1 || r.Broken[0].Line != 5 {
		t.Errorf("broken: %+v", r.Broken)
	}
}

func gdeltRow(version int, change map[int]string) string {
	width := map[int]int{1: 58, 2: 61}[version]
	f := gdeltForms[width]
	cells := make([]string, width)
	for i, s := range map[int]string{0: "410000001", 1: "20160104", 5: "MIL", 6: "MILITARY", 15: "GOV", 16: "GOVERNMENT", 26: "190", 28: "19",
		f.geo: "4", f.geo + 1: "Town A, Province A, Nowhere", f.geo + 2: "IZ", f.adm1: "IZ15", f.lat: mosulLat, f.lat + 1: mosulLon, f.source: "https://example.com/a"} {
		cells[i] = s
	}
	for i, s := range change {
		cells[i] = s
	}
	return strings.Join(cells, "\t") + "\n"
}

func TestGDELT(t *testing.T) {
	for version := 1; version <= 2; version++ {
		geo := gdeltForms[map[int]int{1: 58, 2: 61}[version]].geo
		raw := gdeltRow(version, nil) + gdeltRow(version, map[int]string{geo: "1", 9: "xxx"}) + gdeltRow(version, map[int]string{28: "99"}) + "a\tb\n" + gdeltRow(version, map[int]string{6: `QUO"TED`})
		r, rows, ds := readEvents(t, raw, eventOptions(GDELT))
		if len(rows) != 3 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].Type != "CAMEO 190: fight" || rows[0].Country != "FIPS IZ" || rows[0].Province != "FIPS IZ15" ||
			rows[1].Cell != "" || fmt.Sprint(rows[1].Actors) != "[GOVERNMENT]" || rows[2].Actors[0] != `QUO"TED` {
			t.Errorf("version %d: %+v", version, rows)
		}
		if len(r.Broken) != 2 || r.Broken[0].Line != 3 || r.Broken[1].Line != 4 {
			t.Errorf("broken: %+v", r.Broken)
		}
		if strings.Contains(fmt.Sprint(ds), "Town A") {
			t.Error("a town came through")
		}
	}
}

func TestMappedCSV(t *testing.T) {
	m, err := ParseEventColumns(strings.NewReader("from = \"Tag\"\ntext = \"Was\"\nlatitude = \"B\"\nlongitude = \"L\"\ndeaths = \"Tote\"\nactors = [\"Wer\"]\ncomma = \";\"\ndays = \"02.01.2006\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	o := eventOptions(EventCSV)
	o.Columns = m
	r, rows, _ := readEvents(t, "Tag;Was;B;L;Tote;Wer\n04.01.2016;Etwas geschah;"+mosulLat+";"+mosulLon+";2;Gruppe\n04.01.2016;x;1;y;;\n2016-01-04;x;;;;\n\n05.01.2016;ohne Ort;;;;\n", o)
	if len(rows) != 2 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].Row != "line 2" || rows[1].Row != "line 6" || len(r.Broken) != 2 || r.Broken[1].Line != 4 {
		t.Errorf("%+v, %+v", rows, r.Broken)
	}
	for _, bad := range []string{"", "from = 5", "from = \"a\"", "from = \"a\"\ntext = \"b\"\nprecise = \"c\"", "from = \"a\"\ntext = \"b\"\ncomma = \"::\"", "["} {
		if _, err := ParseEventColumns(strings.NewReader(bad)); !errors.Is(err, ErrEvents) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestGeoJSON(t *testing.T) {
	feature := func(geometry, props string) string {
		return `{"type":"Feature","id":7,"geometry":` + geometry + `,"properties":{"date":"2016-01-04","event_type":"clash"` + props + `}}`
	}
	raw := `{"type":"FeatureCollection","name":"x","features":[` +
		feature(`{"type":"Point","coordinates":[`+mosulLon+`,`+mosulLat+`]}`, `,"description":"at `+mosulLat+`, `+mosulLon+`","admin1":"Province A","fatalities":3,"actor1":"One"`) + `,` +
		feature(`{"type":"Polygon","coordinates":[[[1,1],[2,2],[1,2],[1,1]]]}`, ``) + `,` + feature(`{"type":"Point","coordinates":[1]}`, ``) + `,5,` +
		strings.Replace(feature(`null`, ``), "2016-01-04", "2016-01-04T23:59:59+03:00", 1) + `,` + strings.Replace(feature(`null`, ``), "2016", "20x6", 1) + `]}`
	r, rows, ds := readEvents(t, raw, eventOptions(GeoJSON))
	if len(rows) != 3 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].Row != "7" || rows[0].Deaths != 3 || rows[1].Cell != "" || rows[2].First != "2016-01-04" {
		t.Errorf("%+v", rows)
	}
	if len(r.Broken) != 3 || r.Broken[0].Line != 3 || r.Broken[1].Line != 4 || r.Broken[2].Line != 6 {
		t.Errorf("broken: %+v", r.Broken)
	}
	if strings.Contains(fmt.Sprint(ds), mosulLat) {
		t.Error("coordinates came through")
	}
}

func TestCursorOnTarget(t *testing.T) {
	event := func(typ, how, start string) string {
		return `<event version="2.0" uid="ANDROID-1" type="` + typ + `" how="` + how + `" time="2016-01-05T00:00:00Z" start="` + start + `" stale="2016-01-06T00:00:00Z"><point lat="` + mosulLat + `" lon="` + mosulLon + `" hae="0" ce="5" le="5"/><detail><contact callsign="Example"/><remarks>A bridge is closed</remarks></detail></event>`
	}
	for _, wrap := range []string{"%s", `<?xml version="1.0"?><events>%s</events>`} {
		raw := fmt.Sprintf(wrap, event("b-m-p-w", "h-e", "2016-01-04T11:22:33.5Z")+event("a-f-G-U-C", "h-e", "2016-01-04T11:22:33Z")+event("t-k-x", "h-e", "2016-01-04T11:22:33Z")+event("b-m-p", "m-g", "2016-01-04T11:22:33Z")+event("b-r-f", "h-e", "2025-12-31T11:22:33Z"))
		r, rows, ds := readEvents(t, raw, eventOptions(CursorOnTarget))
		if len(rows) != 1 || rows[0].Cell != cellAt(36.34512, 43.15789) || rows[0].First != "2016-01-04" {
			t.Errorf("%+v", rows)
		}
		if len(r.Broken) != 4 {
			t.Errorf("broken: %+v", r.Broken)
		}
		for i, rule := range []string{"rule 3", "rule 1", "rule 3", "rule 3"} {
			if !strings.Contains(r.Broken[i].Why, rule) {
				t.Errorf("broken %d: %+v", i, r.Broken[i])
			}
		}
		all := fmt.Sprint(ds) + string(ds[0].Portions[0].Object.Bytes)
		for _, fine := range []string{"ANDROID", "callsign", "Example", "11:22", mosulLat} {
			if strings.Contains(all, fine) {
				t.Errorf("%q came through", fine)
			}
		}
	}
}

func TestEventsRefused(t *testing.T) {
	for _, c := range []struct {
		format EventFormat
		raw    string
	}{
		{"", "x"}, {UCDP, ""}, {UCDP, "a,b\n1,2\n"}, {GTD, "eventid\n"}, {EventCSV, "a\n"}, {GeoJSON, "[]"}, {GeoJSON, "1e999"}, {GeoJSON, "{}"}, {GeoJSON, `{"features":[{`}, {GeoJSON, `{"features":5}`},
		{CursorOnTarget, ""}, {CursorOnTarget, "<html/>"}, {CursorOnTarget, "<event>"},
	} {
		if _, err := Events(strings.NewReader(c.raw), eventOptions(c.format), nil); !errors.Is(err, ErrEvents) {
			t.Errorf("%s %q: %v", c.format, c.raw, err)
		}
	}
	big := `{"features":[{"type":"Feature","properties":{"a":"` + strings.Repeat("x", 2<<20) + `"}}]}`
	if _, err := Events(strings.NewReader(big), eventOptions(GeoJSON), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large feature: %v", err)
	}
	o := eventOptions(UCDP)
	o.Now = time.Time{}
	if _, err := Events(strings.NewReader(ucdpHeader), o, nil); !errors.Is(err, ErrEvents) {
		t.Errorf("without a time: %v", err)
	}
	// Nothing younger than a day.
	o.Now = time.Date(2016, 1, 6, 23, 59, 0, 0, time.UTC)
	raw := ucdpHeader + ucdpRow("1", "1", "1", "2016-01-04", "2016-01-04") + ucdpRow("2", "1", "1", "2016-01-05", "2016-01-05")
	r, rows, _ := readEvents(t, raw, o)
	if len(rows) != 1 || len(r.Broken) != 1 || !strings.Contains(r.Broken[0].Why, "rule 3") {
		t.Errorf("%+v, %+v", rows, r.Broken)
	}
}

// TestManyRowsResume packs many rows into reports and goes on behind one.
func TestManyRowsResume(t *testing.T) {
	var b strings.Builder
	b.WriteString(ucdpHeader)
	for i := range 900 {
		b.WriteString(ucdpRow(fmt.Sprint(i), "1", "1", "2016-01-04", "2016-01-04"))
	}
	_, rows, ds := readEvents(t, b.String(), eventOptions(UCDP))
	if len(rows) != 900 || len(ds) < 5 {
		t.Fatalf("%d rows in %d reports", len(rows), len(ds))
	}
	o := eventOptions(UCDP)
	o.Resume = ds[1].At
	var rest []Draft
	if _, err := Events(strings.NewReader(b.String()), o, func(d Draft) error { rest = append(rest, d); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(rest) != len(ds)-2 || rest[0].Key != ds[2].Key {
		t.Errorf("%d reports behind the second of %d", len(rest), len(ds))
	}
}

// TestOneBrokenRowBreaksNoOther puts bytes into one row of many: the others are
// taken in whatever they are.
func TestOneBrokenRowBreaksNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bad := rapid.StringMatching(`[a-z0-9",;\t ']{0,60}`).Draw(t, "bad")
		two := strings.Replace(ucdpRow("2", "1", "1", "2016-01-04", "2016-01-04"), "Clashes in the district", "\"Clashes\nover two lines\"", 1)
		raw := ucdpHeader + ucdpRow("1", "1", "1", "2016-01-04", "2016-01-04") + bad + "\n" + two
		r, err := Events(strings.NewReader(raw), eventOptions(UCDP), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows != 2 {
			t.Fatalf("%d rows, broken %+v", r.Rows, r.Broken)
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add(0, ucdpHeader+ucdpRow("1", "1", "1", "2016-01-04", "2016-01-04"))
	f.Add(3, gdeltRow(2, nil))
	f.Add(5, `{"features":[{"type":"Feature","id":"1","geometry":{"type":"Point","coordinates":[43.1,36.3]},"properties":{"date":"2016-01-04","type":"x"}}]}`)
	f.Add(6, `<event type="b-r" how="h-e" start="2016-01-04T11:22:33Z"><point lat="36.3" lon="43.1"/></event>`)
	formats := []EventFormat{UCDP, ACLED, GTD, GDELT, EventCSV, GeoJSON, CursorOnTarget}
	f.Fuzz(func(t *testing.T, format int, raw string) {
		o := eventOptions(formats[uint(format)%uint(len(formats))])
		o.Columns = &EventColumns{From: "a", Text: "b", Latitude: "c", Longitude: "d"}
		_, err := Events(strings.NewReader(raw), o, func(d Draft) error {
			for _, p := range d.Portions {
				if _, err := act.NewPortion(p); err != nil {
					t.Fatalf("%v: %q", err, p.Text)
				}
				if p.Object != nil && (!stix.Valid(stix.Validate(p.Object.Bytes)) || bytes.Contains(p.Object.Bytes, []byte("latitude"))) {
					t.Fatalf("%s", p.Object.Bytes)
				}
			}
			return nil
		})
		if err != nil && !isRefusal(err) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
	})
}
