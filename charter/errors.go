package charter

import "errors"

// Errors of parsing, verifying and folding. Each error that the package
// returns wraps at least one of these, and its text says what was found, why it is refused
// and what would cure it.
var (
	// ErrSyntax: the bytes are not in the format, or a field is out of its
	// bounds (spec/charter.md, spec/keys.md, spec/genesis.md).
	ErrSyntax = errors.New("charter: malformed")

	// ErrVersion: the bytes are in a version, or a leaf is of a kind, that
	// this code does not know (spec/versions.md). It is not a fault of the
	// one who wrote them: a newer node may know better.
	ErrVersion = errors.New("charter: unknown version")

	// ErrScope: a purpose outside the closed list (rule 1, rule 5).
	ErrScope = errors.New("charter: outside the closed scope")

	// ErrSignature: a signature is missing, of a wrong key, or does not verify.
	ErrSignature = errors.New("charter: signature refused")

	// ErrKey: a public key that no member may use, or one used twice.
	ErrKey = errors.New("charter: public key refused")

	// ErrOtherCharter: well formed, but of another centre than ours.
	ErrOtherCharter = errors.New("charter: of another charter")

	// ErrUnknownMember: the member is not in the charter.
	ErrUnknownMember = errors.New("charter: not a member")

	// ErrSuspended: the member has been suspended by evidence in the log.
	ErrSuspended = errors.New("charter: member suspended")

	// ErrInvalidLeaf: the leaf must not be in the log at all; a node that
	// meets it there does not cosign.
	ErrInvalidLeaf = errors.New("charter: leaf invalid")

	// ErrOrder: leaves handed to [State.Apply] out of the log's order. A fault
	// of the caller, not of any member.
	ErrOrder = errors.New("charter: leaves out of order")

	// ErrNoEffect: the leaf may stand in the log, but its payload says nothing
	// that counts. The state is unchanged but for the index.
	ErrNoEffect = errors.New("charter: leaf without effect")
)
