package collect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/golang/geo/s2"

	"entente/act"
	"entente/stix"
)

// EventFormat names a format of event data.
type EventFormat string

// The formats of event data.
const (
	// UCDP is the Georeferenced Event Dataset of the Uppsala Conflict Data
	// Program, CSV by its codebook.
	UCDP EventFormat = "ucdp-ged"
	// ACLED is the export of the Armed Conflict Location and Event Data
	// project, CSV by its codebook.
	ACLED EventFormat = "acled"
	// GTD is the Global Terrorism Database, CSV by its codebook.
	GTD EventFormat = "gtd"
	// GDELT is the event table of GDELT 1.0 or 2.0, tab-separated without a
	// header.
	GDELT EventFormat = "gdelt"
	// EventCSV is CSV with a header and a mapping of its columns.
	EventCSV EventFormat = "csv"
	// GeoJSON is a FeatureCollection (RFC 7946).
	GeoJSON EventFormat = "geojson"
	// CursorOnTarget is XML with one or more events of Cursor on Target 2.0.
	CursorOnTarget EventFormat = "cot"
)

// EventOptions are those of an import of event data.
type EventOptions struct {
	Options
	Format EventFormat
	// Columns says what the columns of [EventCSV] mean.
	Columns *EventColumns
	// Now is when the import takes place: rule 3 lets nothing in that is not as
	// old as Delay.
	Now time.Time
	// CellLevel is the level of the S2 cells that coordinates become, Delay how
	// old an event must be: the charter's numbers, [EventCellLevel] and
	// [EventDelay] where they are 0.
	CellLevel int
	Delay     time.Duration
}

// EventCellLevel is the level of the S2 cells that coordinates become: cells
// of about 10 km (rule 3).
const EventCellLevel = 10

// EventDelay is how old an event must be where the charter sets nothing else
// (rule 3).
const EventDelay = 24 * time.Hour

// ErrEvents refuses a file as a whole.
var ErrEvents = &act.Refusal{Code: "import_events",
	Why: "the file is not event data of the format that was named", Cure: "name its format, or give the mapping of its columns"}

// A BrokenRow is a row that was not taken in, and why.
type BrokenRow struct {
	// Line is the line, from 1, of the row's beginning; of GeoJSON and Cursor on
	// Target the number of the feature or event.
	Line int
	Why  string
}

// An EventResult is what is known of event data when all of it was read.
type EventResult struct {
	Result
	// Rows were taken in; NotTaken were not, of which Broken lists the first
	// [MaxBrokenRows].
	Rows, NotTaken int
	Broken         []BrokenRow
}

// MaxBrokenRows bounds the list of broken rows.
const MaxBrokenRows = 10_000

// Event is one row of event data, as coarse as rule 3 asks for.
type Event struct {
	// ID is the row's own identifier in its data set.
	ID string
	// From and To are days, 2006-01-02.
	From, To string
	// Type is what the data set says it was, Actors who took part.
	Type   string
	Actors []string
	// Country, Province and District are as the data set writes them.
	Country, Province, District string
	// Cell is the token of an S2 cell of [EventCellLevel], empty where the data
	// set knows the place less well than that.
	Cell string
	// Deaths are the data set's own best, lowest and highest numbers, -1 where
	// it has none.
	Deaths, DeathsLow, DeathsHigh int
	// Text is what the data set says in words, Sources whence.
	Text    string
	Sources []string
}

