package label

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The namespace of STANAG 4774 and the prefix that ADatP-5636 gives it.
const (
	stanagNamespace = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
	stanagPrefix    = "s4774"

	xsiNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// AppendXML appends the XML element of c to b: one element without an XML
// declaration, as it stands in the Metadata of a STANAG 4778 binding.
func (c Confidentiality) AppendXML(b []byte) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	w := bytes.NewBuffer(b)
	text := func(s string) {
		// A bytes.Buffer does not fail, and Validate left no character that
		// would be replaced.
		_ = xml.EscapeText(w, []byte(s))
	}
	open := func(name string, attrs ...string) {
		w.WriteString("<" + stanagPrefix + ":" + name)
		for i := 0; i < len(attrs); i += 2 {
			if attrs[i+1] != "" || attrs[i] == "TagName" {
				w.WriteString(" " + attrs[i] + `="`)
				text(attrs[i+1])
				w.WriteString(`"`)
			}
		}
		w.WriteString(">")
	}
	shut := func(name string) { w.WriteString("</" + stanagPrefix + ":" + name + ">") }
	leaf := func(name, value string, attrs ...string) {
		open(name, attrs...)
		text(value)
		shut(name)
	}

	open(string(c.Kind), "xmlns:"+stanagPrefix, stanagNamespace, "Id", c.ID, "ReviewDateTime", c.Review.String())
	open("ConfidentialityInformation")
	leaf("PolicyIdentifier", string(c.Policy), "URI", c.PolicyURI)
	leaf("Classification", string(c.Class))
	if c.PrivacyMark != "" {
		leaf("PrivacyMark", c.PrivacyMark)
	}
	for _, g := range c.Categories {
		open("Category", "Type", string(g.Type), "TagName", g.TagName, "URI", g.URI)
		for _, v := range g.Values {
			leaf("GenericValue", v)
		}
		shut("Category")
	}
	shut("ConfidentialityInformation")
	if c.OriginatorID != "" {
		leaf("OriginatorID", c.OriginatorID, "IDType", c.OriginatorIDType)
	}
	leaf("CreationDateTime", c.Created.String())
	shut(string(c.Kind))
	if w.Len()-len(b) > MaxXML {
		return nil, fmt.Errorf("%w: %w: a document of more than %d bytes", ErrSTANAG, ErrTooMany, MaxXML)
	}
	return w.Bytes(), nil
}

// ParseConfidentiality reads one confidentiality label of STANAG 4774 from b,
// which holds nothing else but an XML declaration, comments and white space.
// It refuses, by an error that wraps [ErrSTANAG]:
//
//   - more than [MaxXML] bytes, and what is not well-formed XML in UTF-8;
//   - document type declarations and processing instructions, so that there are
//     no entities but the five of XML itself; comments inside a value;
//   - elements and attributes that the standard does not have at their place,
//     repeated attributes, elements out of order;
//   - what the prose of the standard forbids: IntegerValue, BitStringValue, a
//     URI of the classification, a URI that is not an object identifier;
//   - SuccessionHandling: a label that changes by itself, where widening is an
//     act of the originator (rule 10);
//   - moments without a time zone.
//
// The element ConfidentialityLabel, which the standard keeps for older
// documents, is read as the originator's label. Moments are taken to UTC and
// to the second, the earlier one.
func ParseConfidentiality(b []byte) (Confidentiality, error) {
	if len(b) > MaxXML {
		return Confidentiality{}, fmt.Errorf("%w: %w: a document of %d bytes, at most %d", ErrSTANAG, ErrTooMany, len(b), MaxXML)
	}
	r := &xmlReader{dec: xml.NewDecoder(bytes.NewReader(b))}
	if rest, ok := bytes.CutPrefix(b, []byte("<?xml")); ok && len(rest) > 0 {
		r.declared = bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0
	}
	c := r.document()
	if r.err == nil {
		r.err = c.Validate()
	}
	if r.err != nil {
		if !errors.Is(r.err, ErrSTANAG) {
			r.err = fmt.Errorf("%w: %w", ErrSTANAG, r.err)
		}
		return Confidentiality{}, r.err
	}
	return c, nil
}

