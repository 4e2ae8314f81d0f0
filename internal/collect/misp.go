package collect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"entente/act"
	"entente/label"
	"entente/stix"
)

// MISPOptions are those of an import of MISP events.
type MISPOptions struct {
	Options
	// Sharing says to which members the distribution levels of MISP ("1" this
	// community, "2" connected communities, "3" all) and its sharing groups (by
	// UUID) release. What is not in it releases to nobody but the originators
	// of the label: the narrowest reading.
	Sharing map[string]label.MemberSet
	// Reduce takes events with places that rule 3 does not let in, without
	// those places; the original is then hashed and must not be kept. Otherwise
	// such events are refused.
	Reduce bool
}

// ErrMISP refuses what is no export of MISP.
var ErrMISP = &act.Refusal{Code: "import_misp",
	Why: "the file is not an export of MISP events in JSON", Cure: "export the events again in MISP's own JSON format"}

// maxMISPBytes bounds an export that is read: it is held in memory.
const maxMISPBytes = 64 << 20

// MISP takes in events as MISP exports them in JSON: one event, a list, a
// response with events, or a response with attributes or objects alone. Each
// event becomes a report, in several parts where it is large: a portion for its
// head, one for each attribute, object and galaxy cluster. A portion says the
// thing in words and carries it as a STIX object whose extension holds MISP's
// own JSON, from which [ExportMISP] makes the event again.
//
// Labels come from distribution, sharing groups and tags, never wider than the
// officer's own. Tags TLP and PAP become foreign marks, the strictest of
// several. The notes of a draft say what could not be carried.
func MISP(r io.Reader, o MISPOptions, fn func(Draft) error) (Result, error) {
	in := &intake{o: &o.Options, src: newSource(r, maxMISPBytes)}
	raw, err := io.ReadAll(in.src)
	if err != nil {
		return Result{}, stixError(err)
	}
	events, err := mispEvents(raw)
	if err != nil {
		return Result{}, err
	}
	m := &mispIntake{in: in, o: &o, fn: fn}
	seen := make(map[string]bool, len(events))
	for i := range events {
		e := &events[i]
		if seen[e.uuid] {
			return Result{}, refuse(ErrRepeated, "event %.60s", e.uuid)
		}
		seen[e.uuid] = true
		if err := m.event(e); err != nil {
			return Result{}, fmt.Errorf("event %.60s: %w", e.uuid, err)
		}
	}
	res, err := in.result()
	res.Original.Dropped = m.reduced
	return res, err
}

// fields is a JSON object whose values are left as they stand.
type fields map[string]json.RawMessage

// text returns a value as MISP means it: strings, numbers and booleans alike.
func (f fields) text(name string) string {
	raw := f[name]
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	if raw[0] == '"' {
		var s string
		_ = json.Unmarshal(raw, &s) // valid JSON, so it is a string
		return s
	}
	if raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	return string(raw)
}

// list returns a list of objects; what is none of these is refused.
func (f fields) list(name string) ([]fields, error) {
	raw, ok := f[name]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	var out []fields
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, refuse(ErrMISP, "%s is no list of objects", name)
	}
	return out, nil
}

// mispEvent is one event, taken apart.
type mispEvent struct {
	uuid                          string
	head                          fields // without the lists
	attributes, objects, galaxies []fields
}

// mispEvents finds the events in an export.
func mispEvents(raw []byte) ([]mispEvent, error) {
	// One reading for all readers: strictly one value under each name.
	if _, err := stix.ParseObject(raw); err != nil && !errors.Is(err, stix.ErrNotObject) {
		if errors.Is(err, stix.ErrTooLarge) {
			return nil, refuse(ErrNested, "%v", err)
		}
		return nil, refuse(ErrMISP, "%v", err)
	}
	var list []fields
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '[' {
		if json.Unmarshal(raw, &list) != nil {
			return nil, refuse(ErrMISP, "a list of events is wanted")
		}
	} else {
		var one fields
		if json.Unmarshal(raw, &one) != nil {
			return nil, refuse(ErrMISP, "an object or a list is wanted")
		}
		if inner, ok := one["response"]; ok {
			return mispEvents(inner)
		}
		list = []fields{one}
	}
	var out []mispEvent
	loose := mispEvent{uuid: "collection"}
	for _, f := range list {
		switch {
		case f["Event"] != nil:
			var e fields
			if json.Unmarshal(f["Event"], &e) != nil || e == nil {
				return nil, refuse(ErrMISP, "Event is no object")
			}
			ev, err := takeApart(e)
			if err != nil {
				return nil, err
			}
			out = append(out, ev)
		case f["Object"] != nil && f["Object"][0] == '{':
			var one fields
			if json.Unmarshal(f["Object"], &one) != nil {
				return nil, refuse(ErrMISP, "Object is no object")
			}
			loose.objects = append(loose.objects, one)
		case f["Attribute"] != nil && f["uuid"] == nil:
			as, err := f.list("Attribute")
			if err != nil {
				return nil, err
			}
			loose.attributes = append(loose.attributes, as...)
		case f["info"] != nil:
			ev, err := takeApart(f)
			if err != nil {
				return nil, err
			}
			out = append(out, ev)
		default:
			return nil, refuse(ErrMISP, "neither Event nor Attribute nor Object")
		}
	}
	if len(loose.attributes)+len(loose.objects) > 0 {
		out = append(out, loose)
	}
	if len(out) == 0 {
		return nil, refuse(ErrMISP, "no event in it")
	}
	return out, nil
}

