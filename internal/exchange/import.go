package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"entente/act"
	"entente/stix"
)

// An Imported is what was found in a bundle.
type Imported struct {
	// Reports are the views that were exported, byte for byte what they were,
	// in the order of the bundle.
	Reports []act.Act
	// Foreign are the other objects of the bundle that no portion carries, in
	// their bytes: they are for the importer of foreign files (collect.STIX).
	Foreign []stix.Object
}

// maxObjects bounds the objects of a bundle that is read.
const maxObjects = 500_000

// Import reads a bundle that [Export] wrote, whatever has put its objects in
// another order or written their JSON anew since.
//
// It refuses with [ErrAltered] a bundle in which anything of a report is
// missing or says something else than its extension, with [ErrForm] one whose
// extensions are malformed, and otherwise with the refusals of the packages act
// and stix. What a report says is checked as if it had come in an envelope; who
// said it, a bundle cannot show.
func Import(r io.Reader) (Imported, error) {
	in := &importer{byID: make(map[string]*entry)}
	d := stix.NewDecoder(r, stix.Limits{Object: maxObjectBytes})
	for {
		o, err := d.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = in.read(&o)
		}
		if err != nil {
			return Imported{}, err
		}
	}
	return in.result()
}

// maxObjectBytes bounds one object: an act in base64 with room beside it.
const maxObjectBytes = 8 << 20

// entry is an object of the bundle.
type entry struct {
	object stix.Object
	props  props
	used   bool
}

// props are the properties that the mapping reads.
type props struct {
	Name       string                     `json:"name"`
	Published  string                     `json:"published"`
	Content    string                     `json:"content"`
	Extensions map[string]json.RawMessage `json:"extensions"`
}

type importer struct {
	byID  map[string]*entry
	order []*entry
}

func (in *importer) read(o *stix.Object) error {
	if o.Raw == nil {
		return fmt.Errorf("object %d of %d bytes: %w", o.Index+1, o.Size, stix.ErrTooLarge)
	}
	if len(in.order) == maxObjects {
		return refuse(ErrTooMany, "more than %d objects", maxObjects)
	}
	if errs := stix.Validate(o.Raw); !stix.Valid(errs) {
		return fmt.Errorf("object %d: %w: %v", o.Index+1, stix.ErrNotObject, errs[0])
	}
	whole, err := stix.ParseObject(bytes.Clone(o.Raw))
	if err != nil {
		return err
	}
	e := &entry{object: whole}
	// Custom objects may have other kinds of value under these names.
	_ = json.Unmarshal(whole.Raw, &e.props)
	if there := in.byID[whole.ID]; there != nil {
		if same(there.object.Raw, whole.Raw) {
			return nil
		}
		if ours(whole.ID) {
			return refuse(ErrAltered, "%s stands twice with two contents", whole.ID)
		}
		in.order = append(in.order, e) // another version, for the importer of foreign files
		return nil
	}
	in.byID[whole.ID] = e
	in.order = append(in.order, e)
	return nil
}

// same reports whether two JSON texts say the same.
func same(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	return reflect.DeepEqual(decoded(a), decoded(b))
}

func decoded(raw []byte) (v any) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

// result makes the reports, and says them again: what then stands in an object
// of ours is what must have stood there.
func (in *importer) result() (Imported, error) {
	var out Imported
	again := newExporter()
	for _, e := range in.order {
		raw, ok := e.props.Extensions[ReportExtension]
		if e.object.Type != "report" || !ok {
			continue
		}
		a, err := in.report(e, raw)
		if err != nil {
			return out, fmt.Errorf("%s: %w", e.object.ID, err)
		}
		out.Reports = append(out.Reports, a)
	}
	if err := again.all(out.Reports); err != nil {
		return out, err
	}
	for id, raw := range again.raw {
		e := in.byID[id]
		if e == nil {
			return out, refuse(ErrAltered, "%s is missing", id)
		}
		if again.own[id] && !same(e.object.Raw, raw) {
			return out, refuse(ErrAltered, "%s", id)
		}
		e.used = true
	}
	for _, e := range in.order {
		if e.used {
			continue
		}
		if _, note := e.props.Extensions[PortionExtension]; note {
			return out, refuse(ErrAltered, "%s belongs to no report of the bundle", e.object.ID)
		}
		out.Foreign = append(out.Foreign, e.object)
	}
	return out, nil
}

