package act

import "time"

// The bounds of redress (act.md, "redress").
const (
	// MaxRedressDays is how long after a request for redress its answer may be
	// wanted, in days of 24 hours.
	MaxRedressDays = 90

	maxRedressText = 2000
)

// RedressAsk is what a request for redress asks to be done.
type RedressAsk string

// The closed list (act.md, "redress").
const (
	AskCorrect RedressAsk = "correct"
	AskErase   RedressAsk = "erase"
	// AskRestrict: nothing is made of the portions until they are cleared.
	AskRestrict RedressAsk = "restrict"
)

var redressAsks = []RedressAsk{AskCorrect, AskErase, AskRestrict}

// RedressAsks returns the closed list, in the order of act.md.
func RedressAsks() []RedressAsk { return append([]RedressAsk(nil), redressAsks...) }

// RedressReason is why redress is asked.
type RedressReason string

// The closed list (act.md, "redress").
const (
	RedressInaccurate RedressReason = "inaccurate"
	RedressMistaken   RedressReason = "mistaken-identity"
	RedressUnlawful   RedressReason = "unlawful"
	RedressNoGround   RedressReason = "no-ground"  // rules 19 and 20
	RedressNotNeeded  RedressReason = "not-needed" // its purpose is past
	RedressOverdue    RedressReason = "overdue"    // rule 21
	RedressNoConsent  RedressReason = "no-consent" // rule 17
)

var redressReasons = []RedressReason{RedressInaccurate, RedressMistaken, RedressUnlawful, RedressNoGround, RedressNotNeeded, RedressOverdue, RedressNoConsent}

// RedressReasons returns the closed list, in the order of act.md.
func RedressReasons() []RedressReason { return append([]RedressReason(nil), redressReasons...) }

// RedressFor says for whom redress is asked.
type RedressFor string

// The closed list (act.md, "redress").
const (
	ForMember RedressFor = "member"
	ForPerson RedressFor = "person"
)

var redressFors = []RedressFor{ForMember, ForPerson}

// RedressIdentity is how it was checked that redress is a person's wish. Of
// papers neither a copy nor a number is told.
type RedressIdentity string

// The closed list (act.md, "redress").
const (
	IdentityPapers         RedressIdentity = "papers"
	IdentityRepresentative RedressIdentity = "representative"
	IdentityAuthority      RedressIdentity = "authority"
	// IdentityOfficer: the data-protection officer of another member checked it.
	IdentityOfficer RedressIdentity = "officer"
)

var redressIdentities = []RedressIdentity{IdentityPapers, IdentityRepresentative, IdentityAuthority, IdentityOfficer}

// RedressIdentities returns the closed list, in the order of act.md.
func RedressIdentities() []RedressIdentity {
	return append([]RedressIdentity(nil), redressIdentities...)
}

// RedressOutcome is what an answer says to a request for redress.
type RedressOutcome string

// The closed list (act.md, "redress-answer").
const (
	RedressGranted RedressOutcome = "granted"
	RedressPartly  RedressOutcome = "partly"
	RedressRefused RedressOutcome = "refused"
	// RedressPassedOn: whose material it rests on is asked; it is not final.
	RedressPassedOn RedressOutcome = "passed-on"
)

var redressOutcomes = []RedressOutcome{RedressGranted, RedressPartly, RedressRefused, RedressPassedOn}

// RedressOutcomes returns the closed list, in the order of act.md.
func RedressOutcomes() []RedressOutcome { return append([]RedressOutcome(nil), redressOutcomes...) }

// Final says whether nothing is owed any more.
func (o RedressOutcome) Final() bool { return o != RedressPassedOn }

// Does says whether something was done, and so portions are named.
func (o RedressOutcome) Does() bool { return o == RedressGranted || o == RedressPartly }

// Denies says whether something was not done, and so a ground is named.
func (o RedressOutcome) Denies() bool { return o == RedressPartly || o == RedressRefused }

// RedressGround is why redress is refused, in whole or in part.
type RedressGround string

// The closed list (act.md, "redress-answer").
const (
	GroundAccurate RedressGround = "accurate"
	GroundLawful   RedressGround = "lawful"
	GroundNotHeld  RedressGround = "not-held"
	GroundIdentity RedressGround = "identity"
	GroundLaw      RedressGround = "law"
)

var redressGrounds = []RedressGround{GroundAccurate, GroundLawful, GroundNotHeld, GroundIdentity, GroundLaw}

// RedressGrounds returns the closed list, in the order of act.md.
func RedressGrounds() []RedressGround { return append([]RedressGround(nil), redressGrounds...) }

