package act

// RecallKind says what a recall act does to the portions that it names.
type RecallKind string

// The kinds (act.md, "recall").
const (
	// RecallWithdrawn takes portions back: the reader is to have them no more.
	RecallWithdrawn RecallKind = "recall"
	// RecallCorrection takes back portions that are wrong.
	RecallCorrection RecallKind = "correction"
	// RecallNarrowing takes portions back from its reader alone.
	RecallNarrowing RecallKind = "narrowing"
	// RecallDoubt leaves portions where they are and says not to rely on them.
	RecallDoubt RecallKind = "doubt"
	// RecallReview says that portions rest on what was withdrawn or is in doubt.
	RecallReview RecallKind = "review"
	// RecallCleared ends a review, or the sayer's own doubt: they stand.
	RecallCleared RecallKind = "cleared"
)

var recallKinds = []RecallKind{RecallWithdrawn, RecallCorrection, RecallNarrowing, RecallDoubt, RecallReview, RecallCleared}

// Withdraws says whether its reader is to have the portions no more.
func (k RecallKind) Withdraws() bool {
	return k == RecallWithdrawn || k == RecallCorrection || k == RecallNarrowing
}

// Withholds says whether it takes something from its reader, or warns, and
// gives nothing: such an act may go by one officer (rule 6; recall.md).
func (k RecallKind) Withholds() bool { return k.Withdraws() || k == RecallDoubt || k == RecallReview }

// RecallReason is the class of reasons of a recall.
type RecallReason string

// The classes of reasons (act.md, "recall").
const (
	ReasonError       RecallReason = "error"
	ReasonFabrication RecallReason = "fabrication"
	ReasonUnlawful    RecallReason = "unlawful"
	ReasonMistake     RecallReason = "release-mistake"
	// ReasonDoubt: ill-treatment, or something else by which it must not be
	// relied on, cannot be excluded (rule 23).
	ReasonDoubt RecallReason = "doubt"
)

var recallReasons = []RecallReason{ReasonError, ReasonFabrication, ReasonUnlawful, ReasonMistake, ReasonDoubt}

// RecallKinds returns the closed list of kinds, in the order of act.md.
func RecallKinds() []RecallKind { return append([]RecallKind(nil), recallKinds...) }

// RecallReasons returns the closed list of reasons, in the order of act.md.
func RecallReasons() []RecallReason { return append([]RecallReason(nil), recallReasons...) }

// A Recall is what a member says of portions after their release (rules 10, 22
// and 23; act.md, "recall"). It names the portions that its reader holds.
type Recall struct {
	Statement
	Kind RecallKind `json:"kind"`
	// Reason is empty in a review and in what is cleared.
	Reason RecallReason `json:"reason,omitempty"`
	// Portions are what it is about, at least one.
	Portions []PortionRef `json:"portions"`
	// Replacements say right what a correction takes back.
	Replacements []PortionRef `json:"replacements,omitempty"`
	// Text is to the reader, at most 1,000 bytes.
	Text string `json:"text,omitempty"`
}

func (d *decoder) recall() (*Recall, error) {
	f, err := d.walk(0, &recallShape)
	if err != nil {
		return nil, err
	}
	r := new(Recall)
	if r.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if r.Kind, err = oneOf("kind", d.text(f[recallKind]), recallKinds); err != nil {
		return nil, err
	}
	switch reasonless := r.Kind == RecallReview || r.Kind == RecallCleared; {
	case reasonless && f.has(recallReason):
		return nil, refuse(ErrValue, "%s has no reason: it must not tell that of another's recall", r.Kind)
	case !reasonless && !f.has(recallReason):
		return nil, refuse(ErrMissingField, "reason of %s", r.Kind)
	case !reasonless:
		if r.Reason, err = oneOf("reason", d.text(f[recallReason]), recallReasons); err != nil {
			return nil, err
		}
	}
	if r.Portions, err = portionRefs(d.tape, f[recallPortions]); err != nil {
		return nil, err
	}
	if len(r.Portions) == 0 {
		return nil, refuse(ErrValue, "a recall is about a portion at least")
	}
	if f.has(recallReplacements) {
		if r.Kind != RecallCorrection {
			return nil, refuse(ErrValue, "only a correction says what is right")
		}
		if r.Replacements, err = portionRefs(d.tape, f[recallReplacements]); err != nil {
			return nil, within(err, "replacements")
		}
		if len(r.Replacements) == 0 {
			return nil, refuse(ErrValue, "an empty list of replacements")
		}
		if again := repeats(r.Portions, r.Replacements); again > 0 {
			return nil, refuse(ErrRepeated, "replacement %d is a portion that is withdrawn", again)
		}
	}
	if f.has(recallText) && r.Kind == RecallReview {
		return nil, refuse(ErrValue, "a review has no text: it carries nothing but that it is")
	}
	r.Text, err = optionalText(d.tape, f[recallText], "text", maxStatementBasis)
	return r, err
}

