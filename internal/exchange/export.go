package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"entente/act"
	"entente/label"
	"entente/stix"
)

// MaxReports bounds the reports of one bundle.
const MaxReports = 10_000

// Export writes the reports as one STIX 2.1 bundle to w. Every object in it
// breaks no rule of STIX; the same reports give the same bytes. It refuses acts
// that are no reports with [ErrNotReport].
//
// The bundle holds everything that a reader of the reports holds, keys to
// attachments included: it is released to whom the reports are, and no further.
func Export(w io.Writer, reports ...act.Act) error {
	e := newExporter()
	if err := e.all(reports); err != nil {
		return err
	}
	bw, err := stix.NewBundleWriter(w, identifier("bundle", e.names...))
	if err != nil {
		return err
	}
	for _, id := range e.order {
		if err := bw.Add(e.raw[id]); err != nil {
			return err
		}
	}
	return bw.Close()
}

// exporter collects the objects of a bundle, each once, in the order in which
// they are first needed.
type exporter struct {
	order []string
	raw   map[string][]byte
	own   map[string]bool
	names []string
	// carried has the foreign objects that can stand in the bundle by
	// themselves, nil under identifiers that stand for two contents.
	carried map[string][]byte
}

func newExporter() *exporter {
	return &exporter{raw: make(map[string][]byte), own: make(map[string]bool), carried: make(map[string][]byte)}
}

// all adds the reports. What is carried is settled before, so that it does not
// depend on their order.
func (e *exporter) all(reports []act.Act) error {
	for i := range reports {
		if reports[i].Report == nil {
			return refuse(ErrNotReport, "an act of type %q", reports[i].Type)
		}
		for k := range reports[i].Report.Portions {
			if o := reports[i].Report.Portions[k].Object; o != nil {
				e.survey(o.Bytes)
			}
		}
	}
	for i := range reports {
		if err := e.add(&reports[i]); err != nil {
			return err
		}
	}
	return nil
}

