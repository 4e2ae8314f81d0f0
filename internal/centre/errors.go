package centre

import (
	"errors"

	"entente/charter"
	"entente/internal/store"
	"entente/seal"
	"entente/tlog"
)

// Errors of the centre. Each carries a stable code, see [Code].
var (
	ErrRecovering = newError("recovering", "this node has just started and signs nothing until a quorum of other members has told it what it signed before; bring the other members' nodes into reach, or certify a new incarnation with the root key")
	ErrNotLead    = newError("not_lead", "this node does not lead the present term; submit to the lead")
	ErrHalted     = newError("halted", "rule 27: this node has seen proof that the lead contradicts itself and follows it no longer; look at the evidence and agree with the other members on how to go on")
	ErrQuota      = newError("quota", "the originator's quota is used up; try again later")
	ErrBusy       = newError("busy", "this member has as much under way here as one may at once; wait for the answers and send it again")
	ErrFork       = newError("fork", "another envelope stands in this place; two envelopes in one place are evidence against their originator; restore the node from what the others hold, and never run two of one member")
	ErrSuspended  = newError("suspended", "the originator is suspended because of evidence in the log; look at the evidence, and found anew or begin a new incarnation as the members agree")
	ErrTruncated  = newError("truncated", "the request ends in the middle of an envelope; send it again whole")
	ErrTooLarge   = newError("too_large", "the request is larger than a node takes; send it in parts")
	ErrFull       = newError("full", "too little disk is free to promise durability; free some space")
	ErrRollback   = newError("rollback", "rule 27: the lead shows a log shorter than one that it signed before; look at the evidence and agree with the other members on how to go on")
	ErrWithheld   = newError("withheld", "rule 27: the lead's log lacks a header that its originator announced; bring the originator and the lead into reach of each other")
	ErrForkedLog  = newError("forked_log", "rule 27: the lead has signed two logs that contradict each other; look at the evidence and agree with the other members on how to go on")
	ErrInvalidLog = newError("invalid_log", "rule 27: the lead has signed a log that holds what no log may hold; look at the evidence and agree with the other members on how to go on")
	ErrBodies     = newError("bodies", "bodies have still to come; bring the lead, or a member that holds them, into reach")
	ErrOpaque     = newError("version", "the log holds a leaf of a version that this program does not know: update it; until then it mirrors and does not cosign")
	ErrNotFound   = newError("not_found", "there is nothing of that name; look at the list and choose again")
	ErrKeys       = newError("keys", "the private keys of the certificate in force are not at hand: unlock them, or certify new ones")
	ErrStale      = newError("stale", "the head is older than one that was seen before; send the newest")
	ErrCertify    = newError("certify", "the certificate cannot come into force; draw keys and certify them again")
	ErrCertifying = newError("certify", "a certificate is filed and not in the log yet; wait until a quorum of members has cosigned it")
	ErrEvidence   = newError("evidence", "the evidence does not show its fault; compare it with spec/evidence.md")
)

type codeError struct{ code, text string }

func newError(code, text string) error { return &codeError{code, text} }
func (e *codeError) Error() string     { return e.text }

// Code returns the stable code of err (spec/delivery.md), "internal" when it
// has none.
func Code(err error) string {
	var ce *codeError
	if errors.As(err, &ce) {
		return ce.code
	}
	if c := seal.Code(err); c != "" {
		return c[len("seal-"):]
	}
	if c := tlog.Code(err); c != "" {
		return c
	}
	var re *remoteError
	if errors.As(err, &re) {
		return re.code
	}
	switch {
	case errors.Is(err, store.ErrFull):
		return "full"
	case errors.Is(err, charter.ErrSuspended):
		return "suspended"
	case errors.Is(err, charter.ErrUnknownMember):
		return "originator"
	case errors.Is(err, charter.ErrInvalidLeaf):
		return "leaf"
	}
	return "internal"
}
