package load

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/process/places"
)

const wofTable = "wof_id\tplacetype\tcountry\tname\tlat\tlon\tpopulation\tgn_id\tparent_region\tparent_county\tis_current\tnames_eng\tnames_ara\n" +
	"11\tregion\tSY\tTestland\t35\t37\t\t\t\t\t1\tTestland Governorate\tأرض الاختبار\n" +
	"12\tlocality\tSY\tTall Imtihan\t35.10\t37.10\t900\t777\t11\t\t1\tTell Imtehan\tتل امتحان\n" +
	"13\tlocality\tSY\t\t35.2\t37.2\t\t\t11\t\t1\t\t\n" +
	"14\tplanet\tSY\tNowhere\t35.2\t37.2\t\t\t\t\t1\t\t\n" +
	"15\tlocality\tSY\tOffglobe\t135.2\t37.2\t\t\t\t\t1\t\t\n"

const namesTable = "geonameid\tar\tfa\tru\n777\tإمتحان\tامتحان\tИмтихан\n"

const dump = "900\tDumpville\tDumpville\tDampvil,دمبفيل\t35.30\t37.30\tP\tPPL\tSY\t\t77\t01\t\t\t1234\t\t300\tAsia/Damascus\t2020-01-01\n" +
	"901\tDump Governorate\tDump Governorate\t\t35.3\t37.3\tA\tADM1\tSY\t\t77\t\t\t\t0\t\t\t\t\n" +
	"902\tDump Well\tDump Well\t\t35.3\t37.3\tH\tWLL\tSY\t\t77\t\t\t\t0\t\t\t\t\n"

const geo = `{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"wof_id":11,"placetype":"region","country":"SY","name":"Testland","ara":"أرض الاختبار"},
  "geometry":{"type":"Polygon","coordinates":[[[36.5,34.5],[37.5,34.5],[37.5,35.5],[36.5,35.5],[36.5,34.5]]]}},
 {"type":"Feature","properties":{"ADM2_EN":"Testdistrict","ADM2_AR":"منطقة","ADM2_PCODE":"SY9901","ADM1_PCODE":"SY99","ADM0_PCODE":"SY"},
  "geometry":{"type":"MultiPolygon","coordinates":[[[[37.0,35.0],[37.2,35.0],[37.2,35.2],[37.0,35.2],[37.0,35.0]]]]}}]}`

// file writes a file for a test.
func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shapefile makes a .shp of one square and the .dbf of its properties.
func shapefile(properties [][2]string) (shp, dbf []byte) {
	ring := [][2]float64{{37, 35}, {37, 35.2}, {37.2, 35.2}, {37.2, 35}, {37, 35}}
	var body []byte
	f := func(v float64) { body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v)) }
	body = binary.LittleEndian.AppendUint32(body, 5)
	for _, v := range []float64{37, 35, 37.2, 35.2} {
		f(v)
	}
	body = binary.LittleEndian.AppendUint32(body, 1)
	body = binary.LittleEndian.AppendUint32(body, uint32(len(ring)))
	body = binary.LittleEndian.AppendUint32(body, 0)
	for _, p := range ring {
		f(p[0])
		f(p[1])
	}
	shp = make([]byte, 100)
	binary.BigEndian.PutUint32(shp, 9994)
	binary.LittleEndian.PutUint32(shp[28:], 1000)
	shp = binary.BigEndian.AppendUint32(shp, 1)
	shp = binary.BigEndian.AppendUint32(shp, uint32(len(body)/2))
	shp = append(shp, body...)

	dbf = make([]byte, 32)
	dbf[0] = 3
	binary.LittleEndian.PutUint32(dbf[4:], 1)
	row := []byte{' '}
	for _, p := range properties {
		field := make([]byte, 32)
		copy(field, p[0])
		field[11], field[16] = 'C', 60
		dbf = append(dbf, field...)
		cell := bytes.Repeat([]byte{' '}, 60)
		copy(cell, p[1])
		row = append(row, cell...)
	}
	dbf = append(dbf, 0x0d)
	binary.LittleEndian.PutUint16(dbf[8:], uint16(len(dbf)))
	binary.LittleEndian.PutUint16(dbf[10:], uint16(len(row)))
	return shp, append(append(dbf, row...), 0x1a)
}

var codProperties = [][2]string{{"adm3_name", "Subtest"}, {"adm3_name1", "ناحية"}, {"adm3_pcode", "SY990101"}, {"adm2_pcode", "SY9901"}, {"adm1_pcode", "SY99"}, {"adm0_pcode", "SY"}}

