package label

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on a STANAG 4774 document.
const (
	// MaxXML bounds the document in bytes.
	MaxXML = 64 << 10
	// MaxCategories bounds the number of categories, MaxValues the number of
	// values in one of them.
	MaxCategories = 32
	MaxValues     = 256
	// maxXMLText bounds each text in bytes.
	maxXMLText = 1024
)

// ConfidentialityKind is the metadata element that a confidentiality label is
// (ADatP-4774 Ed. A Ver. 1, appendix 1).
type ConfidentialityKind string

// The kinds.
const (
	// OriginatorLabel is the label that the originator gave the data.
	OriginatorLabel ConfidentialityKind = "originatorConfidentialityLabel"
	// AlternativeLabel is an equivalent of it in another policy.
	AlternativeLabel ConfidentialityKind = "alternativeConfidentialityLabel"
	// MetadataLabel is the label of the set of metadata itself.
	MetadataLabel ConfidentialityKind = "metadataConfidentialityLabel"
)

// CategoryType says how a category limits access.
type CategoryType string

// The types of category. A reader must hold all values of a restrictive
// category and at least one of a permissive one; an informative one limits
// nothing.
const (
	Restrictive CategoryType = "RESTRICTIVE"
	Permissive  CategoryType = "PERMISSIVE"
	Informative CategoryType = "INFORMATIVE"
)

// Category is a set of values of one tag.
type Category struct {
	Type    CategoryType `json:"type"`
	TagName string       `json:"tag_name"`
	URI     string       `json:"uri,omitempty"`
	Values  []string     `json:"values"`
}

// Confidentiality is a confidentiality label of STANAG 4774 as it is written,
// whatever its policy: what [ParseConfidentiality] reads and
// [Confidentiality.AppendXML] writes, without loss. [Table.LabelOf] says what
// it means here.
type Confidentiality struct {
	Kind ConfidentialityKind `json:"kind"`
	// ID is the optional XML identifier by which a binding refers to it.
	ID string `json:"id,omitempty"`
	// Policy and PolicyURI identify the policy, Class the classification in it.
	Policy    PolicyID `json:"policy"`
	PolicyURI string   `json:"policy_uri,omitempty"`
	Class     Class    `json:"class"`
	// PrivacyMark is free text.
	PrivacyMark string     `json:"privacy_mark,omitempty"`
	Categories  []Category `json:"categories,omitempty"`
	// OriginatorID identifies who made the label, by an identifier of the type
	// OriginatorIDType.
	OriginatorID     string `json:"originator_id,omitempty"`
	OriginatorIDType string `json:"originator_id_type,omitempty"`
	// Created is the moment at which the label was made, Review the one by
	// which it is to be reviewed, absent if the document says none.
	Created Instant `json:"created"`
	Review  Instant `json:"review,omitzero"`
}

// idTypes are the types of identifier (ADatP-4774 Ed. A, appendix 1, table 9).
var idTypes = []string{"rfc822Name", "dNSName", "directoryName", "uniformResourceIdentifier",
	"iPAddress", "x400Address", "userPrincipalName", "jID"}

// The tags of the categories in which a label of the centre is written.
const (
	tagRel        = "ReleasableTo"
	tagCodes      = "HandlingCode"
	tagConsent    = "ConsentNeeded"
	tagExternal   = "ExternalOriginator"
	tagPersonal   = "PersonalData"
	tagCaveat     = "Caveat"
	tagExpires    = "Expires"
	tagOriginator = "Originator"

	// relNone stands in the permissive category of a label that is released to
	// nobody. Without the category the standard reads: no limit.
	relNone = "NONE"
	// personalYes is the value that says that there are personal data.
	personalYes = "PERSONAL DATA"
)

// Confidentiality returns l as the originator's label of STANAG 4774, made at
// the moment created:
//
//	policy, class    PolicyIdentifier (with the policy's URI), Classification
//	rel              PERMISSIVE ReleasableTo; NONE if it is empty
//	use codes        RESTRICTIVE HandlingCode
//	consent needed   RESTRICTIVE ConsentNeeded
//	external         RESTRICTIVE ExternalOriginator, as X VIA IRQ
//	personal         RESTRICTIVE PersonalData
//	caveats          RESTRICTIVE Caveat
//	expires          RESTRICTIVE Expires
//	originators      INFORMATIVE Originator
//	review by        ReviewDateTime
//
// For a document that leaves the centre, l is the effective label of what it
// marks ([Consents.Effective]). Whoever does not know a restrictive tag must
// refuse the data, which is what a limit that cannot be honoured should lead
// to.
func (t *Table) Confidentiality(l Label, created Instant) (Confidentiality, error) {
	p, _, err := t.lookup(l.Policy, l.Class)
	if err != nil {
		return Confidentiality{}, err
	}
	if err := l.checkConditions(); err != nil {
		return Confidentiality{}, err
	}
	c := Confidentiality{
		Kind: OriginatorLabel, Policy: l.Policy, PolicyURI: p.URI, Class: l.Class,
		Created: created, Review: l.ReviewBy,
	}
	add := func(typ CategoryType, tag string, values []string) {
		if len(values) > 0 {
			c.Categories = append(c.Categories, Category{Type: typ, TagName: tag, Values: values})
		}
	}
	if l.Rel.IsEmpty() {
		add(Permissive, tagRel, []string{relNone})
	} else {
		add(Permissive, tagRel, l.Rel.names())
	}
	add(Restrictive, tagCodes, l.UseCodes.tokens())
	add(Restrictive, tagConsent, l.ConsentNeeded.names())
	add(Restrictive, tagExternal, slices.Clone(l.External.keys))
	if l.Personal {
		add(Restrictive, tagPersonal, []string{personalYes})
	}
	add(Restrictive, tagCaveat, slices.Clone(l.Caveats.texts))
	if !l.Expires.IsAbsent() {
		add(Restrictive, tagExpires, []string{l.Expires.String()})
	}
	add(Informative, tagOriginator, l.Originators.names())
	return c, c.Validate()
}

