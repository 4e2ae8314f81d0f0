package collect

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"entente/act"
	"entente/stix"
)

// A Reduction says what [ReduceSTIX] did to a bundle.
type Reduction struct {
	// Original is the digest and size of the bundle that was read, which must
	// not be kept.
	Original File
	// Objects were read; Reduced of them lost something, Dropped were left out
	// whole.
	Objects, Reduced, Dropped int
	// Notes name each object that was reduced or dropped, and why, up to
	// [maxNotes] of them.
	Notes []Note
}

// maxNotes bounds the notes of one reduction.
const maxNotes = 10_000

// ReduceSTIX writes a bundle to w that holds what r holds without the places
// and observations of persons that rule 3 does not let in, and without the traits
// of rule 18, so that [STIX] takes it. What STIX would refuse by these rules is
// reduced before anything is stored:
//
//   - properties, attributes and labels that name a trait go ([IsTrait]), texts
//     stay as they are, and links of family go whole (rule 20);
//   - properties that hold a fine place go, at any depth, and so do attributes
//     of custom objects that do; a location that then says nothing goes whole;
//   - coordinates in texts are replaced by a mark;
//   - observations of persons go whole: they say who was where to the second;
//   - of times at which persons and groups were seen the day remains.
//
// Objects without such things are copied byte for byte. A reduced object says
// so in x_entente_reduced, with the digest of its original and what was left
// out; markings of its parts become markings of the whole, so that nothing
// loses its marking with its place in a list.
//
// The caller keeps the result and the digest, never the original. Errors are
// those of [STIX]; what was written before one must be dropped.
func ReduceSTIX(r io.Reader, w io.Writer, o Options) (Reduction, error) {
	src := newSource(r, maxBundleBytes)
	dec := stix.NewDecoder(src, stix.Limits{Object: maxObjectBytes, Depth: maxObjectDepth})
	red := &Reduction{}
	head := `{"type":"bundle","objects":[`
	for {
		obj, err := dec.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && obj.Raw == nil {
			err = refuse(ErrTooLarge, "object %d at byte %d has %d bytes, at most %d", obj.Index+1, obj.Offset, obj.Size, maxObjectBytes)
		}
		if err == nil && !obj.InBundle {
			err = refuse(ErrSTIX, "the document is no bundle")
		}
		var raw []byte
		if err == nil {
			raw, err = red.object(obj.Raw)
		}
		if err != nil {
			return Reduction{}, stixError(err)
		}
		if raw == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s%s", head, raw); err != nil {
			return Reduction{}, err
		}
		head = ","
	}
	if err := checkEnvelope(dec.Envelope()); err != nil {
		return Reduction{}, err
	}
	if err := src.drain(); err != nil {
		return Reduction{}, err
	}
	red.Original = src.file(&o)
	red.Original.Dropped = true
	if head != "," { // nothing is left, and an empty list is not allowed
		head = `{"type":"bundle"`
	} else {
		head = "]"
	}
	d := red.Original.Digest
	d[6], d[8] = d[6]&0x0f|0x50, d[8]&0x3f|0x80
	_, err := fmt.Fprintf(w, "%s,\"id\":\"bundle--%x-%x-%x-%x-%x\"}\n", head, d[:4], d[4:6], d[6:8], d[8:10], d[10:16])
	return *red, err
}