// Events takes event data in: a portion for each row, in words and as an object
// of type x-entente-event, and as many portions in a report as go into one act.
// Coordinates become S2 cells of about 10 km, times become days, names of
// places below the district go; the original is hashed and must not be kept
// (rule 3). Columns on weapons and on religion or ethnicity are not read (rules
// 1 and 18).
//
// Rows that are broken, and rows that a rule does not let in, are listed with
// their line and why; the rest is taken in.
func Events(r io.Reader, o EventOptions, fn func(Draft) error) (EventResult, error) {
	if o.CellLevel == 0 {
		o.CellLevel = EventCellLevel
	}
	if o.Delay == 0 {
		o.Delay = EventDelay
	}
	if o.CellLevel < 0 || o.CellLevel > EventCellLevel || o.Delay < EventDelay {
		return EventResult{}, refuse(ErrEvents, "cells of level %d and a delay of %s are finer than rule 3 allows", o.CellLevel, o.Delay)
	}
	if o.Now.IsZero() {
		return EventResult{}, refuse(ErrEvents, "no time of the import")
	}
	e := &eventIntake{in: &intake{o: &o.Options, src: newSource(r, maxEventBytes)}, o: &o, fn: fn}
	var err error
	switch o.Format {
	case UCDP, ACLED, GTD, GDELT, EventCSV:
		err = e.table()
	case GeoJSON:
		err = e.geoJSON()
	case CursorOnTarget:
		err = e.cursorOnTarget()
	default:
		err = refuse(ErrEvents, "format %.40q", o.Format)
	}
	if err == nil {
		err = e.flush()
	}
	if err != nil {
		return EventResult{}, err
	}
	e.res.Result, err = e.in.result()
	e.res.Original.Dropped = true
	return e.res, err
}

// maxEventBytes bounds event data, which is read as a stream.
const maxEventBytes = 4 << 30

type eventIntake struct {
	in    *intake
	o     *EventOptions
	fn    func(Draft) error
	res   EventResult
	batch []act.PortionInput
	room  int
	lines [2]int    // of the batch: first and last
	days  [2]string // the same
}

// broken lists a row that is not taken in.
func (e *eventIntake) broken(line int, format string, args ...any) {
	e.res.NotTaken++
	if len(e.res.Broken) < MaxBrokenRows {
		e.res.Broken = append(e.res.Broken, BrokenRow{line, cut(oneLine(fmt.Sprintf(format, args...)), 300)})
	}
}

// row takes one event in.
func (e *eventIntake) row(line int, ev *Event) error {
	if why := ev.check(e.o.Now, e.o.Delay); why != "" {
		e.broken(line, "%s", why)
		return nil
	}
	o := &e.o.Options
	p := o.portion(ev.words(), "")
	if raw := ev.object(); raw != nil {
		p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: raw}
	}
	size := o.frame() + written(p.Text) + 200
	if p.Object != nil {
		size += base64.StdEncoding.EncodedLen(len(p.Object.Bytes))
	}
	if len(e.batch) == act.MaxPortions || len(e.batch) > 0 && e.room < size {
		if err := e.flush(); err != nil {
			return err
		}
	}
	if len(e.batch) == 0 {
		e.room = act.MaxAct - o.frame() - viewRoom
		e.lines[0] = line
		e.days = [2]string{ev.From, ev.To}
	}
	e.room -= size
	e.lines[1] = line
	e.days[0], e.days[1] = min(e.days[0], ev.From), max(e.days[1], ev.To) // written so that they sort
	e.batch = append(e.batch, p)
	e.res.Rows++
	return nil
}

// flush hands the rows so far out as one report.
func (e *eventIntake) flush() error {
	if len(e.batch) == 0 {
		return nil
	}
	o := &e.o.Options
	days := e.days[0]
	if e.days[1] != days {
		days += " to " + e.days[1]
	}
	d := Draft{Key: fmt.Sprintf("lines %d-%d", e.lines[0], e.lines[1]), Type: act.INTSUM, Portions: e.batch,
		Title:    cut(fmt.Sprintf("%s: events of %s", e.o.Format, days), 300),
		Original: File{Name: o.Name, MediaType: o.MediaType, Path: o.Path, Dropped: true},
		Notes:    []Note{{Rule: "3", Text: "coordinates became cells of about 10 km, times became days, names of places below the district were left out"}}}
	if o.Type != "" {
		d.Type = o.Type
	}
	d.Digest = d.entryDigest()
	e.batch = nil
	return e.in.entry(d.Digest, func(at Cursor) error {
		d.At = at
		if e.fn == nil {
			return nil
		}
		if err := e.fn(d); err != nil {
			return fmt.Errorf("%w %.120s: %w", errFiling, d.Key, err)
		}
		return nil
	})
}