// A Redress is what a data-protection officer asks of the originator of
// portions (rule 22; act.md, "redress").
type Redress struct {
	Statement
	Ask RedressAsk `json:"ask"`
	// Portions are what it is about, at least one.
	Portions   []PortionRef  `json:"portions"`
	Reason     RedressReason `json:"reason"`
	Text       string        `json:"text"`
	LegalBasis string        `json:"legal_basis"`
	For        RedressFor    `json:"for"`
	// Identity is set exactly when it is for a person.
	Identity RedressIdentity `json:"identity,omitempty"`
	// Due is by when the answer is wanted, to the minute.
	Due time.Time `json:"due"`
	// MayPass: the addressee may pass Text on to those whose material the
	// portions rest on.
	MayPass bool `json:"may_pass,omitempty"`
}

// A redress's own fields.
const (
	redressAsk = iota + statementFields
	redressPortions
	redressReason
	redressText
	redressLegalBasis
	redressFor
	redressIdentity
	redressDue
	redressMayPass
)

var redressShape = statementShape("redress",
	field{"ask", kindString, true},
	field{"portions", kindArray, true},
	field{"reason", kindString, true},
	field{"text", kindString, true},
	field{"legal_basis", kindString, true},
	field{"for", kindString, true},
	field{"identity", kindString, false},
	field{"due", kindString, true},
	field{"may_pass", kindBool, false},
)

// between refuses a statement that has more than one reader beside its sayer.
func (s *Statement) between(what string) error {
	if s.To.Len() > 2 {
		return refuse(ErrValue, "of type %s: it has one asker and one addressee, and is to %d members", what, s.To.Len())
	}
	return nil
}

func (d *decoder) redress() (*Redress, error) {
	f, err := d.walk(0, &redressShape)
	if err != nil {
		return nil, err
	}
	r := new(Redress)
	if r.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := r.between("redress"); err != nil {
		return nil, err
	}
	if r.Ask, err = oneOf("ask", d.text(f[redressAsk]), redressAsks); err != nil {
		return nil, err
	}
	if r.Portions, err = portionRefs(d.tape, f[redressPortions]); err != nil {
		return nil, err
	}
	if len(r.Portions) == 0 {
		return nil, refuse(ErrValue, "redress is about a portion at least")
	}
	if r.Reason, err = oneOf("reason", d.text(f[redressReason]), redressReasons); err != nil {
		return nil, err
	}
	if r.Text, err = redressWords(d.text(f[redressText])); err != nil {
		return nil, err
	}
	r.LegalBasis = d.text(f[redressLegalBasis])
	if err := checkText("legal basis", r.LegalBasis, maxStatementBasis); err != nil {
		return nil, err
	}
	if r.For, err = oneOf("for", d.text(f[redressFor]), redressFors); err != nil {
		return nil, err
	}
	switch person := r.For == ForPerson; {
	case person && !f.has(redressIdentity):
		return nil, refuse(ErrIdentity, "it does not say how")
	case !person && f.has(redressIdentity):
		return nil, refuse(ErrValue, "identity of a request that is on behalf of nobody")
	case person:
		if r.Identity, err = oneOf("identity", d.text(f[redressIdentity]), redressIdentities); err != nil {
			return nil, err
		}
	}
	if r.Due, err = parseWritten(d.text(f[redressDue])); err != nil {
		return nil, within(err, "due")
	}
	if !r.Due.After(r.Written) || r.Due.Sub(r.Written) > MaxRedressDays*24*time.Hour {
		return nil, refuse(ErrValue, "its answer is wanted after it is written, and within %d days", MaxRedressDays)
	}
	if f.has(redressMayPass) {
		if string(d.raw(f[redressMayPass])) != "true" {
			return nil, refuse(ErrValue, "may_pass is true, or absent")
		}
		r.MayPass = true
	}
	return r, nil
}

// redressWords checks words on redress: what a person's papers say has no place
// in them.
func redressWords(s string) (string, error) {
	if err := checkText("text", s, maxRedressText); err != nil {
		return s, err
	}
	return s, checkNumber(s)
}

