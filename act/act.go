package act

import "encoding/json"

// Version is the version of the format of acts that this package reads and
// writes.
const Version = 1

// Type names a kind of act.
type Type string

// The closed set of acts.
const (
	// TypeReport is one view of a report.
	TypeReport Type = "report"
	// TypeDummy says nothing. It fills the number of envelopes of a release
	// (envelope.md) and is sealed to its originator alone.
	TypeDummy Type = "dummy"
	// TypeConsent is a word of an originator, or to it, about its material.
	TypeConsent Type = "consent"
	// TypeRecall says what a member takes back, doubts or clears.
	TypeRecall Type = "recall"
	// TypeAcknowledgement answers a recall.
	TypeAcknowledgement Type = "acknowledgement"
	// TypeRequest asks one other member for information.
	TypeRequest Type = "request"
	// TypeAnswer answers a request, or parts of it.
	TypeAnswer Type = "answer"
	// TypeClosing ends a request.
	TypeClosing Type = "closing"
	// TypeRedress asks the originator of portions to put them right.
	TypeRedress Type = "redress"
	// TypeRedressAnswer answers a redress.
	TypeRedressAnswer Type = "redress-answer"
	// TypeRequirement is a line of a register of requirements.
	TypeRequirement Type = "requirement"
	// TypeCoverage says who covers what.
	TypeCoverage Type = "coverage"
)

// readers holds, for each type of the closed set, what reads it. A new type
// is added here, to shapes, to schema.json and to act.md; the test of the
// closed list holds the four together.
var readers = map[Type]func(*decoder, *Act) error{
	TypeReport: func(d *decoder, a *Act) (err error) {
		a.Report, err = d.report()
		return err
	},
	TypeDummy: func(d *decoder, _ *Act) error {
		_, err := d.walk(0, &dummyShape)
		return err
	},
	TypeConsent: func(d *decoder, a *Act) (err error) {
		if a.Consent, err = d.consent(); err == nil {
			a.Statement = &a.Consent.Statement
		}
		return err
	},
	TypeRecall: func(d *decoder, a *Act) (err error) {
		if a.Recall, err = d.recall(); err == nil {
			a.Statement = &a.Recall.Statement
		}
		return err
	},
	TypeAcknowledgement: func(d *decoder, a *Act) (err error) {
		if a.Acknowledgement, err = d.acknowledgement(); err == nil {
			a.Statement = &a.Acknowledgement.Statement
		}
		return err
	},
	TypeRequest: func(d *decoder, a *Act) (err error) {
		if a.Request, err = d.request(); err == nil {
			a.Statement = &a.Request.Statement
		}
		return err
	},
	TypeAnswer: func(d *decoder, a *Act) (err error) {
		if a.Answer, err = d.answer(); err == nil {
			a.Statement = &a.Answer.Statement
		}
		return err
	},
	TypeClosing: func(d *decoder, a *Act) (err error) {
		if a.Closing, err = d.closing(); err == nil {
			a.Statement = &a.Closing.Statement
		}
		return err
	},
	TypeRedress: func(d *decoder, a *Act) (err error) {
		if a.Redress, err = d.redress(); err == nil {
			a.Statement = &a.Redress.Statement
		}
		return err
	},
	TypeRedressAnswer: func(d *decoder, a *Act) (err error) {
		if a.RedressAnswer, err = d.redressAnswer(); err == nil {
			a.Statement = &a.RedressAnswer.Statement
		}
		return err
	},
	TypeRequirement: func(d *decoder, a *Act) (err error) {
		if a.Requirement, err = d.requirement(); err == nil {
			a.Statement = &a.Requirement.Statement
		}
		return err
	},
	TypeCoverage: func(d *decoder, a *Act) (err error) {
		if a.Coverage, err = d.coverage(); err == nil {
			a.Statement = &a.Coverage.Statement
		}
		return err
	},
}

// An Act is one thing said, as an envelope holds it.
type Act struct {
	// Raw holds the exact bytes. Nobody writes to it, and nothing is ever
	// marshalled again from what was read out of it.
	Raw json.RawMessage
	// Type says what it is.
	Type Type
	// Report is set when Type is [TypeReport].
	Report *Report
	// Statement is set for every type but reports and dummies.
	Statement *Statement
	// Consent is set when Type is [TypeConsent].
	Consent *Consent
	// Recall is set when Type is [TypeRecall].
	Recall *Recall
	// Acknowledgement is set when Type is [TypeAcknowledgement].
	Acknowledgement *Acknowledgement
	// Request is set when Type is [TypeRequest].
	Request *Request
	// Answer is set when Type is [TypeAnswer].
	Answer *Answer
	// Closing is set when Type is [TypeClosing].
	Closing *Closing
	// Redress is set when Type is [TypeRedress].
	Redress *Redress
	// RedressAnswer is set when Type is [TypeRedressAnswer].
	RedressAnswer *RedressAnswer
	// Requirement is set when Type is [TypeRequirement].
	Requirement *Requirement
	// Coverage is set when Type is [TypeCoverage].
	Coverage *Coverage
}

// Parse reads and checks the bytes of one act, strictly: an act that it
// returns has the form of act.md in every field and breaks none of the rules
// that an act shows by itself. What needs more (the charter's policies, the
// cited portions) is for [Report.CheckMarking] and [CheckRelease].
//
// The act keeps slices of raw; the caller must not change it afterwards.
//
// An error wraps a [Refusal]. [ErrUnknownType] and [ErrUnknownVersion] are
// returned with an Act that holds Raw and Type: such an act is well formed,
// and is kept and shown as of a newer version. With any other error the act is
// quarantined. No error is a reason to stop reading a log.
func Parse(raw []byte) (Act, error) {
	var room [160]node // enough for most acts, on the stack
	t, err := scan(raw, room[:0])
	if err != nil {
		return Act{}, err
	}
	a := Act{Raw: raw}
	v, typ, err := t.preamble()
	if err != nil {
		return Act{}, err
	}
	a.Type = Type(typ)
	if v != Version {
		return a, refuse(ErrUnknownVersion, "version %d", v)
	}
	read := readers[a.Type]
	if read == nil {
		return a, refuse(ErrUnknownType, "type %q", clip(typ))
	}
	if err := read(&decoder{tape: t}, &a); err != nil {
		return Act{}, err
	}
	return a, nil
}

// preamble returns the version and the type, which every act of every version
// has, whatever else is in it.
func (t *tape) preamble() (v int64, typ string, err error) {
	if t.nodes[0].kind != kindObject {
		return 0, "", refuse(ErrJSON, "an act is an object")
	}
	end := int(t.nodes[0].next)
	at := [2]int{}
	for name := 1; name < end; name = int(t.nodes[name+1].next) {
		switch string(t.b[t.nodes[name].start+1 : t.nodes[name].end-1]) {
		case "v":
			at[0] = name + 1
		case "type":
			at[1] = name + 1
		}
	}
	if at[0] == 0 || at[1] == 0 {
		return 0, "", refuse(ErrMissingField, "v or type of the act")
	}
	if t.nodes[at[0]].kind != kindNumber || t.nodes[at[1]].kind != kindString {
		return 0, "", refuse(ErrValue, "v is a number and type a string without escapes")
	}
	return t.integer(at[0]), t.text(at[1]), nil
}

// Dummy returns the bytes of an act that says nothing. They are always the
// same; sealing makes them different and as long as they need to be.
func Dummy() []byte { return []byte(`{"v":1,"type":"dummy"}`) }