// strictly decodes an extension of ours.
func strictly(raw json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return refuse(ErrForm, "%v", err)
	}
	return nil
}

func (in *importer) report(e *entry, raw json.RawMessage) (act.Act, error) {
	var body reportBody
	if err := strictly(raw, &body); err != nil {
		return act.Act{}, err
	}
	var a act.Act
	var err error
	if body.Raw != nil {
		if a, err = act.Parse(body.Raw); err != nil {
			return a, err
		}
		if a.Report == nil {
			return a, refuse(ErrNotReport, "an act of type %q", a.Type)
		}
	} else {
		written, err := time.Parse(timeForm, e.props.Published)
		if err != nil {
			return a, refuse(ErrAltered, "published %.40q", e.props.Published)
		}
		if len(body.Portions) > act.MaxPortions {
			return a, refuse(ErrTooMany, "%d portions", len(body.Portions))
		}
		portions := make([]act.Portion, len(body.Portions))
		for i, n := range body.Portions {
			if portions[i], err = in.portion(n); err != nil {
				return a, fmt.Errorf("portion %d: %w", i+1, err)
			}
		}
		a, err = act.BuildView(act.View{ID: body.View, Type: body.Type, Title: e.props.Name, Written: written, To: body.To,
			Label: body.Label, Batch: body.Batch, Supersedes: body.Supersedes}, portions)
		if err != nil {
			return a, err
		}
	}
	if sha256.Sum256(a.Raw) != body.Digest {
		return a, refuse(ErrAltered, "the act made from it has another digest")
	}
	return a, nil
}

func (in *importer) portion(ref noteRef) (act.Portion, error) {
	e := in.byID[ref.Note]
	if e == nil {
		return act.Portion{}, refuse(ErrAltered, "%.80s is missing", ref.Note)
	}
	var body portionBody
	if err := strictly(e.props.Extensions[PortionExtension], &body); err != nil {
		return act.Portion{}, err
	}
	var p act.Portion
	var err error
	if body.Raw != nil {
		p, err = act.ParsePortion(body.Raw)
	} else {
		var input act.PortionInput
		if input, err = in.input(e, &body); err == nil {
			p, err = act.NewPortion(input)
		}
	}
	if err != nil {
		return p, err
	}
	if p.Digest != ref.Digest {
		return p, refuse(ErrAltered, "the portion made from it has another digest")
	}
	return p, nil
}

func (in *importer) input(e *entry, body *portionBody) (act.PortionInput, error) {
	p := act.PortionInput{ID: body.ID, Salt: body.Salt, Label: body.Label, Grade: body.Grade, Lang: body.Lang, Text: e.props.Content,
		Sources: body.Sources, Cites: body.Cites, PersonData: body.PersonData, Attachments: body.Attachments, Object: body.Object}
	if p.ID == "" || p.Salt == "" { // NewPortion would draw them
		return p, refuse(ErrForm, "no id, or no salt")
	}
	if body.Designation != "" {
		who := in.byID[body.Designation]
		if who == nil {
			return p, refuse(ErrAltered, "%.80s is missing", body.Designation)
		}
		var listing designationBody
		if err := strictly(who.props.Extensions[DesignationExtension], &listing); err != nil {
			return p, err
		}
		p.Designation = listing.Designation
	}
	if body.ObjectRef != "" {
		o := in.byID[body.ObjectRef]
		if o == nil || sha256.Sum256(o.object.Raw) != body.ObjectDigest {
			return p, refuse(ErrAltered, "%.80s is missing or has other bytes", body.ObjectRef)
		}
		p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: o.object.Raw}
	}
	return p, nil
}
