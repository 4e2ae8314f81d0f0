package label

import "errors"

// The refusals of this package. Every error returned by it wraps one of these
// and says what was refused, why, and what would cure it; where one of the
// hard rules is the reason its number is in the text.
var (
	// ErrMember refuses a member identifier that is not three capital Latin
	// letters, or that is the word ALL (rule 31).
	ErrMember = errors.New("label: not a member identifier")
	// ErrSyntax refuses a value or a text that has not the form the
	// specification gives it.
	ErrSyntax = errors.New("label: malformed")
	// ErrTooMany refuses what exceeds a bound on size, count or length.
	ErrTooMany = errors.New("label: bound exceeded")
	// ErrInvalid refuses a label that breaks one of the conditions of
	// [Label.Validate].
	ErrInvalid = errors.New("label: invalid label")
	// ErrTable refuses a table of policies: unknown names, an order that
	// contradicts itself, a policy equated only in part.
	ErrTable = errors.New("label: invalid policy table")
	// ErrUnknownPolicy refuses a policy that the table does not hold.
	ErrUnknownPolicy = errors.New("label: unknown policy")
	// ErrUnknownClass refuses a class that its policy does not hold.
	ErrUnknownClass = errors.New("label: unknown class")
	// ErrNoEquivalence refuses to join labels of policies between which the
	// table states no equivalence.
	ErrNoEquivalence = errors.New("label: no equivalence between policies")
	// ErrNoPortions refuses to mark a whole that has no parts: there is no
	// label that says less than every other (rule 7).
	ErrNoPortions = errors.New("label: nothing to roll up")
	// ErrConsent refuses a consent record that is not well formed.
	ErrConsent = errors.New("label: invalid consent record")
	// ErrPlan refuses the input of a release plan.
	ErrPlan = errors.New("label: invalid release plan")
	// ErrBlocked refuses a release that holds a portion which must not leave.
	ErrBlocked = errors.New("label: release blocked")
	// ErrSTANAG refuses a STANAG 4774 document.
	ErrSTANAG = errors.New("label: STANAG 4774")
)
