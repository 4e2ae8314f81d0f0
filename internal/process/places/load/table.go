package load

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"entente/internal/process/places"
)

// lines reads the lines of a table within the bounds.
type lines struct {
	r    *bufio.Reader
	path string
	n    int
}

// next gives the next line without its end, or io.EOF.
func (l *lines) next() (string, error) {
	var long []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if len(long)+len(part) > maxLine {
			return "", fmt.Errorf("%w: %s: line %d is longer than %d bytes", ErrTooLarge, l.path, l.n+1, maxLine)
		}
		long = append(long, part...)
		switch {
		case err == nil:
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && len(long) > 0:
		case err == io.EOF:
			return "", io.EOF
		default:
			return "", fmt.Errorf("%w: %s: line %d: %w", ErrFormat, l.path, l.n+1, err)
		}
		l.n++
		return strings.TrimRight(string(long), "\r\n"), nil
	}
}

// readTable reads a tab-separated table: one with a header of Who's On First
// columns, one of names by GeoNames id, or a GeoNames dump, which has no
// header and nineteen columns (download.geonames.org/export/dump/readme.txt).
func (c *collection) readTable(r *bufio.Reader, path string) (FileReport, error) {
	l := &lines{r: r, path: path}
	first, err := l.next()
	if err == io.EOF {
		return FileReport{Form: "empty", Note: "the file is empty"}, nil
	}
	if err != nil {
		return FileReport{}, err
	}
	header := strings.Split(strings.TrimPrefix(first, "\ufeff"), "\t")
	if len(header) > maxColumns {
		return FileReport{}, fmt.Errorf("%w: %s has %d columns", ErrTooLarge, path, len(header))
	}
	column := map[string]int{}
	for i, h := range header {
		column[strings.ToLower(strings.TrimSpace(h))] = i
	}
	_, wof := column["wof_id"]
	_, gid := column["geonameid"]
	switch {
	case wof:
		return c.readWOF(l, column)
	case gid:
		return c.readNames(l, header)
	case len(header) >= 15:
		if _, err := strconv.Atoi(header[0]); err == nil {
			return c.readDump(l, first)
		}
	}
	return FileReport{}, fmt.Errorf("%w: %s is neither a Who's On First table (column wof_id), a table of names (column geonameid), a GeoNames dump (nineteen columns), GeoJSON nor a shapefile", ErrFormat, path)
}

// row reads a table's cells by column name.
type row struct {
	cells  []string
	column map[string]int
}

func (r row) get(name string) string {
	if i, ok := r.column[name]; ok && i < len(r.cells) {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

// list splits a cell of several names.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "|")
}

// number reads a finite number, 0 for anything else.
func number(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// wofClass maps the placetypes of Who's On First.
var wofClass = map[string]places.Class{
	"country": places.Country, "dependency": places.Country, "macroregion": places.Region, "region": places.Admin1,
	"macrocounty": places.Admin2, "county": places.Admin2, "localadmin": places.Admin3, "locality": places.City, "borough": places.Section,
	"neighbourhood": places.Section, "macrohood": places.Section, "microhood": places.Section, "campus": places.Spot, "venue": places.Spot,
}

// readWOF reads a table of Who's On First places.
func (c *collection) readWOF(l *lines, column map[string]int) (FileReport, error) {
	f := FileReport{Form: "Who's On First table"}
	c.source("Who's On First (whosonfirst.org)", "attribution, see whosonfirst.org/docs/licenses")
	for {
		line, err := l.next()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return f, err
		}
		r := row{strings.Split(line, "\t"), column}
		class, known := wofClass[r.get("placetype")]
		if !known || r.get("wof_id") == "" {
			f.Skipped++
			continue
		}
		e := places.Entry{
			ID: "wof:" + r.get("wof_id"), Name: r.get("name"), Class: class, CountryCode: strings.ToUpper(r.get("country")),
			At:         places.LatLon{Lat: number(r.get("lat")), Lon: number(r.get("lon"))},
			Population: int(max(0, min(number(r.get("population")), 2e9))),
		}
		for name := range column {
			if strings.HasPrefix(name, "names_") {
				e.Names = append(e.Names, list(r.get(name))...)
			}
		}
		if id := r.get("gn_id"); id != "" {
			e.Same = append(e.Same, "geonames:"+id)
		}
		if id := r.get("parent_region"); id != "" && "wof:"+id != e.ID {
			e.Admin1 = "wof:" + id
		}
		if id := r.get("parent_county"); id != "" && "wof:"+id != e.ID {
			e.Admin2 = "wof:" + id
		}
		used, err := c.add(e)
		if err != nil {
			return f, err
		}
		if !used {
			f.Skipped++
		}
	}
}

// readNames reads a table whose first column is the GeoNames id and whose
// others are names.
func (c *collection) readNames(l *lines, header []string) (FileReport, error) {
	f := FileReport{Form: "names by GeoNames id"}
	c.source("GeoNames (geonames.org)", "CC-BY-4.0")
	for {
		line, err := l.next()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return f, err
		}
		cells := strings.Split(line, "\t")
		if len(c.names) >= places.MaxEntries {
			return f, fmt.Errorf("%w: %s names more than %d places", ErrTooLarge, l.path, places.MaxEntries)
		}
		var names []string
		for _, cell := range cells[1:min(len(cells), len(header))] {
			for _, n := range list(cell) {
				if n = strings.TrimSpace(n); n != "" {
					names = append(names, n)
				}
			}
		}
		if cells[0] == "" || len(names) == 0 {
			f.Skipped++
			continue
		}
		id := "geonames:" + cells[0]
		c.names[id] = append(c.names[id], names...)
	}
}

