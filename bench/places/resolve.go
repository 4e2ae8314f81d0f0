package places

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"entente/internal/process/places"
)

// Asked is a query with the point it should lead to.
type Asked struct {
	ID    string
	Query places.Query
	At    places.LatLon
}

// Resolution are the figures of a set of queries.
type Resolution struct {
	Asked, Answered, Right int
	Wrong, Silent          []Resolved
}

// Resolved is a query with the answer it got.
type Resolved struct {
	Asked  Asked
	Answer places.Answer
}

// Coverage is the share of all queries answered within ten kilometres.
func (r Resolution) Coverage() float64 { return float64(r.Right) / float64(max(1, r.Asked)) }

// Precision is the share of the answers within ten kilometres.
func (r Resolution) Precision() float64 { return float64(r.Right) / float64(max(1, r.Answered)) }

// String gives the figures in a line.
func (r Resolution) String() string {
	return fmt.Sprintf("asked %d, right of all %.3f, right of answered %.3f", r.Asked, r.Coverage(), r.Precision())
}

// Resolve measures Resolve on queries.
func Resolve(g *places.Gazetteer, asked []Asked) Resolution {
	var out Resolution
	for _, q := range asked {
		out.Asked++
		a, ok := g.Resolve(q.Query)
		if !ok {
			out.Silent = append(out.Silent, Resolved{q, a})
			continue
		}
		out.Answered++
		if a.Place.At.Km(q.At) <= 10 {
			out.Right++
		} else {
			out.Wrong = append(out.Wrong, Resolved{q, a})
		}
	}
	return out
}

// HalfAsked gives the development or the held-out half of queries.
func HalfAsked(all []Asked, held bool) []Asked {
	var out []Asked
	for _, q := range all {
		if Held(q.ID) == held {
			out = append(out, q)
		}
	}
	return out
}

// wofRow is a row of a Who's On First table.
type wofRow map[string]string

