package collect

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/act"
	"entente/stix"
)

// MISPExtension is the extension under which a STIX object carries the MISP
// thing that it was made of.
const MISPExtension = "extension-definition--d7b0c3e2-4e5f-4a81-9c93-a4b5c6d7e807"

// mispBody is that extension. Of the things one is set; Event is the head of
// the event, the others belong to the event EventUUID, a cluster to its galaxy.
// No place in a list is kept: a reader who gets some of them must not see by a
// gap that there are more (rule 9).
type mispBody struct {
	Type      string `json:"extension_type"`
	EventUUID string `json:"event_uuid"`
	Event     fields `json:"event,omitempty"`
	Attribute fields `json:"attribute,omitempty"`
	Object    fields `json:"misp_object,omitempty"`
	Galaxy    fields `json:"galaxy,omitempty"`
	Cluster   fields `json:"cluster,omitempty"`
}

// mispObject writes a STIX object with the thing that it was made of, and
// checks it.
func mispObject(object map[string]any, body mispBody) ([]byte, error) {
	body.Type = "property-extension"
	object["spec_version"] = "2.1"
	object["extensions"] = map[string]any{MISPExtension: body}
	if object["id"] == nil {
		raw, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		if object["id"], err = stix.DeterministicID(raw); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(object); err != nil {
		return nil, err
	}
	raw := bytes.TrimSpace(b.Bytes())
	if errs := stix.Validate(raw); !stix.Valid(errs) {
		return nil, errs[0]
	}
	return raw, nil
}

// domainObject begins a STIX object that has a creation time.
func domainObject(typ, uuid string, f, event fields) map[string]any {
	at := mispTime(f)
	if at.IsZero() {
		at = mispTime(event)
	}
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	stamp := at.UTC().Format("2006-01-02T15:04:05.000Z")
	return map[string]any{"type": typ, "id": typ + "--" + uuid, "created": stamp, "modified": stamp}
}

// mispTime is when a thing was last changed: seconds since 1970.
func mispTime(f fields) time.Time {
	s, err := strconv.ParseInt(f.text("timestamp"), 10, 64)
	if err != nil || s <= 0 || s >= 253402300800 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}

// unmarshalObject reads raw into f if it is an object.
func unmarshalObject(raw json.RawMessage, f *fields) error {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return json.Unmarshal(raw, f)
}

// carried by no import: what MISP makes of other events and of its own server.
var mispUncarried = []string{"RelatedEvent", "RelatedAttribute", "ShadowAttribute", "Feed", "Warnings"}

// mispNumbers are a server's own numbers and counts. They say nothing to another
// server, and by their gaps how much a reader was not given (rule 9).
var mispNumbers = []string{"id", "event_id", "object_id", "attribute_count", "object_count", "org_id", "orgc_id", "sharing_group_id"}

// shed takes out of a thing of MISP what no import carries.
func (w *mispWriter) shed(f fields, what string) {
	for _, name := range mispUncarried {
		if raw, there := f[name]; there {
			if s := string(raw); s != "[]" && s != "null" && s != "{}" {
				w.note("", "%s of %s is not carried", name, what)
			}
			delete(f, name)
		}
	}
	for _, name := range mispNumbers {
		if _, there := f[name]; there {
			w.numbered = true
			delete(f, name)
		}
	}
}

func (w *mispWriter) headPiece() error {
	head, err := w.reduce(w.event.head, "the event", false)
	if err != nil {
		return err
	}
	w.shed(head, "the event")
	lines := []string{head.text("info")}
	for _, l := range []struct{ field, words string }{{"date", "Date"}, {"threat_level_id", "Threat level in MISP (1 high to 4 undefined)"}, {"analysis", "State of the analysis in MISP (0 to 2)"}} {
		if s := head.text(l.field); s != "" {
			lines = append(lines, l.words+": "+s)
		}
	}
	if org := head.nested("Orgc").text("name"); org != "" {
		lines = append(lines, "Created by: "+org)
	}
	lines = append(lines, tagLine(head))
	o := domainObject("x-misp-event", w.event.uuid, head, nil)
	if info := head.text("info"); info != "" {
		o["name"] = info
	}
	w.add(strings.Join(lines, "\n"), w.level, o, mispBody{EventUUID: w.event.uuid, Event: head})
	return nil
}

// tagLine names the tags of a thing, "" for none.
func tagLine(f fields) string {
	tags, _ := f.list("Tag")
	var names []string
	for _, t := range tags {
		if s := oneLine(t.text("name")); s != "" {
			names = append(names, s)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Tags: " + strings.Join(names, ", ")
}

// describe says an attribute in words.
func describe(a fields) string {
	name := a.text("type")
	if rel := a.text("object_relation"); rel != "" && rel != name {
		name = rel + " (" + name + ")"
	}
	lines := []string{name + ": " + a.text("value")}
	if s := a.text("comment"); s != "" {
		lines = append(lines, s)
	}
	for _, l := range []struct{ field, words string }{{"category", "Category"}, {"first_seen", "First seen"}, {"last_seen", "Last seen"}} {
		if s := a.text(l.field); s != "" {
			lines = append(lines, l.words+": "+s)
		}
	}
	if t := tagLine(a); t != "" {
		lines = append(lines, t)
	}
	if seen, _ := a.list("Sighting"); len(seen) > 0 {
		lines = append(lines, fmt.Sprintf("Sightings: %d", len(seen)))
	}
	return strings.Join(lines, "\n")
}

// mostData bounds the content of a file that an attribute carries within it;
// longer content becomes a file of the draft.
const mostData = 16 << 10

// detach takes long content out of an attribute and makes a file of it.
func (w *mispWriter) detach(a fields) (files []File) {
	data := a.text("data")
	if len(data) <= mostData {
		return nil
	}
	delete(a, "data")
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		w.note("", "the content of %.80s is not base64 and is not carried", a.text("value"))
		return nil
	}
	w.note("", "the content of %.80s is carried as a file and does not go back to MISP", a.text("value"))
	name, _, _ := strings.Cut(oneLine(a.text("value")), "|")
	name = strings.Trim(strings.NewReplacer("/", "_", `\`, "_", ":", "_").Replace(name), ". ")
	if name == "" {
		name = "content"
	}
	return []File{{Name: cut(name, 150), MediaType: "application/octet-stream", Bytes: raw, Size: int64(len(raw)), Digest: sha256.Sum256(raw)}}
}

func (w *mispWriter) attribute(a fields) error {
	person := a.text("category") == mispPersonal
	a, err := w.reduce(a, "an attribute of type "+oneLine(a.text("type")), person)
	if a == nil || err != nil {
		return err
	}
	if err := w.countPerson(person); err != nil {
		return err
	}
	level := w.m.levelOf(a, &w.level)
	w.shed(a, "an attribute")
	text := describe(a)
	files := w.detach(a)
	object := mispAttribute(a, w.event.head)
	w.add(text, level, object, mispBody{EventUUID: w.event.uuid, Attribute: a})
	w.last(files, person)
	return nil
}

// personRoom is left in the act for by what right a record of a person stands
// there (act.PersonData), which an officer has still to say.
const personRoom = 4 << 10

// last puts into the piece that was added last its files, and whether it holds a
// record of a person.
func (w *mispWriter) last(files []File, person bool) {
	p := &w.pieces[len(w.pieces)-1]
	if p.files, p.person = files, person; person {
		p.size += personRoom
	}
}

func (w *mispWriter) countPerson(is bool) error {
	if !is {
		return nil
	}
	w.persons++
	return w.m.in.person(1)
}

// Category of MISP's attributes, and objects of it, that hold records of persons.
const mispPersonal = "Person"

var mispPersons = []string{"person", "passport", "visa", "identity-card", "employee", "user-account"}

func (w *mispWriter) object(ob fields) error {
	name, person := ob.text("name"), personObject(ob)
	ob, err := w.reduceObject(ob, "the object "+oneLine(name), person)
	if ob == nil || err != nil {
		return err
	}
	if err := w.countPerson(person); err != nil {
		return err
	}
	level := w.m.levelOf(ob, &w.level)
	w.shed(ob, "an object")
	attributes, err := ob.list("Attribute")
	if err != nil {
		return err
	}
	lines := []string{name + " (" + ob.text("meta-category") + ")", ob.text("comment")}
	var carried []map[string]any
	var files []File
	for _, a := range attributes {
		inner := w.m.levelOf(a, &level)
		level.to, level.marks = level.to.Intersect(inner.to), inner.marks
		w.shed(a, "an attribute")
		lines = append(lines, strings.ReplaceAll(describe(a), "\n", "; "))
		files = append(files, w.detach(a)...)
		c := map[string]any{"type": a.text("type"), "value": a.text("value")}
		if rel := a.text("object_relation"); rel != "" {
			c["object_relation"] = rel
		}
		carried = append(carried, c)
	}
	if raw, err := json.Marshal(attributes); err == nil && ob["Attribute"] != nil {
		ob["Attribute"] = raw
	}
	uuid := ob.text("uuid")
	o := mispStandard(name, ob, attributes, w.event.head)
	if o == nil {
		o = domainObject("x-misp-object", uuid, ob, w.event.head)
		o["x_misp_name"] = name
		if s := ob.text("meta-category"); s != "" {
			o["x_misp_meta_category"] = s
		}
		if len(carried) > 0 {
			o["x_misp_attributes"] = carried
		}
	}
	w.add(strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n"), level, o, mispBody{EventUUID: w.event.uuid, Object: ob})
	w.last(files, person)
	return nil
}

// personObject reports whether an object holds a record of a person: by its name,
// or by what it is made of.
func personObject(ob fields) bool {
	attributes, _ := ob.list("Attribute") // a broken list is refused where it is read
	return slices.Contains(mispPersons, ob.text("name")) || slices.ContainsFunc(attributes, func(a fields) bool { return a.text("category") == mispPersonal })
}

// reduceObject applies rule 3 to an object; what holds a place in the relation
// of its attributes loses these.
func (w *mispWriter) reduceObject(ob fields, what string, person bool) (fields, error) {
	if len(ob.text("uuid")) != 36 {
		return nil, refuse(ErrMISP, "uuid %.60q of %s", ob.text("uuid"), what)
	}
	return w.reduce(ob, what, person)
}

// mispMade tells whether a portion was taken in from MISP, and what it was.
func mispMade(p *act.Portion) (b mispBody, ok bool) {
	if p.Object == nil || !bytes.Contains(p.Object.Bytes, []byte(MISPExtension)) {
		return b, false
	}
	var o struct {
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	if json.Unmarshal(p.Object.Bytes, &o) != nil || o.Extensions[MISPExtension] == nil {
		return b, false
	}
	return b, json.Unmarshal(o.Extensions[MISPExtension], &b) == nil && len(b.EventUUID) <= 60
}