// Alternative returns the equivalent of l in the policy to as the alternative
// label of STANAG 4774: the same limits under that policy's class. The
// originator's label is never replaced by it (ADatP-4774.1, 4.2).
func (t *Table) Alternative(l Label, to PolicyID, created Instant) (Confidentiality, error) {
	class, err := t.Equivalent(ClassRef{l.Policy, l.Class}, to)
	if err != nil {
		return Confidentiality{}, err
	}
	l.Policy, l.Class = to, class
	c, err := t.Confidentiality(l, created)
	c.Kind = AlternativeLabel
	return c, err
}

// LabelOf returns what c means as a label of the centre. originators answers
// for it where c does not say who does, as documents from elsewhere do not.
// Whatever c says that a label cannot hold is refused by an error that wraps
// [ErrSTANAG]: an unknown restrictive or permissive category is a limit that
// could not be kept, and a document without ReleasableTo names nobody (rule
// 31). For a label l, LabelOf is the inverse of [Table.Confidentiality].
func (t *Table) LabelOf(c Confidentiality, originators MemberSet) (Label, error) {
	if err := c.Validate(); err != nil {
		return Label{}, err
	}
	p, _, err := t.lookup(c.Policy, c.Class)
	if err != nil {
		return Label{}, fmt.Errorf("%w: %w", ErrSTANAG, err)
	}
	if c.PolicyURI != "" && c.PolicyURI != p.URI {
		return Label{}, fmt.Errorf("%w: policy %s has the URI %q here, not %q: the two are different policies", ErrSTANAG, p.ID, p.URI, clip(c.PolicyURI))
	}
	if c.PrivacyMark != "" {
		return Label{}, fmt.Errorf("%w: privacy mark %q: a label holds none: make it a caveat", ErrSTANAG, clip(c.PrivacyMark))
	}
	l := Label{Policy: c.Policy, Class: c.Class, ReviewBy: c.Review}
	released := false
	seen := make(map[string]bool)
	for _, g := range c.Categories {
		tag := g.TagName
		if tag == "Releasable To" { // the spelling of the NATO policy
			tag = tagRel
		}
		if seen[tag] {
			return Label{}, fmt.Errorf("%w: category %s stands twice: put its values into one", ErrSTANAG, clip(tag))
		}
		seen[tag] = true
		if err := l.take(g, tag); err != nil {
			return Label{}, fmt.Errorf("%w: category %s: %w", ErrSTANAG, clip(tag), err)
		}
		released = released || tag == tagRel
	}
	if !released {
		return Label{}, fmt.Errorf("%w: no category %s: say to whom it is released, %s if to nobody (rule 31)", ErrSTANAG, tagRel, relNone)
	}
	if !seen[tagOriginator] {
		l.Originators = originators
	}
	if err := l.checkConditions(); err != nil {
		return Label{}, fmt.Errorf("%w: %w", ErrSTANAG, err)
	}
	return l, nil
}

