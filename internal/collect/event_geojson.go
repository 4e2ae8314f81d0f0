package collect

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"
)

// feature is a feature of GeoJSON (RFC 7946, 3.2), as far as it is read.
type feature struct {
	Type       string          `json:"type"`
	ID         json.RawMessage `json:"id"`
	Geometry   *geometry       `json:"geometry"`
	Properties fields          `json:"properties"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// names of properties that GeoJSON does not fix, the usual ones first.
var (
	geoID       = []string{"id", "event_id", "uuid"}
	geoFrom     = []string{"date", "day", "event_date", "start", "date_start", "from", "time"}
	geoTo       = []string{"end", "date_end", "to"}
	geoType     = []string{"type", "event_type", "category", "kind"}
	geoText     = []string{"description", "notes", "summary", "title", "name"}
	geoCountry  = []string{"country"}
	geoProvince = []string{"province", "admin1", "governorate"}
	geoDistrict = []string{"district", "admin2"}
	geoActors   = []string{"actor", "actor1", "actor2", "actors"}
	geoSource   = []string{"source", "url"}
	geoDeaths   = []string{"deaths", "fatalities"}
)

func firstText(f fields, names []string) string {
	for _, n := range names {
		if s := f.text(n); s != "" {
			return s
		}
	}
	return ""
}

// geoJSON reads a FeatureCollection feature by feature. What has no point keeps
// no place: the extent of a line or an area says no more than its names do.
func (e *eventIntake) geoJSON() error {
	limit := &meter{r: e.in.src, left: maxEvent}
	dec := json.NewDecoder(limit)
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return geoFault(err, "a FeatureCollection is wanted")
	}
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return geoFault(err, "the collection is cut off")
		}
		if key != "features" {
			var skip json.RawMessage
			if err := dec.Decode(&skip); err != nil {
				return geoFault(err, "the collection is cut off")
			}
			continue
		}
		if tok, err := dec.Token(); err != nil || tok != json.Delim('[') || found {
			return geoFault(err, "one list of features is wanted")
		}
		found = true
		for n := 1; dec.More(); n++ {
			limit.left = maxEvent
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return geoFault(err, "the collection is cut off")
			}
			ev, err := readFeature(raw, e.o.CellLevel)
			if err != nil {
				e.broken(n, "%v", err)
				continue
			}
			if err := e.row(n, &ev); err != nil {
				return err
			}
		}
		if _, err := dec.Token(); err != nil {
			return geoFault(err, "the collection is cut off")
		}
	}
	if !found {
		return refuse(ErrEvents, "it has no features")
	}
	return nil
}

// geoFault tells a fault of the reader from one of the JSON.
func geoFault(err error, what string) error {
	var syntax *json.SyntaxError
	var number *json.UnmarshalTypeError // a number that no double holds
	if err != nil && !errors.As(err, &syntax) && !errors.As(err, &number) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return refuse(ErrEvents, "%s", what)
}

func readFeature(raw json.RawMessage, level int) (ev Event, err error) {
	var f feature
	if json.Unmarshal(raw, &f) != nil || f.Type != "Feature" {
		return ev, errors.New("it is no feature")
	}
	p := f.Properties
	ev = Event{ID: fields{"id": f.ID}.text("id"), Type: firstText(p, geoType), Text: firstText(p, geoText), Country: firstText(p, geoCountry),
		Province: firstText(p, geoProvince), District: firstText(p, geoDistrict), DeathsLow: -1, DeathsHigh: -1}
	if ev.ID == "" {
		ev.ID = firstText(p, geoID)
	}
	forms := []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006/01/02"}
	if ev.From, err = dayIn(firstText(p, geoFrom), forms...); err != nil {
		return ev, err
	}
	if to := firstText(p, geoTo); to != "" {
		if ev.To, err = dayIn(to, forms...); err != nil {
			return ev, err
		}
	}
	for _, n := range geoActors {
		ev.Actors = append(ev.Actors, p.words(n)...)
	}
	for _, n := range geoSource {
		ev.Sources = append(ev.Sources, p.words(n)...)
	}
	ev.Actors = slices.Compact(ev.Actors)
	if ev.Deaths, err = wholeNumber("deaths", firstText(p, geoDeaths)); err != nil {
		return ev, err
	}
	if f.Geometry != nil && f.Geometry.Type == "Point" {
		var at []float64
		if json.Unmarshal(f.Geometry.Coordinates, &at) != nil || len(at) < 2 {
			return ev, errors.New("its point has no coordinates")
		}
		var ok bool
		if ev.Cell, ok = cellOf(at[1], at[0], level); !ok { // RFC 7946 3.1.1: longitude first
			return ev, errors.New("its coordinates are on no map")
		}
	}
	return ev, nil
}
