package collect

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"entente/act"
	"entente/stix"
)

// stixObject holds the properties of a STIX object that a draft shows or a
// rule asks for (STIX 2.1; observed-data also in its form of 2.0).
type stixObject struct {
	Type             string          `json:"type"`
	ID               string          `json:"id"`
	Modified         string          `json:"modified"`
	Name             words           `json:"name"`
	Value            words           `json:"value"`
	Description      words           `json:"description"`
	Abstract         words           `json:"abstract"`
	Content          words           `json:"content"`
	Pattern          words           `json:"pattern"`
	RelationshipType words           `json:"relationship_type"`
	From             words           `json:"source_ref"`
	To               words           `json:"target_ref"`
	IdentityClass    string          `json:"identity_class"`
	ObjectRefs       []string        `json:"object_refs"`
	Objects          json.RawMessage `json:"objects"`
	MISPName         string          `json:"x_misp_name"`
	MISPCategory     words           `json:"x_misp_category"`
	FirstSeen        words           `json:"first_seen"`
	LastSeen         words           `json:"last_seen"`
	Sighted          words           `json:"sighting_of_ref"`
	Labels           labelTexts      `json:"labels"`
	Markings         []string        `json:"object_marking_refs"`
	Granular         []struct {
		Marking string `json:"marking_ref"`
	} `json:"granular_markings"`
}

// words is a text if it is one; custom objects give other values to names that
// STIX knows as texts, and that is no reason to refuse them.
type words string

// UnmarshalJSON never fails.
func (w *words) UnmarshalJSON(b []byte) error {
	*w = ""
	if len(b) > 0 && b[0] == '"' {
		_ = json.Unmarshal(b, (*string)(w)) // the JSON is valid, so it is a string
	}
	return nil
}

// labelTexts are the texts of a list, and nothing where it is none.
type labelTexts []words

// UnmarshalJSON never fails.
func (t *labelTexts) UnmarshalJSON(b []byte) error {
	*t = nil
	_ = json.Unmarshal(b, (*[]words)(t)) // a custom object's own idea of labels is no reason to refuse it
	return nil
}

// leadingText returns the JSON string with which rest begins, "" for none.
func leadingText(rest []byte) string {
	s := ""
	if len(rest) > 0 && rest[0] == '"' {
		_ = json.NewDecoder(bytes.NewReader(rest)).Decode(&s) // the JSON is valid, so it is a string
	}
	return s
}

// STIX takes in a bundle of STIX objects as a stream and calls fn with one
// draft for each object: its bytes as they stand in the bundle, and its type,
// name and description in words. fn may be nil, to check a bundle before
// anything of it is stored; an error refuses the whole bundle, and what fn was
// given of it before must be dropped.
//
// An object that is too large for an act goes out as an attachment. The same
// object twice is taken once; two objects with one id and version are refused.
// Refused by rule 2 is a bundle with more records of persons than the bound, by
// rule 3 one with coordinates, street addresses, postal codes or observations
// of persons in it, or with the time of day at which a person or a group was
// seen, by rule 18 one with a property for a person's religion, people, views or
// health ([IsTrait]).
//
// Markings of an object and of its parts bound its label, which they only ever
// narrow: TLP becomes a foreign mark, a label of a centre is joined, and what is
// not understood releases to nobody beyond the originators ([Markings]).
//
// The result's original is the bundle, byte for byte, which is kept: it goes
// with the draft of [Result.Cover].
func STIX(r io.Reader, o Options, fn func(Draft) error) (Result, error) {
	in := &intake{o: &o, src: newSource(r, maxBundleBytes)}
	b := &bundle{in: in, fn: fn, seen: make(map[string]act.Digest), marks: o.Markings}
	if b.marks == nil {
		b.marks = new(Markings)
	}
	dec := stix.NewDecoder(in.src, stix.Limits{Object: maxObjectBytes, Depth: maxObjectDepth})
	for {
		obj, err := dec.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = b.object(&obj)
		}
		if err != nil {
			return Result{}, stixError(err)
		}
	}
	if err := checkEnvelope(dec.Envelope()); err != nil {
		return Result{}, err
	}
	return in.result()
}

// Bounds on bundles. A bundle is kept as one attachment, an object is in
// memory while it is read.
const (
	maxBundleBytes = act.MaxAttachment
	maxObjectBytes = 8 << 20
	maxObjectDepth = 64
)

// stixError takes an error of the decoder to a refusal.
func stixError(err error) error {
	switch {
	case isRefusal(err), errors.Is(err, errFiling):
		return err
	case errors.Is(err, stix.ErrTooLarge):
		return refuse(ErrTooLarge, "%v", err)
	case errors.Is(err, stix.ErrSyntax), errors.Is(err, stix.ErrNotObject):
		return refuse(ErrSTIX, "%v", err)
	}
	return err
}