// object returns what may be stored of one object, nil for nothing.
func (red *Reduction) object(raw []byte) ([]byte, error) {
	red.Objects++
	o, err := readObject(raw)
	if err == nil {
		return raw, nil
	}
	if errors.Is(err, ErrFamily) {
		return nil, red.drop(&o, "20", familyLink)
	}
	if !errors.Is(err, ErrFinePlace) && !errors.Is(err, ErrFineTime) && !errors.Is(err, ErrTrait) {
		return nil, fmt.Errorf("object %d: %w", red.Objects, err)
	}
	if o.ID == "" { // the rule spoke before the object was read
		_ = json.Unmarshal(raw, &o)
	}
	if o.observation() != nil {
		return nil, red.drop(&o, "3", "an observation of a person")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, refuse(ErrSTIX, "%v", err)
	}
	left := make(map[string]bool)
	reduceValue(m, left)
	if sighted, _ := m["sighting_of_ref"].(string); ofSomebody(o.Type, sighted) {
		reduceTimes(m, left)
	}
	if o.Type == "location" && m["region"] == nil && m["country"] == nil {
		return nil, red.drop(&o, "3", "a location by coordinates alone")
	}
	markWhole(m)
	what := slices.Sorted(maps.Keys(left))
	m["x_entente_reduced"] = map[string]any{"original_sha256": act.Digest(sha256.Sum256(raw)).String(), "left_out": what}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	out := bytes.TrimSpace(b.Bytes())
	if _, err := readObject(out); err != nil { // something in it is not known how to reduce
		return nil, red.drop(&o, ruleOf(what), "what could not be reduced: "+err.Error())
	}
	red.Reduced++
	red.note(&o, ruleOf(what), "left out: "+strings.Join(what, ", "))
	return out, nil
}

func (red *Reduction) drop(o *stixObject, rule, why string) error {
	red.Dropped++
	red.note(o, rule, "left out whole: "+why)
	return nil
}

func (red *Reduction) note(o *stixObject, rule, text string) {
	if len(red.Notes) < maxNotes {
		red.Notes = append(red.Notes, Note{Rule: rule, Text: cut(oneLine(o.ID), 300) + ": " + text})
	}
}

// reduceTags takes tags that name a trait out of a list of labels, or of MISP's
// tags (rule 18).
func reduceTags(v any, left map[string]bool) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	return slices.DeleteFunc(list, func(e any) bool {
		tag, _ := e.(string)
		if m, ok := e.(map[string]any); ok {
			tag, _ = m["name"].(string)
		}
		if !traitTag(tag) {
			return false
		}
		left["a tag"+traitMark] = true
		return true
	})
}

// reduceValue takes fine places and traits out of a value, in place, and notes in left
// what went; it returns the value, which is another one for texts.
func reduceValue(v any, left map[string]bool) any {
	switch x := v.(type) {
	case string:
		if s, n := reducePlaces(x); n > 0 {
			left["coordinates in a text"] = true
			return s
		}
	case []any:
		kept := x[:0]
		for _, e := range x {
			if m, ok := e.(map[string]any); ok {
				if link, _ := m["relationship_type"].(string); IsKinship(link) {
					left[familyLink] = true
					continue
				}
				rel, _ := m["object_relation"].(string)
				if slices.Contains(finePlaces, rel) {
					left["attribute "+rel] = true
					continue
				}
				if IsTrait(rel) {
					left["attribute "+rel+traitMark] = true
					continue
				}
			}
			kept = append(kept, reduceValue(e, left))
		}
		return kept
	case map[string]any:
		for name, e := range x {
			if slices.Contains(finePlaces, strings.ToLower(name)) {
				left[strings.ToLower(name)] = true
				delete(x, name)
				continue
			}
			if IsTrait(name) {
				left[name+traitMark] = true
				delete(x, name)
				continue
			}
			if name == "labels" || name == "Tag" {
				e = reduceTags(e, left)
			}
			e = reduceValue(e, left)
			if l, ok := e.([]any); ok && len(l) == 0 {
				delete(x, name) // STIX knows no empty lists
				continue
			}
			x[name] = e
		}
	}
	return v
}

// markWhole makes markings of the object's parts markings of the whole.
func markWhole(m map[string]any) {
	parts, ok := m["granular_markings"].([]any)
	if !ok {
		return
	}
	delete(m, "granular_markings")
	whole, _ := m["object_marking_refs"].([]any)
	for _, p := range parts {
		g, _ := p.(map[string]any)
		if ref, ok := g["marking_ref"].(string); ok && !slices.Contains(whole, any(ref)) {
			whole = append(whole, ref)
		}
	}
	if len(whole) > 0 {
		m["object_marking_refs"] = whole
	}
}
