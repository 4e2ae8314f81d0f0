package act

// The bounds of act.md, in bytes of UTF-8 and in elements of lists.
const (
	// MaxAct is the room for an act in the largest sealed body (envelope.md):
	// 65,536 bytes without nonce, tag and length.
	MaxAct = 65536 - 24 - 16 - 4

	// MaxText bounds the text of a portion, MaxObject the bytes of an object
	// that a portion carries: what is longer goes out as an attachment.
	MaxText   = 48 << 10
	MaxObject = 36 << 10

	MaxPortions    = 200
	MaxRecipients  = 16
	MaxSources     = 32
	MaxCites       = 128
	MaxAttachments = 32

	maxTitle       = 300
	maxDescriptor  = 500
	maxParty       = 120
	maxOfficer     = 100
	maxReason      = 500
	maxName        = 400
	maxNames       = 128
	maxParticulars = 32
	maxBasis       = 4 << 10
	maxRole        = 500
	maxAuthority   = 100
	maxReference   = 64
	maxPlace       = 120
	maxFileName    = 200
	maxMediaType   = 127

	maxStatementBasis = 1000

	// MaxAttachment bounds the size of one attachment (delivery.md): 100 MiB.
	MaxAttachment = 100 << 20
)

// A field is one name that an object of an act may have.
type field struct {
	name     string
	kind     kind
	required bool
}

// A shape is the closed list of fields of one object of an act, in the order
// in which we write them. The position of a field in the list is the constant
// of its name below.
type shape struct {
	name   string
	fields []field
}

// fieldLimit is the most fields that a shape has.
const fieldLimit = 16

// found holds, for each field of a shape, the node of its value, and 0 (which
// is always the act itself) where the field is absent.
type found [fieldLimit]int

// has reports whether the field is there.
func (f *found) has(i int) bool { return f[i] != 0 }

// walk finds the fields of sh in the object at node n. It refuses a value of
// another kind, a field that sh does not list, and the lack of a required one.
func (t *tape) walk(n int, sh *shape) (f found, err error) {
	if t.nodes[n].kind != kindObject {
		return f, refuse(ErrValue, "%s is not an object", sh.name)
	}
	end := int(t.nodes[n].next)
	for name := n + 1; name < end; {
		value := name + 1
		i := sh.index(t.b[t.nodes[name].start+1 : t.nodes[name].end-1])
		if i < 0 {
			return f, refuse(ErrUnknownField, "%q in %s", clip(t.text(name)), sh.name)
		}
		k := t.nodes[value].kind
		if k == kindEscaped {
			k = kindString
		}
		if k != sh.fields[i].kind {
			return f, refuse(ErrValue, "%s of %s is not %s", sh.fields[i].name, sh.name, sh.fields[i].kind)
		}
		f[i] = value
		name = int(t.nodes[value].next)
	}
	for i := range sh.fields {
		if sh.fields[i].required && f[i] == 0 {
			return f, refuse(ErrMissingField, "%s of %s", sh.fields[i].name, sh.name)
		}
	}
	return f, nil
}

func (sh *shape) index(name []byte) int {
	for i := range sh.fields {
		if string(name) == sh.fields[i].name {
			return i
		}
	}
	return -1
}

// String names the kind as messages do.
func (k kind) String() string {
	switch k {
	case kindString, kindEscaped:
		return "a string"
	case kindNumber:
		return "a number"
	case kindArray:
		return "a list"
	case kindObject:
		return "an object"
	case kindBool:
		return "true or false"
	}
	return "null"
}

// A report's fields. A missing label is refused by its own rule, not as a
// missing field.
const (
	reportV = iota
	reportType
	reportID
	reportReportType
	reportTitle
	reportWritten
	reportTo
	reportLabel
	reportBatch
	reportSupersedes
	reportPortions
)

var reportShape = shape{"report", []field{
	{"v", kindNumber, true},
	{"type", kindString, true},
	{"id", kindString, true},
	{"report_type", kindString, true},
	{"title", kindString, true},
	{"written", kindString, true},
	{"to", kindArray, true},
	{"label", kindObject, false},
	{"batch", kindString, false},
	{"supersedes", kindString, false},
	{"portions", kindArray, true},
}}

var dummyShape = shape{"dummy", []field{
	{"v", kindNumber, true},
	{"type", kindString, true},
}}

// A portion's fields. Label, grade and sources are refused by their own rules.
const (
	portionID = iota
	portionSalt
	portionLabel
	portionGrade
	portionLang
	portionText
	portionSources
	portionCites
	portionPersonData
	portionDesignation
	portionObject
	portionAttachments
)

var portionShape = shape{"portion", []field{
	{"id", kindString, true},
	{"salt", kindString, true},
	{"label", kindObject, false},
	{"grade", kindObject, false},
	{"lang", kindString, true},
	{"text", kindString, true},
	{"sources", kindArray, false},
	{"cites", kindArray, false},
	{"person_data", kindObject, false},
	{"designation", kindObject, false},
	{"object", kindObject, false},
	{"attachments", kindArray, false},
}}

const (
	gradeReliability = iota
	gradeCredibility
	gradeOverride
)

var gradeShape = shape{"grade", []field{
	{"reliability", kindString, true},
	{"credibility", kindString, true},
	{"override", kindObject, false},
}}

const (
	overrideOfficer = iota
	overrideReason
)

var overrideShape = shape{"override", []field{
	{"officer", kindString, true},
	{"reason", kindString, true},
}}