// dumpClass maps feature classes and codes of GeoNames; false for what is no
// place of a report: roads, wells, fields.
func dumpClass(class, code string) (places.Class, bool) {
	switch class {
	case "P":
		if code == "PPLX" {
			return places.Section, true
		}
		return places.City, true
	case "A":
		switch {
		case strings.HasPrefix(code, "PCL"):
			return places.Country, true
		case code == "ADM1":
			return places.Admin1, true
		case code == "ADM2":
			return places.Admin2, true
		case code == "ADM3", code == "ADM4", code == "ADMD":
			return places.Admin3, true
		}
	case "L":
		switch code {
		case "CONT":
			return places.Continent, true
		case "RGN", "AREA":
			return places.Region, true
		case "MILB", "CMP", "CMPRF":
			return places.Spot, true
		}
	case "T":
		switch code {
		case "MT", "MTS", "ISL", "ISLS", "PEN", "DSRT", "VAL", "PLN":
			return places.Land, true
		}
	case "H":
		switch code {
		case "SEA", "GULF", "LK", "STM", "STRT", "OCN", "BAY", "RSV", "CNL":
			return places.Water, true
		}
	case "S":
		switch code {
		case "AIRP", "AIRB", "AIRF", "DAM", "CMPRF", "BDG", "BDGQ", "PS", "OILR", "HSP":
			return places.Spot, true
		}
	}
	return 0, false
}

// readDump reads a GeoNames dump.
func (c *collection) readDump(l *lines, first string) (FileReport, error) {
	f := FileReport{Form: "GeoNames dump"}
	c.source("GeoNames (geonames.org)", "CC-BY-4.0")
	// Areas come in any order, so what lies in them is joined at the end.
	areas := map[string]string{}
	type member struct {
		entry  int
		codes  [3]string
		levels int
	}
	var members []member
	for line := first; ; {
		cells := strings.Split(line, "\t")
		if class, ok := dumpClass(cell(cells, 6), cell(cells, 7)); ok {
			e := places.Entry{
				ID: "geonames:" + cells[0], Name: cell(cells, 1), Class: class, CountryCode: cell(cells, 8),
				At:         places.LatLon{Lat: number(cell(cells, 4)), Lon: number(cell(cells, 5))},
				Population: int(max(0, min(number(cell(cells, 14)), 2e9))),
			}
			for n := range strings.SplitSeq(cell(cells, 3), ",") {
				if n = strings.TrimSpace(n); n != "" && len(e.Names) < 200 {
					e.Names = append(e.Names, n)
				}
			}
			before := len(c.entries)
			used, err := c.add(e)
			if err != nil {
				return f, err
			}
			if used && len(c.entries) > before {
				m := member{entry: before}
				path := e.CountryCode
				for i := range m.codes {
					code := cell(cells, 10+i)
					if code == "" || code == "00" {
						break
					}
					path += "." + code
					m.codes[i] = path
					m.levels = i + 1
				}
				members = append(members, m)
				if level := map[places.Class]int{places.Admin1: 1, places.Admin2: 2, places.Admin3: 3}[class]; level > 0 && m.levels == level && cell(cells, 7) == fmt.Sprintf("ADM%d", level) {
					areas[path] = e.ID
				}
			}
			if !used {
				f.Skipped++
			}
		} else {
			f.Skipped++
		}
		next, err := l.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return f, err
		}
		line = next
	}
	for _, m := range members {
		e := &c.entries[m.entry]
		for i, to := range [...]*string{&e.Admin1, &e.Admin2, &e.Admin3} {
			if id := areas[m.codes[i]]; m.codes[i] != "" && id != e.ID {
				*to = id
			}
		}
	}
	return f, nil
}

func cell(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}