// repeats returns the number, from 1, of the first of some references that
// names a portion of others; 0 when none does.
func repeats(of, refs []PortionRef) int {
	seen := make(map[ID]bool, len(of))
	for _, r := range of {
		seen[r.Portion] = true
	}
	for i, r := range refs {
		if seen[r.Portion] {
			return i + 1
		}
	}
	return 0
}

// BuildRecall returns the exact bytes of a recall act. It refuses what a reader
// would refuse, by the same check.
func BuildRecall(r Recall) (Act, error) {
	o, err := beginStatement(&recallShape, TypeRecall, &r.Statement)
	if err != nil {
		return Act{}, err
	}
	o.str(recallKind, string(r.Kind))
	o.opt(recallReason, string(r.Reason))
	list(&o, recallPortions, r.Portions, appendPortionRef)
	list(&o, recallReplacements, r.Replacements, appendPortionRef)
	o.opt(recallText, r.Text)
	return Parse(o.end())
}

// AckState is how far a holder has followed a recall.
type AckState string

// The states (act.md, "acknowledgement").
const (
	AckReceived    AckState = "received"
	AckQuarantined AckState = "quarantined"
	AckDestroyed   AckState = "destroyed"
	AckRetained    AckState = "retained" // by law
)

var ackStates = []AckState{AckReceived, AckQuarantined, AckDestroyed, AckRetained}

// AckStates returns the closed list of states, in the order of act.md.
func AckStates() []AckState { return append([]AckState(nil), ackStates...) }

// An Acknowledgement is what a holder says to the issuer of a recall, or to the
// originator of portions that its officers destroyed before their term, about
// its own copies (act.md, "acknowledgement").
type Acknowledgement struct {
	Statement
	// Recall is the id of the recall act that the holder got; empty where it
	// names Portions.
	Recall ID `json:"recall,omitempty"`
	// Portions are what was destroyed without a recall.
	Portions []PortionRef `json:"portions,omitempty"`
	State    AckState     `json:"state"`
	// Complete: of what the holder has made of it nothing is under review any
	// more.
	Complete bool `json:"complete,omitempty"`
	// Basis names the law by which it is retained, at most 1,000 bytes.
	Basis string `json:"basis,omitempty"`
}

func (d *decoder) acknowledgement() (*Acknowledgement, error) {
	f, err := d.walk(0, &ackShape)
	if err != nil {
		return nil, err
	}
	a := new(Acknowledgement)
	if a.Statement, err = d.statement(&f); err != nil {
		return nil, err
	}
	if a.State, err = oneOf("state", d.text(f[ackState]), ackStates); err != nil {
		return nil, err
	}
	switch {
	case f.has(ackRecall) && f.has(ackPortions):
		return nil, refuse(ErrValue, "a recall names the portions; they are not named beside it")
	case f.has(ackRecall):
		if a.Recall, err = ParseID(d.text(f[ackRecall])); err != nil {
			return nil, within(err, "recall")
		}
	case !f.has(ackPortions):
		return nil, refuse(ErrMissingField, "recall, or the portions that were destroyed without one")
	case a.State != AckDestroyed || f.has(ackComplete) || f.has(ackBasis):
		return nil, refuse(ErrValue, "of portions that nobody recalled it is said that they are destroyed, and nothing else")
	default:
		if a.Portions, err = portionRefs(d.tape, f[ackPortions]); err != nil {
			return nil, err
		}
		if len(a.Portions) == 0 {
			return nil, refuse(ErrValue, "an acknowledgement without a recall is about a portion at least")
		}
	}
	if f.has(ackComplete) {
		if string(d.raw(f[ackComplete])) != "true" {
			return nil, refuse(ErrValue, "complete is true, or absent")
		}
		a.Complete = true
	}
	if a.Basis, err = optionalText(d.tape, f[ackBasis], "basis", maxStatementBasis); err != nil {
		return nil, err
	}
	if a.State == AckRetained && a.Basis == "" {
		return nil, refuse(ErrMissingField, "basis: what is retained by law names the law")
	}
	return a, nil
}

// BuildAcknowledgement returns the exact bytes of an acknowledgement. It refuses
// what a reader would refuse, by the same check.
func BuildAcknowledgement(a Acknowledgement) (Act, error) {
	o, err := beginStatement(&ackShape, TypeAcknowledgement, &a.Statement)
	if err != nil {
		return Act{}, err
	}
	o.opt(ackRecall, string(a.Recall))
	list(&o, ackPortions, a.Portions, appendPortionRef)
	o.str(ackState, string(a.State))
	if a.Complete {
		o.key(ackComplete)
		o.b = append(o.b, "true"...)
	}
	o.opt(ackBasis, a.Basis)
	return Parse(o.end())
}