// checkEnvelope looks at the bundle without its objects.
func checkEnvelope(raw []byte) error {
	if raw == nil {
		return refuse(ErrSTIX, "the document is no bundle with a list of objects")
	}
	o, err := stix.ParseObject(raw)
	if err != nil {
		return refuse(ErrSTIX, "%v", err)
	}
	if o.Type != "bundle" {
		return refuse(ErrSTIX, "type %.40q is not bundle", o.Type)
	}
	return nil
}

type bundle struct {
	in    *intake
	fn    func(Draft) error
	marks *Markings
	// seen holds the digest of each object by its key.
	seen map[string]act.Digest
}

func (b *bundle) object(in *stix.Object) error {
	if !in.InBundle {
		return refuse(ErrSTIX, "the document is no bundle")
	}
	raw, offset := in.Raw, in.Offset
	if raw == nil {
		return refuse(ErrTooLarge, "object %d at byte %d has %d bytes, at most %d", in.Index+1, offset, in.Size, maxObjectBytes)
	}
	obj, err := readObject(raw)
	if err != nil {
		return fmt.Errorf("object %d at byte %d: %w", in.Index+1, offset, err)
	}
	key := obj.ID
	if obj.Modified != "" {
		key += "@" + obj.Modified
	}
	digest := act.Digest(sha256.Sum256(raw))
	if d, known := b.seen[key]; known {
		if d == digest {
			return nil
		}
		return refuse(ErrRepeated, "object %.120s at byte %d", key, offset)
	}
	b.seen[key] = digest
	if obj.Type == "marking-definition" {
		b.marks.define(obj.ID, raw)
	}
	b.marks.ask(&obj)
	persons := 0
	if obj.person() {
		persons = 1
		if err := b.in.person(1); err != nil {
			return err
		}
	}
	return b.in.entry(digest, func(at Cursor) error {
		if b.fn == nil {
			return nil
		}
		d := b.in.o.objectDraft(&obj, bytes.Clone(raw), digest)
		d.Portions[0].Label = b.marks.bound(d.Portions[0].Label, obj.Markings)
		d.Key, d.At, d.Persons = key, at, persons
		if persons > 0 {
			d.Personal = []int{0}
		}
		if err := b.fn(d); err != nil {
			return fmt.Errorf("%w %.120s: %w", errFiling, key, err)
		}
		return nil
	})
}

// person reports whether the object is a record of a person.
func (o *stixObject) person() bool {
	switch o.Type {
	case "identity":
		return o.IdentityClass == "individual"
	case "x-misp-object":
		return slices.Contains(mispPersons, o.MISPName)
	case "x-misp-attribute":
		return o.MISPCategory == mispPersonal
	}
	return false
}

// finePlaces are names of properties that hold a place finer than rule 3 lets
// in, at any depth: those of STIX 2.1 section 4.11, and the usual ones of
// custom objects.
var finePlaces = []string{"latitude", "longitude", "lat", "lon", "lng", "precision", "street_address", "postal_code", "geolocation", "coordinates", "gps", "mgrs"}

// personal are the types of observables that say what a person did.
var personal = []string{"user-account", "email-addr", "email-message", "identity"}

// readObject reads the properties of an object and applies the rules.
func readObject(raw []byte) (o stixObject, err error) {
	// One reading for all readers: strictly one value under each name.
	if _, err := stix.ParseObject(raw); err != nil {
		return o, stixError(err)
	}
	err = eachName(raw, func(depth int, name string, rest []byte) error {
		// encoding/json would fold the case of names, and STIX knows no other
		// names (STIX 2.1 section 3.1).
		if depth == 1 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return refuse(ErrSTIX, "property %.60q is not of lower-case letters, digits and underscores", name)
		}
		if slices.Contains(finePlaces, strings.ToLower(name)) {
			return refuse(ErrFinePlace, "property %.60q", name)
		}
		if IsTrait(name) {
			return refuse(ErrTrait, "property %.60q", name)
		}
		if name == "object_relation" {
			if rel := leadingText(rest); IsTrait(rel) {
				return refuse(ErrTrait, "attribute %.60q", rel)
			}
			for _, p := range finePlaces {
				if bytes.HasPrefix(rest, []byte(`"`+p+`"`)) {
					return refuse(ErrFinePlace, "attribute %q", p)
				}
			}
		}
		return nil
	})
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return o, refuse(ErrSTIX, "%v", err)
	}
	if kind, uuid, ok := strings.Cut(o.ID, "--"); !ok || kind != o.Type || o.Type == "" || len(uuid) != 36 || len(o.ID) > 300 || strings.ContainsFunc(o.ID, unprinted) {
		return o, refuse(ErrSTIX, "id %.60q of type %.60q", o.ID, o.Type)
	}
	if len(o.Modified) > 40 || strings.ContainsFunc(o.Modified, unprinted) {
		return o, refuse(ErrSTIX, "modified %.60q", o.Modified)
	}
	for _, w := range []words{o.Name, o.Description, o.Content} {
		if m := coordinates.FindString(string(w)); m != "" {
			return o, refuse(ErrFinePlace, "%.60q in the text of %s", m, o.ID)
		}
	}
	if IsKinship(string(o.RelationshipType)) {
		return o, refuse(ErrFamily, "relationship_type %.60q of %s", string(o.RelationshipType), o.ID)
	}
	for _, l := range o.Labels {
		if traitTag(string(l)) {
			return o, refuse(ErrTrait, "label %.60q", string(l))
		}
	}
	if ofSomebody(o.Type, string(o.Sighted)) && (finerThanDay(string(o.FirstSeen)) || finerThanDay(string(o.LastSeen))) {
		return o, refuse(ErrFineTime, "when %s or what it sights was seen", o.ID)
	}
	return o, o.observation()
}