// check says why an event is not taken in, or "". It cuts what is too long.
func (ev *Event) check(now time.Time, delay time.Duration) string {
	from, err := time.Parse(time.DateOnly, ev.From)
	if err != nil {
		return fmt.Sprintf("day %.40q is no date", ev.From)
	}
	if ev.To == "" {
		ev.To = ev.From
	}
	to, err := time.Parse(time.DateOnly, ev.To)
	if err != nil || to.Before(from) {
		return fmt.Sprintf("last day %.40q is no date, or before the first", ev.To)
	}
	if now.Sub(to.AddDate(0, 0, 1)) < delay {
		return fmt.Sprintf("rule 3: it is not %d hours old", int(delay.Hours()))
	}
	if ev.ID = cut(oneLine(ev.ID), 100); ev.ID == "" {
		return "it has no identifier"
	}
	for _, s := range []*string{&ev.Type, &ev.Country, &ev.Province, &ev.District} {
		*s = cut(oneLine(*s), 200)
	}
	actors := ev.Actors[:0]
	for _, a := range ev.Actors {
		if a = cut(oneLine(a), 200); a != "" && len(actors) < 20 {
			actors = append(actors, a)
		}
	}
	ev.Actors = actors
	text, _ := reducePlaces(strings.TrimSpace(plain(ev.Text)))
	ev.Text = cut(text, 8<<10)
	var sources []string
	for _, s := range ev.Sources {
		if s = cut(oneLine(s), 500); s != "" && len(sources) < 10 {
			sources = append(sources, s)
		}
	}
	ev.Sources = sources
	if ev.Type == "" && ev.Text == "" {
		return "it says neither what happened nor of which type it was"
	}
	return ""
}

// cellOf reduces coordinates to a cell of a level; ok is false for what are none.
func cellOf(lat, lon float64, level int) (token string, ok bool) {
	if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) || lat == 0 && lon == 0 {
		return "", false
	}
	return s2.CellIDFromLatLng(s2.LatLngFromDegrees(lat, lon)).Parent(level).ToToken(), true
}

// words says an event in plain text.
func (ev *Event) words() string {
	var b strings.Builder
	b.WriteString(ev.From)
	if ev.To != ev.From {
		b.WriteString(" to " + ev.To)
	}
	for _, s := range []string{ev.Type, strings.Join(nonEmpty(ev.District, ev.Province, ev.Country), ", ")} {
		if s != "" {
			b.WriteString("; " + s)
		}
	}
	if ev.Cell != "" {
		b.WriteString("; cell " + ev.Cell)
	}
	if len(ev.Actors) > 0 {
		b.WriteString("\nActors: " + strings.Join(ev.Actors, "; "))
	}
	if ev.Deaths >= 0 {
		fmt.Fprintf(&b, "\nDeaths: %d", ev.Deaths)
		if ev.DeathsLow >= 0 && ev.DeathsHigh >= 0 {
			fmt.Fprintf(&b, " (%d to %d)", ev.DeathsLow, ev.DeathsHigh)
		}
	}
	if ev.Text != "" {
		b.WriteString("\n" + ev.Text)
	}
	if len(ev.Sources) > 0 {
		b.WriteString("\nSource: " + strings.Join(ev.Sources, "; "))
	}
	b.WriteString("\nRow " + ev.ID)
	return b.String()
}

func nonEmpty(list ...string) (out []string) {
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// object says an event as an object of ours; nil where its values do not make
// valid STIX.
func (ev *Event) object() []byte {
	at := ev.From + "T00:00:00.000Z"
	o := map[string]any{"type": "x-entente-event", "spec_version": "2.1", "id": "x-entente-event--" + textUUID("event", ev.ID, ev.From, ev.words()),
		"created": at, "modified": at, "row": ev.ID, "first_day": ev.From, "last_day": ev.To}
	for name, s := range map[string]string{"event_type": ev.Type, "country": ev.Country, "province": ev.Province, "district": ev.District, "s2_cell": ev.Cell} {
		if s != "" {
			o[name] = s
		}
	}
	if len(ev.Actors) > 0 {
		o["actors"] = ev.Actors
	}
	for name, n := range map[string]int{"deaths": ev.Deaths, "deaths_low": ev.DeathsLow, "deaths_high": ev.DeathsHigh} {
		if n >= 0 {
			o[name] = n
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(o) != nil {
		return nil
	}
	raw := bytes.TrimSpace(b.Bytes())
	if len(raw) > act.MaxObject || !stix.Valid(stix.Validate(raw)) {
		return nil
	}
	return raw
}
