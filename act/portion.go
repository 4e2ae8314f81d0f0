package act

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"entente/label"
	"entente/seal"
)

// MediaTypeSTIX is the media type of a STIX 2.1 object (STIX 2.1 section 3.1),
// so far the only one of a portion's object.
const MediaTypeSTIX = "application/stix+json;version=2.1"

// objectMediaTypes is the closed list.
var objectMediaTypes = []string{MediaTypeSTIX}

// A PortionInput is what an officer or an importer says in a portion, before
// its bytes are fixed by [NewPortion].
type PortionInput struct {
	// ID names the portion in every view, Salt (32 hex digits) makes its digest
	// unguessable. Empty, both are drawn by NewPortion.
	ID   ID     `json:"id,omitempty"`
	Salt string `json:"salt,omitempty"`
	// Label marks the portion: its class, and to whom it is released.
	Label label.Label `json:"label,omitzero"`
	// Grade says what the originator thinks of source and content.
	Grade Grade `json:"grade,omitzero"`
	// Lang is the language of Text, a tag of BCP 47; "und" where it is not
	// known.
	Lang string `json:"lang"`
	// Text is plain text, 1 to [MaxText] bytes.
	Text string `json:"text"`
	// Sources and Cites say where it comes from; one of them is needed.
	Sources []Source `json:"sources,omitempty"`
	Cites   []Cite   `json:"cites,omitempty"`
	// PersonData says by what right personal data stand in it; needed for
	// release where the label says that there are any (rule 21).
	PersonData *PersonData `json:"person_data,omitempty"`
	// Designation is a listing by a named authority, in reports of type
	// DESIGNATION.
	Designation *Designation `json:"designation,omitempty"`
	// Object is a foreign object that the portion carries byte for byte.
	Object *Object `json:"object,omitempty"`
	// Attachments are files that lie beside the act.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// An Object is a foreign object with its exact bytes.
type Object struct {
	MediaType string `json:"media_type"`
	Bytes     []byte `json:"bytes"`
}

// An Attachment names a file that is fetched from the originator by its
// digest (delivery.md), and holds the key to it.
type Attachment struct {
	// Name is a file name without a path, for people.
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	// Size is that of the file, SealedSize that of what is fetched, in bytes.
	Size       int64 `json:"size"`
	SealedSize int64 `json:"sealed_size"`
	// Digest is SHA-256 of what is fetched, PlainDigest of the file.
	Digest      Digest `json:"digest"`
	Key         []byte `json:"key"`
	PlainDigest Digest `json:"plain_digest"`
}

// A Portion is the smallest labelled unit of a report. Its bytes are fixed
// once and are the same in every view that holds it.
type Portion struct {
	PortionInput
	// Raw holds the exact bytes. It is a slice of the act's bytes where the
	// portion was parsed; nobody writes to it.
	Raw json.RawMessage `json:"-"`
	// Digest is [PortionDigest] of Raw.
	Digest Digest `json:"-"`
}

// NewPortion fixes the bytes of a portion. It draws ID and salt where in has
// none, and refuses what a reader would refuse, by the same check.
func NewPortion(in PortionInput) (Portion, error) {
	return newPortion(&in, &decoder{})
}

// NewPortions is [NewPortion] for all portions of a report, which mostly share
// their label: it is read once. An error says which portion, counted from 1.
func NewPortions(in []PortionInput) ([]Portion, error) {
	out := make([]Portion, len(in))
	var d decoder
	for i := range in {
		p := in[i]
		var err error
		if out[i], err = newPortion(&p, &d); err != nil {
			return nil, within(err, "portion %d", i+1)
		}
	}
	return out, nil
}

func newPortion(in *PortionInput, d *decoder) (Portion, error) {
	if err := checkRoom(in); err != nil {
		return Portion{}, err
	}
	if in.ID == "" {
		in.ID = NewID()
	}
	if in.Salt == "" {
		in.Salt = string(NewID())
	}
	raw, err := appendPortion(nil, in)
	if err != nil {
		return Portion{}, err
	}
	if d.tape, err = scan(raw, nil); err != nil {
		return Portion{}, err
	}
	return d.portion(0)
}

// checkRoom refuses what cannot fit before it is copied.
func checkRoom(in *PortionInput) error {
	if len(in.Text) > MaxText {
		return refuse(ErrTextSize, "%d bytes", len(in.Text))
	}
	if in.Object != nil && len(in.Object.Bytes) > MaxObject {
		return refuse(ErrFieldSize, "an object of %d bytes, at most %d", len(in.Object.Bytes), MaxObject)
	}
	return nil
}

// ParsePortion reads the exact bytes of one portion, as a store keeps them.
func ParsePortion(raw []byte) (Portion, error) {
	t, err := scan(raw, nil)
	if err != nil {
		return Portion{}, err
	}
	return (&decoder{tape: t}).portion(0)
}

// decoder reads a tape. It remembers the labels that it has read, because the
// portions of one act mostly share theirs.
type decoder struct {
	*tape
	labels []labelRead
	// noting makes it collect in noted what breaks a rule, instead of stopping
	// there: an officer is told everything at once. What breaks the form stops
	// it in any case.
	noting bool
	noted  []error
}

// rule takes the refusal of a rule: it is the result, or it is noted.
func (d *decoder) rule(err error) error {
	if err != nil && d.noting {
		d.noted = append(d.noted, err)
		return nil
	}
	return err
}

type labelRead struct {
	raw   []byte
	label label.Label
}

func (d *decoder) label(n int) (label.Label, error) {
	raw := d.raw(n)
	for i := range d.labels {
		if string(d.labels[i].raw) == string(raw) {
			return d.labels[i].label, nil
		}
	}
	var l label.Label
	if err := l.UnmarshalJSON(raw); err != nil {
		return l, refuse(ErrLabel, "%v", err)
	}
	d.labels = append(d.labels, labelRead{raw, l})
	return l, nil
}

// portion reads and checks the portion at node n.
func (d *decoder) portion(n int) (p Portion, err error) {
	f, err := d.walk(n, &portionShape)
	if err != nil {
		return p, err
	}
	p.Raw = d.raw(n)
	p.Digest = PortionDigest(p.Raw)
	if p.ID, err = ParseID(d.text(f[portionID])); err != nil {
		return p, within(err, "id")
	}
	if _, err = ParseID(d.text(f[portionSalt])); err != nil {
		return p, within(err, "salt")
	}
	p.Salt = d.text(f[portionSalt])
	if err = d.marks(&p, &f); err != nil {
		return p, err
	}
	p.Lang = d.text(f[portionLang])
	if err = checkLang(p.Lang); err != nil {
		return p, err
	}
	p.Text = d.text(f[portionText])
	if len(p.Text) > MaxText {
		return p, refuse(ErrTextSize, "%d bytes", len(p.Text))
	}
	if err = checkText("the text", p.Text, MaxText); err != nil {
		return p, err
	}
	if err = d.origins(&p, &f); err != nil {
		return p, err
	}
	if f.has(portionPersonData) {
		if p.PersonData, err = d.personData(f[portionPersonData]); err != nil {
			return p, within(err, "person data")
		}
	}
	if f.has(portionLabel) {
		if err = d.rule(checkPersonData(&p.Label, p.PersonData, f.has(portionDesignation))); err != nil {
			return p, err
		}
	}
	if f.has(portionDesignation) {
		g, err := decodeDesignation(d.tape, f[portionDesignation])
		if err != nil {
			return p, within(err, "designation")
		}
		p.Designation = &g
	}
	if f.has(portionObject) {
		o, err := decodeObject(d.tape, f[portionObject])
		if err != nil {
			return p, err
		}
		p.Object = &o
	}
	if p.Attachments, err = elements(d.tape, f[portionAttachments], "attachment", MaxAttachments, decodeAttachment); err != nil {
		return p, err
	}
	return p, nil
}

// marks reads label and grade.
func (d *decoder) marks(p *Portion, f *found) (err error) {
	if f.has(portionLabel) {
		p.Label, err = d.label(f[portionLabel])
	} else {
		err = d.rule(refuse(ErrNoLabel, "no label"))
	}
	if err != nil {
		return err
	}
	if f.has(portionGrade) {
		p.Grade, err = decodeGrade(d.tape, f[portionGrade])
	} else {
		err = d.rule(refuse(ErrNoGrade, "no grade"))
	}
	return err
}

// origins reads where the portion comes from and applies the rules about it.
func (d *decoder) origins(p *Portion, f *found) (err error) {
	if p.Sources, err = elements(d.tape, f[portionSources], "source", MaxSources, decodeSource); err != nil {
		return err
	}
	if p.Cites, err = elements(d.tape, f[portionCites], "citation", MaxCites, decodeCite); err != nil {
		return err
	}
	for i := range p.Cites {
		if p.Cites[i].Portion == p.ID {
			return refuse(ErrRepeated, "citation %d is of the portion itself", i+1)
		}
		for k := range i {
			if p.Cites[k].Portion == p.Cites[i].Portion {
				return refuse(ErrRepeated, "citation %d", i+1)
			}
		}
	}
	if len(p.Sources) == 0 && len(p.Cites) == 0 {
		if err = d.rule(refuse(ErrNoSource, "neither source nor citation")); err != nil {
			return err
		}
	}
	if err = d.rule(checkStated(p.Sources)); err != nil {
		return err
	}
	if err = d.rule(checkGate(p.Sources)); err != nil {
		return err
	}
	if err = d.rule(checkConfirmed(&p.Grade, p.Sources)); err != nil {
		return err
	}
	if !f.has(portionLabel) {
		return nil
	}
	return d.rule(checkOwners(&p.Label, p.Sources, p.Cites))
}

// checkConfirmed is rule 12, as far as the portion by itself can show it.
func checkConfirmed(g *Grade, sources []Source) error {
	if g.Credibility != "1" || g.Override != nil {
		return nil
	}
	if n := parties(sources); n < 2 {
		return refuse(ErrUnconfirmed, "credibility 1 with %d named parties", n)
	}
	return nil
}

// checkOwners is rules 7 and 8, as far as the portion by itself can show them:
// whose source or portion it comes from, the label says.
func checkOwners(l *label.Label, sources []Source, cites []Cite) error {
	for i := range sources {
		m, x, err := ownerOf(sources[i].Originator)
		switch {
		case err != nil:
			return err
		case m == "" && !l.External.Contains(x):
			return refuse(ErrExternal, "source %d of %s", i+1, x)
		case m != "" && !l.Originators.Contains(m):
			return refuse(ErrOriginator, "source %d of %s", i+1, m)
		}
	}
	for i := range cites {
		if m := cites[i].Originator; !l.Originators.Contains(m) {
			return refuse(ErrOriginator, "citation %d of %s", i+1, m)
		}
	}
	return nil
}

// elements reads the array at node n, each element by read. The array is
// absent where n is 0.
func elements[T any](t *tape, n int, what string, most int, read func(*tape, int) (T, error)) ([]T, error) {
	if n == 0 {
		return nil, nil
	}
	c := t.count(n)
	if c > most {
		return nil, refuse(ErrTooMany, "%d of %s, at most %d", c, what, most)
	}
	if c == 0 {
		return nil, nil
	}
	out := make([]T, 0, c)
	for i, e := range t.elements(n) {
		v, err := read(t, e)
		if err != nil {
			return nil, within(err, "%s %d", what, i+1)
		}
		out = append(out, v)
	}
	return out, nil
}

func decodeObject(t *tape, n int) (o Object, err error) {
	f, err := t.walk(n, &objectShape)
	if err != nil {
		return o, err
	}
	if o.MediaType, err = oneOf("media type of an object", t.text(f[objectMediaType]), objectMediaTypes); err != nil {
		return o, err
	}
	o.Bytes, err = decodeBase64(t, f[objectBytes], 1, MaxObject)
	return o, err
}

func decodeAttachment(t *tape, n int) (a Attachment, err error) {
	f, err := t.walk(n, &attachmentShape)
	if err != nil {
		return a, err
	}
	a.Name, a.MediaType = t.text(f[attachmentName]), t.text(f[attachmentMediaType])
	if err := checkLine("the name", a.Name, maxFileName); err != nil {
		return a, err
	}
	if strings.ContainsAny(a.Name, `/\:`) || a.Name[0] == '.' {
		return a, refuse(ErrValue, "name %q is a path, or hidden", clip(a.Name))
	}
	if err := checkMediaType(a.MediaType); err != nil {
		return a, err
	}
	a.Size, a.SealedSize = t.integer(f[attachmentSize]), t.integer(f[attachmentSealedSize])
	if a.Size > MaxAttachment {
		return a, refuse(ErrValue, "size %d, at most %d", a.Size, MaxAttachment)
	}
	if want, err := seal.AttachmentSealedSize(a.Size); err != nil || a.SealedSize != want {
		return a, refuse(ErrValue, "sealed_size %d, a file of %d bytes has %d", a.SealedSize, a.Size, want)
	}
	if a.Digest, err = ParseDigest(t.text(f[attachmentDigest])); err != nil {
		return a, err
	}
	if a.PlainDigest, err = ParseDigest(t.text(f[attachmentPlainDigest])); err != nil {
		return a, err
	}
	a.Key, err = decodeBase64(t, f[attachmentKey], 32, 32)
	return a, err
}

// checkMediaType accepts type "/" subtype (RFC 6838 section 4.2) in lower
// case, without parameters.
func checkMediaType(s string) error {
	if len(s) > maxMediaType {
		return refuse(ErrFieldSize, "media type of %d bytes, at most %d", len(s), maxMediaType)
	}
	top, sub, ok := strings.Cut(s, "/")
	if !ok || !restricted(top) || !restricted(sub) {
		return refuse(ErrValue, "media type %q is not of the form application/pdf", clip(s))
	}
	return nil
}

func restricted(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !lower(c) && !digit(c) && (i == 0 || !strings.ContainsRune("!#$&-^_.+", rune(c))) {
			return false
		}
	}
	return s != ""
}

