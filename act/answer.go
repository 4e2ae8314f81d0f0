package act

// AnswerState is what an answer says of one part of a request.
type AnswerState string

// The states (act.md, "answer").
const (
	AnswerFull      AnswerState = "full"
	AnswerPartial   AnswerState = "partial"
	AnswerNoHolding AnswerState = "no holding"
	AnswerDeclined  AnswerState = "declined"
	// AnswerNothing is either of the two before: which one is not told.
	AnswerNothing AnswerState = "nothing to give"
)

var answerStates = []AnswerState{AnswerFull, AnswerPartial, AnswerNoHolding, AnswerDeclined, AnswerNothing}

// AnswerStates returns the closed list of states, in the order of act.md.
func AnswerStates() []AnswerState { return append([]AnswerState(nil), answerStates...) }

// Gives says whether something is given, and so portions are named.
func (s AnswerState) Gives() bool { return s == AnswerFull || s == AnswerPartial }

// An Answer is what the addressee of a request says to it (act.md, "answer").
type Answer struct {
	Statement
	// Request is the id of the request.
	Request ID `json:"request"`
	// Parts are the parts that it speaks to, at least one.
	Parts []AnswerPart `json:"parts"`
	// Note is to the asker, at most 1,000 bytes.
	Note string `json:"note,omitempty"`
	// Final: nothing follows.
	Final bool `json:"final,omitempty"`
}

// An AnswerPart is what an answer says to one part of a request.
type AnswerPart struct {
	Part  ID          `json:"part"`
	State AnswerState `json:"state"`
	// Portions hold what is given, in reports that the asker got.
	Portions []PortionRef `json:"portions,omitempty"`
}

// An answer's own fields.
const (
	answerRequest = iota + statementFields
	answerParts
	answerNote
	answerFinal
)

var answerShape = statementShape("answer",
	field{"request", kindString, true},
	field{"parts", kindArray, true},
	field{"note", kindString, false},
	field{"final", kindBool, false},
)

const (
	answerPartPart = iota
	answerPartState
	answerPartPortions
)

var answerPartShape = shape{"answer part", []field{
	{"part", kindString, true},
	{"state", kindString, true},
	{"portions", kindArray, false},
}}

func (d *decoder) answer() (*Answer, error) {
	f, err := d.walk(0, &answerShape)
	if err != nil {
		return nil, err
	}
	a := new(Answer)
	if a.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := a.pair("answer"); err != nil {
		return nil, err
	}
	if a.Request, err = ParseID(d.text(f[answerRequest])); err != nil {
		return nil, within(err, "request")
	}
	if a.Parts, err = elements(d.tape, f[answerParts], "part", MaxParts, decodeAnswerPart); err != nil {
		return nil, err
	}
	if len(a.Parts) == 0 {
		return nil, refuse(ErrValue, "an answer speaks to a part at least")
	}
	seen := make(map[ID]bool, len(a.Parts))
	for i := range a.Parts {
		if seen[a.Parts[i].Part] {
			return nil, refuse(ErrRepeated, "part %d", i+1)
		}
		seen[a.Parts[i].Part] = true
	}
	if a.Note, err = optionalText(d.tape, f[answerNote], "note", maxStatementBasis); err != nil {
		return nil, err
	}
	if f.has(answerFinal) {
		if string(d.raw(f[answerFinal])) != "true" {
			return nil, refuse(ErrValue, "final is true, or absent")
		}
		a.Final = true
	}
	return a, nil
}

func decodeAnswerPart(t *tape, n int) (p AnswerPart, err error) {
	f, err := t.walk(n, &answerPartShape)
	if err != nil {
		return p, err
	}
	if p.Part, err = ParseID(t.text(f[answerPartPart])); err != nil {
		return p, within(err, "part")
	}
	if p.State, err = oneOf("state", t.text(f[answerPartState]), answerStates); err != nil {
		return p, err
	}
	if p.Portions, err = portionRefs(t, f[answerPartPortions]); err != nil {
		return p, err
	}
	switch {
	case len(p.Portions) > MaxParts:
		return p, refuse(ErrTooMany, "%d portions, at most %d for one part", len(p.Portions), MaxParts)
	case p.State.Gives() && len(p.Portions) == 0:
		return p, refuse(ErrMissingField, "portions: what is given stands in a report, with its marking and its sources")
	case !p.State.Gives() && f.has(answerPartPortions):
		return p, refuse(ErrValue, "portions of a part to which nothing is given")
	}
	return p, nil
}

// BuildAnswer returns the exact bytes of an answer act. It refuses what a
// reader would refuse, by the same check.
func BuildAnswer(a Answer) (Act, error) {
	o, err := beginStatement(&answerShape, TypeAnswer, &a.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(answerRequest, string(a.Request))
	list(&o, answerParts, a.Parts, func(b []byte, p *AnswerPart) []byte {
		x := begin(b, &answerPartShape)
		x.str(answerPartPart, string(p.Part))
		x.str(answerPartState, string(p.State))
		list(&x, answerPartPortions, p.Portions, appendPortionRef)
		return x.end()
	})
	o.opt(answerNote, a.Note)
	if a.Final {
		o.key(answerFinal)
		o.b = append(o.b, "true"...)
	}
	return Parse(o.end())
}

// ClosingOutcome says what the asker of a request got.
type ClosingOutcome string

// The outcomes (act.md, "closing").
const (
	ClosedMet       ClosingOutcome = "met"
	ClosedPartly    ClosingOutcome = "partly met"
	ClosedNotMet    ClosingOutcome = "not met"
	ClosedWithdrawn ClosingOutcome = "withdrawn"
)

var closingOutcomes = []ClosingOutcome{ClosedMet, ClosedPartly, ClosedNotMet, ClosedWithdrawn}

// ClosingOutcomes returns the closed list of outcomes, in the order of act.md.
func ClosingOutcomes() []ClosingOutcome { return append([]ClosingOutcome(nil), closingOutcomes...) }

// A Closing ends a request to one addressee (act.md, "closing").
type Closing struct {
	Statement
	// Request is the id of the request.
	Request ID             `json:"request"`
	Outcome ClosingOutcome `json:"outcome"`
	// Note is to the addressee, at most 1,000 bytes.
	Note string `json:"note,omitempty"`
}

// A closing's own fields.
const (
	closingRequest = iota + statementFields
	closingOutcome
	closingNote
)

var closingShape = statementShape("closing",
	field{"request", kindString, true},
	field{"outcome", kindString, true},
	field{"note", kindString, false},
)

func (d *decoder) closing() (*Closing, error) {
	f, err := d.walk(0, &closingShape)
	if err != nil {
		return nil, err
	}
	c := new(Closing)
	if c.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := c.pair("closing"); err != nil {
		return nil, err
	}
	if c.Request, err = ParseID(d.text(f[closingRequest])); err != nil {
		return nil, within(err, "request")
	}
	if c.Outcome, err = oneOf("outcome", d.text(f[closingOutcome]), closingOutcomes); err != nil {
		return nil, err
	}
	c.Note, err = optionalText(d.tape, f[closingNote], "note", maxStatementBasis)
	return c, err
}

// BuildClosing returns the exact bytes of a closing act. It refuses what a
// reader would refuse, by the same check.
func BuildClosing(c Closing) (Act, error) {
	o, err := beginStatement(&closingShape, TypeClosing, &c.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(closingRequest, string(c.Request))
	o.str(closingOutcome, string(c.Outcome))
	o.opt(closingNote, c.Note)
	return Parse(o.end())
}
