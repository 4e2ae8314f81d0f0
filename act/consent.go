package act

import (
	"strings"
	"time"

	"entente/label"
)

// ConsentStep says what a consent act does.
type ConsentStep string

// The steps (act.md, "consent").
const (
	// ConsentAsk asks the originator.
	ConsentAsk ConsentStep = "ask"
	// ConsentGrant lets the members have the portions beyond their release.
	ConsentGrant ConsentStep = "grant"
	// ConsentRefuse answers an ask with no.
	ConsentRefuse ConsentStep = "refuse"
	// ConsentWithdraw takes a grant back: the members are to have the
	// portions no more.
	ConsentWithdraw ConsentStep = "withdraw"
)

var consentSteps = []ConsentStep{ConsentAsk, ConsentGrant, ConsentRefuse, ConsentWithdraw}

// A Consent is one word of an originator, or to it, about its own material
// (rules 8 and 10; act.md, "consent").
type Consent struct {
	Statement
	Step ConsentStep `json:"step"`
	// By is whose consent it is: a member, or a party outside by the member
	// that holds its material and records what it said.
	By label.Originator `json:"by"`
	// Portions are what it is about, at least one.
	Portions []PortionRef `json:"portions"`
	// Members are those who are to have them.
	Members label.MemberSet `json:"members"`
	// Until is when a grant lapses; the zero time: never.
	Until time.Time `json:"until,omitzero"`
	// Use says for what use, at most 500 bytes; see [Consent.ForProceedings].
	Use string `json:"use,omitempty"`
	// Basis says why it is asked, or how the party outside gave it, at most
	// 1,000 bytes. A recorded consent of a party outside needs one.
	Basis string `json:"basis,omitempty"`
	// Answers is the id of the ask that it answers.
	Answers ID `json:"answers,omitempty"`
}

// UseProceedings is the term by which the use of a consent names judicial
// proceedings (act.md, "consent"; rule 32).
const UseProceedings = "judicial proceedings"

// ForProceedings says whether the use names judicial proceedings: one of its
// parts between semicolons is [UseProceedings] and nothing else, but for spaces
// around it.
func (c *Consent) ForProceedings() bool {
	for part := range strings.SplitSeq(c.Use, ";") {
		if strings.Trim(part, " ") == UseProceedings {
			return true
		}
	}
	return false
}

func (d *decoder) consent() (*Consent, error) {
	f, err := d.walk(0, &consentShape)
	if err != nil {
		return nil, err
	}
	c := new(Consent)
	if c.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if c.Step, err = oneOf("step", d.text(f[consentStep]), consentSteps); err != nil {
		return nil, err
	}
	if c.By, err = ParseOriginator(d.text(f[consentBy])); err != nil {
		return nil, within(err, "by")
	}
	if c.Portions, err = portionRefs(d.tape, f[consentPortions]); err != nil {
		return nil, err
	}
	if len(c.Portions) == 0 {
		return nil, refuse(ErrValue, "a consent is about a portion at least")
	}
	if c.Members, err = decodeRecipients(d.tape, f[consentMembers]); err != nil {
		return nil, within(err, "members")
	}
	if c.Members.IsEmpty() {
		return nil, refuse(ErrValue, "a consent is for a member at least")
	}
	if f.has(consentUntil) {
		if c.Until, err = parseWritten(d.text(f[consentUntil])); err != nil {
			return nil, within(err, "until")
		}
		if c.Step != ConsentAsk && c.Step != ConsentGrant {
			return nil, refuse(ErrValue, "only a grant, or an ask for one, has an end")
		}
		if !c.Until.After(c.Written) {
			return nil, refuse(ErrValue, "it lapses before it is written")
		}
	}
	if c.Use, err = optionalText(d.tape, f[consentUse], "use", maxReason); err != nil {
		return nil, err
	}
	if c.Basis, err = optionalText(d.tape, f[consentBasis], "basis", maxStatementBasis); err != nil {
		return nil, err
	}
	if c.By.Kind == label.KindExternal && c.Step == ConsentGrant && c.Basis == "" {
		return nil, refuse(ErrExternal, "a recorded consent of a party outside says how it was given")
	}
	if f.has(consentAnswers) {
		if c.Answers, err = ParseID(d.text(f[consentAnswers])); err != nil {
			return nil, within(err, "answers")
		}
		if c.Step == ConsentAsk {
			return nil, refuse(ErrValue, "an ask answers nothing")
		}
	}
	return c, nil
}

// ParseOriginator reads the written form of whose material something is: a
// member, or "X VIA IRQ". An error wraps [ErrValue].
func ParseOriginator(s string) (label.Originator, error) {
	m, x, err := ownerOf(s)
	switch {
	case err != nil:
		return label.Originator{}, err
	case m != "":
		return label.ByMember(m), nil
	}
	return label.ByExternal(x), nil
}

// optionalText reads a text that may be absent, at most most bytes.
func optionalText(t *tape, n int, what string, most int) (string, error) {
	if n == 0 {
		return "", nil
	}
	s := t.text(n)
	return s, checkText(what, s, most)
}

// BuildConsent returns the exact bytes of a consent act. It refuses what a
// reader would refuse, by the same check.
func BuildConsent(c Consent) (Act, error) {
	o, err := beginStatement(&consentShape, TypeConsent, &c.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(consentStep, string(c.Step))
	o.str(consentBy, c.By.String())
	list(&o, consentPortions, c.Portions, appendPortionRef)
	if err := o.members(consentMembers, c.Members); err != nil {
		return Act{}, err
	}
	if !c.Until.IsZero() {
		o.str(consentUntil, c.Until.UTC().Format(writtenForm))
	}
	o.opt(consentUse, c.Use)
	o.opt(consentBasis, c.Basis)
	o.opt(consentAnswers, string(c.Answers))
	return Parse(o.end())
}