// takeApart keeps the lists of an event apart from its head, in which an empty
// list says that there was one.
func takeApart(f fields) (e mispEvent, err error) {
	e.head = f
	e.uuid = f.text("uuid")
	if len(e.uuid) != 36 || strings.ContainsFunc(e.uuid, unprinted) {
		return e, refuse(ErrMISP, "uuid %.60q", e.uuid)
	}
	for _, l := range []struct {
		name string
		to   *[]fields
	}{{"Attribute", &e.attributes}, {"Object", &e.objects}, {"Galaxy", &e.galaxies}} {
		if *l.to, err = f.list(l.name); err != nil {
			return e, err
		}
		if _, there := f[l.name]; there {
			f[l.name] = json.RawMessage("[]")
		}
	}
	return e, nil
}

// mispIntake makes drafts of events.
type mispIntake struct {
	in      *intake
	o       *MISPOptions
	fn      func(Draft) error
	reduced bool
}

// piece is a portion in the making.
type piece struct {
	portion act.PortionInput
	files   []File
	size    int
	person  bool
}

func (m *mispIntake) event(e *mispEvent) error {
	w := &mispWriter{m: m, event: e, level: m.levelOf(e.head, nil)}
	if e.head != nil {
		if err := w.headPiece(); err != nil {
			return err
		}
	}
	for i, a := range e.attributes {
		if err := w.attribute(a); err != nil {
			return fmt.Errorf("attribute %d: %w", i+1, err)
		}
	}
	for i, ob := range e.objects {
		if err := w.object(ob); err != nil {
			return fmt.Errorf("object %d: %w", i+1, err)
		}
	}
	for i, g := range e.galaxies {
		if err := w.galaxy(g); err != nil {
			return fmt.Errorf("galaxy %d: %w", i+1, err)
		}
	}
	if w.numbered {
		w.note("9", "numbers and counts of the MISP server are not carried: they would tell how much a reader was not given")
	}
	return w.drafts()
}

// mispWriter collects the pieces of one event.
type mispWriter struct {
	m       *mispIntake
	event   *mispEvent
	level   level
	pieces  []piece
	notes   []Note
	persons int
	// numbered says that numbers of the server were left out.
	numbered bool
}

func (w *mispWriter) note(rule, format string, args ...any) {
	if len(w.notes) < maxNotes {
		w.notes = append(w.notes, Note{Rule: rule, Text: fmt.Sprintf(format, args...)})
	}
}

// finerThanDistrict tells the relations of MISP's attributes that hold a place
// finer than rule 3 lets in.
func finerThanDistrict(rel string) bool {
	switch rel {
	case "address", "street", "street-address", "zipcode", "postal-code", "accuracy-radius", "altitude", "home-address":
		return true
	}
	return slices.Contains(finePlaces, rel)
}

// reducePerson makes days of the times in what is about a person, and leaves
// sightings out, each of which says when to the second.
func reducePerson(v map[string]any, left map[string]bool) {
	reduceTimes(v, left)
	if s, there := v["Sighting"]; there {
		if l, ok := s.([]any); !ok || len(l) > 0 {
			left[sightings] = true
		}
		delete(v, "Sighting")
	}
	list, _ := v["Attribute"].([]any)
	for _, e := range list {
		if a, ok := e.(map[string]any); ok {
			reducePerson(a, left)
		}
	}
}

const sightings = "sightings of a person"

// personTime reports whether what was left out is a time.
func personTime(s string) bool { return s == sightings || strings.HasPrefix(s, "time of day of ") }

