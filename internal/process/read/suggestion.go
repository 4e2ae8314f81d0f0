package read

import (
	"errors"
	"fmt"
	"strings"
)

// State is what officers made of a suggestion.
type State string

// The states of a suggestion.
const (
	Proposed State = "proposed"
	Accepted State = "accepted"
	Rejected State = "rejected"
)

// Span is a part of the original text: byte offsets, offsets in code points
// (a byte that is not UTF-8 counts as one), end excluded, and the text itself.
type Span struct {
	Bytes  [2]int `json:"bytes"`
	Points [2]int `json:"points"`
	Text   string `json:"text"`
}

// Suggestion is what a reader proposes to see in a part of a text. It never
// changes the text; officers accept or reject it, and what they said is kept.
type Suggestion struct {
	Span
	// Method and Version name what proposed it.
	Method  string `json:"method"`
	Version string `json:"version"`
	// Confidence is between 0 and 1.
	Confidence float64 `json:"confidence"`
	State      State   `json:"state"`
	// Decisions are those of officers, in order; the last one holds.
	Decisions []Decision `json:"decisions,omitempty"`
}

// Decision is what one officer said of a suggestion.
type Decision struct {
	State State `json:"state"`
	// Officer is who decided, At when, as RFC 3339 writes it.
	Officer string `json:"officer"`
	At      string `json:"at"`
}

// ErrDecision is wrapped by refusals of decisions.
var ErrDecision = errors.New("decision refused")

// maxDecisions bounds the decisions that are kept of one suggestion.
const maxDecisions = 100

// Decide returns the suggestion with a decision added; the suggestion itself
// is not changed. It refuses, with [ErrDecision], a decision without an officer
// or time, or with another state than accepted or rejected.
func (s Suggestion) Decide(d Decision) (Suggestion, error) {
	switch {
	case d.State != Accepted && d.State != Rejected:
		return s, fmt.Errorf("%w: a suggestion is accepted or rejected, not %q", ErrDecision, d.State)
	case strings.TrimSpace(d.Officer) == "":
		return s, fmt.Errorf("%w: no officer is named; decisions are an officer's (rule 24)", ErrDecision)
	case d.At == "":
		return s, fmt.Errorf("%w: no time is given", ErrDecision)
	case len(s.Decisions) >= maxDecisions:
		return s, fmt.Errorf("%w: %d decisions were made of it already", ErrDecision, maxDecisions)
	}
	s.Decisions = append(append([]Decision(nil), s.Decisions...), d)
	s.State = d.State
	return s, nil
}
