package tlog

import "errors"

// A sentinel is an error with a stable code of spec/log.md section 11.
type sentinel struct{ code, text string }

func (s *sentinel) Error() string { return s.code + ": " + s.text }

// The refusals of this package. Every error it returns wraps exactly one of
// them, except errors handed through from a reader, writer or progress
// callback of the caller, which are wrapped unchanged.
var (
	// ErrMalformed says that bytes are not in the one form that spec/log.md
	// allows; asking for them again, or from another node, is the cure.
	ErrMalformed error = &sentinel{"log-malformed", "not in the form of spec/log.md"}
	// ErrTooLarge says that a bound of spec/log.md was passed.
	ErrTooLarge error = &sentinel{"log-too-large", "above a bound of spec/log.md"}
	// ErrKey says that a name or a key cannot be used: wrong size, not
	// canonical, of small order, of the other kind, or listed twice.
	ErrKey error = &sentinel{"log-key", "name or key cannot be used"}
	// ErrOrigin says that a checkpoint is of another log than was asked for.
	ErrOrigin error = &sentinel{"log-origin", "checkpoint of another log"}
	// ErrSignature says that the log's own signature is missing or wrong.
	ErrSignature error = &sentinel{"log-signature", "no valid signature of the log"}
	// ErrCosignature says that one cosignature is missing or wrong.
	ErrCosignature error = &sentinel{"log-cosignature", "no valid cosignature"}
	// ErrQuorum says that fewer cosigners than the quorum have cosigned
	// (rule 27: the shared log is cosigned).
	ErrQuorum error = &sentinel{"log-quorum", "not certified (rule 27)"}
	// ErrProof says that a proof does not show what it should.
	ErrProof error = &sentinel{"log-proof", "proof does not hold"}
	// ErrRange says that an index or a size lies outside of the tree.
	ErrRange error = &sentinel{"log-range", "outside of the tree"}
	// ErrTiles says that a tile is missing, too short, or does not hash to
	// what it should.
	ErrTiles error = &sentinel{"log-tiles", "tiles do not fit"}
	// ErrText says that notes to be merged are not of one checkpoint text.
	ErrText error = &sentinel{"log-text", "notes of different checkpoints"}
	// ErrEvidence says that evidence does not show a fork.
	ErrEvidence error = &sentinel{"log-evidence", "evidence does not show a fork"}
	// ErrFork says that two heads, or an export and its source, contradict
	// each other (rule 27: a conflict stops the log and is shown).
	ErrFork error = &sentinel{"log-fork", "heads contradict each other (rule 27)"}
	// ErrExport says that a static export is incomplete, or holds what does
	// not belong to it.
	ErrExport error = &sentinel{"log-export", "export is not whole"}
)

// Code returns the refusal code of err, such as "log-quorum", or the empty
// string when err wraps none of this package's errors (spec/log.md section 11).
func Code(err error) string {
	var s *sentinel
	if errors.As(err, &s) {
		return s.code
	}
	return ""
}