// TestBuild reads every form, joins them, and resolves by what each brought.
func TestBuild(t *testing.T) {
	shp, dbf := shapefile(codProperties)
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, data := range map[string][]byte{"x/syr_admin3.SHP": shp, "x/syr_admin3.dbf": dbf, "x/readme.txt": []byte("hello")} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	report, err := Build(dir, []string{
		file(t, "wof.tsv.gz", gzipped(t, []byte(wofTable))), file(t, "names.tsv", []byte(namesTable)), file(t, "SY.txt", []byte(dump)),
		file(t, "areas.geojson", []byte(geo)), file(t, "cod.zip", archive.Bytes()),
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Places != 6 || report.Areas != 3 || report.Files[0].Skipped != 3 || report.Files[2].Skipped != 1 {
		t.Errorf("report %+v", report)
	}
	g, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why string
		q   places.Query
		id  string
	}{
		{"its own name", places.Query{Name: "Tall Imtihan", Country: "SY"}, "wof:12"},
		{"a name from the table of names", places.Query{Name: "Имтихан", Country: "SY"}, "wof:12"},
		{"by sound, in an area known by its outline", places.Query{Name: "Tal Imtehaan", Province: "Testland", Country: "Syria"}, "wof:12"},
		{"a place of the dump in Arabic", places.Query{Other: "دمبفيل", Country: "SY"}, "geonames:900"},
		{"a district of the GeoJSON", places.Query{Name: "Testdistrict", Country: "SY"}, "pcode:SY9901"},
		{"a sub-district of the archive", places.Query{Name: "Subtest", Country: "SY"}, "pcode:SY990101"},
	} {
		if a, ok := g.Resolve(c.q); !ok || a.Place.ID != c.id {
			t.Errorf("%s: %+v is %q, %v, want %q (others %v)", c.why, c.q, a.Place.ID, ok, c.id, a.Others)
		}
	}
	if e, ok := g.District(places.LatLon{Lat: 35.1, Lon: 37.1}); !ok || e.ID != "pcode:SY990101" || e.Admin2 != "pcode:SY9901" {
		t.Errorf("the point lies in %+v, %v", e, ok)
	}
	var town places.Entry
	g.Each(func(e places.Entry) bool {
		if e.ID == "wof:12" {
			town = e
		}
		return true
	})
	if town.Admin1 != "wof:11" || town.Admin2 != "pcode:SY9901" || town.Admin3 != "pcode:SY990101" {
		t.Errorf("the town lies in %+v", town)
	}
}

// TestBuildReplaces: building again replaces the index; a failed build leaves
// the old one.
func TestBuildReplaces(t *testing.T) {
	dir := t.TempDir()
	good := file(t, "a.tsv", []byte(wofTable))
	if _, err := Build(dir, []string{good}); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(dir, []string{good, file(t, "bad.tsv", []byte("what is this\n"))}); !errors.Is(err, ErrFormat) {
		t.Fatalf("a foreign file gives %v", err)
	}
	if _, err := Open(dir); err != nil {
		t.Fatalf("the old index is gone: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left over: %v, %v", left, err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, places.ErrFile) {
		t.Errorf("an empty directory gives %v", err)
	}
}

// TestRefusals: damaged and oversized files are refused by name, and said why.
func TestRefusals(t *testing.T) {
	shp, dbf := shapefile(codProperties)
	manyParts := bytes.Clone(shp)
	binary.LittleEndian.PutUint32(manyParts[108+36:], 1<<30)
	manyPoints := bytes.Clone(shp)
	binary.LittleEndian.PutUint32(manyPoints[108+40:], 1<<31-1)
	longRecord := bytes.Clone(shp)
	binary.BigEndian.PutUint32(longRecord[104:], 1<<31-1)
	wideTable := bytes.Clone(dbf)
	wideTable[32+16] = 255
	for why, c := range map[string]struct{ shp, dbf []byte }{
		"more parts than bytes":  {manyParts, dbf},
		"more points than bytes": {manyPoints, dbf},
		"record over the end":    {longRecord, dbf},
		"no shapefile":           {[]byte("hello"), dbf},
		"columns over the row":   {shp, wideTable},
		"table cut short":        {shp, dbf[:20]},
	} {
		c2 := &collection{index: map[string]int{}, shapes: map[string]*shape{}, names: map[string][]string{}}
		if _, err := c2.addShapefile(c.shp, c.dbf, "x.shp"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "x.shp") {
			t.Errorf("%s: %v", why, err)
		}
	}
	for why, data := range map[string][]byte{
		"JSON cut short":      []byte(`{"features":[{"geometry":`),
		"JSON of great depth": []byte(`{"features":[` + strings.Repeat(`{"geometry":`, 20000)),
		"gzip cut short":      gzipped(t, []byte(wofTable))[:20],
		"a table of words":    []byte("one\ttwo\nthree\tfour\n"),
		"a long line":         append([]byte("wof_id\tname\n"), bytes.Repeat([]byte("x"), maxLine+10)...),
		"a bad zip":           []byte("PK\x03\x04nothing"),
	} {
		name := "x.tsv"
		if strings.HasPrefix(why, "a bad zip") {
			name = "x.zip"
		}
		if _, err := Build(t.TempDir(), []string{file(t, name, data)}); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestLimit: a stream that inflates without end is refused at the bound, not
// read to its end.
func TestLimit(t *testing.T) {
	l := &limit{r: endless{}, left: 1000, path: "bomb.gz"}
	n, err := io.Copy(io.Discard, l)
	if n != 1000 || !errors.Is(err, ErrTooLarge) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestThin: a simplified outline holds the points that are clearly inside and
// none that are clearly outside.
func TestThin(t *testing.T) {
	var loop []places.LatLon
	for i := range 2000 {
		a := float64(i) / 2000 * 2 * math.Pi
		r := 0.5 + 0.0005*math.Sin(40*a)
		loop = append(loop, places.LatLon{Lat: 35 + r*math.Sin(a), Lon: 37 + r*math.Cos(a)})
	}
	s := simplify(places.Shape{ID: "x", Loops: [][]places.LatLon{loop}})
	if n := len(s.Loops[0]); n > 300 || n < 10 {
		t.Errorf("%d points are left of 2000", n)
	}
	for i := range 100 {
		a := float64(i)
		in := places.LatLon{Lat: 35 + 0.49*math.Sin(a), Lon: 37 + 0.49*math.Cos(a)}
		out := places.LatLon{Lat: 35 + 0.51*math.Sin(a), Lon: 37 + 0.51*math.Cos(a)}
		if !places.Holds(s.Loops, in) || places.Holds(s.Loops, out) {
			t.Fatalf("at %v the outline has moved", a)
		}
	}
}

func fuzzed(read func(c *collection) error) {
	c := &collection{index: map[string]int{}, shapes: map[string]*shape{}, names: map[string][]string{}}
	if read(c) != nil {
		return
	}
	c.place()
	var shapes []places.Shape
	for _, s := range c.shapes {
		shapes = append(shapes, simplify(s.Shape))
	}
	if err := places.Write(io.Discard, c.entries, shapes, c.sources); err != nil {
		panic(err)
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{wofTable, namesTable, dump, geo, "[{\"name\":\"A\",\"lat\":\"1\",\"lng\":\"2\",\"country\":\"SY\"}]", ""} {
		f.Add([]byte(s))
	}
	f.Add(gzipped(f, []byte(wofTable)))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		fuzzed(func(c *collection) error { _, err := c.readStream(bytes.NewReader(data), "fuzz"); return err })
	})
}

func FuzzShapefile(f *testing.F) {
	shp, dbf := shapefile(codProperties)
	f.Add(shp, dbf)
	f.Fuzz(func(_ *testing.T, shp, dbf []byte) {
		if len(shp)+len(dbf) > 1<<16 {
			return
		}
		fuzzed(func(c *collection) error { _, err := c.addShapefile(shp, dbf, "fuzz"); return err })
	})
}

func FuzzZip(f *testing.F) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("a.geojson")
	if err != nil {
		f.Fatal(err)
	}
	if _, err := w.Write([]byte(geo)); err != nil {
		f.Fatal(err)
	}
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(archive.Bytes())
	f.Fuzz(func(_ *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		fuzzed(func(c *collection) error {
			_, err := c.readZip(bytes.NewReader(data), int64(len(data)), "fuzz")
			return err
		})
	})
}

// A village that is called after a man is none where a man of that name is
// spoken of.
func TestNamesOfPersonsInAnIndex(t *testing.T) {
	dir := t.TempDir()
	table := wofTable + "16\tlocality\tSY\tMuhammad Ali Hasan\t35.2\t37.2\t900\t\t11\t\t1\t\tمحمد علي حسن\n"
	if _, err := Build(dir, []string{file(t, "wof.tsv", []byte(table))}); err != nil {
		t.Fatal(err)
	}
	g, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"قال محمد علي حسن إنه بخير": 0, "وصلوا إلى قرية محمد علي حسن": 1} {
		if found := g.Find(text); len(found) != want {
			t.Errorf("%q: %v", text, found)
		}
	}
}
