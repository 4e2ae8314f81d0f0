package seal

import "errors"

// A refusal is a sentinel error with a stable code (spec/evidence.md, "Codes").
type refusal struct{ code, what, why, cure string }

func (r *refusal) Error() string {
	return r.code + ": " + r.what + ": " + r.why + "; " + r.cure
}

// The refusals of this package. Every error it returns wraps exactly one of
// them, except errors handed through from a signer, a reader, a writer or a
// function of the caller, which are wrapped unchanged.
var (
	// ErrLength refuses bytes of the wrong length.
	ErrLength error = &refusal{"seal-length", "wrong length",
		"the format fixes the length to the byte", "fetch the bytes again, or from another node"}
	// ErrMagic refuses bytes that do not begin as their format does.
	ErrMagic error = &refusal{"seal-magic", "not in this format",
		"the first four bytes name the format", "hand in a header, packet or evidence of spec/envelope.md"}
	// ErrVersion meets a format version that this node does not know. It is no
	// fault of the originator: mirror, do not cosign (spec/versions.md).
	ErrVersion error = &refusal{"seal-version", "unknown format version",
		"a node judges only what it knows", "update the node; until then it mirrors and does not cosign"}
	// ErrKind meets a kind that this node does not know, or one that the call
	// is not for. An unknown kind is treated like ErrVersion.
	ErrKind error = &refusal{"seal-kind", "kind unknown or not for this use",
		"a node judges only what it knows", "update the node, or use the call for this kind"}
	// ErrClass refuses a size class outside of the table.
	ErrClass error = &refusal{"seal-class", "no such size class",
		"classes run from 0 to 12", "make the envelope anew"}
	// ErrReserved refuses bytes that must be zero and are not.
	ErrReserved error = &refusal{"seal-reserved", "reserved bytes are not zero",
		"an envelope has one form only", "make the envelope anew"}
	// ErrOriginator refuses an originator that is no member id.
	ErrOriginator error = &refusal{"seal-originator", "not a member id",
		"an originator is three letters A-Z, and not ALL", "write the ISO 3166-1 alpha-3 code"}
	// ErrTime refuses a time claim outside of the years 1970 to 9999.
	ErrTime error = &refusal{"seal-time", "time claim out of bounds",
		"the field holds Unix seconds up to the end of year 9999", "set the clock, then make the envelope anew"}
	// ErrIncarnation refuses an incarnation that does not follow.
	ErrIncarnation error = &refusal{"seal-incarnation", "incarnation does not follow",
		"it starts at 1 and rises only with a leaf of kind keys", "have the root certify the new incarnation first"}
	// ErrSequence refuses a sequence number that is not the next one.
	ErrSequence error = &refusal{"seal-sequence", "sequence number does not follow",
		"numbers run from 1 without gaps or repetition", "fetch the headers between, then submit in order"}
	// ErrPrevious refuses a header that does not name its predecessor.
	ErrPrevious error = &refusal{"seal-previous", "previous hash does not fit",
		"each header binds the one before it", "compare both headers: two that follow one are a fork and are evidence"}
	// ErrCharter refuses what belongs to another centre.
	ErrCharter error = &refusal{"seal-charter", "other charter",
		"the charter hash differs from the one pinned (rule 5)", "send it to the centre it was made for"}
	// ErrKeyID refuses a header that names another key than the one in force.
	ErrKeyID error = &refusal{"seal-key-id", "other key",
		"the header names a key that is not the one it is checked with", "use the header key in force at the leaf's index"}
	// ErrKey refuses a public key that no member may use.
	ErrKey error = &refusal{"seal-key", "key refused",
		"keys are canonical, of the right length, and not of small order", "have the root certify another key"}
	// ErrSignature refuses a signature that does not verify.
	ErrSignature error = &refusal{"seal-signature", "signature does not verify",
		"nobody but the originator can speak for it", "fetch the header again from its originator"}
	// ErrDigest refuses bytes that are not those that were signed for.
	ErrDigest error = &refusal{"seal-digest", "digest does not fit",
		"the signed digest is of other bytes", "fetch the bytes again, or from another node"}
	// ErrTag says that an envelope is not sealed under this key.
	ErrTag error = &refusal{"seal-tag", "tag does not fit",
		"the envelope is sealed under another key", "try the other set keys of this originator, incarnation and epoch"}
	// ErrAuthentication says that a body under a fitting key does not open: a
	// fault of the originator, see [Unopenable].
	ErrAuthentication error = &refusal{"seal-authentication", "does not open under the key that the originator signed for",
		"the originator sealed it wrongly", "keep it as evidence and ask the originator"}
	// ErrPadding says that padding is not zero or the inner length too large.
	ErrPadding error = &refusal{"seal-padding", "padding refused",
		"what follows the content must be zeros", "keep it as evidence and ask the originator"}
	// ErrTooLarge refuses what passes a bound.
	ErrTooLarge error = &refusal{"seal-too-large", "too large",
		"sizes are bounded", "send it as an attachment, or in parts"}
	// ErrSlots refuses a packet's number of slots.
	ErrSlots error = &refusal{"seal-slots", "number of slots refused",
		"a packet has 2 to 16 slots and no more recipients than slots", "use the charter's number"}
	// ErrSlot refuses one slot or recipient of a packet.
	ErrSlot error = &refusal{"seal-slot", "slot or recipient refused",
		"each recipient has one slot and one epoch key, and the originator is among them", "correct the list of recipients"}
	// ErrPlace refuses a packet that stands in another place than asked.
	ErrPlace error = &refusal{"seal-place", "packet of another place",
		"number and epoch are bound into every slot", "open it with the place of its own header"}
	// ErrEvidence says that evidence does not show the fault that it claims.
	ErrEvidence error = &refusal{"seal-evidence", "evidence does not hold",
		"it must show the fault to anybody, offline", "look at what it holds; an honest originator cannot be shown at fault"}
	// ErrMeans says that evidence cannot be judged with what was handed in.
	ErrMeans error = &refusal{"seal-means", "evidence cannot be judged here",
		"a function that it needs was not handed in", "judge it where log and act formats are known"}
	// ErrDiscloses keeps out of the log what only some members may read.
	ErrDiscloses error = &refusal{"seal-discloses", "evidence discloses an envelope",
		"the log is read by all members, its recipients are fewer (rule 9)", "give it to those who may read the envelope, as a file"}
	// ErrAttachment refuses a reference to an attachment that contradicts itself.
	ErrAttachment error = &refusal{"seal-attachment", "attachment reference refused",
		"its sizes do not belong together", "ask the originator for a new reference"}
)

// Code returns the stable code of err, such as "seal-sequence", or the empty
// string when err wraps none of this package's refusals.
func Code(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}
