package act

import (
	"encoding/json"
	"time"

	"entente/label"
)

// The bounds of requests and answers (act.md, "request" and "answer").
const (
	MaxParts = 32

	maxPart = 2000
)

// RequestAbout says what a request asks about.
type RequestAbout string

// The closed list (act.md, "request").
const (
	AboutMatter RequestAbout = "matter"
	// AboutPerson: it asks about a person, and counts for the day's budget of
	// rule 2.
	AboutPerson RequestAbout = "person"
	// AboutDetained: the person is detained (rule 23).
	AboutDetained RequestAbout = "detained"
)

var requestAbouts = []RequestAbout{AboutMatter, AboutPerson, AboutDetained}

// RequestAbouts returns the closed list, in the order of act.md.
func RequestAbouts() []RequestAbout { return append([]RequestAbout(nil), requestAbouts...) }

// A Request is what one member asks of one other (act.md, "request").
type Request struct {
	Statement
	Title      string `json:"title"`
	Purpose    string `json:"purpose"`
	LegalBasis string `json:"legal_basis"`
	// Requirement is the reference of one of the asker's requirements.
	Requirement string       `json:"requirement,omitempty"`
	About       RequestAbout `json:"about"`
	// Decision is set exactly when it is about a detained person (rule 23).
	Decision *RequestDecision `json:"decision,omitempty"`
	// LTIOV is the latest time at which an answer is of value.
	LTIOV time.Time   `json:"ltiov"`
	Label label.Label `json:"label"`
	// Parts are what it asks, at least one, numbered from 1 in this order.
	Parts []RequestPart `json:"parts"`
	// Joins is the id of a request of the addressee that it joins.
	Joins ID `json:"joins,omitempty"`
}

// A RequestPart is one thing that a request asks.
type RequestPart struct {
	ID   ID     `json:"id"`
	Text string `json:"text"`
}

// A RequestDecision is the written decision that asking about a detained person
// does it no harm (rule 23).
type RequestDecision struct {
	Officer string `json:"officer"`
	Text    string `json:"text"`
}

// A request's own fields.
const (
	requestTitle = iota + statementFields
	requestPurpose
	requestLegalBasis
	requestRequirement
	requestAbout
	requestDecision
	requestLTIOV
	requestLabel
	requestParts
	requestJoins
)

var requestShape = statementShape("request",
	field{"title", kindString, true},
	field{"purpose", kindString, true},
	field{"legal_basis", kindString, true},
	field{"requirement", kindString, false},
	field{"about", kindString, true},
	field{"decision", kindObject, false},
	field{"ltiov", kindString, true},
	field{"label", kindObject, false}, // refused by its own rule
	field{"parts", kindArray, true},
	field{"joins", kindString, false},
)

const (
	requestPartID = iota
	requestPartText
)

var requestPartShape = shape{"request part", []field{
	{"id", kindString, true},
	{"text", kindString, true},
}}

const (
	decisionOfficer = iota
	decisionText
)

var decisionShape = shape{"decision", []field{
	{"officer", kindString, true},
	{"text", kindString, true},
}}

// pair refuses a statement that does not have exactly one other reader: who
// else was asked is nobody's to learn.
func (s *Statement) pair(what string) error {
	if s.To.Len() != 2 {
		return refuse(ErrValue, "of type %s: it has one asker and one addressee, and is to %d members", what, s.To.Len())
	}
	return nil
}