// decodeBase64 reads the string at node n as canonical base64.
func decodeBase64(t *tape, n, least, most int) ([]byte, error) {
	s := t.raw(n)
	s = s[1 : len(s)-1]
	if t.nodes[n].kind != kindString {
		return nil, refuse(ErrValue, "base64 with an escape in it")
	}
	if len(s) > base64.StdEncoding.EncodedLen(most) {
		return nil, refuse(ErrFieldSize, "more than %d bytes in base64", most)
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(nil, s)
	if err != nil {
		return nil, refuse(ErrValue, "not canonical base64")
	}
	if len(b) < least || len(b) > most {
		return nil, refuse(ErrFieldSize, "%d bytes in base64, %d to %d", len(b), least, most)
	}
	return b, nil
}

// appendPortion writes the portion's exact bytes. Absent label and grade are
// left out, and so refused by the reader under their own rules.
func appendPortion(b []byte, in *PortionInput) ([]byte, error) {
	o := begin(b, &portionShape)
	o.str(portionID, string(in.ID))
	o.str(portionSalt, in.Salt)
	if !in.Label.Equal(label.Label{}) {
		l, err := in.Label.MarshalJSON()
		if err != nil {
			return nil, refuse(ErrLabel, "%v", err)
		}
		o.key(portionLabel)
		o.b = append(o.b, l...)
	}
	if !in.Grade.IsZero() {
		o.key(portionGrade)
		o.b = appendGrade(o.b, &in.Grade)
	}
	o.str(portionLang, in.Lang)
	o.str(portionText, in.Text)
	list(&o, portionSources, in.Sources, appendSource)
	list(&o, portionCites, in.Cites, appendCite)
	if in.PersonData != nil {
		o.key(portionPersonData)
		o.b = appendPersonData(o.b, in.PersonData)
	}
	if in.Designation != nil {
		o.key(portionDesignation)
		o.b = appendDesignation(o.b, in.Designation)
	}
	if in.Object != nil {
		o.key(portionObject)
		w := begin(o.b, &objectShape)
		w.str(objectMediaType, in.Object.MediaType)
		w.key(objectBytes)
		w.b = appendBase64(w.b, in.Object.Bytes)
		o.b = w.end()
	}
	list(&o, portionAttachments, in.Attachments, appendAttachment)
	return o.end(), nil
}

func appendAttachment(b []byte, a *Attachment) []byte {
	o := begin(b, &attachmentShape)
	o.str(attachmentName, a.Name)
	o.str(attachmentMediaType, a.MediaType)
	o.integer(attachmentSize, a.Size)
	o.integer(attachmentSealedSize, a.SealedSize)
	o.str(attachmentDigest, a.Digest.String())
	o.key(attachmentKey)
	o.b = appendBase64(o.b, a.Key)
	o.str(attachmentPlainDigest, a.PlainDigest.String())
	return o.end()
}