// take puts one category into l.
func (l *Label) take(g Category, tag string) error {
	want := map[string]CategoryType{
		tagRel: Permissive, tagCodes: Restrictive, tagConsent: Restrictive, tagExternal: Restrictive,
		tagPersonal: Restrictive, tagCaveat: Restrictive, tagExpires: Restrictive, tagOriginator: Informative,
	}[tag]
	switch {
	case want == "":
		return fmt.Errorf("%w: the centre has no such category and could not keep what it limits: make it a caveat", ErrSyntax)
	case g.Type != want:
		return fmt.Errorf("%w: it is %s, not %s", ErrSyntax, want, clip(string(g.Type)))
	case len(g.Values) == 0:
		return fmt.Errorf("%w: it has no value", ErrSyntax)
	}
	var err error
	switch tag {
	case tagRel:
		if !slices.Equal(g.Values, []string{relNone}) {
			l.Rel, err = membersInOrder(g.Values)
		}
	case tagCodes:
		l.UseCodes, err = useCodesInOrder(g.Values)
	case tagConsent:
		l.ConsentNeeded, err = membersInOrder(g.Values)
	case tagExternal:
		xs := make([]External, len(g.Values))
		for i, v := range g.Values {
			if xs[i], err = ParseExternal(v); err != nil {
				return err
			}
		}
		l.External, err = externalsInOrder(xs)
	case tagCaveat:
		l.Caveats, err = caveatsInOrder(g.Values)
	case tagOriginator:
		l.Originators, err = membersInOrder(g.Values)
	case tagPersonal:
		if l.Personal = slices.Equal(g.Values, []string{personalYes}); !l.Personal {
			err = fmt.Errorf("%w: its only value is %s", ErrSyntax, personalYes)
		}
	case tagExpires:
		if len(g.Values) != 1 {
			return fmt.Errorf("%w: it has one value", ErrSyntax)
		}
		l.Expires, err = ParseInstant(g.Values[0])
	}
	return err
}

// Validate reports what in c could not be written as a document of the
// standard, by an error that wraps [ErrSTANAG].
func (c Confidentiality) Validate() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrSTANAG}, args...)...)
	}
	switch c.Kind {
	case OriginatorLabel, AlternativeLabel, MetadataLabel:
	default:
		return fail("kind %q: it is %s, %s or %s", clip(string(c.Kind)), OriginatorLabel, AlternativeLabel, MetadataLabel)
	}
	if c.ID != "" && !ncName(c.ID) {
		return fail("identifier %q: write a letter or underscore and then letters, digits, '.', '-', '_'", clip(c.ID))
	}
	for _, v := range []struct{ what, text string }{{"PolicyIdentifier", string(c.Policy)}, {"Classification", string(c.Class)}} {
		if v.text == "" || strings.Join(strings.Fields(v.text), " ") != v.text {
			return fail("%s %q: it is not empty and has single blanks only (xs:token)", v.what, clip(v.text))
		}
	}
	if c.PolicyURI != "" {
		if err := checkURN(c.PolicyURI); err != nil {
			return fail("PolicyIdentifier: %w", err)
		}
	}
	all := []string{string(c.Policy), string(c.Class), c.PrivacyMark, c.OriginatorID}
	if len(c.Categories) > MaxCategories {
		return fail("%w: %d categories, at most %d", ErrTooMany, len(c.Categories), MaxCategories)
	}
	for _, g := range c.Categories {
		if g.Type != Restrictive && g.Type != Permissive && g.Type != Informative {
			return fail("category type %q: it is %s, %s or %s", clip(string(g.Type)), Restrictive, Permissive, Informative)
		}
		if g.URI != "" {
			if err := checkURN(g.URI); err != nil {
				return fail("category %s: %w", clip(g.TagName), err)
			}
		}
		if len(g.Values) > MaxValues {
			return fail("%w: category %s has %d values, at most %d", ErrTooMany, clip(g.TagName), len(g.Values), MaxValues)
		}
		all = append(append(all, g.TagName), g.Values...)
	}
	if (c.OriginatorID == "") != (c.OriginatorIDType == "") || c.OriginatorID != "" && !slices.Contains(idTypes, c.OriginatorIDType) {
		return fail("OriginatorID of type %q: give both or neither; the types are %v", clip(c.OriginatorIDType), idTypes)
	}
	for _, s := range all {
		if err := checkXMLText(s); err != nil {
			return fail("%w", err)
		}
	}
	if c.Created.IsAbsent() || !c.Created.valid() || !c.Review.valid() {
		return fail("no CreationDateTime, or a date out of range: say when the label was made")
	}
	return nil
}

// Conforms reports, by an error that wraps [ErrSTANAG], what the prose of the
// standard asks beyond its schema and c does not have: a ReviewDateTime
// (ADatP-4774 Ed. A, appendix 1, page 1-2). Partners may refuse a document
// without one.
func (c Confidentiality) Conforms() error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.Review.IsAbsent() {
		return fmt.Errorf("%w: no ReviewDateTime: set review by in the label", ErrSTANAG)
	}
	return nil
}

// checkXMLText bounds a text and refuses what XML 1.0 cannot hold.
func checkXMLText(s string) error {
	if len(s) > maxXMLText {
		return fmt.Errorf("%w: a text of %d bytes, at most %d", ErrTooMany, len(s), maxXMLText)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: a text that is not UTF-8", ErrSyntax)
	}
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return fmt.Errorf("%w: character %U, which XML cannot hold", ErrSyntax, r)
		}
	}
	return nil
}

func ncName(s string) bool {
	for i, r := range s {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
		if !letter && (i == 0 || !('0' <= r && r <= '9' || r == '.' || r == '-')) {
			return false
		}
	}
	return len(s) > 0 && len(s) <= maxName
}