const (
	sourceDescriptor = iota
	sourceKind
	sourceOriginator
	sourceParty
	sourceAcquisition
)

var sourceShape = shape{"source", []field{
	{"descriptor", kindString, true},
	{"kind", kindString, true},
	{"originator", kindString, true},
	{"party", kindString, false},
	{"acquisition", kindObject, false},
}}

const (
	acquisitionStatement = iota
	acquisitionBasis
)

var acquisitionShape = shape{"acquisition", []field{
	{"statement", kindString, true},
	{"basis", kindString, true},
}}

const (
	personCategories = iota
	personPurpose
	personLegalBasis
	personGround
	personConsent
	personRenewed
)

var personDataShape = shape{"person data", []field{
	{"categories", kindArray, true},
	{"purpose", kindString, true},
	{"legal_basis", kindString, true},
	{"ground", kindString, false},
	{"consent", kindString, false},
	{"renewed", kindObject, false},
}}

const (
	renewalSince = iota
	renewalReason
)

var renewalShape = shape{"renewal", []field{
	{"since", kindString, true},
	{"reason", kindString, true},
}}

const (
	citePortion = iota
	citeDigest
	citeOriginator
)

var citeShape = shape{"cite", []field{
	{"portion", kindString, true},
	{"digest", kindString, true},
	{"originator", kindString, true},
}}

const (
	objectMediaType = iota
	objectBytes
)

var objectShape = shape{"object", []field{
	{"media_type", kindString, true},
	{"bytes", kindString, true},
}}

const (
	attachmentName = iota
	attachmentMediaType
	attachmentSize
	attachmentSealedSize
	attachmentDigest
	attachmentKey
	attachmentPlainDigest
)

var attachmentShape = shape{"attachment", []field{
	{"name", kindString, true},
	{"media_type", kindString, true},
	{"size", kindNumber, true},
	{"sealed_size", kindNumber, true},
	{"digest", kindString, true},
	{"key", kindString, true},
	{"plain_digest", kindString, true},
}}

const (
	designationAuthority = iota
	designationList
	designationReference
	designationKind
	designationNames
	designationListedOn
	designationUpdatedOn
	designationStatus
	designationBasis
	designationNationalities
	designationBirthYears
	designationBirthPlaces
	designationPlaces
	designationRoles
)

var designationShape = shape{"designation", []field{
	{"authority", kindString, true},
	{"list", kindString, true},
	{"reference", kindString, true},
	{"kind", kindString, true},
	{"names", kindArray, true},
	{"listed_on", kindString, true},
	{"updated_on", kindString, false},
	{"status", kindString, true},
	{"basis", kindString, true},
	{"nationalities", kindArray, false},
	{"birth_years", kindArray, false},
	{"birth_places", kindArray, false},
	{"places", kindArray, false},
	{"roles", kindArray, false},
}}

const (
	nameName = iota
	nameQuality
	nameScript
)

var nameShape = shape{"name", []field{
	{"name", kindString, true},
	{"quality", kindString, true},
	{"script", kindString, false},
}}

const (
	yearFrom = iota
	yearTo
	yearQuality
)

var yearShape = shape{"birth year", []field{
	{"from", kindNumber, true},
	{"to", kindNumber, true},
	{"quality", kindString, true},
}}

const (
	placeCountry = iota
	placeProvince
)

var placeShape = shape{"place", []field{
	{"country", kindString, false},
	{"province", kindString, false},
}}

const (
	portionRefPortion = iota
	portionRefDigest
)

var portionRefShape = shape{"portion reference", []field{
	{"portion", kindString, true},
	{"digest", kindString, true},
}}

// A consent's own fields.
const (
	consentStep = iota + statementFields
	consentBy
	consentPortions
	consentMembers
	consentUntil
	consentUse
	consentBasis
	consentAnswers
)

var consentShape = statementShape("consent",
	field{"step", kindString, true},
	field{"by", kindString, true},
	field{"portions", kindArray, true},
	field{"members", kindArray, true},
	field{"until", kindString, false},
	field{"use", kindString, false},
	field{"basis", kindString, false},
	field{"answers", kindString, false},
)

// A recall's own fields.
const (
	recallKind = iota + statementFields
	recallReason
	recallPortions
	recallReplacements
	recallText
)

var recallShape = statementShape("recall",
	field{"kind", kindString, true},
	field{"reason", kindString, false},
	field{"portions", kindArray, true},
	field{"replacements", kindArray, false},
	field{"text", kindString, false},
)

// An acknowledgement's own fields.
const (
	ackRecall = iota + statementFields
	ackPortions
	ackState
	ackComplete
	ackBasis
)

var ackShape = statementShape("acknowledgement",
	field{"recall", kindString, false},
	field{"portions", kindArray, false},
	field{"state", kindString, true},
	field{"complete", kindBool, false},
	field{"basis", kindString, false},
)

// shapes are all objects of the schema: the closed list that rule 1 asks for.
var shapes = []*shape{
	&reportShape, &dummyShape, &portionShape, &gradeShape, &overrideShape,
	&sourceShape, &acquisitionShape, &personDataShape, &renewalShape, &citeShape, &objectShape, &attachmentShape,
	&designationShape, &nameShape, &yearShape, &placeShape,
	&portionRefShape, &consentShape, &recallShape, &ackShape,
	&requestShape, &requestPartShape, &decisionShape, &answerShape, &answerPartShape, &closingShape, &redressShape, &redressAnswerShape, &requirementShape, &coverageShape,
}