func (d *decoder) request() (*Request, error) {
	f, err := d.walk(0, &requestShape)
	if err != nil {
		return nil, err
	}
	r := new(Request)
	if r.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := r.pair("request"); err != nil {
		return nil, err
	}
	r.Title, r.Purpose, r.LegalBasis = d.text(f[requestTitle]), d.text(f[requestPurpose]), d.text(f[requestLegalBasis])
	if err := checkLine("title", r.Title, maxTitle); err != nil {
		return nil, err
	}
	if err := checkText("purpose", r.Purpose, maxStatementBasis); err != nil {
		return nil, err
	}
	if err := checkText("legal basis", r.LegalBasis, maxStatementBasis); err != nil {
		return nil, err
	}
	if r.Requirement, err = optionalLine(d.tape, f[requestRequirement], "requirement", maxReference); err != nil {
		return nil, err
	}
	if r.About, err = oneOf("about", d.text(f[requestAbout]), requestAbouts); err != nil {
		return nil, err
	}
	if r.Decision, err = d.decision(f[requestDecision], r.About); err != nil {
		return nil, err
	}
	if r.LTIOV, err = parseWritten(d.text(f[requestLTIOV])); err != nil {
		return nil, within(err, "ltiov")
	}
	if !r.LTIOV.After(r.Written) {
		return nil, refuse(ErrValue, "its latest time of value is before it is written")
	}
	if !f.has(requestLabel) {
		return nil, refuse(ErrNoLabel, "request")
	}
	if r.Label, err = d.label(f[requestLabel]); err != nil {
		return nil, err
	}
	if !r.Label.Rel.Equal(r.To) {
		return nil, refuse(ErrRecipients, "a request to %s is marked for %s, and must not tell of others", r.To, r.Label.Rel)
	}
	if r.Parts, err = elements(d.tape, f[requestParts], "part", MaxParts, decodeRequestPart); err != nil {
		return nil, err
	}
	if len(r.Parts) == 0 {
		return nil, refuse(ErrValue, "a request has a part at least")
	}
	seen := make(map[ID]bool, len(r.Parts))
	for i := range r.Parts {
		if seen[r.Parts[i].ID] {
			return nil, refuse(ErrRepeated, "part %d", i+1)
		}
		seen[r.Parts[i].ID] = true
	}
	if f.has(requestJoins) {
		if r.Joins, err = ParseID(d.text(f[requestJoins])); err != nil {
			return nil, within(err, "joins")
		}
		if r.Joins == r.ID {
			return nil, refuse(ErrValue, "a request joins itself")
		}
	}
	return r, nil
}

// decision reads the decision of a request about a detained person, which has
// one, and no other.
func (d *decoder) decision(n int, about RequestAbout) (*RequestDecision, error) {
	switch {
	case n == 0 && about == AboutDetained:
		return nil, refuse(ErrDecision, "there is none")
	case n == 0:
		return nil, nil
	case about != AboutDetained:
		return nil, refuse(ErrValue, "a decision stands in a request about a detained person alone")
	}
	f, err := d.walk(n, &decisionShape)
	if err != nil {
		return nil, err
	}
	x := &RequestDecision{Officer: d.text(f[decisionOfficer]), Text: d.text(f[decisionText])}
	if err := checkLine("officer", x.Officer, maxOfficer); err != nil {
		return nil, err
	}
	return x, checkText("decision", x.Text, maxStatementBasis)
}

func decodeRequestPart(t *tape, n int) (p RequestPart, err error) {
	f, err := t.walk(n, &requestPartShape)
	if err != nil {
		return p, err
	}
	if p.ID, err = ParseID(t.text(f[requestPartID])); err != nil {
		return p, within(err, "id")
	}
	p.Text = t.text(f[requestPartText])
	return p, checkText("text", p.Text, maxPart)
}

// optionalLine reads a line that may be absent, at most most bytes.
func optionalLine(t *tape, n int, what string, most int) (string, error) {
	if n == 0 {
		return "", nil
	}
	s := t.text(n)
	return s, checkLine(what, s, most)
}

// BuildRequest returns the exact bytes of a request act. It refuses what a
// reader would refuse, by the same check.
func BuildRequest(r Request) (Act, error) {
	o, err := beginStatement(&requestShape, TypeRequest, &r.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(requestTitle, r.Title)
	o.str(requestPurpose, r.Purpose)
	o.str(requestLegalBasis, r.LegalBasis)
	o.opt(requestRequirement, r.Requirement)
	o.str(requestAbout, string(r.About))
	if r.Decision != nil {
		o.key(requestDecision)
		x := begin(o.b, &decisionShape)
		x.str(decisionOfficer, r.Decision.Officer)
		x.str(decisionText, r.Decision.Text)
		o.b = x.end()
	}
	o.time(requestLTIOV, r.LTIOV)
	if !r.Label.Equal(label.Label{}) {
		b, err := json.Marshal(r.Label)
		if err != nil {
			return Act{}, refuse(ErrLabel, "%v", err)
		}
		o.key(requestLabel)
		o.b = append(o.b, b...)
	}
	list(&o, requestParts, r.Parts, func(b []byte, p *RequestPart) []byte {
		x := begin(b, &requestPartShape)
		x.str(requestPartID, string(p.ID))
		x.str(requestPartText, p.Text)
		return x.end()
	})
	o.opt(requestJoins, string(r.Joins))
	return Parse(o.end())
}

// time writes a time to the minute.
func (o *object) time(i int, t time.Time) { o.str(i, t.UTC().Format(writtenForm)) }