// xmlReader reads elements in the order of the schema. The first error stays
// and makes every later call return nothing. It only ever goes down into
// elements that it knows, so its depth is that of the schema.
type xmlReader struct {
	dec      *xml.Decoder
	err      error
	pending  *xml.StartElement // an element that peek has seen and nobody taken
	ended    bool              // the parent's end was seen
	started  bool              // a token was seen
	declared bool              // the document begins with an XML declaration
}

func (r *xmlReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
	}
}

// token returns the next token that is neither white space nor a comment, nil
// at the end of the document.
func (r *xmlReader) token() xml.Token {
	for r.err == nil {
		tok, err := r.dec.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			r.fail("%s", clip(err.Error()))
			return nil
		}
		first := !r.started
		r.started = true
		switch tok := tok.(type) {
		case xml.Comment:
		case xml.CharData:
			if strings.Trim(string(tok), " \t\r\n") != "" {
				r.fail("text %q outside of a value", clip(string(tok)))
			}
		case xml.ProcInst:
			// The XML declaration is no processing instruction, but comes as
			// one. It stands at the very beginning, or it is none.
			if !r.declared || !first {
				r.fail("a processing instruction: remove it")
			}
		case xml.Directive:
			r.fail("a document type declaration or other directive: remove it")
		default:
			return tok
		}
	}
	return nil
}

// peek returns the next child of the element that is open, nil at its end.
func (r *xmlReader) peek() *xml.StartElement {
	if r.pending != nil || r.ended || r.err != nil {
		return r.pending
	}
	switch tok := r.token().(type) {
	case xml.StartElement:
		tok = tok.Copy()
		r.pending = &tok
	case xml.EndElement:
		r.ended = true
	}
	return r.pending
}