// readWOF reads a Who's On First table.
func readWOF(path string) ([]wofRow, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReaderSize(f, 1<<20)
	var header []string
	var out []wofRow
	for {
		line, err := b.ReadString('\n')
		if line == "" && err == io.EOF {
			return out, nil
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if header == nil {
			header = cells
			continue
		}
		r := wofRow{}
		for i, c := range cells {
			if i < len(header) {
				r[header[i]] = c
			}
		}
		out = append(out, r)
	}
}

func (r wofRow) at() places.LatLon {
	lat, _ := strconv.ParseFloat(r["lat"], 64)
	lon, _ := strconv.ParseFloat(r["lon"], 64)
	return places.LatLon{Lat: lat, Lon: lon}
}

// press are the provinces of Syria as reports write them, by the number that
// Who's On First has for them.
var press = map[string]string{
	"85678345": "Lattakia", "85678349": "Tartous", "85678355": "Raqqa", "85678359": "Aleppo", "85678363": "Hama", "85678367": "Homs",
	"85678373": "Idlib", "85678377": "Al-Hasakah", "85678381": "Deir Ezzor", "85678385": "Sweida", "85678391": "Rural Damascus",
	"85672545": "Quneitra", "85678395": "Quneitra", "85678399": "Daraa", "85678403": "Damascus",
}

// Respelled asks for every settlement of a Who's On First table of Syria under
// a spelling of the press made from its own by rule, with its Arabic name and
// province: it measures how villages that share a name are told apart.
func Respelled(path string) ([]Asked, error) {
	rows, err := readWOF(path)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, r := range rows {
		if r["placetype"] != "locality" || r["names_ara"] == "" || press[r["parent_region"]] == "" {
			continue
		}
		arabic := ""
		for n := range strings.SplitSeq(r["names_ara"], "|") {
			if strings.ContainsAny(n, "اوينلمر") {
				arabic = n
				break
			}
		}
		out = append(out, Asked{
			ID:    r["wof_id"],
			Query: places.Query{Name: respell(r["name"]), Other: arabic, Province: press[r["parent_region"]], Country: "Syria"},
			At:    r.at(),
		})
	}
	return out, nil
}

// respell writes a name of the BGN/PCGN romanisation as the press would.
func respell(n string) string {
	return strings.NewReplacer("Dayr", "Deir", "Tall ", "Tel ", "Kafr ", "Kafr", "`", "", "‘", "'", "ā", "a", "ī", "i", "ū", "u", "ş", "s", "ţ", "t", "ḩ", "h", "ḑ", "d", "z̧", "z",
		"Al ", "al-", "Ar ", "al-", "As ", "al-", "Ash ", "al-", "At ", "al-", "Az ", "al-", "Ad ", "al-", "An ", "al-", " al ", " al-", " ar ", " al-", " as ", " al-", " ash ", " al-",
		"ay", "ei", "iyah", "iyeh", "ah", "a", "aw", "o").Replace(n)
}

// Variants asks a gazetteer for the places that another source has, under that
// source's other names: for each settlement of the countries the first further
// Latin name, its first Arabic name, and the name of its province.
func Variants(from *places.Gazetteer, countries string) []Asked {
	byID := map[string]string{}
	from.Each(func(e places.Entry) bool {
		if e.Class == places.Admin1 {
			byID[e.ID] = e.Name
		}
		return true
	})
	var out []Asked
	from.Each(func(e places.Entry) bool {
		if e.Class != places.City || !strings.Contains(countries, e.CountryCode) || e.CountryCode == "" {
			return true
		}
		q := Asked{ID: e.ID, At: e.At, Query: places.Query{Country: e.CountryCode, Province: byID[e.Admin1]}}
		for i := len(e.Names) - 1; i >= 0; i-- {
			n := e.Names[i]
			switch {
			case n == "":
			case n[0] < 0x80 && n != e.Name && q.Query.Name == "" && len(n) > 2:
				q.Query.Name = n
			case n[0] >= 0xd8 && n[0] <= 0xdb && q.Query.Other == "":
				q.Query.Other = n
			}
		}
		if q.Query.Name != "" {
			out = append(out, q)
		}
		return true
	})
	return out
}

// OtherNames asks for places of a Who's On First table that GeoNames has too,
// under their further English names.
func OtherNames(path string) ([]Asked, error) {
	rows, err := readWOF(path)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, r := range rows {
		if r["placetype"] != "locality" || r["population"] == "" {
			continue
		}
		name := ""
		for n := range strings.SplitSeq(r["names_eng"], "|") {
			if n != r["name"] && n != "" {
				name = n
			}
		}
		arabic, _, _ := strings.Cut(r["names_ara"], "|")
		if name == "" {
			name = respell(r["name"])
		}
		out = append(out, Asked{ID: r["wof_id"], Query: places.Query{Name: name, Other: arabic, Province: press[r["parent_region"]], Country: "Syria"}, At: r.at()})
	}
	return out, nil
}

// ReadTSV reads queries from lines of id, name, other name, province, country,
// latitude and longitude.
func ReadTSV(r io.Reader) ([]Asked, error) {
	c := csv.NewReader(r)
	c.Comma, c.LazyQuotes, c.FieldsPerRecord = '\t', true, 7
	rows, err := c.ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, row := range rows {
		lat, err1 := strconv.ParseFloat(row[5], 64)
		lon, err2 := strconv.ParseFloat(row[6], 64)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%q: no point", row)
		}
		out = append(out, Asked{row[0], places.Query{Name: row[1], Other: row[2], Province: row[3], Country: row[4]}, places.LatLon{Lat: lat, Lon: lon}})
	}
	return out, nil
}

// Points asks for the settlements of a source under its own names and its
// points: what its surveyors measured is independent of other gazetteers.
func Points(from *places.Gazetteer, countries string) []Asked {
	provinces := map[string]string{}
	from.Each(func(e places.Entry) bool {
		if e.Class == places.Admin1 {
			provinces[e.ID] = e.Name
		}
		return true
	})
	var out []Asked
	from.Each(func(e places.Entry) bool {
		if e.Class == places.City && strings.Contains(countries, e.CountryCode) {
			q := places.Query{Name: e.Name, Country: e.CountryCode, Province: provinces[e.Admin1]}
			for _, n := range e.Names {
				if n != "" && n[0] >= 0xd8 && n[0] <= 0xdb {
					q.Other = n
				}
			}
			out = append(out, Asked{e.ID, q, e.At})
		}
		return true
	})
	return out
}
