package taxii

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"
)

// ErrMedallion: a file is no data file of medallion's memory backend.
var ErrMedallion = errors.New("taxii: no data file of medallion")

// MedallionFile is the data file of the memory backend of OASIS's medallion
// server: an object whose member "/discovery" is the discovery resource and
// whose other members are API roots with their information, status and
// collections, each collection with its objects and manifest.
type MedallionFile struct {
	Discovery *Discovery
	Roots     []MedallionRoot
	// Findings say what in the file is not as TAXII wants it, and what was
	// done about it. Faults of objects stand with the objects.
	Findings []string
}

// MedallionRoot is an API root of the file.
type MedallionRoot struct {
	Name        string
	Info        APIRoot
	Statuses    []Status
	Collections []MedallionCollection
}

// MedallionCollection is a collection with its objects in the order in which
// medallion lists them.
type MedallionCollection struct {
	Collection
	Objects []MedallionObject
}

// MedallionObject is an object of the file; its Version is that of the
// manifest where the object has none.
type MedallionObject struct {
	Object
	// Added is the date added that the manifest has, NoTimestamp where the
	// object does not stand in it.
	Added Timestamp
	// MediaType is as the manifest has it.
	MediaType string
	// Flaw says which rule of STIX the object breaks, empty for none.
	Flaw string
}

// ReadMedallion reads a data file of at most limit bytes whole into memory, as
// medallion does. Objects keep their bytes, but for the member _date_added that
// medallion writes into objects without a version and hides from readers.
// Objects that are not valid are kept with their flaw. The error wraps
// [ErrMedallion], [ErrTooLarge] or comes from the reader.
func ReadMedallion(r io.Reader, limit int64) (*MedallionFile, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%w: the file has more than %d bytes", ErrTooLarge, limit)
	}
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("%w: it is not in UTF-8", ErrMedallion)
	}
	if !json.Valid(raw) {
		var v json.RawMessage
		return nil, fmt.Errorf("%w: it is no JSON: %v", ErrMedallion, json.NewDecoder(bytes.NewReader(raw)).Decode(&v))
	}
	f := &MedallionFile{}
	seen := map[string]bool{}
	err = members(raw, func(name string, m span) error {
		value := raw[m.value:m.end]
		if seen[name] {
			return fmt.Errorf("%w: %q stands twice", ErrMedallion, clip(name))
		}
		seen[name] = true
		if name == "/discovery" {
			f.Discovery = &Discovery{}
			return decode(name, value, f.Discovery)
		}
		if value[0] != '{' {
			f.note("%q is neither \"/discovery\" nor an API root, for it is no JSON object; it is left out", clip(name))
			return nil
		}
		root, err := f.root(strings.Trim(name, "/"), value)
		if err != nil {
			return err
		}
		f.Roots = append(f.Roots, root)
		return nil
	})
	if errors.Is(err, ErrUnprocessable) {
		err = fmt.Errorf("%w: %v", ErrMedallion, err)
	}
	if err != nil {
		return nil, err
	}
	if f.Discovery == nil && len(f.Roots) == 0 {
		return nil, fmt.Errorf("%w: there is neither \"/discovery\" nor an API root in it", ErrMedallion)
	}
	if f.Discovery == nil {
		f.note("there is no \"/discovery\"; the discovery endpoint answers 404")
	}
	return f, nil
}

func (f *MedallionFile) note(format string, args ...any) {
	f.Findings = append(f.Findings, fmt.Sprintf(format, args...))
}

func decode(where string, raw []byte, to any) error {
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%w: %s: %v", ErrMedallion, clip(where), err)
	}
	return nil
}