// put adds an object of ours.
func (e *exporter) put(o object) error {
	if _, there := e.raw[o.ID]; there {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(o); err != nil {
		return err
	}
	e.keep(o.ID, bytes.TrimSpace(b.Bytes()))
	e.own[o.ID] = true
	return nil
}

func (e *exporter) keep(id string, raw []byte) {
	e.order = append(e.order, id)
	e.raw[id] = raw
}

// define adds one of our extension definitions, by its place in definitions.
func (e *exporter) define(id string) error {
	if _, there := e.raw[id]; there {
		return nil
	}
	i := slices.IndexFunc(definitions, func(d struct {
		id, name, about string
		schema          []byte
	}) bool {
		return d.id == id
	})
	if err := e.put(publisher); err != nil {
		return err
	}
	return e.put(definition(i))
}

// mark adds the marking definitions of a label and returns their identifiers.
func (e *exporter) mark(l label.Label) ([]string, error) {
	if err := e.define(LabelExtension); err != nil {
		return nil, err
	}
	o, err := marking(l)
	if err != nil {
		return nil, err
	}
	refs := []string{o.ID}
	if err := e.put(o); err != nil {
		return nil, err
	}
	if t, ok := tlp(l); ok {
		refs = append(refs, t.ID)
		return refs, e.put(t)
	}
	return refs, nil
}

// authors adds the identities of the members and returns their identifiers.
func (e *exporter) authors(set label.MemberSet) (refs []string, err error) {
	for m := range set.All() {
		o := member(m)
		refs = append(refs, o.ID)
		if err := e.put(o); err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// creator is the only author, or nobody.
func creator(authors []string) string {
	if len(authors) == 1 {
		return authors[0]
	}
	return ""
}

func (e *exporter) add(a *act.Act) error {
	if len(e.names) == MaxReports {
		return refuse(ErrTooMany, "more than %d reports", MaxReports)
	}
	r := a.Report
	e.names = append(e.names, string(r.ID))
	if err := e.define(ReportExtension); err != nil {
		return err
	}
	markings, err := e.mark(r.Label)
	if err != nil {
		return err
	}
	authors, err := e.authors(r.Label.Originators)
	if err != nil {
		return err
	}
	at := r.Written.UTC().Format(timeForm)
	body := reportBody{ExtensionType: propertyExtension, View: r.ID, Type: r.Type, To: r.To, Label: r.Label, Batch: r.Batch, Supersedes: r.Supersedes, Digest: sha256.Sum256(a.Raw)}
	o := object{Type: "report", SpecVersion: "2.1", ID: identifier("report", string(r.ID)), CreatedBy: creator(authors), Created: at, Modified: at, Published: at,
		Name: r.Title, ReportTypes: []string{strings.ToLower(string(r.Type))}, Markings: markings}
	for i := range r.Portions {
		p := &r.Portions[i]
		note, marks, err := e.portion(r, p)
		if err != nil {
			return err
		}
		body.Portions = append(body.Portions, noteRef{note, p.Digest})
		o.ObjectRefs = append(o.ObjectRefs, note)
		if marks[0] != markings[0] { // what a reference tells is marked as what it refers to
			o.granular(marks, len(o.ObjectRefs)-1)
		}
	}
	if again, err := act.BuildView(r.View, r.Portions); err != nil || !bytes.Equal(again.Raw, a.Raw) {
		body.Raw = a.Raw
	}
	o.Extensions = map[string]any{ReportExtension: body}
	return e.put(o)
}

// granular adds the reference at index i to the granular markings.
func (o *object) granular(markings []string, i int) {
	selector := "object_refs.[" + strconv.Itoa(i) + "]"
	for _, m := range markings {
		if at := slices.IndexFunc(o.Granular, func(g marked) bool { return g.Marking == m }); at >= 0 {
			o.Granular[at].Selectors = append(o.Granular[at].Selectors, selector)
		} else {
			o.Granular = append(o.Granular, marked{m, []string{selector}})
		}
	}
}

// portion adds the note of a portion and what belongs to it, and returns the
// note's identifier and markings.
func (e *exporter) portion(r *act.Report, p *act.Portion) (note string, markings []string, err error) {
	if err := e.define(PortionExtension); err != nil {
		return "", nil, err
	}
	if markings, err = e.mark(p.Label); err != nil {
		return "", nil, err
	}
	authors, err := e.authors(p.Label.Originators)
	if err != nil {
		return "", nil, err
	}
	at := r.Written.UTC().Format(timeForm)
	body := portionBody{ExtensionType: propertyExtension, ID: p.ID, Salt: p.Salt, Label: p.Label, Grade: p.Grade, Lang: p.Lang, Sources: p.Sources, Cites: p.Cites, PersonData: p.PersonData, Attachments: p.Attachments}
	o := object{Type: "note", SpecVersion: "2.1", ID: identifier("note", string(p.ID), p.Digest.String(), at), CreatedBy: creator(authors), Created: at, Modified: at,
		Content: p.Text, Confidence: confidence(p.Grade.Credibility), Markings: markings, Lang: stixLang(p.Lang)}
	if p.Designation != nil {
		if err := e.define(DesignationExtension); err != nil {
			return "", nil, err
		}
		who, err := listed(p.Designation, r.Written, o.CreatedBy, markings)
		if err != nil {
			return "", nil, err
		}
		if err := e.put(who); err != nil {
			return "", nil, err
		}
		body.Designation = who.ID
		o.ObjectRefs = append(o.ObjectRefs, who.ID)
	}
	if p.Object != nil {
		if id := e.carry(p.Object.Bytes); id != "" {
			body.ObjectRef, body.ObjectDigest = id, sha256.Sum256(p.Object.Bytes)
			o.ObjectRefs = append(o.ObjectRefs, id)
		} else {
			body.Object = p.Object
		}
	}
	if len(o.ObjectRefs) == 0 {
		o.ObjectRefs = authors
	}
	if again, err := act.NewPortion(p.PortionInput); err != nil || !bytes.Equal(again.Raw, p.Raw) {
		body.Raw = p.Raw
	}
	o.Extensions = map[string]any{PortionExtension: body}
	return o.ID, markings, e.put(o)
}

// survey looks at a foreign object: it can stand in the bundle if it is a valid
// STIX object of its own, could be none of ours, and is the only content under
// its identifier.
func (e *exporter) survey(raw []byte) {
	o, err := stix.ParseObject(raw)
	if err != nil || o.ID == "" || o.Type == "bundle" || raw[0] != '{' || raw[len(raw)-1] != '}' || ours(o.ID) || !stix.Valid(stix.Validate(raw)) {
		return
	}
	if bytes.Contains(raw, []byte(ReportExtension)) || bytes.Contains(raw, []byte(PortionExtension)) {
		return
	}
	if there, known := e.carried[o.ID]; known && !bytes.Equal(there, raw) {
		raw = nil
	}
	e.carried[o.ID] = raw
}

// carry puts a foreign object into the bundle byte for byte and returns its
// identifier, or "" where it cannot stand there.
func (e *exporter) carry(raw []byte) string {
	o, err := stix.ParseObject(raw)
	if err != nil || !bytes.Equal(e.carried[o.ID], raw) {
		return ""
	}
	if _, there := e.raw[o.ID]; !there {
		e.keep(o.ID, raw)
	}
	return o.ID
}

// ours reports whether an identifier could be one that this package gives: a
// foreign object must never stand in the place of one of ours.
func ours(id string) bool {
	typ, uuid, _ := strings.Cut(id, "--")
	switch typ {
	case "report", "note":
		return len(uuid) > 14 && uuid[14] == '5'
	case "identity", "marking-definition", "extension-definition":
		if len(uuid) > 14 && uuid[14] == '5' {
			return true
		}
		for i := range definitions {
			if id == definitions[i].id {
				return true
			}
		}
		for _, mark := range tlp2 {
			if id == mark {
				return true
			}
		}
	}
	return false
}

// stixLang is the tag where STIX takes it: some tags of BCP 47 are in no list
// that readers of STIX look at, and a portion's own is in its extension.
func stixLang(tag string) string {
	switch tag {
	case "ar", "fa", "ckb", "ku", "ru", "en", "tr", "fr", "de", "es", "he", "hy", "az":
		return tag
	}
	return ""
}