// begin enters the next child if it has the name, and returns its attributes.
func (r *xmlReader) begin(name string, allowed ...string) (attrs map[string]string, ok bool) {
	e := r.peek()
	if e == nil || e.Name.Space != stanagNamespace || e.Name.Local != name {
		return nil, false
	}
	r.pending = nil
	attrs = make(map[string]string)
	seen := make(map[xml.Name]bool)
	for _, a := range e.Attr {
		switch {
		case seen[a.Name]:
			r.fail("%s: attribute %s stands twice", name, clip(a.Name.Local))
		case a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space == xsiNamespace && a.Name.Local == "schemaLocation":
		case a.Name.Space != "" || !contains(allowed, a.Name.Local):
			r.fail("%s has no attribute %s here: remove it", name, clip(a.Name.Local))
		case len(a.Value) > maxXMLText:
			r.fail("attribute %s of %d bytes, at most %d", a.Name.Local, len(a.Value), maxXMLText)
		default:
			attrs[a.Name.Local] = a.Value
		}
		seen[a.Name] = true
	}
	return attrs, r.err == nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// end leaves the element that is open, which must have no further child.
func (r *xmlReader) end(name string) {
	if e := r.peek(); e != nil {
		r.fail("element %s does not belong at this place in %s", clip(e.Name.Local), name)
	}
	r.ended = false
}

// value reads the text of the element that was begun, to its end.
func (r *xmlReader) value(name string) string {
	var b strings.Builder
	for r.err == nil {
		tok, err := r.dec.Token()
		if err != nil {
			r.fail("%s", clip(err.Error()))
			break
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if b.Write(tok); b.Len() > maxXMLText {
				r.fail("%s: a text of more than %d bytes", name, maxXMLText)
			}
		case xml.EndElement:
			return b.String()
		default:
			r.fail("%s holds something else than text: readers would differ in what it says", name)
		}
	}
	return ""
}

// required is begin for a child that must be there.
func (r *xmlReader) required(name string, allowed ...string) map[string]string {
	attrs, ok := r.begin(name, allowed...)
	if !ok {
		found := "nothing"
		if e := r.peek(); e != nil {
			found = clip(e.Name.Local)
		}
		r.fail("%s is missing: found %s in its place", name, found)
	}
	return attrs
}

func (r *xmlReader) document() (c Confidentiality) {
	kind := ""
	if e := r.peek(); e != nil {
		kind = e.Name.Local
	}
	switch k := ConfidentialityKind(kind); k {
	case OriginatorLabel, AlternativeLabel, MetadataLabel:
		c.Kind = k
	case "ConfidentialityLabel":
		c.Kind = OriginatorLabel
	default:
		r.fail("root element %q: it is %s, %s or %s of %s", clip(kind), OriginatorLabel, AlternativeLabel, MetadataLabel, stanagNamespace)
		return c
	}
	attrs := r.required(kind, "Id", "ReviewDateTime")
	if id, ok := attrs["Id"]; ok {
		if c.ID = id; id == "" {
			r.fail("Id is empty: remove it")
		}
	}
	if s, ok := attrs["ReviewDateTime"]; ok {
		c.Review = r.moment("ReviewDateTime", s)
	}

	r.required("ConfidentialityInformation")
	r.information(&c)
	r.end("ConfidentialityInformation")

	if attrs, ok := r.begin("OriginatorID", "IDType"); ok {
		c.OriginatorIDType = attrs["IDType"]
		if c.OriginatorID = r.value("OriginatorID"); c.OriginatorID == "" {
			r.fail("OriginatorID is empty: remove it")
		}
	}
	r.required("CreationDateTime")
	c.Created = r.moment("CreationDateTime", r.value("CreationDateTime"))
	if e := r.peek(); e != nil && e.Name.Local == "SuccessionHandling" {
		r.fail("SuccessionHandling: a label does not change by itself: only its originator widens it (rule 10)")
	}
	r.end(kind)
	if tok := r.token(); tok != nil {
		r.fail("something follows the label")
	}
	return c
}

func (r *xmlReader) information(c *Confidentiality) {
	attrs := r.required("PolicyIdentifier", "URI")
	c.PolicyURI = attrs["URI"]
	c.Policy = PolicyID(xmlToken(r.value("PolicyIdentifier")))
	r.required("Classification")
	c.Class = Class(xmlToken(r.value("Classification")))
	if _, ok := r.begin("PrivacyMark"); ok {
		c.PrivacyMark = r.value("PrivacyMark")
	}
	for {
		attrs, ok := r.begin("Category", "Type", "TagName", "URI")
		if !ok {
			return
		}
		if len(c.Categories) == MaxCategories {
			r.fail("more than %d categories", MaxCategories)
			return
		}
		g := Category{Type: CategoryType(attrs["Type"]), TagName: attrs["TagName"], URI: attrs["URI"]}
		if _, ok := attrs["TagName"]; !ok {
			r.fail("Category without TagName")
		}
		for {
			if _, ok := r.begin("GenericValue"); !ok {
				break
			}
			if len(g.Values) == MaxValues {
				r.fail("category %s has more than %d values", clip(g.TagName), MaxValues)
				return
			}
			g.Values = append(g.Values, r.value("GenericValue"))
		}
		r.end("Category")
		c.Categories = append(c.Categories, g)
	}
}

// xmlToken collapses white space as XML Schema does for xs:token.
func xmlToken(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

// moment reads an xs:dateTime that has a time zone.
func (r *xmlReader) moment(what, s string) Instant {
	if r.err != nil {
		return 0
	}
	s = xmlToken(s)
	t, err := time.Parse(time.RFC3339Nano, s)
	i, ok := InstantOf(t)
	if err != nil || !ok || strings.Contains(s, ",") {
		r.fail("%s %q: write a moment with its time zone, as %s", what, clip(s), instantForm)
	}
	return i
}