func (f *MedallionFile) root(name string, raw []byte) (root MedallionRoot, err error) {
	root.Name = name
	informed := false
	err = members(raw, func(key string, m span) error {
		value := raw[m.value:m.end]
		switch key {
		case "information":
			informed = true
			return decode(name+": information", value, &root.Info)
		case "status":
			return decode(name+": status", value, &root.Statuses)
		case "collections":
			return elements(value, func(one []byte) error {
				c, err := f.collection(name, one)
				if err == nil {
					root.Collections = append(root.Collections, c)
				}
				return err
			})
		}
		f.note("API root %s: member %q is not known and left out", clip(name), clip(key))
		return nil
	})
	if err != nil {
		return root, err
	}
	ids := map[string]bool{}
	for _, c := range root.Collections {
		if ids[c.ID] {
			return root, fmt.Errorf("%w: API root %s has two collections %s", ErrMedallion, clip(name), clip(c.ID))
		}
		ids[c.ID] = true
	}
	if !informed {
		f.note("API root %s has no information; its name is its title", clip(name))
		root.Info.Title = name
	}
	// What clause 4.2.1 requires.
	if !contains(root.Info.Versions, MediaType) {
		root.Info.Versions = append([]string{MediaType}, root.Info.Versions...)
	}
	if root.Info.MaxContentLength <= 0 {
		root.Info.MaxContentLength = 100 << 20
		f.note("API root %s has no max_content_length; it is set to %d", clip(name), root.Info.MaxContentLength)
	}
	for i := range root.Statuses {
		st := &root.Statuses[i]
		if st.Status != StatusComplete && st.Status != StatusPending {
			f.note("API root %s: status %s is %q; it is kept as complete", clip(name), clip(st.ID), clip(st.Status))
			st.Status = StatusComplete
		}
		if sum := st.SuccessCount + st.FailureCount + st.PendingCount; st.TotalCount == 0 {
			st.TotalCount = sum
		}
	}
	return root, nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// manifestEntry is an entry of a manifest; older files list all versions of an
// object in one.
type manifestEntry struct {
	ID        string   `json:"id"`
	DateAdded string   `json:"date_added"`
	Version   string   `json:"version"`
	Versions  []string `json:"versions"`
	MediaType string   `json:"media_type"`

	place int
	added Timestamp
	used  bool
}

func (f *MedallionFile) collection(root string, raw []byte) (c MedallionCollection, err error) {
	var objects []byte
	var manifest []manifestEntry
	rights := 0
	err = members(raw, func(key string, m span) error {
		value := raw[m.value:m.end]
		switch key {
		case "objects":
			objects = value
		case "manifest":
			return decode(root+": manifest", value, &manifest)
		case "can_read", "can_write":
			rights++
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := decode(root+": collection", raw, &c.Collection); err != nil {
		return c, err
	}
	where := clip(root) + "/" + clip(c.ID)
	if c.ID == "" {
		return c, fmt.Errorf("%w: API root %s has a collection without id", ErrMedallion, clip(root))
	}
	if rights < 2 {
		f.note("%s: can_read or can_write is missing and taken as false", where)
	}
	if !c.CanRead && !c.CanWrite {
		f.note("%s: neither read nor written; it is carried, and listed by \"taxii serve\" without either right", where)
	}
	var entries []manifestEntry
	for _, e := range manifest {
		if e.added, err = ParseTimestamp(e.DateAdded); err != nil {
			f.note("%s: manifest entry of %s has no date_added that can be read", where, clip(e.ID))
			continue
		}
		for _, v := range append(e.Versions, e.Version) {
			if v != "" {
				e.Version = v
				entries = append(entries, e)
			}
		}
	}
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].added < entries[j].added })
	byID := map[string][]*manifestEntry{}
	for i := range entries {
		e := &entries[i]
		e.place = i
		byID[e.ID] = append(byID[e.ID], e)
	}
	if objects == nil {
		return c, nil
	}
	var places []int
	err = elements(objects, func(one []byte) error {
		o, err := ReadObject(one)
		if err != nil { // carried all the same, without identifier; judge flags it
			f.note("%s: element %d of objects is no JSON object; it is carried and flagged", where, len(c.Objects)+1)
			o = Object{Raw: one, Spec: "2.1"}
		}
		mo := MedallionObject{Object: o, Added: NoTimestamp}
		mo.takeHidden()
		place := len(entries)
		if e := find(byID[o.ID], &mo.Object); e != nil {
			e.used = true
			mo.Added, mo.MediaType, place = e.added, e.MediaType, e.place
			if mo.Version == "" {
				mo.Version = e.Version
			}
		}
		c.Objects = append(c.Objects, mo)
		places = append(places, place)
		return nil
	})
	if err != nil {
		return c, err
	}
	sort.Stable(byPlace{c.Objects, places})
	for i := range entries {
		if !entries[i].used {
			f.note("%s: manifest entry of %s, version %s, has no object and is left out", where, clip(entries[i].ID), clip(entries[i].Version))
		}
	}
	return c, f.judge(where, c.Objects)
}

type byPlace struct {
	objects []MedallionObject
	places  []int
}

func (b byPlace) Len() int           { return len(b.places) }
func (b byPlace) Less(i, j int) bool { return b.places[i] < b.places[j] }
func (b byPlace) Swap(i, j int) {
	b.objects[i], b.objects[j] = b.objects[j], b.objects[i]
	b.places[i], b.places[j] = b.places[j], b.places[i]
}

// find returns the entry of an object: of its version, rather of its
// specification version; for an object without version the first unused one.
func find(entries []*manifestEntry, o *Object) (best *manifestEntry) {
	key, _ := VersionKey(o.Version)
	for _, e := range entries {
		if k, _ := VersionKey(e.Version); e.used || o.Version != "" && k != key {
			continue
		}
		if e.MediaType == StixMediaType(o.Spec) {
			return e
		}
		if best == nil {
			best = e
		}
	}
	return best
}

// takeHidden cuts the member that medallion hides from readers, and takes it
// for the version, as medallion does.
func (o *MedallionObject) takeHidden() {
	const hidden = "_date_added"
	if !bytes.Contains(o.Raw, []byte(hidden)) {
		return
	}
	raw := o.Raw
	var cut span
	last := false
	members(raw, func(name string, m span) error { // it was read before
		if last = name == hidden; last {
			cut = m
		}
		return nil
	})
	if cut.end == 0 {
		return
	}
	if v := raw[cut.value:cut.end]; o.Version == "" && v[0] == '"' {
		o.Version = unquote(v)
	}
	from, to := cut.name, blank(raw, cut.end)
	if raw[to] == ',' {
		to = blank(raw, to+1)
	} else if i := bytes.LastIndexByte(raw[:from], ','); i > 0 && blank(raw, i+1) == from {
		from, to = i, cut.end // the last member: the comma before it goes too
	}
	o.Raw = append(append(make([]byte, 0, len(raw)), raw[:from]...), raw[to:]...)
}

// judge notes what is wrong with objects.
func (f *MedallionFile) judge(where string, objects []MedallionObject) error {
	const step = 512
	for from := 0; from < len(objects); from += step {
		part := objects[from:min(from+step, len(objects))]
		plain := make([]Object, len(part))
		for i := range part {
			plain[i] = part[i].Object
		}
		faults, err := validate(plain)
		if err != nil {
			return fmt.Errorf("%w: %s: %v", ErrMedallion, where, err)
		}
		for i := range part {
			part[i].Flaw = faults[i]
		}
	}
	return nil
}

// elements steps over the elements of a JSON list.
func elements(raw []byte, each func(one []byte) error) error {
	i := blank(raw, 0)
	if i >= len(raw) || raw[i] != '[' {
		return fmt.Errorf("%w: no JSON list", ErrUnprocessable)
	}
	i++
	for {
		for i = blank(raw, i); i < len(raw) && raw[i] == ','; i = blank(raw, i+1) {
		}
		if i < len(raw) && raw[i] == ']' {
			return nil
		}
		end := valueEnd(raw, i)
		if end <= i {
			return fmt.Errorf("%w: broken JSON at byte %d", ErrUnprocessable, i)
		}
		if err := each(raw[i:end]); err != nil {
			return err
		}
		i = end
	}
}