// BuildRedress returns the exact bytes of a redress act. It refuses what a
// reader would refuse, by the same check.
func BuildRedress(r Redress) (Act, error) {
	o, err := beginStatement(&redressShape, TypeRedress, &r.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(redressAsk, string(r.Ask))
	list(&o, redressPortions, r.Portions, appendPortionRef)
	o.str(redressReason, string(r.Reason))
	o.str(redressText, r.Text)
	o.str(redressLegalBasis, r.LegalBasis)
	o.str(redressFor, string(r.For))
	o.opt(redressIdentity, string(r.Identity))
	o.time(redressDue, r.Due)
	if r.MayPass {
		o.key(redressMayPass)
		o.b = append(o.b, "true"...)
	}
	return Parse(o.end())
}

// A RedressAnswer is what the addressee of a redress says to it (rule 22;
// act.md, "redress-answer").
type RedressAnswer struct {
	Statement
	// Redress is the id of what is answered.
	Redress ID             `json:"redress"`
	Outcome RedressOutcome `json:"outcome"`
	// Ground and Text are set when something is not done.
	Ground RedressGround `json:"ground,omitempty"`
	// Portions were corrected, erased or restricted.
	Portions []PortionRef `json:"portions,omitempty"`
	// Replacements say right what was corrected.
	Replacements []PortionRef `json:"replacements,omitempty"`
	Text         string       `json:"text,omitempty"`
}

// An answer's own fields.
const (
	redressAnswerRedress = iota + statementFields
	redressAnswerOutcome
	redressAnswerGround
	redressAnswerPortions
	redressAnswerReplacements
	redressAnswerText
)

var redressAnswerShape = statementShape("redress answer",
	field{"redress", kindString, true},
	field{"outcome", kindString, true},
	field{"ground", kindString, false},
	field{"portions", kindArray, false},
	field{"replacements", kindArray, false},
	field{"text", kindString, false},
)

func (d *decoder) redressAnswer() (*RedressAnswer, error) {
	f, err := d.walk(0, &redressAnswerShape)
	if err != nil {
		return nil, err
	}
	a := new(RedressAnswer)
	if a.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if err := a.between("redress-answer"); err != nil {
		return nil, err
	}
	if a.Redress, err = ParseID(d.text(f[redressAnswerRedress])); err != nil {
		return nil, within(err, "redress")
	}
	if a.Outcome, err = oneOf("outcome", d.text(f[redressAnswerOutcome]), redressOutcomes); err != nil {
		return nil, err
	}
	switch {
	case a.Outcome.Denies() && (!f.has(redressAnswerGround) || !f.has(redressAnswerText)):
		return nil, refuse(ErrGround, "%s without one, or without words", a.Outcome)
	case !a.Outcome.Denies() && f.has(redressAnswerGround):
		return nil, refuse(ErrValue, "a ground of %s", a.Outcome)
	case f.has(redressAnswerGround):
		if a.Ground, err = oneOf("ground", d.text(f[redressAnswerGround]), redressGrounds); err != nil {
			return nil, err
		}
	}
	if err := d.redressDone(a, &f); err != nil {
		return nil, err
	}
	if f.has(redressAnswerText) {
		a.Text, err = redressWords(d.text(f[redressAnswerText]))
	}
	return a, err
}

// redressDone reads what an answer says was done.
func (d *decoder) redressDone(a *RedressAnswer, f *found) (err error) {
	if a.Portions, err = portionRefs(d.tape, f[redressAnswerPortions]); err != nil {
		return err
	}
	switch {
	case a.Outcome.Does() && len(a.Portions) == 0:
		return refuse(ErrMissingField, "portions: %s says what was done", a.Outcome)
	case !a.Outcome.Does() && (f.has(redressAnswerPortions) || f.has(redressAnswerReplacements)):
		return refuse(ErrValue, "%s does nothing to portions", a.Outcome)
	case !f.has(redressAnswerReplacements):
		return nil
	}
	if a.Replacements, err = portionRefs(d.tape, f[redressAnswerReplacements]); err != nil {
		return within(err, "replacements")
	}
	if len(a.Replacements) == 0 {
		return refuse(ErrValue, "an empty list of replacements")
	}
	if again := repeats(a.Portions, a.Replacements); again > 0 {
		return refuse(ErrRepeated, "replacement %d is a portion that it replaces", again)
	}
	return nil
}

// BuildRedressAnswer returns the exact bytes of a redress-answer act. It refuses
// what a reader would refuse, by the same check.
func BuildRedressAnswer(a RedressAnswer) (Act, error) {
	o, err := beginStatement(&redressAnswerShape, TypeRedressAnswer, &a.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(redressAnswerRedress, string(a.Redress))
	o.str(redressAnswerOutcome, string(a.Outcome))
	o.opt(redressAnswerGround, string(a.Ground))
	list(&o, redressAnswerPortions, a.Portions, appendPortionRef)
	list(&o, redressAnswerReplacements, a.Replacements, appendPortionRef)
	o.opt(redressAnswerText, a.Text)
	return Parse(o.end())
}
