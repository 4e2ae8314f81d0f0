package load

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"entente/internal/process/places"
)

// levelName finds the columns of the OCHA common operational data sets in
// their spellings: adm2_name, ADM2_EN, adm2_name1, ADM2_PCODE.
var levelName = regexp.MustCompile(`^adm(?:in)?([0-4])_?(name|en|ar|fa|ku|ru|fr|tr|ref|altname|pcode|ref_n)[0-9]*(?:_?[a-z0-9]*)?$`)

var levelClass = [5]places.Class{places.Country, places.Admin1, places.Admin2, places.Admin3, places.City}

// addFeature takes in a feature of a GeoJSON file or a shapefile: Who's On
// First areas by wof_id, COD areas and points by their P-codes, anything else
// with a name and an identifier.
func (c *collection) addFeature(p map[string]string, loops [][]places.LatLon, point *places.LatLon) (bool, error) {
	var e places.Entry
	switch {
	case p["wof_id"] != "" || p["wof:id"] != "":
		e = wofFeature(p)
		c.source("Who's On First (whosonfirst.org)", "attribution, see whosonfirst.org/docs/licenses")
	default:
		e = codFeature(p)
		c.source("OCHA common operational data sets (data.humdata.org)", "CC-BY-IGO")
	}
	if lat, lon := coordinate(p, "center_lat", "y_coord", "latitude", "lat", "lat_dd"), coordinate(p, "center_lon", "x_coord", "longitude", "lon", "long_dd"); lat != 0 || lon != 0 {
		e.At = places.LatLon{Lat: lat, Lon: lon}
	}
	if point != nil && e.At == (places.LatLon{}) {
		e.At = *point
	}
	var s *shape
	if len(loops) > 0 {
		s = newShape(e.ID, loops)
		if s == nil {
			return false, nil
		}
		n := 0
		for _, l := range loops {
			n += len(l)
		}
		if c.points += n; c.points > maxPoints || len(c.shapes) >= maxAreas {
			return false, fmt.Errorf("%w: more than %d points or %d areas in outlines", ErrTooLarge, maxPoints, maxAreas)
		}
		area, mid := middle(loops)
		if e.At == (places.LatLon{}) {
			e.At = mid
		}
		e.Km = math.Max(1, math.Sqrt(area/math.Pi)*1.2)
	}
	used, err := c.add(e)
	if err != nil || !used {
		return used, err
	}
	if s != nil {
		c.shapes[e.ID] = s
	}
	return true, nil
}

func coordinate(p map[string]string, names ...string) float64 {
	for _, n := range names {
		if v := number(p[n]); v != 0 {
			return v
		}
	}
	return 0
}

// wofFeature reads the properties of a Who's On First area.
func wofFeature(p map[string]string) places.Entry {
	id := p["wof_id"]
	if id == "" {
		id = p["wof:id"]
	}
	get := func(a, b string) string {
		if p[a] != "" {
			return p[a]
		}
		return p[b]
	}
	e := places.Entry{ID: "wof:" + id, Name: get("name", "wof:name"), CountryCode: strings.ToUpper(get("country", "wof:country"))}
	if class, ok := wofClass[get("placetype", "wof:placetype")]; ok {
		e.Class = class
	}
	for _, lang := range []string{"eng", "ara", "fas", "rus", "kur", "ckb"} {
		e.Names = append(e.Names, list(p[lang])...)
	}
	return e
}

// codFeature reads the properties of an area or point of the common
// operational data sets. An area's level is the deepest that has a P-code; a
// point with a name of its own is a settlement unless it is the point of an
// area.
func codFeature(p map[string]string) places.Entry {
	var names [5][]string
	var pcode [5]string
	for k, v := range p {
		m := levelName.FindStringSubmatch(k)
		if m == nil || v == "" {
			continue
		}
		level, _ := strconv.Atoi(m[1])
		if m[2] == "pcode" {
			if len(v) <= 40 {
				pcode[level] = v
			}
		} else {
			names[level] = append(names[level], v)
		}
	}
	level := 0
	for i := range pcode {
		if pcode[i] != "" {
			level = i
		}
	}
	var e places.Entry
	own := p["name"]
	if own == "" {
		own = p["name_en"]
	}
	point := p["loc_pcode"]
	if point == "" {
		point = p["pcode"]
	}
	switch {
	case own != "" && point != "":
		e.ID, e.Class = "pcode:"+point, places.City
	case own != "" && p["adm_p_lvl"] != "":
		// a capital without a code of its own
		e.ID, e.Class = "pcode:capital-"+pcode[level]+"-"+strings.ToLower(own), places.City
	default:
		e.ID, e.Class = "pcode:"+pcode[level], levelClass[level]
		e.Names = append(e.Names, names[level]...)
		for _, prefer := range []string{fmt.Sprintf("adm%d_name", level), fmt.Sprintf("adm%d_en", level)} {
			if p[prefer] != "" {
				e.Name = p[prefer]
			}
		}
		if pcode[level] == "" {
			e.ID = ""
		}
	}
	if own != "" {
		e.Name = own
		for k, v := range p {
			if strings.HasPrefix(k, "name") && !strings.Contains(k, "lng") {
				e.Names = append(e.Names, v)
			}
		}
	}
	if len(pcode[0]) == 2 {
		e.CountryCode = strings.ToUpper(pcode[0])
	} else if len(pcode[0]) == 0 && len(pcode[level]) > 2 {
		e.CountryCode = strings.ToUpper(pcode[level][:2])
	}
	for i, to := range [...]*string{&e.Admin1, &e.Admin2, &e.Admin3} {
		if id := "pcode:" + pcode[i+1]; pcode[i+1] != "" && id != e.ID {
			*to = id
		}
	}
	return e
}
