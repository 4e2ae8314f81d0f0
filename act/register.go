package act

import "time"

// RequirementKind is the level of a requirement.
type RequirementKind string

// The levels (act.md, "requirement").
const (
	PIR RequirementKind = "PIR" // priority intelligence requirement
	EEI RequirementKind = "EEI" // essential element of information of a PIR
)

var requirementKinds = []RequirementKind{PIR, EEI}

// RequirementKinds returns the closed list of levels, in the order of act.md.
func RequirementKinds() []RequirementKind { return append([]RequirementKind(nil), requirementKinds...) }

// RegisterState says whether a line of a register holds.
type RegisterState string

// The states (act.md, "requirement" and "coverage").
const (
	RegisterOpen  RegisterState = "open"
	RegisterEnded RegisterState = "ended"
)

var registerStates = []RegisterState{RegisterOpen, RegisterEnded}

// A Requirement is a line of a member's register of requirements (act.md,
// "requirement").
type Requirement struct {
	Statement
	// Reference names it in its originator's register; the last one stands.
	Reference string          `json:"reference"`
	Kind      RequirementKind `json:"kind"`
	// Parent is the reference of the PIR of an EEI.
	Parent string `json:"parent,omitempty"`
	Title  string `json:"title"`
	Text   string `json:"text,omitempty"`
	// Until is until when it holds; the zero time: until it is ended.
	Until time.Time     `json:"until,omitzero"`
	State RegisterState `json:"state"`
}

// A requirement's own fields.
const (
	requirementReference = iota + statementFields
	requirementKind
	requirementParent
	requirementTitle
	requirementText
	requirementUntil
	requirementState
)

var requirementShape = statementShape("requirement",
	field{"reference", kindString, true},
	field{"kind", kindString, true},
	field{"parent", kindString, false},
	field{"title", kindString, true},
	field{"text", kindString, false},
	field{"until", kindString, false},
	field{"state", kindString, true},
)

// oneOther refuses a statement with more than one reader beside its originator.
func (s *Statement) oneOther(what string) error {
	if s.To.Len() > 2 {
		return refuse(ErrValue, "a %s is to its originator and at most one other, and this one to %d members", what, s.To.Len())
	}
	return nil
}

// until reads the end of what was written before it; the zero time where there
// is none.
func (d *decoder) until(n int, written time.Time) (time.Time, error) {
	if n == 0 {
		return time.Time{}, nil
	}
	t, err := parseWritten(d.text(n))
	if err != nil {
		return t, within(err, "until")
	}
	if !t.After(written) {
		return t, refuse(ErrValue, "it ends before it is written")
	}
	return t, nil
}

func (d *decoder) requirement() (*Requirement, error) {
	f, err := d.walk(0, &requirementShape)
	if err != nil {
		return nil, err
	}
	r := new(Requirement)
	if r.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := r.oneOther("requirement"); err != nil {
		return nil, err
	}
	r.Reference, r.Title = d.text(f[requirementReference]), d.text(f[requirementTitle])
	if err := checkLine("reference", r.Reference, maxReference); err != nil {
		return nil, err
	}
	if r.Kind, err = oneOf("kind", d.text(f[requirementKind]), requirementKinds); err != nil {
		return nil, err
	}
	if r.Parent, err = optionalLine(d.tape, f[requirementParent], "parent", maxReference); err != nil {
		return nil, err
	}
	switch {
	case r.Kind == EEI && r.Parent == "":
		return nil, refuse(ErrMissingField, "parent of an EEI")
	case r.Kind == PIR && r.Parent != "":
		return nil, refuse(ErrValue, "a PIR stands by itself and has no parent")
	case r.Parent == r.Reference:
		return nil, refuse(ErrValue, "a requirement is its own parent")
	}
	if err := checkLine("title", r.Title, maxTitle); err != nil {
		return nil, err
	}
	if r.Text, err = optionalText(d.tape, f[requirementText], "text", maxPart); err != nil {
		return nil, err
	}
	if r.Until, err = d.until(f[requirementUntil], r.Written); err != nil {
		return nil, err
	}
	r.State, err = oneOf("state", d.text(f[requirementState]), registerStates)
	return r, err
}

// BuildRequirement returns the exact bytes of a requirement act. It refuses
// what a reader would refuse, by the same check.
func BuildRequirement(r Requirement) (Act, error) {
	o, err := beginStatement(&requirementShape, TypeRequirement, &r.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(requirementReference, r.Reference)
	o.str(requirementKind, string(r.Kind))
	o.opt(requirementParent, r.Parent)
	o.str(requirementTitle, r.Title)
	o.opt(requirementText, r.Text)
	if !r.Until.IsZero() {
		o.time(requirementUntil, r.Until)
	}
	o.str(requirementState, string(r.State))
	return Parse(o.end())
}

// A Coverage says that a member covers something (act.md, "coverage").
type Coverage struct {
	Statement
	// Subject is what it covers; the last one stands.
	Subject string `json:"subject"`
	// Requirement is the reference of a requirement.
	Requirement string `json:"requirement,omitempty"`
	// Until is until when; the zero time: until it is ended.
	Until time.Time     `json:"until,omitzero"`
	State RegisterState `json:"state"`
}

// A coverage's own fields.
const (
	coverageSubject = iota + statementFields
	coverageRequirement
	coverageUntil
	coverageState
)

var coverageShape = statementShape("coverage",
	field{"subject", kindString, true},
	field{"requirement", kindString, false},
	field{"until", kindString, false},
	field{"state", kindString, true},
)

func (d *decoder) coverage() (*Coverage, error) {
	f, err := d.walk(0, &coverageShape)
	if err != nil {
		return nil, err
	}
	c := new(Coverage)
	if c.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := c.oneOther("coverage"); err != nil {
		return nil, err
	}
	c.Subject = d.text(f[coverageSubject])
	if err := checkLine("subject", c.Subject, maxTitle); err != nil {
		return nil, err
	}
	if c.Requirement, err = optionalLine(d.tape, f[coverageRequirement], "requirement", maxReference); err != nil {
		return nil, err
	}
	if c.Until, err = d.until(f[coverageUntil], c.Written); err != nil {
		return nil, err
	}
	c.State, err = oneOf("state", d.text(f[coverageState]), registerStates)
	return c, err
}

// BuildCoverage returns the exact bytes of a coverage act. It refuses what a
// reader would refuse, by the same check.
func BuildCoverage(c Coverage) (Act, error) {
	o, err := beginStatement(&coverageShape, TypeCoverage, &c.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(coverageSubject, c.Subject)
	o.opt(coverageRequirement, c.Requirement)
	if !c.Until.IsZero() {
		o.time(coverageUntil, c.Until)
	}
	o.str(coverageState, string(c.State))
	return Parse(o.end())
}