// reduce applies rules 3, 18 and 20 to a thing of MISP, which it changes.
func (w *mispWriter) reduce(f fields, what string, person bool) (fields, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, refuse(ErrMISP, "%v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, refuse(ErrMISP, "%v", err)
	}
	left := make(map[string]bool)
	if rel, _ := v["object_relation"].(string); finerThanDistrict(rel) {
		left["attribute "+rel] = true
		v = nil
	} else if IsTrait(rel) {
		left["attribute "+rel+traitMark] = true
		v = nil
	} else {
		if list, ok := v["Attribute"].([]any); ok {
			v["Attribute"] = slices.DeleteFunc(list, func(e any) bool {
				a, _ := e.(map[string]any)
				rel, _ := a["object_relation"].(string)
				if !finerThanDistrict(rel) {
					return false
				}
				left["attribute "+rel] = true
				return true
			})
		}
		reduceValue(v, left)
		if person {
			reducePerson(v, left)
		}
	}
	if len(left) == 0 {
		return f, nil
	}
	names := make([]string, 0, len(left))
	for n := range left {
		names = append(names, n)
	}
	slices.Sort(names)
	if !w.m.o.Reduce {
		r := ErrFinePlace
		switch {
		case ruleOf(names) == "18":
			r = ErrTrait
		case ruleOf(names) == "20":
			r = ErrFamily
		case !slices.ContainsFunc(names, func(s string) bool { return !personTime(s) }):
			r = ErrFineTime
		}
		return nil, refuse(r, "%s of %s", strings.Join(names, ", "), what)
	}
	w.m.reduced = true
	w.note(ruleOf(names), "%s: left out: %s", what, strings.Join(names, ", "))
	if v == nil {
		return nil, nil
	}
	if raw, err = json.Marshal(v); err != nil {
		return nil, err
	}
	out := fields{}
	return out, json.Unmarshal(raw, &out)
}

// add makes a portion of a text and a STIX object.
func (w *mispWriter) add(text string, l level, object map[string]any, verbatim mispBody) {
	o := &w.m.o.Options
	p := o.portion(cut(strings.TrimSpace(plain(text)), 8<<10), "")
	if p.Text == "" {
		p.Text = "(empty)"
	}
	p.Label = w.m.narrow(p.Label, l)
	raw, err := mispObject(object, verbatim)
	switch {
	case err != nil:
		w.note("", "%.80s: not carried as STIX: %v", oneLine(p.Text), err)
	case len(raw) > act.MaxObject:
		w.note("", "%.80s: %d bytes are too many to be carried as an object; only the words are", oneLine(p.Text), len(raw))
	default:
		p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: raw}
	}
	size := o.frame() + written(p.Text) + 400 // notes of labels make it a little larger
	if p.Object != nil {
		size += base64.StdEncoding.EncodedLen(len(p.Object.Bytes))
	}
	w.pieces = append(w.pieces, piece{portion: p, size: size})
}

// drafts hands out the pieces as reports that fit into an act each.
func (w *mispWriter) drafts() error {
	var groups [][]piece
	room := 0
	for _, p := range w.pieces {
		if n := len(groups); n == 0 || len(groups[n-1]) == act.MaxPortions || room < p.size {
			groups = append(groups, nil)
			room = act.MaxAct - w.m.o.frame() - viewRoom
		}
		room -= p.size
		groups[len(groups)-1] = append(groups[len(groups)-1], p)
	}
	name := oneLine(w.event.head.text("info"))
	if name == "" {
		name = w.event.uuid
	}
	for i, g := range groups {
		// The title counts no parts: a reader of some must not learn of others
		// (rule 9). The key is the event's, without its version, so that a later
		// form of the event replaces the one that is here.
		d := Draft{Type: w.m.o.reportType(), Title: cut("MISP: "+name, 300), Original: File{Name: w.m.o.Name, MediaType: w.m.o.MediaType, Path: w.m.o.Path}}
		d.Key = w.event.uuid
		if i > 0 {
			d.Key += fmt.Sprintf("/%d", i+1)
		}
		for k, p := range g {
			d.Portions = append(d.Portions, p.portion)
			if p.person {
				d.Personal = append(d.Personal, k)
			}
			for _, f := range p.files {
				f.Portion = k
				d.Files = append(d.Files, f)
			}
		}
		d.Digest = d.entryDigest()
		d.Original.Dropped = w.m.reduced
		if i == 0 {
			d.Notes, d.Persons = w.notes, w.persons
		}
		err := w.m.in.entry(d.Digest, func(at Cursor) error {
			d.At = at
			if w.m.fn == nil {
				return nil
			}
			if err := w.m.fn(d); err != nil {
				return fmt.Errorf("%w %.120s: %w", errFiling, d.Key, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