func unprinted(r rune) bool { return r <= ' ' || r > '~' }

// observation refuses observations of persons: they say to the second who was
// where or did what.
func (o *stixObject) observation() error {
	if o.Type != "observed-data" {
		return nil
	}
	for _, ref := range o.ObjectRefs {
		if kind, _, _ := strings.Cut(ref, "--"); slices.Contains(personal, kind) {
			return refuse(ErrFinePlace, "observation of %s", kind)
		}
	}
	if len(o.Objects) == 0 {
		return nil
	}
	var objects map[string]struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(o.Objects, &objects); err != nil {
		return refuse(ErrSTIX, "objects of %s: %v", o.ID, err)
	}
	for _, e := range objects {
		if slices.Contains(personal, e.Type) {
			return refuse(ErrFinePlace, "observation of %s", e.Type)
		}
	}
	return nil
}

// objectDraft returns the report for an object.
func (o *Options) objectDraft(obj *stixObject, raw []byte, digest act.Digest) Draft {
	name := firstOf(obj.Name, obj.Value, obj.Abstract)
	if name == "" {
		name = obj.ID
	}
	p := o.portion(obj.text(name), "")
	d := Draft{
		Digest: digest, Type: o.reportType(), Title: cut(obj.Type+": "+name, 300),
		Original: File{Name: o.Name, MediaType: o.MediaType, Path: o.Path},
	}
	// The text is kept short beside a large object, which holds it all.
	room := act.MaxAct - 2*o.frame() - viewRoom
	if obj.person() {
		room -= personRoom
	}
	encoded := base64.StdEncoding.EncodedLen(len(raw))
	inline := len(raw) <= act.MaxObject && room-encoded > 1<<10
	if inline {
		room -= encoded
	}
	p.Text = cut(p.Text, min(act.MaxText, fitting(p.Text, room)))
	if inline {
		p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: raw}
	} else {
		d.Files = []File{{Name: obj.ID + ".json", MediaType: "application/stix+json", Bytes: raw, Size: int64(len(raw)), Digest: digest}}
	}
	d.Portions = []act.PortionInput{p}
	return d
}

// text says an object in words.
func (o *stixObject) text(name string) string {
	parts := []string{o.Type + ": " + name}
	if o.Type == "relationship" || o.RelationshipType != "" {
		parts = append(parts, oneLine(string(o.From+" "+o.RelationshipType+" "+o.To)))
	}
	for _, w := range []words{o.Description, o.Content, o.Pattern} {
		if s := strings.TrimSpace(plain(string(w))); s != "" {
			parts = append(parts, s)
		}
	}
	return cut(strings.Join(parts, "\n\n"), act.MaxText)
}

func firstOf(list ...words) string {
	for _, w := range list {
		if s := oneLine(string(w)); s != "" {
			return s
		}
	}
	return ""
}

// Cover returns the draft that says what was taken in, and carries the
// original file where it may be kept: it goes no further than any of its parts,
// by the markings that the reading has collected in o.
func (r *Result) Cover(o Options) Draft {
	name := oneLine(r.Original.Name)
	if name == "" {
		name = "a file"
	}
	text := fmt.Sprintf("Taken in: %s, %d bytes, SHA-256 %s, %d entries, digest of the batch %s.", name, r.Original.Size, r.Original.Digest, r.End.Count, r.Batch)
	d := Draft{Key: "cover", Digest: r.Original.Digest, At: r.End, Type: act.INTSUM, Title: cut("Taken in: "+name, 300),
		Original: r.Original, Portions: []act.PortionInput{o.portion(text, "en")}}
	if o.Markings != nil {
		d.Portions[0].Label = o.Markings.whole(d.Portions[0].Label)
	}
	if !r.Original.Dropped {
		d.Files = []File{r.Original}
		if r.Persons > 0 {
			d.Personal = []int{0} // in the file
		}
	}
	return d
}
