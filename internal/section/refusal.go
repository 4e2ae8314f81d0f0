package section

import (
	"errors"
	"strconv"
	"strings"
)

// The kinds of refusal, for errors.Is. Every one of them arrives as a
// [*Refusal] that says more.
var (
	// ErrForbidden: no role of the officer permits the operation.
	ErrForbidden = errors.New("section: not permitted")
	// ErrCredentials: the log-in failed. Unknown officer, disabled officer
	// and wrong password are one and the same.
	ErrCredentials = errors.New("section: log-in failed")
	// ErrThrottled: too many failed log-ins; Refusal.RetryAfter says how long.
	ErrThrottled = errors.New("section: too many failed log-ins")
	// ErrBusy: as many log-ins as the node allows are being checked.
	ErrBusy = errors.New("section: busy")
	// ErrSession: the token is no token, or its session is unknown, expired
	// or revoked. Which, is not said.
	ErrSession = errors.New("section: no session")
	// ErrPassword: the new password is not acceptable.
	ErrPassword = errors.New("section: password refused")
	// ErrRoles: the set of roles cannot be held by one officer.
	ErrRoles = errors.New("section: roles refused")
	// ErrSecondPerson: the same person on both sides of a release (rule 6).
	ErrSecondPerson = errors.New("section: second person needed")
	// ErrChanged: what was to be decided on is not what was seen: a digest
	// differs.
	ErrChanged = errors.New("section: content changed")
	// ErrConflict: somebody else changed it first: the etag differs.
	ErrConflict = errors.New("section: changed by somebody else")
	// ErrState: the object's state does not allow the step.
	ErrState = errors.New("section: wrong state")
	// ErrNotFound: there is no such object.
	ErrNotFound = errors.New("section: not found")
	// ErrExists: there is one already.
	ErrExists = errors.New("section: exists")
	// ErrBounds: a size, count or form is outside what is accepted.
	ErrBounds = errors.New("section: out of bounds")
)

// Code is the stable name of a kind of refusal at the edge.
type Code string

// The codes, one for each sentinel error.
const (
	CodeForbidden    Code = "forbidden"
	CodeCredentials  Code = "credentials"
	CodeThrottled    Code = "throttled"
	CodeBusy         Code = "busy"
	CodeSession      Code = "unauthenticated"
	CodePassword     Code = "password"
	CodeRoles        Code = "roles"
	CodeSecondPerson Code = "second_person"
	CodeChanged      Code = "changed"
	CodeConflict     Code = "conflict"
	CodeState        Code = "state"
	CodeNotFound     Code = "not_found"
	CodeExists       Code = "exists"
	CodeBounds       Code = "bounds"
)

// Refusal says what is refused, why, and what would cure it. Its texts hold
// nothing that the officer who asked may not know, and no part of a draft, a
// password or a token, so the edge may show them as they are.
type Refusal struct {
	Code Code
	Rule int    // number of the hard rule that is the reason, 0 if none is
	What string // what is refused
	Why  string // may be empty
	Cure string // what would cure it
	// RetryAfter is in whole seconds, for [ErrThrottled] alone.
	RetryAfter int

	err error
}

// Error is "what: why (rule n); cure".
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString(r.What)
	if r.Why != "" {
		b.WriteString(": ")
		b.WriteString(r.Why)
	}
	if r.Rule != 0 {
		b.WriteString(" (rule " + strconv.Itoa(r.Rule) + ")")
	}
	if r.Cure != "" {
		b.WriteString("; ")
		b.WriteString(r.Cure)
	}
	return b.String()
}

// Unwrap is the sentinel error of the refusal's kind.
func (r *Refusal) Unwrap() error { return r.err }

func refuseBounds(what, cure string) *Refusal {
	return &Refusal{Code: CodeBounds, What: what, Cure: cure, err: ErrBounds}
}

func refuseNotFound(what string) *Refusal {
	return &Refusal{Code: CodeNotFound, What: "there is no such " + what, Cure: "reload and choose again", err: ErrNotFound}
}

func refuseConflict(what string) *Refusal {
	return &Refusal{Code: CodeConflict, What: "the " + what + " was changed by somebody else in the meantime",
		Cure: "load it again and repeat the change on the present version", err: ErrConflict}
}

func refuseState(what, cure string) *Refusal {
	return &Refusal{Code: CodeState, What: what, Cure: cure, err: ErrState}
}

func refuseSession() *Refusal {
	return &Refusal{Code: CodeSession, What: "there is no session for this token", Cure: "log in", err: ErrSession}
}

func refuseCredentials() *Refusal {
	return &Refusal{Code: CodeCredentials, What: "log-in and password do not fit", Cure: "try again, or ask a custodian to set a new password", err: ErrCredentials}
}
